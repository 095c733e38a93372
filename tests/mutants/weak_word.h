/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_MUTANTS_WEAK_WORD_H
#define IVRQ_TESTS_MUTANTS_WEAK_WORD_H
/*
 * weak_word.h - the accesses of core/word.h in weaker forms, for a fault at
 * one place that uses them; and positions compared as plain numbers.
 */
#include "core/word.h"
#include "weak.h"

#define WEAK_CASES(name)                                                       \
	static inline bool ivrq__cas_word_##name(                              \
		const struct ivrq__ring *r, uint64_t *word, uint64_t desired)  \
	{                                                                      \
		return ivrq__cas_##name##64(&r->queue->word, word, desired);   \
	}                                                                      \
	static inline bool ivrq__cas_slot_##name(                              \
		const struct ivrq__ring *r, uint64_t position, uint64_t *slot, \
		uint64_t desired)                                              \
	{                                                                      \
		return ivrq__cas_##name##64(ivrq__slot_at(r, position), slot,  \
					    desired);                          \
	}

WEAK_CASES(acq)
WEAK_CASES(rel)
WEAK_CASES(split)

static inline uint64_t ivrq__load_word_rlx(const struct ivrq__ring *ring)
{
	return ivrq__ld_rlx64(&ring->queue->word);
}

static inline uint64_t ivrq__load_slot_rlx(const struct ivrq__ring *ring,
					   uint64_t position)
{
	return ivrq__ld_rlx64(ivrq__slot_at(ring, position));
}

static inline uint64_t ivrq__load_flight_rlx(const struct ivrq__ring *ring)
{
	return ivrq__ld_rlx64(&ring->queue->flight);
}

static inline bool ivrq__alive_rlx(const struct ivrq__ring *ring)
{
	return (ivrq__ld_rlx64(ring->life) & ring->life_mask) == ring->alive;
}

static inline int64_t ivrq__pos_absolute(uint64_t a, uint64_t b)
{
	return (int64_t)a - (int64_t)b;
}

#endif
