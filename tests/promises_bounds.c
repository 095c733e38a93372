/* SPDX-License-Identifier: MIT */
/*
 * promises_bounds.c - G9 to G12: limits, the end of a call, the counters, and
 * the words of the call API.
 */
#include "yield.h"
#include "promises.h"

/* ------------------------------------------------------------- G9 bounded */

static size_t bytes_of(uint32_t calls)
{
	size_t bytes;

	rig_config(rig);
	rig->config.calls = calls;
	rig->config.ring = 16;
	rig->config.operations = 1;
	rig->config.tones = 1;
	rig->config.tones_per_call = 1;
	rig->config.subscriptions = 1;
	rig_up(rig);
	bytes = rig->bytes;
	rig_down(rig);
	return bytes;
}

START_TEST(test_g9_idle_call_costs_at_most_256_bytes)
{
	size_t few = bytes_of(1000), many = bytes_of(9000);

	ck_assert_uint_gt(many, few);
	printf("bytes of an idle call, ring of 16: %.2f\n",
	       (double)(many - few) / 8000);
	ck_assert_uint_le(many - few, (size_t)8000 * 256);
}
END_TEST

/* All of the ring is usable; the one in flight is one of them. */
START_TEST(test_g9_full_ring_refuses_and_loses_nothing)
{
	ivrq_submission sent;
	char label[2] = "A";
	struct still still;
	uint32_t i;

	for (i = 0; i < rig->config.ring; i++, label[0]++) {
		phone_play(phone, label);
		if (_i)
			rig_run(rig);
	}
	still = still_take(phone);
	ct_mark(&sent, sizeof(sent));
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_RECORD_RESPONSE, "X", NULL, &sent),
		IVRQ_EFULL);
	ck_assert(ct_untouched(&sent, sizeof(sent)));
	ck_assert(still_same(&still, phone));
	phone->finish_in_start = true;
	if (_i)
		ck_assert_int_eq(phone_finish(phone, phone->events[0].op), 0);
	rig_run(rig);
	ck_assert_story(phone, RESULT,
			"done:A done:B done:C done:D done:E done:F done:G "
			"done:H");
	phone_play(phone, "I");
}
END_TEST

/* All of the pool is for anyone: for a call of one worker, too. */
START_TEST(test_g9_full_pool_refuses_and_loses_nothing)
{
	ivrq_submission sent;
	struct still still;
	uint32_t i;

	rig_config(rig);
	rig->config.operations = 11;
	rig->config.ring = 16;
	rig->config.workers = (uint32_t)_i;
	rig_up(rig);
	phone_init(phone, rig);
	phone_open(phone);
	for (i = 0; i < 11; i++)
		phone_play(phone, "A");
	still = still_take(phone);
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "X", NULL, &sent),
		IVRQ_EPOOL);
	ck_assert(still_same(&still, phone));
	phone->finish_in_start = true;
	rig_run(rig);
	ck_assert_uint_eq(rig_stats(rig).completed, 11);
	for (i = 0; i < 11; i++)
		phone_play(phone, "B");
	rig_down(rig);
}
END_TEST

START_TEST(test_g9_full_table_of_calls_refuses)
{
	struct phone more[4];
	ivrq_call old;
	int i;

	rig_call(rig, phone);
	old = phone->call;
	for (i = 0; i < 4; i++)
		phone_init(&more[i], rig);
	for (i = 0; i < 3; i++)
		phone_open(&more[i]);
	ck_assert_int_eq(phone_try(&more[3]), IVRQ_EPOOL);
	phone_close(phone);
	rig_run(rig);
	phone_open(&more[3]);
	ck_assert_uint_ne(more[3].call.value, old.value);
	ck_assert_uint_eq(rig_stats(rig).calls_open, 4);
	rig_down(rig);
}
END_TEST

