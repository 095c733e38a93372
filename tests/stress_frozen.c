/* SPDX-License-Identifier: MIT */
/*
 * stress_frozen: a thread frozen for ever at any step of a function delays
 * nobody else (G7).
 *
 * The core is built with a hook before each atomic access. A victim runs one
 * function and freezes at its n-th access. Meanwhile this thread submits,
 * cancels in every scope, completes, gives tones, runs the worker, closes and
 * reopens calls, on the victim's call too; each function within a bounded
 * number of accesses, and everything it began has to end. Then the victim is
 * let go, and all must add up: one result for each accepted operation, each
 * receipt, the tones, the counters, nothing left in a pool. And again for
 * n + 1, until the function returns before it reaches n. The same with two
 * victims, at random steps of two functions.
 *
 * Only one thread runs at a time: a failure repeats.
 */
#include <check.h>
#include "stress_frozen.h"
#include "yield.h"

static struct victim victims[VICTIMS];
static uint64_t seed;

/* ------------------------------------------------------- what a victim does */

static void do_play(struct victim *v)
{
	submit_as(v->rec, it.a, IVRQ_PLAY_PROMPT, false);
}

static void do_barge(struct victim *v)
{
	submit_as(v->rec, it.a, IVRQ_RECORD_RESPONSE, true);
}

static void do_all(struct victim *v)
{
	(void)v;
	cancel_as(IVRQ_SCOPE_ALL, (ivrq_op){ 0 });
}

static void do_current(struct victim *v)
{
	(void)v;
	cancel_as(IVRQ_SCOPE_CURRENT, (ivrq_op){ 0 });
}

static void do_pending(struct victim *v)
{
	(void)v;
	cancel_as(IVRQ_SCOPE_PENDING, (ivrq_op){ 0 });
}

static void do_op_head(struct victim *v)
{
	(void)v;
	cancel_as(IVRQ_SCOPE_OP, it.recs[0].got.op);
}

static void do_op_next(struct victim *v)
{
	(void)v;
	cancel_as(IVRQ_SCOPE_OP, it.recs[1].got.op);
}

static void do_kind(struct victim *v)
{
	(void)v;
	cancel_as(IVRQ_SCOPE_KIND, (ivrq_op){ 0 });
}

static void do_tag(struct victim *v)
{
	(void)v;
	cancel_as(IVRQ_SCOPE_TAG, (ivrq_op){ 0 });
}

static void do_close(struct victim *v)
{
	ivrq_receipt receipt;

	(void)v;
	if (!ivrq_call_close(it.engine, it.a, IVRQ_CAUSE_HANG_UP, &receipt))
		keep(&receipt);
}

static void do_complete(struct victim *v)
{
	(void)v;
	complete_as(&it.recs[0]);
}

static void do_stopped(struct victim *v)
{
	(void)v;
	stopped_as(&it.recs[0]);
}

static void do_tone(struct victim *v)
{
	(void)v;
	tone_as();
}

static void do_subscribe(struct victim *v)
{
	ivrq_subscription subscription;

	(void)v;
	(void)!ivrq_subscribe_to_tone(it.engine, it.a, on_extra, NULL,
				      &subscription);
}

static void do_unsubscribe(struct victim *v)
{
	(void)v;
	ivrq_unsubscribe(it.engine, it.extra);
}

static void do_open(struct victim *v)
{
	(void)v;
	(void)!open_call(&it.opened);
}

static void do_pause(struct victim *v)
{
	(void)v;
	(void)!ivrq_call_pause(it.engine, it.a);
}

static void do_look(struct victim *v)
{
	ivrq_snapshot shot;
	ivrq_stats stats;

	(void)v;
	(void)!ivrq_call_snapshot(it.engine, it.a, &shot);
	(void)ivrq_op_is_canceled(it.engine, it.recs[0].got.op);
	(void)!ivrq_engine_stats(it.engine, &stats);
}

