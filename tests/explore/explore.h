/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_EXPLORE_H
#define IVRQ_TESTS_EXPLORE_EXPLORE_H
/*
 * explore.h - run a few threads in every order their atomic accesses can take.
 * Told in explore.c.
 */
#include "trace.h"

#define EXPLORE_THREADS 4
#define EXPLORE_ANY	(-1) /* no bound on preemptions; else at most 15 */

struct explore_spec {
	unsigned threads;
	void *memory; /* all that threads share; saved, restored, compared */
	size_t bytes;
	int preemptions;    /* at most so many on a path, or EXPLORE_ANY */
	uint64_t steps_max; /* give up after so many; 0 never */
	bool weak;	    /* orders count (weak.c); else all is seq_cst */
	unsigned stale; /* weak: reads of what is not the newest, on a path */
	void *plain;	/* weak: more memory that threads share; it is not */
	size_t plain_bytes; /* saved, so nothing may depend on what is in it */
	unsigned daemons;   /* threads that may wait for ever, a bit each */
	void (*body)(unsigned thread);
	void (*observe)(void); /* after each access */
	void (*judge)(void);   /* each time all bodies have returned */
	/* If set: in each state somebody else comes, all others resting for
	 * ever; each of his functions after explore_begin(). */
	void (*guest)(void);
	void (*name)(const volatile void *object, char *buf, size_t size);
	void (*show)(const volatile void *object, uint64_t value, char *buf,
		     size_t size);
};

enum explore_verdict { EXPLORE_PASSED, EXPLORE_GAVE_UP, EXPLORE_FAULT };

struct explore_stats {
	uint64_t states;
	uint64_t steps;
	uint64_t paths; /* different from all others in their last step */
	uint64_t ends;	/* different states in which all had returned */
	unsigned depth;
	unsigned shared; /* words that two threads use */
	bool cut;	 /* a bound has cut something off */
};

/* Not with every C library, and not under every sanitizer. */
bool explore_possible(void);
/* `memory` is as the threads shall find it, and so again at the end. With
 * MODEL_REPLAY=<path> in the environment, as explore_print() tells it: only
 * that one path, printed, and then exit(): 0, or 1 if it is a fault. */
enum explore_verdict explore_run(const struct explore_spec *spec,
				 struct explore_stats *stats);
/* After EXPLORE_FAULT: print what led to it. */
void explore_print(const struct explore_spec *spec);

/* For bodies. A place to switch threads; what was read before is forgotten.
 * From here `limit` accesses have to be enough for it if all others rest. */
void explore_begin(unsigned limit);
/* For bodies. What began there has returned; `event` is below 32, `kind` the
 * function's name in explore_longest(). */
void explore_end(unsigned event, unsigned kind);
/* For bodies. An event, below 32. */
void explore_mark(unsigned event);
/* For bodies. Of these events, those that happened before: with weak orders
 * those that the thread knows of. */
uint32_t explore_known(uint32_t events);
/* Most atomic accesses that one function of this kind has made in any
 * execution since the program began. */
unsigned explore_longest(unsigned kind);
/* For bodies. A place to switch threads: what is done from here to the next
 * access is seen by the others, but is no access. */
void explore_point(void);
void explore_note(const char *format, ...)
	__attribute__((format(printf, 1, 2))); /* in the print only */
/* For bodies. A plain access to what threads share; the core's own are told by
 * the compiler (sanitize.c). */
void explore_reads(const volatile void *object, size_t size);
void explore_writes(const volatile void *object, size_t size);
void explore_plain(const volatile void *object, size_t size, bool write,
		   const void *site);
/* For all: it went wrong. The first one counts. */
void explore_fault(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* Who runs; EXPLORE_THREADS: none of them. */
unsigned explore_thread(void);
/* Accesses until the next call with false are not steps. */
bool explore_quiet(bool quiet);
bool explore_printing(void);
bool explore_weak(void); /* orders count */

#endif
