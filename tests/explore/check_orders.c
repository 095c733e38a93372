/* SPDX-License-Identifier: MIT */
/*
 * check_orders: two to four threads against the engine, with the memory orders
 * that are written in it (doc/memory-model.md), not stronger ones.
 *
 * explore.c and weak.c run the core itself: loads read old values where the
 * orders allow it, and two plain accesses that no order puts one after the
 * other are a fault, whoever comes first and whatever they do. Plain are the
 * core's own (operations, tones, deadlines, configuration of a call) and the
 * embedder's that the engine promises to order (plain.c, scenes.c). So this
 * says of each scenario, within its bounds: the orders are enough. Which of
 * them are needed is found by weakening one and running this again.
 *
 * Scenarios: those of world.h, whose judge knows only of what happened before
 * by order, not by the clock; and scenes.c. Bounds: preemptions and stale
 * reads on one path. In "make check" one stale read and one preemption, for
 * most; with IVRQ_STRESS=<factor> deeper and deeper, until a scenario has taken
 * factor times 20000 steps.
 *
 *	check_orders [part of a name]
 *	MODEL_BOUND=<preemptions> MODEL_STALE=<reads> check_orders [part]
 *	MODEL_REPLAY=<path> check_orders <name>
 *	MODEL_SHARE=1/2 check_orders		every other scenario
 *
 * Not seen: what weak.c does not model; more than two calls and workers; the
 * media driver; and from whom a thread has a handle: it is passed on without
 * any order, which is weaker than what an embedder does.
 */
#include "plain.h"
#include "scenes.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALL EXPLORE_ANY

