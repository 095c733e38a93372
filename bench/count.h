/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_BENCH_COUNT_H
#define IVRQ_BENCH_COUNT_H
/*
 * count.h - given with -include to each file of the core: its atomic accesses
 * are counted by kind. For one thread: they are not atomic any more.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* comes before all other includes of a file */
#endif
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern struct counted {
	unsigned long loads;
	unsigned long stores;	  /* of order release or less */
	unsigned long seq_stores; /* a read-modify-write on x86 */
	unsigned long rmws;	  /* compare-and-swap too */
} counted;

enum count_op { COUNT_ADD, COUNT_SUB, COUNT_OR, COUNT_AND, COUNT_XCHG };

uint64_t count_load(const volatile void *object, size_t size);
void count_store(volatile void *object, size_t size, uint64_t value, int order);
bool count_cas(volatile void *object, size_t size, void *expected,
	       uint64_t desired);
uint64_t count_rmw(volatile void *object, size_t size, enum count_op op,
		   uint64_t value);

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_compare_exchange_strong_explicit
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub_explicit
#undef atomic_fetch_or_explicit
#undef atomic_fetch_and_explicit
#undef atomic_exchange_explicit

#define atomic_load_explicit(object, order)                                    \
	((void)(order), count_load((object), sizeof(*(object))))
#define atomic_store_explicit(object, value, order)                            \
	count_store((object), sizeof(*(object)), (value), (order))
#define atomic_compare_exchange_strong_explicit(object, expected, desired,     \
						order, failure)                \
	((void)(order), (void)(failure),                                       \
	 count_cas((object), sizeof(*(object)), (expected), (desired)))
#define COUNT_RMW(object, op, value, order)                                    \
	((void)(order), count_rmw((object), sizeof(*(object)), (op), (value)))
#define atomic_fetch_add_explicit(object, value, order)                        \
	COUNT_RMW(object, COUNT_ADD, value, order)
#define atomic_fetch_sub_explicit(object, value, order)                        \
	COUNT_RMW(object, COUNT_SUB, value, order)
#define atomic_fetch_or_explicit(object, value, order)                         \
	COUNT_RMW(object, COUNT_OR, value, order)
#define atomic_fetch_and_explicit(object, value, order)                        \
	COUNT_RMW(object, COUNT_AND, value, order)
#define atomic_exchange_explicit(object, value, order)                         \
	COUNT_RMW(object, COUNT_XCHG, value, order)

#endif
