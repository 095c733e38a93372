/* SPDX-License-Identifier: MIT */
/*
 * bench_scale: what a million calls cost; one thread.
 *
 *	resident	memory of a call that is open and idle
 *	resident_used	the same after each call had 4 operations, at most 4096
 *			of all calls at one time
 *	tick		one run of the worker in which 100 calls are active:
 *			for each the result of one operation and the start of
 *			the next; beside them `at` calls are open and idle
 *	million		open all calls, give each 4 operations, cancel all of
 *			each, close all, run until all is delivered: time for
 *			one operation, `at` calls
 *
 * The memory is what the process holds more than before, as the system tells
 * (/proc/self/statm, else there is no line), each time in a process of its
 * own, so that nothing freed before is used again. It is all that a side and
 * its caller keep: the engine's pool of operations is made for 4096 here, as
 * they are counted apart, and those of tones and subscriptions for one.
 *
 * The active calls are the same in all runs, so they are warm, and everywhere
 * in the table, so they share nothing: each hundredth of it has one, in a
 * place that is drawn, as equal steps might fall on few lines of a cache.
 * Only the run is timed: operations are submitted and completed between. Of
 * the runs of one repeat the middle one counts, as one that was interrupted
 * tells nothing. All sizes of both sides are there at one time and take turns,
 * 50 runs each, as it is sizes that are compared, and the machine may be
 * faster now and slower then.
 *
 * million goes through all once before the time is taken: the memory has been
 * touched then, and calls are opened that were closed before.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "side.h"

#define ACTIVE	   100
#define CHUNK	   50 /* ticks of one, then of another */
#define WARM	   10 /* before them, not counted */
#define EACH	   4  /* operations of one call */
#define OPERATIONS 4096
#define DEPTH	   16
#define SIDES	   2
#define SIZES	   3

static unsigned long calls = 1000000, runs = 1000, long_repeats = 3;

static const struct bench_option options[] = {
	{ "calls", &calls, 1000, 4000000 }, /* in all, or idle ones */
	{ "runs", &runs, 4, 100000000 },
	{ "long-repeats", &long_repeats, 1, BENCH_REPEATS_MAX },
	{ NULL, NULL, 0, 0 },
};

static const struct side *const sides[SIDES] = { &side_ivrq, &side_mutex };

static void begin(struct side_run *run, const struct side *side,
		  unsigned long count, unsigned long operations)
{
	const struct side_config config = { count, DEPTH, operations, false };

	side_begin(run, side, &config);
}

/* Until every result has come. One run that brings none is a loss. */
static void deliver(struct side_run *run)
{
	const struct tally *tally = &run->tally;
	uint64_t before;

	do {
		before = tally->completed + tally->canceled;
		run->side->complete(run->it);
		run->side->run(run->it);
		if (tally->completed + tally->canceled == before &&
		    before != run->submitted)
			bench_die("conservation: results are missing");
	} while (tally->completed + tally->canceled < run->submitted);
}

/* ---------------------------------------------------------------- resident */

struct resident {
	double idle, used;
};

/* Bytes; 0 if the system does not tell. */
static double resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long all, pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &all, &pages) != 2)
		pages = 0;
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void use_all(struct side_run *run)
{
	unsigned long i, n;

	for (i = 0; i < run->calls; i++) {
		for (n = 0; n < EACH; n++)
			side_submit(run, i);
		if ((i + 1) % (OPERATIONS / EACH) && i + 1 < run->calls)
			continue;
		run->side->run(run->it);
		deliver(run);
	}
}

static void weigh(const struct side *side, struct resident *got)
{
	double before = resident();
	struct side_run run;

	begin(&run, side, calls, OPERATIONS);
	side_open_all(&run);
	run.side->run(run.it);
	got->idle = (resident() - before) / (double)calls;
	use_all(&run);
	got->used = (resident() - before) / (double)calls;
	side_close_all(&run);
	run.side->run(run.it);
	side_end(&run);
}

static void weigh_apart(const struct side *side, struct resident *got)
{
	int ends[2], status;
	pid_t child;

	if (pipe(ends) || (child = fork()) < 0)
		bench_die("cannot make a process");
	if (!child) {
		weigh(side, got);
		if (write(ends[1], got, sizeof(*got)) != sizeof(*got))
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], got, sizeof(*got)) != sizeof(*got) ||
	    waitpid(child, &status, 0) != child || status)
		bench_die("resident: it failed");
	close(ends[0]);
}

static void bench_resident(void)
{
	static double idle[BENCH_REPEATS_MAX], used[BENCH_REPEATS_MAX];
	struct bench_work work = {
		"resident", calls, "bytes", calls, NULL, NULL
	};
	struct resident got;
	unsigned long repeat;
	unsigned i;

	if (!(resident() > 0))
		return;
	for (i = 0; i < SIDES; i++) {
		for (repeat = 0; repeat < long_repeats; repeat++) {
			weigh_apart(sides[i], &got);
			idle[repeat] = got.idle;
			used[repeat] = got.used;
		}
		work.work = "resident";
		bench_line(&work, sides[i]->name, idle, long_repeats);
		work.work = "resident_used";
		bench_line(&work, sides[i]->name, used, long_repeats);
	}
}

/* -------------------------------------------------------------------- tick */

