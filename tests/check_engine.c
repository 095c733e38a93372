/* SPDX-License-Identifier: MIT */
/* check_engine: limits, memory, shards, stop, destroy and the counters. */
#include "core/engine.h"
#include "whitebox.h"

static struct wb wb;

/* ------------------------------------------------------------------- memory */

static struct {
	size_t taken, given;
	uint32_t allocs, frees, faults;
} heap;

static void *take(void *user, size_t bytes, size_t align)
{
	void *memory;

	heap.faults += user != &heap || !bytes || align < sizeof(void *) ||
		       (align & (align - 1));
	heap.allocs++;
	heap.taken += bytes;
	return posix_memalign(&memory, align, bytes) ? NULL : memory;
}

static void give(void *user, void *memory, size_t bytes)
{
	heap.faults += user != &heap || !memory;
	heap.frees++;
	heap.given += bytes;
	free(memory);
}

/* What an engine asks for; the pools stay the same. */
static size_t size_of(uint32_t calls, uint32_t ring)
{
	ivrq_engine *engine;

	wb_init(&wb);
	wb.config.calls = calls;
	wb.config.ring = ring;
	wb.config.workers = 64;
	wb.config.operations = 64;
	wb.config.tones = wb.config.subscriptions = 1;
	wb.config.alloc = take;
	wb.config.free = give;
	wb.config.user = &heap;
	memset(&heap, 0, sizeof(heap));
	ck_assert_int_eq(ivrq_engine_create(&wb.config, &engine, NULL), 0);
	ck_assert_int_eq(ivrq_engine_destroy(engine), 0);
	return heap.taken;
}

START_TEST(test_destroy_gives_back_all_that_was_taken)
{
	ck_assert_uint_gt(size_of(100, 16), 0);
	ck_assert_uint_eq(heap.given, heap.taken);
	ck_assert_uint_eq(heap.frees, heap.allocs);
	ck_assert_uint_eq(heap.allocs, IVRQ__BLOCKS + 1);
	ck_assert_uint_eq(heap.faults, 0);
}
END_TEST

/* With 64 and 128 calls and 64 workers no byte of the ready sets is rounded. */
START_TEST(test_call_bytes_is_what_calls_add_to_an_engine)
{
	static const uint32_t rings[] = { 4, 16, 1024 };
	size_t few = size_of(64, rings[_i]);
	size_t few_calls = 64 * ivrq__call_bytes(&wb.config);
	size_t many = size_of(128, rings[_i]);
	size_t many_calls = 128 * ivrq__call_bytes(&wb.config);

	ck_assert_uint_eq(many - few, many_calls - few_calls);
}
END_TEST

START_TEST(test_call_bytes_with_a_ring_of_16_is_at_most_256)
{
	wb_init(&wb);
	wb.config.calls = 1000000;
	wb.config.ring = 16;
	ck_assert_uint_le(ivrq__call_bytes(&wb.config), 256);
}
END_TEST

/* ------------------------------------------------------------------- limits */

#define FIELD(name, least, most)                                               \
	{                                                                      \
#name, offsetof(ivrq_config, name), least, most                \
	}

static const struct {
	const char *name;
	size_t offset;
	uint32_t least, most;
} fields[] = {
	FIELD(calls, 1, IVRQ_CALLS_MAX),
	FIELD(ring, IVRQ_RING_MIN, IVRQ_RING_MAX),
	FIELD(operations, 0, IVRQ_OPERATIONS_MAX),
	FIELD(workers, 1, IVRQ_WORKERS_MAX),
	FIELD(inline_bytes, IVRQ_INLINE_MIN, IVRQ_INLINE_MAX),
	FIELD(tones, 0, IVRQ_TONES_MAX),
	FIELD(tones_per_call, 1, IVRQ_TONES_PER_CALL_MAX),
	FIELD(subscriptions, 0, IVRQ_SUBSCRIPTIONS_MAX),
	FIELD(fences, 1, IVRQ_FENCES_MAX),
};

static int create(int field, uint32_t value, ivrq_error *error)
{
	int answer;

	wb_init(&wb);
	if (field >= 0)
		memcpy((char *)&wb.config + fields[field].offset, &value,
		       sizeof(value));
	answer = ivrq_engine_create(&wb.config, &wb.engine, error);
	if (!answer)
		ck_assert_int_eq(ivrq_engine_destroy(wb.engine), 0);
	return answer;
}

