/* SPDX-License-Identifier: MIT */
/*
 * guest.c - what a newcomer does in a world whose threads all rest for ever.
 */
#include "guest.h"

#include "world.h"

#define LIMIT	  250
#define RUN_LIMIT 2500
#define OWN	  (OPS - 1) /* an operation that no thread submits */

static void need(bool right, const char *what, int answer)
{
	if (!right)
		explore_fault("a newcomer's %s answers %d", what, answer);
}

static void look(void)
{
	ivrq_snapshot shot;
	ivrq_stats stats;
	int answer;

	explore_begin(LIMIT);
	answer = ivrq_call_snapshot(world.engine, world.call[0], &shot);
	need(!answer || answer == IVRQ_ENOENT, "snapshot", answer);
	explore_begin(LIMIT);
	answer = ivrq_engine_stats(world.engine, &stats);
	need(!answer, "stats", answer);
	explore_begin(LIMIT);
	answer = ivrq_op_is_canceled(world.engine, world.op[0].got.op);
	need(answer >= 0 || answer == IVRQ_ENOENT, "is_canceled", answer);
	explore_begin(LIMIT);
	answer = ivrq_tone(world.engine, world.call[0], '1', 20);
	need(!answer || answer == IVRQ_EPOOL || answer == IVRQ_EFULL ||
		     answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT,
	     "tone", answer);
}

static int submit(void)
{
	static const char *const prompts[] = { "p" };
	struct op *op = &world.op[OWN];
	ivrq_play_prompt_request play;
	ivrq_submission got;
	int answer;

	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 1;
	play.options.user = op;
	explore_begin(LIMIT);
	answer = ivrq_play_prompt(world.engine, world.call[0], &play, &got,
				  NULL);
	if (!answer)
		op->got = got;
	need(!answer || answer == IVRQ_EPOOL || answer == IVRQ_EFULL ||
		     answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT,
	     "submit", answer);
	return answer;
}

static void cancel(enum ivrq_scope scope, ivrq_op op)
{
	ivrq_cancel_request request;
	ivrq_receipt receipt = { .in_flight = 0 };
	int answer;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = 5;
	request.op = op;
	explore_begin(LIMIT);
	answer = ivrq_cancel_media_processing(world.engine, world.call[0],
					      &request, &receipt, NULL);
	need(!answer || answer == IVRQ_ENOENT, "cancel", answer);
	if (answer)
		return;
	explore_begin(LIMIT);
	answer = ivrq_fence(world.engine, &receipt, 0);
	need(!answer || answer == IVRQ_ETIMEDOUT, "fence", answer);
}

static void complete(void)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };
	int answer;

	explore_begin(LIMIT);
	answer = ivrq_op_complete(world.engine, world.op[0].got.op, &outcome);
	world.op[0].completes += !answer;
	need(!answer || answer == IVRQ_EALREADY || answer == IVRQ_ECANCELED ||
		     answer == IVRQ_ENOENT,
	     "complete", answer);
}

/* False: one of those who rest is in the run. */
static bool run(void)
{
	int answer;

	explore_begin(RUN_LIMIT);
	answer = ivrq_worker_run(world.engine, 0, world.now);
	need(answer >= 0 || answer == IVRQ_EBUSY, "run", answer);
	return answer >= 0;
}

/* After a cancel of all and two runs, what he submitted has its result; after
 * a close too, the call has ended, but for one whose stop is pending. */
void world_guest(void)
{
	bool closed = world.closed > 0, mine;
	ivrq_op none = { 0 };
	int answer;

	look();
	mine = !submit();
	cancel(IVRQ_SCOPE_OP, world.op[0].got.op);
	cancel(IVRQ_SCOPE_TAG, none);
	cancel(IVRQ_SCOPE_CURRENT, none);
	complete();
	if (mine)
		cancel(IVRQ_SCOPE_KIND, none);
	cancel(IVRQ_SCOPE_PENDING, none);
	cancel(IVRQ_SCOPE_ALL, none);
	if (!run())
		return;
	run();
	if (mine && !world.op[OWN].results && !world_flag('p'))
		explore_fault("a newcomer's operation has no result");
	explore_begin(LIMIT);
	answer = ivrq_call_close(world.engine, world.call[0],
				 IVRQ_CAUSE_HANG_UP, NULL);
	need(!answer || answer == IVRQ_EALREADY || answer == IVRQ_ENOENT,
	     "close", answer);
	run();
	run();
	if (!closed && !world.closed && !world_flag('p'))
		explore_fault("a newcomer's close does not end the call");
}
