/* SPDX-License-Identifier: MIT */
/*
 * module_pool.c - the pool: o takes an index, u gives back the one that this
 * thread has had longest.
 *
 * No index has two owners, none is lost, the count is that of the takes, and
 * the history is linearizable as that of a stack: also "empty" is only
 * answered if it was.
 */
#include "modules.h"

#include <string.h>

#include "core/pool.h"

#define INDICES 3
#define EMPTY	9 /* an answer's value */

static struct {
	struct mod mod;
	struct ivrq__pool pool;
	ivrq__a32 next[INDICES];
	uint8_t owner[INDICES]; /* thread + 1 */
	uint8_t held[EXPLORE_THREADS + 1][INDICES];
	uint8_t count[EXPLORE_THREADS + 1];
} all __attribute__((aligned(64)));

static size_t bytes(void)
{
	return sizeof(all);
}

static void begin(void)
{
	ivrq__pool_init(&all.pool, all.next, 0, program->size);
}

static int pop(unsigned thread, struct mod_act *act)
{
	uint32_t index = ivrq__pool_pop(&all.pool);

	act->value = index == IVRQ__NONE ? EMPTY : index;
	if (index == IVRQ__NONE)
		return 0;
	if (index >= program->size || all.owner[index]) {
		explore_fault("index %u is not free", index);
		return 0;
	}
	all.owner[index] = (uint8_t)(thread + 1);
	all.held[thread][all.count[thread]++] = (uint8_t)index;
	return 0;
}

static int push(unsigned thread, struct mod_act *act)
{
	uint8_t *held = all.held[thread];

	if (!all.count[thread])
		return SKIPPED;
	act->value = held[0];
	ivrq__pool_push(&all.pool, held[0]);
	/* No other thread has run since it became free. */
	all.owner[held[0]] = 0;
	memmove(held, held + 1, INDICES - 1);
	held[--all.count[thread]] = 0;
	return 0;
}

static int act(unsigned number)
{
	const struct mod_plan *plan = &mod_plans[number];
	struct mod_act *to = &all.mod.act[number];

	return plan->verb == 'o' ? pop(plan->thread, to) :
				   push(plan->thread, to);
}

static void observe(void)
{
}

struct stack {
	uint8_t count;
	uint8_t index[INDICES];
};

static bool apply(const void *arg, void *state, unsigned event)
{
	const struct mod_act *one = &all.mod.act[event];
	struct stack *stack = state;

	(void)arg;
	if (one->answer == SKIPPED)
		return true;
	if (mod_plans[event].verb == 'u') {
		stack->index[stack->count++] = (uint8_t)one->value;
		return true;
	}
	if (one->value == EMPTY || !stack->count)
		return one->value == EMPTY && !stack->count;
	return stack->index[--stack->count] == one->value;
}

static void judge(void)
{
	struct lin_spec spec = { .events = mod_count,
				 .bytes = sizeof(struct stack),
				 .apply = apply };
	struct stack first = { .count = (uint8_t)program->size };
	unsigned i, taken = 0, free = 0, held = 0;

	for (i = 0; i < program->size; i++) {
		first.index[i] = (uint8_t)(program->size - 1 - i);
		held += all.owner[i] != 0;
	}
	for (i = 0; i < mod_count; i++)
		taken += mod_plans[i].verb == 'o' &&
			 all.mod.act[i].value != EMPTY;
	if (ivrq__pool_popped(&all.pool) != taken)
		explore_fault("the count is not %u", taken);
	mod_check(&spec, &first);
	for (;;) {
		uint32_t index = ivrq__pool_pop(&all.pool);

		if (index == IVRQ__NONE || free++ > INDICES)
			break;
		if (all.owner[index])
			explore_fault("index %u is owned and free", index);
	}
	if (free + held != program->size)
		explore_fault("%u free, %u owned, of %u", free, held,
			      program->size);
}

const struct module mod_pool = { &all.mod, bytes, begin, act, observe, judge };
