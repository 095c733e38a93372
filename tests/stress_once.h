/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_STRESS_ONCE_H
#define IVRQ_TESTS_STRESS_ONCE_H
/*
 * stress_once.h - what the threads of stress_once write down while they run
 * (stress_once.c, stress_clients.c), for the audit after they were joined
 * (stress_audit.c).
 *
 * A stamp is one tick of one counter for all threads. What has a lower stamp
 * than something else really came first; nothing follows from it for the
 * memory model, so that a missing order inside the engine stays visible.
 */
#include <semaphore.h>
#include <stdatomic.h>
#include <ivrq.h>

enum {
	STRESS_CLIENTS = 6,
	STRESS_WORKERS = 2,
	STRESS_COMPLETERS = 2,
	STRESS_THREADS = STRESS_CLIENTS + STRESS_WORKERS + STRESS_COMPLETERS,
	STRESS_LINES = 3, /* calls open at one time */
	MAIL = 24
};

/* The first thing that went wrong in one thread. */
struct fault {
	int line;
	const char *expr;
};

/* One submit. */
struct rec {
	/* written before the submit, read in the callbacks */
	struct leg *leg;
	enum ivrq_kind kind;
	bool barge;
	uint32_t thread;
	uint64_t tag;
	uint64_t deadline_ns;
	uint64_t before;
	char context[32];
	/* written when the submit has returned, by the same thread */
	int answer;
	ivrq_submission got;
	uint64_t after;
	/* written in callbacks, relaxed: who may write is what is tested */
	atomic_uint starts;
	atomic_uint tolds;
	atomic_uint stops;
	atomic_uint results;
	_Atomic uint64_t start_stamp;
	bool refused; /* start() answered a reason */
	ivrq_op op;
	enum ivrq_status status;
	enum ivrq_reason reason;
	enum ivrq_cause cause;
	ivrq_cancel cancel;
	bool started;
	uint32_t order; /* of the results of its call */
	/* the audit's */
	uint64_t decided; /* its ending was not decided before; 0 unknown */
};

/* One cancel, close, or accepted submit with barge_in_allowed. */
struct cut {
	struct leg *leg;
	ivrq_cancel id; /* 0: a barge-in, it has no receipt */
	enum ivrq_scope scope;
	bool close;
	enum ivrq_kind kind;
	uint64_t tag;
	uint32_t in_flight;
	uint32_t pending;
	uint64_t before;
	uint64_t after;
};

/* One ivrq_op_complete() that answered 0. */
struct end {
	ivrq_op op;
	uint64_t before;
};

/* One open of a call. */
struct leg {
	ivrq_call call;
	uint32_t line;
	uint32_t worker;
	/* its worker's, plain: the callbacks of a call come one at a time */
	int inside;
	bool closed;
	uint32_t order;
	uint64_t tones;
	uint64_t lost;
	uint64_t sequence;
	uint32_t last[STRESS_THREADS]; /* tone of each sender */
	/* the senders' */
	_Atomic uint64_t sent;
	_Atomic uint64_t refused;
};

struct thread {
	struct fault fault;
	uint32_t number;
	uint64_t rnd;
	struct rec *recs;
	size_t nrecs;
	size_t recs_max;
	struct cut *cuts;
	size_t ncuts;
	size_t cuts_max;
	struct end *ends;
	size_t nends;
	size_t ends_max;
};

/* All of it: the threads and what they share. */
struct stress {
	ivrq_engine *engine;
	struct thread threads[STRESS_THREADS];
	struct leg *legs;
	size_t nlegs_max;
	atomic_size_t nlegs;
	_Atomic(struct leg *) lines[STRESS_LINES];
	_Atomic uint64_t clock;
	_Atomic uint64_t now_ns[STRESS_WORKERS];
	_Atomic uint64_t to_complete[MAIL];
	_Atomic uint64_t to_stop[MAIL];
	sem_t wake[STRESS_WORKERS];
	atomic_bool done;
};
extern struct stress it;
extern _Thread_local struct thread *self;

#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition) && !self->fault.expr)                         \
			self->fault = (struct fault){__LINE__, #condition};    \
	} while (0)

/* Random, and time (stress_clients.c). */
uint32_t stress_below(uint32_t n);
uint64_t stress_stamp(void);

/* What a client does to a call; a callback may, too. */
void stress_submit(struct leg *leg);
void stress_cancel(struct leg *leg);
void stress_hang_up(struct leg *leg);
void stress_tone(struct leg *leg, uint32_t count);
void stress_payload(const struct rec *rec, const ivrq_operation *operation);

/* What start() answers when it refuses. */
static inline enum ivrq_reason stress_refusal(enum ivrq_kind kind)
{
	return kind == IVRQ_PLAY_PROMPT ? IVRQ_REASON_PROMPT_FORMAT
					: IVRQ_REASON_NO_MEDIA;
}

/* What ivrq_op_complete() is told. */
static inline enum ivrq_reason stress_ending(ivrq_op op, enum ivrq_kind kind)
{
	if (op.value & 1)
		return IVRQ_REASON_OTHER;
	return kind == IVRQ_PLAY_PROMPT ? IVRQ_REASON_SUCCESS
					: IVRQ_REASON_MAX_DURATION;
}

/* Room for the notes of all threads, or false. */
bool stress_notes_take(struct thread *threads, size_t submits, uint64_t seed);
void stress_notes_free(struct thread *threads);

/* What the audit found first, or line 0. */
struct fault stress_audit(struct thread *threads, struct leg *legs,
			  size_t nlegs);

#endif
