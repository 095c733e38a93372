/* SPDX-License-Identifier: MIT */
/*
 * side.c - a side at work: its calls, what is submitted, and the sum at the end.
 */
#include "side.h"

#include "bench.h"

void side_begin(struct side_run *run, const struct side *side,
		const struct side_config *config)
{
	memset(run, 0, sizeof(*run));
	run->side = side;
	run->calls = config->calls;
	run->it = side->make(config, &run->tally);
}

void side_open_all(struct side_run *run)
{
	unsigned long i;

	for (i = 0; i < run->calls; i++)
		run->side->open(run->it, i);
}

void side_close_all(struct side_run *run)
{
	unsigned long i;

	for (i = 0; i < run->calls; i++)
		run->side->close(run->it, i);
}

void side_submit(struct side_run *run, unsigned long call)
{
	if (!run->side->submit(run->it, call))
		bench_die("a submit was refused");
	run->submitted++;
}

void side_end(struct side_run *run)
{
	if (!run->side->end(run->it) ||
	    run->submitted != run->tally.completed + run->tally.canceled)
		bench_die("conservation: the results are not those submitted");
}
