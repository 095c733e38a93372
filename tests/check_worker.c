/* SPDX-License-Identifier: MIT */
/* check_worker: the order of a visit, its bounds, deadlines and wake-ups. */
#include <pthread.h>

#include "whitebox.h"

static struct wb wb;

static void set_up(void)
{
	wb_start_up(&wb);
}

static void tear_down(void)
{
	wb_end(&wb);
}

static ivrq_op play_by(unsigned number, uint64_t deadline_ns)
{
	ivrq_options options = { .deadline_ns = deadline_ns };
	ivrq_submission submission;

	ck_assert_int_eq(wb_try(&wb, number, &options, &submission), 0);
	return submission.op;
}

static uint64_t next_ns(void)
{
	uint64_t next;

	ck_assert_int_eq(ivrq_worker_next_ns(wb.engine, 0, &next), 0);
	return next;
}

/* ------------------------------------------------------------------- order */

START_TEST(test_visit_delivers_tones_before_the_queue)
{
	ivrq_subscription s;

	ck_assert_int_eq(
		ivrq_subscribe_to_tone(wb.engine, wb.call, NULL, NULL, &s), 0);
	wb_play(&wb, 1);
	ivrq_tone(wb.engine, wb.call, '5', 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "t5 +1 !1");
}
END_TEST

START_TEST(test_visit_stops_then_delivers_killed_then_goes_on)
{
	ivrq_cancel_request request;

	wb_play(&wb, 1);
	wb_run(&wb, 1);
	wb_record(&wb, 2, 0);
	wb_play(&wb, 3);
	wb_record(&wb, 4, 0);
	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_KIND;
	request.kind = IVRQ_RECORD_RESPONSE;
	ivrq_cancel_media_processing(wb.engine, wb.call, &request, NULL, NULL);
	wb_cancel(&wb, IVRQ_SCOPE_CURRENT, NULL);
	ck_assert_int_eq(wb_run(&wb, 1), 3);
	WB_LOG(&wb, "+1 !1 -1 =1x =2x =4x +3 !3");
}
END_TEST

START_TEST(test_visit_goes_from_one_to_the_next_in_one_run)
{
	wb_play(&wb, 1);
	wb_play(&wb, 2);
	wb_run(&wb, 1);
	ck_assert_int_eq(wb_complete(&wb), 0);
	ck_assert_int_eq(wb_run(&wb, 1), 1);
	WB_LOG(&wb, "+1 !1 =1c +2 !2");
	ck_assert_int_eq(wb_complete(&wb), 0);
	wb_run(&wb, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=2c idle");
}
END_TEST

START_TEST(test_visit_while_a_stop_takes_its_time_keeps_the_order)
{
	ivrq_outcome outcome = { .media_ms = 1 };
	ivrq_op first = wb_play(&wb, 1);

	wb_run(&wb, 1);
	wb.stop_answers = IVRQ_STOP_PENDING;
	wb_cancel(&wb, IVRQ_SCOPE_CURRENT, NULL);
	wb_play(&wb, 2);
	wb_cancel(&wb, IVRQ_SCOPE_PENDING, NULL);
	wb_play(&wb, 3);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1 -1");
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, first, &outcome), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=1x =2x +3 !3");
}
END_TEST

START_TEST(test_visit_while_a_stop_takes_its_time_keeps_what_it_cut)
{
	ivrq_outcome outcome = { .media_ms = 1 };
	ivrq_op first = wb_play(&wb, 1);

	wb_run(&wb, 1);
	wb_play(&wb, 2);
	wb.stop_answers = IVRQ_STOP_PENDING;
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1 -1");
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, first, &outcome), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=1x =2x idle");
}
END_TEST

