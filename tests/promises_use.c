/* SPDX-License-Identifier: MIT */
/*
 * promises_use.c - G6 to G8: tones, progress, callbacks.
 */
#include "promises.h"

/* --------------------------------------------------------------- G6 tones */

/* Tones are 1, 2, 3 … without a gap, but for those told as lost. */
static void judge_sequence(uint64_t given)
{
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < phone->nevents; i++) {
		const ivrq_tone_event *tone = &phone->events[i].tone;

		if (phone->events[i].what != TONE)
			continue;
		ck_assert_uint_eq(tone->sequence_id, last + 1 + tone->lost);
		last = tone->sequence_id;
	}
	ck_assert_uint_le(last, given);
}

START_TEST(test_g6_tones_pass_a_cancel_of_each_scope)
{
	ivrq_op third;

	phone_listen(phone, NULL);
	phone->stop_answer = IVRQ_STOP_PENDING;
	third = queue_four();
	give("12");
	cancel_scope(scopes[_i].scope, third);
	give("3*");
	rig_run(rig);
	give("#a");
	rig_run(rig);
	ck_assert_story(phone, TONE,
			"tone:1 tone:2 tone:3 tone:* tone:# tone:a");
	judge_sequence(6);
	ck_assert_uint_eq(rig_stats(rig).tones, 6);
	ck_assert_uint_eq(rig_stats(rig).tones_lost, 0);
}
END_TEST

START_TEST(test_g6_tones_do_not_wait_for_a_stop)
{
	phone_listen(phone, NULL);
	phone->stop_answer = IVRQ_STOP_PENDING;
	phone_play(phone, "A");
	rig_run(rig);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	give("7");
	rig_run(rig);
	ck_assert_story(phone, DRIVER | TONE | RESULT, "start:A stop:A tone:7");
}
END_TEST

START_TEST(test_g6_tones_pass_a_barge_in_and_come_before_a_hang_up)
{
	phone_listen(phone, NULL);
	phone_play(phone, "A");
	rig_run(rig);
	give("1");
	phone_barge(phone, "B");
	give("2");
	rig_run(rig);
	give("34");
	phone_close(phone);
	rig_run(rig);
	ck_assert_story(phone, TONE | CLOSED,
			"tone:1 tone:2 tone:3 tone:4 closed:hang-up");
	judge_sequence(4);
}
END_TEST

START_TEST(test_g6_sequence_ids_have_no_gap_for_any_subscriber)
{
	ivrq_subscription other;
	size_t i;

	give("1");
	phone_listen(phone, NULL);
	give("2");
	rig_run(rig);
	phone_listen(phone, &other);
	give("3");
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:2 tone:3 tone:3");
	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(phone->events[i].tone.sequence_id, i ? 3 : 2);
}
END_TEST

/* Lose three of twelve, by the call's limit and by the engine's. */
static void overflow(int code)
{
	const ivrq_tone_event *tone;
	int i;

	for (i = 0; i < 8; i++)
		give("1");
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, '2', 1),
				 code);
	ck_assert_uint_eq(rig_stats(rig).tones_lost, 3);
	rig_run(rig);
	give("3");
	rig_run(rig);
	ck_assert_story(phone, TONE,
			"tone:1 tone:1 tone:1 tone:1 tone:1 tone:1 tone:1 "
			"tone:1 tone:3");
	judge_sequence(12);
	tone = &phone->events[phone->nevents - 1].tone;
	ck_assert_uint_eq(tone->lost, 3);
	ck_assert_uint_eq(tone->sequence_id, 12);
	ck_assert_uint_eq(rig_stats(rig).tones, 9);
	ck_assert_uint_eq(rig_stats(rig).tones_lost, 3);
}

START_TEST(test_g6_overflow_of_a_call_is_counted_and_told)
{
	rig_config(rig);
	rig->config.tones_per_call = 8;
	rig_up(rig);
	phone_init(phone, rig);
	phone_open(phone);
	phone_listen(phone, NULL);
	overflow(IVRQ_EFULL);
	rig_down(rig);
}
END_TEST

