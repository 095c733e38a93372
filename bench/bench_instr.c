/* SPDX-License-Identifier: MIT */
/*
 * bench_instr: work for instr.sh, which counts its instructions. Prints none
 * of the usual lines: time has no part in it.
 *
 *	bench_instr life|cancel|deliver times
 *
 * What counts is inside measured_*().
 */
#include "bench.h"
#include "side.h"

#define CALLS	64
#define PENDING 16

void measured_life(void *it);
void measured_cancel(void *it);
void measured_deliver(void *it);

static void submit(void *it, unsigned long call)
{
	if (!side_ivrq.submit(it, call))
		bench_die("a submit was refused");
}

/* One life for each call. */
__attribute__((noinline)) void measured_life(void *it)
{
	unsigned long i;

	for (i = 0; i < CALLS; i++)
		submit(it, i);
	side_ivrq.run(it);
	side_ivrq.complete(it);
	side_ivrq.run(it);
}

__attribute__((noinline)) void measured_cancel(void *it)
{
	if (side_ivrq.cancel(it, 0) != PENDING + 1)
		bench_die("a cancel has not found all");
}

/* The cancel, and until all its results have been delivered. */
__attribute__((noinline)) void measured_deliver(void *it)
{
	measured_cancel(it);
	side_ivrq.run(it);
}

static void fill(void *it)
{
	unsigned i;

	submit(it, 0);
	side_ivrq.run(it);
	for (i = 0; i < PENDING; i++)
		submit(it, 0);
}

int main(int argc, char **argv)
{
	const struct side_config config = { CALLS, 32, CALLS * 32, false };
	const char *what = argc == 3 ? argv[1] : "";
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct tally tally = { 0 };
	void *it = side_ivrq.make(&config, &tally);
	unsigned long i;

	for (i = 0; i < CALLS; i++)
		side_ivrq.open(it, i);
	for (; n; n--) {
		if (!strcmp(what, "life")) {
			measured_life(it);
			continue;
		}
		fill(it);
		if (!strcmp(what, "cancel"))
			measured_cancel(it);
		else if (!strcmp(what, "deliver"))
			measured_deliver(it);
		else
			bench_die("usage: bench_instr life|cancel|deliver N");
		side_ivrq.run(it);
	}
	for (i = 0; i < CALLS; i++)
		side_ivrq.close(it, i);
	side_ivrq.run(it);
	if (!side_ivrq.end(it))
		bench_die("conservation: the results are not those submitted");
	return 0;
}
