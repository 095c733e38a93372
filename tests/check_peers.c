/* SPDX-License-Identifier: MIT */
/*
 * check_peers.c - faults that media servers and queue engines have had, and
 * that ours shall not get. One test for each; the comment tells the story.
 */
#include "fixture.h"

static enum what cancel_in;
static ivrq_receipt cut;

/* Cancel all, once, from inside the callback that cancel_in names. */
static void cancel_once(struct phone *called, const struct event *event)
{
	if (event->what != cancel_in)
		return;
	cancel_in = 0;
	CT_SEE(&called->slip,
	       !ivrq_cancel_media_processing(called->rig->engine, called->call,
					     NULL, &cut, NULL));
}

/* ------------------------------------------------------------- lost stops */

/*
 * A stop that fell between taking a command from the queue and its first
 * frame was answered with success and then wiped: the prompt played on.
 */
START_TEST(test_cancel_between_dequeue_and_first_frame_stops_it)
{
	static const enum what windows[] = { START, STARTED };
	ivrq_op op = phone_play(phone, "A");

	cancel_in = windows[_i];
	phone->hook = cancel_once;
	rig_run(rig);
	ck_assert_receipt(cut, 1, 0);
	ck_assert_uint_eq(phone_count_op(phone, STOP, op), 1);
	ck_assert_int_eq(phone_result(phone, op)->status, IVRQ_CANCELED);
	ck_assert(phone_result(phone, op)->started);
}
END_TEST

/*
 * The file ended in the very tick of the stop; the stop stayed behind and
 * ended the next prompt, which was then reported as failed.
 */
START_TEST(test_cancel_at_the_natural_end_spares_the_next)
{
	ivrq_op first = phone_play(phone, "A");

	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, first), 0);
	cut = phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	phone_play(phone, "B");
	rig_run(rig);
	rig_run(rig);
	ck_assert_receipt(cut, 0, 0);
	ck_assert_story(phone, DRIVER | RESULT, "start:A done:A start:B");
}
END_TEST

/* The cancel came while nothing ran; the flag waited for the next prompt. */
START_TEST(test_cancel_of_nothing_is_not_remembered)
{
	phone_cancel(phone, (enum ivrq_scope)_i);
	phone_play(phone, "A");
	rig_run(rig);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A");
}
END_TEST

/*
 * A stop of one was raised to a stop of all between the test of a flag and
 * its clearing, and the raise was lost.
 */
START_TEST(test_cancel_of_all_after_a_cancel_of_one_is_not_lost)
{
	phone->stop_answer = IVRQ_STOP_PENDING;
	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	rig_run(rig);
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	ck_assert_receipt(cut, 0, 1);
	ck_assert_int_eq(phone_stopped(phone, phone->events[0].op), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A canceled:B");
}
END_TEST

/* The barge-in flushed the first of three, and each needed its own. */
START_TEST(test_barge_in_flushes_all_that_came_before)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	phone_play(phone, "C");
	phone_barge(phone, "D");
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A canceled:B canceled:C "
			"start:D");
}
END_TEST

/* A prompt in an endless loop never looked at the queue of commands. */
START_TEST(test_cancel_ends_a_prompt_that_loops_for_ever)
{
	static const char *const prompts[] = { "hold.wav" };
	ivrq_play_prompt_request request;
	ivrq_submission sent;

	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.loop = true;
	request.options.client_context = "A";
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, NULL),
			 0);
	rig_run(rig);
	phone_play(phone, "B");
	phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A start:B");
}
END_TEST

/* The next prompt began while the last announcer was still on its way out. */
START_TEST(test_next_starts_only_after_the_stopped_one_has_left)
{
	ivrq_op first = phone_play(phone, "A");

	phone->stop_answer = IVRQ_STOP_PENDING;
	rig_run(rig);
	phone_barge(phone, "B");
	rig_run(rig);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A stop:A");
	ck_assert_int_eq(phone_stopped(phone, first), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A start:B");
}
END_TEST

/* --------------------------------------------------------- stale messages */

/* The end of an earlier playback was taken for the end of the present one. */
START_TEST(test_late_end_of_an_earlier_one_does_not_end_this_one)
{
	ivrq_op first = phone_play(phone, "A"), second;

	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	second = phone_play(phone, "B");
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, first), IVRQ_ENOENT);
	ck_assert_int_eq(phone_stopped(phone, first), IVRQ_ENOENT);
	rig_run(rig);
	ck_assert_uint_eq(phone_count_op(phone, RESULT, second), 0);
	ck_assert_int_eq(phone_snapshot(phone).state, IVRQ_HEAD_RUNNING);
}
END_TEST

