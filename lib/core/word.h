/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_WORD_H
#define IVRQ_CORE_WORD_H
/*
 * word.h - the layout of the queue's word, of a slot and of a note, and the
 * few ways in which they are read and changed. Told in queue.c.
 */
#include <stddef.h>

#include "core/atomics.h"

/* Positions count up for ever and are compared by difference only. Checkers
 * make them narrow, and let them start just below their wrap. */
#ifndef IVRQ_POS_BITS
#define IVRQ_POS_BITS 33
#endif
#ifndef IVRQ_POS_START
#define IVRQ_POS_START 1
#endif
#define IVRQ__POS_MASK ((UINT64_C(1) << IVRQ_POS_BITS) - 1)
_Static_assert(IVRQ_POS_BITS <= 33, "a position fits the word");

/* The word: depth 11, cut 11, state 4, closed 3, sweep 1, slow 1, head 33. */
#define IVRQ__CUT_SHIFT	   11
#define IVRQ__STATE_SHIFT  22
#define IVRQ__CLOSED_SHIFT 26
#define IVRQ__SWEEP	   (UINT64_C(1) << 29)
#define IVRQ__SLOW	   (UINT64_C(1) << 30)
#define IVRQ__HEAD_SHIFT   31

/*
 * State of the operation in flight, which has left the ring. With IVRQ__FRONT
 * nothing is in flight and it is that of the one at head, which has not
 * started; that one is then inside the covered part, but the state decides.
 */
enum ivrq__state {
	IVRQ__IDLE,	 /* nothing in flight */
	IVRQ__RUN,	 /* started; front: spared by a cut of the pending */
	IVRQ__DONE,	 /* completed */
	IVRQ__CUT_RANGE, /* hit by the cut whose boundary is in `hit` */
	IVRQ__CUT_BARGE, /* hit by the barge-in whose boundary is in `hit` */
	IVRQ__CUT_LONE,	 /* hit alone */
	IVRQ__CUT_GROUP, /* hit by the group cancel named in its cell */
	IVRQ__FRONT = 8, /* a flag */
	IVRQ__KEEP = IVRQ__FRONT | IVRQ__RUN
};

/* How a close found the queue; +3 when the reason is the engine's stop. */
enum ivrq__closed {
	IVRQ__OPEN,
	IVRQ__CLOSED_EMPTY, /* nothing was left to cancel */
	IVRQ__CLOSED_LONE,  /* it hit the operation at head alone */
	IVRQ__CLOSED_RANGE  /* it cut pending ones too */
};

/* A slot: type 3, marks 2, reference 24, payload 34. */
enum ivrq__type {
	IVRQ__FREE,   /* payload: the position it waits for */
	IVRQ__READY,  /* payload: its position; a kill is decided here */
	IVRQ__TAKEN,  /* payload: its position; the word decides from now on */
	IVRQ__SEALED, /* payload: its position; covered, kills come too late */
	IVRQ__KILLED, /* payload: the cancel; result not delivered */
	IVRQ__HOLE    /* result delivered, head has not come by */
};
#define IVRQ__MARK_CUT	 (UINT64_C(1) << 3) /* a cut's boundary is here */
#define IVRQ__MARK_BARGE (UINT64_C(1) << 4) /* this one cut as it came */
#define IVRQ__REF_SHIFT	 5
#define IVRQ__REF_MASK	 UINT64_C(0xffffff)
#define IVRQ__LOAD_SHIFT 30

struct ivrq__queue {
	ivrq__a64 word;
	ivrq__a64 hit;	     /* boundary of CUT_RANGE and CUT_BARGE */
	ivrq__a64 done;	     /* before this, all but one in flight delivered */
	ivrq__a64 flight;    /* position 34, reference + 1 30; 0 none */
	ivrq__a32 selectors; /* threads inside a selective cancel */
	uint32_t mine;	     /* the worker's own, for whatever it likes */
};

/*
 * What others may need to know of an operation after it has ended. Held by
 * threads that have to read it late; the storage is recycled by the last.
 *    note: serial 32, holders 16, count + 1 12, fate 2, orphan 1, refused 1
 */
