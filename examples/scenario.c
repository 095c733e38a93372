/* SPDX-License-Identifier: MIT */
/*
 * The call: what the caller does (the steps at the end of this file) and what
 * the application does about it (the listener). A real application may do
 * these things on any thread; here they happen at the ticks of the media
 * thread, so that every run is the same.
 */
#include "demo.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ----------------------------------------------- what the application does */

static struct operation *add(struct demo *demo, enum ivrq_kind kind,
			     const char *name, const char *prompt)
{
	struct operation *operation = &demo->operations[demo->operation_count];

	memset(operation, 0, sizeof(*operation));
	operation->kind = kind;
	snprintf(operation->name, sizeof(operation->name), "%s", name);
	if (prompt) {
		snprintf(operation->prompt, sizeof(operation->prompt), "%s.wav",
			 prompt);
		/* One file is missing on purpose: then it has no samples. */
		sound_read(demo->prompts, operation->prompt, &operation->sound);
	}
	operation->queued = demo->tick;
	operation->started = NEVER;
	operation->sounding = NEVER;
	operation->recording = NEVER;
	operation->ended = NEVER;
	return operation;
}

static void added(struct demo *demo, struct operation *operation, int answer,
		  const ivrq_submission *submission, const ivrq_error *error)
{
	unsigned number = ++demo->operation_count;
	const char *kind = operation->kind == IVRQ_PLAY_PROMPT
				   ? "playPrompt"
				   : "recordResponse";

	if (answer < 0) {
		print_fault(demo, "%s %s: %s %s", kind, operation->name,
			    error->field, error->rule);
		return;
	}
	operation->op = submission->op;
	if (submission->running)
		print_event(demo, "submit", "%2u %s %s: running", number, kind,
			    operation->name);
	else
		print_event(demo, "submit",
			    "%2u %s %s: notStarted, %" PRIu32 " ahead", number,
			    kind, operation->name, submission->ahead);
}

static void play(struct demo *demo, const char *name, bool loop)
{
	struct operation *operation = add(demo, IVRQ_PLAY_PROMPT, name, name);
	const char *prompts[] = {operation->prompt};
	ivrq_play_prompt_request request;
	ivrq_submission submission;
	ivrq_error error;

	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.loop = loop;
	request.options.client_context = operation->name;
	request.options.user = operation;
	operation->loop = loop;
	added(demo, operation,
	      ivrq_play_prompt(demo->engine, demo->call, &request, &submission,
			       &error),
	      &submission, &error);
}

static void record(struct demo *demo, const char *name, const char *prompt,
		   bool barge_in)
{
	struct operation *operation =
		add(demo, IVRQ_RECORD_RESPONSE, name, prompt);
	const char *prompts[] = {operation->prompt};
	ivrq_record_response_request request;
	ivrq_submission submission;
	ivrq_error error;

	snprintf(operation->location, sizeof(operation->location),
		 "recorded-%" PRIu32 ".wav", demo->operation_count + 1);
	ivrq_record_response_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = prompt != NULL;
	request.max_record_duration_seconds = 20;
	request.stop_tones = "#";
	request.location = operation->location;
	request.options.client_context = operation->name;
	request.options.user = operation;
	request.options.barge_in_allowed = barge_in;
	added(demo, operation,
	      ivrq_record_response(demo->engine, demo->call, &request,
				   &submission, &error),
	      &submission, &error);
}

static struct cut *cut(struct demo *demo, const char *what,
		       enum ivrq_cause cause, const ivrq_receipt *receipt)
{
	struct cut *cut = &demo->cuts[demo->cut_count];

	cut->letter = (char)('A' + demo->cut_count++);
	cut->tick = demo->tick;
	cut->cause = cause;
	if (receipt) {
		cut->id = receipt->id;
		cut->in_flight = receipt->in_flight;
		cut->pending = receipt->pending;
		print_event(demo, what,
			    " %c the receipt says %" PRIu32
			    " in flight + %" PRIu32 " pending",
			    cut->letter, cut->in_flight, cut->pending);
	} else {
		print_event(demo, what, " %c", cut->letter);
	}
	return cut;
}

static void cancel(struct demo *demo)
{
	ivrq_receipt receipt;
	ivrq_error error;

	if (ivrq_cancel_media_processing(demo->engine, demo->call, NULL,
					 &receipt, &error) < 0)
		print_fault(demo, "cancel: %s %s", error.field, error.rule);
	else
		cut(demo, "cancel", IVRQ_CAUSE_CANCEL, &receipt);
}

/* ------------------------------------------------------------ the listener */

static void on_started(void *user, const ivrq_operation *started)
{
	struct demo *demo = user;
	struct operation *operation = started->user;

	operation->started = demo->tick;
	demo->current = operation;
	print_event(demo, "started", "%2u %s",
		    (unsigned)(operation - demo->operations) + 1,
		    operation->name);
}

