/* SPDX-License-Identifier: MIT */
/*
 * check_api.c - the ordinary use of each function of ivrq.h; operations are in
 * api_operations.c, cancels, fences and tones in api_cancel.c.
 */
#include "api.h"

/* ------------------------------------------------------------- the engine */

START_TEST(test_config_init_sets_the_defaults)
{
	ivrq_config config;

	ct_mark(&config, sizeof(config));
	ivrq_config_init(&config);
	ck_assert_uint_eq(config.size, sizeof(config));
	ck_assert_uint_eq(config.calls, 1024);
	ck_assert_uint_eq(config.ring, 16);
	ck_assert_uint_eq(config.workers, 1);
	ck_assert_uint_eq(config.inline_bytes, 512);
	ck_assert_uint_eq(config.tones_per_call, 32);
	ck_assert_uint_eq(config.fences, 16);
	ck_assert_uint_eq(config.high_water, 0);
	ck_assert_uint_eq(config.low_water, 0);
	ck_assert(!config.wake);
	ck_assert_ptr_null(config.user);
}
END_TEST

/* Without hooks: the C library's memory, and a worker that polls. */
START_TEST(test_engine_create_with_defaults_works)
{
	struct rig plain[1];
	struct phone called[1];
	ivrq_op op;

	rig_config(plain);
	ivrq_config_init(&plain->config);
	rig_up(plain);
	phone_init(called, plain);
	phone_open(called);
	op = phone_play(called, "A");
	rig_run(plain);
	ck_assert_int_eq(phone_finish(called, op), 0);
	rig_run(plain);
	ck_assert_story(called, RESULT, "done:A");
	ck_assert_uint_eq(plain->allocations, 0);
	rig_down(plain);
}
END_TEST

/* Four operations, two tones and a subscription for each call. */
START_TEST(test_engine_create_with_defaults_sizes_pools_by_calls)
{
	struct phone called[1];
	ivrq_subscription heard;
	ivrq_submission sent;
	int i, answer = 0;

	rig_config(rig);
	ivrq_config_init(&rig->config);
	rig->config.calls = 2;
	rig_up(rig);
	phone_init(called, rig);
	phone_open(called);
	for (i = 0; i < 8; i++)
		phone_play(called, "A");
	answer = phone_submit(called, IVRQ_PLAY_PROMPT, "B", NULL, &sent);
	ck_assert_int_eq(answer, IVRQ_EPOOL);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(ivrq_tone(rig->engine, called->call, '1', 0),
				 0);
	ck_assert_int_eq(ivrq_tone(rig->engine, called->call, '1', 0),
			 IVRQ_EPOOL);
	phone_listen(called, NULL);
	phone_listen(called, NULL);
	ck_assert_int_eq(ivrq_subscribe_to_tone(rig->engine, called->call, NULL,
						NULL, &heard),
			 IVRQ_EPOOL);
	rig_down(rig);
}
END_TEST

START_TEST(test_engine_create_without_memory_gives_all_back)
{
	ivrq_engine *before;
	size_t n;
	int answer;

	for (n = 1; n < RIG_BLOCKS; n++) {
		rig_config(rig);
		ct_mark(&rig->engine, sizeof(rig->engine));
		before = rig->engine;
		rig->fail_at = n;
		answer = rig_try(rig);
		if (!answer)
			break;
		ck_assert_int_eq(answer, IVRQ_ENOMEM);
		ck_assert_ptr_eq(rig->engine, before);
		ck_assert_uint_eq(rig->nblocks, 0);
		ck_assert_ptr_null(rig->memory_slip);
	}
	ck_assert_uint_gt(n, 1);
	rig_down(rig);
}
END_TEST

START_TEST(test_engine_destroy_of_null_does_nothing)
{
	ck_assert_int_eq(ivrq_engine_destroy(NULL), 0);
}
END_TEST

START_TEST(test_engine_destroy_with_an_open_call_is_busy)
{
	phone_play(phone, "A");
	ck_assert_int_eq(ivrq_engine_destroy(rig->engine), IVRQ_EBUSY);
	rig_run(rig);
	ck_assert_story(phone, DRIVER, "start:A");
}
END_TEST

START_TEST(test_engine_stop_without_calls_is_done_at_once)
{
	rig_config(rig);
	rig_up(rig);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 0), 0);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 1000), 0);
	rig_down(rig);
}
END_TEST

