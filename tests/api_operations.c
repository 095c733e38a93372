/* SPDX-License-Identifier: MIT */
/*
 * api_operations.c - the ordinary use of operations, listeners and drivers.
 */
#include "api.h"

/* ------------------------------------------------------------- operations */

START_TEST(test_play_prompt_copies_all_it_is_given)
{
	char prompts[3][16] = { "one.wav", "two.wav", "three.wav" };
	const char *list[3] = { prompts[0], prompts[1], prompts[2] };
	char context[8] = "context";
	ivrq_play_prompt_request request;
	ivrq_submission sent;
	static struct copy copy;
	int mark;

	phone->copy = &copy;
	ivrq_play_prompt_request_init(&request);
	request.prompts = list;
	request.prompt_count = 3;
	request.loop = true;
	request.options = (ivrq_options){ .client_context = context,
					  .tag = 99,
					  .deadline_ns = 12345,
					  .user = &mark };
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, NULL),
			 0);
	memset(prompts, 'x', sizeof(prompts));
	memset(list, 0, sizeof(list));
	memset(context, 'x', sizeof(context));
	rig_run(rig);
	ck_assert_int_eq(copy.operation.kind, IVRQ_PLAY_PROMPT);
	ck_assert_uint_eq(copy.operation.op.value, sent.op.value);
	ck_assert_uint_eq(copy.operation.call.value, phone->call.value);
	ck_assert_uint_eq(copy.operation.prompt_count, 3);
	ck_assert_str_eq(copy.prompts[0], "one.wav");
	ck_assert_str_eq(copy.prompts[1], "two.wav");
	ck_assert_str_eq(copy.prompts[2], "three.wav");
	ck_assert_str_eq(copy.client_context, "context");
	ck_assert_uint_eq(copy.operation.tag, 99);
	ck_assert_uint_eq(copy.operation.deadline_ns, 12345);
	ck_assert_ptr_eq(copy.operation.user, &mark);
	ck_assert(copy.operation.loop);
	ck_assert(!copy.operation.barge_in_allowed);
}
END_TEST

START_TEST(test_play_prompt_keeps_prompts_where_they_are_when_asked)
{
	static const char *const list[] = { "one.wav", "two.wav" };
	ivrq_play_prompt_request request;
	ivrq_submission sent;
	static struct copy copy;

	phone->copy = &copy;
	ivrq_play_prompt_request_init(&request);
	request.prompts = list;
	request.prompt_count = 2;
	request.options.client_context = "A";
	request.options.keep_prompts = _i;
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, NULL),
			 0);
	rig_run(rig);
	ck_assert_int_eq(copy.prompts_at == (const void *)list, _i);
	ck_assert_int_eq(copy.prompt_at[0] == (const void *)list[0], _i);
	ck_assert_int_eq(copy.prompt_at[1] == (const void *)list[1], _i);
	ck_assert_ptr_ne(copy.client_context_at,
			 request.options.client_context);
	ck_assert_str_eq(copy.prompts[1], "two.wav");
}
END_TEST

START_TEST(test_play_prompt_takes_twenty_prompts)
{
	static const char *list[IVRQ_PROMPTS_MAX];
	ivrq_play_prompt_request request;
	ivrq_submission sent;
	static struct copy copy;
	uint32_t i;

	for (i = 0; i < IVRQ_PROMPTS_MAX; i++)
		list[i] = &"abcdefghijklmnopqrst"[i];
	phone->copy = &copy;
	ivrq_play_prompt_request_init(&request);
	request.prompts = list;
	request.prompt_count = IVRQ_PROMPTS_MAX;
	request.options.keep_prompts = true;
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, NULL),
			 0);
	rig_run(rig);
	ck_assert_uint_eq(copy.operation.prompt_count, IVRQ_PROMPTS_MAX);
	for (i = 0; i < IVRQ_PROMPTS_MAX; i++)
		ck_assert_str_eq(copy.prompts[i], list[i]);
}
END_TEST

START_TEST(test_record_response_has_the_defaults_of_the_call_api)
{
	ivrq_record_response_request request;
	static struct copy copy;

	phone->copy = &copy;
	ct_mark(&request, sizeof(request));
	ivrq_record_response_request_init(&request);
	ck_assert_uint_eq(request.size, sizeof(request));
	ck_assert_uint_eq(request.initial_silence_timeout_seconds, 5);
	ck_assert_uint_eq(request.max_silence_timeout_seconds, 5);
	ck_assert_uint_eq(request.max_record_duration_seconds, 5);
	ck_assert(request.play_beep);
	phone_record(phone, "A");
	rig_run(rig);
	ck_assert_int_eq(copy.operation.kind, IVRQ_RECORD_RESPONSE);
	ck_assert_uint_eq(copy.operation.prompt_count, 0);
	ck_assert_uint_eq(copy.operation.initial_silence_timeout_seconds, 5);
	ck_assert_uint_eq(copy.operation.max_silence_timeout_seconds, 5);
	ck_assert_uint_eq(copy.operation.max_record_duration_seconds, 5);
	ck_assert_uint_eq(copy.operation.stop_tones, 0);
	ck_assert(copy.operation.play_beep);
	ck_assert_ptr_null(copy.operation.location);
}
END_TEST

