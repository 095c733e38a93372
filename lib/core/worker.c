/* SPDX-License-Identifier: MIT */
/*
 * worker.c - the run loop: everything that calls the embedder.
 *
 * A run takes the ready calls one by one and gives each a visit: its tones,
 * then its queue, as far as it goes without waiting. What its own callbacks
 * add is taken in another pass of the same run, up to PASSES, and only while
 * the run has made few visits. What other threads add is left to the next run:
 * however busy they are, they do not keep this one. If there is a hook that
 * asks for another run, this one ends after FEW visits whatever is ready, and
 * the next goes on where it has ended; so no call is passed over. A visit ends
 * after a bounded number of steps too.
 *
 * A visit looks at the queue again after every step, as any thread may have
 * changed it. The order inside it keeps G5: first what has ended in flight,
 * then what a cut has covered, in order, then the ones killed in their slots
 * further back; only then the next one starts.
 *
 * Edges
 *  * WB1: pairs with WB2. The turn becomes odd: this thread is in the run, and
 *    sees all that the last run did.
 *  * WB2: pairs with WB1, WB3, FE1. seq_cst. The turn becomes even: what the
 *    run delivered is visible to who sees that. Then it is looked whether
 *    anyone waits (FW2) and whether a call was added (RB4).
 *  * WB3: pairs with WB2. seq_cst. Is no thread in the run? Read after a call
 *    was added (RB1): either the adder wakes, or the run that is on sees the
 *    call, at the latest when it is over.
 *  * WX1: relaxed. A counter with one writer; readers may see it late.
 *  * WX2: relaxed. The turn, read again by WB1 if it is even. Who was woken has
 *    it from an adder that found it even (WB3), so he does not find it odd of
 *    a run before that.
 */
#include "core/worker.h"

#include <string.h>

#include "core/call.h"
#include "core/op.h"
#include "core/tone.h"
#include "core/turn.h"
#include "core/wire.h"

#define PASSES 8
#define FEW    64 /* visits */
#define AHEAD  8  /* calls whose memory is fetched before they are visited */

/* One visit to one call. */
struct visit {
	ivrq_engine *engine;
	struct ivrq__worker *worker;
	struct ivrq__shard *shard; /* the worker's */
	struct ivrq__call *call;
	struct ivrq__cold *cold;
	struct ivrq__ring ring;
	ivrq_call handle;
	uint32_t index;
	uint32_t results;
	struct ivrq__step step; /* of its last look */
};

static void count(ivrq__a64 *counter)
{
	ivrq__st_rlx64(counter, ivrq__ld_rlx64(counter) + 1); /* WX1 */
}

/* ------------------------------------------------------------------ results */

static enum ivrq_cause cause_of(const struct visit *visit,
				const struct ivrq__cut *cut)
{
	uint64_t word;

	if (cut->type == IVRQ__BY_BARGE)
		return IVRQ_CAUSE_BARGE_IN;
	if (!cut->closing)
		return IVRQ_CAUSE_CANCEL;
	word = ivrq__load_word(&visit->ring);
	return ivrq__closed(word) > IVRQ__CLOSED_RANGE ? IVRQ_CAUSE_STOP :
							 IVRQ_CAUSE_HANG_UP;
}

static void tell_result(struct visit *visit, const ivrq_result *result)
{
	const ivrq_listener *listener = visit->cold->listener;
	struct ivrq__worker *worker = visit->worker;

	visit->results++;
	if (result->status == IVRQ_COMPLETED)
		count(&worker->completed);
	else if (result->status == IVRQ_FAILED)
		count(&worker->failed);
	else
		count(&worker->canceled);
	if (listener && listener->result)
		listener->result(visit->cold->user, result);
}

static void tell_canceled(struct visit *visit, const struct ivrq__step *step)
{
	struct ivrq__op *op = ivrq__op_at(visit->engine, step->ref);
	uint64_t end;
	ivrq_outcome outcome;
	ivrq_result result = {
		.operation = &op->public,
		.status = IVRQ_CANCELED,
		.reason = IVRQ_REASON_CANCELED,
		.started = op->called,
	};

	if (step->cut.type == IVRQ__BY_GROUP && !step->cut.number) {
		result.status = IVRQ_FAILED;
		result.reason = IVRQ_REASON_DEADLINE;
	} else {
		result.cause = cause_of(visit, &step->cut);
		result.cancel = ivrq__cancel_id(visit->index, &step->cut);
	}
	if (op->started) {
		end = ivrq__ld_acq64(/* OE2 */
				     &visit->engine->cells[step->ref].end);
		outcome = ivrq__end_unpack(end);
		result.media_ms = outcome.media_ms;
		result.kept = outcome.kept;
	}
	tell_result(visit, &result);
}

