/* SPDX-License-Identifier: MIT */
/*
 * turn.c - the worker's turn at a queue. The algorithm is told in queue.c.
 *
 * What the worker alone changes: head, IDLE and KEEP to RUN, the flight, the
 * slot of head when it leaves, KILLED to HOLE, SLOW and SWEEP back to 0. So
 * between two steps of its own it may rely on: head stays, an operation that
 * is DONE, CUT_* or covered stays so, KILLED stays.
 *
 * An operation that starts leaves the ring: the flight names it, then the word
 * says RUN and head moves. If a thread may be in a selective cancel (SLOW) the
 * slot is taken before, so that no kill is decided there any more; if none is,
 * the compare-and-swap of the word tells, as who enters changes it. The ring
 * behind it goes on: what a cut of the pending has covered is popped while the
 * one in flight plays on.
 */
#include "core/turn.h"

/* The cut that reached the covered position, and where its part ends: at the
 * next mark. Without one it was the last cut, and nothing came after it. */
static uint64_t find_cut(const struct ivrq__ring *ring, uint64_t word,
			 uint64_t position, struct ivrq__cut *cut)
{
	uint64_t tail = ivrq__tail(word);
	uint64_t p = ivrq__pos(position, 1);
	uint64_t marks = 0;

	for (; p != tail; p = ivrq__pos(p, 1)) {
		marks = ivrq__load_slot(ring, p) &
			(IVRQ__MARK_CUT | IVRQ__MARK_BARGE);
		if (marks)
			break;
	}
	cut->type = marks == IVRQ__MARK_BARGE ? IVRQ__BY_BARGE : IVRQ__BY_RANGE;
	cut->number = p;
	cut->closing =
		p == tail && ivrq__close_effect(word) == IVRQ__CLOSED_RANGE;
	return p;
}

/*
 * Before the first operation of a covered part is popped: leave the count for
 * a canceller that may still be at its seal.
 */
static void leave_count(const struct ivrq__ring *ring,
			const struct ivrq__step *first, uint64_t end)
{
	uint64_t last = ivrq__pos(end, IVRQ__POS_MASK);
	uint32_t ref = first->ref; /* its slot may be free already */
	struct ivrq__cell *cell;
	uint64_t note, count;

	if (last != first->position)
		ref = ivrq__ref(ivrq__load_slot(ring, last));
	cell = &ring->cell[ref];
	note = ivrq__ld_acq64(&cell->note); /* QN2 */
	if (!(note & IVRQ__HOLDERS) || (note & IVRQ__COUNT))
		return;
	count = ivrq__queue_seal(ring, first->position, end) + 1;
	ivrq__cell_tell(cell, count << IVRQ__COUNT_SHIFT);
}

static void look_killed(uint64_t slot, struct ivrq__step *step)
{
	step->todo = IVRQ__DEAD;
	step->killed = ivrq__type(slot) == IVRQ__KILLED;
	step->ref = ivrq__ref(slot);
	step->cut.type = IVRQ__BY_GROUP;
	step->cut.number = ivrq__payload(slot);
	step->cut.closing = false;
}

/* Whose the covered first is. A part keeps its boundary while it is popped, so
 * it is looked for once. */
static void look_part(const struct ivrq__ring *ring, struct ivrq__step *step)
{
	if (step->part.type == IVRQ__BY_NONE ||
	    ivrq__pos_diff(step->position, step->part_end) >= 0)
		step->part_end =
			find_cut(ring, step->word, step->position, &step->part);
	step->cut = step->part;
}

/* The ring's first, which no state decides about. */
static void look_ring(const struct ivrq__ring *ring, struct ivrq__step *step,
		      enum ivrq__todo otherwise)
{
	uint64_t word = step->word;
	bool covered = ivrq__covered(word) && ivrq__state(word) != IVRQ__KEEP;
	uint64_t slot;

	step->position = ivrq__head(word);
	step->todo = otherwise;
	if (!ivrq__depth(word))
		return;
	slot = ivrq__load_slot(ring, step->position);
	step->ref = ivrq__ref(slot);
	/* Covered while a kill may come: settle which of them has it. */
	while (covered && (word & IVRQ__SLOW) &&
	       ivrq__is_ready_for(slot, step->position)) {
		if (ivrq__cas_slot(ring, step->position, &slot,
				   ivrq__with_type(slot, IVRQ__SEALED)))
			slot = ivrq__with_type(slot, IVRQ__SEALED);
	}
	if (ivrq__type(slot) == IVRQ__KILLED ||
	    ivrq__type(slot) == IVRQ__HOLE) {
		look_killed(slot, step);
	} else if (covered) {
		look_part(ring, step);
		step->todo = IVRQ__CANCELED;
	} else if (!ivrq__state_flies(ivrq__state(word))) {
		step->todo = IVRQ__START;
	}
}