START_TEST(test_record_response_carries_all_it_is_given)
{
	static const char *const prompts[] = { "speak.wav" };
	ivrq_record_response_request request;
	ivrq_submission sent;
	static struct copy copy;

	phone->copy = &copy;
	ivrq_record_response_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.initial_silence_timeout_seconds = 1;
	request.max_silence_timeout_seconds = 2;
	request.max_record_duration_seconds = 120;
	request.play_beep = false;
	request.stop_tones = "#1d";
	request.location = "/var/spool/one.wav";
	request.options.barge_in_allowed = true;
	ck_assert_int_eq(ivrq_record_response(rig->engine, phone->call,
					      &request, &sent, NULL),
			 0);
	rig_run(rig);
	ck_assert_str_eq(copy.prompts[0], "speak.wav");
	ck_assert_str_eq(copy.location, "/var/spool/one.wav");
	ck_assert_uint_eq(copy.operation.initial_silence_timeout_seconds, 1);
	ck_assert_uint_eq(copy.operation.max_silence_timeout_seconds, 2);
	ck_assert_uint_eq(copy.operation.max_record_duration_seconds, 120);
	ck_assert(!copy.operation.play_beep);
	ck_assert(copy.operation.barge_in_allowed);
	ck_assert_uint_eq(copy.operation.stop_tones,
			  ivrq_tone_bit('#') | ivrq_tone_bit('1') |
				  ivrq_tone_bit('d'));
	ck_assert_ptr_null(copy.operation.client_context);
}
END_TEST

START_TEST(test_submission_tells_what_is_ahead)
{
	ivrq_submission sent;
	ivrq_op first;

	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "A", NULL, &sent), 0);
	first = sent.op;
	ck_assert_uint_eq(sent.ahead, 0);
	ck_assert(sent.running);
	rig_run(rig);
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_RECORD_RESPONSE, "B", NULL, &sent), 0);
	ck_assert_uint_eq(sent.ahead, 1);
	ck_assert(!sent.running);
	ck_assert_int_eq(phone_finish(phone, first), 0);
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "C", NULL, &sent), 0);
	/* A has finished, though nobody was told yet: B alone is ahead. */
	ck_assert_uint_eq(sent.ahead, 1);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "D", NULL, &sent), 0);
	ck_assert_uint_eq(sent.ahead, 0);
	ck_assert(sent.running);
}
END_TEST

START_TEST(test_submission_of_a_barge_in_has_nothing_ahead)
{
	ivrq_options options = { .barge_in_allowed = true };
	ivrq_submission sent;

	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "C", &options, &sent), 0);
	ck_assert_uint_eq(sent.ahead, 0);
	ck_assert(sent.running);
}
END_TEST

/* What the submitter wrote, the callbacks read; a thread checker sees it. */
static int letter;

static void read_letter(struct phone *called, const struct event *event)
{
	const int *text = event->user;

	if (event->what == START || event->what == RESULT)
		CT_SEE(&called->slip, *text == 42);
}

START_TEST(test_submit_makes_what_was_written_visible)
{
	ivrq_options options = { .user = &letter };
	ivrq_submission sent;
	struct runner runner;

	phone->hook = read_letter;
	phone->finish_in_start = true;
	runner_start(&runner, rig, 0);
	letter = 42;
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "A", &options, &sent), 0);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 60000), 0);
	letter = 43;
	runner_stop(&runner);
	CT_NO_SLIP(&phone->slip);
}
END_TEST

/* ------------------------------------------------------------ the callbacks */

START_TEST(test_listener_hears_a_day_in_order)
{
	ivrq_op op = phone_play(phone, "A");

	rig_run(rig);
	phone_play(phone, "B");
	ck_assert_int_eq(phone_finish(phone, op), 0);
	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	rig_run(rig);
	phone_close(phone);
	rig_run(rig);
	ck_assert_story(phone, ALL,
			"start:A started:A done:A start:B started:B stop:B "
			"canceled:B idle closed:hang-up");
}
END_TEST

START_TEST(test_listener_is_told_of_the_start_before_the_end)
{
	phone->finish_in_start = true;
	phone_play(phone, "A");
	rig_run(rig);
	ck_assert_story(phone, ALL, "start:A started:A done:A idle");
}
END_TEST