static const struct act acts[] = {
	{ "play", do_play, false },
	{ "barge-in", do_barge, false },
	{ "cancel all", do_all, false },
	{ "cancel current", do_current, false },
	{ "cancel pending", do_pending, false },
	{ "cancel the head by op", do_op_head, false },
	{ "cancel the next by op", do_op_next, false },
	{ "cancel by kind", do_kind, false },
	{ "cancel by tag", do_tag, false },
	{ "close", do_close, true },
	{ "complete", do_complete, false },
	{ "stopped", do_stopped, false },
	{ "tone", do_tone, false },
	{ "subscribe", do_subscribe, false },
	{ "unsubscribe", do_unsubscribe, false },
	{ "open", do_open, false },
	{ "pause", do_pause, false },
	{ "look", do_look, false },
};

enum { NACTS = sizeof(acts) / sizeof(acts[0]) };

/* ------------------------------------------------- what this thread can see */

/* True: it delivered something, or was asked to go on. */
static bool run(void)
{
	int results;

	if (it.by_wake && !it.woken)
		return false;
	it.woken = false;
	results = STEP(ivrq_worker_run(it.engine, 0, ++it.now_ns));
	ck_assert_int_ge(results, 0);
	return results > 0 || it.woken;
}

/* End what is in flight. True: there was some. */
static bool finish(void)
{
	bool any = false;
	struct rec *rec;

	for (rec = it.recs; rec < it.recs + it.nrecs; rec++) {
		if (!rec->op.value || rec->results)
			continue;
		if (rec->stop_pending)
			any |= !STEP(stopped_as(rec));
		else if (rec->starts && !rec->stops && !rec->completes)
			any |= !STEP(complete_as(rec));
	}
	return any;
}

/* Until all that was begun has ended. */
static void drive(void)
{
	uint32_t round = 0;
	bool more;

	do {
		more = run();
		more |= finish();
	} while (more && ++round < ROUNDS);
}

/* A submit by this thread; false when the victim's close came first. */
static bool submit(struct rec **rec, bool barge)
{
	int answer;

	*rec = new_rec();
	answer = STEP(submit_as(*rec, it.a, IVRQ_PLAY_PROMPT, barge));
	if (it.may_close && (answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT))
		return false;
	ck_assert_int_eq(answer, 0);
	return true;
}

static void assert_ended(const struct rec *rec)
{
	ck_assert_uint_eq(rec->results, rec->answer == 0);
}

static void assert_canceled(int answer)
{
	if (!it.may_close)
		ck_assert_int_eq(answer, 0);
}

static void others_submit(void)
{
	struct rec *x, *y;
	uint32_t heard;

	drive(); /* room */
	assert_canceled(STEP(ivrq_call_resume(it.engine, it.a)));
	if (!submit(&x, false))
		return;
	drive();
	assert_ended(x);
	if (!submit(&y, true))
		return;
	drive();
	assert_ended(y);
	heard = it.tones_heard;
	if (STEP(tone_as()) == 0) {
		drive();
		ck_assert_uint_gt(it.tones_heard, heard);
	} else {
		ck_assert(it.may_close);
	}
}

static void others_cancel(void)
{
	static const enum ivrq_scope scopes[] = {
		IVRQ_SCOPE_ALL, IVRQ_SCOPE_CURRENT, IVRQ_SCOPE_PENDING,
		IVRQ_SCOPE_OP,	IVRQ_SCOPE_KIND,    IVRQ_SCOPE_TAG
	};
	struct rec *x, *y;
	uint32_t i;

	for (i = 0; i < 6; i++) {
		if (!submit(&x, false))
			return;
		if (i % 2)
			run();
		if (!submit(&y, false))
			return;
		assert_canceled(STEP(cancel_as(scopes[i], y->got.op)));
		drive();
		assert_ended(x);
		assert_ended(y);
	}
}

static void others_reopen(void)
{
	struct rec *rec = new_rec();
	uint32_t closed = it.closed_b;

	ck_assert_int_eq(STEP(submit_as(rec, it.b, IVRQ_PLAY_PROMPT, false)),
			 0);
	drive();
	assert_ended(rec);
	ck_assert_int_eq(STEP(ivrq_call_close(it.engine, it.b,
					      IVRQ_CAUSE_HANG_UP, NULL)),
			 0);
	drive();
	ck_assert_uint_eq(it.closed_b, closed + 1);
	ck_assert_int_eq(STEP(open_call(&it.b)), 0);
}

