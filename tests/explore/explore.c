/* SPDX-License-Identifier: MIT */
/*
 * explore.c - run a few threads in every order their atomic accesses can take.
 *
 * The threads are coroutines of one real thread. Before each access to a word
 * that another thread uses too, a coroutine hands over to the search, which
 * picks who goes on: depth first, each choice in turn. On the way down it
 * keeps a copy of the shared memory and of the stacks in use, on the way back
 * it restores that; nothing is run again from the start.
 *
 * A state that was met before is not entered a second time. Two states are the
 * same if the shared memory is and each thread has, since the last call of
 * explore_begin(), read the same values: what is in its local variables
 * follows from that. States are compared by a hash of 64 bits.
 *
 * Which words are shared is found out on the way: at first none is. When a
 * second thread uses a word that one of them writes, the word becomes shared
 * and the search begins again. In the last search no other word has two users,
 * so not switching there leaves nothing out.
 *
 * What it shows is sequentially consistent: an order of whole accesses. Weak
 * orders are for other tools.
 *
 * As no state is entered twice and a thread's history only grows, a thread
 * that can go round for ever while the others rest, from whichever state, is
 * seen here as one that makes too many accesses in a row.
 */
#include "explore.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fence.h"

#define STACK	  65536
#define DEPTH	  4000
#define WORDS	  16384	       /* 4-byte units of the memory */
#define FEW	  UINT64_C(15) /* of a hash: the preemptions on the way there */
#define ALONE_MAX 20000	       /* accesses to unshared words in one step */

/* Its own; saved and restored. */
struct task {
	jmp_buf env;
	uint64_t history;
	char *low;    /* of the stack in use */
	unsigned row; /* accesses in a row */
	unsigned limit;
	bool fresh; /* at explore_begin() */
	bool done;
	bool in_run;
};

struct frame {
	char *copy; /* memory, tasks, stacks */
	size_t room;
	unsigned tried; /* of the choices */
	unsigned last;	/* who came here */
	unsigned preemptions;
	unsigned chosen;
	unsigned done; /* threads, a bit each */
	bool busy;     /* `last` would go on */
	bool touched;  /* the present is not this state */
};

enum use { UNUSED, USED, READ = USED + EXPLORE_THREADS, SHARED };

static const struct explore_spec *spec;
static struct explore_stats *stats;
static struct task tasks[EXPLORE_THREADS];
static char stacks[EXPLORE_THREADS][STACK] __attribute__((aligned(64)));
static jmp_buf home;
static int current = -1;
static bool quiet, printing, again;
static unsigned alone;
static struct frame frames[DEPTH];
static unsigned depth;
static uint8_t uses[WORDS]; /* enum use */
static bool written[WORDS];
static char fault[512];
static uint64_t *seen;
static size_t seen_room, seen_count;
uint64_t explore_first_position;

/* ------------------------------------------------------------------ telling */

void explore_fault(const char *format, ...)
{
	va_list args;

	if (fault[0])
		return;
	va_start(args, format);
	vsnprintf(fault, sizeof(fault), format, args);
	va_end(args);
}

