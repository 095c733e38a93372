/* SPDX-License-Identifier: MIT */
/*
 * module_call.c - the handles of calls, in few places: o<n> opens call n, c<n>
 * closes it, g<n> takes a snapshot of it, p<n> submits to it, w runs the
 * worker, S stops the engine without waiting. An act with a handle that is not
 * known yet is left out.
 *
 * The history is linearizable as that of a table: EPOOL is only answered if
 * all places are taken, ECLOSED if the engine stops or the call is closed,
 * ENOENT once it has ended, and each handle is new. Nothing of one life
 * reaches another: each operation accepted by a call has one result, of that
 * call, before its closed(). After a stop all calls end.
 */
#include "modules.h"

#include <stdlib.h>
#include <string.h>

#include "core/state.h"

#define CALLS 3

static struct {
	struct mod mod;
	ivrq_engine *engine;
	ivrq_call call[CALLS]; /* known */
	uint32_t told[CALLS];  /* closed: what had happened by then, + 1 */
	uint8_t accepted[CALLS];
	uint8_t results[CALLS];
	struct mod_arena arena;
} all __attribute__((aligned(64)));

static size_t bytes(void)
{
	return mod_bytes(&all, sizeof(all), &all.arena);
}

/* ----------------------------------------------------------------- callbacks */

static void on_result(void *user, const ivrq_result *result)
{
	uint32_t *told = user;
	unsigned number = (unsigned)(told - all.told);
	const uint8_t *of = result->operation->user;

	explore_point();
	explore_note("result in call %u", number);
	all.results[number]++;
	if (of != &all.accepted[number])
		explore_fault("call %u: a result of another", number);
	if (*told)
		explore_fault("call %u: a result after closed", number);
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause cause)
{
	uint32_t *told = user;

	(void)cause;
	explore_point();
	explore_note("closed %u", (unsigned)(told - all.told));
	if (*told)
		explore_fault("closed twice");
	*told = all.mod.returned + 1;
	if (all.call[told - all.told].value &&
	    all.call[told - all.told].value != call.value)
		explore_fault("closed of another life");
}

static const ivrq_listener listener = { .result = on_result,
					.closed = on_closed };

/* ---------------------------------------------------------------------- acts */

static void begin(void)
{
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = program->size;
	config.fences = config.tones = config.tones_per_call = 1;
	config.subscriptions = 1;
	config.operations = 2;
	config.ring = IVRQ_RING_MIN;
	config.inline_bytes = IVRQ_INLINE_MIN;
	config.alloc = mod_take;
	config.free = mod_give;
	config.user = &all.arena;
	if (ivrq_engine_create(&config, &all.engine, NULL))
		abort();
}

static int open_call(unsigned number)
{
	ivrq_call_config leg;
	ivrq_call got = { 0 };
	int answer;

	ivrq_call_config_init(&leg);
	leg.driver = &mod_driver;
	leg.listener = &listener;
	leg.user = &all.told[number];
	answer = ivrq_call_open(all.engine, &leg, &got, NULL);
	if (!answer)
		all.call[number] = got;
	return answer;
}

static int submit(unsigned number)
{
	static const char *const prompts[] = { "p" };
	ivrq_play_prompt_request play;
	ivrq_submission got;
	int answer;

	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 1;
	play.options.user = &all.accepted[number];
	answer = ivrq_play_prompt(all.engine, all.call[number], &play, &got,
				  NULL);
	all.accepted[number] += !answer;
	return answer;
}

static int run(void)
{
	int answer = ivrq_worker_run(all.engine, 0, 0);
	unsigned i;

	for (i = 0; i < CALLS; i++)
		if (all.told[i])
			all.mod.returned |= 1u << (MOD_ACTS + i);
	return answer;
}

static int act(unsigned number)
{
	const struct mod_plan *plan = &mod_plans[number];
	ivrq_call call = all.call[plan->arg];
	ivrq_snapshot shot;

	if (plan->verb == 'w')
		return run();
	if (plan->verb == 'S')
		return ivrq_engine_stop(all.engine, 0);
	if (plan->verb == 'o')
		return open_call(plan->arg);
	if (!call.value)
		return SKIPPED;
	if (plan->verb == 'c')
		return ivrq_call_close(all.engine, call, IVRQ_CAUSE_HANG_UP,
				       NULL);
	if (plan->verb == 'p')
		return submit(plan->arg);
	return ivrq_call_snapshot(all.engine, call, &shot);
}

static void observe(void)
{
}

/* ----------------------------------------------------------- linearizability */

enum life { UNOPENED, OPEN, CLOSED, ENDED, FREED };

/*
 * Events: the acts, then for each call that has been told closed the end of its
 * handle, and after that of its place. A stop says first that no call may be
 * opened, then closes those there are, one by one: each of these is an event of
 * its own.
 */
struct table {
	uint8_t life[CALLS];
	uint8_t stopping;
};

static uint8_t event_call[LIN_EVENTS];
static uint8_t event_life[LIN_EVENTS]; /* what it becomes */

