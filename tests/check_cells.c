/* SPDX-License-Identifier: MIT */
/*
 * check_cells.c - news from media threads to the gateway: none is lost, none
 * comes twice, and those of one thread stay in order.
 */
#include <pthread.h>
#include <string.h>

#include "ct.h"
#include "graph/cells.h"

static struct ivrq__cells cells;

static void setup(void)
{
	memset(&cells, 0, sizeof(cells));
	ck_assert_int_eq(ivrq__cells_init(&cells, 3, 2, 4), 0);
}

static void teardown(void)
{
	ivrq__cells_end(&cells);
}

START_TEST(test_cell_of_each_kind_is_given_out_once)
{
	struct ivrq__cell *operations[3], *calls[2];

	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(operations[i] =
					      ivrq__cell_of_operation(&cells));
	ck_assert_ptr_null(ivrq__cell_of_operation(&cells));
	for (int i = 0; i < 2; i++)
		ck_assert_ptr_nonnull(calls[i] = ivrq__cell_of_call(&cells));
	ck_assert_ptr_null(ivrq__cell_of_call(&cells));
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(ivrq__cell_of_tone(&cells));
	ck_assert_ptr_null(ivrq__cell_of_tone(&cells));
	ck_assert_uint_eq(ivrq__tones_lost(&cells), 1);

	ivrq__cell_free(&cells, operations[1]);
	ivrq__cell_free(&cells, calls[0]);
	ck_assert_ptr_eq(ivrq__cell_of_operation(&cells), operations[1]);
	ck_assert_ptr_eq(ivrq__cell_of_call(&cells), calls[0]);
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_ne(operations[i], operations[(i + 1) % 3]);
}
END_TEST

START_TEST(test_cell_find_knows_its_own_operations_only)
{
	struct ivrq__cell *mine = ivrq__cell_of_operation(&cells);

	ck_assert_ptr_eq(ivrq__cell_find(&cells, mine), mine);
	ck_assert_ptr_null(ivrq__cell_find(&cells, NULL));
	ck_assert_ptr_null(ivrq__cell_find(&cells, &mine));
	ck_assert_ptr_null(ivrq__cell_find(&cells, &cells.cells[3]));
	ck_assert_ptr_null(ivrq__cell_find(&cells, (char *)cells.cells - 1));
}
END_TEST

START_TEST(test_cells_take_gives_all_in_the_order_they_were_posted)
{
	struct ivrq__cell *posted[3], *cell;

	ck_assert_ptr_null(ivrq__cells_take(&cells));
	for (int i = 0; i < 3; i++) {
		posted[i] = ivrq__cell_of_operation(&cells);
		ivrq__cell_post(&cells, posted[i], IVRQ__RESULT);
	}
	cell = ivrq__cells_take(&cells);
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_eq(cell, posted[i]);
		ck_assert_int_eq(cell->news, IVRQ__RESULT);
		cell = ivrq__cell_next(&cells, cell);
	}
	ck_assert_ptr_null(cell);
	ck_assert_ptr_null(ivrq__cells_take(&cells));
}
END_TEST

START_TEST(test_cell_post_wakes_once_for_what_is_taken_together)
{
	int posts;

	ivrq__cell_post(&cells, ivrq__cell_of_operation(&cells), IVRQ__RESULT);
	ivrq__cell_post(&cells, ivrq__cell_of_operation(&cells), IVRQ__RESULT);
	ck_assert(!sem_getvalue(&cells.posted, &posts));
	ck_assert_int_eq(posts, 1);
	(void)ivrq__cells_take(&cells);
	ivrq__cell_post(&cells, ivrq__cell_of_operation(&cells), IVRQ__RESULT);
	ck_assert(!sem_getvalue(&cells.posted, &posts));
	ck_assert_int_eq(posts, 2);
}
END_TEST

/* ------------------------------------------- several threads post tones */

enum { POSTERS = 3, ROUNDS = 20000 };

static uint64_t posted[POSTERS]; /* each by its thread */

static void *post_tones(void *user)
{
	uint64_t *count = user;
	uintptr_t me = (uintptr_t)(count - posted);

	for (uint64_t i = 0; i < ROUNDS; i++) {
		struct ivrq__cell *cell = ivrq__cell_of_tone(&cells);

		if (!cell)
			continue;
		cell->tone.sequence_id = ++*count;
		cell->tone.duration_ms = (uint32_t)me;
		ivrq__cell_post(&cells, cell, IVRQ__TONE);
	}
	return NULL;
}

/* Takes what is there; counts, and sees that each thread's are in order. */
static uint64_t take_tones(struct ct_slip *slip, uint64_t *seen)
{
	struct ivrq__cell *cell = ivrq__cells_take(&cells);
	uint64_t count = 0;

	while (cell) {
		struct ivrq__cell *next = ivrq__cell_next(&cells, cell);
		uint32_t who = cell->tone.duration_ms;

		CT_SEE(slip, cell->news == IVRQ__TONE && who < POSTERS);
		CT_SEE(slip, cell->tone.sequence_id == ++seen[who]);
		ivrq__cell_free(&cells, cell);
		count++;
		cell = next;
	}
	return count;
}

START_TEST(test_tones_of_several_threads_are_all_taken_or_counted_lost)
{
	struct ct_slip slip = { 0, NULL };
	pthread_t threads[POSTERS];
	uint64_t seen[POSTERS] = { 0 }, all = 0, sent = 0;

	memset(posted, 0, sizeof(posted));
	for (int i = 0; i < POSTERS; i++)
		ck_assert(!pthread_create(&threads[i], NULL, post_tones,
					  &posted[i]));
	while (all + ivrq__tones_lost(&cells) < POSTERS * ROUNDS)
		all += take_tones(&slip, seen);
	for (int i = 0; i < POSTERS; i++) {
		pthread_join(threads[i], NULL);
		sent += posted[i];
	}
	CT_NO_SLIP(&slip);
	ck_assert_uint_eq(all, sent);
	for (int i = 0; i < POSTERS; i++)
		ck_assert_uint_eq(seen[i], posted[i]);
	/* All four are free again. */
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(ivrq__cell_of_tone(&cells));
	ck_assert_ptr_null(ivrq__cell_of_tone(&cells));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cells");
	TCase *tcase = tcase_create("cells");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_cell_of_each_kind_is_given_out_once);
	tcase_add_test(tcase, test_cell_find_knows_its_own_operations_only);
	tcase_add_test(tcase,
		       test_cells_take_gives_all_in_the_order_they_were_posted);
	tcase_add_test(tcase,
		       test_cell_post_wakes_once_for_what_is_taken_together);
	tcase_add_test(
		tcase,
		test_tones_of_several_threads_are_all_taken_or_counted_lost);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
