/* SPDX-License-Identifier: MIT */
/*
 * model_steps.c - one step after the other on the engine and on the reference;
 * see model_steps.h.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "model_steps.h"

enum {
	WORKERS = 2,
	NESTED = 6, /* steps inside the callbacks of one run */
	RUNS = 64,  /* that a worker asks for again, at most */
	OLD = 16,
	TRACE = 48,
	TOO_BIG = 300,
	INLINE = 256
};

static struct {
	struct model m;
	ivrq_engine *engine;
	uint64_t serial;
	uint64_t now_ns;
	bool woken[WORKERS];
	bool nests;
	uint32_t nested; /* steps that are left for this run */
	ivrq_op old[OLD];
	ivrq_subscription subscriptions[OLD];
	char trace[TRACE][100];
	uint32_t ntrace;
} it;

static uint32_t below(uint32_t n)
{
	return steps_below(n);
}

/* The last of these are shown with a failure. */
static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(it.trace[it.ntrace++ % TRACE], sizeof(it.trace[0]), format,
		  args);
	va_end(args);
}

void steps_show(void)
{
	uint32_t i = it.ntrace > TRACE ? it.ntrace - TRACE : 0;

	for (; i < it.ntrace; i++)
		printf("  %s\n", it.trace[i % TRACE]);
	fflush(stdout);
}

static unsigned number(const struct model_call *c)
{
	return (unsigned)(c - it.m.calls);
}

/* ---------------------------------------------- what an operation carries */

static void text(char *buffer, char what, uint64_t serial, uint32_t i)
{
	snprintf(buffer, 24, "%c%" PRIu64 "-%u", what, serial, i);
}

static const char *tones_of(uint64_t serial)
{
	static const char *const sets[] = { NULL, "", "#", "0123456789*#abcd",
					    "5*d" };

	return sets[serial % 5];
}

static uint16_t tone_bits_of(uint64_t serial)
{
	static const uint16_t bits[] = { 0, 0, 1 << 11, 0xffff,
					 1 << 5 | 1 << 10 | 1 << 15 };

	return bits[serial % 5];
}

static void payload(const struct model_call *c, const struct model_op *op,
		    const ivrq_operation *got)
{
	struct model *m = &it.m;
	bool record = op->kind == IVRQ_RECORD_RESPONSE;
	uint64_t s = op->serial;
	char expected[24];
	uint32_t i;

	EXPECT(m, got->op.value == op->op.value);
	EXPECT(m, got->call.value == c->handle.value);
	EXPECT(m, got->kind == op->kind && got->tag == op->tag);
	EXPECT(m, got->deadline_ns == op->deadline_ns);
	EXPECT(m, got->barge_in_allowed == op->barge);
	EXPECT(m, got->prompt_count == op->prompt_count);
	for (i = 0; i < op->prompt_count; i++) {
		text(expected, 'p', s, i);
		EXPECT(m, !strcmp(got->prompts[i], expected));
	}
	text(expected, 'c', s, 0);
	EXPECT(m, s % 4 ? got->client_context &&
				  !strcmp(got->client_context, expected) :
			  !got->client_context);
	text(expected, 'l', s, 0);
	EXPECT(m, record && s % 3 ?
			  got->location && !strcmp(got->location, expected) :
			  !got->location);
	EXPECT(m, record || got->loop == s % 2);
	if (!record)
		return;
	EXPECT(m, got->initial_silence_timeout_seconds == 1 + s % 120);
	EXPECT(m, got->max_silence_timeout_seconds == 1 + (s + 7) % 120);
	EXPECT(m, got->max_record_duration_seconds == 1 + (s + 9) % 120);
	EXPECT(m, got->play_beep == s % 2);
	EXPECT(m, got->stop_tones == tone_bits_of(s));
}

struct texts {
	char prompt[4][24];
	const char *prompts[4];
	char context[TOO_BIG + 1];
	char location[24];
};

