/* SPDX-License-Identifier: MIT */
/*
 * lin_queue.c - is there an order of calls and callbacks, one after the other,
 * in which a plain queue with cut answers what was answered?
 *
 * The search for it is in lin.c. The queue below is written from the manual: ivrq(7), ivrq_submit(3),
 * ivrq_cancel(3), ivrq_op(3), ivrq_call(3). It is a list of operations in the
 * order in which they were submitted, each with what has become of it. A cut
 * hits all that live in it, in one step; the receipt has to have the right
 * numbers, and the operations hit are those whose results name the cut, which
 * is known as all results are in. A cancel by operation, kind or tag decides
 * for each operation by itself: one step for each operation that it could
 * have hit, and no order among these.
 *
 * Callbacks are events of the worker. What one tells of has happened after the
 * worker's callback before it: a result is delivered, and its place in the
 * ring given up, at one step in that time; so is the start.
 *
 * Where the manual leaves room the queue here has just that:
 *  - `ahead` counts those before that neither a cut has reached nor have
 *    finished, at some time between the submit's effect and its return. One
 *    cancelled by itself may be counted until it has left the ring. If the
 *    operation itself is over by then it may be 0.
 *  - A place in the ring is given up with the result, or later, until the
 *    worker goes on: its next callback, or the end of the run.
 *  - One cancelled by itself behind another keeps its place after its result,
 *    until that other has left. When exactly the worker comes by then is its
 *    own affair: until the next start or result in the turn of one behind it,
 *    or the end of the run.
 *  - A cancel by operation answers ENOENT once the result was delivered, or
 *    success with nothing hit until the worker goes on.
 *  - A snapshot may count an operation until the worker goes on from its
 *    result, and may or may not count those cancelled by themselves as
 *    cancelled.
 *  - Operations with a deadline may be told in the receipt as in flight if it
 *    had passed when their turn came: then start() is not called.
 *  - An operation is the oldest, which a cancel of the pending spares and one
 *    of the current hits, until the worker goes on from its result. One
 *    cancelled by itself is spared by a cancel of the pending until it has left
 *    the ring.
 */
#include "lin.h"

#include <ivrq.h>
#include <stdio.h>
#include <string.h>

enum status {
	ABSENT,
	WAITING,
	RUNNING,
	FINISHED,
	EXPIRED,  /* its deadline came */
	CUT,	  /* hit while it waited */
	STOPPING, /* hit in flight */
	HOLE,	  /* has its result and, maybe, still its place */
	GONE
};

/* Bytes only: compared and hashed whole. */
struct state {
	uint8_t count;		 /* submitted */
	uint8_t order[LIN_OPS];	 /* which, in turn */
	uint8_t place[LIN_OPS];	 /* of each, in `order` */
	uint8_t status[LIN_OPS]; /* enum status */
	uint8_t by[LIN_OPS];	 /* the event that hit it */
	uint8_t bound[LIN_OPS];	 /* submitted when it was hit */
	uint8_t landing;	 /* result just delivered: op + 1 */
	uint8_t closed;
	uint8_t ended;
};

/* ------------------------------------------------------------- the queue */

static bool lives(enum status status)
{
	return status == WAITING || status == RUNNING;
}

static bool flies(enum status status)
{
	return status == RUNNING || status == FINISHED || status == STOPPING;
}

static bool delivered(enum status status)
{
	return status == HOLE || status == GONE;
}

/* In the ring, without a result. */
static bool waits(enum status status)
{
	return status == WAITING || status == EXPIRED || status == CUT;
}

static enum status status_of(const struct state *s, unsigned place)
{
	return (enum status)s->status[s->order[place]];
}

static bool is_late(const struct lin_history *h, unsigned op)
{
	return h->late >> op & 1;
}

/* Hit one by one, not by a cut of several. */
static bool by_itself(const struct lin_history *h, const struct state *s,
		      unsigned op)
{
	unsigned what = h->event[s->by[op]].what;

	return what == LIN_KILL || what == LIN_PICK;
}

static uint32_t all_live(const struct state *s)
{
	uint32_t live = 0;
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (lives(status_of(s, i)))
			live |= UINT32_C(1) << s->order[i];
	return live;
}

