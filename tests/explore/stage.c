/* SPDX-License-Identifier: MIT */
/*
 * stage.c - the engine of the scenes, its callbacks, and what is asked at the
 * end.
 *
 * The memory that the engine promises to order is told to explore.c by
 * explore_reads() and explore_writes(), as in plain.c.
 */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stage stage;
const struct scene *present;
struct stage_bytes stage_bytes;

unsigned stage_thread(void)
{
	return explore_thread();
}

/* ---------------------------------------------------------------- callbacks */

static unsigned op_of(const ivrq_operation *operation)
{
	return (unsigned)((const char *)operation->user - stage_bytes.asker);
}

static void read_operation(const void *user, const ivrq_operation *operation)
{
	uint32_t i;

	explore_reads(user, 1);
	explore_reads(operation->user, 1);
	explore_reads(operation, sizeof(*operation));
	for (i = 0; i < operation->prompt_count; i++) {
		explore_reads(&operation->prompts[i], sizeof(char *));
		explore_reads(operation->prompts[i], 1);
	}
}

static int on_start(void *user, const ivrq_operation *operation)
{
	explore_note("start of op %u", op_of(operation));
	read_operation(user, operation);
	stage.started |= 1u << op_of(operation);
	stage.got[op_of(operation)].op = operation->op;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	(void)outcome;
	read_operation(user, operation);
	return IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	unsigned op = op_of(result->operation);

	explore_note("result of op %u, status %d", op, (int)result->status);
	read_operation(user, result->operation);
	if (result->media_ms)
		explore_reads(&stage_bytes.completer[op][result->media_ms - 1],
			      1);
	explore_writes(&stage_bytes.told[op], 1);
	if (stage.results >> op & 1)
		explore_fault("op %u: a second result", op);
	stage.results |= 1u << op;
	stage.cut[op] = result->cancel;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	unsigned number = (unsigned)((const char *)user - stage_bytes.opener);
	uint64_t opened = stage.call[number].value;

	(void)reason;
	explore_note("call %u closed", number);
	if (opened && call.value != opened)
		explore_fault("call %u: closed by another handle", number);
	explore_reads(user, 1);
	explore_writes(&stage_bytes.closed[number], 1);
	if (stage.closed >> number & 1)
		explore_fault("call %u: closed twice", number);
	stage.closed |= 1u << number;
}

void stage_on_tone(void *user, const ivrq_tone_event *event)
{
	unsigned sub = (unsigned)((const char *)user - stage_bytes.subscriber);
	unsigned tone = (unsigned)(event->tone - '0');

	explore_note("subscription %u hears %c", sub, event->tone);
	explore_reads(user, 1);
	if (stage.heard[sub] >> tone & 1)
		explore_fault("subscription %u hears a tone twice", sub);
	stage.heard[sub] |= 1u << tone;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	read_operation(user, operation);
}

const ivrq_driver stage_driver = { on_start, on_stop, NULL, NULL };
const ivrq_driver stage_pausable = { on_start, on_stop, on_pause, on_pause };
const ivrq_listener stage_listener = { .result = on_result,
				       .closed = on_closed };

void stage_wake(void *user, uint32_t worker)
{
	(void)user;
	explore_post(&stage.wakes[worker]);
}

/* ------------------------------------------------------------------ set up */

static void *take(void *user, size_t size, size_t align)
{
	char *at = stage.arena + stage.used;

	(void)user;
	(void)align;
	stage.used += (size + 63) / 64 * 64;
	if (stage.used > sizeof(stage.arena))
		abort();
	return at;
}

static void give(void *user, void *memory, size_t size)
{
	(void)user;
	(void)memory;
	(void)size;
}

void stage_create(uint32_t operations, uint32_t subscriptions)
{
	ivrq_config config;

	memset(&stage, 0, sizeof(stage));
	ivrq_config_init(&config);
	config.calls = config.workers = 2;
	config.ring = IVRQ_RING_MIN;
	config.operations = operations;
	config.tones = config.tones_per_call = config.fences = 2;
	config.subscriptions = subscriptions;
	config.inline_bytes = IVRQ_INLINE_MIN;
	config.alloc = take;
	config.free = give;
	config.wake = present->daemons ? stage_wake : NULL;
	if (ivrq_engine_create(&config, &stage.engine, NULL))
		abort();
}

/* ------------------------------------------------------------------- at end */