static void tell_finished(struct visit *visit, const struct ivrq__step *step)
{
	struct ivrq__op *op = ivrq__op_at(visit->engine, step->ref);
	uint64_t end =
		ivrq__ld_acq64(&visit->engine->cells[step->ref].end); /* OE2 */
	ivrq_outcome outcome = ivrq__end_unpack(end);
	ivrq_result result = {
		.operation = &op->public,
		.status = ivrq__reason_status(op->public.kind, outcome.reason),
		.reason = outcome.reason,
		.started = op->called,
		.kept = outcome.kept,
		.tone = outcome.tone,
		.media_ms = outcome.media_ms,
	};

	tell_result(visit, &result);
}

/* It has left the queue and its result was delivered. */
static void let_go(struct visit *visit, const struct ivrq__step *step)
{
	struct ivrq__cell *cell = &visit->engine->cells[step->ref];

	ivrq__deadlines_remove(&visit->worker->deadlines, step->ref);
	if (ivrq__cell_release(cell))
		ivrq__pool_push(&visit->shard->pool, step->ref);
}

/* ------------------------------------------------------------------- driver */

static void start(struct visit *visit, const struct ivrq__step *step)
{
	const ivrq_driver *driver = visit->cold->driver;
	const ivrq_listener *listener = visit->cold->listener;
	struct ivrq__op *op = ivrq__op_at(visit->engine, step->ref);
	ivrq_outcome outcome = { .media_ms = 0 };
	int failed;

	if (!ivrq__turn_start(&visit->ring, step))
		return;
	ivrq__deadlines_remove(&visit->worker->deadlines, step->ref);
	op->called = true;
	failed = driver->start(visit->cold->driver_user, &op->public);
	if (!failed) {
		op->started = true;
		if (listener && listener->started)
			listener->started(visit->cold->user, &op->public);
		return;
	}
	outcome.reason = (enum ivrq_reason)failed;
	if (failed < 0 || failed >= IVRQ_REASON_DEADLINE ||
	    ivrq__reason_status(op->public.kind, outcome.reason) != IVRQ_FAILED)
		outcome.reason = IVRQ_REASON_OTHER;
	(void)ivrq__op_end(visit->engine, &visit->ring, step->position,
			   step->ref, &outcome);
}

/* Ask the driver, once, to end what was cancelled. True: it has. */
static bool stop(struct visit *visit, const struct ivrq__step *step)
{
	struct ivrq__op *op = ivrq__op_at(visit->engine, step->ref);
	ivrq__a64 *at = &visit->engine->cells[step->ref].end;
	ivrq_outcome outcome = { .media_ms = 0 };
	uint64_t end;

	if (!op->started)
		return true;
	if (!op->stopping) {
		op->stopping = true;
		visit->call->queue.mine &= ~IVRQ__CALL_PAUSED;
		ivrq__or_acqrel64(at, IVRQ__END_STOPPING); /* OE1 */
		if (visit->cold->driver->stop(visit->cold->driver_user,
					      &op->public,
					      &outcome) == IVRQ_STOPPED)
			(void)ivrq__op_stopped(at, &outcome);
	}
	end = ivrq__ld_acq64(at); /* OE2 */
	return end & IVRQ__END_STOPPED;
}

/* Tell the driver of a pause or resume that it does not know of yet. Answers
 * whether the call is paused now. */
static bool reconcile_pause(struct visit *visit)
{
	uint32_t *mine = &visit->call->queue.mine;
	uint64_t life = ivrq__ld_acq64(&visit->call->life); /* CL3 */
	struct ivrq__step *step = &visit->step;
	const ivrq_driver *driver;
	struct ivrq__op *op;

	if (!((life ^ *mine) & IVRQ__LIFE_PAUSED))
		return life & IVRQ__LIFE_PAUSED;
	ivrq__turn_look(&visit->ring, step);
	if (step->todo != IVRQ__WAIT)
		return life & IVRQ__LIFE_PAUSED;
	op = ivrq__op_at(visit->engine, step->ref);
	driver = visit->cold->driver;
	*mine ^= IVRQ__CALL_PAUSED;
	(life & IVRQ__LIFE_PAUSED ? driver->pause : driver->resume)(
		visit->cold->driver_user, &op->public);
	life = ivrq__ld_acq64(&visit->call->life); /* CL3 */
	return life & IVRQ__LIFE_PAUSED;
}

