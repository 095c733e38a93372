/* SPDX-License-Identifier: MIT */
/*
 * bench_count: how many atomic accesses an operation and a cancel make.
 *
 *	life	submit, start, complete, result: for one operation, with `at`
 *		calls that take turns; two runs of the worker for all of them
 *	cancel	the call that cancels one in flight and `at` pending
 *	idle	a run of the worker that finds nothing to do
 *
 * For each: read-modify-writes (compare-and-swap too), sequentially consistent
 * stores, other stores, loads. One thread, so none has to be tried again.
 */
#include "bench.h"
#include "count.h"
#include "side.h"

static const struct bench_option options[] = { { NULL, NULL, 0, 0 } };

static void say(const char *what, const char *kind, unsigned long at,
		double value)
{
	char work[32];

	snprintf(work, sizeof(work), "%s_%s", what, kind);
	bench_line(&(struct bench_work){ .work = work,
					 .at = at,
					 .unit = "accesses",
					 .pieces = 1 },
		   "ivrq", &value, 1);
}

static void say_all(const char *what, unsigned long at, double pieces)
{
	struct counted c = counted; /* what says it counts too */

	say(what, "rmw", at, (double)c.rmws / pieces);
	say(what, "seq_store", at, (double)c.seq_stores / pieces);
	say(what, "store", at, (double)c.stores / pieces);
	say(what, "load", at, (double)c.loads / pieces);
}

static void begin(struct side_run *run, unsigned long calls,
		  unsigned long depth)
{
	const struct side_config config = { calls, depth, calls * depth,
					    false };

	side_begin(run, &side_ivrq, &config);
	side_open_all(run);
	side_ivrq.run(run->it);
}

static void end(struct side_run *run)
{
	side_close_all(run);
	side_ivrq.run(run->it);
	side_end(run);
}

static void life(unsigned long calls)
{
	struct side_run run;
	unsigned long i;

	begin(&run, calls, 16);
	memset(&counted, 0, sizeof(counted));
	for (i = 0; i < calls; i++)
		side_submit(&run, i);
	side_ivrq.run(run.it);
	side_ivrq.complete(run.it);
	side_ivrq.run(run.it);
	say_all("life", calls, (double)calls);
	end(&run);
}

static void cancel(unsigned long pending)
{
	struct side_run run;
	unsigned long i;

	begin(&run, 1, 1024);
	side_submit(&run, 0);
	side_ivrq.run(run.it);
	for (i = 0; i < pending; i++)
		side_submit(&run, 0);
	memset(&counted, 0, sizeof(counted));
	if (side_ivrq.cancel(run.it, 0) != pending + 1)
		bench_die("a cancel has not found all");
	say_all("cancel", pending, 1);
	side_ivrq.run(run.it);
	end(&run);
}

static void idle(void)
{
	struct side_run run;

	begin(&run, 64, 16);
	memset(&counted, 0, sizeof(counted));
	side_ivrq.run(run.it);
	say_all("idle", 64, 1);
	end(&run);
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv, options);
	life(1);
	life(64);
	cancel(1);
	cancel(1000);
	idle();
	return 0;
}
