/* SPDX-License-Identifier: MIT */
/* check_queue: submit, cut, hold and complete on one queue, one thread. */
#include "whitebox.h"

static struct wb_ring fixture;
static const struct ivrq__ring *ring;

static void open_at(int i)
{
	ring = wb_ring_open(&fixture, 4, wb_start(i));
}

static uint64_t word_now(void)
{
	return ivrq__load_word(ring);
}

static enum ivrq__type type_at(uint64_t position)
{
	return ivrq__type(ivrq__load_slot(ring, position));
}

/* ------------------------------------------------------------------ layout */

static const struct {
	uint64_t word;
	uint64_t head;
	uint32_t depth, covered, state, closed;
} layouts[] = {
	{ 0, 0, 0, 0, 0, 0 },
	{ UINT64_C(0x7ff), 0, 0x7ff, 0, 0, 0 },
	{ UINT64_C(0x3ff800), 0, 0, 0x7ff, 0, 0 },
	{ UINT64_C(0x3c00000), 0, 0, 0, 15, 0 },
	{ UINT64_C(0x1c000000), 0, 0, 0, 0, 7 },
	{ IVRQ__SLOW | IVRQ__SWEEP, 0, 0, 0, 0, 0 },
	{ ~UINT64_C(0) << 31, IVRQ__POS_MASK, 0, 0, 0, 0 },
};

START_TEST(test_word_one_part_set_leaves_the_others_zero)
{
	uint64_t word = layouts[_i].word;

	ck_assert_uint_eq(ivrq__head(word), layouts[_i].head);
	ck_assert_uint_eq(ivrq__depth(word), layouts[_i].depth);
	ck_assert_uint_eq(ivrq__covered(word), layouts[_i].covered);
	ck_assert_uint_eq(ivrq__state(word), layouts[_i].state);
	ck_assert_uint_eq(ivrq__closed(word), layouts[_i].closed);
}
END_TEST

START_TEST(test_slot_parts_do_not_overlap)
{
	uint64_t slot = ivrq__with_payload(IVRQ__REF_MASK << IVRQ__REF_SHIFT,
					   IVRQ__POS_MASK);

	slot = ivrq__with_type(slot, IVRQ__KILLED);
	ck_assert_uint_eq(ivrq__type(slot), IVRQ__KILLED);
	ck_assert_uint_eq(ivrq__ref(slot), IVRQ__REF_MASK);
	ck_assert_uint_eq(ivrq__payload(slot), IVRQ__POS_MASK);
	ck_assert(!(slot & (IVRQ__MARK_CUT | IVRQ__MARK_BARGE)));
	ck_assert_uint_eq(ivrq__payload(ivrq__with_payload(slot, 5)), 5);
}
END_TEST

START_TEST(test_pos_diff_across_the_wrap_is_small)
{
	ck_assert_int_eq(ivrq__pos_diff(2, IVRQ__POS_MASK), 3);
	ck_assert_int_eq(ivrq__pos_diff(IVRQ__POS_MASK, 2), -3);
	ck_assert_int_eq(ivrq__pos_diff(7, 7), 0);
	ck_assert_uint_eq(ivrq__pos(IVRQ__POS_MASK, 1), 0);
}
END_TEST

START_TEST(test_queue_init_makes_it_closed_until_open)
{
	struct ivrq__placed placed;

	open_at(0);
	ivrq__queue_init(ring);
	ck_assert_int_eq(ivrq__queue_submit(ring, 1, false, &placed),
			 IVRQ__SHUT);
	ivrq__queue_open(ring);
	ck_assert_int_eq(ivrq__queue_submit(ring, 1, false, &placed), 0);
	ck_assert_uint_eq(placed.position, IVRQ_POS_START);
}
END_TEST

/* ------------------------------------------------------------------ submit */

