/* SPDX-License-Identifier: MIT */
/* stress_long_calls.c - what stress_long does to a call, and its callbacks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "stress_long.h"
#include "yield.h"

static uint32_t below(uint32_t n)
{
	return rnd_below(&self->rnd, n);
}

/* Two different values give the same one in 1 of 2^64 cases. */
static uint64_t mix(uint64_t value)
{
	return rnd_next(&value);
}

static uint64_t mix_cut(ivrq_call call, ivrq_cancel id)
{
	return mix(mix(call.value) ^ id.value);
}

/* ------------------------------------------------------------ the driver */

static uint32_t media_of(uint64_t op)
{
	return (uint32_t)mix(op) & 0xfffff;
}

static enum ivrq_reason ending_of(uint64_t op, enum ivrq_kind kind)
{
	if (mix(op) >> 63)
		return IVRQ_REASON_OTHER;
	return kind == IVRQ_PLAY_PROMPT ? IVRQ_REASON_SUCCESS :
					  IVRQ_REASON_MAX_DURATION;
}

static enum ivrq_reason refusal_of(enum ivrq_kind kind)
{
	return kind == IVRQ_PLAY_PROMPT ? IVRQ_REASON_PROMPT_FORMAT :
					  IVRQ_REASON_NO_MEDIA;
}

static bool post(_Atomic uint64_t *mail, uint64_t value)
{
	uint32_t i, first = below(LONG_MAIL);
	uint64_t empty;

	for (i = 0; i < 8; i++) {
		empty = 0;
		if (atomic_compare_exchange_strong_explicit(
			    &mail[(first + i) % LONG_MAIL], &empty, value,
			    memory_order_relaxed, memory_order_relaxed))
			return true;
	}
	return false;
}

static void complete(ivrq_op op, enum ivrq_kind kind)
{
	ivrq_outcome outcome = { .reason = ending_of(op.value, kind),
				 .media_ms = media_of(op.value) };
	int answer = ivrq_op_complete(it.engine, op, &outcome);

	CHECK(answer == 0 || answer == IVRQ_ECANCELED || answer == IVRQ_ENOENT);
	if (answer)
		return;
	self->sums.ended += mix(op.value);
	if (below(16))
		return;
	answer = ivrq_op_complete(it.engine, op, &outcome);
	CHECK(answer == IVRQ_EALREADY || answer == IVRQ_ENOENT);
}

static void stopped(ivrq_op op)
{
	ivrq_outcome outcome = { .media_ms = media_of(op.value) + 1 };

	CHECK(ivrq_op_stopped(it.engine, op, &outcome) == 0);
	if (!below(16))
		CHECK(ivrq_op_stopped(it.engine, op, &outcome) < 0);
}

bool stress_collect(uint32_t from)
{
	bool some = false;
	uint32_t i;
	ivrq_op op;

	for (i = 0; i < LONG_MAIL; i++) {
		_Atomic uint64_t *box = &it.mail[from][i];

		if (!atomic_load_explicit(box, memory_order_relaxed))
			continue;
		op.value =
			atomic_exchange_explicit(box, 0, memory_order_relaxed);
		if (!op.value)
			continue;
		some = true;
		if (from == MAIL_STOP)
			stopped(op);
		else if (below(64) || ivrq_op_is_canceled(it.engine, op) != 1)
			complete(op, from == MAIL_PLAY ? IVRQ_PLAY_PROMPT :
							 IVRQ_RECORD_RESPONSE);
	}
	return some;
}

/* -------------------------------------------------------------- callbacks */

static void enter(struct line *line)
{
	CHECK(in_run && line->inside == 0 && !line->closed);
	line->inside++;
}

static void leave(struct line *line)
{
	line->inside--;
}

static struct rec *rec_of(const struct line *line, const ivrq_operation *got)
{
	struct rec *rec = got->user;

	CHECK(atomic_load_explicit(&rec->used, memory_order_relaxed));
	CHECK(rec->line == line && got->call.value == rec->call);
	CHECK(got->kind == rec->kind && got->tag == rec->tag);
	CHECK(got->deadline_ns == rec->deadline_ns);
	CHECK(got->barge_in_allowed == rec->barge);
	CHECK(!strcmp(got->client_context, rec->text));
	CHECK(got->prompt_count == 1 && !strcmp(got->prompts[0], rec->text));
	CHECK(!rec->op || rec->op == got->op.value);
	rec->op = got->op.value;
	return rec;
}

