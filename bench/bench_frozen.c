/* SPDX-License-Identifier: MIT */
/*
 * bench_frozen: a producer is frozen in the middle of a put, and what becomes
 * of everyone else.
 *
 *	frozen		throughput after / before, of two producers and a
 *			consumer: 1 it does not matter, 0 they stop dead
 *	frozen_at	the same of our submit, frozen at its atomic access
 *			number `at`; "frozen" of ours is the worst of them
 *	frozen_none	the same with one that sleeps before its put: how far
 *			from 1 a ratio is by chance, on this machine, today
 *
 * Both throughputs are of one run of the same threads. After: when all that was
 * put before the freeze has been got. They stop dead when that does not come,
 * or nothing at all is got after it, for DEAD_MS. Our core is the one with a
 * hook before each atomic access, before and after alike. How many accesses a
 * submit has is counted with nobody about; under way some of them may be those
 * of a second attempt.
 *
 * The worst of so many medians is below what any one of them would be, by
 * chance alone: compare it with frozen_none and its spread.
 *
 * Then the frozen one is let go, and all must end: each item is got once, those
 * of one producer in order.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <time.h>

#include "bench.h"
#include "core/atomics.h"
#include "peer.h"

enum {
	PRODUCERS = 2,
	VICTIM = PRODUCERS,
	THREADS,     /* that put */
	WINDOW = 64, /* of each, at a time */
	DEAD_MS = 200,
	END_MS = 60000,
	ATTEMPTS = 100000,
	PLACES_MAX = 200
};
_Static_assert(THREADS *WINDOW <= PEER_ROOM, "no queue is ever full");

extern const struct peer peer_ivrq;

static unsigned long window_ms = 50;

static const struct bench_option options[] = {
	{ "window-ms", &window_ms, 5, 10000 },
	{ NULL, NULL, 0, 0 },
};

struct producer {
	_Alignas(64) ivrq__a64 put; /* by itself */
	_Alignas(64) ivrq__a64 got; /* by the consumer */
	uint32_t number;
	struct peer_item item[WINDOW];
};

/* One run at a time. */
static struct {
	const struct peer *peer;
	void *it;
	struct producer producer[THREADS];
	_Alignas(64) ivrq__a32 stop; /* the producers */
	ivrq__a32 leave;	     /* the consumer */
	struct peer_park park;
	bool frozen;
	sem_t settled; /* it is frozen, or has given up */
	sem_t thaw;
} run;

static void nap(unsigned long ms)
{
	struct timespec t = { (time_t)(ms / 1000),
			      (long)(ms % 1000) * 1000000 };

	nanosleep(&t, NULL);
}

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem))
		; /* a signal */
}

/* ------------------------------------------------------------- the threads */

/* The next item, or NULL: too many are on their way. */
static struct peer_item *next_item(struct producer *p)
{
	uint64_t n = ivrq__ld_rlx64(&p->put);
	struct peer_item *item = &p->item[n % WINDOW];

	if (n - ivrq__ld_acq64(&p->got) >= WINDOW)
		return NULL;
	item->owner = p->number;
	item->serial = n;
	return item;
}

static void *produce(void *arg)
{
	struct producer *p = arg;
	struct peer_item *item;

	bench_pin(2 + p->number);
	while (!ivrq__ld_acq32(&run.stop)) {
		item = next_item(p);
		if (item && run.peer->put(run.it, item))
			ivrq__add_rel64(&p->put, 1);
		else
			sched_yield();
	}
	return NULL;
}

static void *consume(void *arg)
{
	struct peer_item *item;
	struct producer *p;

	(void)arg;
	bench_pin(1);
	while (!ivrq__ld_acq32(&run.leave)) {
		item = run.peer->get(run.it);
		if (!item) {
			sched_yield();
			continue;
		}
		p = &run.producer[item->owner];
		if (item->serial != ivrq__ld_rlx64(&p->got))
			bench_die("conservation: not in order");
		ivrq__add_rel64(&p->got, 1);
	}
	return NULL;
}

static void here(struct peer_park *park)
{
	(void)park;
	run.frozen = true;
	sem_post(&run.settled);
	wait_for(&run.thaw);
}

/* Place 0: before a put. Else puts until it is frozen: if others have done a
 * part of its work, it may be through before it comes to that place. */
static void *be_frozen(void *arg)
{
	struct producer *p = arg;
	struct peer_item *item;
	unsigned n;

	bench_pin(0);
	if (!run.park.at)
		here(&run.park);
	for (n = 0; n < ATTEMPTS && !run.frozen; n++) {
		item = next_item(p);
		if (item && run.peer->freeze_in_put(run.it, item, &run.park))
			ivrq__add_rel64(&p->put, 1);
		else
			sched_yield();
	}
	if (!run.frozen)
		sem_post(&run.settled);
	return NULL;
}

/* ---------------------------------------------------------- what they reach */

/* Of the first so many: PRODUCERS, everyone else; THREADS, the victim too. */
static uint64_t sum_got(unsigned threads)
{
	uint64_t sum = 0;

	while (threads--)
		sum += ivrq__ld_acq64(&run.producer[threads].got);
	return sum;
}

static uint64_t sum_put(unsigned threads)
{
	uint64_t sum = 0;

	while (threads--)
		sum += ivrq__ld_acq64(&run.producer[threads].put);
	return sum;
}