START_TEST(test_engine_stop_times_out_when_no_worker_runs)
{
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 20), IVRQ_ETIMEDOUT);
	rig_run(rig);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 20), 0);
}
END_TEST

/* Two stop it, a worker is running: both wait until all is over. */
static void *stop_too(void *user)
{
	struct ct_slip *slip = user;

	CT_SEE(slip, ivrq_engine_stop(rig->engine, 60000) == 0);
	return NULL;
}

START_TEST(test_engine_stop_by_two_threads_waits_for_the_workers)
{
	struct ct_slip slip = { 0 };
	struct runner runner;
	pthread_t thread;

	phone_play(phone, "A");
	phone_play(phone, "B");
	runner_start(&runner, rig, 0);
	if (pthread_create(&thread, NULL, stop_too, &slip))
		abort();
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 60000), 0);
	ck_assert_uint_eq(rig_stats(rig).calls_open, 0);
	pthread_join(thread, NULL);
	runner_stop(&runner);
	CT_NO_SLIP(&slip);
	ck_assert_uint_eq(phone_count(phone, RESULT), 2);
	ck_assert_uint_eq(phone_count(phone, CLOSED), 1);
}
END_TEST

START_TEST(test_engine_stats_count_each_kind_of_ending)
{
	ivrq_stats stats;
	ivrq_op op = phone_play(phone, "A");

	phone_listen(phone, NULL);
	rig_run(rig);
	ck_assert_int_eq(phone_finish(phone, op), 0);
	op = phone_play(phone, "B");
	rig_run(rig);
	ck_assert_int_eq(phone_end(phone, op, IVRQ_REASON_OTHER, 0), 0);
	phone_play(phone, "C");
	phone_tagged(phone, "D", 7);
	phone_tagged(phone, "E", 7);
	rig_run(rig);
	phone_cancel_tag(phone, 7);
	ivrq_tone(rig->engine, phone->call, '1', 0);
	rig_run(rig);
	stats = rig_stats(rig);
	ck_assert_uint_eq(stats.submitted, 5);
	ck_assert_uint_eq(stats.completed, 1);
	ck_assert_uint_eq(stats.failed, 1);
	ck_assert_uint_eq(stats.canceled, 2);
	ck_assert_uint_eq(stats.live, 1);
	ck_assert_uint_eq(stats.tones, 1);
	ck_assert_uint_eq(stats.tones_lost, 0);
	ck_assert_uint_eq(stats.calls_open, 1);
}
END_TEST

/* -------------------------------------------------------------- the worker */

START_TEST(test_worker_run_returns_the_number_of_results)
{
	ivrq_op op;

	ck_assert_int_eq(rig_turn(rig, 0, 0), 0);
	op = phone_play(phone, "A");
	ck_assert_int_eq(rig_turn(rig, 0, 0), 0);
	ck_assert_int_eq(phone_finish(phone, op), 0);
	ck_assert_int_eq(rig_turn(rig, 0, 0), 1);
	phone_play(phone, "B");
	phone_play(phone, "C");
	phone_play(phone, "D");
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	ck_assert_int_eq(rig_turn(rig, 0, 0), 3);
}
END_TEST

START_TEST(test_worker_run_serves_only_its_own_calls)
{
	struct phone calls[3];
	uint32_t i, j;

	rig_config(rig);
	rig->config.workers = 3;
	rig_up(rig);
	for (i = 0; i < 3; i++) {
		phone_init(&calls[i], rig);
		calls[i].config.worker = i;
		phone_open(&calls[i]);
		phone_play(&calls[i], "A");
	}
	for (i = 0; i < 3; i++) {
		rig_run_worker(rig, i);
		for (j = 0; j < 3; j++)
			ck_assert_uint_eq(phone_count(&calls[j], START),
					  j <= i);
	}
	rig_down(rig);
}
END_TEST

/* Each worker on its own thread: each call's callbacks on that one. */
START_TEST(test_worker_run_on_several_threads_keeps_calls_apart)
{
	struct runner runners[3];
	struct phone calls[3];
	uint32_t i, n;

	rig_config(rig);
	rig->config.workers = 3;
	rig->config.ring = 32;
	rig_up(rig);
	for (i = 0; i < 3; i++) {
		phone_init(&calls[i], rig);
		calls[i].config.worker = i;
		calls[i].finish_in_start = true;
		phone_open(&calls[i]);
		runner_start(&runners[i], rig, i);
	}
	for (n = 0; n < 20; n++)
		for (i = 0; i < 3; i++)
			phone_play(&calls[i], "A");
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 60000), 0);
	for (i = 0; i < 3; i++)
		runner_stop(&runners[i]);
	for (i = 0; i < 3; i++) {
		ck_assert_uint_eq(phone_count(&calls[i], RESULT), 20);
		for (n = 0; n < calls[i].nevents; n++)
			ck_assert(pthread_equal(calls[i].events[n].thread,
						runners[i].thread));
	}
	rig_down(rig);
}
END_TEST

