/* SPDX-License-Identifier: MIT */
/* check_turn: the worker's steps at a queue, and which cut hit what. */
#include "whitebox.h"

static struct wb_ring fixture;
static const struct ivrq__ring *ring;

static uint64_t filled(int i, uint32_t count)
{
	ring = wb_ring_open(&fixture, 16, wb_start(i));
	if (count)
		wb_fill(ring, 1, count);
	return wb_start(i);
}

static void kill_one(uint64_t position, uint64_t number)
{
	uint64_t word;

	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	ck_assert_int_eq(ivrq__select_kill(ring, position, number),
			 IVRQ__HIT_PENDING);
	ivrq__select_leave(ring);
}

static uint64_t word_now(void)
{
	return ivrq__load_word(ring);
}

static void leaves(enum ivrq__todo todo, uint64_t position,
		   enum ivrq__cut_type type, uint64_t number, bool closing)
{
	struct ivrq__step step = wb_leave(ring);

	ck_assert_uint_eq(step.todo, todo);
	ck_assert_uint_eq(step.position, position);
	ck_assert_uint_eq(step.cut.type, type);
	ck_assert_uint_eq(step.cut.number, number);
	ck_assert_int_eq(step.cut.closing, closing);
}

/* ----------------------------------------------------------- look and start */

START_TEST(test_look_says_what_comes_next)
{
	uint64_t first = filled(_i, 0);

	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__NOTHING);
	wb_fill(ring, 1, 2);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__START);
	ck_assert_uint_eq(wb_look(ring).ref, 1);
	wb_fly(ring);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__WAIT);
	ck_assert_uint_eq(wb_look(ring).position, first);
	ivrq__queue_complete(ring, first, 1);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__FINISHED);
	ck_assert_uint_eq(wb_look(ring).position, first);
	ck_assert(wb_look(ring).flies);
}
END_TEST

START_TEST(test_start_takes_it_out_of_the_ring)
{
	uint64_t first = filled(_i, 2);
	uint64_t word;

	wb_fly(ring);
	word = word_now();
	ck_assert_uint_eq(ivrq__head(word), ivrq__pos(first, 1));
	ck_assert_uint_eq(ivrq__depth(word), 1);
	ck_assert_uint_eq(ivrq__state(word), IVRQ__RUN);
	ck_assert_uint_eq(ivrq__load_flight(ring), ivrq__flight_of(first, 1));
	ck_assert_uint_eq(ivrq__load_slot(ring, first),
			  ivrq__free_for(ivrq__pos(first, 16)));
	ck_assert_uint_eq(atomic_load(&fixture.queue.done),
			  ivrq__pos(first, 1));
}
END_TEST

START_TEST(test_start_of_the_spared_uncovers_it_alone)
{
	filled(_i, 3);
	wb_cut(ring, IVRQ__PENDING);
	wb_fly(ring);
	ck_assert_uint_eq(ivrq__covered(word_now()), 2);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__RUN);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__CANCELED);
}
END_TEST

START_TEST(test_start_after_a_kill_does_not)
{
	uint64_t first = filled(_i, 1);
	struct ivrq__step step = wb_look(ring);

	kill_one(first, 9);
	ck_assert(!ivrq__turn_start(ring, &step));
	ck_assert_uint_eq(ivrq__load_flight(ring), 0);
	ck_assert_uint_eq(ivrq__head(word_now()), first);
}
END_TEST

START_TEST(test_start_after_a_cut_does_not)
{
	struct ivrq__step step = { .killed = false };

	filled(_i, 1);
	step = wb_look(ring);
	wb_cut(ring, IVRQ__ALL);
	ck_assert(!ivrq__turn_start(ring, &step));
	ck_assert_uint_eq(ivrq__load_flight(ring), 0);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__CANCELED);
}
END_TEST

