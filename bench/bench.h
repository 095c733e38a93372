/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_BENCH_H
#define IVRQ_BENCH_H
/*
 * bench.h - what benchmarks share: options, a clock, pinning, and the line.
 *
 * Include it first: pinning is no POSIX.
 *
 * A line has the time of one operation of ours and of the baseline's, both the
 * median over the repeats, which took turns. ratio is ours over the baseline's;
 * spread is (largest - smallest) / median of ours.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_REPEATS_MAX 1000

struct bench_option {
	const char *name; /* --name=value */
	unsigned long *value;
	unsigned long smoke; /* its value with --smoke */
	unsigned long most;
};

static inline void bench_usage(const char *program,
			       const struct bench_option *options)
{
	fprintf(stderr, "usage: %s [--smoke]", program);
	for (; options->name; options++)
		fprintf(stderr, " [--%s=%lu]", options->name, *options->value);
	fprintf(stderr, "\n");
	exit(2);
}

/* Each is a number, 1 to most. The table ends with a name of NULL. */
static inline void bench_parse(int argc, char **argv,
			       const struct bench_option *options)
{
	const struct bench_option *o;
	int i;

	for (i = 1; i < argc; i++) {
		const char *value = strchr(argv[i], '=');
		char *end = NULL;

		if (!strcmp(argv[i], "--smoke")) {
			for (o = options; o->name; o++)
				*o->value = o->smoke;
			continue;
		}
		if (strncmp(argv[i], "--", 2) || !value)
			bench_usage(argv[0], options);
		for (o = options; o->name; o++)
			if (strlen(o->name) == (size_t)(value - argv[i] - 2) &&
			    !strncmp(o->name, argv[i] + 2, strlen(o->name)))
				break;
		if (!o->name)
			bench_usage(argv[0], options);
		*o->value = strtoul(value + 1, &end, 10);
		if (*end || !*o->value || *o->value > o->most)
			bench_usage(argv[0], options);
	}
}

static inline uint64_t bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Pin this thread to the nth CPU it may use; that CPU, -1 if it may not. */
static inline int bench_pin(unsigned nth)
{
#ifdef __linux__
	static cpu_set_t all;
	static bool known;
	cpu_set_t one;
	int cpu;

	if (!known) {
		if (sched_getaffinity(0, sizeof(all), &all))
			return -1;
		known = true;
	}
	nth %= (unsigned)CPU_COUNT(&all);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &all) || nth--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		return sched_setaffinity(0, sizeof(one), &one) ? -1 : cpu;
	}
#else
	(void)nth;
#endif
	return -1;
}

static inline int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts them. */
static inline double bench_median(double *samples, unsigned long count)
{
	qsort(samples, count, sizeof(*samples), bench_compare);
	return count % 2 ? samples[count / 2] :
			   (samples[count / 2 - 1] + samples[count / 2]) / 2;
}

/* Nanoseconds for each operation, one sample a repeat. */
struct bench_samples {
	double ours[BENCH_REPEATS_MAX];
	double base[BENCH_REPEATS_MAX];
	unsigned long repeats;
	unsigned long ops; /* in one repeat */
	const char *cpus;
};

static inline void bench_line(const char *name, struct bench_samples *s)
{
	double ours = bench_median(s->ours, s->repeats);
	double base = bench_median(s->base, s->repeats);
	double spread = (s->ours[s->repeats - 1] - s->ours[0]) / ours;

	printf("bench=%s ns_p50=%.1f base_ns_p50=%.1f ratio=%.4f ops=%lu "
	       "repeats=%lu spread=%.2f cpus=%s\n",
	       name, ours, base, ours / base, s->ops, s->repeats, spread,
	       s->cpus);
	fflush(stdout);
}

#endif
