/* SPDX-License-Identifier: MIT */
/*
 * side_ivrq.c - the engine.
 */
#include <ivrq.h>

#include "bench.h"
#include "side.h"

struct started {
	ivrq_op op;
	uint32_t *place;
};

struct ours {
	ivrq_engine *engine;
	ivrq_call *call;
	struct started *started;
	uint32_t *place; /* of each call: where it is in started */
	uint32_t running;
	struct tally *tally;
};

static int on_start(void *user, const ivrq_operation *operation)
{
	struct ours *ours = user;

	*(uint32_t *)operation->user = ours->running;
	ours->started[ours->running].op = operation->op;
	ours->started[ours->running++].place = operation->user;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct ours *ours = user;
	uint32_t i = *(uint32_t *)operation->user;
	struct started *last;

	/* Not to be completed any more, if that has not been tried. */
	if (i < ours->running &&
	    ours->started[i].op.value == operation->op.value) {
		last = &ours->started[--ours->running];
		*last->place = i;
		ours->started[i] = *last;
	}
	outcome->media_ms = 1;
	return IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	struct ours *ours = user;

	ours->tally->completed += result->status == IVRQ_COMPLETED;
	ours->tally->canceled += result->status == IVRQ_CANCELED;
}

/* Whoever polls comes back in any case. */
static void on_wake(void *user, uint32_t worker)
{
	(void)user;
	(void)worker;
}

static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };
static const ivrq_listener listener = { .result = on_result };

static void *ours_make(const struct side_config *wanted, struct tally *tally)
{
	struct ours *ours = bench_memory(1, sizeof(*ours));
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = (uint32_t)wanted->calls;
	config.ring = (uint32_t)wanted->depth;
	config.operations = (uint32_t)wanted->operations;
	/* As the other side: room for the strings that come, and no tones. */
	config.inline_bytes = 64;
	config.tones = config.subscriptions = 1;
	if (wanted->polled)
		config.wake = on_wake;
	ours->tally = tally;
	ours->call = bench_memory(wanted->calls, sizeof(*ours->call));
	ours->started = bench_memory(wanted->calls, sizeof(*ours->started));
	ours->place = bench_memory(wanted->calls, sizeof(*ours->place));
	if (ivrq_engine_create(&config, &ours->engine, NULL))
		bench_die("ivrq: cannot create an engine of this size");
	return ours;
}

static void ours_open(void *it, unsigned long call)
{
	struct ours *ours = it;
	ivrq_call_config config;

	ivrq_call_config_init(&config);
	config.driver = &driver;
	config.listener = &listener;
	config.driver_user = config.user = ours;
	if (ivrq_call_open(ours->engine, &config, &ours->call[call], NULL))
		bench_die("ivrq: cannot open a call");
}

static bool ours_submit(void *it, unsigned long call)
{
	static const char *const prompts[] = { side_prompt };
	struct ours *ours = it;
	ivrq_play_prompt_request request;
	ivrq_submission submission;

	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.options.client_context = side_context;
	request.options.user = &ours->place[call];
	return !ivrq_play_prompt(ours->engine, ours->call[call], &request,
				 &submission, NULL);
}

static unsigned long ours_cancel(void *it, unsigned long call)
{
	struct ours *ours = it;
	ivrq_receipt receipt;

	if (ivrq_cancel_media_processing(ours->engine, ours->call[call], NULL,
					 &receipt, NULL))
		bench_die("ivrq: a cancel was refused");
	return receipt.in_flight + receipt.pending;
}

static void ours_close(void *it, unsigned long call)
{
	struct ours *ours = it;

	if (ivrq_call_close(ours->engine, ours->call[call], IVRQ_CAUSE_HANG_UP,
			    NULL))
		bench_die("ivrq: a close was refused");
}

static void ours_run(void *it)
{
	struct ours *ours = it;

	if (ivrq_worker_run(ours->engine, 0, 1) < 0)
		bench_die("ivrq: a run was refused");
}

static void ours_complete(void *it)
{
	static const ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };
	struct ours *ours = it;
	int answer;

	while (ours->running) {
		answer = ivrq_op_complete(ours->engine,
					  ours->started[--ours->running].op,
					  &outcome);
		if (answer && answer != IVRQ_ECANCELED)
			bench_die("ivrq: a completion was refused");
	}
}

/* The engine's own counters (G11) tell the same as the tally. */
static bool ours_end(void *it)
{
	struct ours *ours = it;
	const struct tally *t = ours->tally;
	ivrq_stats s;
	bool good;

	good = !ivrq_engine_stats(ours->engine, &s) && !s.live && !s.failed &&
	       s.submitted == s.completed + s.canceled &&
	       s.completed == t->completed && s.canceled == t->canceled;
	while (ivrq_engine_stop(ours->engine, 0))
		ours_run(ours);
	if (ivrq_engine_destroy(ours->engine))
		bench_die("ivrq: a call is open");
	free(ours->place);
	free(ours->started);
	free(ours->call);
	free(ours);
	return good;
}

const struct side side_ivrq = {
	"ivrq",	    ours_make, ours_open,     ours_submit, ours_cancel,
	ours_close, ours_run,  ours_complete, ours_end,
};
