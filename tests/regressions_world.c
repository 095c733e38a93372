/* SPDX-License-Identifier: MIT */
/*
 * regressions_world.c - the engine of check_regressions and what can be done
 * to it.
 */
#include "regressions.h"

struct world it;

/* ------------------------------------------------------ driver and listener */

static struct rec *named(const ivrq_operation *operation)
{
	struct rec *rec = operation->user;

	if (!rec->named.value)
		rec->named = operation->op;
	CT_SEE(&it.slip, operation->op.value != 0);
	CT_SEE(&it.slip, operation->op.value == rec->named.value);
	CT_SEE(&it.slip, operation->call.value == rec->call.value);
	return rec;
}

static int on_start(void *user, const ivrq_operation *operation)
{
	(void)user;
	named(operation)->starts++;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct rec *rec = named(operation);

	(void)user;
	(void)outcome;
	rec->stops++;
	rec->stop_pending = it.stop_pends;
	return it.stop_pends ? IVRQ_STOP_PENDING : IVRQ_STOPPED;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	(void)user;
	(void)named(operation);
}

static void on_result(void *user, const ivrq_result *result)
{
	struct rec *rec = named(result->operation);

	(void)user;
	rec->result = *result;
	CT_SEE(&it.slip, it.results < RECS);
	if (it.results < RECS)
		it.order[it.results++] = rec;
	rec->results++;
}

static void on_idle(void *user, ivrq_call call)
{
	(void)user;
	CT_SEE(&it.slip, call.value == it.call.value || it.config.calls > 1);
}

static void on_high(void *user, ivrq_call call, uint32_t depth)
{
	(void)depth;
	on_idle(user, call);
	it.highs++;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	(void)reason;
	on_idle(user, call);
	it.closes++;
}

void on_tone(void *user, const ivrq_tone_event *event)
{
	(void)user;
	(void)event;
	it.tones++;
}

static void on_wake(void *user, uint32_t worker)
{
	(void)user;
	(void)worker;
	it.woken = true;
}

static const ivrq_driver driver = { on_start, on_stop, on_pause, on_pause };
static const ivrq_listener listener = { .result = on_result,
					.idle = on_idle,
					.high_water = on_high,
					.closed = on_closed };

/* ------------------------------------------------------- what can be done */

int try_open(uint32_t worker, ivrq_call *call)
{
	ivrq_call_config config;

	ivrq_call_config_init(&config);
	config.worker = worker;
	config.driver = &driver;
	config.listener = &listener;
	return ivrq_call_open(it.engine, &config, call, NULL);
}

struct rec *new_rec(void)
{
	CT_SEE(&it.slip, it.nrecs < RECS);
	it.recs[it.nrecs % RECS].answer = -1;
	return &it.recs[it.nrecs++ % RECS];
}

__attribute__((noinline)) static void smear_stack(void)
{
	volatile char rubbish[4096];
	size_t i;

	for (i = 0; i < sizeof(rubbish); i++)
		rubbish[i] = 0x5a;
}

int try_play(struct rec *rec, ivrq_call call)
{
	static const char *const prompts[] = { "a" };
	ivrq_play_prompt_request request;

	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.options = it.options;
	request.options.user = rec;
	rec->call = call;
	if (it.smear)
		smear_stack();
	rec->answer =
		ivrq_play_prompt(it.engine, call, &request, &rec->got, NULL);
	return rec->answer;
}

int try_cancel(ivrq_call call, const ivrq_cancel_request *request)
{
	ivrq_receipt receipt;
	int answer = ivrq_cancel_media_processing(it.engine, call, request,
						  &receipt, NULL);

	CT_SEE(&it.slip, it.ncuts < CUTS);
	if (!answer && it.ncuts < CUTS)
		it.cuts[it.ncuts++] = receipt;
	return answer;
}

int complete(const struct rec *rec)
{
	const ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };

	return ivrq_op_complete(it.engine, rec->got.op, &outcome);
}

int stopped(struct rec *rec)
{
	const ivrq_outcome outcome = { .media_ms = 7 };

	rec->stop_pending = false;
	return ivrq_op_stopped(it.engine, rec->got.op, &outcome);
}

int run(uint32_t worker)
{
	return ivrq_worker_run(it.engine, worker, ++it.now_ns);
}

void open_call(uint32_t worker)
{
	ck_assert_int_eq(try_open(worker, &it.call), 0);
}

struct rec *play(void)
{
	struct rec *rec = new_rec();

	ck_assert_int_eq(try_play(rec, it.call), 0);
	return rec;
}

void cancel(enum ivrq_scope scope)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	ck_assert_int_eq(try_cancel(it.call, &request), 0);
}

void cancel_op(const struct rec *rec)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	request.op = rec->got.op;
	ck_assert_int_eq(try_cancel(rec->call, &request), 0);
}

void cancel_tag(uint64_t tag)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_TAG;
	request.tag = tag;
	ck_assert_int_eq(try_cancel(it.call, &request), 0);
}

void drive(void)
{
	uint32_t i, round;

	for (round = 0; it.woken; round++) {
		ck_assert_uint_lt(round, ROUNDS);
		it.woken = false;
		for (i = 0; i < it.config.workers; i++)
			ck_assert_int_ge(run(i), 0);
	}
}

uint32_t results_of(const ivrq_receipt *receipt)
{
	uint32_t i, count = 0;

	for (i = 0; i < it.results; i++)
		count += it.order[i]->result.status == IVRQ_CANCELED &&
			 it.order[i]->result.cancel.value == receipt->id.value;
	return count;
}

/* ---------------------------------------------------------------- the world */

void world_init(void)
{
	memset(&it, 0, sizeof(it));
	ivrq_config_init(&it.config);
	it.config.calls = 2;
	it.config.ring = 8;
	it.config.operations = 16;
	it.config.wake = on_wake;
}

void world_begin(void)
{
	ck_assert_int_eq(ivrq_engine_create(&it.config, &it.engine, NULL), 0);
}

/* Each receipt, and no cancelled one that is in none. */
static void assert_cuts(void)
{
	uint32_t i, promised = 0, canceled = 0;

	for (i = 0; i < it.ncuts; i++) {
		uint32_t total = it.cuts[i].in_flight + it.cuts[i].pending;

		ck_assert_uint_eq(results_of(&it.cuts[i]), total);
		promised += total;
	}
	for (i = 0; i < it.results; i++)
		canceled += it.order[i]->result.cause == IVRQ_CAUSE_CANCEL;
	ck_assert_uint_eq(canceled, promised);
}

static void assert_recs(void)
{
	const struct rec *rec;

	for (rec = it.recs; rec < it.recs + it.nrecs; rec++) {
		ck_assert_uint_eq(rec->results, rec->answer == 0);
		ck_assert_uint_le(rec->starts, 1);
		if (!rec->answer)
			ck_assert_uint_eq(rec->named.value, rec->got.op.value);
	}
}

void world_end(void)
{
	uint32_t i;

	it.stop_pends = false;
	(void)!ivrq_engine_stop(it.engine, 0);
	for (i = 0; i < it.nrecs; i++)
		if (it.recs[i].stop_pending)
			ck_assert_int_eq(stopped(&it.recs[i]), 0);
	it.woken = true;
	drive();
	ck_assert_int_eq(ivrq_engine_stop(it.engine, 0), 0);
	CT_NO_SLIP(&it.slip);
	assert_recs();
	assert_cuts();
	ck_assert_int_eq(ivrq_engine_destroy(it.engine), 0);
}
