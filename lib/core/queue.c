/* SPDX-License-Identifier: MIT */
/*
 * queue.c - one call's queue: a 64-bit word, a ring of 64-bit slots.
 *
 *	word = head | depth | cut | state | closed | sweep | slow
 *
 * The ring holds what has not started: depth operations from position head on,
 * of which a cancel has reached the first `cut`. At most one more is in
 * flight; `state` is that of it, `flight` names it. One compare-and-swap on
 * the word is the step at which anything happens:
 *
 *	submit	depth + 1		barge-in also: cut = depth, RUN is cut
 *	cancel	cut = depth, RUN is cut
 *	start	head + 1, depth - 1, RUN		the worker
 *	finish	RUN becomes DONE			any thread
 *	end	DONE or CUT_* becomes IDLE		the worker
 *	pop	head + 1, depth - 1, cut - 1		the worker
 *
 *	         start           finish           end
 *	 IDLE ----------> RUN ----------> DONE ----------> IDLE
 *	                   |                                ^
 *	                   +-- cut --> CUT_* -- end --------+
 *
 * A cut of the pending ones spares the oldest. If nothing is in flight that is
 * the one at head: KEEP says that it lives although it is inside the covered
 * part. With the flag FRONT the state is that of the one at head; a cut makes
 * KEEP into FRONT | CUT_*, the start makes it RUN.
 *
 * Positions never go back, not even when the slot of a call is used again: a
 * life that ends uses up one position. So a word that has been replaced by one
 * with another head or tail never comes back, and a thread that read the word,
 * and then found the call alive, may trust a compare-and-swap on that word
 * however late it comes.
 *
 * Submit fills the slot of the tail position and then moves the tail; anyone
 * who finds the tail's slot filled moves it, so a frozen submitter is in
 * nobody's way. If the queue closes in between, the submitter takes its
 * operation back; if the call's life ends meanwhile, the worker marks the
 * operation REFUSED for it.
 *
 * Which cut hit a covered operation? Each covers all before a boundary, the
 * tail of that moment, and the operation that takes this position later bears
 * MARK_CUT (or MARK_BARGE, if it made the cut itself). So it is the first
 * marked position after it, or the end of the covered part. The boundary that
 * hit the one in flight is written into `hit` before the word is changed.
 *
 * Selective cancels (one operation, a kind, a tag, a deadline) decide for each
 * pending operation in its slot: READY becomes KILLED. To keep the count of a
 * cut exact they first enter, which sets SLOW in the word. A cut that replaces
 * a word with SLOW seals the slots it covers (READY becomes SEALED, too late
 * for kills) and counts those; it holds the last of them, and if the worker is
 * faster, the worker seals, counts, and leaves the count in that one's note.
 * One that a cut of the pending spares, and with SLOW one about to start, is
 * taken up first (READY becomes TAKEN): from then on the word decides about it.
 * Without SLOW nobody is inside, and who enters changes the word.
 *
 * Invariants
 *  I1 cut <= depth; depth and the one in flight are at most the capacity.
 *  I2 A slot in the window [head, tail) is not FREE, but for head's while it
 *     is being popped; the tail's is FREE for it or READY for it.
 *  I3 FRONT implies that head's slot is TAKEN and cut is at least 1.
 *  I4 SEALED is covered. A kill counted by its canceller is in no cut's count.
 *  I5 While a thread is inside a selective cancel, the word has SLOW.
 *  I6 `hit` is the boundary while state is CUT_RANGE or CUT_BARGE.
 *  I7 `flight` is set before RUN, and 0 only after its result was delivered.
 *
 * Edges
 *  * QW1: pairs with QW2. The word, changed: what its author did before (the
 *    slot filled, the outcome set, a hold taken) is visible to who reads it.
 *  * QW2: pairs with QW1. The word, read.
 *  * QS1: pairs with QS2. A slot, changed: the operation behind the reference
 *    is complete; a recycled slot is free of its former reader.
 *  * QS2: pairs with QS1. A slot, read.
 *  * QF1: pairs with QF2. The flight, changed: set after the last one's word
 *    was replaced, cleared after its result was delivered.
 *  * QF2: pairs with QF1. The flight, read.
 *  * QH1: pairs with QH2. `hit`, changed: who sees it sees a word at least as
 *    new as the one its author read, so an old author sees that he is old.
 *  * QH2: pairs with QH1. `hit`, read.
 *  * QD1: pairs with FD1. Results before this position are delivered.
 *  * QN1: pairs with QN2. A note, changed: holders before recycling, the fate
 *    and the count before the word lets go of it.
 *  * QN2: pairs with QN1. A note, read.
 *  * QC1: pairs with QC2. One selector more or less: entering comes before
 *    SLOW is set, leaving after the last kill.
 *  * QC2: pairs with QC1. The selectors, read after SWEEP was cleared.
 *  * QL1: pairs with CL1, CL2. Read after the word: a word of a later life is
 *    seen only together with the end of this one.
 */