START_TEST(test_g6_overflow_of_the_engine_is_counted_and_told)
{
	rig_config(rig);
	rig->config.tones = 8;
	rig_up(rig);
	phone_init(phone, rig);
	phone_open(phone);
	phone_listen(phone, NULL);
	overflow(IVRQ_EPOOL);
	rig_down(rig);
}
END_TEST

/* ------------------------------------------------------------ G7 progress */

/* A bit of everything, calls that come and go included. */
static void live_a_day(void)
{
	static struct phone guest[1];
	ivrq_subscription heard;
	ivrq_op op;
	int i;

	phone_init(guest, rig);
	phone_open(guest);
	for (i = 0; i < 50; i++) {
		phone_listen(guest, &heard);
		op = phone_play(guest, "A");
		phone_record(guest, "B");
		rig_run(rig);
		ivrq_tone(rig->engine, guest->call, '1', 0);
		ck_assert_int_eq(phone_finish(guest, op), 0);
		rig_run(rig);
		phone_cancel_kind(guest, IVRQ_RECORD_RESPONSE);
		phone_barge(guest, "C");
		phone_cancel(guest, IVRQ_SCOPE_ALL);
		rig_run(rig);
		ivrq_unsubscribe(rig->engine, heard);
		phone_close(guest);
		rig_run(rig);
		ck_assert_int_eq(ivrq_call_open(rig->engine, &guest->config,
						&guest->call, NULL),
				 0);
	}
}

START_TEST(test_g7_nothing_is_allocated_after_create)
{
	size_t allocations = rig->allocations, bytes = rig->bytes;
	size_t blocks = rig->nblocks;

	ck_assert_uint_gt(allocations, 0);
	live_a_day();
	ck_assert_uint_eq(rig->allocations, allocations);
	ck_assert_uint_eq(rig->nblocks, blocks);
	ck_assert_uint_eq(rig->bytes, bytes);
}
END_TEST

/* Each of these leaves work for a worker that may be asleep. */
static const char *const wakers[] = {
	"submit",   "cancel all", "cancel op", "cancel kind",
	"complete", "stopped",	  "tone",      "pause",
	"resume",   "close",	  "stop",      "deadline behind another",
	"barge-in",
};

static void prepare(const char *what)
{
	if (!strcmp(what, "submit") || !strcmp(what, "tone"))
		return;
	phone_play(phone, "A");
	rig_run(rig);
	if (!strcmp(what, "stopped")) {
		phone->stop_answer = IVRQ_STOP_PENDING;
		phone_cancel(phone, IVRQ_SCOPE_ALL);
	}
	if (!strcmp(what, "resume"))
		ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	rig_run(rig);
}

static int wake_by(const char *what, ivrq_op op)
{
	if (!strcmp(what, "submit"))
		phone_play(phone, "B");
	else if (!strcmp(what, "deadline behind another"))
		phone_until(phone, "B", 100);
	else if (!strcmp(what, "barge-in"))
		phone_barge(phone, "B");
	else if (!strcmp(what, "cancel all"))
		phone_cancel(phone, IVRQ_SCOPE_ALL);
	else if (!strcmp(what, "cancel op"))
		phone_cancel_op(phone, op);
	else if (!strcmp(what, "cancel kind"))
		phone_cancel_kind(phone, IVRQ_PLAY_PROMPT);
	else if (!strcmp(what, "complete"))
		return phone_finish(phone, op);
	else if (!strcmp(what, "stopped"))
		return phone_stopped(phone, op);
	else if (!strcmp(what, "tone"))
		return ivrq_tone(rig->engine, phone->call, '1', 0);
	else if (!strcmp(what, "pause"))
		return ivrq_call_pause(rig->engine, phone->call);
	else if (!strcmp(what, "resume"))
		return ivrq_call_resume(rig->engine, phone->call);
	else if (!strcmp(what, "close"))
		phone_close(phone);
	else if (!strcmp(what, "stop"))
		return ivrq_engine_stop(rig->engine, 0) == IVRQ_ETIMEDOUT ? 0 :
									    -1;
	return 0;
}