START_TEST(test_pop_of_the_finished_lands_it)
{
	uint64_t first = filled(_i, 2);

	wb_fly(ring);
	ivrq__queue_complete(ring, first, 1);
	leaves(IVRQ__FINISHED, first, IVRQ__BY_NONE, 0, false);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__IDLE);
	ck_assert_uint_eq(ivrq__depth(word_now()), 1);
	ck_assert_uint_eq(ivrq__load_flight(ring), 0);
}
END_TEST

START_TEST(test_pop_leaves_the_slot_free_for_the_next_round)
{
	uint64_t first = filled(_i, 1);

	wb_cut(ring, IVRQ__ALL);
	wb_leave(ring);
	ck_assert_uint_eq(ivrq__load_slot(ring, first),
			  ivrq__free_for(ivrq__pos(first, 16)));
	ck_assert_uint_eq(atomic_load(&fixture.queue.done),
			  ivrq__pos(first, 1));
	ck_assert_uint_eq(ivrq__covered(word_now()), 0);
}
END_TEST

/* ------------------------------------------------------------- who cut what */

START_TEST(test_look_after_several_cuts_names_each_ones_own)
{
	uint64_t p = filled(_i, 2), b;

	wb_cut(ring, IVRQ__ALL);
	wb_fill(ring, 3, 2);
	wb_cut(ring, IVRQ__ALL);
	wb_put(ring, 5, false);
	wb_put(ring, 6, true);
	wb_put(ring, 7, false);
	wb_cut(ring, IVRQ__CLOSE);
	b = ivrq__pos(p, 2);
	leaves(IVRQ__CANCELED, p, IVRQ__BY_RANGE, b, false);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 1), IVRQ__BY_RANGE, b, false);
	b = ivrq__pos(p, 4);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 2), IVRQ__BY_RANGE, b, false);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 3), IVRQ__BY_RANGE, b, false);
	b = ivrq__pos(p, 5);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 4), IVRQ__BY_BARGE, b, false);
	b = ivrq__pos(p, 7);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 5), IVRQ__BY_RANGE, b, true);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 6), IVRQ__BY_RANGE, b, true);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__NOTHING);
}
END_TEST

START_TEST(test_look_running_keeps_the_boundary_that_hit_it)
{
	uint64_t p = filled(_i, 2), b = ivrq__pos(p, 2);

	wb_fly(ring);
	wb_cut(ring, IVRQ__ALL);
	wb_put(ring, 3, false);
	wb_cut(ring, IVRQ__CLOSE);
	leaves(IVRQ__STOP, p, IVRQ__BY_RANGE, b, false);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 1), IVRQ__BY_RANGE, b, false);
	leaves(IVRQ__CANCELED, b, IVRQ__BY_RANGE, ivrq__pos(p, 3), true);
}
END_TEST

START_TEST(test_look_running_cut_by_a_barge_in_names_it)
{
	uint64_t p = filled(_i, 2);

	wb_fly(ring);
	wb_put(ring, 3, true);
	leaves(IVRQ__STOP, p, IVRQ__BY_BARGE, ivrq__pos(p, 2), false);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 1), IVRQ__BY_BARGE, ivrq__pos(p, 2),
	       false);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__START);
}
END_TEST

START_TEST(test_look_barge_in_right_after_a_cut_is_not_the_cutter)
{
	uint64_t p = filled(_i, 1);

	wb_cut(ring, IVRQ__ALL);
	wb_put(ring, 2, true);
	leaves(IVRQ__CANCELED, p, IVRQ__BY_RANGE, ivrq__pos(p, 1), false);
}
END_TEST

START_TEST(test_look_running_hit_alone_tells_a_close_from_a_cancel)
{
	uint64_t p = filled(0, 1);

	wb_fly(ring);
	wb_cut(ring, _i ? IVRQ__CLOSE : IVRQ__ALL);
	if (!_i)
		wb_cut(ring, IVRQ__CLOSE); /* finds nothing to hit */
	leaves(IVRQ__STOP, p, IVRQ__BY_LONE, p, _i);
}
END_TEST

