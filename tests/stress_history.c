/* SPDX-License-Identifier: MIT */
/*
 * stress_history: what real threads are answered, and what is called back, is
 * linearizable: some order of all of it, one after the other, is that of a
 * plain queue with cut (explore/lin_queue.c).
 *
 * In a window three clients and a worker run a short random program against a
 * call that is opened for it and closed at its end. Each call takes a stamp
 * before and after, each callback one; the stamps are ticks of one counter.
 * When all have arrived, the call is brought to its end and the window judged.
 * The core yields at random before its atomic accesses.
 *
 * IVRQ_SEED=<number> repeats the programs (not the schedule), IVRQ_WINDOW=<n>
 * runs the n-th again and again, IVRQ_STRESS=<factor> does so many times as
 * much, IVRQ_SECONDS=<n> goes on for so long.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "core/state.h"
#include "explore/lin.h"
#define YIELD_HOOK
#include "yield.h"

enum {
	CLIENTS = 3,
	THREADS = CLIENTS + 1,
	ACTS = 5, /* of a client */
	RUNS = 3, /* of the worker */
	OPS = 6,  /* submits of a window */
	LOG = 48, /* of a thread in a window */
	ENGINES = 2,
	BUSY_SECONDS = 10, /* on a machine that has no time for it */
	WINDOWS = RND_SANITIZED ? 1000 : 10000
};

enum verb {
	SUBMIT,
	BARGE,
	ALL,
	PENDING,
	CURRENT,
	CLOSE,
	KILL,
	KIND,
	TAG,
	COMPLETE,
	IS_CUT,
	SNAPSHOT,
	STALE
};

struct plan {
	enum verb verb;
	unsigned op;
};

struct op {
	enum ivrq_kind kind;
	bool tagged;
	bool ends_inside;
	bool stop_pends;
	_Atomic uint64_t handle; /* 0: not known yet */
	/* the submitter's */
	int answer;
	ivrq_submission got;
	/* the worker's */
	unsigned starts;
	unsigned results;
	unsigned ends; /* completions that won */
	bool stopping;
	bool started;
	ivrq_cancel cancel;
	enum ivrq_cause cause;
};

/* What happened, as lin.h wants it but for the order. */
struct noted {
	struct lin_event event;
	uint64_t begin;
	uint64_t end;
	enum verb verb;
	ivrq_receipt receipt;
	ivrq_op head; /* of a snapshot */
	ivrq_op tail;
};

static struct thread {
	struct noted log[LOG];
	unsigned noted;
	struct plan plan[ACTS];
} threads[THREADS];

static ivrq_engine *engines[ENGINES], *engine;
static ivrq_call call, stale, lasts[ENGINES];
static struct op ops[OPS];
static unsigned nops;
static _Atomic uint64_t clock_now;
static _Atomic unsigned flying; /* last started, + 1 */
static _Atomic unsigned stale_wrong;
static uint64_t since; /* the worker's last callback */
static uint64_t closed_at;
static pthread_barrier_t barrier;
static bool over;
static uint64_t seed, windows, operations;
static _Thread_local struct thread *self;

static uint64_t stamp(void)
{
	return atomic_fetch_add_explicit(&clock_now, 1, memory_order_seq_cst);
}

static struct noted *note(enum lin_what what, unsigned op)
{
	struct noted *noted = &self->log[self->noted++];

	if (self->noted > LOG)
		abort();
	memset(noted, 0, sizeof(*noted));
	noted->event.what = (uint8_t)what;
	noted->event.op = (uint8_t)op;
	noted->event.by = LIN_NOBODY;
	return noted;
}

/* ------------------------------------------------------------- what is done */

static struct noted *invoke(enum lin_what what, unsigned op)
{
	struct noted *noted = note(what, op);

	noted->begin = stamp();
	return noted;
}

static void answered(struct noted *noted, int answer)
{
	noted->end = stamp();
	noted->event.answer = answer;
}

static int play(struct op *op, bool barge)
{
	static const char *const prompts[] = { "p" };
	ivrq_options options = { .user = op, .barge_in_allowed = barge };
	ivrq_record_response_request record;
	ivrq_play_prompt_request request;

	options.tag = op->tagged ? 5 : 0;
	if (op->kind == IVRQ_RECORD_RESPONSE) {
		ivrq_record_response_request_init(&record);
		record.options = options;
		return ivrq_record_response(engine, call, &record, &op->got,
					    NULL);
	}
	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.options = options;
	return ivrq_play_prompt(engine, call, &request, &op->got, NULL);
}

