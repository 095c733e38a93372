/* SPDX-License-Identifier: MIT */
/*
 * check_lin: the checker of histories accepts those that a queue with cut can
 * give, and no others.
 *
 * A history below is written in the order in which its events return; each was
 * invoked after all before it had returned, unless it says how many of them it
 * overlaps.
 */
#include <ivrq.h>
#include <string.h>

#include "ct.h"
#include "explore/lin.h"

static struct lin_history h;

static void begin(unsigned capacity)
{
	memset(&h, 0, sizeof(h));
	h.ops = LIN_OPS;
	h.capacity = capacity;
}

static struct lin_event *add(enum lin_what what, unsigned op)
{
	struct lin_event *event = &h.event[h.events];

	event->what = (uint8_t)what;
	event->op = (uint8_t)op;
	event->by = LIN_NOBODY;
	event->before = (UINT64_C(1) << h.events++) - 1;
	return event;
}

/* The last one was invoked before so many of those above returned. */
static void overlaps(unsigned count)
{
	h.event[h.events - 1].before =
		(UINT64_C(1) << (h.events - 1 - count)) - 1;
}

static void submit(unsigned op, int answer)
{
	add(LIN_SUBMIT, op)->answer = answer;
}

static void barge(unsigned op, uint32_t hits)
{
	struct lin_event *event = add(LIN_SUBMIT, op);

	event->barge = true;
	event->hits = hits;
}

static void told(unsigned op, unsigned ahead)
{
	add(LIN_AHEAD, op)->value = (uint8_t)ahead;
}

/* Answers its number. */
static unsigned cut(enum lin_what what, unsigned in_flight, unsigned pending,
		    uint32_t hits)
{
	struct lin_event *event = add(what, 0);

	event->in_flight = (uint8_t)in_flight;
	event->pending = (uint8_t)pending;
	event->hits = hits;
	return h.events - 1;
}

static unsigned pick(enum lin_what what, unsigned op, bool hit)
{
	struct lin_event *event = add(what, op);

	event->hits = (uint32_t)hit << op;
	event->pending = hit;
	return h.events - 1;
}

static void complete(unsigned op, int answer)
{
	add(LIN_COMPLETE, op)->answer = answer;
}

static void start(unsigned op)
{
	add(LIN_START, op);
}

static void completed(unsigned op)
{
	struct lin_event *event = add(LIN_RESULT, op);

	event->status = IVRQ_COMPLETED;
	event->started = true;
}

static void canceled(unsigned op, unsigned by, bool started)
{
	struct lin_event *event = add(LIN_RESULT, op);

	event->status = IVRQ_CANCELED;
	event->by = (uint8_t)by;
	event->started = started;
}

static bool fits(void)
{
	struct lin_fault fault;
	char text[600];

	if (lin_check(&h, &fault)) {
		ck_assert_uint_eq(fault.done, h.events);
		return true;
	}
	ck_assert_uint_lt(fault.done, h.events);
	lin_stuck(&h, &fault, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "no order of"));
	return false;
}

/* -------------------------------------------------------------- what is so */

START_TEST(test_one_after_the_other_fits)
{
	begin(4);
	submit(0, 0);
	told(0, 0);
	submit(1, 0);
	told(1, 1);
	start(0);
	complete(0, 0);
	completed(0);
	start(1);
	complete(1, 0);
	completed(1);
	ck_assert(fits());
}
END_TEST

START_TEST(test_submit_that_overlaps_a_cut_may_be_hit)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	by = cut(LIN_ALL, 0, 2, 3);
	submit(1, 0);
	overlaps(1);
	canceled(0, by, false);
	canceled(1, by, false);
	ck_assert(fits());
}
END_TEST

START_TEST(test_submit_that_overlaps_a_cut_may_be_spared)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	submit(1, 0);
	by = cut(LIN_ALL, 0, 1, 1);
	overlaps(1);
	canceled(0, by, false);
	start(1);
	complete(1, 0);
	completed(1);
	ck_assert(fits());
}
END_TEST