START_TEST(test_submit_fills_the_slot_at_the_tail)
{
	struct ivrq__placed placed;
	uint32_t i;

	open_at(_i);
	for (i = 0; i < 4; i++) {
		ck_assert_int_eq(
			ivrq__queue_submit(ring, i + 7, false, &placed), 0);
		ck_assert_uint_eq(placed.position, ivrq__pos(wb_start(_i), i));
		ck_assert_uint_eq(placed.ahead, i);
		ck_assert(ivrq__is_ready_for(
			ivrq__load_slot(ring, placed.position),
			placed.position));
		ck_assert_uint_eq(
			ivrq__ref(ivrq__load_slot(ring, placed.position)),
			i + 7);
		ck_assert(!(ivrq__load_slot(ring, placed.position) &
			    (IVRQ__MARK_CUT | IVRQ__MARK_BARGE)));
		ck_assert_uint_eq(ivrq__depth(word_now()), i + 1);
	}
}
END_TEST

START_TEST(test_submit_to_a_full_ring_changes_nothing)
{
	struct ivrq__placed placed;
	uint64_t word;

	open_at(_i);
	wb_fill(ring, 1, 4);
	word = word_now();
	ck_assert_int_eq(ivrq__queue_submit(ring, 9, false, &placed),
			 IVRQ__FULL);
	ck_assert_uint_eq(word_now(), word);
}
END_TEST

START_TEST(test_submit_one_in_flight_takes_a_place)
{
	struct ivrq__placed placed;

	open_at(_i);
	wb_fill(ring, 1, 4);
	wb_fly(ring);
	ck_assert_int_eq(ivrq__queue_submit(ring, 9, false, &placed),
			 IVRQ__FULL);
}
END_TEST

START_TEST(test_submit_refused_leaves_the_slot_free)
{
	struct ivrq__placed placed;

	open_at(_i);
	wb_cut(ring, IVRQ__CLOSE);
	ck_assert_int_eq(ivrq__queue_submit(ring, 9, false, &placed),
			 IVRQ__SHUT);
	atomic_store(&fixture.life, 4);
	ck_assert_int_eq(ivrq__queue_submit(ring, 9, false, &placed),
			 IVRQ__GONE);
	ck_assert_uint_eq(ivrq__load_slot(ring, wb_start(_i)),
			  ivrq__free_for(wb_start(_i)));
}
END_TEST

/* A submitter filled the slot at the tail and went to sleep. */
static void frozen(uint32_t ref, uint64_t marks)
{
	uint64_t tail = ivrq__tail(word_now());
	uint64_t slot = (uint64_t)ref << IVRQ__REF_SHIFT | IVRQ__READY | marks;

	atomic_store(ivrq__slot_at(ring, tail), ivrq__with_payload(slot, tail));
}

START_TEST(test_submit_behind_a_filled_slot_helps_it_first)
{
	uint64_t first;

	open_at(_i);
	first = ivrq__tail(word_now());
	frozen(5, 0);
	ck_assert_uint_eq(wb_put(ring, 6, false), ivrq__pos(first, 1));
	ck_assert_uint_eq(ivrq__depth(word_now()), 2);
	ck_assert_uint_eq(ivrq__ref(ivrq__load_slot(ring, first)), 5);
}
END_TEST

START_TEST(test_submit_helping_after_a_cut_marks_the_boundary)
{
	uint64_t tail;

	open_at(_i);
	wb_put(ring, 1, false);
	tail = ivrq__tail(word_now());
	frozen(5, 0);
	wb_cut(ring, IVRQ__ALL);
	wb_put(ring, 6, false);
	ck_assert(ivrq__load_slot(ring, tail) & IVRQ__MARK_CUT);
	ck_assert(
		!(ivrq__load_slot(ring, ivrq__pos(tail, 1)) & IVRQ__MARK_CUT));
	ck_assert_uint_eq(ivrq__covered(word_now()), 1);
}
END_TEST

START_TEST(test_submit_helping_a_barge_in_makes_its_cut)
{
	open_at(_i);
	wb_fill(ring, 1, 2);
	frozen(5, IVRQ__MARK_BARGE);
	wb_put(ring, 6, false);
	ck_assert_uint_eq(ivrq__covered(word_now()), 2);
	ck_assert_uint_eq(ivrq__depth(word_now()), 4);
}
END_TEST