static void submit(unsigned number, bool barge)
{
	struct op *op = &ops[number];
	struct noted *noted = invoke(LIN_SUBMIT, number);
	struct noted *told;

	op->answer = play(op, barge);
	answered(noted, op->answer);
	noted->event.barge = barge;
	if (op->answer)
		return;
	atomic_store_explicit(&op->handle, op->got.op.value,
			      memory_order_release);
	told = note(LIN_AHEAD, number);
	told->begin = noted->begin;
	told->end = noted->end;
	told->event.value = (uint8_t)op->got.ahead;
}

static void cancel(enum verb verb, enum lin_what what, unsigned number)
{
	static const enum ivrq_scope scopes[] = {
		[ALL] = IVRQ_SCOPE_ALL,		[PENDING] = IVRQ_SCOPE_PENDING,
		[CURRENT] = IVRQ_SCOPE_CURRENT, [KILL] = IVRQ_SCOPE_OP,
		[KIND] = IVRQ_SCOPE_KIND,	[TAG] = IVRQ_SCOPE_TAG,
	};
	ivrq_cancel_request request;
	struct noted *noted;
	int answer;

	ivrq_cancel_request_init(&request);
	request.scope = scopes[verb];
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = 5;
	request.op.value =
		atomic_load_explicit(&ops[number].handle, memory_order_acquire);
	if (verb == KILL && !request.op.value)
		return;
	noted = invoke(what, number);
	noted->verb = verb;
	answer = ivrq_cancel_media_processing(engine, call, &request,
					      &noted->receipt, NULL);
	answered(noted, answer);
	noted->event.in_flight = (uint8_t)noted->receipt.in_flight;
	noted->event.pending = (uint8_t)noted->receipt.pending;
}

static void close_call(void)
{
	struct noted *noted = invoke(LIN_CLOSE, 0);

	noted->verb = CLOSE;
	answered(noted, ivrq_call_close(engine, call, IVRQ_CAUSE_HANG_UP,
					&noted->receipt));
	noted->event.in_flight = (uint8_t)noted->receipt.in_flight;
	noted->event.pending = (uint8_t)noted->receipt.pending;
}

static int complete(unsigned number, uint64_t handle)
{
	struct op *op = &ops[number];
	ivrq_outcome outcome = { .reason = op->kind == IVRQ_PLAY_PROMPT ?
						   IVRQ_REASON_SUCCESS :
						   IVRQ_REASON_MAX_DURATION };
	struct noted *noted = invoke(LIN_COMPLETE, number);

	answered(noted,
		 ivrq_op_complete(engine, (ivrq_op){ handle }, &outcome));
	return noted->event.answer;
}

static void ask(enum verb verb, unsigned number)
{
	uint64_t handle;
	unsigned last = atomic_load_explicit(&flying, memory_order_acquire);
	struct noted *noted;

	/* Mostly of the one that plays: the others answer the same. */
	if (last && number % 4)
		number = last - 1;
	handle =
		atomic_load_explicit(&ops[number].handle, memory_order_acquire);
	if (!handle)
		return;
	if (verb == COMPLETE) {
		complete(number, handle);
		return;
	}
	noted = invoke(LIN_IS_CUT, number);
	answered(noted, ivrq_op_is_canceled(engine, (ivrq_op){ handle }));
}

static void look(void)
{
	struct noted *noted = invoke(LIN_SNAPSHOT, 0);
	struct lin_shot *to = &noted->event.shot;
	ivrq_snapshot shot = { .depth = 0 };

	answered(noted, ivrq_call_snapshot(engine, call, &shot));
	to->depth = (uint8_t)shot.depth;
	to->canceled = (uint8_t)shot.canceled;
	to->state = (uint8_t)shot.state;
	to->closed = shot.closed;
	noted->head = shot.head;
	noted->tail = shot.tail;
}

/* The call of the window before is not to be reached. */
static void use_stale(void)
{
	int answer =
		ivrq_cancel_media_processing(engine, stale, NULL, NULL, NULL);

	if (stale.value && answer != IVRQ_ENOENT)
		atomic_fetch_add_explicit(&stale_wrong, 1,
					  memory_order_relaxed);
}