/* Who cut the one in flight or at the front. */
static void look_cut(const struct ivrq__ring *ring, struct ivrq__step *step)
{
	uint64_t word = step->word;
	struct ivrq__cut *cut = &step->cut;
	enum ivrq__closed effect = ivrq__close_effect(word);

	step->todo = IVRQ__STOP;
	cut->closing = false;
	switch ((unsigned)ivrq__state(word) & ~(unsigned)IVRQ__FRONT) {
	case IVRQ__CUT_LONE:
		cut->type = IVRQ__BY_LONE;
		cut->number = step->position;
		cut->closing = effect == IVRQ__CLOSED_LONE;
		return;
	case IVRQ__CUT_GROUP:
		cut->type = IVRQ__BY_GROUP;
		cut->number =
			ivrq__ld_acq64(&ring->cell[step->ref].claim); /* LC2 */
		if (cut->number == IVRQ__CLAIM_DEADLINE)
			cut->number = 0;
		return;
	case IVRQ__CUT_BARGE:
		cut->type = IVRQ__BY_BARGE;
		break;
	default:
		cut->type = IVRQ__BY_RANGE;
	}
	cut->number = ivrq__ld_acq64(&ring->queue->hit); /* QH2 */
	if (cut->type == IVRQ__BY_RANGE)
		cut->closing = cut->number == ivrq__tail(word) &&
			       effect == IVRQ__CLOSED_RANGE;
}

void ivrq__turn_look(const struct ivrq__ring *ring, struct ivrq__step *step)
{
	uint64_t word = ivrq__load_word(ring);
	enum ivrq__state state = ivrq__state(word);
	uint64_t flight = ivrq__load_flight(ring);

	step->word = word;
	step->ref = 0;
	step->killed = false;
	step->flies = ivrq__state_flies(state);
	if (!step->flies && (state == IVRQ__IDLE || state == IVRQ__KEEP)) {
		look_ring(ring, step, IVRQ__NOTHING);
		return;
	}
	if (state == IVRQ__RUN) {
		look_ring(ring, step, IVRQ__WAIT);
		if (step->todo != IVRQ__WAIT) {
			step->flies = false;
			return;
		}
	}
	step->position = step->flies ? ivrq__payload(flight) : ivrq__head(word);
	step->ref = step->flies ?
			    ivrq__flight_ref(flight) :
			    ivrq__ref(ivrq__load_slot(ring, step->position));
	step->cut.type = IVRQ__BY_NONE;
	if (state == IVRQ__DONE)
		step->todo = IVRQ__FINISHED;
	else if (state != IVRQ__RUN)
		look_cut(ring, step);
}

void ivrq__turn_look_behind(const struct ivrq__ring *ring,
			    struct ivrq__step *step)
{
	step->flies = false;
	look_ring(ring, step, IVRQ__WAIT);
	if (step->todo == IVRQ__CANCELED)
		step->todo = IVRQ__WAIT;
}

static void go_slow(const struct ivrq__ring *ring, uint64_t *word)
{
	while (!ivrq__cas_word(ring, word, *word | IVRQ__SLOW))
		;
}

bool ivrq__turn_next_behind(const struct ivrq__ring *ring, uint64_t *from,
			    struct ivrq__step *step)
{
	uint64_t word = ivrq__load_word(ring);
	uint64_t head = ivrq__head(word);
	uint64_t end = ivrq__pos(head, ivrq__covered(word));

	/* Only behind one that was spared: else the first is covered too. */
	if (ivrq__state(word) != IVRQ__KEEP)
		return false;
	if (ivrq__pos_diff(*from, head) <= 0)
		*from = ivrq__pos(head, 1);
	for (; ivrq__pos_diff(*from, end) < 0; *from = ivrq__pos(*from, 1)) {
		/* As it leaves a hole: counts need a second look now. */
		go_slow(ring, &word);
		step->word = word;
		ivrq__queue_seal(ring, *from, ivrq__pos(*from, 1));
		step->ref = ivrq__ref(ivrq__load_slot(ring, *from));
		step->position = *from;
		step->todo = IVRQ__CANCELED;
		step->flies = step->killed = false;
		if (ivrq__type(ivrq__load_slot(ring, *from)) != IVRQ__SEALED)
			continue; /* killed before */
		leave_count(ring, step,
			    find_cut(ring, word, *from, &step->cut));
		return true;
	}
	return false;
}