struct ivrq__cell {
	ivrq__a64 note;
	ivrq__a64 end;	 /* what the driver says: state.h */
	ivrq__a64 claim; /* the group cancel that hits it, first come */
};
#define IVRQ__CLAIM_DEADLINE (~UINT64_C(0)) /* or this */
#define IVRQ__HOLDER	     (UINT64_C(1) << 16)
#define IVRQ__HOLDERS	     (UINT64_C(0xffff) << 16)
#define IVRQ__COUNT_SHIFT    4
#define IVRQ__COUNT	     (UINT64_C(0xfff) << IVRQ__COUNT_SHIFT)
#define IVRQ__FATE	     (UINT64_C(3) << 2)
#define IVRQ__FATE_DONE	     (UINT64_C(1) << 2) /* completed */
#define IVRQ__FATE_WAITING   (UINT64_C(2) << 2) /* hit by its claim, at front */
#define IVRQ__FATE_RUNNING   (UINT64_C(3) << 2) /* hit by its claim, in flight */
#define IVRQ__ORPHAN	     (UINT64_C(1) << 1)
#define IVRQ__REFUSED	     (UINT64_C(1) << 0)
#define IVRQ__SERIAL	     (UINT64_C(1) << 32)

/* One queue as one function call sees it. */
struct ivrq__ring {
	struct ivrq__queue *queue;
	ivrq__a64 *slot;
	struct ivrq__cell *cell; /* by reference */
	const ivrq__a64 *life;
	uint64_t alive; /* what *life & life_mask is while the call lives */
	uint64_t life_mask;
	uint32_t capacity; /* a power of two */
};

static inline uint32_t ivrq__depth(uint64_t word)
{
	return (uint32_t)(word & 0x7ff);
}

static inline uint32_t ivrq__covered(uint64_t word)
{
	return (uint32_t)(word >> IVRQ__CUT_SHIFT & 0x7ff);
}

static inline enum ivrq__state ivrq__state(uint64_t word)
{
	return (enum ivrq__state)(word >> IVRQ__STATE_SHIFT & 15);
}

static inline unsigned ivrq__closed(uint64_t word)
{
	return (unsigned)(word >> IVRQ__CLOSED_SHIFT & 7);
}

static inline uint64_t ivrq__head(uint64_t word)
{
	return word >> IVRQ__HEAD_SHIFT;
}

static inline uint64_t ivrq__pos(uint64_t position, uint64_t offset)
{
	return (position + offset) & IVRQ__POS_MASK;
}

static inline uint64_t ivrq__tail(uint64_t word)
{
	return ivrq__pos(ivrq__head(word), ivrq__depth(word));
}

/* a - b, for positions less than half the range apart. */
static inline int64_t ivrq__pos_diff(uint64_t a, uint64_t b)
{
	return (int64_t)((a - b) << (64 - IVRQ_POS_BITS)) >>
	       (64 - IVRQ_POS_BITS);
}

/* Neither finished nor cut, in flight or at the front. */
static inline bool ivrq__state_live(enum ivrq__state state)
{
	return state == IVRQ__RUN || state == IVRQ__KEEP;
}

static inline bool ivrq__state_flies(enum ivrq__state state)
{
	return state != IVRQ__IDLE && !(state & IVRQ__FRONT);
}

/* Cut while in flight. */
static inline bool ivrq__state_cut(enum ivrq__state state)
{
	return state >= IVRQ__CUT_RANGE && !(state & IVRQ__FRONT);
}

/* Operations without a result, and killed ones head has not come by. */
static inline uint32_t ivrq__total(uint64_t word)
{
	return ivrq__depth(word) + ivrq__state_flies(ivrq__state(word));
}

static inline enum ivrq__type ivrq__type(uint64_t slot)
{
	return (enum ivrq__type)(slot & 7);
}

static inline uint32_t ivrq__ref(uint64_t slot)
{
	return (uint32_t)(slot >> IVRQ__REF_SHIFT & IVRQ__REF_MASK);
}

static inline uint64_t ivrq__payload(uint64_t slot)
{
	return slot >> IVRQ__LOAD_SHIFT;
}

static inline ivrq__a64 *ivrq__slot_at(const struct ivrq__ring *ring,
				       uint64_t position)
{
	return &ring->slot[position & (ring->capacity - 1)];
}

#define IVRQ__DEPTH_ONE	   UINT64_C(1)
#define IVRQ__CUT_ONE	   (UINT64_C(1) << IVRQ__CUT_SHIFT)
#define IVRQ__CUT_MASK	   (UINT64_C(0x7ff) << IVRQ__CUT_SHIFT)
#define IVRQ__STATE_MASK   (UINT64_C(15) << IVRQ__STATE_SHIFT)
#define IVRQ__CLOSED_MASK  (UINT64_C(7) << IVRQ__CLOSED_SHIFT)
#define IVRQ__PAYLOAD_MASK (~UINT64_C(0) << IVRQ__LOAD_SHIFT)