START_TEST(test_g9_full_pool_of_subscriptions_refuses)
{
	ivrq_subscription heard[8], one;
	int i;

	for (i = 0; i < 8; i++)
		phone_listen(phone, &heard[i]);
	ck_assert_int_eq(ivrq_subscribe_to_tone(rig->engine, phone->call, NULL,
						NULL, &one),
			 IVRQ_EPOOL);
	ck_assert_int_eq(ivrq_unsubscribe(rig->engine, heard[3]), 0);
	give("1");
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, TONE), 7);
	phone_listen(phone, NULL);
	give("2");
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, TONE), 15);
}
END_TEST

/* -------------------------------------------------------- G10 ending a call */

/* Handles of something that has ended. */
struct old {
	ivrq_call call;
	ivrq_op op;
	ivrq_subscription heard;
};

#define ask(question)                                                          \
	do {                                                                   \
		if ((question) != IVRQ_ENOENT)                                 \
			return #question;                                      \
	} while (0)

static const char *answered_by_play(ivrq_engine *engine, ivrq_call call)
{
	static const char *const prompts[] = { "a" };
	ivrq_play_prompt_request play;
	ivrq_record_response_request record;
	ivrq_submission sent;

	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 1;
	ivrq_record_response_request_init(&record);
	ask(ivrq_play_prompt(engine, call, &play, &sent, NULL));
	ask(ivrq_record_response(engine, call, &record, &sent, NULL));
	return "nobody";
}

/* The first function that answers anything but IVRQ_ENOENT, in words. */
static const char *answered_by(const struct old *old)
{
	ivrq_engine *engine = rig->engine;
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };
	ivrq_cancel_request one;
	ivrq_subscription heard;
	ivrq_snapshot seen;
	ivrq_receipt cut;

	ivrq_cancel_request_init(&one);
	one.scope = IVRQ_SCOPE_OP;
	one.op = old->op;
	ask(ivrq_call_snapshot(engine, old->call, &seen));
	ask(ivrq_call_pause(engine, old->call));
	ask(ivrq_call_resume(engine, old->call));
	ask(ivrq_call_close(engine, old->call, IVRQ_CAUSE_HANG_UP, &cut));
	ask(ivrq_cancel_media_processing(engine, old->call, NULL, &cut, NULL));
	ask(ivrq_cancel_media_processing(engine, old->call, &one, &cut, NULL));
	ask(ivrq_subscribe_to_tone(engine, old->call, NULL, NULL, &heard));
	ask(ivrq_unsubscribe(engine, old->heard));
	ask(ivrq_tone(engine, old->call, '1', 0));
	ask(ivrq_op_complete(engine, old->op, &outcome));
	ask(ivrq_op_stopped(engine, old->op, &outcome));
	ask(ivrq_op_is_canceled(engine, old->op));
	return answered_by_play(engine, old->call);
}

START_TEST(test_g10_closed_comes_once_and_last)
{
	phone_listen(phone, NULL);
	queue_four();
	give("1");
	phone_close(phone);
	ck_assert_int_eq(ivrq_call_close(rig->engine, phone->call,
					 IVRQ_CAUSE_STOP, NULL),
			 IVRQ_EALREADY);
	rig_run(rig);
	rig_run(rig);
	ck_assert_story(phone, STOP | RESULT | TONE | CLOSED,
			"tone:1 stop:A canceled:A canceled:B canceled:C "
			"canceled:D closed:hang-up");
	ck_assert_uint_eq(rig_stats(rig).calls_open, 0);
}
END_TEST

/* A tone and then the end, both inside a callback. */
static void dial_and_close(struct phone *called, const struct event *event)
{
	if (event->what != STARTED)
		return;
	CT_SEE(&called->slip,
	       !ivrq_tone(called->rig->engine, called->call, '1', 0));
	CT_SEE(&called->slip,
	       !ivrq_call_close(called->rig->engine, called->call,
				IVRQ_CAUSE_HANG_UP, NULL));
}

