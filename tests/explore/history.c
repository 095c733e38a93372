/* SPDX-License-Identifier: MIT */
/*
 * history.c - what the threads of a world did, as a history for lin.c.
 *
 * One for each life of the call. What is invoked after something else has
 * returned is known from the sets that world.h keeps; the hits of a cancel are
 * the operations whose results name it.
 */
#include "lin.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static struct lin_history history;
static unsigned life;
/* Of each event: what it is of all that happens, and what was before it. */
static uint8_t happens[LIN_EVENTS];
static uint32_t since[LIN_EVENTS];
static uint8_t event_of[ACTS][OPS]; /* of a cancel; LIN_NOBODY: none */

static unsigned life_of(unsigned act)
{
	char verb = plans[act].verb;

	return verb == 'n' || verb == 'N';
}

static bool ours(unsigned number)
{
	const struct op *op = &world.op[number];

	return op->submitted && !op->answer && life_of(op->act) == life;
}

static bool hit_by(unsigned number, unsigned act)
{
	const struct op *op = &world.op[number];

	return ours(number) && op->status == IVRQ_CANCELED &&
	       world_owner(op) == act;
}

static uint32_t hits_of(unsigned act)
{
	uint32_t hits = 0;
	unsigned i;

	for (i = 0; i < OPS; i++)
		hits |= (uint32_t)hit_by(i, act) << i;
	return hits;
}

static struct lin_event *add(enum lin_what what, unsigned op,
			     unsigned happening, uint32_t before)
{
	struct lin_event *event = &history.event[history.events];

	memset(event, 0, sizeof(*event));
	event->what = (uint8_t)what;
	event->op = (uint8_t)op;
	event->by = LIN_NOBODY;
	happens[history.events] = (uint8_t)happening;
	since[history.events++] = before;
	return event;
}

static void name_hits(unsigned act)
{
	memset(event_of[act], (int)history.events - 1, OPS);
}

static void add_submit(unsigned number)
{
	const struct act *act = &world.act[number];
	const struct op *op = &world.op[plans[number].op];
	unsigned i = plans[number].op;
	struct lin_event *event;

	event = add(LIN_SUBMIT, i, number, act->before);
	event->answer = act->answer;
	event->barge = op->barge;
	if (op->barge && !act->answer)
		event->hits = hits_of(number);
	name_hits(number);
	if (act->answer)
		return;
	event = add(LIN_AHEAD, i, number, act->before);
	event->value = (uint8_t)op->got.ahead;
	if (op->got.running != !op->got.ahead)
		explore_fault("op %u: running, and %u ahead", i, op->got.ahead);
}

static void add_cut(enum lin_what what, unsigned number)
{
	const struct act *act = &world.act[number];
	struct lin_event *event =
		add(what, plans[number].op, number, act->before);

	event->answer = act->answer;
	event->hits = act->answer ? 0 : hits_of(number);
	event->in_flight = (uint8_t)act->receipt.in_flight;
	event->pending = (uint8_t)act->receipt.pending;
	name_hits(number);
}

/* One event for each that it could have hit. */
static void add_group(unsigned number)
{
	const struct act *act = &world.act[number];
	struct lin_event *event;
	unsigned i;

	for (i = 0; i < OPS; i++) {
		if (!ours(i) || !world_in_scope(number, i))
			continue;
		event = add(LIN_PICK, i, number, act->before);
		event->answer = act->answer;
		event_of[number][i] = (uint8_t)(history.events - 1);
		if (act->answer || !hit_by(i, number))
			continue;
		event->hits = UINT32_C(1) << i;
		event->in_flight = world.op[i].started;
		event->pending = !world.op[i].started;
	}
}

static void add_snapshot(unsigned number)
{
	const struct act *act = &world.act[number];
	struct lin_event *event = add(LIN_SNAPSHOT, 0, number, act->before);
	struct lin_shot *shot = &event->shot;
	uint64_t saw = act->saw;
	unsigned i;

	if (saw == 1) {
		event->answer = IVRQ_ENOENT;
		return;
	}
	shot->depth = (uint8_t)(saw >> 8);
	shot->canceled = (uint8_t)(saw >> 16);
	shot->state = saw >> 24 & 15;
	shot->closed = saw >> 28 & 1;
	shot->head = shot->tail = LIN_NOBODY;
	for (i = 0; i < OPS && shot->depth; i++) {
		uint64_t position = ivrq__op_position(world.op[i].got.op);

		if (ours(i) && position == (saw >> 32 & 0xffff))
			shot->head = (uint8_t)i;
		if (ours(i) && position == saw >> 48)
			shot->tail = (uint8_t)i;
	}
}

