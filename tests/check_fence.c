/* SPDX-License-Identifier: MIT */
/* check_fence: waiting for what another thread does. */
#include <ivrq.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "core/fence.h"
#include "ct.h"

enum { WAITERS = 2 };

static struct ivrq__fences fences;
static struct ivrq__waiter waiters[WAITERS];
static ivrq__a32 next[WAITERS];
static ivrq__a32 event, looks;
static uint32_t happens_at; /* it has happened for this look; 0 no */

static bool happened(void *arg)
{
	(void)arg;
	if (atomic_fetch_add(&looks, 1) + 1 == happens_at)
		return true;
	return ivrq__ld_seq32(&event);
}

static void set_up(void)
{
	ivrq__fences_init(&fences, waiters, next, WAITERS);
	atomic_store(&event, 0);
	atomic_store(&looks, 0);
}

static void tear_down(void)
{
	ivrq__fences_fini(&fences);
}

static int wait_ms(uint64_t timeout_ms)
{
	return ivrq__fences_wait(&fences, happened, NULL, timeout_ms);
}

static int posts(unsigned waiter)
{
	int value = -1;

	sem_getvalue(&waiters[waiter].sem, &value);
	return value;
}

START_TEST(test_wait_inside_a_run_is_refused)
{
	atomic_store(&event, 1);
	ivrq__set_running(&event);
	ck_assert_int_eq(wait_ms(1000), IVRQ_EDEADLK);
	ivrq__set_running(NULL);
	ck_assert_int_eq(wait_ms(1000), 0);
}
END_TEST

static void *looks_at_running(void *arg)
{
	*(bool *)arg = ivrq__running();
	return NULL;
}

START_TEST(test_running_is_of_one_thread)
{
	pthread_t thread;
	bool other = true;

	ivrq__set_running(&event);
	ck_assert(!pthread_create(&thread, NULL, looks_at_running, &other));
	pthread_join(thread, NULL);
	ck_assert_ptr_eq(ivrq__running(), &event);
	ck_assert(!other);
	ivrq__set_running(NULL);
	ck_assert_ptr_null(ivrq__running());
}
END_TEST

START_TEST(test_wait_zero_only_looks)
{
	ck_assert_int_eq(wait_ms(0), IVRQ_ETIMEDOUT);
	ck_assert_uint_eq(atomic_load(&looks), 1);
	ck_assert_uint_eq(ivrq__pool_popped(&fences.free), 0);
	atomic_store(&event, 1);
	ck_assert_int_eq(wait_ms(0), 0);
}
END_TEST

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

START_TEST(test_wait_takes_its_time)
{
	uint64_t begin = now_ns();

	ck_assert_int_eq(wait_ms(20), IVRQ_ETIMEDOUT);
	ck_assert_uint_ge(now_ns() - begin, 20000000);
}
END_TEST

/* True at the second look: nobody sleeps, whatever the time it would be. The
 * parts of a second add up to more than one in almost all of these. */
static bool second_look(void *arg)
{
	return ++*(int *)arg == 2;
}

START_TEST(test_wait_for_each_part_of_a_second)
{
	uint64_t ms;

	for (ms = 990; ms < 2000; ms++) {
		int count = 0;

		ck_assert_int_eq(
			ivrq__fences_wait(&fences, second_look, &count, ms), 0);
		ck_assert_int_eq(count, 2);
	}
}
END_TEST

START_TEST(test_wait_timed_out_looks_a_last_time)
{
	happens_at = 3;
	ck_assert_int_eq(wait_ms(1), 0);
	happens_at = 0;
}
END_TEST

START_TEST(test_wait_timed_out_gives_its_place_back)
{
	ck_assert_int_eq(wait_ms(1), IVRQ_ETIMEDOUT);
	ck_assert_uint_eq(ivrq__pool_popped(&fences.free), 1);
	ck_assert_uint_eq(ivrq__ld_seq32(&fences.waiting), 0);
	ck_assert_uint_eq(ivrq__ld_acq32(&waiters[0].busy), 0);
	ck_assert_uint_eq(ivrq__pool_pop(&fences.free), 0);
	ck_assert_uint_eq(ivrq__pool_pop(&fences.free), 1);
}
END_TEST

START_TEST(test_wait_without_a_place_is_refused)
{
	uint32_t taken = ivrq__pool_pop(&fences.free);

	ivrq__pool_pop(&fences.free);
	ck_assert_int_eq(wait_ms(1000), IVRQ_EPOOL);
	ivrq__pool_push(&fences.free, taken);
	ck_assert_int_eq(wait_ms(1), IVRQ_ETIMEDOUT);
}
END_TEST

