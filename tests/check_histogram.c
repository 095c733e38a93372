/* SPDX-License-Identifier: MIT */
/* check_histogram: the classes, and the text that Prometheus reads. */
#include "ct.h"
#include "graph/histogram.h"

/* ------------------------------------------------------------ memory ends here */

static int fail_at = -1; /* calls of realloc until one is refused */

void *__real_realloc(void *memory, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);

void *__wrap_realloc(void *memory, size_t bytes)
{
	if (fail_at >= 0 && !fail_at--)
		return NULL;
	return __real_realloc(memory, bytes);
}

/* ------------------------------------------------------------------ the classes */

#define FINITE (IVRQ__CLASSES - 1)

static const uint64_t bounds_us[FINITE] = { 100,    250,    500,    1000,
					    2500,   5000,   10000,  25000,
					    50000,  100000, 250000, 500000,
					    1000000 };

START_TEST(test_histogram_add_at_a_bound_is_inside)
{
	uint64_t bound = bounds_us[_i] * 1000;
	struct ivrq__histogram histogram = { .count = 0 };
	unsigned i;

	ivrq__histogram_add(&histogram, bound);
	ivrq__histogram_add(&histogram, bound);
	ivrq__histogram_add(&histogram, bound + 1);
	for (i = 0; i < IVRQ__CLASSES; i++)
		ck_assert_uint_eq(histogram.class[i], i == (unsigned)_i ? 2 :
						      i == (unsigned)_i + 1 ?
									  1 :
									  0);
	ck_assert_uint_eq(histogram.count, 3);
	ck_assert_uint_eq(histogram.sum_ns, 3 * bound + 1);
}
END_TEST

START_TEST(test_histogram_add_of_least_and_most_has_a_class)
{
	struct ivrq__histogram histogram = { .count = 0 };

	ivrq__histogram_add(&histogram, 0);
	ivrq__histogram_add(&histogram, UINT64_MAX);
	ck_assert_uint_eq(histogram.class[0], 1);
	ck_assert_uint_eq(histogram.class[FINITE], 1);
	ck_assert_uint_eq(histogram.sum_ns, UINT64_MAX);
}
END_TEST

/* --------------------------------------------------------------------- the text */

START_TEST(test_metric_writes_its_three_lines)
{
	struct ivrq__text text = { .text = NULL };

	ivrq__metric(&text, "ivrq_requests_total", "counter", "Requests.",
		     UINT64_MAX);
	ivrq__metric(&text, "ivrq_waiting", "gauge", "Not sent yet.", 0);
	ck_assert_int_eq(text.failed, 0);
	ck_assert_str_eq(text.text, "# HELP ivrq_requests_total Requests.\n"
				    "# TYPE ivrq_requests_total counter\n"
				    "ivrq_requests_total 18446744073709551615\n"
				    "# HELP ivrq_waiting Not sent yet.\n"
				    "# TYPE ivrq_waiting gauge\n"
				    "ivrq_waiting 0\n");
	ck_assert_uint_eq(text.bytes, strlen(text.text));
	free(text.text);
}
END_TEST

START_TEST(test_metric_histogram_writes_cumulative_seconds)
{
	struct ivrq__histogram histogram = { .count = 0 };
	struct ivrq__text text = { .text = NULL };

	ivrq__histogram_add(&histogram, 99999);
	ivrq__histogram_add(&histogram, 3000000);
	ivrq__histogram_add(&histogram, 1000000000);
	ivrq__histogram_add(&histogram, 2000000001);
	ivrq__metric_histogram(&text, "t_seconds", "Times.", &histogram);
	ck_assert_str_eq(text.text, "# HELP t_seconds Times.\n"
				    "# TYPE t_seconds histogram\n"
				    "t_seconds_bucket{le=\"0.0001\"} 1\n"
				    "t_seconds_bucket{le=\"0.00025\"} 1\n"
				    "t_seconds_bucket{le=\"0.0005\"} 1\n"
				    "t_seconds_bucket{le=\"0.001\"} 1\n"
				    "t_seconds_bucket{le=\"0.0025\"} 1\n"
				    "t_seconds_bucket{le=\"0.005\"} 2\n"
				    "t_seconds_bucket{le=\"0.01\"} 2\n"
				    "t_seconds_bucket{le=\"0.025\"} 2\n"
				    "t_seconds_bucket{le=\"0.05\"} 2\n"
				    "t_seconds_bucket{le=\"0.1\"} 2\n"
				    "t_seconds_bucket{le=\"0.25\"} 2\n"
				    "t_seconds_bucket{le=\"0.5\"} 2\n"
				    "t_seconds_bucket{le=\"1\"} 3\n"
				    "t_seconds_bucket{le=\"+Inf\"} 4\n"
				    "t_seconds_sum 3.003100000\n"
				    "t_seconds_count 4\n");
	free(text.text);
}
END_TEST

/* -------------------------------------------------------------- a strict reader */

/* Takes the word off *at. */
static void eat(const char **at, const char *word)
{
	size_t length = strlen(word);

	ck_assert_msg(!strncmp(*at, word, length), "%s wanted at: %s", word,
		      *at);
	*at += length;
}

static void eat_name(const char **at, char name[64])
{
	size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyz_:0123456789");

	ck_assert(length && length < 64 && (**at < '0' || **at > '9'));
	memcpy(name, *at, length);
	name[length] = 0;
	*at += length;
}