/*
 * The media side kept a name that was given out again after many others. No
 * handle of the past may ever mean what is playing now.
 */
START_TEST(test_end_with_an_old_generation_is_never_believed)
{
	ivrq_op ops[300];
	int i, j;

	for (i = 0; i < 300; i++) {
		ops[i] = phone_play(phone, "A");
		rig_run(rig);
		for (j = 0; j < i; j++)
			ck_assert_int_eq(phone_finish(phone, ops[j]),
					 IVRQ_ENOENT);
		ck_assert_int_eq(phone_snapshot(phone).state,
				 IVRQ_HEAD_RUNNING);
		ck_assert_int_eq(phone_finish(phone, ops[i]), 0);
		rig_run(rig);
	}
}
END_TEST

/* --------------------------------------------------------- full and flush */

/* The flush forgot to reset the length: the queue said full for ever. */
START_TEST(test_cancel_of_a_full_queue_leaves_room_for_as_many)
{
	ivrq_submission sent;
	uint32_t round, i;

	for (round = 0; round < 50; round++) {
		for (i = 0; i < rig->config.ring; i++)
			phone_play(phone, "A");
		ck_assert_int_eq(
			phone_submit(phone, IVRQ_PLAY_PROMPT, "B", NULL, &sent),
			IVRQ_EFULL);
		if (round % 2)
			rig_run(rig);
		cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
		ck_assert_receipt(cut, round % 2, rig->config.ring - round % 2);
		rig_run(rig);
		ck_assert_uint_eq(phone_snapshot(phone).depth, 0);
	}
	ck_assert_uint_eq(phone_count(phone, RESULT), 50 * rig->config.ring);
}
END_TEST

/*
 * The same when they are picked out one by one from behind the first: their
 * places come back although that one plays on.
 */
START_TEST(test_cancel_of_waiting_ones_leaves_room_behind_the_first)
{
	ivrq_submission sent;
	int round, i, answer;

	phone_tagged(phone, "A", 1);
	rig_run(rig);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 64; i++) {
			answer = phone_submit(phone, IVRQ_RECORD_RESPONSE, "B",
					      NULL, &sent);
			if (answer)
				break;
		}
		ck_assert_int_eq(answer, IVRQ_EFULL);
		ck_assert_int_ge(i, 1);
		phone_cancel_kind(phone, IVRQ_RECORD_RESPONSE);
		rig_run(rig);
		phone_cancel(phone, IVRQ_SCOPE_PENDING);
		rig_run(rig);
	}
	ck_assert_uint_eq(phone_count(phone, STOP), 0);
	ck_assert_uint_eq(rig_stats(rig).live, phone_snapshot(phone).depth);
}
END_TEST

/* Five were reported, the sixth and later were dropped without a word. */
START_TEST(test_cancel_of_many_reports_each)
{
	struct phone deep[1];
	int i;

	rig_config(rig);
	rig->config.ring = 1024;
	rig->config.operations = 1024;
	rig_up(rig);
	phone_init(deep, rig);
	phone_open(deep);
	for (i = 0; i < 1024; i++)
		phone_play(deep, "A");
	cut = phone_cancel(deep, IVRQ_SCOPE_ALL);
	ck_assert_receipt(cut, 0, 1024);
	rig_run(rig);
	ck_assert_uint_eq(phone_hit(deep, cut.id), 1024);
	rig_down(rig);
}
END_TEST

/* ------------------------------------------------- cancel meets something */

/* Two stops at one time: the second hit what came after the first. */
static struct {
	struct ct_gate go;
	struct ct_slip slip;
	ivrq_receipt receipt;
} rival;