START_TEST(test_wait_with_an_old_wake_up_looks_again)
{
	sem_post(&waiters[0].sem);
	sem_post(&waiters[0].sem);
	ck_assert_int_eq(wait_ms(1), IVRQ_ETIMEDOUT);
	ck_assert_uint_ge(atomic_load(&looks), 3);
}
END_TEST

START_TEST(test_tell_without_a_waiter_posts_nothing)
{
	ivrq__fences_tell(&fences);
	ck_assert_int_eq(posts(0), 0);
	ck_assert_int_eq(posts(1), 0);
}
END_TEST

/* -------------------------------------------------------------- with threads */

struct waiter {
	pthread_t thread;
	uint64_t timeout_ms;
	int answer;
};

static void *waits(void *arg)
{
	struct waiter *me = arg;

	me->answer = wait_ms(me->timeout_ms);
	return NULL;
}

static void begin(struct waiter *waiter, uint64_t timeout_ms, uint32_t count)
{
	waiter->timeout_ms = timeout_ms;
	waiter->answer = 1;
	ck_assert(!pthread_create(&waiter->thread, NULL, waits, waiter));
	while (ivrq__ld_seq32(&fences.waiting) < count)
		sched_yield();
}

START_TEST(test_tell_wakes_every_waiter)
{
	struct waiter waiter[WAITERS];

	begin(&waiter[0], 600000, 1);
	begin(&waiter[1], 600000, 2);
	atomic_store(&event, 1);
	ivrq__fences_tell(&fences);
	pthread_join(waiter[0].thread, NULL);
	pthread_join(waiter[1].thread, NULL);
	ck_assert_int_eq(waiter[0].answer, 0);
	ck_assert_int_eq(waiter[1].answer, 0);
	ck_assert_uint_eq(ivrq__ld_seq32(&fences.waiting), 0);
}
END_TEST

START_TEST(test_tell_of_something_else_lets_it_wait_on)
{
	struct waiter waiter;
	uint32_t before;

	begin(&waiter, 600000, 1);
	before = atomic_load(&looks);
	ivrq__fences_tell(&fences);
	while (atomic_load(&looks) == before)
		sched_yield();
	ck_assert_uint_eq(ivrq__ld_seq32(&fences.waiting), 1);
	atomic_store(&event, 1);
	ivrq__fences_tell(&fences);
	pthread_join(waiter.thread, NULL);
	ck_assert_int_eq(waiter.answer, 0);
}
END_TEST

static void on_signal(int number)
{
	(void)number;
}

START_TEST(test_wait_interrupted_by_a_signal_waits_on)
{
	struct sigaction action;
	struct waiter waiter;
	uint32_t before;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	ck_assert(!sigaction(SIGUSR1, &action, NULL));
	begin(&waiter, 600000, 1);
	before = atomic_load(&looks);
	while (atomic_load(&looks) < before + 2) {
		pthread_kill(waiter.thread, SIGUSR1);
		sched_yield();
	}
	atomic_store(&event, 1);
	ivrq__fences_tell(&fences);
	pthread_join(waiter.thread, NULL);
	ck_assert_int_eq(waiter.answer, 0);
}
END_TEST

/* Longer than any clock can tell: it waits, and does not answer at once. */
START_TEST(test_wait_without_end_waits)
{
	struct waiter waiter;
	uint32_t before;

	begin(&waiter, UINT64_MAX, 1);
	before = atomic_load(&looks);
	ivrq__fences_tell(&fences);
	while (atomic_load(&looks) == before)
		sched_yield();
	atomic_store(&event, 1);
	ivrq__fences_tell(&fences);
	pthread_join(waiter.thread, NULL);
	ck_assert_int_eq(waiter.answer, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fence");
	TCase *tcase = tcase_create("fence");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_wait_inside_a_run_is_refused);
	tcase_add_test(tcase, test_running_is_of_one_thread);
	tcase_add_test(tcase, test_wait_zero_only_looks);
	tcase_add_test(tcase, test_wait_takes_its_time);
	tcase_add_test(tcase, test_wait_for_each_part_of_a_second);
	tcase_add_test(tcase, test_wait_timed_out_looks_a_last_time);
	tcase_add_test(tcase, test_wait_timed_out_gives_its_place_back);
	tcase_add_test(tcase, test_wait_without_a_place_is_refused);
	tcase_add_test(tcase, test_wait_with_an_old_wake_up_looks_again);
	tcase_add_test(tcase, test_tell_without_a_waiter_posts_nothing);
	tcase_add_test(tcase, test_tell_wakes_every_waiter);
	tcase_add_test(tcase, test_tell_of_something_else_lets_it_wait_on);
	tcase_add_test(tcase, test_wait_interrupted_by_a_signal_waits_on);
	tcase_add_test(tcase, test_wait_without_end_waits);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