static double eat_number(const char **at, char stop)
{
	char *end;
	double number = strtod(*at, &end);

	ck_assert_msg(end != *at && strchr("+0123456789", **at), "%s", *at);
	ck_assert_int_eq(*end, stop);
	*at = end + 1;
	return number;
}

/* The buckets of one histogram: rising, in order, the last infinite. */
static void read_histogram(const char **at, const char *name,
			   const struct ivrq__histogram *histogram)
{
	double le, last_le = -1, value, last = 0;
	uint64_t below = 0;
	unsigned i;

	for (i = 0; i < IVRQ__CLASSES; i++, last_le = le, last = value) {
		eat(at, name);
		eat(at, "_bucket{le=\"");
		le = eat_number(at, '"');
		eat(at, "} ");
		value = eat_number(at, '\n');
		below += histogram->class[i];
		ck_assert(le > last_le && value >= last);
		ck_assert(value == (double)below);
		if (i < FINITE)
			ck_assert(le == (double)bounds_us[i] / 1e6);
	}
	ck_assert(last_le > 1e300); /* infinite */
	eat(at, name);
	eat(at, "_sum ");
	value = eat_number(at, '\n');
	ck_assert_double_eq_tol(value, (double)histogram->sum_ns / 1e9, 1e-6);
	eat(at, name);
	eat(at, "_count ");
	ck_assert(eat_number(at, '\n') == last);
}

static void read_head(const char **at, const char *type, char name[64])
{
	char again[64];

	eat(at, "# HELP ");
	eat_name(at, name);
	eat(at, " ");
	*at += strcspn(*at, "\n");
	eat(at, "\n# TYPE ");
	eat_name(at, again);
	ck_assert_str_eq(again, name);
	eat(at, " ");
	eat(at, type);
	eat(at, "\n");
}

START_TEST(test_metrics_of_many_are_read_back)
{
	struct ivrq__histogram histogram = { .count = 0 };
	struct ivrq__text text = { .text = NULL };
	uint64_t ns = 1;
	const char *at;
	char name[64];
	unsigned i;

	for (i = 0; i < 100; i++, ns = ns * 5 % 3000000019)
		ivrq__histogram_add(&histogram, ns);
	for (i = 0; i < 20; i++) {
		ivrq__metric(&text, "a_total", "counter", "Some help.", i);
		ivrq__metric_histogram(&text, "b_seconds", "Help.", &histogram);
	}
	for (at = text.text, i = 0; i < 20; i++) {
		read_head(&at, "counter", name);
		eat(&at, name);
		eat(&at, " ");
		ck_assert(eat_number(&at, '\n') == i);
		read_head(&at, "histogram", name);
		read_histogram(&at, name, &histogram);
	}
	ck_assert_int_eq(*at, 0);
	ck_assert_uint_eq((size_t)(at - text.text), text.bytes);
	free(text.text);
}
END_TEST

/* Whatever its length, around those at which it grows. */
START_TEST(test_metric_of_any_length_ends_with_its_nul)
{
	char help[1100];
	size_t length;

	for (length = 0; length < sizeof(help); length++) {
		struct ivrq__text text = { .text = NULL };

		memset(help, 'h', length);
		help[length] = 0;
		ivrq__metric(&text, "a", "gauge", help, 1);
		ck_assert_uint_eq(text.bytes, length + 29);
		ck_assert_uint_lt(text.bytes, text.room);
		ck_assert_uint_eq(strlen(text.text), text.bytes);
		free(text.text);
	}
}
END_TEST

START_TEST(test_metric_without_memory_fails_and_keeps_what_was)
{
	struct ivrq__text whole = { .text = NULL };
	struct ivrq__text text;
	unsigned i, n;

	for (i = 0; i < 100; i++)
		ivrq__metric(&whole, "a", "gauge", "Help.", i);
	for (n = 0; n < 3; n++) {
		memset(&text, 0, sizeof(text));
		fail_at = (int)n;
		for (i = 0; i < 100; i++)
			ivrq__metric(&text, "a", "gauge", "Help.", i);
		fail_at = -1;
		ck_assert_int_eq(text.failed, 1);
		ck_assert_int_eq(!text.text, !n);
		ck_assert(text.bytes < whole.bytes);
		if (n)
			ck_assert_mem_eq(text.text, whole.text, text.bytes);
		ivrq__metric(&text, "b", "gauge", "Help.", 1);
		ck_assert_int_eq(text.failed, 1);
		free(text.text);
	}
	free(whole.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("histogram");
	TCase *classes = tcase_create("classes");
	TCase *text = tcase_create("text");

	tcase_add_loop_test(classes, test_histogram_add_at_a_bound_is_inside, 0,
			    FINITE);
	tcase_add_test(classes,
		       test_histogram_add_of_least_and_most_has_a_class);
	suite_add_tcase(suite, classes);
	tcase_add_test(text, test_metric_writes_its_three_lines);
	tcase_add_test(text, test_metric_histogram_writes_cumulative_seconds);
	tcase_add_test(text, test_metrics_of_many_are_read_back);
	tcase_add_test(text, test_metric_of_any_length_ends_with_its_nul);
	tcase_add_test(text,
		       test_metric_without_memory_fails_and_keeps_what_was);
	suite_add_tcase(suite, text);
	return ct_run(suite);
}
