/* SPDX-License-Identifier: MIT */
/* check_select: cancels of one operation and of groups, in slot and word. */
#include "whitebox.h"

static struct wb_ring fixture;
static const struct ivrq__ring *ring;

/* Open, with this many pending, and one thread inside a selective cancel. */
static uint64_t entered(int i, uint32_t pending)
{
	uint64_t word;

	ring = wb_ring_open(&fixture, 4, wb_start(i));
	if (pending)
		wb_fill(ring, 1, pending);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	return wb_start(i);
}

static enum ivrq__state state_now(void)
{
	return ivrq__state(ivrq__load_word(ring));
}

START_TEST(test_enter_says_slow_and_counts_the_thread)
{
	uint64_t word = 0;

	ring = wb_ring_open(&fixture, 4, 1);
	wb_put(ring, 1, false);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	ck_assert_uint_eq(ivrq__depth(word), 1);
	ck_assert_uint_eq(ivrq__load_word(ring),
			  word | IVRQ__SLOW | IVRQ__SWEEP);
	ck_assert_uint_eq(atomic_load(&fixture.queue.selectors), 1);
	ivrq__select_leave(ring);
	ck_assert_uint_eq(atomic_load(&fixture.queue.selectors), 0);
	ck_assert(ivrq__load_word(ring) & IVRQ__SLOW);
}
END_TEST

START_TEST(test_enter_after_the_life_ended_leaves_again)
{
	uint64_t word;

	ring = wb_ring_open(&fixture, 4, 1);
	atomic_store(&fixture.life, 4);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), IVRQ__GONE);
	ck_assert_uint_eq(atomic_load(&fixture.queue.selectors), 0);
	ck_assert(!(ivrq__load_word(ring) & IVRQ__SLOW));
}
END_TEST

START_TEST(test_kill_pending_is_written_into_its_slot)
{
	uint64_t second = ivrq__pos(entered(_i, 3), 1);
	uint64_t slot;

	ck_assert_int_eq(ivrq__select_kill(ring, second, 77),
			 IVRQ__HIT_PENDING);
	slot = ivrq__load_slot(ring, second);
	ck_assert_uint_eq(ivrq__type(slot), IVRQ__KILLED);
	ck_assert_uint_eq(ivrq__payload(slot), 77);
	ck_assert_uint_eq(ivrq__ref(slot), 2);
	ck_assert_int_eq(ivrq__select_kill(ring, second, 78), IVRQ__LATE);
	ck_assert_uint_eq(ivrq__payload(ivrq__load_slot(ring, second)), 77);
}
END_TEST

START_TEST(test_kill_of_what_a_cut_covers_is_late)
{
	uint64_t first = entered(_i, 2);
	int i;

	wb_cut(ring, IVRQ__ALL);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(
			ivrq__select_kill(ring, ivrq__pos(first, i), 7),
			IVRQ__LATE);
	ck_assert_uint_eq(ivrq__covered(ivrq__load_word(ring)), 2);
}
END_TEST

/* Cut before the slow mode: nothing is sealed. */
START_TEST(test_kill_of_what_was_covered_before_is_late)
{
	uint64_t word;

	ring = wb_ring_open(&fixture, 4, wb_start(_i));
	wb_fill(ring, 1, 2);
	wb_cut(ring, IVRQ__ALL);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	ck_assert_int_eq(ivrq__select_kill(ring, ivrq__pos(wb_start(_i), 1), 7),
			 IVRQ__LATE);
	ck_assert_uint_eq(
		ivrq__type(ivrq__load_slot(ring, ivrq__pos(wb_start(_i), 1))),
		IVRQ__READY);
}
END_TEST

START_TEST(test_kill_of_what_is_not_there_is_late)
{
	uint64_t first = entered(_i, 1);
	uint64_t word = ivrq__load_word(ring);

	ck_assert_int_eq(ivrq__select_kill(ring, ivrq__pos(first, 1), 7),
			 IVRQ__LATE);
	ck_assert_int_eq(ivrq__select_kill(ring, ivrq__pos(first, ~0ull), 7),
			 IVRQ__LATE);
	ck_assert_uint_eq(ivrq__load_word(ring), word);
}
END_TEST

