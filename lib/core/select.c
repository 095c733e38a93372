/* SPDX-License-Identifier: MIT */
/*
 * select.c - cancel operations one by one. The algorithm is told in queue.c.
 *
 * A pending operation is decided in its slot, which then names the cancel. One
 * that is taken up, at the front or in flight, is decided by the word. Hit
 * alone, that is all. One of a group first puts the group's number into the
 * operation's cell (the claim); the first comer wins there and the others help
 * with the word. A claimer that finds the operation gone reads from its note,
 * which it holds, whether the claim was what hit it.
 *
 * Edges
 *  * LC1: pairs with LC2. A claim: before the word says CUT_GROUP.
 *  * LC2: pairs with LC1. Whose claim was it?
 */
#include "core/select.h"

int ivrq__select_enter(const struct ivrq__ring *ring, uint64_t *word)
{
	ivrq__add_acqrel32(&ring->queue->selectors, 1); /* QC1 */
	*word = ivrq__load_word(ring);
	do {
		if (!ivrq__alive(ring)) {
			ivrq__select_leave(ring);
			return IVRQ__GONE;
		}
	} while (!ivrq__cas_word(ring, word, *word | IVRQ__SLOW | IVRQ__SWEEP));
	return 0;
}

void ivrq__select_leave(const struct ivrq__ring *ring)
{
	ivrq__sub_acqrel32(&ring->queue->selectors, 1); /* QC1 */
}

/* Where the word decides about an operation that is taken up. */
enum place { NOWHERE, AT_FRONT, IN_FLIGHT };

static enum place place_of(const struct ivrq__ring *ring, uint64_t word,
			   uint64_t position)
{
	if (ivrq__head(word) == position && ivrq__front_live(word))
		return AT_FRONT;
	/* `word` was read before the flight: see ivrq__queue_complete(). */
	if (ivrq__state(word) == IVRQ__RUN &&
	    ivrq__flies(ivrq__load_flight(ring), position))
		return IN_FLIGHT;
	return NOWHERE;
}

static bool cut_at(const struct ivrq__ring *ring, enum place place,
		   uint64_t *word, enum ivrq__state cut)
{
	return ivrq__cas_word(ring, word,
			      place == AT_FRONT ? ivrq__cut_front(*word, cut) :
						  ivrq__with_state(*word, cut));
}

/* Kill it in its slot. False: it is not decided there; *kill is not set. */
static bool kill_in_slot(const struct ivrq__ring *ring, uint64_t position,
			 uint64_t number, enum ivrq__kill *kill)
{
	for (;;) {
		uint64_t word = ivrq__load_word(ring);
		int64_t offset = ivrq__pos_diff(position, ivrq__head(word));
		uint64_t slot = ivrq__load_slot(ring, position);
		uint64_t killed = ivrq__with_type(slot, IVRQ__KILLED);

		*kill = IVRQ__LATE;
		if (offset < 0)
			return false; /* in flight, or gone */
		if (!ivrq__in_reach(word, offset))
			return true;
		if (ivrq__is_ready_for(slot, position)) {
			*kill = IVRQ__HIT_PENDING;
			if (ivrq__cas_slot(ring, position, &slot,
					   ivrq__with_payload(killed, number)))
				return true;
		} else if (ivrq__load_word(ring) == word) {
			return ivrq__type(slot) != IVRQ__TAKEN;
		}
	}
}

enum ivrq__kill ivrq__select_kill(const struct ivrq__ring *ring,
				  uint64_t position, uint64_t number)
{
	enum ivrq__kill kill;
	enum place place;
	uint64_t word;

	if (kill_in_slot(ring, position, number, &kill))
		return kill;
	word = ivrq__load_word(ring);
	while ((place = place_of(ring, word, position)) != NOWHERE)
		if (cut_at(ring, place, &word, IVRQ__CUT_LONE))
			return place == IN_FLIGHT ? IVRQ__HIT_RUNNING :
						    IVRQ__HIT_WAITING;
	return IVRQ__LATE;
}

/* The word has decided about an operation that this thread has claimed. */
static enum ivrq__kill own_claim(const struct ivrq__ring *ring, uint64_t word,
				 uint64_t position, uint32_t ref)
{
	uint64_t note;

	if (ivrq__head(word) == position && ivrq__depth(word))
		return ivrq__state(word) == (IVRQ__FRONT | IVRQ__CUT_GROUP) ?
			       IVRQ__HIT_WAITING :
			       IVRQ__LATE;
	if (ivrq__flies(ivrq__load_flight(ring), position) &&
	    ivrq__state(word) == IVRQ__CUT_GROUP)
		return IVRQ__HIT_RUNNING;
	/* If it has landed the worker left word of it in the note. */
	note = ivrq__ld_acq64(&ring->cell[ref].note) & IVRQ__FATE; /* QN2 */
	if (note == IVRQ__FATE_RUNNING)
		return IVRQ__HIT_RUNNING;
	return note == IVRQ__FATE_WAITING ? IVRQ__HIT_WAITING : IVRQ__LATE;
}

enum ivrq__kill ivrq__select_kill_group(const struct ivrq__ring *ring,
					uint64_t position, uint32_t ref,
					uint64_t number)
{
	uint64_t word, claim = 0;
	enum ivrq__kill kill;
	enum place place;

	if (kill_in_slot(ring, position, number, &kill))
		return kill;
	word = ivrq__load_word(ring);
	if (place_of(ring, word, position) == NOWHERE)
		return IVRQ__LATE;
	if (ivrq__cas_acqrel64(&ring->cell[ref].claim, &claim, /* LC1/LC2 */
			       number))
		claim = number;
	while ((place = place_of(ring, word, position)) != NOWHERE) {
		if (!cut_at(ring, place, &word, IVRQ__CUT_GROUP))
			continue;
		if (claim != number)
			return IVRQ__LATE;
		return place == IN_FLIGHT ? IVRQ__HIT_RUNNING :
					    IVRQ__HIT_WAITING;
	}
	return claim == number ? own_claim(ring, word, position, ref) :
				 IVRQ__LATE;
}

static bool claimed(const struct ivrq__ring *ring, uint32_t ref,
		    uint64_t number)
{
	return ivrq__ld_acq64(&ring->cell[ref].claim) == number; /* LC2 */
}

bool ivrq__select_has_kill(const struct ivrq__ring *ring, uint64_t number)
{
	uint64_t flight;
	uint32_t i;

	for (i = 0; i < ring->capacity; i++) {
		uint64_t slot = ivrq__load_slot(ring, i);

		if (ivrq__type(slot) == IVRQ__KILLED &&
		    ivrq__payload(slot) == number)
			return true;
		if (ivrq__type(slot) == IVRQ__TAKEN &&
		    claimed(ring, ivrq__ref(slot), number))
			return true;
	}
	/* Taken up meanwhile: it is found here, or its flight is over. */
	flight = ivrq__load_flight(ring);
	return flight && claimed(ring, ivrq__flight_ref(flight), number);
}