static void judge_tones(void)
{
	ivrq_stats stats;
	uint32_t toned = stage.toned;
	unsigned i, count = 0;

	for (; toned; toned &= toned - 1)
		count++;
	if (ivrq_engine_stats(stage.engine, &stats) || stats.tones != count ||
	    stats.tones_lost != stage.lost)
		explore_fault("%u tones were accepted", count);
	for (i = 0; i < SUBS; i++) {
		if (stage.must_hear[i] & ~stage.heard[i])
			explore_fault("subscription %u missed a tone", i);
		if (stage.must_not[i] & stage.heard[i])
			explore_fault("subscription %u hears an old tone", i);
	}
}

static void judge_cuts(void)
{
	unsigned i, op, count;

	for (i = 0; i < CUTS; i++) {
		const ivrq_receipt *made = &stage.made[i];

		for (op = count = 0; op < OPS; op++)
			count += made->id.value &&
				 stage.cut[op].value == made->id.value;
		if (count != made->in_flight + made->pending)
			explore_fault("cut %u: %u results, the receipt says "
				      "%u + %u",
				      i, count, made->in_flight, made->pending);
	}
}

static void judge(void)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };
	unsigned round, i;

	for (i = 0; i < 2; i++)
		if (stage.engine->config.wake && !stage.wakes[i] &&
		    (!ivrq__ready_empty(&stage.engine->workers[i].ready) ||
		     !ivrq__ready_over(&stage.engine->workers[i].walk)))
			explore_fault("worker %u was not woken", i);
	if (stage.stops && stage.opened != stage.closed)
		explore_fault("stop answered 0, a call is not closed");
	if (stage.set.levels && !ivrq__ready_empty(&stage.set)) {
		if (stage.slept && !stage.wakes[0])
			explore_fault("it sleeps, and the set is not empty");
		take_set();
	}
	if (stage.added & ~stage.taken)
		explore_fault("of the set, %#x is never taken",
			      stage.added & ~stage.taken);
	for (round = 0; round < 6; round++) {
		run0();
		run1();
		for (i = 0; i < OPS; i++)
			if (stage.started & ~stage.results & 1u << i)
				(void)!ivrq_op_complete(stage.engine,
							stage.got[i].op,
							&outcome);
	}
	for (i = 0; i < CALLS; i++)
		if (stage.opened & ~stage.closed & 1u << i)
			stage_close(i);
	for (round = 0; round < 4; round++) {
		run0();
		run1();
	}
	if (stage.accepted != stage.results)
		explore_fault("accepted %#x, results %#x", stage.accepted,
			      stage.results);
	judge_cuts();
	if (stage.opened != stage.closed)
		explore_fault("opened %#x, closed %#x", stage.opened,
			      stage.closed);
	judge_tones();
}

/* --------------------------------------------------------------- exploration */

static void body(unsigned thread)
{
	unsigned i;

	for (i = 0; i < SCENE_ACTS && present->act[thread][i]; i++) {
		explore_begin(LIMIT);
		present->act[thread][i]();
	}
}

static void observe(void)
{
}

static bool among(const volatile void *object, const void *start, size_t size,
		  size_t *at)
{
	*at = (size_t)((const volatile char *)object - (const char *)start);
	return *at < size;
}

static void name(const volatile void *object, char *buf, size_t size)
{
	static const char *const blocks[] = { "call",
					      "cold",
					      "call next",
					      "op",
					      "cell",
					      "op next",
					      "shard",
					      "worker",
					      "ready",
					      "tone",
					      "tone next",
					      "subscription",
					      "subscription next",
					      "waiter",
					      "waiter next" };
	size_t at;
	unsigned i;

	for (i = 0; i < IVRQ__BLOCKS; i++)
		if (among(object, stage.engine->block[i].memory,
			  stage.engine->block[i].bytes, &at)) {
			snprintf(buf, size, "%s+%zu", blocks[i], at);
			return;
		}
	if (among(object, stage.engine, sizeof(*stage.engine), &at))
		snprintf(buf, size, "engine+%zu", at);
	else if (among(object, &stage_bytes, sizeof(stage_bytes), &at))
		snprintf(buf, size, "embedder+%zu", at);
	else
		snprintf(buf, size, "stage");
}

static void show(const volatile void *object, uint64_t value, char *buf,
		 size_t size)
{
	(void)object;
	snprintf(buf, size, "%#llx", (unsigned long long)value);
}

void scene_spec(struct explore_spec *spec)
{
	spec->memory = &stage;
	spec->bytes = offsetof(struct stage, arena) + stage.used;
	spec->plain = &stage_bytes;
	spec->plain_bytes = sizeof(stage_bytes);
	spec->daemons = present->daemons;
	while (spec->threads < EXPLORE_THREADS &&
	       present->act[spec->threads][0])
		spec->threads++;
	spec->body = body;
	spec->observe = observe;
	spec->judge = judge;
	spec->name = name;
	spec->show = show;
}