START_TEST(test_g10_tones_before_the_end_come_before_closed)
{
	phone_listen(phone, NULL);
	phone->hook = dial_and_close;
	phone_play(phone, "A");
	rig_run(rig);
	CT_NO_SLIP(&phone->slip);
	ck_assert_story(phone, TONE | CLOSED, "tone:1 closed:hang-up");
}
END_TEST

START_TEST(test_g10_closing_call_refuses_and_still_answers)
{
	static const char *const prompts[] = { "a" };
	ivrq_play_prompt_request request;
	ivrq_subscription heard;
	ivrq_submission sent;
	ivrq_error error;

	phone_play(phone, "A");
	phone_close(phone);
	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, &error),
			 IVRQ_ECLOSED);
	ck_assert_int_eq(error.code, IVRQ_ECLOSED);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '1', 0),
			 IVRQ_ECLOSED);
	ck_assert_int_eq(ivrq_subscribe_to_tone(rig->engine, phone->call, NULL,
						NULL, &heard),
			 IVRQ_ECLOSED);
	ck_assert(phone_snapshot(phone).closed);
	ck_assert_receipt(phone_cancel(phone, IVRQ_SCOPE_ALL), 0, 0);
	rig_run(rig);
	ck_assert_story(phone, ALL & ~IDLE, "canceled:A closed:hang-up");
}
END_TEST

START_TEST(test_g10_results_name_the_cause_of_the_end)
{
	ivrq_op op = phone_play(phone, "A");
	ivrq_receipt cut;

	if (_i)
		ck_assert_int_eq(ivrq_engine_stop(rig->engine, 0),
				 IVRQ_ETIMEDOUT);
	else
		cut = phone_close(phone);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, op)->cause,
			 _i ? IVRQ_CAUSE_STOP : IVRQ_CAUSE_HANG_UP);
	if (!_i)
		ck_assert_uint_eq(phone_hit(phone, cut.id), 1);
}
END_TEST

/* The end of the call does not take over what was cancelled before. */
START_TEST(test_g10_results_keep_the_cause_that_came_first)
{
	static const enum ivrq_scope first[] = { IVRQ_SCOPE_CURRENT,
						 IVRQ_SCOPE_PENDING,
						 IVRQ_SCOPE_ALL };
	ivrq_op a = phone_play(phone, "A"), b;
	ivrq_receipt cut, end;

	rig_run(rig);
	b = phone_play(phone, "B");
	cut = phone_cancel(phone, first[_i]);
	end = phone_close(phone);
	rig_run(rig);
	ck_assert_receipt(end, first[_i] == IVRQ_SCOPE_PENDING,
			  first[_i] == IVRQ_SCOPE_CURRENT);
	ck_assert_uint_eq(phone_hit(phone, cut.id),
			  cut.in_flight + cut.pending);
	ck_assert_uint_eq(phone_hit(phone, end.id),
			  end.in_flight + end.pending);
	ck_assert_int_eq(phone_result(phone, a)->cause,
			 end.in_flight ? IVRQ_CAUSE_HANG_UP :
					 IVRQ_CAUSE_CANCEL);
	ck_assert_int_eq(phone_result(phone, b)->cause,
			 end.pending ? IVRQ_CAUSE_HANG_UP : IVRQ_CAUSE_CANCEL);
}
END_TEST

START_TEST(test_g10_results_keep_the_cut_that_came_first)
{
	ivrq_op ops[3];
	ivrq_receipt cut, end;
	int i;

	ops[0] = phone_play(phone, "A");
	if (_i)
		rig_run(rig);
	ops[1] = phone_play(phone, "B");
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	ops[2] = phone_play(phone, "C");
	end = phone_close(phone);
	rig_run(rig);
	ck_assert_receipt(cut, (uint32_t)_i, 2 - (uint32_t)_i);
	ck_assert_receipt(end, 0, 1);
	for (i = 0; i < 3; i++) {
		const ivrq_result *result = phone_result(phone, ops[i]);

		ck_assert_int_eq(result->cause, i < 2 ? IVRQ_CAUSE_CANCEL :
							IVRQ_CAUSE_HANG_UP);
		ck_assert_uint_eq(result->cancel.value,
				  i < 2 ? cut.id.value : end.id.value);
	}
}
END_TEST

