/* SPDX-License-Identifier: MIT */
/*
 * module_fence.c - those who wait: s does what they wait for and tells them, i
 * does a part of it, `extra` parts being needed; f waits, F waits with a time
 * that is always up.
 *
 * The semaphore is the linker's (--wrap): a post and a wait are places to
 * switch threads. One that waits at an empty semaphore sleeps, and does not
 * come back: at the end, what it waits for must not have happened unless it
 * was posted. EPOOL is only answered if all places were taken; all of them
 * come back.
 */
#include "modules.h"

#include <errno.h>
#include <ivrq.h>
#include <setjmp.h>
#include <time.h>

#include "core/fence.h"

#define PLACES 2

static struct {
	struct mod mod;
	struct ivrq__fences fences;
	struct ivrq__waiter waiter[PLACES];
	ivrq__a32 next[PLACES];
	ivrq__a32 done;
	void *asleep[EXPLORE_THREADS]; /* at this semaphore */
	jmp_buf *out[EXPLORE_THREADS];
	bool brief[EXPLORE_THREADS];
} all __attribute__((aligned(64)));

int __wrap_sem_post(sem_t *sem);
int __wrap_sem_timedwait(sem_t *sem, const struct timespec *until);
int __wrap_sem_clockwait(sem_t *sem, clockid_t clock,
			 const struct timespec *until);

/* Its value is in its first word, here. */
static unsigned *value_of(sem_t *sem)
{
	return (unsigned *)(void *)sem;
}

int __wrap_sem_post(sem_t *sem)
{
	explore_point();
	explore_note("post");
	++*value_of(sem);
	return 0;
}

int __wrap_sem_timedwait(sem_t *sem, const struct timespec *until)
{
	unsigned thread = explore_thread();

	(void)until;
	explore_point();
	if (*value_of(sem)) {
		explore_note("woken");
		--*value_of(sem);
		return 0;
	}
	errno = ETIMEDOUT;
	if (all.brief[thread])
		return -1;
	explore_note("sleeps");
	all.asleep[thread] = sem;
	longjmp(*all.out[thread], 1);
}

int __wrap_sem_clockwait(sem_t *sem, clockid_t clock,
			 const struct timespec *until)
{
	(void)clock;
	return __wrap_sem_timedwait(sem, until);
}

static size_t bytes(void)
{
	return sizeof(all);
}

static void begin(void)
{
	ivrq__fences_init(&all.fences, all.waiter, all.next, program->size);
}

static uint32_t needed(void)
{
	return program->extra ? program->extra : 1;
}

static bool is_done(void *arg)
{
	(void)arg;
	return ivrq__ld_seq32(&all.done) >= needed();
}

static int wait_here(unsigned thread, bool brief)
{
	jmp_buf out;

	all.brief[thread] = brief;
	all.out[thread] = &out;
	if (setjmp(out))
		return SKIPPED;
	return ivrq__fences_wait(&all.fences, is_done, NULL, 1000);
}

static int act(unsigned number)
{
	const struct mod_plan *plan = &mod_plans[number];

	if (plan->verb == 'f' || plan->verb == 'F')
		return all.asleep[plan->thread] ?
			       SKIPPED :
			       wait_here(plan->thread, plan->verb == 'F');
	ivrq__add_seq32(&all.done, 1);
	ivrq__fences_tell(&all.fences);
	return 0;
}

static void observe(void)
{
}

static unsigned others_waiting(unsigned number)
{
	unsigned i, count = 0;

	for (i = 0; i < mod_count; i++)
		count += i != number && mod_plans[i].verb != 's' &&
			 mod_plans[i].verb != 'i' && !mod_precedes(number, i) &&
			 (!mod_precedes(i, number) ||
			  all.asleep[mod_plans[i].thread]);
	return count;
}

static void check_answer(unsigned number)
{
	const struct mod_act *one = &all.mod.act[number];
	unsigned i, before = 0, all_of = 0;

	for (i = 0; i < mod_count; i++) {
		if (mod_plans[i].verb != 's' && mod_plans[i].verb != 'i')
			continue;
		before += mod_precedes(i, number);
		all_of += !mod_precedes(number, i);
	}
	if (one->answer == 0 && all_of < needed())
		explore_fault("act %u: it has not happened", number);
	if (one->answer < 0 && before >= needed())
		explore_fault("act %u answers %d, it has happened", number,
			      one->answer);
	if (one->answer == IVRQ_EPOOL && others_waiting(number) < program->size)
		explore_fault("act %u: there was a place", number);
	if (one->answer == IVRQ_ETIMEDOUT && mod_plans[number].verb == 'f')
		explore_fault("act %u: its time was not up", number);
}

static void judge(void)
{
	unsigned i, sleeping = 0, free = 0;

	for (i = 0; i < mod_count; i++)
		if (mod_plans[i].verb == 'f' || mod_plans[i].verb == 'F')
			check_answer(i);
	for (i = 0; i < EXPLORE_THREADS; i++) {
		if (!all.asleep[i])
			continue;
		sleeping++;
		if (is_done(NULL) && !*value_of(all.asleep[i]))
			explore_fault("T%u sleeps, it has happened", i);
	}
	if (ivrq__ld_seq32(&all.fences.waiting) != sleeping)
		explore_fault("%u wait", sleeping);
	while (ivrq__pool_pop(&all.fences.free) != IVRQ__NONE)
		if (++free > PLACES)
			break;
	if (free + sleeping != program->size)
		explore_fault("%u places are free", free);
}

const struct module mod_fence = { &all.mod, bytes, begin, act, observe, judge };
