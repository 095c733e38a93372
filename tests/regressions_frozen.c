/* SPDX-License-Identifier: MIT */
/*
 * regressions_frozen.c - a thread frozen for ever between its step and telling
 * the worker. Another one finds the step made, is told so, and rightly leaves
 * the rest to the engine: so it is that one who has to wake the worker. These
 * run the worker only when it is woken.
 */
#include "regressions.h"

static void nothing(void)
{
}

static void begin_running(void)
{
	world_begin();
	open_call(0);
	play();
	play();
	drive();
	ck_assert_uint_eq(it.recs[0].starts, 1);
}

/* ----------------------------------------------------------------- complete */

static void do_cancel_current(void)
{
	cancel(IVRQ_SCOPE_CURRENT);
}

static void complete_meanwhile(void)
{
	int answer = complete(&it.recs[0]);

	ck_assert(answer == 0 || answer == IVRQ_ECANCELED);
	drive();
	ck_assert_uint_eq(it.recs[0].results, 1);
	ck_assert_uint_eq(it.recs[0].stops, answer == IVRQ_ECANCELED);
	ck_assert_uint_eq(it.recs[1].starts, 1);
}

/*
 * A cancel had hit the operation in flight, its thread was frozen. The driver
 * completed, heard that a cancel came first and waited for its stop(), which
 * never came.
 */
START_TEST(test_op_complete_behind_a_frozen_cancel_wakes_the_worker)
{
	static const struct trial trial = { begin_running, do_cancel_current,
					    complete_meanwhile, nothing };

	at_each_step(&trial);
}
END_TEST

/* ------------------------------------------------------------------ stopped */

static void begin_stopping(void)
{
	begin_running();
	it.stop_pends = true;
	cancel(IVRQ_SCOPE_CURRENT);
	drive();
	ck_assert(it.recs[0].stop_pending);
}

static void do_stopped(void)
{
	it.outer_answer = stopped(&it.recs[0]);
}

static void stopped_meanwhile(void)
{
	it.inner_answer = stopped(&it.recs[0]);
	drive();
	ck_assert_uint_eq(it.recs[0].results, 1);
	ck_assert_uint_eq(it.recs[1].starts, 1);
}

/*
 * One thread had answered the stop and was frozen. Another that answered it
 * too heard that it was done before, and the result stayed where it was.
 */
START_TEST(test_op_stopped_behind_a_frozen_one_wakes_the_worker)
{
	static const struct trial trial = { begin_stopping, do_stopped,
					    stopped_meanwhile, nothing };

	at_each_step(&trial);
}
END_TEST

/* -------------------------------------------------------------------- close */

static void do_close(void)
{
	it.outer_answer =
		ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
}

static void close_meanwhile(void)
{
	it.inner_answer =
		ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
	drive();
	ck_assert_uint_eq(it.closes, 1);
}

/*
 * One thread had closed the call and was frozen. Another that closed it heard
 * that it was closing; it did not, and a stop of the engine waited in vain.
 */
START_TEST(test_call_close_behind_a_frozen_one_wakes_the_worker)
{
	static const struct trial trial = { begin_running, do_close,
					    close_meanwhile, nothing };

	at_each_step(&trial);
}
END_TEST

/* ------------------------------------------------------------------- submit */

static void begin_almost_full(void)
{
	it.config.ring = 4;
	it.config.high_water = 4;
	it.config.low_water = 1;
	begin_running();
	play();
	drive();
	ck_assert_uint_eq(it.highs, 0);
}

static void do_play(void)
{
	try_play(new_rec(), it.call);
}

static void play_into_the_full(void)
{
	ck_assert_int_eq(try_play(new_rec(), it.call), IVRQ_EFULL);
	drive();
	ck_assert_uint_eq(it.highs, 1);
}

/* The frozen one took the last place, or this one does. */
static void play_meanwhile(void)
{
	int answer = try_play(new_rec(), it.call);

	if (!answer)
		return;
	ck_assert_int_eq(answer, IVRQ_EFULL);
	drive();
	ck_assert_uint_eq(it.highs, 1);
}

/*
 * A frozen submitter had taken the last place of the ring. All that followed
 * heard that the ring was full, and nobody told the worker of what filled it:
 * no high water, no deadline.
 */
START_TEST(test_play_prompt_full_behind_a_frozen_one_wakes_the_worker)
{
	static const struct trial trial = { begin_almost_full, do_play,
					    play_meanwhile,
					    play_into_the_full };

	at_each_step(&trial);
}
END_TEST

/* --------------------------------------------------------------------- tone */

static void begin_one_tone(void)
{
	ivrq_subscription subscription;

	it.config.tones_per_call = 1;
	begin_running();
	ck_assert_int_eq(ivrq_subscribe_to_tone(it.engine, it.call, on_tone,
						NULL, &subscription),
			 0);
	drive();
}

static void do_tone(void)
{
	it.outer_answer = ivrq_tone(it.engine, it.call, '5', 0);
}

static void tone_meanwhile(void)
{
	it.inner_answer = ivrq_tone(it.engine, it.call, '6', 0);
	drive();
	ck_assert_uint_eq(it.tones, 1);
}

/*
 * The same for tones: the frozen one's was the last for which there was room,
 * it stayed undelivered, and each that followed was lost.
 */
START_TEST(test_tone_full_behind_a_frozen_one_wakes_the_worker)
{
	static const struct trial trial = { begin_one_tone, do_tone,
					    tone_meanwhile, nothing };

	at_each_step(&trial);
}
END_TEST

TCase *frozen_case(void)
{
	TCase *tcase = tcase_create("frozen");

	tcase_add_test(
		tcase,
		test_op_complete_behind_a_frozen_cancel_wakes_the_worker);
	tcase_add_test(tcase,
		       test_op_stopped_behind_a_frozen_one_wakes_the_worker);
	tcase_add_test(tcase,
		       test_call_close_behind_a_frozen_one_wakes_the_worker);
	tcase_add_test(
		tcase,
		test_play_prompt_full_behind_a_frozen_one_wakes_the_worker);
	tcase_add_test(tcase,
		       test_tone_full_behind_a_frozen_one_wakes_the_worker);
	return tcase;
}
