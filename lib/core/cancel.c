/* SPDX-License-Identifier: MIT */
/*
 * cancel.c - cancelMediaProcessing in its six scopes, and the fence.
 *
 * all and pending are cuts (queue.c). The others kill one by one (select.c).
 * A group goes from the newest to the oldest: what matches behind the head is
 * dead before the head is looked at, so at most one operation in flight is
 * hit, even if the head ends meanwhile and the next one starts.
 *
 * Edges
 *  * FD1: pairs with QD1. Results before this position are delivered.
 *  * FE1: pairs with WB2. seq_cst. The owner's runs, read after FW1.
 */
#include "core/cancel.h"

#include "core/call.h"
#include "core/request.h"
#include "core/select.h"

static int enter(ivrq_engine *engine, const struct ivrq__ring *ring,
		 uint64_t *word, struct ivrq__receipt *receipt)
{
	receipt->cut.type = IVRQ__BY_GROUP;
	receipt->cut.number = ivrq__call_number(engine);
	return ivrq__select_enter(ring, word);
}

static void leave(ivrq_engine *engine, const struct ivrq__ring *ring,
		  ivrq_call call)
{
	ivrq__select_leave(ring);
	ivrq__call_schedule(engine, ivrq__handle_index(call.value));
}

static void count(enum ivrq__kill kill, struct ivrq__receipt *receipt)
{
	receipt->in_flight += kill == IVRQ__HIT_RUNNING;
	receipt->pending +=
		kill == IVRQ__HIT_WAITING || kill == IVRQ__HIT_PENDING;
}

/* Cancel the one at `position`. */
static int cancel_one(ivrq_engine *engine, ivrq_call call,
		      const struct ivrq__ring *ring, uint64_t position,
		      struct ivrq__receipt *receipt)
{
	uint64_t word = ivrq__load_word(ring);
	enum ivrq__kill kill;

	if (ivrq__pos_diff(position, ivrq__head(word)) < 0) {
		/* Started: the word decides, no slot does. */
		kill = ivrq__select_kill(ring, position, 0);
		ivrq__call_schedule(engine, ivrq__handle_index(call.value));
	} else {
		if (enter(engine, ring, &word, receipt))
			return IVRQ__GONE;
		kill = ivrq__select_kill(ring, position, receipt->cut.number);
		leave(engine, ring, call);
	}
	if (kill == IVRQ__HIT_RUNNING || kill == IVRQ__HIT_WAITING) {
		receipt->cut.type = IVRQ__BY_LONE;
		receipt->cut.number = position;
	}
	count(kill, receipt);
	return 0;
}

/* The first in the ring that has no result: holes may be before it, and one
 * that is just leaving. The tail: there is none. */
static uint64_t oldest(const struct ivrq__ring *ring, uint64_t word)
{
	uint64_t p = ivrq__head(word);
	enum ivrq__type type;

	for (; p != ivrq__tail(word); p = ivrq__pos(p, 1)) {
		type = ivrq__type(ivrq__load_slot(ring, p));
		if (type != IVRQ__HOLE && type != IVRQ__FREE)
			break;
	}
	return p;
}

static int cancel_current(ivrq_engine *engine, ivrq_call call,
			  const struct ivrq__ring *ring,
			  struct ivrq__receipt *receipt)
{
	uint64_t word, flight, p;

	do {
		word = ivrq__load_word(ring);
		flight = ivrq__load_flight(ring);
		if (!ivrq__alive(ring))
			return IVRQ__GONE;
		/* If it finishes first, there is nothing to cancel. */
		if (ivrq__state(word) == IVRQ__RUN && flight)
			return cancel_one(engine, call, ring,
					  ivrq__payload(flight), receipt);
		p = oldest(ring, word);
	} while (ivrq__load_word(ring) != word);
	if (!ivrq__front_live(word) || p == ivrq__tail(word))
		return 0;
	return cancel_one(engine, call, ring, p, receipt);
}

/* It has its result, but not left the ring. One that is leaving has it if it
 * was a hole: that lands first. */
