/* SPDX-License-Identifier: MIT */
/*
 * histogram.c - times in fixed classes, and metrics as Prometheus reads them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/histogram.h"

/* In seconds; the same numbers as Prometheus shows them. */
static const struct {
	uint64_t ns;
	const char *le;
} bounds[IVRQ__CLASSES] = {
	{ 100000, "0.0001" }, { 250000, "0.00025" },  { 500000, "0.0005" },
	{ 1000000, "0.001" }, { 2500000, "0.0025" },  { 5000000, "0.005" },
	{ 10000000, "0.01" }, { 25000000, "0.025" },  { 50000000, "0.05" },
	{ 100000000, "0.1" }, { 250000000, "0.25" },  { 500000000, "0.5" },
	{ 1000000000, "1" },  { UINT64_MAX, "+Inf" },
};

void ivrq__histogram_add(struct ivrq__histogram *histogram, uint64_t ns)
{
	unsigned i = 0;

	while (ns > bounds[i].ns)
		i++;
	histogram->class[i]++;
	histogram->sum_ns += ns;
	histogram->count++;
}

/* Room for that many bytes and a NUL. */
static int grow(struct ivrq__text *text, size_t bytes)
{
	size_t room = text->room ? text->room : 1024;
	char *more;

	while (room - text->bytes <= bytes)
		room *= 2;
	if (room == text->room)
		return 0;
	more = realloc(text->text, room);
	if (!more)
		return -1;
	text->text = more;
	text->room = room;
	return 0;
}

void ivrq__text_add(struct ivrq__text *text, const char *more)
{
	size_t bytes = strlen(more);

	if (text->failed || grow(text, bytes)) {
		text->failed = 1;
		return;
	}
	memcpy(text->text + text->bytes, more, bytes + 1);
	text->bytes += bytes;
}

static void add_number(struct ivrq__text *text, uint64_t number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64 "\n", number);
	ivrq__text_add(text, digits);
}

static void head(struct ivrq__text *text, const char *name, const char *type,
		 const char *help)
{
	ivrq__text_add(text, "# HELP ");
	ivrq__text_add(text, name);
	ivrq__text_add(text, " ");
	ivrq__text_add(text, help);
	ivrq__text_add(text, "\n# TYPE ");
	ivrq__text_add(text, name);
	ivrq__text_add(text, " ");
	ivrq__text_add(text, type);
	ivrq__text_add(text, "\n");
}

void ivrq__metric(struct ivrq__text *text, const char *name, const char *type,
		  const char *help, uint64_t value)
{
	head(text, name, type, help);
	ivrq__text_add(text, name);
	ivrq__text_add(text, " ");
	add_number(text, value);
}

void ivrq__metric_histogram(struct ivrq__text *text, const char *name,
			    const char *help,
			    const struct ivrq__histogram *histogram)
{
	uint64_t below = 0;
	char seconds[40];

	head(text, name, "histogram", help);
	for (unsigned i = 0; i < IVRQ__CLASSES; i++) {
		below += histogram->class[i];
		ivrq__text_add(text, name);
		ivrq__text_add(text, "_bucket{le=\"");
		ivrq__text_add(text, bounds[i].le);
		ivrq__text_add(text, "\"} ");
		add_number(text, below);
	}
	snprintf(seconds, sizeof(seconds), "_sum %" PRIu64 ".%09" PRIu64 "\n",
		 histogram->sum_ns / 1000000000,
		 histogram->sum_ns % 1000000000);
	ivrq__text_add(text, name);
	ivrq__text_add(text, seconds);
	ivrq__text_add(text, name);
	ivrq__text_add(text, "_count ");
	add_number(text, histogram->count);
}