START_TEST(test_look_running_hit_by_all_with_close_is_closing)
{
	uint64_t p = filled(_i, 2), b = ivrq__pos(p, 2);

	wb_fly(ring);
	wb_cut(ring, IVRQ__CLOSE_STOP);
	leaves(IVRQ__STOP, p, IVRQ__BY_RANGE, b, true);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 1), IVRQ__BY_RANGE, b, true);
}
END_TEST

START_TEST(test_look_group_cut_names_the_claim)
{
	uint64_t p = filled(_i, 1), word;

	wb_fly(ring);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	ivrq__select_kill_group(ring, p, 1, 9);
	leaves(IVRQ__STOP, p, IVRQ__BY_GROUP, 9, false);
}
END_TEST

START_TEST(test_look_covered_behind_a_running_one_leaves_at_once)
{
	uint64_t p = filled(_i, 2);

	wb_fly(ring);
	wb_cut(ring, IVRQ__PENDING);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 1), IVRQ__BY_RANGE, ivrq__pos(p, 2),
	       false);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__WAIT);
}
END_TEST

/* 0 nothing behind, 1 hit by the same cut, 2 by a later one, 3 killed, 4 a
 * barge-in that waits for the stop */
START_TEST(test_look_behind_a_stop_finds_what_need_not_wait)
{
	static const enum ivrq__todo todo[] = { IVRQ__WAIT, IVRQ__WAIT,
						IVRQ__WAIT, IVRQ__DEAD,
						IVRQ__WAIT };
	uint64_t p = filled(0, 1);
	struct ivrq__step step = { .killed = false };

	wb_fly(ring);
	if (_i == 1)
		wb_put(ring, 2, false);
	if (_i == 4)
		wb_put(ring, 2, true);
	else
		wb_cut(ring, IVRQ__ALL);
	if (_i == 2 || _i == 3)
		wb_put(ring, 2, false);
	if (_i == 2)
		wb_cut(ring, IVRQ__ALL);
	if (_i == 3)
		kill_one(ivrq__pos(p, 1), 9);
	step = wb_look(ring);
	ck_assert_uint_eq(step.todo, IVRQ__STOP);
	ivrq__turn_look_behind(ring, &step);
	ck_assert_uint_eq(step.todo, todo[_i]);
	ck_assert(!step.flies);
}
END_TEST

/* --------------------------------------------------------- sweep and expire */

START_TEST(test_sweep_finds_the_killed_in_order)
{
	uint64_t p = filled(_i, 4), from = p;
	struct ivrq__step step = { .killed = false };

	kill_one(ivrq__pos(p, 3), 8);
	kill_one(ivrq__pos(p, 1), 9);
	ck_assert(ivrq__turn_sweep(ring, &from, &step));
	ck_assert_uint_eq(step.position, ivrq__pos(p, 1));
	ck_assert_uint_eq(step.cut.number, 9);
	ck_assert(step.killed);
	ivrq__turn_bury(ring, step.position);
	ck_assert(ivrq__turn_sweep(ring, &from, &step));
	ck_assert_uint_eq(step.position, ivrq__pos(p, 3));
	ck_assert_uint_eq(step.ref, 4);
	ivrq__turn_bury(ring, step.position);
	ck_assert(!ivrq__turn_sweep(ring, &from, &step));
}
END_TEST

/* It is the slot of a later position by now. */
START_TEST(test_sweep_from_before_head_begins_at_head)
{
	uint64_t p = filled(_i, 14), from = ivrq__pos(p, ~UINT64_C(2));
	struct ivrq__step step = { .killed = false };

	kill_one(ivrq__pos(p, 13), 9);
	ck_assert(ivrq__turn_sweep(ring, &from, &step));
	ck_assert_uint_eq(step.position, ivrq__pos(p, 13));
}
END_TEST

START_TEST(test_look_at_covered_in_slow_mode_seals_it)
{
	uint64_t p = filled(_i, 1), word;

	wb_cut(ring, IVRQ__ALL);
	ivrq__select_enter(ring, &word);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__CANCELED);
	ck_assert_uint_eq(ivrq__type(ivrq__load_slot(ring, p)), IVRQ__SEALED);
}
END_TEST