#include "core/queue.h"

/* ------------------------------------------------------------- life of it */

void ivrq__queue_init(const struct ivrq__ring *ring)
{
	uint64_t head = IVRQ_POS_START & IVRQ__POS_MASK;
	uint64_t closed = IVRQ__CLOSED_EMPTY;
	uint32_t i;

	atomic_init(&ring->queue->word,
		    head << IVRQ__HEAD_SHIFT | closed << IVRQ__CLOSED_SHIFT);
	atomic_init(&ring->queue->hit, ivrq__pos(head, IVRQ__POS_MASK));
	atomic_init(&ring->queue->done, head);
	atomic_init(&ring->queue->flight, 0);
	atomic_init(&ring->queue->selectors, 0);
	for (i = 0; i < ring->capacity; i++)
		atomic_init(ivrq__slot_at(ring, ivrq__pos(head, i)),
			    ivrq__free_for(ivrq__pos(head, i)));
}

void ivrq__queue_open(const struct ivrq__ring *ring)
{
	uint64_t word = ivrq__load_word(ring);

	while (!ivrq__cas_word(ring, &word, word & ~IVRQ__CLOSED_MASK))
		;
}

/* ------------------------------------------------------------------ submit */

/*
 * Write the boundary that is about to hit the head, for a word just read.
 * False: the word is not that one any more.
 *
 * A boundary is written only by who has read a word with this tail. So if
 * another one is found, either it is older and goes, or it is newer and then
 * the word that was read is older than it: seen by reading the word again.
 */
static bool stamp(const struct ivrq__ring *ring, uint64_t word,
		  uint64_t boundary)
{
	ivrq__a64 *hit = &ring->queue->hit;
	uint64_t old = ivrq__ld_acq64(hit); /* QH2 */

	while (old != boundary) {
		if (ivrq__load_word(ring) != word)
			return false;
		if (ivrq__cas_acqrel64(hit, &old, boundary)) /* QH1/QH2 */
			break;
	}
	return true;
}

/* The live one, in flight or at the front, is cut. */
static uint64_t hit_current(uint64_t word, enum ivrq__state cut)
{
	return ivrq__with_state(word, (ivrq__state(word) & IVRQ__FRONT) | cut);
}

/* The boundary mark of the operation that waits at the tail. */
static bool needs_mark(uint64_t word)
{
	return ivrq__depth(word) && ivrq__covered(word) == ivrq__depth(word);
}

/* Move the tail over the filled slot there. True: this thread did it. */
static bool publish(const struct ivrq__ring *ring, uint64_t word)
{
	uint64_t tail = ivrq__tail(word);
	uint64_t slot = ivrq__load_slot(ring, tail);
	uint64_t next = word + IVRQ__DEPTH_ONE;

	if (!ivrq__is_ready_for(slot, tail))
		return false;
	if (needs_mark(word) && !(slot & IVRQ__MARK_CUT)) {
		/* Covered to the tail, it stays so until the tail moves. */
		if (!ivrq__cas_slot(ring, tail, &slot, slot | IVRQ__MARK_CUT))
			return false;
	}
	if (slot & IVRQ__MARK_BARGE) {
		next = ivrq__with_all_covered(word) + IVRQ__DEPTH_ONE;
		if (ivrq__state_live(ivrq__state(word))) {
			if (!stamp(ring, word, tail))
				return false;
			next = hit_current(next, IVRQ__CUT_BARGE);
		}
	}
	return ivrq__cas_word(ring, &word, next);
}

