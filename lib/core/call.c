/* SPDX-License-Identifier: MIT */
/*
 * call.c - calls: handles, opening, closing, and telling the worker.
 *
 * A handle names a place in the table and a generation. There are no pins: a
 * function reads the queue's word, then finds the generation alive, and every
 * change it makes is a compare-and-swap that fails once that life has ended,
 * as queue.c tells. The memory itself lives as long as the engine.
 *
 * Edges
 *  * CL1: pairs with QL1, CL3, EL1. A life begins: who finds it sees the
 *    call's configuration. seq_cst, with CS1.
 *  * CL2: pairs with QL1. A life ends, before the word moves on: who sees a
 *    word of a later life sees that this one has ended.
 *  * CL3: pairs with CL1. The life, read.
 *  * CL4: relaxed. The paused bit changes by itself; the worker is told
 *    through the ready set (RB1), which orders it.
 *  * CS1: pairs with ES1. seq_cst. Does the engine stop? Either this opener
 *    sees it or the stopper sees that a call is being opened, and the call.
 *  * CO1: pairs with CO2. The call's worker, set before CL1.
 *  * CO2: pairs with CO1. Its worker; of this life, if the life is this one.
 *  * CN1: relaxed. A number; that it is used once is all that matters.
 *  * CC1: pairs with EC1. seq_cst. One more open call: counted before it can
 *    be found, so that stop waits for it.
 *  * CT1: pairs with TT2. The tones of a life begin: no node, not closed.
 *  * CT2: relaxed. The sequence goes on from the last life, one number being
 *    used up so that no word of that life comes back; nobody else changes it
 *    between two lives.
 */
#include "core/call.h"

#include <string.h>

#include "core/request.h"
#include "core/turn.h"

int ivrq__call_find(const ivrq_engine *engine, ivrq_call call,
		    struct ivrq__ring *ring)
{
	uint32_t index = ivrq__handle_index(call.value);
	uint64_t life;

	if (!engine)
		return IVRQ_EINVAL;
	if (!(call.value & IVRQ__HANDLE) || index >= engine->config.calls)
		return IVRQ_ENOENT;
	*ring = ivrq__ring_of(engine, call.value);
	life = ivrq__ld_acq64(ring->life); /* CL3 */
	return (life & ring->life_mask) == ring->alive ? 0 : IVRQ_ENOENT;
}

void ivrq__call_schedule(ivrq_engine *engine, uint32_t index)
{
	ivrq__a32 *owner = &ivrq__call_at(engine, index)->owner;
	uint32_t number = ivrq__ld_acq32(owner); /* CO2 */
	struct ivrq__worker *worker = &engine->workers[number];

	ivrq__ready_add(&worker->ready, index);
	if (ivrq__running() == worker)
		worker->again = true;
	else if (engine->config.wake &&
		 !(ivrq__ld_seq32(&worker->turn) & 1)) /* WB3 */
		engine->config.wake(engine->config.user, number);
}

void ivrq__call_recycle(ivrq_engine *engine, uint32_t index, uint32_t ref)
{
	ivrq__a32 *owner = &ivrq__call_at(engine, index)->owner;
	uint32_t number = ivrq__ld_acq32(owner); /* CO2 */

	ivrq__pool_push(&engine->shards[number].pool, ref);
}

uint64_t ivrq__call_number(ivrq_engine *engine)
{
	uint64_t number = ivrq__add_rlx64(&engine->numbers, 1); /* CN1 */

	/* 0 is the deadline's. */
	return number % IVRQ__POS_MASK + 1;
}

int ivrq__call_cut(ivrq_engine *engine, ivrq_call call, enum ivrq__range range,
		   struct ivrq__receipt *receipt)
{
	struct ivrq__ring ring = ivrq__ring_of(engine, call.value);
	uint32_t index = ivrq__handle_index(call.value);
	int answer;

	do {
		answer = ivrq__queue_cut(&ring, range, receipt);
		if (receipt->recycle)
			ivrq__call_recycle(engine, index, receipt->recycle - 1);
	} while (answer == IVRQ__AGAIN);
	/* Also if another had closed it: he may be frozen before he says so. */
	if (answer != IVRQ__GONE)
		ivrq__call_schedule(engine, index);
	return answer;
}

void ivrq__call_receipt(ivrq_engine *engine, ivrq_call call,
			const struct ivrq__receipt *from, ivrq_receipt *to)
{
	struct ivrq__cut cut = from->cut;

	if (!to)
		return;
	if (!(from->in_flight + from->pending)) {
		cut.type = IVRQ__BY_EMPTY;
		cut.number = ivrq__call_number(engine);
	}
	memset(to, 0, sizeof(*to));
	to->call = call;
	to->id = ivrq__cancel_id(ivrq__handle_index(call.value), &cut);
	to->in_flight = from->in_flight;
	to->pending = from->pending;
}

