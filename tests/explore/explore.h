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
	void (*body)(unsigned thread);
	void (*observe)(void); /* after each access */
	void (*judge)(void);   /* each time all bodies have returned */
	void (*name)(const volatile void *object, char *buf, size_t size);
	void (*show)(const volatile void *object, uint64_t value, char *buf,
		     size_t size);
};

enum explore_verdict { EXPLORE_PASSED, EXPLORE_GAVE_UP, EXPLORE_FAULT };

struct explore_stats {
	uint64_t states;
	uint64_t steps;
	uint64_t ends; /* different states in which all had returned */
	unsigned depth;
	unsigned shared; /* words that two threads use */
	bool cut;	 /* the bound on preemptions has cut something off */
};

/* Not with every C library, and not under every sanitizer. */
bool explore_possible(void);
/* `memory` is as the threads shall find it, and so again at the end. */
enum explore_verdict explore_run(const struct explore_spec *spec,
				 struct explore_stats *stats);
/* After EXPLORE_FAULT: print what led to it. */
void explore_print(const struct explore_spec *spec);

/* For bodies. A place to switch threads; what was read before is forgotten.
 * From here `limit` accesses have to be enough for it if all others rest. */
void explore_begin(unsigned limit);
/* For bodies. A place to switch threads: what is done from here to the next
 * access is seen by the others, but is no access. */
void explore_point(void);
void explore_note(const char *format, ...)
	__attribute__((format(printf, 1, 2))); /* in the print only */
/* For all: it went wrong. The first one counts. */
void explore_fault(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* Who runs; EXPLORE_THREADS: none of them. */
unsigned explore_thread(void);
/* Accesses until the next call with false are not steps. */
bool explore_quiet(bool quiet);

#endif
