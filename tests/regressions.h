/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_REGRESSIONS_H
#define IVRQ_TESTS_REGRESSIONS_H
/*
 * regressions.h - for check_regressions: a small engine that writes down what
 * it is told (regressions_world.c), and the means to stop a function before any
 * of its atomic accesses (regressions_hook.c).
 */
#include <ivrq.h>
#include "ct.h"

enum {
	RECS = 8,
	CUTS = 8,
	ROUNDS = 20,	 /* of runs, until all is quiet */
	STEPS_MAX = 2000 /* no function has as many accesses */
};

/* One operation. */
struct rec {
	ivrq_call call;
	ivrq_submission got;
	int answer;
	ivrq_op named; /* what the callbacks called it */
	uint32_t starts;
	uint32_t stops;
	uint32_t results;
	bool stop_pending;
	ivrq_result result;
};

struct world {
	ivrq_config config; /* to be changed before world_begin() */
	ivrq_options options;
	ivrq_engine *engine;
	ivrq_call call; /* the latest that was opened */
	struct rec recs[RECS];
	uint32_t nrecs;
	struct rec *order[RECS]; /* as their results came */
	uint32_t results;
	ivrq_receipt cuts[CUTS];
	uint32_t ncuts;
	uint32_t closes;
	uint32_t highs;
	uint32_t tones;	 /* that on_tone() heard */
	bool stop_pends; /* the driver answers a stop() later */
	bool woken;
	bool smear; /* leave rubbish on the stack before a submit */
	uint64_t now_ns;
	struct ct_slip slip;
	/* For the test. */
	int outer_answer;
	int inner_answer;
	bool happened; /* what inner() did */
};
extern struct world it;

/* Defaults: two calls, a ring of 8. Then an engine; at the end all must add
 * up: one result for each operation, under its own name, and the receipts. */
void world_init(void);
void world_begin(void);
void world_end(void);

/* Those with an answer may be used in any thread; the rest assert. */
int try_open(uint32_t worker, ivrq_call *call);
struct rec *new_rec(void);
int try_play(struct rec *rec, ivrq_call call);
int try_cancel(ivrq_call call, const ivrq_cancel_request *request);
int complete(const struct rec *rec);
int stopped(struct rec *rec);
int run(uint32_t worker);
void on_tone(void *user, const ivrq_tone_event *event);

void open_call(uint32_t worker);    /* it.call */
struct rec *play(void);		    /* on it.call */
void cancel(enum ivrq_scope scope); /* on it.call; kept in it.cuts */
void cancel_op(const struct rec *rec);
void cancel_tag(uint64_t tag);
void drive(void); /* run as often as the wake hook asks for it */
uint32_t results_of(const ivrq_receipt *receipt);

/* Call outer(); before its at-th access, call inner(): to all others outer()
 * is a thread that is frozen there. False: it has not as many. */
bool nest(uint32_t at, void (*outer)(void), void (*inner)(void));

/* For each access of outer() in turn a new world. */
struct trial {
	void (*begin)(void);
	void (*outer)(void);
	void (*inner)(void);
	void (*after)(void);
};
void at_each_step(const struct trial *trial);
/* The same for each number at_step at which inner() or after() interrupt
 * something else; they set at_more if that had as many accesses. */
void at_each_pair(const struct trial *trial);
extern uint32_t at_step;
extern bool at_more;

/* One other thread. Freeze it at an access of act(); true: it stands there. */
bool freeze(uint32_t at, void (*act)(void));
void thaw(void);
void elsewhere(void (*act)(void)); /* the whole of it */
/* The act ends by what this thread does once it sleeps in the engine. */
void elsewhere_begin(void (*act)(void));
void elsewhere_end(void);

TCase *frozen_case(void);
TCase *lives_case(void);
TCase *steps_case(void);

#endif
