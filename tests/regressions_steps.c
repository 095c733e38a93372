/* SPDX-License-Identifier: MIT */
/*
 * regressions_steps.c - what went wrong when something happened between two
 * steps of a function: at each of them, it happens.
 */
#include "regressions.h"

static void nothing(void)
{
}

static void do_run(void)
{
	run(0);
}

static void begin_idle(void)
{
	world_begin();
	open_call(0);
	drive();
}

static void begin_one(void)
{
	begin_idle();
	play();
	drive();
	ck_assert_uint_eq(it.recs[0].starts, 1);
}

/* -------------------------------------------------- submitted inside a run */

/* One plays on another call; the call has nothing to do, and is ready. */
static void begin_with_neighbour(void)
{
	begin_one();
	open_call(0);
	cancel(IVRQ_SCOPE_ALL);
}

/* ... and each of its slots will be looked at. */
static void begin_with_sweep(void)
{
	begin_one();
	open_call(0);
	cancel_tag(99);
}

static void submit_inside(void)
{
	play();
}

static void submit_and_cancel(void)
{
	play();
	cancel(IVRQ_SCOPE_ALL);
}

static void submit_and_cancel_op(void)
{
	cancel_op(play());
}

static void complete_neighbour(void)
{
	run(0);
	ck_assert_int_eq(complete(&it.recs[0]), 0);
	run(0);
	ck_assert_uint_eq(it.recs[0].results, 1);
	ck_assert_int_eq(it.recs[0].result.status, IVRQ_COMPLETED);
}

/*
 * The worker names an operation when it gets to know of it. One that came
 * after that and before it looked at the queue was started without a name, or
 * with that of whoever had used the storage.
 */
START_TEST(test_run_with_a_submit_inside_tells_it_by_its_own_name)
{
	static void (*const inner[])(void) = { submit_inside, submit_and_cancel,
					       submit_and_cancel_op };
	const struct trial trial = { _i < 3 ? begin_with_neighbour :
					      begin_with_sweep,
				     do_run, inner[_i % 3],
				     complete_neighbour };

	at_each_step(&trial);
}
END_TEST

/* ------------------------------------------------------ counts of two calls */

static ivrq_call quiet, busy; /* of worker 0, of worker 1 */
static int lives;	      /* before that of busy: a position each */

static void begin_two_cut(void)
{
	int i;

	it.config.workers = 2;
	world_begin();
	open_call(1);
	for (i = 0; i < lives; i++) {
		ck_assert_int_eq(ivrq_call_close(it.engine, it.call,
						 IVRQ_CAUSE_HANG_UP, NULL),
				 0);
		drive();
		open_call(1);
	}
	busy = it.call;
	play();
	cancel_tag(98); /* of no operation, but each is looked at now */
	cancel(IVRQ_SCOPE_ALL);
	open_call(0);
	quiet = it.call;
	play(); /* takes the first storage of all */
	cancel_tag(99);
}

static void cut_quiet(void)
{
	it.call = quiet;
	cancel(IVRQ_SCOPE_ALL);
}

static void submit_busy(void)
{
	try_play(new_rec(), busy);
}

static void do_run_busy(void)
{
	run(1);
}

static void run_busy(void)
{
	if (nest(at_step, do_run_busy, submit_busy))
		at_more = true;
}

/*
 * A worker that pops a covered operation leaves its count for a canceller that
 * is not as fast. If a submit came between, it took the empty slot for a
 * reference and left the count with an operation of another call: the receipt
 * of its canceller said 0, and then came a result. (world_end() compares.)
 */
START_TEST(test_cancel_frozen_while_another_call_is_popped_counts_its_own)
{
	static const struct trial trial = { begin_two_cut, cut_quiet, run_busy,
					    nothing };

	lives = _i;
	at_each_pair(&trial);
}
END_TEST

/* -------------------------------------------------------------------- fence */

/* One is hit by its tag; it waits at the front, spared by a cut before. */
static void begin_group_spared(void)
{
	world_begin();
	open_call(0);
	it.options.tag = 7;
	play();
	it.options.tag = 8;
	play();
	cancel(IVRQ_SCOPE_PENDING);
	cancel_tag(7);
}

/* ... or not even that. */
static void begin_group_waiting(void)
{
	world_begin();
	open_call(0);
	it.options.tag = 7;
	play();
	cancel_tag(7);
}

