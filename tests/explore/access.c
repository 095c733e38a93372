/* SPDX-License-Identifier: MIT */
/*
 * access.c - what an access of a thread does.
 *
 * Before each to a word that another thread uses too, the thread hands over to
 * the search (explore.c), which may have others go on first, and which says
 * what a load reads if orders count (weak.c).
 *
 * Which words are shared is found out on the way: at first none is. When a
 * second thread uses a word that one of them writes, the word becomes shared
 * and the search begins again. In the last search no other word has two users,
 * so not switching there leaves nothing out.
 */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALONE_MAX 20000 /* accesses to unshared words in one step */
#define KINDS	  256

enum use { UNUSED, USED, READ = USED + EXPLORE_THREADS, SHARED };

static uint8_t uses[WORDS]; /* enum use */
static bool written[WORDS];
static uint8_t sizes[WORDS];
static unsigned longest[KINDS];

void access_forget(void)
{
	memset(uses, 0, sizeof(uses));
	memset(written, 0, sizeof(written));
}

/* ----------------------------------------------------------------- accesses */

/* Is it shared? Learns. */
static bool is_shared(const volatile void *object, size_t size, bool writes)
{
	size_t at = machine_place(object);
	unsigned mine = USED + (unsigned)machine.current;

	if (machine.current < 0 || at >= WORDS || at * 4 >= machine.spec->bytes)
		return false;
	if (uses[at] == SHARED)
		return true;
	if (uses[at] != UNUSED && uses[at] != mine) {
		if (writes || written[at]) {
			uses[at] = SHARED;
			sizes[at] = (uint8_t)size;
			machine.stats->shared++;
			machine.again = true;
			if (machine.spec->weak)
				weak_add_word(object, size);
			return false;
		}
		uses[at] = READ;
	}
	written[at] |= writes;
	if (uses[at] == UNUSED)
		uses[at] = (uint8_t)mine;
	return false;
}

void access_print_shared(void)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		if (uses[i] == SHARED)
			printf("%zx.", 2 * i + (sizes[i] == 8));
}

const char *access_share(const char *text)
{
	char *end;

	for (; *text && *text != ':'; text = *end ? end + 1 : end) {
		size_t number = strtoul(text, &end, 16), at = number / 2;

		if (end == text || at * 4 >= machine.spec->bytes)
			return "";
		if (uses[at] == SHARED)
			continue;
		uses[at] = SHARED;
		if (machine.spec->weak)
			weak_add_word((char *)machine.spec->memory + at * 4,
				      number & 1 ? 8 : 4);
	}
	return *text ? text + 1 : text;
}

static void arrive(void)
{
	struct task *task;

	machine_hand_over();
	task = &machine.task[machine.current];
	task->fresh = false;
	if (++task->row > task->limit)
		explore_fault("T%d: %u accesses in a row, alone, and not done",
			      machine.current, task->row);
}

/* What a thread does next follows from all that it has read. */
static void has_read(const volatile void *object, uint64_t value)
{
	struct task *task;

	if (machine.current < 0 || machine.quiet)
		return;
	task = &machine.task[machine.current];
	task->history = machine_mix(
		machine_mix(task->history, machine_place(object)), value);
}

void explore_point(void)
{
	if (machine.current < 0 || machine.quiet)
		return;
	machine.task[machine.current].next.type = NO_ACCESS;
	has_read(machine.spec->memory, 0);
	arrive();
}

/* Before an access. True: it is a step. */
static bool reach(const struct access *access)
{
	bool writes = access->type != LOAD;

	if (machine.guest.here && ++machine.guest.count > machine.guest.limit) {
		explore_fault("a newcomer makes %u accesses and is not done",
			      machine.guest.count);
		longjmp(machine.guest.env, 1);
	}
	if (machine.current < 0 || machine.quiet)
		return false;
	machine.task[machine.current].count++;
	if (!is_shared(access->object, access->size, writes)) {
		if (++machine.alone > ALONE_MAX) {
			explore_fault("T%d: does not come to an end",
				      machine.current);
			machine_hand_over();
		}
		return false;
	}
	machine.task[machine.current].next = *access;
	arrive();
	return true;
}

static uint64_t get(const volatile void *object, size_t size)
{
	return size == 8 ? *(const volatile uint64_t *)object :
			   *(const volatile uint32_t *)object;
}

static void put(volatile void *object, size_t size, uint64_t value)
{
	if (size == 8)
		*(volatile uint64_t *)object = value;
	else
		*(volatile uint32_t *)object = (uint32_t)value;
}

/* Of a step: how many messages back it reads. */
static unsigned back_now(bool step)
{
	return step && machine.spec->weak ? machine.task[machine.current].back :
					    0;
}

/* What a step reads. */
static uint64_t take(const volatile void *object, size_t size, int order,
		     bool step)
{
	if (step && machine.spec->weak)
		return weak_read((unsigned)machine.current, object,
				 back_now(step), order);
	return get(object, size);
}

static void give(volatile void *object, size_t size, uint64_t value, int order,
		 bool rmw, bool step)
{
	put(object, size, value);
	if (step && machine.spec->weak)
		weak_write((unsigned)machine.current, object, get(object, size),
			   order, rmw);
}

