/* SPDX-License-Identifier: MIT */
/*
 * check_modules: two to four threads against one module of the core, in every
 * order of their atomic accesses, as in check_interleavings.c: the pool, the
 * ready set, the tones, the handles of calls, the fences.
 *
 * MODEL_BOUND and IVRQ_STRESS: see runs.c. An argument picks the programs whose
 * name contains it.
 */
#include "modules.h"
#include "runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL   EXPLORE_ANY
#define LIMIT 3000 /* accesses of one function, alone */

static const struct program programs[] = {
	/* size: indices there are */
	{ "pool: pop, pop, pop", &mod_pool, "", { "o", "o", "o" }, ALL, 2, 0 },
	{ "pool: pop and push",
	  &mod_pool,
	  "",
	  { "ou", "ou", "ou" },
	  ALL,
	  2,
	  0 },
	{ "pool: used again", &mod_pool, "", { "oouu", "oou" }, ALL, 2, 0 },
	{ "pool: the last one", &mod_pool, "", { "ouo", "ou", "ou" }, 4, 1, 0 },
	{ "pool: three of three",
	  &mod_pool,
	  "",
	  { "oou", "ou", "o" },
	  2,
	  3,
	  0 },
	/* size: members; extra: 1 the worker only runs when woken */
	{ "ready: two words",
	  &mod_ready,
	  "",
	  { "a0", "a1", "r" },
	  ALL,
	  130,
	  0 },
	{ "ready: one word", &mod_ready, "", { "a1", "a2", "r" }, ALL, 130, 0 },
	{ "ready: one member",
	  &mod_ready,
	  "",
	  { "a0a0", "a0", "rr" },
	  ALL,
	  64,
	  0 },
	{ "ready: one is halfway",
	  &mod_ready,
	  "",
	  { "a1", "a2a1", "rr" },
	  2,
	  130,
	  0 },
	{ "ready: woken", &mod_ready, "", { "a0", "a1", "rrr" }, 5, 130, 1 },
	{ "ready: woken, two calls",
	  &mod_ready,
	  "",
	  { "a0", "a0a1", "rrrr" },
	  1,
	  130,
	  1 },
	/* size: tones; extra: of one call */
	{ "tone: two give, one takes",
	  &mod_tone,
	  "b0",
	  { "t1", "t2", "w" },
	  3,
	  3,
	  2 },
	{ "tone: overflow", &mod_tone, "b0", { "t1t2", "t3", "w" }, 2, 4, 1 },
	{ "tone: the pool is empty",
	  &mod_tone,
	  "b0",
	  { "t1t2", "t3", "w" },
	  2,
	  1,
	  3 },
	{ "tone: subscribe", &mod_tone, "b0", { "t1t2", "b1", "w" }, 2, 3, 2 },
	{ "tone: unsubscribe",
	  &mod_tone,
	  "b0b1",
	  { "t1t2", "u1", "ww" },
	  1,
	  3,
	  2 },
	{ "tone: subscribe twice",
	  &mod_tone,
	  "b0b1",
	  { "t1", "u1b2", "ww" },
	  1,
	  3,
	  2 },
	{ "tone: the older one ends",
	  &mod_tone,
	  "b1b0",
	  { "u1", "b2", "w", "t1" },
	  1,
	  3,
	  2 },
	{ "tone: close", &mod_tone, "b0", { "t1t2", "X", "ww" }, 1, 3, 2 },
	{ "tone: subscribe, close",
	  &mod_tone,
	  "b0",
	  { "b1", "X", "w" },
	  2,
	  3,
	  2 },
	/* size: calls */
	{ "call: one place", &mod_call, "", { "o0c0", "o1c1", "ww" }, 1, 1, 0 },
	{ "call: the next life",
	  &mod_call,
	  "o0c0",
	  { "g0p0", "wo1", "c0g1" },
	  2,
	  1,
	  0 },
	{ "call: two places",
	  &mod_call,
	  "o0",
	  { "c0o2", "o1c0", "w" },
	  1,
	  2,
	  0 },
	{ "call: closed twice",
	  &mod_call,
	  "o0p0",
	  { "c0", "c0", "w" },
	  3,
	  1,
	  0 },
	{ "call: open, stop", &mod_call, "", { "o0", "S", "w" }, ALL, 1, 0 },
	{ "call: open, submit, stop",
	  &mod_call,
	  "o0",
	  { "o1p1", "S", "w" },
	  1,
	  2,
	  0 },
	{ "call: stop, stop", &mod_call, "o0p0", { "S", "S", "w" }, 2, 1, 0 },
	/* size: that can wait at one time */
	{ "fence: wait, tell", &mod_fence, "", { "f", "s" }, ALL, 1, 0 },
	{ "fence: two wait, one tells",
	  &mod_fence,
	  "",
	  { "f", "f", "s" },
	  ALL,
	  2,
	  0 },
	{ "fence: two wait for two",
	  &mod_fence,
	  "",
	  { "f", "f", "i", "i" },
	  2,
	  2,
	  2 },
	{ "fence: more than can", &mod_fence, "", { "f", "f", "s" }, 4, 1, 0 },
	{ "fence: time is up", &mod_fence, "", { "FF", "F", "s" }, 4, 2, 0 },
	{ "fence: a place used again",
	  &mod_fence,
	  "",
	  { "Ff", "f", "s" },
	  3,
	  2,
	  0 },
};

