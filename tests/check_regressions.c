/* SPDX-License-Identifier: MIT */
/*
 * check_regressions: what once went wrong and must not again. Above each test
 * stands what had happened.
 *
 * The core is built with a hook before each atomic access. A test stops a
 * function at its n-th access, lets others act there, asserts what has to hold
 * at every n, and goes on until the function returns before it reaches n.
 *
 *	check_regressions.c	what is answered and delivered, one thread
 *	regressions_frozen.c	a frozen thread must hold nobody up
 *	regressions_lives.c	a call ends, another takes its place
 *	regressions_steps.c	the rest of what happens between two steps
 */
#include "regressions.h"

static void begin(void)
{
	world_init();
	world_begin();
	open_call(0);
}

/* ------------------------------------------------------------------ results */

/*
 * While a driver took its time to stop what a cut had hit, an operation that
 * was submitted after that cut, and cut by a second one, was told first.
 */
START_TEST(test_run_with_a_stop_pending_keeps_the_order_of_two_cuts)
{
	struct rec *a, *b;

	begin();
	it.stop_pends = true;
	a = play();
	run(0);
	cancel(IVRQ_SCOPE_ALL);
	run(0);
	ck_assert(a->stop_pending);
	b = play();
	cancel(IVRQ_SCOPE_ALL);
	ck_assert_uint_eq(it.cuts[1].pending, 1);
	ck_assert_int_eq(run(0), 0);
	ck_assert_int_eq(ivrq_fence(it.engine, &it.cuts[1], 0),
			 IVRQ_ETIMEDOUT);
	ck_assert_int_eq(stopped(a), 0);
	ck_assert_int_eq(run(0), 2);
	ck_assert_ptr_eq(it.order[0], a);
	ck_assert_ptr_eq(it.order[1], b);
	ck_assert_uint_eq(b->result.cancel.value, it.cuts[1].id.value);
	world_end();
}
END_TEST

static void assert_order(const struct rec *a, const struct rec *b,
			 const struct rec *c)
{
	ck_assert_uint_eq(it.results, 3);
	ck_assert_ptr_eq(it.order[0], a);
	ck_assert_ptr_eq(it.order[1], b);
	ck_assert_ptr_eq(it.order[2], c);
}

/*
 * The worker delivered what had been cancelled by op before it looked at the
 * queue's front, so an operation submitted after a cut overtook the results of
 * that cut.
 */
START_TEST(test_cancel_op_submitted_after_a_cut_reports_after_its_results)
{
	struct rec *a, *b, *late;

	begin();
	a = play();
	b = play();
	cancel(IVRQ_SCOPE_ALL);
	late = play();
	cancel_op(late);
	run(0);
	assert_order(a, b, late);
	world_end();
}
END_TEST

/*
 * The same for one whose deadline had passed: it is killed in its slot too,
 * and was reported before the results of the cut that came before it.
 */
START_TEST(test_run_expiring_one_after_a_cut_reports_it_after_its_results)
{
	struct rec *a, *b, *late;

	begin();
	a = play();
	b = play();
	cancel(IVRQ_SCOPE_ALL);
	it.options.deadline_ns = 1;
	late = play();
	run(0);
	assert_order(a, b, late);
	ck_assert_int_eq(late->result.reason, IVRQ_REASON_DEADLINE);
	world_end();
}
END_TEST

/*
 * The reason is ignored when a stop is answered, but was packed beside the
 * other fields unchecked: its upper bits became a recording that was kept, a
 * tone, or the mark of a completion.
 */
START_TEST(test_op_stopped_with_a_garbage_reason_keeps_the_other_fields)
{
	ivrq_outcome outcome = { .reason = (enum ivrq_reason)(1u << _i),
				 .media_ms = 7 };
	struct rec *a;

	begin();
	it.stop_pends = true;
	a = play();
	run(0);
	cancel(IVRQ_SCOPE_ALL);
	run(0);
	ck_assert_int_eq(ivrq_op_stopped(it.engine, a->got.op, &outcome), 0);
	a->stop_pending = false;
	ck_assert_int_eq(run(0), 1);
	ck_assert_int_eq(a->result.status, IVRQ_CANCELED);
	ck_assert_int_eq(a->result.reason, IVRQ_REASON_CANCELED);
	ck_assert_uint_eq(a->result.media_ms, 7);
	ck_assert_int_eq(a->result.tone, 0);
	ck_assert(!a->result.kept);
	world_end();
}
END_TEST

/* --------------------------------------------------------------- the killed */

enum { FOUR = 4 };

/* Four operations; those of the mask are cancelled by op and delivered. */
static void begin_with_holes(struct rec *recs[FOUR], unsigned mask, bool flies)
{
	int i;

	begin();
	if (!flies)
		ck_assert_int_eq(ivrq_call_pause(it.engine, it.call), 0);
	for (i = 0; i < FOUR; i++)
		recs[i] = play();
	run(0);
	ck_assert_uint_eq(recs[0]->starts, flies);
	for (i = 0; i < FOUR; i++)
		if (mask & 1u << i)
			cancel_op(recs[i]);
	run(0);
	for (i = 0; i < FOUR; i++)
		ck_assert_uint_eq(recs[i]->results, mask >> i & 1);
}

