/* SPDX-License-Identifier: MIT */
/*
 * check_moments.c - what check_windows does not come by: a state that takes
 * several steps to reach, or two threads that stand still at one time.
 *
 * The world and the hook are those of check_regressions. Each test is made for
 * faults of one place, which its name tells; most run at several positions, of
 * which one is the last before the wrap if positions are narrow.
 */
#include "core/state.h"
#include "regressions.h"

enum { LIVES = 4 }; /* a life uses up one position */

static void nothing(void)
{
}

static void do_run(void)
{
	run(0);
}

static void close_call(void)
{
	(void)!ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
	drive();
}

static unsigned lives; /* before the one of the test */

static void begin(void)
{
	unsigned i;

	world_begin();
	open_call(0);
	for (i = 0; i < lives; i++) {
		close_call();
		open_call(0);
	}
	drive();
}

static void begin_paused(void)
{
	begin();
	ck_assert_int_eq(ivrq_call_pause(it.engine, it.call), 0);
}

static void do_resume(void)
{
	ck_assert_int_eq(ivrq_call_resume(it.engine, it.call), 0);
}

static int try_cancel_op(const struct rec *rec)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	request.op = rec->got.op;
	return try_cancel(rec->call, &request);
}

/* -------------------------------------------------------------------- fence */

static void do_fence(void)
{
	it.outer_answer = ivrq_fence(it.engine, &it.cuts[0], 0);
}

static void assert_fence(void)
{
	ck_assert_int_eq(it.outer_answer, 0);
}

/* From outside the run. */
static void fence_answers_0(void)
{
	elsewhere(do_fence);
	assert_fence();
}

static void begin_group_delivered(void)
{
	begin();
	it.options.tag = 7;
	play();
	cancel_tag(7);
	drive();
	ck_assert_uint_eq(it.recs[0].results, 1);
	it.options.tag = 8;
}

static void begin_group_and_next(void)
{
	begin_group_delivered();
	play();
}

/* A run that delivers nothing tells nobody, so a fence must not wait for it. */
START_TEST(test_fence_inside_a_run_that_only_starts_answers_0)
{
	static const struct trial trial = { begin_group_and_next, do_run,
					    fence_answers_0, nothing };

	lives = (unsigned)_i;
	at_each_step(&trial);
}
END_TEST

static void begin_next_life_cut(void)
{
	begin_group_delivered();
	close_call();
	open_call(0);
	play();
	play();
	cancel(IVRQ_SCOPE_ALL);
}

START_TEST(test_fence_of_an_ended_call_does_not_wait_for_the_next)
{
	static const struct trial trial = { begin_next_life_cut, do_run,
					    fence_answers_0, nothing };

	at_each_step(&trial);
}
END_TEST

/* The second is delivered, the first is cut; then nothing starts. */
static void begin_cut_before_hole(void)
{
	begin_paused();
	play();
	cancel_op(play());
	drive();
	ck_assert_uint_eq(it.recs[1].results, 1);
	cancel(IVRQ_SCOPE_ALL);
}

static void fence_of_second_cut(void)
{
	it.outer_answer = ivrq_fence(it.engine, &it.cuts[1], 0);
}

static void fence_is_true(void)
{
	elsewhere(fence_of_second_cut);
	if (!it.outer_answer)
		ck_assert_uint_eq(it.recs[0].results, 1);
}

START_TEST(test_fence_of_one_popped_before_a_hole_waits_for_it)
{
	static const struct trial trial = { begin_cut_before_hole, do_run,
					    fence_is_true, nothing };

	lives = (unsigned)_i;
	at_each_step(&trial);
}
END_TEST

static unsigned behind;

/* The first is spared and may start now; all behind it is delivered. */
static void begin_holes_behind(void)
{
	unsigned i;

	begin_paused();
	play();
	for (i = 0; i < behind; i++)
		play();
	cancel(IVRQ_SCOPE_PENDING);
	drive();
	ck_assert_uint_eq(it.results, behind);
	do_resume();
}

/* ... and their slots are used again. */
static void run_and_fill(void)
{
	struct rec *rec;

	run(0);
	do
		rec = new_rec();
	while (!try_play(rec, it.call));
	ck_assert_int_eq(rec->answer, IVRQ_EFULL);
}

static void begin_holes_behind_small(void)
{
	it.config.ring = 4;
	begin_holes_behind();
}

START_TEST(test_fence_whose_holes_are_popped_inside_it_answers_0)
{
	static const struct trial trials[] = {
		{ begin_holes_behind, do_fence, do_run, assert_fence },
		{ begin_holes_behind_small, do_fence, run_and_fill,
		  assert_fence },
	};

	behind = 2;
	at_each_step(&trials[_i]);
}
END_TEST

START_TEST(test_fence_inside_a_run_that_pops_a_hole_answers_0)
{
	static const struct trial trial = { begin_holes_behind, do_run,
					    fence_answers_0, nothing };

	lives = (unsigned)_i % LIVES;
	behind = 1 + (unsigned)_i / LIVES;
	at_each_step(&trial);
}
END_TEST

