/* SPDX-License-Identifier: MIT */
/*
 * states.c - keep the states on the path, and know those that were met.
 */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

/* A state, and with which preemptions and stale reads it was met. */
struct seen {
	uint64_t hash;
	uint64_t met;
};
static struct seen *seen;
static size_t seen_room, seen_count;

static size_t stack_used(unsigned thread)
{
	return (size_t)(machine.stack[thread] + STACK -
			machine.task[thread].low);
}

void state_save(struct frame *frame)
{
	size_t need = machine.spec->bytes + sizeof(machine.task) +
		      (machine.spec->weak ? weak_size() : 0);
	unsigned i;
	char *to;

	for (i = 0; i < machine.spec->threads; i++)
		need += stack_used(i);
	if (need > frame->room) {
		free(frame->copy);
		frame->room = need + 2048;
		frame->copy = malloc(frame->room);
		if (!frame->copy)
			abort();
	}
	to = frame->copy;
	memcpy(to, machine.spec->memory, machine.spec->bytes);
	to += machine.spec->bytes;
	memcpy(to, machine.task, sizeof(machine.task));
	to += sizeof(machine.task);
	if (machine.spec->weak)
		to = weak_save(to);
	for (i = 0; i < machine.spec->threads; i++) {
		memcpy(to, machine.task[i].low, stack_used(i));
		to += stack_used(i);
	}
	frame->touched = false;
}

void state_restore(const struct frame *frame)
{
	const char *from = frame->copy;
	unsigned i;

	memcpy(machine.spec->memory, from, machine.spec->bytes);
	from += machine.spec->bytes;
	memcpy(machine.task, from, sizeof(machine.task));
	from += sizeof(machine.task);
	if (machine.spec->weak)
		from = weak_restore(from);
	for (i = 0; i < machine.spec->threads; i++) {
		memcpy(machine.task[i].low, from, stack_used(i));
		from += stack_used(i);
	}
}

/* Where it is: it has read this, and comes to that access. */
static uint64_t place_of(const struct task *task)
{
	uint64_t type = task->next.type;

	if (type != NO_ACCESS)
		type = type << 16 | machine_place(task->next.object);
	return machine_mix(task->history, type << 1 | task->fresh);
}

static uint64_t hash_state(const struct frame *frame)
{
	const uint64_t *word = machine.spec->memory;
	uint64_t a = 1, b = 2, c = 3, d = 4;
	size_t i, n = machine.spec->bytes / 8;

	for (i = 0; i + 3 < n; i += 4) {
		a = (a ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
		b = (b ^ word[i + 1]) * UINT64_C(0xd6e8feb86659fd93);
		c = (c ^ word[i + 2]) * UINT64_C(0xff51afd7ed558ccd);
		d = (d ^ word[i + 3]) * UINT64_C(0xc4ceb9fe1a85ec53);
		a ^= a >> 32;
		b ^= b >> 29;
		c ^= c >> 31;
		d ^= d >> 33;
	}
	for (; i < n; i++)
		a = machine_mix(a, word[i]);
	a = machine_mix(machine_mix(a, b), machine_mix(c, d));
	for (i = 0; i < machine.spec->threads; i++)
		a = machine_mix(machine_mix(a, machine.task[i].done),
				place_of(&machine.task[i]));
	if (machine.spec->preemptions >= 0 && frame->busy)
		a = machine_mix(a, frame->last + 1);
	if (machine.spec->weak)
		a = machine_mix(a, weak_hash(frame->done));
	return a ? a : 1;
}

/* Those of `met` with as few preemptions and stale reads, or fewer. */
static uint64_t as_few(const struct frame *frame)
{
	uint64_t row = (UINT64_C(2) << frame->stale) - 1;

	return row * UINT64_C(0x1111111111111111) &
	       ~UINT64_C(0) >> (60 - 4 * frame->preemptions);
}

/* True: for the first time, or with more left than before. */
static bool insert(struct seen *table, size_t room, uint64_t hash, uint64_t met,
		   uint64_t fewer)
{
	size_t at = hash >> 8 & (room - 1);

	while (table[at].hash && table[at].hash != hash)
		at = (at + 1) & (room - 1);
	if (table[at].met & fewer)
		return false;
	seen_count += !table[at].hash;
	table[at].hash = hash;
	table[at].met |= met;
	return true;
}

bool state_enter(const struct frame *frame)
{
	size_t i, room = seen_room ? seen_room * 4 : 1 << 16;
	struct seen *table;

	if (seen_count * 2 >= seen_room) {
		table = calloc(room, sizeof(*table));
		if (!table)
			abort();
		seen_count = 0;
		for (i = 0; i < seen_room; i++)
			if (seen[i].hash)
				insert(table, room, seen[i].hash, seen[i].met,
				       0);
		free(seen);
		seen = table;
		seen_room = room;
	}
	return insert(seen, seen_room, hash_state(frame),
		      UINT64_C(1) << (4 * frame->preemptions + frame->stale),
		      as_few(frame));
}

void states_forget(void)
{
	free(seen);
	seen = NULL;
	seen_room = seen_count = 0;
}

uint64_t states_count(void)
{
	return seen_count;
}