/* ---------------------------------------------------------------- the visit */

/* Its deadline has come and it has not started. */
static void expire(struct ivrq__worker *worker, const struct ivrq__ring *ring,
		   struct ivrq__op *op, uint32_t ref)
{
	ivrq__deadlines_remove(&worker->deadlines, ref);
	ivrq__turn_expire(ring, op->position);
}

/* Get to know what this word has that was submitted since the last time. */
static void see_to(struct visit *visit, uint64_t tail)
{
	uint64_t *seen = &visit->cold->seen;

	for (; *seen != tail; *seen = ivrq__pos(*seen, 1)) {
		uint32_t ref = ivrq__ref(ivrq__load_slot(&visit->ring, *seen));
		struct ivrq__op *op = ivrq__op_at(visit->engine, ref);

		visit->call->queue.mine |= IVRQ__CALL_BUSY;
		op->position = *seen;
		op->public.op = ivrq__op_id(visit->index, *seen);
		if (!op->public.deadline_ns)
			continue;
		ivrq__deadlines_add(&visit->worker->deadlines, ref,
				    op->public.deadline_ns);
		if (op->public.deadline_ns <= visit->worker->now)
			expire(visit->worker, &visit->ring, op, ref);
	}
}

static inline void see(struct visit *visit, uint64_t word)
{
	if (visit->cold->seen != ivrq__tail(word))
		see_to(visit, ivrq__tail(word));
}

/* It is delivered in its place; its storage stays until head comes by. */
static void deliver_in_place(struct visit *visit, const struct ivrq__step *step)
{
	ivrq__deadlines_remove(&visit->worker->deadlines, step->ref);
	tell_canceled(visit, step);
	ivrq__turn_bury(&visit->ring, step->position);
}

static bool sweep(struct visit *visit)
{
	uint64_t from = ivrq__head(ivrq__load_word(&visit->ring));
	struct ivrq__step step;
	bool any = false;

	while (ivrq__turn_sweep(&visit->ring, &from, &step)) {
		see(visit, step.word);
		deliver_in_place(visit, &step);
		any = true;
	}
	return any;
}

/* The first may not start: what is cancelled behind it does not wait. One at
 * a time, as the callback may let the first one start. */
static bool deliver_behind(struct visit *visit)
{
	uint64_t from = ivrq__head(ivrq__load_word(&visit->ring));
	struct ivrq__step step;

	if (!ivrq__turn_next_behind(&visit->ring, &from, &step))
		return false;
	see(visit, step.word);
	deliver_in_place(visit, &step);
	return true;
}

/*
 * What the look found leaves the queue. A fence that finds it gone from the
 * ring waits for its result: so a hole, which has had that, lands first.
 */
static void leave(struct visit *visit, const struct ivrq__step *step)
{
	if (step->todo == IVRQ__DEAD && step->killed) {
		deliver_in_place(visit, step);
		return;
	}
	if (step->todo == IVRQ__DEAD) {
		ivrq__turn_land(&visit->ring, step);
		ivrq__turn_pop(&visit->ring, step);
		let_go(visit, step);
		return;
	}
	ivrq__turn_pop(&visit->ring, step);
	if (step->todo == IVRQ__FINISHED) {
		visit->call->queue.mine &= ~IVRQ__CALL_PAUSED;
		tell_finished(visit, step);
	} else {
		tell_canceled(visit, step);
	}
	ivrq__turn_land(&visit->ring, step);
	let_go(visit, step);
}

/*
 * One step. False: nothing more to do for now. Those killed further back come
 * after all that can be delivered in its turn, so that they do not overtake
 * the results of a cut before them; but they do not wait for anything.
 */
static bool step_queue(struct visit *visit, bool paused)
{
	struct ivrq__step *step = &visit->step;
	bool held;

	ivrq__turn_look(&visit->ring, step);
	see(visit, step->word); /* all that the look found */
	if (step->todo == IVRQ__STOP && !stop(visit, step))
		ivrq__turn_look_behind(&visit->ring, step);
	switch (step->todo) {
	case IVRQ__FINISHED:
	case IVRQ__STOP:
	case IVRQ__CANCELED:
	case IVRQ__DEAD:
		leave(visit, step);
		return true;
	default:
		break;
	}
	held = step->todo == IVRQ__START && paused;
	if (held && deliver_behind(visit))
		return true;
	if ((step->word & IVRQ__SLOW) && sweep(visit))
		return true;
	if (step->todo != IVRQ__START || held)
		return false;
	start(visit, step);
	return true;
}

