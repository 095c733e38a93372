/* SPDX-License-Identifier: MIT */
/*
 * check_notify_clock: time that passes at an awkward moment. The library's
 * clock is replaced: each look at it finds it STEP_NS later than it is, so a
 * time to try again falls between any two looks sooner or later.
 */
#include <pthread.h>
#include <time.h>

#include "ct.h"
#include "graph/notify.h"
#include "receiver.h"

#define STEP_NS	 400000u
#define FAILURES 50u
#define WAIT_S	 20

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t ahead_ns;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int status = __real_clock_gettime(clock, now);
	uint64_t ns;

	if (clock != CLOCK_MONOTONIC)
		return status;
	pthread_mutex_lock(&lock);
	ahead_ns += STEP_NS;
	ns = (uint64_t)now->tv_nsec + ahead_ns;
	pthread_mutex_unlock(&lock);
	now->tv_sec += (time_t)(ns / 1000000000u);
	now->tv_nsec = (long)(ns % 1000000000u);
	return status;
}

static bool late(time_t end)
{
	struct timespec now;

	__real_clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end;
}

/* Until so many POSTs have failed; false: that takes too long. */
static bool wait_failures(struct ivrq__notify *notify, unsigned count)
{
	struct ivrq__notify_stats stats;
	struct timespec now;

	__real_clock_gettime(CLOCK_MONOTONIC, &now);
	do
		ivrq__notify_stats(notify, &stats);
	while (stats.send_failures < count && !late(now.tv_sec + WAIT_S));
	return stats.send_failures >= count;
}

START_TEST(test_server_that_is_away_is_tried_again_and_again)
{
	static const char *const hosts[] = { "127.0.0.1" };
	const struct ivrq__notify_config config = {
		.hosts = hosts,
		.host_count = 1,
		.http = true,
		.in_memory = 16,
		.batch = 16,
		.senders = 4,
		.send_s = 60,
		.retry_min_ms = 1,
		.retry_max_ms = 1,
	};
	struct receiver *receiver = receiver_open(false);
	const ivrq_uuid call = { { 1 } };
	struct ivrq__notify *notify;
	char uri[64];

	ck_assert_ptr_nonnull(receiver);
	snprintf(uri, sizeof(uri), "http://127.0.0.1:%u/call/1",
		 (unsigned)receiver_port(receiver));
	receiver_leave(receiver);
	ck_assert(!ivrq__notify_create(&config, &notify, NULL));
	ck_assert(!ivrq__notify_add(notify, &call, uri, "{}", 2));
	ck_assert(wait_failures(notify, FAILURES));
	ck_assert(receiver_return(receiver));
	ck_assert(receiver_wait_elements(receiver, 1));
	ivrq__notify_destroy(notify);
	receiver_close(receiver);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("notify");
	TCase *tcase = tcase_create("clock");

	tcase_add_test(tcase,
		       test_server_that_is_away_is_tried_again_and_again);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