static void texts_fill(struct texts *texts, const struct model_op *op)
{
	uint32_t i;

	for (i = 0; i < 4; i++) {
		text(texts->prompt[i], 'p', op->serial, i);
		texts->prompts[i] = texts->prompt[i];
	}
	text(texts->location, 'l', op->serial, 0);
	text(texts->context, 'c', op->serial, 0);
	if (op->too_big) {
		/* 256 characters are allowed, and they may be long ones. */
		memset(texts->context, 0, sizeof(texts->context));
		for (i = 0; i < TOO_BIG; i += 2)
			memcpy(texts->context + i, "\xc3\xa4", 2);
	}
}

static int submit_op(const struct model_call *c, const struct model_op *op,
		     ivrq_submission *got)
{
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;
	struct texts texts;
	ivrq_options options = { .tag = op->tag,
				 .deadline_ns = op->deadline_ns,
				 .user = (void *)(uintptr_t)op->serial,
				 .barge_in_allowed = op->barge };
	uint64_t s = op->serial;

	texts_fill(&texts, op);
	options.client_context = s % 4 || op->too_big ? texts.context : NULL;
	if (op->kind == IVRQ_PLAY_PROMPT) {
		ivrq_play_prompt_request_init(&play);
		play.prompts = texts.prompts;
		play.prompt_count = op->prompt_count;
		play.loop = s % 2;
		play.options = options;
		return ivrq_play_prompt(it.engine, c->handle, &play, got, NULL);
	}
	ivrq_record_response_request_init(&record);
	record.prompts = texts.prompts;
	record.prompt_count = op->prompt_count;
	record.initial_silence_timeout_seconds = 1 + s % 120;
	record.max_silence_timeout_seconds = 1 + (s + 7) % 120;
	record.max_record_duration_seconds = 1 + (s + 9) % 120;
	record.play_beep = s % 2;
	record.stop_tones = tones_of(s);
	record.location = s % 3 ? texts.location : NULL;
	record.options = options;
	return ivrq_record_response(it.engine, c->handle, &record, got, NULL);
}

/* One that goes with the kind. */
static enum ivrq_reason random_reason(enum ivrq_kind kind,
				      enum ivrq_status status)
{
	uint32_t first = below(IVRQ_REASON_OTHER);
	enum ivrq_reason reason;
	ivrq_wire wire;

	do {
		reason = IVRQ_REASON_SUCCESS + first++ % IVRQ_REASON_OTHER;
	} while (ivrq_result_to_wire(kind, status, reason, &wire));
	return reason;
}

static ivrq_outcome random_outcome(enum ivrq_kind kind, bool stop)
{
	enum ivrq_status status = below(2) ? IVRQ_COMPLETED : IVRQ_FAILED;
	ivrq_outcome outcome = { .reason = random_reason(kind, status) };

	if (outcome.reason == IVRQ_REASON_STOP_TONE && !stop)
		outcome.tone = "0123456789*#abcd"[below(16)];
	outcome.media_ms = below(10) ? below(1000000) : UINT32_MAX;
	outcome.kept = below(2);
	return outcome;
}

/* ------------------------------------------------------------------- steps */

/* Mostly one of the latest calls. */
static struct model_call *any_call(void)
{
	uint32_t n = it.m.ncalls, back = below(below(4) ? 4 : 12);

	return &it.m.calls[back < n ? n - 1 - back : below(n)];
}

/* Mostly one of the call, and in the state that is asked for. */
static ivrq_op any_op(const struct model_call *c, enum model_state state)
{
	uint32_t i;

	if (!c->nops || !below(12))
		return it.old[below(OLD)];
	for (i = 0; i < c->nops && below(8); i++)
		if (c->ops[i].state == state)
			return c->ops[i].op;
	return c->ops[below(c->nops)].op;
}

