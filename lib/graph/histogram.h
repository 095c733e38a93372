/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_HISTOGRAM_H
#define IVRQ_LIB_GRAPH_HISTOGRAM_H
/*
 * histogram.h - times in fixed classes, and metrics as Prometheus reads them
 * (text format 0.0.4). Not for several threads at once: its owner has a lock.
 */
#include <stddef.h>
#include <stdint.h>

#define IVRQ__CLASSES 14u /* 100 us to 1 s by 1, 2.5, 5; then +Inf */

/* Begin with all zero. `class` is not cumulative. */
struct ivrq__histogram {
	uint64_t class[IVRQ__CLASSES];
	uint64_t sum_ns;
	uint64_t count;
};

/* A time that is a class's bound is in that class. */
void ivrq__histogram_add(struct ivrq__histogram *histogram, uint64_t ns);

/* A text that grows, with a final NUL; `failed` once there was no memory, and
 * nothing is added from then on. Begin with all zero; free(text). */
struct ivrq__text {
	char *text;
	size_t bytes; /* without the NUL */
	size_t room;
	int failed;
};

void ivrq__text_add(struct ivrq__text *text, const char *more);

/* `type` is "counter" or "gauge"; `help` is one line without a backslash. */
void ivrq__metric(struct ivrq__text *text, const char *name, const char *type,
		  const char *help, uint64_t value);
void ivrq__metric_histogram(struct ivrq__text *text, const char *name,
			    const char *help,
			    const struct ivrq__histogram *histogram);

#endif
