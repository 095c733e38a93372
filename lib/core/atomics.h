/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_ATOMICS_H
#define IVRQ_CORE_ATOMICS_H
/*
 * atomics.h - the only file that includes <stdatomic.h>.
 *
 * Every access names its order, so there is no default one to forget and a
 * checker can swap the whole set. Compare-and-swap is the strong form; a
 * failed one reads with acquire.
 *
 * With IVRQ_ATOMIC_HOOK each access first calls ivrq__atomic_hook(), which the
 * program defines: tests stop a thread there, or yield at random.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* i386 aligns a 64-bit member to 4 in structures; an atomic needs 8. */
typedef _Atomic(uint32_t) ivrq__a32;
typedef _Atomic(uint64_t) ivrq__a64 __attribute__((aligned(8)));

_Static_assert(sizeof(ivrq__a32) == 4, "32-bit atomics are plain words");
_Static_assert(sizeof(ivrq__a64) == 8, "64-bit atomics are plain words");
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "32-bit atomics are lock-free");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics are lock-free");

#ifdef IVRQ_ATOMIC_HOOK
void ivrq__atomic_hook(void);
#define IVRQ__HOOK ivrq__atomic_hook()
#else
#define IVRQ__HOOK ((void)0)
#endif

#define IVRQ__LOAD(bits, name, order)                                          \
	static inline uint##bits##_t ivrq__ld_##name##bits(                    \
		const ivrq__a##bits *object)                                   \
	{                                                                      \
		IVRQ__HOOK;                                                    \
		return atomic_load_explicit(object, order);                    \
	}
#define IVRQ__STORE(bits, name, order)                                         \
	static inline void ivrq__st_##name##bits(ivrq__a##bits *object,        \
						 uint##bits##_t value)         \
	{                                                                      \
		IVRQ__HOOK;                                                    \
		atomic_store_explicit(object, value, order);                   \
	}
#define IVRQ__CAS(bits, name, order, failure)                                  \
	static inline bool ivrq__cas_##name##bits(ivrq__a##bits *object,       \
						  uint##bits##_t *expected,    \
						  uint##bits##_t desired)      \
	{                                                                      \
		IVRQ__HOOK;                                                    \
		return atomic_compare_exchange_strong_explicit(                \
			object, expected, desired, order, failure);            \
	}
#define IVRQ__RMW(bits, op, c11, name, order)                                  \
	static inline uint##bits##_t ivrq__##op##_##name##bits(                \
		ivrq__a##bits *object, uint##bits##_t value)                   \
	{                                                                      \
		IVRQ__HOOK;                                                    \
		return c11(object, value, order);                              \
	}
#define IVRQ__RMWS(bits, op, c11)                                              \
	IVRQ__RMW(bits, op, c11, rlx, memory_order_relaxed)                    \
	IVRQ__RMW(bits, op, c11, acq, memory_order_acquire)                    \
	IVRQ__RMW(bits, op, c11, rel, memory_order_release)                    \
	IVRQ__RMW(bits, op, c11, acqrel, memory_order_acq_rel)                 \
	IVRQ__RMW(bits, op, c11, seq, memory_order_seq_cst)
#define IVRQ__ALL(bits)                                                        \
	IVRQ__LOAD(bits, rlx, memory_order_relaxed)                            \
	IVRQ__LOAD(bits, acq, memory_order_acquire)                            \
	IVRQ__LOAD(bits, seq, memory_order_seq_cst)                            \
	IVRQ__STORE(bits, rlx, memory_order_relaxed)                           \
	IVRQ__STORE(bits, rel, memory_order_release)                           \
	IVRQ__STORE(bits, seq, memory_order_seq_cst)                           \
	IVRQ__CAS(bits, acq, memory_order_acquire, memory_order_acquire)       \
	IVRQ__CAS(bits, acqrel, memory_order_acq_rel, memory_order_acquire)    \
	IVRQ__CAS(bits, seq, memory_order_seq_cst, memory_order_seq_cst)       \
	IVRQ__RMWS(bits, add, atomic_fetch_add_explicit)                       \
	IVRQ__RMWS(bits, sub, atomic_fetch_sub_explicit)                       \
	IVRQ__RMWS(bits, or, atomic_fetch_or_explicit)                         \
	IVRQ__RMWS(bits, and, atomic_fetch_and_explicit)                       \
	IVRQ__RMWS(bits, xchg, atomic_exchange_explicit)

IVRQ__ALL(32)
IVRQ__ALL(64)

#undef IVRQ__ALL
#undef IVRQ__RMWS
#undef IVRQ__RMW
#undef IVRQ__CAS
#undef IVRQ__STORE
#undef IVRQ__LOAD

#endif