static bool delivered_in_ring(const struct ivrq__ring *ring, uint64_t position,
			      enum ivrq__type type)
{
	uint64_t done;

	if (type != IVRQ__FREE)
		return type == IVRQ__HOLE;
	done = ivrq__ld_acq64(&ring->queue->done); /* FD1 */
	return ivrq__pos_diff(done, position) > 0;
}

static int cancel_op(ivrq_engine *engine, ivrq_call call,
		     const struct ivrq__ring *ring, ivrq_op op,
		     struct ivrq__receipt *receipt)
{
	uint64_t position = ivrq__op_position(op);
	enum ivrq__type type;
	uint64_t word;
	int64_t offset;

	if (!ivrq__op_valid(engine, op) ||
	    ivrq__op_call(op) != ivrq__handle_index(call.value))
		return IVRQ__GONE;
	do {
		word = ivrq__load_word(ring);
		offset = ivrq__pos_diff(position, ivrq__head(word));
		if (!ivrq__alive(ring) || offset >= ivrq__depth(word))
			return IVRQ__GONE;
		if (offset < 0) {
			if (!ivrq__flies(ivrq__load_flight(ring), position))
				return IVRQ__GONE;
			break;
		}
		type = ivrq__type(ivrq__load_slot(ring, position));
	} while (ivrq__load_word(ring) != word);
	if (offset >= 0 && delivered_in_ring(ring, position, type))
		return IVRQ__GONE;
	return cancel_one(engine, call, ring, position, receipt);
}

static bool matches(const ivrq_operation *operation,
		    const ivrq_cancel_request *request)
{
	if (request->scope == IVRQ_SCOPE_KIND)
		return operation->kind == request->kind;
	return operation->tag == request->tag;
}

static void cancel_match(ivrq_engine *engine, const struct ivrq__ring *ring,
			 uint64_t position, const ivrq_cancel_request *request,
			 struct ivrq__receipt *receipt)
{
	uint32_t held = ivrq__queue_hold(ring, position);
	struct ivrq__op *op;

	if (!held)
		return;
	op = ivrq__op_at(engine, held - 1);
	if (matches(&op->public, request))
		count(ivrq__select_kill_group(ring, position, held - 1,
					      receipt->cut.number),
		      receipt);
	if (ivrq__cell_unhold(&ring->cell[held - 1]))
		ivrq__call_recycle(engine,
				   ivrq__handle_index(op->public.call.value),
				   held - 1);
}

int ivrq__cancel_group(ivrq_engine *engine, ivrq_call call,
		       const ivrq_cancel_request *request,
		       struct ivrq__receipt *receipt)
{
	struct ivrq__ring ring = ivrq__ring_of(engine, call.value);
	uint64_t word, p, flight;
	uint32_t left;

	if (enter(engine, &ring, &word, receipt))
		return IVRQ__GONE;
	p = ivrq__tail(word);
	for (left = ivrq__depth(word); left; left--) {
		p = ivrq__pos(p, IVRQ__POS_MASK); /* one back */
		cancel_match(engine, &ring, p, request, receipt);
	}
	/* The one in flight is not one of those: it was submitted before. */
	flight = ivrq__load_flight(&ring);
	if (flight && ivrq__pos_diff(ivrq__payload(flight), p) < 0)
		cancel_match(engine, &ring, ivrq__payload(flight), request,
			     receipt);
	leave(engine, &ring, call);
	return 0;
}

static int check_request(const ivrq_cancel_request *request, ivrq_error *error)
{
	if (request->size != sizeof(*request))
		return ivrq__fail(error, IVRQ_EINVAL, "size",
				  "as set by ivrq_cancel_request_init()");
	if ((unsigned)request->scope > IVRQ_SCOPE_TAG)
		return ivrq__fail(error, IVRQ_EINVAL, "scope",
				  "one of enum ivrq_scope");
	if (request->scope == IVRQ_SCOPE_KIND &&
	    request->kind != IVRQ_PLAY_PROMPT &&
	    request->kind != IVRQ_RECORD_RESPONSE)
		return ivrq__fail(error, IVRQ_EINVAL, "kind",
				  "one of enum ivrq_kind");
	return ivrq__check_context(request->client_context, "client_context",
				   error);
}

