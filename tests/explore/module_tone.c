/* SPDX-License-Identifier: MIT */
/*
 * module_tone.c - tones of one call: t<n> gives tone n, b<n> subscribes as n,
 * u<n> ends that, w runs the worker, X closes.
 *
 * The tones are linearizable as a bounded queue that numbers what it accepts
 * and what it loses: sequence_id and `lost` tell of every one, and one is only
 * lost if as many waited as may (in the engine, counting those that are being
 * given at that time). Each subscription has each tone that was
 * given while it was there, once, in order, and none that was given before or
 * that came in a run after it had ended. All nodes go back.
 */
#include "modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/state.h"

#define TONES 4 /* 1 to 3 */
#define SUBS  3
#define NEVER 255

/* One call of a handler. */
struct heard {
	uint32_t sequence;
	uint32_t lost;
	uint32_t since; /* had happened when its run was invoked */
	uint8_t place;	/* among those of its subscription, from 1; 0 not */
	uint8_t act;	/* the run's; NEVER: to let all come to an end */
};

static struct {
	struct mod mod;
	ivrq_engine *engine;
	ivrq_call call;
	ivrq_subscription sub[SUBS];
	struct heard heard[SUBS][TONES];
	uint8_t count[SUBS];
	uint8_t runs; /* the act that does */
	uint8_t closed;
	uint32_t run_since;
	struct mod_arena arena;
} all __attribute__((aligned(64)));

static size_t bytes(void)
{
	return mod_bytes(&all, sizeof(all), &all.arena);
}

/* ----------------------------------------------------------------- callbacks */

static void on_tone(void *user, const ivrq_tone_event *event)
{
	uint8_t *count = user;
	unsigned sub = (unsigned)(count - all.count);
	struct heard *heard = &all.heard[sub][(event->tone - '0') & 3];

	explore_point();
	explore_note("subscription %u hears %c, sequence %u, lost %u", sub,
		     event->tone, (unsigned)event->sequence_id,
		     (unsigned)event->lost);
	if (heard->place)
		explore_fault("tone %c is heard twice", event->tone);
	if (event->subscription.value != all.sub[sub].value &&
	    all.sub[sub].value)
		explore_fault("heard by subscription %u of old", sub);
	if (all.closed)
		explore_fault("heard after closed");
	heard->sequence = event->sequence_id;
	heard->lost = (uint32_t)event->lost;
	heard->place = ++*count;
	heard->act = all.runs;
	heard->since = all.run_since;
	if (!sub)
		all.mod.returned |= 1u << (MOD_ACTS + event->tone - '0');
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause cause)
{
	(void)user;
	(void)call;
	(void)cause;
	all.closed++;
}

static const ivrq_listener listener = { .closed = on_closed };

/* ---------------------------------------------------------------------- acts */

static void open_call(void)
{
	ivrq_call_config leg;

	ivrq_call_config_init(&leg);
	leg.driver = &mod_driver;
	leg.listener = &listener;
	if (ivrq_call_open(all.engine, &leg, &all.call, NULL))
		abort();
}

static void begin(void)
{
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = config.fences = config.operations = 1;
	config.tones = program->size;
	config.tones_per_call = program->extra;
	config.subscriptions = SUBS;
	config.ring = IVRQ_RING_MIN;
	config.inline_bytes = IVRQ_INLINE_MIN;
	config.alloc = mod_take;
	config.free = mod_give;
	config.user = &all.arena;
	if (ivrq_engine_create(&config, &all.engine, NULL))
		abort();
	open_call();
	all.runs = NEVER;
}

static int run(unsigned number)
{
	int answer;

	all.runs = (uint8_t)number;
	all.run_since = all.mod.returned;
	answer = ivrq_worker_run(all.engine, 0, 0);
	all.runs = NEVER;
	return answer;
}