/* A callback that always submits does not keep the run from returning. */
static void submit_another(struct phone *called, const struct event *event)
{
	ivrq_submission sent;

	if (event->what == RESULT)
		CT_SEE(&called->slip, !phone_submit(called, IVRQ_PLAY_PROMPT,
						    "A", NULL, &sent));
}

START_TEST(test_worker_run_is_bounded_and_asks_for_another)
{
	uint64_t wakes;

	phone->hook = submit_another;
	phone->finish_in_start = true;
	phone_play(phone, "A");
	wakes = atomic_load(&rig->wakes[0]);
	ck_assert_int_ge(rig_turn(rig, 0, 0), 1);
	ck_assert_uint_gt(atomic_load(&rig->wakes[0]), wakes);
	ck_assert_int_ge(rig_turn(rig, 0, 0), 1);
	phone->hook = NULL;
	rig_run(rig);
	CT_NO_SLIP(&phone->slip);
	ck_assert_uint_eq(rig_stats(rig).live, 0);
}
END_TEST

/*
 * The last wake-up of a run comes when another thread may already run the
 * worker: it does, before the hook returns.
 */
static struct ct_gate call_in, called_in;
static _Atomic bool calling_in;

static void *run_when_called(void *user)
{
	ct_gate_pass(&call_in);
	*(int *)user = rig_turn(rig, 0, 0);
	ct_gate_open(&called_in);
	return NULL;
}

static void call_in_another(struct rig *woken, uint32_t worker)
{
	(void)woken;
	(void)worker;
	if (!atomic_exchange(&calling_in, false))
		return;
	ct_gate_open(&call_in);
	ct_gate_pass(&called_in);
}

START_TEST(test_worker_run_that_leaves_work_may_be_run_by_who_it_wakes)
{
	pthread_t thread;
	int answer = 0;

	ct_gate_init(&call_in);
	ct_gate_init(&called_in);
	phone->hook = submit_another;
	phone->finish_in_start = true;
	phone_play(phone, "A");
	if (pthread_create(&thread, NULL, run_when_called, &answer))
		abort();
	rig->on_wake = call_in_another;
	atomic_store(&calling_in, true);
	rig_turn(rig, 0, 0);
	pthread_join(thread, NULL);
	ck_assert_int_gt(answer, 0);
}
END_TEST

/* Both ways: for calls that the run has and has not yet come to. */
static struct phone friends[2];

static void submit_to_friend(struct phone *called, const struct event *event)
{
	struct phone *friend = &friends[called == friends];
	ivrq_submission sent;

	if (event->what == RESULT)
		CT_SEE(&called->slip, !phone_submit(friend, IVRQ_PLAY_PROMPT,
						    "B", NULL, &sent));
}

START_TEST(test_worker_run_starts_what_its_callbacks_submit)
{
	ivrq_op op;
	int i;

	for (i = 0; i < 2; i++) {
		phone_init(&friends[i], rig);
		phone_open(&friends[i]);
	}
	friends[_i].hook = submit_to_friend;
	op = phone_play(&friends[_i], "A");
	rig_turn(rig, 0, 0);
	ck_assert_int_eq(phone_finish(&friends[_i], op), 0);
	rig_turn(rig, 0, 0);
	ck_assert_story(&friends[_i], DRIVER | RESULT, "start:A done:A");
	ck_assert_story(&friends[!_i], DRIVER | RESULT, "start:B");
}
END_TEST

static uint64_t next_ns(void)
{
	uint64_t next;

	ck_assert_int_eq(ivrq_worker_next_ns(rig->engine, 0, &next), 0);
	return next;
}

START_TEST(test_worker_next_ns_is_the_earliest_deadline)
{
	ivrq_op soon;

	ck_assert(next_ns() == UINT64_MAX);
	phone_play(phone, "A");
	rig_run(rig);
	ck_assert(next_ns() == UINT64_MAX);
	phone_until(phone, "B", 500);
	soon = phone_until(phone, "C", 300);
	phone_until(phone, "D", 400);
	rig_run(rig);
	ck_assert_uint_eq(next_ns(), 300);
	rig->now = 301;
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, soon)->reason,
			 IVRQ_REASON_DEADLINE);
	ck_assert_uint_eq(next_ns(), 400);
}
END_TEST

