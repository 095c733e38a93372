/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_MUTANTS_WEAK_H
#define IVRQ_TESTS_MUTANTS_WEAK_H
/*
 * weak.h - what planted faults are made of: weaker orders that core/atomics.h
 * does not have, and accesses that are not atomic any more.
 *
 * A mutated file includes it after its own includes. As core/atomics.h it is
 * made of atomic_..._explicit(), which a checker may have replaced.
 */
#include "core/atomics.h"

#ifdef IVRQ_ATOMIC_HOOK
#define WEAK_HOOK ivrq__atomic_hook()
#else
#define WEAK_HOOK ((void)0)
#endif

#define WEAK_CAS(bits, name, order)                                            \
	static inline bool ivrq__cas_##name##bits(ivrq__a##bits *object,       \
						  uint##bits##_t *expected,    \
						  uint##bits##_t desired)      \
	{                                                                      \
		WEAK_HOOK;                                                     \
		return atomic_compare_exchange_strong_explicit(                \
			object, expected, desired, order,                      \
			memory_order_relaxed);                                 \
	}

/* Load, compare, store. */
#define WEAK_CAS_SPLIT(bits)                                                   \
	static inline bool ivrq__cas_split##bits(ivrq__a##bits *object,        \
						 uint##bits##_t *expected,     \
						 uint##bits##_t desired)       \
	{                                                                      \
		uint##bits##_t found = ivrq__ld_acq##bits(object);             \
                                                                               \
		if (found != *expected) {                                      \
			*expected = found;                                     \
			return false;                                          \
		}                                                              \
		ivrq__st_rel##bits(object, desired);                           \
		return true;                                                   \
	}

/* Load, change, store. */
#define WEAK_RMW_SPLIT(bits, op, changed)                                      \
	static inline uint##bits##_t ivrq__##op##_split##bits(                 \
		ivrq__a##bits *object, uint##bits##_t value)                   \
	{                                                                      \
		uint##bits##_t old = ivrq__ld_seq##bits(object);               \
                                                                               \
		ivrq__st_seq##bits(object, changed);                           \
		return old;                                                    \
	}
#define WEAK_ALL(bits)                                                         \
	WEAK_CAS(bits, rlx, memory_order_relaxed)                              \
	WEAK_CAS(bits, rel, memory_order_release)                              \
	WEAK_CAS_SPLIT(bits)                                                   \
	WEAK_RMW_SPLIT(bits, add, old + value)                                 \
	WEAK_RMW_SPLIT(bits, sub, old - value)                                 \
	WEAK_RMW_SPLIT(bits, or, old | value)                                  \
	WEAK_RMW_SPLIT(bits, and, old &value)                                  \
	WEAK_RMW_SPLIT(bits, xchg, value)

WEAK_ALL(32)
WEAK_ALL(64)

#endif