START_TEST(test_closed_is_the_last_and_names_the_reason)
{
	enum ivrq_cause cause = _i ? IVRQ_CAUSE_STOP : IVRQ_CAUSE_HANG_UP;

	wb_play(&wb, 1);
	wb_play(&wb, 2);
	wb_run(&wb, 1);
	ck_assert_int_eq(ivrq_call_close(wb.engine, wb.call, cause, NULL), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, _i ? "+1 !1 -1 =1x =2x stop" : "+1 !1 -1 =1x =2x hangup");
	ck_assert_int_eq(wb.result[0].cause, cause);
	ck_assert_int_eq(wb.result[1].cause, cause);
}
END_TEST

START_TEST(test_result_of_a_cancel_before_the_close_is_the_cancels)
{
	wb_play(&wb, 1);
	wb_run(&wb, 1);
	wb_play(&wb, 2);
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	wb_play(&wb, 3);
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1 -1 =1x =2x =3x hangup");
	ck_assert_int_eq(wb.result[0].cause, IVRQ_CAUSE_CANCEL);
	ck_assert_int_eq(wb.result[1].cause, IVRQ_CAUSE_CANCEL);
	ck_assert_int_eq(wb.result[2].cause, IVRQ_CAUSE_HANG_UP);
	ck_assert_uint_eq(wb.result[0].media_ms, 77);
	ck_assert_uint_eq(wb.result[1].media_ms, 0);
}
END_TEST

