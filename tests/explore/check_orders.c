/* SPDX-License-Identifier: MIT */
/*
 * check_orders: two or three threads against the engine, with the memory orders
 * that are written, as weak.c tells.
 */
#include "plain.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALL EXPLORE_ANY

static const struct scenario scenarios[] = {
	{ "submit, submit, run", "", { "p0", "p1", "w" }, "", 2 },
	{ "submit, cancel, run", "", { "p0", "A", "w" }, "", ALL },
	{ "two submits, cancel, run", "", { "p0 p1", "A", "w" }, "v", 1 },
	{ "submit, submit, cancel", "p0", { "p1", "p2", "A" }, "", 2 },
	{ "cancel, submit and cancel", "p0 w p1", { "A", "p2 A" }, "", ALL },
	{ "barge-in, submit and cancel", "p0 w", { "b1", "p2 A" }, "", ALL },
	{ "barge-in, cancel, run", "p0 w p1", { "b2", "A", "w" }, "v", 1 },
	{ "barge-in, barge-in, run", "p0 w", { "b1", "b2", "w" }, "", 1 },
	{ "barge-in, cancel, nothing started",
	  "p0",
	  { "b2", "A", "w" },
	  "",
	  1 },
	{ "complete, cancel, run", "p0 p1 w", { "x0", "A", "w w" }, "", 1 },
	{ "complete, cancel, stop pending",
	  "p0 p1 w",
	  { "x0", "A s0", "w w" },
	  "p",
	  1 },
	{ "complete, complete, cancel", "p0 w", { "x0", "x0", "A" }, "", ALL },
	{ "complete, complete, run", "p0 w", { "x0", "x0", "w" }, "", 2 },
	{ "pending, run, cancel", "p0 p1", { "P", "w", "A" }, "v", 2 },
	{ "pending, kill, run", "p0 p1", { "P", "K0", "w" }, "", 1 },
	{ "kill, cancel, run", "p0 p1", { "K1", "A", "w" }, "", 1 },
	{ "kill the only one, cancel, run", "p0", { "K0", "A", "w" }, "", 2 },
	{ "kill the head, run", "p0 p1", { "K0", "w" }, "", ALL },
	{ "kill the head, run, complete", "p0 p1", { "K0", "w", "x0" }, "", 2 },
	{ "kill, pending, run", "p0 p1 p2", { "K1", "P", "w" }, "", 1 },
	{ "pop a killed one, cancel, complete",
	  "p0 w p1 K1",
	  { "w", "A", "x0" },
	  "",
	  1 },
	{ "group, group, run", "p0 p1", { "G", "T", "w" }, "", 1 },
	{ "group, group, complete", "p0 w", { "G", "T", "x0" }, "", 2 },
	{ "group, group, ends inside", "p0 p1", { "G", "T", "w" }, "s", 1 },
	{ "group, cancel, run", "p0 p1 w", { "T", "A", "w" }, "", 1 },
	{ "group, close, submit", "p0", { "T", "X", "p1" }, "", 2 },
	{ "kill, submit, cancel, run",
	  "p0 p1",
	  { "K1", "p2", "A", "w" },
	  "v",
	  0 },
	{ "close, submit, end", "", { "X", "p0", "w" }, "", ALL },
	{ "close, submit, next life", "", { "X w o n1", "p0", "N" }, "", 1 },
	{ "old submitter, next life", "X", { "w o n1 w", "p0" }, "v", ALL },
	{ "close, cancel, run", "p0 p1 w", { "X", "A", "w" }, "", 2 },
	{ "deadline, cancel", "d0 d1", { "W", "A" }, "", 2 },
	{ "deadline, cancel, submit", "d0 p1", { "W", "A", "p2" }, "", 1 },
	{ "deadline, pending, kill", "d0 d1", { "W", "P", "K1" }, "", 1 },
	{ "fence of a group, run", "p0 p1", { "T F", "w w" }, "", 3 },
	{ "fence of a cancel, run", "p0 p1 w", { "A F", "w", "x0" }, "", 1 },
	{ "fence of a cancel, pop", "p0 p1", { "A F", "w" }, "", ALL },
	{ "fence of a cancel, one killed",
	  "p0 w p1 K1",
	  { "A F", "w" },
	  "p",
	  ALL },
	{ "fence of a group, start", "p0 q1", { "G F F", "w w" }, "", 3 },
	{ "fence of a group, in flight", "p0 q1 w", { "T F F", "w w" }, "", 3 },
	{ "fence of the pending, start", "p0 p1", { "P F F", "w w" }, "", ALL },
	{ "fence, a hole is popped",
	  "p0 w p1 p2 K2",
	  { "A F F", "w w", "s0" },
	  "p",
	  1 },
	{ "fence of a kill, run", "p0 p1", { "K1 F", "w" }, "", ALL },
	{ "snapshot, run", "p0 p1", { "S", "w", "x0" }, "s", 1 },
	{ "snapshot, one killed, run", "p0 p1 K1", { "S", "w" }, "s", 3 },
	{ "snapshot, two killed, run", "p0 p1 p2 K1 K2", { "S", "w" }, "", 3 },
	{ "snapshot, kill, run", "p0 p1", { "S", "K1", "w" }, "s", 1 },
	{ "current, run, cancel", "p0 p1", { "C", "w", "A" }, "", 1 },
	{ "current, complete, run", "p0 p1 w", { "C", "x0", "w" }, "", 2 },
	{ "full", "p0", { "p1", "p2", "w" }, "2s", 1 },
	{ "full, cancelled", "p0 p1", { "A p2", "p3", "w" }, "2v", 1 },
	{ "woken", "", { "p0", "A", "w w w" }, "z", 1 },
};

static void judge(void)
{
	world_judge();
	plain_judge();
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool run(const struct scenario *one, unsigned stale, int preemptions)
{
	struct explore_spec spec = {
		.memory = &world,
		.weak = true,
		.stale = stale,
		.preemptions = preemptions,
		.plain = (void *)(uintptr_t)plain,
		.plain_bytes = sizeof(plain),
		.body = world_body,
		.observe = world_observe,
		.judge = judge,
		.name = world_name,
		.show = world_show,
	};
	struct explore_stats stats;
	enum explore_verdict verdict;
	double start = seconds();

	while (spec.threads < EXPLORE_THREADS && one->thread[spec.threads])
		spec.threads++;
	world_begin(one);
	spec.bytes = world_bytes();
	verdict = explore_run(&spec, &stats);
	printf("%-36s %2d+%u %9" PRIu64 " states %9" PRIu64 " steps %8" PRIu64
	       " paths %6" PRIu64 " ends, %3u deep, %2u shared words, %6.2f s\n",
	       one->name, preemptions, stale, stats.states, stats.steps,
	       stats.paths, stats.ends, stats.depth, stats.shared,
	       seconds() - start);
	fflush(stdout);
	if (verdict == EXPLORE_FAULT)
		explore_print(&spec);
	return verdict != EXPLORE_FAULT;
}

int main(int argc, char **argv)
{
	size_t i, count = sizeof(scenarios) / sizeof(scenarios[0]);
	const char *stale = getenv("STALE");
	const char *bound = getenv("MODEL_BOUND");

	if (!explore_possible())
		return 77; /* skipped */
	for (i = 0; i < count; i++)
		if (argc < 2 || strstr(scenarios[i].name, argv[1]))
			if (!run(&scenarios[i],
				 stale ? (unsigned)atoi(stale) : 0,
				 bound ? atoi(bound) :
					 scenarios[i].preemptions))
				return EXIT_FAILURE;
	return EXIT_SUCCESS;
}
