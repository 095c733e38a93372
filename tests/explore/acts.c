/* SPDX-License-Identifier: MIT */
/*
 * acts.c - what the threads of the scenes do.
 */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/pool.h"
#include "core/select.h"
#include "core/turn.h"

void stage_open(unsigned number, uint32_t worker, const ivrq_driver *driven)
{
	ivrq_call_config config;
	ivrq_call call;

	ivrq_call_config_init(&config);
	config.driver = driven;
	config.listener = &stage_listener;
	config.worker = worker;
	config.driver_user = config.user = &stage_bytes.opener[number];
	explore_writes(&stage_bytes.opener[number], 1);
	if (ivrq_call_open(stage.engine, &config, &call, NULL))
		return;
	stage.call[number] = call;
	stage.opened |= 1u << number;
}

void open0(void)
{
	stage_open(0, 0, &stage_driver);
}

void open_pausable(void)
{
	stage_open(0, 0, &stage_pausable);
}

void open1(void)
{
	stage_open(1, 0, &stage_driver);
}

void stage_close(unsigned number);

void close1(void)
{
	if (stage.opened & 2)
		stage_close(1);
}

/* In the place of call 0, if that has ended. */
void again0(void)
{
	if (stage.closed & 1)
		stage_open(1, 0, &stage_driver);
}

void again1(void)
{
	if (stage.closed & 1)
		stage_open(1, 1, &stage_driver);
}

void stage_submit(unsigned op, unsigned number)
{
	static const char *const prompts[] = { "p" };
	ivrq_play_prompt_request play;
	ivrq_submission got;

	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 1;
	play.options.user = &stage_bytes.asker[op];
	explore_writes(&stage_bytes.asker[op], 1);
	if (ivrq_play_prompt(stage.engine, stage.call[number], &play, &got,
			     NULL))
		return;
	stage.got[op] = got;
	stage.accepted |= 1u << op;
}

void submit0(void)
{
	stage_submit(0, 0);
}

void submit1(void)
{
	stage_submit(1, 0);
}

void submit2(void)
{
	stage_submit(2, 0);
}

void submit3(void)
{
	stage_submit(3, 0);
}

/* Into the call opened later. */
void later2(void)
{
	if (stage.opened & 2)
		stage_submit(2, 1);
}

void stage_cancel(unsigned number)
{
	ivrq_receipt receipt;

	if (!ivrq_cancel_media_processing(stage.engine, stage.call[number],
					  NULL, &receipt, NULL))
		stage.receipt = receipt;
}

void cancel0(void)
{
	stage_cancel(0);
}

ivrq_receipt stage_cut(enum ivrq_scope scope, ivrq_op op)
{
	ivrq_cancel_request request;
	ivrq_receipt receipt = { .pending = 0 };

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.op = op;
	if (ivrq_cancel_media_processing(stage.engine, stage.call[0], &request,
					 &receipt, NULL))
		explore_fault("a cancel is refused");
	return receipt;
}

void cut_pending(void)
{
	stage.receipt = stage.made[0] =
		stage_cut(IVRQ_SCOPE_PENDING, (ivrq_op){ 0 });
}

void cut_current(void)
{
	stage.receipt = stage.made[0] =
		stage_cut(IVRQ_SCOPE_CURRENT, (ivrq_op){ 0 });
}

void cut_pending_again(void)
{
	stage.made[1] = stage_cut(IVRQ_SCOPE_PENDING, (ivrq_op){ 0 });
}

void cut_all_again(void)
{
	stage.made[1] = stage_cut(IVRQ_SCOPE_ALL, (ivrq_op){ 0 });
}

/* It waits in the ring, and nobody else cancels it. */
void stage_kill(unsigned op)
{
	ivrq_receipt receipt = stage_cut(IVRQ_SCOPE_OP, stage.got[op].op);

	if (receipt.in_flight + receipt.pending != 1)
		explore_fault("op %u lives, it was to be cancelled", op);
}

/* It has had its result, as this thread knows. */
void kill_hole(void)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	request.op = stage.got[1].op;
	if (ivrq_cancel_media_processing(stage.engine, stage.call[0], &request,
					 NULL, NULL) != IVRQ_ENOENT)
		explore_fault("op 1 is cancelled, it has had its result");
}