static void do_submit(struct model_call *c)
{
	struct model_op op = { .serial = ++it.serial };
	ivrq_submission got = { .ahead = 0 };
	int answer;

	op.kind = below(2) ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	op.prompt_count = op.kind == IVRQ_PLAY_PROMPT ? 1 + below(4) : below(2);
	op.tag = below(3);
	op.barge = !below(10);
	op.too_big = !below(40);
	if (!below(4)) /* odd: never the very time of a run */
		op.deadline_ns = it.now_ns + 1 + 2 * below(100);
	if (op.barge && model_is_vague(&it.m, c))
		return;
	answer = submit_op(c, &op, &got);
	note("submit %" PRIu64 " to %u: kind %d tag %d%s deadline %" PRIu64
	     " -> %d ahead %u",
	     op.serial, number(c), op.kind, (int)op.tag,
	     op.barge ? " barge" : "", op.deadline_ns, answer, got.ahead);
	model_submit(&it.m, c, &op, answer, &got);
	if (!answer && !below(4))
		it.old[below(OLD)] = got.op;
}

static void do_cancel(struct model_call *c)
{
	ivrq_cancel_request request;
	ivrq_receipt receipt = { .in_flight = 0 };
	int answer;

	if (model_is_vague(&it.m, c))
		return;
	ivrq_cancel_request_init(&request);
	request.scope = (enum ivrq_scope)below(6);
	request.op = any_op(c, MODEL_WAIT);
	if (request.scope == IVRQ_SCOPE_OP && !request.op.value)
		return;
	request.kind = below(2) ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	request.tag = below(3);
	request.client_context = below(2) ? "cancel" : NULL;
	answer = ivrq_cancel_media_processing(it.engine, c->handle, &request,
					      &receipt, NULL);
	note("cancel in %u: scope %d -> %d, %u + %u", number(c), request.scope,
	     answer, receipt.in_flight, receipt.pending);
	model_cancel(&it.m, c, &request, answer, &receipt);
}

static void do_close(struct model_call *c)
{
	enum ivrq_cause reason =
		below(2) ? IVRQ_CAUSE_HANG_UP : IVRQ_CAUSE_STOP;
	ivrq_receipt receipt = { .in_flight = 0 };
	int answer;

	if (model_is_vague(&it.m, c) || below(2))
		return;
	answer = ivrq_call_close(it.engine, c->handle, reason, &receipt);
	note("close %u -> %d, %u + %u", number(c), answer, receipt.in_flight,
	     receipt.pending);
	model_close(&it.m, c, reason, answer, &receipt);
}

static enum ivrq_kind kind_of(const struct model_call *c, ivrq_op op)
{
	uint32_t i;

	for (i = 0; i < c->nops; i++)
		if (c->ops[i].op.value == op.value)
			return c->ops[i].kind;
	return IVRQ_PLAY_PROMPT;
}

static void do_complete(struct model_call *c, ivrq_op op)
{
	ivrq_outcome outcome = random_outcome(kind_of(c, op), false);
	int answer;

	if (!op.value)
		return;
	answer = ivrq_op_complete(it.engine, op, &outcome);
	note("complete in %u: reason %d -> %d", number(c), outcome.reason,
	     answer);
	model_complete(&it.m, c, op, &outcome, answer);
}

static void do_stopped(struct model_call *c, ivrq_op op)
{
	ivrq_outcome outcome = random_outcome(kind_of(c, op), true);
	int answer;

	if (!op.value)
		return;
	answer = ivrq_op_stopped(it.engine, op, &outcome);
	note("stopped in %u -> %d", number(c), answer);
	model_stopped(&it.m, c, op, &outcome, answer);
}

/* The call that an old operation was of is not known any more. */
static struct model_call *call_of(struct model_call *c, ivrq_op op)
{
	uint32_t i, j;

	for (i = 0; i < it.m.ncalls; i++)
		for (j = 0; j < it.m.calls[i].nops; j++)
			if (it.m.calls[i].ops[j].op.value == op.value)
				return &it.m.calls[i];
	return c;
}