START_TEST(test_g10_stale_handles_are_recognised)
{
	struct old old = { .call = phone->call };

	phone_listen(phone, &old.heard);
	old.op = phone_play(phone, "A");
	rig_run(rig);
	phone_close(phone);
	rig_run(rig);
	ck_assert_str_eq(answered_by(&old), "nobody");
}
END_TEST

/* The places of the old call, operation and subscription are taken again. */
START_TEST(test_g10_stale_handles_do_not_reach_their_successors)
{
	struct phone next[40];
	struct old old;
	struct still still;
	ivrq_op op = { 0 };
	int i;

	rig_call(rig, phone);
	old.call = phone->call;
	phone_listen(phone, &old.heard);
	old.op = phone_play(phone, "A");
	rig_run(rig);
	for (i = 0; i < 40; i++) {
		phone_close(i ? &next[i - 1] : phone);
		rig_run(rig);
		rig->nphones = 0;
		phone_init(&next[i], rig);
		phone_open(&next[i]);
		phone_listen(&next[i], NULL);
		op = phone_play(&next[i], "B");
		rig_run(rig);
		still = still_take(&next[i]);
		ck_assert_str_eq(answered_by(&old), "nobody");
		rig_run(rig);
		ck_assert(still_same(&still, &next[i]));
	}
	ck_assert_int_eq(phone_finish(&next[39], op), 0);
	rig_run(rig);
	ck_assert_int_eq(phone_result(&next[39], op)->status, IVRQ_COMPLETED);
	for (i = 0; i < 39; i++)
		free(next[i].events);
	free(phone->events);
	rig_down(rig);
}
END_TEST

START_TEST(test_g10_stopped_engine_refuses_new_calls)
{
	static struct phone late[1];

	ck_assert_int_eq(ivrq_engine_destroy(rig->engine), IVRQ_EBUSY);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 0), IVRQ_ETIMEDOUT);
	phone_init(late, rig);
	ck_assert_int_eq(phone_try(late), IVRQ_ECLOSED);
	rig_run(rig);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 0), 0);
	ck_assert_int_eq(phone_try(late), IVRQ_ECLOSED);
	ck_assert_uint_eq(rig_stats(rig).calls_open, 0);
}
END_TEST

START_TEST(test_g10_closed_waits_for_a_pending_stop)
{
	ivrq_op op = phone_play(phone, "A");

	phone->stop_answer = IVRQ_STOP_PENDING;
	rig_run(rig);
	phone_close(phone);
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, CLOSED), 0);
	ck_assert_int_eq(ivrq_engine_destroy(rig->engine), IVRQ_EBUSY);
	ck_assert_int_eq(phone_stopped(phone, op), 0);
	rig_run(rig);
	ck_assert_story(phone, RESULT | CLOSED, "canceled:A closed:hang-up");
}
END_TEST

/* --------------------------------------------------------------- G11 audit */

#define STEPS 3000

/* What the counters must say, by our own book. */
static struct {
	uint64_t submitted;
	ivrq_op flying; /* 0: none */
	ivrq_op newest; /* 0: none */
	ivrq_receipt cuts[STEPS];
	size_t ncuts;
} book;

static void keep_book(struct phone *called, const struct event *event)
{
	(void)called;
	if (event->what == START)
		book.flying = event->op;
	if (event->what == RESULT && event->op.value == book.flying.value)
		book.flying.value = 0;
	if (event->what == RESULT && event->op.value == book.newest.value)
		book.newest.value = 0;
}

static void submit_at_random(uint64_t *chance)
{
	ivrq_options options = { 0 };
	ivrq_submission sent;

	options.tag = 6 + rnd_below(chance, 2);
	options.barge_in_allowed = rnd_below(chance, 8) == 0;
	options.deadline_ns = rnd_below(chance, 4) ? 0 : rig->now + 3;
	if (phone_submit(phone, 1 + rnd_below(chance, 2), "A", &options, &sent))
		return;
	book.submitted++;
	book.newest = sent.op;
}