void kill0(void)
{
	stage_kill(0);
}

void kill1(void)
{
	stage_kill(1);
}

void kill2(void)
{
	stage_kill(2);
}

/* There is one. */
void current0(void)
{
	ivrq_receipt receipt = stage_cut(IVRQ_SCOPE_CURRENT, (ivrq_op){ 0 });

	if (receipt.in_flight + receipt.pending != 1)
		explore_fault("nothing was current");
}

void stage_close(unsigned number)
{
	int answer = ivrq_call_close(stage.engine, stage.call[number],
				     IVRQ_CAUSE_HANG_UP, NULL);

	(void)answer;
}

void close0(void)
{
	stage_close(0);
}

void stage_run(uint32_t worker)
{
	int answer = ivrq_worker_run(stage.engine, worker, 1);

	(void)answer;
}

void run0(void)
{
	stage_run(0);
}

void run1(void)
{
	stage_run(1);
}

/* Of a run, only that its first operation leaves the ring. */
void pop0(void)
{
	struct ivrq__ring ring =
		ivrq__ring_of(stage.engine, stage.call[0].value);
	struct ivrq__step step;

	ivrq__turn_look(&ring, &step);
	ivrq__turn_pop(&ring, &step);
	ivrq__turn_land(&ring, &step);
	stage.results |= 1;
}

/* The same, told; then a cut of what came later leaves its boundary. */
void pop0_and_stamp(void)
{
	struct ivrq__ring ring =
		ivrq__ring_of(stage.engine, stage.call[0].value);
	struct ivrq__step step;
	uint64_t hit;

	ivrq__turn_look(&ring, &step);
	ivrq__turn_pop(&ring, &step);
	explore_writes(&stage_bytes.told[0], 1);
	stage.results |= 1;
	stage.cut[0] = stage.made[0].id;
	hit = ivrq__ld_acq64(&ring.queue->hit);
	ivrq__cas_acqrel64(&ring.queue->hit, &hit, ivrq__pos(hit, 1));
	ivrq__turn_land(&ring, &step);
}

/* Where the queue begins, what was before it has been delivered, but for one
 * in flight: else a fence waits for what no run will tell. */
void look_past(void)
{
	struct ivrq__ring ring =
		ivrq__ring_of(stage.engine, stage.call[0].value);
	uint64_t head = ivrq__head(ivrq__load_word(&ring));
	uint64_t flight = ivrq__load_flight(&ring);
	uint64_t done = ivrq__ld_acq64(&ring.queue->done);

	if (ivrq__pos_diff(done, head) < 0 && done != ivrq__payload(flight))
		explore_fault("a hole has left before it landed");
}

/* Sleep until woken, then run. */
void serve0(void)
{
	explore_wait(&stage.wakes[0]);
	stage_run(0);
}

void complete0(void)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS,
				 .media_ms = stage_thread() + 1 };

	if (!stage.got[0].op.value)
		return;
	explore_writes(&stage_bytes.completer[0][stage_thread()], 1);
	(void)!ivrq_op_complete(stage.engine, stage.got[0].op, &outcome);
}

/* Its memory is read by who knows that all is over. */
static void read_results(ivrq_cancel cut)
{
	unsigned i;

	for (i = 0; i < OPS; i++)
		if ((stage.results >> i & 1) &&
		    (!cut.value || stage.cut[i].value == cut.value))
			explore_reads(&stage_bytes.told[i], 1);
}

static void fence_for(uint64_t timeout_ms)
{
	int answer;

	if (!stage.receipt.id.value)
		return;
	answer = ivrq_fence(stage.engine, &stage.receipt, timeout_ms);
	if (answer && timeout_ms)
		explore_fault("the fence answers %d", answer);
	/* Nobody would wake one that waits now. */
	if (answer && (stage.passed >> stage_thread() & 1))
		explore_fault("the fence answers %d, and was passed", answer);
	if (answer)
		return;
	stage.passed |= 1u << stage_thread();
	read_results(stage.receipt.id);
}

void fence_now(void)
{
	fence_for(0);
}

void fence0(void)
{
	fence_for(1000);
}

