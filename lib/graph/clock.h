/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_CLOCK_H
#define IVRQ_LIB_GRAPH_CLOCK_H
/*
 * clock.h - what time it is, and waiting until it is later.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define IVRQ__SECOND_NS UINT64_C(1000000000)

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t ivrq__now_ns(void);

/* Nanoseconds since 1970. */
int64_t ivrq__date_ns(void);

/* The time so long from now; at most 30 years, which any time_t can tell. */
uint64_t ivrq__deadline_ns(uint64_t timeout_ms);

/* A lock, and a condition to be waited for under it. 0, IVRQ_ENOMEM. */
int ivrq__lock_init(pthread_mutex_t *lock, pthread_cond_t *condition);

/* Waits for the condition until ivrq__now_ns() is `end_ns`; false: it is. */
bool ivrq__wait_until(pthread_cond_t *condition, pthread_mutex_t *lock,
		      uint64_t end_ns);

#endif