static void *cancel_too(void *user)
{
	(void)user;
	ct_gate_pass(&rival.go);
	CT_SEE(&rival.slip,
	       !ivrq_cancel_media_processing(rig->engine, phone->call, NULL,
					     &rival.receipt, NULL));
	return NULL;
}

START_TEST(test_two_cancels_at_one_time_share_the_results)
{
	pthread_t thread;
	int i;

	ct_gate_init(&rival.go);
	for (i = 0; i < 200; i++) {
		phone_play(phone, "A");
		rig_run(rig);
		phone_play(phone, "B");
		if (pthread_create(&thread, NULL, cancel_too, NULL))
			abort();
		ct_gate_open(&rival.go);
		dither((uint32_t)i);
		cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
		pthread_join(thread, NULL);
		CT_NO_SLIP(&rival.slip);
		rig_run(rig);
		ck_assert_uint_eq(cut.in_flight + cut.pending +
					  rival.receipt.in_flight +
					  rival.receipt.pending,
				  2);
		ck_assert_uint_eq(phone_hit(phone, cut.id),
				  cut.in_flight + cut.pending);
		ck_assert_uint_eq(phone_hit(phone, rival.receipt.id),
				  rival.receipt.in_flight +
					  rival.receipt.pending);
		ck_assert_uint_eq(phone_count(phone, STOP), 1);
		phone_forget(phone);
	}
	ct_gate_done(&rival.go);
}
END_TEST

/* What the handler of a cancellation queued was flushed along with the rest. */
static void answer_first_result(struct phone *called, const struct event *event)
{
	ivrq_submission sent;

	if (event->what != RESULT || strcmp(event->label, "A"))
		return;
	CT_SEE(&called->slip,
	       !phone_submit(called, IVRQ_PLAY_PROMPT, "C", NULL, &sent));
}

START_TEST(test_submitted_inside_a_cancellation_survives_it)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	phone->hook = answer_first_result;
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A canceled:B start:C");
}
END_TEST

/*
 * While the flush walked the list, others appended: those were flushed too,
 * or lost. Here one is wholly in or wholly out, and the receipt knows.
 */
static struct {
	struct ct_gate go;
	int answers[4];
	ivrq_submission sent[4];
} crowd;

static void *submit_four(void *user)
{
	int i;

	(void)user;
	ct_gate_pass(&crowd.go);
	for (i = 0; i < 4; i++)
		crowd.answers[i] = phone_submit(phone, IVRQ_RECORD_RESPONSE,
						"C", NULL, &crowd.sent[i]);
	return NULL;
}

/* Of the four in their order, those that were in time come first. */
static void judge_crowd(void)
{
	unsigned in = 0;
	int i;

	for (i = 0; i < 4; i++) {
		bool hit = phone_count_op(phone, RESULT, crowd.sent[i].op) == 1;

		ck_assert_int_eq(crowd.answers[i], 0);
		ck_assert(!hit || in == (unsigned)i);
		in += hit;
	}
	ck_assert_uint_eq(cut.pending, 1 + in);
	ck_assert_uint_eq(phone_hit(phone, cut.id), 2 + in);
	ck_assert_uint_eq(phone_snapshot(phone).depth, 4 - in);
}

START_TEST(test_submitted_during_a_cancel_is_wholly_in_or_wholly_out)
{
	pthread_t thread;
	int i;

	ct_gate_init(&crowd.go);
	for (i = 0; i < 200; i++) {
		phone_play(phone, "A");
		rig_run(rig);
		phone_play(phone, "B");
		if (pthread_create(&thread, NULL, submit_four, NULL))
			abort();
		ct_gate_open(&crowd.go);
		dither((uint32_t)i);
		cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
		pthread_join(thread, NULL);
		rig_run(rig);
		judge_crowd();
		phone_cancel(phone, IVRQ_SCOPE_ALL);
		rig_run(rig);
		phone_forget(phone);
	}
	ct_gate_done(&crowd.go);
}
END_TEST

