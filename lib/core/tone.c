/* SPDX-License-Identifier: MIT */
/*
 * tone.c - the tones of a call and those who subscribed to them.
 *
 * Nothing here knows of the queue's word, so no cancel can touch a tone. A
 * call's tones wait in a chain, newest first, under one word that also holds
 * their number and the call's sequence. Every tone raises the sequence in the
 * compare-and-swap that adds it; one that finds no room raises it too, so a
 * loss shows as a gap to the worker, which takes the chain whole and turns it
 * round.
 *
 * Subscriptions hang in another chain, newest first: anyone adds at the front,
 * only the worker removes. Ending one marks it; the worker gives it back.
 *
 * Edges
 *  * TT1: pairs with TT2. A tone is added: who takes the chain sees the node,
 *    and every subscription made before the tone.
 *  * TT2: pairs with TT1, CT1. The word of the tones, read or taken.
 *  * TS1: pairs with TS2. A subscription is added: its node is complete.
 *  * TS2: pairs with TS1. The newest subscription, read.
 *  * TL1: pairs with TL2. A subscription lives, ends or is given back.
 *  * TL2: pairs with TL1. Its state, read.
 *  * TC1: pairs with TC2. The call of a subscription, before TL1.
 *  * TC2: pairs with TC1. The call of a subscription, of the life named by its
 *    state if that is still the same afterwards.
 *  * TX1: relaxed. A counter with one writer; readers may see it late.
 *  * TX2: relaxed. A counter; nothing is ordered by it.
 *  * TX3: relaxed. Is there anything? What was there when the call was added to
 *    the ready set is seen, by that (RB1); what is there is read again by TT2
 *    and TS2.
 */
#include "core/tone.h"

#include "core/call.h"
#include "core/wire.h"

#define SEQUENCE_ONE (UINT64_C(1) << IVRQ__TONE_SEQUENCE_SHIFT)
#define DEPTH_ONE    (UINT64_C(1) << IVRQ__TONE_DEPTH_SHIFT)
#define LIVE	     UINT64_C(1)

static uint32_t depth_of(uint64_t tones)
{
	return (uint32_t)(tones >> IVRQ__TONE_DEPTH_SHIFT & 63);
}

/* Add a node (or none: the tone is lost). False: the word has changed. */
static bool add(ivrq_engine *engine, struct ivrq__call *at, uint64_t *tones,
		uint32_t node, char tone, uint32_t duration_ms)
{
	uint64_t next = *tones + SEQUENCE_ONE;
	struct ivrq__tone_node *to;

	if (node != IVRQ__NONE) {
		to = &engine->tones[node];
		to->next = (uint32_t)(*tones & IVRQ__TONE_TOP);
		to->sequence = (uint32_t)(next >> IVRQ__TONE_SEQUENCE_SHIFT);
		to->tone = tone;
		to->duration_ms = duration_ms;
		next = ((next & ~IVRQ__TONE_TOP) | (node + 1)) + DEPTH_ONE;
	}
	return ivrq__cas_acqrel64(&at->tones, tones, next); /* TT1/TT2 */
}

int ivrq_tone(ivrq_engine *engine, ivrq_call call, char tone,
	      uint32_t duration_ms)
{
	struct ivrq__ring ring;
	struct ivrq__call *at;
	uint64_t tones;
	uint32_t node = IVRQ__NONE;
	bool full = false;
	int answer = ivrq__call_find(engine, call, &ring);

	if (answer)
		return answer;
	if (ivrq__tone_index(tone) < 0)
		return IVRQ_EINVAL;
	at = ivrq__call_at(engine, ivrq__handle_index(call.value));
	tones = ivrq__ld_acq64(&at->tones); /* TT2 */
	do {
		if (!ivrq__alive(&ring))
			answer = IVRQ_ENOENT;
		else if ((tones & IVRQ__TONE_CLOSED) ||
			 ivrq__closed(ivrq__load_word(&ring)))
			answer = IVRQ_ECLOSED;
		if (answer)
			break;
		full = depth_of(tones) >= engine->config.tones_per_call;
		if (!full && node == IVRQ__NONE)
			node = ivrq__pool_pop(&engine->tone_pool);
	} while (!add(engine, at, &tones, full ? IVRQ__NONE : node, tone,
		      duration_ms));
	if (node != IVRQ__NONE && (answer || full))
		ivrq__pool_push(&engine->tone_pool, node);
	if (answer)
		return answer;
	if (full || node == IVRQ__NONE) {
		ivrq__add_rlx64(&engine->tones_lost, 1); /* TX2 */
		/* Who filled it may be frozen before he told the worker. */
		ivrq__call_schedule(engine, ivrq__handle_index(call.value));
		return full ? IVRQ_EFULL : IVRQ_EPOOL;
	}
	ivrq__call_schedule(engine, ivrq__handle_index(call.value));
	return 0;
}

