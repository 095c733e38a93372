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
 * If orders count (weak.c), it is a choice too which message a load reads; all
 * but the newest are stale reads, of which a path has a bounded number. Else
 * each load reads the newest: sequential consistency.
 *
 * A state that was met before is not entered a second time. Two states are the
 * same if the shared memory is, what weak.c keeps is, and each thread comes to
 * the same access, having read the same values since the last explore_begin():
 * what is in its local variables follows from that. What it reads is atomic or,
 * where the compiler tells of it, plain. States are compared by a hash of 64
 * bits. A state met again with more preemptions or stale reads left than ever
 * before is entered again.
 *
 * Progress. A thread in the middle of a function may rest for ever: it is
 * enough that the search never chooses it again while others have choices. So
 * with one preemption on the path each thread is frozen at each of its
 * accesses, while those others go on, also to functions that they begin later,
 * to the end of all they do; in each state in between, and in each order up to
 * the bound. What is required of them there:
 *
 *   - one that goes on alone, all others resting wherever they are, needs at
 *     most `limit` accesses to the end of its function;
 *   - no path is longer than DEPTH, and no state comes twice on a path, as the
 *     history of the thread that went on has grown;
 *   - a step does not take more than ALONE_MAX accesses to words of its own.
 *
 * What is not in that: functions that none of the threads was to call. With
 * spec.guest a newcomer comes in each state reached, finds all threads resting
 * for ever where they are, and calls what he likes, each function within its
 * limit; then all is as if he had not come. check_frozen does this.
 */
#include "machine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/fence.h"

#define DEPTH 4000
#define BOUND 16 /* preemptions, and 4 stale reads */

struct machine machine = { .current = -1 };
static jmp_buf home;
static struct frame frames[DEPTH];
static unsigned depth;
uint64_t explore_first_position;

/* ------------------------------------------------------------------ telling */

void explore_fault(const char *format, ...)
{
	va_list args;

	if (machine.fault[0])
		return;
	va_start(args, format);
	vsnprintf(machine.fault, sizeof(machine.fault), format, args);
	va_end(args);
}