void explore_note(const char *format, ...)
{
	va_list args;

	if (!printing || quiet)
		return;
	if (current >= 0)
		printf("  %*sT%d ", current * 4, "", current);
	else
		printf("  at the end: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

bool explore_quiet(bool now)
{
	bool was = quiet;

	quiet = now;
	return was;
}

unsigned explore_thread(void)
{
	return current < 0 ? EXPLORE_THREADS : (unsigned)current;
}

static void note_access(const char *what, const volatile void *object,
			uint64_t value)
{
	char name[64], text[160];

	if (!printing || quiet || current < 0)
		return;
	spec->name(object, name, sizeof(name));
	spec->show(object, value, text, sizeof(text));
	explore_note("%-8s %-10s %s", what, name, text);
}

/* ---------------------------------------------------------------- switching */

static __attribute__((noinline)) char *stack_pointer(void)
{
	return __builtin_frame_address(0);
}

static void hand_over(void)
{
	struct task *task = &tasks[current];

	task->low = stack_pointer();
	if (!setjmp(task->env))
		longjmp(home, 1);
}

static void run_task(void);

/* Sanitizers do not follow a stack that is saved and restored. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                    \
	!defined(__SANITIZE_THREAD__) && !defined(SANITIZED)
#include <ucontext.h>

bool explore_possible(void)
{
	return true;
}

static void enter_stack(char *stack)
{
	static ucontext_t context;

	getcontext(&context);
	context.uc_stack.ss_sp = stack;
	context.uc_stack.ss_size = STACK;
	context.uc_link = NULL;
	makecontext(&context, run_task, 0);
	setcontext(&context);
}
#else
bool explore_possible(void)
{
	return false;
}

static void enter_stack(char *stack)
{
	(void)stack;
	run_task();
}
#endif

static void run_task(void)
{
	spec->body((unsigned)current);
	tasks[current].done = true;
	for (;;)
		hand_over();
}

/* Until it comes to its next access. */
static void go_on(unsigned thread)
{
	struct task *task = &tasks[thread];

	current = (int)thread;
	alone = 0;
	ivrq__set_in_run(task->in_run);
	if (!setjmp(home))
		longjmp(task->env, 1);
	task = &tasks[current];
	task->in_run = ivrq__in_run();
	ivrq__set_in_run(false);
	current = -1;
}

/* To its first explore_begin(). */
static void begin_task(unsigned thread)
{
	memset(&tasks[thread], 0, sizeof(tasks[thread]));
	memset(stacks[thread], 0, STACK);
	current = (int)thread;
	if (!setjmp(home))
		enter_stack(stacks[thread]);
	current = -1;
}

/* ----------------------------------------------------------------- accesses */

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t z = (a * 3 ^ b) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 32)) * UINT64_C(0xd6e8feb86659fd93);
	return z ^ (z >> 29);
}

static size_t place(const volatile void *object)
{
	return (size_t)((const volatile char *)object -
			(const char *)spec->memory) /
	       4;
}

/* Is it shared? Learns. */
static bool is_shared(const volatile void *object, bool writes)
{
	size_t at = place(object);
	unsigned mine = USED + (unsigned)current;

	if (at >= WORDS || at * 4 >= spec->bytes)
		return false;
	if (uses[at] == SHARED)
		return true;
	if (uses[at] != UNUSED && uses[at] != mine) {
		if (writes || written[at]) {
			uses[at] = SHARED;
			stats->shared++;
			again = true;
			return true;
		}
		uses[at] = READ;
	}
	written[at] |= writes;
	if (uses[at] == UNUSED)
		uses[at] = (uint8_t)mine;
	return false;
}

static void arrive(void)
{
	struct task *task;

	hand_over();
	task = &tasks[current];
	task->fresh = false;
	if (++task->row > task->limit)
		explore_fault("T%d: %u accesses in a row, alone, and not done",
			      current, task->row);
}

void explore_point(void)
{
	if (current >= 0 && !quiet)
		arrive();
}

/* Before an access. True: it is a step. */
static bool reach(const volatile void *object, bool writes)
{
	if (current < 0 || quiet)
		return false;
	if (!is_shared(object, writes)) {
		if (++alone > ALONE_MAX) {
			explore_fault("T%d: does not come to an end", current);
			hand_over();
		}
		return false;
	}
	arrive();
	return true;
}