START_TEST(test_listener_is_told_of_high_and_low_water_once)
{
	ivrq_op ops[5];
	int i;

	rig_config(rig);
	rig->config.high_water = 3;
	rig->config.low_water = 1;
	rig_up(rig);
	phone_init(phone, rig);
	phone_open(phone);
	for (i = 0; i < 5; i++) {
		ops[i] = phone_play(phone, "A");
		rig_run(rig);
	}
	ck_assert_story(phone, HIGH | LOW, "high:3");
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(phone_finish(phone, ops[i]), 0);
		rig_run(rig);
		ck_assert_story(phone, HIGH | LOW,
				i < 3 ? "high:3" : "high:3 low:1");
	}
	phone_play(phone, "B");
	rig_run(rig);
	ck_assert_story(phone, HIGH | LOW, "high:3 low:1");
	phone_play(phone, "C");
	rig_run(rig);
	ck_assert_story(phone, HIGH | LOW, "high:3 low:1 high:3");
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, LOW), 2);
	rig_down(rig);
}
END_TEST

START_TEST(test_result_of_a_recording_carries_the_outcome)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_STOP_TONE,
				 .media_ms = 2345,
				 .tone = '*',
				 .kept = true };
	ivrq_op op = phone_record(phone, "A");
	const ivrq_result *result;

	rig_run(rig);
	ck_assert_int_eq(ivrq_op_complete(rig->engine, op, &outcome), 0);
	rig_run(rig);
	result = phone_result(phone, op);
	ck_assert_int_eq(result->status, IVRQ_COMPLETED);
	ck_assert_int_eq(result->reason, IVRQ_REASON_STOP_TONE);
	ck_assert_int_eq(result->cause, IVRQ_CAUSE_NONE);
	ck_assert_uint_eq(result->media_ms, 2345);
	ck_assert_int_eq(result->tone, '*');
	ck_assert(result->kept);
	ck_assert(result->started);
	ck_assert_str_eq(phone_event(phone, RESULT, op)->label, "A");
}
END_TEST

START_TEST(test_result_of_an_endless_recording_is_capped)
{
	ivrq_op op = phone_play(phone, "A");

	rig_run(rig);
	ck_assert_int_eq(phone_end(phone, op, IVRQ_REASON_SUCCESS, UINT32_MAX),
			 0);
	rig_run(rig);
	ck_assert_uint_eq(phone_result(phone, op)->media_ms, IVRQ_MEDIA_MS_MAX);
}
END_TEST

/* -------------------------------------------------------------- the driver */

START_TEST(test_driver_that_cannot_start_names_the_reason)
{
	static const enum ivrq_reason reasons[] = {
		IVRQ_REASON_PROMPT_FORMAT, IVRQ_REASON_PROMPT_UNREADABLE,
		IVRQ_REASON_OTHER
	};
	ivrq_op op = phone_play(phone, "A");

	phone->start_answer = reasons[_i];
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, op)->status, IVRQ_FAILED);
	ck_assert_int_eq(phone_result(phone, op)->reason, reasons[_i]);
	ck_assert(phone_result(phone, op)->started);
	ck_assert_uint_eq(phone_count(phone, STOP | STARTED), 0);
}
END_TEST

/* It completes inside start() and then says that it could not start. */
START_TEST(test_driver_that_ends_twice_has_one_result)
{
	ivrq_op op = phone_play(phone, "A");

	phone->finish_in_start = true;
	phone->start_answer = IVRQ_REASON_OTHER;
	rig_run(rig);
	ck_assert_uint_eq(phone_count_op(phone, RESULT, op), 1);
	ck_assert_uint_eq(phone_count(phone, STOP), 0);
	phone_play(phone, "B");
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, RESULT), 2);
}
END_TEST

START_TEST(test_driver_stops_at_once_and_tells_how_far_it_got)
{
	ivrq_op op = phone_play(phone, "A");
	const ivrq_result *result;
	ivrq_receipt cut;

	phone->stop_outcome.media_ms = 777;
	rig_run(rig);
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	result = phone_result(phone, op);
	ck_assert_int_eq(result->status, IVRQ_CANCELED);
	ck_assert_int_eq(result->reason, IVRQ_REASON_CANCELED);
	ck_assert_int_eq(result->cause, IVRQ_CAUSE_CANCEL);
	ck_assert_uint_eq(result->cancel.value, cut.id.value);
	ck_assert_uint_eq(result->media_ms, 777);
	ck_assert_int_eq(result->tone, 0);
	ck_assert(result->started);
	ck_assert(!result->kept);
}
END_TEST

