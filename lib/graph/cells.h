/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_CELLS_H
#define IVRQ_LIB_GRAPH_CELLS_H
/*
 * cells.h - how the media threads tell the gateway what happened, without a
 * lock and without memory of their own. cells.c explains it.
 */
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ivrq.h>

#include "core/atomics.h"

enum ivrq__news { IVRQ__RESULT = 1, IVRQ__TONE = 2, IVRQ__CLOSED = 3 };

/* One thing that may happen. `owner` is set by who reserves the cell; the
 * rest by the media thread, before it posts. */
struct ivrq__cell {
	ivrq__a32 next; /* posted before it, or the next free one; + 1 */
	enum ivrq__news news;
	void *owner; /* an operation's or a call's record */
	uint64_t at_ns;
	union {
		ivrq_tone_event tone;
		enum ivrq_cause cause;
	};
};

struct ivrq__cells {
	struct ivrq__cell *cells; /* operations, then calls, then tones */
	uint32_t operations;
	uint32_t calls;
	uint32_t tones;
	uint32_t free_operation; /* under the gateway's lock; + 1 */
	uint32_t free_call;	 /* under the gateway's lock; + 1 */
	sem_t posted;
	_Alignas(64) ivrq__a32 newest;	  /* posted, newest first; + 1 */
	ivrq__a32 posting;		  /* threads inside a post */
	_Alignas(64) ivrq__a64 free_tone; /* how often | + 1 */
	ivrq__a64 tones_lost;
};

/* 0, IVRQ_ENOMEM. */
int ivrq__cells_init(struct ivrq__cells *cells, uint32_t operations,
		     uint32_t calls, uint32_t tones);
/* Everything posted has been taken. Waits until nobody is inside a post. */
void ivrq__cells_end(struct ivrq__cells *cells);

/* Under the gateway's lock. NULL: all are in use. */
struct ivrq__cell *ivrq__cell_of_operation(struct ivrq__cells *cells);
struct ivrq__cell *ivrq__cell_of_call(struct ivrq__cells *cells);

/* Gives back any cell; under the gateway's lock. */
void ivrq__cell_free(struct ivrq__cells *cells, struct ivrq__cell *cell);

/* The cell that an operation's user pointer is; NULL: it is none of ours. */
struct ivrq__cell *ivrq__cell_find(const struct ivrq__cells *cells,
				   const void *user);

/* On the media thread; lock-free. NULL: all are in use; counted as lost. */
struct ivrq__cell *ivrq__cell_of_tone(struct ivrq__cells *cells);
void ivrq__cell_post(struct ivrq__cells *cells, struct ivrq__cell *cell,
		     enum ivrq__news news);

/* Everything posted, oldest first; NULL: nothing. One thread only. */
struct ivrq__cell *ivrq__cells_take(struct ivrq__cells *cells);
struct ivrq__cell *ivrq__cell_next(const struct ivrq__cells *cells,
				   const struct ivrq__cell *cell);

uint64_t ivrq__tones_lost(const struct ivrq__cells *cells);

#endif