/* preemptions: 0 in the long form only */
static const struct scenario scenarios[] = {
	{ "submit, submit, run", "", { "p0", "p1", "w" }, "", 1 },
	{ "submit, cancel, run", "", { "p0", "A", "w" }, "", 1 },
	{ "submit, submit, cancel", "p0", { "p1", "p2", "A" }, "", 1 },
	{ "complete, complete, run", "p0 w", { "x0", "x0", "w" }, "", 1 },
	{ "complete, complete, cancel", "p0 w", { "x0", "x0", "A" }, "", 1 },
	{ "is the next one cancelled", "p0 p1 w", { "i1 i1", "C w" }, "", 2 },
	{ "complete the next one", "p0 p1 w", { "x1", "C w w" }, "", 2 },
	{ "kill the next one", "p0 p1 w", { "K1", "x0 w" }, "", 1 },
	{ "fence of the current", "p0 p1 w", { "C F F", "w w" }, "", 1 },
	{ "complete, next use", "p0 w K0", { "x0", "w", "p1" }, "", 2 },
	{ "kill, run and cancel", "p0 w p1", { "K1", "w A" }, "", 3 },
	{ "cancel, popped", "p0 w p1 p2 K1", { "A", "w w" }, "", 1 },
	{ "kill the head, run", "p0 p1", { "K0", "w" }, "", 2 },
	{ "cancel, submit and cancel", "p0 w p1", { "A", "p2 A" }, "", 1 },
	{ "barge-in, submit and cancel", "p0 w", { "b1", "p2 A" }, "", 1 },
	{ "group, group, complete", "p0 w", { "G", "T", "x0" }, "", 1 },
	{ "group, close, submit", "p0", { "T", "X", "p1" }, "", 1 },
	{ "close, submit, end", "", { "X", "p0", "w" }, "", 1 },
	{ "old submitter, next life", "X", { "w o n1 w", "p0" }, "v", 1 },
	{ "close, cancel, run", "p0 p1 w", { "X", "A", "w" }, "", 1 },
	{ "deadline, cancel", "d0 d1", { "W", "A" }, "", 1 },
	{ "fence of a group, run", "p0 p1", { "T F", "w w" }, "", 1 },
	{ "fence of a cancel, run", "p0 p1 w", { "A F", "w", "x0" }, "", 1 },
	{ "fence of a cancel, pop", "p0 p1", { "A F", "w" }, "", 1 },
	{ "fence of a cancel, one killed",
	  "p0 w p1 K1",
	  { "A F", "w" },
	  "p",
	  1 },
	{ "fence of a group, start", "p0 q1", { "G F F", "w w" }, "", 1 },
	{ "fence of a group, in flight", "p0 q1 w", { "T F F", "w w" }, "", 1 },
	{ "fence of the pending, start", "p0 p1", { "P F F", "w w" }, "", 1 },
	{ "fence of a kill, run", "p0 p1", { "K1 F", "w" }, "", 1 },
	{ "snapshot, one killed, run", "p0 p1 K1", { "S", "w" }, "s", 1 },
	{ "snapshot, two killed, run", "p0 p1 p2 K1 K2", { "S", "w" }, "", 1 },
	{ "snapshot, run", "p0 p1", { "S", "w", "x0" }, "s", 1 },
	{ "woken", "", { "p0", "A", "w w w" }, "z", 1 },
	{ "pending, run, cancel", "p0 p1", { "P", "w", "A" }, "v", 1 },
	{ "complete, cancel, run", "p0 p1 w", { "x0", "A", "w w" }, "", 1 },
	{ "complete, cancel, stop pending",
	  "p0 p1 w",
	  { "x0", "A s0", "w w" },
	  "p",
	  1 },
	{ "current, complete, run", "p0 p1 w", { "C", "x0", "w" }, "", 1 },
	{ "kill the head, run, complete", "p0 p1", { "K0", "w", "x0" }, "", 1 },
	{ "kill the only one, cancel, run", "p0", { "K0", "A", "w" }, "", 1 },
	{ "two submits, cancel, run", "", { "p0 p1", "A", "w" }, "v", 1 },
	{ "close, submit, next life", "", { "X w o n1", "p0", "N" }, "", 1 },
	{ "barge-in, cancel, nothing started",
	  "p0",
	  { "b2", "A", "w" },
	  "",
	  1 },
	{ "barge-in, cancel, run", "p0 w p1", { "b2", "A", "w" }, "v", 1 },
	{ "barge-in, barge-in, run", "p0 w", { "b1", "b2", "w" }, "", 1 },
	{ "group, cancel, run", "p0 p1 w", { "T", "A", "w" }, "", 1 },
	{ "pending, kill, run", "p0 p1", { "P", "K0", "w" }, "", 1 },
	{ "kill, cancel, run", "p0 p1", { "K1", "A", "w" }, "", 1 },
	{ "is the last one cancelled", "p0 p1 w", { "i0", "x0 w C" }, "", 2 },
	{ "snapshot, complete and run", "p0 p1 w", { "S", "x0 w" }, "", 2 },
	{ "submit, refused", "", { "p0", "X w" }, "", 2 },
	{ "group of the head, run", "p0 p1", { "T", "w" }, "", 2 },
	{ "group helped, run", "p0 w", { "T", "G", "w" }, "", 2 },
	{ "kill, pending, run", "p0 p1 p2", { "K1", "P", "w" }, "", 0 },
	{ "current, run, cancel", "p0 p1", { "C", "w", "A" }, "", 0 },
	{ "fence, a hole is popped",
	  "p0 w p1 p2 K2",
	  { "A F F", "w w", "s0" },
	  "p",
	  0 },
	{ "pop a killed one, cancel, complete",
	  "p0 w p1 K1",
	  { "w", "A", "x0" },
	  "",
	  0 },
	{ "full, cancelled", "p0 p1", { "A p2", "p3", "w" }, "2v", 0 },
	{ "full", "p0", { "p1", "p2", "w" }, "2s", 0 },
	{ "snapshot, kill, run", "p0 p1", { "S", "K1", "w" }, "s", 0 },
	{ "deadline, cancel, submit", "d0 p1", { "W", "A", "p2" }, "", 0 },
	{ "deadline, pending, kill", "d0 d1", { "W", "P", "K1" }, "", 0 },
	{ "group, group, run", "p0 p1", { "G", "T", "w" }, "", 0 },
	{ "group, group, ends inside", "p0 p1", { "G", "T", "w" }, "s", 0 },
	{ "kill, submit, cancel, run",
	  "p0 p1",
	  { "K1", "p2", "A", "w" },
	  "v",
	  0 },
};