static void act(const struct plan *plan)
{
	switch (plan->verb) {
	case SUBMIT:
	case BARGE:
		submit(plan->op, plan->verb == BARGE);
		break;
	case ALL:
		cancel(ALL, LIN_ALL, 0);
		break;
	case PENDING:
		cancel(PENDING, LIN_PENDING, 0);
		break;
	case CURRENT:
		cancel(CURRENT, LIN_CURRENT, 0);
		break;
	case KILL:
		cancel(KILL, LIN_KILL, plan->op);
		break;
	case KIND:
	case TAG:
		cancel(plan->verb, LIN_PICK, 0);
		break;
	case CLOSE:
		close_call();
		break;
	case COMPLETE:
	case IS_CUT:
		ask(plan->verb, plan->op);
		break;
	case SNAPSHOT:
		look();
		break;
	case STALE:
		use_stale();
		break;
	}
}

/* ---------------------------------------------------- driver and listener */

static struct noted *called_back(enum lin_what what, struct op *op)
{
	struct noted *noted = note(what, (unsigned)(op - ops));

	noted->begin = since;
	noted->end = since = stamp();
	return noted;
}

static int on_start(void *user, const ivrq_operation *operation)
{
	struct op *op = operation->user;
	unsigned number = (unsigned)(op - ops);

	(void)user;
	called_back(LIN_START, op);
	op->starts++;
	atomic_store_explicit(&op->handle, operation->op.value,
			      memory_order_release);
	atomic_store_explicit(&flying, number + 1, memory_order_release);
	if (op->ends_inside) {
		complete(number, operation->op.value);
		since = stamp();
	}
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct op *op = operation->user;

	(void)user;
	(void)outcome;
	called_back(LIN_STOP, op);
	op->stopping = op->stop_pends;
	return op->stopping ? IVRQ_STOP_PENDING : IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	struct op *op = result->operation->user;
	struct noted *noted = called_back(LIN_RESULT, op);

	(void)user;
	noted->event.status = (uint8_t)result->status;
	noted->event.started = result->started;
	op->results++;
	op->started = result->started;
	op->cancel = result->cancel;
	op->cause = result->cause;
}

static void on_closed(void *user, ivrq_call which, enum ivrq_cause reason)
{
	(void)user;
	(void)which;
	(void)reason;
	closed_at = since = stamp();
}

static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };
static const ivrq_listener listener = { .result = on_result,
					.closed = on_closed };

/* ------------------------------------------------------------- the worker */

static void run(bool noting)
{
	uint64_t was = closed_at;
	struct noted *noted;

	since = stamp();
	if (ivrq_worker_run(engine, 0, 1) < 0)
		abort();
	if (noting) {
		noted = note(LIN_RUN, 0);
		noted->begin = since;
		noted->end = stamp();
	}
	if (closed_at == was)
		return;
	noted = note(LIN_CLOSED, 0);
	noted->begin = closed_at;
	noted->end = stamp();
}

/* What its driver has left to do. */
static void stop_pending(void)
{
	ivrq_outcome outcome = { .media_ms = 1 };
	unsigned i;

	for (i = 0; i < nops; i++) {
		uint64_t handle = atomic_load_explicit(&ops[i].handle,
						       memory_order_relaxed);

		if (!ops[i].stopping)
			continue;
		ops[i].stopping = false;
		if (ivrq_op_stopped(engine, (ivrq_op){ handle }, &outcome))
			abort();
	}
}

static void drain(void)
{
	unsigned round, i;

	close_call();
	for (round = 0; round < 2 * OPS && !closed_at; round++) {
		run(false);
		stop_pending();
	}
	for (i = 0; i < 2 && !closed_at; i++)
		run(false);
}

/* ---------------------------------------------------------------- a program */

static enum verb some_verb(uint64_t *state, bool *grouped)
{
	static const enum verb verbs[] = {
		SUBMIT,	  SUBMIT,   SUBMIT,   SUBMIT,	BARGE,	  ALL,
		ALL,	  PENDING,  PENDING,  CURRENT,	KILL,	  KILL,
		KIND,	  TAG,	    COMPLETE, COMPLETE, COMPLETE, IS_CUT,
		SNAPSHOT, SNAPSHOT, STALE,    CLOSE
	};
	enum verb verb =
		verbs[rnd_below(state, sizeof(verbs) / sizeof(verbs[0]))];

	if ((verb == KIND || verb == TAG) && *grouped)
		return KILL;
	*grouped |= verb == KIND || verb == TAG;
	if (verb == CLOSE && rnd_below(state, 2))
		return ALL;
	if ((verb == SUBMIT || verb == BARGE) && nops == OPS)
		return COMPLETE;
	return verb;
}

static void make_op(uint64_t *state)
{
	struct op *op = &ops[nops++];

	op->answer = 1; /* not submitted */
	op->kind =
		rnd_below(state, 3) ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	op->tagged = rnd_below(state, 2);
	op->ends_inside = !rnd_below(state, 4);
	op->stop_pends = !rnd_below(state, 4);
}

