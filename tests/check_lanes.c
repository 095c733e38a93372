/* SPDX-License-Identifier: MIT */
/* check_lanes: whose turn it is, and how long what fails rests. */
#include "ct.h"
#include "graph/lanes.h"

#define MS UINT64_C(1000000)

static struct ivrq__lanes lanes;
static uint64_t now;

static void begin(uint32_t senders)
{
	ck_assert(ivrq__lanes_init(&lanes, senders, 100, 1600));
	now = 1000 * MS;
}

static struct ivrq__lane *lane(unsigned number, const char *origin)
{
	struct ivrq__lane *made;
	ivrq_uuid id = { { 0 } };

	memcpy(id.bytes, &number, sizeof(number));
	made = ivrq__lanes_add(&lanes, &id, origin);
	ck_assert_ptr_nonnull(made);
	ck_assert_ptr_eq(ivrq__lanes_find(&lanes, &id), made);
	ivrq__lanes_ready(made);
	return made;
}

static struct ivrq__lane *pick(void)
{
	return ivrq__lanes_pick(&lanes, now);
}

static void land(struct ivrq__lane *lane, enum ivrq__landing how)
{
	ivrq__lanes_land(&lanes, lane, how, now);
}

START_TEST(test_lanes_find_among_many_answers_its_own)
{
	struct ivrq__lane *made[1000];
	ivrq_uuid id = { { 0 } };

	begin(1);
	for (unsigned i = 0; i < CT_COUNT(made); i++)
		made[i] = lane(i, "a");
	for (unsigned i = 0; i < CT_COUNT(made); i++) {
		memcpy(id.bytes, &i, sizeof(i));
		ck_assert_ptr_eq(ivrq__lanes_find(&lanes, &id), made[i]);
	}
	for (unsigned i = 0; i < CT_COUNT(made); i++) {
		ck_assert_ptr_eq(pick(), made[i]);
		land(made[i], IVRQ__SETTLED);
		ivrq__lanes_remove(&lanes, made[i]);
		memcpy(id.bytes, &i, sizeof(i));
		ck_assert_ptr_null(ivrq__lanes_find(&lanes, &id));
	}
	ivrq__lanes_done(&lanes);
}
END_TEST

START_TEST(test_lanes_pick_goes_round)
{
	struct ivrq__lane *a, *b, *c;

	begin(1);
	a = lane(1, "one");
	b = lane(2, "one");
	c = lane(3, "other");
	for (int round = 0; round < 3; round++) {
		struct ivrq__lane *turns[] = { round % 2 ? b : a, c };

		for (int i = 0; i < 2; i++) {
			ck_assert_ptr_eq(pick(), turns[i]);
			ck_assert_ptr_null(pick());
			land(turns[i], IVRQ__SETTLED);
			ivrq__lanes_ready(turns[i]);
		}
	}
	ivrq__lanes_done(&lanes);
}
END_TEST

START_TEST(test_lanes_pick_leaves_the_last_sender_to_another_origin)
{
	struct ivrq__lane *other, *last;

	begin(4);
	other = lane(9, "other");
	ck_assert_ptr_eq(pick(), other);
	land(other, IVRQ__SETTLED);
	for (unsigned i = 0; i < 6; i++)
		lane(i, "one");
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_nonnull(pick());
	ck_assert_ptr_null(pick());
	ivrq__lanes_ready(other);
	last = pick();
	ck_assert_ptr_eq(last, other);
	/* It is known, though it has nothing to tell any more. */
	land(other, IVRQ__SETTLED);
	ivrq__lanes_remove(&lanes, other);
	ck_assert_ptr_null(pick());
	ivrq__lanes_done(&lanes);
}
END_TEST

START_TEST(test_lanes_pick_of_the_only_origin_uses_all_senders)
{
	begin(4);
	for (unsigned i = 0; i < 6; i++)
		lane(i, "one");
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(pick());
	ck_assert_ptr_null(pick());
	ivrq__lanes_done(&lanes);
}
END_TEST