static void has_read(const volatile void *object, uint64_t value)
{
	struct task *task = &tasks[current];

	task->history = mix(mix(task->history, place(object)), value);
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

uint64_t explore_load(const volatile void *object, size_t size)
{
	bool step = reach(object, false);
	uint64_t value = get(object, size);

	if (step) {
		has_read(object, value);
		note_access("load", object, value);
	}
	return value;
}

void explore_store(volatile void *object, size_t size, uint64_t value)
{
	bool step = reach(object, true);

	put(object, size, value);
	if (step) {
		has_read(object, 1);
		note_access("store", object, value);
	}
}

bool explore_cas(volatile void *object, size_t size, void *expected,
		 uint64_t desired)
{
	bool step = reach(object, true);
	uint64_t value = get(object, size);
	bool done = value == get(expected, size);

	if (done)
		put(object, size, desired);
	else
		put(expected, size, value);
	if (step) {
		has_read(object, value);
		note_access(done ? "cas" : "cas no", object,
			    done ? desired : value);
	}
	return done;
}

uint64_t explore_rmw(volatile void *object, size_t size, enum explore_op op,
		     uint64_t value)
{
	static const char *const names[] = { "add", "sub", "or", "and",
					     "xchg" };
	bool step = reach(object, true);
	uint64_t old = get(object, size);
	uint64_t now = op == EXPLORE_ADD ? old + value :
		       op == EXPLORE_SUB ? old - value :
		       op == EXPLORE_OR	 ? (old | value) :
		       op == EXPLORE_AND ? (old & value) :
					   value;

	put(object, size, now);
	if (step) {
		has_read(object, old);
		note_access(names[op], object, get(object, size));
	}
	return old;
}

void explore_begin(unsigned limit)
{
	struct task *task = &tasks[current];

	task->history = 0;
	task->fresh = true;
	hand_over();
	task = &tasks[current];
	task->row = 0;
	task->limit = limit;
}

/* ------------------------------------------------------------------- states */

static size_t stack_used(unsigned thread)
{
	return (size_t)(stacks[thread] + STACK - tasks[thread].low);
}

static void save(struct frame *frame)
{
	size_t need = spec->bytes + sizeof(tasks);
	unsigned i;
	char *to;

	for (i = 0; i < spec->threads; i++)
		need += stack_used(i);
	if (need > frame->room) {
		free(frame->copy);
		frame->room = need + 2048;
		frame->copy = malloc(frame->room);
		if (!frame->copy)
			abort();
	}
	to = frame->copy;
	memcpy(to, spec->memory, spec->bytes);
	to += spec->bytes;
	memcpy(to, tasks, sizeof(tasks));
	to += sizeof(tasks);
	for (i = 0; i < spec->threads; i++) {
		memcpy(to, tasks[i].low, stack_used(i));
		to += stack_used(i);
	}
	frame->touched = false;
}

static void restore(const struct frame *frame)
{
	const char *from = frame->copy;
	unsigned i;

	memcpy(spec->memory, from, spec->bytes);
	from += spec->bytes;
	memcpy(tasks, from, sizeof(tasks));
	from += sizeof(tasks);
	for (i = 0; i < spec->threads; i++) {
		memcpy(tasks[i].low, from, stack_used(i));
		from += stack_used(i);
	}
}

static uint64_t hash_state(const struct frame *frame)
{
	const uint64_t *word = spec->memory;
	uint64_t a = 1, b = 2, c = 3, d = 4;
	size_t i, n = spec->bytes / 8;

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
		a = mix(a, word[i]);
	a = mix(mix(a, b), mix(c, d));
	for (i = 0; i < spec->threads; i++)
		a = mix(mix(a, tasks[i].done), tasks[i].history);
	if (spec->preemptions >= 0 && frame->busy)
		a = mix(a, frame->last + 1);
	return (a & ~FEW) ? a & ~FEW : FEW + 1;
}

/* True: for the first time, or with more preemptions left than before. */
static bool insert(uint64_t *table, size_t room, uint64_t hash)
{
	size_t at = hash >> 8 & (room - 1);

	while (table[at]) {
		if ((table[at] & ~FEW) != (hash & ~FEW)) {
			at = (at + 1) & (room - 1);
			continue;
		}
		if (table[at] <= hash)
			return false;
		table[at] = hash;
		return true;
	}
	table[at] = hash;
	seen_count++;
	return true;
}

static bool enter(uint64_t hash)
{
	size_t i, room = seen_room ? seen_room * 4 : 1 << 16;
	uint64_t *table;

	if (seen_count * 2 >= seen_room) {
		table = calloc(room, sizeof(*table));
		if (!table)
			abort();
		seen_count = 0;
		for (i = 0; i < seen_room; i++)
			if (seen[i])
				insert(table, room, seen[i]);
		free(seen);
		seen = table;
		seen_room = room;
	}
	return insert(seen, seen_room, hash);
}

static void forget(void)
{
	free(seen);
	seen = NULL;
	seen_room = seen_count = 0;
}

/* ------------------------------------------------------------------- search */

/* What choices there are in the present state. */
static void assess(struct frame *frame)
{
	unsigned i;

	frame->busy = !tasks[frame->last].done && !tasks[frame->last].fresh;
	frame->done = 0;
	for (i = 0; i < spec->threads; i++)
		frame->done |= (unsigned)tasks[i].done << i;
}

static bool interrupts(const struct frame *frame, unsigned thread)
{
	return thread != frame->last && frame->busy;
}

/* The next choice here, in turn: who came here, then the others. */
static bool choose(struct frame *frame)
{
	while (frame->tried < spec->threads) {
		unsigned thread = (frame->last + frame->tried) % spec->threads;

		frame->tried++;
		if (frame->done >> thread & 1)
			continue;
		if (spec->preemptions >= 0 && interrupts(frame, thread) &&
		    frame->preemptions >= (unsigned)spec->preemptions) {
			stats->cut = true;
			continue;
		}
		if (frame->touched)
			restore(frame);
		frame->chosen = thread;
		return true;
	}
	return false;
}

static bool all_done(const struct frame *frame)
{
	return frame->done == (1u << spec->threads) - 1;
}

/* Do what this frame has chosen; fills the next one's head. */
static void take_step(struct frame *frame)
{
	unsigned i, thread = frame->chosen;

	frame[1].last = thread;
	frame[1].preemptions = frame->preemptions;
	if (spec->preemptions >= 0)
		frame[1].preemptions += interrupts(frame, thread);
	frame[1].tried = 0;
	for (i = 0; i < spec->threads; i++)
		if (i != thread)
			tasks[i].row = 0;
	go_on(thread);
	frame->touched = true;
	stats->steps++;
	quiet = true;
	spec->observe();
	quiet = false;
}

/* Enter the state that a step has led to, if it is a new one. */
static void descend(void)
{
	struct frame *frame = &frames[depth + 1];

	assess(frame);
	if (!enter(hash_state(frame) | frame->preemptions))
		return;
	if (all_done(frame)) {
		stats->ends++;
		spec->judge();
	} else if (depth + 2 == DEPTH) {
		explore_fault("%u steps and no end", depth);
	} else {
		save(&frames[++depth]);
		if (depth > stats->depth)
			stats->depth = depth;
	}
}

static enum explore_verdict search(void)
{
	for (;;) {
		while (!choose(&frames[depth]))
			if (!depth--)
				return EXPLORE_PASSED;
		take_step(&frames[depth]);
		if (again && !fault[0])
			return EXPLORE_PASSED;
		if (!fault[0])
			descend();
		if (fault[0])
			return EXPLORE_FAULT;
		if (spec->steps_max && stats->steps > spec->steps_max)
			return EXPLORE_GAVE_UP;
	}
}

static void begin(char *first)
{
	unsigned i;

	memcpy(spec->memory, first, spec->bytes);
	fault[0] = '\0';
	again = false;
	for (i = 0; i < spec->threads; i++)
		begin_task(i);
	depth = 0;
	frames[0].tried = frames[0].last = frames[0].preemptions = 0;
	assess(&frames[0]);
	save(&frames[0]);
}

enum explore_verdict explore_run(const struct explore_spec *wanted,
				 struct explore_stats *to)
{
	char *first = malloc(wanted->bytes);
	enum explore_verdict verdict;

	if (!first || wanted->bytes / 4 > WORDS)
		abort();
	spec = wanted;
	stats = to;
	memset(stats, 0, sizeof(*stats));
	memset(uses, 0, sizeof(uses));
	memset(written, 0, sizeof(written));
	memcpy(first, spec->memory, spec->bytes);
	do {
		stats->steps = stats->ends = stats->depth = 0;
		stats->cut = false;
		begin(first);
		verdict = search();
		stats->states = seen_count;
		forget();
	} while (verdict == EXPLORE_PASSED && again);
	memcpy(spec->memory, first, spec->bytes);
	free(first);
	return verdict;
}

void explore_print(const struct explore_spec *wanted)
{
	unsigned i, steps = depth;
	char said[sizeof(fault)];

	spec = wanted;
	memcpy(said, fault, sizeof(said));
	fault[0] = '\0';
	printing = true;
	restore(&frames[0]);
	for (i = 0; i <= steps; i++)
		take_step(&frames[i]);
	assess(&frames[steps + 1]);
	if (all_done(&frames[steps + 1]))
		spec->judge();
	printing = false;
	printf("%s\n", said);
	restore(&frames[0]);
}