/* Close the victim's call; the next one takes its place. */
static void others_close(void)
{
	ivrq_subscription subscription;
	ivrq_receipt receipt;
	struct rec *rec;
	int answer;

	answer = STEP(
		ivrq_call_close(it.engine, it.a, IVRQ_CAUSE_HANG_UP, &receipt));
	if (!answer)
		keep(&receipt);
	else
		ck_assert(it.may_close);
	it.may_close = true;
	drive();
	ck_assert_uint_eq(it.closed_a, 1);
	ck_assert_int_eq(STEP(open_call(&it.next)), 0);
	ck_assert_int_eq(STEP(ivrq_subscribe_to_tone(it.engine, it.next, NULL,
						     NULL, &subscription)),
			 0);
	rec = new_rec();
	ck_assert_int_eq(STEP(submit_as(rec, it.next, IVRQ_PLAY_PROMPT, false)),
			 0);
	run();
	ck_assert_uint_eq(rec->starts, 1);
}

/* --------------------------------------------------------------- one world */

/* What the victim finds on call a: at most two operations. */
enum state {
	NOTHING,
	RUNNING,  /* one in flight, one pending */
	KILLED,	  /* as before, the pending one canceled by op */
	STOPPING, /* a stop is pending, then one that is */
	FINISHED, /* completed, its result not delivered; one pending */
	SPARED,	  /* two not started, the second cut as pending */
	STATES
};

static void prepare(enum state state)
{
	struct rec *head, *next;

	if (state == NOTHING) {
		it.nrecs = 2; /* the first two have names */
		it.recs[0].answer = it.recs[1].answer = -1;
		return;
	}
	submit(&head, false);
	if (state != SPARED)
		run();
	submit(&next, false);
	ck_assert_uint_eq(head->starts, state != SPARED);
	if (state == KILLED)
		cancel_as(IVRQ_SCOPE_OP, next->got.op);
	if (state == FINISHED)
		complete_as(head);
	if (state == SPARED)
		cancel_as(IVRQ_SCOPE_PENDING, (ivrq_op){ 0 });
	if (state == STOPPING) {
		cancel_as(IVRQ_SCOPE_CURRENT, (ivrq_op){ 0 });
		it.stop_pends = true;
		run();
		ck_assert(head->stop_pending);
	}
}

static void world_begin(enum state state, bool by_wake)
{
	world_create(by_wake);
	prepare(state);
}

static void assert_sums(void)
{
	uint64_t accepted = 0;
	ivrq_stats stats;
	uint32_t i, j, total;

	for (i = 0; i < it.nrecs; i++) {
		assert_ended(&it.recs[i]);
		accepted += it.recs[i].answer == 0;
		ck_assert_uint_eq(it.recs[i].starts,
				  it.recs[i].stops + it.recs[i].completes);
	}
	for (i = 0; i < it.ncuts; i++) {
		for (total = 0, j = 0; j < it.nrecs; j++)
			total += it.recs[j].results &&
				 it.recs[j].status == IVRQ_CANCELED &&
				 it.recs[j].cancel.value == it.cuts[i].id.value;
		ck_assert_uint_eq(it.cuts[i].total, total);
	}
	ck_assert_uint_eq(it.tones_heard, it.tones_given);
	ck_assert_uint_eq(it.closed_a, 1);
	ck_assert_int_eq(STEP(ivrq_engine_stats(it.engine, &stats)), 0);
	ck_assert_uint_eq(stats.submitted, accepted);
	ck_assert_uint_eq(stats.completed + stats.failed + stats.canceled,
			  accepted);
	ck_assert_uint_eq(stats.live, 0);
	ck_assert_uint_eq(stats.calls_open, 0);
}

/* Nothing is left in a pool: all of it can be used again. */
static void use_all(void)
{
	ivrq_call call;
	uint32_t i;

	for (i = 0; i < OPERATIONS; i++) {
		if (i % RING == 0)
			ck_assert_int_eq(STEP(open_call(&call)), 0);
		ck_assert_int_eq(STEP(submit_as(new_rec(), call,
						IVRQ_PLAY_PROMPT, false)),
				 0);
	}
}

