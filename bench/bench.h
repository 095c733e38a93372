/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_BENCH_H
#define IVRQ_BENCH_H
/*
 * bench.h - what benchmarks share: options, a clock, pinning, repeats, and the
 * line.
 *
 * A line is "work=... side=... at=... value=... unit=...": the median over the
 * repeats of what one side needed for one piece of work. `at` is what the work
 * grows with, 0 if nothing. The sides take turns, in an order drawn anew for
 * each repeat from the seed. spread is (largest - smallest) / median.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BENCH_REPEATS_MAX 101
#define BENCH_SIDES_MAX	  8

struct bench_option {
	const char *name; /* --name=value, from 1 to most */
	unsigned long *value;
	unsigned long smoke; /* its value with --smoke */
	unsigned long most;
};

/* Options of every benchmark, beside its own: --repeats, --seed, --smoke. */
extern unsigned long bench_repeats;
extern bool bench_smoke;

/* Reads the options, whose table ends with a name of NULL; says on which
 * machine this runs; pins this thread. */
void bench_begin(int argc, char **argv, const struct bench_option *options);

uint64_t bench_now(void); /* nanoseconds */

/* Pin this thread to the nth CPU it may use; that CPU, -1 if it may not. */
int bench_pin(unsigned nth);

/* This thread may use all CPUs again; so may those that it makes. */
void bench_unpin(void);

unsigned bench_cpus(void); /* how many this program may use */

uint64_t bench_random(void); /* of this program's seed; one thread */

/* 0 to count - 1, in an order drawn anew. */
void bench_order(unsigned *order, unsigned count);

_Noreturn void bench_die(const char *what);
void *bench_memory(size_t count, size_t bytes); /* zeroed, or it ends */

/* What one repeat of one side needed, for each of `pieces`. */
typedef double (*bench_once)(const void *side, void *arg);

struct bench_work {
	const char *work;
	unsigned long at;
	const char *unit;
	unsigned long pieces; /* told in the line: what one repeat did */
	bench_once once;
	void *arg;
};

/* Once to warm up, then the repeats; a line for each side. */
void bench_run(const struct bench_work *work, const char *const *names,
	       const void *const *sides, unsigned count);

/* A line of samples that were taken elsewhere. Sorts them. */
void bench_line(const struct bench_work *work, const char *side,
		double *samples, unsigned long count);

#endif