/* ------------------------------------------------------------- deadlines */

START_TEST(test_deadline_in_time_starts)
{
	ivrq_op op = phone_until(phone, "A", 100);

	rig->now = 99;
	rig_run(rig);
	rig->now = 500;
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A");
	ck_assert_int_eq(phone_finish(phone, op), 0);
}
END_TEST

START_TEST(test_deadline_passed_fails_without_a_start)
{
	ivrq_op op = phone_until(phone, "A", 100);
	const ivrq_result *result;

	phone_play(phone, "B");
	rig->now = 101;
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "failed:A start:B");
	result = phone_result(phone, op);
	ck_assert_int_eq(result->reason, IVRQ_REASON_DEADLINE);
	ck_assert_int_eq(result->cause, IVRQ_CAUSE_NONE);
	ck_assert(!result->started);
	ck_assert_uint_eq(result->cancel.value, 0);
	ck_assert_uint_eq(result->media_ms, 0);
}
END_TEST

START_TEST(test_deadline_passes_behind_another)
{
	phone_play(phone, "A");
	phone_until(phone, "B", 100);
	phone_play(phone, "C");
	rig_run(rig);
	rig->now = 101;
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "start:A failed:B");
	ck_assert_int_eq(phone_snapshot(phone).state, IVRQ_HEAD_RUNNING);
}
END_TEST

/* Who sleeps until next_ns finds it passed, not about to. */
START_TEST(test_deadline_has_passed_at_the_time_of_next_ns)
{
	phone_play(phone, "A");
	phone_until(phone, "B", 100);
	rig_run(rig);
	rig->now = next_ns() - 1;
	rig_run(rig);
	ck_assert_story(phone, RESULT, "");
	rig->now = next_ns();
	rig_run(rig);
	ck_assert_story(phone, RESULT, "failed:B");
	ck_assert(next_ns() == UINT64_MAX);
}
END_TEST

START_TEST(test_deadline_passes_on_a_paused_call)
{
	phone_until(phone, "A", 100);
	ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	rig_run(rig);
	rig->now = 101;
	rig_run(rig);
	ck_assert_story(phone, DRIVER | RESULT, "failed:A");
}
END_TEST

/* --------------------------------------------------------------- the calls */

START_TEST(test_call_config_init_sets_the_defaults)
{
	ivrq_call_config config;

	ct_mark(&config, sizeof(config));
	ivrq_call_config_init(&config);
	ck_assert_uint_eq(config.size, sizeof(config));
	ck_assert_uint_eq(config.worker, 0);
	ck_assert_ptr_null(config.driver);
	ck_assert_ptr_null(config.driver_user);
	ck_assert_ptr_null(config.listener);
	ck_assert_ptr_null(config.user);
}
END_TEST

/* No listener, or one with nothing in it: the work is done all the same. */
START_TEST(test_call_open_without_callbacks_works)
{
	static struct phone quiet[1];
	ivrq_op op;

	phone_init(quiet, rig);
	if (_i)
		memset(&quiet->listener, 0, sizeof(quiet->listener));
	else
		quiet->config.listener = NULL;
	phone_open(quiet);
	phone_listen(quiet, NULL);
	op = phone_play(quiet, "A");
	phone_play(quiet, "B");
	ck_assert_int_eq(ivrq_tone(rig->engine, quiet->call, '1', 0), 0);
	rig_run(rig);
	ck_assert_int_eq(phone_finish(quiet, op), 0);
	rig_run(rig);
	phone_cancel(quiet, IVRQ_SCOPE_ALL);
	phone_close(quiet);
	rig_run(rig);
	ck_assert_story(quiet, ALL, "start:A start:B stop:B");
	ck_assert_uint_eq(rig_stats(rig).completed, 1);
	ck_assert_uint_eq(rig_stats(rig).canceled, 1);
	ck_assert_uint_eq(rig_stats(rig).calls_open, 1);
}
END_TEST

