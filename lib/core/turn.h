/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_TURN_H
#define IVRQ_CORE_TURN_H
/*
 * turn.h - the worker's turn at a queue. Only the call's worker calls these,
 * while any thread submits, cancels and completes. Pure, as queue.h.
 */
#include "core/queue.h"

enum ivrq__todo {
	IVRQ__NOTHING,	/* empty */
	IVRQ__WAIT,	/* one is in flight, all the rest is to come */
	IVRQ__START,	/* the ring's first may start */
	IVRQ__FINISHED, /* the one in flight is DONE */
	IVRQ__STOP,	/* the one in flight or at the front is cut by `cut` */
	IVRQ__CANCELED, /* the ring's first is covered by `cut` */
	IVRQ__DEAD	/* the ring's first was killed */
};
struct ivrq__step {
	enum ivrq__todo todo;
	uint64_t position;
	uint64_t word;
	uint32_t ref;
	bool flies;  /* it is the one in flight, not the ring's first */
	bool killed; /* DEAD: not delivered; cut says by whom */
	struct ivrq__cut cut;
	/* Found by the last look: all covered before `part_end` is `part`'s.
	 * Of type NONE before the first look of a visit. */
	struct ivrq__cut part;
	uint64_t part_end;
};
void ivrq__turn_look(const struct ivrq__ring *ring, struct ivrq__step *step);
/* STOP of one in flight that takes its time: what a cut has covered behind it
 * may have been submitted after the cut that hit it, and waits. WAIT or DEAD. */
void ivrq__turn_look_behind(const struct ivrq__ring *ring,
			    struct ivrq__step *step);
/* START that may not be, as the call is paused: the next covered one behind it
 * from `from` on. Deliver it and bury it. */
bool ivrq__turn_next_behind(const struct ivrq__ring *ring, uint64_t *from,
			    struct ivrq__step *step);
/* START: true, it is RUN now; false, look again. */
bool ivrq__turn_start(const struct ivrq__ring *ring,
		      const struct ivrq__step *step);
/* FINISHED, STOP, CANCELED, DEAD: it leaves; its reference is the worker's. */
void ivrq__turn_pop(const struct ivrq__ring *ring,
		    const struct ivrq__step *step);
/* Its result has been delivered. Before the storage is recycled. */
void ivrq__turn_land(const struct ivrq__ring *ring,
		     const struct ivrq__step *step);
/* All before `position` are delivered, but for one in flight. */
void ivrq__turn_delivered(const struct ivrq__ring *ring, uint64_t position);
/* The next killed one at or after `from`, not delivered; false: none. */
bool ivrq__turn_sweep(const struct ivrq__ring *ring, uint64_t *from,
		      struct ivrq__step *step);
/* It has been delivered. */
void ivrq__turn_bury(const struct ivrq__ring *ring, uint64_t position);
/* The worker itself kills one that has not started, if no cut has reached it:
 * by a group of number 0, the deadline's. */
void ivrq__turn_expire(const struct ivrq__ring *ring, uint64_t position);
/* Begin and end of a visit: leave the slow mode if nothing needs it. */
void ivrq__turn_sweeping(const struct ivrq__ring *ring);
void ivrq__turn_calm(const struct ivrq__ring *ring);

/* Closed and empty: make it ready for the next life. */
void ivrq__turn_end(const struct ivrq__ring *ring);  /* then end the life, */
void ivrq__turn_skip(const struct ivrq__ring *ring); /* then this */

#endif
