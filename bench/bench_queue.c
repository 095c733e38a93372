/* SPDX-License-Identifier: MIT */
/*
 * bench_queue: what the engine costs, beside what one would write first.
 *
 * The baseline has a mutex and a linked list for each call, an allocation for
 * each operation and each tone, and a stop flag that the next tick turns into
 * a flush of the list. It copies the same strings, keeps the same bound on the
 * depth and gives the same callbacks. Its tick looks at each call.
 *
 *	cycle		submit, start, complete, result; one thread
 *	cycle_threads	the same; one thread submits, one runs and completes
 *	cancel		16 queued: the one cancel, until it returns
 *	cancel_deliver	the same, until the 16 results have been delivered
 *	tone		a tone, until one subscriber has it
 *	idle_tick	a run of the worker, nothing to do for 10,000 calls
 *
 * After each run the results are counted against what was submitted; if the
 * sums differ it fails.
 */
#include "bench.h"

#include <ivrq.h>
#include <pthread.h>

static unsigned long calls = 64, depth = 16, rounds = 2000, repeats = 11,
		     idle_calls = 10000, idle_ticks = 1000;

static const struct bench_option options[] = {
	{ "calls", &calls, 8, 100000 },
	{ "depth", &depth, 16, 1024 }, /* a power of two, from 4 */
	{ "rounds", &rounds, 4, 100000000 },
	{ "repeats", &repeats, 1, BENCH_REPEATS_MAX },
	{ "idle-calls", &idle_calls, 1000, 1000000 },
	{ "idle-ticks", &idle_ticks, 4, 1000000 },
	{ NULL, NULL, 0, 0 },
};

static const char prompt[] = "prompts/welcome.wav";
static const char context[] = "step-1";

/* Each is written by one thread. */
struct tally {
	uint64_t submitted;
	uint64_t completed;
	uint64_t canceled;
	uint64_t tones;
	uint64_t heard;
};

/* An implementation: both are driven by the same code. */
struct side {
	void *(*make)(unsigned long count, struct tally *tally);
	bool (*submit)(void *it, unsigned long call);
	void (*complete)(void *it); /* all that have been started */
	void (*cancel)(void *it, unsigned long call);
	void (*tone)(void *it, unsigned long call);
	void (*tick)(void *it);
	bool (*end)(void *it); /* false: its own sums are wrong */
};

static void die(const char *what)
{
	fprintf(stderr, "bench_queue: %s\n", what);
	exit(1);
}

static void *memory(size_t count, size_t bytes)
{
	void *got = calloc(count, bytes);

	if (!got)
		die("out of memory");
	return got;
}

/* ------------------------------------------------------------- the engine */

struct ours {
	ivrq_engine *engine;
	ivrq_call *call;
	unsigned long count;
	ivrq_op *started;
	unsigned long running;
	struct tally *tally;
};

static int on_start(void *user, const ivrq_operation *operation)
{
	struct ours *ours = user;

	ours->started[ours->running++] = operation->op;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	(void)user;
	(void)operation;
	outcome->media_ms = 1;
	return IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	struct ours *ours = user;

	ours->tally->completed += result->status == IVRQ_COMPLETED;
	ours->tally->canceled += result->status == IVRQ_CANCELED;
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	struct ours *ours = user;

	ours->tally->heard += event->tone == '5';
}

static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };
static const ivrq_listener listener = { .result = on_result, .tone = on_tone };

static void *ours_make(unsigned long count, struct tally *tally)
{
	struct ours *ours = memory(1, sizeof(*ours));
	ivrq_subscription subscription;
	ivrq_call_config call;
	ivrq_config config;
	unsigned long i;

	ivrq_config_init(&config);
	config.calls = (uint32_t)count;
	config.ring = (uint32_t)depth;
	config.operations = (uint32_t)(calls * depth);
	ivrq_call_config_init(&call);
	call.driver = &driver;
	call.listener = &listener;
	call.driver_user = call.user = ours;
	ours->count = count;
	ours->tally = tally;
	ours->call = memory(count, sizeof(*ours->call));
	ours->started = memory(count, sizeof(*ours->started));
	if (ivrq_engine_create(&config, &ours->engine, NULL))
		die("cannot create an engine of this size");
	for (i = 0; i < count; i++)
		if (ivrq_call_open(ours->engine, &call, &ours->call[i], NULL) ||
		    ivrq_subscribe_to_tone(ours->engine, ours->call[i], NULL,
					   NULL, &subscription))
			die("cannot open a call");
	return ours;
}

