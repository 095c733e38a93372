/* SPDX-License-Identifier: MIT */
/*
 * stress_fence.c - what the callbacks wrote is there when a fence or a stop
 * has returned.
 *
 * Two threads take turns at one worker. The callbacks count in plain memory;
 * the thread that cancels reads the counts after ivrq_fence() and
 * ivrq_engine_stop() without any other synchronisation, so ThreadSanitizer
 * sees whether the engine orders it.
 */
#include <ivrq.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "ct.h"

enum { ROUNDS = 600 };

static ivrq_engine *engine;
static atomic_bool quit;
static unsigned results, closings; /* plain */

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

static void on_result(void *user, const ivrq_result *result)
{
	(void)user;
	(void)result;
	results++;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	(void)user;
	(void)call;
	(void)reason;
	closings++;
}

static void *runner(void *arg)
{
	while (!atomic_load_explicit(&quit, memory_order_relaxed))
		if (ivrq_worker_run(engine, 0, 1) <= 0)
			sched_yield();
	return arg;
}

static ivrq_call open_call(void)
{
	static const ivrq_driver driver = { .start = on_start,
					    .stop = on_stop };
	static const ivrq_listener listener = { .result = on_result,
						.closed = on_closed };
	ivrq_call_config config;
	ivrq_call call;

	ivrq_call_config_init(&config);
	config.driver = &driver;
	config.listener = &listener;
	ck_assert_int_eq(ivrq_call_open(engine, &config, &call, NULL), 0);
	return call;
}

static unsigned play(ivrq_call call, unsigned count, uint64_t tag)
{
	const char *prompt = "a";
	ivrq_play_prompt_request request;
	ivrq_submission submission;
	unsigned i, accepted = 0;

	ivrq_play_prompt_request_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.options.tag = tag;
	for (i = 0; i < count; i++)
		accepted += !ivrq_play_prompt(engine, call, &request,
					      &submission, NULL);
	return accepted;
}

static void cancel(ivrq_call call, enum ivrq_scope scope, uint64_t tag)
{
	ivrq_cancel_request request;
	ivrq_receipt receipt;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = tag;
	ck_assert_int_eq(ivrq_cancel_media_processing(engine, call, &request,
						      &receipt, NULL),
			 0);
	ck_assert_int_eq(ivrq_fence(engine, &receipt, 60000), 0);
}

START_TEST(test_fence_and_stop_by_other_threads_order_what_callbacks_wrote)
{
	static const enum ivrq_scope scopes[] = { IVRQ_SCOPE_ALL,
						  IVRQ_SCOPE_TAG,
						  IVRQ_SCOPE_KIND };
	pthread_t threads[2];
	ivrq_config config;
	ivrq_call call;
	unsigned i, accepted = 0;

	ivrq_config_init(&config);
	config.calls = 1;
	ck_assert_int_eq(ivrq_engine_create(&config, &engine, NULL), 0);
	call = open_call();
	for (i = 0; i < 2; i++)
		ck_assert(!pthread_create(&threads[i], NULL, runner, NULL));
	for (i = 0; i < ROUNDS; i++) {
		accepted += play(call, 1 + i % 3, i % 2);
		cancel(call, scopes[i % 3], i % 2);
		ck_assert_uint_eq(results, accepted);
	}
	ck_assert_int_eq(ivrq_engine_stop(engine, 60000), 0);
	ck_assert_uint_eq(closings, 1);
	atomic_store_explicit(&quit, true, memory_order_relaxed);
	for (i = 0; i < 2; i++)
		ck_assert(!pthread_join(threads[i], NULL));
	ck_assert_int_eq(ivrq_engine_destroy(engine), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stress_fence");
	TCase *tcase = tcase_create("two threads, one worker");

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(
		tcase,
		test_fence_and_stop_by_other_threads_order_what_callbacks_wrote);
	return ct_run(suite);
}
