/* SPDX-License-Identifier: MIT */
/*
 * show.c - the words of the engine by name, and what is in them.
 */
#include "world.h"

#include <stdio.h>

static bool among(const volatile void *object, const void *start, size_t size,
		  size_t *at)
{
	*at = (size_t)((const volatile char *)object - (const char *)start);
	return *at < size;
}

static const char *queue_name(size_t at)
{
	switch (at) {
	case offsetof(struct ivrq__call, queue.word):
		return "word";
	case offsetof(struct ivrq__call, queue.hit):
		return "hit";
	case offsetof(struct ivrq__call, queue.done):
		return "done";
	case offsetof(struct ivrq__call, queue.flight):
		return "flight";
	case offsetof(struct ivrq__call, queue.selectors):
		return "selectors";
	case offsetof(struct ivrq__call, life):
		return "life";
	case offsetof(struct ivrq__call, tones):
		return "tones";
	case offsetof(struct ivrq__call, subscribers):
		return "subscribers";
	case offsetof(struct ivrq__call, owner):
		return "owner";
	default:
		return "call";
	}
}

void world_name(const volatile void *object, char *buf, size_t size)
{
	static const char *const cells[] = { "note", "end", "claim" };
	const ivrq_engine *engine = world.engine;
	const struct ivrq__call *call = ivrq__call_at(engine, 0);
	size_t at;

	if (among(object, call, sizeof(*call), &at))
		snprintf(buf, size, "%s", queue_name(at));
	else if (among(object, call + 1, 8 * engine->config.ring, &at))
		snprintf(buf, size, "slot %zu", at / 8);
	else if (among(object, engine->cells, OPS * sizeof(struct ivrq__cell),
		       &at))
		snprintf(buf, size, "%s %zu", cells[at / 8 % 3],
			 at / sizeof(struct ivrq__cell));
	else if (among(object, engine->shards, sizeof(struct ivrq__shard), &at))
		snprintf(buf, size, at ? "withdrawn" : "pool");
	else if (among(object, engine->workers, sizeof(struct ivrq__worker),
		       &at))
		snprintf(buf, size, "worker+%zu", at);
	else if (among(object, engine->workers[0].ready.level[0], 8, &at))
		snprintf(buf, size, "ready");
	else if (among(object, engine, sizeof(*engine), &at))
		snprintf(buf, size, "engine+%zu", at);
	else
		snprintf(buf, size, "pool link");
}

static void show_word(uint64_t word, char *buf, size_t size)
{
	static const char *const states[] = { "IDLE",
					      "RUN",
					      "DONE",
					      "CUT_RANGE",
					      "CUT_BARGE",
					      "CUT_LONE",
					      "CUT_GROUP",
					      "?",
					      "front",
					      "KEEP",
					      "front ?",
					      "front CUT_RANGE",
					      "front CUT_BARGE",
					      "front CUT_LONE",
					      "front CUT_GROUP",
					      "?" };

	snprintf(buf, size, "head %u depth %u cut %u %s closed %u%s%s",
		 (unsigned)ivrq__head(word), ivrq__depth(word),
		 ivrq__covered(word), states[ivrq__state(word)],
		 ivrq__closed(word), word & IVRQ__SWEEP ? " SWEEP" : "",
		 word & IVRQ__SLOW ? " SLOW" : "");
}

static void show_slot(uint64_t slot, char *buf, size_t size)
{
	static const char *const types[] = { "FREE",   "READY",	 "TAKEN",
					     "SEALED", "KILLED", "HOLE",
					     "?",      "?" };

	snprintf(buf, size, "%s %llu ref %u%s%s", types[ivrq__type(slot)],
		 (unsigned long long)ivrq__payload(slot), ivrq__ref(slot),
		 slot & IVRQ__MARK_CUT ? " MARK_CUT" : "",
		 slot & IVRQ__MARK_BARGE ? " MARK_BARGE" : "");
}

void world_show(const volatile void *object, uint64_t value, char *buf,
		size_t size)
{
	const ivrq_engine *engine = world.engine;
	const struct ivrq__call *call = ivrq__call_at(engine, 0);
	size_t at;

	if (object == &call->queue.word)
		show_word(value, buf, size);
	else if (among(object, call + 1, 8 * engine->config.ring, &at))
		show_slot(value, buf, size);
	else if (object == &call->queue.flight && value)
		snprintf(buf, size, "position %llu ref %u",
			 (unsigned long long)ivrq__payload(value),
			 ivrq__flight_ref(value));
	else
		snprintf(buf, size, "%#llx", (unsigned long long)value);
}

const char *world_act(unsigned act, char *buf, size_t size)
{
	snprintf(buf, size, "%c%u (act %u)", plans[act].verb, plans[act].op,
		 act);
	return buf;
}
