/* SPDX-License-Identifier: MIT */
/* check_cancel: what each scope hits, how it is counted, and the fence. */
#include "core/cancel.h"
#include "whitebox.h"

static struct wb wb;
static ivrq_op op[5]; /* by number */
static ivrq_receipt receipt;

/* 1 play, 2 record tag 7, 3 play, 4 record tag 7; 1 runs if `fly`. */
static void stage(bool fly)
{
	wb_start_up(&wb);
	op[1] = wb_play(&wb, 1);
	if (fly)
		wb_run(&wb, 1);
	op[2] = wb_record(&wb, 2, 7);
	op[3] = wb_play(&wb, 3);
	op[4] = wb_record(&wb, 4, 7);
	wb.log[0] = 0;
}

static int cancel(enum ivrq_scope scope, ivrq_op which, enum ivrq_kind kind,
		  uint64_t tag)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.op = which;
	request.kind = kind;
	request.tag = tag;
	request.client_context = "why";
	return ivrq_cancel_media_processing(wb.engine, wb.call, &request,
					    &receipt, NULL);
}

static const struct {
	enum ivrq_scope scope;
	unsigned op;
	enum ivrq_kind kind;
	uint64_t tag;
	bool fly;
	uint32_t in_flight, pending;
	const char *log; /* of the next run */
} scopes[] = {
	{ IVRQ_SCOPE_ALL, 0, 0, 0, true, 1, 3, "-1 =1x =2x =3x =4x idle" },
	{ IVRQ_SCOPE_ALL, 0, 0, 0, false, 0, 4, "=1x =2x =3x =4x idle" },
	{ IVRQ_SCOPE_CURRENT, 0, 0, 0, true, 1, 0, "-1 =1x +2 !2" },
	{ IVRQ_SCOPE_CURRENT, 0, 0, 0, false, 0, 1, "=1x +2 !2" },
	{ IVRQ_SCOPE_PENDING, 0, 0, 0, true, 0, 3, "=2x =3x =4x" },
	{ IVRQ_SCOPE_PENDING, 0, 0, 0, false, 0, 3, "+1 !1 =2x =3x =4x" },
	{ IVRQ_SCOPE_OP, 1, 0, 0, true, 1, 0, "-1 =1x +2 !2" },
	{ IVRQ_SCOPE_OP, 3, 0, 0, true, 0, 1, "=3x" },
	{ IVRQ_SCOPE_OP, 1, 0, 0, false, 0, 1, "=1x +2 !2" },
	{ IVRQ_SCOPE_KIND, 0, IVRQ_PLAY_PROMPT, 0, true, 1, 1,
	  "-1 =1x =3x +2 !2" },
	{ IVRQ_SCOPE_KIND, 0, IVRQ_PLAY_PROMPT, 0, false, 0, 2,
	  "=1x =3x +2 !2" },
	{ IVRQ_SCOPE_KIND, 0, IVRQ_RECORD_RESPONSE, 0, true, 0, 2, "=2x =4x" },
	{ IVRQ_SCOPE_TAG, 0, 0, 7, true, 0, 2, "=2x =4x" },
	{ IVRQ_SCOPE_TAG, 0, 0, 0, true, 1, 1, "-1 =1x =3x +2 !2" },
	{ IVRQ_SCOPE_TAG, 0, 0, 8, true, 0, 0, "" },
};