static void tell_depth(struct visit *visit, uint32_t depth)
{
	const ivrq_config *config = &visit->engine->config;
	const ivrq_listener *listener = visit->cold->listener;
	uint32_t *mine = &visit->call->queue.mine;

	if (!(*mine & IVRQ__CALL_HIGH) && depth >= config->high_water) {
		*mine |= IVRQ__CALL_HIGH;
		if (listener && listener->high_water)
			listener->high_water(visit->cold->user, visit->handle,
					     depth);
	} else if ((*mine & IVRQ__CALL_HIGH) && depth <= config->low_water) {
		*mine &= ~IVRQ__CALL_HIGH;
		if (listener && listener->low_water)
			listener->low_water(visit->cold->user, visit->handle,
					    depth);
	}
}

static void tell_water(struct visit *visit)
{
	if (visit->engine->config.high_water)
		tell_depth(visit, ivrq__total(ivrq__load_word(&visit->ring)));
}

static void tell_idle(struct visit *visit)
{
	const ivrq_listener *listener = visit->cold->listener;
	uint64_t word = ivrq__load_word(&visit->ring);

	if (ivrq__total(word) || ivrq__closed(word) ||
	    !(visit->call->queue.mine & IVRQ__CALL_BUSY))
		return;
	visit->call->queue.mine &= ~IVRQ__CALL_BUSY;
	if (listener && listener->idle)
		listener->idle(visit->cold->user, visit->handle);
}

/* Closed, and every result delivered: the last callback. */
static bool tell_closed(struct visit *visit)
{
	const ivrq_listener *listener = visit->cold->listener;
	uint64_t word = ivrq__load_word(&visit->ring);
	bool stopped = ivrq__closed(word) > IVRQ__CLOSED_RANGE;

	if (ivrq__total(word) || !ivrq__closed(word))
		return false;
	ivrq__tones_deliver(visit->engine, visit->worker, visit->index, true);
	if (listener && listener->closed)
		listener->closed(visit->cold->user, visit->handle,
				 stopped ? IVRQ_CAUSE_STOP :
					   IVRQ_CAUSE_HANG_UP);
	ivrq__tones_tidy(visit->engine, visit->index, true);
	visit->cold->seen = ivrq__pos(ivrq__tail(word), 1);
	ivrq__call_end(visit->engine, visit->index);
	return true;
}

/* True: something was delivered or the call has ended. */
static bool visit_queue(struct visit *visit)
{
	uint32_t steps = 4 * visit->engine->config.ring;
	uint64_t word = ivrq__load_word(&visit->ring);

	if (word & IVRQ__SWEEP)
		ivrq__turn_sweeping(&visit->ring);
	see(visit, word);
	tell_water(visit);
	while (steps && step_queue(visit, reconcile_pause(visit)))
		steps--;
	if (!steps)
		ivrq__ready_add(&visit->worker->ready, visit->index);
	if (ivrq__load_word(&visit->ring) & IVRQ__SLOW)
		ivrq__turn_calm(&visit->ring);
	tell_water(visit);
	tell_idle(visit);
	return tell_closed(visit);
}

static uint32_t visit_call(ivrq_engine *engine, uint32_t number, uint32_t index,
			   bool *news)
{
	struct ivrq__call *call = ivrq__call_at(engine, index);
	uint64_t life = ivrq__ld_acq64(&call->life); /* CL3 */
	struct visit visit;
	uint64_t before;
	uint32_t owner;

	do {
		before = life;
		owner = ivrq__ld_acq32(&call->owner); /* CO2 */
		life = ivrq__ld_acq64(&call->life);   /* CL3 */
	} while ((life ^ before) & ~IVRQ__LIFE_PAUSED);
	/* Of one life, which only its owner ends. A bit of an earlier life may
	 * have brought us here. */
	if (!(life & IVRQ__LIFE_OPEN) || owner != number)
		return 0;
	/* One by one, as most of the step need not be zero. */
	visit.engine = engine;
	visit.worker = &engine->workers[number];
	visit.shard = &engine->shards[number];
	visit.call = call;
	visit.cold = &engine->cold[index];
	visit.handle.value = ivrq__handle(life >> IVRQ__LIFE_SHIFT, index);
	visit.ring = ivrq__ring_at(engine, call, life & IVRQ__LIFE_NAME);
	visit.index = index;
	visit.results = 0;
	visit.step.part.type = IVRQ__BY_NONE;
	if (ivrq__tones_any(call)) {
		ivrq__tones_deliver(engine, visit.worker, index, false);
		ivrq__tones_tidy(engine, index, false);
	}
	if (visit_queue(&visit))
		*news = true;
	if (visit.results)
		*news = true;
	return visit.results;
}

