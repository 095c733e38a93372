/* SPDX-License-Identifier: MIT */
/*
 * promises_cuts.c - G1 to G5: what a cancel takes and what it leaves, one
 * ending for each, receipts, and order.
 */
#include "promises.h"

/* ------------------------------------------------------------- G1 cut-off */

START_TEST(test_g1_submitted_before_the_cancel_is_canceled)
{
	ivrq_receipt cut;

	phone_play(phone, "A");
	phone_record(phone, "B");
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_receipt(cut, 0, 2);
	ck_assert_story(phone, DRIVER | RESULT, "canceled:A canceled:B");
}
END_TEST

START_TEST(test_g1_submitted_after_the_cancel_is_untouched)
{
	ivrq_receipt cut;
	ivrq_op after;

	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	after = phone_play(phone, "C");
	rig_run(rig);
	ck_assert_receipt(cut, 1, 1);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A canceled:B start:C");
	ck_assert_int_eq(phone_finish(phone, after), 0);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, after)->status, IVRQ_COMPLETED);
}
END_TEST

START_TEST(test_g1_finished_before_the_cancel_stays_completed)
{
	ivrq_op done = phone_play(phone, "A");
	ivrq_receipt cut;

	rig_run(rig);
	phone_play(phone, "B");
	ck_assert_int_eq(phone_finish(phone, done), 0);
	cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_receipt(cut, 0, 1);
	ck_assert_story(phone, DRIVER | RESULT, "start:A done:A canceled:B");
	ck_assert_uint_eq(phone_result(phone, done)->cancel.value, 0);
}
END_TEST

START_TEST(test_g1_barge_in_cuts_in_the_step_that_adds_it)
{
	ivrq_op first = phone_play(phone, "A");
	ivrq_snapshot before, after;
	ivrq_op last;

	rig_run(rig);
	phone_record(phone, "B");
	before = phone_snapshot(phone);
	last = phone_barge(phone, "C");
	after = phone_snapshot(phone);
	ck_assert_uint_eq(before.canceled, 0);
	ck_assert_int_eq(before.state, IVRQ_HEAD_RUNNING);
	ck_assert_uint_eq(after.depth, 3);
	ck_assert_uint_eq(after.canceled, 2);
	ck_assert_int_eq(after.state, IVRQ_HEAD_CANCELED);
	ck_assert_uint_eq(after.head.value, first.value);
	ck_assert_uint_eq(after.tail.value, last.value);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A canceled:B start:C");
}
END_TEST

START_TEST(test_g1_barge_in_spares_what_comes_after_it)
{
	ivrq_op barge, after;

	phone_play(phone, "A");
	barge = phone_barge(phone, "B");
	after = phone_play(phone, "C");
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, barge), 0);
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, after), 0);
	rig_run(rig);
	ck_assert_story(phone, RESULT, "canceled:A done:B done:C");
}
END_TEST

START_TEST(test_g1_barge_in_refused_cuts_nothing)
{
	ivrq_options options = { .barge_in_allowed = true };
	ivrq_submission sent;
	uint32_t i;

	for (i = 0; i < rig->config.ring; i++)
		phone_play(phone, "A");
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "B", &options, &sent),
		IVRQ_EFULL);
	ck_assert_uint_eq(phone_snapshot(phone).canceled, 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A");
}
END_TEST

/* A submit and a cancel at one time: the receipt says which came first. */
static struct {
	struct ct_gate go;
	ivrq_submission sent;
	int answer;
} second;

static void *submit_second(void *user)
{
	(void)user;
	ct_gate_pass(&second.go);
	second.answer =
		phone_submit(phone, IVRQ_PLAY_PROMPT, "B", NULL, &second.sent);
	return NULL;
}

START_TEST(test_g1_submit_against_cancel_is_wholly_in_or_wholly_out)
{
	const ivrq_result *result;
	ivrq_receipt cut;
	pthread_t thread;
	ivrq_op first;
	int i;

	ct_gate_init(&second.go);
	for (i = 0; i < 300; i++) {
		first = phone_play(phone, "A");
		rig_run(rig);
		if (pthread_create(&thread, NULL, submit_second, NULL))
			abort();
		ct_gate_open(&second.go);
		dither((uint32_t)i);
		cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
		pthread_join(thread, NULL);
		ck_assert_int_eq(second.answer, 0);
		ck_assert_uint_eq(cut.in_flight, 1);
		rig_run(rig);
		ck_assert_uint_eq(phone_result(phone, first)->cancel.value,
				  cut.id.value);
		ck_assert_uint_eq(phone_hit(phone, cut.id), 1 + cut.pending);
		ck_assert_uint_eq(phone_count_op(phone, START, second.sent.op),
				  1 - cut.pending);
		if (!cut.pending)
			ck_assert_int_eq(phone_finish(phone, second.sent.op),
					 0);
		rig_run(rig);
		result = phone_result(phone, second.sent.op);
		ck_assert_int_eq(result->status,
				 cut.pending ? IVRQ_CANCELED : IVRQ_COMPLETED);
		phone_forget(phone);
	}
	ct_gate_done(&second.go);
}
END_TEST

