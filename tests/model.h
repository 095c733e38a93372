/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_MODEL_H
#define IVRQ_TESTS_MODEL_H
/*
 * model.h - the engine as plain lists, in one thread: the reference that the
 * random test compares the real one with.
 *
 * Every answer and every callback of the engine is handed to the model, which
 * judges it by its own lists and then changes them the same way. Where the
 * contract leaves a choice (the order of two calls, of a cancel by id and a
 * cut) any of the allowed ones is followed. model_rest() is what makes this
 * complete: after a run nothing may be left that the engine had to do.
 *
 * The first difference stays in `fault`; what follows from it is not looked
 * at. Knows nothing of the engine but its installed header.
 */
#include <ivrq.h>

enum {
	MODEL_RING = 16,
	MODEL_CALLS = 256, /* opened in one sequence */
	MODEL_CUTS = 4096,
	MODEL_SUBS = 64, /* bits of a mask */
	MODEL_TONES = 64
};

struct model_fault {
	int line;
	const char *expr;
};

/* One cancel, close or barge-in. */
struct model_cut {
	struct model_call *call;
	ivrq_cancel id;
	bool known; /* the id; without a receipt its first result tells it */
	enum ivrq_cause cause;
	ivrq_receipt receipt;
	uint32_t left; /* results that are still to come */
};

enum model_state {
	MODEL_WAIT, /* not started */
	MODEL_RUN,
	MODEL_DONE,    /* completed, or start() answered a reason */
	MODEL_CUT,     /* hit after the start, stop() not called */
	MODEL_STOP,    /* stop() is pending */
	MODEL_STOPPED, /* and was answered */
	MODEL_HOLE     /* ended out of its turn, its place is not free yet */
};

struct model_op {
	/* as it was asked for */
	uint64_t serial; /* the operation's user pointer, too */
	enum ivrq_kind kind;
	uint64_t tag;
	uint64_t deadline_ns;
	bool barge;
	bool too_big;
	uint32_t prompt_count;
	/* what became of it */
	ivrq_op op;
	enum model_state state;
	bool alone;   /* cancelled by itself before its start */
	bool covered; /* cancelled by a cut before its start */
	bool called;  /* the driver's start() */
	bool told;    /* the listener's started() */
	bool refused; /* by start() */
	bool paused;
	bool asked; /* op_stopped() came before stop() returned */
	struct model_cut *cut;
	ivrq_outcome outcome;
};

struct model_sub {
	ivrq_subscription handle;
	struct model_call *call;
	bool live;
};

struct model_tone {
	uint64_t sequence;
	uint64_t mask; /* subscriptions that have not heard it */
	uint32_t duration_ms;
	uint32_t lost;
	char tone;
};

enum model_life { MODEL_OPEN, MODEL_CLOSING, MODEL_ENDED };

struct model_call {
	ivrq_call handle;
	enum model_life life;
	enum ivrq_cause reason;
	uint32_t worker;
	bool pause; /* wanted */
	bool high;  /* high_water() came, low_water() has not */
	bool owes_idle;
	uint32_t freed; /* places of this run that may not be free yet */
	struct model_op ops[MODEL_RING];
	uint32_t nops; /* holes included */
	struct model_tone tones[MODEL_TONES];
	uint32_t ntones;
	uint64_t sequence;
	uint32_t lost; /* since the last tone that was accepted */
};

struct model {
	ivrq_config config;
	struct model_fault fault;
	struct model_call calls[MODEL_CALLS];
	uint32_t ncalls;
	struct model_cut cuts[MODEL_CUTS];
	uint32_t ncuts;
	struct model_sub subs[MODEL_SUBS];
	uint32_t subs_live;
	uint32_t subs_late[2]; /* ended, not free before a run of the worker */
	uint32_t open;
	uint32_t used;	/* operations */
	uint32_t tones; /* queued */
	ivrq_stats stats;
	uint64_t now_ns[2]; /* of each worker */
	bool inside;	    /* a run */
	uint32_t worker;    /* that runs */
	uint32_t results;   /* of this run */
	bool stopping;
};

