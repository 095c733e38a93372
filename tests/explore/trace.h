/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_TRACE_H
#define IVRQ_TESTS_EXPLORE_TRACE_H
/*
 * trace.h - given with -include to each file of the core: every atomic access
 * becomes a call of explore.c, which decides who makes the next one.
 *
 * core/atomics.h itself is used unchanged; only what it is made of differs.
 * So are the semaphores of core/fence.c: who waits for one rests until it is
 * posted, and time never runs out.
 */
#undef _FORTIFY_SOURCE /* coroutines longjmp() to another stack */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* comes before all other includes of a file */
#endif
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum explore_op {
	EXPLORE_ADD,
	EXPLORE_SUB,
	EXPLORE_OR,
	EXPLORE_AND,
	EXPLORE_XCHG
};

uint64_t explore_load(const volatile void *object, size_t size, int order);
void explore_store(volatile void *object, size_t size, uint64_t value,
		   int order);
bool explore_cas(volatile void *object, size_t size, void *expected,
		 uint64_t desired, int order, int failure);
uint64_t explore_rmw(volatile void *object, size_t size, enum explore_op op,
		     uint64_t value, int order);
int explore_post(void *sem);
int explore_wait(void *sem);

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
	explore_load((object), sizeof(*(object)), (order))
#define atomic_store_explicit(object, value, order)                            \
	explore_store((object), sizeof(*(object)), (value), (order))
#define atomic_compare_exchange_strong_explicit(object, expected, desired,     \
						order, failure)                \
	explore_cas((object), sizeof(*(object)), (expected), (desired),        \
		    (order), (failure))
#define EXPLORE_RMW(object, op, value, order)                                  \
	explore_rmw((object), sizeof(*(object)), (op), (value), (order))
#define atomic_fetch_add_explicit(object, value, order)                        \
	EXPLORE_RMW(object, EXPLORE_ADD, value, order)
#define atomic_fetch_sub_explicit(object, value, order)                        \
	EXPLORE_RMW(object, EXPLORE_SUB, value, order)
#define atomic_fetch_or_explicit(object, value, order)                         \
	EXPLORE_RMW(object, EXPLORE_OR, value, order)
#define atomic_fetch_and_explicit(object, value, order)                        \
	EXPLORE_RMW(object, EXPLORE_AND, value, order)
#define atomic_exchange_explicit(object, value, order)                         \
	EXPLORE_RMW(object, EXPLORE_XCHG, value, order)

#define sem_init(sem, shared, value)	 (*(uint32_t *)(void *)(sem) = (value))
#define sem_destroy(sem)		 ((void)(sem))
#define sem_post(sem)			 explore_post(sem)
#define sem_clockwait(sem, clock, until) ((void)(until), explore_wait(sem))
#define sem_timedwait(sem, until)	 ((void)(until), explore_wait(sem))

void *explore_memcpy(void *to, const void *from, size_t size);
void *explore_memset(void *to, int byte, size_t size);

/* The compiler tells of plain accesses (sanitize.c), but not of these. */
#ifdef EXPLORE_PLAIN
#undef memcpy
#undef memset
#define memcpy(to, from, size) explore_memcpy((to), (from), (size))
#define memset(to, byte, size) explore_memset((to), (byte), (size))
#endif

#endif