START_TEST(test_pop_of_the_spared_that_was_hit_leaves_no_state)
{
	uint64_t p = filled(_i, 2), word;

	wb_cut(ring, IVRQ__PENDING);
	ivrq__select_enter(ring, &word);
	ck_assert_int_eq(ivrq__select_kill(ring, p, 9), IVRQ__HIT_WAITING);
	leaves(IVRQ__STOP, p, IVRQ__BY_LONE, p, false);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__IDLE);
	leaves(IVRQ__CANCELED, ivrq__pos(p, 1), IVRQ__BY_RANGE, ivrq__pos(p, 2),
	       false);
}
END_TEST

START_TEST(test_look_at_a_hole_is_dead_and_delivered)
{
	uint64_t p = filled(_i, 2);

	kill_one(p, 9);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__DEAD);
	ck_assert(wb_look(ring).killed);
	ivrq__turn_bury(ring, p);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__DEAD);
	ck_assert(!wb_look(ring).killed);
	wb_leave(ring);
	ck_assert_uint_eq(wb_look(ring).todo, IVRQ__START);
	ck_assert_uint_eq(wb_look(ring).position, ivrq__pos(p, 1));
}
END_TEST

START_TEST(test_expire_kills_the_pending_with_number_0)
{
	uint64_t p = filled(_i, 2), slot;

	ivrq__turn_expire(ring, ivrq__pos(p, 1));
	slot = ivrq__load_slot(ring, ivrq__pos(p, 1));
	ck_assert_uint_eq(ivrq__type(slot), IVRQ__KILLED);
	ck_assert_uint_eq(ivrq__payload(slot), 0);
	ck_assert(word_now() & IVRQ__SLOW);
}
END_TEST

START_TEST(test_expire_of_one_at_the_front_is_decided_by_the_word)
{
	uint64_t p = filled(_i, 2);
	struct ivrq__step step = { .killed = false };

	wb_cut(ring, IVRQ__PENDING);
	ivrq__turn_expire(ring, p);
	step = wb_look(ring);
	ck_assert_uint_eq(step.todo, IVRQ__STOP);
	ck_assert_uint_eq(step.position, p);
	ck_assert(!step.flies);
	ck_assert_uint_eq(step.cut.type, IVRQ__BY_GROUP);
	ck_assert_uint_eq(step.cut.number, 0);
}
END_TEST

START_TEST(test_expire_of_one_claimed_before_helps_the_claimer)
{
	uint64_t p = filled(_i, 2);
	uint32_t ref = ivrq__ref(ivrq__load_slot(ring, p));
	struct ivrq__step step = { .killed = false };

	wb_cut(ring, IVRQ__PENDING);
	atomic_store(&ring->cell[ref].claim, 7);
	ivrq__turn_expire(ring, p);
	step = wb_look(ring);
	ck_assert_uint_eq(step.todo, IVRQ__STOP);
	ck_assert_uint_eq(step.cut.number, 7);
}
END_TEST

START_TEST(test_expire_of_covered_or_running_does_nothing)
{
	uint64_t p = filled(_i, 2), before;

	wb_fly(ring);
	wb_cut(ring, IVRQ__ALL);
	before = word_now();
	ivrq__turn_expire(ring, p);
	ivrq__turn_expire(ring, ivrq__pos(p, 1));
	ck_assert_uint_eq(word_now(), before | IVRQ__SLOW);
	ck_assert_uint_ne(ivrq__type(ivrq__load_slot(ring, ivrq__pos(p, 1))),
			  IVRQ__KILLED);
}
END_TEST

START_TEST(test_sweeping_and_calm_leave_the_slow_mode)
{
	uint64_t word;

	filled(_i, 1);
	ivrq__select_enter(ring, &word);
	ivrq__select_leave(ring);
	ivrq__turn_calm(ring);
	ck_assert(word_now() & IVRQ__SLOW);
	ivrq__turn_sweeping(ring);
	ck_assert(!(word_now() & IVRQ__SWEEP));
	ivrq__turn_calm(ring);
	ck_assert(!(word_now() & IVRQ__SLOW));
}
END_TEST