/* -------------------------------------------------------------- open, close */

void ivrq_call_config_init(ivrq_call_config *config)
{
	if (!config)
		return;
	memset(config, 0, sizeof(*config));
	config->size = sizeof(*config);
}

static int check_config(const ivrq_engine *engine,
			const ivrq_call_config *config, ivrq_call *call,
			ivrq_error *error)
{
	if (!engine)
		return ivrq__fail(error, IVRQ_EINVAL, "engine", "not NULL");
	if (!config)
		return ivrq__fail(error, IVRQ_EINVAL, "config", "not NULL");
	if (!call)
		return ivrq__fail(error, IVRQ_EINVAL, "call", "not NULL");
	if (config->size != sizeof(*config))
		return ivrq__fail(error, IVRQ_EINVAL, "size",
				  "as set by ivrq_call_config_init()");
	if (config->worker >= engine->config.workers)
		return ivrq__fail(error, IVRQ_EINVAL, "worker",
				  "less than the engine's workers");
	if (!config->driver || !config->driver->start || !config->driver->stop)
		return ivrq__fail(error, IVRQ_EINVAL, "driver",
				  "a table with start and stop");
	return 0;
}

static void set_up(ivrq_engine *engine, uint32_t index,
		   const ivrq_call_config *config)
{
	struct ivrq__call *at = ivrq__call_at(engine, index);
	struct ivrq__cold *cold = &engine->cold[index];
	uint64_t tones = ivrq__ld_rlx64(&at->tones); /* CT2 */
	uint32_t sequence = (uint32_t)(tones >> IVRQ__TONE_SEQUENCE_SHIFT) + 1;

	cold->driver = config->driver;
	cold->listener = config->listener;
	cold->driver_user = config->driver_user;
	cold->user = config->user;
	cold->tone_base = cold->tone_last = sequence;
	at->queue.mine = 0;
	tones = (uint64_t)sequence << IVRQ__TONE_SEQUENCE_SHIFT;
	ivrq__st_rel64(&at->tones, tones);	    /* CT1 */
	ivrq__st_rel32(&at->owner, config->worker); /* CO1 */
}

/* Counted as open before it is looked whether the engine stops, so that stop
 * waits for it or it is refused. */
static int take_place(ivrq_engine *engine, uint32_t *index, ivrq_error *error)
{
	*index = ivrq__pool_pop(&engine->call_pool);
	if (*index != IVRQ__NONE)
		ivrq__add_seq32(&engine->calls_open, 1); /* CC1 */
	if (ivrq__ld_seq32(&engine->stopping)) {	 /* CS1 */
		if (*index != IVRQ__NONE) {
			ivrq__pool_push(&engine->call_pool, *index);
			ivrq__sub_seq32(&engine->calls_open, 1); /* CC1 */
			ivrq__fences_tell(&engine->fences);
		}
		return ivrq__fail(error, IVRQ_ECLOSED, "engine",
				  "not stopping");
	}
	if (*index == IVRQ__NONE)
		return ivrq__fail(error, IVRQ_EPOOL, "calls",
				  "at most config.calls open at one time");
	return 0;
}

int ivrq_call_open(ivrq_engine *engine, const ivrq_call_config *config,
		   ivrq_call *call, ivrq_error *error)
{
	int failed = check_config(engine, config, call, error);
	struct ivrq__ring ring;
	struct ivrq__call *at;
	uint64_t life;
	uint32_t index;

	if (failed)
		return failed;
	failed = take_place(engine, &index, error);
	if (failed)
		return failed;
	set_up(engine, index, config);
	at = ivrq__call_at(engine, index);
	life = ivrq__ld_acq64(&at->life); /* CL3 */
	call->value = ivrq__handle(life >> IVRQ__LIFE_SHIFT, index);
	ring = ivrq__ring_of(engine, call->value);
	ivrq__queue_open(&ring);
	life |= IVRQ__LIFE_OPEN;
	if (config->driver->pause && config->driver->resume)
		life |= IVRQ__LIFE_PAUSABLE;
	ivrq__st_seq64(&at->life, life);       /* CL1 */
	if (ivrq__ld_seq32(&engine->stopping)) /* CS1 */
		ivrq_call_close(engine, *call, IVRQ_CAUSE_STOP, NULL);
	return 0;
}