const struct cut *scenario_cut(const struct demo *demo, ivrq_cancel id)
{
	for (uint32_t i = 0; id.value && i < demo->cut_count; i++)
		if (demo->cuts[i].id.value == id.value)
			return &demo->cuts[i];
	return NULL;
}

/* A barge-in has no receipt: its results tell what it cut. */
static void learn_barge_in(struct demo *demo, const ivrq_result *result)
{
	struct cut *last = &demo->cuts[demo->cut_count - 1];

	if (!demo->cut_count || last->cause != IVRQ_CAUSE_BARGE_IN ||
	    (last->id.value && last->id.value != result->cancel.value))
		return;
	last->id = result->cancel;
	if (result->started)
		last->in_flight++;
	else
		last->pending++;
}

static void on_result(void *user, const ivrq_result *result)
{
	struct demo *demo = user;
	struct operation *operation = result->operation->user;
	char text[80];

	operation->ended = demo->tick;
	operation->results++;
	operation->order = ++demo->result_count;
	operation->result = *result;
	operation->result.operation = NULL;
	if (demo->current == operation)
		demo->current = NULL;
	if (demo->closed)
		print_fault(demo, "a result after closed()");
	if (result->cause == IVRQ_CAUSE_BARGE_IN)
		learn_barge_in(demo, result);
	print_outcome(demo, operation, text, sizeof(text));
	print_event(demo, "result", "%2u %s: %s",
		    (unsigned)(operation - demo->operations) + 1,
		    operation->name, text);
	print_wire(demo, operation);
	if (result->reason == IVRQ_REASON_STOP_TONE) {
		play(demo, "thanks", false);
		play(demo, "missing", false); /* there is no such file */
		play(demo, "goodbye", false);
		record(demo, "survey", NULL, false);
		play(demo, "welcome", false);
	}
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	struct demo *demo = user;
	struct digit *digit = &demo->digits[demo->digit_count++];

	digit->tick = demo->tick;
	digit->event = *event;
	print_event(demo, "tone", " %c sequenceId %" PRIu64, event->tone,
		    event->sequence_id);
	if (event->tone == '2') {
		cancel(demo); /* clears the queue; what follows is after it */
		record(demo, "message", "please-record", false);
		play(demo, "thanks", false);
		play(demo, "parcel", false);
		play(demo, "goodbye", false);
	} else if (event->tone == '*') {
		cancel(demo);
	}
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	struct demo *demo = user;

	(void)call;
	(void)reason;
	demo->closed = true;
	print_event(demo, "closed", "   the last callback of the call");
}

const ivrq_listener scenario_listener = {
	.started = on_started,
	.result = on_result,
	.tone = on_tone,
	.closed = on_closed,
};

/* ----------------------------------------- what the caller does, and when */

static void answer(struct demo *demo, char tone)
{
	ivrq_subscription subscription;

	(void)tone;
	if (ivrq_subscribe_to_tone(demo->engine, demo->call, NULL, NULL,
				   &subscription) < 0)
		print_fault(demo, "subscribeToTone");
	play(demo, "welcome", false);
	play(demo, "menu", false);
}

static void press(struct demo *demo, char tone)
{
	demo->caller_at = demo->caller.count; /* and falls silent */
	if (ivrq_media_tone(demo->leg, tone, 100) < 0)
		print_fault(demo, "tone %c", tone);
}

static void speak(struct demo *demo, char tone)
{
	(void)tone;
	demo->caller_at = 0;
	print_event(demo, "caller", "   speaks");
}

static void hold(struct demo *demo, char tone)
{
	(void)tone;
	play(demo, "hold", true);
}

static void barge_in(struct demo *demo, char tone)
{
	(void)tone;
	cut(demo, "barge-in", IVRQ_CAUSE_BARGE_IN, NULL);
	record(demo, "message again", NULL, true);
}

static void hang_up(struct demo *demo, char tone)
{
	ivrq_receipt receipt;

	(void)tone;
	if (ivrq_call_close(demo->engine, demo->call, IVRQ_CAUSE_HANG_UP,
			    &receipt) < 0)
		print_fault(demo, "hang-up");
	else
		cut(demo, "hang-up", IVRQ_CAUSE_HANG_UP, &receipt);
}

void scenario_tick(struct demo *demo)
{
	static const struct {
		uint32_t at_ms;
		void (*step)(struct demo *demo, char tone);
		char tone;
	} steps[] = {
		{0, answer, 0},	     {700, press, '4'},	 {2300, press, '2'},
		{4000, speak, 0},    {5300, press, '*'}, {5700, hold, 0},
		{6900, barge_in, 0}, {7200, speak, 0},	 {9600, press, '#'},
		{10800, hang_up, 0},
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i].at_ms == demo->tick * TICK_MS)
			steps[i].step(demo, steps[i].tone);
}