const struct program *program;
struct mod_plan mod_plans[MOD_ACTS];
unsigned mod_count;
static unsigned first_of[EXPLORE_THREADS + 2];

/* ---------------------------------------------------------- what threads do */

bool mod_precedes(unsigned a, unsigned b)
{
	return program->module->memory->act[b].before >> a & 1;
}

static void perform(unsigned number)
{
	const struct mod_plan *plan = &mod_plans[number];
	struct mod *mod = program->module->memory;
	struct mod_act *act = &mod->act[number];

	act->before = mod->returned;
	mod->active |= 1u << number;
	explore_note("begins %c%u (act %u)", plan->verb, plan->arg, number);
	act->answer = program->module->act(number);
	explore_note("%c%u (act %u) answers %d, %#" PRIx64, plan->verb,
		     plan->arg, number, act->answer, act->value);
	mod->active &= ~(1u << number);
	mod->returned |= 1u << number;
}

static void body(unsigned thread)
{
	unsigned i;

	for (i = first_of[thread]; i < first_of[thread + 1]; i++) {
		explore_begin(LIMIT);
		perform(i);
	}
}

static void parse(const char *text, unsigned thread)
{
	first_of[thread] = mod_count;
	for (; text && *text; text++) {
		struct mod_plan *plan = &mod_plans[mod_count];

		if (mod_count++ == MOD_ACTS)
			abort();
		plan->verb = *text;
		plan->thread = (uint8_t)thread;
		plan->arg = 0;
		if (text[1] >= '0' && text[1] <= '9')
			plan->arg = (uint8_t)(*++text - '0');
	}
}

static void begin(const struct program *to)
{
	unsigned i;

	program = to;
	explore_first_position = 7;
	mod_count = 0;
	for (i = 0; i < EXPLORE_THREADS; i++)
		parse(to->thread[i], i);
	parse(to->before, EXPLORE_THREADS);
	first_of[EXPLORE_THREADS + 1] = mod_count;
	to->module->begin();
	for (i = 0; i < MOD_ACTS; i++)
		to->module->memory->act[i].answer = PENDING;
	for (i = first_of[EXPLORE_THREADS]; i < mod_count; i++)
		perform(i);
}

/* -------------------------------------------------------- for the modules */

void mod_check(struct lin_spec *spec, const void *first)
{
	const struct mod *mod = program->module->memory;
	struct lin_fault fault;
	unsigned i;

	for (i = 0; i < mod_count; i++)
		spec->before[i] = mod->act[i].before & ((1u << mod_count) - 1);
	if (lin_search(spec, first, &fault))
		return;
	for (i = 0; i < fault.done; i++)
		explore_note("order found: event %u", fault.order[i]);
	explore_fault("no order of %u events, at most %u", spec->events,
		      fault.done);
}

void *mod_take(void *to, size_t bytes, size_t align)
{
	struct mod_arena *arena = to;
	char *at = arena->memory + arena->used;

	(void)align;
	arena->used += (bytes + 63) / 64 * 64;
	if (arena->used > sizeof(arena->memory))
		abort();
	return at;
}

size_t mod_bytes(const void *memory, size_t size, const struct mod_arena *arena)
{
	if (!arena->used)
		return size;
	return (size_t)(arena->memory - (const char *)memory) + arena->used;
}

static int on_start(void *user, const ivrq_operation *operation)
{
	(void)user;
	(void)operation;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	(void)user;
	(void)operation;
	(void)outcome;
	return IVRQ_STOPPED;
}

const ivrq_driver mod_driver = { on_start, on_stop, NULL, NULL };

void mod_give(void *arena, void *memory, size_t bytes)
{
	(void)arena;
	(void)memory;
	(void)bytes;
}

static void name(const volatile void *object, char *buf, size_t size)
{
	snprintf(buf, size, "+%td",
		 (const volatile char *)object -
			 (const char *)program->module->memory);
}

static void show(const volatile void *object, uint64_t value, char *buf,
		 size_t size)
{
	(void)object;
	snprintf(buf, size, "%#" PRIx64, value);
}

/* ---------------------------------------------------------------- the runs */

static void start(struct explore_spec *spec, const void *to)
{
	const struct module *module = ((const struct program *)to)->module;

	spec->memory = module->memory;
	spec->observe = module->observe;
	spec->judge = module->judge;
	memset(spec->memory, 0, module->bytes());
	begin(to);
	spec->bytes = module->bytes();
	while (spec->threads < EXPLORE_THREADS &&
	       program->thread[spec->threads])
		spec->threads++;
}

int main(int argc, char **argv)
{
	const struct explore_spec common = { .body = body,
					     .name = name,
					     .show = show };
	size_t i;

	if (!explore_possible())
		return 77; /* skipped */
	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (runs_wants(argc, argv, programs[i].name) &&
		    !runs_explore(programs[i].name, &common, start,
				  &programs[i], programs[i].preemptions))
			return EXIT_FAILURE;
	runs_tell("programs");
	return EXIT_SUCCESS;
}