static void add_of_op(enum lin_what what, unsigned number)
{
	const struct act *act = &world.act[number];

	/* Of one that was not submitted, or in the other life. */
	if (ours(plans[number].op))
		add(what, plans[number].op, number, act->before)->answer =
			act->answer;
}

/* The handle was seen before the call was open. */
static bool too_early(unsigned number)
{
	unsigned i;

	for (i = 0; i < plan_count; i++)
		if (plans[i].verb == 'o' &&
		    !(world.act[number].before >> i & 1))
			return life_of(number) &&
			       world.act[number].answer == IVRQ_ENOENT;
	return false;
}

static void add_act(unsigned number)
{
	const struct act *act = &world.act[number];
	char verb = plans[number].verb;

	memset(event_of[number], LIN_NOBODY, OPS);
	if (life_of(number) != life || act->answer == PENDING ||
	    act->answer == -99 || too_early(number))
		return;
	if (verb == 'w' || verb == 'W') {
		if (!life)
			add(LIN_RUN, 0, number, act->since);
		return;
	}
	if (act->answer == SKIPPED && verb != 'i')
		return;
	if (strchr("ptqbdn", verb))
		add_submit(number);
	else if (verb == 'A' || verb == 'N')
		add_cut(LIN_ALL, number);
	else if (verb == 'P')
		add_cut(LIN_PENDING, number);
	else if (verb == 'C')
		add_cut(LIN_CURRENT, number);
	else if (verb == 'X')
		add_cut(LIN_CLOSE, number);
	else if (verb == 'K' && ours(plans[number].op))
		add_cut(LIN_KILL, number);
	else if (verb == 'G' || verb == 'T')
		add_group(number);
	else if (verb == 'S')
		add_snapshot(number);
	else if (verb == 'x')
		add_of_op(LIN_COMPLETE, number);
	else if (verb == 'i')
		add_of_op(LIN_IS_CUT, number);
}

/* The first run that knew the later time. */
static uint32_t since_deadline(void)
{
	unsigned i;

	for (i = 0; i < plan_count; i++)
		if (plans[i].verb == 'W')
			return world.act[i].before;
	return 0;
}

static void add_op(unsigned number)
{
	const struct op *op = &world.op[number];
	struct lin_event *event;
	unsigned owner;

	if (!ours(number))
		return;
	history.late |= (uint32_t)op->late << number;
	if (op->starts)
		add(LIN_START, number, BY_START + number, op->start_since);
	if (op->stops)
		add(LIN_STOP, number, BY_STOP + number, op->stop_since);
	if (op->ended)
		add(LIN_COMPLETE, number, BY_END + number, op->end_since)
			->answer = op->end_answer;
	if (op->status == IVRQ_FAILED)
		add(LIN_EXPIRE, number, BY_NOTHING, since_deadline());
	event = add(LIN_RESULT, number, BY_RESULT + number, op->result_since);
	event->status = (uint8_t)op->status;
	event->started = op->started;
	if (op->status != IVRQ_CANCELED)
		return;
	owner = world_owner(op);
	if (owner < ACTS)
		event->by = event_of[owner][number];
}

static bool closes(void)
{
	unsigned i;

	for (i = 0; i < plan_count; i++)
		if (plans[i].verb == 'X' && !world.act[i].answer)
			return !life;
	return false;
}

static void order(void)
{
	unsigned i, j;

	for (i = 0; i < history.events; i++)
		for (j = 0; j < history.events; j++)
			if (since[i] >> happens[j] & 1)
				history.event[i].before |= UINT64_C(1) << j;
}

static void note(const struct lin_fault *fault)
{
	char text[160];
	unsigned i;

	explore_note("the longest order found:");
	for (i = 0; i < fault->done; i++)
		explore_note("  %s", lin_say(&history, fault->order[i], text,
					     sizeof(text)));
}

static void check_life(void)
{
	struct lin_fault fault;
	char text[400];
	unsigned i;

	memset(&history, 0, offsetof(struct lin_history, event));
	history.ops = OPS;
	history.capacity = world.engine->config.ring;
	for (i = 0; i < plan_count; i++)
		add_act(i);
	for (i = 0; i < OPS; i++)
		add_op(i);
	if (closes() && world.told[life])
		add(LIN_CLOSED, 0, BY_CLOSED + life, world.told[life] - 1);
	order();
	if (lin_check(&history, &fault))
		return;
	note(&fault);
	explore_fault("%s", lin_stuck(&history, &fault, text, sizeof(text)));
}

void world_check_history(void)
{
	for (life = 0; life < LIVES; life++)
		if (world.call[life].value)
			check_life();
}
