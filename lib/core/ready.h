/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_READY_H
#define IVRQ_CORE_READY_H
/*
 * ready.h - the set of calls that have something to do: any thread adds, one
 * worker takes. Its cost follows the members, not the calls there are.
 */
#include <stddef.h>

#include "core/atomics.h"

#define IVRQ__READY_LEVELS 4 /* 64^4 is the number of calls */

struct ivrq__ready {
	ivrq__a64 *level[IVRQ__READY_LEVELS]; /* 0: a bit for each member */
	unsigned levels;		      /* the top one is one word */
};

/* Words of memory for members 0 .. count - 1. */
size_t ivrq__ready_words(uint32_t count);
/* `words` are zero. */
void ivrq__ready_init(struct ivrq__ready *ready, ivrq__a64 *words,
		      uint32_t count);
/* Add a member; adding it twice is the same. */
void ivrq__ready_add(struct ivrq__ready *ready, uint32_t member);
bool ivrq__ready_empty(const struct ivrq__ready *ready);

/* Take them all, one by one; those added meanwhile may be left for later. A
 * walk may rest for as long as it likes. */
struct ivrq__ready_walk {
	uint64_t rest[IVRQ__READY_LEVELS];
	uint32_t index[IVRQ__READY_LEVELS]; /* of the word it is the rest of */
};
void ivrq__ready_begin(struct ivrq__ready *ready,
		       struct ivrq__ready_walk *walk);
/* Nothing is left of level 0: take its next word. False: there is none. */
bool ivrq__ready_fill(struct ivrq__ready *ready, struct ivrq__ready_walk *walk);

/* Has the walk come to its end? Also one that never began, of zeros. */
static inline bool ivrq__ready_over(const struct ivrq__ready_walk *walk)
{
	unsigned level;

	for (level = 0; level < IVRQ__READY_LEVELS; level++)
		if (walk->rest[level])
			return false;
	return true;
}

/* The lowest of a level's rest, with which it is done. */
static inline uint32_t ivrq__ready_lowest(struct ivrq__ready_walk *walk,
					  unsigned level)
{
	uint64_t rest = walk->rest[level];

	walk->rest[level] = rest & (rest - 1);
	return walk->index[level] << 6 | (uint32_t)__builtin_ctzll(rest);
}

static inline bool ivrq__ready_next(struct ivrq__ready *ready,
				    struct ivrq__ready_walk *walk,
				    uint32_t *member)
{
	if (!walk->rest[0] && !ivrq__ready_fill(ready, walk))
		return false;
	*member = ivrq__ready_lowest(walk, 0);
	return true;
}

#endif