static int on_start(void *user, const ivrq_operation *operation)
{
	uint64_t op = operation->op.value;
	struct line *line = user;
	struct rec *rec;
	uint32_t dice = below(16);
	int answer = 0;

	enter(line);
	rec = rec_of(line, operation);
	CHECK(!rec->started);
	rec->started = true;
	/* Those of one thread start in their order. */
	CHECK(line->serial[rec->thread] < rec->serial);
	line->serial[rec->thread] = rec->serial;
	if (dice == 0) {
		rec->refused = true;
		answer = (int)refusal_of(rec->kind);
	} else {
		self->sums.begun += mix(op);
		if (dice < 6 ||
		    !post(it.mail[rec->kind == IVRQ_PLAY_PROMPT ? MAIL_PLAY :
								  MAIL_RECORD],
			  op))
			complete(operation->op, rec->kind);
	}
	leave(line);
	return answer;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct line *line = user;
	int answer = IVRQ_STOPPED;
	struct rec *rec;

	enter(line);
	rec = rec_of(line, operation);
	CHECK(rec->started && !rec->refused && !rec->stopped);
	rec->stopped = true;
	self->sums.ended += mix(rec->op);
	outcome->media_ms = media_of(rec->op) + 1;
	if (below(2) && post(it.mail[MAIL_STOP], rec->op))
		answer = IVRQ_STOP_PENDING;
	leave(line);
	return answer;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	struct line *line = user;
	const struct rec *rec;

	enter(line);
	rec = rec_of(line, operation);
	CHECK(rec->started && !rec->refused && !rec->stopped);
	leave(line);
}

static void on_started(void *user, const ivrq_operation *operation)
{
	struct line *line = user;
	struct rec *rec;

	enter(line);
	rec = rec_of(line, operation);
	CHECK(rec->started && !rec->refused && !rec->told);
	rec->told = true;
	leave(line);
}

static void count_result(const struct rec *rec, const ivrq_result *result)
{
	struct counts *n = &self->counts;
	uint64_t hash;

	self->sums.resulted += mix(rec->op);
	n->completed += result->status == IVRQ_COMPLETED;
	n->failed += result->status == IVRQ_FAILED;
	n->deadline += result->reason == IVRQ_REASON_DEADLINE;
	if (result->status != IVRQ_CANCELED)
		return;
	CHECK(result->cause > IVRQ_CAUSE_NONE &&
	      result->cause <= IVRQ_CAUSE_STOP);
	n->canceled[result->cause % LONG_CAUSES]++;
	if (result->cause != IVRQ_CAUSE_CANCEL &&
	    result->cause != IVRQ_CAUSE_HANG_UP)
		return;
	hash = mix_cut(result->operation->call, result->cancel);
	if (result->started)
		self->sums.hit_flight += hash;
	else
		self->sums.hit_pending += hash;
}

/* Does what is told agree with what the driver was called for? */
static void check_result(const struct rec *rec, const ivrq_result *result)
{
	uint32_t media = 0;

	CHECK(result->started == rec->started);
	CHECK(rec->told == (rec->started && !rec->refused));
	CHECK(!rec->stopped || result->status == IVRQ_CANCELED);
	CHECK((result->status == IVRQ_CANCELED) ==
	      (result->cause != IVRQ_CAUSE_NONE));
	if (result->status == IVRQ_CANCELED) {
		CHECK(result->reason == IVRQ_REASON_CANCELED);
		CHECK(!rec->started || rec->refused || rec->stopped);
	} else if (!rec->started) {
		CHECK(result->reason == IVRQ_REASON_DEADLINE);
		CHECK(rec->deadline_ns);
	} else if (rec->refused) {
		CHECK(result->reason == refusal_of(rec->kind));
	} else {
		CHECK(result->reason == ending_of(rec->op, rec->kind));
	}
	if (rec->started && !rec->refused)
		media = media_of(rec->op) + rec->stopped;
	CHECK(result->media_ms == media);
}

static void on_result(void *user, const ivrq_result *result)
{
	struct line *line = user;
	uint32_t dice = below(64);
	struct rec *rec;

	enter(line);
	rec = rec_of(line, result->operation);
	check_result(rec, result);
	count_result(rec, result);
	atomic_store_explicit(&rec->used, false, memory_order_release);
	if (dice < 6)
		stress_submit(line);
	else if (dice == 6)
		stress_cancel(line);
	else if (dice == 7)
		CHECK(ivrq_worker_run(it.engine, line->worker, 0) ==
		      IVRQ_EDEADLK);
	leave(line);
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	struct line *line = user;

	enter(line);
	CHECK(event->sequence_id == line->sequence + 1 + event->lost);
	line->sequence = event->sequence_id;
	self->counts.tones_heard++;
	self->sums.tones_heard += mix(event->call.value);
	leave(line);
}