/* --------------------------------------------------------- G2 one ending */

START_TEST(test_g2_completed_once)
{
	ivrq_op op = phone_play(phone, "A");

	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, op), 0);
	ck_assert_int_eq(phone_finish(phone, op), IVRQ_EALREADY);
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, op), IVRQ_ENOENT);
	rig_run(rig);
	ck_assert_story(phone, RESULT, "done:A");
}
END_TEST

START_TEST(test_g2_failed_once_when_the_driver_cannot_start)
{
	phone->start_answer = IVRQ_REASON_PROMPT_UNREADABLE;
	phone_play(phone, "A");
	rig_run(rig);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | STARTED | RESULT, "start:A failed:A");
}
END_TEST

START_TEST(test_g2_canceled_once_by_many_cancels)
{
	ivrq_op flying = phone_play(phone, "A"), waiting;

	rig_run(rig);
	waiting = phone_play(phone, "B");
	phone_cancel_op(phone, waiting);
	phone_cancel_op(phone, flying);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_cancel_kind(phone, IVRQ_PLAY_PROMPT);
	phone_cancel_tag(phone, 0);
	phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	phone_cancel(phone, IVRQ_SCOPE_PENDING);
	phone_close(phone);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, flying)->status, IVRQ_CANCELED);
	ck_assert_int_eq(phone_result(phone, waiting)->status, IVRQ_CANCELED);
	ck_assert_story(phone, DRIVER, "start:A stop:A");
}
END_TEST

START_TEST(test_g2_canceled_once_by_a_barge_in)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	phone_barge(phone, "C");
	phone_barge(phone, "D");
	rig_run(rig);
	ck_assert_story(phone, RESULT, "canceled:A canceled:B canceled:C");
}
END_TEST

START_TEST(test_g2_failed_once_by_its_deadline)
{
	ivrq_op late;

	phone_play(phone, "A");
	rig_run(rig);
	late = phone_until(phone, "B", 100);
	rig->now = 200;
	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, late)->status, IVRQ_FAILED);
	ck_assert_int_eq(phone_result(phone, late)->reason,
			 IVRQ_REASON_DEADLINE);
	ck_assert_uint_eq(phone_count(phone, RESULT), 2);
}
END_TEST

/* The cancel came first in time; a late run must not turn it into 408. */
START_TEST(test_g2_canceled_before_its_deadline_is_not_failed)
{
	ivrq_op op = phone_until(phone, "A", 100);

	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig->now = 200;
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, op)->status, IVRQ_CANCELED);
}
END_TEST

START_TEST(test_g2_canceled_once_by_a_hang_up)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_record(phone, "B");
	phone_close(phone);
	rig_run(rig);
	ck_assert_story(phone, RESULT | CLOSED,
			"canceled:A canceled:B closed:hang-up");
}
END_TEST

START_TEST(test_g2_canceled_once_by_an_engine_stop)
{
	phone_play(phone, "A");
	rig_run(rig);
	phone_record(phone, "B");
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 0), IVRQ_ETIMEDOUT);
	rig_run(rig);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 0), 0);
	ck_assert_story(phone, RESULT | CLOSED,
			"canceled:A canceled:B closed:stop");
}
END_TEST

START_TEST(test_g2_refused_by_a_full_pool_has_no_result)
{
	ivrq_submission sent;
	uint32_t i;

	rig_config(rig);
	rig->config.operations = 3;
	rig_up(rig);
	phone_init(phone, rig);
	phone_open(phone);
	for (i = 0; i < 3; i++)
		phone_play(phone, "A");
	ct_mark(&sent, sizeof(sent));
	ck_assert_int_eq(
		phone_submit(phone, IVRQ_PLAY_PROMPT, "B", NULL, &sent),
		IVRQ_EPOOL);
	ck_assert(ct_untouched(&sent, sizeof(sent)));
	phone_close(phone);
	rig_run(rig);
	ck_assert_story(phone, RESULT, "canceled:A canceled:A canceled:A");
	ck_assert_uint_eq(rig_stats(rig).submitted, 3);
	rig_down(rig);
}
END_TEST

