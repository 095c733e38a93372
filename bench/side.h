/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_BENCH_SIDE_H
#define IVRQ_BENCH_SIDE_H
/*
 * side.h - an implementation of the call's contract, driven by the same code:
 * the engine, and what one would write in its place.
 *
 * Each operation plays one prompt, whose strings are copied. A driver's start
 * notes it, so that complete() can end all that have been started. Every call
 * has one worker, number 0.
 */
#include <stdbool.h>
#include <stdint.h>

/* Results, as the listener heard them; written by who runs the worker. */
struct tally {
	uint64_t completed;
	uint64_t canceled;
};

struct side_config {
	unsigned long calls;
	unsigned long depth; /* of one call; a power of two */
	unsigned long operations;
	bool polled; /* run again and again, so that a run may leave a rest */
};
#define SIDE_POLLED_MOST 64 /* calls of a run then: the engine's own bound */

struct side {
	const char *name;
	void *(*make)(const struct side_config *config, struct tally *tally);
	void (*open)(void *it, unsigned long call);
	bool (*submit)(void *it, unsigned long call);	       /* any thread */
	unsigned long (*cancel)(void *it, unsigned long call); /* any thread */
	void (*close)(void *it, unsigned long call);	       /* any thread */
	void (*run)(void *it);	    /* the worker's thread */
	void (*complete)(void *it); /* the worker's thread, between runs */
	/* False: its own sums are wrong, or not all calls are closed. */
	bool (*end)(void *it);
};

extern const struct side side_ivrq, side_mutex;

/* A side at work, and what was submitted to it. */
struct side_run {
	const struct side *side;
	void *it;
	struct tally tally;
	uint64_t submitted;
	unsigned long calls;
};

void side_begin(struct side_run *run, const struct side *side,
		const struct side_config *config);
void side_open_all(struct side_run *run);
void side_close_all(struct side_run *run);
void side_submit(struct side_run *run, unsigned long call);
/* Ends the program if the results are not those submitted. */
void side_end(struct side_run *run);

static const char side_prompt[] = "prompts/welcome.wav";
static const char side_context[] = "step-1";

#endif