START_TEST(test_submit_after_a_cut_is_marked_and_not_covered)
{
	struct ivrq__placed placed;

	open_at(_i);
	wb_fill(ring, 1, 2);
	wb_cut(ring, IVRQ__ALL);
	ck_assert_int_eq(ivrq__queue_submit(ring, 3, false, &placed), 0);
	ck_assert(ivrq__load_slot(ring, placed.position) & IVRQ__MARK_CUT);
	ck_assert_uint_eq(placed.ahead, 0);
	ck_assert_uint_eq(ivrq__covered(word_now()), 2);
}
END_TEST

START_TEST(test_submit_barge_cuts_the_pending_and_the_running)
{
	struct ivrq__placed placed;
	uint64_t word;

	open_at(_i);
	wb_fill(ring, 1, 3);
	wb_fly(ring);
	ck_assert_int_eq(ivrq__queue_submit(ring, 4, true, &placed), 0);
	word = word_now();
	ck_assert_uint_eq(placed.ahead, 0);
	ck_assert_uint_eq(ivrq__covered(word), 2);
	ck_assert_uint_eq(ivrq__depth(word), 3);
	ck_assert_uint_eq(ivrq__state(word), IVRQ__CUT_BARGE);
	ck_assert_uint_eq(atomic_load(&fixture.queue.hit), placed.position);
}
END_TEST

START_TEST(test_submit_ahead_counts_the_running_and_the_spared)
{
	struct ivrq__placed placed;

	open_at(_i);
	wb_put(ring, 1, false);
	wb_fly(ring);
	ck_assert_int_eq(ivrq__queue_submit(ring, 2, false, &placed), 0);
	ck_assert_uint_eq(placed.ahead, 1);
	open_at(_i);
	wb_fill(ring, 1, 2);
	wb_cut(ring, IVRQ__PENDING);
	ck_assert_int_eq(ivrq__queue_submit(ring, 3, false, &placed), 0);
	ck_assert_uint_eq(placed.ahead, 1);
}
END_TEST

/* -------------------------------------------------------------------- cuts */

static void receipt_is(const struct ivrq__receipt *receipt,
		       enum ivrq__cut_type type, uint64_t number,
		       uint32_t in_flight, uint32_t pending)
{
	ck_assert_uint_eq(receipt->cut.type, type);
	if (type != IVRQ__BY_NONE)
		ck_assert_uint_eq(receipt->cut.number, number);
	ck_assert_uint_eq(receipt->in_flight, in_flight);
	ck_assert_uint_eq(receipt->pending, pending);
	ck_assert_uint_eq(receipt->recycle, 0);
}

START_TEST(test_cut_all_counts_each_operation_once)
{
	struct ivrq__receipt r;

	open_at(_i);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_NONE, 0, 0, 0);
	wb_fill(ring, 1, 2);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_RANGE, ivrq__pos(wb_start(_i), 2), 0, 2);
	wb_put(ring, 3, false);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_RANGE, ivrq__pos(wb_start(_i), 3), 0, 1);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_NONE, 0, 0, 0);
}
END_TEST

START_TEST(test_cut_all_of_one_running_names_it)
{
	struct ivrq__receipt r;
	uint64_t position;

	open_at(_i);
	wb_put(ring, 1, false);
	position = wb_fly(ring);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_LONE, position, 1, 0);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__CUT_LONE);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_NONE, 0, 0, 0);
}
END_TEST

START_TEST(test_cut_all_of_running_and_pending_leaves_the_boundary)
{
	struct ivrq__receipt r;
	uint64_t end = ivrq__pos(wb_start(_i), 3);

	open_at(_i);
	wb_fill(ring, 1, 3);
	wb_fly(ring);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_RANGE, end, 1, 2);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__CUT_RANGE);
	ck_assert_uint_eq(atomic_load(&fixture.queue.hit), end);
}
END_TEST

START_TEST(test_cut_pending_spares_the_running)
{
	struct ivrq__receipt r;

	open_at(_i);
	wb_fill(ring, 1, 3);
	wb_fly(ring);
	r = wb_cut(ring, IVRQ__PENDING);
	receipt_is(&r, IVRQ__BY_RANGE, ivrq__pos(wb_start(_i), 3), 0, 2);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__RUN);
}
END_TEST