/* A recording that waited was marked as cancelled and recorded all the same. */
START_TEST(test_canceled_recording_that_waits_never_records)
{
	ivrq_op recording;

	phone_play(phone, "A");
	rig_run(rig);
	recording = phone_record(phone, "B");
	phone_cancel_op(phone, recording);
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, phone->events[0].op), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A canceled:B done:A");
	ck_assert(!phone_result(phone, recording)->started);
}
END_TEST

/* A recording was stopped, and ended as done. */
START_TEST(test_canceled_recording_in_flight_says_so_and_keeps_its_length)
{
	ivrq_op recording = phone_record(phone, "A");

	phone->stop_outcome.media_ms = 1234;
	phone->stop_outcome.kept = true;
	rig_run(rig);
	phone_cancel_op(phone, recording);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, recording)->status, IVRQ_CANCELED);
	ck_assert_uint_eq(phone_result(phone, recording)->media_ms, 1234);
	ck_assert(phone_result(phone, recording)->kept);
}
END_TEST

/*
 * The file could not be opened at the moment of the cancel: two ends were
 * reported, or none. The receipt has counted it, so it is the cancel's.
 */
START_TEST(test_cancel_of_one_that_fails_to_open_gives_one_result)
{
	ivrq_op op = phone_play(phone, "A");

	phone->start_answer = IVRQ_REASON_PROMPT_UNREADABLE;
	phone->hook = cancel_once;
	cancel_in = START;
	rig_run(rig);
	ck_assert_uint_eq(phone_count_op(phone, RESULT, op), 1);
	ck_assert_uint_eq(phone_count(phone, STOP | STARTED), 0);
	ck_assert_uint_eq(phone_hit(phone, cut.id),
			  cut.in_flight + cut.pending);
	phone->start_answer = 0;
	phone_play(phone, "B");
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, START), 2);
}
END_TEST

/* A broken file ended silently: started, and never heard of again. */
START_TEST(test_each_failed_start_is_reported_and_the_next_tried)
{
	phone->start_answer = IVRQ_REASON_PROMPT_FORMAT;
	phone_play(phone, "A");
	phone_play(phone, "B");
	phone_play(phone, "C");
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A failed:A start:B failed:B start:C failed:C");
}
END_TEST

/* ----------------------------------------------------- reports and names */

/* The result of a cancelled one came when its turn came, minutes later. */
START_TEST(test_canceled_while_waiting_reports_before_its_turn)
{
	ivrq_op second;

	phone_play(phone, "A");
	rig_run(rig);
	second = phone_play(phone, "B");
	phone_play(phone, "C");
	phone_cancel_op(phone, second);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A canceled:B");
}
END_TEST

/* Done, stopped and failed all arrived as "done". */
START_TEST(test_each_way_to_end_has_a_status_of_its_own)
{
	ivrq_op done = phone_play(phone, "A"), failed, canceled;

	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, done), 0);
	failed = phone_play(phone, "B");
	rig_run(rig);
	ck_assert_int_eq(phone_end(phone, failed, IVRQ_REASON_OTHER, 0), 0);
	canceled = phone_play(phone, "C");
	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, done)->status, IVRQ_COMPLETED);
	ck_assert_int_eq(phone_result(phone, failed)->status, IVRQ_FAILED);
	ck_assert_int_eq(phone_result(phone, canceled)->status, IVRQ_CANCELED);
}
END_TEST

/* Two prompts of the same name could not be told apart in the reports. */
START_TEST(test_equal_prompts_have_names_of_their_own)
{
	ivrq_op first = phone_play(phone, "A"), second;

	rig_run(rig);
	second = phone_play(phone, "A");
	ck_assert_uint_ne(first.value, second.value);
	phone_cancel_op(phone, second);
	rig_run(rig);
	ck_assert_uint_eq(phone_count_op(phone, RESULT, second), 1);
	ck_assert_uint_eq(phone_count_op(phone, RESULT, first), 0);
}
END_TEST

/*
 * Marks that stood in the flushed queue were freed silently: their owners
 * waited for ever. Every operation reports, with what it was given.
 */
