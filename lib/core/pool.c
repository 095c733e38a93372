/* SPDX-License-Identifier: MIT */
/*
 * pool.c - a stack of free indices: lock-free, any thread.
 *
 * The head counts the pops beside the top index. A pop that was overtaken
 * fails: whatever was pushed back on top, at least one pop lies between. The
 * count is also the number of things ever taken, which costs nothing to keep.
 *
 * Edges
 *  * PH1: pairs with PH2. The head, changed: who takes an index sees what its
 *    last owner did with it, and the `next` under it.
 *  * PH2: pairs with PH1. The head, read.
 *  * PX1: relaxed. A link. If the top was taken meanwhile the value read may
 *    be anything; the compare-and-swap on the head then fails. Written before
 *    PH1.
 *  * PX2: relaxed. The count is a counter; nothing is ordered by it.
 */
#include "core/pool.h"

#define TOP	UINT64_C(0xffffff)
#define ONE_POP (UINT64_C(1) << 24)

void ivrq__pool_init(struct ivrq__pool *pool, ivrq__a32 *next, uint32_t first,
		     uint32_t count)
{
	uint32_t i;

	pool->next = next;
	atomic_init(&pool->head, count ? first + 1 : 0);
	for (i = 0; i < count; i++)
		atomic_init(&next[first + i],
			    i + 1 < count ? first + i + 2 : 0);
}

uint32_t ivrq__pool_pop(struct ivrq__pool *pool)
{
	uint64_t head = ivrq__ld_acq64(&pool->head); /* PH2 */
	uint64_t next;
	uint32_t top;

	do {
		top = (uint32_t)(head & TOP);
		if (!top)
			return IVRQ__NONE;
		next = ivrq__ld_rlx32(&pool->next[top - 1]); /* PX1 */
		next |= (head & ~TOP) + ONE_POP;
	} while (!ivrq__cas_acqrel64(&pool->head, &head, next)); /* PH1/PH2 */
	return top - 1;
}

void ivrq__pool_push(struct ivrq__pool *pool, uint32_t index)
{
	uint64_t head = ivrq__ld_acq64(&pool->head); /* PH2 */
	uint64_t next;

	do {
		ivrq__st_rlx32(&pool->next[index], /* PX1 */
			       (uint32_t)(head & TOP));
		next = (head & ~TOP) | (index + 1);
	} while (!ivrq__cas_acqrel64(&pool->head, &head, next)); /* PH1/PH2 */
}

uint64_t ivrq__pool_popped(const struct ivrq__pool *pool)
{
	return ivrq__ld_rlx64(&pool->head) >> 24; /* PX2 */
}