static void stop_for(uint64_t timeout_ms)
{
	const ivrq_cancel any = { 0 };
	int answer = ivrq_engine_stop(stage.engine, timeout_ms);
	unsigned i;

	if (answer && timeout_ms)
		explore_fault("stop answers %d", answer);
	if (answer)
		return;
	stage.stops++;
	read_results(any);
	for (i = 0; i < CALLS; i++)
		if (stage.closed >> i & 1)
			explore_reads(&stage_bytes.closed[i], 1);
}

void stop_now(void)
{
	stop_for(0);
}

void stop_wait(void)
{
	stop_for(1000);
}

void pause0(void)
{
	(void)!ivrq_call_pause(stage.engine, stage.call[0]);
}

void resume0(void)
{
	(void)!ivrq_call_resume(stage.engine, stage.call[0]);
}

void stage_tone(unsigned number, unsigned call)
{
	uint32_t subs = explore_known(3u << SUBBED) >> SUBBED;
	unsigned i;
	int answer;

	for (i = 0; i < SUBS; i++)
		if ((subs >> i & 1) && stage.sub[i].value &&
		    (call == 0 || i == 1))
			stage.must_hear[i] |= 1u << number;
	answer = ivrq_tone(stage.engine, stage.call[call], (char)('0' + number),
			   20);
	if (answer)
		for (i = 0; i < SUBS; i++)
			stage.must_hear[i] &= ~(1u << number);
	else
		stage.toned |= 1u << number;
	stage.lost += answer == IVRQ_EFULL || answer == IVRQ_EPOOL;
	explore_mark(TONED + number);
}

void tone0(void)
{
	stage_tone(0, 0);
}

void tone1(void)
{
	stage_tone(1, 0);
}

void stage_subscribe(unsigned number, unsigned call)
{
	ivrq_subscription sub;
	uint32_t before = explore_known(7u << TONED) >> TONED & stage.toned;

	explore_writes(&stage_bytes.subscriber[number], 1);
	if (ivrq_subscribe_to_tone(stage.engine, stage.call[call],
				   stage_on_tone,
				   &stage_bytes.subscriber[number], &sub))
		return;
	stage.must_not[number] |= before;
	stage.sub[number] = sub;
	explore_mark(SUBBED + number);
}

void subscribe0(void)
{
	stage_subscribe(0, 0);
}

void subscribe1(void)
{
	stage_subscribe(1, 0);
}

void subscribe2(void)
{
	stage_subscribe(2, 0);
}

/* Of the call opened later: the tones of the old one are not for it. */
void subscribe_later(void)
{
	if (!(stage.opened & 2))
		return;
	stage.must_not[1] |= 3;
	stage_subscribe(1, 1);
}

void tone_later(void)
{
	if (stage.opened & 2)
		stage_tone(2, 1);
}

void unsubscribe0(void)
{
	ivrq_subscription sub = stage.sub[0];

	if (!sub.value)
		return;
	stage.sub[0].value = 0; /* no tone has to reach it any more */
	stage.must_hear[0] = 0;
	(void)!ivrq_unsubscribe(stage.engine, sub);
}

/* The ready set alone, with a summary. */
static void add(unsigned member)
{
	explore_writes(&stage_bytes.asker[member & 1], 1);
	ivrq__ready_add(&stage.set, member);
	stage.added |= 1u << member;
}

void add2(void)
{
	add(2);
}

void add3(void)
{
	add(3);
}

void take_set(void)
{
	struct ivrq__ready_walk walk;
	uint32_t member;

	ivrq__ready_begin(&stage.set, &walk);
	while (ivrq__ready_next(&stage.set, &walk, &member)) {
		explore_reads(&stage_bytes.asker[member & 1], 1);
		stage.taken |= 1u << member;
	}
}

/* As who adds a call, and as a run, of a set with a summary. */
void add_and_wake(void)
{
	add(2);
	if (ivrq__ld_seq32(&stage.armed))
		explore_post(&stage.wakes[0]);
}

void take_and_sleep(void)
{
	ivrq__st_seq32(&stage.armed, 0);
	while (!ivrq__ready_empty(&stage.set))
		take_set();
	ivrq__st_seq32(&stage.armed, 1);
	if (!ivrq__ready_empty(&stage.set))
		explore_post(&stage.wakes[0]);
	stage.slept = 1;
}
