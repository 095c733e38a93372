/* SPDX-License-Identifier: MIT */
/*
 * runs.c - explore many programs, as the environment says, and count.
 *
 * MODEL_BOUND=<n>: interrupt a function at most n times on one path, -1 for as
 * often as it may be. IVRQ_STRESS=<factor>: as often as usual, then once more,
 * and so on, until a run has taken factor times 200000 steps or no interruption
 * is left out.
 *
 * The last line counts programs; those of which every order was seen; the
 * least number of interruptions that all others were seen with; and states,
 * steps and executions. An execution is an end that differs from all others of
 * its program, in the memory or in the history that is part of it. Of several
 * runs of a program the one with most is counted.
 */
#include "runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct {
	unsigned programs;
	unsigned complete;
	int least;
	uint64_t states, steps, ends;
} sum = { .least = -1 };

bool runs_wants(int argc, char **argv, const char *name)
{
	return argc < 2 || strstr(name, argv[1]);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void tell(const char *name, const struct explore_spec *spec,
		 const struct explore_stats *stats,
		 enum explore_verdict verdict, double taken)
{
	static const char *const said[] = { "", " too many", " FAULT" };
	char bound[16] = "all";

	if (spec->preemptions >= 0 && stats->cut)
		snprintf(bound, sizeof(bound), "%d", spec->preemptions);
	printf("%-36s %3s %9" PRIu64 " states %9" PRIu64 " steps %7" PRIu64
	       " ends, %3u deep, %2u shared words, %6.2f s%s\n",
	       name, bound, stats->states, stats->steps, stats->ends,
	       stats->depth, stats->shared, taken, said[verdict]);
	fflush(stdout);
}

/* Fewest preemptions that show the fault. */
static void show_fault(struct explore_spec *spec)
{
	struct explore_stats stats;
	int most = spec->preemptions < 0 ? 15 : spec->preemptions;

	spec->steps_max = 0;
	for (spec->preemptions = 0; spec->preemptions <= most;
	     spec->preemptions++) {
		if (explore_run(spec, &stats) != EXPLORE_FAULT)
			continue;
		printf("with %d preemptions:\n", spec->preemptions);
		explore_print(spec);
		return;
	}
	printf("not found again with fewer preemptions\n");
}

/* Up to `*bound`; then, with a limit of steps, further as far as that goes.
 * Answers how far in *bound; EXPLORE_ANY: to the end. */
static bool run(const char *name, struct explore_spec *spec, uint64_t limit,
		struct explore_stats *most, int *bound)
{
	enum explore_verdict verdict;
	struct explore_stats stats;
	int at = *bound;
	double start;

	memset(most, 0, sizeof(*most));
	do {
		start = seconds();
		spec->preemptions = at;
		verdict = explore_run(spec, &stats);
		tell(name, spec, &stats, verdict, seconds() - start);
		if (verdict == EXPLORE_FAULT) {
			show_fault(spec);
			return false;
		}
		if (stats.ends >= most->ends)
			*most = stats;
		if (verdict == EXPLORE_PASSED)
			*bound = stats.cut ? at : EXPLORE_ANY;
		spec->steps_max = limit;
	} while (limit && verdict == EXPLORE_PASSED && stats.cut && ++at <= 15);
	return true;
}

bool runs_explore(const char *name, const struct explore_spec *common,
		  runs_begin *begin, const void *program, int preemptions)
{
	const char *factor = getenv("IVRQ_STRESS");
	const char *given = getenv("MODEL_BOUND");
	struct explore_spec spec = *common;
	struct explore_stats most;
	uint64_t limit = 0;

	if (given)
		preemptions = atoi(given);
	else if (factor)
		limit = strtoull(factor, NULL, 0) * 200000;
	begin(&spec, program);
	if (!run(name, &spec, limit, &most, &preemptions))
		return false;
	sum.programs++;
	sum.complete += preemptions == EXPLORE_ANY;
	if (preemptions != EXPLORE_ANY &&
	    (sum.least < 0 || preemptions < sum.least))
		sum.least = preemptions;
	sum.states += most.states;
	sum.steps += most.steps;
	sum.ends += most.ends;
	return true;
}

void runs_tell(const char *what)
{
	printf("%s=%u complete=%u interruptions=%d states=%" PRIu64
	       " steps=%" PRIu64 " executions=%" PRIu64 "\n",
	       what, sum.programs, sum.complete, sum.least, sum.states,
	       sum.steps, sum.ends);
}