static int cancel_scope(ivrq_engine *engine, ivrq_call call,
			const struct ivrq__ring *ring,
			const ivrq_cancel_request *request,
			struct ivrq__receipt *cut)
{
	switch (request->scope) {
	case IVRQ_SCOPE_PENDING:
		return ivrq__call_cut(engine, call, IVRQ__PENDING, cut);
	case IVRQ_SCOPE_CURRENT:
		return cancel_current(engine, call, ring, cut);
	case IVRQ_SCOPE_OP:
		return cancel_op(engine, call, ring, request->op, cut);
	case IVRQ_SCOPE_KIND:
	case IVRQ_SCOPE_TAG:
		return ivrq__cancel_group(engine, call, request, cut);
	case IVRQ_SCOPE_ALL:
		break;
	}
	return ivrq__call_cut(engine, call, IVRQ__ALL, cut);
}

int ivrq_cancel_media_processing(ivrq_engine *engine, ivrq_call call,
				 const ivrq_cancel_request *request,
				 ivrq_receipt *receipt, ivrq_error *error)
{
	ivrq_cancel_request all;
	struct ivrq__receipt cut = { .in_flight = 0 };
	struct ivrq__ring ring;

	ivrq_cancel_request_init(&all);
	if (!request)
		request = &all;
	if (!engine)
		return ivrq__fail(error, IVRQ_EINVAL, "engine", "not NULL");
	if (check_request(request, error))
		return IVRQ_EINVAL;
	if (ivrq__call_find(engine, call, &ring))
		return ivrq__fail(error, IVRQ_ENOENT, "call", "an open call");
	if (cancel_scope(engine, call, &ring, request, &cut)) {
		bool op = request->scope == IVRQ_SCOPE_OP && ivrq__alive(&ring);

		return ivrq__fail(error, IVRQ_ENOENT, op ? "op" : "call",
				  op ? "an operation of this call, not ended" :
				       "an open call");
	}
	ivrq__call_receipt(engine, call, &cut, receipt);
	if (receipt)
		receipt->client_context = request->client_context;
	return 0;
}

/* ---------------------------------------------------------------- the fence */

struct fence {
	const ivrq_engine *engine;
	struct ivrq__ring ring;
	struct ivrq__call *call;
	struct ivrq__cut cut;
	bool marked;
	bool flew;     /* the one in flight was hit */
	uint64_t mark; /* all before this have to be delivered */
};

/* The one in flight is one that the receipt counts. */
static bool still_flies(const struct fence *fence)
{
	uint64_t flight = ivrq__load_flight(&fence->ring);

	return fence->flew && flight &&
	       ivrq__pos_diff(ivrq__payload(flight), fence->mark) < 0;
}

/* All that has left its slot is before this position. */
static uint64_t past_front(const struct ivrq__ring *ring)
{
	uint64_t word = ivrq__load_word(ring);
	uint64_t head = ivrq__head(word);
	uint64_t slot = ivrq__load_slot(ring, head);

	/* Being popped: it has left its slot, head comes by next. */
	if (ivrq__depth(word) && ivrq__type(slot) == IVRQ__FREE)
		return ivrq__pos(head, 1);
	return head;
}

/* The one at the front was not hit by this cut. */
static bool spared(const struct fence *fence, uint64_t word)
{
	uint64_t hit = ivrq__ld_acq64(&fence->call->queue.hit); /* QH2 */
	enum ivrq__state state = ivrq__state(word);

	return (state & IVRQ__FRONT) &&
	       (state != (IVRQ__FRONT | IVRQ__CUT_RANGE) || hit != fence->mark);
}

/* From head to the mark are holes only, but for one that was spared: a paused
 * call delivers what is behind it there. The first may just be leaving, in a
 * run that has nothing to tell. */