START_TEST(test_completion_may_win_or_lose)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	start(0);
	cut(LIN_ALL, 0, 0, 0);
	complete(0, 0);
	overlaps(1);
	completed(0);
	submit(1, 0);
	start(1);
	complete(1, IVRQ_ECANCELED);
	by = cut(LIN_ALL, 1, 0, 2);
	overlaps(1);
	add(LIN_STOP, 1);
	canceled(1, by, true);
	ck_assert(fits());
}
END_TEST

START_TEST(test_each_cancel_may_count_its_share)
{
	unsigned one, two;

	begin(4);
	submit(0, 0);
	start(0);
	submit(1, 0);
	one = cut(LIN_CURRENT, 1, 0, 1);
	two = cut(LIN_ALL, 0, 1, 2);
	overlaps(1);
	canceled(0, one, true);
	canceled(1, two, false);
	ck_assert(fits());
}
END_TEST

START_TEST(test_pending_spares_the_oldest)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	submit(1, 0);
	submit(2, 0);
	by = cut(LIN_PENDING, 0, 2, 6);
	start(0);
	canceled(1, by, false);
	canceled(2, by, false);
	complete(0, 0);
	completed(0);
	ck_assert(fits());
}
END_TEST

START_TEST(test_barge_in_hits_and_adds_at_once)
{
	begin(2);
	submit(0, 0);
	start(0);
	barge(1, 1);
	canceled(0, 2, true);
	start(1);
	ck_assert(fits());
}
END_TEST

START_TEST(test_full_until_the_result)
{
	unsigned by;

	begin(1);
	submit(0, 0);
	by = cut(LIN_ALL, 0, 1, 1);
	submit(1, IVRQ_EFULL);
	canceled(0, by, false);
	submit(2, 0);
	ck_assert(fits());
}
END_TEST

START_TEST(test_one_killed_behind_another_keeps_its_place)
{
	unsigned by;

	begin(2);
	submit(0, 0);
	submit(1, 0);
	by = pick(LIN_KILL, 1, true);
	canceled(1, by, false);
	submit(2, IVRQ_EFULL);
	start(0);
	submit(3, IVRQ_EFULL); /* the worker has not come by */
	add(LIN_RUN, 0);
	submit(4, 0);
	ck_assert(fits());
}
END_TEST

START_TEST(test_a_group_decides_one_by_one)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	start(0);
	submit(1, 0);
	by = pick(LIN_PICK, 1, true);
	pick(LIN_PICK, 0, false); /* the same call */
	overlaps(1);
	complete(0, 0); /* between the two */
	overlaps(2);
	completed(0);
	canceled(1, by, false);
	ck_assert(fits());
}
END_TEST

START_TEST(test_a_kill_that_comes_late_hits_nothing)
{
	begin(4);
	submit(0, 0);
	start(0);
	complete(0, 0);
	pick(LIN_KILL, 0, false);
	completed(0);
	add(LIN_RUN, 0);
	pick(LIN_KILL, 0, false);
	h.event[h.events - 1].answer = IVRQ_ENOENT;
	ck_assert(fits());
}
END_TEST

START_TEST(test_close_then_refused_then_stale)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	by = cut(LIN_CLOSE, 0, 1, 1);
	submit(1, IVRQ_ECLOSED);
	cut(LIN_CLOSE, 0, 0, 0);
	h.event[h.events - 1].answer = IVRQ_EALREADY;
	canceled(0, by, false);
	add(LIN_CLOSED, 0);
	submit(2, IVRQ_ENOENT);
	overlaps(1);
	submit(3, IVRQ_ECLOSED);
	overlaps(2);
	cut(LIN_ALL, 0, 0, 0);
	h.event[h.events - 1].answer = IVRQ_ENOENT;
	ck_assert(fits());
}
END_TEST

START_TEST(test_ahead_may_count_one_killed_by_itself)
{
	unsigned by, ahead;

	for (ahead = 0; ahead < 2; ahead++) {
		begin(4);
		submit(0, 0);
		by = pick(LIN_KILL, 0, true);
		submit(1, 0);
		told(1, ahead);
		canceled(0, by, false);
		ck_assert(fits());
	}
}
END_TEST