START_TEST(test_create_at_the_limit_and_not_beyond)
{
	ivrq_error error;

	ck_assert_int_eq(create(_i, fields[_i].least, &error), 0);
	if (fields[_i].most <= IVRQ_INLINE_MAX) /* else much memory */
		ck_assert_int_eq(create(_i, fields[_i].most, &error), 0);
	ck_assert_int_eq(create(_i, fields[_i].most + 1, &error), IVRQ_EINVAL);
	ck_assert_str_eq(error.field, fields[_i].name);
	if (!fields[_i].least)
		return;
	ck_assert_int_eq(create(_i, fields[_i].least - 1, &error), IVRQ_EINVAL);
	ck_assert_str_eq(error.field, fields[_i].name);
}
END_TEST

static void refused(const ivrq_config *config, const char *field)
{
	ivrq_engine *engine;
	ivrq_error error;

	ct_mark(&engine, sizeof(engine));
	ck_assert_int_eq(ivrq_engine_create(config, &engine, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, field);
	ck_assert(ct_untouched(&engine, sizeof(engine)));
}

START_TEST(test_create_out_of_a_rule_names_the_field)
{
	ivrq_config config;

	refused(NULL, "config");
	wb_init(&wb);
	config = wb.config;
	config.size--;
	refused(&config, "size");
	config = wb.config;
	config.ring = 12;
	refused(&config, "ring");
	config = wb.config;
	config.inline_bytes = 68;
	refused(&config, "inline_bytes");
	config = wb.config;
	config.alloc = NULL;
	refused(&config, "alloc");
	config = wb.config;
	config.free = NULL;
	refused(&config, "free");
}
END_TEST

/* Ring 4. */
static const struct {
	uint32_t high, low;
	const char *field; /* NULL: taken */
} waters[] = {
	{ 4, 3, NULL },		{ 1, 0, NULL },	       { 0, 0, NULL },
	{ 5, 0, "high_water" }, { 3, 3, "low_water" }, { 0, 1, "low_water" },
};

START_TEST(test_create_water_marks_are_ordered)
{
	wb_init(&wb);
	wb.config.high_water = waters[_i].high;
	wb.config.low_water = waters[_i].low;
	if (waters[_i].field) {
		refused(&wb.config, waters[_i].field);
		return;
	}
	ck_assert_int_eq(ivrq_engine_create(&wb.config, &wb.engine, NULL), 0);
	ck_assert_int_eq(ivrq_engine_destroy(wb.engine), 0);
}
END_TEST

START_TEST(test_create_by_default_has_so_many_for_each_call)
{
	wb_init(&wb);
	wb.config.calls = 7;
	wb.config.operations = 0;
	wb_begin(&wb);
	ck_assert_uint_eq(wb.engine->config.operations, 28);
	ck_assert_uint_eq(wb.engine->config.tones, 14);
	ck_assert_uint_eq(wb.engine->config.subscriptions, 7);
	wb_end(&wb);
}
END_TEST

START_TEST(test_create_shares_all_operations_out)
{
	bool seen[10] = { false };
	uint32_t shard, ref, count;

	wb_init(&wb);
	wb.config.workers = 3;
	wb.config.operations = 10;
	wb_begin(&wb);
	for (shard = 0; shard < 3; shard++) {
		count = 0;
		while ((ref = ivrq__pool_pop(&wb.engine->shards[shard].pool)) !=
		       IVRQ__NONE) {
			ck_assert(ref < 10 && !seen[ref]);
			seen[ref] = true;
			count++;
		}
		ck_assert_uint_eq(count, shard == 2 ? 4 : 3);
	}
	wb_end(&wb);
}
END_TEST

START_TEST(test_create_leaves_room_behind_each_operation)
{
	char *first, *second;

	wb_init(&wb);
	wb.config.inline_bytes = 72;
	wb_begin(&wb);
	first = (char *)ivrq__op_at(wb.engine, 0);
	second = (char *)ivrq__op_at(wb.engine, 1);
	ck_assert_uint_ge((size_t)(second - first),
			  sizeof(struct ivrq__op) + 72);
	ck_assert_uint_eq((size_t)(second - first) % 64, 0);
	wb_end(&wb);
}
END_TEST

/* ----------------------------------------------------- stop, destroy, stats */

START_TEST(test_stop_closes_all_and_refuses_new_calls)
{
	ivrq_call call;

	wb_start_up(&wb);
	wb_play(&wb, 1);
	wb_run(&wb, 1);
	ck_assert_int_eq(ivrq_engine_stop(wb.engine, 0), IVRQ_ETIMEDOUT);
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &call, NULL),
		IVRQ_ECLOSED);
	ck_assert_uint_eq(ivrq__pool_pop(&wb.engine->call_pool), 1);
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &call, NULL),
		IVRQ_ECLOSED); /* and no place is left */
	wb_run(&wb, 1);
	WB_LOG(&wb, "+1 !1 -1 =1x stop");
	ck_assert_int_eq(ivrq_engine_stop(wb.engine, 0), 0);
	ck_assert_int_eq(ivrq_engine_destroy(wb.engine), 0);
}
END_TEST

