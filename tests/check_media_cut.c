/* SPDX-License-Identifier: MIT */
/*
 * check_media_cut: a cancel or a hang-up while a prompt, or a recording, ends.
 *
 * The core is built with a hook before each atomic access. The driver is about
 * to tell the engine of an end: on the media thread inside a get, or on the I/O
 * thread when the file is closed. It is stopped there before the n-th access,
 * for each n, and the cut comes. Then the receipt says whether it was in time,
 * and result and file agree with it.
 */
#include <stdatomic.h>
#include <unistd.h>

#include "media_stage.h"

enum { LOUD = 3000, STEPS_MAX = 2000 };

static struct stage stage;
static int16_t pcm[RATE];

/* --------------------------------------------------------------- the hook */

void ivrq__atomic_hook(void);

enum where { NOWHERE, MEDIA_THREAD, IO_THREAD };
static _Thread_local bool is_media_thread;

/* One of the two threads is counted; at the n-th access it cuts. */
static struct {
	_Atomic(enum where) where;
	_Atomic int left;
	bool hang_up;
	ivrq_receipt receipt;
	int answer;
	_Atomic bool done;
} cut;

static void do_cut(void)
{
	if (cut.hang_up)
		cut.answer = ivrq_call_close(stage.engine, stage.call,
					     IVRQ_CAUSE_HANG_UP, &cut.receipt);
	else
		cut.answer = ivrq_cancel_media_processing(
			stage.engine, stage.call, NULL, &cut.receipt, NULL);
	atomic_store(&cut.done, true);
}

void ivrq__atomic_hook(void)
{
	enum where here = is_media_thread ? MEDIA_THREAD : IO_THREAD;

	if (atomic_load(&cut.where) != here ||
	    atomic_fetch_sub(&cut.left, 1) != 1)
		return;
	atomic_store(&cut.where, NOWHERE);
	do_cut();
}

static void arm(enum where where, int n)
{
	atomic_store(&cut.done, false);
	atomic_store(&cut.left, n);
	atomic_store(&cut.where, where);
}

/* ------------------------------------------------------------------- trials */

static bool keep;
static bool full;

static void configure(struct stage *s)
{
	s->leg_config.keep_partial = keep;
	if (full)
		s->disk.full_at = 44;
}

static void begin_recording(void)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = 1;
	record(&stage, &request);
	run(&stage);
}

/* The get that gives the prompt's last sample tells its end. */
static void end_prompt(int n)
{
	make_ramp(&stage, "a", 1, 100);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 99);
	wait_ready(&stage, 1);
	arm(MEDIA_THREAD, n);
	get(&stage, pcm, FRAME);
	atomic_store(&cut.where, NOWHERE);
}

static void end_recording(int n)
{
	begin_recording();
	say(&stage, LOUD, RATE - 1);
	arm(IO_THREAD, n);
	say(&stage, LOUD, 1);
}

/* It breaks when the first samples are written, at the latest at its end. */
static void break_recording(int n)
{
	arm(IO_THREAD, n);
	begin_recording();
	say(&stage, LOUD, RATE);
}

/* It was cancelled; the I/O thread tells that it has stopped. */
static void stop_recording(int n)
{
	begin_recording();
	say(&stage, LOUD, RATE / 2);
	cancel(&stage);
	arm(IO_THREAD, n);
}

static const struct trial {
	void (*end)(int n);
	bool full;
	enum ivrq_status status; /* without the cut */
	enum ivrq_reason reason;
	uint32_t media_ms;
} trials[] = {
	{ end_prompt, false, IVRQ_COMPLETED, IVRQ_REASON_SUCCESS, 12 },
	{ end_recording, false, IVRQ_COMPLETED, IVRQ_REASON_MAX_DURATION,
	  1000 },
	{ break_recording, true, IVRQ_FAILED, IVRQ_REASON_OTHER, 0 },
	{ stop_recording, false, IVRQ_CANCELED, IVRQ_REASON_CANCELED, 500 },
};

static void assert_told(const struct trial *trial, const struct note *note)
{
	bool done = atomic_load(&cut.done);
	bool hit = done && cut.receipt.in_flight;

	if (done) {
		ck_assert_int_eq(cut.answer, 0);
		ck_assert_uint_eq(cut.receipt.pending, 0);
	}
	ck_assert_int_eq(note->status, hit ? IVRQ_CANCELED : trial->status);
	ck_assert_int_eq(note->reason,
			 hit ? IVRQ_REASON_CANCELED : trial->reason);
	if (hit)
		ck_assert_int_eq(note->cause, cut.hang_up ? IVRQ_CAUSE_HANG_UP :
							    IVRQ_CAUSE_CANCEL);
	if (!hit)
		ck_assert_uint_eq(note->media_ms, trial->media_ms);
}

/* There is a recording of that name only if it says so. */
static void assert_file(const struct trial *trial, const struct note *note)
{
	bool recorded = trial->end != end_prompt && !trial->full;

	ck_assert(note->kept == exists(&stage, "r.wav"));
	if (recorded)
		ck_assert(note->kept ==
			  (keep || note->status == IVRQ_COMPLETED));
	else
		ck_assert(!note->kept);
}

/* false: no n-th access */
static bool try_at(const struct trial *trial, int n)
{
	const struct note *note;

	full = trial->full;
	stage_up(&stage, configure);
	trial->end(n);
	note = wait_result(&stage, 1);
	assert_told(trial, note);
	assert_file(trial, note);
	stage_down(&stage); /* asserts that nothing is open, no part is left */
	atomic_store(&cut.where, NOWHERE);
	ck_assert_uint_eq(stage.nnotes, 1);
	return atomic_load(&cut.done);
}

/* _i: the trial, then keep_partial, then hang-up instead of cancel */
START_TEST(test_cut_at_each_step_of_an_end_agrees_with_its_receipt)
{
	const struct trial *trial = &trials[_i / 4];
	int n = 1;

	is_media_thread = true;
	keep = _i & 1;
	cut.hang_up = _i & 2;
	while (try_at(trial, n)) {
		n++;
		ck_assert_int_lt(n, STEPS_MAX);
	}
	ck_assert_int_gt(n, 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("media_cut");
	TCase *tcase = tcase_create("ends");

	tcase_add_loop_test(
		tcase, test_cut_at_each_step_of_an_end_agrees_with_its_receipt,
		0, 4 * CT_COUNT(trials));
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