START_TEST(test_expired_one_fails)
{
	begin(4);
	submit(0, 0);
	h.late = 1;
	add(LIN_EXPIRE, 0);
	cut(LIN_ALL, 0, 0, 0);
	add(LIN_RESULT, 0)->status = IVRQ_FAILED;
	ck_assert(fits());
}
END_TEST

START_TEST(test_snapshot_of_one_moment)
{
	struct lin_event *event;

	begin(4);
	submit(0, 0);
	start(0);
	submit(1, 0);
	event = add(LIN_SNAPSHOT, 0);
	event->shot = (struct lin_shot){ 1, 0, IVRQ_HEAD_RUNNING, 0, 0, 0 };
	overlaps(1);
	ck_assert(fits());
	event->shot = (struct lin_shot){ 2, 0, IVRQ_HEAD_RUNNING, 0, 0, 1 };
	ck_assert(fits());
	event->shot = (struct lin_shot){ 2, 1, IVRQ_HEAD_RUNNING, 0, 0, 1 };
	ck_assert(!fits());
	event->shot = (struct lin_shot){ 2, 0, IVRQ_HEAD_IDLE, 0, 0, 1 };
	ck_assert(!fits());
	event->shot = (struct lin_shot){ 1, 0, IVRQ_HEAD_RUNNING, 0, 1, 1 };
	ck_assert(!fits());
}
END_TEST

/* ---------------------------------------------------------- what is not so */

START_TEST(test_cut_that_misses_an_earlier_submit_does_not_fit)
{
	begin(4);
	submit(0, 0);
	cut(LIN_ALL, 0, 0, 0);
	start(0);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_cut_that_hits_a_later_submit_does_not_fit)
{
	unsigned by;

	begin(4);
	by = cut(LIN_ALL, 0, 1, 1);
	submit(0, 0);
	canceled(0, by, false);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_receipt_off_by_one_does_not_fit)
{
	unsigned by, pending;

	for (pending = 0; pending < 4; pending++) {
		begin(4);
		submit(0, 0);
		submit(1, 0);
		by = cut(LIN_ALL, 0, pending, 3);
		canceled(0, by, false);
		canceled(1, by, false);
		ck_assert(fits() == (pending == 2));
	}
}
END_TEST

START_TEST(test_one_told_as_in_flight_that_had_not_started_does_not_fit)
{
	begin(4);
	submit(0, 0);
	cut(LIN_ALL, 1, 0, 1);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_two_cancels_that_count_the_same_do_not_fit)
{
	begin(4);
	submit(0, 0);
	cut(LIN_ALL, 0, 1, 1);
	cut(LIN_ALL, 0, 1, 1);
	overlaps(1);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_half_a_cut_does_not_fit)
{
	begin(4);
	submit(0, 0);
	submit(1, 0);
	cut(LIN_ALL, 0, 1, 1); /* one by one it would */
	ck_assert(!fits());
}
END_TEST

START_TEST(test_started_after_the_cut_does_not_fit)
{
	begin(4);
	submit(0, 0);
	cut(LIN_ALL, 0, 1, 1);
	start(0);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_starts_out_of_order_do_not_fit)
{
	begin(4);
	submit(0, 0);
	submit(1, 0);
	start(1);
	ck_assert(!fits());
	overlaps(1); /* with the submit of 1: still after that of 0 */
	ck_assert(!fits());
	overlaps(2);
	ck_assert(!fits());
	h.event[1].before = 0; /* the submits overlap as well */
	ck_assert(fits());
}
END_TEST

START_TEST(test_two_in_flight_do_not_fit)
{
	begin(4);
	submit(0, 0);
	start(0);
	submit(1, 0);
	start(1);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_full_when_not_full_does_not_fit)
{
	begin(2);
	submit(0, 0);
	submit(1, IVRQ_EFULL);
	ck_assert(!fits());
	h.capacity = 1;
	ck_assert(fits());
}
END_TEST