START_TEST(test_kill_running_is_decided_by_the_word)
{
	uint64_t first = entered(_i, 2);

	wb_fly(ring);
	ck_assert_int_eq(ivrq__select_kill(ring, first, 7), IVRQ__HIT_RUNNING);
	ck_assert_uint_eq(state_now(), IVRQ__CUT_LONE);
	ck_assert_int_eq(ivrq__select_kill(ring, first, 8), IVRQ__LATE);
	ck_assert_uint_eq(ivrq__covered(ivrq__load_word(ring)), 0);
}
END_TEST

START_TEST(test_kill_of_one_gone_does_not_touch_the_running)
{
	uint64_t first = entered(_i, 1);

	wb_fly(ring);
	ck_assert_int_eq(ivrq__select_kill(ring, ivrq__pos(first, ~0ull), 7),
			 IVRQ__LATE);
	ck_assert_uint_eq(state_now(), IVRQ__RUN);
}
END_TEST

START_TEST(test_kill_finished_is_late)
{
	uint64_t first = entered(_i, 1);

	wb_fly(ring);
	ivrq__queue_complete(ring, first, 1);
	ck_assert_int_eq(ivrq__select_kill(ring, first, 7), IVRQ__LATE);
	ck_assert_uint_eq(state_now(), IVRQ__DONE);
}
END_TEST

START_TEST(test_kill_behind_the_running_does_not_touch_it)
{
	uint64_t first = entered(_i, 2);

	wb_fly(ring);
	ck_assert_int_eq(ivrq__select_kill(ring, ivrq__pos(first, 1), 7),
			 IVRQ__HIT_PENDING);
	ck_assert_uint_eq(state_now(), IVRQ__RUN);
}
END_TEST

START_TEST(test_kill_of_the_spared_is_decided_by_the_word)
{
	uint64_t first = entered(_i, 3);

	wb_cut(ring, IVRQ__PENDING);
	ck_assert_int_eq(ivrq__select_kill(ring, first, 7), IVRQ__HIT_WAITING);
	ck_assert_uint_eq(state_now(), IVRQ__FRONT | IVRQ__CUT_LONE);
	ck_assert_uint_eq(ivrq__covered(ivrq__load_word(ring)), 3);
}
END_TEST

/* Taken up by a cut that then failed: the word says nothing yet. */
START_TEST(test_kill_of_one_taken_up_covers_it)
{
	uint64_t first = entered(_i, 2);
	uint64_t slot = ivrq__load_slot(ring, first);

	atomic_store(ivrq__slot_at(ring, first),
		     ivrq__with_type(slot, IVRQ__TAKEN));
	ck_assert_int_eq(ivrq__select_kill(ring, first, 7), IVRQ__HIT_WAITING);
	ck_assert_uint_eq(state_now(), IVRQ__FRONT | IVRQ__CUT_LONE);
	ck_assert_uint_eq(ivrq__covered(ivrq__load_word(ring)), 1);
}
END_TEST

START_TEST(test_kill_group_of_the_pending_makes_no_claim)
{
	uint64_t first = entered(_i, 1);

	ck_assert_int_eq(ivrq__select_kill_group(ring, first, 1, 9),
			 IVRQ__HIT_PENDING);
	ck_assert_uint_eq(ivrq__payload(ivrq__load_slot(ring, first)), 9);
	ck_assert_uint_eq(atomic_load(&fixture.cell[1].claim), 0);
}
END_TEST

START_TEST(test_kill_group_of_the_running_goes_to_the_first)
{
	uint64_t first = entered(_i, 1);

	wb_fly(ring);
	ck_assert_int_eq(ivrq__select_kill_group(ring, first, 1, 9),
			 IVRQ__HIT_RUNNING);
	ck_assert_int_eq(ivrq__select_kill_group(ring, first, 1, 10),
			 IVRQ__LATE);
	ck_assert_uint_eq(state_now(), IVRQ__CUT_GROUP);
	ck_assert_uint_eq(atomic_load(&fixture.cell[1].claim), 9);
}
END_TEST