START_TEST(test_marker_behind_a_canceled_one_is_reported)
{
	int mark;
	ivrq_options options = { .user = &mark };
	ivrq_submission sent;

	phone_play(phone, "A");
	rig_run(rig);
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "mark", &options, &sent),
		0);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_story(phone, RESULT, "canceled:A canceled:mark");
	ck_assert_ptr_eq(phone_event(phone, RESULT, sent.op)->user, &mark);
}
END_TEST

/* -------------------------------------------------- hang-up and life time */

/* At hang-up the waiting ones were freed without a report. */
START_TEST(test_hang_up_reports_all_that_waited)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_record(phone, "B");
	phone_play(phone, "C");
	phone_close(phone);
	rig_run(rig);
	ck_assert_story(phone, RESULT | CLOSED,
			"canceled:A canceled:B canceled:C closed:hang-up");
}
END_TEST

/* The hang-up waited for the end of the prompt, which waited for it. */
static void close_once(struct phone *called, const struct event *event)
{
	if (event->what != cancel_in)
		return;
	cancel_in = 0;
	CT_SEE(&called->slip,
	       !ivrq_call_close(called->rig->engine, called->call,
				IVRQ_CAUSE_HANG_UP, NULL));
}

START_TEST(test_hang_up_inside_a_callback_ends_the_call)
{
	static const enum what windows[] = { START, STARTED, STOP, RESULT };
	ivrq_op op = phone_play(phone, "A");

	phone_play(phone, "B");
	cancel_in = windows[_i];
	phone->hook = close_once;
	rig_run(rig);
	if (windows[_i] == STOP)
		phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	if (windows[_i] == RESULT)
		ck_assert_int_eq(phone_finish(phone, op), 0);
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, RESULT), 2);
	ck_assert_uint_eq(phone_count(phone, START), 1);
	ck_assert_int_eq(phone->events[phone->nevents - 1].what, CLOSED);
}
END_TEST

/* The player was destroyed around its own last callback, and crashed. */
static void destroy_now(struct phone *called, const struct event *event)
{
	(void)event;
	CT_SEE(&called->slip,
	       ivrq_engine_destroy(called->rig->engine) == IVRQ_EDEADLK);
}

START_TEST(test_destroy_inside_a_callback_is_refused)
{
	ivrq_op op = phone_play(phone, "A");

	phone->hook = destroy_now;
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, op), 0);
	rig_run(rig);
	phone_close(phone);
	rig_run(rig);
	CT_NO_SLIP(&phone->slip);
	ck_assert_story(phone, RESULT | CLOSED, "done:A closed:hang-up");
}
END_TEST

/* ------------------------------------------------------------------ digits */

/* Digits that were pressed around a stop went away with the queue. */
START_TEST(test_digits_around_a_cancel_are_heard)
{
	phone_listen(phone, NULL);
	phone_play(phone, "A");
	rig_run(rig);
	give("1");
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	give("2");
	rig_run(rig);
	give("3");
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:1 tone:2 tone:3");
}
END_TEST

/* The end of each recording flushed the digits that were pressed in it. */
START_TEST(test_digits_at_the_end_of_a_recording_are_heard)
{
	ivrq_op recording = phone_record(phone, "A");

	phone_listen(phone, NULL);
	rig_run(rig);
	give("12");
	ck_assert_int_eq(phone_end(phone, recording, IVRQ_REASON_STOP_TONE, 9),
			 0);
	give("3#");
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:1 tone:2 tone:3 tone:#");
}
END_TEST

/* So did each prompt that could not be opened. */
START_TEST(test_digits_before_a_prompt_that_fails_are_heard)
{
	phone_listen(phone, NULL);
	phone->start_answer = IVRQ_REASON_PROMPT_UNREADABLE;
	give("12");
	phone_play(phone, "A");
	give("3");
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:1 tone:2 tone:3");
}
END_TEST

/* The oldest digit fell out of a full ring, and nobody was told. */
START_TEST(test_digits_too_many_are_counted_and_the_oldest_kept)
{
	uint32_t i;

	phone_listen(phone, NULL);
	give("7");
	for (i = 1; i < rig->config.tones_per_call; i++)
		give("1");
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '9', 0),
			 IVRQ_EFULL);
	rig_run(rig);
	give("8");
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, TONE),
			  rig->config.tones_per_call + 1);
	ck_assert_int_eq(phone->events[0].tone.tone, '7');
	ck_assert_uint_eq(phone->events[phone->nevents - 1].tone.lost, 1);
	ck_assert_uint_eq(rig_stats(rig).tones_lost, 1);
}
END_TEST

