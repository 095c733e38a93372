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

static struct tally tally;

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

static void *begin(unsigned long calls, unsigned long depth)
{
	const struct side_config config = { calls, depth, calls * depth };
	void *it = side_ivrq.make(&config, &tally);
	unsigned long i;

	memset(&tally, 0, sizeof(tally));
	for (i = 0; i < calls; i++)
		side_ivrq.open(it, i);
	side_ivrq.run(it);
	return it;
}

static void end(void *it, unsigned long calls)
{
	unsigned long i;

	for (i = 0; i < calls; i++)
		side_ivrq.close(it, i);
	side_ivrq.run(it);
	if (!side_ivrq.end(it))
		bench_die("conservation: the results are not those submitted");
}

static void submit(void *it, unsigned long call)
{
	if (!side_ivrq.submit(it, call))
		bench_die("a submit was refused");
}

static void life(unsigned long calls)
{
	void *it = begin(calls, 16);
	unsigned long i;

	memset(&counted, 0, sizeof(counted));
	for (i = 0; i < calls; i++)
		submit(it, i);
	side_ivrq.run(it);
	side_ivrq.complete(it);
	side_ivrq.run(it);
	say_all("life", calls, (double)calls);
	end(it, calls);
}

static void cancel(unsigned long pending)
{
	void *it = begin(1, 1024);
	unsigned long i;

	submit(it, 0);
	side_ivrq.run(it);
	for (i = 0; i < pending; i++)
		submit(it, 0);
	memset(&counted, 0, sizeof(counted));
	if (side_ivrq.cancel(it, 0) != pending + 1)
		bench_die("a cancel has not found all");
	say_all("cancel", pending, 1);
	side_ivrq.run(it);
	end(it, 1);
}

static void idle(void)
{
	void *it = begin(64, 16);

	memset(&counted, 0, sizeof(counted));
	side_ivrq.run(it);
	say_all("idle", 64, 1);
	end(it, 64);
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
