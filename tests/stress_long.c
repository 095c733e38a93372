/* SPDX-License-Identifier: MIT */
/*
 * stress_long: for as long as it is told to (STRESS_S seconds by the clock,
 * 60), nothing is lost and nothing is told twice, and memory does not grow.
 *
 * Submitters, cancellers, completers and tone threads work on 72 calls of two
 * workers, which three threads run in turns; calls are paused, closed and
 * opened again all the time. A third of the time with rings of 4, of 16 and of
 * 64: each round ends with ivrq_engine_stop() under full load and the audit:
 *
 *	operations  each that was accepted has one result, and its handle; each
 *		    that start() took was completed or stopped, once
 *	cancels     in_flight and pending of each receipt are the numbers of
 *		    started and not started results with its id
 *	tones       each that was accepted was heard, in its place of the
 *		    sequence; each that was refused is counted as lost
 *	engine      its own counters say the same
 *
 * Judged at once: payload, order, that callbacks of a call come one at a time
 * and inside a run, that nothing happens to an operation after its result. The
 * bookkeeping is of a fixed size (stress_long.h).
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "stress_long.h"
#include "yield.h"

enum { RINGS = 3, ROUND_S = 10, GROWTH_KB = 1024 };
enum { POLLED, WOKEN }; /* the workers */

struct stress it;
_Thread_local struct thread *self;
_Thread_local bool in_run;

static bool fine = true; /* so far */
static size_t engine_bytes;
static uint32_t allocations;

void stress_fault(const char *file, int line, const char *expr)
{
	if (self->fault)
		return;
	self->fault_file = file;
	self->fault_line = line;
	self->fault = expr;
	sem_post(&it.news);
}

static uint32_t below(uint32_t n)
{
	return rnd_below(&self->rnd, n);
}

static struct line *any_line(void)
{
	return &it.lines[below(LONG_LINES)];
}

static bool is_done(void)
{
	return atomic_load_explicit(&it.done, memory_order_acquire);
}

/* ---------------------------------------------------------------- threads */

static void submitter(void)
{
	struct line *line = any_line();
	uint32_t n;

	for (n = 1 + below(8); n; n--)
		stress_submit(line);
	if (!below(8))
		sched_yield();
}

static void canceller(void)
{
	struct line *line = any_line();
	uint32_t dice = below(64);

	if (dice < 32)
		stress_cancel(line);
	else if (dice < 40)
		stress_pause(line);
	else if (dice < 42)
		stress_close(line);
	else if (dice < 44)
		stress_look(line);
	else if (dice < 48)
		sched_yield();
}

static void toner(void)
{
	struct line *line = any_line();

	if (below(8))
		stress_tone(line);
	else
		stress_subscribe(line);
	if (!below(4))
		sched_yield();
}

static void completer(void)
{
	uint32_t from;
	bool some = false;

	for (from = 0; from < MAILS; from++)
		some |= stress_collect(from);
	if (!some)
		sched_yield();
}

static bool run(uint32_t worker)
{
	uint64_t now = 1 + atomic_fetch_add_explicit(&it.now_ns[worker], 1,
						     memory_order_relaxed);
	int answer;

	in_run = true;
	answer = ivrq_worker_run(it.engine, worker, now);
	in_run = false;
	CHECK(answer >= 0);
	self->counts.runs++;
	return answer > 0;
}

/* In turns, and as often as can be. Relaxed but for the engine not to be found
 * busy: what a run sees of the one before is the engine's own work. */
static bool run_polled(void)
{
	bool some;

	if (atomic_exchange_explicit(&it.turn[POLLED], true,
				     memory_order_relaxed))
		return false;
	some = run(POLLED);
	atomic_store_explicit(&it.turn[POLLED], false, memory_order_release);
	return some;
}

/* In turns, when it was woken or a deadline is near. */
static bool run_woken(void)
{
	uint64_t due = 0;
	bool some = false;

	if (atomic_exchange_explicit(&it.turn[WOKEN], true,
				     memory_order_acquire))
		return false;
	if (atomic_exchange_explicit(&it.woken, false, memory_order_acquire) ||
	    it.due_ns != UINT64_MAX) {
		some = run(WOKEN);
		CHECK(!ivrq_worker_next_ns(it.engine, WOKEN, &due));
		it.due_ns = due;
	}
	atomic_store_explicit(&it.turn[WOKEN], false, memory_order_release);
	return some;
}

static void wake(void *user, uint32_t worker)
{
	(void)user;
	if (worker == WOKEN)
		atomic_store_explicit(&it.woken, true, memory_order_release);
}

static void runner(void)
{
	if (!(below(2) ? run_polled() : run_woken()))
		sched_yield();
}

static const struct role {
	void (*act)(void);
	uint32_t threads;
} roles[] = {
	{ submitter, LONG_SUBMITTERS }, { canceller, LONG_CANCELLERS },
	{ completer, LONG_COMPLETERS }, { toner, LONG_TONERS },
	{ runner, LONG_RUNNERS },
};

