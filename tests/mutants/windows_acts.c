/* SPDX-License-Identifier: MIT */
/*
 * windows_acts.c - what check_windows does to a call, and the states of a call
 * that it does it in.
 */
#include "windows.h"

/* -------------------------------------------------------------------- acts */

uint32_t left_in(struct ivrq__pool *pool)
{
	uint32_t got[32], count = 0, i;

	while ((got[count] = ivrq__pool_pop(pool)) != IVRQ__NONE &&
	       count + 1 < CT_COUNT(got))
		count++;
	for (i = count; i; i--)
		ivrq__pool_push(pool, got[i - 1]);
	return count;
}

void drive_all(void)
{
	unsigned round;

	it.woken = true;
	for (round = 0; it.woken; round++) {
		MUST(round < ROUNDS);
		it.woken = false;
		MUST(run(0) >= 0);
	}
}

static void heard(void *user, const ivrq_tone_event *event)
{
	struct heard *to = &now.heard[now.tones % EVENTS];

	MUST(event->call.value == it.call.value);
	to->sequence = event->sequence_id;
	to->lost = event->lost;
	to->subscription = (uint32_t)(uintptr_t)user;
	now.tones++;
	events++;
}

static void play_with(bool barge)
{
	unsigned mine = role;
	struct rec *rec = &it.recs[RECS - 1 - mine];

	it.options.barge_in_allowed = barge;
	now.seen[mine].answer = try_play(rec, it.call);
	/* At most all that came before. */
	if (!now.seen[mine].answer)
		MUST(rec->got.ahead <=
		     ivrq__pos_diff(ivrq__op_position(rec->got.op), base));
}

/* `ahead` is not compared: it may be that of a later moment. */
static void act_play(void)
{
	play_with(false);
}

static void act_barge(void)
{
	play_with(true);
}

static void cancel_by(ivrq_cancel_request *request)
{
	unsigned mine = role;
	struct seen *seen = &now.seen[mine];
	ivrq_receipt receipt;
	ivrq_error error = { .field = NULL };

	memset(&receipt, 0, sizeof(receipt));
	seen->answer = ivrq_cancel_media_processing(it.engine, it.call, request,
						    &receipt, &error);
	seen->field = error.field;
	seen->in_flight = receipt.in_flight;
	seen->pending = receipt.pending;
	it.cuts[mine] = receipt;
	MUST(seen->in_flight <= 1);
}

static void cancel_scope(enum ivrq_scope scope)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	cancel_by(&request);
}

static void act_all(void)
{
	cancel_scope(IVRQ_SCOPE_ALL);
}

static void act_pending(void)
{
	cancel_scope(IVRQ_SCOPE_PENDING);
}

static void act_current(void)
{
	cancel_scope(IVRQ_SCOPE_CURRENT);
}

static void act_tag(void)
{
	cancel_scope(IVRQ_SCOPE_TAG);
}

static void cancel_rec(unsigned rec)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	request.op = it.recs[rec].got.op;
	cancel_by(&request);
}

static void act_op0(void)
{
	cancel_rec(0);
}

static void act_op1(void)
{
	cancel_rec(1);
}

static void act_close(void)
{
	unsigned mine = role;

	now.seen[mine].answer =
		ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
}

static void act_complete(void)
{
	unsigned mine = role;

	now.seen[mine].answer = complete(&it.recs[0]);
}

static void act_stopped(void)
{
	unsigned mine = role;
	const ivrq_outcome outcome = { .media_ms = 7 + mine };

	/* Too early or too late is the same here. */
	now.seen[mine].answer =
		!ivrq_op_stopped(it.engine, it.recs[0].got.op, &outcome);
	if (now.seen[mine].answer)
		it.recs[0].stop_pending = false;
}

static void act_is_canceled(void)
{
	unsigned mine = role;

	now.seen[mine].answer =
		ivrq_op_is_canceled(it.engine, it.recs[0].got.op);
}

static void act_tone(void)
{
	unsigned mine = role;

	now.seen[mine].answer = ivrq_tone(it.engine, it.call, '5', 0);
}

static void act_subscribe(void)
{
	unsigned mine = role;

	now.seen[mine].answer = ivrq_subscribe_to_tone(
		it.engine, it.call, heard, (void *)(uintptr_t)mine,
		&subscriptions[mine]);
	subscribed += !now.seen[mine].answer;
}

static void act_unsubscribe(void)
{
	unsigned mine = role;

	now.seen[mine].answer =
		ivrq_unsubscribe(it.engine, subscriptions[SETUP]);
	subscribed -= !now.seen[mine].answer;
}

static void act_open(void)
{
	unsigned mine = role;

	now.seen[mine].answer = try_open(0, &more[mine]);
}

static void act_pause(void)
{
	unsigned mine = role;

	now.seen[mine].answer = ivrq_call_pause(it.engine, it.call);
}

static void act_resume(void)
{
	unsigned mine = role;

	now.seen[mine].answer = ivrq_call_resume(it.engine, it.call);
}

static void act_snapshot(void)
{
	unsigned mine = role;

	now.seen[mine].answer = ivrq_call_snapshot(it.engine, it.call,
						   &now.seen[mine].snapshot);
}

static void act_finish(void)
{
	act_complete();
	run(0);
}

static void act_run(void)
{
	run(0);
}

enum { DEADLINE_NS = 1000000 };

/* The deadlines of state_due() are over. */
static void act_run_late(void)
{
	it.now_ns += DEADLINE_NS;
	run(0);
}

