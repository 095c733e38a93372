/* SPDX-License-Identifier: MIT */
/* check_op: what the driver says of an operation. */
#include "core/op.h"
#include "whitebox.h"

/* ---------------------------------------------------------------- the word */

static const ivrq_outcome outcomes[] = {
	{ IVRQ_REASON_SUCCESS, 0, 0, false },
	{ IVRQ_REASON_STOP_TONE, 1, '0', false },
	{ IVRQ_REASON_STOP_TONE, 2, 'd', true },
	{ IVRQ_REASON_OTHER, IVRQ_MEDIA_MS_MAX, 0, true },
	{ IVRQ_REASON_CANCELED, IVRQ_MEDIA_MS_MAX - 1, 0, false },
	{ (enum ivrq_reason)15, IVRQ_MEDIA_MS_MAX, 'd', true },
	{ (enum ivrq_reason)0, 0, '#', false },
};

START_TEST(test_pack_then_unpack_gives_every_field_back)
{
	uint64_t end = ivrq__end_pack(&outcomes[_i]);
	ivrq_outcome back = ivrq__end_unpack(
		end | IVRQ__END_SET | IVRQ__END_STOPPING | IVRQ__END_STOPPED);

	ck_assert_uint_eq(
		end & (IVRQ__END_SET | IVRQ__END_STOPPING | IVRQ__END_STOPPED),
		0);
	ck_assert_int_eq(back.reason, outcomes[_i].reason);
	ck_assert_uint_eq(back.media_ms, outcomes[_i].media_ms);
	ck_assert_int_eq(back.tone, outcomes[_i].tone);
	ck_assert_int_eq(back.kept, outcomes[_i].kept);
}
END_TEST

START_TEST(test_pack_of_a_longer_time_saturates)
{
	static const uint32_t times[] = { IVRQ_MEDIA_MS_MAX + 1, UINT32_MAX };
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };

	outcome.media_ms = times[_i];
	outcome = ivrq__end_unpack(ivrq__end_pack(&outcome));
	ck_assert_uint_eq(outcome.media_ms, IVRQ_MEDIA_MS_MAX);
	ck_assert_int_eq(outcome.reason, IVRQ_REASON_SUCCESS);
}
END_TEST

START_TEST(test_stopped_only_while_stopping_and_once)
{
	ivrq_outcome outcome = { .media_ms = 5 };
	ivrq__a64 end;

	atomic_init(&end, 0);
	ck_assert_int_eq(ivrq__op_stopped(&end, &outcome), IVRQ_ENOENT);
	ck_assert_uint_eq(atomic_load(&end), 0);
	atomic_init(&end, IVRQ__END_SET);
	ck_assert_int_eq(ivrq__op_stopped(&end, &outcome), IVRQ_ENOENT);
	atomic_init(&end, IVRQ__END_STOPPING);
	ck_assert_int_eq(ivrq__op_stopped(&end, &outcome), 0);
	ck_assert_uint_eq(atomic_load(&end),
			  IVRQ__END_STOPPING | IVRQ__END_STOPPED | 5);
	outcome.media_ms = 6;
	ck_assert_int_eq(ivrq__op_stopped(&end, &outcome), IVRQ_EALREADY);
	ck_assert_uint_eq(ivrq__end_unpack(atomic_load(&end)).media_ms, 5);
}
END_TEST

/* The driver lost the race and had set its end; the stop's answer counts. */
START_TEST(test_stopped_replaces_an_end_that_was_set)
{
	ivrq_outcome outcome = { (enum ivrq_reason) ~0u, 5, '5', true };
	ivrq__a64 end;

	atomic_init(&end, IVRQ__END_SET | IVRQ__END_STOPPING | 99);
	ck_assert_int_eq(ivrq__op_stopped(&end, &outcome), 0);
	ck_assert_uint_eq(atomic_load(&end), IVRQ__END_STOPPING |
						     IVRQ__END_STOPPED |
						     IVRQ__END_KEPT | 5);
}
END_TEST

/* ------------------------------------------------------- through the engine */

static struct wb wb;
static ivrq_op op;

