/* SPDX-License-Identifier: MIT */
/* check_repeat: what is remembered, for how long, and what is forgotten. */
#include "ct.h"
#include "graph/repeat.h"

#define S UINT64_C(1000000000)

/* ------------------------------------------------------------ memory ends here */

static int fail_at = -1; /* allocations until one is refused */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);

void *__wrap_malloc(size_t bytes)
{
	return fail_at >= 0 && !fail_at-- ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return fail_at >= 0 && !fail_at-- ? NULL : __real_calloc(count, bytes);
}

/* --------------------------------------------------------------------- the stage */

static const ivrq_uuid call = { { 1, 2, 3 } };
static struct ivrq__repeats *table;

static struct ivrq__repeats *create(uint32_t count, uint32_t seconds)
{
	table = ivrq__repeats_create(count, seconds);
	ck_assert_ptr_nonnull(table);
	return table;
}

static void done(void)
{
	ivrq__repeats_destroy(table);
	table = NULL;
}

/* An answer with its number as the status and in the body. */
static int add(unsigned number, const char *id, uint64_t now_ns)
{
	char body[32];
	struct ivrq__repeat answer = { .status = (int)number, .body = body };

	answer.bytes = (size_t)sprintf(body, "body %u", number);
	return ivrq__repeats_add(table, &call, IVRQ_JSON_PLAY_PROMPT, id,
				 now_ns, &answer);
}

/* The number, or -1. */
static int find(const char *id, uint64_t now_ns)
{
	struct ivrq__repeat answer;
	char body[32];

	ct_mark(&answer, sizeof(answer));
	if (!ivrq__repeats_find(table, &call, IVRQ_JSON_PLAY_PROMPT, id, now_ns,
				&answer)) {
		ck_assert(ct_untouched(&answer, sizeof(answer)));
		return -1;
	}
	sprintf(body, "body %d", answer.status);
	ck_assert_str_eq(answer.body, body);
	ck_assert_uint_eq(answer.bytes, strlen(body));
	ck_assert_ptr_null(answer.location);
	ck_assert_ptr_null(answer.counts);
	return answer.status;
}

/* ------------------------------------------------------------------- the answer */

START_TEST(test_repeats_find_of_an_added_one_is_a_whole_copy)
{
	char location[] = "https://a/b", counts[] = "1 2", body[] = "{\0\"x\"}";
	char id[] = "an id";
	struct ivrq__repeat answer = { 201, location, counts, body,
				       sizeof(body) - 1 };

	create(4, 10);
	ck_assert_int_eq(ivrq__repeats_add(table, &call,
					   IVRQ_JSON_RECORD_RESPONSE, id, 5,
					   &answer),
			 0);
	memset(location, 'z', 3);
	memset(counts, 'z', 3);
	memset(body, 'z', sizeof(body));
	memset(id, 'z', 3);
	ct_mark(&answer, sizeof(answer));
	ck_assert(ivrq__repeats_find(table, &call, IVRQ_JSON_RECORD_RESPONSE,
				     "an id", 6, &answer));
	ck_assert_int_eq(answer.status, 201);
	ck_assert_str_eq(answer.location, "https://a/b");
	ck_assert_str_eq(answer.counts, "1 2");
	ck_assert_uint_eq(answer.bytes, 6);
	ck_assert_mem_eq(answer.body, "{\0\"x\"}", 7);
	done();
}
END_TEST

START_TEST(test_repeats_add_of_an_empty_body_is_found)
{
	struct ivrq__repeat answer = { .status = 204 };

	create(4, 10);
	ck_assert_int_eq(ivrq__repeats_add(table, &call, IVRQ_JSON_PLAY_PROMPT,
					   "i", 0, &answer),
			 0);
	ck_assert(ivrq__repeats_find(table, &call, IVRQ_JSON_PLAY_PROMPT, "i",
				     0, &answer));
	ck_assert_int_eq(answer.status, 204);
	ck_assert_ptr_null(answer.location);
	ck_assert_uint_eq(answer.bytes, 0);
	ck_assert_str_eq(answer.body, "");
	done();
}
END_TEST