START_TEST(test_destroy_with_a_call_open_is_refused)
{
	wb_start_up(&wb);
	ck_assert_int_eq(ivrq_engine_destroy(wb.engine), IVRQ_EBUSY);
	ck_assert_int_eq(ivrq_engine_destroy(NULL), 0);
	wb_play(&wb, 1);
	wb_end(&wb);
}
END_TEST

static void stats_are(uint64_t submitted, uint64_t completed, uint64_t failed,
		      uint64_t canceled, uint64_t live)
{
	ivrq_stats s;

	ck_assert_int_eq(ivrq_engine_stats(wb.engine, &s), 0);
	ck_assert_uint_eq(s.submitted, submitted);
	ck_assert_uint_eq(s.completed, completed);
	ck_assert_uint_eq(s.failed, failed);
	ck_assert_uint_eq(s.canceled, canceled);
	ck_assert_uint_eq(s.live, live);
	ck_assert_uint_eq(s.submitted,
			  s.completed + s.failed + s.canceled + s.live);
}

START_TEST(test_stats_follow_every_operation)
{
	ivrq_stats s;

	wb_start_up(&wb);
	stats_are(0, 0, 0, 0, 0);
	wb_play(&wb, 1);
	wb_play(&wb, 2);
	stats_are(2, 0, 0, 0, 2);
	wb_run(&wb, 1);
	wb_complete(&wb);
	stats_are(2, 0, 0, 0, 2);
	wb.start_answers = IVRQ_REASON_OTHER;
	wb_run(&wb, 1);
	stats_are(2, 1, 1, 0, 0);
	wb_play(&wb, 3);
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	stats_are(3, 1, 1, 0, 1);
	wb_run(&wb, 1);
	stats_are(3, 1, 1, 1, 0);
	ck_assert_int_eq(ivrq_engine_stats(wb.engine, &s), 0);
	ck_assert_uint_eq(s.calls_open, 1);
	wb_end(&wb);
}
END_TEST

START_TEST(test_stats_add_the_workers_up)
{
	ivrq_stats s;

	wb_init(&wb);
	wb.config.workers = 2;
	wb.config.operations = 4;
	wb_begin(&wb);
	wb_play(&wb, 1);
	wb.call_config.worker = 1;
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &wb.call, NULL), 0);
	wb_play(&wb, 2);
	stats_are(2, 0, 0, 0, 2);
	ck_assert_int_eq(ivrq_engine_stats(wb.engine, &s), 0);
	ck_assert_uint_eq(s.calls_open, 2);
	wb_end(&wb);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("engine");
	TCase *tcase = tcase_create("engine");

	tcase_add_test(tcase, test_destroy_gives_back_all_that_was_taken);
	tcase_add_loop_test(
		tcase, test_call_bytes_is_what_calls_add_to_an_engine, 0, 3);
	tcase_add_test(tcase, test_call_bytes_with_a_ring_of_16_is_at_most_256);
	tcase_add_loop_test(tcase, test_create_at_the_limit_and_not_beyond, 0,
			    (int)CT_COUNT(fields));
	tcase_add_test(tcase, test_create_out_of_a_rule_names_the_field);
	tcase_add_loop_test(tcase, test_create_water_marks_are_ordered, 0,
			    (int)CT_COUNT(waters));
	tcase_add_test(tcase, test_create_by_default_has_so_many_for_each_call);
	tcase_add_test(tcase, test_create_shares_all_operations_out);
	tcase_add_test(tcase, test_create_leaves_room_behind_each_operation);
	tcase_add_test(tcase, test_stop_closes_all_and_refuses_new_calls);
	tcase_add_test(tcase, test_destroy_with_a_call_open_is_refused);
	tcase_add_test(tcase, test_stats_follow_every_operation);
	tcase_add_test(tcase, test_stats_add_the_workers_up);
	return wb_main(suite, tcase);
}