/* --------------------------------------------------------------- the suite */

static void add_stops(Suite *suite)
{
	TCase *lost = case_with_call(suite, "lost stops");
	TCase *stale = case_with_call(suite, "stale messages");

	tcase_add_loop_test(
		lost, test_cancel_between_dequeue_and_first_frame_stops_it, 0,
		2);
	tcase_add_test(lost, test_cancel_at_the_natural_end_spares_the_next);
	tcase_add_loop_test(lost, test_cancel_of_nothing_is_not_remembered, 0,
			    3);
	tcase_add_test(lost,
		       test_cancel_of_all_after_a_cancel_of_one_is_not_lost);
	tcase_add_test(lost, test_barge_in_flushes_all_that_came_before);
	tcase_add_test(lost, test_cancel_ends_a_prompt_that_loops_for_ever);
	tcase_add_test(lost,
		       test_next_starts_only_after_the_stopped_one_has_left);
	tcase_add_test(stale,
		       test_late_end_of_an_earlier_one_does_not_end_this_one);
	tcase_add_test(stale,
		       test_end_with_an_old_generation_is_never_believed);
}

static void add_full(Suite *suite)
{
	TCase *full = case_with_call(suite, "full and flush");
	TCase *alone = case_alone(suite, "very full");

	tcase_add_test(full,
		       test_cancel_of_a_full_queue_leaves_room_for_as_many);
	tcase_add_test(
		full, test_cancel_of_waiting_ones_leaves_room_behind_the_first);
	tcase_add_test(alone, test_cancel_of_many_reports_each);
}

static void add_meetings(Suite *suite)
{
	TCase *meets = case_with_call(suite, "cancel meets something");

	tcase_add_test(meets, test_two_cancels_at_one_time_share_the_results);
	tcase_add_test(meets, test_submitted_inside_a_cancellation_survives_it);
	tcase_add_test(
		meets,
		test_submitted_during_a_cancel_is_wholly_in_or_wholly_out);
	tcase_add_test(meets, test_canceled_recording_that_waits_never_records);
	tcase_add_test(
		meets,
		test_canceled_recording_in_flight_says_so_and_keeps_its_length);
	tcase_add_test(meets,
		       test_cancel_of_one_that_fails_to_open_gives_one_result);
	tcase_add_test(meets,
		       test_each_failed_start_is_reported_and_the_next_tried);
}

static void add_reports(Suite *suite)
{
	TCase *names = case_with_call(suite, "reports and names");
	TCase *ends = case_with_call(suite, "hang-up and life time");

	tcase_add_test(names,
		       test_canceled_while_waiting_reports_before_its_turn);
	tcase_add_test(names, test_each_way_to_end_has_a_status_of_its_own);
	tcase_add_test(names, test_equal_prompts_have_names_of_their_own);
	tcase_add_test(names, test_marker_behind_a_canceled_one_is_reported);
	tcase_add_test(ends, test_hang_up_reports_all_that_waited);
	tcase_add_loop_test(ends, test_hang_up_inside_a_callback_ends_the_call,
			    0, 4);
	tcase_add_test(ends, test_destroy_inside_a_callback_is_refused);
}

static void add_digits(Suite *suite)
{
	TCase *digits = case_with_call(suite, "digits");

	tcase_add_test(digits, test_digits_around_a_cancel_are_heard);
	tcase_add_test(digits, test_digits_at_the_end_of_a_recording_are_heard);
	tcase_add_test(digits,
		       test_digits_before_a_prompt_that_fails_are_heard);
	tcase_add_test(digits,
		       test_digits_too_many_are_counted_and_the_oldest_kept);
}

int main(void)
{
	Suite *suite = suite_create("peers");

	add_stops(suite);
	add_full(suite);
	add_meetings(suite);
	add_reports(suite);
	add_digits(suite);
	return ct_run(suite);
}