/* ------------------------------------------------------------ G3 receipts */

START_TEST(test_g3_receipt_of_each_scope_equals_its_results)
{
	ivrq_op third = queue_four();
	ivrq_receipt cut = cancel_scope(scopes[_i].scope, third);

	ck_assert_receipt(cut, scopes[_i].in_flight, scopes[_i].pending);
	rig_run(rig);
	ck_assert_story(phone, RESULT, scopes[_i].at_once);
	(void)!phone_finish(phone, phone->events[0].op);
	rig_run(rig);
	ck_assert_story(phone, RESULT, scopes[_i].at_last);
	ck_assert_uint_eq(phone_hit(phone, cut.id),
			  cut.in_flight + cut.pending);
}
END_TEST

START_TEST(test_g3_receipt_of_each_scope_is_empty_the_second_time)
{
	ivrq_op third = queue_four();
	ivrq_receipt first = cancel_scope(scopes[_i].scope, third);
	ivrq_receipt again;

	/* Once the current one is cut, the next current is another one. */
	if (scopes[_i].scope == IVRQ_SCOPE_CURRENT)
		phone_cancel(phone, IVRQ_SCOPE_PENDING);
	again = cancel_scope(scopes[_i].scope, third);
	ck_assert_receipt(again, 0, 0);
	ck_assert_uint_ne(again.id.value, first.id.value);
	rig_run(rig);
	(void)!phone_finish(phone, phone->events[0].op);
	rig_run(rig);
	ck_assert_uint_eq(phone_hit(phone, again.id), 0);
	ck_assert_uint_eq(phone_hit(phone, first.id),
			  first.in_flight + first.pending);
}
END_TEST

START_TEST(test_g3_receipt_of_an_empty_queue_is_a_success)
{
	ivrq_op ended = phone_play(phone, "A");
	ivrq_receipt cut;

	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, ended), 0);
	if (scopes[_i].scope != IVRQ_SCOPE_OP)
		rig_run(rig);
	cut = cancel_scope(scopes[_i].scope, ended);
	ck_assert_receipt(cut, 0, 0);
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, STOP), 0);
	ck_assert_int_eq(phone_result(phone, ended)->status, IVRQ_COMPLETED);
}
END_TEST

START_TEST(test_g3_receipts_have_ids_of_their_own)
{
	ivrq_receipt cuts[20];
	size_t i, j;

	for (i = 0; i < CT_COUNT(cuts); i++) {
		if (i % 2)
			phone_play(phone, "A");
		cuts[i] = phone_cancel(phone, IVRQ_SCOPE_ALL);
		for (j = 0; j < i; j++)
			ck_assert_uint_ne(cuts[i].id.value, cuts[j].id.value);
		if (i % 7 == 0)
			rig_run(rig);
	}
	rig_run(rig);
	for (i = 0; i < CT_COUNT(cuts); i++)
		ck_assert_uint_eq(phone_hit(phone, cuts[i].id), i % 2);
}
END_TEST

START_TEST(test_g3_receipt_of_a_close_equals_its_results)
{
	ivrq_receipt cut;

	queue_four();
	cut = phone_close(phone);
	rig_run(rig);
	ck_assert_receipt(cut, 1, 3);
	ck_assert_uint_eq(phone_hit(phone, cut.id), 4);
}
END_TEST

/* ------------------------------------------------------------- G4 durable */

START_TEST(test_g4_canceled_while_waiting_never_starts)
{
	ivrq_op third = queue_four();

	phone_cancel_op(phone, third);
	phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	phone_cancel_kind(phone, IVRQ_RECORD_RESPONSE);
	rig_run(rig);
	rig_run(rig);
	ck_assert_story(phone, DRIVER, "start:A stop:A");
}
END_TEST

/* The scopes of one step are 0 to 2. */
START_TEST(test_g4_completion_before_the_cancel_wins)
{
	ivrq_op op = phone_play(phone, "A");
	ivrq_receipt cut;

	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, op), 0);
	cut = phone_cancel(phone, (enum ivrq_scope)_i);
	rig_run(rig);
	ck_assert_receipt(cut, 0, 0);
	ck_assert_story(phone, DRIVER | RESULT, "start:A done:A");
}
END_TEST

START_TEST(test_g4_completion_after_the_cancel_loses)
{
	ivrq_op op = phone_play(phone, "A");
	ivrq_receipt cut;

	rig_run(rig);
	cut = phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	ck_assert_int_eq(ivrq_op_is_canceled(rig->engine, op), 1);
	ck_assert_int_eq(phone_finish(phone, op), IVRQ_ECANCELED);
	rig_run(rig);
	ck_assert_receipt(cut, 1, 0);
	ck_assert_story(phone, DRIVER | RESULT, "start:A stop:A canceled:A");
}
END_TEST