static void do_driver(struct model_call *c)
{
	ivrq_op op;

	switch (below(4)) {
	case 0:
		op = any_op(c, MODEL_STOP);
		do_stopped(call_of(c, op), op);
		break;
	case 1:
		op = any_op(c, MODEL_CUT);
		if (op.value)
			model_is_canceled(&it.m, call_of(c, op), op,
					  ivrq_op_is_canceled(it.engine, op));
		break;
	default:
		op = any_op(c, MODEL_RUN);
		do_complete(call_of(c, op), op);
	}
}

static void do_tone(struct model_call *c)
{
	char tone = "0123456789*#abcd"[below(16)];
	uint32_t duration = below(100);
	int answer = ivrq_tone(it.engine, c->handle, tone, duration);

	note("tone in %u -> %d", number(c), answer);
	model_tone(&it.m, c, tone, duration, answer);
}

static void on_handler(void *user, const ivrq_tone_event *event);

static void do_subscribe(struct model_call *c)
{
	ivrq_subscription handle = { 0 }, *place;
	int answer;

	place = &it.subscriptions[below(OLD)];
	if (below(2)) {
		answer = ivrq_subscribe_to_tone(it.engine, c->handle,
						below(2) ? on_handler : NULL, c,
						&handle);
		note("subscribe in %u -> %d", number(c), answer);
		model_subscribe(&it.m, c, answer, handle);
		if (!answer)
			*place = handle;
	} else if (place->value) {
		answer = ivrq_unsubscribe(it.engine, *place);
		note("unsubscribe -> %d", answer);
		model_unsubscribe(&it.m, *place, answer);
	}
}

static void do_pause(struct model_call *c)
{
	bool pause = !below(3);
	int answer = pause ? ivrq_call_pause(it.engine, c->handle) :
			     ivrq_call_resume(it.engine, c->handle);

	note("%s %u -> %d", pause ? "pause" : "resume", number(c), answer);
	model_pause(&it.m, c, pause, answer);
}

static void do_fence(void)
{
	const struct model_cut *cut = &it.m.cuts[below(it.m.ncuts + 1)];

	if (!cut->receipt.id.value)
		return;
	model_fence(&it.m, cut, ivrq_fence(it.engine, &cut->receipt, 0));
}

static const ivrq_driver driver;
static const ivrq_listener listener;

static void do_open(void)
{
	uint32_t n = it.m.ncalls;
	ivrq_call_config config;
	ivrq_call handle = { 0 };
	int answer;

	if (n == MODEL_CALLS)
		return;
	ivrq_call_config_init(&config);
	config.worker = below(WORKERS);
	config.driver = &driver;
	config.driver_user = &it.m.calls[n];
	config.listener = &listener;
	config.user = &it.m.calls[n];
	answer = ivrq_call_open(it.engine, &config, &handle, NULL);
	note("open %u, worker %u -> %d", n, config.worker, answer);
	model_open(&it.m, config.worker, answer, handle);
}

static void do_look(struct model_call *c)
{
	ivrq_snapshot shot;
	ivrq_stats stats;

	if (it.m.inside)
		return;
	model_snapshot(&it.m, c,
		       ivrq_call_snapshot(it.engine, c->handle, &shot), &shot);
	EXPECT(&it.m, !ivrq_engine_stats(it.engine, &stats));
	model_stats(&it.m, &stats);
	if (it.m.open)
		EXPECT(&it.m, ivrq_engine_destroy(it.engine) == IVRQ_EBUSY);
}

/* All but a run: also in callbacks. */
static void do_any(struct model_call *c)
{
	uint32_t dice = below(100);

	if (dice < 36)
		do_submit(c);
	else if (dice < 50)
		do_cancel(c);
	else if (dice < 66)
		do_driver(c);
	else if (dice < 76)
		do_tone(c);
	else if (dice < 82)
		do_subscribe(c);
	else if (dice < 87)
		do_pause(c);
	else if (dice < 89)
		do_close(c);
	else if (dice < 93)
		do_open();
	else if (dice < 96)
		do_fence();
	else
		do_look(c);
}

