/* SPDX-License-Identifier: MIT */
/* check_submit: storage taken and given back, and what a submit answers. */
#include "whitebox.h"

static struct wb wb;
static ivrq_submission submission;

static void set_up(void)
{
	wb_init(&wb);
	wb.config.workers = 2;
	wb.config.operations = 10; /* 5 of each shard */
	wb_begin(&wb);
	ct_mark(&submission, sizeof(submission));
}

static void tear_down(void)
{
	wb_end(&wb);
}

/* What the shard still has; then it has none. */
static uint32_t drain(uint32_t shard)
{
	uint32_t count = 0;

	while (ivrq__pool_pop(&wb.engine->shards[shard].pool) != IVRQ__NONE)
		count++;
	return count;
}

static uint64_t withdrawn(uint32_t shard)
{
	return atomic_load(&wb.engine->shards[shard].withdrawn);
}

static int try_strings(size_t bytes, ivrq_error *error)
{
	static char context[IVRQ_CLIENT_CONTEXT_MAX + 1];
	ivrq_record_response_request request;

	ivrq_record_response_request_init(&request);
	memset(context, 'x', sizeof(context));
	context[bytes - 1] = 0; /* the end is one of the bytes */
	request.options.client_context = context;
	return ivrq_record_response(wb.engine, wb.call, &request, &submission,
				    error);
}

START_TEST(test_submit_answers_where_it_stands)
{
	ivrq_op first;

	ck_assert_int_eq(wb_try(&wb, 1, NULL, &submission), 0);
	ck_assert_uint_eq(submission.ahead, 0);
	ck_assert(submission.running);
	first = submission.op;
	ck_assert(ivrq__op_valid(wb.engine, first));
	ck_assert_uint_eq(ivrq__op_call(first),
			  ivrq__handle_index(wb.call.value));
	ck_assert_int_eq(wb_try(&wb, 2, NULL, &submission), 0);
	ck_assert_uint_eq(submission.ahead, 1);
	ck_assert(!submission.running);
	ck_assert_uint_eq(ivrq__op_position(submission.op),
			  ivrq__op_position(first) + 1);
}
END_TEST

START_TEST(test_submit_wakes_the_worker_that_may_sleep)
{
	wb_play(&wb, 1);
	ck_assert_uint_eq(wb.wakes, 1);
	atomic_store(&wb.engine->workers[0].turn, 1);
	wb_play(&wb, 2);
	ck_assert_uint_eq(wb.wakes, 1);
	ck_assert(!ivrq__ready_empty(&wb.engine->workers[0].ready));
	ck_assert(ivrq__ready_empty(&wb.engine->workers[1].ready));
	atomic_store(&wb.engine->workers[0].turn, 2);
}
END_TEST

START_TEST(test_submit_refused_by_a_full_ring_gives_storage_back)
{
	ivrq_stats stats;
	unsigned i;

	for (i = 0; i < 4; i++)
		wb_play(&wb, i);
	wb.wakes = 0;
	ck_assert_int_eq(wb_try(&wb, 9, NULL, &submission), IVRQ_EFULL);
	ck_assert_uint_eq(wb.wakes, 1); /* for those that filled it */
	ck_assert_uint_eq(withdrawn(0), 1);
	ck_assert_int_eq(ivrq_engine_stats(wb.engine, &stats), 0);
	ck_assert_uint_eq(stats.submitted, 4);
	ck_assert_uint_eq(drain(0), 1);
	ck_assert_uint_eq(drain(1), 5);
}
END_TEST

START_TEST(test_submit_to_a_closed_call_gives_storage_back)
{
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	ck_assert_int_eq(wb_try(&wb, 1, NULL, &submission), IVRQ_ECLOSED);
	ck_assert_uint_eq(withdrawn(0), 1);
	wb_run(&wb, 1);
	ck_assert_int_eq(wb_try(&wb, 1, NULL, &submission), IVRQ_ENOENT);
	ck_assert_uint_eq(withdrawn(0), 1); /* it took none */
	ck_assert(ct_untouched(&submission, sizeof(submission)));
	ck_assert_uint_eq(drain(0), 5);
}
END_TEST

START_TEST(test_submit_steals_from_the_other_shard)
{
	ivrq_call_config config = wb.call_config;
	ivrq_call other;
	unsigned i;

	for (i = 0; i < 4; i++)
		wb_play(&wb, i);
	config.worker = 0;
	ck_assert_int_eq(ivrq_call_open(wb.engine, &config, &other, NULL), 0);
	wb.call = other;
	for (i = 4; i < 8; i++)
		wb_play(&wb, i);
	ck_assert_uint_eq(ivrq__pool_popped(&wb.engine->shards[0].pool), 5);
	ck_assert_uint_eq(ivrq__pool_popped(&wb.engine->shards[1].pool), 3);
}
END_TEST