/* The oldest one without a result, or LIN_NOBODY. */
static unsigned oldest(const struct state *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (!delivered(status_of(s, i)))
			return s->order[i];
	return LIN_NOBODY;
}

/* Places of the ring that are taken for certain, or may be. */
static unsigned places(const struct lin_history *h, const struct state *s,
		       bool certain)
{
	bool behind = false; /* one that is in the ring */
	unsigned i, count = 0;

	for (i = 0; i < s->count; i++) {
		enum status status = status_of(s, i);

		count += !delivered(status) ||
			 (status == HOLE && (behind || !certain)) ||
			 (!certain && s->landing == s->order[i] + 1);
		behind |= waits(status) && !is_late(h, s->order[i]);
	}
	return count;
}

/* The holes among the first `end` have lost their places. */
static void fill_holes(struct state *s, unsigned end)
{
	unsigned i;

	for (i = 0; i < end; i++)
		if (status_of(s, i) == HOLE)
			s->status[s->order[i]] = GONE;
}

/* All that `live` names is hit; the event has to say so. */
static bool cut(const struct lin_history *h, struct state *s, unsigned event,
		uint32_t live)
{
	const struct lin_event *e = &h->event[event];
	unsigned i, in_flight = 0, pending = 0, vague = 0;

	if (live != e->hits)
		return false;
	for (i = 0; i < h->ops; i++) {
		if (!(live >> i & 1))
			continue;
		in_flight += s->status[i] == RUNNING;
		pending += s->status[i] == WAITING;
		vague += s->status[i] == WAITING && is_late(h, i) &&
			 i == oldest(s);
		s->status[i] = s->status[i] == RUNNING ? STOPPING : CUT;
		s->by[i] = (uint8_t)event;
		s->bound[i] = s->count;
	}
	if (e->what == LIN_SUBMIT)
		return true; /* no receipt */
	if (vague && e->in_flight == 1) {
		in_flight++;
		pending--;
	}
	return e->in_flight == in_flight && e->pending == pending;
}

static bool submit(const struct lin_history *h, struct state *s, unsigned event)
{
	const struct lin_event *e = &h->event[event];

	switch (e->answer) {
	case IVRQ_ENOENT:
		return s->ended;
	case IVRQ_ECLOSED:
		return s->closed && !s->ended;
	case IVRQ_EPOOL: /* of the engine, not of the queue */
		return !s->ended;
	case IVRQ_EFULL:
		return !s->closed && places(h, s, false) >= h->capacity;
	case 0:
		break;
	default:
		return false;
	}
	if (s->closed || places(h, s, true) >= h->capacity ||
	    s->status[e->op] != ABSENT)
		return false;
	if (e->barge && !cut(h, s, event, all_live(s)))
		return false;
	s->status[e->op] = WAITING;
	s->place[e->op] = s->count;
	s->order[s->count++] = e->op;
	return e->barge || !e->hits;
}

static bool ahead(const struct lin_history *h, struct state *s,
		  const struct lin_event *e)
{
	unsigned i, least = 0, most = 0;

	if (s->status[e->op] == ABSENT)
		return false;
	for (i = 0; i < s->place[e->op]; i++) {
		enum status status = status_of(s, i);
		unsigned what = h->event[s->by[s->order[i]]].what;

		least += lives(status);
		most += lives(status) || status == EXPIRED || status == HOLE ||
			(status == CUT &&
			 (what == LIN_KILL || what == LIN_PICK ||
			  what == LIN_CURRENT));
	}
	if (delivered((enum status)s->status[e->op]))
		least = 0;
	return e->value >= least && e->value <= most;
}

/* One that has its result was before this one, and still counts. */
static bool follows_delivered(const struct state *s, unsigned op,
			      enum lin_what what)
{
	unsigned i;

	for (i = 0; i < s->count && s->order[i] != op; i++)
		if (s->landing == s->order[i] + 1 ||
		    (what == LIN_PENDING && status_of(s, i) == HOLE))
			return true;
	return false;
}

/* What a cancel of the current or the pending ones would hit. */
static uint32_t in_scope(const struct state *s, enum lin_what what,
			 unsigned first)
{
	uint32_t one = first == LIN_NOBODY ? 0 : UINT32_C(1) << first;

	if (what == LIN_CURRENT)
		return all_live(s) & one;
	return what == LIN_PENDING ? all_live(s) & ~one : all_live(s);
}

