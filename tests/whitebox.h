/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_WHITEBOX_H
#define IVRQ_TESTS_WHITEBOX_H
/*
 * whitebox.h - what the tests of the core's modules share: a queue without an
 * engine, and an engine with one call that writes down what it is told.
 *
 * All of it is used from the test's own thread.
 */
#include <stdarg.h>

#include "core/select.h"
#include "core/state.h"
#include "core/turn.h"
#include "ct.h"

/* ------------------------------------------------ a queue without an engine */

enum { WB_SLOTS = 16, WB_CELLS = 32 };

struct wb_ring {
	struct ivrq__queue queue;
	ivrq__a64 slot[WB_SLOTS];
	struct ivrq__cell cell[WB_CELLS];
	ivrq__a64 life;
	struct ivrq__ring ring;
};

/* A test of WB_BOTH runs twice: at the first positions, and over the wrap. */
#define WB_BOTH(tcase, test) tcase_add_loop_test((tcase), test, 0, 2)
static inline uint64_t wb_start(int i)
{
	return i ? IVRQ__POS_MASK : IVRQ_POS_START;
}

/* Open and empty, its first position is `head`. */
static inline const struct ivrq__ring *
wb_ring_open(struct wb_ring *r, uint32_t capacity, uint64_t head)
{
	uint32_t i;

	memset(r, 0, sizeof(*r));
	atomic_init(&r->life, 2);
	r->ring.queue = &r->queue;
	r->ring.slot = r->slot;
	r->ring.cell = r->cell;
	r->ring.life = &r->life;
	r->ring.alive = 2;
	r->ring.life_mask = ~UINT64_C(1);
	r->ring.capacity = capacity;
	ivrq__queue_init(&r->ring);
	atomic_init(&r->queue.word, head << IVRQ__HEAD_SHIFT);
	atomic_init(&r->queue.hit, ivrq__pos(head, IVRQ__POS_MASK));
	atomic_init(&r->queue.done, head);
	for (i = 0; i < capacity; i++)
		atomic_init(ivrq__slot_at(&r->ring, ivrq__pos(head, i)),
			    ivrq__free_for(ivrq__pos(head, i)));
	return &r->ring;
}

static inline uint64_t wb_put(const struct ivrq__ring *ring, uint32_t ref,
			      bool barge)
{
	struct ivrq__placed placed;

	ck_assert_int_eq(ivrq__queue_submit(ring, ref, barge, &placed), 0);
	return placed.position;
}

/* Submit references first .. first + count - 1; the position of the first. */
static inline uint64_t wb_fill(const struct ivrq__ring *ring, uint32_t first,
			       uint32_t count)
{
	uint64_t position = wb_put(ring, first, false);

	while (--count)
		wb_put(ring, ++first, false);
	return position;
}

static inline struct ivrq__receipt wb_cut(const struct ivrq__ring *ring,
					  enum ivrq__range range)
{
	struct ivrq__receipt receipt;

	ck_assert_int_eq(ivrq__queue_cut(ring, range, &receipt), 0);
	return receipt;
}

static inline struct ivrq__step wb_look(const struct ivrq__ring *ring)
{
	struct ivrq__step step = { .killed = false };

	memset(&step, 0, sizeof(step));
	ivrq__turn_look(ring, &step);
	return step;
}

/* Start the ring's first; its position. */
static inline uint64_t wb_fly(const struct ivrq__ring *ring)
{
	struct ivrq__step step = wb_look(ring);

	ck_assert_int_eq(step.todo, IVRQ__START);
	ck_assert(ivrq__turn_start(ring, &step));
	return step.position;
}

/* Deliver what leaves next, as the worker does. */
static inline struct ivrq__step wb_leave(const struct ivrq__ring *ring)
{
	struct ivrq__step step = wb_look(ring);

	ivrq__turn_pop(ring, &step);
	ivrq__turn_land(ring, &step);
	ck_assert(ivrq__cell_release(&ring->cell[step.ref]));
	return step;
}