START_TEST(test_repeats_find_of_another_call_action_or_id_is_none)
{
	static const ivrq_uuid other = { { 1, 2, 4 } };
	struct ivrq__repeat answer;

	create(4, 10);
	ck_assert_int_eq(add(1, "id", 0), 0);
	ck_assert_int_eq(find("id", 0), 1);
	ck_assert_int_eq(find("Id", 0), -1);
	ck_assert_int_eq(find("i", 0), -1);
	ck_assert_int_eq(find("id2", 0), -1);
	ck_assert(!ivrq__repeats_find(table, &other, IVRQ_JSON_PLAY_PROMPT,
				      "id", 0, &answer));
	ck_assert(!ivrq__repeats_find(table, &call, IVRQ_JSON_RECORD_RESPONSE,
				      "id", 0, &answer));
	done();
}
END_TEST

START_TEST(test_repeats_add_twice_keeps_the_first)
{
	create(4, 10);
	ck_assert_int_eq(add(1, "id", 0), 0);
	ck_assert_int_eq(add(2, "id", 9 * S), IVRQ_EALREADY);
	ck_assert_int_eq(find("id", 9 * S), 1);
	ck_assert_int_eq(add(3, "id", 10 * S), 0);
	ck_assert_int_eq(find("id", 10 * S), 3);
	done();
}
END_TEST

START_TEST(test_repeats_of_no_id_or_one_too_long_remember_nothing)
{
	char id[IVRQ__REPEAT_ID_MAX + 2];

	create(1, 10);
	memset(id, 'i', sizeof(id));
	id[IVRQ__REPEAT_ID_MAX + 1] = 0;
	ck_assert_int_eq(add(1, "kept", 0), 0);
	ck_assert_int_eq(add(2, id, 0), 0);
	ck_assert_int_eq(find(id, 0), -1);
	ck_assert_int_eq(add(2, "", 0), 0);
	ck_assert_int_eq(find("", 0), -1);
	ck_assert_int_eq(add(2, NULL, 0), 0);
	ck_assert_int_eq(find(NULL, 0), -1);
	ck_assert_int_eq(find("kept", 0), 1);
	id[IVRQ__REPEAT_ID_MAX] = 0;
	ck_assert_int_eq(add(3, id, 0), 0);
	ck_assert_int_eq(find(id, 0), 3);
	done();
}
END_TEST

/* --------------------------------------------------------------- age and number */

START_TEST(test_repeats_find_at_the_end_of_its_time_is_none)
{
	create(4, 10);
	ck_assert_int_eq(add(1, "one", 5), 0);
	ck_assert_int_eq(add(2, "two", 1 * S), 0);
	ck_assert_int_eq(find("one", 10 * S + 4), 1);
	ck_assert_int_eq(find("one", 10 * S + 5), -1);
	ck_assert_int_eq(find("two", 10 * S + 5), 2);
	ck_assert_int_eq(find("two", 11 * S), -1);
	done();
}
END_TEST

START_TEST(test_repeats_find_with_an_earlier_time_is_found)
{
	create(4, 10);
	ck_assert_int_eq(add(1, "one", 20 * S), 0);
	ck_assert_int_eq(add(2, "two", 20 * S - 1), 0);
	ck_assert_int_eq(find("one", 1), 1);
	ck_assert_int_eq(find("two", 1), 2);
	done();
}
END_TEST

START_TEST(test_repeats_add_to_a_full_table_forgets_the_oldest)
{
	create(2, 10);
	ck_assert_int_eq(add(1, "one", 0), 0);
	ck_assert_int_eq(add(2, "two", 1), 0);
	ck_assert_int_eq(find("one", 1), 1);
	ck_assert_int_eq(find("two", 1), 2);
	ck_assert_int_eq(add(3, "three", 2), 0);
	ck_assert_int_eq(find("one", 2), -1);
	ck_assert_int_eq(find("two", 2), 2);
	ck_assert_int_eq(find("three", 2), 3);
	ck_assert_int_eq(add(4, "four", 10 * S + 1), 0); /* two is too old */
	ck_assert_int_eq(find("two", 10 * S + 1), -1);
	ck_assert_int_eq(find("three", 10 * S + 1), 3);
	ck_assert_int_eq(find("four", 10 * S + 1), 4);
	done();
}
END_TEST

START_TEST(test_repeats_of_no_room_or_no_time_remember_nothing)
{
	create(0, 10);
	ck_assert_int_eq(add(1, "one", 0), 0);
	ck_assert_int_eq(find("one", 0), -1);
	done();
	create(10, 0);
	ck_assert_int_eq(add(1, "one", 1), 0);
	ck_assert_int_eq(find("one", 0), -1);
	done();
}
END_TEST