static bool cut_scope(const struct lin_history *h, struct state *s,
		      unsigned event)
{
	const struct lin_event *e = &h->event[event];
	enum lin_what what = (enum lin_what)e->what;
	unsigned first = oldest(s);

	if (e->answer == IVRQ_ENOENT)
		return s->ended && !e->hits;
	if (e->answer == IVRQ_EALREADY)
		return what == LIN_CLOSE && s->closed && !s->ended && !e->hits;
	if (e->answer || s->ended || (what == LIN_CLOSE && s->closed))
		return false;
	if (what == LIN_CLOSE)
		s->closed = 1;
	if (e->hits != in_scope(s, what, first) &&
	    follows_delivered(s, first, what))
		first = LIN_NOBODY;
	return cut(h, s, event, in_scope(s, what, first));
}

/* A cancel that decides for this operation by itself. */
static bool cut_one(const struct lin_history *h, struct state *s,
		    unsigned event)
{
	const struct lin_event *e = &h->event[event];
	enum status status = (enum status)s->status[e->op];

	if (e->answer == IVRQ_ENOENT)
		return !e->hits &&
		       (s->ended || (e->what == LIN_KILL && delivered(status)));
	if (e->answer || s->ended)
		return false;
	if (e->hits)
		return lives(status) && cut(h, s, event, UINT32_C(1) << e->op);
	if (e->in_flight || e->pending || lives(status))
		return false;
	return e->what == LIN_PICK || !delivered(status) ||
	       s->landing == e->op + 1;
}

static bool complete(struct state *s, const struct lin_event *e)
{
	enum status status = (enum status)s->status[e->op];

	switch (e->answer) {
	case 0:
		s->status[e->op] = FINISHED;
		return status == RUNNING;
	case IVRQ_EALREADY:
		return status == FINISHED;
	case IVRQ_ECANCELED:
		return status == STOPPING;
	default:
		return e->answer == IVRQ_ENOENT && !flies(status);
	}
}

static bool is_cut(const struct state *s, const struct lin_event *e)
{
	enum status status = (enum status)s->status[e->op];

	switch (e->answer) {
	case 0:
		return status == RUNNING || status == FINISHED;
	case 1:
		return status == STOPPING;
	default:
		return e->answer == IVRQ_ENOENT && !flies(status);
	}
}

static bool shows_state(enum status status, unsigned state)
{
	switch (status) {
	case RUNNING:
		return state == IVRQ_HEAD_RUNNING;
	case FINISHED:
		return state == IVRQ_HEAD_FINISHED;
	case STOPPING:
		return state == IVRQ_HEAD_CANCELED;
	default:
		return state == IVRQ_HEAD_IDLE;
	}
}

/* `extra`: one whose result is just delivered still counts. */
static bool shows(const struct lin_history *h, const struct state *s,
		  const struct lin_shot *shot, unsigned extra)
{
	unsigned i, depth = 0, least = 0, most = 0;
	unsigned head = LIN_NOBODY, tail = LIN_NOBODY;

	for (i = 0; i < s->count; i++) {
		unsigned op = s->order[i];
		enum status status = status_of(s, i);
		bool hit = status == CUT || status == EXPIRED || op == extra;

		if (delivered(status) && op != extra)
			continue;
		depth++;
		if (head == LIN_NOBODY)
			head = op;
		tail = op;
		least += status == STOPPING ||
			 (status == CUT && !by_itself(h, s, op) &&
			  h->event[s->by[op]].what != LIN_CURRENT);
		most += hit || status == STOPPING;
	}
	return shot->depth == depth && shot->canceled >= least &&
	       shot->canceled <= most && shot->head == head &&
	       shot->tail == tail &&
	       (head == LIN_NOBODY ?
			shot->state == IVRQ_HEAD_IDLE :
			shows_state((enum status)s->status[head], shot->state));
}

static bool snapshot(const struct lin_history *h, const struct state *s,
		     const struct lin_event *e)
{
	if (e->answer)
		return e->answer == IVRQ_ENOENT && s->ended;
	if (s->ended || e->shot.closed != s->closed)
		return false;
	return shows(h, s, &e->shot, LIN_NOBODY) ||
	       (s->landing && shows(h, s, &e->shot, s->landing - 1u));
}

