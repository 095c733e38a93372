/* SPDX-License-Identifier: MIT */
/* check_call: handles, opening and closing, snapshots and pause. */
#include "core/call.h"
#include "whitebox.h"

static struct wb wb;

static void set_up(void)
{
	wb_init(&wb);
	wb.config.workers = 2;
	wb_begin(&wb);
}

static void tear_down(void)
{
	wb_end(&wb);
}

static int find(ivrq_call call)
{
	struct ivrq__ring ring;

	return ivrq__call_find(wb.engine, call, &ring);
}

static ivrq_call open_one(uint32_t worker)
{
	ivrq_call call;

	wb.call_config.worker = worker;
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &call, NULL), 0);
	return call;
}

static void close_one(void)
{
	ck_assert_int_eq(
		ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL),
		0);
	ck_assert_int_ge(wb_run(&wb, 1), 0);
}

START_TEST(test_find_by_the_handle_it_was_given_only)
{
	ivrq_call call = wb.call;
	struct ivrq__ring ring;

	ck_assert_int_eq(find(call), 0);
	ck_assert_int_eq(ivrq__call_find(NULL, call, &ring), IVRQ_EINVAL);
	call.value = 0;
	ck_assert_int_eq(find(call), IVRQ_ENOENT);
	call.value = wb.call.value & ~IVRQ__HANDLE;
	ck_assert_int_eq(find(call), IVRQ_ENOENT);
	call.value = wb.call.value + 1; /* the next place: not open */
	ck_assert_int_eq(find(call), IVRQ_ENOENT);
	call.value = wb.call.value + 2; /* no place at all */
	ck_assert_int_eq(find(call), IVRQ_ENOENT);
	call.value = wb.call.value + (1 << 24); /* the next generation */
	ck_assert_int_eq(find(call), IVRQ_ENOENT);
}
END_TEST

START_TEST(test_open_again_has_a_new_handle_of_the_same_place)
{
	ivrq_call before = wb.call;

	close_one();
	ck_assert_int_eq(find(before), IVRQ_ENOENT);
	wb.call = open_one(0);
	ck_assert_int_eq(find(wb.call), 0);
	ck_assert_int_eq(find(before), IVRQ_ENOENT);
	ck_assert_uint_eq(ivrq__handle_index(wb.call.value),
			  ivrq__handle_index(before.value));
	ck_assert_uint_eq(ivrq__handle_generation(wb.call.value),
			  ivrq__handle_generation(before.value) + 1);
}
END_TEST

START_TEST(test_open_on_another_worker_is_run_by_that_one)
{
	close_one();
	wb.log[0] = 0;
	wb.call = open_one(1);
	wb_play(&wb, 1);
	/* A bit that the earlier life has left behind. */
	ivrq__ready_add(&wb.engine->workers[0].ready,
			ivrq__handle_index(wb.call.value));
	ck_assert_int_eq(ivrq_worker_run(wb.engine, 0, 1), 0);
	WB_LOG(&wb, "");
	ck_assert_int_eq(ivrq_worker_run(wb.engine, 1, 1), 0);
	WB_LOG(&wb, "+1 !1");
}
END_TEST

START_TEST(test_open_again_does_not_pass_an_old_op_off)
{
	ivrq_op before = wb_play(&wb, 1);
	ivrq_op now;

	wb_run(&wb, 1);
	close_one();
	wb.call = open_one(0);
	now = wb_play(&wb, 2);
	wb_run(&wb, 1);
	ck_assert_uint_ne(now.value, before.value);
	ck_assert_int_eq(ivrq_op_is_canceled(wb.engine, before), IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_op_is_canceled(wb.engine, now), 0);
}
END_TEST

START_TEST(test_open_again_is_neither_busy_nor_full)
{
	unsigned i;

	wb_play(&wb, 1); /* idle() was due */
	close_one();
	wb.log[0] = 0;
	wb.call = open_one(0);
	ivrq_tone(wb.engine, wb.call, '1', 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "");
	for (i = 0; i < 3 * wb.config.ring; i++) {
		wb_play(&wb, 2);
		wb_run(&wb, 1);
		ck_assert_int_eq(wb_complete(&wb), 0);
		ck_assert_int_eq(wb_run(&wb, 1), 1);
	}
}
END_TEST