/* Until so many are got; false: for so long there was none. */
static bool reach(unsigned threads, uint64_t wanted, unsigned long patience_ms)
{
	uint64_t got, last = sum_got(threads), since = bench_now();

	for (;;) {
		got = sum_got(threads);
		if (got >= wanted)
			return true;
		if (got != last) {
			last = got;
			since = bench_now();
		} else if (bench_now() - since >
			   (uint64_t)patience_ms * 1000000u) {
			return false;
		}
		nap(1);
	}
}

/* For each nanosecond; 0: none within DEAD_MS. */
static double throughput(void)
{
	uint64_t start = bench_now(), from = sum_got(PRODUCERS);

	nap(window_ms);
	if (!reach(PRODUCERS, from + 1, DEAD_MS))
		return 0;
	return (double)(sum_got(PRODUCERS) - from) /
	       (double)(bench_now() - start);
}

static void start(pthread_t *thread, void *(*what)(void *), void *arg)
{
	if (pthread_create(thread, NULL, what, arg))
		bench_die("cannot start a thread");
}

static void prepare(void)
{
	uint32_t i;

	memset(run.producer, 0, sizeof(run.producer));
	for (i = 0; i < THREADS; i++) {
		atomic_init(&run.producer[i].put, 0);
		atomic_init(&run.producer[i].got, 0);
		run.producer[i].number = i;
	}
	atomic_init(&run.stop, 0);
	atomic_init(&run.leave, 0);
	run.park.here = here;
	run.frozen = false;
	if (sem_init(&run.settled, 0, 0) || sem_init(&run.thaw, 0, 0))
		bench_die("cannot make a semaphore");
}

/* The producers and the victim have ended: all has to come out. */
static void come_to_end(pthread_t consumer)
{
	uint32_t i;

	if (!reach(THREADS, sum_put(THREADS), END_MS))
		bench_die("conservation: not all was got");
	ivrq__st_rel32(&run.leave, 1);
	pthread_join(consumer, NULL);
	for (i = 0; i < THREADS; i++)
		if (ivrq__ld_acq64(&run.producer[i].got) !=
		    ivrq__ld_acq64(&run.producer[i].put))
			bench_die("conservation: more was got than was put");
	if (run.peer->get(run.it))
		bench_die("conservation: more was got than was put");
	run.peer->end(run.it);
	sem_destroy(&run.settled);
	sem_destroy(&run.thaw);
}

/* With the victim frozen; let go again. */
static double frozen_throughput(void)
{
	pthread_t victim;
	double after = 0;

	start(&victim, be_frozen, &run.producer[VICTIM]);
	wait_for(&run.settled);
	if (run.frozen && reach(PRODUCERS, sum_put(PRODUCERS), DEAD_MS))
		after = throughput();
	sem_post(&run.thaw);
	pthread_join(victim, NULL);
	return after;
}

/* At which place. -1: it never was frozen there. */
static double frozen(const void *which, void *arg)
{
	const unsigned *at = arg;
	pthread_t consumer, producer[PRODUCERS];
	double before, after;
	unsigned i;

	prepare();
	run.park.at = *at;
	run.peer = which;
	run.it = run.peer->make();
	start(&consumer, consume, NULL);
	for (i = 0; i < PRODUCERS; i++)
		start(&producer[i], produce, &run.producer[i]);
	if (!reach(PRODUCERS, WINDOW, END_MS) || throughput() <= 0)
		bench_die("nothing is got, and nobody is frozen yet");
	before = throughput();
	after = frozen_throughput();
	ivrq__st_rel32(&run.stop, 1);
	for (i = 0; i < PRODUCERS; i++)
		pthread_join(producer[i], NULL);
	come_to_end(consumer);
	if (!run.frozen)
		return -1;
	return before > 0 ? after / before : 0;
}

/* -------------------------------------------------------------- the sides */

static unsigned count_places(const struct peer *peer)
{
	void *it = peer->make();
	unsigned count = peer->places(it);

	peer->end(it);
	if (!count || count > PLACES_MAX)
		bench_die("a submit has too many accesses, or none");
	return count;
}

/* Each access in its turn; the worst is that with the smallest median. */
static void freeze_ours(void)
{
	static double samples[BENCH_REPEATS_MAX], worst[BENCH_REPEATS_MAX];
	struct bench_work work = { "frozen_at", 0, "ratio", 1, NULL, NULL };
	unsigned places = count_places(&peer_ivrq), at;
	unsigned long n, middle = bench_repeats / 2;
	unsigned done = 0;

	for (at = 1; at <= places; at++) {
		for (n = 0; n < bench_repeats; n++) {
			samples[n] = frozen(&peer_ivrq, &at);
			if (samples[n] < 0)
				break;
		}
		if (n < bench_repeats)
			continue;
		work.at = at;
		bench_line(&work, "ivrq", samples, bench_repeats); /* sorts */
		if (!done++ || samples[middle] < worst[middle])
			memcpy(worst, samples, sizeof(worst));
	}
	if (!done)
		bench_die("ivrq: never frozen");
	work = (struct bench_work){ "frozen", 0, "ratio", done, NULL, NULL };
	bench_line(&work, "ivrq", worst, bench_repeats);
}

int main(int argc, char **argv)
{
	const char *names[BENCH_SIDES_MAX] = { "ivrq" };
	const void *sides[BENCH_SIDES_MAX] = { &peer_ivrq };
	unsigned count, at = 1;
	struct bench_work work = { "frozen", 0, "ratio", 1, frozen, &at };

	bench_begin(argc, argv, options);
	freeze_ours();
	count = peer_sides(work.work, names, sides, 1);
	bench_run(&work, names + 1, sides + 1, count - 1);
	work.work = "frozen_none";
	at = 0;
	bench_run(&work, names, sides, count);
	return 0;
}
