/* SPDX-License-Identifier: MIT */
/*
 * clock.c - what time it is, and waiting until it is later.
 */
#include <time.h>

#include <ivrq/types.h>

#include "graph/clock.h"

#define MS_NS	UINT64_C(1000000)
#define MOST_MS UINT64_C(1000000000000) /* 30 years */

static struct timespec look(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now;
}

uint64_t ivrq__now_ns(void)
{
	struct timespec now = look(CLOCK_MONOTONIC);

	return (uint64_t)now.tv_sec * IVRQ__SECOND_NS + (uint64_t)now.tv_nsec;
}

int64_t ivrq__date_ns(void)
{
	struct timespec now = look(CLOCK_REALTIME);

	return (int64_t)now.tv_sec * (int64_t)IVRQ__SECOND_NS + now.tv_nsec;
}

uint64_t ivrq__deadline_ns(uint64_t timeout_ms)
{
	if (timeout_ms > MOST_MS)
		timeout_ms = MOST_MS;
	return ivrq__now_ns() + timeout_ms * MS_NS;
}

int ivrq__lock_init(pthread_mutex_t *lock, pthread_cond_t *condition)
{
	pthread_condattr_t monotonic;
	int failed;

	if (pthread_condattr_init(&monotonic))
		return IVRQ_ENOMEM;
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	failed = pthread_cond_init(condition, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (failed)
		return IVRQ_ENOMEM;
	if (!pthread_mutex_init(lock, NULL))
		return 0;
	pthread_cond_destroy(condition);
	return IVRQ_ENOMEM;
}

bool ivrq__wait_until(pthread_cond_t *condition, pthread_mutex_t *lock,
		      uint64_t end_ns)
{
	const struct timespec end = {
		.tv_sec = (time_t)(end_ns / IVRQ__SECOND_NS),
		.tv_nsec = (long)(end_ns % IVRQ__SECOND_NS),
	};

	return pthread_cond_timedwait(condition, lock, &end) == 0;
}