static bool ours_submit(void *it, unsigned long call)
{
	static const char *const prompts[] = { prompt };
	struct ours *ours = it;
	ivrq_play_prompt_request request;
	ivrq_submission submission;

	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.options.client_context = context;
	return !ivrq_play_prompt(ours->engine, ours->call[call], &request,
				 &submission, NULL);
}

static void ours_complete(void *it)
{
	static const ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };
	struct ours *ours = it;

	while (ours->running)
		if (ivrq_op_complete(ours->engine,
				     ours->started[--ours->running], &outcome))
			die("an operation could not be completed");
}

static void ours_cancel(void *it, unsigned long call)
{
	struct ours *ours = it;
	ivrq_receipt receipt;

	if (ivrq_cancel_media_processing(ours->engine, ours->call[call], NULL,
					 &receipt, NULL) ||
	    receipt.pending != depth)
		die("a cancel has not found all");
}

static void ours_tone(void *it, unsigned long call)
{
	struct ours *ours = it;

	if (ivrq_tone(ours->engine, ours->call[call], '5', 100))
		die("a tone was refused");
}

static void ours_tick(void *it)
{
	struct ours *ours = it;

	if (ivrq_worker_run(ours->engine, 0, 1) < 0)
		die("a run was refused");
}

/* The engine's own counters (G11) tell the same as the tally. */
static bool ours_end(void *it)
{
	struct ours *ours = it;
	const struct tally *t = ours->tally;
	ivrq_stats s;
	bool good;

	good = !ivrq_engine_stats(ours->engine, &s) && !s.live && !s.failed &&
	       s.submitted == s.completed + s.canceled &&
	       s.submitted == t->submitted && s.completed == t->completed &&
	       s.canceled == t->canceled && s.tones == t->tones &&
	       !s.tones_lost;
	while (ivrq_engine_stop(ours->engine, 0))
		ours_tick(ours);
	if (ivrq_engine_destroy(ours->engine))
		die("a call is open");
	free(ours->started);
	free(ours->call);
	free(ours);
	return good;
}

static const struct side engine_side = {
	ours_make, ours_submit, ours_complete, ours_cancel,
	ours_tone, ours_tick,	ours_end,
};

/* ------------------------------------------------------------ the baseline */

struct base_op {
	struct base_op *next;
	struct base_call *call;
	char *prompt;
	char *context;
	bool finished;
};

struct base_tone {
	struct base_tone *next;
	char tone;
};

struct base_call {
	pthread_mutex_t lock;
	struct base_op *head;
	struct base_op **tail;
	struct base_op *current;
	struct base_tone *tones;
	struct base_tone **last_tone;
	unsigned long depth; /* the current one too */
	bool stop;
};

struct base {
	struct base_call *call;
	unsigned long count;
	struct base_op **started;
	unsigned long running;
	struct tally *tally;
};

static void *base_make(unsigned long count, struct tally *tally)
{
	struct base *base = memory(1, sizeof(*base));
	unsigned long i;

	base->count = count;
	base->tally = tally;
	base->call = memory(count, sizeof(*base->call));
	base->started = memory(count, sizeof(*base->started));
	for (i = 0; i < count; i++) {
		struct base_call *call = &base->call[i];

		pthread_mutex_init(&call->lock, NULL);
		call->tail = &call->head;
		call->last_tone = &call->tones;
	}
	return base;
}

static void base_free(struct base_op *op)
{
	free(op->prompt);
	free(op->context);
	free(op);
}

static char *copy(const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(memory(1, size), s, size);
}

static bool base_submit(void *it, unsigned long number)
{
	struct base *base = it;
	struct base_call *call = &base->call[number];
	struct base_op *op = memory(1, sizeof(*op));
	bool room;

	op->call = call;
	op->prompt = copy(prompt);
	op->context = copy(context);
	pthread_mutex_lock(&call->lock);
	room = call->depth < depth;
	if (room) {
		call->depth++;
		*call->tail = op;
		call->tail = &op->next;
	}
	pthread_mutex_unlock(&call->lock);
	if (!room)
		base_free(op);
	return room;
}