START_TEST(test_result_of_a_barge_in_names_it)
{
	ivrq_options options = { .barge_in_allowed = true };
	ivrq_submission submission;

	wb_play(&wb, 1);
	wb_run(&wb, 1);
	wb_play(&wb, 2);
	ck_assert_int_eq(wb_try(&wb, 3, &options, &submission), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1 -1 =1x =2x +3 !3");
	ck_assert_int_eq(wb.result[0].cause, IVRQ_CAUSE_BARGE_IN);
	ck_assert_int_eq(wb.result[1].cause, IVRQ_CAUSE_BARGE_IN);
	ck_assert(wb.result[0].started);
	ck_assert(!wb.result[1].started);
}
END_TEST

START_TEST(test_high_and_low_water_are_told_once_each)
{
	unsigned i;

	tear_down();
	wb.config.high_water = 3;
	wb.config.low_water = 1;
	wb_begin(&wb);
	wb.log[0] = 0;
	for (i = 1; i <= 3; i++)
		wb_play(&wb, i);
	wb_run(&wb, 1);
	WB_LOG(&wb, "high3 +1 !1");
	wb_play(&wb, 4);
	wb_complete(&wb);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=1c +2 !2");
	wb_cancel(&wb, IVRQ_SCOPE_PENDING, NULL);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=3x =4x low1");
}
END_TEST

/* 0: a listener without these callbacks; 1: none at all */
START_TEST(test_water_and_idle_nobody_listens_to_change_nothing)
{
	static const ivrq_listener deaf = { .result = wb_on_result };
	unsigned i;

	tear_down();
	wb.config.high_water = 3;
	wb.config.low_water = 1;
	wb.call_config.listener = _i ? NULL : &deaf;
	wb_begin(&wb);
	wb.log[0] = 0;
	for (i = 1; i <= 4; i++)
		wb_play(&wb, i);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1");
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	wb_run(&wb, 1);
	WB_LOG(&wb, _i ? "-1" : "-1 =1x =2x =3x =4x");
	wb_play(&wb, 5);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+5");
}
END_TEST

/* ----------------------------------------------------------- start's answer */

static const struct {
	int answer;
	enum ivrq_reason reason;
} starts[] = {
	{ IVRQ_REASON_PROMPT_UNREADABLE, IVRQ_REASON_PROMPT_UNREADABLE },
	{ IVRQ_REASON_BEEP_FAILED, IVRQ_REASON_OTHER }, /* not a playPrompt's */
	{ IVRQ_REASON_SUCCESS, IVRQ_REASON_OTHER },
	{ IVRQ_REASON_DEADLINE, IVRQ_REASON_OTHER },
	{ IVRQ_REASON_CANCELED, IVRQ_REASON_OTHER },
	{ -1, IVRQ_REASON_OTHER },
	{ 12345, IVRQ_REASON_OTHER },
};

START_TEST(test_start_that_fails_ends_the_operation)
{
	wb.start_answers = starts[_i].answer;
	wb_play(&wb, 1);
	ck_assert_int_eq(wb_run(&wb, 1), 1);
	WB_LOG(&wb, "+1 =1f idle");
	ck_assert_int_eq(wb.result[0].reason, starts[_i].reason);
	ck_assert(wb.result[0].started);
}
END_TEST

static void cancel_in_start(struct wb *it, const char *word)
{
	if (word[0] == '+')
		wb_cancel(it, IVRQ_SCOPE_ALL, NULL);
}

START_TEST(test_start_that_fails_after_a_cancel_is_not_stopped)
{
	wb.start_answers = IVRQ_REASON_OTHER;
	wb.inside = cancel_in_start;
	wb_play(&wb, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 =1x idle");
}
END_TEST

/* --------------------------------------------------------------- deadlines */

START_TEST(test_deadline_that_comes_fails_the_waiting)
{
	wb_play(&wb, 1);
	play_by(2, 100);
	ck_assert_int_eq(wb_run(&wb, 99), 0);
	ck_assert_int_eq(wb_run(&wb, 100), 1);
	WB_LOG(&wb, "+1 !1 =2f");
	ck_assert_int_eq(wb.result[0].reason, IVRQ_REASON_DEADLINE);
	ck_assert_uint_eq(wb.result[0].cancel.value, 0);
	ck_assert(!wb.result[0].started);
}
END_TEST

START_TEST(test_deadline_past_at_submit_does_not_start)
{
	play_by(1, 100);
	ck_assert_int_eq(wb_run(&wb, 100), 1);
	WB_LOG(&wb, "=1f idle");
}
END_TEST

START_TEST(test_deadline_of_the_running_is_over)
{
	play_by(1, 100);
	wb_run(&wb, 99);
	ck_assert_uint_eq(next_ns(), UINT64_MAX);
	ck_assert_int_eq(wb_run(&wb, 1000), 0);
	WB_LOG(&wb, "+1 !1");
}
END_TEST

/* The spared oldest is taken up: the deadline finds out when it starts. */
START_TEST(test_deadline_of_the_spared_fails_it_at_its_start)
{
	play_by(1, 100);
	wb_play(&wb, 2);
	ck_assert_int_eq(ivrq_call_pause(wb.engine, wb.call), 0);
	wb_run(&wb, 1);
	wb_cancel(&wb, IVRQ_SCOPE_PENDING, NULL);
	wb_run(&wb, 100);
	WB_LOG(&wb, "=1f =2x idle");
	ck_assert_int_eq(wb.result[0].reason, IVRQ_REASON_DEADLINE);
}
END_TEST

START_TEST(test_next_ns_is_the_earliest_that_waits)
{
	ck_assert_uint_eq(next_ns(), UINT64_MAX);
	wb_play(&wb, 1);
	play_by(2, 300);
	play_by(3, 200);
	wb_run(&wb, 1);
	ck_assert_uint_eq(next_ns(), 200);
	wb_run(&wb, 200);
	ck_assert_uint_eq(next_ns(), 300);
	wb_cancel(&wb, IVRQ_SCOPE_PENDING, NULL);
	wb_run(&wb, 201);
	ck_assert_uint_eq(next_ns(), UINT64_MAX);
}
END_TEST

/* ------------------------------------------------------ bounds and wake-ups */

static unsigned again;

/* Each is over at once, and brings another. */
static void for_ever(struct wb *it, const char *word)
{
	it->log[0] = 0;
	if (word[0] == '+')
		wb_complete(it);
	else if (word[0] == '=' && again)
		wb_play(it, 1);
}

START_TEST(test_run_that_feeds_itself_ends_and_wakes)
{
	int results, more;

	again = 1;
	wb.inside = for_ever;
	wb_play(&wb, 1);
	wb.wakes = 0;
	results = wb_run(&wb, 1);
	ck_assert_int_gt(results, 1);
	ck_assert_uint_eq(wb.wakes, 1);
	more = wb_run(&wb, 1);
	ck_assert_int_eq(more, results);
	again = 0;
	wb.wakes = 0;
	ck_assert_int_eq(wb_run(&wb, 1), 1);
	ck_assert_uint_eq(wb.wakes, 0);
}
END_TEST

static void play_in_result(struct wb *it, const char *word)
{
	if (!strcmp(word, "=1c"))
		wb_play(it, 2);
}

START_TEST(test_run_starts_what_a_callback_submits)
{
	wb_play(&wb, 1);
	wb_run(&wb, 1);
	wb_complete(&wb);
	wb.inside = play_in_result;
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1 =1c +2 !2");
}
END_TEST

static ivrq_call beside;

static void *play_beside(void *unused)
{
	ivrq_call own = wb.call;

	wb.call = beside;
	wb_play(&wb, 2);
	wb.call = own;
	return unused;
}

static void play_beside_in_start(struct wb *it, const char *word)
{
	(void)it;
	if (!strcmp(word, "!1"))
		play_beside(NULL);
}

/* A callback is in the run of its own worker, not of all. */
START_TEST(test_run_wakes_the_other_worker_its_callback_submits_to)
{
	tear_down();
	wb.config.workers = 2;
	wb_begin(&wb);
	wb.call_config.worker = 1;
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &beside, NULL), 0);
	wb_play(&wb, 1);
	wb.inside = play_beside_in_start;
	wb.log[0] = 0;
	wb.wakes = 0;
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1");
	ck_assert_uint_eq(wb.wakes, 1);
	ck_assert_int_eq(ivrq_worker_run(wb.engine, 1, 1), 0);
	WB_LOG(&wb, "+2 !2");
	ck_assert_uint_eq(wb.wakes, 1);
}
END_TEST

