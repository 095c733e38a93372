/* SPDX-License-Identifier: MIT */
/*
 * bench.c - options, clock, pinning, repeats and the line of a benchmark.
 */
#define _GNU_SOURCE /* pinning is no POSIX */
#include "bench.h"

#include <pthread.h>
#include <sched.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

unsigned long bench_repeats = 11;
bool bench_smoke;
static unsigned long seed = 1;
static uint64_t state;

void bench_die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

void *bench_memory(size_t count, size_t bytes)
{
	void *got = calloc(count, bytes);

	if (!got)
		bench_die("out of memory");
	return got;
}

uint64_t bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#ifdef __linux__
/* Those that this program had when it began: NULL if that is not told. Asked
 * first in bench_begin(), before any pinning and by one thread. */
static const cpu_set_t *all_cpus(void)
{
	static cpu_set_t all;
	static bool known;

	if (!known)
		known = !sched_getaffinity(0, sizeof(all), &all);
	return known ? &all : NULL;
}
#endif

unsigned bench_cpus(void)
{
#ifdef __linux__
	if (all_cpus())
		return (unsigned)CPU_COUNT(all_cpus());
#endif
	return 1;
}

int bench_pin(unsigned nth)
{
#ifdef __linux__
	const cpu_set_t *all = all_cpus();
	cpu_set_t one;
	int cpu;

	if (!all)
		return -1;
	nth %= bench_cpus();
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, all) || nth--)
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

void bench_unpin(void)
{
#ifdef __linux__
	const cpu_set_t *all = all_cpus();

	if (all)
		(void)sched_setaffinity(0, sizeof(*all), all);
#endif
}

uint64_t bench_random(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void bench_order(unsigned *order, unsigned count)
{
	unsigned i, j;

	for (i = 0; i < count; i++) {
		j = (unsigned)(bench_random() % (i + 1));
		order[i] = order[j];
		order[j] = i;
	}
}

/* ----------------------------------------------------------------- options */

static const struct bench_option common[] = {
	{ "repeats", &bench_repeats, 1, BENCH_REPEATS_MAX },
	{ "seed", &seed, 1, UINT32_MAX },
	{ NULL, NULL, 0, 0 },
};

static void print_options(const struct bench_option *o)
{
	for (; o->name; o++)
		fprintf(stderr, " [--%s=%lu]", o->name, *o->value);
}

static _Noreturn void usage(const char *program,
			    const struct bench_option *options)
{
	fprintf(stderr, "usage: %s [--smoke]", program);
	print_options(common);
	print_options(options);
	fprintf(stderr, "\n");
	exit(2);
}

static void smoke(const struct bench_option *o)
{
	for (; o->name; o++)
		*o->value = o->smoke;
}

static bool set(const struct bench_option *o, const char *word)
{
	size_t length = strcspn(word, "=");
	char *end = NULL;

	for (; o->name; o++) {
		if (strlen(o->name) != length ||
		    strncmp(o->name, word, length) || word[length] != '=')
			continue;
		*o->value = strtoul(word + length + 1, &end, 10);
		return !*end && *o->value && *o->value <= o->most;
	}
	return false;
}

/* The first line that has this key, behind the colon. */
static void machine_word(const char *path, const char *key, char *word,
			 size_t size)
{
	FILE *file = fopen(path, "r");
	char line[256];

	snprintf(word, size, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, key, strlen(key)))
			continue;
		colon[strcspn(colon, "\n")] = 0;
		snprintf(word, size, "%s", colon + (colon[1] ? 2 : 1));
		break;
	}
	if (file)
		fclose(file);
}

static void say_machine(const char *program)
{
	const char *slash = strrchr(program, '/');
	struct utsname name;
	char cpu[128];

	uname(&name);
	machine_word("/proc/cpuinfo", "model name", cpu, sizeof(cpu));
	printf("program=%s cpu=\"%s\" cores=%ld machine=%s system=\"%s %s\" "
	       "cc=\"%s\" seed=%lu repeats=%lu\n",
	       slash ? slash + 1 : program, cpu, sysconf(_SC_NPROCESSORS_ONLN),
	       name.machine, name.sysname, name.release, __VERSION__, seed,
	       bench_repeats);
	fflush(stdout);
}

static void *nothing(void *arg)
{
	return arg;
}

/* Some C libraries lock without atomics until the first thread is made. What
 * is measured here is used in servers, which have threads. */
static void have_threads(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, nothing, NULL))
		bench_die("cannot make a thread");
	pthread_join(thread, NULL);
}

void bench_begin(int argc, char **argv, const struct bench_option *options)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--smoke")) {
			bench_smoke = true;
			smoke(common);
			smoke(options);
		} else if (strncmp(argv[i], "--", 2) ||
			   (!set(common, argv[i] + 2) &&
			    !set(options, argv[i] + 2))) {
			usage(argv[0], options);
		}
	}
	state = seed;
	say_machine(argv[0]);
	have_threads();
	bench_pin(0);
}

/* ------------------------------------------------------------- the repeats */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bench_line(const struct bench_work *work, const char *side,
		double *samples, unsigned long count)
{
	double median;

	qsort(samples, count, sizeof(*samples), compare);
	median = count % 2 ? samples[count / 2] :
			     (samples[count / 2 - 1] + samples[count / 2]) / 2;
	printf("work=%s side=%s at=%lu value=%.2f unit=%s spread=%.2f "
	       "repeats=%lu pieces=%lu\n",
	       work->work, side, work->at, median, work->unit,
	       median > 0 ? (samples[count - 1] - samples[0]) / median : 0,
	       count, work->pieces);
	fflush(stdout);
}

void bench_run(const struct bench_work *work, const char *const *names,
	       const void *const *sides, unsigned count)
{
	static double samples[BENCH_SIDES_MAX][BENCH_REPEATS_MAX];
	unsigned order[BENCH_SIDES_MAX];
	unsigned long repeat;
	unsigned i;

	for (i = 0; i < count && !bench_smoke; i++)
		work->once(sides[i], work->arg);
	for (repeat = 0; repeat < bench_repeats; repeat++) {
		bench_order(order, count);
		for (i = 0; i < count; i++)
			samples[order[i]][repeat] =
				work->once(sides[order[i]], work->arg);
	}
	for (i = 0; i < count; i++)
		bench_line(work, names[i], samples[i], bench_repeats);
}
