/* SPDX-License-Identifier: MIT */
/*
 * op.c - what the driver says of an operation: completed, stopped, and is it
 * cancelled?
 *
 * The outcome is one word beside the operation, set once by compare-and-swap;
 * then the queue's word decides between this completion and a cancel. A second
 * completer that finds it set finishes the first one's step for it. Each holds
 * the operation's storage, so the first can read how it went, however late.
 *
 * Edges
 *  * OE1: pairs with OE2. The driver's word, changed: who sees it sees what
 *    the driver wrote before.
 *  * OE2: pairs with OE1. The driver's word, read.
 */
#include "core/op.h"

#include "core/call.h"
#include "core/wire.h"

uint64_t ivrq__end_pack(const ivrq_outcome *outcome)
{
	uint64_t ms = outcome->media_ms < IVRQ_MEDIA_MS_MAX ?
			      outcome->media_ms :
			      IVRQ_MEDIA_MS_MAX;
	uint64_t tone = (uint64_t)(ivrq__tone_index(outcome->tone) + 1);

	return ms | (uint64_t)outcome->reason << IVRQ__END_REASON_SHIFT |
	       tone << IVRQ__END_TONE_SHIFT |
	       (outcome->kept ? IVRQ__END_KEPT : 0);
}

ivrq_outcome ivrq__end_unpack(uint64_t end)
{
	unsigned tone = (unsigned)(end >> IVRQ__END_TONE_SHIFT & 31);
	ivrq_outcome outcome = {
		.reason =
			(enum ivrq_reason)(end >> IVRQ__END_REASON_SHIFT & 15),
		.media_ms = (uint32_t)(end & IVRQ_MEDIA_MS_MAX),
		.tone = tone ? ivrq__tone_char(tone - 1) : 0,
		.kept = end & IVRQ__END_KEPT,
	};

	return outcome;
}

int ivrq__op_end(ivrq_engine *engine, const struct ivrq__ring *ring,
		 uint64_t position, uint32_t ref, const ivrq_outcome *outcome)
{
	ivrq__a64 *at = &engine->cells[ref].end;
	uint64_t end = ivrq__ld_acq64(at); /* OE2 */
	uint64_t set = ivrq__end_pack(outcome) | IVRQ__END_SET;
	bool mine = false;

	while (!(end & (IVRQ__END_SET | IVRQ__END_STOPPING)) && !mine)
		mine = ivrq__cas_acqrel64(at, &end, set); /* OE1/OE2 */
	if (!mine && !(end & IVRQ__END_SET))
		return IVRQ_ECANCELED;
	if (ivrq__queue_complete(ring, position, ref) == IVRQ__ENDED_CUT)
		return IVRQ_ECANCELED;
	return mine ? 0 : IVRQ_EALREADY;
}

/*
 * Its queue, whatever life its call is in, and a word of its flight. No
 * position flies twice: if the flight is this one before and after the word
 * was read, the word is of this flight.
 */
static int find(const ivrq_engine *engine, ivrq_op op, struct ivrq__ring *ring,
		enum ivrq__state *state)
{
	uint64_t flight;

	if (!engine)
		return IVRQ_EINVAL;
	if (!ivrq__op_valid(engine, op))
		return IVRQ_ENOENT;
	*ring = ivrq__ring_of(engine, ivrq__op_call(op));
	flight = ivrq__load_flight(ring);
	if (!ivrq__flies(flight, ivrq__op_position(op)))
		return IVRQ_ENOENT;
	*state = ivrq__state(ivrq__load_word(ring));
	if (ivrq__load_flight(ring) != flight || !ivrq__state_flies(*state))
		return IVRQ_ENOENT;
	return 0;
}

/*
 * Whatever the answer, the worker is told: who made the step that this thread
 * found made may be frozen before he says so.
 */
static int let_go(ivrq_engine *engine, ivrq_op op, uint32_t held, int answer)
{
	if (answer != IVRQ_EINVAL)
		ivrq__call_schedule(engine, ivrq__op_call(op));
	if (ivrq__cell_unhold(&engine->cells[held - 1]))
		ivrq__call_recycle(engine, ivrq__op_call(op), held - 1);
	return answer;
}

int ivrq_op_complete(ivrq_engine *engine, ivrq_op op,
		     const ivrq_outcome *outcome)
{
	uint64_t position = ivrq__op_position(op);
	struct ivrq__ring ring;
	enum ivrq_kind kind;
	enum ivrq__state state;
	uint32_t held;
	int answer = find(engine, op, &ring, &state);

	if (answer)
		return answer;
	if (!outcome || outcome->reason >= IVRQ_REASON_DEADLINE ||
	    (outcome->reason == IVRQ_REASON_STOP_TONE ?
		     ivrq__tone_index(outcome->tone) < 0 :
		     outcome->tone != 0))
		return IVRQ_EINVAL;
	held = ivrq__queue_hold(&ring, position);
	if (!held)
		return IVRQ_ENOENT;
	kind = ivrq__op_at(engine, held - 1)->public.kind;
	if (!ivrq__reason_status(kind, outcome->reason))
		return let_go(engine, op, held, IVRQ_EINVAL);
	if (state == IVRQ__DONE)
		return let_go(engine, op, held, IVRQ_EALREADY);
	if (ivrq__state_cut(state))
		return let_go(engine, op, held, IVRQ_ECANCELED);
	answer = ivrq__op_end(engine, &ring, position, held - 1, outcome);
	return let_go(engine, op, held, answer);
}

int ivrq__op_stopped(ivrq__a64 *at, const ivrq_outcome *outcome)
{
	const ivrq_outcome heard = { .media_ms = outcome->media_ms,
				     .kept = outcome->kept };
	uint64_t end = ivrq__ld_acq64(at); /* OE2 */
	uint64_t stopped =
		ivrq__end_pack(&heard) | IVRQ__END_STOPPING | IVRQ__END_STOPPED;

	do {
		if (!(end & IVRQ__END_STOPPING))
			return IVRQ_ENOENT;
		if (end & IVRQ__END_STOPPED)
			return IVRQ_EALREADY;
	} while (!ivrq__cas_acqrel64(at, &end, stopped)); /* OE1/OE2 */
	return 0;
}

int ivrq_op_stopped(ivrq_engine *engine, ivrq_op op,
		    const ivrq_outcome *outcome)
{
	struct ivrq__ring ring;
	enum ivrq__state state;
	uint32_t held;
	int answer = find(engine, op, &ring, &state);

	if (answer)
		return answer;
	if (!outcome)
		return IVRQ_EINVAL;
	held = ivrq__queue_hold(&ring, ivrq__op_position(op));
	if (!held)
		return IVRQ_ENOENT;
	answer = ivrq__op_stopped(&engine->cells[held - 1].end, outcome);
	return let_go(engine, op, held, answer);
}

int ivrq_op_is_canceled(const ivrq_engine *engine, ivrq_op op)
{
	struct ivrq__ring ring;
	enum ivrq__state state;
	int answer = find(engine, op, &ring, &state);

	if (answer)
		return answer;
	return ivrq__state_cut(state);
}