static unsigned taken(const struct table *table)
{
	unsigned i, count = 0;

	for (i = 0; i < CALLS; i++)
		count += table->life[i] != UNOPENED && table->life[i] != FREED;
	return count;
}

static bool opens(struct table *table, unsigned number, int answer)
{
	switch (answer) {
	case 0:
		if (taken(table) >= program->size ||
		    table->life[number] != UNOPENED)
			return false;
		table->life[number] = OPEN;
		return true;
	case IVRQ_EPOOL:
		return taken(table) >= program->size;
	default:
		return answer == IVRQ_ECLOSED && table->stopping;
	}
}

static bool uses(struct table *table, const struct mod_plan *plan, int answer)
{
	uint8_t *life = &table->life[plan->arg];

	if (answer == SKIPPED)
		return true;
	if (answer == IVRQ_ENOENT)
		return *life >= ENDED;
	if (plan->verb == 'g')
		return !answer && (*life == OPEN || *life == CLOSED);
	if (answer == (plan->verb == 'c' ? IVRQ_EALREADY : IVRQ_ECLOSED))
		return *life == CLOSED;
	if (answer || *life != OPEN)
		return false;
	if (plan->verb == 'c')
		*life = CLOSED;
	return true;
}

static bool apply(const void *arg, void *state, unsigned event)
{
	struct table *table = state;
	uint8_t *life = &table->life[event_call[event]];

	(void)arg;
	if (event >= mod_count && event_life[event] == CLOSED) {
		if (*life == OPEN && table->stopping)
			*life = CLOSED;
		return true;
	}
	if (event >= mod_count)
		return ++*life == event_life[event];
	if (mod_plans[event].verb == 'o')
		return opens(table, mod_plans[event].arg,
			     all.mod.act[event].answer);
	if (mod_plans[event].verb == 'S')
		table->stopping = 1;
	if (mod_plans[event].verb == 'S' || mod_plans[event].verb == 'w')
		return true;
	return uses(table, &mod_plans[event], all.mod.act[event].answer);
}

static void check_table(void)
{
	struct lin_spec spec = { .bytes = sizeof(struct table),
				 .apply = apply };
	uint64_t mask = (UINT64_C(1) << mod_count) - 1;
	struct table first;
	unsigned i, n, at = mod_count;

	memset(&first, 0, sizeof(first));
	for (n = 0; n < CALLS; n++) {
		if (!all.told[n])
			continue;
		for (i = 0; i < mod_count; i++) {
			if (mod_plans[i].verb != 'S')
				continue;
			spec.before[at] = all.mod.act[i].before & mask;
			event_life[at] = CLOSED;
			event_call[at++] = (uint8_t)n;
		}
		for (i = ENDED; i <= FREED; i++) {
			spec.before[at] = (all.told[n] - 1) & mask;
			event_life[at] = (uint8_t)i;
			event_call[at++] = (uint8_t)n;
		}
	}
	spec.events = at;
	mod_check(&spec, &first);
}

/* ------------------------------------------------------------------- the end */

static bool is_stopped(void)
{
	unsigned i;

	for (i = 0; i < mod_count; i++)
		if (mod_plans[i].verb == 'S')
			return true;
	return false;
}

static void check_end(void)
{
	ivrq_stats stats;
	unsigned i, free = 0, storage = 0;

	for (i = 0; i < CALLS; i++)
		if (all.results[i] != all.accepted[i])
			explore_fault("call %u: %u accepted, %u results", i,
				      all.accepted[i], all.results[i]);
	if (ivrq_engine_stats(all.engine, &stats) || stats.calls_open ||
	    stats.live)
		explore_fault("%u calls are open", stats.calls_open);
	while (ivrq__pool_pop(&all.engine->call_pool) != IVRQ__NONE)
		if (++free > program->size)
			break;
	while (ivrq__pool_pop(&all.engine->shards[0].pool) != IVRQ__NONE)
		if (++storage > 2)
			break;
	if (free != program->size || storage != 2)
		explore_fault("%u places, %u storages are free", free, storage);
}

static void judge(void)
{
	bool stopped = is_stopped();
	unsigned i, j;

	run(); /* what the worker was told of */
	run();
	check_table();
	for (i = 0; i < CALLS; i++) {
		for (j = 0; j < i; j++)
			if (all.call[i].value &&
			    all.call[i].value == all.call[j].value)
				explore_fault("calls %u, %u: one handle", j, i);
		if (all.call[i].value && !all.told[i]) {
			if (stopped)
				explore_fault("call %u outlives the stop", i);
			(void)!ivrq_call_close(all.engine, all.call[i],
					       IVRQ_CAUSE_HANG_UP, NULL);
		}
	}
	run();
	for (i = 0; i < CALLS; i++)
		if (all.call[i].value && !all.told[i])
			explore_fault("call %u does not end", i);
	check_end();
}

const struct module mod_call = { &all.mod, bytes, begin, act, observe, judge };