static void *thread_main(void *arg)
{
	const struct role *role = roles;
	uint32_t number;

	self = arg;
	for (number = self->number; number >= role->threads; role++)
		number -= role->threads;
	while (!is_done())
		role->act();
	return NULL;
}

/* ------------------------------------------------------------------ rounds */

static void *take(void *user, size_t bytes, size_t align)
{
	(void)user;
	allocations++;
	engine_bytes += bytes;
	return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static void give(void *user, void *memory, size_t bytes)
{
	(void)user;
	engine_bytes -= bytes;
	free(memory);
}

static bool set_up(uint32_t ring, uint64_t seed)
{
	struct thread *thread;
	ivrq_config config;
	uint32_t i;

	memset(&it, 0, sizeof(it));
	for (i = 0; i < LONG_THREADS; i++) {
		thread = &it.threads[i];
		thread->number = i;
		thread->rnd = seed + i;
	}
	for (i = 0; i < LONG_LINES; i++)
		it.lines[i].worker = i % LONG_WORKERS;
	sem_init(&it.news, 0, 0);
	ivrq_config_init(&config);
	config.calls = LONG_LINES;
	config.ring = ring;
	config.operations = ring * LONG_LINES / 2;
	config.workers = LONG_WORKERS;
	config.inline_bytes = IVRQ_INLINE_MIN;
	config.tones = LONG_LINES * 2;
	config.tones_per_call = 8;
	config.subscriptions = LONG_LINES * 3 / 2;
	config.alloc = take;
	config.free = give;
	config.wake = wake;
	allocations = 0;
	return !ivrq_engine_create(&config, &it.engine, NULL);
}

/* Until the time is over or a thread has found a fault. */
static void wait_seconds(uint32_t seconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += seconds;
	while (sem_timedwait(&it.news, &until) && errno == EINTR)
		;
}

/* 0 if the engine stopped while all of them worked. */
static int run_threads(uint32_t seconds)
{
	pthread_t ids[LONG_THREADS];
	uint32_t i, n;
	int answer;

	for (n = 0; n < LONG_THREADS; n++)
		if (pthread_create(&ids[n], NULL, thread_main, &it.threads[n]))
			break;
	if (n == LONG_THREADS)
		wait_seconds(seconds);
	/* Under a limit only so that a failure shows as one. */
	answer = ivrq_engine_stop(it.engine, 60000);
	atomic_store_explicit(&it.done, true, memory_order_release);
	for (i = 0; i < n; i++)
		pthread_join(ids[i], NULL);
	return n == LONG_THREADS ? answer : 1;
}

/* ------------------------------------------------------------------- audit */

/* These are all made of 64-bit counters, one after the other. */
static void add(void *to, const void *from, size_t bytes)
{
	uint64_t *sum = to;
	const uint64_t *more = from;

	for (; bytes; bytes -= sizeof(*sum))
		*sum++ += *more++;
}

static void agree(const char *what, uint64_t one, uint64_t other)
{
	if (one == other)
		return;
	printf("audit: %s: %" PRIu64 " is not %" PRIu64 "\n", what, one, other);
	fine = false;
}

static uint64_t canceled(const struct counts *n)
{
	uint64_t sum = 0;
	uint32_t cause;

	for (cause = 0; cause < LONG_CAUSES; cause++)
		sum += n->canceled[cause];
	return sum;
}

static void audit_engine(const struct counts *n)
{
	ivrq_stats stats = { .submitted = 0 };

	agree("ivrq_engine_stats()", ivrq_engine_stats(it.engine, &stats), 0);
	agree("submitted", stats.submitted, n->accepted);
	agree("completed", stats.completed, n->completed);
	agree("failed", stats.failed, n->failed);
	agree("canceled", stats.canceled, canceled(n));
	agree("live", stats.live, 0);
	agree("calls open", stats.calls_open, 0);
	agree("tones", stats.tones, n->tones_given);
	agree("tones lost", stats.tones_lost, n->tones_lost);
}

static void audit(const struct counts *n, const struct sums *s)
{
	agree("accepted and results", n->accepted,
	      n->completed + n->failed + canceled(n));
	agree("accepted and results, by handle", s->accepted, s->resulted);
	agree("started and ended, by handle", s->begun, s->ended);
	agree("receipts and results", n->receipts,
	      n->canceled[IVRQ_CAUSE_CANCEL] + n->canceled[IVRQ_CAUSE_HANG_UP]);
	agree("in_flight of receipts, by id", s->cut_flight, s->hit_flight);
	agree("pending of receipts, by id", s->cut_pending, s->hit_pending);
	agree("opened and closed", n->opens, n->closes);
	agree("tones", n->tones_given, n->tones_heard);
	agree("tones, by call", s->tones_given, s->tones_heard);
	audit_engine(n);
}

static void audit_threads(struct counts *counts, struct sums *sums)
{
	uint32_t i, j;

	for (i = 0; i < LONG_THREADS; i++) {
		struct thread *thread = &it.threads[i];

		add(counts, &thread->counts, sizeof(*counts));
		add(sums, &thread->sums, sizeof(*sums));
		if (thread->fault) {
			printf("thread %u, %s:%d: %s\n", i, thread->fault_file,
			       thread->fault_line, thread->fault);
			fine = false;
		}
		for (j = 0; j < LONG_RECS; j++)
			agree("operations without a result",
			      atomic_load(&thread->recs[j].used), 0);
	}
}

/* One engine, from its creation to its end. */
static void one_round(uint32_t ring, uint32_t seconds, uint64_t seed,
		      struct counts *total)
{
	struct counts counts = { 0 };
	struct sums sums = { 0 };
	uint32_t taken;

	if (!set_up(ring, seed)) {
		printf("no engine\n");
		fine = false;
		return;
	}
	taken = allocations;
	agree("ivrq_engine_stop()", (uint64_t)run_threads(seconds), 0);
	audit_threads(&counts, &sums);
	audit(&counts, &sums);
	agree("allocations", allocations, taken);
	agree("ivrq_engine_destroy()", ivrq_engine_destroy(it.engine), 0);
	agree("memory not given back", engine_bytes, 0);
	sem_destroy(&it.news);
	add(total, &counts, sizeof(counts));
	printf("ring %2u: %" PRIu64 " operations%s\n", ring, counts.accepted,
	       fine ? "" : ", audit failed");
	fflush(stdout);
}

/* ------------------------------------------------------------------ report */

static void show(const struct counts *n, double seconds)
{
	printf("operations %" PRIu64 ": %.0f a second; refused %" PRIu64
	       " full, %" PRIu64 " closed\n",
	       n->accepted, (double)n->accepted / seconds, n->full, n->stale);
	printf("results    completed %" PRIu64 ", failed %" PRIu64 " (%" PRIu64
	       " by deadline), canceled %" PRIu64 " (cancel %" PRIu64
	       ", barge-in %" PRIu64 ", hang-up %" PRIu64 ", stop %" PRIu64
	       ")\n",
	       n->completed, n->failed, n->deadline, canceled(n),
	       n->canceled[IVRQ_CAUSE_CANCEL], n->canceled[IVRQ_CAUSE_BARGE_IN],
	       n->canceled[IVRQ_CAUSE_HANG_UP], n->canceled[IVRQ_CAUSE_STOP]);
	printf("cancels    all %" PRIu64 ", current %" PRIu64
	       ", pending %" PRIu64 ", op %" PRIu64 ", kind %" PRIu64
	       ", tag %" PRIu64 "; receipts %" PRIu64 ", fences %" PRIu64 "\n",
	       n->cancels[IVRQ_SCOPE_ALL], n->cancels[IVRQ_SCOPE_CURRENT],
	       n->cancels[IVRQ_SCOPE_PENDING], n->cancels[IVRQ_SCOPE_OP],
	       n->cancels[IVRQ_SCOPE_KIND], n->cancels[IVRQ_SCOPE_TAG],
	       n->receipts, n->fences);
	printf("calls      opened %" PRIu64 ", closed %" PRIu64
	       ", paused %" PRIu64 "; runs %" PRIu64 "\n",
	       n->opens, n->closes, n->pauses, n->runs);
	printf("tones      sent %" PRIu64 ", heard %" PRIu64 ", lost %" PRIu64
	       "\n",
	       n->tones_given + n->tones_lost, n->tones_heard, n->tones_lost);
}

static long rss_kb(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) ? 0 : usage.ru_maxrss;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t seconds_asked(void)
{
	const char *given = getenv("STRESS_S");
	long seconds = given && *given ? strtol(given, NULL, 0) : 60;

	return seconds < 1	 ? 1 :
	       seconds > 1000000 ? 1000000 :
				   (uint32_t)seconds;
}

int main(void)
{
	static const uint32_t rings[RINGS] = { 4, 16, 64 };
	uint32_t seconds = seconds_asked(), left = seconds;
	uint32_t i, rounds = (seconds + ROUND_S - 1) / ROUND_S;
	struct counts total = { 0 };
	uint64_t seed = rnd_seed();
	double begin = seconds_now(), took;
	long first = 0, last;

	rounds = rounds < RINGS ? RINGS : rounds;
	for (i = 0; i < rounds && fine; i++) {
		one_round(rings[i % RINGS], left / (rounds - i),
			  seed + i * 1000, &total);
		left -= left / (rounds - i);
		if (i + 1 == RINGS)
			first = rss_kb();
	}
	last = rss_kb();
	took = seconds_now() - begin;
	show(&total, took);
	printf("memory     %ld KB, %ld KB after the first three rounds\n", last,
	       first);
	/* A sanitizer keeps what was freed. */
	if (!RND_SANITIZED && fine && last > first + GROWTH_KB)
		agree("memory, KB", (uint64_t)last, (uint64_t)first);
	printf("stress: seconds=%u operations=%" PRIu64 " results=%" PRIu64
	       " tones=%" PRIu64 " lost=%" PRIu64 " per_second=%.0f audit=%s\n",
	       seconds, total.accepted,
	       total.completed + total.failed + canceled(&total),
	       total.tones_given + total.tones_lost, total.tones_lost,
	       (double)total.accepted / took, fine ? "ok" : "failed");
	return fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