START_TEST(test_open_without_a_place_is_refused)
{
	ivrq_error error;
	ivrq_call call, third;

	call = open_one(0);
	ct_mark(&third, sizeof(third));
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &third, &error),
		IVRQ_EPOOL);
	ck_assert_str_eq(error.field, "calls");
	ck_assert(ct_untouched(&third, sizeof(third)));
	ck_assert_int_eq(find(call), 0);
}
END_TEST

static void refused(const ivrq_call_config *config, const char *field)
{
	ivrq_error error;
	ivrq_call call;

	ck_assert_int_eq(ivrq_call_open(wb.engine, config, &call, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, field);
}

START_TEST(test_open_out_of_a_rule_names_the_field)
{
	ivrq_driver half = wb_driver;
	ivrq_call_config config = wb.call_config;

	refused(NULL, "config");
	config.size++;
	refused(&config, "size");
	config = wb.call_config;
	config.worker = 2;
	refused(&config, "worker");
	config.worker = 0;
	config.driver = NULL;
	refused(&config, "driver");
	config.driver = &half;
	half.start = NULL;
	refused(&config, "driver");
	half = wb_driver;
	half.stop = NULL;
	refused(&config, "driver");
}
END_TEST

START_TEST(test_close_twice_is_already_then_stale)
{
	ck_assert_int_eq(
		ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_CANCEL, NULL),
		IVRQ_EINVAL);
	ck_assert_int_eq(
		ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL),
		0);
	ck_assert_int_eq(
		ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL),
		IVRQ_EALREADY);
	wb_run(&wb, 1);
	WB_LOG(&wb, "hangup");
	ck_assert_int_eq(
		ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL),
		IVRQ_ENOENT);
}
END_TEST

START_TEST(test_number_is_never_0)
{
	atomic_store(&wb.engine->numbers, IVRQ__POS_MASK - 1);
	ck_assert_uint_eq(ivrq__call_number(wb.engine), IVRQ__POS_MASK);
	ck_assert_uint_eq(ivrq__call_number(wb.engine), 1);
	ck_assert_uint_eq(ivrq__call_number(wb.engine), 2);
}
END_TEST

START_TEST(test_receipt_of_nothing_has_an_id_of_its_own)
{
	ivrq_receipt first, second;

	wb_cancel(&wb, IVRQ_SCOPE_ALL, &first);
	wb_cancel(&wb, IVRQ_SCOPE_ALL, &second);
	ck_assert_uint_eq(first.in_flight + first.pending, 0);
	ck_assert_uint_ne(first.id.value, 0);
	ck_assert_uint_ne(first.id.value, second.id.value);
	ck_assert_uint_eq(first.call.value, wb.call.value);
}
END_TEST

START_TEST(test_recycle_goes_to_the_shard_of_the_owner)
{
	ivrq_call call = open_one(1);

	ivrq__call_recycle(wb.engine, ivrq__handle_index(call.value), 2);
	ck_assert_uint_eq(ivrq__pool_pop(&wb.engine->shards[1].pool), 2);
	ck_assert_uint_eq(ivrq__pool_pop(&wb.engine->shards[0].pool), 0);
}
END_TEST

/* ---------------------------------------------------------------- snapshot */

static ivrq_snapshot snapshot(void)
{
	ivrq_snapshot s;

	ck_assert_int_eq(ivrq_call_snapshot(wb.engine, wb.call, &s), 0);
	return s;
}

static void shows(uint32_t depth, uint32_t canceled, enum ivrq_head_state state,
		  ivrq_op head, ivrq_op tail)
{
	ivrq_snapshot s = snapshot();

	ck_assert_uint_eq(s.depth, depth);
	ck_assert_uint_eq(s.canceled, canceled);
	ck_assert_int_eq(s.state, state);
	ck_assert_uint_eq(s.head.value, head.value);
	ck_assert_uint_eq(s.tail.value, tail.value);
}

