/* SPDX-License-Identifier: MIT */
/*
 * module_ready.c - the ready set and the wake-up: a<n> has news for a member
 * and adds it as ivrq__call_schedule() does, r is a run of the worker as
 * ivrq_worker_run() does it, of which each visits one member; the walk rests
 * between two. Members 0 and 1 are in different words of the set, 1 and 2 in
 * the same.
 *
 * What has news and was added is visited after that. While no run is on, all
 * that was added and not visited is to be seen in the set or the walk, and the
 * worker is woken, whoever else is halfway through adding.
 */
#include "modules.h"

#include <string.h>

#include "core/ready.h"

#define MEMBERS 3
#define WORDS	8
#define RUNS	(2 * MEMBERS + 1) /* more are not needed at the end */

static struct {
	struct mod mod;
	struct ivrq__ready ready;
	ivrq__a64 words[WORDS];
	struct ivrq__ready_walk walk;
	ivrq__a32 armed;
	bool woken;
	uint8_t news[MEMBERS];
	uint8_t seen[MEMBERS];
} all __attribute__((aligned(64)));

static const uint32_t members[MEMBERS] = { 0, 64, 65 };

static size_t bytes(void)
{
	return sizeof(all);
}

static void begin(void)
{
	if (ivrq__ready_words(program->size) > WORDS)
		explore_fault("the set does not fit");
	ivrq__ready_init(&all.ready, all.words, program->size);
	atomic_init(&all.armed, 1);
}

static int add(unsigned n, struct mod_act *to)
{
	to->value = ++all.news[n];
	ivrq__ready_add(&all.ready, members[n]);
	if (ivrq__ld_seq32(&all.armed)) {
		explore_point();
		all.woken = true;
	}
	return 0;
}

static void visit(uint32_t member)
{
	unsigned i;

	for (i = 0; i < MEMBERS; i++) {
		if (members[i] != member)
			continue;
		all.seen[i] = all.news[i];
		return;
	}
	explore_fault("%u is no member", member);
}

static int run(void)
{
	uint32_t member;
	bool left;

	if (program->extra && !all.woken)
		return SKIPPED;
	all.woken = false;
	ivrq__st_seq32(&all.armed, 0);
	if (ivrq__ready_over(&all.walk) && !ivrq__ready_empty(&all.ready))
		ivrq__ready_begin(&all.ready, &all.walk);
	if (ivrq__ready_next(&all.ready, &all.walk, &member))
		visit(member);
	left = !ivrq__ready_over(&all.walk);
	ivrq__st_seq32(&all.armed, 1);
	if (left || !ivrq__ready_empty(&all.ready))
		all.woken = true;
	return 0;
}

static int act(unsigned number)
{
	const struct mod_plan *plan = &mod_plans[number];

	return plan->verb == 'a' ? add(plan->arg, &all.mod.act[number]) : run();
}

static bool runs(void)
{
	unsigned i;

	for (i = 0; i < mod_count; i++)
		if (mod_plans[i].verb == 'r' && all.mod.active >> i & 1)
			return true;
	return false;
}

/* Who has added need not wait for another that is halfway through it. */
static void observe(void)
{
	unsigned i;

	if (runs())
		return;
	for (i = 0; i < mod_count; i++) {
		const struct mod_plan *plan = &mod_plans[i];

		if (plan->verb != 'a' || !(all.mod.returned >> i & 1) ||
		    all.seen[plan->arg] >= all.mod.act[i].value)
			continue;
		if (ivrq__ready_empty(&all.ready) &&
		    ivrq__ready_over(&all.walk))
			explore_fault("act %u: the set is empty", i);
		if (!all.woken)
			explore_fault("act %u: the worker sleeps", i);
	}
}

static bool all_seen(void)
{
	return !memcmp(all.news, all.seen, MEMBERS);
}

static void judge(void)
{
	unsigned i;

	if (!all_seen() && !all.woken)
		explore_fault("there is news, and the worker sleeps");
	all.woken = true;
	for (i = 0; i < RUNS && all.woken; i++)
		run();
	if (!all_seen())
		explore_fault("news was lost");
	if (all.woken)
		explore_fault("nothing is new, and the worker is woken");
	for (i = 0; i < WORDS; i++)
		if (ivrq__ld_rlx64(&all.words[i]))
			explore_fault("word %u is left in the set", i);
}

const struct module mod_ready = { &all.mod, bytes, begin, act, observe, judge };
