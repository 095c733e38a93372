/* SPDX-License-Identifier: MIT */
/*
 * api_cancel.c - the ordinary use of cancels, fences and tones.
 */
#include <sched.h>

#include "api.h"

/* ------------------------------------------------------------------ cancel */

START_TEST(test_cancel_request_init_is_a_cancel_of_all)
{
	ivrq_cancel_request request;

	ct_mark(&request, sizeof(request));
	ivrq_cancel_request_init(&request);
	ck_assert_uint_eq(request.size, sizeof(request));
	ck_assert_int_eq(request.scope, IVRQ_SCOPE_ALL);
	ck_assert_uint_eq(request.op.value, 0);
	ck_assert_ptr_null(request.client_context);
}
END_TEST

START_TEST(test_cancel_without_request_receipt_and_error_cancels_all)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	ck_assert_int_eq(ivrq_cancel_media_processing(rig->engine, phone->call,
						      NULL, NULL, NULL),
			 0);
	rig_run(rig);
	ck_assert_story(phone, RESULT, "canceled:A canceled:B");
}
END_TEST

START_TEST(test_cancel_echoes_the_context_in_the_receipt)
{
	static const char context[] = "why not";
	ivrq_cancel_request request;
	ivrq_receipt cut;

	ivrq_cancel_request_init(&request);
	request.client_context = context;
	ck_assert_int_eq(ivrq_cancel_media_processing(rig->engine, phone->call,
						      &request, &cut, NULL),
			 0);
	ck_assert_ptr_eq(cut.client_context, context);
	ck_assert_uint_eq(cut.call.value, phone->call.value);
}
END_TEST

/* Two may have no cut in common: A plays, B and C wait. */
START_TEST(test_cancel_of_the_current_one_lets_the_next_start)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	phone_play(phone, "C");
	ck_assert_receipt(phone_cancel(phone, IVRQ_SCOPE_CURRENT), 1, 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A start:B");
}
END_TEST

START_TEST(test_cancel_of_the_current_one_before_it_starts)
{
	phone_play(phone, "A");
	phone_play(phone, "B");
	ck_assert_receipt(phone_cancel(phone, IVRQ_SCOPE_CURRENT), 0, 1);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "canceled:A start:B");
}
END_TEST

START_TEST(test_cancel_of_the_waiting_ones_lets_the_current_one_play)
{
	ivrq_op op = phone_play(phone, "A");

	rig_run(rig);
	phone_play(phone, "B");
	phone_play(phone, "C");
	ck_assert_receipt(phone_cancel(phone, IVRQ_SCOPE_PENDING), 0, 2);
	phone_play(phone, "D");
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A canceled:B canceled:C");
	ck_assert_int_eq(phone_finish(phone, op), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A canceled:B canceled:C done:A start:D");
}
END_TEST

/* The oldest is spared, though it has not started; then it is not. */
START_TEST(test_cancel_of_the_waiting_ones_before_any_starts)
{
	phone_play(phone, "A");
	phone_play(phone, "B");
	phone_play(phone, "C");
	ck_assert_receipt(phone_cancel(phone, IVRQ_SCOPE_PENDING), 0, 2);
	if (_i)
		ck_assert_receipt(
			phone_cancel(phone, _i == 1 ? IVRQ_SCOPE_ALL :
						      IVRQ_SCOPE_CURRENT),
			0, 1);
	rig_run(rig);
	ck_assert_story(phone, START, _i ? "" : "start:A");
	if (!_i)
		ck_assert_story(phone, RESULT, "canceled:B canceled:C");
	ck_assert_uint_eq(phone_count(phone, RESULT), _i ? 3 : 2);
}
END_TEST

START_TEST(test_cancel_by_op_kind_and_tag_reaches_the_one_in_flight)
{
	ivrq_op op = phone_tagged(phone, "A", 5);
	ivrq_receipt cut;

	rig_run(rig);
	phone_record(phone, "B");
	cut = _i == 0 ? phone_cancel_op(phone, op) :
	      _i == 1 ? phone_cancel_kind(phone, IVRQ_PLAY_PROMPT) :
			phone_cancel_tag(phone, 5);
	ck_assert_receipt(cut, 1, 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A start:B");
	ck_assert_uint_eq(phone_hit(phone, cut.id), 1);
}
END_TEST

START_TEST(test_cancel_of_one_in_the_middle_spares_its_neighbours)
{
	ivrq_op first, second, third;

	first = phone_play(phone, "A");
	second = phone_play(phone, "B");
	third = phone_play(phone, "C");
	phone_cancel_op(phone, second);
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, first), 0);
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, third), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER, "start:A start:C");
	ck_assert_int_eq(phone_result(phone, second)->status, IVRQ_CANCELED);
	ck_assert_int_eq(phone_result(phone, third)->status, IVRQ_COMPLETED);
}
END_TEST

