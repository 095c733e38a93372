/* SPDX-License-Identifier: MIT */
/*
 * check_meetings: each function of a call stopped before each of its atomic
 * accesses, while another thread does something else from begin to end; in
 * several states of the queue. Whatever it was, each accepted operation has one
 * result, and each receipt counts the results that carry its id.
 *
 * check_regressions has the means and the world; its tests are of what went
 * wrong once, this one is of all pairs.
 */
#include "regressions.h"

static const struct rec *named; /* by a cancel of one operation */
static ivrq_subscription last;

/* A handler each; the first of them may be gone again. */
static void subscribe(void)
{
	(void)!ivrq_subscribe_to_tone(it.engine, it.call, on_tone, NULL, &last);
}

static void unsubscribe(void)
{
	(void)!ivrq_unsubscribe(it.engine, last);
}

/* ------------------------------------------------------------------- states */

static void begin_idle(void)
{
	it.options.tag = 7;
	named = &it.recs[0];
	world_begin();
	open_call(0);
	subscribe();
	drive();
}

static void begin_waiting(void)
{
	begin_idle();
	play();
}

static void begin_running(void)
{
	begin_waiting();
	drive();
}

static void begin_queued(void)
{
	begin_running();
	it.options.tag = 8;
	play();
	it.options.tag = 7;
	play();
}

/* The first is spared by a cut, the second not. */
static void begin_spared(void)
{
	begin_waiting();
	play();
	cancel(IVRQ_SCOPE_PENDING);
}

/* Nothing starts; the one in the middle is gone before its turn, and it is the
 * one that is named. */
static void begin_hole(void)
{
	begin_idle();
	ck_assert_int_eq(ivrq_call_pause(it.engine, it.call), 0);
	play();
	play();
	play();
	named = &it.recs[1];
	cancel_op(named);
	drive();
}

static void begin_stopping(void)
{
	begin_queued();
	it.stop_pends = true;
	cancel(IVRQ_SCOPE_CURRENT);
	drive();
}

static void (*const states[])(void) = {
	begin_idle,   begin_waiting, begin_running,  begin_queued,
	begin_spared, begin_hole,    begin_stopping,
};

/* --------------------------------------------------------------------- acts */

static void submit(void)
{
	(void)!try_play(new_rec(), it.call);
}

static void barge(void)
{
	it.options.barge_in_allowed = true;
	submit();
	it.options.barge_in_allowed = false;
}

static void cut(enum ivrq_scope scope)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.op = named->got.op;
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = 7;
	if (scope != IVRQ_SCOPE_OP || it.nrecs)
		(void)!try_cancel(it.call, &request);
}

static void cut_all(void)
{
	cut(IVRQ_SCOPE_ALL);
}

static void cut_pending(void)
{
	cut(IVRQ_SCOPE_PENDING);
}

static void cut_current(void)
{
	cut(IVRQ_SCOPE_CURRENT);
}

static void cut_op(void)
{
	cut(IVRQ_SCOPE_OP);
}

static void cut_kind(void)
{
	cut(IVRQ_SCOPE_KIND);
}

static void cut_tag(void)
{
	cut(IVRQ_SCOPE_TAG);
}

static void hang_up(void)
{
	(void)!ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
}

static void press(void)
{
	(void)!ivrq_tone(it.engine, it.call, '5', 40);
}

static void resume(void)
{
	(void)!ivrq_call_resume(it.engine, it.call);
}

static void finish(void)
{
	if (it.recs[0].stop_pending)
		(void)!stopped(&it.recs[0]);
	else if (it.nrecs)
		(void)!complete(&it.recs[0]);
}

static void work(void)
{
	CT_SEE(&it.slip, run(0) >= 0);
}

/* And what takes two or three, one after the other. */
static void submit_work(void)
{
	submit();
	work();
}

static void cut_all_work(void)
{
	cut_all();
	work();
}

static void cut_tag_work(void)
{
	cut_tag();
	work();
}

static void finish_work(void)
{
	finish();
	work();
}

static void press_work(void)
{
	press();
	work();
}

static void cut_all_submit(void)
{
	cut_all();
	submit();
}

static void hang_up_work(void)
{
	hang_up();
	work();
}

static const struct act {
	void (*act)(void);
	bool runs;  /* the worker: not inside its own run */
	bool first; /* acts on the first operation: there has to be one */
} acts[] = {
	{ .act = submit },
	{ .act = barge },
	{ .act = cut_all },
	{ .act = cut_pending },
	{ .act = cut_current },
	{ .act = cut_op, .first = true },
	{ .act = cut_kind },
	{ .act = cut_tag },
	{ .act = hang_up },
	{ .act = press },
	{ .act = subscribe },
	{ .act = unsubscribe },
	{ .act = resume },
	{ .act = finish, .first = true },
	{ .act = work, .runs = true },
	{ .act = submit_work, .runs = true },
	{ .act = cut_all_work, .runs = true },
	{ .act = cut_tag_work, .runs = true },
	{ .act = finish_work, .runs = true, .first = true },
	{ .act = cut_all_submit },
	{ .act = hang_up_work, .runs = true },
	{ .act = press_work, .runs = true },
};

static void nothing(void)
{
}

/* _i: what is interrupted */
START_TEST(test_any_two_meet_at_each_step_all_adds_up)
{
	for (size_t s = 0; s < CT_COUNT(states); s++) {
		for (size_t i = 0; i < CT_COUNT(acts); i++) {
			const struct trial trial = { states[s], acts[_i].act,
						     acts[i].act, nothing };

			if (acts[_i].runs && acts[i].runs)
				continue;
			if (acts[_i].first && states[s] == begin_idle)
				continue;
			at_each_step(&trial);
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("meetings");
	TCase *tcase = tcase_create("pairs");

	tcase_add_loop_test(tcase, test_any_two_meet_at_each_step_all_adds_up,
			    0, (int)CT_COUNT(acts));
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
