/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_CT_H
#define IVRQ_TESTS_CT_H
/*
 * ct.h - what tests share: a runner, gates, and checks that a thread may make.
 *
 * Only the test's own thread calls ck_assert; every other one, and every
 * callback, fills a ct_slip that the test looks at when it has joined them.
 */
#include <errno.h>
#include <inttypes.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#define CT_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The first check that failed in a thread or a callback. */
struct ct_slip {
	int line;
	const char *expr;
};

static inline void ct_see(struct ct_slip *slip, bool good, int line,
			  const char *expr)
{
	if (good || slip->line)
		return;
	slip->line = line;
	slip->expr = expr;
}

#define CT_SEE(slip, expr) ct_see((slip), (expr), __LINE__, #expr)

#define CT_NO_SLIP(slip)                                                       \
	ck_assert_msg((slip)->line == 0, "line %d, in a thread: %s",           \
		      (slip)->line, (slip)->expr ? (slip)->expr : "")

/* A gate lets one thread pass for each time it is opened. */
struct ct_gate {
	sem_t sem;
};

static inline void ct_gate_init(struct ct_gate *gate)
{
	if (sem_init(&gate->sem, 0, 0))
		abort();
}

static inline void ct_gate_open(struct ct_gate *gate)
{
	sem_post(&gate->sem);
}

static inline void ct_gate_pass(struct ct_gate *gate)
{
	while (sem_wait(&gate->sem) && errno == EINTR)
		;
}

static inline void ct_gate_done(struct ct_gate *gate)
{
	sem_destroy(&gate->sem);
}

/* Out-parameters: fill one, and see later that nobody wrote to it. */
static inline void ct_mark(void *memory, size_t bytes)
{
	memset(memory, 0xa5, bytes);
}

static inline bool ct_untouched(const void *memory, size_t bytes)
{
	const unsigned char *byte = memory;

	while (bytes--)
		if (*byte++ != 0xa5)
			return false;
	return true;
}

static inline int ct_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
