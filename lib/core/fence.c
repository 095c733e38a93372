/* SPDX-License-Identifier: MIT */
/*
 * fence.c - threads that wait for what the workers do.
 *
 * A waiter says that it waits, then looks, then sleeps; a worker changes, then
 * looks whether anyone waits. Both in one total order (seq_cst): either the
 * waiter sees the change or the worker sees the waiter. Release and acquire
 * would lose a wake-up, on x86 too. Every waiter is woken and looks again: a
 * wake-up too many is harmless.
 *
 * Edges
 *  * FW1: pairs with FW2. seq_cst. One more or one less waits.
 *  * FW2: pairs with FW1. seq_cst. Does anyone wait?
 *  * FB1: pairs with FB2. A semaphore is in use.
 *  * FB2: pairs with FB1. Is this semaphore in use? Before FW1, so a worker
 *    that saw the waiter sees its semaphore.
 */
#define _GNU_SOURCE /* sem_clockwait */
#include "core/fence.h"

#include <errno.h>
#include <ivrq.h>
#include <time.h>

/*
 * Read by submit, cancel, complete and tone, also in a signal handler: so it
 * must not be allocated when a thread first comes to it. glibc does that for a
 * library that was loaded late, unless the variable is in what each thread has
 * from the start; musl never does, and has no room there.
 */
#ifdef __GLIBC__
#define FROM_THE_START __attribute__((tls_model("initial-exec")))
#else
#define FROM_THE_START
#endif

static _Thread_local const void *running FROM_THE_START;

const void *ivrq__running(void)
{
	return running;
}

void ivrq__set_running(const void *worker)
{
	running = worker;
}

void ivrq__fences_init(struct ivrq__fences *fences,
		       struct ivrq__waiter *waiters, ivrq__a32 *next,
		       uint32_t count)
{
	uint32_t i;

	fences->waiter = waiters;
	fences->count = count;
	ivrq__pool_init(&fences->free, next, 0, count);
	atomic_init(&fences->waiting, 0);
	for (i = 0; i < count; i++) {
		sem_init(&waiters[i].sem, 0, 0);
		atomic_init(&waiters[i].busy, 0);
	}
}

void ivrq__fences_fini(struct ivrq__fences *fences)
{
	uint32_t i;

	for (i = 0; i < fences->count; i++)
		sem_destroy(&fences->waiter[i].sem);
}

void ivrq__fences_tell(struct ivrq__fences *fences)
{
	uint32_t i;

	if (!ivrq__ld_seq32(&fences->waiting)) /* FW2 */
		return;
	for (i = 0; i < fences->count; i++)
		if (ivrq__ld_acq32(&fences->waiter[i].busy)) /* FB2 */
			sem_post(&fences->waiter[i].sem);
}

/* Other C libraries do not know the word, not even after "defined &&". */
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 30)
#define CLOCK CLOCK_MONOTONIC
#endif
#endif

#ifdef CLOCK
static int wait_until(sem_t *sem, const struct timespec *until)
{
	return sem_clockwait(sem, CLOCK, until);
}
#else
#define CLOCK CLOCK_REALTIME
static int wait_until(sem_t *sem, const struct timespec *until)
{
	return sem_timedwait(sem, until);
}
#endif

static struct timespec after_ms(uint64_t timeout_ms)
{
	/* 30 years, or on a clock of 32 bits 10: for ever. */
	const uint64_t longest = sizeof(time_t) > 4 ? 946728000 : 315576000;
	uint64_t seconds = timeout_ms / 1000;
	struct timespec t;

	clock_gettime(CLOCK, &t);
	t.tv_sec += (time_t)(seconds < longest ? seconds : longest);
	t.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

int ivrq__fences_wait(struct ivrq__fences *fences, bool (*done)(void *arg),
		      void *arg, uint64_t timeout_ms)
{
	struct ivrq__waiter *waiter;
	struct timespec until;
	uint32_t index;
	bool met;

	if (running)
		return IVRQ_EDEADLK;
	if (done(arg))
		return 0;
	if (!timeout_ms)
		return IVRQ_ETIMEDOUT;
	index = ivrq__pool_pop(&fences->free);
	if (index == IVRQ__NONE)
		return IVRQ_EPOOL;
	waiter = &fences->waiter[index];
	until = after_ms(timeout_ms);
	ivrq__st_rel32(&waiter->busy, 1);     /* FB1 */
	ivrq__add_seq32(&fences->waiting, 1); /* FW1 */
	while (!(met = done(arg)))
		if (wait_until(&waiter->sem, &until) && errno == ETIMEDOUT)
			break;
	ivrq__sub_seq32(&fences->waiting, 1); /* FW1 */
	ivrq__st_rel32(&waiter->busy, 0);     /* FB1 */
	ivrq__pool_push(&fences->free, index);
	return met || done(arg) ? 0 : IVRQ_ETIMEDOUT;
}
