/* SPDX-License-Identifier: MIT */
/*
 * bench_crowd: how long one run of the worker takes while 15 clients submit
 * and cancel as fast as they can.
 *
 *	crowd_one	all of them use one call
 *	crowd_many	each uses any of 1000 calls
 *	..._busy	only those runs that delivered a result
 *	..._results	results of one run, on the average
 *	..._rate	results in one millisecond
 *
 * `at` is per mille: half of the runs took at most the value at 500; 1000 is
 * the longest run. Each is the median over the repeats. pieces is how many
 * runs the repeat with the fewest had.
 *
 * Of ten steps of a client nine are submits; one cancels all of a call. A full
 * queue is no error: the client goes on. The worker runs and completes what it
 * has started, in turns, and never sleeps. Only the run is timed. As it does
 * not sleep, many runs may find nothing to do, more of them on one side than
 * on the other: so the busy ones are told alone too.
 *
 * On both sides a run is one pass over what was ready when it began, but ends
 * after 64 calls, and the next run goes on from there.
 *
 * The worker has a CPU for itself, as a thread that plays media has; clients
 * share the others. With fewer CPUs than threads a client may lose its CPU at
 * any place: what that does to the worker is a part of what is measured. With
 * one CPU for all of them the figures tell of the scheduler only.
 *
 * At the end the results have to be as many as the accepted submits.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "bench.h"
#include "side.h"

#define DEPTH	  16
#define SIDES	  2
#define SUB_BITS  6 /* 64 buckets for each power of two: 1.6 % wide */
#define SUB	  (1u << SUB_BITS)
#define BUCKETS	  ((64 - SUB_BITS + 1) * SUB)
#define CLIENTS	  256
#define DRAIN_MAX 1000000

static unsigned long clients = 15, many = 1000, milliseconds = 300;

static const struct bench_option options[] = {
	{ "clients", &clients, 5, CLIENTS },
	{ "calls", &many, 100, 100000 }, /* of crowd_many */
	{ "milliseconds", &milliseconds, 5, 60000 },
	{ NULL, NULL, 0, 0 },
};

static const struct side *const sides[SIDES] = { &side_ivrq, &side_mutex };

static const struct figure {
	const char *suffix;
	unsigned long at;
	const char *unit;
} figures[] = {
	{ "", 500, "ns" },
	{ "", 990, "ns" },
	{ "", 999, "ns" },
	{ "", 1000, "ns" },
	{ "_busy", 500, "ns" },
	{ "_busy", 990, "ns" },
	{ "_busy", 999, "ns" },
	{ "_busy", 1000, "ns" },
	{ "_results", 0, "results" },
	{ "_rate", 0, "results/ms" },
};
#define FIGURES (sizeof(figures) / sizeof(*figures))
#define TIMES	4 /* the percentiles of all runs, and as many of busy ones */

/* --------------------------------------------------------------- histogram */

/* Powers of two, each in SUB buckets of equal width. */
struct histogram {
	uint64_t bucket[BUCKETS];
	uint64_t count;
	uint64_t longest;
};

static unsigned bucket_of(uint64_t ns)
{
	unsigned shift;

	if (ns < SUB)
		return (unsigned)ns;
	shift = 63 - (unsigned)__builtin_clzll(ns) - SUB_BITS;
	return shift * SUB + (unsigned)(ns >> shift);
}

/* The middle of a bucket. */
static uint64_t value_of(unsigned bucket)
{
	unsigned shift;

	if (bucket < 2 * SUB)
		return bucket;
	shift = bucket / SUB - 1;
	return ((uint64_t)(bucket % SUB + SUB) << shift) +
	       (UINT64_C(1) << shift) / 2;
}

static void record(struct histogram *h, uint64_t ns)
{
	h->bucket[bucket_of(ns)]++;
	h->count++;
	if (ns > h->longest)
		h->longest = ns;
}

static double percentile(const struct histogram *h, unsigned long mille)
{
	uint64_t rank = (h->count * mille + 999) / 1000, seen = 0, value;
	unsigned i;

	for (i = 0; i < BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= rank)
			break;
	}
	value = i < BUCKETS ? value_of(i) : h->longest;
	return (double)(mille == 1000 || value > h->longest ? h->longest :
							      value);
}

/* ------------------------------------------------------------- the clients */

struct crowd {
	const struct side *side;
	void *it;
	unsigned long calls;
	pthread_barrier_t start;
	atomic_bool stop;
};

struct client {
	pthread_t thread;
	struct crowd *crowd;
	unsigned cpu;
	uint64_t random;
	uint64_t accepted;
};

/* xorshift64*, one for each client. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (*state * UINT64_C(0x2545f4914f6cdd1d)) >> 16;
}

static void *be_client(void *arg)
{
	struct client *client = arg;
	struct crowd *crowd = client->crowd;
	uint64_t random = client->random, accepted = 0;
	unsigned long call;

	bench_pin(client->cpu);
	pthread_barrier_wait(&crowd->start);
	/* Relaxed: what is counted is read after the thread was joined. */
	while (!atomic_load_explicit(&crowd->stop, memory_order_relaxed)) {
		call = (unsigned long)(draw(&random) % crowd->calls);
		if (draw(&random) % 10)
			accepted += crowd->side->submit(crowd->it, call);
		else
			crowd->side->cancel(crowd->it, call);
	}
	client->accepted = accepted;
	return NULL;
}