START_TEST(test_accepted_when_full_does_not_fit)
{
	begin(1);
	submit(0, 0);
	submit(1, 0);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_full_after_the_hole_has_left_does_not_fit)
{
	unsigned by;

	begin(2);
	submit(0, 0);
	submit(1, 0);
	by = pick(LIN_KILL, 1, true);
	canceled(1, by, false);
	start(0);
	add(LIN_RUN, 0);
	submit(2, IVRQ_EFULL);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_accepted_in_the_place_of_a_hole_does_not_fit)
{
	unsigned by;

	begin(2);
	submit(0, 0);
	submit(1, 0);
	by = pick(LIN_KILL, 1, true);
	canceled(1, by, false);
	add(LIN_RUN, 0);
	submit(2, 0);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_results_of_a_cut_out_of_order_do_not_fit)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	submit(1, 0);
	by = cut(LIN_ALL, 0, 2, 3);
	canceled(1, by, false);
	canceled(0, by, false);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_callback_of_a_later_one_before_the_results_does_not_fit)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	start(0);
	by = cut(LIN_ALL, 1, 0, 1);
	submit(1, 0);
	canceled(1, cut(LIN_ALL, 0, 1, 2), false);
	canceled(0, by, true);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_one_killed_by_itself_does_not_wait)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	start(0);
	by = cut(LIN_ALL, 1, 0, 1);
	submit(1, 0);
	canceled(1, pick(LIN_KILL, 1, true), false);
	canceled(0, by, true);
	ck_assert(fits());
}
END_TEST

START_TEST(test_result_of_the_wrong_cut_does_not_fit)
{
	begin(4);
	submit(0, 0);
	cut(LIN_ALL, 0, 1, 1);
	canceled(0, cut(LIN_ALL, 0, 0, 0), false);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_completion_lost_to_nobody_does_not_fit)
{
	begin(4);
	submit(0, 0);
	start(0);
	complete(0, IVRQ_ECANCELED);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_both_won_does_not_fit)
{
	begin(4);
	submit(0, 0);
	start(0);
	cut(LIN_ALL, 1, 0, 1);
	complete(0, 0);
	overlaps(1);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_pending_that_hits_the_oldest_does_not_fit)
{
	begin(4);
	submit(0, 0);
	submit(1, 0);
	cut(LIN_PENDING, 0, 2, 3);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_pending_that_spares_one_cancelled_by_itself_fits)
{
	unsigned by;

	begin(4);
	submit(0, 0);
	by = pick(LIN_KILL, 0, true);
	submit(1, 0);
	canceled(0, by, false);
	cut(LIN_PENDING, 0, 1, 2);
	ck_assert(fits());
}
END_TEST

START_TEST(test_ahead_of_none_does_not_fit)
{
	begin(4);
	submit(0, 0);
	told(0, 1);
	ck_assert(!fits());
	begin(4);
	submit(0, 0);
	submit(1, 0);
	told(1, 0);
	ck_assert(!fits());
}
END_TEST

START_TEST(test_stale_before_the_end_does_not_fit)
{
	begin(4);
	cut(LIN_CLOSE, 0, 0, 0);
	submit(0, IVRQ_ENOENT);
	ck_assert(!fits());
	begin(4);
	submit(0, IVRQ_ECLOSED);
	ck_assert(!fits());
	begin(4);
	submit(0, 0);
	pick(LIN_KILL, 0, false);
	h.event[1].answer = IVRQ_ENOENT;
	ck_assert(!fits());
}
END_TEST

START_TEST(test_closed_before_the_last_result_does_not_fit)
{
	begin(4);
	submit(0, 0);
	cut(LIN_CLOSE, 0, 1, 1);
	add(LIN_CLOSED, 0);
	ck_assert(!fits());
}
END_TEST

