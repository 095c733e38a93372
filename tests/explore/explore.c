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
#include "weak.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fence.h"

#define STACK	  65536
#define DEPTH	  4000
#define WORDS	  16384 /* 4-byte units of the memory */
#define ALONE_MAX 20000 /* accesses to unshared words in one step */

#define BOUND 16 /* preemptions, and 4 stale reads */
#define KINDS 256

/* What a thread is about to do. */
struct access {
	enum { NO_ACCESS, LOAD, STORE, CAS, RMW, WAIT } type;
	int order;
	int failure; /* CAS */
	size_t size;
	const volatile void *object;
	uint64_t expected; /* CAS */
};

/* Its own; saved and restored. */
struct task {
	jmp_buf env;
	struct access next;
	unsigned back;	  /* it reads the message so many before the newest */
	uint64_t history; /* a hash */
	unsigned begun;	  /* functions */
	char *low;	  /* of the stack in use */
	unsigned row;	  /* accesses in a row */
	unsigned count;	  /* accesses since explore_begin() */
	unsigned limit;
	bool fresh; /* at explore_begin() */
	bool done;
	bool in_run;
};

struct frame {
	char *copy; /* memory, tasks, stacks */
	size_t room;
	unsigned tried; /* of the choices */
	unsigned back;	/* the next one of the choice in turn */
	unsigned last;	/* who came here */
	unsigned preemptions;
	unsigned stale;
	unsigned chosen;
	unsigned chosen_back;
	unsigned done; /* threads, a bit each */
	unsigned rest; /* those that wait for a semaphore */
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
/* A state, and with which preemptions and stale reads it was met. */
struct seen {
	uint64_t hash;
	uint64_t met;
};
static struct seen *seen;
static size_t seen_room, seen_count;
static unsigned longest[KINDS];
static jmp_buf guest_env;
static bool guest;
static unsigned guest_count, guest_limit;
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

bool explore_printing(void)
{
	return printing && !quiet;
}

bool explore_weak(void)
{
	return spec && spec->weak;
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
static bool is_shared(const volatile void *object, size_t size, bool writes)
{
	size_t at = place(object);
	unsigned mine = USED + (unsigned)current;

	if (current < 0 || at >= WORDS || at * 4 >= spec->bytes)
		return false;
	if (uses[at] == SHARED)
		return true;
	if (uses[at] != UNUSED && uses[at] != mine) {
		if (writes || written[at]) {
			uses[at] = SHARED;
			stats->shared++;
			again = true;
			if (spec->weak)
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

/* What a thread does next follows from all that it has read. */
static void has_read(const volatile void *object, uint64_t value)
{
	struct task *task;

	if (current < 0 || quiet)
		return;
	task = &tasks[current];
	task->history = mix(mix(task->history, place(object)), value);
}

void explore_point(void)
{
	if (current < 0 || quiet)
		return;
	tasks[current].next.type = NO_ACCESS;
	has_read(spec->memory, 0);
	arrive();
}

/* Before an access. True: it is a step. */
static bool reach(const struct access *access)
{
	bool writes = access->type != LOAD;

	if (guest && ++guest_count > guest_limit) {
		explore_fault("a newcomer makes %u accesses and is not done",
			      guest_count);
		longjmp(guest_env, 1);
	}
	if (current < 0 || quiet)
		return false;
	tasks[current].count++;
	if (!is_shared(access->object, access->size, writes)) {
		if (++alone > ALONE_MAX) {
			explore_fault("T%d: does not come to an end", current);
			hand_over();
		}
		return false;
	}
	tasks[current].next = *access;
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
	return step && spec->weak ? tasks[current].back : 0;
}

/* What a step reads. */
static uint64_t take(const volatile void *object, size_t size, int order,
		     bool step)
{
	if (step && spec->weak)
		return weak_read((unsigned)current, object, back_now(step),
				 order);
	return get(object, size);
}

static void give(volatile void *object, size_t size, uint64_t value, int order,
		 bool rmw, bool step)
{
	put(object, size, value);
	if (step && spec->weak)
		weak_write((unsigned)current, object, get(object, size), order,
			   rmw);
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
		note_access(back_now(step) ? "stale" : "load", object, value);
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
		note_access("store", object, value);
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
		note_access(done	   ? "cas" :
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
		note_access(names[op], object, get(object, size));
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

	if (current < 0 || quiet) {
		if (!get(sem, 4))
			explore_fault("waits when all is over");
		errno = ETIMEDOUT;
		return -1;
	}
	tasks[current].next = access;
	arrive();
	put(sem, 4, get(sem, 4) - 1);
	if (was && spec->weak) {
		weak_read((unsigned)current, sem, 0, memory_order_acquire);
		weak_write((unsigned)current, sem, get(sem, 4),
			   memory_order_acquire, true);
	}
	has_read(sem, 1);
	note_access("wait", sem, get(sem, 4));
	return 0;
}

void explore_begin(unsigned limit)
{
	struct task *task;

	if (guest) {
		guest_count = 0;
		guest_limit = limit;
		return;
	}
	task = &tasks[current];
	task->history = ++task->begun;
	task->fresh = true;
	task->next.type = NO_ACCESS;
	hand_over();
	task = &tasks[current];
	task->row = 0;
	task->count = 0;
	task->limit = limit;
}

void explore_mark(unsigned event)
{
	if (current >= 0 && spec->weak)
		weak_mark((unsigned)current, event);
}

void explore_end(unsigned event, unsigned kind)
{
	unsigned count = current < 0 ? 0 : tasks[current].count;

	explore_mark(event);
	if (count > longest[kind % KINDS])
		longest[kind % KINDS] = count;
}

uint32_t explore_known(uint32_t events)
{
	uint32_t known = 0;
	unsigned i;

	if (current < 0 || !spec->weak)
		return events;
	for (i = 0; i < 32; i++)
		if ((events >> i & 1) && weak_knows((unsigned)current, i))
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

	if (current < 0 || quiet || !spec->weak)
		return;
	if (!weak_plain((unsigned)current, object, size, write, site))
		again = true;
	if (write || place(object) >= WORDS || place(object) * 4 >= spec->bytes)
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

/* ------------------------------------------------------------------- states */

static size_t stack_used(unsigned thread)
{
	return (size_t)(stacks[thread] + STACK - tasks[thread].low);
}

static void save(struct frame *frame)
{
	size_t need =
		spec->bytes + sizeof(tasks) + (spec->weak ? weak_size() : 0);
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
	if (spec->weak)
		to = weak_save(to);
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
	if (spec->weak)
		from = weak_restore(from);
	for (i = 0; i < spec->threads; i++) {
		memcpy(tasks[i].low, from, stack_used(i));
		from += stack_used(i);
	}
}

/* Where it is: it has read this, and comes to that access. */
static uint64_t place_of(const struct task *task)
{
	uint64_t type = task->next.type;

	if (type != NO_ACCESS)
		type = type << 16 | place(task->next.object);
	return mix(task->history, type << 1 | task->fresh);
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
		a = mix(mix(a, tasks[i].done), place_of(&tasks[i]));
	if (spec->preemptions >= 0 && frame->busy)
		a = mix(a, frame->last + 1);
	if (spec->weak)
		a = mix(a, weak_hash(frame->done));
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

static bool enter(const struct frame *frame)
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

static void forget(void)
{
	free(seen);
	seen = NULL;
	seen_room = seen_count = 0;
}

/* ------------------------------------------------------------------- search */

static bool rests(unsigned thread)
{
	const struct access *next = &tasks[thread].next;

	return next->type == WAIT && !get(next->object, next->size);
}

/* What choices there are in the present state. */
static void assess(struct frame *frame)
{
	unsigned i;

	frame->done = frame->rest = 0;
	for (i = 0; i < spec->threads; i++) {
		frame->done |= (unsigned)tasks[i].done << i;
		if (!tasks[i].done)
			frame->rest |= (unsigned)rests(i) << i;
	}
	frame->busy = !tasks[frame->last].done && !tasks[frame->last].fresh &&
		      !(frame->rest >> frame->last & 1);
}

static bool interrupts(const struct frame *frame, unsigned thread)
{
	return thread != frame->last && frame->busy;
}

static bool may_read(unsigned thread, unsigned back)
{
	const struct access *next = &tasks[thread].next;

	if (next->type != LOAD && next->type != CAS)
		return false;
	return weak_may_read(thread, next->object, back,
			     next->type == CAS ? next->failure : next->order,
			     next->type == CAS, next->expected);
}

/* The next message back for this thread, which has read the newest. */
static bool choose_stale(struct frame *frame, unsigned thread)
{
	if (!spec->weak)
		return false;
	if (frame->touched)
		restore(frame);
	for (; frame->back <= WEAK_BACK; frame->back++) {
		if (!may_read(thread, frame->back))
			continue;
		if (frame->stale < spec->stale)
			return true;
		stats->cut = true;
		return false;
	}
	return false;
}

/* The next choice here, in turn: who came here, then the others; for each,
 * the newest message first. */
static bool choose(struct frame *frame)
{
	for (; frame->tried < spec->threads; frame->tried++, frame->back = 0) {
		unsigned thread = (frame->last + frame->tried) % spec->threads;

		if ((frame->done | frame->rest) >> thread & 1)
			continue;
		if (spec->preemptions >= 0 && interrupts(frame, thread) &&
		    frame->preemptions >= (unsigned)spec->preemptions) {
			stats->cut = true;
			continue;
		}
		if (frame->back && !choose_stale(frame, thread))
			continue;
		if (frame->touched)
			restore(frame);
		frame->chosen = thread;
		frame->chosen_back = frame->back++;
		return true;
	}
	return false;
}

static bool all_done(const struct frame *frame)
{
	return (frame->done | (frame->rest & spec->daemons)) ==
	       (1u << spec->threads) - 1;
}

/* Do what this frame has chosen; fills the next one's head. */
static void take_step(struct frame *frame)
{
	unsigned i, thread = frame->chosen;

	frame[1].last = thread;
	frame[1].preemptions = frame->preemptions;
	if (spec->preemptions >= 0)
		frame[1].preemptions += interrupts(frame, thread);
	frame[1].stale = frame->stale + (frame->chosen_back > 0);
	frame[1].tried = frame[1].back = 0;
	tasks[thread].back = frame->chosen_back;
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

/* All rest, for ever; one more comes. As if it had not been, afterwards. */
static void receive_guest(struct frame *frame)
{
	save(frame);
	guest = true;
	if (!setjmp(guest_env))
		spec->guest();
	guest = false;
	ivrq__set_in_run(false);
	restore(frame);
}

/* Enter the state that a step has led to, if it is a new one. */
static void descend(void)
{
	struct frame *frame = &frames[depth + 1];

	assess(frame);
	if (spec->weak)
		weak_trim(frame->done);
	if (!enter(frame)) {
		stats->paths++;
		return;
	}
	if (spec->guest)
		receive_guest(frame);
	if (all_done(frame)) {
		stats->paths++;
		stats->ends++;
		spec->judge();
	} else if (frame->done + frame->rest == (1u << spec->threads) - 1) {
		explore_fault("who waits is never woken");
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
		/* A race may be one for want of a word to synchronise with. */
		if (again && (spec->weak || !fault[0]))
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
	if (spec->weak)
		weak_begin();
	for (i = 0; i < spec->threads; i++)
		begin_task(i);
	depth = 0;
	frames[0].tried = frames[0].back = frames[0].last = 0;
	frames[0].preemptions = frames[0].stale = 0;
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
	if (spec->preemptions >= BOUND || spec->stale >= 4)
		abort();
	if (spec->weak)
		weak_forget(spec);
	memset(uses, 0, sizeof(uses));
	memset(written, 0, sizeof(written));
	memcpy(first, spec->memory, spec->bytes);
	do {
		stats->steps = stats->ends = stats->paths = 0;
		stats->depth = 0;
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