/* G5: a callback of this one; all that was cut before it came has its result. */
static bool in_turn(const struct lin_history *h, const struct state *s,
		    unsigned op)
{
	unsigned i;

	for (i = 0; i < s->place[op]; i++) {
		unsigned x = s->order[i];

		if ((s->status[x] == CUT || s->status[x] == STOPPING) &&
		    !by_itself(h, s, x) && s->bound[x] <= s->place[op])
			return false;
	}
	return true;
}

static bool start(const struct lin_history *h, struct state *s,
		  const struct lin_event *e)
{
	unsigned i;

	if (s->status[e->op] != WAITING || !in_turn(h, s, e->op))
		return false;
	for (i = 0; i < s->place[e->op]; i++)
		if (lives(status_of(s, i)) || flies(status_of(s, i)))
			return false;
	fill_holes(s, s->place[e->op]);
	s->status[e->op] = RUNNING;
	return true;
}

/* The results of one cut come in the order of submission. */
static bool first_of_cut(const struct state *s, unsigned op)
{
	unsigned i;

	for (i = 0; i < s->place[op]; i++)
		if (!delivered(status_of(s, i)) &&
		    (status_of(s, i) == CUT || status_of(s, i) == STOPPING) &&
		    s->by[s->order[i]] == s->by[op])
			return false;
	return true;
}

static bool result(const struct lin_history *h, struct state *s,
		   const struct lin_event *e)
{
	enum status status = (enum status)s->status[e->op];
	bool hit = status == CUT || status == STOPPING;
	bool alone = status == EXPIRED || (hit && by_itself(h, s, e->op));
	bool in_place;

	if (e->started != flies(status) || hit != (e->status == IVRQ_CANCELED))
		return false;
	if (hit && s->by[e->op] != e->by)
		return false;
	if ((status == FINISHED) != (e->status == IVRQ_COMPLETED) ||
	    (status == EXPIRED) != (e->status == IVRQ_FAILED))
		return false;
	if (!alone && !in_turn(h, s, e->op))
		return false;
	if (hit && !alone && !first_of_cut(s, e->op))
		return false;
	in_place = !flies(status) &&
		   (alone || h->event[e->by].what == LIN_CURRENT);
	if (status == CUT && !in_place)
		fill_holes(s, s->place[e->op]);
	s->status[e->op] = in_place ? HOLE : GONE;
	s->by[e->op] = s->bound[e->op] = 0;
	s->landing = (uint8_t)(e->op + 1);
	return true;
}

static bool run(struct state *s)
{
	unsigned i;

	for (i = 0; i < s->count && !waits(status_of(s, i)); i++)
		;
	fill_holes(s, i);
	return true;
}

static bool closed(struct state *s)
{
	s->ended = 1;
	return s->closed && oldest(s) == LIN_NOBODY;
}

/* One event takes effect. False: the queue would not have it so. */
static bool apply(const struct lin_history *h, struct state *s, unsigned event)
{
	const struct lin_event *e = &h->event[event];

	if (e->what >= LIN_START && e->what <= LIN_CLOSED)
		s->landing = 0; /* the worker goes on */
	switch ((enum lin_what)e->what) {
	case LIN_SUBMIT:
		return submit(h, s, event);
	case LIN_AHEAD:
		return ahead(h, s, e);
	case LIN_ALL:
	case LIN_PENDING:
	case LIN_CURRENT:
	case LIN_CLOSE:
		return cut_scope(h, s, event);
	case LIN_KILL:
	case LIN_PICK:
		return cut_one(h, s, event);
	case LIN_COMPLETE:
		return complete(s, e);
	case LIN_IS_CUT:
		return is_cut(s, e);
	case LIN_SNAPSHOT:
		return snapshot(h, s, e);
	case LIN_START:
		return start(h, s, e);
	case LIN_STOP:
		return s->status[e->op] == STOPPING && in_turn(h, s, e->op);
	case LIN_RESULT:
		return result(h, s, e);
	case LIN_RUN:
		return run(s);
	case LIN_CLOSED:
		return closed(s);
	case LIN_EXPIRE:
		if (s->status[e->op] != WAITING)
			return false;
		s->status[e->op] = EXPIRED;
		return true;
	}
	return false;
}

