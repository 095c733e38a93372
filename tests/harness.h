/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_HARNESS_H
#define IVRQ_TESTS_HARNESS_H
/*
 * harness.h - an embedder that writes everything down. It uses the installed
 * headers only.
 *
 * A rig is an engine with counted memory and counted wake-ups. A phone is a
 * call whose driver and listener note each callback as an event. A test acts,
 * runs the worker, and compares the story of the phone: one word for each
 * event, like "start:A started:A stop:A canceled:A idle".
 *
 * Events are kept for each phone without any lock, on purpose: the callbacks
 * of one call come one at a time, and a thread checker would see it if not.
 * Whoever reads them has run the worker itself or has joined who did.
 */
#include <pthread.h>
#include <stdatomic.h>

#include <ivrq.h>

#include "ct.h"

enum what {
	START = 1 << 0,
	STOP = 1 << 1,
	PAUSE = 1 << 2,
	RESUME = 1 << 3,
	STARTED = 1 << 4,
	RESULT = 1 << 5,
	TONE = 1 << 6,
	IDLE = 1 << 7,
	HIGH = 1 << 8,
	LOW = 1 << 9,
	CLOSED = 1 << 10,
	DRIVER = START | STOP | PAUSE | RESUME,
	ALL = (1 << 11) - 1
};

struct event {
	enum what what;
	enum ivrq_kind kind; /* of the operation */
	ivrq_call call;
	ivrq_op op;
	char label[16]; /* its client context, cut short */
	void *user;	/* its options.user */
	pthread_t thread;
	bool inside;	    /* while this thread ran a worker */
	ivrq_result result; /* its operation is NULL */
	ivrq_tone_event tone;
	uint32_t depth;		/* of HIGH and LOW */
	enum ivrq_cause reason; /* of CLOSED */
};

/* All that an operation carries, kept beyond its callback. */
struct copy {
	ivrq_operation operation;
	const void *client_context_at;
	const void *prompts_at;
	const void *prompt_at[IVRQ_PROMPTS_MAX];
	char client_context[4 * IVRQ_CLIENT_CONTEXT_MAX + 1];
	char location[256];
	char prompts[IVRQ_PROMPTS_MAX][64];
};

#define RIG_WORKERS 4
#define RIG_PHONES  16
#define RIG_BLOCKS  64

struct block {
	void *memory;
	size_t bytes;
};

struct rig {
	ivrq_config config;
	ivrq_engine *engine;
	uint64_t now;
	struct phone *phones[RIG_PHONES];
	size_t nphones;
	/* memory */
	struct block blocks[RIG_BLOCKS];
	size_t nblocks;
	size_t bytes;		 /* in use */
	size_t allocations;	 /* ever */
	size_t fail_at;		 /* this one fails, and all later: 1 first */
	const char *memory_slip; /* what went wrong with memory */
	/* wake-ups, and a gate that opens at each */
	_Atomic uint64_t wakes[RIG_WORKERS];
	struct ct_gate gates[RIG_WORKERS];
	void (*on_wake)(struct rig *rig, uint32_t worker);
};

struct phone {
	struct rig *rig;
	ivrq_call call;
	ivrq_call_config config;
	ivrq_driver driver;
	ivrq_listener listener;
	/* what its driver does */
	int start_answer;
	bool finish_in_start; /* it completes inside start() */
	ivrq_outcome finish;
	int stop_answer;
	ivrq_outcome stop_outcome;
	/* called in each callback, after it was noted */
	void (*hook)(struct phone *phone, const struct event *event);
	struct ct_slip slip;
	/* what it noted */
	struct event *events;
	size_t nevents;
	size_t room;
	struct copy *copy; /* of the last START and RESULT, if set */
};

/* Small defaults, hooks included; then an engine from it. */
void rig_config(struct rig *rig);
int rig_try(struct rig *rig);
void rig_up(struct rig *rig);

/* Close what is open, run, destroy, and see that all memory came back. */
void rig_down(struct rig *rig);