START_TEST(test_result_names_the_cause)
{
	ivrq_op op = phone_play(phone, "A");

	if (_i)
		phone_barge(phone, "B");
	else
		phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, op)->cause,
			 _i ? IVRQ_CAUSE_BARGE_IN : IVRQ_CAUSE_CANCEL);
}
END_TEST

/* ------------------------------------------------------------------- fence */

START_TEST(test_fence_only_looks_without_a_limit)
{
	ivrq_receipt cut;

	phone_play(phone, "A");
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	ck_assert_int_eq(ivrq_fence(rig->engine, &cut, 0), IVRQ_ETIMEDOUT);
	rig_run(rig);
	ck_assert_int_eq(ivrq_fence(rig->engine, &cut, 0), 0);
}
END_TEST

START_TEST(test_fence_of_an_empty_receipt_is_open)
{
	ivrq_receipt cut = phone_cancel(phone, IVRQ_SCOPE_ALL);

	phone_play(phone, "A");
	ck_assert_int_eq(ivrq_fence(rig->engine, &cut, 0), 0);
}
END_TEST

START_TEST(test_fence_times_out_when_no_worker_runs)
{
	ivrq_receipt cut;

	phone_play(phone, "A");
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	ck_assert_int_eq(ivrq_fence(rig->engine, &cut, 20), IVRQ_ETIMEDOUT);
}
END_TEST

START_TEST(test_fence_of_a_call_that_has_ended_is_open)
{
	ivrq_receipt cut, last;

	phone_play(phone, "A");
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_play(phone, "B");
	last = phone_close(phone);
	rig_run(rig);
	ck_assert_int_eq(ivrq_fence(rig->engine, &cut, 0), 0);
	ck_assert_int_eq(ivrq_fence(rig->engine, &last, 0), 0);
}
END_TEST

/* When it opens the callbacks have returned, and are seen to have. */
START_TEST(test_fence_waits_for_the_worker)
{
	struct runner runner;
	ivrq_receipt cut;
	ivrq_op op = { 0 };
	int i;

	for (i = 0; i < 5; i++)
		op = phone_play(phone, "A");
	cut = _i == 0 ? phone_cancel(phone, IVRQ_SCOPE_ALL) :
	      _i == 1 ? phone_cancel_op(phone, op) :
	      _i == 2 ? phone_cancel_kind(phone, IVRQ_PLAY_PROMPT) :
			phone_close(phone);
	runner_start(&runner, rig, 0);
	ck_assert_int_eq(ivrq_fence(rig->engine, &cut, 60000), 0);
	ck_assert_uint_eq(phone_hit(phone, cut.id), _i == 1 ? 1 : 5);
	runner_stop(&runner);
}
END_TEST

/*
 * As many threads may wait as config.fences says; the next is refused. Who does
 * not find the other as it should be lets the other go on: on one processor it
 * would not.
 */
static ivrq_receipt waited_for;