/* A race has one winner: the driver and the receipt must agree who. */
static struct {
	struct ct_gate go;
	ivrq_op op;
	int answer;
} race;

static void *race_complete(void *user)
{
	(void)user;
	ct_gate_pass(&race.go);
	race.answer = phone_end(phone, race.op, IVRQ_REASON_SUCCESS, 0);
	return NULL;
}

START_TEST(test_g4_completion_against_cancel_has_one_winner)
{
	const ivrq_result *result;
	ivrq_receipt cut;
	pthread_t thread;
	int i;

	ct_gate_init(&race.go);
	for (i = 0; i < 200; i++) {
		race.op = phone_play(phone, "A");
		rig_run(rig);
		if (pthread_create(&thread, NULL, race_complete, NULL))
			abort();
		ct_gate_open(&race.go);
		dither((uint32_t)i);
		cut = phone_cancel(phone, IVRQ_SCOPE_ALL);
		pthread_join(thread, NULL);
		rig_run(rig);
		result = phone_result(phone, race.op);
		ck_assert_int_eq(race.answer,
				 cut.in_flight ? IVRQ_ECANCELED : 0);
		ck_assert_int_eq(result->status, cut.in_flight ?
							 IVRQ_CANCELED :
							 IVRQ_COMPLETED);
		ck_assert_uint_eq(phone_count_op(phone, STOP, race.op),
				  cut.in_flight);
	}
	ct_gate_done(&race.go);
}
END_TEST

START_TEST(test_g4_stop_never_reaches_a_later_operation)
{
	ivrq_op first = phone_play(phone, "A"), next;

	rig_run(rig);
	next = phone_play(phone, "B");
	ck_assert_int_eq(phone_finish(phone, first), 0);
	/* The one that was current has ended already; B has not begun. */
	ck_assert_receipt(phone_cancel(phone, IVRQ_SCOPE_CURRENT), 0, 0);
	phone_cancel_op(phone, first);
	rig_run(rig);
	ck_assert_int_eq(phone_stopped(phone, first), IVRQ_ENOENT);
	ck_assert_int_eq(phone_finish(phone, first), IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_op_is_canceled(rig->engine, first), IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_op_is_canceled(rig->engine, next), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A done:A start:B");
}
END_TEST

START_TEST(test_g4_stop_comes_once_while_one_is_pending)
{
	ivrq_op op = phone_play(phone, "A");

	phone->stop_answer = IVRQ_STOP_PENDING;
	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_cancel_op(phone, op);
	phone_close(phone);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT | CLOSED, "start:A stop:A");
	ck_assert_int_eq(phone_stopped(phone, op), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT | CLOSED,
			"start:A stop:A canceled:A closed:hang-up");
}
END_TEST

/* --------------------------------------------------------------- G5 order */

START_TEST(test_g5_results_of_one_cut_come_in_order_before_later_ones)
{
	phone->stop_answer = IVRQ_STOP_PENDING;
	queue_four();
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_play(phone, "E");
	rig_run(rig);
	/* In flight first: the others wait for it. */
	ck_assert_story(phone, DRIVER | RESULT, "start:A stop:A");
	ck_assert_int_eq(phone_stopped(phone, phone->events[0].op), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A canceled:B canceled:C "
			"canceled:D start:E");
}
END_TEST

START_TEST(test_g5_results_of_two_cuts_come_in_order)
{
	ivrq_op a, b, c, d;
	ivrq_receipt one, two;

	a = phone_play(phone, "A");
	rig_run(rig);
	b = phone_play(phone, "B");
	one = phone_cancel(phone, IVRQ_SCOPE_ALL);
	c = phone_play(phone, "C");
	d = phone_play(phone, "D");
	two = phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_play(phone, "E");
	rig_run(rig);
	ck_assert_receipt(one, 1, 1);
	ck_assert_receipt(two, 0, 2);
	ck_assert_story(phone, DRIVER | RESULT,
			"start:A stop:A canceled:A canceled:B canceled:C "
			"canceled:D start:E");
	ck_assert_uint_eq(phone_result(phone, a)->cancel.value, one.id.value);
	ck_assert_uint_eq(phone_result(phone, b)->cancel.value, one.id.value);
	ck_assert_uint_eq(phone_result(phone, c)->cancel.value, two.id.value);
	ck_assert_uint_eq(phone_result(phone, d)->cancel.value, two.id.value);
}
END_TEST