static void set_up(void)
{
	wb_start_up(&wb);
	op = wb_record(&wb, 1, 0);
	wb_run(&wb, 1);
}

static void tear_down(void)
{
	wb_end(&wb);
}

static int complete(enum ivrq_reason reason, char tone)
{
	ivrq_outcome outcome = { reason, 1234, tone, true };

	return ivrq_op_complete(wb.engine, op, &outcome);
}

START_TEST(test_complete_is_told_in_the_result)
{
	wb.wakes = 0;
	ck_assert_int_eq(complete(IVRQ_REASON_STOP_TONE, '#'), 0);
	ck_assert_uint_eq(wb.wakes, 1);
	ck_assert_int_eq(wb_run(&wb, 1), 1);
	ck_assert_int_eq(wb.result[0].status, IVRQ_COMPLETED);
	ck_assert_int_eq(wb.result[0].reason, IVRQ_REASON_STOP_TONE);
	ck_assert_int_eq(wb.result[0].cause, IVRQ_CAUSE_NONE);
	ck_assert_int_eq(wb.result[0].tone, '#');
	ck_assert_uint_eq(wb.result[0].media_ms, 1234);
	ck_assert(wb.result[0].started && wb.result[0].kept);
}
END_TEST

START_TEST(test_complete_twice_keeps_the_first)
{
	ck_assert_int_eq(complete(IVRQ_REASON_MAX_DURATION, 0), 0);
	ck_assert_int_eq(complete(IVRQ_REASON_NO_MEDIA, 0), IVRQ_EALREADY);
	wb_run(&wb, 1);
	ck_assert_int_eq(wb.result[0].reason, IVRQ_REASON_MAX_DURATION);
	ck_assert_int_eq(complete(IVRQ_REASON_NO_MEDIA, 0), IVRQ_ENOENT);
}
END_TEST

/* The first has set its end and went to sleep before the word. */
START_TEST(test_complete_helps_one_that_has_set_its_end)
{
	struct ivrq__cell *cell = &wb.engine->cells[0];
	ivrq_outcome first = { .reason = IVRQ_REASON_MAX_SILENCE };

	atomic_store(&cell->end, ivrq__end_pack(&first) | IVRQ__END_SET);
	ck_assert_int_eq(complete(IVRQ_REASON_NO_MEDIA, 0), IVRQ_EALREADY);
	wb_run(&wb, 1);
	ck_assert_int_eq(wb.result[0].reason, IVRQ_REASON_MAX_SILENCE);
}
END_TEST

START_TEST(test_complete_after_a_cancel_loses)
{
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	wb.wakes = 0;
	ck_assert_int_eq(complete(IVRQ_REASON_MAX_DURATION, 0), IVRQ_ECANCELED);
	ck_assert_uint_eq(wb.wakes, 1); /* for the canceller */
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1 -1 =1x idle");
	ck_assert_uint_eq(wb.result[0].media_ms, 77);
}
END_TEST

START_TEST(test_complete_while_stopping_loses)
{
	ivrq_outcome outcome = { .media_ms = 5 };

	wb.stop_answers = IVRQ_STOP_PENDING;
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	wb_run(&wb, 1);
	ck_assert_int_eq(complete(IVRQ_REASON_MAX_DURATION, 0), IVRQ_ECANCELED);
	ck_assert_int_eq(wb_run(&wb, 1), 0);
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, op, &outcome), 0);
}
END_TEST

START_TEST(test_complete_not_started_is_not_there)
{
	ivrq_op running = op;

	op = wb_record(&wb, 2, 0);
	ck_assert_int_eq(complete(IVRQ_REASON_MAX_DURATION, 0), IVRQ_ENOENT);
	op.value = running.value & ~IVRQ__HANDLE;
	ck_assert_int_eq(complete(IVRQ_REASON_MAX_DURATION, 0), IVRQ_ENOENT);
	op.value = running.value + (UINT64_C(1) << 34);
	ck_assert_int_eq(complete(IVRQ_REASON_MAX_DURATION, 0), IVRQ_ENOENT);
}
END_TEST