/* Whatever others still make of the slot, they find that it is another. */
static void free_slot(const struct ivrq__ring *ring, uint64_t position)
{
	uint64_t next = ivrq__pos(position, ring->capacity);

	ivrq__st_rel64(ivrq__slot_at(ring, position), /* QS1 */
		       ivrq__free_for(next));
}

static uint64_t without_front(uint64_t word)
{
	uint64_t position = ivrq__head(word);

	word -= IVRQ__DEPTH_ONE;
	if (word & IVRQ__CUT_MASK)
		word -= IVRQ__CUT_ONE;
	word &= (UINT64_C(1) << IVRQ__HEAD_SHIFT) - 1;
	return word | ivrq__pos(position, 1) << IVRQ__HEAD_SHIFT;
}

bool ivrq__turn_start(const struct ivrq__ring *ring,
		      const struct ivrq__step *step)
{
	uint64_t position = step->position;
	uint64_t flight = ivrq__flight_of(position, step->ref);
	uint64_t word = ivrq__load_word(ring);
	uint64_t next;

	ivrq__st_rel64(&ring->queue->flight, flight); /* QF1 */
	do {
		if (!ivrq__front_live(word) ||
		    ((word & IVRQ__SLOW) &&
		     !ivrq__queue_take_up(ring, position))) {
			ivrq__st_rel64(&ring->queue->flight, 0); /* QF1 */
			return false;
		}
		next = ivrq__with_state(without_front(word), IVRQ__RUN);
	} while (!ivrq__cas_word(ring, &word, next));
	/* In flight it still takes a place of the ring, so no one needs the
	 * slot before this. */
	free_slot(ring, position);
	ivrq__turn_delivered(ring, ivrq__pos(position, 1));
	return true;
}

/* Tell a holder, before the word does not any more, how it ended. */
static void tell_fate(const struct ivrq__ring *ring,
		      const struct ivrq__step *step)
{
	struct ivrq__cell *cell = &ring->cell[step->ref];

	if (step->todo == IVRQ__FINISHED)
		ivrq__cell_tell(cell, IVRQ__FATE_DONE);
	else if (step->todo == IVRQ__STOP && step->cut.type == IVRQ__BY_GROUP)
		ivrq__cell_tell(cell, step->flies ? IVRQ__FATE_RUNNING :
						    IVRQ__FATE_WAITING);
}

static void pop_flight(const struct ivrq__ring *ring)
{
	uint64_t word = ivrq__load_word(ring);

	while (!ivrq__cas_word(ring, &word, ivrq__with_state(word, IVRQ__IDLE)))
		;
}

static void pop_front(const struct ivrq__ring *ring,
		      const struct ivrq__step *step)
{
	uint64_t position = step->position;
	uint64_t word = ivrq__load_word(ring);
	uint64_t next;
	struct ivrq__cut cut;

	do {
		if ((word & IVRQ__SLOW) && ivrq__covered(word) &&
		    step->todo != IVRQ__STOP)
			leave_count(ring, step,
				    find_cut(ring, word, position, &cut));
		/* First the slot, then head: who sees room finds it free. */
		free_slot(ring, position);
		next = without_front(word);
		if (step->todo == IVRQ__STOP)
			next = ivrq__with_state(next, IVRQ__IDLE);
	} while (!ivrq__cas_word(ring, &word, next));
}

void ivrq__turn_pop(const struct ivrq__ring *ring,
		    const struct ivrq__step *step)
{
	tell_fate(ring, step);
	if (step->flies)
		pop_flight(ring);
	else
		pop_front(ring, step);
}

void ivrq__turn_land(const struct ivrq__ring *ring,
		     const struct ivrq__step *step)
{
	if (step->flies)
		ivrq__st_rel64(&ring->queue->flight, 0); /* QF1 */
	else
		ivrq__turn_delivered(ring, ivrq__pos(step->position, 1));
}

void ivrq__turn_delivered(const struct ivrq__ring *ring, uint64_t position)
{
	ivrq__st_rel64(&ring->queue->done, position); /* QD1 */
}

bool ivrq__turn_sweep(const struct ivrq__ring *ring, uint64_t *from,
		      struct ivrq__step *step)
{
	uint64_t word = ivrq__load_word(ring);
	uint64_t tail = ivrq__tail(word);
	uint64_t slot;

	if (ivrq__pos_diff(*from, ivrq__head(word)) < 0)
		*from = ivrq__head(word);
	for (; ivrq__pos_diff(*from, tail) < 0; *from = ivrq__pos(*from, 1)) {
		slot = ivrq__load_slot(ring, *from);
		if (ivrq__type(slot) != IVRQ__KILLED)
			continue;
		step->word = word;
		step->position = *from;
		look_killed(slot, step);
		return true;
	}
	return false;
}