START_TEST(test_cancel_of_a_scope_hits_what_it_names)
{
	uint32_t i, hit = 0;

	stage(scopes[_i].fly);
	ck_assert_int_eq(cancel(scopes[_i].scope, op[scopes[_i].op],
				scopes[_i].kind, scopes[_i].tag),
			 0);
	ck_assert_uint_eq(receipt.in_flight, scopes[_i].in_flight);
	ck_assert_uint_eq(receipt.pending, scopes[_i].pending);
	ck_assert_str_eq(receipt.client_context, "why");
	ck_assert_int_ge(wb_run(&wb, 1), 0);
	WB_LOG(&wb, scopes[_i].log);
	for (i = 0; i < wb.results; i++) {
		hit += wb.result[i].cancel.value == receipt.id.value;
		ck_assert_int_eq(wb.result[i].cause, IVRQ_CAUSE_CANCEL);
		ck_assert_int_eq(wb.result[i].reason, IVRQ_REASON_CANCELED);
	}
	ck_assert_uint_eq(hit, receipt.in_flight + receipt.pending);
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_of_what_has_finished_hits_nothing)
{
	stage(true);
	ck_assert_int_eq(wb_complete(&wb), 0);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_CURRENT, op[1], 0, 0), 0);
	ck_assert_uint_eq(receipt.in_flight + receipt.pending, 0);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_OP, op[1], 0, 0), 0);
	ck_assert_uint_eq(receipt.in_flight + receipt.pending, 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=1c +2 !2");
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_of_the_spared_oldest_hits_it)
{
	enum ivrq_scope scope = _i ? IVRQ_SCOPE_OP : IVRQ_SCOPE_CURRENT;
	ivrq_cancel first;

	stage(false);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_PENDING, op[1], 0, 0), 0);
	first = receipt.id;
	ck_assert_int_eq(cancel(scope, op[1], 0, 0), 0);
	ck_assert_uint_eq(receipt.in_flight, 0);
	ck_assert_uint_eq(receipt.pending, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=1x =2x =3x =4x idle");
	ck_assert_uint_eq(wb.result[0].cancel.value, receipt.id.value);
	ck_assert_uint_eq(wb.result[1].cancel.value, first.value);
	ck_assert(!wb.result[0].started);
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_of_a_group_takes_the_spared_oldest)
{
	stage(false);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_PENDING, op[1], 0, 0), 0);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_KIND, op[1], IVRQ_PLAY_PROMPT, 0),
			 0);
	ck_assert_uint_eq(receipt.pending, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "=1x =2x =3x =4x idle");
	ck_assert_uint_eq(wb.result[0].cancel.value, receipt.id.value);
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_all_after_a_group_counts_the_rest)
{
	ivrq_cancel group;

	stage(true);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_TAG, op[1], 0, 7), 0);
	group = receipt.id;
	ck_assert_int_eq(cancel(IVRQ_SCOPE_ALL, op[1], 0, 0), 0);
	ck_assert_uint_eq(receipt.in_flight, 1);
	ck_assert_uint_eq(receipt.pending, 1);
	wb_run(&wb, 1);
	WB_LOG(&wb, "-1 =1x =2x =3x =4x idle");
	ck_assert_uint_eq(wb.result[0].cancel.value, receipt.id.value);
	ck_assert_uint_eq(wb.result[1].cancel.value, group.value);
	ck_assert_uint_eq(wb.result[2].cancel.value, receipt.id.value);
	ck_assert_uint_eq(wb.result[3].cancel.value, group.value);
	wb_end(&wb);
}
END_TEST

static void op_refused(ivrq_op which)
{
	ivrq_cancel_request request;
	ivrq_error error;

	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	request.op = which;
	ck_assert_int_eq(ivrq_cancel_media_processing(wb.engine, wb.call,
						      &request, NULL, &error),
			 IVRQ_ENOENT);
	ck_assert_str_eq(error.field, "op");
}