START_TEST(test_g7_sleeping_worker_is_woken)
{
	ivrq_op op = { 0 };
	uint64_t wakes;

	phone_listen(phone, NULL);
	prepare(wakers[_i]);
	if (phone->nevents)
		op = phone->events[0].op;
	wakes = atomic_load(&rig->wakes[0]);
	ck_assert_int_eq(wake_by(wakers[_i], op), 0);
	ck_assert_msg(atomic_load(&rig->wakes[0]) > wakes, "no wake-up by: %s",
		      wakers[_i]);
}
END_TEST

START_TEST(test_g7_wake_hook_names_the_worker_of_the_call)
{
	rig_config(rig);
	rig->config.workers = 3;
	rig_up(rig);
	phone_init(phone, rig);
	phone->config.worker = 2;
	phone_open(phone);
	phone_play(phone, "A");
	ck_assert_uint_eq(atomic_load(&rig->wakes[0]), 0);
	ck_assert_uint_eq(atomic_load(&rig->wakes[1]), 0);
	ck_assert_uint_gt(atomic_load(&rig->wakes[2]), 0);
	rig_down(rig);
}
END_TEST

/*
 * The worker sleeps unless woken. Two threads submit and wait for the result
 * again and again: one lost wake-up and this never ends.
 */
struct pinger {
	struct ct_gate result;
	struct ct_slip slip;
	pthread_t thread;
};

static void answer_pinger(struct phone *called, const struct event *event)
{
	struct pinger *pinger = event->user;

	(void)called;
	if (event->what == RESULT)
		ct_gate_open(&pinger->result);
}

static void *ping(void *user)
{
	struct pinger *pinger = user;
	ivrq_options options = { .user = pinger };
	ivrq_submission sent;
	int i;

	for (i = 0; i < 1000; i++) {
		CT_SEE(&pinger->slip, !phone_submit(phone, IVRQ_PLAY_PROMPT,
						    "A", &options, &sent));
		ct_gate_pass(&pinger->result);
	}
	return NULL;
}

START_TEST(test_g7_no_wake_up_is_lost)
{
	struct pinger pingers[2] = { 0 };
	struct runner runner;
	int i;

	phone->hook = answer_pinger;
	phone->finish_in_start = true;
	runner_start(&runner, rig, 0);
	for (i = 0; i < 2; i++) {
		ct_gate_init(&pingers[i].result);
		if (pthread_create(&pingers[i].thread, NULL, ping, &pingers[i]))
			abort();
	}
	for (i = 0; i < 2; i++) {
		pthread_join(pingers[i].thread, NULL);
		CT_NO_SLIP(&pingers[i].slip);
	}
	runner_stop(&runner);
	ck_assert_uint_eq(phone_count(phone, RESULT), 2000);
	for (i = 0; i < 2; i++)
		ct_gate_done(&pingers[i].result);
}
END_TEST

/*
 * A thread that does not come back from the wake hook. It may be inside a
 * submit or a cancel for ever; the others go on, on the very same call.
 */
static struct ct_gate held, let_go;
static _Atomic bool hold;

static void hold_in_hook(struct rig *woken, uint32_t worker)
{
	(void)woken;
	(void)worker;
	if (!atomic_exchange(&hold, false))
		return;
	ct_gate_open(&held);
	ct_gate_pass(&let_go);
}

static void *submit_and_hang(void *user)
{
	struct ct_slip *slip = user;
	ivrq_submission sent;

	CT_SEE(slip, !phone_submit(phone, IVRQ_PLAY_PROMPT, "A", NULL, &sent));
	return NULL;
}

static void *cancel_and_hang(void *user)
{
	struct ct_slip *slip = user;

	CT_SEE(slip, !ivrq_cancel_media_processing(rig->engine, phone->call,
						   NULL, NULL, NULL));
	return NULL;
}

