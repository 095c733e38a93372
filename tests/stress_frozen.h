/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_STRESS_FROZEN_H
#define IVRQ_TESTS_STRESS_FROZEN_H
/*
 * stress_frozen.h - the engine that victims freeze in, and what any thread can
 * do to it (stress_world.c), for stress_frozen.c.
 */
#include <pthread.h>
#include <semaphore.h>
#include <ivrq.h>

enum {
	RING = 4,
	OPERATIONS = 12,
	RECS = 80,
	CUTS = 32,
	ROUNDS = 12,	   /* of run and complete, until all has ended */
	STEPS_MAX = 20000, /* accesses of one function, unfrozen */
	VICTIMS = 2,
	FREEZE_MAX = 2000, /* no function has as many steps */
	PAIRS = 1500	   /* random pairs of victims */
};

struct rec {
	ivrq_call call;
	ivrq_submission got;
	ivrq_op op; /* from its start */
	int answer;
	uint32_t starts;
	uint32_t stops;
	uint32_t completes;
	uint32_t results;
	bool stop_pending;
	enum ivrq_status status;
	ivrq_cancel cancel;
};

struct cut {
	ivrq_call call;
	ivrq_cancel id;
	uint32_t total;
};

struct victim;
struct act {
	const char *name;
	void (*act)(struct victim *v);
	bool closes; /* call a */
};

/* A thread that does one act after another. */
struct victim {
	const struct act *act;
	pthread_t thread;
	bool lives; /* the thread was created */
	sem_t go;
	uint32_t freeze_at;
	uint32_t steps;
	bool frozen;
	sem_t news;
	sem_t thaw;
	struct rec *rec;
};

struct world {
	ivrq_engine *engine;
	ivrq_call a;
	ivrq_call b;
	ivrq_call opened; /* by a victim */
	ivrq_call next;	  /* in the place of a, after that was closed */
	ivrq_subscription extra;
	struct rec recs[RECS];
	uint32_t nrecs;
	struct cut cuts[CUTS];
	uint32_t ncuts;
	uint32_t tones_given; /* on a, accepted */
	uint32_t tones_heard;
	uint64_t sequence;
	uint32_t closed_a;
	uint32_t closed_b;
	bool stop_pends; /* the driver answers a stop() later */
	bool by_wake;	 /* run only when the hook asked for it */
	bool woken;
	bool may_close; /* a victim closes a: it may be closed at any time */
	uint64_t now_ns;
};
extern struct world it;
extern uint32_t main_steps;

/* A function of the engine, called by this thread: its steps are bounded. */
#define STEP(call) (main_steps = 0, (call))

int open_call(ivrq_call *call);
struct rec *new_rec(void);
int submit_as(struct rec *rec, ivrq_call call, enum ivrq_kind kind, bool barge);
void keep(const ivrq_receipt *receipt);
int cancel_as(enum ivrq_scope scope, ivrq_op op);
int complete_as(struct rec *rec);
int stopped_as(struct rec *rec);
int tone_as(void);
void on_extra(void *user, const ivrq_tone_event *event);

/* An engine with two open calls, a and b. */
void world_create(bool by_wake);

/* Let a victim act until it is frozen or has ended; let it end. */
void victim_begin(struct victim *v, const struct act *act, uint32_t freeze_at);
void victim_end(struct victim *v);

/* The thread ends; if it was never created it need not. */
void victim_die(struct victim *v);

#endif