/* All, against a list that is searched from end to end. */
START_TEST(test_repeats_of_random_steps_agree_with_a_list)
{
	enum { COUNT = 7, LIFE = 20, IDS = 24, STEPS = 20000 };
	struct {
		int number;
		uint64_t at_ns;
	} known[IDS] = { { 0, 0 } }; /* number 0: not known */
	uint64_t now_ns = 0, seed = 88172645463325252, forgotten = 0;
	unsigned step, i, used, oldest;
	char id[8];

	create(COUNT, LIFE);
	for (step = 1; step <= STEPS; step++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		now_ns += seed % 97 ? seed / 97 % (4 * S) : 15 * S;
		for (i = used = 0, oldest = IDS; i < IDS; i++) {
			if (known[i].number &&
			    now_ns - known[i].at_ns >= LIFE * S)
				known[i].number = 0;
			used += !!known[i].number;
			if (known[i].number &&
			    (oldest == IDS ||
			     known[i].number < known[oldest].number))
				oldest = i;
		}
		i = (unsigned)(seed >> 40) % IDS;
		sprintf(id, "id%u", i);
		ck_assert_int_eq(find(id, now_ns),
				 known[i].number ? known[i].number : -1);
		if (seed >> 32 & 1)
			continue;
		ck_assert_int_eq(add(step, id, now_ns),
				 known[i].number ? IVRQ_EALREADY : 0);
		if (known[i].number)
			continue;
		known[i].number = (int)step;
		known[i].at_ns = now_ns;
		if (used < COUNT)
			continue;
		known[oldest].number = 0;
		forgotten++;
		/* It, and nothing else. */
		for (i = 0; i < IDS; i++) {
			sprintf(id, "id%u", i);
			ck_assert_int_eq(find(id, now_ns),
					 known[i].number ? known[i].number :
							   -1);
		}
	}
	ck_assert_uint_gt(forgotten, 0);
	done();
}
END_TEST

/* --------------------------------------------------------------------- no memory */

START_TEST(test_repeats_create_without_memory_is_null)
{
	int n;

	for (n = 0; n < 3; n++) {
		fail_at = n;
		ck_assert_ptr_null(ivrq__repeats_create(4, 10));
		ck_assert_int_eq(fail_at, -1);
	}
	ivrq__repeats_destroy(NULL);
}
END_TEST

START_TEST(test_repeats_add_without_memory_changes_nothing)
{
	create(2, 10);
	ck_assert_int_eq(add(1, "one", 0), 0);
	ck_assert_int_eq(add(2, "two", 0), 0);
	fail_at = 0;
	ck_assert_int_eq(add(3, "three", 0), IVRQ_ENOMEM);
	ck_assert_int_eq(fail_at, -1);
	ck_assert_int_eq(find("one", 0), 1);
	ck_assert_int_eq(find("two", 0), 2);
	ck_assert_int_eq(find("three", 0), -1);
	done();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("repeat");
	TCase *answer = tcase_create("answer");
	TCase *bounds = tcase_create("bounds");
	TCase *memory = tcase_create("memory");

	tcase_add_test(answer,
		       test_repeats_find_of_an_added_one_is_a_whole_copy);
	tcase_add_test(answer, test_repeats_add_of_an_empty_body_is_found);
	tcase_add_test(answer,
		       test_repeats_find_of_another_call_action_or_id_is_none);
	tcase_add_test(answer, test_repeats_add_twice_keeps_the_first);
	tcase_add_test(answer,
		       test_repeats_of_no_id_or_one_too_long_remember_nothing);
	suite_add_tcase(suite, answer);
	tcase_add_test(bounds,
		       test_repeats_find_at_the_end_of_its_time_is_none);
	tcase_add_test(bounds, test_repeats_find_with_an_earlier_time_is_found);
	tcase_add_test(bounds,
		       test_repeats_add_to_a_full_table_forgets_the_oldest);
	tcase_add_test(bounds,
		       test_repeats_of_no_room_or_no_time_remember_nothing);
	tcase_add_test(bounds, test_repeats_of_random_steps_agree_with_a_list);
	suite_add_tcase(suite, bounds);
	tcase_add_test(memory, test_repeats_create_without_memory_is_null);
	tcase_add_test(memory, test_repeats_add_without_memory_changes_nothing);
	suite_add_tcase(suite, memory);
	return ct_run(suite);
}