START_TEST(test_cut_pending_spares_the_oldest_that_waits)
{
	struct ivrq__receipt r;

	open_at(_i);
	wb_fill(ring, 1, 3);
	r = wb_cut(ring, IVRQ__PENDING);
	receipt_is(&r, IVRQ__BY_RANGE, ivrq__pos(wb_start(_i), 3), 0, 2);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__KEEP);
	ck_assert_uint_eq(type_at(wb_start(_i)), IVRQ__TAKEN);
	ck_assert_uint_eq(ivrq__covered(word_now()), 3);
	r = wb_cut(ring, IVRQ__ALL); /* now that one too */
	receipt_is(&r, IVRQ__BY_LONE, wb_start(_i), 0, 1);
}
END_TEST

START_TEST(test_cut_pending_of_one_cuts_nothing)
{
	struct ivrq__receipt r;

	open_at(_i);
	wb_put(ring, 1, false);
	r = wb_cut(ring, IVRQ__PENDING);
	receipt_is(&r, IVRQ__BY_NONE, 0, 0, 0);
	ck_assert_uint_eq(ivrq__covered(word_now()), 0);
}
END_TEST

START_TEST(test_cut_does_not_reach_what_has_finished)
{
	struct ivrq__receipt r;
	uint64_t position;

	open_at(_i);
	wb_fill(ring, 1, 2);
	position = wb_fly(ring);
	ck_assert_int_eq(ivrq__queue_complete(ring, position, 1), IVRQ__ENDED);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_RANGE, ivrq__pos(wb_start(_i), 2), 0, 1);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__DONE);
}
END_TEST

START_TEST(test_cut_close_remembers_what_it_found)
{
	struct ivrq__receipt r;
	bool stop = _i % 2;
	uint32_t found = (uint32_t)_i / 2; /* empty, running, both */
	enum ivrq__range range = stop ? IVRQ__CLOSE_STOP : IVRQ__CLOSE;

	open_at(0);
	if (found) {
		wb_fill(ring, 1, found);
		wb_fly(ring);
	}
	wb_cut(ring, range);
	ck_assert_uint_eq(ivrq__closed(word_now()),
			  IVRQ__CLOSED_EMPTY + found + (stop ? 3 : 0));
	ck_assert_uint_eq(ivrq__close_effect(word_now()),
			  IVRQ__CLOSED_EMPTY + found);
	ck_assert_int_eq(ivrq__queue_cut(ring, range, &r), IVRQ__SHUT);
	ck_assert_int_eq(ivrq__queue_cut(ring, IVRQ__ALL, &r), 0);
}
END_TEST

START_TEST(test_cut_after_the_life_ended_is_gone)
{
	struct ivrq__receipt r;

	open_at(0);
	wb_put(ring, 1, false);
	atomic_store(&fixture.life, 4);
	ck_assert_int_eq(ivrq__queue_cut(ring, IVRQ__ALL, &r), IVRQ__GONE);
	ck_assert_uint_eq(ivrq__covered(word_now()), 0);
}
END_TEST

START_TEST(test_cut_among_killed_ones_counts_and_seals_the_rest)
{
	struct ivrq__receipt r;
	uint64_t first, word;

	open_at(_i);
	first = wb_fill(ring, 1, 4);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	/* A number that could be taken for its position. */
	ck_assert_int_eq(ivrq__select_kill(ring, ivrq__pos(first, 2),
					   ivrq__pos(first, 2)),
			 IVRQ__HIT_PENDING);
	ivrq__select_leave(ring);
	r = wb_cut(ring, IVRQ__ALL);
	receipt_is(&r, IVRQ__BY_RANGE, ivrq__pos(first, 4), 0, 3);
	ck_assert_uint_eq(type_at(first), IVRQ__SEALED);
	ck_assert_uint_eq(type_at(ivrq__pos(first, 2)), IVRQ__KILLED);
	ck_assert_uint_eq(type_at(ivrq__pos(first, 3)), IVRQ__SEALED);
	ck_assert(!(atomic_load(&fixture.cell[4].note) & IVRQ__HOLDERS));
}
END_TEST