static inline uint64_t ivrq__with_state(uint64_t word, enum ivrq__state state)
{
	return (word & ~IVRQ__STATE_MASK) | (uint64_t)state
						    << IVRQ__STATE_SHIFT;
}

static inline uint64_t ivrq__with_all_covered(uint64_t word)
{
	return (word & ~IVRQ__CUT_MASK) | (uint64_t)ivrq__depth(word)
						  << IVRQ__CUT_SHIFT;
}

static inline uint64_t ivrq__with_type(uint64_t slot, enum ivrq__type type)
{
	return (slot & ~UINT64_C(7)) | (uint64_t)type;
}

static inline uint64_t ivrq__with_payload(uint64_t slot, uint64_t payload)
{
	return (slot & ~IVRQ__PAYLOAD_MASK) | payload << IVRQ__LOAD_SHIFT;
}

static inline uint64_t ivrq__free_for(uint64_t position)
{
	return position << IVRQ__LOAD_SHIFT | IVRQ__FREE;
}

static inline bool ivrq__is_ready_for(uint64_t slot, uint64_t position)
{
	return ivrq__type(slot) == IVRQ__READY &&
	       ivrq__payload(slot) == position;
}

static inline bool ivrq__alive(const struct ivrq__ring *ring)
{
	uint64_t life = ivrq__ld_acq64(ring->life); /* QL1 */

	return (life & ring->life_mask) == ring->alive;
}

static inline uint64_t ivrq__load_word(const struct ivrq__ring *ring)
{
	return ivrq__ld_acq64(&ring->queue->word); /* QW2 */
}

static inline bool ivrq__cas_word(const struct ivrq__ring *ring, uint64_t *word,
				  uint64_t desired)
{
	return ivrq__cas_acqrel64(&ring->queue->word, word, /* QW1/QW2 */
				  desired);
}

static inline uint64_t ivrq__load_slot(const struct ivrq__ring *ring,
				       uint64_t position)
{
	return ivrq__ld_acq64(ivrq__slot_at(ring, position)); /* QS2 */
}

static inline bool ivrq__cas_slot(const struct ivrq__ring *ring,
				  uint64_t position, uint64_t *slot,
				  uint64_t desired)
{
	ivrq__a64 *at = ivrq__slot_at(ring, position);

	return ivrq__cas_acqrel64(at, slot, desired); /* QS1/QS2 */
}

static inline uint64_t ivrq__load_flight(const struct ivrq__ring *ring)
{
	return ivrq__ld_acq64(&ring->queue->flight); /* QF2 */
}

static inline uint64_t ivrq__flight_of(uint64_t position, uint32_t ref)
{
	return position << IVRQ__LOAD_SHIFT | (ref + 1);
}

static inline uint32_t ivrq__flight_ref(uint64_t flight)
{
	return (uint32_t)(flight & IVRQ__REF_MASK) - 1;
}

/* Is it this one that is in flight, or was until its result is delivered? */
static inline bool ivrq__flies(uint64_t flight, uint64_t position)
{
	return flight && ivrq__payload(flight) == position;
}

/* The one at head has not started and no cut has reached it. */
static inline bool ivrq__front_live(uint64_t word)
{
	enum ivrq__state state = ivrq__state(word);

	return ivrq__depth(word) &&
	       (state == IVRQ__KEEP ||
		(state == IVRQ__IDLE && !ivrq__covered(word)));
}

/* Cut the one at head, which is taken up: it counts as covered. */
static inline uint64_t ivrq__cut_front(uint64_t word, enum ivrq__state cut)
{
	if (!ivrq__covered(word))
		word += IVRQ__CUT_ONE;
	return ivrq__with_state(word, IVRQ__FRONT | cut);
}

/* Can a kill still reach the operation at this offset of the ring? */
static inline bool ivrq__in_reach(uint64_t word, int64_t offset)
{
	if (offset < 0 || offset >= ivrq__depth(word))
		return false;
	return offset >= ivrq__covered(word) ||
	       (offset == 0 && ivrq__state(word) == IVRQ__KEEP);
}

static inline enum ivrq__closed ivrq__close_effect(uint64_t word)
{
	unsigned closed = ivrq__closed(word);

	return closed > IVRQ__CLOSED_RANGE ? closed - 3 : closed;
}

#endif