START_TEST(test_sweeping_and_calm_of_a_fast_queue_change_nothing)
{
	uint64_t before;

	filled(_i, 1);
	before = word_now();
	ivrq__turn_sweeping(ring);
	ivrq__turn_calm(ring);
	ck_assert_uint_eq(word_now(), before);
}
END_TEST

/* 0 a selector inside, 1 a killed one, 2 a hole, 3 a covered one */
START_TEST(test_calm_while_something_needs_it_stays_slow)
{
	uint64_t p = filled(0, 2), word;

	ivrq__select_enter(ring, &word);
	if (_i)
		ivrq__select_leave(ring);
	if (_i == 1 || _i == 2)
		ivrq__select_kill(ring, ivrq__pos(p, 1), 9);
	if (_i == 2)
		ivrq__turn_bury(ring, ivrq__pos(p, 1));
	if (_i == 3)
		wb_cut(ring, IVRQ__ALL);
	ivrq__turn_sweeping(ring);
	ivrq__turn_calm(ring);
	ck_assert(word_now() & IVRQ__SLOW);
}
END_TEST

/* -------------------------------------------------- what is left for others */

START_TEST(test_pop_of_a_slow_cut_leaves_the_count_for_a_holder)
{
	uint64_t p = filled(_i, 3);
	struct ivrq__step step = { .killed = false };

	kill_one(ivrq__pos(p, 1), 9);
	wb_cut(ring, IVRQ__ALL);
	ivrq__queue_hold(ring, ivrq__pos(p, 2));
	step = wb_look(ring);
	ck_assert_uint_eq(step.todo, IVRQ__CANCELED);
	ivrq__turn_pop(ring, &step);
	ck_assert_uint_eq(atomic_load(&fixture.cell[3].note),
			  IVRQ__HOLDER | (2 + 1) << IVRQ__COUNT_SHIFT);
}
END_TEST

/* 0 completed, 1 running hit by a group, 2 the spared, 3 hit alone */
START_TEST(test_pop_tells_a_holder_how_it_ended)
{
	static const uint64_t fates[] = { IVRQ__FATE_DONE, IVRQ__FATE_RUNNING,
					  IVRQ__FATE_WAITING, 0 };
	uint64_t p = filled(0, 2), word;
	struct ivrq__step step = { .killed = false };

	ivrq__select_enter(ring, &word);
	if (_i == 2)
		wb_cut(ring, IVRQ__PENDING);
	else
		wb_fly(ring);
	ivrq__queue_hold(ring, p);
	if (_i == 0)
		ivrq__queue_complete(ring, p, 1);
	else if (_i == 3)
		ivrq__select_kill(ring, p, 9);
	else
		ivrq__select_kill_group(ring, p, 1, 9);
	step = wb_look(ring);
	ivrq__turn_pop(ring, &step);
	ck_assert_uint_eq(atomic_load(&fixture.cell[1].note) & IVRQ__FATE,
			  fates[_i]);
}
END_TEST

START_TEST(test_end_and_skip_use_up_one_position)
{
	uint64_t p = filled(_i, 0);

	wb_cut(ring, IVRQ__CLOSE);
	ivrq__turn_end(ring);
	ck_assert_uint_eq(ivrq__load_slot(ring, p),
			  ivrq__free_for(ivrq__pos(p, 16)));
	ivrq__turn_skip(ring);
	ck_assert_uint_eq(ivrq__head(word_now()), ivrq__pos(p, 1));
	ck_assert_uint_eq(ivrq__depth(word_now()), 0);
	ck_assert_uint_eq(ivrq__closed(word_now()), IVRQ__CLOSED_EMPTY);
	ck_assert_uint_eq(atomic_load(&fixture.queue.done), ivrq__pos(p, 1));
	ivrq__queue_open(ring);
	ck_assert_uint_eq(wb_put(ring, 1, false), ivrq__pos(p, 1));
}
END_TEST