START_TEST(test_call_snapshot_follows_the_queue)
{
	ivrq_op a, b;
	ivrq_snapshot seen = phone_snapshot(phone);

	ck_assert_uint_eq(seen.depth, 0);
	ck_assert_uint_eq(seen.head.value, 0);
	ck_assert_uint_eq(seen.tail.value, 0);
	ck_assert_int_eq(seen.state, IVRQ_HEAD_IDLE);
	ck_assert(!seen.closed);
	a = phone_play(phone, "A");
	b = phone_play(phone, "B");
	seen = phone_snapshot(phone);
	ck_assert_uint_eq(seen.depth, 2);
	ck_assert_uint_eq(seen.canceled, 0);
	ck_assert_int_eq(seen.state, IVRQ_HEAD_IDLE);
	ck_assert_uint_eq(seen.head.value, a.value);
	ck_assert_uint_eq(seen.tail.value, b.value);
	rig_run(rig);
	ck_assert_int_eq(phone_snapshot(phone).state, IVRQ_HEAD_RUNNING);
	ck_assert_int_eq(phone_finish(phone, a), 0);
	ck_assert_int_eq(phone_snapshot(phone).state, IVRQ_HEAD_FINISHED);
	rig_run(rig);
	seen = phone_snapshot(phone);
	ck_assert_uint_eq(seen.depth, 1);
	ck_assert_uint_eq(seen.head.value, b.value);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	seen = phone_snapshot(phone);
	ck_assert_int_eq(seen.state, IVRQ_HEAD_CANCELED);
	ck_assert_uint_eq(seen.canceled, 1);
}
END_TEST

START_TEST(test_call_pause_holds_what_waits_and_resume_starts_it)
{
	ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	phone_play(phone, "A");
	rig_run(rig);
	rig_run(rig);
	ck_assert_story(phone, ALL, "");
	ck_assert_int_eq(ivrq_call_resume(rig->engine, phone->call), 0);
	rig_run(rig);
	ck_assert_story(phone, ALL, "start:A started:A");
}
END_TEST

START_TEST(test_call_pause_pauses_what_is_in_flight)
{
	ivrq_op op = phone_play(phone, "A");

	rig_run(rig);
	ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	rig_run(rig);
	ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER, "start:A pause:A");
	ck_assert_int_eq(ivrq_call_resume(rig->engine, phone->call), 0);
	rig_run(rig);
	ck_assert_int_eq(ivrq_call_resume(rig->engine, phone->call), 0);
	rig_run(rig);
	ck_assert_story(phone, DRIVER, "start:A pause:A resume:A");
	ck_assert_int_eq(phone_finish(phone, op), 0);
}
END_TEST

START_TEST(test_call_resume_before_the_run_leaves_no_trace)
{
	phone_play(phone, "A");
	rig_run(rig);
	ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	ck_assert_int_eq(ivrq_call_resume(rig->engine, phone->call), 0);
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, PAUSE),
			  phone_count(phone, RESUME));
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_play(phone, "B");
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, START), 2);
}
END_TEST

START_TEST(test_call_pause_does_not_hold_up_an_end)
{
	ivrq_op op = phone_play(phone, "A");

	phone_listen(phone, NULL);
	rig_run(rig);
	ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	rig_run(rig);
	if (_i == 0)
		ck_assert_int_eq(phone_finish(phone, op), 0);
	else
		phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_play(phone, "B");
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '1', 0), 0);
	rig_run(rig);
	ck_assert_uint_eq(phone_count_op(phone, RESULT, op), 1);
	ck_assert_uint_eq(phone_count(phone, TONE), 1);
	ck_assert_uint_eq(phone_count(phone, START), 1);
	ck_assert_int_eq(ivrq_call_resume(rig->engine, phone->call), 0);
	rig_run(rig);
	/* B was never paused, A has ended: nobody is resumed. */
	ck_assert_uint_eq(phone_count(phone, RESUME), 0);
	ck_assert_uint_eq(phone_count(phone, START), 2);
}
END_TEST

START_TEST(test_call_pause_without_the_driver_is_not_supported)
{
	static struct phone plain[1];

	phone_init(plain, rig);
	if (_i)
		plain->driver.pause = NULL;
	else
		plain->driver.resume = NULL;
	phone_open(plain);
	ck_assert_int_eq(ivrq_call_pause(rig->engine, plain->call),
			 IVRQ_ENOTSUP);
	ck_assert_int_eq(ivrq_call_resume(rig->engine, plain->call),
			 IVRQ_ENOTSUP);
	phone_play(plain, "A");
	rig_run(rig);
	ck_assert_story(plain, DRIVER, "start:A");
}
END_TEST

/* ------------------------------------------------------------------- words */