/* Operations before `end` that are neither cut nor finished. */
static uint32_t ahead_of(uint64_t word, uint64_t end)
{
	int64_t depth = ivrq__pos_diff(end, ivrq__head(word));
	int64_t covered = ivrq__covered(word);
	int64_t live = ivrq__state_live(ivrq__state(word)) ? 1 : 0;

	/* At the front: the spared one is this one. */
	if (depth < 0 || (!depth && ivrq__state(word) == IVRQ__KEEP))
		return 0;
	return (uint32_t)((depth > covered ? depth - covered : 0) + live);
}

/* The life ended: was the operation in it, or refused? */
static int after_end(const struct ivrq__ring *ring, uint32_t ref, uint64_t note)
{
	uint64_t now = ivrq__ld_acq64(&ring->cell[ref].note); /* QN2 */

	return now == (note | IVRQ__REFUSED) ? IVRQ__SHUT : 0;
}

/* The slot is filled: see that the tail moves, or take the operation back. */
static int finish(const struct ivrq__ring *ring, uint32_t ref, bool barge,
		  uint64_t note, struct ivrq__placed *placed)
{
	uint64_t position = placed->position;

	placed->ahead = 0;
	for (;;) {
		uint64_t word = ivrq__load_word(ring);
		uint64_t slot;

		if (!ivrq__alive(ring))
			return after_end(ring, ref, note);
		if (ivrq__tail(word) != position) {
			placed->ahead = barge ? 0 : ahead_of(word, position);
			return 0;
		}
		if (!ivrq__closed(word)) {
			if (!publish(ring, word))
				continue;
			placed->ahead = barge ? 0 : ahead_of(word, position);
			return 0;
		}
		slot = ivrq__load_slot(ring, position);
		if (!ivrq__is_ready_for(slot, position))
			return after_end(ring, ref, note);
		if (ivrq__cas_slot(ring, position, &slot,
				   ivrq__free_for(position)))
			return IVRQ__SHUT;
	}
}

int ivrq__queue_submit(const struct ivrq__ring *ring, uint32_t ref, bool barge,
		       struct ivrq__placed *placed)
{
	uint64_t note = ivrq__ld_acq64(&ring->cell[ref].note); /* QN2 */
	uint64_t filled = (uint64_t)ref << IVRQ__REF_SHIFT | IVRQ__READY;

	if (barge)
		filled |= IVRQ__MARK_BARGE;
	for (;;) {
		uint64_t word = ivrq__load_word(ring);
		uint64_t tail = ivrq__tail(word);
		uint64_t slot, next;

		if (!ivrq__alive(ring))
			return IVRQ__GONE;
		if (ivrq__closed(word))
			return IVRQ__SHUT;
		if (ivrq__total(word) == ring->capacity)
			return IVRQ__FULL;
		slot = ivrq__load_slot(ring, tail);
		if (ivrq__is_ready_for(slot, tail)) {
			publish(ring, word);
			continue;
		}
		if (slot != ivrq__free_for(tail))
			continue; /* the word has moved on */
		next = ivrq__with_payload(filled, tail);
		if (needs_mark(word))
			next |= IVRQ__MARK_CUT;
		if (!ivrq__cas_slot(ring, tail, &slot, next))
			continue;
		placed->position = tail;
		return finish(ring, ref, barge, note, placed);
	}
}

/* --------------------------------------------------------------- the cells */

/*
 * The reference + 1 of the operation at `position`, in the ring or in flight,
 * and its note of this use of the storage. 0: it is in neither.
 *
 * Storage is recycled after head has passed it or its flight is over. If that
 * had not happened after the note was read, it is a note of this use.
 */
