/* SPDX-License-Identifier: MIT */
/*
 * ready.c - the set of calls that have something to do.
 *
 * A bitmap, and above it bitmaps of the words that are not empty, up to one
 * word. Adding sets the bit and then, upwards, each summary bit that it finds
 * clear. It goes up even if the bit was set before: whoever set it may be
 * frozen on the way, and must not hide what others add.
 *
 * Taking clears from the top down, summary before members. So a summary bit
 * that an adder finds set will be cleared later, and the members read after
 * that: with all of this sequentially consistent (the adder writes below and
 * reads above, the taker writes above and reads below) the member is seen.
 *
 * Edges
 *  * RB1: pairs with RB2, RB4. seq_cst. The member's bit: what was done before
 *    adding is visible to the worker that takes it.
 *  * RB2: pairs with RB1, RB3. seq_cst. A word of bits, taken.
 *  * RB3: pairs with RB2. seq_cst. A summary bit found set: the taker has not
 *    cleared it yet, so it reads the member's word later.
 *  * RB4: pairs with RB1. seq_cst. Is the top empty? With the worker's `turn`
 *    (WB2): either the adder sees it even or the worker sees the bit.
 */
#include "core/ready.h"

#include <string.h>

size_t ivrq__ready_words(uint32_t count)
{
	size_t words = count, total = 0;

	do {
		words = (words + 63) / 64;
		total += words;
	} while (words > 1);
	return total;
}

void ivrq__ready_init(struct ivrq__ready *ready, ivrq__a64 *words,
		      uint32_t count)
{
	size_t size = count;

	ready->levels = 0;
	do {
		size = (size + 63) / 64;
		ready->level[ready->levels++] = words;
		words += size;
	} while (size > 1);
}

void ivrq__ready_add(struct ivrq__ready *ready, uint32_t member)
{
	uint64_t bit = UINT64_C(1) << (member & 63);
	unsigned level;

	member >>= 6;
	ivrq__or_seq64(&ready->level[0][member], bit); /* RB1 */
	for (level = 1; level < ready->levels; level++) {
		bit = UINT64_C(1) << (member & 63);
		member >>= 6;
		if (!(ivrq__ld_seq64(&ready->level[level][member]) & /* RB3 */
		      bit))
			ivrq__or_seq64(&ready->level[level][member], /* RB1 */
				       bit);
	}
}

bool ivrq__ready_empty(const struct ivrq__ready *ready)
{
	return !ivrq__ld_seq64(&ready->level[ready->levels - 1][0]); /* RB4 */
}

void ivrq__ready_begin(struct ivrq__ready *ready, struct ivrq__ready_walk *walk)
{
	unsigned top = ready->levels - 1;

	memset(walk, 0, sizeof(*walk));
	walk->rest[top] = ivrq__xchg_seq64(&ready->level[top][0], 0); /* RB2 */
}

bool ivrq__ready_fill(struct ivrq__ready *ready, struct ivrq__ready_walk *walk)
{
	unsigned level = 0;
	uint32_t index;

	for (;;) {
		if (!walk->rest[level]) {
			if (++level == ready->levels)
				return false;
			continue;
		}
		if (!level)
			return true;
		index = ivrq__ready_lowest(walk, level--);
		walk->index[level] = index;
		walk->rest[level] =
			ivrq__xchg_seq64(/* RB2 */
					 &ready->level[level][index], 0);
	}
}