uint64_t explore_load(const volatile void *object, size_t size, int order)
{
	struct access access = {
		.type = LOAD, .order = order, .size = size, .object = object
	};
	bool step = reach(&access);
	uint64_t value = take(object, size, order, step);

	has_read(object, value);
	if (step)
		machine_note(back_now(step) ? "stale" : "load", object, value);
	return value;
}

void explore_store(volatile void *object, size_t size, uint64_t value,
		   int order)
{
	struct access access = {
		.type = STORE, .order = order, .size = size, .object = object
	};
	bool step = reach(&access);

	give(object, size, value, order, false, step);
	if (step) {
		has_read(object, 1);
		machine_note("store", object, value);
	}
}

bool explore_cas(volatile void *object, size_t size, void *expected,
		 uint64_t desired, int order, int failure)
{
	struct access access = { .type = CAS,
				 .order = order,
				 .failure = failure,
				 .size = size,
				 .object = object,
				 .expected = get(expected, size) };
	bool step = reach(&access);
	bool done = !back_now(step) && get(object, size) == access.expected;
	uint64_t value = take(object, size, done ? order : failure, step);

	if (done)
		give(object, size, desired, order, true, step);
	else
		put(expected, size, value);
	has_read(object, value);
	if (step)
		machine_note(done	    ? "cas" :
			     back_now(step) ? "cas old" :
					      "cas no",
			     object, done ? desired : value);
	return done;
}

uint64_t explore_rmw(volatile void *object, size_t size, enum explore_op op,
		     uint64_t value, int order)
{
	static const char *const names[] = { "add", "sub", "or", "and",
					     "xchg" };
	struct access access = {
		.type = RMW, .order = order, .size = size, .object = object
	};
	bool step = reach(&access);
	uint64_t old = take(object, size, order, step);
	uint64_t now = op == EXPLORE_ADD ? old + value :
		       op == EXPLORE_SUB ? old - value :
		       op == EXPLORE_OR	 ? (old | value) :
		       op == EXPLORE_AND ? (old & value) :
					   value;

	give(object, size, now, order, true, step);
	has_read(object, old);
	if (step)
		machine_note(names[op], object, get(object, size));
	return old;
}

int explore_post(void *sem)
{
	explore_rmw(sem, 4, EXPLORE_ADD, 1, memory_order_acq_rel);
	return 0;
}

/* Who waits is not chosen before somebody has posted. */
int explore_wait(void *sem)
{
	struct access access = { .type = WAIT, .size = 4, .object = sem };
	bool was = is_shared(sem, 4, true);

	if (machine.current < 0 || machine.quiet) {
		if (!get(sem, 4))
			explore_fault("waits when all is over");
		errno = ETIMEDOUT;
		return -1;
	}
	machine.task[machine.current].next = access;
	arrive();
	put(sem, 4, get(sem, 4) - 1);
	if (was && machine.spec->weak) {
		weak_read((unsigned)machine.current, sem, 0,
			  memory_order_acquire);
		weak_write((unsigned)machine.current, sem, get(sem, 4),
			   memory_order_acquire, true);
	}
	has_read(sem, 1);
	machine_note("wait", sem, get(sem, 4));
	return 0;
}

void explore_begin(unsigned limit)
{
	struct task *task;

	if (machine.guest.here) {
		machine.guest.count = 0;
		machine.guest.limit = limit;
		return;
	}
	task = &machine.task[machine.current];
	task->history = ++task->begun;
	task->fresh = true;
	task->next.type = NO_ACCESS;
	machine_hand_over();
	task = &machine.task[machine.current];
	task->row = 0;
	task->count = 0;
	task->limit = limit;
}

void explore_mark(unsigned event)
{
	if (machine.current >= 0 && machine.spec->weak)
		weak_mark((unsigned)machine.current, event);
}

void explore_end(unsigned event, unsigned kind)
{
	unsigned count =
		machine.current < 0 ? 0 : machine.task[machine.current].count;

	explore_mark(event);
	if (count > longest[kind % KINDS])
		longest[kind % KINDS] = count;
}

uint32_t explore_known(uint32_t events)
{
	uint32_t known = 0;
	unsigned i;

	if (machine.current < 0 || !machine.spec->weak)
		return events;
	for (i = 0; i < 32; i++)
		if ((events >> i & 1) &&
		    weak_knows((unsigned)machine.current, i))
			known |= UINT32_C(1) << i;
	return known;
}

unsigned explore_longest(unsigned kind)
{
	return longest[kind % KINDS];
}

/* ------------------------------------------------------------ plain accesses */

void explore_plain(const volatile void *object, size_t size, bool write,
		   const void *site)
{
	const unsigned char *byte = (const void *)(uintptr_t)object;
	uint64_t value = 0;
	size_t i;

	if (machine.current < 0 || machine.quiet || !machine.spec->weak)
		return;
	if (!weak_plain((unsigned)machine.current, object, size, write, site))
		machine.again = true;
	if (write || machine_place(object) >= WORDS ||
	    machine_place(object) * 4 >= machine.spec->bytes)
		return;
	for (i = 0; i < size; i++)
		value = value << 8 ^ value >> 56 ^ byte[i];
	has_read(object, value);
}

void explore_reads(const volatile void *object, size_t size)
{
	explore_plain(object, size, false, __builtin_return_address(0));
}

void explore_writes(const volatile void *object, size_t size)
{
	explore_plain(object, size, true, __builtin_return_address(0));
}

uint64_t access_value(const struct access *access)
{
	return get(access->object, access->size);
}