void explore_note(const char *format, ...)
{
	va_list args;

	if (!machine.printing || machine.quiet)
		return;
	if (machine.current >= 0)
		printf("  %*sT%d ", machine.current * 4, "", machine.current);
	else
		printf("  at the end: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

bool explore_quiet(bool now)
{
	bool was = machine.quiet;

	machine.quiet = now;
	return was;
}

bool explore_printing(void)
{
	return machine.printing && !machine.quiet;
}

bool explore_weak(void)
{
	return machine.spec && machine.spec->weak;
}

unsigned explore_thread(void)
{
	return machine.current < 0 ? EXPLORE_THREADS :
				     (unsigned)machine.current;
}

void machine_note(const char *what, const volatile void *object, uint64_t value)
{
	char name[64], text[160];

	if (!machine.printing || machine.quiet || machine.current < 0)
		return;
	machine.spec->name(object, name, sizeof(name));
	machine.spec->show(object, value, text, sizeof(text));
	explore_note("%-8s %-10s %s", what, name, text);
}

/* ---------------------------------------------------------------- switching */

static __attribute__((noinline)) char *stack_pointer(void)
{
	return __builtin_frame_address(0);
}

void machine_hand_over(void)
{
	struct task *task = &machine.task[machine.current];

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
	machine.spec->body((unsigned)machine.current);
	machine.task[machine.current].done = true;
	for (;;)
		machine_hand_over();
}

/* Until it comes to its next access. */
static void go_on(unsigned thread)
{
	struct task *task = &machine.task[thread];

	machine.current = (int)thread;
	machine.alone = 0;
	ivrq__set_running(task->running);
	if (!setjmp(home))
		longjmp(task->env, 1);
	task = &machine.task[machine.current];
	task->running = ivrq__running();
	ivrq__set_running(NULL);
	machine.current = -1;
}

/* To its first explore_begin(). */
static void begin_task(unsigned thread)
{
	memset(&machine.task[thread], 0, sizeof(machine.task[thread]));
	memset(machine.stack[thread], 0, STACK);
	machine.current = (int)thread;
	if (!setjmp(home))
		enter_stack(machine.stack[thread]);
	machine.current = -1;
}

/* ------------------------------------------------------------------- search */

static bool rests(unsigned thread)
{
	const struct access *next = &machine.task[thread].next;

	return next->type == WAIT && !access_value(next);
}

/* What choices there are in the present state. */
static void assess(struct frame *frame)
{
	unsigned i;

	frame->done = frame->rest = 0;
	for (i = 0; i < machine.spec->threads; i++) {
		frame->done |= (unsigned)machine.task[i].done << i;
		if (!machine.task[i].done)
			frame->rest |= (unsigned)rests(i) << i;
	}
	frame->busy = !machine.task[frame->last].done &&
		      !machine.task[frame->last].fresh &&
		      !(frame->rest >> frame->last & 1);
}

static bool interrupts(const struct frame *frame, unsigned thread)
{
	return thread != frame->last && frame->busy;
}

static bool may_read(unsigned thread, unsigned back)
{
	const struct access *next = &machine.task[thread].next;

	if (next->type != LOAD && next->type != CAS)
		return false;
	return weak_may_read(thread, next->object, back,
			     next->type == CAS ? next->failure : next->order,
			     next->type == CAS, next->expected);
}

/* The next message back for this thread, which has read the newest. */
static bool choose_stale(struct frame *frame, unsigned thread)
{
	if (!machine.spec->weak)
		return false;
	if (frame->touched)
		state_restore(frame);
	for (; frame->back <= WEAK_BACK; frame->back++) {
		if (!may_read(thread, frame->back))
			continue;
		if (frame->stale < machine.spec->stale)
			return true;
		machine.stats->cut = true;
		return false;
	}
	return false;
}

/* The next choice here, in turn: who came here, then the others; for each,
 * the newest message first. */
static bool choose(struct frame *frame)
{
	for (; frame->tried < machine.spec->threads;
	     frame->tried++, frame->back = 0) {
		unsigned thread =
			(frame->last + frame->tried) % machine.spec->threads;

		if ((frame->done | frame->rest) >> thread & 1)
			continue;
		if (machine.spec->preemptions >= 0 &&
		    interrupts(frame, thread) &&
		    frame->preemptions >= (unsigned)machine.spec->preemptions) {
			machine.stats->cut = true;
			continue;
		}
		if (frame->back && !choose_stale(frame, thread))
			continue;
		if (frame->touched)
			state_restore(frame);
		frame->chosen = thread;
		frame->chosen_back = frame->back++;
		return true;
	}
	return false;
}

static bool all_done(const struct frame *frame)
{
	return (frame->done | (frame->rest & machine.spec->daemons)) ==
	       (1u << machine.spec->threads) - 1;
}

/* Do what this frame has chosen; fills the next one's head. */
static void take_step(struct frame *frame)
{
	unsigned i, thread = frame->chosen;

	frame[1].last = thread;
	frame[1].preemptions = frame->preemptions;
	if (machine.spec->preemptions >= 0)
		frame[1].preemptions += interrupts(frame, thread);
	frame[1].stale = frame->stale + (frame->chosen_back > 0);
	frame[1].tried = frame[1].back = 0;
	machine.task[thread].back = frame->chosen_back;
	for (i = 0; i < machine.spec->threads; i++)
		if (i != thread)
			machine.task[i].row = 0;
	go_on(thread);
	frame->touched = true;
	machine.stats->steps++;
	machine.quiet = true;
	machine.spec->observe();
	machine.quiet = false;
}

/* All rest, for ever; one more comes. As if it had not been, afterwards. */
static void receive_guest(struct frame *frame)
{
	state_save(frame);
	machine.guest.here = true;
	if (!setjmp(machine.guest.env))
		machine.spec->guest();
	machine.guest.here = false;
	ivrq__set_running(NULL);
	state_restore(frame);
}

/* Enter the state that a step has led to, if it is a new one. */
static void descend(void)
{
	struct frame *frame = &frames[depth + 1];

	assess(frame);
	if (machine.spec->weak)
		weak_trim(frame->done);
	if (!state_enter(frame)) {
		machine.stats->paths++;
		return;
	}
	if (machine.spec->guest)
		receive_guest(frame);
	if (all_done(frame)) {
		machine.stats->paths++;
		machine.stats->ends++;
		machine.spec->judge();
	} else if (frame->done + frame->rest ==
		   (1u << machine.spec->threads) - 1) {
		explore_fault("who waits is never woken");
	} else if (depth + 2 == DEPTH) {
		explore_fault("%u steps and no end", depth);
	} else {
		state_save(&frames[++depth]);
		if (depth > machine.stats->depth)
			machine.stats->depth = depth;
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
		if (machine.again && (machine.spec->weak || !machine.fault[0]))
			return EXPLORE_PASSED;
		if (!machine.fault[0])
			descend();
		if (machine.fault[0])
			return EXPLORE_FAULT;
		if (machine.spec->steps_max &&
		    machine.stats->steps > machine.spec->steps_max)
			return EXPLORE_GAVE_UP;
	}
}

static void begin(char *first)
{
	unsigned i;

	memcpy(machine.spec->memory, first, machine.spec->bytes);
	machine.fault[0] = '\0';
	machine.again = false;
	if (machine.spec->weak)
		weak_begin();
	for (i = 0; i < machine.spec->threads; i++)
		begin_task(i);
	depth = 0;
	frames[0].tried = frames[0].back = frames[0].last = 0;
	frames[0].preemptions = frames[0].stale = 0;
	assess(&frames[0]);
	state_save(&frames[0]);
}

/* --------------------------------------------------------------- one path */

/*
 * A path: the shared words, a colon, and for each choice the thread, a letter:
 * a number behind it if so often in turn, or "-" and how many messages back it
 * reads.
 */
static void print_path(unsigned steps)
{
	unsigned i, many;

	printf("to see it again: MODEL_REPLAY=");
	access_print_shared();
	putchar(':');
	for (i = 0; i <= steps; i += many) {
		const struct frame *frame = &frames[i];

		many = 1;
		putchar('a' + (int)frame->chosen);
		if (frame->chosen_back) {
			printf("-%u", frame->chosen_back);
			continue;
		}
		while (i + many <= steps &&
		       frames[i + many].chosen == frame->chosen &&
		       !frames[i + many].chosen_back)
			many++;
		if (many > 1)
			printf("%u", many);
	}
	putchar('\n');
}

static void replay_step(unsigned thread, unsigned back)
{
	struct frame *frame = &frames[depth];

	if (thread >= machine.spec->threads || machine.task[thread].done ||
	    depth + 2 == DEPTH) {
		explore_fault("this is no path of this scenario");
		return;
	}
	frame->chosen = thread;
	frame->chosen_back = back;
	take_step(frame);
	assess(&frames[++depth]);
}

/* Once to find out what is shared, once to tell. */
static void replay(const char *path, char *first)
{
	const char *at = access_share(path);

	begin(first);
	while (*at >= 'a' && *at <= 'z' && !machine.fault[0]) {
		unsigned thread = (unsigned)(*at++ - 'a');
		unsigned long many = 1, back = 0;
		char *end;

		if (*at == '-')
			back = strtoul(at + 1, &end, 10);
		else
			many = strtoul(at, &end, 10);
		if (end == at)
			many = 1;
		for (at = end; many && !machine.fault[0]; many--)
			replay_step(thread, (unsigned)back);
	}
	if (!machine.fault[0] && all_done(&frames[depth]))
		machine.spec->judge();
}

static void replay_and_exit(const char *path, char *first)
{
	replay(path, first);
	machine.printing = true;
	replay(path, first);
	printf("%s\n", machine.fault[0] ? machine.fault : "no fault");
	exit(machine.fault[0] ? EXIT_FAILURE : EXIT_SUCCESS);
}

enum explore_verdict explore_run(const struct explore_spec *wanted,
				 struct explore_stats *to)
{
	const char *path = getenv("MODEL_REPLAY");
	char *first = malloc(wanted->bytes);
	enum explore_verdict verdict;

	if (!first || wanted->bytes / 4 > WORDS)
		abort();
	machine.spec = wanted;
	machine.stats = to;
	memset(machine.stats, 0, sizeof(*machine.stats));
	if (machine.spec->preemptions >= BOUND || machine.spec->stale >= 4)
		abort();
	if (machine.spec->weak)
		weak_forget(machine.spec);
	access_forget();
	memcpy(first, machine.spec->memory, machine.spec->bytes);
	if (path)
		replay_and_exit(path, first);
	do {
		machine.stats->steps = machine.stats->ends =
			machine.stats->paths = 0;
		machine.stats->depth = 0;
		machine.stats->cut = false;
		begin(first);
		verdict = search();
		machine.stats->states = states_count();
		states_forget();
	} while (verdict == EXPLORE_PASSED && machine.again);
	memcpy(machine.spec->memory, first, machine.spec->bytes);
	free(first);
	return verdict;
}

void explore_print(const struct explore_spec *wanted)
{
	unsigned i, steps = depth;
	char said[sizeof(machine.fault)];

	machine.spec = wanted;
	memcpy(said, machine.fault, sizeof(said));
	machine.fault[0] = '\0';
	machine.printing = true;
	state_restore(&frames[0]);
	for (i = 0; i <= steps; i++)
		take_step(&frames[i]);
	assess(&frames[steps + 1]);
	if (all_done(&frames[steps + 1]))
		machine.spec->judge();
	machine.printing = false;
	print_path(steps);
	printf("%s\n", said);
	state_restore(&frames[0]);
}
