/* SPDX-License-Identifier: MIT */
/* check_ready: the set of calls that have something to do, 1 to 4 levels. */
#include <pthread.h>

#include "core/ready.h"
#include "ct.h"

static const struct {
	uint32_t count;
	unsigned levels;
	size_t words;
} sizes[] = {
	{ 1, 1, 1 },
	{ 64, 1, 1 },
	{ 65, 2, 3 },
	{ 4096, 2, 65 },
	{ 4097, 3, 68 },
	{ 262144, 3, 4096 + 64 + 1 },
	{ 262145, 4, 4097 + 65 + 2 + 1 },
	{ 300000, 4, 4688 + 74 + 2 + 1 },
};

static struct ivrq__ready ready;
static ivrq__a64 *words;

static void set_up(uint32_t count)
{
	/* One word more, to see that it is not written. */
	words = calloc(ivrq__ready_words(count) + 1, sizeof(*words));
	ck_assert_ptr_nonnull(words);
	ivrq__ready_init(&ready, words, count);
}

/* Take all; each of `members`, ascending, comes once, and nothing else. */
static void takes(const uint32_t *members, unsigned count)
{
	struct ivrq__ready_walk walk;
	uint32_t member;
	unsigned i;

	ivrq__ready_begin(&ready, &walk);
	for (i = 0; i < count; i++) {
		ck_assert(ivrq__ready_next(&ready, &walk, &member));
		ck_assert_uint_eq(member, members[i]);
	}
	ck_assert(!ivrq__ready_next(&ready, &walk, &member));
}

START_TEST(test_words_of_a_size_are_what_its_levels_use)
{
	size_t used;

	set_up(sizes[_i].count);
	ck_assert_uint_eq(ready.levels, sizes[_i].levels);
	ck_assert_uint_eq(ivrq__ready_words(sizes[_i].count), sizes[_i].words);
	used = (size_t)(ready.level[ready.levels - 1] - words) + 1;
	ck_assert_uint_eq(used, sizes[_i].words);
	free(words);
}
END_TEST

START_TEST(test_next_gives_all_added_in_order_once)
{
	uint32_t last = sizes[_i].count - 1, members[5];
	uint32_t wanted[] = { 0, last / 3, last / 2, last / 2 + 1, last };
	unsigned i, count = 0;

	set_up(sizes[_i].count);
	for (i = 5; i-- > 0;)
		if (wanted[i] <= last)
			ivrq__ready_add(&ready, wanted[i]);
	for (i = 0; i < 5; i++)
		if (wanted[i] <= last &&
		    (!count || members[count - 1] != wanted[i]))
			members[count++] = wanted[i];
	takes(members, count);
	ck_assert(ivrq__ready_empty(&ready));
	takes(members, 0);
	for (i = 0; i <= ivrq__ready_words(sizes[_i].count); i++)
		ck_assert_uint_eq(atomic_load(&words[i]), 0);
	free(words);
}
END_TEST

START_TEST(test_next_gives_every_member_of_a_full_set)
{
	uint32_t i, member, count = sizes[_i].count;
	struct ivrq__ready_walk walk;

	set_up(count);
	for (i = 0; i < count; i++)
		ivrq__ready_add(&ready, i);
	ivrq__ready_begin(&ready, &walk);
	for (i = 0; i < count; i++)
		if (!ivrq__ready_next(&ready, &walk, &member) || member != i)
			break;
	ck_assert_uint_eq(i, count);
	ck_assert(!ivrq__ready_next(&ready, &walk, &member));
	free(words);
}
END_TEST

START_TEST(test_empty_is_false_from_add_to_take)
{
	uint32_t last = sizes[_i].count - 1;

	set_up(sizes[_i].count);
	ck_assert(ivrq__ready_empty(&ready));
	ivrq__ready_add(&ready, last);
	ck_assert(!ivrq__ready_empty(&ready));
	takes(&last, 1);
	ck_assert(ivrq__ready_empty(&ready));
	free(words);
}
END_TEST

START_TEST(test_add_twice_is_taken_once)
{
	uint32_t last = sizes[_i].count - 1;

	set_up(sizes[_i].count);
	ivrq__ready_add(&ready, last);
	ivrq__ready_add(&ready, last);
	takes(&last, 1);
	free(words);
}
END_TEST