/* ... or was started. */
static void begin_group_running(void)
{
	it.options.tag = 7;
	begin_one();
	cancel_tag(7);
}

static void do_fence(void)
{
	it.inner_answer = ivrq_fence(it.engine, &it.cuts[it.ncuts - 1], 0);
}

/* Two wait, and a cut takes both. */
static void begin_cut_waiting(void)
{
	world_begin();
	open_call(0);
	play();
	play();
	cancel(IVRQ_SCOPE_ALL);
}

/* One is in flight, and its driver takes its time to stop; the one behind it
 * was killed before the cut. */
static void begin_cut_running(void)
{
	begin_one();
	it.stop_pends = true;
	cancel_op(play());
	cancel(IVRQ_SCOPE_ALL);
}

static void fence_meanwhile(void)
{
	const ivrq_receipt *cut = &it.cuts[it.ncuts - 1];

	elsewhere(do_fence);
	if (!it.inner_answer)
		ck_assert_uint_eq(results_of(cut),
				  cut->in_flight + cut->pending);
	else
		ck_assert_int_eq(it.inner_answer, IVRQ_ETIMEDOUT);
}

/*
 * An operation at the front leaves its slot, then the queue moves on, then the
 * result is delivered. A fence that looked in between found neither the kill
 * nor an operation to wait for, and returned before the callback.
 */
START_TEST(test_fence_of_a_group_inside_the_run_waits_for_the_callback)
{
	static void (*const begin[])(void) = { begin_group_spared,
					       begin_group_waiting,
					       begin_group_running };
	const struct trial trial = { begin[_i], do_run, fence_meanwhile,
				     nothing };

	at_each_step(&trial);
}
END_TEST

/*
 * A fence took a queue whose ring was empty up to the cut for one whose results
 * were delivered; but they leave the ring first, and the one in flight leaves
 * last.
 */
START_TEST(test_fence_of_a_cut_inside_the_run_waits_for_the_callback)
{
	static void (*const begin[])(void) = { begin_cut_waiting,
					       begin_cut_running };
	const struct trial trial = { begin[_i], do_run, fence_meanwhile,
				     nothing };

	at_each_step(&trial);
}
END_TEST

/* ----------------------------------------------------------------- deadline */

/* The oldest was spared by a cut, cannot start, and now waits too long. */
static void begin_spared_late(void)
{
	begin_idle();
	ck_assert_int_eq(ivrq_call_pause(it.engine, it.call), 0);
	it.options.deadline_ns = 5;
	play();
	it.options.deadline_ns = 0;
	play();
	cancel(IVRQ_SCOPE_PENDING);
	drive();
	it.now_ns = 10;
}

static enum ivrq_scope scope;

static void cancel_meanwhile(void)
{
	if (scope == IVRQ_SCOPE_TAG)
		cancel_tag(0);
	else
		cancel(scope);
}

static void assert_not_started(void)
{
	const struct rec *rec = &it.recs[0];
	const ivrq_receipt *cut = &it.cuts[1]; /* all 0: it came too late */

	drive();
	ck_assert_uint_eq(cut->in_flight, 0);
	ck_assert_uint_eq(rec->starts, 0);
	ck_assert_uint_eq(rec->results, 1);
	ck_assert(!rec->result.started);
	ck_assert_int_eq(rec->result.status,
			 cut->pending ? IVRQ_CANCELED : IVRQ_FAILED);
}

/*
 * An operation spared by a cut was made to run when its deadline came, only to
 * fail. A cancel in that moment counted it as in flight.
 */
START_TEST(test_cancel_inside_the_run_at_a_deadline_counts_none_in_flight)
{
	static const enum ivrq_scope scopes[] = { IVRQ_SCOPE_ALL,
						  IVRQ_SCOPE_CURRENT,
						  IVRQ_SCOPE_TAG };
	const struct trial trial = { begin_spared_late, do_run,
				     cancel_meanwhile, assert_not_started };

	scope = scopes[_i];
	at_each_step(&trial);
}
END_TEST

/* ----------------------------------------------------------------- snapshot */

/* None of three starts. The second was killed and delivered, now the first
 * is killed. */
static void begin_with_hole(void)
{
	struct rec *second;

	begin_idle();
	ck_assert_int_eq(ivrq_call_pause(it.engine, it.call), 0);
	play();
	second = play();
	play();
	cancel_op(second);
	drive();
	ck_assert_uint_eq(second->results, 1);
	cancel_op(&it.recs[0]);
}

