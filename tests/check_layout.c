/* SPDX-License-Identifier: MIT */
/*
 * check_layout: an idle call costs at most 256 bytes, its ring of 16 included
 * (G9): by what the engine asks the allocator for, and by the resident memory
 * of 1,000,000 open calls.
 *
 * The pools of operations, tones and subscriptions are the engine's, not a
 * call's. They are as small as they may be here, and an engine with the same
 * pools and few calls is taken off.
 */
#include <check.h>
#include <unistd.h>
#include <ivrq.h>
#include "yield.h"

/* A sanitizer makes each byte dearer, not the sums different. */
enum { MANY = RND_SANITIZED ? 100000 : 1000000 };
enum { FEW = 16, RING = 16, CALL_BYTES = 256 };

static size_t taken;

static void *take(void *user, size_t bytes, size_t align)
{
	void *memory;

	(void)user;
	if (align < sizeof(void *))
		align = sizeof(void *);
	if (posix_memalign(&memory, align, bytes))
		return NULL;
	taken += bytes;
	return memory;
}

static void give(void *user, void *memory, size_t bytes)
{
	(void)user;
	taken -= bytes;
	free(memory);
}

static int on_start(void *user, const ivrq_operation *operation)
{
	(void)user;
	(void)operation;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	(void)user;
	(void)operation;
	(void)outcome;
	return IVRQ_STOPPED;
}

static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };

/* An engine with all its calls open. */
static ivrq_engine *engine_of(uint32_t calls)
{
	ivrq_call_config call_config;
	ivrq_engine *engine;
	ivrq_config config;
	ivrq_call call;
	uint32_t i, failed = 0;

	ivrq_config_init(&config);
	config.calls = calls;
	config.ring = RING;
	config.operations = FEW;
	config.tones = FEW;
	config.tones_per_call = 1;
	config.subscriptions = FEW;
	config.alloc = take;
	config.free = give;
	ck_assert_int_eq(ivrq_engine_create(&config, &engine, NULL), 0);
	ivrq_call_config_init(&call_config);
	call_config.driver = &driver;
	for (i = 0; i < calls; i++)
		failed +=
			ivrq_call_open(engine, &call_config, &call, NULL) != 0;
	ck_assert_uint_eq(failed, 0);
	ck_assert_int_eq(ivrq_worker_run(engine, 0, 1), 0);
	return engine;
}

static void engine_end(ivrq_engine *engine)
{
	uint32_t runs = 0;

	while (ivrq_engine_stop(engine, 0)) {
		ck_assert_uint_lt(runs++, 2 * MANY);
		ck_assert_int_eq(ivrq_worker_run(engine, 0, 1), 0);
	}
	ck_assert_int_eq(ivrq_engine_destroy(engine), 0);
	ck_assert_uint_eq(taken, 0);
}

/* Bytes, or 0 where this cannot be known. */
static size_t resident(void)
{
	unsigned long size, pages;
	FILE *file = fopen("/proc/self/statm", "r");
	int fields;

	if (!file)
		return 0;
	fields = fscanf(file, "%lu %lu", &size, &pages);
	fclose(file);
	return fields == 2 ? pages * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

START_TEST(test_call_idle_asks_for_256_bytes_at_most)
{
	ivrq_engine *engine;
	size_t few, many;
	double bytes;

	engine = engine_of(FEW);
	few = taken;
	engine_end(engine);
	engine = engine_of(MANY);
	many = taken;
	engine_end(engine);
	bytes = (double)(many - few) / (MANY - FEW);
	printf("idle call with a ring of %d: %.3f bytes allocated; "
	       "an engine with none: %.0f\n",
	       RING, bytes, (double)few - bytes * FEW);
	fflush(stdout);
	ck_assert_uint_le(many - few, (size_t)CALL_BYTES * (MANY - FEW));
}
END_TEST

START_TEST(test_call_idle_has_256_bytes_resident_at_most)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t empty, few, many;
	ivrq_engine *engine;

	if (RND_SANITIZED || !resident()) {
		printf("resident memory: skipped, %s\n",
		       RND_SANITIZED ? "the sanitizer has its own" :
				       "no /proc/self/statm");
		fflush(stdout);
		return;
	}
	empty = resident();
	engine = engine_of(FEW);
	few = resident() - empty;
	engine_end(engine);
	empty = resident();
	engine = engine_of(MANY);
	many = resident() - empty;
	printf("%d open calls, ring of %d: %zu bytes resident, "
	       "%.3f for each call\n",
	       MANY, RING, many, (double)(many - few) / (MANY - FEW));
	fflush(stdout);
	engine_end(engine);
	/* Each allocation may begin and end inside a page. */
	ck_assert_uint_le(many, few + (size_t)CALL_BYTES * MANY + 32 * page);
	/* All of it was touched: this is no lazily mapped promise. */
	ck_assert_uint_gt(many, (size_t)MANY * RING * 8);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("layout");
	TCase *tcase = tcase_create("idle call");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, test_call_idle_asks_for_256_bytes_at_most);
	tcase_add_test(tcase, test_call_idle_has_256_bytes_resident_at_most);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