START_TEST(test_end_refuses_what_was_filled_and_not_published)
{
	uint64_t p = filled(_i, 0);
	uint64_t slot = UINT64_C(5) << IVRQ__REF_SHIFT | IVRQ__READY;

	wb_cut(ring, IVRQ__CLOSE);
	atomic_store(ivrq__slot_at(ring, p), ivrq__with_payload(slot, p));
	ivrq__turn_end(ring);
	ck_assert_uint_eq(atomic_load(&fixture.cell[5].note), IVRQ__REFUSED);
	ck_assert_uint_eq(ivrq__load_slot(ring, p),
			  ivrq__free_for(ivrq__pos(p, 16)));
}
END_TEST

static void add_steps(TCase *tcase)
{
	WB_BOTH(tcase, test_look_says_what_comes_next);
	WB_BOTH(tcase, test_start_takes_it_out_of_the_ring);
	WB_BOTH(tcase, test_start_of_the_spared_uncovers_it_alone);
	WB_BOTH(tcase, test_start_after_a_kill_does_not);
	WB_BOTH(tcase, test_start_after_a_cut_does_not);
	WB_BOTH(tcase, test_pop_of_the_finished_lands_it);
	WB_BOTH(tcase, test_pop_leaves_the_slot_free_for_the_next_round);
	WB_BOTH(tcase, test_sweep_finds_the_killed_in_order);
	WB_BOTH(tcase, test_sweep_from_before_head_begins_at_head);
	WB_BOTH(tcase, test_look_at_covered_in_slow_mode_seals_it);
	WB_BOTH(tcase, test_pop_of_the_spared_that_was_hit_leaves_no_state);
	WB_BOTH(tcase, test_look_at_a_hole_is_dead_and_delivered);
	WB_BOTH(tcase, test_expire_kills_the_pending_with_number_0);
	WB_BOTH(tcase, test_expire_of_one_at_the_front_is_decided_by_the_word);
	WB_BOTH(tcase, test_expire_of_one_claimed_before_helps_the_claimer);
	WB_BOTH(tcase, test_expire_of_covered_or_running_does_nothing);
	WB_BOTH(tcase, test_sweeping_and_calm_leave_the_slow_mode);
	WB_BOTH(tcase, test_sweeping_and_calm_of_a_fast_queue_change_nothing);
	tcase_add_loop_test(
		tcase, test_calm_while_something_needs_it_stays_slow, 0, 4);
}

static void add_cuts(TCase *tcase)
{
	WB_BOTH(tcase, test_look_after_several_cuts_names_each_ones_own);
	WB_BOTH(tcase, test_look_running_keeps_the_boundary_that_hit_it);
	WB_BOTH(tcase, test_look_running_cut_by_a_barge_in_names_it);
	WB_BOTH(tcase, test_look_barge_in_right_after_a_cut_is_not_the_cutter);
	WB_BOTH(tcase, test_look_running_hit_alone_tells_a_close_from_a_cancel);
	WB_BOTH(tcase, test_look_running_hit_by_all_with_close_is_closing);
	WB_BOTH(tcase, test_look_group_cut_names_the_claim);
	WB_BOTH(tcase, test_look_covered_behind_a_running_one_leaves_at_once);
	tcase_add_loop_test(
		tcase, test_look_behind_a_stop_finds_what_need_not_wait, 0, 5);
}

int main(void)
{
	Suite *suite = suite_create("turn");
	TCase *tcase = tcase_create("steps");

	add_steps(tcase);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("cuts");
	add_cuts(tcase);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("others");
	WB_BOTH(tcase, test_pop_of_a_slow_cut_leaves_the_count_for_a_holder);
	tcase_add_loop_test(tcase, test_pop_tells_a_holder_how_it_ended, 0, 4);
	WB_BOTH(tcase, test_end_and_skip_use_up_one_position);
	WB_BOTH(tcase, test_end_refuses_what_was_filled_and_not_published);
	return wb_main(suite, tcase);
}
