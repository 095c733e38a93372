/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_MODULES_H
#define IVRQ_TESTS_EXPLORE_MODULES_H
/*
 * modules.h - programs of a few threads against one module of the core. What
 * they do is told at the head of each module_<name>.c.
 *
 * A thread is a list of acts, a letter and maybe a digit each, as in world.h.
 */
#include "explore.h"
#include "lin.h"

#include <ivrq.h>

#define MOD_ACTS 12
#define SKIPPED	 1 /* an answer */
#define PENDING	 2 /* an answer: not returned */

struct module;

struct program {
	const char *name;
	const struct module *module;
	const char *before; /* done first, by one thread */
	const char *thread[EXPLORE_THREADS];
	int preemptions; /* on one path, in the usual run */
	unsigned size;	 /* of what there is; see the module */
	unsigned extra;
};

struct mod_plan {
	char verb;
	uint8_t arg;
	uint8_t thread; /* EXPLORE_THREADS: done first */
};

struct mod_act {
	uint32_t before; /* what had returned when it was invoked */
	int answer;
	uint64_t value;
};

/* Memory of a module begins with this. `returned`: acts, a bit each; from
 * MOD_ACTS on what else the module has happen. */
struct mod {
	uint32_t returned;
	uint32_t active;
	struct mod_act act[MOD_ACTS];
};

struct module {
	struct mod *memory;
	size_t (*bytes)(void);
	void (*begin)(void); /* after the memory was cleared */
	int (*act)(unsigned number);
	void (*observe)(void);
	void (*judge)(void);
};

extern const struct program *program;
extern struct mod_plan mod_plans[MOD_ACTS];
extern unsigned mod_count;

/* Had act `a` returned when act `b` was invoked? */
bool mod_precedes(unsigned a, unsigned b);
/* Hold the acts, and `more` sets of what was before other events, against a
 * sequential object. Event n is act n, then come the others. */
void mod_check(struct lin_spec *spec, const void *first);

/* An allocator for an engine inside the memory. */
struct mod_arena {
	size_t used;
	char memory[4096] __attribute__((aligned(64)));
};
void *mod_take(void *arena, size_t bytes, size_t align);
void mod_give(void *arena, void *memory, size_t bytes);
/* Of a module's memory, which ends with its arena: all that is in use. */
size_t mod_bytes(const void *memory, size_t size,
		 const struct mod_arena *arena);
/* It starts whatever it is given, and stops at once. */
extern const ivrq_driver mod_driver;

extern const struct module mod_pool, mod_ready, mod_tone, mod_call, mod_fence;

#endif