START_TEST(test_strerror_has_words_for_each_code)
{
	int a, b;

	for (a = 0; a >= IVRQ_ENOTSUP; a--) {
		ck_assert_ptr_nonnull(ivrq_strerror(a));
		ck_assert_uint_gt(strlen(ivrq_strerror(a)), 0);
		for (b = 0; b > a; b--)
			ck_assert_str_ne(ivrq_strerror(a), ivrq_strerror(b));
	}
}
END_TEST

START_TEST(test_version_is_that_of_the_header)
{
	ck_assert_str_eq(ivrq_version(), IVRQ_VERSION);
}
END_TEST

/* --------------------------------------------------------------- the suite */

static void add_engine(Suite *suite)
{
	TCase *tests = case_with_call(suite, "the engine");
	TCase *alone = case_alone(suite, "the engine alone");

	tcase_add_test(alone, test_config_init_sets_the_defaults);
	tcase_add_test(alone, test_engine_create_with_defaults_works);
	tcase_add_test(alone,
		       test_engine_create_with_defaults_sizes_pools_by_calls);
	tcase_add_test(alone, test_engine_create_without_memory_gives_all_back);
	tcase_add_test(alone, test_engine_destroy_of_null_does_nothing);
	tcase_add_test(tests, test_engine_destroy_with_an_open_call_is_busy);
	tcase_add_test(alone, test_engine_stop_without_calls_is_done_at_once);
	tcase_add_test(tests, test_engine_stop_times_out_when_no_worker_runs);
	tcase_add_test(tests,
		       test_engine_stop_by_two_threads_waits_for_the_workers);
	tcase_add_test(tests, test_engine_stats_count_each_kind_of_ending);
}

static void add_worker(Suite *suite)
{
	TCase *tests = case_with_call(suite, "the worker");
	TCase *alone = case_alone(suite, "the worker alone");

	tcase_add_test(tests, test_worker_run_returns_the_number_of_results);
	tcase_add_test(alone, test_worker_run_serves_only_its_own_calls);
	tcase_add_test(alone,
		       test_worker_run_on_several_threads_keeps_calls_apart);
	tcase_add_test(tests, test_worker_run_is_bounded_and_asks_for_another);
	tcase_add_test(
		tests,
		test_worker_run_that_leaves_work_may_be_run_by_who_it_wakes);
	tcase_add_loop_test(
		tests, test_worker_run_starts_what_its_callbacks_submit, 0, 2);
	tcase_add_test(tests, test_worker_next_ns_is_the_earliest_deadline);
}

static void add_deadlines(Suite *suite)
{
	TCase *tests = case_with_call(suite, "deadlines");

	tcase_add_test(tests, test_deadline_in_time_starts);
	tcase_add_test(tests, test_deadline_passed_fails_without_a_start);
	tcase_add_test(tests, test_deadline_passes_behind_another);
	tcase_add_test(tests, test_deadline_has_passed_at_the_time_of_next_ns);
	tcase_add_test(tests, test_deadline_passes_on_a_paused_call);
}

static void add_calls(Suite *suite)
{
	TCase *tests = case_with_call(suite, "the calls");
	TCase *alone = case_alone(suite, "the calls alone");

	tcase_add_test(alone, test_call_config_init_sets_the_defaults);
	tcase_add_loop_test(tests, test_call_open_without_callbacks_works, 0,
			    2);
	tcase_add_test(tests, test_call_snapshot_follows_the_queue);
	tcase_add_test(tests,
		       test_call_pause_holds_what_waits_and_resume_starts_it);
	tcase_add_test(tests, test_call_pause_pauses_what_is_in_flight);
	tcase_add_test(tests, test_call_resume_before_the_run_leaves_no_trace);
	tcase_add_loop_test(tests, test_call_pause_does_not_hold_up_an_end, 0,
			    2);
	tcase_add_loop_test(tests,
			    test_call_pause_without_the_driver_is_not_supported,
			    0, 2);
}

static void add_words(Suite *suite)
{
	TCase *alone = case_alone(suite, "words alone");

	tcase_add_test(alone, test_strerror_has_words_for_each_code);
	tcase_add_test(alone, test_version_is_that_of_the_header);
}

int main(void)
{
	Suite *suite = suite_create("api");

	add_engine(suite);
	add_worker(suite);
	add_deadlines(suite);
	add_calls(suite);
	add_words(suite);
	add_api_operations(suite);
	add_api_cancel(suite);
	return ct_run(suite);
}