/* ------------------------------------------------------------ subscriptions */

static uint64_t state_of(uint64_t handle)
{
	return ivrq__handle_generation(handle) << 1 | LIVE;
}

int ivrq_subscribe_to_tone(ivrq_engine *engine, ivrq_call call,
			   void (*handler)(void *user,
					   const ivrq_tone_event *event),
			   void *user, ivrq_subscription *subscription)
{
	struct ivrq__ring ring;
	struct ivrq__call *at;
	struct ivrq__subscription *node;
	uint64_t state, tones;
	uint32_t index, top;
	int answer = ivrq__call_find(engine, call, &ring);

	if (answer || !subscription)
		return answer ? answer : IVRQ_EINVAL;
	if (ivrq__closed(ivrq__load_word(&ring)))
		return ivrq__alive(&ring) ? IVRQ_ECLOSED : IVRQ_ENOENT;
	index = ivrq__pool_pop(&engine->subscription_pool);
	if (index == IVRQ__NONE)
		return IVRQ_EPOOL;
	at = ivrq__call_at(engine, ivrq__handle_index(call.value));
	node = &engine->subscriptions[index];
	state = ivrq__ld_acq64(&node->state) | LIVE; /* TL2 */
	node->handler = handler;
	node->user = user;
	tones = ivrq__ld_acq64(&at->tones); /* TT2 */
	node->from = (uint32_t)(tones >> IVRQ__TONE_SEQUENCE_SHIFT);
	ivrq__st_rel64(&node->call, call.value); /* TC1 */
	ivrq__st_rel64(&node->state, state);	 /* TL1 */
	top = ivrq__ld_acq32(&at->subscribers);	 /* TS2 */
	do {
		node->next = top;
	} while (!ivrq__cas_acqrel32(&at->subscribers, &top, /* TS1/TS2 */
				     index + 1));
	/* If the call ends meanwhile, it is of no life any more, and the next
	 * life's worker gives it back. */
	subscription->value = ivrq__handle(state >> 1, index);
	return 0;
}

int ivrq_unsubscribe(ivrq_engine *engine, ivrq_subscription subscription)
{
	uint32_t index = ivrq__handle_index(subscription.value);
	uint64_t state = state_of(subscription.value);
	struct ivrq__subscription *node;
	struct ivrq__ring ring;
	ivrq_call call;

	if (!engine)
		return IVRQ_EINVAL;
	if (!(subscription.value & IVRQ__HANDLE) ||
	    index >= engine->config.subscriptions)
		return IVRQ_ENOENT;
	node = &engine->subscriptions[index];
	if (ivrq__ld_acq64(&node->state) != state) /* TL2 */
		return IVRQ_ENOENT;
	call.value = ivrq__ld_acq64(&node->call); /* TC2 */
	/* One that came late to its call waits for the place's next life. */
	if (ivrq__call_find(engine, call, &ring) ||
	    !ivrq__cas_acqrel64(&node->state, &state, /* TL1/TL2 */
				state & ~LIVE))
		return IVRQ_ENOENT;
	ivrq__call_schedule(engine, ivrq__handle_index(call.value));
	return 0;
}

static void give_back(ivrq_engine *engine, uint32_t index)
{
	struct ivrq__subscription *node = &engine->subscriptions[index];
	uint64_t state = ivrq__ld_acq64(&node->state); /* TL2 */
	uint64_t next = (state >> 1) + 1;

	next = (next & IVRQ__GENERATION_MASK) << 1;
	while (!ivrq__cas_acqrel64(&node->state, &state, next)) /* TL1/TL2 */
		;
	ivrq__pool_push(&engine->subscription_pool, index);
}

/* Take node `link` out of the chain, `before` it being 0 or known. */
static bool unlink_node(ivrq_engine *engine, struct ivrq__call *at,
			uint32_t before, uint32_t link)
{
	uint32_t next = engine->subscriptions[link - 1].next;

	if (!before)
		return ivrq__cas_acqrel32(&at->subscribers, &link, /* TS1/TS2 */
					  next);
	engine->subscriptions[before - 1].next = next;
	return true;
}