START_TEST(test_g7_thread_that_hangs_in_the_wake_hook_holds_up_nobody)
{
	struct ct_slip slip = { 0 };
	pthread_t thread;

	ct_gate_init(&held);
	ct_gate_init(&let_go);
	if (_i) {
		phone_play(phone, "A");
		rig_run(rig);
	}
	rig->on_wake = hold_in_hook;
	atomic_store(&hold, true);
	if (pthread_create(&thread, NULL,
			   _i ? cancel_and_hang : submit_and_hang, &slip))
		abort();
	ct_gate_pass(&held);
	phone_barge(phone, "B");
	rig_run(rig);
	ck_assert_story(phone, RESULT, "canceled:A");
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	phone_close(phone);
	rig_run(rig);
	ck_assert_story(phone, RESULT | CLOSED,
			"canceled:A canceled:B closed:hang-up");
	ct_gate_open(&let_go);
	pthread_join(thread, NULL);
	CT_NO_SLIP(&slip);
}
END_TEST

/* ----------------------------------------------------------- G8 callbacks */

START_TEST(test_g8_callbacks_run_only_inside_run)
{
	ivrq_subscription heard;
	size_t i;
	ivrq_op op;

	phone_listen(phone, &heard);
	op = phone_play(phone, "A");
	give("1");
	ck_assert_uint_eq(phone->nevents, 0);
	rig_run(rig);
	phone_forget(phone);
	ck_assert_int_eq(phone_finish(phone, op), 0);
	phone_play(phone, "B");
	phone_barge(phone, "C");
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	ck_assert_int_eq(ivrq_call_pause(rig->engine, phone->call), 0);
	ck_assert_int_eq(ivrq_call_resume(rig->engine, phone->call), 0);
	ivrq_unsubscribe(rig->engine, heard);
	phone_close(phone);
	ck_assert_uint_eq(phone->nevents, 0);
	rig_run(rig);
	ck_assert_uint_gt(phone->nevents, 0);
	for (i = 0; i < phone->nevents; i++)
		ck_assert(phone->events[i].inside);
}
END_TEST

/* The callbacks in which the next tests ask things of the engine. */
static const enum what callbacks[] = { START,	STOP,	PAUSE, RESUME,
				       STARTED, RESULT, TONE,  IDLE,
				       HIGH,	LOW,	CLOSED };
static enum what asked_in;
static ivrq_receipt earlier;

/* Make every kind of callback happen. */
static void make_all_callbacks(void)
{
	ivrq_op op = phone_play(phone, "A");

	phone_listen(phone, NULL);
	phone_play(phone, "B");
	phone_play(phone, "C");
	give("1");
	rig_run(rig);
	(void)!ivrq_call_pause(rig->engine, phone->call);
	rig_run(rig);
	(void)!ivrq_call_resume(rig->engine, phone->call);
	rig_run(rig);
	(void)!phone_finish(phone, op);
	rig_run(rig);
	ivrq_cancel_media_processing(rig->engine, phone->call, NULL, NULL,
				     NULL);
	rig_run(rig);
	ivrq_call_close(rig->engine, phone->call, IVRQ_CAUSE_HANG_UP, NULL);
	rig_run(rig);
}

static void call_with_water(void (*hook)(struct phone *, const struct event *))
{
	rig_config(rig);
	rig->config.high_water = 3;
	rig->config.low_water = 1;
	rig_up(rig);
	phone_init(phone, rig);
	phone->hook = hook;
	phone_open(phone);
}

static void ask_to_wait(struct phone *called, const struct event *event)
{
	ivrq_engine *engine = called->rig->engine;

	if (event->what != asked_in)
		return;
	CT_SEE(&called->slip, ivrq_worker_run(engine, 0, 0) == IVRQ_EDEADLK);
	CT_SEE(&called->slip, ivrq_fence(engine, &earlier, 0) == IVRQ_EDEADLK);
	CT_SEE(&called->slip, ivrq_engine_stop(engine, 0) == IVRQ_EDEADLK);
	CT_SEE(&called->slip, ivrq_engine_destroy(engine) == IVRQ_EDEADLK);
}