static void step_at_random(uint64_t *chance)
{
	enum ivrq_scope scope = rnd_below(chance, SCOPES);

	switch (rnd_below(chance, 16)) {
	case 0:
	case 1:
	case 2:
	case 3:
		if (scope != IVRQ_SCOPE_OP || book.newest.value)
			book.cuts[book.ncuts++] =
				cancel_scope(scope, book.newest);
		break;
	case 4:
	case 5:
	case 6:
		if (book.flying.value)
			(void)!phone_end(phone, book.flying, IVRQ_REASON_OTHER,
					 1);
		break;
	case 7:
	case 8:
	case 9:
		rig->now++;
		rig_run(rig);
		break;
	default:
		submit_at_random(chance);
	}
}

static void check_book(void)
{
	const struct event *event;
	uint64_t ended[4] = { 0 };
	ivrq_stats stats = rig_stats(rig);
	size_t i;

	for (i = 0; i < phone->nevents; i++) {
		event = &phone->events[i];
		if (event->what == RESULT)
			ended[event->result.status]++;
	}
	ck_assert_uint_eq(stats.submitted, book.submitted);
	ck_assert_uint_eq(stats.completed, ended[IVRQ_COMPLETED]);
	ck_assert_uint_eq(stats.failed, ended[IVRQ_FAILED]);
	ck_assert_uint_eq(stats.canceled, ended[IVRQ_CANCELED]);
	ck_assert_uint_eq(stats.live, phone_snapshot(phone).depth);
}

/* At the end of a random day every receipt has had its results. */
static void check_receipts(void)
{
	const ivrq_receipt *cut;

	for (cut = book.cuts; cut < book.cuts + book.ncuts; cut++)
		ck_assert_uint_eq(phone_hit(phone, cut->id),
				  cut->in_flight + cut->pending);
}

START_TEST(test_g11_counters_balance_at_every_quiet_point)
{
	uint64_t chance = rnd_seed();
	int i;

	memset(&book, 0, sizeof(book));
	phone->hook = keep_book;
	for (i = 0; i < STEPS; i++) {
		step_at_random(&chance);
		check_book();
	}
	phone_close(phone);
	rig_run(rig);
	check_receipts();
	ck_assert_uint_eq(rig_stats(rig).live, 0);
	ck_assert_uint_gt(rig_stats(rig).failed, 0);
	ck_assert_uint_gt(rig_stats(rig).canceled, 0);
}
END_TEST

/* Two threads submit, one cancels, one runs; and when they are joined: */
static void *submit_many(void *user)
{
	struct ct_slip *slip = user;
	ivrq_submission sent;
	int i, answer;

	for (i = 0; i < 1000; i++) {
		answer = phone_submit(phone, 1 + i % 2, "A", NULL, &sent);
		CT_SEE(slip, answer == 0 || answer == IVRQ_EFULL);
	}
	return NULL;
}

static void *cancel_many(void *user)
{
	struct ct_slip *slip = user;
	ivrq_cancel_request request;
	int i;

	ivrq_cancel_request_init(&request);
	request.kind = IVRQ_RECORD_RESPONSE;
	for (i = 0; i < 300; i++) {
		request.scope = (const enum ivrq_scope[]){
			IVRQ_SCOPE_ALL, IVRQ_SCOPE_CURRENT, IVRQ_SCOPE_PENDING,
			IVRQ_SCOPE_KIND
		}[i % 4];
		CT_SEE(slip, !ivrq_cancel_media_processing(
				     rig->engine, phone->call, &request,
				     &book.cuts[book.ncuts++], NULL));
	}
	return NULL;
}