START_TEST(test_lanes_rest_doubles_to_the_longest)
{
	static const uint64_t longest[] = { 100, 200, 400, 800, 1600, 1600 };
	struct ivrq__lane *one;
	uint64_t due;

	begin(1);
	one = lane(1, "a");
	for (unsigned i = 0; i < CT_COUNT(longest); i++) {
		ck_assert_ptr_eq(pick(), one);
		land(one, i % 2 ? IVRQ__CUT : IVRQ__REFUSED);
		ivrq__lanes_rest(&lanes, one, now);
		due = ivrq__lanes_due(&lanes, now);
		ck_assert_uint_ge(due - now, longest[i] * MS / 2);
		ck_assert_uint_le(due - now, longest[i] * MS);
		now = due - 1;
		ck_assert_ptr_null(pick());
		now = due;
	}
	ck_assert_ptr_eq(pick(), one);
	land(one, IVRQ__SETTLED);
	ck_assert_uint_eq(one->failures, 0);
	ck_assert_uint_eq(ivrq__lanes_due(&lanes, now), UINT64_MAX);
	ivrq__lanes_done(&lanes);
}
END_TEST

START_TEST(test_lanes_rest_of_many_end_in_the_order_of_time)
{
	struct ivrq__lane *one;
	uint64_t due;

	begin(1);
	for (unsigned i = 0; i < 500; i++) {
		one = lane(i, "a");
		ck_assert_ptr_eq(pick(), one);
		land(one, IVRQ__REFUSED);
		one->failures = i % 6;
		ivrq__lanes_rest(&lanes, one, now);
	}
	for (unsigned i = 0; i < 500; i++) {
		due = ivrq__lanes_due(&lanes, now);
		ck_assert_uint_ge(due, now);
		now = due;
		one = pick();
		ck_assert_ptr_nonnull(one);
		ck_assert_uint_le(one->due_ns, now);
		land(one, IVRQ__SETTLED);
	}
	ck_assert_uint_eq(ivrq__lanes_due(&lanes, now), UINT64_MAX);
	ivrq__lanes_done(&lanes);
}
END_TEST

START_TEST(test_origin_not_reached_rests_and_is_tried_by_one)
{
	struct ivrq__lane *flying[3], *one;
	uint64_t due;

	begin(3);
	for (unsigned i = 0; i < 3; i++)
		lane(i, "a");
	for (unsigned i = 0; i < 3; i++)
		flying[i] = pick();
	for (unsigned i = 0; i < 3; i++) { /* one failure, not three */
		land(flying[i], IVRQ__UNREACHED);
		ivrq__lanes_ready(flying[i]);
	}
	due = ivrq__lanes_due(&lanes, now);
	ck_assert_uint_le(due - now, 100 * MS);
	ck_assert_ptr_null(pick());
	ck_assert_ptr_nonnull(lane(9, "b"));
	one = pick(); /* others are not concerned */
	ck_assert_ptr_nonnull(one);
	land(one, IVRQ__SETTLED);
	now = due;
	one = pick();
	ck_assert_ptr_eq(one, flying[0]);
	ck_assert_ptr_null(pick());
	land(one, IVRQ__UNREACHED);
	ivrq__lanes_ready(one);
	due = ivrq__lanes_due(&lanes, now);
	ck_assert_uint_ge(due - now, 100 * MS);
	now = due;
	one = pick();
	ck_assert_ptr_eq(one, flying[1]);
	land(one, IVRQ__REFUSED); /* it is there */
	ck_assert_ptr_nonnull(pick());
	ck_assert_ptr_nonnull(pick());
	ivrq__lanes_done(&lanes);
}
END_TEST

START_TEST(test_origin_without_answer_has_a_quarter_of_the_senders)
{
	struct ivrq__lane *one, *two;

	begin(8);
	for (unsigned i = 0; i < 8; i++)
		lane(i, "a");
	one = pick();
	land(one, IVRQ__CUT);
	one = pick();
	two = pick();
	ck_assert_ptr_nonnull(two);
	ck_assert_ptr_null(pick());
	land(one, IVRQ__SETTLED);
	for (int i = 0; i < 5; i++)
		ck_assert_ptr_nonnull(pick());
	ivrq__lanes_done(&lanes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lanes");
	TCase *tcase = tcase_create("lanes");

	tcase_add_test(tcase, test_lanes_find_among_many_answers_its_own);
	tcase_add_test(tcase, test_lanes_pick_goes_round);
	tcase_add_test(
		tcase,
		test_lanes_pick_leaves_the_last_sender_to_another_origin);
	tcase_add_test(tcase,
		       test_lanes_pick_of_the_only_origin_uses_all_senders);
	tcase_add_test(tcase, test_lanes_rest_doubles_to_the_longest);
	tcase_add_test(tcase, test_lanes_rest_of_many_end_in_the_order_of_time);
	tcase_add_test(tcase,
		       test_origin_not_reached_rests_and_is_tried_by_one);
	tcase_add_test(tcase,
		       test_origin_without_answer_has_a_quarter_of_the_senders);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
