/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_MACHINE_H
#define IVRQ_TESTS_EXPLORE_MACHINE_H
/*
 * machine.h - what explore.c (who goes on), access.c (what an access does) and
 * states.c (keeping states) share.
 */
#include <setjmp.h>

#include "weak.h"

#define STACK 65536
#define WORDS 16384 /* 4-byte units of the memory */

/* What a thread is about to do. */
struct access {
	enum { NO_ACCESS, LOAD, STORE, CAS, RMW, WAIT } type;
	int order;
	int failure; /* CAS */
	size_t size;
	const volatile void *object;
	uint64_t expected; /* CAS */
};

/* Its own; saved and restored. */
struct task {
	jmp_buf env;
	struct access next;
	unsigned back;	  /* it reads the message so many before the newest */
	uint64_t history; /* a hash */
	unsigned begun;	  /* functions */
	char *low;	  /* of the stack in use */
	unsigned row;	  /* accesses in a row */
	unsigned count;	  /* accesses since explore_begin() */
	unsigned limit;
	bool fresh; /* at explore_begin() */
	bool done;
	const void *running; /* ivrq__running() */
};

/* One state on the path, and what was tried there. */
struct frame {
	char *copy; /* memory, tasks, messages, stacks */
	size_t room;
	unsigned tried; /* of the choices */
	unsigned back;	/* the next one of the choice in turn */
	unsigned last;	/* who came here */
	unsigned preemptions;
	unsigned stale;
	unsigned chosen;
	unsigned chosen_back;
	unsigned done; /* threads, a bit each */
	unsigned rest; /* those that wait for a semaphore */
	bool busy;     /* `last` would go on */
	bool touched;  /* the present is not this state */
};

struct machine {
	const struct explore_spec *spec;
	struct explore_stats *stats;
	struct task task[EXPLORE_THREADS];
	char stack[EXPLORE_THREADS][STACK] __attribute__((aligned(64)));
	int current;	/* thread, or -1 */
	unsigned alone; /* accesses to unshared words in this step */
	bool quiet;
	bool printing;
	bool again; /* something was found out: begin the search again */
	char fault[512];
	struct {
		bool here;
		unsigned count; /* accesses since explore_begin() */
		unsigned limit;
		jmp_buf env; /* to send him away */
	} guest;
};
extern struct machine machine;

/* explore.c: until the search chooses this thread. */
void machine_hand_over(void);
void machine_note(const char *what, const volatile void *object,
		  uint64_t value);

/* access.c: no word is known to be shared. */
void access_forget(void);
/* Tell which are; know it again. */
void access_print_shared(void);
const char *access_share(const char *text);
uint64_t access_value(const struct access *access);

/* states.c */
void state_save(struct frame *frame);
void state_restore(const struct frame *frame);
/* False: it was met before, with as few preemptions and stale reads. */
bool state_enter(const struct frame *frame);
uint64_t states_count(void);
void states_forget(void);

static inline uint64_t machine_mix(uint64_t a, uint64_t b)
{
	uint64_t z = (a * 3 ^ b) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 32)) * UINT64_C(0xd6e8feb86659fd93);
	return z ^ (z >> 29);
}

/* Which 4-byte unit of the memory. */
static inline size_t machine_place(const volatile void *object)
{
	return (size_t)((const volatile char *)object -
			(const char *)machine.spec->memory) /
	       4;
}

#endif