START_TEST(test_submit_starts_with_the_shard_of_its_worker)
{
	ivrq_call_config config = wb.call_config;

	config.worker = 1;
	ck_assert_int_eq(ivrq_call_open(wb.engine, &config, &wb.call, NULL), 0);
	wb_play(&wb, 1);
	ck_assert_uint_eq(ivrq__pool_popped(&wb.engine->shards[0].pool), 0);
	ck_assert_uint_eq(ivrq__pool_popped(&wb.engine->shards[1].pool), 1);
}
END_TEST

START_TEST(test_submit_without_storage_is_refused)
{
	ivrq_error error;

	drain(0);
	drain(1);
	ck_assert_int_eq(try_strings(4, &error), IVRQ_EPOOL);
	ck_assert_str_eq(error.field, "operations");
	ck_assert(ct_untouched(&submission, sizeof(submission)));
	ck_assert_uint_eq(withdrawn(0) + withdrawn(1), 0);
}
END_TEST

START_TEST(test_submit_of_inline_bytes_exactly_fits)
{
	ivrq_error error;

	tear_down();
	wb.config.inline_bytes = 64;
	wb_begin(&wb);
	ck_assert_int_eq(try_strings(65, &error), IVRQ_ETOOBIG);
	ck_assert_str_eq(error.field, "inline_bytes");
	ck_assert_uint_eq(drain(0) + drain(1), 10);
	tear_down();
	wb_begin(&wb);
	ck_assert_int_eq(try_strings(64, &error), 0);
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	wb_run(&wb, 1);
	ck_assert_uint_eq(wb.results, 1);
}
END_TEST

START_TEST(test_submit_keeping_prompts_needs_no_room_for_them)
{
	static char name[600];
	const char *const prompts[] = { name };
	ivrq_play_prompt_request request;

	memset(name, 'n', sizeof(name) - 1);
	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	ck_assert_int_eq(ivrq_play_prompt(wb.engine, wb.call, &request,
					  &submission, NULL),
			 IVRQ_ETOOBIG);
	request.options.keep_prompts = true;
	ck_assert_int_eq(ivrq_play_prompt(wb.engine, wb.call, &request,
					  &submission, NULL),
			 0);
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	wb_run(&wb, 1);
	ck_assert_ptr_eq(wb.operation[0].prompts, prompts);
}
END_TEST

/* The storage of one that was completed, claimed and late. */
START_TEST(test_submit_into_used_storage_begins_anew)
{
	struct ivrq__op *op = ivrq__op_at(wb.engine, 0);
	struct ivrq__cell *cell = &wb.engine->cells[0];

	atomic_store(&cell->end, ~UINT64_C(0));
	atomic_store(&cell->claim, 7);
	op->called = op->started = op->stopping = true;
	op->due.queued = 1;
	wb_play(&wb, 1);
	ck_assert_uint_eq(atomic_load(&cell->end), 0);
	ck_assert_uint_eq(atomic_load(&cell->claim), 0);
	ck_assert(!op->called && !op->started && !op->stopping);
	ck_assert(!op->due.queued);
	ck_assert_uint_eq(op->public.call.value, wb.call.value);
}
END_TEST

START_TEST(test_submit_without_engine_or_submission_is_invalid)
{
	ivrq_record_response_request request;
	ivrq_error error;

	ivrq_record_response_request_init(&request);
	ck_assert_int_eq(ivrq_record_response(NULL, wb.call, &request,
					      &submission, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "engine");
	ck_assert_int_eq(ivrq_record_response(wb.engine, wb.call, &request,
					      NULL, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "submission");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("submit");
	TCase *tcase = tcase_create("submit");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_submit_answers_where_it_stands);
	tcase_add_test(tcase, test_submit_wakes_the_worker_that_may_sleep);
	tcase_add_test(tcase,
		       test_submit_refused_by_a_full_ring_gives_storage_back);
	tcase_add_test(tcase, test_submit_to_a_closed_call_gives_storage_back);
	tcase_add_test(tcase, test_submit_steals_from_the_other_shard);
	tcase_add_test(tcase, test_submit_starts_with_the_shard_of_its_worker);
	tcase_add_test(tcase, test_submit_without_storage_is_refused);
	tcase_add_test(tcase, test_submit_of_inline_bytes_exactly_fits);
	tcase_add_test(tcase,
		       test_submit_keeping_prompts_needs_no_room_for_them);
	tcase_add_test(tcase, test_submit_into_used_storage_begins_anew);
	tcase_add_test(tcase,
		       test_submit_without_engine_or_submission_is_invalid);
	return wb_main(suite, tcase);
}