/* Small ones, with a second bound: what takes more old values, or more
 * interruptions, to be seen at all. */
static const struct {
	struct scenario scenario;
	unsigned stale;
} narrow[] = {
	{ { "a cut while it starts, fence", "p0", { "A F", "w" }, "", 2 }, 1 },
	{ { "next use, fence of a group",
	    "p0 w",
	    { "G F F", "w p1 w" },
	    "",
	    1 },
	  2 },
	{ { "end of the call, fence", "p0", { "A F", "X w" }, "", 1 }, 1 },
	{ { "current, next life", "", { "C", "X w o n1 w" }, "", 2 }, 1 },
	{ { "current in flight, next life",
	    "p0 w",
	    { "C", "X w o n1 w" },
	    "",
	    1 },
	  1 },
	{ { "group, next life", "", { "G", "X w o n1" }, "", 1 }, 1 },
	{ { "snapshot, next life", "", { "S", "X w o n1" }, "", 1 }, 1 },
	{ { "group, start", "p0", { "G", "w" }, "", 2 }, 1 },
	{ { "group, start of a spared one", "p0 p1 P", { "G", "w" }, "", 2 },
	  1 },
	{ { "group, next use", "p0", { "G", "A w p1" }, "", 1 }, 1 },
	{ { "snapshot, two die", "p0 p1 p2 K1 K2", { "S", "w" }, "", 1 }, 2 },
	{ { "complete, complete, end", "p0 w", { "x0", "x0", "w" }, "", 2 },
	  1 },
	{ { "kill, taken to start", "p0 p1 K0", { "K1", "w" }, "", 2 }, 2 },
	{ { "kill, sweep", "p0 p1 p2 K2", { "K1", "w" }, "", 1 }, 1 },
};
static const size_t narrow_count = sizeof(narrow) / sizeof(narrow[0]);

static void judge(void)
{
	world_judge();
	plain_judge();
}