/* All victims have ended. */
static void world_end(void)
{
	ivrq_receipt receipt;

	drive();
	STEP(ivrq_call_resume(it.engine, it.a)) ? (void)0 : drive();
	if (!STEP(ivrq_call_close(it.engine, it.a, IVRQ_CAUSE_HANG_UP,
				  &receipt)))
		keep(&receipt);
	drive();
	use_all();
	ck_assert_int_eq(STEP(ivrq_engine_stop(it.engine, 0)), IVRQ_ETIMEDOUT);
	drive();
	ck_assert_int_eq(STEP(ivrq_engine_stop(it.engine, 0)), 0);
	assert_sums();
	ck_assert_int_eq(ivrq_engine_destroy(it.engine), 0);
}

static void others(uint32_t what)
{
	if (what == 1) {
		others_close(); /* at once: a is as the victim saw it */
	} else {
		others_submit();
		if (what == 2)
			others_cancel();
	}
	others_reopen();
}

/* Which of the three things others do meanwhile: all, or each in its turn. */
static bool left_out(uint32_t what, uint32_t n, bool by_wake)
{
	return (by_wake || RND_SANITIZED) && what != n % 3;
}

/* Freeze one victim at its n-th step, for each n. */
static void freeze_each(const struct act *act, enum state state, bool by_wake)
{
	struct victim *v = &victims[0];
	bool frozen = true;
	uint32_t n, what;

	for (n = 1; frozen && n < FREEZE_MAX; n++) {
		for (what = 0; what < 3; what++) {
			if (left_out(what, n, by_wake))
				continue;
			world_begin(state, by_wake);
			victim_begin(v, act, n);
			frozen = v->frozen;
			if (frozen)
				others(what);
			victim_end(v);
			world_end();
		}
	}
	ck_assert_uint_lt(n, FREEZE_MAX);
	if (!by_wake)
		printf("%s, state %d: %u steps\n", act->name, (int)state,
		       n - 2);
}

static void freeze_two(uint64_t *rnd, uint32_t *most)
{
	struct victim *v = victims;
	uint32_t i, a;

	world_begin(rnd_below(rnd, 2) ? RUNNING : NOTHING, false);
	for (i = 0; i < VICTIMS; i++) {
		a = rnd_below(rnd, NACTS);
		victim_begin(&v[i], &acts[a], 1 + rnd_below(rnd, most[a]));
		if (!v[i].frozen)
			most[a] = v[i].steps + 1;
	}
	others(rnd_below(rnd, 3));
	for (i = 0; i < VICTIMS; i++)
		victim_end(&v[i]);
	world_end();
}

static void teardown(void)
{
	victim_die(&victims[0]);
	victim_die(&victims[1]);
}

/* ------------------------------------------------------------------- tests */

START_TEST(test_each_function_frozen_at_each_step_delays_nobody)
{
	int state;

	for (state = 0; state < STATES; state++)
		freeze_each(&acts[_i], (enum state)state, false);
}
END_TEST

/* As above, by a worker that sleeps until it is woken. */
START_TEST(test_each_function_frozen_at_each_step_wakes_the_worker)
{
	int state;

	for (state = 0; state < STATES; state++)
		freeze_each(&acts[_i], (enum state)state, true);
}
END_TEST

START_TEST(test_two_functions_frozen_at_random_steps_delay_nobody)
{
	uint32_t most[NACTS], i;
	uint64_t rnd = seed;

	for (i = 0; i < NACTS; i++)
		most[i] = 60;
	for (i = 0; i < PAIRS * rnd_factor(); i++)
		freeze_two(&rnd, most);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stress_frozen");
	TCase *tcase = tcase_create("frozen");
	SRunner *runner = srunner_create(suite);
	int failed;

	seed = rnd_seed();
	tcase_set_timeout(tcase, 120.0 * rnd_factor());
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_loop_test(
		tcase, test_each_function_frozen_at_each_step_delays_nobody, 0,
		NACTS);
	tcase_add_loop_test(
		tcase, test_each_function_frozen_at_each_step_wakes_the_worker,
		0, NACTS);
	tcase_add_test(tcase,
		       test_two_functions_frozen_at_random_steps_delay_nobody);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
