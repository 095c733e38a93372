/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_STRESS_SCENARIOS_H
#define IVRQ_TESTS_STRESS_SCENARIOS_H
/*
 * stress_scenarios.h - what the actors of stress_scenarios.c share.
 *
 * An actor is a real thread with a list of acts, separated by spaces. <n> is
 * an operation's number, 0 to 7. The letters of tests/explore/world.h mean the
 * same here:
 *	p<n> play	t<n> play, no tag	q<n> record	b<n> barge in
 *	d<n> play; its deadline is over at W
 *	A cancel all	P pending	C current	K<n> operation n
 *	G all plays	T all with the tag		X close
 *	x<n> complete n			s<n> the stop of n is done
 *	w run the worker		W the same, later
 *	S snapshot	i<n> is n cancelled?
 *	o open a call in the place of the ended one
 *	n<n> play in that one		N cancel all in that one
 * and these are for real threads only:
 *	r run the worker until all who do not are through
 *	F wait at the fence of this actor's last receipt	f look at it
 *	h pause		H resume	E stop the engine
 *	1 a tone	u subscribe	v unsubscribe
 * A handle that is not known yet is waited for, but not long; then the act is
 * left out.
 *
 * All of it is plain memory, except for what says so. That is the point: who
 * may touch it when follows from what ivrq.h promises about order. What is
 * atomic is relaxed, and passes a value without ordering anything.
 */
#include <ivrq.h>
#include <stdatomic.h>

enum {
	OPS = 8,
	ACTORS = 4,
	ACTS = 8,
	WORDS = 4,
	TEXT = 32,
	CALLS = 2, /* one after the other, in one place */
	KEYS = 512,
	NOTE_STOPPED = 100, /* media_ms: of stop(); + actor: of stopped() */
	LATE_NS = 10
};

struct scenario {
	const char *name;
	const char *before; /* done first, by one thread */
	const char *actor[ACTORS];
	/* s operations complete inside start(); p stop() leaves it pending;
	 * c a result submits the operation four numbers up */
	const char *flags;
};

struct op {
	/* the submitter's, before it submits; then the callbacks' */
	uint64_t payload[WORDS];
	/* of who ends it, before he does */
	uint64_t note[ACTORS + 1];
	/* the submitter's, when the submit has returned */
	bool submitted;
	int answer;
	ivrq_submission got;
	/* the callbacks' */
	uint64_t begun;
	unsigned starts;
	unsigned stops;
	unsigned results;
	bool started;
	enum ivrq_cause cause;
	ivrq_cancel cancel;
	/* relaxed */
	_Atomic uint64_t handle;
	_Atomic uint64_t flight; /* the same, set by start() */
	atomic_bool stopping;
	atomic_bool ended; /* its result came */
};

/* A call: the opener's before it opens, then the callbacks' of this call. */
struct line {
	uint64_t key;
	bool inside;
	unsigned calls; /* of callbacks */
	unsigned closed;
	uint64_t sequence;
	unsigned tones;
	uint64_t lost;
	_Atomic uint64_t handle; /* relaxed */
	atomic_bool ended;	 /* relaxed: closed() came */
};

/* The results of one cancel: the callbacks', then of who was at its fence. */
struct told {
	unsigned count;
	struct op *last;
};

struct actor {
	unsigned number;
	uint64_t rnd;
	uint64_t cut_note; /* before its cancel or close */
	ivrq_receipt receipt[ACTS];
	unsigned receipts;
	uint64_t tone_note[ACTS]; /* before the tone */
	unsigned tones;		  /* accepted */
	unsigned tones_refused;
	uint64_t watch[ACTS]; /* before subscribing; then the handler's */
	unsigned watches;
	ivrq_subscription subscription;
	/* the first thing that went wrong; never reset */
	int fault_line;
	const char *fault;
};

struct stage {
	const struct scenario *scenario;
	ivrq_engine *engine;
	uint64_t round;
	struct actor actor[ACTORS + 1]; /* the last one: before and after */
	unsigned actors;
	struct op op[OPS];
	struct line line[CALLS];
	struct told told[KEYS];
	/* of this scenario: the only ones that cancel, close, barge in */
	const struct actor *canceller;
	const struct actor *closer;
	const struct op *barger;
	bool run_on; /* an actor does */
	bool after;  /* the actors are through */
	bool engine_stopped;
	/* relaxed */
	atomic_uint acting; /* actors with acts left, but r */
	atomic_uint woken;
	_Atomic uint64_t now;
};
extern struct stage it;
extern _Thread_local struct actor *self;

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition) && !self->fault) {                            \
			self->fault = #condition;                              \
			self->fault_line = __LINE__;                           \
		}                                                              \
	} while (0)

static inline uint64_t relaxed(const _Atomic uint64_t *from)
{
	return atomic_load_explicit(from, memory_order_relaxed);
}

/* Of this round and no other; what the submitter of op n writes. */
static inline uint64_t key_of(unsigned n)
{
	return it.round * 64 + n;
}

bool has_flag(char flag);
/* In a list of acts; its number is added. */
void perform(char verb, unsigned n);
void open_line(unsigned number);
void submit_op(char verb, unsigned n);
struct told *told_of(ivrq_cancel id);
int run_worker(void);
void answer_stop(struct op *op);

/* stress_calls.c */
extern const ivrq_driver stage_driver;
extern const ivrq_listener stage_listener;
void stage_text(uint64_t key, char *text);
void stage_watch(void *user, const ivrq_tone_event *event);

#endif