static bool apply_event(const void *arg, void *state, unsigned event)
{
	return apply(arg, state, event);
}

bool lin_check(const struct lin_history *history, struct lin_fault *fault)
{
	struct lin_spec spec = { .events = history->events,
				 .bytes = sizeof(struct state),
				 .apply = apply_event,
				 .arg = history };
	struct state first;
	unsigned i;

	for (i = 0; i < history->events; i++)
		spec.before[i] = history->event[i].before;
	memset(&first, 0, sizeof(first));
	return lin_search(&spec, &first, fault);
}

/* ---------------------------------------------------------------- in words */

static size_t say_bits(uint32_t bits, char *buf, size_t size)
{
	size_t at = 0;
	unsigned i;

	buf[0] = '\0';
	for (i = 0; i < LIN_OPS; i++)
		if (bits >> i & 1 && at < size)
			at += (size_t)snprintf(buf + at, size - at, " %u", i);
	return at;
}

const char *lin_say(const struct lin_history *history, unsigned event,
		    char *buf, size_t size)
{
	static const char *const names[] = {
		"submit",   "ahead",	"cancel all", "cancel pending",
		"current",  "close",	"cancel op",  "pick",
		"complete", "canceled", "snapshot",   "start",
		"stop",	    "result",	"run",	      "closed",
		"expire"
	};
	const struct lin_event *e = &history->event[event];
	char hits[80];

	say_bits(e->hits, hits, sizeof(hits));
	switch ((enum lin_what)e->what) {
	case LIN_SUBMIT:
		snprintf(buf, size, "%u: %s op %u answers %d%s%s", event,
			 e->barge ? "barge-in" : "submit", e->op, e->answer,
			 e->barge ? ", hits" : "", hits);
		break;
	case LIN_AHEAD:
		snprintf(buf, size, "%u: op %u is told %u ahead", event, e->op,
			 e->value);
		break;
	case LIN_RESULT:
		snprintf(buf, size, "%u: result of op %u, status %u by %d%s",
			 event, e->op, e->status,
			 e->by == LIN_NOBODY ? -1 : e->by,
			 e->started ? ", started" : "");
		break;
	case LIN_SNAPSHOT:
		snprintf(buf, size,
			 "%u: snapshot answers %d: %u, cut %u, state %u, "
			 "closed %u, op %u to %u",
			 event, e->answer, e->shot.depth, e->shot.canceled,
			 e->shot.state, e->shot.closed, e->shot.head,
			 e->shot.tail);
		break;
	case LIN_START:
	case LIN_STOP:
	case LIN_EXPIRE:
		snprintf(buf, size, "%u: %s of op %u", event, names[e->what],
			 e->op);
		break;
	case LIN_COMPLETE:
	case LIN_IS_CUT:
		snprintf(buf, size, "%u: %s op %u answers %d", event,
			 names[e->what], e->op, e->answer);
		break;
	case LIN_RUN:
	case LIN_CLOSED:
		snprintf(buf, size, "%u: %s", event, names[e->what]);
		break;
	default:
		snprintf(buf, size, "%u: %s op %u answers %d, %u + %u, hits%s",
			 event, names[e->what], e->op, e->answer, e->in_flight,
			 e->pending, hits);
	}
	return buf;
}

const char *lin_stuck(const struct lin_history *history,
		      const struct lin_fault *fault, char *buf, size_t size)
{
	uint64_t done = 0;
	unsigned i;
	size_t at;

	for (i = 0; i < fault->done; i++)
		done |= UINT64_C(1) << fault->order[i];
	at = (size_t)snprintf(buf, size,
			      "no order of %u events: after %u, none "
			      "of these fits:",
			      history->events, fault->done);
	for (i = 0; i < history->events && at < size; i++) {
		char text[120];

		if (done >> i & 1 || history->event[i].before & ~done)
			continue;
		at += (size_t)snprintf(buf + at, size - at, " [%s]",
				       lin_say(history, i, text, sizeof(text)));
	}
	return buf;
}
