/* SPDX-License-Identifier: MIT */
/*
 * stress_acts.c - what an actor of stress_scenarios does to the engine.
 *
 * Before each call it writes into plain memory what the callbacks will read;
 * after a fence or a stop it reads what they wrote.
 */
#include <sched.h>
#include <string.h>
#include "stress_scenarios.h"

enum { TRIES = 30 };

struct told *told_of(ivrq_cancel id)
{
	/* Its type and the low bits of its number: the cancels of one round
	 * are nearer to each other than 64. */
	return &it.told[(id.value >> 58 & 7) << 6 | (id.value & 63)];
}

static uint64_t wait_for(const _Atomic uint64_t *from)
{
	unsigned tries;

	for (tries = 0; tries < TRIES && !relaxed(from); tries++)
		sched_yield();
	return relaxed(from);
}

void open_line(unsigned number)
{
	struct line *line = &it.line[number];
	ivrq_call_config config;
	unsigned tries;
	ivrq_call call;
	int answer;

	line->key = it.round;
	ivrq_call_config_init(&config);
	config.driver = &stage_driver;
	config.driver_user = line;
	config.listener = &stage_listener;
	config.user = line;
	for (tries = 0; tries < TRIES; tries++) {
		answer = ivrq_call_open(it.engine, &config, &call, NULL);
		CHECK(answer == 0 || answer == IVRQ_EPOOL ||
		      answer == IVRQ_ECLOSED);
		if (!answer) {
			atomic_store_explicit(&line->handle, call.value,
					      memory_order_relaxed);
			return;
		}
		sched_yield();
	}
}

static int submit(char verb, ivrq_call call, const ivrq_options *options,
		  const char *prompt, ivrq_submission *got)
{
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;

	if (verb == 'q') {
		ivrq_record_response_request_init(&record);
		record.prompts = &prompt;
		record.prompt_count = 1;
		record.options = *options;
		return ivrq_record_response(it.engine, call, &record, got,
					    NULL);
	}
	ivrq_play_prompt_request_init(&play);
	play.prompts = &prompt;
	play.prompt_count = 1;
	play.options = *options;
	return ivrq_play_prompt(it.engine, call, &play, got, NULL);
}

void submit_op(char verb, unsigned n)
{
	struct op *op = &it.op[n];
	char text[TEXT];
	ivrq_options options = { .user = op, .client_context = text };
	ivrq_call call = { verb == 'n' ? wait_for(&it.line[1].handle) :
					 relaxed(&it.line[0].handle) };
	unsigned i;

	if (!call.value || op->submitted)
		return;
	for (i = 0; i < WORDS; i++)
		op->payload[i] = key_of(n) + i;
	stage_text(key_of(n), text);
	op->submitted = true;
	options.tag = verb == 't' ? 0 : 5;
	options.barge_in_allowed = verb == 'b';
	if (verb == 'd')
		options.deadline_ns = it.round * 2 * LATE_NS + LATE_NS;
	op->answer = submit(verb, call, &options, text, &op->got);
	CHECK(op->answer == 0 || op->answer == IVRQ_EFULL ||
	      op->answer == IVRQ_EPOOL || op->answer == IVRQ_ECLOSED ||
	      op->answer == IVRQ_ENOENT);
	if (!op->answer)
		atomic_store_explicit(&op->handle, op->got.op.value,
				      memory_order_relaxed);
}

static enum ivrq_scope scope_of(char verb)
{
	switch (verb) {
	case 'P':
		return IVRQ_SCOPE_PENDING;
	case 'C':
		return IVRQ_SCOPE_CURRENT;
	case 'K':
		return IVRQ_SCOPE_OP;
	case 'G':
		return IVRQ_SCOPE_KIND;
	case 'T':
		return IVRQ_SCOPE_TAG;
	default:
		return IVRQ_SCOPE_ALL;
	}
}

static void cancel(char verb, unsigned n)
{
	ivrq_call call = { verb == 'N' ? wait_for(&it.line[1].handle) :
					 relaxed(&it.line[0].handle) };
	ivrq_receipt *receipt = &self->receipt[self->receipts];
	ivrq_cancel_request request;
	int answer;

	ivrq_cancel_request_init(&request);
	request.scope = scope_of(verb);
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = 5;
	if (verb == 'K')
		request.op.value = wait_for(&it.op[n].handle);
	if (!call.value || (verb == 'K' && !request.op.value))
		return;
	self->cut_note = it.round;
	if (verb == 'X')
		answer = ivrq_call_close(it.engine, call, IVRQ_CAUSE_HANG_UP,
					 receipt);
	else
		answer = ivrq_cancel_media_processing(it.engine, call, &request,
						      receipt, NULL);
	CHECK(answer == 0 || answer == IVRQ_ENOENT || answer == IVRQ_EALREADY);
	self->receipts += !answer;
}

/* After the fence: what the result callbacks wrote, without more ado. */
static void fence(uint64_t timeout_ms)
{
	const ivrq_receipt *receipt;
	const struct told *told;
	int answer;

	if (!self->receipts)
		return;
	receipt = &self->receipt[self->receipts - 1];
	answer = ivrq_fence(it.engine, receipt, timeout_ms);
	CHECK(answer == 0 || (!timeout_ms && answer == IVRQ_ETIMEDOUT));
	if (answer)
		return;
	told = told_of(receipt->id);
	CHECK(told->count == receipt->in_flight + receipt->pending);
	CHECK(!told->count || (told->last->results == 1 &&
			       told->last->cancel.value == receipt->id.value));
}