static void wait_for_another(struct wb *it, const char *word)
{
	pthread_t thread;

	(void)it;
	if (strcmp(word, "!1"))
		return;
	ck_assert(!pthread_create(&thread, NULL, play_beside, NULL));
	pthread_join(thread, NULL);
}

/* However many there are of these: a run ends with what it found. */
START_TEST(test_run_leaves_what_another_thread_submits_to_the_next)
{
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &beside, NULL), 0);
	wb_run(&wb, 1);
	wb_play(&wb, 1);
	wb.inside = wait_for_another;
	wb.wakes = 0;
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1");
	ck_assert_uint_eq(wb.wakes, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+2 !2");
	ck_assert_uint_eq(wb.wakes, 1);
}
END_TEST

static void play_in_first(void *user, const ivrq_tone_event *event)
{
	(void)event;
	wb_play(user, 1);
}

/* 64 calls are as many as one run visits before it looks at no other again. */
START_TEST(test_run_of_many_leaves_what_they_bring_to_the_next)
{
	unsigned i, many = _i ? 64 : 63;
	ivrq_subscription s;
	ivrq_call call;

	tear_down();
	wb.config.calls = 64;
	wb_begin(&wb);
	for (i = 1; i < many; i++) {
		ck_assert_int_eq(
			ivrq_call_open(wb.engine, &wb.call_config, &call, NULL),
			0);
		ivrq_tone(wb.engine, call, '1', 0);
	}
	ck_assert_int_eq(
		ivrq_subscribe_to_tone(wb.engine, call, play_in_first, &wb, &s),
		0);
	ivrq_tone(wb.engine, call, '2', 0);
	ivrq_tone(wb.engine, wb.call, '3', 0);
	wb.log[0] = 0;
	wb.wakes = 0;
	wb_run(&wb, 1);
	ck_assert_str_eq(wb.log, _i ? "" : "+1 !1");
	ck_assert_uint_eq(wb.wakes, (unsigned)_i);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1");
}
END_TEST

#define MANY  100
#define TWICE 64 /* of them hear two tones */
static unsigned heard_of[MANY + TWICE], heard;