/* rig_config(), rig_up() and a phone: most tests begin so. */
void rig_call(struct rig *rig, struct phone *phone);

/* Run worker 0, again for as long as it asks for it. Results delivered. */
int rig_run(struct rig *rig);
int rig_run_worker(struct rig *rig, uint32_t worker);

/* ivrq_worker_run() once, noted as inside. For threads; no ck_assert. */
int rig_turn(struct rig *rig, uint32_t worker, uint64_t now_ns);

/* The counters, after they were seen to balance. */
ivrq_stats rig_stats(const struct rig *rig);

/* A thread that runs one worker whenever that is woken. */
struct runner {
	struct rig *rig;
	uint32_t worker;
	_Atomic bool stop;
	struct ct_slip slip;
	pthread_t thread;
};

void runner_start(struct runner *runner, struct rig *rig, uint32_t worker);
void runner_stop(struct runner *runner);

/* A call that plays until it is told otherwise. */
void phone_init(struct phone *phone, struct rig *rig);
int phone_try(struct phone *phone);
void phone_open(struct phone *phone);

/* Submit one operation; the label is its client context. */
int phone_submit(struct phone *phone, enum ivrq_kind kind, const char *label,
		 const ivrq_options *options, ivrq_submission *submission);
ivrq_op phone_play(struct phone *phone, const char *label);
ivrq_op phone_record(struct phone *phone, const char *label);
ivrq_op phone_barge(struct phone *phone, const char *label);
ivrq_op phone_tagged(struct phone *phone, const char *label, uint64_t tag);
ivrq_op phone_until(struct phone *phone, const char *label,
		    uint64_t deadline_ns);

/* Cancel, and see that the answer is 0. */
ivrq_receipt phone_cancel(struct phone *phone, enum ivrq_scope scope);
ivrq_receipt phone_cancel_op(struct phone *phone, ivrq_op op);
ivrq_receipt phone_cancel_kind(struct phone *phone, enum ivrq_kind kind);
ivrq_receipt phone_cancel_tag(struct phone *phone, uint64_t tag);
ivrq_receipt phone_close(struct phone *phone);

/* End what is in flight. The first two answer what the engine answers. */
int phone_finish(struct phone *phone, ivrq_op op);
int phone_end(struct phone *phone, ivrq_op op, enum ivrq_reason reason,
	      uint32_t media_ms);
int phone_stopped(struct phone *phone, ivrq_op op);

void phone_listen(struct phone *phone, ivrq_subscription *subscription);
ivrq_snapshot phone_snapshot(const struct phone *phone);

/* The events of these kinds in words, in one of a few static buffers. */
const char *phone_story(const struct phone *phone, int kinds);
void phone_forget(struct phone *phone);
size_t phone_count(const struct phone *phone, int kinds);
size_t phone_count_op(const struct phone *phone, int kinds, ivrq_op op);

/* The first event of a kind and an operation, or NULL. */
const struct event *phone_event(const struct phone *phone, int kinds,
				ivrq_op op);

/* The result of an operation that has exactly one. */
const ivrq_result *phone_result(const struct phone *phone, ivrq_op op);

/* Results that carry this cancel. */
size_t phone_hit(const struct phone *phone, ivrq_cancel id);

#define ck_assert_story(phone, kinds, words)                                   \
	ck_assert_str_eq(phone_story((phone), (kinds)), (words))

static inline void ck_assert_receipt(ivrq_receipt receipt, uint32_t in_flight,
				     uint32_t pending)
{
	ck_assert_uint_eq(receipt.in_flight, in_flight);
	ck_assert_uint_eq(receipt.pending, pending);
}

/* Everything that can be seen of an engine and a call, to compare. */
struct still {
	ivrq_stats stats;
	ivrq_snapshot snapshot;
	size_t events;
	size_t bytes;
};

struct still still_take(const struct phone *phone);
bool still_same(const struct still *before, const struct phone *phone);

#endif