static void on_watch(void *user, const ivrq_tone_event *event)
{
	struct line *line = user;

	enter(line);
	CHECK(event->sequence_id && event->tone);
	leave(line);
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	struct line *line = user;

	(void)call;
	enter(line);
	CHECK(reason == IVRQ_CAUSE_HANG_UP || reason == IVRQ_CAUSE_STOP);
	self->counts.closes++;
	leave(line);
	line->closed = true;
	atomic_store_explicit(&line->call, 0, memory_order_release);
}

static const ivrq_driver driver = { on_start, on_stop, on_pause, on_pause };
static const ivrq_listener listener = { .started = on_started,
					.result = on_result,
					.tone = on_tone,
					.closed = on_closed };

/* ---------------------------------------------------------------- clients */

static void line_open(struct line *line)
{
	uint64_t opening = 0;
	ivrq_subscription subscription;
	ivrq_call call = { 0 };
	ivrq_call_config config;
	int answer;

	if (!atomic_compare_exchange_strong(&line->call, &opening,
					    LINE_OPENING))
		return;
	opening = LINE_OPENING;
	line->closed = false;
	line->sequence = 0;
	ivrq_call_config_init(&config);
	config.worker = line->worker;
	config.driver = &driver;
	config.driver_user = line;
	config.listener = &listener;
	config.user = line;
	answer = ivrq_call_open(it.engine, &config, &call, NULL);
	CHECK(answer == 0 || answer == IVRQ_EPOOL || answer == IVRQ_ECLOSED);
	if (answer) {
		atomic_store_explicit(&line->call, 0, memory_order_release);
		return;
	}
	self->counts.opens++;
	answer = ivrq_subscribe_to_tone(it.engine, call, NULL, NULL,
					&subscription);
	CHECK(answer == 0 || answer == IVRQ_EPOOL || answer == IVRQ_ECLOSED ||
	      answer == IVRQ_ENOENT);
	/* Nobody knows the call yet; closed() makes the line free again. */
	if (!answer)
		atomic_compare_exchange_strong(&line->call, &opening,
					       call.value);
	else if (answer == IVRQ_EPOOL)
		ivrq_call_close(it.engine, call, IVRQ_CAUSE_HANG_UP, NULL);
}

/* The call of a line; without one, a new one. */
static ivrq_call call_of(struct line *line)
{
	ivrq_call call = { atomic_load_explicit(&line->call,
						memory_order_acquire) };

	if (!call.value && !in_run)
		line_open(line);
	if (call.value == LINE_OPENING)
		call.value = 0;
	return call;
}

static struct rec *rec_take(struct line *line, ivrq_call call)
{
	uint64_t now;
	struct rec *rec;
	uint32_t i;

	for (i = 0; i < LONG_RECS; i++) {
		rec = &self->recs[self->next_rec++ % LONG_RECS];
		if (!atomic_load_explicit(&rec->used, memory_order_acquire))
			break;
	}
	if (i == LONG_RECS)
		return NULL;
	now = atomic_load_explicit(&it.now_ns[line->worker],
				   memory_order_relaxed);
	rec->line = line;
	rec->call = call.value;
	rec->serial = ++self->serial;
	rec->tag = below(4);
	rec->deadline_ns = below(8) ? 0 : now + below(40);
	rec->kind = below(3) ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	rec->thread = self->number;
	rec->barge = !below(64);
	rec->op = 0;
	rec->started = rec->refused = rec->stopped = rec->told = false;
	snprintf(rec->text, sizeof(rec->text), "%x-%" PRIx64, self->number,
		 self->serial);
	atomic_store_explicit(&rec->used, true, memory_order_relaxed);
	return rec;
}

static int submit(struct rec *rec, ivrq_submission *got)
{
	const char *prompt = rec->text;
	ivrq_options options = { .client_context = rec->text,
				 .tag = rec->tag,
				 .deadline_ns = rec->deadline_ns,
				 .user = rec,
				 .barge_in_allowed = rec->barge };
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;
	ivrq_call call = { rec->call };

	if (rec->kind == IVRQ_PLAY_PROMPT) {
		ivrq_play_prompt_request_init(&play);
		play.prompts = &prompt;
		play.prompt_count = 1;
		play.options = options;
		return ivrq_play_prompt(it.engine, call, &play, got, NULL);
	}
	ivrq_record_response_request_init(&record);
	record.prompts = &prompt;
	record.prompt_count = 1;
	record.options = options;
	return ivrq_record_response(it.engine, call, &record, got, NULL);
}