static void name(const volatile void *object, char *buf, size_t size)
{
	size_t at = (size_t)((const volatile char *)object - plain);

	if (at < sizeof(plain))
		snprintf(buf, size, "embedder+%zu", at);
	else
		world_name(object, buf, size);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* What was explored, altogether. */
static struct {
	unsigned scenarios;
	unsigned stale;
	unsigned preemptions;
	uint64_t executions;
} sum;

static enum explore_verdict explore(struct explore_spec *spec, const char *name)
{
	static const char *const said[] = { "", "too many", "FAULT" };
	struct explore_stats stats;
	double start = seconds();
	enum explore_verdict verdict = explore_run(spec, &stats);

	printf("%-36s %u stale, %d preempted: %8" PRIu64 " states %9" PRIu64
	       " steps %7" PRIu64
	       " executions %3u deep, %2u words, %6.2f s %s\n",
	       name, spec->stale, spec->preemptions, stats.states, stats.steps,
	       stats.paths, stats.depth, stats.shared, seconds() - start,
	       said[verdict]);
	fflush(stdout);
	sum.executions += stats.paths;
	if (verdict == EXPLORE_FAULT) {
		explore_print(spec);
	} else if (verdict == EXPLORE_PASSED) {
		if (spec->stale > sum.stale)
			sum.stale = spec->stale;
		if (spec->preemptions > (int)sum.preemptions)
			sum.preemptions = (unsigned)spec->preemptions;
	}
	return verdict;
}

/* What was true before the threads began is known to all of them. */
static void forget_begin(void)
{
	unsigned i;

	for (i = 0; i < plan_count; i++) {
		struct act *act = &world.act[i];

		if (plans[i].thread == EXPLORE_THREADS)
			continue;
		memset(act->shot, 0, sizeof(act->shot));
		act->shots = 0;
		act->full = act->none = false;
	}
}

static enum explore_verdict run_scenario(const struct scenario *one,
					 struct explore_spec spec)
{
	world_begin(one);
	forget_begin();
	spec.memory = &world;
	spec.bytes = world_bytes();
	spec.plain = plain;
	spec.plain_bytes = sizeof(plain);
	spec.body = world_body;
	spec.observe = world_observe;
	spec.judge = judge;
	spec.name = name;
	spec.show = world_show;
	while (spec.threads < EXPLORE_THREADS && one->thread[spec.threads])
		spec.threads++;
	return explore(&spec, one->name);
}

static enum explore_verdict run_scene(const struct scene *one,
				      struct explore_spec spec)
{
	scene_begin(one);
	scene_spec(&spec);
	return explore(&spec, one->name);
}

/* Of one list after the other: scenes, narrow, scenarios. */
static const struct scenario *scenario_at(size_t number)
{
	number -= scene_count;
	return number < narrow_count ? &narrow[number].scenario :
				       &scenarios[number - narrow_count];
}

static const char *name_of(size_t number)
{
	return number < scene_count ? scenes[number].name :
				      scenario_at(number)->name;
}

static unsigned stale_of(size_t number)
{
	if (number < scene_count)
		return scenes[number].stale;
	number -= scene_count;
	return number < narrow_count ? narrow[number].stale : 1;
}

static enum explore_verdict run_at(size_t number, int preemptions,
				   unsigned stale, uint64_t steps_max)
{
	struct explore_spec spec = {
		.weak = true,
		.stale = stale,
		.preemptions = preemptions,
		.steps_max = steps_max,
	};

	return number < scene_count ? run_scene(&scenes[number], spec) :
				      run_scenario(scenario_at(number), spec);
}

/* Deeper and deeper. */
static enum explore_verdict run_deep(size_t number, uint64_t steps_max)
{
	static const struct {
		int preemptions;
		unsigned stale;
	} depths[] = { { 1, 1 }, { 1, 2 }, { 2, 1 }, { 2, 2 }, { 3, 2 },
		       { 3, 3 }, { 4, 3 }, { 5, 3 }, { 6, 3 } };
	enum explore_verdict verdict = EXPLORE_PASSED;
	size_t i;

	for (i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		verdict = run_at(number, depths[i].preemptions, depths[i].stale,
				 steps_max);
		if (verdict != EXPLORE_PASSED)
			break;
	}
	return verdict;
}

static enum explore_verdict run(size_t number, uint64_t steps_max)
{
	const char *bound = getenv("MODEL_BOUND"),
		   *stale = getenv("MODEL_STALE");
	int preemptions = number < scene_count ?
				  scenes[number].preemptions :
				  scenario_at(number)->preemptions;

	if (bound || stale)
		return run_at(number, bound ? atoi(bound) : 1,
			      stale ? (unsigned)atoi(stale) : 1, 0);
	if (steps_max)
		return run_deep(number, steps_max);
	return preemptions ? run_at(number, preemptions, stale_of(number), 0) :
			     EXPLORE_PASSED;
}

int main(int argc, char **argv)
{
	const char *factor = getenv("IVRQ_STRESS");
	const char *share = getenv("MODEL_SHARE");
	unsigned which = 1, of = 1;
	uint64_t steps_max = factor ? strtoull(factor, NULL, 0) * 20000 : 0;
	size_t i, count = sizeof(scenarios) / sizeof(scenarios[0]);

	if (!explore_possible())
		return 77; /* skipped */
	if (share && (sscanf(share, "%u/%u", &which, &of) != 2 || !of)) {
		fputs("MODEL_SHARE: as in 1/2\n", stderr);
		return EXIT_FAILURE;
	}
	count += scene_count + narrow_count;
	for (i = 0; i < count; i++) {
		if (argc > 1 && !strstr(name_of(i), argv[1]))
			continue;
		if (i % of != which - 1)
			continue;
		sum.scenarios++;
		if (run(i, steps_max) == EXPLORE_FAULT)
			return EXIT_FAILURE;
	}
	printf("orders: scenarios=%u executions=%" PRIu64
	       " stale-reads<=%u preemptions<=%u races=0 faults=0\n",
	       sum.scenarios, sum.executions, sum.stale, sum.preemptions);
	return EXIT_SUCCESS;
}
