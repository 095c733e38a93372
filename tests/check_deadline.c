/* SPDX-License-Identifier: MIT */
/* check_deadline: the heap of deadlines, against a plain array. */
#include "core/deadline.h"
#include "ct.h"

enum { NODES = 200, STEPS = 20000 };

struct node {
	char before[24]; /* the heap lives inside something larger */
	struct ivrq__due due;
	char after[8];
};

static struct node nodes[NODES];
static struct ivrq__deadlines heap;

static void set_up(void)
{
	memset(nodes, 0, sizeof(nodes));
	heap.base = (char *)&nodes[0].due;
	heap.stride = sizeof(nodes[0]);
	heap.root = 0;
}

static void first_is(uint32_t ref, uint64_t at)
{
	uint32_t got = UINT32_MAX;
	uint64_t time = 0;

	ck_assert(ivrq__deadlines_first(&heap, &got, &time));
	ck_assert_uint_eq(got, ref);
	ck_assert_uint_eq(time, at);
}

START_TEST(test_first_of_none_is_false)
{
	uint32_t ref = 7;
	uint64_t at = 7;

	set_up();
	ck_assert(!ivrq__deadlines_first(&heap, &ref, &at));
	ck_assert_uint_eq(ref, 7);
}
END_TEST

START_TEST(test_add_earlier_becomes_the_first)
{
	set_up();
	ivrq__deadlines_add(&heap, 0, 20);
	ivrq__deadlines_add(&heap, 1, 10);
	first_is(1, 10);
	ivrq__deadlines_add(&heap, 2, UINT64_MAX);
	first_is(1, 10);
}
END_TEST

START_TEST(test_remove_of_the_first_brings_the_next)
{
	static const uint32_t order[] = { 3, 0, 4, 1, 2 };
	uint64_t at = 0;
	uint32_t i;

	set_up();
	for (i = 0; i < 5; i++)
		ivrq__deadlines_add(&heap, order[i], order[i] * 10);
	for (i = 0; i < 5; i++, at += 10) {
		first_is(i, at);
		ivrq__deadlines_remove(&heap, i);
	}
	ck_assert_uint_eq(heap.root, 0);
}
END_TEST

START_TEST(test_remove_of_what_is_not_in_there_does_nothing)
{
	set_up();
	ivrq__deadlines_remove(&heap, 5);
	ck_assert_uint_eq(heap.root, 0);
	ivrq__deadlines_add(&heap, 1, 10);
	ivrq__deadlines_add(&heap, 2, 20);
	ivrq__deadlines_add(&heap, 3, 30);
	ivrq__deadlines_remove(&heap, 2);
	ivrq__deadlines_remove(&heap, 2);
	first_is(1, 10);
	ivrq__deadlines_remove(&heap, 1);
	first_is(3, 30);
}
END_TEST

START_TEST(test_add_again_after_remove_has_the_new_time)
{
	set_up();
	ivrq__deadlines_add(&heap, 1, 10);
	ivrq__deadlines_add(&heap, 2, 20);
	ivrq__deadlines_remove(&heap, 1);
	ivrq__deadlines_add(&heap, 1, 30);
	first_is(2, 20);
	ivrq__deadlines_remove(&heap, 2);
	first_is(1, 30);
}
END_TEST

START_TEST(test_ties_all_come_out)
{
	uint32_t i, ref;
	uint64_t at;

	set_up();
	for (i = 0; i < NODES; i++)
		ivrq__deadlines_add(&heap, i, 5);
	for (i = 0; i < NODES; i++) {
		ck_assert(ivrq__deadlines_first(&heap, &ref, &at));
		ck_assert_uint_eq(at, 5);
		ivrq__deadlines_remove(&heap, ref);
	}
	ck_assert(!ivrq__deadlines_first(&heap, &ref, &at));
}
END_TEST

/* ------------------------------------------------------- against an array */

static uint64_t seed;

static uint32_t random_below(uint32_t limit)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % limit;
}

static uint64_t earliest(const uint64_t *times)
{
	uint64_t least = UINT64_MAX;
	uint32_t i;

	for (i = 0; i < NODES; i++)
		if (times[i] < least)
			least = times[i];
	return least;
}

/* Few times, so that there are ties; UINT64_MAX in the array: not in there. */
START_TEST(test_random_adds_and_removes_agree_with_an_array)
{
	const char *given = getenv("IVRQ_SEED");
	uint64_t times[NODES], at;
	uint32_t i, ref, wrong = 0;

	seed = given ? strtoull(given, NULL, 10) : 42;
	printf("IVRQ_SEED=%" PRIu64 "\n", seed);
	set_up();
	memset(times, 0xff, sizeof(times));
	for (i = 0; i < STEPS && !wrong; i++) {
		ref = random_below(NODES);
		if (times[ref] == UINT64_MAX && random_below(3)) {
			times[ref] = random_below(i % 2 ? 40 : 100000);
			ivrq__deadlines_add(&heap, ref, times[ref]);
		} else {
			times[ref] = UINT64_MAX;
			ivrq__deadlines_remove(&heap, ref);
		}
		if (ivrq__deadlines_first(&heap, &ref, &at))
			wrong += at != earliest(times) || times[ref] != at;
		else
			wrong += earliest(times) != UINT64_MAX;
	}
	ck_assert_msg(!wrong, "step %u", (unsigned)i);
	while (ivrq__deadlines_first(&heap, &ref, &at)) {
		ck_assert_uint_eq(at, earliest(times));
		times[ref] = UINT64_MAX;
		ivrq__deadlines_remove(&heap, ref);
	}
	ck_assert_uint_eq(earliest(times), UINT64_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("deadline");
	TCase *tcase = tcase_create("deadline");

	tcase_add_test(tcase, test_first_of_none_is_false);
	tcase_add_test(tcase, test_add_earlier_becomes_the_first);
	tcase_add_test(tcase, test_remove_of_the_first_brings_the_next);
	tcase_add_test(tcase, test_remove_of_what_is_not_in_there_does_nothing);
	tcase_add_test(tcase, test_add_again_after_remove_has_the_new_time);
	tcase_add_test(tcase, test_ties_all_come_out);
	tcase_add_test(tcase, test_random_adds_and_removes_agree_with_an_array);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