START_TEST(test_driver_stops_later)
{
	ivrq_outcome outcome = { .media_ms = 55, .kept = true };
	ivrq_op op = phone_record(phone, "A");

	phone->stop_answer = IVRQ_STOP_PENDING;
	rig_run(rig);
	ck_assert_int_eq(ivrq_op_stopped(rig->engine, op, &outcome),
			 IVRQ_ENOENT);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, RESULT), 0);
	ck_assert_int_eq(ivrq_op_stopped(rig->engine, op, &outcome), 0);
	ck_assert_int_eq(ivrq_op_stopped(rig->engine, op, &outcome),
			 IVRQ_EALREADY);
	rig_run(rig);
	ck_assert_uint_eq(phone_result(phone, op)->media_ms, 55);
	ck_assert(phone_result(phone, op)->kept);
	ck_assert_int_eq(ivrq_op_stopped(rig->engine, op, &outcome),
			 IVRQ_ENOENT);
}
END_TEST

/* It says pending, and is done before stop() returns. */
static void stop_inside(struct phone *called, const struct event *event)
{
	ivrq_outcome outcome = { .media_ms = 66 };

	if (event->what == STOP)
		CT_SEE(&called->slip, !ivrq_op_stopped(called->rig->engine,
						       event->op, &outcome));
}

START_TEST(test_driver_stops_later_but_before_it_returns)
{
	ivrq_op op = phone_play(phone, "A");

	phone->stop_answer = IVRQ_STOP_PENDING;
	phone->hook = stop_inside;
	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	CT_NO_SLIP(&phone->slip);
	ck_assert_uint_eq(phone_result(phone, op)->media_ms, 66);
}
END_TEST

START_TEST(test_op_is_canceled_follows_the_operation)
{
	ivrq_op op = phone_play(phone, "A");

	ck_assert_int_eq(ivrq_op_is_canceled(rig->engine, op), IVRQ_ENOENT);
	rig_run(rig);
	ck_assert_int_eq(ivrq_op_is_canceled(rig->engine, op), 0);
	phone_cancel_op(phone, op);
	ck_assert_int_eq(ivrq_op_is_canceled(rig->engine, op), 1);
	rig_run(rig);
	ck_assert_int_eq(ivrq_op_is_canceled(rig->engine, op), IVRQ_ENOENT);
}
END_TEST

START_TEST(test_op_complete_before_the_start_is_unknown)
{
	ivrq_op op;

	phone_play(phone, "A");
	rig_run(rig);
	op = phone_play(phone, "B");
	ck_assert_int_eq(phone_finish(phone, op), IVRQ_ENOENT);
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, RESULT), 0);
}
END_TEST

/* --------------------------------------------------------------- the suite */

static void add_operations(Suite *suite)
{
	TCase *tests = case_with_call(suite, "operations");

	tcase_add_test(tests, test_play_prompt_copies_all_it_is_given);
	tcase_add_loop_test(
		tests, test_play_prompt_keeps_prompts_where_they_are_when_asked,
		0, 2);
	tcase_add_test(tests, test_play_prompt_takes_twenty_prompts);
	tcase_add_test(tests,
		       test_record_response_has_the_defaults_of_the_call_api);
	tcase_add_test(tests, test_record_response_carries_all_it_is_given);
	tcase_add_test(tests, test_submission_tells_what_is_ahead);
	tcase_add_test(tests, test_submission_of_a_barge_in_has_nothing_ahead);
	tcase_add_test(tests, test_submit_makes_what_was_written_visible);
}

static void add_callbacks(Suite *suite)
{
	TCase *tests = case_with_call(suite, "the callbacks");
	TCase *alone = case_alone(suite, "the callbacks alone");

	tcase_add_test(tests, test_listener_hears_a_day_in_order);
	tcase_add_test(tests,
		       test_listener_is_told_of_the_start_before_the_end);
	tcase_add_test(alone, test_listener_is_told_of_high_and_low_water_once);
	tcase_add_test(tests, test_result_of_a_recording_carries_the_outcome);
	tcase_add_test(tests, test_result_of_an_endless_recording_is_capped);
}

static void add_driver(Suite *suite)
{
	TCase *tests = case_with_call(suite, "the driver");

	tcase_add_loop_test(
		tests, test_driver_that_cannot_start_names_the_reason, 0, 3);
	tcase_add_test(tests, test_driver_that_ends_twice_has_one_result);
	tcase_add_test(tests,
		       test_driver_stops_at_once_and_tells_how_far_it_got);
	tcase_add_test(tests, test_driver_stops_later);
	tcase_add_test(tests, test_driver_stops_later_but_before_it_returns);
	tcase_add_test(tests, test_op_is_canceled_follows_the_operation);
	tcase_add_test(tests, test_op_complete_before_the_start_is_unknown);
}

void add_api_operations(Suite *suite)
{
	add_operations(suite);
	add_callbacks(suite);
	add_driver(suite);
}