static uint32_t find(const struct ivrq__ring *ring, uint64_t position,
		     uint64_t *note)
{
	for (;;) {
		uint64_t word = ivrq__load_word(ring);
		int64_t offset = ivrq__pos_diff(position, ivrq__head(word));
		uint64_t slot = ivrq__load_slot(ring, position);
		uint64_t flight;
		uint32_t ref;

		if (offset >= ivrq__depth(word))
			return 0;
		if (offset < 0) {
			flight = ivrq__load_flight(ring);
			ref = ivrq__flight_ref(flight);
			if (!ivrq__flies(flight, position))
				return 0;
			*note = ivrq__ld_acq64(&ring->cell[ref].note); /* QN2 */
			return ivrq__load_flight(ring) == flight ? ref + 1 : 0;
		}
		if (ivrq__type(slot) == IVRQ__FREE &&
		    ivrq__load_word(ring) == word)
			return 0; /* dead, and being popped */
		ref = ivrq__ref(slot);
		*note = ivrq__ld_acq64(&ring->cell[ref].note); /* QN2 */
		word = ivrq__load_word(ring);
		if (ivrq__type(slot) != IVRQ__FREE &&
		    ivrq__pos_diff(position, ivrq__head(word)) >= 0)
			return ref + 1;
	}
}

uint32_t ivrq__queue_hold(const struct ivrq__ring *ring, uint64_t position)
{
	ivrq__a64 *at;
	uint64_t note;
	uint32_t found;

	do {
		found = find(ring, position, &note);
		if (!found || (note & IVRQ__HOLDERS) == IVRQ__HOLDERS)
			return 0; /* or 65535 threads are at it already */
		at = &ring->cell[found - 1].note;
	} while (!ivrq__cas_acqrel64(at, &note, /* QN1/QN2 */
				     note + IVRQ__HOLDER));
	return found;
}

static uint64_t recycled(uint64_t note)
{
	return (note & ~(IVRQ__SERIAL - 1)) + IVRQ__SERIAL;
}

bool ivrq__cell_unhold(struct ivrq__cell *cell)
{
	uint64_t old = ivrq__ld_acq64(&cell->note); /* QN2 */
	uint64_t next;
	bool last;

	do {
		next = old - IVRQ__HOLDER;
		last = (next & IVRQ__ORPHAN) && !(next & IVRQ__HOLDERS);
		if (last)
			next = recycled(next);
	} while (!ivrq__cas_acqrel64(&cell->note, &old, next)); /* QN1/QN2 */
	return last;
}

bool ivrq__cell_release(struct ivrq__cell *cell)
{
	uint64_t old = ivrq__ld_acq64(&cell->note); /* QN2 */
	uint64_t next;

	do {
		next = old & IVRQ__HOLDERS ? old | IVRQ__ORPHAN : recycled(old);
	} while (!ivrq__cas_acqrel64(&cell->note, &old, next)); /* QN1/QN2 */
	return !(old & IVRQ__HOLDERS);
}

void ivrq__cell_tell(struct ivrq__cell *cell, uint64_t bits)
{
	ivrq__or_acqrel64(&cell->note, bits); /* QN1/QN2 */
}

/* ------------------------------------------------------------------- cuts */

/*
 * Seal [from, end) and count what no kill has reached. A slot that is free for
 * a later one, or has it, had a dead head, or the worker has left the count.
 */
uint32_t ivrq__queue_seal(const struct ivrq__ring *ring, uint64_t from,
			  uint64_t end)
{
	uint64_t p;
	uint32_t count = 0;

	for (p = from; p != end; p = ivrq__pos(p, 1)) {
		uint64_t slot = ivrq__load_slot(ring, p);

		while (ivrq__is_ready_for(slot, p) &&
		       !ivrq__cas_slot(ring, p, &slot,
				       ivrq__with_type(slot, IVRQ__SEALED)))
			;
		count += ivrq__payload(slot) == p &&
			 ivrq__type(slot) != IVRQ__KILLED &&
			 ivrq__type(slot) != IVRQ__HOLE;
	}
	return count;
}

/*
 * What a cut that replaced a word with SLOW has really cut. If the worker was
 * at it first, it left the count before it popped any of them.
 */
