/* SPDX-License-Identifier: MIT */
/*
 * cells.c - how the media threads tell the gateway what happened.
 *
 * A listener must not block, and what it is told must not be lost. So each
 * thing that can happen has its cell before it can happen: an operation's cell
 * is reserved before it is submitted, a call's before it is opened. Only tones
 * come without notice; they have a number of cells, and one that finds none is
 * counted as lost, as the engine does with its own.
 *
 * Posting pushes the cell on a stack; the gateway's thread takes the whole
 * stack and turns it round. What one thread posts thus stays in order, and all
 * news of a call come from its one worker. Nothing is ever popped alone, so
 * the stack knows no ABA. Free tone cells are popped, by several media threads;
 * their head counts how often it was changed.
 *
 * Edges
 * GA1: pairs with GR1. The cell's members, and what its owner was given by the
 *      media thread, are visible to the gateway's thread. Relaxed: it could
 *      tell a result that is not written yet.
 * GR1: pairs with GA1. Posts a cell.
 * GA2: pairs with GR2. `next` of a free cell is visible; the gateway's reads of
 *      the tone that was in it are over.
 * GR2: pairs with GA2. Gives a tone cell back.
 * GA3: pairs with GR3. Who posted has left the semaphore. Relaxed: it could be
 *      destroyed under a sem_post().
 * GR3: pairs with GA3. The last step of a post.
 * GX1: relaxed. A hint before a compare-and-swap, which judges it again.
 * GX2: relaxed. A counter; nothing is ordered by it.
 * GX3: relaxed. No other thread has the cells yet.
 * GX8: relaxed. Who has taken the cell by GA1 sees that its post had begun.
 * GX4: relaxed. Ordered by the head of the list that the cell is in, or by the
 *      gateway's lock. Read of a tone cell that is taken meanwhile, it may be
 *      anything: the compare-and-swap fails then.
 */
#include <sched.h>
#include <stdlib.h>

#include "graph/cells.h"
#include "graph/clock.h"

/* Links `count` cells from `first` on; answers the first of them, + 1. */
static uint32_t chain(struct ivrq__cells *cells, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t next = i + 1 < count ? first + i + 2 : 0;

		ivrq__st_rlx32(&cells->cells[first + i].next, next); /* GX3 */
	}
	return count ? first + 1 : 0;
}

int ivrq__cells_init(struct ivrq__cells *cells, uint32_t operations,
		     uint32_t calls, uint32_t tones)
{
	size_t count = (size_t)operations + calls + tones;
	uint32_t first = operations + calls;

	cells->cells = calloc(count, sizeof(*cells->cells));
	if (!cells->cells)
		return IVRQ_ENOMEM;
	if (sem_init(&cells->posted, 0, 0)) {
		free(cells->cells);
		return IVRQ_ENOMEM;
	}
	cells->operations = operations;
	cells->calls = calls;
	cells->tones = tones;
	cells->free_operation = chain(cells, 0, operations);
	cells->free_call = chain(cells, operations, calls);
	ivrq__st_rlx64(&cells->free_tone, chain(cells, first, tones)); /* GX3 */
	ivrq__st_rlx64(&cells->tones_lost, 0);			       /* GX3 */
	ivrq__st_rlx32(&cells->newest, 0);			       /* GX3 */
	ivrq__st_rlx32(&cells->posting, 0);			       /* GX3 */
	return 0;
}

void ivrq__cells_end(struct ivrq__cells *cells)
{
	/* What was posted last may have been taken before its sem_post(). */
	while (ivrq__ld_acq32(&cells->posting)) /* GA3 */
		sched_yield();
	sem_destroy(&cells->posted);
	free(cells->cells);
}

static struct ivrq__cell *reserve(struct ivrq__cells *cells, uint32_t *head)
{
	struct ivrq__cell *cell;

	if (!*head)
		return NULL;
	cell = &cells->cells[*head - 1];
	*head = ivrq__ld_rlx32(&cell->next); /* GX4 */
	return cell;
}

struct ivrq__cell *ivrq__cell_of_operation(struct ivrq__cells *cells)
{
	return reserve(cells, &cells->free_operation);
}

