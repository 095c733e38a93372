/* SPDX-License-Identifier: MIT */
/* check_pool: the stack of free indices. */
#include <pthread.h>
#include <sched.h>

#include "core/pool.h"
#include "ct.h"

enum { COUNT = 5, ROUNDS = 20000, THREADS = 4 };

static struct ivrq__pool pool, other;
static ivrq__a32 next[COUNT];

START_TEST(test_pop_after_init_gives_them_in_order)
{
	uint32_t i;

	ivrq__pool_init(&pool, next, 0, COUNT);
	for (i = 0; i < COUNT; i++)
		ck_assert_uint_eq(ivrq__pool_pop(&pool), i);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), IVRQ__NONE);
}
END_TEST

START_TEST(test_init_of_none_is_empty)
{
	ivrq__pool_init(&pool, next, 3, 0);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), IVRQ__NONE);
}
END_TEST

START_TEST(test_push_comes_out_first)
{
	ivrq__pool_init(&pool, next, 0, COUNT);
	ivrq__pool_pop(&pool);
	ivrq__pool_pop(&pool);
	ivrq__pool_push(&pool, 0);
	ivrq__pool_push(&pool, 1);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), 1);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), 0);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), 2);
}
END_TEST

START_TEST(test_push_to_an_empty_one_ends_the_chain_there)
{
	ivrq__pool_init(&pool, next, 0, 2);
	ivrq__pool_pop(&pool);
	ivrq__pool_pop(&pool);
	ivrq__pool_push(&pool, 0);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), 0);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), IVRQ__NONE);
}
END_TEST

START_TEST(test_popped_counts_what_was_given_only)
{
	ivrq__pool_init(&pool, next, 0, 2);
	ck_assert_uint_eq(ivrq__pool_popped(&pool), 0);
	ivrq__pool_push(&pool, ivrq__pool_pop(&pool));
	ivrq__pool_pop(&pool);
	ivrq__pool_pop(&pool);
	ivrq__pool_pop(&pool); /* gives none */
	ck_assert_uint_eq(ivrq__pool_popped(&pool), 3);
}
END_TEST

START_TEST(test_shards_of_one_array_trade_indices)
{
	ivrq__pool_init(&pool, next, 0, 2);
	ivrq__pool_init(&other, next, 2, 3);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), 0);
	ivrq__pool_push(&other, 0);
	ck_assert_uint_eq(ivrq__pool_pop(&other), 0);
	ck_assert_uint_eq(ivrq__pool_pop(&other), 2);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), 1);
	ck_assert_uint_eq(ivrq__pool_pop(&pool), IVRQ__NONE);
}
END_TEST

/* ----------------------------------------------------------------- threads */

static ivrq__a32 owned[COUNT];
static unsigned plain[COUNT]; /* an owner's alone: a sanitizer looks on */

struct hammer {
	pthread_t thread;
	struct ct_slip slip;
};

/* Take up to two, so that tops are pushed back in another order. */
static void *hammer(void *arg)
{
	struct hammer *me = arg;
	uint32_t i, k, got[2];

	for (i = 0; i < ROUNDS; i++) {
		for (k = 0; k < 2; k++) {
			got[k] = ivrq__pool_pop(&pool);
			if (got[k] == IVRQ__NONE)
				continue;
			CT_SEE(&me->slip, !atomic_exchange(&owned[got[k]], 1));
			plain[got[k]]++;
		}
		if (i % 64 == 0)
			sched_yield();
		for (k = 0; k < 2; k++) {
			if (got[k] == IVRQ__NONE)
				continue;
			CT_SEE(&me->slip, atomic_exchange(&owned[got[k]], 0));
			ivrq__pool_push(&pool, got[k]);
		}
	}
	return NULL;
}

START_TEST(test_pop_by_several_threads_gives_each_once)
{
	struct hammer h[THREADS];
	unsigned i, used = 0;

	memset(h, 0, sizeof(h));
	ivrq__pool_init(&pool, next, 0, COUNT);
	for (i = 0; i < THREADS; i++)
		ck_assert(!pthread_create(&h[i].thread, NULL, hammer, &h[i]));
	for (i = 0; i < THREADS; i++)
		pthread_join(h[i].thread, NULL);
	for (i = 0; i < THREADS; i++)
		CT_NO_SLIP(&h[i].slip);
	for (i = 0; i < COUNT; i++)
		used += plain[i];
	ck_assert_uint_eq(ivrq__pool_popped(&pool), used);
	for (i = 0; i < COUNT; i++)
		ck_assert(!atomic_exchange(&owned[ivrq__pool_pop(&pool)], 1));
	ck_assert_uint_eq(ivrq__pool_pop(&pool), IVRQ__NONE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pool");
	TCase *tcase = tcase_create("pool");

	tcase_add_test(tcase, test_pop_after_init_gives_them_in_order);
	tcase_add_test(tcase, test_init_of_none_is_empty);
	tcase_add_test(tcase, test_push_comes_out_first);
	tcase_add_test(tcase, test_push_to_an_empty_one_ends_the_chain_there);
	tcase_add_test(tcase, test_popped_counts_what_was_given_only);
	tcase_add_test(tcase, test_shards_of_one_array_trade_indices);
	tcase_add_test(tcase, test_pop_by_several_threads_gives_each_once);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