static void make_program(uint64_t state, unsigned *first)
{
	bool grouped = false;
	unsigned i, j;

	memset(ops, 0, sizeof(ops));
	nops = 0;
	*first = rnd_below(&state, 4);
	for (i = 0; i < *first; i++)
		make_op(&state);
	for (i = 1; i < THREADS; i++) {
		for (j = 0; j < ACTS; j++) {
			struct plan *plan = &threads[i].plan[j];

			plan->verb = some_verb(&state, &grouped);
			plan->op = rnd_below(&state, OPS);
			if (plan->verb != SUBMIT && plan->verb != BARGE)
				continue;
			plan->op = nops;
			make_op(&state);
		}
	}
}

/* ----------------------------------------------------------- the judgement */

static struct lin_history history;
static uint64_t begins[LIN_EVENTS], ends[LIN_EVENTS];
static uint8_t of_cancel[OPS]; /* the event that each result names */
static const char *wrong;

static void put(const struct noted *noted)
{
	begins[history.events] = noted->begin;
	ends[history.events] = noted->end;
	history.event[history.events++] = noted->event;
	if (history.events == LIN_EVENTS)
		abort();
}

static bool is_hit(const struct op *op, const struct noted *noted)
{
	const struct lin_event *event = &noted->event;

	if (!op->cancel.value || event->answer)
		return false;
	if (event->what != LIN_SUBMIT)
		return op->cancel.value == noted->receipt.id.value;
	return event->barge && op->cause == IVRQ_CAUSE_BARGE_IN &&
	       (op->cancel.value & IVRQ__POS_MASK) ==
		       ivrq__op_position(ops[event->op].got.op);
}

static void put_group(const struct noted *noted)
{
	struct noted one = *noted;
	unsigned i, in_flight = 0, pending = 0;

	for (i = 0; i < nops; i++) {
		const struct op *op = &ops[i];
		bool hit = is_hit(op, noted);
		bool matches = noted->verb == KIND ?
				       op->kind == IVRQ_PLAY_PROMPT :
				       op->tagged;

		if (hit && !matches)
			wrong = "a group has hit what it does not match";
		if (op->answer || !matches)
			continue;
		one.event.op = (uint8_t)i;
		one.event.hits = (uint32_t)hit << i;
		one.event.in_flight = hit && op->started;
		one.event.pending = hit && !op->started;
		in_flight += one.event.in_flight;
		pending += one.event.pending;
		if (hit)
			of_cancel[i] = (uint8_t)history.events;
		put(&one);
	}
	if (in_flight != noted->receipt.in_flight ||
	    pending != noted->receipt.pending)
		wrong = "the receipt of a group is not what it hit";
}

static uint8_t number_of(ivrq_op handle)
{
	unsigned i;

	for (i = 0; i < nops; i++)
		if (!ops[i].answer && handle.value &&
		    ops[i].got.op.value == handle.value)
			return (uint8_t)i;
	return LIN_NOBODY;
}

static void put_other(struct noted *noted)
{
	unsigned i;

	for (i = 0; i < nops; i++) {
		if (!is_hit(&ops[i], noted))
			continue;
		noted->event.hits |= UINT32_C(1) << i;
		of_cancel[i] = (uint8_t)history.events;
	}
	noted->event.shot.head = number_of(noted->head);
	noted->event.shot.tail = number_of(noted->tail);
	put(noted);
}

static void put_results(void)
{
	unsigned i, j;

	for (i = 0; i < history.events; i++) {
		struct lin_event *event = &history.event[i];

		if (event->what == LIN_RESULT && event->status == IVRQ_CANCELED)
			event->by = of_cancel[event->op];
		for (j = 0; j < history.events; j++)
			if (ends[j] <= begins[i] && i != j)
				event->before |= UINT64_C(1) << j;
	}
}

static void collect(void)
{
	unsigned i, j;

	memset(&history, 0, sizeof(history));
	memset(of_cancel, LIN_NOBODY, sizeof(of_cancel));
	history.ops = OPS;
	history.capacity = engine->config.ring;
	for (i = 0; i < THREADS; i++) {
		for (j = 0; j < threads[i].noted; j++) {
			struct noted *noted = &threads[i].log[j];

			operations += noted->event.what <= LIN_SNAPSHOT;
			if (noted->event.what == LIN_PICK)
				put_group(noted);
			else
				put_other(noted);
		}
	}
	put_results();
	for (i = 0; i < nops; i++)
		if (ops[i].results != !ops[i].answer)
			wrong = "not one result for each accepted operation";
	if (atomic_load_explicit(&stale_wrong, memory_order_relaxed))
		wrong = "a stale handle was taken";
}