static void *wait_long(void *user)
{
	struct ct_slip *slip = user;
	int answer;

	/* The other one may be the first for a moment. */
	while ((answer = ivrq_fence(rig->engine, &waited_for, 60000)) ==
	       IVRQ_EPOOL)
		sched_yield();
	CT_SEE(slip, answer == 0);
	return NULL;
}

START_TEST(test_fence_of_too_many_threads_is_refused)
{
	struct ct_slip slip = { 0 };
	pthread_t thread;
	int answer;

	rig_config(rig);
	rig->config.fences = 1;
	rig_up(rig);
	phone_init(phone, rig);
	phone_open(phone);
	phone_play(phone, "A");
	waited_for = phone_cancel(phone, IVRQ_SCOPE_ALL);
	if (pthread_create(&thread, NULL, wait_long, &slip))
		abort();
	while ((answer = ivrq_fence(rig->engine, &waited_for, 1)) ==
	       IVRQ_ETIMEDOUT)
		sched_yield();
	ck_assert_int_eq(answer, IVRQ_EPOOL);
	ck_assert_int_eq(ivrq_fence(rig->engine, &waited_for, 0),
			 IVRQ_ETIMEDOUT);
	rig_run(rig);
	pthread_join(thread, NULL);
	CT_NO_SLIP(&slip);
	rig_down(rig);
}
END_TEST

/* ------------------------------------------------------------------- tones */

START_TEST(test_tone_event_carries_the_tone)
{
	ivrq_subscription heard;
	const ivrq_tone_event *tone;

	phone_listen(phone, &heard);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, 'b', 160), 0);
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:b");
	tone = &phone->events[0].tone;
	ck_assert_uint_eq(tone->call.value, phone->call.value);
	ck_assert_uint_eq(tone->subscription.value, heard.value);
	ck_assert_uint_eq(tone->sequence_id, 1);
	ck_assert_uint_eq(tone->duration_ms, 160);
	ck_assert_uint_eq(tone->lost, 0);
}
END_TEST

struct ear {
	int heard;
	char last;
	uint64_t subscription;
};

static void hear(void *user, const ivrq_tone_event *event)
{
	struct ear *ear = user;

	ear->heard++;
	ear->last = event->tone;
	ear->subscription = event->subscription.value;
}

START_TEST(test_tone_reaches_each_subscriber_once)
{
	struct ear ears[3] = { { 0 } };
	ivrq_subscription heard[3];
	int i;

	for (i = 0; i < 3; i++)
		ck_assert_int_eq(ivrq_subscribe_to_tone(rig->engine,
							phone->call, hear,
							&ears[i], &heard[i]),
				 0);
	phone_listen(phone, NULL);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '1', 0), 0);
	rig_run(rig);
	ck_assert_int_eq(ivrq_unsubscribe(rig->engine, heard[1]), 0);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '2', 0), 0);
	rig_run(rig);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(ears[i].heard, i == 1 ? 1 : 2);
		ck_assert_int_eq(ears[i].last, i == 1 ? '1' : '2');
		ck_assert_uint_eq(ears[i].subscription, heard[i].value);
	}
	ck_assert_story(phone, TONE, "tone:1 tone:2");
}
END_TEST

START_TEST(test_subscribe_hears_only_what_comes_after)
{
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '1', 0), 0);
	phone_listen(phone, NULL);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '2', 0), 0);
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:2");
	ck_assert_uint_eq(phone->events[0].tone.sequence_id, 2);
}
END_TEST

START_TEST(test_unsubscribe_hears_no_more)
{
	ivrq_subscription heard;

	phone_listen(phone, &heard);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '1', 0), 0);
	ck_assert_int_eq(ivrq_unsubscribe(rig->engine, heard), 0);
	ck_assert_int_eq(ivrq_unsubscribe(rig->engine, heard), IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '2', 0), 0);
	rig_run(rig);
	ck_assert_story(phone, TONE, "");
}
END_TEST

/* In the handler of a tone that others wait for too. */
static ivrq_subscription to_end;

