/* SPDX-License-Identifier: MIT */
/*
 * oom_create: an engine is made of all its memory or of none, and takes no
 * more of it afterwards (G9).
 *
 * Allocation 0, 1, 2, ... of ivrq_engine_create() fails until none does. Then
 * the allocator hooks and malloc itself are counted while the engine is used.
 * malloc is counted by the linker's --wrap, which redirects the calls of the
 * statically linked core and of this file.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ivrq.h>

enum { BLOCKS = 256, CALLS = 8, ROUNDS = 200 };

static struct {
	void *memory[BLOCKS];
	size_t bytes[BLOCKS];
	uint32_t live;
	uint32_t allocs; /* hooks, with the refused one */
	uint32_t fail_at;
	uint32_t faults;  /* a wrong user, size or pointer */
	uint32_t mallocs; /* the library's functions, Check's own too */
	uint32_t used;	  /* of these, while the engine was used */
} it;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__real_aligned_alloc(size_t align, size_t bytes);
int __real_posix_memalign(void **memory, size_t align, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void *__wrap_aligned_alloc(size_t align, size_t bytes);
int __wrap_posix_memalign(void **memory, size_t align, size_t bytes);

void *__wrap_malloc(size_t bytes)
{
	it.mallocs++;
	return __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	it.mallocs++;
	return __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
	it.mallocs++;
	return __real_realloc(memory, bytes);
}

void *__wrap_aligned_alloc(size_t align, size_t bytes)
{
	it.mallocs++;
	return __real_aligned_alloc(align, bytes);
}

int __wrap_posix_memalign(void **memory, size_t align, size_t bytes)
{
	it.mallocs++;
	return __real_posix_memalign(memory, align, bytes);
}

/* ------------------------------------------------------- the counting hooks */

static void *take(void *user, size_t bytes, size_t align)
{
	void *memory = NULL;

	it.faults += user != &it || !bytes || !align || (align & (align - 1));
	if (it.allocs++ == it.fail_at || it.live == BLOCKS)
		return NULL;
	if (align < sizeof(void *))
		align = sizeof(void *);
	if (__real_posix_memalign(&memory, align, bytes))
		return NULL;
	memset(memory, 0xa5, bytes); /* no one may count on zeros */
	it.memory[it.live] = memory;
	it.bytes[it.live++] = bytes;
	return memory;
}

static void give(void *user, void *memory, size_t bytes)
{
	uint32_t i;

	it.faults += user != &it;
	for (i = 0; i < it.live; i++)
		if (it.memory[i] == memory)
			break;
	if (i == it.live || it.bytes[i] != bytes) {
		it.faults++;
		return;
	}
	it.live--;
	it.memory[i] = it.memory[it.live];
	it.bytes[i] = it.bytes[it.live];
	free(memory);
}

static void config_init(ivrq_config *config)
{
	ivrq_config_init(config);
	config->calls = CALLS;
	config->ring = 4;
	config->operations = 2 * CALLS;
	config->workers = 2;
	config->user = &it;
	config->alloc = take;
	config->free = give;
}

/* --------------------------------------------------------- using an engine */

static int on_start(void *user, const ivrq_operation *operation)
{
	(void)user;
	return operation->tag % 5 == 4 ? IVRQ_REASON_NO_MEDIA : 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	(void)user;
	outcome->media_ms = (uint32_t)operation->tag;
	return IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	(void)result;
	(*(uint32_t *)user)++;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	(void)call;
	(void)reason;
	(*(uint32_t *)user)++;
}

static const ivrq_driver driver = {on_start, on_stop, NULL, NULL};
static const ivrq_listener listener = {.result = on_result,
				       .closed = on_closed};

static uint32_t submit(ivrq_engine *engine, ivrq_call call, uint32_t i)
{
	static const char *const prompts[] = {"one", "two", "three"};
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;
	ivrq_submission got;
	ivrq_outcome outcome = {.reason = IVRQ_REASON_OTHER};
	int answer;

	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 3;
	play.options.client_context = "context";
	play.options.tag = i;
	play.options.barge_in_allowed = i % 7 == 0;
	play.options.deadline_ns = i % 3 ? 0 : i;
	ivrq_record_response_request_init(&record);
	record.prompts = prompts;
	record.prompt_count = 1;
	record.location = "somewhere";
	record.options = play.options;
	answer =
		i % 2 ? ivrq_play_prompt(engine, call, &play, &got, NULL)
		      : ivrq_record_response(engine, call, &record, &got, NULL);
	if (answer)
		return 0;
	ivrq_worker_run(engine, 0, i);
	(void)!ivrq_op_complete(engine, got.op, &outcome);
	return 1;
}

static void use_call(ivrq_engine *engine, ivrq_call call, uint32_t i)
{
	ivrq_subscription subscription = {0};
	ivrq_cancel_request request;
	ivrq_snapshot shot;
	ivrq_receipt receipt;
	ivrq_stats stats;

	(void)!ivrq_subscribe_to_tone(engine, call, NULL, NULL, &subscription);
	ivrq_tone(engine, call, '0' + i % 10, 40);
	ivrq_cancel_request_init(&request);
	request.scope = (enum ivrq_scope)(i % 6);
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = i;
	if (request.scope != IVRQ_SCOPE_OP &&
	    !ivrq_cancel_media_processing(engine, call, &request, &receipt,
					  NULL))
		(void)!ivrq_fence(engine, &receipt, 0);
	(void)!ivrq_call_snapshot(engine, call, &shot);
	(void)!ivrq_engine_stats(engine, &stats);
	ivrq_worker_run(engine, 0, i);
	ivrq_unsubscribe(engine, subscription);
}

static void use_engine(ivrq_engine *engine)
{
	uint32_t i, accepted = 0, called = 0, opened = 0;
	uint32_t mallocs = it.mallocs;
	ivrq_call_config config;
	ivrq_call call;
	int answer;

	ivrq_call_config_init(&config);
	config.driver = &driver;
	config.listener = &listener;
	config.user = &called;
	for (i = 0; i < ROUNDS; i++) {
		if (ivrq_call_open(engine, &config, &call, NULL))
			break;
		opened++;
		accepted += submit(engine, call, 3 * i);
		accepted += submit(engine, call, 3 * i + 1);
		use_call(engine, call, i);
		accepted += submit(engine, call, 3 * i + 2);
		ivrq_call_close(engine, call, IVRQ_CAUSE_HANG_UP, NULL);
		ivrq_worker_run(engine, 0, 3 * i);
		ivrq_worker_run(engine, 0, 3 * i);
	}
	answer = ivrq_engine_stop(engine, 0);
	it.used = it.mallocs - mallocs;
	ck_assert_int_eq(answer, 0);
	ck_assert_uint_eq(opened, ROUNDS);
	ck_assert_uint_gt(accepted, ROUNDS);
	ck_assert_uint_eq(called, accepted + opened);
}

/* ------------------------------------------------------------------- tests */

/* 0: a failed allocation, all given back; 1: made. */
static int create_failing_at(uint32_t n, ivrq_engine **engine)
{
	ivrq_engine *untouched = (ivrq_engine *)&it;
	ivrq_error error = {0, NULL, NULL};
	ivrq_config config;
	uint32_t mallocs;
	int answer;

	config_init(&config);
	it.fail_at = n;
	it.allocs = 0;
	*engine = untouched;
	mallocs = it.mallocs;
	answer = ivrq_engine_create(&config, engine, &error);
	mallocs = it.mallocs - mallocs;
	ck_assert_uint_eq(mallocs, 0); /* with hooks, they are all there is */
	if (!answer)
		return 1;
	ck_assert_int_eq(answer, IVRQ_ENOMEM);
	ck_assert_int_eq(error.code, IVRQ_ENOMEM);
	ck_assert_ptr_eq(*engine, untouched);
	ck_assert_uint_eq(it.live, 0);
	ck_assert_uint_eq(it.faults, 0);
	/* It does not go on asking. */
	ck_assert_uint_eq(it.allocs, n + 1);
	return 0;
}

START_TEST(test_engine_create_nth_allocation_fails_gives_all_back)
{
	ivrq_engine *engine;
	uint32_t n = 0;

	while (!create_failing_at(n, &engine))
		n++;
	ck_assert_uint_gt(n, 0);
	ck_assert_uint_eq(it.allocs, n);
	ck_assert_uint_eq(it.live, n);
	printf("ivrq_engine_create: %u allocations\n", n);
	fflush(stdout);
	use_engine(engine);
	ck_assert_int_eq(ivrq_engine_destroy(engine), 0);
	ck_assert_uint_eq(it.live, 0);
	ck_assert_uint_eq(it.faults, 0);
}
END_TEST

START_TEST(test_engine_in_use_with_hooks_allocates_nothing)
{
	ivrq_engine *engine;
	uint32_t allocs;

	ck_assert_int_eq(create_failing_at(UINT32_MAX, &engine), 1);
	allocs = it.allocs;
	use_engine(engine);
	ck_assert_uint_eq(it.allocs, allocs);
	ck_assert_uint_eq(it.used, 0);
	ck_assert_int_eq(ivrq_engine_destroy(engine), 0);
	ck_assert_uint_eq(it.live, 0);
	ck_assert_uint_eq(it.faults, 0);
}
END_TEST

START_TEST(test_engine_in_use_without_hooks_allocates_nothing)
{
	ivrq_engine *engine;
	ivrq_config config, defaults;
	uint32_t allocs = it.allocs, mallocs = it.mallocs;
	int answer;

	ivrq_config_init(&defaults);
	config_init(&config);
	config.alloc = defaults.alloc;
	config.free = defaults.free;
	answer = ivrq_engine_create(&config, &engine, NULL);
	mallocs = it.mallocs - mallocs;
	ck_assert_int_eq(answer, 0);
	ck_assert_uint_gt(mallocs, 0); /* the count works */
	use_engine(engine);
	ck_assert_uint_eq(it.used, 0);
	ck_assert_int_eq(ivrq_engine_destroy(engine), 0);
	ck_assert_uint_eq(it.allocs, allocs);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oom_create");
	TCase *tcase = tcase_create("memory");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase,
		       test_engine_create_nth_allocation_fails_gives_all_back);
	tcase_add_test(tcase, test_engine_in_use_with_hooks_allocates_nothing);
	tcase_add_test(tcase,
		       test_engine_in_use_without_hooks_allocates_nothing);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