static int act(unsigned number)
{
	const struct mod_plan *plan = &mod_plans[number];
	ivrq_subscription got;
	int answer;

	switch (plan->verb) {
	case 't':
		return ivrq_tone(all.engine, all.call, (char)('0' + plan->arg),
				 0);
	case 'b':
		answer = ivrq_subscribe_to_tone(all.engine, all.call, on_tone,
						&all.count[plan->arg], &got);
		if (!answer)
			all.sub[plan->arg] = got;
		return answer;
	case 'u':
		return ivrq_unsubscribe(all.engine, all.sub[plan->arg]);
	case 'X':
		return ivrq_call_close(all.engine, all.call, IVRQ_CAUSE_HANG_UP,
				       NULL);
	default:
		return run(number);
	}
}

static void observe(void)
{
}

/* ----------------------------------------------------------- linearizability */

/* Events: the acts, then each tone that subscription 0 heard. */
struct queue {
	uint32_t sequence;
	uint32_t told; /* the last that was heard */
	uint8_t count;
	uint8_t tone[TONES];
	uint8_t closed;
};

static uint8_t heard_tone[TONES];
static unsigned heard_count;

/* Tones that another thread was just giving: each may have a node already. */
static unsigned rivals(const struct mod_plan *plan)
{
	unsigned i, number = (unsigned)(plan - mod_plans), count = 0;

	for (i = 0; i < mod_count; i++)
		count += mod_plans[i].verb == 't' && i != number &&
			 !mod_precedes(i, number) && !mod_precedes(number, i);
	return count;
}

static bool give(struct queue *queue, const struct mod_plan *plan, int answer)
{
	switch (answer) {
	case 0:
		if (queue->closed || queue->count >= program->extra)
			return false;
		queue->tone[queue->count++] = plan->arg;
		break;
	case IVRQ_EFULL:
		if (queue->closed || queue->count < program->extra)
			return false;
		break;
	case IVRQ_EPOOL:
		if (queue->closed ||
		    queue->count + rivals(plan) < program->size)
			return false;
		break;
	case IVRQ_ECLOSED:
		return queue->closed;
	default:
		return answer == IVRQ_ENOENT && queue->closed;
	}
	queue->sequence++;
	if (!answer && all.heard[0][plan->arg].place)
		return all.heard[0][plan->arg].sequence == queue->sequence;
	return true;
}

static bool hear(struct queue *queue, unsigned tone)
{
	const struct heard *heard = &all.heard[0][tone];

	if (!queue->count || queue->tone[0] != tone ||
	    heard->lost != heard->sequence - queue->told - 1)
		return false;
	queue->told = heard->sequence;
	memmove(queue->tone, queue->tone + 1, TONES - 1);
	queue->tone[--queue->count] = 0;
	return true;
}

static bool apply(const void *arg, void *state, unsigned event)
{
	struct queue *queue = state;

	(void)arg;
	if (event >= mod_count)
		return hear(queue, heard_tone[event - mod_count]);
	if (mod_plans[event].verb == 't')
		return give(queue, &mod_plans[event],
			    all.mod.act[event].answer);
	if (mod_plans[event].verb == 'X')
		queue->closed = 1;
	return true;
}

/* What acts had before them also comes from the tones heard. */
static void check_queue(void)
{
	struct lin_spec spec = { .bytes = sizeof(struct queue),
				 .apply = apply };
	struct queue first;
	uint64_t mask = (UINT64_C(1) << mod_count) - 1;
	unsigned i, tone;

	memset(&first, 0, sizeof(first));
	heard_count = 0;
	for (tone = 1; tone < TONES; tone++) {
		if (!all.heard[0][tone].place)
			continue;
		heard_tone[heard_count] = (uint8_t)tone;
		spec.before[mod_count + heard_count++] =
			all.heard[0][tone].since & mask;
	}
	spec.events = mod_count + heard_count;
	for (i = 0; i < heard_count; i++) {
		uint32_t bit = 1u << (MOD_ACTS + heard_tone[i]);
		unsigned j;

		for (j = 0; j < heard_count; j++)
			if (all.heard[0][heard_tone[j]].since & bit)
				spec.before[mod_count + j] |=
					UINT64_C(1) << (mod_count + i);
	}
	mod_check(&spec, &first);
}

