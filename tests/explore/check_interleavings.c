/* SPDX-License-Identifier: MIT */
/*
 * check_interleavings: two to four threads against one call, in every order
 * that the atomic accesses of the whole core can take (G1 to G5, G7).
 *
 * Each scenario below says what is done first, what each thread does (the
 * letters are those of world.h), and how often at most a thread is interrupted
 * in a function on one path, 0 to 15, or ALL for as often as it may be. A
 * switch between two functions of a thread is always free. In each state
 * reached, a thread that runs alone has to come to its end; at each end, all
 * is brought to an end, judge.c compares what was told with what came, and
 * history.c has lin_queue.c look for an order of the calls and callbacks in
 * which a plain queue would have answered the same: the history is
 * linearizable.
 *
 * A history is what was answered, and what had happened when each call was
 * invoked and before each callback. That is part of the compared memory
 * (struct world): so no history is lost by not entering a state twice, and an
 * order that nobody could have seen from outside costs nothing.
 *
 * Not seen: weak memory orders (explore.c), more than one call or worker,
 * tones (check_modules), and a thread that is stopped for ever in the middle of
 * a function while others go on to begin new ones (check_frozen).
 *
 * MODEL_BOUND and IVRQ_STRESS: see runs.c. An argument picks the scenarios
 * whose name contains it.
 */
#include "runs.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

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
	{ "current, one killed before it", "p0 p1 K0", { "C", "w" }, "", 2 },
	{ "pending, one killed before it", "p0 p1 K0", { "P", "w" }, "", 2 },
	{ "kill one that has its result",
	  "p0 p1 p2 K2 w",
	  { "K2", "p3" },
	  "",
	  ALL },
	{ "helped, then spared", "", { "p0", "p1 P" }, "", ALL },
	{ "current at the wrap", "p0 p1 p2 w", { "C", "x0", "w" }, "v", 2 },
	{ "full", "p0", { "p1", "p2", "w" }, "2s", 1 },
	{ "full, cancelled", "p0 p1", { "A p2", "p3", "w" }, "2v", 1 },
	{ "woken", "", { "p0", "A", "w w w" }, "z", 1 },
};

static void judge(void)
{
	world_judge();
	world_check_history();
}

static const struct explore_spec common = {
	.memory = &world,
	.body = world_body,
	.observe = world_observe,
	.judge = judge,
	.name = world_name,
	.show = world_show,
};

static void begin(struct explore_spec *spec, const void *program)
{
	const struct scenario *one = program;

	while (spec->threads < EXPLORE_THREADS && one->thread[spec->threads])
		spec->threads++;
	world_begin(one);
	spec->bytes = world_bytes();
}

int main(int argc, char **argv)
{
	size_t i;

	if (!explore_possible())
		return 77; /* skipped */
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		const struct scenario *one = &scenarios[i];

		if (!runs_wants(argc, argv, one->name))
			continue;
		if (!runs_explore(one->name, &common, begin, one,
				  one->preemptions))
			return EXIT_FAILURE;
	}
	world_tell_longest();
	runs_tell("scenarios");
	return EXIT_SUCCESS;
}
