/* SPDX-License-Identifier: MIT */
/*
 * regressions_lives.c - what went wrong when a call ended, and another took its
 * place, between two steps of a function.
 */
#include "regressions.h"

static void do_run(void)
{
	run(0);
}

/* In an engine that has room for this one. */
static void begin_lone_call(void)
{
	it.config.calls = 1;
	world_begin();
	open_call(0);
	drive();
}

static void close_call(void)
{
	it.inner_answer =
		ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
	CT_SEE(&it.slip, !it.inner_answer);
}

/* --------------------------------------------------------- two calls, tones */

static void do_tone(void)
{
	it.outer_answer = ivrq_tone(it.engine, it.call, '5', 0);
}

static void next_call(void)
{
	ivrq_subscription subscription;

	close_call();
	drive();
	open_call(0);
	ck_assert_int_eq(ivrq_subscribe_to_tone(it.engine, it.call, on_tone,
						NULL, &subscription),
			 0);
}

static void assert_silence(void)
{
	run(0);
	ck_assert_uint_eq(it.tones, 0);
}

/*
 * A thread with a tone stood still while the call ended and the next one took
 * its place. Both lives began with the same word, so the tone was added to the
 * wrong one.
 */
START_TEST(test_tone_given_as_the_call_ends_is_not_heard_by_the_next)
{
	static const struct trial trial = { begin_lone_call, do_tone, next_call,
					    assert_silence };

	at_each_step(&trial);
}
END_TEST

/* ----------------------------------------------- two lives, and two workers */

static void begin_two_workers(void)
{
	it.config.workers = 2;
	begin_lone_call();
}

static void do_cancel(void)
{
	it.outer_answer = try_cancel(it.call, NULL);
}

/* The place goes over to worker 1. */
static void move_away(void)
{
	close_call();
	drive();
	open_call(1);
	it.happened = true;
}

/* ... and comes back, to a call that closes. */
static void move_back(void)
{
	close_call();
	run(1);
	CT_SEE(&it.slip, !try_open(0, &it.call));
	close_call();
}

static void move_back_elsewhere(void)
{
	elsewhere(move_back);
}

static void run_over_the_move(void)
{
	if (it.happened && nest(at_step, do_run, move_back_elsewhere))
		at_more = true;
}

/*
 * A canceller that was late told worker 0 of a call whose place belonged to
 * worker 1 by then. While worker 0 looked whose it was, the place came back to
 * it: it told closed() with the handle of the life before.
 */
START_TEST(test_run_told_of_an_earlier_life_names_the_open_call)
{
	static const struct trial trial = { begin_two_workers, do_cancel,
					    move_away, run_over_the_move };

	at_each_pair(&trial);
}
END_TEST

/* ------------------------------------------------------------ open and stop */

static void do_open(void)
{
	it.outer_answer = try_open(0, &it.call);
}

static void stop_meanwhile(void)
{
	it.inner_answer = ivrq_engine_stop(it.engine, 0);
	it.happened = true;
}

static void assert_stopped(void)
{
	if (it.happened && !it.inner_answer)
		ck_assert_int_eq(it.outer_answer, IVRQ_ECLOSED);
}

/*
 * The opener looked whether the engine stops, and only then counted its call.
 * A stop in between found none open and said so; then there was one.
 */
START_TEST(test_call_open_after_stop_has_answered_is_refused)
{
	static const struct trial trial = { world_begin, do_open,
					    stop_meanwhile, assert_stopped };

	at_each_step(&trial);
}
END_TEST

/* -------------------------------------------------------- the end of a life */

static void do_play(void)
{
	struct rec *rec = new_rec();

	it.smear = true;
	try_play(rec, it.call);
}

/* The frozen one is helped in, and the life ends. */
static void end_meanwhile(void)
{
	it.smear = false;
	try_play(new_rec(), it.call);
	close_call();
	drive();
	ck_assert_uint_eq(it.closes, 1);
}

static void assert_ahead(void)
{
	if (it.recs[0].answer)
		return;
	ck_assert_uint_eq(it.recs[0].got.ahead, 0);
	ck_assert(it.recs[0].got.running);
}

/*
 * A submitter stood still after its operation was in the queue, and the life
 * ended. It was accepted, but how many were ahead of it was what happened to
 * be on the stack.
 */
START_TEST(test_play_prompt_accepted_in_a_life_that_ends_sets_ahead)
{
	static const struct trial trial = { begin_lone_call, do_play,
					    end_meanwhile, assert_ahead };

	at_each_step(&trial);
}
END_TEST

TCase *lives_case(void)
{
	TCase *tcase = tcase_create("lives");

	tcase_add_test(
		tcase,
		test_tone_given_as_the_call_ends_is_not_heard_by_the_next);
	tcase_add_test(tcase,
		       test_run_told_of_an_earlier_life_names_the_open_call);
	tcase_add_test(tcase,
		       test_call_open_after_stop_has_answered_is_refused);
	tcase_add_test(
		tcase,
		test_play_prompt_accepted_in_a_life_that_ends_sets_ahead);
	return tcase;
}