START_TEST(test_g8_waiting_inside_a_callback_is_refused)
{
	asked_in = callbacks[_i];
	call_with_water(ask_to_wait);
	earlier = phone_cancel(phone, IVRQ_SCOPE_ALL);
	make_all_callbacks();
	ck_assert_uint_gt(phone_count(phone, asked_in), 0);
	CT_NO_SLIP(&phone->slip);
	rig_down(rig);
}
END_TEST

/* Everything else is allowed; a call of its own shows that it works. */
static struct phone other[1];
static int asked;

static void ask_the_rest(struct phone *called, const struct event *event)
{
	ivrq_engine *engine = called->rig->engine;
	ivrq_submission sent;
	ivrq_receipt cut;
	ivrq_subscription heard;
	ivrq_snapshot seen;
	ivrq_stats stats;

	if (event->what != asked_in || asked++)
		return;
	CT_SEE(&called->slip,
	       !phone_submit(other, IVRQ_PLAY_PROMPT, "X", NULL, &sent));
	CT_SEE(&called->slip, sent.running);
	CT_SEE(&called->slip, !ivrq_cancel_media_processing(engine, other->call,
							    NULL, &cut, NULL));
	CT_SEE(&called->slip, cut.pending == 1);
	CT_SEE(&called->slip, !ivrq_subscribe_to_tone(engine, other->call, NULL,
						      NULL, &heard));
	CT_SEE(&called->slip, !ivrq_tone(engine, other->call, '1', 0));
	CT_SEE(&called->slip, !ivrq_unsubscribe(engine, heard));
	CT_SEE(&called->slip, !ivrq_call_pause(engine, other->call));
	CT_SEE(&called->slip, !ivrq_call_resume(engine, other->call));
	CT_SEE(&called->slip, !ivrq_call_snapshot(engine, other->call, &seen));
	CT_SEE(&called->slip, !ivrq_engine_stats(engine, &stats));
	CT_SEE(&called->slip,
	       !ivrq_call_close(engine, other->call, IVRQ_CAUSE_HANG_UP, NULL));
}

START_TEST(test_g8_all_else_inside_a_callback_is_allowed)
{
	asked_in = callbacks[_i];
	asked = 0;
	call_with_water(ask_the_rest);
	phone_init(other, rig);
	phone_open(other);
	make_all_callbacks();
	ck_assert_int_gt(asked, 0);
	CT_NO_SLIP(&phone->slip);
	ck_assert_story(other, ALL & ~IDLE, "canceled:X closed:hang-up");
	rig_down(rig);
}
END_TEST

/* The same, of the call that the callback is about. */
static void ask_of_its_own(struct phone *called, const struct event *event)
{
	ivrq_engine *engine = called->rig->engine;
	ivrq_submission sent;
	ivrq_subscription heard;

	if (event->what != asked_in || asked++)
		return;
	CT_SEE(&called->slip,
	       !phone_submit(called, IVRQ_PLAY_PROMPT, "X", NULL, &sent));
	CT_SEE(&called->slip, !ivrq_cancel_media_processing(
				      engine, called->call, NULL, NULL, NULL));
	CT_SEE(&called->slip,
	       !phone_submit(called, IVRQ_PLAY_PROMPT, "Y", NULL, &sent));
	CT_SEE(&called->slip, !ivrq_subscribe_to_tone(engine, called->call,
						      NULL, NULL, &heard));
	CT_SEE(&called->slip, !ivrq_call_close(engine, called->call,
					       IVRQ_CAUSE_HANG_UP, NULL));
}

START_TEST(test_g8_own_call_inside_a_callback_may_be_ended)
{
	if (callbacks[_i] == CLOSED)
		return;
	asked_in = callbacks[_i];
	asked = 0;
	call_with_water(ask_of_its_own);
	make_all_callbacks();
	ck_assert_int_gt(asked, 0);
	CT_NO_SLIP(&phone->slip);
	ck_assert_uint_eq(phone_count(phone, RESULT), rig_stats(rig).submitted);
	ck_assert_int_eq(phone->events[phone->nevents - 1].what, CLOSED);
	ck_assert_uint_eq(phone_count(phone, CLOSED), 1);
	rig_down(rig);
}
END_TEST

