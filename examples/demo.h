/* SPDX-License-Identifier: MIT */
#ifndef DEMO_H
#define DEMO_H
/* What the files of the demo share. One call; everything in it is kept, so
 * that it can be drawn and checked when the call is over. */
#include <ivrq.h>
#include <ivrq/media.h>

#include "sound.h"

#define BEEP_MS 200u
#define CALL_MS 11200u
#define TICKS	(CALL_MS / TICK_MS)
#define NEVER	UINT32_MAX

#define OPERATIONS_MAX 16u
#define DIGITS_MAX     8u
#define CUTS_MAX       8u

/* Ticks count from the start of the call; what has not been is NEVER. */
struct operation {
	ivrq_op op;
	enum ivrq_kind kind;
	char name[24];
	char prompt[32];    /* a file, or "" */
	struct sound sound; /* what is in it */
	bool loop;
	char location[32]; /* of a recording */
	uint32_t queued;
	uint32_t started;
	uint32_t sounding;  /* its first sample was heard */
	uint32_t recording; /* its first sample was recorded */
	uint32_t ended;
	size_t given; /* samples of prompt and beep so far */
	unsigned results;
	unsigned order;	    /* of its result among all, from 1 */
	ivrq_result result; /* without its pointer */
};

struct digit {
	uint32_t tick;
	ivrq_tone_event event;
};

/* A cancel, a barge-in or the hang-up: the letter is its name on paper. */
struct cut {
	char letter;
	uint32_t tick;
	enum ivrq_cause cause;
	ivrq_cancel id;
	uint32_t in_flight;
	uint32_t pending;
};

struct demo {
	bool fast;
	bool json;
	const char *prompts; /* directories */
	const char *out;

	ivrq_engine *engine;
	ivrq_media *media;
	ivrq_media_leg *leg;
	ivrq_call call;
	uint32_t tick;
	bool closed;
	unsigned faults;

	struct operation operations[OPERATIONS_MAX];
	struct operation *current; /* started, no result yet */
	struct digit digits[DIGITS_MAX];
	struct cut cuts[CUTS_MAX];
	uint32_t operation_count;
	uint32_t digit_count;
	uint32_t cut_count;
	unsigned result_count;

	struct sound caller; /* the caller's words */
	size_t caller_at;    /* how far they are spoken */
	int recorded;	     /* samples of the last put that were recorded */
	int16_t said[TICKS * TICK_SAMPLES];
	int16_t heard[TICKS * TICK_SAMPLES];
	ivrq_stats stats;
	ivrq_media_stats media_stats;
};

/* scenario.c: who does what, and when */
extern const ivrq_listener scenario_listener;
void scenario_tick(struct demo *demo);
const struct cut *scenario_cut(const struct demo *demo, ivrq_cancel id);

/* loop.c: the media thread */
int loop_run(struct demo *demo);
void loop_wake(void *user, uint32_t worker);

/* print.c: events, files */
void print_event(const struct demo *demo, const char *what, const char *format,
		 ...) __attribute__((format(printf, 3, 4)));
void print_fault(struct demo *demo, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *print_cause(enum ivrq_cause cause);
void print_outcome(const struct demo *demo, const struct operation *operation,
		   char *text, size_t bytes);
void print_wire(const struct demo *demo, const struct operation *operation);

/* timeline.c, check.c: afterwards */
void timeline_print(const struct demo *demo);
void check_all(struct demo *demo);

#endif