static void hear(void *user, const ivrq_tone_event *event)
{
	(void)event;
	heard_of[heard++] = (unsigned)(uintptr_t)user;
}

static void open_many(ivrq_call call[MANY], bool hook)
{
	ivrq_subscription s;
	unsigned i;

	tear_down();
	wb.config.calls = MANY + 1;
	wb.config.subscriptions = wb.config.tones = MANY + TWICE;
	if (!hook)
		wb.config.wake = NULL;
	wb_begin(&wb);
	for (i = 0; i < MANY; i++) {
		ck_assert_int_eq(ivrq_call_open(wb.engine, &wb.call_config,
						&call[i], NULL),
				 0);
		ck_assert_int_eq(
			ivrq_subscribe_to_tone(wb.engine, call[i], hear,
					       (void *)(uintptr_t)i, &s),
			0);
	}
}

static void *run_and_hear(void *asked)
{
	unsigned before = heard;

	wb.wakes = 0;
	wb_run(&wb, 1);
	*(unsigned *)asked = heard - before;
	return NULL;
}

/*
 * A hook comes back for the rest, in this thread or in another; without one a
 * run leaves nothing. What came later is not heard before the rest.
 */
START_TEST(test_run_with_a_hook_visits_64_and_the_next_goes_on)
{
	ivrq_call call[MANY];
	pthread_t thread;
	unsigned i, n = 0;

	open_many(call, !_i);
	for (heard = i = 0; i < MANY; i++)
		ck_assert_int_eq(ivrq_tone(wb.engine, call[i], '1', 0), 0);
	run_and_hear(&n);
	ck_assert_uint_eq(n, _i ? MANY : 64);
	ck_assert_uint_eq(wb.wakes, _i ? 0 : 1);
	for (i = 0; i < TWICE; i++)
		ck_assert_int_eq(ivrq_tone(wb.engine, call[i], '2', 0), 0);
	ck_assert(!pthread_create(&thread, NULL, run_and_hear, &n));
	pthread_join(thread, NULL);
	ck_assert_uint_eq(n, 64);
	ck_assert_uint_eq(wb.wakes, _i ? 0 : 1);
	run_and_hear(&n);
	ck_assert_uint_eq(heard, MANY + TWICE);
	ck_assert_uint_eq(wb.wakes, 0);
	for (i = 0; i < heard; i++)
		ck_assert_uint_eq(heard_of[i], i % MANY);
	/* As many come to their end in two runs, of which this is one. */
	ck_assert_int_ne(ivrq_engine_stop(wb.engine, 0), 0);
	ck_assert_int_eq(wb_run(&wb, 1), 0);
	ck_assert_int_eq(ivrq_engine_stop(wb.engine, 0) == 0, _i);
}
END_TEST

static int answers[3];

static void run_inside(struct wb *it, const char *word)
{
	(void)word;
	answers[0] = wb_run(it, 1);
	answers[1] = ivrq_engine_stop(it->engine, 0);
	answers[2] = ivrq_engine_destroy(it->engine);
}

START_TEST(test_run_inside_a_callback_is_refused)
{
	wb.inside = run_inside;
	wb_play(&wb, 1);
	ck_assert_int_eq(wb_run(&wb, 1), 0);
	ck_assert_int_eq(answers[0], IVRQ_EDEADLK);
	ck_assert_int_eq(answers[1], IVRQ_EDEADLK);
	ck_assert_int_eq(answers[2], IVRQ_EDEADLK);
	wb.inside = NULL;
	ck_assert_int_eq(wb_run(&wb, 1), 0);
}
END_TEST