/* Note the first difference. */
void model_expect(struct model *m, bool fine, int line, const char *expr);
#define EXPECT(m, condition) model_expect(m, (condition), __LINE__, #condition)

/* What the caller of the engine saw: its answer and what it set. */
void model_open(struct model *m, uint32_t worker, int answer, ivrq_call handle);
void model_submit(struct model *m, struct model_call *c,
		  const struct model_op *asked, int answer,
		  const ivrq_submission *got);
void model_cancel(struct model *m, struct model_call *c,
		  const ivrq_cancel_request *request, int answer,
		  const ivrq_receipt *receipt);
void model_close(struct model *m, struct model_call *c, enum ivrq_cause reason,
		 int answer, const ivrq_receipt *receipt);
void model_pause(struct model *m, struct model_call *c, bool pause, int answer);
void model_snapshot(struct model *m, const struct model_call *c, int answer,
		    const ivrq_snapshot *shot);
void model_fence(struct model *m, const struct model_cut *cut, int answer);
void model_complete(struct model *m, struct model_call *c, ivrq_op op,
		    const ivrq_outcome *outcome, int answer);
void model_stopped(struct model *m, struct model_call *c, ivrq_op op,
		   const ivrq_outcome *outcome, int answer);
void model_is_canceled(struct model *m, struct model_call *c, ivrq_op op,
		       int answer);
void model_subscribe(struct model *m, struct model_call *c, int answer,
		     ivrq_subscription handle);
void model_unsubscribe(struct model *m, ivrq_subscription handle, int answer);
void model_tone(struct model *m, struct model_call *c, char tone,
		uint32_t duration_ms, int answer);
void model_stats(struct model *m, const ivrq_stats *stats);
void model_stop(struct model *m, int answer); /* the engine, without waiting */

/* Callbacks. The ..._begin ones come before what the callback does. */
struct model_op *model_find(struct model_call *c, uint64_t serial);
void model_start_begin(struct model *m, struct model_call *c,
		       struct model_op *op);
void model_start_end(struct model *m, struct model_call *c, uint64_t serial,
		     int answer);
void model_stop_begin(struct model *m, struct model_call *c,
		      struct model_op *op);
void model_stop_end(struct model *m, struct model_call *c, uint64_t serial,
		    int answer, const ivrq_outcome *outcome);
void model_paused(struct model *m, struct model_call *c, struct model_op *op,
		  bool pause);
void model_started(struct model *m, struct model_op *op);
void model_result_begin(struct model *m, struct model_call *c,
			struct model_op *op, const ivrq_result *result);
void model_result_end(struct model *m);
void model_heard(struct model *m, struct model_call *c,
		 const ivrq_tone_event *event);
void model_idle(struct model *m, struct model_call *c);
void model_water(struct model *m, struct model_call *c, uint32_t depth,
		 bool high);
void model_closed_begin(struct model *m, struct model_call *c,
			enum ivrq_cause reason);
void model_closed_end(struct model *m, struct model_call *c);

/* A run, and what must not be left after it. */
void model_run_begin(struct model *m, uint32_t worker, uint64_t now_ns);
void model_run_end(struct model *m, int answer);
void model_rest(struct model *m, uint32_t worker, uint64_t next_ns);

/* For the two parts of the model. */
bool model_is_waiting(const struct model_op *op); /* and not cancelled */
bool model_is_expired(const struct model *m, const struct model_call *c,
		      const struct model_op *op);
uint32_t model_live(const struct model_call *c);
void model_name_cut(struct model *m, struct model_cut *cut, ivrq_cancel id);

/* May an operation of this call have expired without being told? Then a
 * cancel in a callback cannot be predicted. */
bool model_is_vague(const struct model *m, const struct model_call *c);

#endif
