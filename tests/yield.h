/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_YIELD_H
#define IVRQ_TESTS_YIELD_H
/*
 * yield.h - the random numbers of the random tests, and the hook that yields
 * by them.
 *
 * IVRQ_SEED=<number> in the environment repeats a run; the seed is always
 * printed. IVRQ_STRESS=<factor> multiplies the work.
 *
 * One file of a program that is linked to a core built with IVRQ_ATOMIC_HOOK
 * defines YIELD_HOOK before this one: each atomic access of the core is then
 * preceded, at random, by a yield or by a short spin. That shows orderings
 * which preemption alone takes hours to reach on a small machine.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* 1 when a sanitizer looks at every access: tests do less of the same. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define RND_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define RND_SANITIZED 1
#endif
#endif
#ifndef RND_SANITIZED
#define RND_SANITIZED 0
#endif

/* splitmix64: any state is a good one, and neighbouring seeds differ. */
static inline uint64_t rnd_next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* 0 to n - 1 */
static inline uint32_t rnd_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(((rnd_next(state) >> 32) * n) >> 32);
}

/* Once for a program, before the first test. */
static inline uint64_t rnd_seed(void)
{
	const char *given = getenv("IVRQ_SEED");
	struct timespec now;
	uint64_t seed;

	if (given && *given) {
		seed = strtoull(given, NULL, 0);
	} else {
		clock_gettime(CLOCK_REALTIME, &now);
		seed = (uint64_t)now.tv_sec * 1000000007u;
		seed ^= (uint64_t)now.tv_nsec << 20;
	}
	printf("IVRQ_SEED=%" PRIu64 "\n", seed);
	fflush(stdout);
	return seed;
}

/* How many times the usual work is asked for. */
static inline uint32_t rnd_factor(void)
{
	const char *given = getenv("IVRQ_STRESS");
	long factor = given ? strtol(given, NULL, 0) : 1;

	return factor < 1 ? 1 : factor > 10000 ? 10000 : (uint32_t)factor;
}

#ifdef YIELD_HOOK
static _Thread_local uint64_t yield_state;

void ivrq__atomic_hook(void);

void ivrq__atomic_hook(void)
{
	uint32_t dice = rnd_below(&yield_state, 64);

	if (dice < 2) {
		sched_yield();
	} else if (dice < 6) {
		for (volatile uint32_t spin = dice * 40; spin; spin--)
			;
	}
}
#endif
#endif
