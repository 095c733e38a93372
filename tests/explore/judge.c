/* SPDX-License-Identifier: MIT */
/*
 * judge.c - all threads have returned: let all come to an end, and see whether
 * what they were told and what was delivered agree with the promises.
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "core/pool.h"

static const struct act_plan *plan_of(unsigned act)
{
	return &plans[act];
}

static bool is_cancel(unsigned act)
{
	return strchr("APCKGTXN", plan_of(act)->verb) != NULL;
}

static bool accepted(unsigned op)
{
	return world.op[op].submitted && !world.op[op].answer;
}

static uint64_t position(unsigned op)
{
	return ivrq__op_position(world.op[op].got.op);
}

/* Had `a` returned when `b` was invoked? */
static bool precedes(unsigned a, unsigned b)
{
	return world.act[b].before >> a & 1;
}

static unsigned total(unsigned act)
{
	return world.act[act].receipt.in_flight +
	       world.act[act].receipt.pending;
}

/* ----------------------------------------------------------- let all come */

/* What still lives ends by itself. */
static bool help(void)
{
	ivrq_outcome outcome = { .media_ms = 4 };
	bool any = false;
	unsigned i;

	for (i = 0; i < OPS; i++) {
		struct op *op = &world.op[i];

		if (!accepted(i) || op->results)
			continue;
		any = true;
		if (op->stopping) {
			op->stopping = false;
			if (ivrq_op_stopped(world.engine, op->got.op, &outcome))
				explore_fault("op %u: stopped is refused", i);
		} else if (op->starts && !op->stops && !op->completes) {
			op->drained = true;
			if (world_end(i))
				explore_fault("op %u: complete is refused, "
					      "but it lives",
					      i);
		}
	}
	return any;
}

static void drain(void)
{
	unsigned rounds = 0, i;
	ivrq_receipt receipt;

	world.since = world.returned;

	if (world_flag('z') && !world.woken &&
	    (!ivrq__ready_empty(&world.engine->workers[0].ready) ||
	     !ivrq__ready_over(&world.engine->workers[0].walk)))
		explore_fault("the worker was not woken");
	do {
		world_run();
	} while (help() && ++rounds < 30);
	for (i = 0; i < 2; i++) {
		int answer;

		if (!world.call[i].value)
			continue;
		answer = ivrq_call_close(world.engine, world.call[i],
					 IVRQ_CAUSE_HANG_UP, &receipt);
		if (!answer && receipt.in_flight + receipt.pending)
			explore_fault("operations are left at the end");
		world_run();
		if (ivrq_call_close(world.engine, world.call[i],
				    IVRQ_CAUSE_HANG_UP, NULL) != IVRQ_ENOENT)
			explore_fault("a call does not end");
	}
	if (!world.closed)
		explore_fault("closed was not told");
}

/* ------------------------------------------------------------------- audits */

static void audit_engine(void)
{
	struct ivrq__ring ring = ivrq__ring_of(world.engine, 0);
	unsigned i, count = 0, free = 0;
	ivrq_stats stats;

	for (i = 0; i < OPS; i++)
		count += accepted(i);
	if (ivrq_engine_stats(world.engine, &stats) ||
	    stats.submitted != count || stats.live || stats.calls_open ||
	    stats.completed + stats.failed + stats.canceled != count)
		explore_fault("the counters do not add up");
	for (i = 0; i < OPS; i++)
		if ((uint32_t)ivrq__ld_rlx64(&ring.cell[i].note))
			explore_fault("storage %u is held, or not clean", i);
	while (ivrq__pool_pop(&world.engine->shards[0].pool) != IVRQ__NONE)
		if (++free > OPS)
			break;
	if (free != OPS)
		explore_fault("%u of %u storages are in the pool", free, OPS);
	if (ivrq__ld_rlx32(&ring.queue->selectors))
		explore_fault("a selector is left");
}

unsigned world_owner(const struct op *op)
{
	unsigned i;

	for (i = 0; i < plan_count; i++)
		if (is_cancel(i) && !world.act[i].answer &&
		    world.act[i].receipt.id.value == op->cancel.value)
			return i;
	for (i = 0; i < OPS; i++)
		if (accepted(i) && world.op[i].barge &&
		    (op->cancel.value >> 58 & 7) == IVRQ__BY_BARGE &&
		    (op->cancel.value & IVRQ__POS_MASK) == position(i))
			return world.op[i].act;
	return ACTS;
}