static void complete(unsigned n)
{
	struct op *op = &it.op[n];
	ivrq_op handle = { wait_for(&op->flight) };
	ivrq_outcome outcome = { .reason = IVRQ_REASON_OTHER,
				 .media_ms = self->number };
	int answer;

	if (!handle.value)
		return;
	op->note[self->number] = it.round;
	answer = ivrq_op_complete(it.engine, handle, &outcome);
	CHECK(answer == 0 || answer == IVRQ_ECANCELED ||
	      answer == IVRQ_EALREADY || answer == IVRQ_ENOENT);
}

void answer_stop(struct op *op)
{
	ivrq_op handle = { relaxed(&op->flight) };
	ivrq_outcome outcome = { .media_ms = NOTE_STOPPED + self->number };
	unsigned tries;
	bool stopping = true;

	/* Where an actor runs on, the stop or the result is sure to come. */
	for (tries = 0; it.run_on || tries < TRIES; tries++) {
		stopping = atomic_exchange_explicit(&op->stopping, false,
						    memory_order_relaxed);
		if (stopping || it.after ||
		    atomic_load_explicit(&op->ended, memory_order_relaxed))
			break;
		sched_yield();
	}
	if (!stopping)
		return;
	op->note[self->number] = it.round;
	CHECK(!ivrq_op_stopped(it.engine, handle, &outcome));
}

int run_worker(void)
{
	int answer = ivrq_worker_run(it.engine, 0, relaxed(&it.now));

	CHECK(answer >= 0 || answer == IVRQ_EBUSY);
	return answer;
}

static void run_on(void)
{
	while (atomic_load_explicit(&it.acting, memory_order_relaxed))
		if (run_worker() <= 0)
			sched_yield();
}

static void is_canceled(unsigned n)
{
	ivrq_op handle = { wait_for(&it.op[n].flight) };
	int answer;

	if (!handle.value)
		return;
	answer = ivrq_op_is_canceled(it.engine, handle);
	CHECK(answer == 0 || answer == 1 || answer == IVRQ_ENOENT);
	if (answer == 1 && it.canceller)
		CHECK(it.canceller->cut_note == it.round);
}

static void snapshot(ivrq_call call)
{
	ivrq_snapshot shot;
	int answer = ivrq_call_snapshot(it.engine, call, &shot);

	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	CHECK(answer || (shot.canceled <= shot.depth && shot.depth <= OPS &&
			 !shot.depth == !shot.head.value));
}

static void pause_or_resume(char verb, ivrq_call call)
{
	int answer = verb == 'h' ? ivrq_call_pause(it.engine, call) :
				   ivrq_call_resume(it.engine, call);

	CHECK(answer == 0 || answer == IVRQ_ENOENT);
}

static void tone(ivrq_call call)
{
	unsigned number = self->tones + self->tones_refused;
	int answer;

	self->tone_note[number] = it.round;
	answer = ivrq_tone(it.engine, call, '1', self->number * ACTS + number);
	CHECK(answer == 0 || answer == IVRQ_EFULL || answer == IVRQ_EPOOL ||
	      answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT);
	self->tones += !answer;
	self->tones_refused += answer < 0;
}

static void subscribe(ivrq_call call)
{
	uint64_t *watch = &self->watch[self->watches++];
	int answer;

	*watch = it.round * 2;
	answer = ivrq_subscribe_to_tone(it.engine, call, stage_watch, watch,
					&self->subscription);
	CHECK(answer == 0 || answer == IVRQ_EPOOL || answer == IVRQ_ECLOSED ||
	      answer == IVRQ_ENOENT);
}

static void unsubscribe(void)
{
	int answer;

	if (!self->subscription.value)
		return;
	answer = ivrq_unsubscribe(it.engine, self->subscription);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	self->subscription.value = 0;
}

/* All callbacks of all calls, then. */
static void stop_engine(void)
{
	unsigned n;

	CHECK(!ivrq_engine_stop(it.engine, 60000));
	it.engine_stopped = true;
	CHECK(it.line[0].closed == 1 && !it.line[0].inside);
	for (n = 0; n < OPS; n++)
		CHECK(it.op[n].results <= 1 &&
		      it.op[n].starts <= it.op[n].results);
}

static void run_late(void)
{
	atomic_store_explicit(&it.now, it.round * 2 * LATE_NS + LATE_NS,
			      memory_order_relaxed);
	run_worker();
}

void perform(char verb, unsigned n)
{
	ivrq_call call = { relaxed(&it.line[0].handle) };

	switch (verb) {
	case 'p':
	case 't':
	case 'q':
	case 'b':
	case 'd':
	case 'n':
		submit_op(verb, n);
		break;
	case 'x':
		complete(n);
		break;
	case 's':
		answer_stop(&it.op[n]);
		break;
	case 'w':
		run_worker();
		break;
	case 'W':
		run_late();
		break;
	case 'r':
		run_on();
		break;
	case 'F':
		fence(60000);
		break;
	case 'f':
		fence(0);
		break;
	case 'S':
		snapshot(call);
		break;
	case 'i':
		is_canceled(n);
		break;
	case 'o':
		open_line(1);
		break;
	case 'h':
	case 'H':
		pause_or_resume(verb, call);
		break;
	case '1':
		tone(call);
		break;
	case 'u':
		subscribe(call);
		break;
	case 'v':
		unsubscribe();
		break;
	case 'E':
		stop_engine();
		break;
	default:
		cancel(verb, n);
	}
}