static void base_complete(void *it)
{
	struct base *base = it;

	while (base->running) {
		struct base_op *op = base->started[--base->running];

		pthread_mutex_lock(&op->call->lock);
		op->finished = true;
		pthread_mutex_unlock(&op->call->lock);
	}
}

static void base_cancel(void *it, unsigned long number)
{
	struct base *base = it;
	struct base_call *call = &base->call[number];

	pthread_mutex_lock(&call->lock);
	call->stop = true;
	pthread_mutex_unlock(&call->lock);
}

static void base_tone(void *it, unsigned long number)
{
	struct base *base = it;
	struct base_call *call = &base->call[number];
	struct base_tone *tone = memory(1, sizeof(*tone));

	tone->tone = '5';
	pthread_mutex_lock(&call->lock);
	*call->last_tone = tone;
	call->last_tone = &tone->next;
	pthread_mutex_unlock(&call->lock);
}

/* What a tick takes out under the lock, to tell of it outside. */
struct taken {
	struct base_tone *tones;
	struct base_op *finished;
	struct base_op *flushed;
	struct base_op *start;
};

static void base_take(struct base_call *call, struct taken *taken)
{
	pthread_mutex_lock(&call->lock);
	taken->tones = call->tones;
	call->tones = NULL;
	call->last_tone = &call->tones;
	if (call->stop) {
		taken->flushed = call->head;
		call->head = NULL;
		call->tail = &call->head;
		call->depth = call->current ? 1 : 0;
		call->stop = false;
	}
	if (call->current && call->current->finished) {
		taken->finished = call->current;
		call->current = NULL;
		call->depth--;
	}
	if (!call->current && call->head) {
		taken->start = call->current = call->head;
		call->head = call->head->next;
		if (!call->head)
			call->tail = &call->head;
	}
	pthread_mutex_unlock(&call->lock);
}

static void base_tick_call(struct base *base, struct base_call *call)
{
	struct taken taken = { NULL, NULL, NULL, NULL };

	base_take(call, &taken);
	while (taken.tones) {
		struct base_tone *next = taken.tones->next;

		base->tally->heard += taken.tones->tone == '5';
		free(taken.tones);
		taken.tones = next;
	}
	while (taken.flushed) {
		struct base_op *next = taken.flushed->next;

		base->tally->canceled++;
		base_free(taken.flushed);
		taken.flushed = next;
	}
	if (taken.finished) {
		base->tally->completed++;
		base_free(taken.finished);
	}
	if (taken.start)
		base->started[base->running++] = taken.start;
}

static void base_tick(void *it)
{
	struct base *base = it;
	unsigned long i;

	for (i = 0; i < base->count; i++)
		base_tick_call(base, &base->call[i]);
}

static bool base_end(void *it)
{
	struct base *base = it;
	bool empty = true;
	unsigned long i;

	for (i = 0; i < base->count; i++) {
		empty = empty && !base->call[i].depth && !base->call[i].tones;
		pthread_mutex_destroy(&base->call[i].lock);
	}
	free(base->started);
	free(base->call);
	free(base);
	return empty;
}

static const struct side base_side = {
	base_make, base_submit, base_complete, base_cancel,
	base_tone, base_tick,	base_end,
};

/* ---------------------------------------------------------------- the runs */

/* One repeat: nanoseconds that count. */
struct run {
	const struct side *side;
	void *it;
	struct tally tally;
	uint64_t target; /* of the threads */
};

static void submit(struct run *run, unsigned long call)
{
	if (!run->side->submit(run->it, call))
		die("a submit was refused");
	run->tally.submitted++;
}

static uint64_t run_cycle(struct run *run)
{
	const struct side *side = run->side;
	uint64_t begin = bench_now();
	unsigned long r, i;

	for (r = 0; r < rounds; r++) {
		for (i = 0; i < calls; i++)
			submit(run, i);
		side->tick(run->it);
		side->complete(run->it);
		side->tick(run->it);
	}
	return bench_now() - begin;
}