START_TEST(test_cancel_op_that_is_not_there_is_refused)
{
	ivrq_op none = { 0 }, next = { op[4].value };

	stage(true);
	op_refused(none);
	next.value = op[4].value + 1;
	op_refused(next);
	next.value = op[1].value - 1;
	op_refused(next);
	next.value = op[1].value + (UINT64_C(1) << 34); /* another call's */
	op_refused(next);
	ck_assert_int_eq(wb_complete(&wb), 0);
	wb_run(&wb, 1);
	op_refused(op[1]);
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_op_that_was_killed_and_delivered_is_refused)
{
	stage(true);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_OP, op[3], 0, 0), 0);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_OP, op[3], 0, 0), 0); /* not yet */
	ck_assert_uint_eq(receipt.pending, 0);
	wb_run(&wb, 1);
	op_refused(op[3]);
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_out_of_a_rule_names_the_field)
{
	static const char *const fields[] = { "size", "scope", "kind",
					      "client_context" };
	ivrq_cancel_request request;
	ivrq_error error;
	int i;

	stage(true);
	for (i = 0; i < 4; i++) {
		ivrq_cancel_request_init(&request);
		request.size += i == 0;
		if (i == 1)
			request.scope = (enum ivrq_scope)6;
		if (i == 2)
			request.scope = IVRQ_SCOPE_KIND; /* kind is 0 */
		if (i == 3)
			request.client_context = "\xff";
		ck_assert_int_eq(ivrq_cancel_media_processing(wb.engine,
							      wb.call, &request,
							      NULL, &error),
				 IVRQ_EINVAL);
		ck_assert_str_eq(error.field, fields[i]);
	}
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_of_a_group_leaves_as_it_came)
{
	struct ivrq__call *at;
	uint32_t ref;

	stage(true);
	at = ivrq__call_at(wb.engine, ivrq__handle_index(wb.call.value));
	wb.wakes = 0;
	ck_assert_int_eq(cancel(IVRQ_SCOPE_KIND, op[1], IVRQ_PLAY_PROMPT, 0),
			 0);
	ck_assert_uint_eq(wb.wakes, 1);
	ck_assert_uint_eq(atomic_load(&at->queue.selectors), 0);
	for (ref = 0; ref < wb.config.operations; ref++)
		ck_assert_uint_eq(atomic_load(&wb.engine->cells[ref].note) &
					  IVRQ__HOLDERS,
				  0);
	wb_run(&wb, 1);
	ck_assert(!(atomic_load(&at->queue.word) & IVRQ__SWEEP));
	wb_end(&wb);
}
END_TEST

START_TEST(test_cancel_of_the_running_needs_no_slow_mode)
{
	struct ivrq__call *at;

	stage(true);
	at = ivrq__call_at(wb.engine, ivrq__handle_index(wb.call.value));
	wb.wakes = 0;
	ck_assert_int_eq(cancel(IVRQ_SCOPE_CURRENT, op[1], 0, 0), 0);
	ck_assert(!(atomic_load(&at->queue.word) & IVRQ__SLOW));
	ck_assert_uint_eq(wb.wakes, 1);
	wb_end(&wb);
}
END_TEST

/* ------------------------------------------------------------------- fences */

/* 0 all, 1 pending, 2 current, 3 the running by op, 4 a pending op, 5 kind */
START_TEST(test_fence_is_met_by_the_run_that_delivers)
{
	static const enum ivrq_scope of[] = {
		IVRQ_SCOPE_ALL, IVRQ_SCOPE_PENDING, IVRQ_SCOPE_CURRENT,
		IVRQ_SCOPE_OP,	IVRQ_SCOPE_OP,	    IVRQ_SCOPE_KIND,
	};

	stage(true);
	ck_assert_int_eq(
		cancel(of[_i], op[_i == 4 ? 3 : 1], IVRQ_PLAY_PROMPT, 0), 0);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), IVRQ_ETIMEDOUT);
	ck_assert_int_gt(wb_run(&wb, 1), 0);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), 0);
	wb_end(&wb);
}
END_TEST

START_TEST(test_fence_waits_for_a_stop_that_is_pending)
{
	ivrq_outcome outcome = { .media_ms = 1 };

	stage(true);
	wb.stop_answers = IVRQ_STOP_PENDING;
	ck_assert_int_eq(cancel(_i ? IVRQ_SCOPE_CURRENT : IVRQ_SCOPE_KIND,
				op[1], IVRQ_PLAY_PROMPT, 0),
			 0);
	wb_run(&wb, 1);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), IVRQ_ETIMEDOUT);
	ck_assert_int_eq(ivrq_op_stopped(wb.engine, op[1], &outcome), 0);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), IVRQ_ETIMEDOUT);
	wb_run(&wb, 1);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), 0);
	wb_end(&wb);
}
END_TEST