/* The call ends, and another takes its place and plays; all others go on with
 * the old handle. */
static void act_reopen(void)
{
	unsigned mine = role;

	drive_all();
	if (try_open(0, &more[mine]))
		return;
	(void)try_play(&it.recs[RECS - 1 - mine], more[mine]);
	/* Nobody has subscribed to that one: see heard(). */
	(void)!ivrq_tone(it.engine, more[mine], '7', 0);
	drive_all();
}

static void act_end(void)
{
	act_close();
	drive_all();
}

static void act_open_play(void)
{
	unsigned mine = role;

	if (!try_open(0, &more[mine]))
		(void)try_play(&it.recs[RECS - 1 - mine], more[mine]);
}

static void act_stop(void)
{
	unsigned mine = role;

	now.seen[mine].answer = ivrq_engine_stop(it.engine, 0);
	if (now.seen[mine].answer != IVRQ_EDEADLK)
		stopping = true;
}

/* When the worker says that none is open, it has let go of the place. */
static void act_look_for_end(void)
{
	if (outer->act == act_run && !ivrq__ld_seq32(&it.engine->calls_open))
		MUST(left_in(&it.engine->call_pool) == it.config.calls);
}

static void act_fence(void)
{
	unsigned mine = role;

	now.seen[mine].answer = ivrq_fence(it.engine, &it.cuts[SETUP], 0);
}

const struct act acts[] = {
	{ "play", act_play, true, false },
	{ "barge", act_barge, true, false },
	{ "all", act_all, true, false },
	{ "pending", act_pending, true, false },
	{ "current", act_current, true, false },
	{ "op 0", act_op0, true, false },
	{ "op 1", act_op1, true, false },
	{ "tag", act_tag, false, false },
	{ "close", act_close, true, false },
	{ "complete", act_complete, true, false },
	{ "stopped", act_stopped, true, false },
	{ "is canceled", act_is_canceled, true, false },
	{ "tone", act_tone, true, false },
	{ "subscribe", act_subscribe, true, false },
	{ "unsubscribe", act_unsubscribe, true, false },
	{ "open", act_open, true, false },
	{ "pause", act_pause, true, false },
	{ "resume", act_resume, true, false },
	{ "snapshot", act_snapshot, true, false },
	{ "fence", act_fence, false, false },
	{ "finish", act_finish, false, true },
	{ "run", act_run, false, true },
	{ "run late", act_run_late, false, true },
	{ "stop", act_stop, false, false },
	{ "open, play", act_open_play, false, false },
	{ "look for the end", act_look_for_end, false, false },
	{ "reopen", act_reopen, false, true },
	{ "end", act_end, false, true },
};

const size_t act_count = CT_COUNT(acts);

/* ------------------------------------------------------------------- states */

static void setup_plays(unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		it.recs[i].answer = -1;
		MUST(!try_play(&it.recs[i], it.call));
	}
}

static void setup_cancel(enum ivrq_scope scope)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.op = it.recs[1].got.op;
	MUST(!ivrq_cancel_media_processing(it.engine, it.call, &request,
					   &it.cuts[SETUP], NULL));
}

static void in_flight(void)
{
	setup_plays(1);
	run(0);
	it.recs[1].answer = -1;
	MUST(!try_play(&it.recs[1], it.call));
}

static void state_empty(void)
{
}

static void state_pending(void)
{
	setup_plays(2);
}

static void state_in_flight(void)
{
	in_flight();
}

static void state_stop_pending(void)
{
	it.stop_pends = true;
	in_flight();
	setup_cancel(IVRQ_SCOPE_CURRENT);
	run(0);
}

static void state_slow_stop(void)
{
	it.stop_pends = true;
	in_flight();
}

static void state_killed(void)
{
	in_flight();
	setup_cancel(IVRQ_SCOPE_OP);
}

static void state_spared(void)
{
	setup_plays(3);
	setup_cancel(IVRQ_SCOPE_PENDING);
}

/* The same, and a deadline. */
static void state_due(void)
{
	it.options.deadline_ns = DEADLINE_NS;
	state_spared();
	it.options.deadline_ns = 0;
}

static void state_cut(void)
{
	in_flight();
	setup_cancel(IVRQ_SCOPE_ALL);
}

static void state_completed(void)
{
	in_flight();
	MUST(!complete(&it.recs[0]));
}

static void state_closed(void)
{
	in_flight();
	MUST(!ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL));
}

static void state_tones(void)
{
	MUST(!ivrq_subscribe_to_tone(it.engine, it.call, heard,
				     (void *)(uintptr_t)SETUP,
				     &subscriptions[SETUP]));
	subscribed = 1;
	MUST(!ivrq_tone(it.engine, it.call, '1', 0));
}

static void state_unsubscribed(void)
{
	state_tones();
	MUST(!ivrq_unsubscribe(it.engine, subscriptions[SETUP]));
	subscribed = 0;
}

static void state_paused(void)
{
	setup_plays(1);
	MUST(!ivrq_call_pause(it.engine, it.call));
	run(0);
}

static void state_stopping(void)
{
	setup_plays(1);
	stopping = true;
	MUST(ivrq_engine_stop(it.engine, 0) == IVRQ_ETIMEDOUT);
}

void (*const states[STATES])(void) = {
	state_empty,	    state_pending,	state_in_flight,
	state_stop_pending, state_killed,	state_spared,
	state_cut,	    state_completed,	state_closed,
	state_tones,	    state_paused,	state_stopping,
	state_slow_stop,    state_unsubscribed, state_due,
};