START_TEST(test_run_of_a_busy_or_unknown_worker_is_refused)
{
	struct ivrq__worker *worker = &wb.engine->workers[0];
	uint64_t next;

	atomic_store(&worker->turn, 7);
	ck_assert_int_eq(wb_run(&wb, 1), IVRQ_EBUSY);
	ck_assert_uint_eq(atomic_load(&worker->turn), 7);
	atomic_store(&worker->turn, UINT32_MAX - 1);
	ck_assert_int_eq(wb_run(&wb, 1), 0);
	ck_assert_uint_eq(atomic_load(&worker->turn), 0);
	ck_assert_int_eq(ivrq_worker_run(wb.engine, 1, 1), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_worker_run(NULL, 0, 1), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_worker_next_ns(wb.engine, 1, &next), IVRQ_EINVAL);
}
END_TEST

static void turn_inside(struct wb *it, const char *word)
{
	(void)word;
	answers[0] = (int)atomic_load(&it->engine->workers[0].turn);
}

START_TEST(test_turn_is_odd_inside_a_run_and_moves_on_with_each)
{
	ivrq__a32 *turn = &wb.engine->workers[0].turn;
	uint32_t before = atomic_load(turn);

	answers[0] = -1;
	wb.inside = turn_inside;
	wb_play(&wb, 1);
	wb_run(&wb, 1);
	ck_assert_int_eq(answers[0], (int)before + 1);
	ck_assert_uint_eq(atomic_load(turn), before + 2);
}
END_TEST

static void add_runs(TCase *tcase)
{
	tcase_add_test(tcase, test_run_that_feeds_itself_ends_and_wakes);
	tcase_add_test(tcase, test_run_starts_what_a_callback_submits);
	tcase_add_test(tcase,
		       test_run_wakes_the_other_worker_its_callback_submits_to);
	tcase_add_test(tcase,
		       test_run_leaves_what_another_thread_submits_to_the_next);
	tcase_add_loop_test(tcase,
			    test_run_of_many_leaves_what_they_bring_to_the_next,
			    0, 2);
	tcase_add_loop_test(tcase,
			    test_run_with_a_hook_visits_64_and_the_next_goes_on,
			    0, 2);
	tcase_add_test(tcase, test_run_inside_a_callback_is_refused);
	tcase_add_test(tcase, test_run_of_a_busy_or_unknown_worker_is_refused);
	tcase_add_test(tcase,
		       test_turn_is_odd_inside_a_run_and_moves_on_with_each);
}

int main(void)
{
	Suite *suite = suite_create("worker");
	TCase *tcase = tcase_create("worker");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_visit_delivers_tones_before_the_queue);
	tcase_add_test(tcase,
		       test_visit_stops_then_delivers_killed_then_goes_on);
	tcase_add_test(tcase,
		       test_visit_while_a_stop_takes_its_time_keeps_the_order);
	tcase_add_test(
		tcase,
		test_visit_while_a_stop_takes_its_time_keeps_what_it_cut);
	tcase_add_test(tcase, test_visit_goes_from_one_to_the_next_in_one_run);
	tcase_add_loop_test(tcase, test_closed_is_the_last_and_names_the_reason,
			    0, 2);
	tcase_add_test(tcase,
		       test_result_of_a_cancel_before_the_close_is_the_cancels);
	tcase_add_test(tcase, test_result_of_a_barge_in_names_it);
	tcase_add_test(tcase, test_high_and_low_water_are_told_once_each);
	tcase_add_loop_test(
		tcase, test_water_and_idle_nobody_listens_to_change_nothing, 0,
		2);
	tcase_add_loop_test(tcase, test_start_that_fails_ends_the_operation, 0,
			    (int)CT_COUNT(starts));
	tcase_add_test(tcase,
		       test_start_that_fails_after_a_cancel_is_not_stopped);
	tcase_add_test(tcase, test_deadline_that_comes_fails_the_waiting);
	tcase_add_test(tcase, test_deadline_past_at_submit_does_not_start);
	tcase_add_test(tcase, test_deadline_of_the_running_is_over);
	tcase_add_test(tcase,
		       test_deadline_of_the_spared_fails_it_at_its_start);
	tcase_add_test(tcase, test_next_ns_is_the_earliest_that_waits);
	add_runs(tcase);
	return wb_main(suite, tcase);
}