int ivrq_call_close(ivrq_engine *engine, ivrq_call call, enum ivrq_cause reason,
		    ivrq_receipt *receipt)
{
	struct ivrq__ring ring;
	struct ivrq__receipt cut;
	int answer;

	if (reason != IVRQ_CAUSE_HANG_UP && reason != IVRQ_CAUSE_STOP)
		return IVRQ_EINVAL;
	answer = ivrq__call_find(engine, call, &ring);
	if (answer)
		return answer;
	answer = ivrq__call_cut(engine, call,
				reason == IVRQ_CAUSE_STOP ? IVRQ__CLOSE_STOP :
							    IVRQ__CLOSE,
				&cut);
	if (answer)
		return answer == IVRQ__SHUT ? IVRQ_EALREADY : IVRQ_ENOENT;
	ivrq__call_receipt(engine, call, &cut, receipt);
	return 0;
}

void ivrq__call_end(ivrq_engine *engine, uint32_t index)
{
	struct ivrq__call *at = ivrq__call_at(engine, index);
	uint64_t life = ivrq__ld_acq64(&at->life); /* CL3 */
	uint64_t next = (life >> IVRQ__LIFE_SHIFT) + 1;
	struct ivrq__ring ring;

	ring = ivrq__ring_of(engine,
			     ivrq__handle(life >> IVRQ__LIFE_SHIFT, index));
	ivrq__turn_end(&ring);
	next = (next & IVRQ__GENERATION_MASK) << IVRQ__LIFE_SHIFT;
	ivrq__st_rel64(&at->life, next); /* CL2 */
	ivrq__turn_skip(&ring);
	ivrq__pool_push(&engine->call_pool, index);
	ivrq__sub_seq32(&engine->calls_open, 1); /* CC1 */
}

/* ---------------------------------------------------------- snapshot, pause */

static enum ivrq_head_state head_state(enum ivrq__state state)
{
	switch (state) {
	case IVRQ__RUN:
		return IVRQ_HEAD_RUNNING;
	case IVRQ__DONE:
		return IVRQ_HEAD_FINISHED;
	default:
		return ivrq__state_cut(state) ? IVRQ_HEAD_CANCELED :
						IVRQ_HEAD_IDLE;
	}
}

int ivrq_call_snapshot(const ivrq_engine *engine, ivrq_call call,
		       ivrq_snapshot *snapshot)
{
	uint32_t index = ivrq__handle_index(call.value);
	struct ivrq__ring ring;
	struct ivrq__view view, again;
	uint64_t word;
	int answer = ivrq__call_find(engine, call, &ring);

	if (answer || !snapshot)
		return answer ? answer : IVRQ_EINVAL;
	do {
		/* The name of the one in flight goes with the word. Holes only
		 * get more while the word is the same: as many twice, and all
		 * that was read was so between the two. */
		word = ivrq__load_word(&ring);
		ivrq__queue_view(&ring, word, &again);
		ivrq__queue_view(&ring, word, &view);
	} while (view.live != again.live ||
		 ((ivrq__state_flies(ivrq__state(word)) ||
		   (word & IVRQ__SLOW)) &&
		  ivrq__load_word(&ring) != word));
	if (!ivrq__alive(&ring))
		return IVRQ_ENOENT;
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->depth = view.live;
	snapshot->canceled = view.canceled;
	snapshot->state = head_state(ivrq__state(word));
	snapshot->closed = ivrq__closed(word) != IVRQ__OPEN;
	if (view.live) {
		snapshot->head = ivrq__op_id(index, view.head);
		snapshot->tail = ivrq__op_id(index, view.tail);
	}
	return 0;
}

static int set_paused(ivrq_engine *engine, ivrq_call call, uint64_t paused)
{
	struct ivrq__ring ring;
	ivrq__a64 *at;
	uint64_t life, next;
	int answer = ivrq__call_find(engine, call, &ring);

	if (answer)
		return answer;
	at = &ivrq__call_at(engine, ivrq__handle_index(call.value))->life;
	life = ivrq__ld_rlx64(at); /* CL4 */
	do {
		if ((life & ring.life_mask) != ring.alive)
			return IVRQ_ENOENT;
		if (!(life & IVRQ__LIFE_PAUSABLE))
			return IVRQ_ENOTSUP;
		next = (life & ~IVRQ__LIFE_PAUSED) | paused;
	} while (!ivrq__cas_acqrel64(at, &life, next)); /* CL1/CL3 */
	ivrq__call_schedule(engine, ivrq__handle_index(call.value));
	return 0;
}

int ivrq_call_pause(ivrq_engine *engine, ivrq_call call)
{
	return set_paused(engine, call, IVRQ__LIFE_PAUSED);
}

int ivrq_call_resume(ivrq_engine *engine, ivrq_call call)
{
	return set_paused(engine, call, 0);
}
