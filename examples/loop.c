/* SPDX-License-Identifier: MIT */
/*
 * The media thread. Every 20 ms: what the caller hears, what the caller says,
 * the scenario, the worker. Until the next tick it sleeps; if the engine has
 * something to do before then (a file was closed) its wake hook ends the sleep
 * and the worker runs again.
 *
 * With --fast the next tick comes as soon as the I/O thread has done what it
 * has 20 ms for in real time: read the next samples, close a file. So both
 * print the same. When an operation has just started there is no telling how
 * far it is; then it gets these 20 ms.
 */
#include "demo.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define TICK_NS	      (TICK_MS * UINT64_C(1000000))
#define SECOND_NS     UINT64_C(1000000000)
#define FAST_LIMIT_NS (5 * SECOND_NS)
#define FAST_LOOK_NS  (SECOND_NS / 2000)
#define UNWRITTEN_MAX RATE_HZ /* samples: a second */

static struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	bool woken;
} sleeper = {.mutex = PTHREAD_MUTEX_INITIALIZER};

void loop_wake(void *user, uint32_t worker)
{
	(void)user;
	(void)worker;
	pthread_mutex_lock(&sleeper.mutex);
	sleeper.woken = true;
	pthread_cond_signal(&sleeper.cond);
	pthread_mutex_unlock(&sleeper.mutex);
}

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* Until that time, or true if woken before. */
static bool sleep_until(uint64_t until_ns)
{
	struct timespec until = {.tv_sec = (time_t)(until_ns / SECOND_NS),
				 .tv_nsec = (long)(until_ns % SECOND_NS)};
	bool woken;
	int answer = 0;

	pthread_mutex_lock(&sleeper.mutex);
	while (!sleeper.woken && !answer)
		answer = pthread_cond_timedwait(&sleeper.cond, &sleeper.mutex,
						&until);
	woken = sleeper.woken;
	sleeper.woken = false;
	pthread_mutex_unlock(&sleeper.mutex);
	return woken;
}

static void run(struct demo *demo)
{
	/* The engine's clock is the call's, so --fast has the same times. */
	if (ivrq_worker_run(demo->engine, 0, demo->tick * TICK_NS) < 0)
		print_fault(demo, "ivrq_worker_run");
}

/* Has the I/O thread read what the next tick plays? */
static bool is_read(const struct operation *operation, uint32_t ready)
{
	size_t need = TICK_SAMPLES;

	if (!operation->loop) {
		if (operation->given >= operation->sound.count)
			return true;
		if (need > operation->sound.count - operation->given)
			need = operation->sound.count - operation->given;
	}
	return ready >= need;
}

/* Is there nothing left that would happen before the next tick? */
static bool is_settled(const struct demo *demo)
{
	const struct operation *current = demo->current;
	ivrq_media_stats stats;
	ivrq_snapshot snapshot;

	if (ivrq_call_snapshot(demo->engine, demo->call, &snapshot) < 0)
		return true;
	if (!snapshot.depth || ivrq_media_leg_stats(demo->leg, &stats) < 0)
		return true;
	if (snapshot.state != IVRQ_HEAD_RUNNING || !current)
		return false; /* a result or a start is due */
	if (current->recording == NEVER)
		return is_read(current, stats.ready);
	if (!demo->recorded)
		return false; /* its file is being closed */
	return stats.unwritten < UNWRITTEN_MAX;
}

static void wait_real(struct demo *demo, uint64_t until_ns)
{
	while (sleep_until(until_ns)) {
		run(demo);
		if (clock_ns() >= until_ns)
			break; /* what is left is for after the tick */
	}
}

/* If this thread is late the call is late: no tick is hurried after it, for
 * the I/O thread would not have its 20 ms. */
static uint64_t next_tick_ns(uint64_t due_ns)
{
	uint64_t now = clock_ns();

	return due_ns < now ? now + TICK_NS : due_ns;
}

static void wait_fast(struct demo *demo)
{
	uint64_t limit = clock_ns() + FAST_LIMIT_NS;
	const struct operation *begun = NULL;

	for (;;) {
		if (demo->current && demo->current != begun &&
		    demo->current->started == demo->tick) {
			begun = demo->current;
			wait_real(demo, clock_ns() + TICK_NS);
		} else if (is_settled(demo)) {
			return;
		} else if (sleep_until(clock_ns() + FAST_LOOK_NS)) {
			run(demo);
		} else if (clock_ns() >= limit) {
			print_fault(demo, "the I/O thread is stuck");
			return;
		}
	}
}

static void tick(struct demo *demo)
{
	size_t at = (size_t)demo->tick * TICK_SAMPLES;
	size_t count = demo->caller.count - demo->caller_at;
	int given;

	given = ivrq_media_get(demo->leg, demo->heard + at, TICK_SAMPLES);
	if (given > 0 && demo->current) {
		demo->current->given += (size_t)given;
		if (demo->current->sounding == NEVER)
			demo->current->sounding = demo->tick;
	}
	if (count > TICK_SAMPLES)
		count = TICK_SAMPLES;
	memcpy(demo->said + at, demo->caller.samples + demo->caller_at,
	       count * sizeof(int16_t));
	demo->caller_at += count;
	demo->recorded =
		ivrq_media_put(demo->leg, demo->said + at, TICK_SAMPLES);
	if (given < 0 || demo->recorded < 0)
		print_fault(demo, "ivrq_media_get, ivrq_media_put");
	if (demo->recorded > 0 && demo->current &&
	    demo->current->recording == NEVER)
		demo->current->recording = demo->tick;
	scenario_tick(demo);
	run(demo);
}

int loop_run(struct demo *demo)
{
	pthread_condattr_t attributes;
	uint64_t due;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (pthread_cond_init(&sleeper.cond, &attributes))
		return -1;
	pthread_condattr_destroy(&attributes);
	due = clock_ns();
	for (demo->tick = 0; demo->tick < TICKS; demo->tick++) {
		tick(demo);
		if (demo->fast) {
			wait_fast(demo);
			continue;
		}
		due = next_tick_ns(due + TICK_NS);
		wait_real(demo, due);
	}
	demo->tick--;
	return 0;
}