static uint32_t slow_count(const struct ivrq__ring *ring, uint64_t from,
			   uint64_t end, uint32_t held)
{
	uint32_t count = ivrq__queue_seal(ring, from, end);
	uint64_t note = ivrq__ld_acq64(&ring->cell[held].note); /* QN2 */

	if (note & IVRQ__COUNT)
		count = (uint32_t)((note & IVRQ__COUNT) >> IVRQ__COUNT_SHIFT) -
			1;
	return count;
}

bool ivrq__queue_take_up(const struct ivrq__ring *ring, uint64_t position)
{
	uint64_t slot = ivrq__load_slot(ring, position);

	while (ivrq__is_ready_for(slot, position)) {
		if (ivrq__cas_slot(ring, position, &slot,
				   ivrq__with_type(slot, IVRQ__TAKEN)))
			return true;
	}
	return ivrq__type(slot) == IVRQ__TAKEN;
}

/* What a cut makes of a word. */
struct plan {
	uint64_t next;
	uint32_t first;	  /* offset of the first pending one it cuts */
	uint32_t pending; /* how many, dead ones included */
	bool hits;	  /* the live one too */
};

static uint64_t close_code(enum ivrq__range range, const struct plan *plan)
{
	uint64_t code = plan->pending ? IVRQ__CLOSED_RANGE :
			plan->hits    ? IVRQ__CLOSED_LONE :
					IVRQ__CLOSED_EMPTY;

	if (range == IVRQ__CLOSE_STOP)
		code += 3;
	return code << IVRQ__CLOSED_SHIFT;
}

static struct plan plan_cut(const struct ivrq__ring *ring,
			    enum ivrq__range range, uint64_t word)
{
	struct plan plan = {
		.next = word,
		.first = ivrq__covered(word),
		.hits = range != IVRQ__PENDING &&
			ivrq__state_live(ivrq__state(word)),
	};
	bool spare = range == IVRQ__PENDING && ivrq__front_live(word) &&
		     ivrq__state(word) == IVRQ__IDLE;

	if (spare)
		plan.first = 1;
	plan.pending = ivrq__depth(word) - plan.first;
	if (plan.pending) {
		if (spare && ivrq__queue_take_up(ring, ivrq__head(word)))
			plan.next = ivrq__with_state(plan.next, IVRQ__KEEP);
		plan.next = ivrq__with_all_covered(plan.next);
	}
	if (plan.hits)
		plan.next =
			hit_current(plan.next, plan.pending ? IVRQ__CUT_RANGE :
							      IVRQ__CUT_LONE);
	if (range == IVRQ__CLOSE || range == IVRQ__CLOSE_STOP)
		plan.next |= close_code(range, &plan);
	return plan;
}

static void describe(const struct ivrq__ring *ring, const struct plan *plan,
		     uint64_t word, struct ivrq__receipt *receipt)
{
	bool flies = ivrq__state(word) == IVRQ__RUN;

	receipt->in_flight = plan->hits && flies;
	receipt->pending = plan->pending + (plan->hits && !flies);
	receipt->cut.type = IVRQ__BY_NONE;
	if (plan->pending) {
		receipt->cut.type = IVRQ__BY_RANGE;
		receipt->cut.number = ivrq__tail(word);
	} else if (plan->hits) {
		receipt->cut.type = IVRQ__BY_LONE;
		receipt->cut.number =
			flies ? ivrq__payload(ivrq__load_flight(ring)) :
				ivrq__head(word);
	}
}

/* The compare-and-swap of a cut whose word has SLOW, and the true count. */
static int cut_slowly(const struct ivrq__ring *ring, const struct plan *plan,
		      uint64_t word, struct ivrq__receipt *receipt)
{
	uint64_t tail = ivrq__tail(word);
	uint32_t held = ivrq__queue_hold(ring, ivrq__pos(tail, IVRQ__POS_MASK));
	uint64_t from = ivrq__pos(ivrq__head(word), plan->first);
	int answer = IVRQ__AGAIN;

	if (!held) {
		/* All there is may be a dead head that is being popped. */
		receipt->pending -= plan->pending;
		if (ivrq__depth(word) == 1 &&
		    ivrq__type(ivrq__load_slot(ring, ivrq__head(word))) ==
			    IVRQ__FREE &&
		    ivrq__cas_word(ring, &word, plan->next))
			return 0;
		return IVRQ__AGAIN;
	}
	if (ivrq__cas_word(ring, &word, plan->next)) {
		receipt->pending -= plan->pending;
		receipt->pending += slow_count(ring, from, tail, held - 1);
		answer = 0;
	}
	if (ivrq__cell_unhold(&ring->cell[held - 1]))
		receipt->recycle = held;
	return answer;
}