static void start_clients(struct crowd *crowd, struct client *client)
{
	unsigned i, cpus = bench_cpus();

	if (pthread_barrier_init(&crowd->start, NULL, (unsigned)clients + 1))
		bench_die("cannot make a barrier");
	for (i = 0; i < clients; i++) {
		client[i].crowd = crowd;
		client[i].cpu = cpus > 1 ? 1 + i % (cpus - 1) : 0;
		client[i].random = bench_random() | 1;
		if (pthread_create(&client[i].thread, NULL, be_client,
				   &client[i]))
			bench_die("cannot make a thread");
	}
	pthread_barrier_wait(&crowd->start);
}

/* How many submits were accepted. */
static uint64_t stop_clients(struct crowd *crowd, struct client *client)
{
	uint64_t accepted = 0;
	unsigned i;

	atomic_store_explicit(&crowd->stop, true, memory_order_relaxed);
	for (i = 0; i < clients; i++) {
		pthread_join(client[i].thread, NULL);
		accepted += client[i].accepted;
	}
	pthread_barrier_destroy(&crowd->start);
	return accepted;
}

/* -------------------------------------------------------------- the worker */

/* What one repeat of one side brought. */
struct repeat {
	struct histogram all, busy;
	struct tally tally;
	uint64_t results; /* while it was measured */
	uint64_t ns;
};

static void work(struct crowd *crowd, struct repeat *repeat)
{
	const struct tally *tally = &repeat->tally;
	uint64_t begun = bench_now(), from, to, results;

	do {
		from = bench_now();
		crowd->side->run(crowd->it);
		to = bench_now();
		results = tally->completed + tally->canceled;
		record(&repeat->all, to - from);
		if (results != repeat->results)
			record(&repeat->busy, to - from);
		repeat->results = results;
		crowd->side->complete(crowd->it);
	} while (to - begun < milliseconds * UINT64_C(1000000));
	repeat->ns = to - begun;
}

static void close_all(struct crowd *crowd, const struct tally *tally,
		      uint64_t accepted)
{
	unsigned long i;

	for (i = 0; i < crowd->calls; i++)
		crowd->side->close(crowd->it, i);
	i = 0;
	do {
		crowd->side->run(crowd->it);
		crowd->side->complete(crowd->it);
	} while (tally->completed + tally->canceled < accepted &&
		 ++i < DRAIN_MAX);
	/* All results are told, maybe not the end of each call. */
	for (i = 0; i <= crowd->calls / SIDE_POLLED_MOST; i++)
		crowd->side->run(crowd->it);
	if (!crowd->side->end(crowd->it) ||
	    tally->completed + tally->canceled != accepted)
		bench_die("conservation: the results are not those accepted");
}

static void once(const struct side *side, unsigned long calls,
		 struct repeat *repeat)
{
	static struct client client[CLIENTS];
	const struct side_config config = { calls, DEPTH, calls * DEPTH, true };
	struct crowd crowd = { .side = side, .calls = calls };
	unsigned long i;
	uint64_t accepted;

	memset(repeat, 0, sizeof(*repeat));
	crowd.it = side->make(&config, &repeat->tally);
	for (i = 0; i < calls; i++)
		side->open(crowd.it, i);
	start_clients(&crowd, client);
	work(&crowd, repeat);
	accepted = stop_clients(&crowd, client);
	close_all(&crowd, &repeat->tally, accepted);
}

/* ------------------------------------------------------------- the figures */

static double samples[SIDES][FIGURES][BENCH_REPEATS_MAX];

static void keep(const struct repeat *repeat, unsigned side, unsigned long nth)
{
	const double results = (double)repeat->results;
	unsigned i;

	for (i = 0; i < 2 * TIMES; i++)
		samples[side][i][nth] =
			percentile(i < TIMES ? &repeat->all : &repeat->busy,
				   figures[i].at);
	samples[side][i++][nth] = results / (double)repeat->all.count;
	samples[side][i][nth] = results * 1e6 / (double)repeat->ns;
}

static void tell(const char *name, unsigned side, unsigned figure,
		 uint64_t runs)
{
	struct bench_work line = { name, 0, NULL, 0, NULL, NULL };
	char full[32];

	snprintf(full, sizeof(full), "%s%s", name, figures[figure].suffix);
	line.work = full;
	line.at = figures[figure].at;
	line.unit = figures[figure].unit;
	line.pieces = (unsigned long)runs;
	bench_line(&line, sides[side]->name, samples[side][figure],
		   bench_repeats);
}

static void bench_crowd(const char *name, unsigned long calls)
{
	static struct repeat repeat;
	uint64_t all[SIDES], busy[SIDES];
	unsigned order[SIDES], i, side;
	unsigned long nth;

	for (side = 0; side < SIDES; side++)
		all[side] = busy[side] = UINT64_MAX;
	for (nth = 0; nth < bench_repeats; nth++) {
		bench_order(order, SIDES);
		for (i = 0; i < SIDES; i++) {
			side = order[i];
			once(sides[side], calls, &repeat);
			keep(&repeat, side, nth);
			if (repeat.all.count < all[side])
				all[side] = repeat.all.count;
			if (repeat.busy.count < busy[side])
				busy[side] = repeat.busy.count;
		}
	}
	for (i = 0; i < FIGURES; i++)
		for (side = 0; side < SIDES; side++)
			tell(name, side, i,
			     i / TIMES == 1 ? busy[side] : all[side]);
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv, options);
	bench_crowd("crowd_one", 1);
	bench_crowd("crowd_many", many);
	return 0;
}