static void audit_op(unsigned number)
{
	const struct op *op = &world.op[number];
	unsigned owner;
	enum ivrq_cause cause;

	if (op->results != accepted(number))
		explore_fault("op %u: answer %d, %u results", number,
			      op->answer, op->results);
	if (!op->results)
		return;
	if (op->starts > 1 || op->starts != op->started)
		explore_fault("op %u: %u starts, the result says %d", number,
			      op->starts, op->started);
	if (op->completes > 1 ||
	    op->completes != (op->status == IVRQ_COMPLETED))
		explore_fault("op %u: %u completions win, status %d", number,
			      op->completes, (int)op->status);
	if (op->stops != (op->status == IVRQ_CANCELED && op->starts))
		explore_fault("op %u: %u stops", number, op->stops);
	if (op->status == IVRQ_FAILED && !op->late)
		explore_fault("op %u failed", number);
	if (op->status != IVRQ_CANCELED)
		return;
	owner = world_owner(op);
	if (owner == ACTS) {
		explore_fault("op %u: cancelled by nobody", number);
		return;
	}
	cause = plan_of(owner)->verb == 'X' ? IVRQ_CAUSE_HANG_UP :
		is_cancel(owner)	    ? IVRQ_CAUSE_CANCEL :
					      IVRQ_CAUSE_BARGE_IN;
	if (op->cause != cause)
		explore_fault("op %u: cause %d", number, (int)op->cause);
}

static void audit_receipt(unsigned act)
{
	const ivrq_receipt *receipt = &world.act[act].receipt;
	unsigned i, results = 0, started = 0;
	bool late = false;

	for (i = 0; i < OPS; i++) {
		if (!accepted(i) || world.op[i].status != IVRQ_CANCELED ||
		    world.op[i].cancel.value != receipt->id.value)
			continue;
		results++;
		started += world.op[i].started;
		late |= world.op[i].late;
	}
	if (results != total(act))
		explore_fault("act %u: the receipt says %u + %u, %u results",
			      act, receipt->in_flight, receipt->pending,
			      results);
	if (started != receipt->in_flight && !late)
		explore_fault("act %u: the receipt says %u in flight, %u were",
			      act, receipt->in_flight, started);
	for (i = 0; i < act; i++)
		if (is_cancel(i) && !world.act[i].answer &&
		    world.act[i].receipt.id.value == receipt->id.value)
			explore_fault("acts %u and %u: one id", i, act);
	if (plan_of(act)->verb == 'A' && !results && !world.act[act].none)
		explore_fault("act %u: there always was something to cancel",
			      act);
}

/* ---------------------------------------------------------- order of acts */

bool world_in_scope(unsigned act, unsigned op)
{
	switch (plan_of(act)->verb) {
	case 'A':
	case 'X':
		return plan_of(world.op[op].act)->verb != 'n';
	case 'N':
		return plan_of(world.op[op].act)->verb == 'n';
	case 'G':
		return !world.op[op].record;
	case 'T':
		return world.op[op].tagged;
	case 'K':
		return plan_of(act)->op == op;
	default:
		return strchr("ptqbdn", plan_of(act)->verb) &&
		       world.op[plan_of(act)->op].barge;
	}
}

/* `cut` was over before this: it must not have found the operation alive. */
static void check_not_after(unsigned cut, unsigned op, unsigned act,
			    const char *what)
{
	if (act < ACTS && precedes(cut, act))
		explore_fault("op %u: %s by act %u, after act %u cut it", op,
			      what, act, cut);
}

/* The submit had returned when the cut was invoked (G1). */
static void check_before(unsigned cut, unsigned number)
{
	const struct op *op = &world.op[number];
	unsigned i;

	if (op->drained)
		explore_fault("op %u lives, act %u did not cut it", number,
			      cut);
	if (op->starts)
		check_not_after(cut, number, op->start_act, "started");
	if (op->status == IVRQ_CANCELED)
		check_not_after(cut, number, world_owner(op), "cancelled");
	for (i = 0; i < plan_count; i++)
		if (plan_of(i)->verb == 'x' && plan_of(i)->op == number &&
		    !world.act[i].answer)
			check_not_after(cut, number, i, "completed");
}

