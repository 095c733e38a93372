/* SPDX-License-Identifier: MIT */
/*
 * peer_ivrq.c - an engine with one call, behind the same functions as the
 * peers: a put is an ivrq_play_prompt, a get is the worker's run and the
 * completion of what has started, until there is a result.
 *
 * Linked with the core that has a hook before each atomic access. A put can be
 * parked at each one of them.
 */
#include <ivrq.h>

#include "bench.h"
#include "peer.h"

struct engine {
	ivrq_engine *engine;
	ivrq_call call;
	ivrq_op started;
	bool starts;			/* one has */
	struct peer_item *first, *last; /* results */
};

static _Thread_local struct peer_park *parking;
static _Thread_local unsigned accesses;

void ivrq__atomic_hook(void);
void ivrq__atomic_hook(void)
{
	struct peer_park *park = parking;

	accesses++;
	if (!park || accesses != park->at)
		return;
	parking = NULL;
	park->here(park);
}

static int on_start(void *user, const ivrq_operation *operation)
{
	struct engine *it = user;

	it->started = operation->op;
	it->starts = true;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	(void)user;
	(void)operation;
	(void)outcome;
	return IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	struct peer_item *item = result->operation->user;
	struct engine *it = user;

	if (result->status != IVRQ_COMPLETED)
		bench_die("conservation: an operation was not completed");
	item->link = NULL;
	if (it->first)
		it->last->link = item;
	else
		it->first = item;
	it->last = item;
}

static void *ivrq_make(void)
{
	static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };
	static const ivrq_listener listener = { .result = on_result };
	struct engine *it = bench_memory(1, sizeof(*it));
	ivrq_call_config call;
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = 1;
	config.ring = config.operations = PEER_SLOTS;
	if (ivrq_engine_create(&config, &it->engine, NULL))
		bench_die("ivrq: cannot create an engine of this size");
	ivrq_call_config_init(&call);
	call.driver = &driver;
	call.listener = &listener;
	call.driver_user = call.user = it;
	if (ivrq_call_open(it->engine, &call, &it->call, NULL))
		bench_die("ivrq: cannot open a call");
	return it;
}

static bool ivrq_put(void *where, struct peer_item *item)
{
	static const char *const prompts[] = { "prompts/welcome.wav" };
	struct engine *it = where;
	ivrq_play_prompt_request request;
	ivrq_submission submission;

	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.options.user = item;
	return !ivrq_play_prompt(it->engine, it->call, &request, &submission,
				 NULL);
}

static void run(struct engine *it)
{
	if (ivrq_worker_run(it->engine, 0, 1) < 0)
		bench_die("ivrq: a run was refused");
}

static struct peer_item *ivrq_get(void *where)
{
	static const ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };
	struct engine *it = where;
	struct peer_item *item;

	if (!it->first)
		run(it);
	if (!it->first && it->starts) {
		it->starts = false;
		if (ivrq_op_complete(it->engine, it->started, &outcome))
			bench_die("ivrq: a completion was refused");
		run(it);
	}
	item = it->first;
	if (item)
		it->first = item->link;
	return item;
}

static bool ivrq_freeze(void *it, struct peer_item *item,
			struct peer_park *park)
{
	bool good;

	accesses = 0;
	parking = park;
	good = ivrq_put(it, item);
	parking = NULL;
	return good;
}

/* The accesses of a put that nobody disturbs. */
static unsigned ivrq_places(void *it)
{
	struct peer_item item;
	unsigned count;

	accesses = 0;
	if (!ivrq_put(it, &item))
		bench_die("ivrq: a submit was refused");
	count = accesses;
	if (ivrq_get(it) != &item)
		bench_die("conservation: what was put was not got");
	return count;
}

/* Our own counters (G11) tell that nothing is left. */
static void ivrq_end(void *where)
{
	struct engine *it = where;
	ivrq_stats stats;

	if (ivrq_engine_stats(it->engine, &stats) || stats.live ||
	    stats.submitted != stats.completed)
		bench_die("conservation: the engine's counters differ");
	if (ivrq_call_close(it->engine, it->call, IVRQ_CAUSE_HANG_UP, NULL))
		bench_die("ivrq: a close was refused");
	while (ivrq_engine_stop(it->engine, 0))
		run(it);
	if (ivrq_engine_destroy(it->engine))
		bench_die("ivrq: a call is open");
	free(it);
}

const struct peer peer_ivrq = {
	.name = "ivrq",
	.make = ivrq_make,
	.put = ivrq_put,
	.get = ivrq_get,
	.freeze_in_put = ivrq_freeze,
	.places = ivrq_places,
	.end = ivrq_end,
};