/* ------------------------------------------------------------------ the run */

static void expire_due(ivrq_engine *engine, struct ivrq__worker *worker)
{
	struct ivrq__ring ring;
	struct ivrq__op *op;
	uint32_t ref;
	uint64_t at;

	while (ivrq__deadlines_first(&worker->deadlines, &ref, &at) &&
	       at <= worker->now) {
		op = ivrq__op_at(engine, ref);
		ring = ivrq__ring_of(engine, op->public.call.value);
		expire(worker, &ring, op, ref);
		ivrq__ready_add(&worker->ready,
				ivrq__handle_index(op->public.call.value));
	}
}

/* The next few of the walk, at most so many: their memory is on its way while
 * others are visited. */
static unsigned take_few(ivrq_engine *engine, struct ivrq__worker *worker,
			 uint32_t few[AHEAD], uint32_t most)
{
	unsigned n;

	for (n = 0; n < AHEAD && n < most; n++) {
		if (!ivrq__ready_next(&worker->ready, &worker->walk, &few[n]))
			break;
		__builtin_prefetch(ivrq__call_at(engine, few[n]));
		__builtin_prefetch(&engine->cold[few[n]]);
	}
	return n;
}

/* The walk of the last run, if that has left one, or another. False: there is
 * nothing to walk for. */
static bool walk_on(struct ivrq__worker *worker)
{
	if (!ivrq__ready_over(&worker->walk))
		return true;
	if (!worker->again)
		return false;
	worker->again = false;
	ivrq__ready_begin(&worker->ready, &worker->walk);
	return true;
}

static int run(ivrq_engine *engine, uint32_t number, bool *news)
{
	struct ivrq__worker *worker = &engine->workers[number];
	uint32_t most = engine->config.wake ? FEW : UINT32_MAX;
	uint32_t few[AHEAD], results = 0, visits = 0, ref;
	unsigned pass, i, n;

	expire_due(engine, worker);
	worker->again = !ivrq__ready_empty(&worker->ready);
	for (pass = 0; pass < PASSES && visits < FEW && walk_on(worker);
	     pass++) {
		while ((n = take_few(engine, worker, few, most - visits))) {
			for (i = 0; i < n; i++)
				results += visit_call(engine, number, few[i],
						      news);
			visits += n;
		}
	}
	if (!ivrq__deadlines_first(&worker->deadlines, &ref, &worker->next_ns))
		worker->next_ns = UINT64_MAX;
	return results > INT32_MAX ? INT32_MAX : (int)results;
}

int ivrq_worker_run(ivrq_engine *engine, uint32_t number, uint64_t now_ns)
{
	struct ivrq__worker *worker;
	bool news = false, left;
	uint32_t turn;
	int results;

	if (ivrq__running())
		return IVRQ_EDEADLK;
	if (!engine || number >= engine->config.workers)
		return IVRQ_EINVAL;
	worker = &engine->workers[number];
	turn = ivrq__ld_rlx32(&worker->turn); /* WX2 */
	if ((turn & 1) ||
	    !ivrq__cas_acq32(&worker->turn, &turn, turn + 1)) /* WB1 */
		return IVRQ_EBUSY;
	ivrq__set_running(worker);
	worker->now = now_ns;
	results = run(engine, number, &news);
	left = !ivrq__ready_over(&worker->walk);
	ivrq__set_running(NULL);
	ivrq__st_seq32(&worker->turn, turn + 2); /* WB2 */
	if (news)
		ivrq__fences_tell(&engine->fences);
	/* Who was woken, and found a thread in the run, has not run it. */
	if (engine->config.wake && (left || !ivrq__ready_empty(&worker->ready)))
		engine->config.wake(engine->config.user, number);
	return results;
}

int ivrq_worker_next_ns(const ivrq_engine *engine, uint32_t number,
			uint64_t *next_ns)
{
	if (!engine || number >= engine->config.workers || !next_ns)
		return IVRQ_EINVAL;
	*next_ns = engine->workers[number].next_ns;
	return 0;
}

void ivrq__worker_init(ivrq_engine *engine, uint32_t number, ivrq__a64 *words)
{
	struct ivrq__worker *worker = &engine->workers[number];

	memset(worker, 0, sizeof(*worker));
	ivrq__ready_init(&worker->ready, words, engine->config.calls);
	worker->deadlines.base = engine->ops + offsetof(struct ivrq__op, due);
	worker->deadlines.stride = engine->op_stride;
	worker->next_ns = UINT64_MAX;
}