/* ------------------------------------------------------------- subscriptions */

/* The act that did this for a subscription, or MOD_ACTS. */
static unsigned act_of(char verb, unsigned arg)
{
	unsigned i;

	for (i = 0; i < mod_count; i++)
		if (mod_plans[i].verb == verb && mod_plans[i].arg == arg)
			return i;
	return MOD_ACTS;
}

static void check_heard(unsigned sub, unsigned tone)
{
	const struct heard *heard = &all.heard[sub][tone];
	unsigned given = act_of('t', tone), from = act_of('b', sub);
	unsigned until = act_of('u', sub);
	bool accepted = given < MOD_ACTS && !all.mod.act[given].answer;

	if (heard->place && !accepted)
		explore_fault("tone %u is heard, was not given", tone);
	if (!accepted || from == MOD_ACTS || all.mod.act[from].answer)
		return;
	if (heard->place && mod_precedes(given, from))
		explore_fault("subscription %u hears the older tone %u", sub,
			      tone);
	if (!heard->place && mod_precedes(from, given) && until == MOD_ACTS)
		explore_fault("subscription %u misses tone %u", sub, tone);
	if (heard->place && until < MOD_ACTS && !all.mod.act[until].answer &&
	    (heard->act == NEVER || heard->since >> until & 1))
		explore_fault("subscription %u has ended, and hears tone %u",
			      sub, tone);
	if (heard->place && all.heard[0][tone].sequence != heard->sequence)
		explore_fault("tone %u has two numbers", tone);
}

static void check_order(unsigned sub)
{
	unsigned i, j;

	for (i = 1; i < TONES; i++)
		for (j = 1; j < TONES; j++)
			if (all.heard[sub][i].place &&
			    all.heard[sub][j].place &&
			    all.heard[sub][i].place < all.heard[sub][j].place &&
			    all.heard[sub][i].sequence >=
				    all.heard[sub][j].sequence)
				explore_fault("subscription %u: disorder", sub);
}

static void check_rest(void)
{
	unsigned i, lost = 0, free = 0, subs = 0;
	ivrq_stats stats;

	for (i = 0; i < mod_count; i++)
		lost += mod_plans[i].verb == 't' &&
			(all.mod.act[i].answer == IVRQ_EFULL ||
			 all.mod.act[i].answer == IVRQ_EPOOL);
	if (ivrq_engine_stats(all.engine, &stats) || stats.tones_lost != lost)
		explore_fault("%u tones were lost", lost);
	while (ivrq__pool_pop(&all.engine->tone_pool) != IVRQ__NONE)
		if (++free > program->size)
			break;
	while (ivrq__pool_pop(&all.engine->subscription_pool) != IVRQ__NONE)
		if (++subs > SUBS)
			break;
	if (free != program->size || subs != SUBS)
		explore_fault("%u nodes and %u subscriptions are free", free,
			      subs);
}

static void end_call(void)
{
	(void)!ivrq_call_close(all.engine, all.call, IVRQ_CAUSE_HANG_UP, NULL);
	ivrq_worker_run(all.engine, 0, 0);
}

static void judge(void)
{
	unsigned sub, tone;

	all.run_since = all.mod.returned;
	ivrq_worker_run(all.engine, 0, 0);
	for (sub = 0; sub < SUBS; sub++)
		for (tone = 1; tone < TONES; tone++)
			check_heard(sub, tone);
	for (sub = 0; sub < SUBS; sub++)
		check_order(sub);
	check_queue();
	end_call();
	/* Who subscribed too late has left his node to the next life. */
	open_call();
	end_call();
	if (all.closed != 2)
		explore_fault("closed %u times", all.closed);
	check_rest();
}

const struct module mod_tone = { &all.mod, bytes, begin, act, observe, judge };