START_TEST(test_g5_results_of_a_barge_in_come_in_order_before_it)
{
	queue_four();
	phone_barge(phone, "E");
	rig_run(rig);
	ck_assert_story(phone, DRIVER | STARTED | RESULT,
			"start:A started:A stop:A canceled:A canceled:B "
			"canceled:C canceled:D start:E started:E");
}
END_TEST

/* But for a cut of all: at the next run, however long the first one plays. */
START_TEST(test_g5_results_of_waiting_ones_do_not_wait_their_turn)
{
	ivrq_op third = queue_four();

	cancel_scope(scopes[_i].scope, third);
	rig_run(rig);
	ck_assert_story(phone, RESULT, scopes[_i].at_once);
	ck_assert_int_eq(phone_snapshot(phone).state, IVRQ_HEAD_RUNNING);
	ck_assert_uint_eq(phone_snapshot(phone).head.value,
			  phone->events[0].op.value);
}
END_TEST

static void add_g1_g2(Suite *suite)
{
	TCase *g1 = case_with_call(suite, "G1 cut-off");
	TCase *g2 = case_with_call(suite, "G2 one ending");
	TCase *alone = case_alone(suite, "G2 with a small pool");

	tcase_add_test(g1, test_g1_submitted_before_the_cancel_is_canceled);
	tcase_add_test(g1, test_g1_submitted_after_the_cancel_is_untouched);
	tcase_add_test(g1, test_g1_finished_before_the_cancel_stays_completed);
	tcase_add_test(g1, test_g1_barge_in_cuts_in_the_step_that_adds_it);
	tcase_add_test(g1, test_g1_barge_in_spares_what_comes_after_it);
	tcase_add_test(g1, test_g1_barge_in_refused_cuts_nothing);
	tcase_add_test(
		g1, test_g1_submit_against_cancel_is_wholly_in_or_wholly_out);
	tcase_add_test(g2, test_g2_completed_once);
	tcase_add_test(g2, test_g2_failed_once_when_the_driver_cannot_start);
	tcase_add_test(g2, test_g2_canceled_once_by_many_cancels);
	tcase_add_test(g2, test_g2_canceled_once_by_a_barge_in);
	tcase_add_test(g2, test_g2_failed_once_by_its_deadline);
	tcase_add_test(g2, test_g2_canceled_before_its_deadline_is_not_failed);
	tcase_add_test(g2, test_g2_canceled_once_by_a_hang_up);
	tcase_add_test(g2, test_g2_canceled_once_by_an_engine_stop);
	tcase_add_test(alone, test_g2_refused_by_a_full_pool_has_no_result);
}

static void add_g3_g4(Suite *suite)
{
	TCase *g3 = case_with_call(suite, "G3 receipts");
	TCase *g4 = case_with_call(suite, "G4 durable");

	tcase_add_loop_test(g3,
			    test_g3_receipt_of_each_scope_equals_its_results, 0,
			    SCOPES);
	tcase_add_loop_test(
		g3, test_g3_receipt_of_each_scope_is_empty_the_second_time, 0,
		SCOPES);
	tcase_add_loop_test(g3, test_g3_receipt_of_an_empty_queue_is_a_success,
			    0, SCOPES);
	tcase_add_test(g3, test_g3_receipts_have_ids_of_their_own);
	tcase_add_test(g3, test_g3_receipt_of_a_close_equals_its_results);
	tcase_add_test(g4, test_g4_canceled_while_waiting_never_starts);
	tcase_add_loop_test(g4, test_g4_completion_before_the_cancel_wins, 0,
			    3);
	tcase_add_test(g4, test_g4_completion_after_the_cancel_loses);
	tcase_add_test(g4, test_g4_completion_against_cancel_has_one_winner);
	tcase_add_test(g4, test_g4_stop_never_reaches_a_later_operation);
	tcase_add_test(g4, test_g4_stop_comes_once_while_one_is_pending);
}

static void add_g5(Suite *suite)
{
	TCase *g5 = case_with_call(suite, "G5 order");

	tcase_add_test(
		g5, test_g5_results_of_one_cut_come_in_order_before_later_ones);
	tcase_add_test(g5, test_g5_results_of_two_cuts_come_in_order);
	tcase_add_test(g5,
		       test_g5_results_of_a_barge_in_come_in_order_before_it);
	tcase_add_loop_test(
		g5, test_g5_results_of_waiting_ones_do_not_wait_their_turn,
		IVRQ_SCOPE_PENDING, SCOPES);
}

void add_cuts(Suite *suite)
{
	add_g1_g2(suite);
	add_g3_g4(suite);
	add_g5(suite);
}
