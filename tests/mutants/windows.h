/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_MUTANTS_WINDOWS_H
#define IVRQ_TESTS_MUTANTS_WINDOWS_H
/*
 * windows.h - for check_windows: what is done to a call, and the states it is
 * done in (windows_acts.c).
 */
#include "core/state.h"
#include "regressions.h"
#include "yield.h"

/* Who does it. */
enum { OUTER, INNER, SECOND, SETUP, ROLES };
enum { EVENTS = 4 };

struct seen {
	int answer;
	uint32_t in_flight;
	uint32_t pending;
	const char *field; /* of the error */
	ivrq_snapshot snapshot;
};

struct heard {
	uint32_t sequence;
	uint32_t lost;
	uint32_t subscription; /* whose */
};

struct told {
	int status, reason, cause;
	uint32_t starts, stops, results, media_ms;
	uint32_t cancel; /* 1 + which receipt */
	uint32_t order;
};

/* What can be told of a run from outside. */
struct outcome {
	struct seen seen[ROLES];
	struct told told[RECS];
	struct heard heard[EVENTS];
	uint32_t tones, closes;
	uint64_t tones_lost;
};

/* Check writes a note for each assertion that holds; there are too many. */
#define MUST(x)                                                                \
	do {                                                                   \
		if (!(x))                                                      \
			ck_abort_msg("%s", #x);                                \
	} while (0)

struct act {
	const char *name;
	void (*act)(void);
	bool one_step;
	bool runs;
};
extern const struct act acts[];
extern const size_t act_count;

enum { STATES = 15 };
extern void (*const states[STATES])(void);

/* The run. */
extern struct outcome now;
extern _Thread_local unsigned role;
extern const struct act *outer;
extern ivrq_subscription subscriptions[ROLES];
extern ivrq_call more[ROLES]; /* that were opened */
extern bool stopping;
extern uint32_t subscribed; /* to it.call */
extern uint32_t events;
extern uint64_t base; /* position of the first one */

uint32_t left_in(struct ivrq__pool *pool);
void drive_all(void);

#endif