START_TEST(test_snapshot_follows_an_operation)
{
	ivrq_op none = { 0 }, first, second;

	shows(0, 0, IVRQ_HEAD_IDLE, none, none);
	first = wb_play(&wb, 1);
	second = wb_play(&wb, 2);
	shows(2, 0, IVRQ_HEAD_IDLE, first, second);
	wb_run(&wb, 1);
	shows(2, 0, IVRQ_HEAD_RUNNING, first, second);
	ck_assert_int_eq(wb_complete(&wb), 0);
	shows(2, 0, IVRQ_HEAD_FINISHED, first, second);
	wb_run(&wb, 1);
	shows(1, 0, IVRQ_HEAD_RUNNING, second, second);
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	shows(1, 1, IVRQ_HEAD_CANCELED, second, second);
	ck_assert(!snapshot().closed);
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	ck_assert(snapshot().closed);
}
END_TEST

START_TEST(test_snapshot_does_not_count_the_spared_as_cut)
{
	ivrq_op first = wb_play(&wb, 1), last;

	wb_play(&wb, 2);
	last = wb_play(&wb, 3);
	wb_cancel(&wb, IVRQ_SCOPE_PENDING, NULL);
	shows(3, 2, IVRQ_HEAD_IDLE, first, last);
}
END_TEST

/* ------------------------------------------------------------------- pause */

START_TEST(test_pause_holds_the_next_and_tells_the_driver)
{
	ck_assert_int_eq(ivrq_call_pause(wb.engine, wb.call), 0);
	wb_play(&wb, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "");
	ck_assert_int_eq(ivrq_call_resume(wb.engine, wb.call), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1");
	ck_assert_int_eq(ivrq_call_pause(wb.engine, wb.call), 0);
	ck_assert_int_eq(ivrq_call_pause(wb.engine, wb.call), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "p1");
	ck_assert_int_eq(ivrq_call_resume(wb.engine, wb.call), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "r1");
}
END_TEST

START_TEST(test_pause_is_not_passed_on_to_the_next_life)
{
	ck_assert_int_eq(ivrq_call_pause(wb.engine, wb.call), 0);
	close_one();
	ck_assert_int_eq(ivrq_call_resume(wb.engine, wb.call), IVRQ_ENOENT);
	wb.log[0] = 0;
	wb.call = open_one(0);
	wb_play(&wb, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1");
}
END_TEST

START_TEST(test_pause_without_a_driver_for_it_is_not_supported)
{
	ivrq_driver half = wb_driver;
	ivrq_call call;

	half.resume = NULL;
	wb.call_config.driver = &half;
	call = open_one(0);
	ck_assert_int_eq(ivrq_call_pause(wb.engine, call), IVRQ_ENOTSUP);
	ck_assert_int_eq(ivrq_call_resume(wb.engine, call), IVRQ_ENOTSUP);
	ck_assert_int_eq(
		ivrq_call_close(wb.engine, call, IVRQ_CAUSE_STOP, NULL), 0);
	ck_assert_int_eq(wb_run(&wb, 1), 0);
	WB_LOG(&wb, "stop");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("call");
	TCase *tcase = tcase_create("call");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_find_by_the_handle_it_was_given_only);
	tcase_add_test(tcase,
		       test_open_again_has_a_new_handle_of_the_same_place);
	tcase_add_test(tcase, test_open_on_another_worker_is_run_by_that_one);
	tcase_add_test(tcase, test_open_again_does_not_pass_an_old_op_off);
	tcase_add_test(tcase, test_open_again_is_neither_busy_nor_full);
	tcase_add_test(tcase, test_open_without_a_place_is_refused);
	tcase_add_test(tcase, test_open_out_of_a_rule_names_the_field);
	tcase_add_test(tcase, test_close_twice_is_already_then_stale);
	tcase_add_test(tcase, test_number_is_never_0);
	tcase_add_test(tcase, test_receipt_of_nothing_has_an_id_of_its_own);
	tcase_add_test(tcase, test_recycle_goes_to_the_shard_of_the_owner);
	tcase_add_test(tcase, test_snapshot_follows_an_operation);
	tcase_add_test(tcase, test_snapshot_does_not_count_the_spared_as_cut);
	tcase_add_test(tcase, test_pause_holds_the_next_and_tells_the_driver);
	tcase_add_test(tcase, test_pause_is_not_passed_on_to_the_next_life);
	tcase_add_test(tcase,
		       test_pause_without_a_driver_for_it_is_not_supported);
	return wb_main(suite, tcase);
}