/*
 * One that was cancelled by op and delivered keeps its place until the queue
 * has come by. Till then another cancel of it was answered with success.
 */
START_TEST(test_cancel_op_of_a_delivered_one_answers_enoent)
{
	ivrq_cancel_request request;
	struct rec *recs[FOUR];
	int i;

	begin_with_holes(recs, (unsigned)_i << 1, true);
	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	for (i = 0; i < FOUR; i++) {
		request.op = recs[i]->got.op;
		if (recs[i]->results)
			ck_assert_int_eq(try_cancel(it.call, &request),
					 IVRQ_ENOENT);
	}
	world_end();
}
END_TEST

static void assert_snapshot(struct rec *recs[FOUR])
{
	uint64_t head = 0, tail = 0;
	ivrq_snapshot shot;
	uint32_t live = 0;
	int i;

	for (i = 0; i < FOUR; i++) {
		if (recs[i]->results)
			continue;
		live++;
		tail = recs[i]->got.op.value;
		if (!head)
			head = tail;
	}
	ck_assert_int_eq(ivrq_call_snapshot(it.engine, it.call, &shot), 0);
	ck_assert_uint_eq(shot.depth, live);
	ck_assert_uint_eq(shot.canceled, 0);
	ck_assert_uint_eq(shot.head.value, head);
	ck_assert_uint_eq(shot.tail.value, tail);
}

/*
 * A snapshot took the ends of the ring for the oldest and the newest, although
 * what had been there was cancelled by op and delivered.
 */
START_TEST(test_call_snapshot_with_delivered_ends_names_live_ones)
{
	struct rec *recs[FOUR];
	unsigned mask;

	for (mask = 0; mask < 1u << FOUR; mask++) {
		begin_with_holes(recs, mask, false);
		assert_snapshot(recs);
		world_end();
		if (mask & 1)
			continue;
		begin_with_holes(recs, mask, true);
		assert_snapshot(recs);
		world_end();
	}
}
END_TEST

/* ----------------------------------------------------------------- for ever */

static void do_fence(void)
{
	it.outer_answer = ivrq_fence(it.engine, &it.cuts[0], UINT64_MAX);
}

static void do_stop(void)
{
	it.outer_answer = ivrq_engine_stop(it.engine, UINT64_MAX);
}

/*
 * The end of the longest wait did not fit a clock of 32 bits: what should have
 * waited for ever answered at once that the time had passed.
 */
START_TEST(test_fence_without_a_limit_waits_for_the_results)
{
	begin();
	play();
	run(0);
	cancel(IVRQ_SCOPE_ALL);
	it.outer_answer = 1;
	elsewhere_begin(do_fence);
	ck_assert_int_eq(run(0), 1);
	elsewhere_end();
	ck_assert_int_eq(it.outer_answer, 0);
	do_fence(); /* all is there: no wait */
	ck_assert_int_eq(it.outer_answer, 0);
	world_end();
}
END_TEST

/* As above, for the stop of the engine. */
START_TEST(test_engine_stop_without_a_limit_waits_for_the_calls)
{
	begin();
	play();
	run(0);
	it.outer_answer = 1;
	elsewhere_begin(do_stop);
	ck_assert_int_eq(run(0), 1);
	elsewhere_end();
	ck_assert_int_eq(it.outer_answer, 0);
	do_stop();
	ck_assert_int_eq(it.outer_answer, 0);
	world_end();
}
END_TEST

static TCase *answers_case(void)
{
	TCase *tcase = tcase_create("answers");

	tcase_add_test(
		tcase,
		test_run_with_a_stop_pending_keeps_the_order_of_two_cuts);
	tcase_add_test(
		tcase,
		test_cancel_op_submitted_after_a_cut_reports_after_its_results);
	tcase_add_test(
		tcase,
		test_run_expiring_one_after_a_cut_reports_it_after_its_results);
	tcase_add_loop_test(
		tcase,
		test_op_stopped_with_a_garbage_reason_keeps_the_other_fields, 0,
		32);
	tcase_add_loop_test(tcase,
			    test_cancel_op_of_a_delivered_one_answers_enoent, 1,
			    1 << (FOUR - 1));
	tcase_add_test(tcase,
		       test_call_snapshot_with_delivered_ends_names_live_ones);
	tcase_add_test(tcase, test_fence_without_a_limit_waits_for_the_results);
	tcase_add_test(tcase,
		       test_engine_stop_without_a_limit_waits_for_the_calls);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("regressions");

	suite_add_tcase(suite, answers_case());
	suite_add_tcase(suite, frozen_case());
	suite_add_tcase(suite, lives_case());
	suite_add_tcase(suite, steps_case());
	return ct_run(suite);
}