/* Its result is not delivered, or has been just now. */
static void assert_live(ivrq_op op)
{
	const struct rec *rec = it.recs;

	while (rec->got.op.value != op.value) {
		rec++;
		ck_assert(rec < it.recs + it.nrecs);
	}
	ck_assert(!rec->results || rec == it.order[it.results - 1]);
}

static void look_meanwhile(void)
{
	ivrq_snapshot shot;

	ck_assert_int_eq(ivrq_call_snapshot(it.engine, it.call, &shot), 0);
	ck_assert_uint_ge(shot.depth, 1);
	assert_live(shot.head);
	assert_live(shot.tail);
}

/*
 * The oldest had left the queue, and the worker had not yet come by the one
 * behind it, which was cancelled by op and delivered long ago. A snapshot
 * named that as the oldest.
 */
START_TEST(test_call_snapshot_inside_the_run_names_live_ones)
{
	static const struct trial trial = { begin_with_hole, do_run,
					    look_meanwhile, nothing };

	at_each_step(&trial);
}
END_TEST

/* -------------------------------------------------------- a pool of threads */

/* What a thread of the pool does: submit, and run whenever it is woken. */
static void serve(void)
{
	try_play(new_rec(), it.call);
	while (it.woken) {
		it.woken = false;
		run(0);
	}
}

static void serve_elsewhere(void)
{
	elsewhere(serve);
	it.happened = true;
}

static void assert_served(void)
{
	drive();
	if (it.happened)
		ck_assert_uint_eq(it.recs[0].starts, 1);
}

/*
 * Two threads serve one worker. The one in the run looked for more, then let
 * go of the worker; in between the other was woken, found it busy and slept
 * again. Nobody ran what had woken it.
 */
START_TEST(test_run_found_busy_by_a_woken_thread_wakes_again)
{
	static const struct trial trial = { begin_idle, do_run, serve_elsewhere,
					    assert_served };

	at_each_step(&trial);
}
END_TEST

/* ----------------------------------------------------------- two completers */

static void do_complete(void)
{
	it.outer_answer = complete(&it.recs[0]);
}

static void complete_and_run(void)
{
	it.inner_answer = complete(&it.recs[0]);
	it.happened = true;
	if (freeze(at_step, do_run))
		at_more = true;
}

static void assert_completed(void)
{
	thaw();
	ck_assert_int_ne(it.outer_answer, IVRQ_ECANCELED);
	if (it.happened) {
		ck_assert_int_ne(it.inner_answer, IVRQ_ECANCELED);
		ck_assert(!it.outer_answer != !it.inner_answer);
	}
	drive();
	ck_assert_uint_eq(it.recs[0].results, 1);
	ck_assert_int_eq(it.recs[0].result.status, IVRQ_COMPLETED);
	ck_assert_uint_eq(it.recs[0].stops, 0);
}

/*
 * The worker tells those who hold an operation how it ended. One that took
 * hold just after the worker had looked for such was told nothing, and
 * answered a second completer that a cancel had come first.
 */
START_TEST(test_op_complete_behind_another_is_never_told_of_a_cancel)
{
	static const struct trial trial = { begin_one, do_complete,
					    complete_and_run,
					    assert_completed };

	at_each_pair(&trial);
}
END_TEST

TCase *steps_case(void)
{
	TCase *tcase = tcase_create("steps");

	tcase_add_loop_test(
		tcase, test_run_with_a_submit_inside_tells_it_by_its_own_name,
		0, 6);
	tcase_add_loop_test(
		tcase,
		test_cancel_frozen_while_another_call_is_popped_counts_its_own,
		0, 4);
	tcase_add_loop_test(
		tcase,
		test_fence_of_a_group_inside_the_run_waits_for_the_callback, 0,
		3);
	tcase_add_loop_test(
		tcase,
		test_fence_of_a_cut_inside_the_run_waits_for_the_callback, 0,
		2);
	tcase_add_loop_test(
		tcase,
		test_cancel_inside_the_run_at_a_deadline_counts_none_in_flight,
		0, 3);
	tcase_add_test(tcase,
		       test_run_found_busy_by_a_woken_thread_wakes_again);
	tcase_add_test(
		tcase,
		test_op_complete_behind_another_is_never_told_of_a_cancel);
	tcase_add_test(tcase,
		       test_call_snapshot_inside_the_run_names_live_ones);
	return tcase;
}