START_TEST(test_seal_of_what_is_another_ones_by_now_counts_nothing)
{
	uint64_t first;

	open_at(_i);
	first = wb_fill(ring, 1, 2);
	ck_assert_uint_eq(ivrq__queue_seal(ring, first, ivrq__pos(first, 2)),
			  2);
	ck_assert_uint_eq(ivrq__queue_seal(ring, ivrq__pos(first, ~3ull),
					   ivrq__pos(first, ~1ull)),
			  0);
}
END_TEST

static void view_is(uint32_t live, uint32_t canceled, uint64_t head,
		    uint64_t tail)
{
	struct ivrq__view view;

	ivrq__queue_view(ring, word_now(), &view);
	ck_assert_uint_eq(view.live, live);
	ck_assert_uint_eq(view.canceled, canceled);
	ck_assert_uint_eq(view.head, head);
	ck_assert_uint_eq(view.tail, tail);
}

START_TEST(test_view_has_the_running_and_the_pending)
{
	uint64_t first;

	open_at(_i);
	first = wb_fill(ring, 1, 3);
	view_is(3, 0, first, ivrq__pos(first, 2));
	wb_cut(ring, IVRQ__PENDING);
	view_is(3, 2, first, ivrq__pos(first, 2));
	wb_fly(ring);
	view_is(3, 2, first, ivrq__pos(first, 2));
	wb_leave(ring);
	wb_leave(ring);
	view_is(1, 0, first, first);
	wb_cut(ring, IVRQ__ALL);
	view_is(1, 1, first, first);
	wb_leave(ring);
	wb_fill(ring, 4, 2);
	wb_fly(ring);
	wb_cut(ring, IVRQ__ALL);
	view_is(2, 2, ivrq__pos(first, 3), ivrq__pos(first, 4));
}
END_TEST

START_TEST(test_view_leaves_out_what_was_delivered)
{
	uint64_t first, word;
	unsigned i;

	open_at(_i);
	first = wb_fill(ring, 1, 4);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	for (i = 0; i < 4; i++)
		if (i != 1)
			ivrq__select_kill(ring, ivrq__pos(first, i), 9);
	ivrq__select_leave(ring);
	view_is(4, 0, first, ivrq__pos(first, 3));
	ivrq__turn_bury(ring, first);
	ivrq__turn_bury(ring, ivrq__pos(first, 3));
	view_is(2, 0, ivrq__pos(first, 1), ivrq__pos(first, 2));
	ivrq__turn_bury(ring, ivrq__pos(first, 2));
	view_is(1, 0, ivrq__pos(first, 1), ivrq__pos(first, 1));
	wb_cut(ring, IVRQ__ALL);
	view_is(1, 1, ivrq__pos(first, 1), ivrq__pos(first, 1));
}
END_TEST

/* --------------------------------------------------------- hold and recycle */

START_TEST(test_hold_finds_the_pending_and_the_running_only)
{
	uint64_t first;

	open_at(_i);
	first = wb_fill(ring, 5, 2);
	wb_fly(ring);
	ck_assert_uint_eq(ivrq__queue_hold(ring, first), 6);
	ck_assert_uint_eq(ivrq__queue_hold(ring, ivrq__pos(first, 1)), 7);
	ck_assert_uint_eq(ivrq__queue_hold(ring, ivrq__pos(first, 2)), 0);
	ck_assert_uint_eq(ivrq__queue_hold(ring, ivrq__pos(first, ~0ull)), 0);
	ck_assert_uint_eq(atomic_load(&fixture.cell[5].note), IVRQ__HOLDER);
}
END_TEST

START_TEST(test_hold_after_it_left_finds_nothing)
{
	uint64_t position;

	open_at(_i);
	wb_put(ring, 5, false);
	position = wb_fly(ring);
	ivrq__queue_complete(ring, position, 5);
	wb_leave(ring);
	ck_assert_uint_eq(ivrq__queue_hold(ring, position), 0);
}
END_TEST