static bool all_holes(const struct fence *fence, uint64_t word)
{
	const struct ivrq__ring *ring = &fence->ring;
	uint64_t p = ivrq__head(word);
	enum ivrq__type type;

	if (spared(fence, word))
		p = ivrq__pos(p, 1);
	for (; ivrq__pos_diff(p, fence->mark) < 0; p = ivrq__pos(p, 1)) {
		type = ivrq__type(ivrq__load_slot(ring, p));
		if (!delivered_in_ring(ring, p, type))
			return false;
	}
	return true;
}

/* All before this is delivered, but for one in flight. That one has left the
 * ring a moment before `done` says so. */
static uint64_t delivered_to(const struct fence *fence, uint64_t word)
{
	uint64_t flight = ivrq__load_flight(&fence->ring);
	uint64_t position = ivrq__payload(flight);
	uint64_t done = ivrq__ld_acq64(&fence->call->queue.done); /* FD1 */

	if (flight && done == position &&
	    ivrq__pos_diff(position, ivrq__head(word)) < 0)
		return ivrq__pos(position, 1);
	return done;
}

/*
 * False only if a run is still to deliver something, so that it tells those
 * who wait when it ends.
 */
static bool all_delivered(const struct fence *fence)
{
	for (;;) {
		uint64_t word = ivrq__load_word(&fence->ring);
		uint64_t done = delivered_to(fence, word);
		bool holes;

		if (ivrq__pos_diff(done, fence->mark) >= 0)
			return !still_flies(fence);
		/* What has left the ring since may not be delivered yet. */
		if (fence->cut.type != IVRQ__BY_RANGE ||
		    ivrq__pos_diff(done, ivrq__head(word)) < 0)
			return false;
		holes = all_holes(fence, word);
		if (ivrq__load_word(&fence->ring) == word)
			return holes && !still_flies(fence);
	}
}

static bool delivered(void *arg)
{
	struct fence *fence = arg;
	uint32_t owner = ivrq__ld_acq32(&fence->call->owner); /* CO2 */

	(void)ivrq__ld_seq32(&fence->engine->workers[owner].turn); /* FE1 */
	if (!ivrq__alive(&fence->ring))
		return true;
	if (!fence->marked) {
		/* One at the front leaves its slot before it is delivered. */
		if (ivrq__select_has_kill(&fence->ring, fence->cut.number))
			return false;
		fence->mark = past_front(&fence->ring);
		fence->marked = true;
	}
	return all_delivered(fence);
}

int ivrq_fence(ivrq_engine *engine, const ivrq_receipt *receipt,
	       uint64_t timeout_ms)
{
	struct fence fence = { .engine = engine };
	uint64_t index;

	if (ivrq__running())
		return IVRQ_EDEADLK;
	if (!engine || !receipt || !(receipt->call.value & IVRQ__HANDLE) ||
	    !(receipt->id.value & IVRQ__HANDLE))
		return IVRQ_EINVAL;
	index = ivrq__handle_index(receipt->call.value);
	if (index >= engine->config.calls)
		return IVRQ_EINVAL;
	fence.ring = ivrq__ring_of(engine, receipt->call.value);
	fence.call = ivrq__call_at(engine, (uint32_t)index);
	fence.cut.number = receipt->id.value & IVRQ__POS_MASK;
	fence.cut.type = (enum ivrq__cut_type)(receipt->id.value >> 58 & 7);
	fence.mark = fence.cut.number;
	fence.marked = true;
	switch (fence.cut.type) {
	case IVRQ__BY_RANGE:
		fence.flew = receipt->in_flight;
		break;
	case IVRQ__BY_LONE:
		fence.mark = ivrq__pos(fence.mark, 1);
		fence.flew = true;
		break;
	case IVRQ__BY_GROUP:
		fence.marked = false;
		break;
	case IVRQ__BY_EMPTY:
		fence.mark = ivrq__ld_acq64(&fence.call->queue.done); /* FD1 */
		break;
	default:
		return IVRQ_EINVAL;
	}
	return ivrq__fences_wait(&engine->fences, delivered, &fence,
				 timeout_ms);
}