START_TEST(test_kill_group_of_the_spared_is_waiting)
{
	uint64_t first = entered(_i, 2);

	wb_cut(ring, IVRQ__PENDING);
	ck_assert_int_eq(ivrq__select_kill_group(ring, first, 1, 9),
			 IVRQ__HIT_WAITING);
	ck_assert_uint_eq(state_now(), IVRQ__FRONT | IVRQ__CUT_GROUP);
}
END_TEST

/* Another has claimed it and went to sleep before the word was changed. */
START_TEST(test_kill_group_of_a_claimed_one_helps_and_is_late)
{
	uint64_t first = entered(_i, 1);

	wb_fly(ring);
	atomic_store(&fixture.cell[1].claim, 5);
	ck_assert_int_eq(ivrq__select_kill_group(ring, first, 1, 9),
			 IVRQ__LATE);
	ck_assert_uint_eq(state_now(), IVRQ__CUT_GROUP);
	ck_assert_uint_eq(atomic_load(&fixture.cell[1].claim), 5);
}
END_TEST

START_TEST(test_has_kill_until_it_is_buried)
{
	uint64_t second = ivrq__pos(entered(_i, 2), 1);

	ivrq__select_kill(ring, second, 9);
	ck_assert(ivrq__select_has_kill(ring, 9));
	ck_assert(!ivrq__select_has_kill(ring, 8));
	ivrq__turn_bury(ring, second);
	ck_assert(!ivrq__select_has_kill(ring, 9));
}
END_TEST

START_TEST(test_has_kill_sees_the_claim_on_one_in_flight)
{
	uint64_t first = entered(_i, 1);

	wb_fly(ring);
	ivrq__select_kill_group(ring, first, 1, 9);
	ck_assert(ivrq__select_has_kill(ring, 9));
	ck_assert(!ivrq__select_has_kill(ring, 8));
	wb_leave(ring);
	ck_assert(!ivrq__select_has_kill(ring, 9));
}
END_TEST

START_TEST(test_has_kill_sees_the_claim_on_the_spared)
{
	uint64_t first = entered(_i, 2);

	wb_cut(ring, IVRQ__PENDING);
	ivrq__select_kill_group(ring, first, 1, 9);
	ck_assert(ivrq__select_has_kill(ring, 9));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("select");
	TCase *tcase = tcase_create("kill");

	tcase_add_test(tcase, test_enter_says_slow_and_counts_the_thread);
	tcase_add_test(tcase, test_enter_after_the_life_ended_leaves_again);
	WB_BOTH(tcase, test_kill_pending_is_written_into_its_slot);
	WB_BOTH(tcase, test_kill_of_what_a_cut_covers_is_late);
	WB_BOTH(tcase, test_kill_of_what_was_covered_before_is_late);
	WB_BOTH(tcase, test_kill_of_what_is_not_there_is_late);
	WB_BOTH(tcase, test_kill_running_is_decided_by_the_word);
	WB_BOTH(tcase, test_kill_of_one_gone_does_not_touch_the_running);
	WB_BOTH(tcase, test_kill_finished_is_late);
	WB_BOTH(tcase, test_kill_behind_the_running_does_not_touch_it);
	WB_BOTH(tcase, test_kill_of_the_spared_is_decided_by_the_word);
	WB_BOTH(tcase, test_kill_of_one_taken_up_covers_it);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("group");
	WB_BOTH(tcase, test_kill_group_of_the_pending_makes_no_claim);
	WB_BOTH(tcase, test_kill_group_of_the_running_goes_to_the_first);
	WB_BOTH(tcase, test_kill_group_of_the_spared_is_waiting);
	WB_BOTH(tcase, test_kill_group_of_a_claimed_one_helps_and_is_late);
	WB_BOTH(tcase, test_has_kill_until_it_is_buried);
	WB_BOTH(tcase, test_has_kill_sees_the_claim_on_one_in_flight);
	WB_BOTH(tcase, test_has_kill_sees_the_claim_on_the_spared);
	return wb_main(suite, tcase);
}
