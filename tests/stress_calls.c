/* SPDX-License-Identifier: MIT */
/*
 * stress_calls.c - the driver and the listener of stress_scenarios.
 *
 * They write plain memory, and read what submitters, cancellers and completers
 * wrote into plain memory before their calls of the engine.
 */
#include <string.h>
#include "stress_scenarios.h"

/* Printable, and different for each operation and round. */
void stage_text(uint64_t key, char *text)
{
	unsigned i;

	for (i = 0; i < TEXT - 1; i++)
		text[i] = (char)('a' + (key * 7 + i * (key % 11 + 1)) % 26);
	text[i] = '\0';
}

/* The callbacks of a call come one at a time, and none after closed(). */
static void enter(struct line *line)
{
	CHECK(line->key == it.round);
	CHECK(!line->inside && !line->closed);
	line->inside = true;
	line->calls++;
}

static void leave(struct line *line)
{
	line->inside = false;
}

static unsigned number_of(const struct op *op)
{
	return (unsigned)(op - it.op);
}

static void see_submitter(const struct op *op, const ivrq_operation *operation)
{
	char text[TEXT];
	unsigned i;

	for (i = 0; i < WORDS; i++)
		CHECK(op->payload[i] == key_of(number_of(op)) + i);
	stage_text(key_of(number_of(op)), text);
	CHECK(!strcmp(operation->client_context, text));
	CHECK(operation->prompt_count == 1 &&
	      !strcmp(operation->prompts[0], text));
}

static int on_start(void *user, const ivrq_operation *operation)
{
	struct line *line = user;
	struct op *op = operation->user;
	ivrq_outcome outcome = { .reason = IVRQ_REASON_OTHER,
				 .media_ms = self->number };

	enter(line);
	CHECK(!op->starts++ && !op->results);
	see_submitter(op, operation);
	op->begun = op->payload[0];
	if (has_flag('s')) {
		op->note[self->number] = it.round;
		CHECK(ivrq_op_complete(it.engine, operation->op, &outcome) <=
		      0);
	}
	atomic_store_explicit(&op->flight, operation->op.value,
			      memory_order_relaxed);
	leave(line);
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct line *line = user;
	struct op *op = operation->user;

	enter(line);
	CHECK(op->starts == 1 && !op->stops++ && !op->results);
	CHECK(op->begun == key_of(number_of(op)));
	outcome->media_ms = NOTE_STOPPED;
	if (has_flag('p'))
		atomic_store_explicit(&op->stopping, true,
				      memory_order_relaxed);
	leave(line);
	return has_flag('p') ? IVRQ_STOP_PENDING : IVRQ_STOPPED;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	struct line *line = user;
	struct op *op = operation->user;

	enter(line);
	CHECK(op->starts == 1 && !op->results);
	leave(line);
}

/* What the one who ended it wrote before. */
static void see_ending(const struct op *op, const ivrq_result *result)
{
	uint32_t by = result->media_ms;

	CHECK(result->started == (op->starts == 1));
	if (!result->started)
		return;
	CHECK(op->begun == op->payload[0]);
	if (result->status == IVRQ_CANCELED) {
		CHECK(op->stops == 1 && by >= NOTE_STOPPED);
		by -= NOTE_STOPPED;
		if (!has_flag('p'))
			return;
	}
	CHECK(by <= ACTORS && op->note[by] == it.round);
}

/* What the one who cancelled it wrote before. */
static void see_canceller(const ivrq_result *result)
{
	CHECK((result->status == IVRQ_CANCELED) ==
	      (result->cause != IVRQ_CAUSE_NONE));
	if (result->cause == IVRQ_CAUSE_CANCEL && it.canceller)
		CHECK(it.canceller->cut_note == it.round);
	if (result->cause == IVRQ_CAUSE_HANG_UP && it.closer && !it.after)
		CHECK(it.closer->cut_note == it.round);
	if (result->cause == IVRQ_CAUSE_BARGE_IN && it.barger)
		CHECK(it.barger->payload[0] == key_of(number_of(it.barger)));
}

static void on_result(void *user, const ivrq_result *result)
{
	struct line *line = user;
	struct op *op = result->operation->user;
	unsigned next = number_of(op) + OPS / 2;
	struct told *told;

	enter(line);
	CHECK(!op->results++);
	see_submitter(op, result->operation);
	see_ending(op, result);
	see_canceller(result);
	op->started = result->started;
	op->cause = result->cause;
	op->cancel = result->cancel;
	if (result->status == IVRQ_CANCELED) {
		told = told_of(result->cancel);
		told->count++;
		told->last = op;
	}
	if (has_flag('c') && next < OPS && !it.after)
		submit_op('p', next);
	atomic_store_explicit(&op->ended, true, memory_order_relaxed);
	leave(line);
}

static void see_tone(const ivrq_tone_event *event)
{
	const struct actor *sender = &it.actor[event->duration_ms / ACTS];

	CHECK(event->duration_ms < ACTORS * ACTS &&
	      sender->tone_note[event->duration_ms % ACTS] == it.round);
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	struct line *line = user;

	enter(line);
	CHECK(event->sequence_id == line->sequence + 1 + event->lost);
	line->sequence = event->sequence_id;
	line->tones++;
	line->lost += event->lost;
	see_tone(event);
	leave(line);
}

/* For a subscription that an actor made, which comes and goes. */
void stage_watch(void *user, const ivrq_tone_event *event)
{
	uint64_t *watch = user;

	CHECK(*watch / 2 == it.round);
	*watch |= 1;
	see_tone(event);
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	struct line *line = user;

	enter(line);
	CHECK(call.value &&
	      (reason == IVRQ_CAUSE_HANG_UP || reason == IVRQ_CAUSE_STOP));
	if (reason == IVRQ_CAUSE_HANG_UP && it.closer && !it.after)
		CHECK(it.closer->cut_note == it.round);
	leave(line);
	line->closed++;
	atomic_store_explicit(&line->ended, true, memory_order_relaxed);
}

const ivrq_driver stage_driver = { on_start, on_stop, on_pause, on_pause };
const ivrq_listener stage_listener = { .result = on_result,
				       .tone = on_tone,
				       .closed = on_closed };