START_TEST(test_g11_counters_balance_when_threads_have_been_joined)
{
	void *(*const mains[])(void *) = { submit_many, submit_many,
					   cancel_many };
	struct ct_slip slips[3] = { { 0 } };
	struct runner runner;
	pthread_t threads[3];
	int i;

	memset(&book, 0, sizeof(book));
	runner_start(&runner, rig, 0);
	for (i = 0; i < 3; i++)
		if (pthread_create(&threads[i], NULL, mains[i], &slips[i]))
			abort();
	for (i = 0; i < 3; i++) {
		pthread_join(threads[i], NULL);
		CT_NO_SLIP(&slips[i]);
	}
	phone_close(phone);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 60000), 0);
	runner_stop(&runner);
	book.submitted = rig_stats(rig).submitted;
	ck_assert_uint_eq(phone_count(phone, RESULT), book.submitted);
	ck_assert_uint_eq(rig_stats(rig).canceled, book.submitted);
	check_receipts();
}
END_TEST

/* ---------------------------------------------------------- G12 compatible */

/* For a playPrompt and a recordResponse; NULL where it cannot be. */
static const struct {
	enum ivrq_status status;
	enum ivrq_reason reason;
	const char *wire;
	const char *play;
	const char *record;
	unsigned code;
	unsigned subcode;
} words[] = {
	{ IVRQ_COMPLETED, IVRQ_REASON_SUCCESS, "completed",
	  "completedSuccessfully", NULL, 200, 0 },
	{ IVRQ_CANCELED, IVRQ_REASON_CANCELED, "failed",
	  "mediaOperationCanceled", "operationCanceled", 400, 8508 },
	{ IVRQ_COMPLETED, IVRQ_REASON_STOP_TONE, "completed", NULL,
	  "stopToneDetected", 200, 8514 },
	{ IVRQ_COMPLETED, IVRQ_REASON_MAX_DURATION, "completed", NULL,
	  "maxRecordDurationReached", 200, 8515 },
	{ IVRQ_COMPLETED, IVRQ_REASON_MAX_SILENCE, "completed", NULL,
	  "maxSilenceTimeout", 200, 8509 },
	{ IVRQ_FAILED, IVRQ_REASON_INITIAL_SILENCE, "failed", NULL,
	  "initialSilenceTimeout", 400, 8510 },
	{ IVRQ_FAILED, IVRQ_REASON_PROMPT_FAILED, "failed", NULL,
	  "playPromptFailed", 500, 8511 },
	{ IVRQ_FAILED, IVRQ_REASON_BEEP_FAILED, "failed", NULL,
	  "playBeepFailed", 500, 8512 },
	{ IVRQ_FAILED, IVRQ_REASON_NO_MEDIA, "failed", NULL,
	  "mediaReceiveTimeout", 400, 8513 },
	{ IVRQ_FAILED, IVRQ_REASON_PROMPT_FORMAT, "failed", "unknown", NULL,
	  400, 8535 },
	{ IVRQ_FAILED, IVRQ_REASON_PROMPT_UNREADABLE, "failed", "unknown", NULL,
	  400, 8536 },
	{ IVRQ_FAILED, IVRQ_REASON_DEADLINE, "failed", "unknown",
	  "unspecifiedError", 408, 9002 },
	{ IVRQ_FAILED, IVRQ_REASON_OTHER, "failed", "unknown",
	  "unspecifiedError", 500, 9999 },
};

static void check_words(enum ivrq_kind kind, const char *reason, int row)
{
	ivrq_wire wire;

	if (!reason)
		return;
	ck_assert_int_eq(ivrq_result_to_wire(kind, words[row].status,
					     words[row].reason, &wire),
			 0);
	ck_assert_str_eq(wire.status, words[row].wire);
	ck_assert_str_eq(wire.completion_reason, reason);
	ck_assert_uint_eq(wire.code, words[row].code);
	ck_assert_uint_eq(wire.subcode, words[row].subcode);
	ck_assert_ptr_nonnull(wire.message);
	ck_assert_uint_gt(strlen(wire.message), 0);
}

