/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_QUEUE_H
#define IVRQ_CORE_QUEUE_H
/*
 * queue.h - one call's queue: a 64-bit word, a ring of 64-bit slots.
 *
 * Pure: no allocation, no thread, no callback, no module but atomics. The
 * algorithm is told at the head of queue.c.
 */
#include "core/word.h"

/* Which cancel: the type and the number of an ivrq_cancel. */
enum ivrq__cut_type {
	IVRQ__BY_NONE = 0,
	IVRQ__BY_RANGE = 1, /* number: boundary */
	IVRQ__BY_BARGE = 2, /* number: boundary */
	IVRQ__BY_LONE = 3,  /* number: position of the one it hit */
	IVRQ__BY_GROUP = 4, /* number: the engine's count of them */
	IVRQ__BY_EMPTY = 5  /* the same; it found nothing */
};
struct ivrq__cut {
	enum ivrq__cut_type type;
	bool closing; /* it was the close */
	uint64_t number;
};

/* Make a queue: empty and closed. Before anyone else sees it. */
void ivrq__queue_init(const struct ivrq__ring *ring);
/* Begin a life. By who has the call to himself. */
void ivrq__queue_open(const struct ivrq__ring *ring);

/* The rest: any thread, lock-free. */

struct ivrq__placed {
	uint64_t position;
	uint32_t ahead;
};

/* 0, IVRQ__FULL, IVRQ__SHUT or IVRQ__GONE; then `ref` is the caller's. */
enum { IVRQ__FULL = 1, IVRQ__SHUT = 2, IVRQ__GONE = 3 };
int ivrq__queue_submit(const struct ivrq__ring *ring, uint32_t ref, bool barge,
		       struct ivrq__placed *placed);

enum ivrq__range { IVRQ__ALL, IVRQ__PENDING, IVRQ__CLOSE, IVRQ__CLOSE_STOP };
struct ivrq__receipt {
	struct ivrq__cut cut;
	uint32_t in_flight;
	uint32_t pending;
	uint32_t recycle; /* 1 + reference to give back to the pool, or 0 */
};
/* 0, IVRQ__SHUT (a close found it closed), IVRQ__GONE, or IVRQ__AGAIN: see to
 * `recycle` and call again. */
enum { IVRQ__AGAIN = 4 };
int ivrq__queue_cut(const struct ivrq__ring *ring, enum ivrq__range range,
		    struct ivrq__receipt *receipt);

/* Keep the operation at `position` from being recycled. 1 + reference, or 0
 * if it is not there. */
uint32_t ivrq__queue_hold(const struct ivrq__ring *ring, uint64_t position);
/* True: the caller gives `ref` back to the pool. */
bool ivrq__cell_unhold(struct ivrq__cell *cell);
bool ivrq__cell_release(struct ivrq__cell *cell);
/* Leave word for those who hold it, or may yet. */
void ivrq__cell_tell(struct ivrq__cell *cell, uint64_t bits);

/* Let the word decide about the one at head, which READY becomes TAKEN says.
 * False: it has been killed in its slot. */
bool ivrq__queue_take_up(const struct ivrq__ring *ring, uint64_t position);

/* Put a covered part out of reach of kills; how many of it live. */
uint32_t ivrq__queue_seal(const struct ivrq__ring *ring, uint64_t from,
			  uint64_t end);

/* What a word tells of its queue, and of a word with SLOW the slots too. */
struct ivrq__view {
	uint32_t live;	   /* operations without a result */
	uint32_t canceled; /* of these, cut */
	uint64_t head;	   /* the oldest of them */
	uint64_t tail;	   /* the newest of them */
};
void ivrq__queue_view(const struct ivrq__ring *ring, uint64_t word,
		      struct ivrq__view *view);

/* RUN becomes DONE. The caller holds `ref` and has set its end. */
enum ivrq__ended { IVRQ__ENDED, IVRQ__ENDED_CUT };
enum ivrq__ended ivrq__queue_complete(const struct ivrq__ring *ring,
				      uint64_t position, uint32_t ref);

#endif