/* ------------------------------------------------------ cancel of one, late */

/* The first may start now; behind it is one that has its result. */
static void begin_hole_next(void)
{
	begin_paused();
	play();
	cancel_op(play());
	drive();
	ck_assert_uint_eq(it.recs[1].results, 1);
	do_resume();
}

static void cancel_answers_enoent(void)
{
	ck_assert_int_eq(try_cancel_op(&it.recs[1]), IVRQ_ENOENT);
}

START_TEST(test_cancel_op_of_a_hole_being_popped_answers_enoent)
{
	static const struct trial trial = { begin_hole_next, do_run,
					    cancel_answers_enoent, nothing };

	lives = (unsigned)_i;
	at_each_step(&trial);
}
END_TEST

static void begin_cut(void)
{
	begin_paused();
	play();
	cancel(IVRQ_SCOPE_ALL);
}

/* What is said to have ended is in no snapshot any more. */
static void cancel_and_look(void)
{
	int answer = try_cancel_op(&it.recs[0]);
	ivrq_snapshot shot;

	ck_assert_int_eq(ivrq_call_snapshot(it.engine, it.call, &shot), 0);
	if (answer)
		ck_assert_uint_eq(shot.depth, 0);
}

START_TEST(test_cancel_op_of_one_being_popped_agrees_with_snapshot)
{
	static const struct trial trial = { begin_cut, do_run, cancel_and_look,
					    nothing };

	at_each_step(&trial);
}
END_TEST

/* Two wait; the first is killed. */
static void begin_killed(void)
{
	begin_paused();
	cancel_op(play());
	play();
}

static bool first_is_hole(void)
{
	struct ivrq__ring ring = ivrq__ring_of(it.engine, it.call.value);
	uint64_t head = ivrq__head(ivrq__load_word(&ring));

	return ivrq__type(ivrq__load_slot(&ring, head)) == IVRQ__HOLE;
}

static unsigned holes;

static void current_is_the_second(void)
{
	if (!first_is_hole())
		return;
	holes++;
	cancel(IVRQ_SCOPE_CURRENT);
	ck_assert_uint_eq(it.cuts[1].pending, 1);
}

START_TEST(test_cancel_current_inside_the_run_passes_a_hole)
{
	static const struct trial trial = { begin_killed, do_run,
					    current_is_the_second, nothing };

	holes = 0;
	at_each_step(&trial);
	ck_assert_uint_gt(holes, 0);
}
END_TEST

static void begin_small(void)
{
	it.config.ring = 4;
	begin();
	play();
	play();
	play();
	play();
}

static void do_cancel_first(void)
{
	(void)!try_cancel_op(&it.recs[0]);
}

/* The first ends, and its slot is another's. */
static void use_its_slot(void)
{
	run(0);
	(void)!complete(&it.recs[0]);
	run(0);
	ck_assert_uint_eq(it.recs[0].results, 1);
	play();
	it.happened = true;
}

static void assert_not_hit(void)
{
	drive();
	if (it.happened)
		ck_assert_uint_eq(it.results, 1);
}

START_TEST(test_cancel_op_whose_slot_is_used_again_leaves_the_new_one)
{
	static const struct trial trial = { begin_small, do_cancel_first,
					    use_its_slot, assert_not_hit };

	at_each_step(&trial);
}
END_TEST

/* ------------------------------------------------------- two threads frozen */

static uint32_t frozen_at;
static bool stood;

static void begin_killing(void)
{
	begin();
	play();
	play();
	stood = freeze(frozen_at, do_cancel_first);
}

static void do_cut(void)
{
	cancel(IVRQ_SCOPE_ALL);
}

static void run_and_thaw(void)
{
	if (nest(at_step, do_run, thaw))
		at_more = true;
}

/* A kill, a cut and the worker at one slot: one of them has it. */
START_TEST(test_run_at_a_slot_of_a_frozen_cut_and_a_frozen_kill)
{
	static const struct trial trial = { begin_killing, do_cut, run_and_thaw,
					    thaw };

	for (frozen_at = 1, stood = true; stood; frozen_at++)
		at_each_pair(&trial);
	ck_assert_uint_gt(frozen_at, 2);
}
END_TEST

static void do_play(void)
{
	(void)!try_play(new_rec(), it.call);
}

/* One stands still; another helps it in. The life ends, and in the next one
 * the storage of the first is taken again. */
static void begin_helped(void)
{
	it.config.calls = 1;
	begin();
	stood = freeze(frozen_at, do_play);
	play();
	close_call();
	open_call(0);
	play();
}

static void end_and_thaw(void)
{
	close_call();
	thaw();
}

START_TEST(test_play_accepted_is_not_refused_by_a_later_use)
{
	static const struct trial trial = { begin_helped, do_play, end_and_thaw,
					    thaw };

	for (frozen_at = 1, stood = true; stood; frozen_at++)
		at_each_step(&trial);
	ck_assert_uint_gt(frozen_at, 2);
}
END_TEST

