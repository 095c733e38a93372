/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_STRESS_LONG_H
#define IVRQ_TESTS_STRESS_LONG_H
/*
 * stress_long.h - what the threads of stress_long share: the calls and their
 * operations (stress_long_calls.c), the threads and the audit (stress_long.c).
 *
 * All of it is of a fixed size, however long it runs. What has to be the same
 * on two sides, operation for operation, is kept as two sums of a hash, which
 * a thread adds to alone and which are compared when all were joined.
 */
#include <semaphore.h>
#include <stdatomic.h>
#include <ivrq.h>

enum {
	LONG_SUBMITTERS = 4,
	LONG_CANCELLERS = 2,
	LONG_COMPLETERS = 2,
	LONG_TONERS = 2,
	LONG_RUNNERS = 3,
	LONG_THREADS = LONG_SUBMITTERS + LONG_CANCELLERS + LONG_COMPLETERS +
		       LONG_TONERS + LONG_RUNNERS,
	LONG_WORKERS = 2,
	LONG_LINES = 72, /* calls at one time; ready ones have two levels */
	LONG_RECS = 256, /* operations of one thread at one time */
	LONG_SCOPES = IVRQ_SCOPE_TAG + 1,
	LONG_CAUSES = IVRQ_CAUSE_STOP + 1,
	LONG_MAIL = 128
};

/* One operation, from its submit to its result. Its thread uses it again. */
struct rec {
	_Atomic bool used;
	struct line *line;
	uint64_t call;
	uint64_t serial;
	uint64_t tag;
	uint64_t deadline_ns;
	enum ivrq_kind kind;
	uint32_t thread;
	bool barge;
	char text[20];
	/* written by callbacks */
	uint64_t op;
	bool started;
	bool refused;
	bool stopped;
	bool told;
};

/* A place for a call. It is opened again after it has closed. */
struct line {
	_Atomic uint64_t call;	 /* 0 none, LINE_OPENING */
	_Atomic uint64_t latest; /* an operation, for a cancel */
	uint32_t worker;	 /* the same for each of its calls */
	/* of its callbacks, plain: they come one at a time */
	uint32_t inside;
	bool closed;
	uint64_t sequence;
	uint64_t serial[LONG_THREADS]; /* of the last one that started */
};
#define LINE_OPENING UINT64_C(1)

/* Compared with the other side when all threads were joined. */
struct sums {
	uint64_t accepted;   /* operations: submits that answered 0 */
	uint64_t resulted;   /* and results */
	uint64_t begun;	     /* operations: start() answered 0 */
	uint64_t ended;	     /* and complete() answered 0, or stop() came */
	uint64_t cut_flight; /* cancels, by what their receipts say */
	uint64_t cut_pending;
	uint64_t hit_flight; /* and by the results with their id */
	uint64_t hit_pending;
	uint64_t tones_given; /* calls: tones that answered 0 */
	uint64_t tones_heard; /* and that the listener heard */
};

struct counts {
	uint64_t accepted;
	uint64_t full;	/* submits that found no room */
	uint64_t stale; /* submits to a call that had closed */
	uint64_t completed;
	uint64_t failed;
	uint64_t deadline; /* of these */
	uint64_t canceled[LONG_CAUSES];
	uint64_t cancels[LONG_SCOPES];
	uint64_t receipts; /* in_flight + pending of all cancels and closes */
	uint64_t fences;
	uint64_t pauses;
	uint64_t opens;
	uint64_t closes;
	uint64_t runs;
	uint64_t tones_given;
	uint64_t tones_heard;
	uint64_t tones_lost;
};

struct thread {
	uint32_t number;
	uint64_t rnd;
	uint64_t serial;
	uint32_t next_rec;
	struct rec recs[LONG_RECS];
	struct sums sums;
	struct counts counts;
	int fault_line;
	const char *fault;
	const char *fault_file;
};

enum { MAIL_PLAY, MAIL_RECORD, MAIL_STOP, MAILS };

struct stress {
	ivrq_engine *engine;
	struct thread threads[LONG_THREADS];
	struct line lines[LONG_LINES];
	atomic_bool turn[LONG_WORKERS]; /* a thread runs it */
	_Atomic uint64_t now_ns[LONG_WORKERS];
	atomic_bool woken; /* of the worker that is not polled */
	uint64_t due_ns;   /* the same; whoever has its turn */
	_Atomic uint64_t mail[MAILS][LONG_MAIL];
	atomic_bool done;
	sem_t news; /* a thread found a fault */
};
extern struct stress it;
extern _Thread_local struct thread *self;
extern _Thread_local bool in_run;

void stress_fault(const char *file, int line, const char *expr);
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			stress_fault(__FILE__, __LINE__, #condition);          \
	} while (0)

/* What a client does to a call, a callback too. */
void stress_submit(struct line *line);
void stress_cancel(struct line *line);
void stress_close(struct line *line);
void stress_pause(struct line *line);
void stress_look(struct line *line);
void stress_tone(struct line *line);
void stress_subscribe(struct line *line);

/* What a driver's thread does with what start() and stop() left for it. */
bool stress_collect(uint32_t from);

#endif