static void unsubscribe_inside(struct phone *called, const struct event *event)
{
	if (event->what == TONE && event->tone.tone == '1')
		ivrq_unsubscribe(called->rig->engine, to_end);
}

START_TEST(test_unsubscribe_inside_a_handler_takes_effect_at_once)
{
	phone->hook = unsubscribe_inside;
	phone_listen(phone, &to_end);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '1', 0), 0);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '2', 0), 0);
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:1");
}
END_TEST

START_TEST(test_tone_without_a_subscriber_counts)
{
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '1', 0), 0);
	rig_run(rig);
	ck_assert_uint_eq(rig_stats(rig).tones, 1);
	phone_listen(phone, NULL);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '2', 0), 0);
	rig_run(rig);
	ck_assert_uint_eq(phone->events[0].tone.sequence_id, 2);
	ck_assert_uint_eq(phone->events[0].tone.lost, 0);
}
END_TEST

START_TEST(test_tone_bit_of_each_tone_is_its_own)
{
	static const char tones[] = "0123456789*#abcd";
	int i;

	for (i = 0; tones[i]; i++)
		ck_assert_uint_eq(ivrq_tone_bit(tones[i]), 1u << i);
}
END_TEST

/* --------------------------------------------------------------- the suite */

static void add_cancels(Suite *suite)
{
	TCase *tests = case_with_call(suite, "cancel");
	TCase *alone = case_alone(suite, "cancel alone");

	tcase_add_test(alone, test_cancel_request_init_is_a_cancel_of_all);
	tcase_add_test(
		tests,
		test_cancel_without_request_receipt_and_error_cancels_all);
	tcase_add_test(tests, test_cancel_echoes_the_context_in_the_receipt);
	tcase_add_test(tests,
		       test_cancel_of_the_current_one_lets_the_next_start);
	tcase_add_test(tests, test_cancel_of_the_current_one_before_it_starts);
	tcase_add_test(
		tests,
		test_cancel_of_the_waiting_ones_lets_the_current_one_play);
	tcase_add_loop_test(
		tests, test_cancel_of_the_waiting_ones_before_any_starts, 0, 3);
	tcase_add_loop_test(
		tests, test_cancel_by_op_kind_and_tag_reaches_the_one_in_flight,
		0, 3);
	tcase_add_test(tests,
		       test_cancel_of_one_in_the_middle_spares_its_neighbours);
	tcase_add_loop_test(tests, test_result_names_the_cause, 0, 2);
}

static void add_fences(Suite *suite)
{
	TCase *tests = case_with_call(suite, "fence");
	TCase *alone = case_alone(suite, "fence alone");

	tcase_add_test(tests, test_fence_only_looks_without_a_limit);
	tcase_add_test(tests, test_fence_of_an_empty_receipt_is_open);
	tcase_add_test(tests, test_fence_times_out_when_no_worker_runs);
	tcase_add_test(tests, test_fence_of_a_call_that_has_ended_is_open);
	tcase_add_loop_test(tests, test_fence_waits_for_the_worker, 0, 4);
	tcase_add_test(alone, test_fence_of_too_many_threads_is_refused);
}

static void add_tones(Suite *suite)
{
	TCase *tests = case_with_call(suite, "tones");
	TCase *alone = case_alone(suite, "tones alone");

	tcase_add_test(tests, test_tone_event_carries_the_tone);
	tcase_add_test(tests, test_tone_reaches_each_subscriber_once);
	tcase_add_test(tests, test_subscribe_hears_only_what_comes_after);
	tcase_add_test(tests, test_unsubscribe_hears_no_more);
	tcase_add_test(tests,
		       test_unsubscribe_inside_a_handler_takes_effect_at_once);
	tcase_add_test(tests, test_tone_without_a_subscriber_counts);
	tcase_add_test(alone, test_tone_bit_of_each_tone_is_its_own);
}

void add_api_cancel(Suite *suite)
{
	add_cancels(suite);
	add_fences(suite);
	add_tones(suite);
}
