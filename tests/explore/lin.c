/* SPDX-License-Identifier: MIT */
/*
 * lin.c - is there an order of events, one after the other, that a sequential
 * object allows?
 *
 * The search is that of Wing and Gong: of the events that no event still to be
 * placed had returned before, try each that the object allows, and go on. What
 * was tried is remembered as (events placed, state of the object), so that it
 * is not tried again.
 */
#include "lin.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	uint64_t done;
	uint32_t epoch; /* of the search; others are empty */
	uint8_t state[LIN_STATE];
};

struct search {
	const struct lin_spec *spec;
	struct lin_fault *fault;
	uint8_t order[LIN_EVENTS];
};

static struct entry *table;
static size_t room, used;
static uint32_t epoch;

static uint64_t hash(uint64_t done, const uint8_t *state)
{
	uint64_t a = done * UINT64_C(0x9e3779b97f4a7c15), part;
	size_t i;

	for (i = 0; i < LIN_STATE; i += sizeof(part)) {
		memcpy(&part, state + i, sizeof(part));
		a = (a ^ part) * UINT64_C(0xd6e8feb86659fd93);
		a ^= a >> 32;
	}
	return a ^ a >> 29;
}

/* True: it was not there. */
static bool put(struct entry *to, size_t size, const struct entry *one)
{
	size_t at = hash(one->done, one->state) & (size - 1);

	for (; to[at].epoch == epoch; at = (at + 1) & (size - 1))
		if (to[at].done == one->done &&
		    !memcmp(to[at].state, one->state, LIN_STATE))
			return false;
	to[at] = *one;
	return true;
}

static void grow(void)
{
	size_t i, size = room ? room * 4 : 1024;
	struct entry *to = calloc(size, sizeof(*to));

	if (!to)
		abort();
	for (i = 0; i < room; i++)
		if (table[i].epoch == epoch)
			put(to, size, &table[i]);
	free(table);
	table = to;
	room = size;
}

static bool is_new(const struct entry *one)
{
	if (used * 2 >= room)
		grow();
	if (!put(table, room, one))
		return false;
	used++;
	return true;
}

static bool place_rest(struct search *search, const struct entry *from,
		       unsigned count)
{
	const struct lin_spec *spec = search->spec;
	struct entry next;
	unsigned i;

	if (count > search->fault->done) {
		search->fault->done = count;
		memcpy(search->fault->order, search->order, count);
	}
	if (count == spec->events)
		return true;
	for (i = 0; i < spec->events; i++) {
		if (from->done >> i & 1 || spec->before[i] & ~from->done)
			continue;
		next = *from;
		next.done |= UINT64_C(1) << i;
		if (!spec->apply(spec->arg, next.state, i) || !is_new(&next))
			continue;
		search->order[count] = (uint8_t)i;
		if (place_rest(search, &next, count + 1))
			return true;
	}
	return false;
}

bool lin_search(const struct lin_spec *spec, const void *first,
		struct lin_fault *fault)
{
	struct search search = { .spec = spec, .fault = fault };
	struct entry from = { .epoch = ++epoch };

	if (spec->bytes > LIN_STATE || spec->events > LIN_EVENTS)
		abort();
	memcpy(from.state, first, spec->bytes);
	fault->done = 0;
	used = 0;
	return place_rest(&search, &from, 0);
}