static void *submitter(void *arg)
{
	struct run *run = arg;
	unsigned long call = 0;
	uint64_t done = 0;

	bench_pin(1);
	while (done < run->target) {
		if (run->side->submit(run->it, call))
			done++;
		else
			sched_yield(); /* this one is full */
		call = (call + 1) % calls;
	}
	run->tally.submitted = done;
	return NULL;
}

static uint64_t run_threads(struct run *run)
{
	uint64_t begin = bench_now();
	pthread_t thread;

	run->target = (uint64_t)rounds * calls;
	if (pthread_create(&thread, NULL, submitter, run))
		die("no thread");
	while (run->tally.completed < run->target) {
		run->side->tick(run->it);
		run->side->complete(run->it);
	}
	pthread_join(thread, NULL);
	return bench_now() - begin;
}

static void fill(struct run *run)
{
	unsigned long i, n;

	for (i = 0; i < calls; i++)
		for (n = 0; n < depth; n++)
			submit(run, i);
}

static uint64_t cancel_all(struct run *run, bool with_delivery)
{
	uint64_t begin, spent = 0;
	unsigned long r, i;

	for (r = 0; r < rounds / depth + 1; r++) {
		fill(run);
		begin = bench_now();
		for (i = 0; i < calls; i++)
			run->side->cancel(run->it, i);
		if (with_delivery)
			run->side->tick(run->it);
		spent += bench_now() - begin;
		run->side->tick(run->it);
	}
	return spent;
}

static uint64_t run_cancel(struct run *run)
{
	return cancel_all(run, false);
}

static uint64_t run_deliver(struct run *run)
{
	return cancel_all(run, true);
}

static uint64_t run_tone(struct run *run)
{
	uint64_t begin = bench_now();
	unsigned long r, i;

	for (r = 0; r < rounds; r++) {
		for (i = 0; i < calls; i++)
			run->side->tone(run->it, i);
		run->tally.tones += calls;
		run->side->tick(run->it);
	}
	return bench_now() - begin;
}

static uint64_t run_idle(struct run *run)
{
	uint64_t begin = bench_now();
	unsigned long r;

	for (r = 0; r < idle_ticks; r++)
		run->side->tick(run->it);
	return bench_now() - begin;
}

static double measure(const struct side *side, uint64_t (*timed)(struct run *),
		      unsigned long count, unsigned long ops)
{
	struct run run = { .side = side };
	struct tally *t = &run.tally;
	double ns;

	run.it = side->make(count, t);
	ns = (double)timed(&run) / (double)ops;
	if (!side->end(run.it) || t->heard != t->tones ||
	    t->submitted != t->completed + t->canceled)
		die("conservation: the results are not those submitted");
	return ns;
}

static void bench(const char *name, uint64_t (*timed)(struct run *),
		  unsigned long count, unsigned long ops, const char *cpus)
{
	static struct bench_samples samples;
	unsigned long i;

	samples.repeats = repeats;
	samples.ops = ops;
	samples.cpus = cpus;
	measure(&engine_side, timed, count, ops); /* to warm up */
	measure(&base_side, timed, count, ops);
	for (i = 0; i < repeats; i++) {
		samples.ours[i] = measure(&engine_side, timed, count, ops);
		samples.base[i] = measure(&base_side, timed, count, ops);
	}
	bench_line(name, &samples);
}

int main(int argc, char **argv)
{
	unsigned long cancels;
	char one[16], two[32];
	int first, second;

	bench_parse(argc, argv, options);
	if (depth < IVRQ_RING_MIN || (depth & (depth - 1)))
		bench_usage(argv[0], options);
	second = bench_pin(1);
	first = bench_pin(0);
	snprintf(one, sizeof(one), "%d", first);
	snprintf(two, sizeof(two), "%d,%d", first, second);
	cancels = (rounds / depth + 1) * calls;
	bench("cycle", run_cycle, calls, rounds * calls, one);
	bench("cycle_threads", run_threads, calls, rounds * calls, two);
	bench("cancel", run_cancel, calls, cancels, one);
	bench("cancel_deliver", run_deliver, calls, cancels, one);
	bench("tone", run_tone, calls, rounds * calls, one);
	bench("idle_tick", run_idle, idle_calls, idle_ticks, one);
	return 0;
}