START_TEST(test_hold_by_65535_refuses_one_more)
{
	uint64_t position;

	open_at(_i);
	position = wb_put(ring, 5, false);
	atomic_store(&fixture.cell[5].note, IVRQ__HOLDERS);
	ck_assert_uint_eq(ivrq__queue_hold(ring, position), 0);
	ck_assert_uint_eq(atomic_load(&fixture.cell[5].note), IVRQ__HOLDERS);
}
END_TEST

START_TEST(test_release_while_held_leaves_it_to_the_last_holder)
{
	struct ivrq__cell *cell = &fixture.cell[5];
	uint64_t position;

	open_at(_i);
	position = wb_put(ring, 5, false);
	ivrq__queue_hold(ring, position);
	ivrq__queue_hold(ring, position);
	ck_assert(!ivrq__cell_release(cell));
	ck_assert(!ivrq__cell_unhold(cell));
	ck_assert(ivrq__cell_unhold(cell));
	ck_assert_uint_eq(atomic_load(&cell->note), IVRQ__SERIAL);
}
END_TEST

START_TEST(test_unhold_before_release_recycles_nothing)
{
	struct ivrq__cell *cell = &fixture.cell[5];

	open_at(_i);
	ivrq__queue_hold(ring, wb_put(ring, 5, false));
	ck_assert(!ivrq__cell_unhold(cell));
	ck_assert_uint_eq(atomic_load(&cell->note), 0);
	ck_assert(ivrq__cell_release(cell));
	ck_assert_uint_eq(atomic_load(&cell->note), IVRQ__SERIAL);
}
END_TEST

START_TEST(test_tell_stays_until_the_storage_is_recycled)
{
	struct ivrq__cell *cell = &fixture.cell[5];

	open_at(_i);
	ivrq__queue_hold(ring, wb_put(ring, 5, false));
	ivrq__cell_tell(cell, IVRQ__FATE_DONE);
	ck_assert_uint_eq(atomic_load(&cell->note),
			  IVRQ__HOLDER | IVRQ__FATE_DONE);
	ck_assert(!ivrq__cell_unhold(cell));
	ck_assert_uint_eq(atomic_load(&cell->note), IVRQ__FATE_DONE);
	ck_assert(ivrq__cell_release(cell));
	ck_assert_uint_eq(atomic_load(&cell->note), IVRQ__SERIAL);
}
END_TEST

/* ---------------------------------------------------------------- complete */

START_TEST(test_complete_of_the_running_makes_it_done)
{
	uint64_t position;

	open_at(_i);
	wb_fill(ring, 1, 2);
	position = wb_fly(ring);
	ck_assert_int_eq(ivrq__queue_complete(ring, position, 1), IVRQ__ENDED);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__DONE);
	ck_assert_int_eq(ivrq__queue_complete(ring, position, 1), IVRQ__ENDED);
}
END_TEST

START_TEST(test_complete_after_a_cut_loses)
{
	uint64_t position;

	open_at(_i);
	wb_put(ring, 1, false);
	position = wb_fly(ring);
	wb_cut(ring, IVRQ__ALL);
	ck_assert_int_eq(ivrq__queue_complete(ring, position, 1),
			 IVRQ__ENDED_CUT);
	ck_assert_uint_eq(ivrq__state(word_now()), IVRQ__CUT_LONE);
}
END_TEST

START_TEST(test_complete_after_landing_reads_the_note)
{
	bool done = _i;
	struct ivrq__step step = { .killed = false };
	uint64_t position;

	open_at(0);
	wb_fill(ring, 1, 2);
	position = wb_fly(ring);
	ivrq__queue_hold(ring, position);
	if (done)
		ivrq__queue_complete(ring, position, 1);
	else
		wb_cut(ring, IVRQ__ALL);
	step = wb_look(ring);
	ivrq__turn_pop(ring, &step);
	ivrq__turn_land(ring, &step);
	if (done)
		wb_fly(ring); /* the next one runs: it must not end */
	ck_assert_int_eq(ivrq__queue_complete(ring, position, 1),
			 done ? IVRQ__ENDED : IVRQ__ENDED_CUT);
	ck_assert_uint_eq(ivrq__state(word_now()),
			  done ? IVRQ__RUN : IVRQ__IDLE);
}
END_TEST

