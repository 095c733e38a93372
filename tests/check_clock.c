/* SPDX-License-Identifier: MIT */
/* check_clock: times and waiting for them. The linker puts the test's clocks in
 * place of the system's, once they are set. */
#include <pthread.h>
#include <time.h>

#include <ivrq.h>

#include "ct.h"
#include "graph/clock.h"

#define MS	     UINT64_C(1000000)
#define S	     IVRQ__SECOND_NS
#define THIRTY_YEARS (UINT64_C(1000000000) * S)

static bool set;
static struct timespec monotonic, real;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	if (!set)
		return __real_clock_gettime(clock, now);
	*now = clock == CLOCK_MONOTONIC ? monotonic : real;
	return 0;
}

/* ------------------------------------------------------------------ time */

static void set_clocks(void)
{
	set = true;
	monotonic = (struct timespec){ 5, 600 };
	real = (struct timespec){ 1700000000, 1 };
}

static void leave_clocks(void)
{
	set = false;
}

START_TEST(test_now_ns_and_date_ns_tell_each_its_clock)
{
	ck_assert_uint_eq(ivrq__now_ns(), 5 * S + 600);
	monotonic.tv_nsec = 999999999;
	ck_assert_uint_eq(ivrq__now_ns(), 6 * S - 1);
	ck_assert_int_eq(ivrq__date_ns(), INT64_C(1700000000000000001));
}
END_TEST

START_TEST(test_deadline_ns_is_so_much_later)
{
	ck_assert_uint_eq(ivrq__deadline_ns(0), 5 * S + 600);
	ck_assert_uint_eq(ivrq__deadline_ns(1), 5 * S + 600 + MS);
	ck_assert_uint_eq(ivrq__deadline_ns(60000), 65 * S + 600);
}
END_TEST

START_TEST(test_deadline_ns_of_a_very_long_time_is_in_thirty_years)
{
	uint64_t most_ns = 5 * S + 600 + THIRTY_YEARS;

	ck_assert_uint_eq(ivrq__deadline_ns(THIRTY_YEARS / MS - 1),
			  most_ns - MS);
	ck_assert_uint_eq(ivrq__deadline_ns(THIRTY_YEARS / MS), most_ns);
	ck_assert_uint_eq(ivrq__deadline_ns(THIRTY_YEARS / MS + 1), most_ns);
	ck_assert_uint_eq(ivrq__deadline_ns(UINT64_MAX), most_ns);
}
END_TEST

/* --------------------------------------------------------------- waiting */

static pthread_mutex_t lock;
static pthread_cond_t condition;
static bool come;

static void setup(void)
{
	come = false;
	ck_assert_int_eq(ivrq__lock_init(&lock, &condition), 0);
}

static void teardown(void)
{
	pthread_cond_destroy(&condition);
	pthread_mutex_destroy(&lock);
}

static void *say_so(void *user)
{
	(void)user;
	pthread_mutex_lock(&lock);
	come = true;
	pthread_cond_broadcast(&condition);
	pthread_mutex_unlock(&lock);
	return NULL;
}

START_TEST(test_wait_until_a_time_that_is_over_does_not_wait)
{
	pthread_mutex_lock(&lock);
	ck_assert(!ivrq__wait_until(&condition, &lock, 0));
	ck_assert(!ivrq__wait_until(&condition, &lock, ivrq__now_ns()));
	pthread_mutex_unlock(&lock);
}
END_TEST

START_TEST(test_wait_until_a_time_to_come_waits_for_it)
{
	uint64_t end_ns = ivrq__deadline_ns(20);

	pthread_mutex_lock(&lock);
	while (ivrq__wait_until(&condition, &lock, end_ns))
		;
	ck_assert_uint_ge(ivrq__now_ns(), end_ns);
	pthread_mutex_unlock(&lock);
}
END_TEST

START_TEST(test_wait_until_the_end_of_all_time_is_woken)
{
	uint64_t end_ns = ivrq__deadline_ns(UINT64_MAX);
	pthread_t thread;

	pthread_mutex_lock(&lock);
	ck_assert(!pthread_create(&thread, NULL, say_so, NULL));
	while (!come)
		ck_assert(ivrq__wait_until(&condition, &lock, end_ns));
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock");
	TCase *time = tcase_create("time");
	TCase *wait = tcase_create("wait");

	tcase_add_checked_fixture(time, set_clocks, leave_clocks);
	tcase_add_test(time, test_now_ns_and_date_ns_tell_each_its_clock);
	tcase_add_test(time, test_deadline_ns_is_so_much_later);
	tcase_add_test(time,
		       test_deadline_ns_of_a_very_long_time_is_in_thirty_years);
	suite_add_tcase(suite, time);
	tcase_add_checked_fixture(wait, setup, teardown);
	tcase_add_test(wait, test_wait_until_a_time_that_is_over_does_not_wait);
	tcase_add_test(wait, test_wait_until_a_time_to_come_waits_for_it);
	tcase_add_test(wait, test_wait_until_the_end_of_all_time_is_woken);
	suite_add_tcase(suite, wait);
	return ct_run(suite);
}