/* ------------------------------------------------ an engine that is watched */

enum { WB_RESULTS = 16 };

/*
 * Operations are known by a number, their `user`. The log has a word for each
 * callback:  +1 start  !1 started  -1 stop  p1 r1 pause, resume
 *            =1c completed, =1f failed, =1x canceled
 *            t5 tone  idle  high3 low1  hangup stop: closed
 */
struct wb {
	ivrq_config config;
	ivrq_call_config call_config;
	ivrq_engine *engine;
	ivrq_call call;
	char log[512];
	ivrq_result result[WB_RESULTS]; /* the first of them */
	ivrq_operation operation[WB_RESULTS];
	uint32_t results;
	ivrq_tone_event event[WB_RESULTS];
	uint32_t events;
	ivrq_op op; /* the last that started */
	uint32_t wakes;
	int start_answers;
	int stop_answers;
	/* Called in start, result and tone, with the last word of the log. */
	void (*inside)(struct wb *wb, const char *word);
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static inline void
wb_write(struct wb *wb, const char *format, ...)
{
	size_t used = strlen(wb->log);
	const char *space = used ? " " : "";
	char word[16];
	va_list list;

	va_start(list, format);
	vsnprintf(word, sizeof(word), format, list);
	va_end(list);
	snprintf(wb->log + used, sizeof(wb->log) - used, "%s%s", space, word);
	if (wb->inside)
		wb->inside(wb, word);
}

static inline unsigned wb_number(const ivrq_operation *operation)
{
	return (unsigned)(uintptr_t)operation->user;
}

static inline int wb_on_start(void *user, const ivrq_operation *operation)
{
	struct wb *wb = user;

	wb->op = operation->op;
	wb_write(wb, "+%u", wb_number(operation));
	return wb->start_answers;
}

static inline int wb_on_stop(void *user, const ivrq_operation *operation,
			     ivrq_outcome *outcome)
{
	struct wb *wb = user;

	outcome->media_ms = 77;
	wb_write(wb, "-%u", wb_number(operation));
	return wb->stop_answers;
}

static inline void wb_on_pause(void *user, const ivrq_operation *operation)
{
	wb_write(user, "p%u", wb_number(operation));
}

static inline void wb_on_resume(void *user, const ivrq_operation *operation)
{
	wb_write(user, "r%u", wb_number(operation));
}

static inline void wb_on_started(void *user, const ivrq_operation *operation)
{
	wb_write(user, "!%u", wb_number(operation));
}

static inline void wb_on_result(void *user, const ivrq_result *result)
{
	struct wb *wb = user;

	if (wb->results < WB_RESULTS) {
		wb->result[wb->results] = *result;
		wb->operation[wb->results] = *result->operation;
	}
	wb->results++;
	wb_write(wb, "=%u%c", wb_number(result->operation),
		 "?cfx"[result->status]);
}

static inline void wb_on_tone(void *user, const ivrq_tone_event *event)
{
	struct wb *wb = user;

	if (wb->events < WB_RESULTS)
		wb->event[wb->events] = *event;
	wb->events++;
	wb_write(wb, "t%c", event->tone);
}

static inline void wb_on_idle(void *user, ivrq_call call)
{
	(void)call;
	wb_write(user, "idle");
}

static inline void wb_on_high(void *user, ivrq_call call, uint32_t depth)
{
	(void)call;
	wb_write(user, "high%u", (unsigned)depth);
}

static inline void wb_on_low(void *user, ivrq_call call, uint32_t depth)
{
	(void)call;
	wb_write(user, "low%u", (unsigned)depth);
}

static inline void wb_on_closed(void *user, ivrq_call call,
				enum ivrq_cause reason)
{
	(void)call;
	wb_write(user, reason == IVRQ_CAUSE_STOP ? "stop" : "hangup");
}

static inline void wb_on_wake(void *user, uint32_t worker)
{
	struct wb *wb = user;

	(void)worker;
	wb->wakes++;
}

static const ivrq_driver wb_driver = {
	wb_on_start,
	wb_on_stop,
	wb_on_pause,
	wb_on_resume,
};
static const ivrq_listener wb_listener = {
	wb_on_started, wb_on_result, wb_on_tone,   wb_on_idle,
	wb_on_high,    wb_on_low,    wb_on_closed,
};

/* A small configuration, for the test to change before wb_begin(). */
static inline void wb_init(struct wb *wb)
{
	memset(wb, 0, sizeof(*wb));
	ivrq_config_init(&wb->config);
	wb->config.calls = 2;
	wb->config.ring = 4;
	wb->config.operations = 8;
	wb->config.wake = wb_on_wake;
	wb->config.user = wb;
	ivrq_call_config_init(&wb->call_config);
	wb->call_config.driver = &wb_driver;
	wb->call_config.driver_user = wb;
	wb->call_config.listener = &wb_listener;
	wb->call_config.user = wb;
}

static inline void wb_begin(struct wb *wb)
{
	ck_assert_int_eq(ivrq_engine_create(&wb->config, &wb->engine, NULL), 0);
	ck_assert_int_eq(
		ivrq_call_open(wb->engine, &wb->call_config, &wb->call, NULL),
		0);
}

static inline void wb_start_up(struct wb *wb)
{
	wb_init(wb);
	wb_begin(wb);
}

/* Close what is open and give the memory back. */
static inline void wb_end(struct wb *wb)
{
	int open = ivrq_engine_stop(wb->engine, 0);
	uint32_t i;

	wb->inside = NULL;
	wb->stop_answers = IVRQ_STOPPED;
	for (i = 0; open && i < wb->config.workers; i++)
		ck_assert_int_ge(ivrq_worker_run(wb->engine, i, UINT64_MAX), 0);
	ck_assert_int_eq(ivrq_engine_destroy(wb->engine), 0);
}

static inline int wb_run(struct wb *wb, uint64_t now_ns)
{
	return ivrq_worker_run(wb->engine, 0, now_ns);
}

/* Submit a playPrompt; its answer. */
static inline int wb_try(struct wb *wb, unsigned number,
			 const ivrq_options *options,
			 ivrq_submission *submission)
{
	static const char *const prompts[] = { "a" };
	ivrq_play_prompt_request request;

	ivrq_play_prompt_request_init(&request);
	if (options)
		request.options = *options;
	request.prompts = prompts;
	request.prompt_count = 1;
	request.options.user = (void *)(uintptr_t)number;
	return ivrq_play_prompt(wb->engine, wb->call, &request, submission,
				NULL);
}

static inline ivrq_op wb_play(struct wb *wb, unsigned number)
{
	ivrq_submission submission;

	ck_assert_int_eq(wb_try(wb, number, NULL, &submission), 0);
	return submission.op;
}

static inline ivrq_op wb_record(struct wb *wb, unsigned number, uint64_t tag)
{
	ivrq_record_response_request request;
	ivrq_submission submission;

	ivrq_record_response_request_init(&request);
	request.options.user = (void *)(uintptr_t)number;
	request.options.tag = tag;
	ck_assert_int_eq(ivrq_record_response(wb->engine, wb->call, &request,
					      &submission, NULL),
			 0);
	return submission.op;
}

static inline int wb_complete(struct wb *wb)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };

	return ivrq_op_complete(wb->engine, wb->op, &outcome);
}

static inline void wb_cancel(struct wb *wb, enum ivrq_scope scope,
			     ivrq_receipt *receipt)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	ck_assert_int_eq(ivrq_cancel_media_processing(wb->engine, wb->call,
						      &request, receipt, NULL),
			 0);
}

/* The log, which then begins anew. */
#define WB_LOG(wb, expected)                                                   \
	do {                                                                   \
		ck_assert_str_eq((wb)->log, (expected));                       \
		(wb)->log[0] = 0;                                              \
	} while (0)

static inline int wb_main(Suite *suite, TCase *tcase)
{
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}

#endif