static void check_cut(unsigned cut)
{
	int answer = world.act[cut].answer;
	unsigned i;

	if (answer && !(plan_of(cut)->verb == 'K' && answer == IVRQ_ENOENT))
		return;
	for (i = 0; i < OPS; i++) {
		const struct op *op = &world.op[i];

		if (!accepted(i) || op->act == cut)
			continue;
		if (precedes(op->act, cut) && world_in_scope(cut, i))
			check_before(cut, i);
		if (precedes(cut, op->act) && op->status == IVRQ_CANCELED &&
		    world_owner(op) == cut)
			explore_fault("op %u came after act %u, which cut it",
				      i, cut);
	}
}

static bool by_range(const struct op *op)
{
	unsigned type = op->cancel.value >> 58 & 7;

	return op->status == IVRQ_CANCELED &&
	       (type == IVRQ__BY_RANGE || type == IVRQ__BY_BARGE);
}

/* Reported when it was found, not in its turn. */
static bool by_itself(const struct op *op)
{
	return op->status == IVRQ_FAILED ||
	       (op->status == IVRQ_CANCELED &&
		(op->cancel.value >> 58 & 7) == IVRQ__BY_GROUP);
}

/* a was submitted before b. */
static void check_order(unsigned a, unsigned b)
{
	const struct op *x = &world.op[a], *y = &world.op[b];
	uint64_t boundary = x->cancel.value & IVRQ__POS_MASK;

	if (x->starts && y->starts && x->start_seq > y->start_seq)
		explore_fault("op %u starts before op %u", b, a);
	if (!by_range(x))
		return;
	if (ivrq__pos_diff(position(a), boundary) >= 0)
		explore_fault("op %u is beyond the cut that hit it", a);
	if (by_range(y) && x->cancel.value == y->cancel.value &&
	    x->result_seq > y->result_seq)
		explore_fault("ops %u, %u: results of one cut in disorder", a,
			      b);
	if (ivrq__pos_diff(position(b), boundary) < 0 || by_itself(y))
		return;
	if (y->result_seq < x->result_seq ||
	    (y->starts && y->start_seq < x->result_seq))
		explore_fault("op %u, after the cut, is told of before op %u",
			      b, a);
}

static void check_orders(void)
{
	unsigned a, b;

	for (a = 0; a < OPS; a++) {
		for (b = 0; b < OPS; b++) {
			int64_t diff;

			if (a == b || !accepted(a) || !accepted(b))
				continue;
			diff = ivrq__pos_diff(position(a), position(b));
			if (diff == 0)
				explore_fault("ops %u, %u: one position", a, b);
			if (diff < 0)
				check_order(a, b);
			else if (precedes(world.op[a].act, world.op[b].act))
				explore_fault("op %u overtook op %u", b, a);
		}
	}
}

static void check_answer(unsigned number)
{
	const struct act *act = &world.act[number];
	const struct act_plan *plan = plan_of(number);
	const struct op *op = &world.op[plan->op];
	unsigned i;

	if (strchr("ptqbdn", plan->verb) && act->answer == IVRQ_EFULL &&
	    !act->full)
		explore_fault("act %u: the ring never was full", number);
	if (plan->verb == 'x' && op->results &&
	    ((act->answer == IVRQ_ECANCELED && op->status != IVRQ_CANCELED) ||
	     (act->answer == IVRQ_EALREADY && op->status != IVRQ_COMPLETED)))
		explore_fault("act %u answers %d, op %u ended as %d", number,
			      act->answer, plan->op, (int)op->status);
	if (plan->verb == 'i' && act->answer == 1 &&
	    op->status != IVRQ_CANCELED)
		explore_fault("op %u said to be cancelled, is not", plan->op);
	if (plan->verb == 'F' && act->answer == 0 &&
	    act->delivered != total(act->fenced))
		explore_fault("act %u: fence passed at %u of %u results",
			      number, act->delivered, total(act->fenced));
	/* Nobody would wake one that waits. */
	if (plan->verb == 'F' && act->answer && act->settled)
		explore_fault("act %u: fence answers %d, all was over", number,
			      act->answer);
	if (plan->verb != 'S' || act->shots > SHOTS)
		return;
	for (i = 0; i < act->shots; i++)
		if (act->shot[i] == act->saw)
			return;
	explore_fault("act %u: snapshot %#llx was never true", number,
		      (unsigned long long)act->saw);
}

void world_judge(void)
{
	unsigned i;

	drain();
	for (i = 0; i < OPS; i++)
		audit_op(i);
	for (i = 0; i < plan_count; i++) {
		if (is_cancel(i) && !world.act[i].answer)
			audit_receipt(i);
		check_answer(i);
		check_cut(i);
	}
	check_orders();
	audit_engine();
}