void ivrq__turn_bury(const struct ivrq__ring *ring, uint64_t position)
{
	uint64_t slot = ivrq__load_slot(ring, position);

	/* KILLED is the worker's: nobody else changes it. */
	while (!ivrq__cas_slot(ring, position, &slot,
			       ivrq__with_type(slot, IVRQ__HOLE)))
		;
}

/* It is taken up, so the word decides: as for one of a group (select.c). */
static void expire_front(const struct ivrq__ring *ring, uint32_t ref)
{
	uint64_t word = ivrq__load_word(ring);
	uint64_t none = 0;

	ivrq__cas_acqrel64(&ring->cell[ref].claim, &none, /* LC1/LC2 */
			   IVRQ__CLAIM_DEADLINE);
	while (ivrq__front_live(word))
		if (ivrq__cas_word(ring, &word,
				   ivrq__cut_front(word, IVRQ__CUT_GROUP)))
			return;
}

void ivrq__turn_expire(const struct ivrq__ring *ring, uint64_t position)
{
	uint64_t word = ivrq__load_word(ring);
	uint64_t slot;

	/* Only the worker takes it back: I5 holds for it too. */
	go_slow(ring, &word);
	if (!ivrq__in_reach(word, ivrq__pos_diff(position, ivrq__head(word))))
		return;
	slot = ivrq__load_slot(ring, position);
	while (ivrq__is_ready_for(slot, position)) {
		uint64_t killed = ivrq__with_type(slot, IVRQ__KILLED);

		if (ivrq__cas_slot(ring, position, &slot,
				   ivrq__with_payload(killed, 0)))
			return;
	}
	if (ivrq__type(slot) == IVRQ__TAKEN)
		expire_front(ring, ivrq__ref(slot));
}

void ivrq__turn_sweeping(const struct ivrq__ring *ring)
{
	uint64_t word = ivrq__load_word(ring);

	while ((word & IVRQ__SWEEP) &&
	       !ivrq__cas_word(ring, &word, word & ~IVRQ__SWEEP))
		;
}

void ivrq__turn_calm(const struct ivrq__ring *ring)
{
	uint64_t word = ivrq__load_word(ring);
	uint64_t p;

	if (!(word & IVRQ__SLOW) || (word & IVRQ__SWEEP) || ivrq__covered(word))
		return;
	if (ivrq__ld_acq32(&ring->queue->selectors)) /* QC2 */
		return;
	for (p = ivrq__head(word); p != ivrq__tail(word); p = ivrq__pos(p, 1)) {
		enum ivrq__type type = ivrq__type(ivrq__load_slot(ring, p));

		if (type == IVRQ__KILLED || type == IVRQ__HOLE)
			return;
	}
	ivrq__cas_word(ring, &word, word & ~IVRQ__SLOW);
}

/* ------------------------------------------------------- the end of a life */

/* Say in the note of an unpublished operation that the queue ended first. */
static void refuse(const struct ivrq__ring *ring, uint64_t position,
		   uint64_t slot)
{
	ivrq__a64 *note = &ring->cell[ivrq__ref(slot)].note;
	uint64_t old = ivrq__ld_acq64(note); /* QN2 */

	/* If the slot still has it now, `old` is a note of this use of it. */
	while (ivrq__load_slot(ring, position) == slot &&
	       !ivrq__cas_acqrel64(note, &old, /* QN1/QN2 */
				   old | IVRQ__REFUSED))
		;
}

/*
 * Uses up the tail position, so that nobody who knew this life can fill it.
 * The caller ends the life next, and only then calls ivrq__queue_open() for
 * another: ivrq__turn_skip() below moves the word.
 */
void ivrq__turn_end(const struct ivrq__ring *ring)
{
	uint64_t position = ivrq__tail(ivrq__load_word(ring));
	uint64_t next = ivrq__free_for(ivrq__pos(position, ring->capacity));
	uint64_t slot = ivrq__load_slot(ring, position);

	while (slot != next) {
		if (ivrq__is_ready_for(slot, position))
			refuse(ring, position, slot);
		if (ivrq__cas_slot(ring, position, &slot, next))
			break;
	}
}

void ivrq__turn_skip(const struct ivrq__ring *ring)
{
	uint64_t word = ivrq__load_word(ring);
	uint64_t next;

	do {
		next = ivrq__pos(ivrq__tail(word), 1) << IVRQ__HEAD_SHIFT |
		       (word & IVRQ__CLOSED_MASK);
	} while (!ivrq__cas_word(ring, &word, next));
	ivrq__turn_delivered(ring, ivrq__head(next));
}