static void add_submits(TCase *tcase)
{
	WB_BOTH(tcase, test_submit_fills_the_slot_at_the_tail);
	WB_BOTH(tcase, test_submit_to_a_full_ring_changes_nothing);
	WB_BOTH(tcase, test_submit_one_in_flight_takes_a_place);
	WB_BOTH(tcase, test_submit_refused_leaves_the_slot_free);
	WB_BOTH(tcase, test_submit_behind_a_filled_slot_helps_it_first);
	WB_BOTH(tcase, test_submit_helping_after_a_cut_marks_the_boundary);
	WB_BOTH(tcase, test_submit_helping_a_barge_in_makes_its_cut);
	WB_BOTH(tcase, test_submit_after_a_cut_is_marked_and_not_covered);
	WB_BOTH(tcase, test_submit_barge_cuts_the_pending_and_the_running);
	WB_BOTH(tcase, test_submit_ahead_counts_the_running_and_the_spared);
}

static void add_cuts(TCase *tcase)
{
	WB_BOTH(tcase, test_cut_all_counts_each_operation_once);
	WB_BOTH(tcase, test_cut_all_of_one_running_names_it);
	WB_BOTH(tcase, test_cut_all_of_running_and_pending_leaves_the_boundary);
	WB_BOTH(tcase, test_cut_pending_spares_the_running);
	WB_BOTH(tcase, test_cut_pending_spares_the_oldest_that_waits);
	WB_BOTH(tcase, test_cut_pending_of_one_cuts_nothing);
	WB_BOTH(tcase, test_cut_does_not_reach_what_has_finished);
	tcase_add_loop_test(tcase, test_cut_close_remembers_what_it_found, 0,
			    6);
	tcase_add_test(tcase, test_cut_after_the_life_ended_is_gone);
	WB_BOTH(tcase, test_cut_among_killed_ones_counts_and_seals_the_rest);
	WB_BOTH(tcase, test_seal_of_what_is_another_ones_by_now_counts_nothing);
	WB_BOTH(tcase, test_view_has_the_running_and_the_pending);
	WB_BOTH(tcase, test_view_leaves_out_what_was_delivered);
}

static void add_holds(TCase *tcase)
{
	WB_BOTH(tcase, test_hold_finds_the_pending_and_the_running_only);
	WB_BOTH(tcase, test_hold_after_it_left_finds_nothing);
	WB_BOTH(tcase, test_hold_by_65535_refuses_one_more);
	WB_BOTH(tcase, test_release_while_held_leaves_it_to_the_last_holder);
	WB_BOTH(tcase, test_unhold_before_release_recycles_nothing);
	WB_BOTH(tcase, test_tell_stays_until_the_storage_is_recycled);
	WB_BOTH(tcase, test_complete_of_the_running_makes_it_done);
	WB_BOTH(tcase, test_complete_after_a_cut_loses);
	tcase_add_loop_test(tcase, test_complete_after_landing_reads_the_note,
			    0, 2);
}

int main(void)
{
	Suite *suite = suite_create("queue");
	TCase *tcase = tcase_create("word");

	tcase_add_loop_test(tcase,
			    test_word_one_part_set_leaves_the_others_zero, 0,
			    (int)CT_COUNT(layouts));
	tcase_add_test(tcase, test_slot_parts_do_not_overlap);
	tcase_add_test(tcase, test_pos_diff_across_the_wrap_is_small);
	tcase_add_test(tcase, test_queue_init_makes_it_closed_until_open);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("submit");
	add_submits(tcase);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("cut");
	add_cuts(tcase);
	suite_add_tcase(suite, tcase);
	tcase = tcase_create("hold");
	add_holds(tcase);
	return wb_main(suite, tcase);
}