/* What is added behind or before the walk is taken by it or by the next. */
START_TEST(test_add_while_walking_is_not_lost)
{
	uint32_t last = sizes[_i].count - 1, middle = last / 2, member;
	struct ivrq__ready_walk walk;
	bool low = false, high = false;

	set_up(sizes[_i].count);
	ivrq__ready_add(&ready, middle);
	ivrq__ready_begin(&ready, &walk);
	ck_assert(ivrq__ready_next(&ready, &walk, &member));
	ivrq__ready_add(&ready, 0);
	ivrq__ready_add(&ready, last);
	while (ivrq__ready_next(&ready, &walk, &member)) {
		low = low || member == 0;
		high = high || member == last;
	}
	ck_assert(!ivrq__ready_empty(&ready) || (low && high));
	ivrq__ready_begin(&ready, &walk);
	while (ivrq__ready_next(&ready, &walk, &member)) {
		low = low || member == 0;
		high = high || member == last;
	}
	ck_assert(low && high);
	free(words);
}
END_TEST

/* An adder went to sleep before it had set this level's bit. */
START_TEST(test_add_repairs_a_missing_summary_bit)
{
	uint32_t last = sizes[_i].count - 1;
	unsigned level, missing;

	for (missing = 1; missing < sizes[_i].levels; missing++) {
		set_up(sizes[_i].count);
		for (level = 0; level < missing; level++)
			atomic_store(
				&ready.level[level][last >> 6 * (level + 1)],
				UINT64_C(1) << (last >> 6 * level & 63));
		ck_assert(ivrq__ready_empty(&ready));
		ivrq__ready_add(&ready, last);
		ck_assert(!ivrq__ready_empty(&ready));
		takes(&last, 1);
		free(words);
	}
}
END_TEST

START_TEST(test_add_beside_a_hidden_member_brings_both)
{
	uint32_t both[] = { 64, 65 };

	set_up(300000);
	atomic_store(&ready.level[0][1], 2);
	takes(both, 0);
	ivrq__ready_add(&ready, 64);
	takes(both, 2);
	free(words);
}
END_TEST

/* ----------------------------------------------------------------- threads */

enum { ADDS = 20000, MEMBERS = 4097 };

static ivrq__a32 wanted_adds[MEMBERS]; /* raised before each add */

static void *adder(void *arg)
{
	uint32_t i;

	(void)arg;
	for (i = 0; i < ADDS; i++) {
		uint32_t member = i * 641 % MEMBERS;

		atomic_fetch_add(&wanted_adds[member], 1);
		ivrq__ready_add(&ready, member);
	}
	return NULL;
}

static unsigned walk_once(void)
{
	struct ivrq__ready_walk walk;
	unsigned seen = 0;
	uint32_t member;

	ivrq__ready_begin(&ready, &walk);
	while (ivrq__ready_next(&ready, &walk, &member))
		seen += atomic_exchange(&wanted_adds[member], 0);
	return seen;
}

START_TEST(test_add_by_two_threads_is_seen_by_the_walker)
{
	pthread_t thread[2];
	unsigned seen = 0, i;

	set_up(MEMBERS);
	for (i = 0; i < 2; i++)
		ck_assert(!pthread_create(&thread[i], NULL, adder, NULL));
	for (i = 0; i < 100; i++)
		seen += walk_once();
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	seen += walk_once();
	ck_assert_uint_eq(seen, 2 * ADDS);
	ck_assert(ivrq__ready_empty(&ready));
	free(words);
}
END_TEST

#define EACH_SIZE(tcase, test)                                                 \
	tcase_add_loop_test((tcase), test, 0, (int)CT_COUNT(sizes))

int main(void)
{
	Suite *suite = suite_create("ready");
	TCase *tcase = tcase_create("ready");

	EACH_SIZE(tcase, test_words_of_a_size_are_what_its_levels_use);
	EACH_SIZE(tcase, test_next_gives_all_added_in_order_once);
	EACH_SIZE(tcase, test_next_gives_every_member_of_a_full_set);
	EACH_SIZE(tcase, test_empty_is_false_from_add_to_take);
	EACH_SIZE(tcase, test_add_twice_is_taken_once);
	EACH_SIZE(tcase, test_add_while_walking_is_not_lost);
	EACH_SIZE(tcase, test_add_repairs_a_missing_summary_bit);
	tcase_add_test(tcase, test_add_beside_a_hidden_member_brings_both);
	tcase_add_test(tcase, test_add_by_two_threads_is_seen_by_the_walker);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
