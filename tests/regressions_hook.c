/* SPDX-License-Identifier: MIT */
/*
 * regressions_hook.c - the hook by which check_regressions stops a function,
 * and one other thread.
 */
#include <pthread.h>
#include <sched.h>

#include "core/state.h"
#include "regressions.h"

uint32_t at_step;
bool at_more;

/* -------------------------------------------------------------------- hook */

struct point {
	uint32_t at;
	uint32_t steps;
	void (*inner)(void);
	bool reached;
};
static _Thread_local struct point *point;

void ivrq__atomic_hook(void)
{
	struct point *p = point;

	if (!p || ++p->steps != p->at)
		return;
	point = NULL;
	p->reached = true;
	p->inner();
}

bool nest(uint32_t at, void (*outer)(void), void (*inner)(void))
{
	struct point *before = point;
	struct point p = { .at = at, .inner = inner };

	point = &p;
	outer();
	point = before;
	return p.reached;
}

void at_each_step(const struct trial *trial)
{
	uint32_t n = 0;
	bool reached;

	do {
		ck_assert_uint_lt(n, STEPS_MAX);
		world_init();
		trial->begin();
		reached = nest(++n, trial->outer, trial->inner);
		trial->after();
		world_end();
	} while (reached);
	ck_assert_uint_gt(n, 1);
}

void at_each_pair(const struct trial *trial)
{
	for (at_step = 1, at_more = true; at_more; at_step++) {
		ck_assert_uint_lt(at_step, STEPS_MAX);
		at_more = false;
		at_each_step(trial);
	}
	ck_assert_uint_gt(at_step, 2);
}

/* -------------------------------------------------------- the other thread */

static struct {
	bool lives;
	sem_t go;
	sem_t news; /* it is frozen, or has ended */
	sem_t thaw;
	uint32_t at;
	void (*act)(void);
	bool frozen;
} other;

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem))
		;
}

static void stand_still(void)
{
	other.frozen = true;
	sem_post(&other.news);
	wait_for(&other.thaw);
}

static void *other_main(void *arg)
{
	for (;;) {
		wait_for(&other.go);
		nest(other.at, other.act, stand_still);
		sem_post(&other.news);
	}
	return arg;
}

/* Each test is a process of its own, and ends with its threads. */
static void begin(uint32_t at, void (*act)(void))
{
	pthread_t thread;

	if (!other.lives) {
		sem_init(&other.go, 0, 0);
		sem_init(&other.news, 0, 0);
		sem_init(&other.thaw, 0, 0);
		ck_assert_int_eq(
			pthread_create(&thread, NULL, other_main, NULL), 0);
		pthread_detach(thread);
		other.lives = true;
	}
	other.at = at;
	other.act = act;
	other.frozen = false;
	sem_post(&other.go);
}

bool freeze(uint32_t at, void (*act)(void))
{
	begin(at, act);
	wait_for(&other.news);
	return other.frozen;
}

void thaw(void)
{
	if (!other.frozen)
		return;
	sem_post(&other.thaw);
	wait_for(&other.news);
	other.frozen = false;
}

void elsewhere(void (*act)(void))
{
	freeze(0, act);
}

void elsewhere_begin(void (*act)(void))
{
	int ended = 0;

	begin(0, act);
	while (!ivrq__ld_seq32(&it.engine->fences.waiting) && !ended) {
		sched_yield();
		sem_getvalue(&other.news, &ended);
	}
}

void elsewhere_end(void)
{
	wait_for(&other.news);
}