/* --------------------------------------------------------------- callbacks */

static void nest(struct model_call *c)
{
	if (!it.nests || !it.nested || below(3))
		return;
	it.nested--;
	note("(in a callback)");
	if (!below(10)) {
		EXPECT(&it.m, ivrq_worker_run(it.engine, c->worker, 0) ==
				      IVRQ_EDEADLK);
		EXPECT(&it.m, ivrq_engine_stop(it.engine, 0) == IVRQ_EDEADLK);
		EXPECT(&it.m, ivrq_engine_destroy(it.engine) == IVRQ_EDEADLK);
	}
	do_any(below(2) ? c : any_call());
}

static uint64_t serial_of(const ivrq_operation *operation)
{
	return (uintptr_t)operation->user;
}

static struct model_op *op_of(struct model_call *c,
			      const ivrq_operation *operation)
{
	struct model_op *op = model_find(c, serial_of(operation));

	if (op)
		payload(c, op, operation);
	return op;
}

static int on_start(void *user, const ivrq_operation *operation)
{
	struct model_call *c = user;
	uint64_t serial = serial_of(operation);
	uint32_t dice = below(10);
	struct model_op *op;
	int answer = 0;

	note("  start %" PRIu64 " in %u", serial, number(c));
	model_start_begin(&it.m, c, op_of(c, operation));
	if (dice < 2)
		do_complete(c, operation->op);
	nest(c);
	op = model_find(c, serial);
	if (dice > 7 && op && op->state != MODEL_DONE)
		answer = (int)random_reason(operation->kind, IVRQ_FAILED);
	model_start_end(&it.m, c, serial, answer);
	return answer;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct model_call *c = user;
	uint64_t serial = serial_of(operation);
	uint32_t dice = below(5);

	note("  stop %" PRIu64 " in %u", serial, number(c));
	model_stop_begin(&it.m, c, op_of(c, operation));
	nest(c);
	*outcome = random_outcome(operation->kind, true);
	if (dice == 0)
		do_stopped(c, operation->op);
	model_stop_end(&it.m, c, serial,
		       dice < 3 ? IVRQ_STOP_PENDING : IVRQ_STOPPED, outcome);
	return dice < 3 ? IVRQ_STOP_PENDING : IVRQ_STOPPED;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	note("  pause %" PRIu64, serial_of(operation));
	model_paused(&it.m, user, op_of(user, operation), true);
	nest(user);
}

static void on_resume(void *user, const ivrq_operation *operation)
{
	note("  resume %" PRIu64, serial_of(operation));
	model_paused(&it.m, user, op_of(user, operation), false);
	nest(user);
}

static void on_started(void *user, const ivrq_operation *operation)
{
	note("  started %" PRIu64, serial_of(operation));
	model_started(&it.m, op_of(user, operation));
	nest(user);
}

static void on_result(void *user, const ivrq_result *result)
{
	struct model_call *c = user;

	note("  result %" PRIu64 " in %u: status %d reason %d",
	     serial_of(result->operation), number(c), result->status,
	     result->reason);
	model_result_begin(&it.m, c, op_of(c, result->operation), result);
	nest(c);
	model_result_end(&it.m);
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	note("  tone %" PRIu64 " lost %u", event->sequence_id, event->lost);
	model_heard(&it.m, user, event);
	nest(user);
}

static void on_handler(void *user, const ivrq_tone_event *event)
{
	on_tone(user, event);
}

static void on_idle(void *user, ivrq_call call)
{
	struct model_call *c = user;

	note("  idle %u", number(c));
	EXPECT(&it.m, call.value == c->handle.value);
	model_idle(&it.m, c);
	nest(c);
}