/* A callback that does not return holds nothing that others need. */
static struct ct_gate entered, leave;

static void stay_inside(struct phone *called, const struct event *event)
{
	(void)called;
	if (event->what != asked_in)
		return;
	ct_gate_open(&entered);
	ct_gate_pass(&leave);
}

START_TEST(test_g8_no_lock_is_held_in_a_callback)
{
	struct runner runner;
	ivrq_receipt cut;

	ct_gate_init(&entered);
	ct_gate_init(&leave);
	asked_in = START;
	call_with_water(stay_inside);
	runner_start(&runner, rig, 0);
	phone_play(phone, "A");
	ct_gate_pass(&entered);
	phone_play(phone, "B");
	give("1");
	cut = phone_cancel(phone, IVRQ_SCOPE_PENDING);
	ck_assert_int_eq(rig_turn(rig, 0, 0), IVRQ_EBUSY);
	ck_assert_int_eq(ivrq_fence(rig->engine, &cut, 0), IVRQ_ETIMEDOUT);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 0), IVRQ_ETIMEDOUT);
	rig_stats(rig);
	ct_gate_open(&leave);
	ck_assert_int_eq(ivrq_engine_stop(rig->engine, 60000), 0);
	runner_stop(&runner);
	ck_assert_uint_eq(phone_hit(phone, cut.id),
			  cut.in_flight + cut.pending);
	rig_down(rig);
}
END_TEST

static void add_g6(Suite *suite)
{
	TCase *g6 = case_with_call(suite, "G6 tones");
	TCase *alone = case_alone(suite, "G6 overflow");

	tcase_add_loop_test(g6, test_g6_tones_pass_a_cancel_of_each_scope, 0,
			    SCOPES);
	tcase_add_test(g6, test_g6_tones_do_not_wait_for_a_stop);
	tcase_add_test(g6,
		       test_g6_tones_pass_a_barge_in_and_come_before_a_hang_up);
	tcase_add_test(g6, test_g6_sequence_ids_have_no_gap_for_any_subscriber);
	tcase_add_test(alone, test_g6_overflow_of_a_call_is_counted_and_told);
	tcase_add_test(alone,
		       test_g6_overflow_of_the_engine_is_counted_and_told);
}

static void add_g7_g8(Suite *suite)
{
	TCase *g7 = case_with_call(suite, "G7 progress");
	TCase *g8 = case_with_call(suite, "G8 callbacks");
	TCase *alone = case_alone(suite, "G7, G8 alone");
	int n = CT_COUNT(callbacks);

	tcase_add_test(g7, test_g7_nothing_is_allocated_after_create);
	tcase_add_loop_test(g7, test_g7_sleeping_worker_is_woken, 0,
			    CT_COUNT(wakers));
	tcase_add_test(g7, test_g7_no_wake_up_is_lost);
	tcase_add_loop_test(
		g7, test_g7_thread_that_hangs_in_the_wake_hook_holds_up_nobody,
		0, 2);
	tcase_add_test(alone, test_g7_wake_hook_names_the_worker_of_the_call);
	tcase_add_test(g8, test_g8_callbacks_run_only_inside_run);
	tcase_add_loop_test(alone, test_g8_waiting_inside_a_callback_is_refused,
			    0, n);
	tcase_add_loop_test(
		alone, test_g8_all_else_inside_a_callback_is_allowed, 0, n);
	tcase_add_loop_test(
		alone, test_g8_own_call_inside_a_callback_may_be_ended, 0, n);
	tcase_add_test(alone, test_g8_no_lock_is_held_in_a_callback);
}

void add_use(Suite *suite)
{
	add_g6(suite);
	add_g7_g8(suite);
}