START_TEST(test_g12_result_in_the_words_of_the_call_api)
{
	check_words(IVRQ_PLAY_PROMPT, words[_i].play, _i);
	check_words(IVRQ_RECORD_RESPONSE, words[_i].record, _i);
}
END_TEST

/* What comes out of the engine is what the table is asked with. */
START_TEST(test_g12_each_ending_has_its_words)
{
	ivrq_options late = { .deadline_ns = 1 };
	enum ivrq_kind kind =
		words[_i].record ? IVRQ_RECORD_RESPONSE : IVRQ_PLAY_PROMPT;
	const ivrq_result *result;
	ivrq_submission sent;
	ivrq_wire wire;

	rig->now = words[_i].reason == IVRQ_REASON_DEADLINE ? 2 : 0;
	ck_assert_int_eq(phone_submit(phone, kind, "A", &late, &sent), 0);
	rig_run(rig);
	if (words[_i].reason == IVRQ_REASON_CANCELED)
		phone_cancel(phone, IVRQ_SCOPE_ALL);
	else if (words[_i].reason != IVRQ_REASON_DEADLINE)
		ck_assert_int_eq(phone_end(phone, sent.op, words[_i].reason, 1),
				 0);
	rig_run(rig);
	result = phone_result(phone, sent.op);
	ck_assert_int_eq(result->status, words[_i].status);
	ck_assert_int_eq(result->reason, words[_i].reason);
	ck_assert_int_eq(ivrq_result_to_wire(kind, result->status,
					     result->reason, &wire),
			 0);
	ck_assert_uint_eq(wire.subcode, words[_i].subcode);
}
END_TEST

static void add_g9_g10(Suite *suite)
{
	TCase *g9 = case_with_call(suite, "G9 bounded");
	TCase *g10 = case_with_call(suite, "G10 ending a call");
	TCase *alone = case_alone(suite, "G9, G10 alone");

	tcase_add_test(alone, test_g9_idle_call_costs_at_most_256_bytes);
	tcase_add_loop_test(g9, test_g9_full_ring_refuses_and_loses_nothing, 0,
			    2);
	tcase_add_loop_test(alone, test_g9_full_pool_refuses_and_loses_nothing,
			    1, 5);
	tcase_add_test(alone, test_g9_full_table_of_calls_refuses);
	tcase_add_test(g9, test_g9_full_pool_of_subscriptions_refuses);
	tcase_add_test(g10, test_g10_closed_comes_once_and_last);
	tcase_add_test(g10, test_g10_tones_before_the_end_come_before_closed);
	tcase_add_test(g10, test_g10_closing_call_refuses_and_still_answers);
	tcase_add_loop_test(g10, test_g10_results_name_the_cause_of_the_end, 0,
			    2);
	tcase_add_loop_test(
		g10, test_g10_results_keep_the_cause_that_came_first, 0, 3);
	tcase_add_loop_test(g10, test_g10_results_keep_the_cut_that_came_first,
			    0, 2);
	tcase_add_test(g10, test_g10_stale_handles_are_recognised);
	tcase_add_test(alone,
		       test_g10_stale_handles_do_not_reach_their_successors);
	tcase_add_test(g10, test_g10_stopped_engine_refuses_new_calls);
	tcase_add_test(g10, test_g10_closed_waits_for_a_pending_stop);
}

static void add_g11_g12(Suite *suite)
{
	TCase *g11 = case_with_call(suite, "G11 audit");
	TCase *g12 = case_with_call(suite, "G12 compatible");
	int n = CT_COUNT(words);

	tcase_add_test(g11, test_g11_counters_balance_at_every_quiet_point);
	tcase_add_test(g11,
		       test_g11_counters_balance_when_threads_have_been_joined);
	tcase_add_loop_test(g12, test_g12_result_in_the_words_of_the_call_api,
			    0, n);
	tcase_add_loop_test(g12, test_g12_each_ending_has_its_words, 0, n);
}

void add_bounds(Suite *suite)
{
	add_g9_g10(suite);
	add_g11_g12(suite);
}
