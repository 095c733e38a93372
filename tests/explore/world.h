/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_WORLD_H
#define IVRQ_TESTS_EXPLORE_WORLD_H
/*
 * world.h - an engine with one call and one worker, and what threads do to it.
 *
 * A thread is a list of acts, separated by spaces. <n> is an operation's
 * number, 0 to 3.
 *	p<n> play	t<n> play, no tag	q<n> record	b<n> barge in
 *	d<n> play; its deadline is over at W
 *	A cancel all	P pending	C current	K<n> operation n
 *	G all plays	T all with the tag		X close
 *	x<n> complete n			s<n> the stop of n is done
 *	w run the worker		W the same, later
 *	F look at the fence of this thread's last receipt
 *	S snapshot	i<n> is n cancelled?
 *	o open a call in the place of the ended one
 *	n<n> play in that one		N cancel all in that one
 * One that cannot be done, as the operation's handle is not known yet, is
 * left out.
 */
#include "explore.h"

#include "core/state.h"

#define OPS	4
#define ACTS	12
#define SHOTS	12
#define LIVES	2
#define SKIPPED 1 /* an answer */
#define PENDING 2 /* an answer: not returned */

struct scenario {
	const char *name;
	const char *before; /* done first, by one thread */
	const char *thread[EXPLORE_THREADS];
	/* s operations complete inside start(); p stop() leaves it pending;
	 * 2 a ring of two; v positions begin just below their wrap; z the
	 * worker only runs when woken, and at the end all has to be done */
	const char *flags;
	int preemptions; /* on one path, in the usual run */
};

struct act_plan {
	char verb;
	uint8_t op;
	uint8_t thread; /* EXPLORE_THREADS: done first */
};

struct op {
	ivrq_submission got;
	ivrq_cancel cancel;
	int answer;
	enum ivrq_status status;
	enum ivrq_cause cause;
	uint32_t start_since; /* what had happened at the callback before */
	uint32_t stop_since;
	uint32_t result_since;
	uint32_t end_since; /* the same, of a completion outside of acts */
	int end_answer;
	uint32_t knew; /* cancels that the result knew of: plain.c */
	uint8_t act;   /* that submits it */
	uint8_t start_act;
	uint8_t result_act;
	uint8_t start_seq;
	uint8_t result_seq;
	uint8_t starts;
	uint8_t stops;
	uint8_t results;
	uint8_t completes;
	bool submitted;
	bool started;  /* the result says so */
	bool stopping; /* a stop is pending */
	bool drained;  /* lived to the end */
	bool ended;    /* completed in start(), or to let all come to an end */
	bool barge;
	bool tagged;
	bool record;
	bool late;
};

struct act {
	uint32_t before; /* what had happened when it was invoked */
	uint32_t since;	 /* w: at its last callback */
	int answer;
	ivrq_receipt receipt;
	uint64_t shot[SHOTS]; /* S: what was true meanwhile */
	uint64_t saw;	      /* S: what it answered */
	uint8_t shots;
	uint8_t delivered; /* F: results of that receipt */
	uint8_t fenced;	   /* F: whose receipt */
	bool settled;	   /* F: when invoked, their runs had returned */
	bool full;	   /* the ring was, meanwhile */
	bool none;	   /* nothing was alive, meanwhile */
};

/*
 * What happens, a bit each: the returns of acts, and callbacks. A set of these
 * is kept with each, as it was at the act's invocation or at the callback that
 * came before. This is all that the check of the history (history.c) needs of
 * the order in time, and all of it that distinguishes two states.
 */
enum {
	BY_START = ACTS,
	BY_STOP = BY_START + OPS,
	BY_RESULT = BY_STOP + OPS,
	BY_END = BY_RESULT + OPS,
	BY_CLOSED = BY_END + OPS, /* the run that told it has returned */
	BY_NOTHING = BY_CLOSED + LIVES
};

struct world {
	ivrq_engine *engine;
	ivrq_call call[LIVES]; /* the first, and the newest */
	uint64_t now;
	uint32_t returned; /* acts, and callbacks */
	uint32_t since;	   /* the same at the last callback */
	uint32_t active;
	uint32_t seq; /* callbacks */
	uint32_t closed;
	uint32_t opened;
	uint32_t told[LIVES]; /* closed: what had happened, + 1 */
	uint32_t doing[EXPLORE_THREADS + 1];	    /* act */
	uint32_t last_receipt[EXPLORE_THREADS + 1]; /* act + 1 */
	uint32_t handed[OPS]; /* to who will stop it: plain.c */
	bool woken;
	uint8_t pad[3];
	struct op op[OPS];
	struct act act[ACTS];
	size_t used; /* of the arena */
	char arena[4096] __attribute__((aligned(64)));
};

extern struct world world;
extern const struct scenario *scenario;
extern struct act_plan plans[ACTS];
extern unsigned plan_count;

bool world_flag(char flag);
/* Make it, and do what is done first. */
void world_begin(const struct scenario *to);
void world_body(unsigned thread);
void world_observe(void);
void world_name(const volatile void *object, char *buf, size_t size);
void world_show(const volatile void *object, uint64_t value, char *buf,
		size_t size);
const char *world_act(unsigned act, char *buf, size_t size);
/* All threads have returned: let all come to an end, and check. */
void world_judge(void);
/* The act whose cancel hit it; ACTS: none. */
unsigned world_owner(const struct op *op);
/* Does this cancel reach it, if it is there? */
bool world_in_scope(unsigned act, unsigned op);
/* Is the history linearizable? */
void world_check_history(void);

/* Accesses of the acts. */
void world_tell_longest(void);

size_t world_bytes(void); /* of it, in use */
int world_complete(unsigned op);
int world_end(unsigned op); /* the same, outside of acts */
int world_run(void);
uint64_t world_shot(void);

#endif