int ivrq__queue_cut(const struct ivrq__ring *ring, enum ivrq__range range,
		    struct ivrq__receipt *receipt)
{
	receipt->recycle = 0;
	for (;;) {
		uint64_t word = ivrq__load_word(ring);
		struct plan plan;

		if (!ivrq__alive(ring))
			return IVRQ__GONE;
		if (ivrq__closed(word) && range >= IVRQ__CLOSE)
			return IVRQ__SHUT;
		plan = plan_cut(ring, range, word);
		if (plan.hits && plan.pending &&
		    !stamp(ring, word, ivrq__tail(word)))
			continue;
		describe(ring, &plan, word, receipt);
		if (plan.pending && (word & IVRQ__SLOW))
			return cut_slowly(ring, &plan, word, receipt);
		/* Also when it changes nothing: the answer is of this word. */
		if (ivrq__cas_word(ring, &word, plan.next))
			return 0;
	}
}

/* Killed and delivered, and head has not come by; or it is just leaving. */
static bool is_hole(const struct ivrq__ring *ring, uint64_t position)
{
	enum ivrq__type type = ivrq__type(ivrq__load_slot(ring, position));

	return type == IVRQ__HOLE || type == IVRQ__FREE;
}

void ivrq__queue_view(const struct ivrq__ring *ring, uint64_t word,
		      struct ivrq__view *view)
{
	enum ivrq__state state = ivrq__state(word);
	uint64_t flight = ivrq__payload(ivrq__load_flight(ring));
	uint64_t head = ivrq__head(word), end = ivrq__tail(word), p;
	uint64_t cut = ivrq__pos(head, ivrq__covered(word));
	uint64_t first = end, last = flight;

	view->live = ivrq__total(word);
	view->canceled = ivrq__covered(word) + ivrq__state_cut(state) -
			 (state == IVRQ__KEEP);
	if (!(word & IVRQ__SLOW) && head != end) {
		first = head;
		last = ivrq__pos(end, IVRQ__POS_MASK);
		head = end; /* no holes */
	}
	for (p = head; p != end; p = ivrq__pos(p, 1)) {
		if (is_hole(ring, p)) {
			view->live--;
			view->canceled -= ivrq__pos_diff(p, cut) < 0;
			continue;
		}
		if (first == end)
			first = p;
		last = p;
	}
	view->head = ivrq__state_flies(state) ? flight : first;
	view->tail = last;
}

enum ivrq__ended ivrq__queue_complete(const struct ivrq__ring *ring,
				      uint64_t position, uint32_t ref)
{
	uint64_t mine = ivrq__flight_of(position, ref);
	uint64_t word = ivrq__load_word(ring);
	uint64_t note;

	/* The word first: if the flight still is this one, so was it then, or
	 * the word is older and its compare-and-swap fails. */
	while (ivrq__load_flight(ring) == mine &&
	       ivrq__state(word) == IVRQ__RUN) {
		if (ivrq__cas_word(ring, &word,
				   ivrq__with_state(word, IVRQ__DONE)))
			return IVRQ__ENDED;
	}
	if (ivrq__load_flight(ring) == mine &&
	    ivrq__state_cut(ivrq__state(word)))
		return IVRQ__ENDED_CUT;
	if (ivrq__load_flight(ring) == mine && ivrq__state(word) == IVRQ__DONE)
		return IVRQ__ENDED;
	/* Landed; the worker left word of it, as the caller holds it. */
	note = ivrq__ld_acq64(&ring->cell[ref].note); /* QN2 */
	return (note & IVRQ__FATE) == IVRQ__FATE_DONE ? IVRQ__ENDED :
							IVRQ__ENDED_CUT;
}