START_TEST(test_fence_of_the_pending_does_not_wait_for_the_running)
{
	stage(true);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_PENDING, op[1], 0, 0), 0);
	wb_run(&wb, 1);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), 0);
	ck_assert_int_eq(ivrq_op_is_canceled(wb.engine, op[1]), 0);
	wb_end(&wb);
}
END_TEST

START_TEST(test_fence_of_nothing_is_met_at_once)
{
	stage(true);
	atomic_store(&wb.engine->numbers, 1000); /* beyond any position here */
	ck_assert_int_eq(cancel(IVRQ_SCOPE_TAG, op[1], 0, 99), 0);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), 0);
	wb_end(&wb);
}
END_TEST

START_TEST(test_fence_of_an_ended_call_is_met)
{
	stage(true);
	ck_assert_int_eq(ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP,
					 &receipt),
			 0);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), IVRQ_ETIMEDOUT);
	wb_run(&wb, 1);
	ck_assert_int_eq(ivrq_fence(wb.engine, &receipt, 0), 0);
	wb_end(&wb);
}
END_TEST

START_TEST(test_fence_of_no_receipt_is_invalid)
{
	ivrq_receipt bad;

	stage(true);
	ck_assert_int_eq(cancel(IVRQ_SCOPE_ALL, op[1], 0, 0), 0);
	ck_assert_int_eq(ivrq_fence(wb.engine, NULL, 0), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_fence(NULL, &receipt, 0), IVRQ_EINVAL);
	bad = receipt;
	bad.call.value = 0;
	ck_assert_int_eq(ivrq_fence(wb.engine, &bad, 0), IVRQ_EINVAL);
	bad = receipt;
	bad.call.value |= IVRQ__INDEX_MASK;
	ck_assert_int_eq(ivrq_fence(wb.engine, &bad, 0), IVRQ_EINVAL);
	bad = receipt;
	bad.id.value = 0;
	ck_assert_int_eq(ivrq_fence(wb.engine, &bad, 0), IVRQ_EINVAL);
	bad = receipt;
	bad.id.value |= UINT64_C(7) << 58;
	ck_assert_int_eq(ivrq_fence(wb.engine, &bad, 0), IVRQ_EINVAL);
	wb_end(&wb);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cancel");
	TCase *tcase = tcase_create("scopes");

	tcase_add_loop_test(tcase, test_cancel_of_a_scope_hits_what_it_names, 0,
			    (int)CT_COUNT(scopes));
	tcase_add_test(tcase, test_cancel_of_what_has_finished_hits_nothing);
	tcase_add_loop_test(tcase, test_cancel_of_the_spared_oldest_hits_it, 0,
			    2);
	tcase_add_test(tcase, test_cancel_of_a_group_takes_the_spared_oldest);
	tcase_add_test(tcase, test_cancel_all_after_a_group_counts_the_rest);
	tcase_add_test(tcase, test_cancel_op_that_is_not_there_is_refused);
	tcase_add_test(tcase,
		       test_cancel_op_that_was_killed_and_delivered_is_refused);
	tcase_add_test(tcase, test_cancel_out_of_a_rule_names_the_field);
	tcase_add_test(tcase, test_cancel_of_a_group_leaves_as_it_came);
	tcase_add_test(tcase, test_cancel_of_the_running_needs_no_slow_mode);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("fence");
	tcase_add_loop_test(tcase, test_fence_is_met_by_the_run_that_delivers,
			    0, 6);
	tcase_add_loop_test(tcase, test_fence_waits_for_a_stop_that_is_pending,
			    0, 2);
	tcase_add_test(tcase,
		       test_fence_of_the_pending_does_not_wait_for_the_running);
	tcase_add_test(tcase, test_fence_of_nothing_is_met_at_once);
	tcase_add_test(tcase, test_fence_of_an_ended_call_is_met);
	tcase_add_test(tcase, test_fence_of_no_receipt_is_invalid);
	return wb_main(suite, tcase);
}