/* ----------------------------------------------------------------- the rest */

/* The first is spared and may not start; the call is visited. */
static void begin_spared(void)
{
	begin_paused();
	play();
	play();
	cancel(IVRQ_SCOPE_PENDING);
	drive();
	cancel_tag(99);
}

static void play_and_cancel_pending(void)
{
	play();
	cancel(IVRQ_SCOPE_PENDING);
}

/* world_end() asserts that it is told by its own name. */
START_TEST(test_run_with_one_cut_behind_a_spared_one_tells_its_name)
{
	static const struct trial trial = { begin_spared, do_run,
					    play_and_cancel_pending, nothing };

	at_each_step(&trial);
}
END_TEST

static ivrq_subscription subscription;

static void do_subscribe(void)
{
	it.outer_answer = ivrq_subscribe_to_tone(it.engine, it.call, on_tone,
						 NULL, &subscription);
}

static void end_meanwhile(void)
{
	close_call();
	it.happened = true;
}

static void assert_ended(void)
{
	if (it.happened && !it.outer_answer)
		ck_assert_int_eq(ivrq_unsubscribe(it.engine, subscription),
				 IVRQ_ENOENT);
}

START_TEST(test_subscription_ends_with_its_call)
{
	static const struct trial trial = { begin, do_subscribe, end_meanwhile,
					    assert_ended };

	at_each_step(&trial);
}
END_TEST

static void begin_subscribing(void)
{
	begin();
	stood = freeze(frozen_at, do_subscribe);
	(void)!ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
}

static void assert_ended_late(void)
{
	thaw();
	end_meanwhile();
	assert_ended();
}

START_TEST(test_subscription_made_while_its_call_ends_has_ended)
{
	static const struct trial trial = { begin_subscribing, do_run, thaw,
					    assert_ended_late };

	for (frozen_at = 1, stood = true; stood; frozen_at++)
		at_each_step(&trial);
	ck_assert_uint_gt(frozen_at, 2);
}
END_TEST

static uint32_t lost;

static void begin_no_tones(void)
{
	lost = 0;
	it.config.tones_per_call = 1;
	begin();
	ck_assert_int_eq(ivrq_tone(it.engine, it.call, '1', 0), 0);
}

static void lose_tone(void)
{
	it.inner_answer = ivrq_tone(it.engine, it.call, '5', 0);
	ck_assert_int_eq(it.inner_answer, IVRQ_EFULL);
	lost++;
}

static void assert_lost(void)
{
	ivrq_stats stats;

	ck_assert_int_eq(ivrq_engine_stats(it.engine, &stats), 0);
	ck_assert_uint_eq(stats.tones_lost, lost);
}

START_TEST(test_tone_lost_inside_another_that_is_lost_is_counted)
{
	static const struct trial trial = { begin_no_tones, lose_tone,
					    lose_tone, assert_lost };

	at_each_step(&trial);
}
END_TEST

/* ------------------------------------------------------------------- suite */

static TCase *fence_case(void)
{
	TCase *tcase = tcase_create("fence");

	tcase_add_loop_test(tcase,
			    test_fence_inside_a_run_that_only_starts_answers_0,
			    0, LIVES);
	tcase_add_test(tcase,
		       test_fence_of_an_ended_call_does_not_wait_for_the_next);
	tcase_add_loop_test(tcase,
			    test_fence_of_one_popped_before_a_hole_waits_for_it,
			    0, LIVES);
	tcase_add_loop_test(
		tcase, test_fence_whose_holes_are_popped_inside_it_answers_0, 0,
		2);
	tcase_add_loop_test(tcase,
			    test_fence_inside_a_run_that_pops_a_hole_answers_0,
			    0, 3 * LIVES);
	return tcase;
}

static TCase *moments_case(void)
{
	TCase *tcase = tcase_create("moments");

	tcase_add_loop_test(
		tcase, test_cancel_op_of_a_hole_being_popped_answers_enoent, 0,
		LIVES);
	tcase_add_test(tcase,
		       test_cancel_op_of_one_being_popped_agrees_with_snapshot);
	tcase_add_test(tcase, test_cancel_current_inside_the_run_passes_a_hole);
	tcase_add_test(
		tcase,
		test_cancel_op_whose_slot_is_used_again_leaves_the_new_one);
	tcase_add_test(tcase,
		       test_run_at_a_slot_of_a_frozen_cut_and_a_frozen_kill);
	tcase_add_test(tcase, test_play_accepted_is_not_refused_by_a_later_use);
	tcase_add_test(
		tcase,
		test_run_with_one_cut_behind_a_spared_one_tells_its_name);
	tcase_add_test(tcase, test_subscription_ends_with_its_call);
	tcase_add_test(tcase,
		       test_subscription_made_while_its_call_ends_has_ended);
	tcase_add_test(tcase,
		       test_tone_lost_inside_another_that_is_lost_is_counted);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("moments");

	suite_add_tcase(suite, fence_case());
	suite_add_tcase(suite, moments_case());
	return ct_run(suite);
}