/* As many orders as there are: the memory of what was tried is needed. */
START_TEST(test_many_at_once_are_decided)
{
	unsigned i;

	begin(32);
	for (i = 0; i < LIN_OPS - 4; i++) {
		submit(i, 0);
		overlaps(i);
	}
	cut(LIN_ALL, 0, LIN_OPS - 5, (1u << (LIN_OPS - 5)) - 1);
	overlaps(i);
	ck_assert(fits());
}
END_TEST

static TCase *accepts(void)
{
	TCase *tcase = tcase_create("accepts");

	tcase_add_test(tcase, test_one_after_the_other_fits);
	tcase_add_test(tcase, test_submit_that_overlaps_a_cut_may_be_hit);
	tcase_add_test(tcase, test_submit_that_overlaps_a_cut_may_be_spared);
	tcase_add_test(tcase, test_completion_may_win_or_lose);
	tcase_add_test(tcase, test_each_cancel_may_count_its_share);
	tcase_add_test(tcase, test_pending_spares_the_oldest);
	tcase_add_test(tcase, test_barge_in_hits_and_adds_at_once);
	tcase_add_test(tcase, test_full_until_the_result);
	tcase_add_test(tcase, test_one_killed_behind_another_keeps_its_place);
	tcase_add_test(tcase, test_a_group_decides_one_by_one);
	tcase_add_test(tcase, test_a_kill_that_comes_late_hits_nothing);
	tcase_add_test(tcase, test_close_then_refused_then_stale);
	tcase_add_test(tcase, test_ahead_may_count_one_killed_by_itself);
	tcase_add_test(tcase, test_expired_one_fails);
	tcase_add_test(tcase, test_snapshot_of_one_moment);
	tcase_add_test(tcase, test_one_killed_by_itself_does_not_wait);
	tcase_add_test(tcase, test_many_at_once_are_decided);
	return tcase;
}

static TCase *refuses(void)
{
	TCase *tcase = tcase_create("refuses");

	tcase_add_test(tcase,
		       test_cut_that_misses_an_earlier_submit_does_not_fit);
	tcase_add_test(tcase, test_cut_that_hits_a_later_submit_does_not_fit);
	tcase_add_test(tcase, test_receipt_off_by_one_does_not_fit);
	tcase_add_test(
		tcase,
		test_one_told_as_in_flight_that_had_not_started_does_not_fit);
	tcase_add_test(tcase, test_two_cancels_that_count_the_same_do_not_fit);
	tcase_add_test(tcase, test_half_a_cut_does_not_fit);
	tcase_add_test(tcase, test_started_after_the_cut_does_not_fit);
	tcase_add_test(tcase, test_starts_out_of_order_do_not_fit);
	tcase_add_test(tcase, test_two_in_flight_do_not_fit);
	tcase_add_test(tcase, test_full_when_not_full_does_not_fit);
	tcase_add_test(tcase, test_accepted_when_full_does_not_fit);
	tcase_add_test(tcase, test_full_after_the_hole_has_left_does_not_fit);
	tcase_add_test(tcase,
		       test_accepted_in_the_place_of_a_hole_does_not_fit);
	tcase_add_test(tcase, test_results_of_a_cut_out_of_order_do_not_fit);
	tcase_add_test(
		tcase,
		test_callback_of_a_later_one_before_the_results_does_not_fit);
	tcase_add_test(tcase, test_result_of_the_wrong_cut_does_not_fit);
	tcase_add_test(tcase, test_completion_lost_to_nobody_does_not_fit);
	tcase_add_test(tcase, test_both_won_does_not_fit);
	tcase_add_test(tcase, test_pending_that_hits_the_oldest_does_not_fit);
	tcase_add_test(tcase,
		       test_pending_that_spares_one_cancelled_by_itself_fits);
	tcase_add_test(tcase, test_ahead_of_none_does_not_fit);
	tcase_add_test(tcase, test_stale_before_the_end_does_not_fit);
	tcase_add_test(tcase, test_closed_before_the_last_result_does_not_fit);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("lin");

	suite_add_tcase(suite, accepts());
	suite_add_tcase(suite, refuses());
	return ct_run(suite);
}