static void tell(uint64_t window, const struct lin_fault *fault)
{
	char text[600];
	unsigned i;

	printf("window %" PRIu64 " of IVRQ_SEED=%" PRIu64 ":\n", window, seed);
	for (i = 0; i < history.events; i++)
		printf("  %6" PRIu64 " to %6" PRIu64 "  %s\n", begins[i],
		       ends[i], lin_say(&history, i, text, sizeof(text)));
	if (wrong) {
		printf("%s\n", wrong);
		return;
	}
	printf("the longest order found:");
	for (i = 0; i < fault->done; i++)
		printf(" %u", fault->order[i]);
	printf("\n%s\n", lin_stuck(&history, fault, text, sizeof(text)));
}

/* --------------------------------------------------------------- the windows */

static void open_call(ivrq_call *before)
{
	ivrq_call_config config;

	ivrq_call_config_init(&config);
	config.driver = &driver;
	config.listener = &listener;
	stale = *before;
	if (ivrq_call_open(engine, &config, &call, NULL))
		abort();
	*before = call;
}

static bool window(uint64_t number, uint64_t program)
{
	struct lin_fault fault;
	unsigned i, first;

	engine = engines[number % ENGINES];
	open_call(&lasts[number % ENGINES]);
	make_program(program, &first);
	for (i = 0; i < THREADS; i++)
		threads[i].noted = 0;
	atomic_store_explicit(&flying, 0, memory_order_relaxed);
	closed_at = 0;
	for (i = 0; i < first; i++)
		submit(i, false);
	if (first > 1)
		run(true);
	pthread_barrier_wait(&barrier);
	for (i = 0; i < RUNS; i++) {
		run(true);
		if (program >> i & 1)
			stop_pending();
	}
	pthread_barrier_wait(&barrier);
	drain();
	collect();
	windows++;
	if (!wrong && lin_check(&history, &fault))
		return true;
	tell(number, &fault);
	return false;
}

static void *client(void *arg)
{
	unsigned i;

	self = arg;
	yield_state = seed + (uint64_t)(self - threads);
	for (;;) {
		pthread_barrier_wait(&barrier);
		if (over)
			return NULL;
		for (i = 0; i < ACTS; i++)
			act(&self->plan[i]);
		pthread_barrier_wait(&barrier);
	}
}

static void make_engines(void)
{
	ivrq_config config;
	unsigned i;

	ivrq_config_init(&config);
	config.calls = config.fences = 1;
	config.operations = OPS;
	for (i = 0; i < ENGINES; i++) {
		config.ring = IVRQ_RING_MIN << i;
		if (ivrq_engine_create(&config, &engines[i], NULL))
			abort();
	}
}

static bool all_windows(void)
{
	const char *only = getenv("IVRQ_WINDOW");
	const char *limit = getenv("IVRQ_SECONDS");
	uint64_t count = limit ? UINT64_MAX : WINDOWS * (uint64_t)rnd_factor();
	uint64_t until = limit ? strtoull(limit, NULL, 0) :
				 BUSY_SECONDS * (uint64_t)rnd_factor();
	uint64_t i;
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < count; i++) {
		uint64_t at = only ? strtoull(only, NULL, 0) : i;
		uint64_t state = seed ^ at * UINT64_C(0xd6e8feb86659fd93);

		if (!window(only ? at + i * ENGINES : i, rnd_next(&state)))
			return false;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((uint64_t)(now.tv_sec - from.tv_sec) >= until)
			break;
	}
	return true;
}

int main(void)
{
	pthread_t ids[THREADS];
	unsigned i;
	bool fine;

	seed = rnd_seed();
	yield_state = seed;
	self = &threads[0];
	make_engines();
	if (pthread_barrier_init(&barrier, NULL, THREADS))
		abort();
	for (i = 1; i < THREADS; i++)
		if (pthread_create(&ids[i], NULL, client, &threads[i]))
			abort();
	fine = all_windows();
	over = true;
	pthread_barrier_wait(&barrier);
	for (i = 1; i < THREADS; i++)
		pthread_join(ids[i], NULL);
	for (i = 0; i < ENGINES; i++)
		if (ivrq_engine_destroy(engines[i]))
			fine = false;
	printf("windows=%" PRIu64 " operations=%" PRIu64 " seed=%" PRIu64
	       " violations=%d\n",
	       windows, operations, seed, !fine);
	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
