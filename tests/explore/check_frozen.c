/* SPDX-License-Identifier: MIT */
/*
 * check_frozen: whatever threads are stopped for ever wherever they are, one
 * who comes then gets on: submit, cancel in each scope, complete, tone,
 * snapshot, stats, fence and close need at most 250 accesses each, a run 2500;
 * and unless a stopped thread is in the run, one delivers all there is.
 *
 * In each state that the explorer reaches in the scenarios below, sequentially
 * consistent and with so many interruptions, all threads rest, and guest.c
 * comes. No thread uses operation 3: that is his.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "world.h"

static const struct scenario scenarios[] = {
	{ "submit, cancel, run", "", { "p0", "A", "w" }, "", 2 },
	{ "submit, submit", "p0", { "p1", "p2" }, "", 2 },
	{ "barge-in, cancel, run", "p0 w p1", { "b2", "A", "w" }, "v", 0 },
	{ "complete, cancel, run", "p0 p1 w", { "x0", "A", "w" }, "", 1 },
	{ "complete, complete, run", "p0 w", { "x0", "x0", "w" }, "", 1 },
	{ "stop pending", "p0 p1 w", { "A s0", "w w" }, "p", 1 },
	{ "pending, kill, run", "p0 p1", { "P", "K0", "w" }, "", 1 },
	{ "kill, cancel, run", "p0 p1", { "K1", "A", "w" }, "", 0 },
	{ "group, group, run", "p0 p1", { "G", "T", "w" }, "", 0 },
	{ "group, close, submit", "p0", { "T", "X", "p1" }, "", 1 },
	{ "close, submit, run", "", { "X", "p0", "w" }, "", 2 },
	{ "close, next life, submit", "", { "X w o n1", "p0" }, "", 2 },
	{ "deadline, cancel", "d0 d1", { "W", "A" }, "", 2 },
	{ "current, run", "p0 p1", { "C", "w" }, "", 2 },
	{ "full", "p0", { "p1", "p2", "w" }, "2", 0 },
};

static enum explore_verdict run(const struct scenario *one, unsigned more)
{
	struct explore_spec spec = {
		.memory = &world,
		.preemptions = one->preemptions + (int)more,
		.body = world_body,
		.observe = world_observe,
		.judge = world_judge,
		.guest = world_guest,
		.name = world_name,
		.show = world_show,
	};
	struct explore_stats stats;
	enum explore_verdict verdict;

	while (spec.threads < EXPLORE_THREADS && one->thread[spec.threads])
		spec.threads++;
	world_begin(one);
	spec.bytes = world_bytes();
	verdict = explore_run(&spec, &stats);
	printf("%-36s %d preempted: %8" PRIu64 " states, in each a newcomer\n",
	       one->name, spec.preemptions, stats.states);
	fflush(stdout);
	if (verdict == EXPLORE_FAULT)
		explore_print(&spec);
	return verdict;
}

int main(int argc, char **argv)
{
	const char *factor = getenv("IVRQ_STRESS");
	size_t i, count = sizeof(scenarios) / sizeof(scenarios[0]);

	if (!explore_possible())
		return 77; /* skipped */
	for (i = 0; i < count; i++)
		if (argc < 2 || strstr(scenarios[i].name, argv[1]))
			if (run(&scenarios[i], factor ? 1 : 0) == EXPLORE_FAULT)
				return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