static void on_high_water(void *user, ivrq_call call, uint32_t depth)
{
	struct model_call *c = user;

	note("  high water %u: %u", number(c), depth);
	EXPECT(&it.m, call.value == c->handle.value);
	model_water(&it.m, c, depth, true);
	nest(c);
}

static void on_low_water(void *user, ivrq_call call, uint32_t depth)
{
	struct model_call *c = user;

	note("  low water %u: %u", number(c), depth);
	EXPECT(&it.m, call.value == c->handle.value);
	model_water(&it.m, c, depth, false);
	nest(c);
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	struct model_call *c = user, *other = any_call();

	note("  closed %u", number(c));
	EXPECT(&it.m, call.value == c->handle.value);
	model_closed_begin(&it.m, c, reason);
	if (other != c && it.nests && !model_is_vague(&it.m, other))
		do_submit(other);
	model_closed_end(&it.m, c);
}

static const ivrq_driver driver = { on_start, on_stop, on_pause, on_resume };
static const ivrq_listener listener = { on_started, on_result,	   on_tone,
					on_idle,    on_high_water, on_low_water,
					on_closed };

static void wake(void *user, uint32_t worker)
{
	(void)user;
	it.woken[worker] = true;
}

/* --------------------------------------------------------------- sequences */

/* Until the worker asks for no more. */
static void do_run(uint32_t worker)
{
	uint64_t next = 0;
	uint32_t runs = 0;
	int answer;

	it.now_ns += 2 * (uint64_t)below(40);
	it.nested = NESTED;
	note("run %u at %" PRIu64, worker, it.now_ns);
	do {
		it.woken[worker] = false;
		model_run_begin(&it.m, worker, it.now_ns);
		answer = ivrq_worker_run(it.engine, worker, it.now_ns);
		model_run_end(&it.m, answer);
	} while (it.woken[worker] && ++runs < RUNS && !it.m.fault.expr);
	EXPECT(&it.m, runs < RUNS);
	EXPECT(&it.m, !ivrq_worker_next_ns(it.engine, worker, &next));
	model_rest(&it.m, worker, next);
}

void steps_begin(uint32_t ring, bool nests)
{
	ivrq_config *config = &it.m.config;

	memset(&it, 0, sizeof(it));
	it.nests = nests;
	ivrq_config_init(config);
	config->calls = below(4) ? 2 + below(3) : 70;
	config->ring = ring;
	config->operations = ring + below(ring * 2);
	config->workers = WORKERS;
	config->inline_bytes = INLINE;
	config->tones = 3 + below(10);
	config->tones_per_call = 2 + below(5);
	config->subscriptions = 2 + below(6);
	config->high_water = below(2) ? 3 : 0;
	config->low_water = config->high_water ? below(3) : 0;
	config->wake = wake;
	EXPECT(&it.m, !ivrq_engine_create(config, &it.engine, NULL));
	do_open();
}

static void stop_everything(void)
{
	struct model_call *c;
	uint32_t i;

	model_stop(&it.m, ivrq_engine_stop(it.engine, 0));
	do_open();
	for (i = 0; i < 4; i++) {
		do_run(0);
		do_run(1);
		for (c = it.m.calls; c < it.m.calls + it.m.ncalls; c++)
			if (c->nops && c->ops[0].state == MODEL_STOP)
				do_stopped(c, c->ops[0].op);
	}
	EXPECT(&it.m, it.m.open == 0 && it.m.used == 0);
	model_stop(&it.m, ivrq_engine_stop(it.engine, 0));
	do_look(any_call());
}

void steps_one(void)
{
	if (!below(5))
		do_run(below(WORKERS));
	else
		do_any(any_call());
}

void steps_end(void)
{
	stop_everything();
	if (!it.m.fault.expr)
		EXPECT(&it.m, !ivrq_engine_destroy(it.engine));
}

const struct model_fault *steps_fault(void)
{
	return it.m.fault.expr ? &it.m.fault : NULL;
}