static void tidy(ivrq_engine *engine, struct ivrq__call *at, uint64_t call,
		 uint32_t link, bool all)
{
	uint32_t before = 0;

	while (link) {
		struct ivrq__subscription *node =
			&engine->subscriptions[link - 1];
		uint32_t next = node->next;
		uint64_t state = ivrq__ld_acq64(&node->state); /* TL2 */
		uint64_t of = ivrq__ld_acq64(&node->call);     /* TC2 */

		if (!all && (state & LIVE) && of == call) {
			before = link;
		} else if (unlink_node(engine, at, before, link)) {
			give_back(engine, link - 1);
		} else {
			/* A newer one came in front: from there again. */
			before = 0;
			next = ivrq__ld_acq32(&at->subscribers); /* TS2 */
		}
		link = next;
	}
}

void ivrq__tones_tidy(ivrq_engine *engine, uint32_t index, bool all)
{
	struct ivrq__call *at = ivrq__call_at(engine, index);
	uint32_t link = ivrq__ld_acq32(&at->subscribers); /* TS2 */
	uint64_t life = ivrq__ld_acq64(&at->life);	  /* CL3 */

	if (link)
		tidy(engine, at, ivrq__handle(life >> IVRQ__LIFE_SHIFT, index),
		     link, all);
}

/* ----------------------------------------------------------------- delivery */

static void deliver_to(ivrq_engine *engine, const struct ivrq__cold *cold,
		       uint32_t link, uint32_t sequence, ivrq_tone_event *event)
{
	while (link) {
		struct ivrq__subscription *node =
			&engine->subscriptions[link - 1];
		uint64_t state = ivrq__ld_acq64(&node->state); /* TL2 */
		uint64_t of = ivrq__ld_acq64(&node->call);     /* TC2 */

		if ((state & LIVE) && of == event->call.value &&
		    (int32_t)(sequence - node->from) > 0) {
			event->subscription.value =
				ivrq__handle(state >> 1, link - 1);
			if (node->handler)
				node->handler(node->user, event);
			else if (cold->listener && cold->listener->tone)
				cold->listener->tone(cold->user, event);
		}
		link = node->next;
	}
}

static void count(ivrq__a64 *counter)
{
	ivrq__st_rlx64(counter, ivrq__ld_rlx64(counter) + 1); /* TX1 */
}

/* Turn the chain round: oldest first. */
static uint32_t reverse(ivrq_engine *engine, uint32_t link)
{
	uint32_t done = 0;

	while (link) {
		struct ivrq__tone_node *node = &engine->tones[link - 1];
		uint32_t next = node->next;

		node->next = done;
		done = link;
		link = next;
	}
	return done;
}

static uint64_t take(struct ivrq__call *at, bool last)
{
	uint64_t tones = ivrq__ld_acq64(&at->tones); /* TT2 */
	uint64_t next;

	do {
		next = tones & ~(SEQUENCE_ONE - 1);
		if (last)
			next |= IVRQ__TONE_CLOSED;
		if (next == tones)
			break;
	} while (!ivrq__cas_acqrel64(&at->tones, &tones, next)); /* TT1/TT2 */
	return tones;
}

static void deliver(ivrq_engine *engine, struct ivrq__worker *worker,
		    ivrq_call call, uint32_t link)
{
	uint32_t index = ivrq__handle_index(call.value);
	struct ivrq__call *at = ivrq__call_at(engine, index);
	struct ivrq__cold *cold = &engine->cold[index];

	while (link) {
		struct ivrq__tone_node node = engine->tones[link - 1];
		ivrq_tone_event event = {
			.call = call,
			.sequence_id = node.sequence - cold->tone_base,
			.duration_ms = node.duration_ms,
			.lost = node.sequence - cold->tone_last - 1,
			.tone = node.tone,
		};

		ivrq__pool_push(&engine->tone_pool, link - 1);
		cold->tone_last = node.sequence;
		count(&worker->tones);
		deliver_to(engine, cold,
			   ivrq__ld_acq32(&at->subscribers), /* TS2 */
			   node.sequence, &event);
		link = node.next;
	}
}

bool ivrq__tones_deliver(ivrq_engine *engine, struct ivrq__worker *worker,
			 uint32_t index, bool last)
{
	struct ivrq__call *at = ivrq__call_at(engine, index);
	uint64_t life = ivrq__ld_acq64(&at->life); /* CL3 */
	uint32_t link = (uint32_t)(take(at, last) & IVRQ__TONE_TOP);
	ivrq_call call = { ivrq__handle(life >> IVRQ__LIFE_SHIFT, index) };

	if (!link)
		return false;
	deliver(engine, worker, call, reverse(engine, link));
	return true;
}
