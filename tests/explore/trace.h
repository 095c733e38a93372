/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_TRACE_H
#define IVRQ_TESTS_EXPLORE_TRACE_H
/*
 * trace.h - given with -include to each file of the core: every atomic access
 * becomes a call of explore.c, which decides who makes the next one.
 *
 * core/atomics.h itself is used unchanged; only what it is made of differs.
 * Orders are dropped: the explorer knows sequential consistency only.
 */
#undef _FORTIFY_SOURCE /* coroutines longjmp() to another stack */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* comes before all other includes of a file */
#endif
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum explore_op {
	EXPLORE_ADD,
	EXPLORE_SUB,
	EXPLORE_OR,
	EXPLORE_AND,
	EXPLORE_XCHG
};

uint64_t explore_load(const volatile void *object, size_t size);
void explore_store(volatile void *object, size_t size, uint64_t value);
bool explore_cas(volatile void *object, size_t size, void *expected,
		 uint64_t desired);
uint64_t explore_rmw(volatile void *object, size_t size, enum explore_op op,
		     uint64_t value);

/* Where positions begin: IVRQ_POS_START of this build. */
extern uint64_t explore_first_position;

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_strong_explicit
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and_explicit
#undef atomic_exchange_explicit

#define atomic_load_explicit(object, order)                                    \
	explore_load((object), sizeof(*(object)))
#define atomic_store_explicit(object, value, order)                            \
	explore_store((object), sizeof(*(object)), (value))
#define atomic_compare_exchange_strong_explicit(object, expected, desired,     \
						order, failure)                \
	explore_cas((object), sizeof(*(object)), (expected), (desired))
#define EXPLORE_RMW(object, op, value)                                         \
	explore_rmw((object), sizeof(*(object)), (op), (value))
#define atomic_fetch_add_explicit(object, value, order)                        \
	EXPLORE_RMW(object, EXPLORE_ADD, value)
#define atomic_fetch_sub_explicit(object, value, order)                        \
	EXPLORE_RMW(object, EXPLORE_SUB, value)
#define atomic_fetch_or_explicit(object, value, order)                         \
	EXPLORE_RMW(object, EXPLORE_OR, value)
#define atomic_fetch_and_explicit(object, value, order)                        \
	EXPLORE_RMW(object, EXPLORE_AND, value)
#define atomic_exchange_explicit(object, value, order)                         \
	EXPLORE_RMW(object, EXPLORE_XCHG, value)

#endif