static const struct {
	enum ivrq_reason reason;
	char tone;
} wrong[] = {
	{ IVRQ_REASON_SUCCESS, 0 },	   /* a playPrompt's */
	{ IVRQ_REASON_PROMPT_FORMAT, 0 },  /* the same */
	{ IVRQ_REASON_STOP_TONE, 0 },	   /* which? */
	{ IVRQ_REASON_STOP_TONE, 'x' },	   /* no tone */
	{ IVRQ_REASON_MAX_DURATION, '5' }, /* no place for a tone */
	{ IVRQ_REASON_DEADLINE, 0 },	   /* the engine's own */
	{ IVRQ_REASON_CANCELED, 0 },	   /* the same */
	{ (enum ivrq_reason)0, 0 },	   { (enum ivrq_reason)99, 0 },
};

START_TEST(test_complete_with_a_wrong_outcome_changes_nothing)
{
	ck_assert_int_eq(complete(wrong[_i].reason, wrong[_i].tone),
			 IVRQ_EINVAL);
	ck_assert_uint_eq(
		atomic_load(&wb.engine->cells[0].note) & IVRQ__HOLDERS, 0);
	ck_assert_int_eq(complete(IVRQ_REASON_MAX_DURATION, 0), 0);
}
END_TEST

START_TEST(test_complete_without_an_outcome_is_invalid)
{
	ck_assert_int_eq(ivrq_op_complete(wb.engine, op, NULL), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_op_complete(NULL, op, NULL), IVRQ_EINVAL);
}
END_TEST

START_TEST(test_stopped_later_lets_the_next_one_start)
{
	ivrq_outcome outcome = { .media_ms = 5, .kept = true };

	wb.stop_answers = IVRQ_STOP_PENDING;
	wb_cancel(&wb, IVRQ_SCOPE_CURRENT, NULL);
	wb_play(&wb, 2);
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, op, &outcome), IVRQ_ENOENT);
	wb_run(&wb, 1);
	wb_run(&wb, 1); /* stop() is called once */
	WB_LOG(&wb, "+1 !1 -1");
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, op, &outcome), 0);
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, op, &outcome),
			 IVRQ_EALREADY);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=1x +2 !2");
	ck_assert_uint_eq(wb.result[0].media_ms, 5);
	ck_assert(wb.result[0].kept);
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, op, &outcome), IVRQ_ENOENT);
}
END_TEST

START_TEST(test_is_canceled_follows_the_one_in_flight)
{
	ck_assert_int_eq(ivrq_op_is_canceled(wb.engine, op), 0);
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	ck_assert_int_eq(ivrq_op_is_canceled(wb.engine, op), 1);
	wb_run(&wb, 1);
	ck_assert_int_eq(ivrq_op_is_canceled(wb.engine, op), IVRQ_ENOENT);
	op = wb_play(&wb, 2);
	ck_assert_int_eq(ivrq_op_is_canceled(wb.engine, op), IVRQ_ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("op");
	TCase *tcase = tcase_create("word");

	tcase_add_loop_test(tcase, test_pack_then_unpack_gives_every_field_back,
			    0, (int)CT_COUNT(outcomes));
	tcase_add_loop_test(tcase, test_pack_of_a_longer_time_saturates, 0, 2);
	tcase_add_test(tcase, test_stopped_only_while_stopping_and_once);
	tcase_add_test(tcase, test_stopped_replaces_an_end_that_was_set);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("engine");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_complete_is_told_in_the_result);
	tcase_add_test(tcase, test_complete_twice_keeps_the_first);
	tcase_add_test(tcase, test_complete_helps_one_that_has_set_its_end);
	tcase_add_test(tcase, test_complete_after_a_cancel_loses);
	tcase_add_test(tcase, test_complete_while_stopping_loses);
	tcase_add_test(tcase, test_complete_not_started_is_not_there);
	tcase_add_loop_test(tcase,
			    test_complete_with_a_wrong_outcome_changes_nothing,
			    0, (int)CT_COUNT(wrong));
	tcase_add_test(tcase, test_complete_without_an_outcome_is_invalid);
	tcase_add_test(tcase, test_stopped_later_lets_the_next_one_start);
	tcase_add_test(tcase, test_is_canceled_follows_the_one_in_flight);
	return wb_main(suite, tcase);
}
