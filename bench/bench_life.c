/* SPDX-License-Identifier: MIT */
/*
 * bench_life: what an operation and a cancel cost; one thread.
 *
 *	life	submit, start, complete, result: for one operation
 *	cancel	the call that cancels, with `at` pending
 *	deliver	17 operations, one in flight and 16 pending: from the cancel
 *		until the 17th result has been delivered
 *
 * Right before the cancel that is timed alone, one of a second, idle call goes
 * the same way, on both sides alike: else a cancel behind 1000 submits is also
 * charged for the code and lines that these have driven from the caches, and
 * one behind a single submit is not.
 *
 * Calls take turns, so that each is in its worker's list once a run. At the
 * end of each repeat the results are counted against what was submitted.
 */
#include "bench.h"
#include "side.h"

static unsigned long calls = 64, rounds = 2000, cancels = 2000;

static const struct bench_option options[] = {
	{ "calls", &calls, 4, 100000 },
	{ "rounds", &rounds, 4, 100000000 },
	{ "cancels", &cancels, 8, 100000000 },
	{ NULL, NULL, 0, 0 },
};

static void begin(struct side_run *run, const struct side *side,
		  unsigned long count, unsigned long depth)
{
	const struct side_config config = { count, depth, count * depth,
					    false };

	side_begin(run, side, &config);
	side_open_all(run);
}

static void end(struct side_run *run)
{
	side_close_all(run);
	run->side->run(run->it);
	side_end(run);
}

static double life(const void *which, void *arg)
{
	struct side_run run;
	unsigned long r, i;
	uint64_t spent;

	(void)arg;
	begin(&run, which, calls, 16);
	spent = bench_now();
	for (r = 0; r < rounds; r++) {
		for (i = 0; i < calls; i++)
			side_submit(&run, i);
		run.side->run(run.it);
		run.side->complete(run.it);
		run.side->run(run.it);
	}
	spent = bench_now() - spent;
	end(&run);
	return (double)spent / (double)(rounds * calls);
}

struct cancel_at {
	unsigned long pending;
	bool deliver;
};

/* How often a cancel of so many is timed: fewer of the large ones. */
static unsigned long turns(unsigned long pending)
{
	unsigned long n = cancels / (pending < 16 ? 1 : pending / 16);

	return n ? n : 1;
}

static double cancel(const void *which, void *arg)
{
	const struct cancel_at *at = arg;
	unsigned long n, i, hit = 0, times = turns(at->pending);
	unsigned long depth = 4;
	uint64_t spent = 0, start;
	struct side_run run;

	while (depth < at->pending + 1)
		depth *= 2;
	begin(&run, which, 2, depth);
	for (n = 0; n < times; n++) {
		side_submit(&run, 0);
		run.side->run(run.it); /* this one is in flight */
		for (i = 0; i < at->pending; i++)
			side_submit(&run, 0);
		if (!at->deliver)
			run.side->cancel(run.it, 1);
		start = bench_now();
		hit += run.side->cancel(run.it, 0);
		if (at->deliver)
			run.side->run(run.it);
		spent += bench_now() - start;
		run.side->run(run.it);
	}
	end(&run);
	if (hit != times * (at->pending + 1))
		bench_die("a cancel has not found all");
	return (double)spent / (double)times;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "ivrq", "mutex" };
	const void *const sides[] = { &side_ivrq, &side_mutex };
	static const unsigned long depths[] = { 1, 8, 16, 64, 256, 1000 };
	struct cancel_at at = { 16, true };
	struct bench_work work = { "life", 0, "ns", 0, life, NULL };
	unsigned i;

	bench_begin(argc, argv, options);
	work.pieces = rounds * calls;
	bench_run(&work, names, sides, 2);
	work = (struct bench_work){
		"deliver", 16, "ns", turns(16), cancel, &at
	};
	bench_run(&work, names, sides, 2);
	at.deliver = false;
	work.work = "cancel";
	for (i = 0; i < sizeof(depths) / sizeof(*depths); i++) {
		work.at = at.pending = depths[i];
		work.pieces = turns(depths[i]);
		bench_run(&work, names, sides, 2);
	}
	return 0;
}