void stress_submit(struct line *line)
{
	ivrq_call call = call_of(line);
	struct rec *rec = call.value ? rec_take(line, call) : NULL;
	ivrq_submission got;
	int answer;

	if (!rec) {
		sched_yield();
		return;
	}
	answer = submit(rec, &got);
	if (!answer) {
		/* From here on the record may be another operation's. */
		self->counts.accepted++;
		self->sums.accepted += mix(got.op.value);
		atomic_store_explicit(&line->latest, got.op.value,
				      memory_order_relaxed);
		return;
	}
	CHECK(answer == IVRQ_EFULL || answer == IVRQ_EPOOL ||
	      answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT);
	atomic_store_explicit(&rec->used, false, memory_order_relaxed);
	if (answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT) {
		self->counts.stale++;
	} else {
		self->counts.full++;
		sched_yield();
	}
}

static void keep(const ivrq_receipt *receipt)
{
	uint64_t hash = mix_cut(receipt->call, receipt->id);

	CHECK(receipt->in_flight <= 1);
	self->sums.cut_flight += hash * receipt->in_flight;
	self->sums.cut_pending += hash * receipt->pending;
	self->counts.receipts += receipt->in_flight + receipt->pending;
}

/* Nothing holds up a result for long; under a limit only so that a failure
 * shows as one. */
static void fence(const ivrq_receipt *receipt)
{
	bool waits = !in_run && !below(256);
	int answer = ivrq_fence(it.engine, receipt, waits ? 60000 : 0);

	if (in_run)
		CHECK(answer == IVRQ_EDEADLK);
	else
		CHECK(answer == 0 || answer == IVRQ_EPOOL ||
		      (!waits && answer == IVRQ_ETIMEDOUT));
	self->counts.fences++;
}

void stress_cancel(struct line *line)
{
	ivrq_call call = call_of(line);
	ivrq_cancel_request request;
	ivrq_receipt receipt;
	int answer;

	if (!call.value)
		return;
	ivrq_cancel_request_init(&request);
	request.scope = (enum ivrq_scope)below(LONG_SCOPES);
	request.op.value =
		atomic_load_explicit(&line->latest, memory_order_relaxed);
	if (request.scope == IVRQ_SCOPE_OP && !request.op.value)
		request.scope = IVRQ_SCOPE_ALL;
	request.kind = below(2) ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	request.tag = below(4);
	answer = ivrq_cancel_media_processing(it.engine, call, &request,
					      &receipt, NULL);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	if (answer)
		return;
	self->counts.cancels[request.scope]++;
	keep(&receipt);
	if (!below(4))
		fence(&receipt);
}

void stress_close(struct line *line)
{
	ivrq_call call = call_of(line);
	ivrq_receipt receipt;
	int answer;

	if (!call.value)
		return;
	answer = ivrq_call_close(it.engine, call, IVRQ_CAUSE_HANG_UP, &receipt);
	CHECK(answer == 0 || answer == IVRQ_EALREADY || answer == IVRQ_ENOENT);
	if (!answer)
		keep(&receipt);
}

void stress_pause(struct line *line)
{
	ivrq_call call = call_of(line);
	int answer;

	if (!call.value)
		return;
	answer = ivrq_call_pause(it.engine, call);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	self->counts.pauses += !answer;
	sched_yield();
	answer = ivrq_call_resume(it.engine, call);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
}

void stress_look(struct line *line)
{
	ivrq_call call = call_of(line);
	ivrq_snapshot shot;
	ivrq_stats stats;
	int answer;

	CHECK(!ivrq_engine_stats(it.engine, &stats));
	if (!call.value)
		return;
	answer = ivrq_call_snapshot(it.engine, call, &shot);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	CHECK(answer || shot.canceled <= shot.depth);
}

void stress_tone(struct line *line)
{
	ivrq_call call = call_of(line);
	int answer;

	if (!call.value)
		return;
	answer = ivrq_tone(it.engine, call, "0123456789*#abcd"[below(16)], 80);
	CHECK(answer == 0 || answer == IVRQ_EFULL || answer == IVRQ_EPOOL ||
	      answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT);
	if (!answer) {
		self->counts.tones_given++;
		self->sums.tones_given += mix(call.value);
	} else if (answer == IVRQ_EFULL || answer == IVRQ_EPOOL) {
		self->counts.tones_lost++;
	}
}

/* A second subscription that comes and goes. */
void stress_subscribe(struct line *line)
{
	ivrq_call call = call_of(line);
	ivrq_subscription subscription;
	int answer;

	if (!call.value)
		return;
	answer = ivrq_subscribe_to_tone(it.engine, call, on_watch, line,
					&subscription);
	CHECK(answer == 0 || answer == IVRQ_EPOOL || answer == IVRQ_ECLOSED ||
	      answer == IVRQ_ENOENT);
	if (answer)
		return;
	stress_tone(line);
	answer = ivrq_unsubscribe(it.engine, subscription);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
}