struct tick {
	struct side_run run;
	unsigned long active[ACTIVE];
	uint64_t *spent;
	unsigned long taken;
};

static void submit_active(struct tick *tick)
{
	unsigned i;

	for (i = 0; i < ACTIVE; i++)
		side_submit(&tick->run, tick->active[i]);
}

/* One is in flight in each. Add one, end the one, and take the time of the
 * run that delivers this and starts that. */
static uint64_t turn(struct tick *tick)
{
	struct side_run *run = &tick->run;
	uint64_t spent, before = run->tally.completed;

	submit_active(tick);
	run->side->complete(run->it);
	spent = bench_now();
	run->side->run(run->it);
	spent = bench_now() - spent;
	if (run->tally.completed - before != ACTIVE)
		bench_die("tick: not one result of each active call");
	return spent;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void tick_begin(struct tick *tick, const struct side *side,
		       unsigned long idle)
{
	unsigned long r, part = (idle + ACTIVE) / ACTIVE;

	begin(&tick->run, side, idle + ACTIVE, EACH * ACTIVE);
	side_open_all(&tick->run);
	for (r = 0; r < ACTIVE; r++)
		tick->active[r] =
			r * part + (unsigned long)(bench_random() % part);
	submit_active(tick);
	side->run(tick->run.it);
	tick->spent = bench_memory(runs, sizeof(*tick->spent));
	tick->taken = 0;
}

/* A few, when others have been at the caches. */
static void tick_on(struct tick *tick)
{
	unsigned long r;

	for (r = 0; r < WARM; r++)
		turn(tick);
	for (r = 0; r < CHUNK && tick->taken < runs; r++)
		tick->spent[tick->taken++] = turn(tick);
}

/* The middle one. */
static double tick_end(struct tick *tick)
{
	uint64_t middle;

	deliver(&tick->run);
	side_close_all(&tick->run);
	tick->run.side->run(tick->run.it);
	side_end(&tick->run);
	qsort(tick->spent, runs, sizeof(*tick->spent), compare);
	middle = tick->spent[runs / 2];
	free(tick->spent);
	return (double)middle;
}

/* Of sizes that are not less than the last there is only that. */
static bool used(const unsigned long most[SIZES], unsigned o)
{
	return o / SIDES == SIZES - 1 || most[o / SIDES] < calls;
}

static void bench_tick(void)
{
	static double samples[SIDES * SIZES][BENCH_REPEATS_MAX];
	static struct tick ticks[SIDES * SIZES];
	const unsigned long most[SIZES] = { 1000, 100000, calls };
	struct bench_work work = { "tick", 0, "ns", runs, NULL, NULL };
	unsigned order[SIDES * SIZES];
	unsigned long repeat, r;
	unsigned i, o;

	for (repeat = 0; repeat < bench_repeats; repeat++) {
		for (o = 0; o < SIDES * SIZES; o++)
			if (used(most, o))
				tick_begin(&ticks[o], sides[o % SIDES],
					   most[o / SIDES]);
		for (r = 0; r < runs; r += CHUNK) {
			bench_order(order, SIDES * SIZES);
			for (i = 0; i < SIDES * SIZES; i++)
				if (used(most, order[i]))
					tick_on(&ticks[order[i]]);
		}
		for (o = 0; o < SIDES * SIZES; o++)
			if (used(most, o))
				samples[o][repeat] = tick_end(&ticks[o]);
	}
	for (o = 0; o < SIDES * SIZES; o++) {
		work.at = most[o / SIDES];
		if (used(most, o))
			bench_line(&work, sides[o % SIDES]->name, samples[o],
				   bench_repeats);
	}
}

/* ----------------------------------------------------------------- million */

static void life(struct side_run *run)
{
	unsigned long i, n;
	uint64_t hit = 0;

	side_open_all(run);
	for (i = 0; i < run->calls; i++)
		for (n = 0; n < EACH; n++)
			side_submit(run, i);
	for (i = 0; i < run->calls; i++)
		hit += run->side->cancel(run->it, i);
	if (hit != EACH * run->calls)
		bench_die("a cancel has not found all");
	side_close_all(run);
	deliver(run);
}

static double million(const struct side *side)
{
	struct side_run run;
	uint64_t spent;

	begin(&run, side, calls, EACH * calls);
	life(&run);
	spent = bench_now();
	life(&run);
	spent = bench_now() - spent;
	if (run.tally.completed)
		bench_die("million: completed, and nothing was");
	side_end(&run);
	return (double)spent / (double)(EACH * calls);
}

static void bench_million(void)
{
	static double samples[SIDES][BENCH_REPEATS_MAX];
	struct bench_work work = { "million",	 calls, "ns",
				   EACH * calls, NULL,	NULL };
	unsigned order[SIDES], i;
	unsigned long repeat;

	for (repeat = 0; repeat < long_repeats; repeat++) {
		bench_order(order, SIDES);
		for (i = 0; i < SIDES; i++)
			samples[order[i]][repeat] = million(sides[order[i]]);
	}
	for (i = 0; i < SIDES; i++)
		bench_line(&work, sides[i]->name, samples[i], long_repeats);
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv, options);
	bench_resident();
	bench_tick();
	bench_million();
	return 0;
}