struct ivrq__cell *ivrq__cell_of_call(struct ivrq__cells *cells)
{
	return reserve(cells, &cells->free_call);
}

struct ivrq__cell *ivrq__cell_of_tone(struct ivrq__cells *cells)
{
	uint64_t was = ivrq__ld_acq64(&cells->free_tone); /* GA2 */
	uint64_t next;
	ivrq__a32 *link;

	do {
		if (!(uint32_t)was) {
			ivrq__add_rlx64(&cells->tones_lost, 1); /* GX2 */
			return NULL;
		}
		link = &cells->cells[(uint32_t)was - 1].next;
		next = ivrq__ld_rlx32(link); /* GX4 */
		next |= ((was >> 32) + 1) << 32;
	} while (!ivrq__cas_acq64(&cells->free_tone, &was, next)); /* GA2 */
	return &cells->cells[(uint32_t)was - 1];
}

static void free_tone(struct ivrq__cells *cells, struct ivrq__cell *cell)
{
	uint64_t was = ivrq__ld_rlx64(&cells->free_tone); /* GX1 */
	uint64_t mine = (uint64_t)(cell - cells->cells) + 1;
	uint64_t next;

	do {
		ivrq__st_rlx32(&cell->next, (uint32_t)was); /* GX4 */
		next = mine | ((was >> 32) + 1) << 32;
	} while (!ivrq__cas_acqrel64(&cells->free_tone, &was, next)); /* GR2 */
}

void ivrq__cell_free(struct ivrq__cells *cells, struct ivrq__cell *cell)
{
	uint32_t index = (uint32_t)(cell - cells->cells);
	uint32_t *head;

	if (index >= cells->operations + cells->calls) {
		free_tone(cells, cell);
		return;
	}
	head = index < cells->operations ? &cells->free_operation :
					   &cells->free_call;
	ivrq__st_rlx32(&cell->next, *head); /* GX4 */
	*head = index + 1;
}

struct ivrq__cell *ivrq__cell_find(const struct ivrq__cells *cells,
				   const void *user)
{
	uintptr_t first = (uintptr_t)cells->cells;
	uintptr_t offset = (uintptr_t)user - first;

	if (offset >= cells->operations * sizeof(struct ivrq__cell))
		return NULL;
	return &cells->cells[offset / sizeof(struct ivrq__cell)];
}

void ivrq__cell_post(struct ivrq__cells *cells, struct ivrq__cell *cell,
		     enum ivrq__news news)
{
	uint32_t was = ivrq__ld_rlx32(&cells->newest); /* GX1 */
	uint32_t mine = (uint32_t)(cell - cells->cells) + 1;

	cell->news = news;
	cell->at_ns = ivrq__now_ns();
	ivrq__add_rlx32(&cells->posting, 1); /* GX8 */
	do
		ivrq__st_rlx32(&cell->next, was);		 /* GX4 */
	while (!ivrq__cas_acqrel32(&cells->newest, &was, mine)); /* GR1 */
	/* Who finds the stack empty wakes; the taker takes all. */
	if (!was)
		sem_post(&cells->posted);
	ivrq__sub_rel32(&cells->posting, 1); /* GR3 */
}

struct ivrq__cell *ivrq__cells_take(struct ivrq__cells *cells)
{
	uint32_t newest = ivrq__xchg_acqrel32(&cells->newest, 0); /* GA1 */
	uint32_t oldest = 0;

	while (newest) {
		ivrq__a32 *link = &cells->cells[newest - 1].next;
		uint32_t next = ivrq__ld_rlx32(link); /* GX4 */

		ivrq__st_rlx32(link, oldest); /* GX4 */
		oldest = newest;
		newest = next;
	}
	return oldest ? &cells->cells[oldest - 1] : NULL;
}

struct ivrq__cell *ivrq__cell_next(const struct ivrq__cells *cells,
				   const struct ivrq__cell *cell)
{
	uint32_t next = ivrq__ld_rlx32(&cell->next); /* GX4 */

	return next ? &cells->cells[next - 1] : NULL;
}

uint64_t ivrq__tones_lost(const struct ivrq__cells *cells)
{
	return ivrq__ld_rlx64(&cells->tones_lost); /* GX2 */
}
