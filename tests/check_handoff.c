/* SPDX-License-Identifier: MIT */
/*
 * check_handoff: the words between a leg's two threads, one step at a time from
 * one thread; and the pure parts beside them, ring, speech and beep.
 */
#include "media/leg.h"

#include "ct.h"

enum { ROOM = 64 };

static struct ivrq__handoff hand;
static char bytes[2 * ROOM];

static void set_up(void)
{
	memset(&hand, 0, sizeof(hand));
	ivrq__handoff_init(&hand, bytes, ROOM);
}

static struct ivrq__list *give(void)
{
	struct ivrq__list *list = ivrq__play_claim_md(&hand);

	list->count = 0;
	ivrq__play_give_md(&hand, list);
	return list;
}

/* ------------------------------------------------------------------ playing */

START_TEST(test_list_given_is_taken_once)
{
	struct ivrq__list *list;

	ck_assert(!ivrq__play_stale_io(&hand));
	ck_assert_ptr_null(ivrq__play_take_io(&hand));
	list = give();
	ck_assert(ivrq__play_stale_io(&hand));
	ck_assert_ptr_eq(ivrq__play_take_io(&hand), list);
	ck_assert(!ivrq__play_stale_io(&hand));
	ck_assert_ptr_null(ivrq__play_take_io(&hand));
}
END_TEST

/* Given up before it was taken: its list is claimed again, or the other. */
START_TEST(test_claim_never_finds_the_one_that_is_taken)
{
	struct ivrq__list *taken = give();
	int i;

	ck_assert_ptr_eq(ivrq__play_take_io(&hand), taken);
	for (i = 0; i < 10; i++) {
		ivrq__play_drop_md(&hand);
		ck_assert_ptr_ne(give(), taken);
	}
	ck_assert_ptr_ne(ivrq__play_take_io(&hand), taken);
	/* It has let go of the first. */
	ivrq__play_drop_md(&hand);
	ck_assert_ptr_eq(give(), taken);
}
END_TEST

/* The I/O thread has read want, and before it takes the list that names, the
 * session is given up and the list claimed. */
START_TEST(test_take_of_a_list_claimed_meanwhile_is_none)
{
	struct ivrq__list *list = give();

	ivrq__st_rlx32(&list->state, 0); /* claimed: FREE */
	ck_assert_ptr_null(ivrq__play_take_io(&hand));
	ck_assert(ivrq__play_stale_io(&hand));
	ivrq__play_give_md(&hand, list);
	ck_assert_ptr_eq(ivrq__play_take_io(&hand), list);
}
END_TEST

START_TEST(test_begun_and_ended_are_of_one_session)
{
	struct ivrq__play_end end = { 77, 2, IVRQ_REASON_SUCCESS };
	struct ivrq__play_end told;
	uint32_t first;

	give();
	ivrq__play_take_io(&hand);
	ck_assert(!ivrq__play_begun_md(&hand, &first));
	ivrq__play_begin_io(&hand, 5);
	ck_assert(ivrq__play_begun_md(&hand, &first));
	ck_assert_uint_eq(first, 5);
	ck_assert(!ivrq__play_ended_md(&hand, &told));
	ivrq__play_end_io(&hand, &end);
	ck_assert(ivrq__play_ended_md(&hand, &told));
	ck_assert_uint_eq(told.place, 77);
	ck_assert_uint_eq(told.entry, 2);
	give();
	ck_assert(!ivrq__play_begun_md(&hand, &first));
	ck_assert(!ivrq__play_ended_md(&hand, &told));
}
END_TEST

/* Given up while nobody looked: the session is over, no list is held. */
START_TEST(test_drop_lets_go_of_the_list)
{
	struct ivrq__list *list = give();

	ivrq__play_take_io(&hand);
	ivrq__play_drop_md(&hand);
	ck_assert(ivrq__play_stale_io(&hand));
	ck_assert_ptr_null(ivrq__play_take_io(&hand));
	ck_assert(!ivrq__play_stale_io(&hand));
	ck_assert_ptr_eq(give(), list);
}
END_TEST

/* -------------------------------------------------------------------- tones */

START_TEST(test_tone_mail_first_stop_tone_counts)
{
	ivrq__tone_mail(&hand, '#'); /* nobody listens yet */
	ivrq__record_begin_md(&hand, ivrq_tone_bit('#') | ivrq_tone_bit('9'));
	ck_assert_int_eq(ivrq__tone_take_md(&hand), 0);
	ivrq__tone_mail(&hand, '1');
	ck_assert_int_eq(ivrq__tone_take_md(&hand), 0);
	ivrq__tone_mail(&hand, '9');
	ivrq__tone_mail(&hand, '#');
	ck_assert_int_eq(ivrq__tone_take_md(&hand), '9');
	ivrq__record_verb_md(&hand, IVRQ__RECORD_END);
	ivrq__tone_mail(&hand, '#');
	ivrq__record_begin_md(&hand, ivrq_tone_bit('#'));
	ck_assert_int_eq(ivrq__tone_take_md(&hand), 0);
}
END_TEST

/* A sender that read the gate of an earlier recording was slow. */
START_TEST(test_tone_mail_of_an_earlier_recording_ends_no_later_one)
{
	uint32_t late;

	ivrq__record_begin_md(&hand, ivrq_tone_bit('#'));
	ivrq__tone_mail(&hand, '#');
	late = ivrq__ld_acq32(&hand.mail);
	ivrq__record_verb_md(&hand, IVRQ__RECORD_END);
	ivrq__record_begin_md(&hand, ivrq_tone_bit('#'));
	ivrq__st_rlx32(&hand.mail, late);
	ck_assert_int_eq(ivrq__tone_take_md(&hand), 0);
	ivrq__tone_mail(&hand, '#'); /* its own goes over the late one */
	ck_assert_int_eq(ivrq__tone_take_md(&hand), '#');
}
END_TEST

/* --------------------------------------------------------------------- kick */

START_TEST(test_kick_queues_once_newest_first)
{
	struct ivrq__queue queue;
	struct ivrq__handoff other;

	memset(&queue, 0, sizeof(queue));
	ivrq__handoff_init(&other, bytes, ROOM);
	ck_assert(ivrq__kick(&hand, &queue, 0, false));
	ck_assert(!ivrq__kick(&hand, &queue, 0, false));
	ck_assert(!ivrq__kick(&other, &queue, 1, false));
	ck_assert(!ivrq__kick(&other, &queue, 1, true));
	ck_assert_uint_eq(ivrq__queue_take_io(&queue), 2);
	ck_assert_uint_eq(other.next, 1);
	ck_assert_uint_eq(hand.next, 0);
	ck_assert(ivrq__kick_take_io(&other));
	ck_assert(!ivrq__kick_take_io(&hand));
	ck_assert_uint_eq(ivrq__queue_take_io(&queue), 0);
	ck_assert(ivrq__kick(&hand, &queue, 0, false));
}
END_TEST

/* --------------------------------------------------------------- pure parts */

/* A beep shorter than its two edges of 5 ms has one top, and no overflow. */
START_TEST(test_beep_shorter_than_its_edges_rises_and_falls)
{
	int16_t pcm[20];
	int top = 0;

	memset(pcm, 0x55, sizeof(pcm));
	ivrq__beep_make(pcm, CT_COUNT(pcm), 8000, 1000, 0);
	for (size_t i = 0; i < CT_COUNT(pcm); i++)
		top = abs(pcm[i]) > top ? abs(pcm[i]) : top;
	ck_assert_int_gt(top, 10000);
	ck_assert_int_lt(abs(pcm[1]), 2000);
	ck_assert_int_lt(abs(pcm[CT_COUNT(pcm) - 1]), 2000);
}
END_TEST

START_TEST(test_to_ms_ends_at_its_limit)
{
	static ivrq_media_leg leg;

	leg.config.rate_hz = 8000;
	ck_assert_uint_eq(ivrq__to_ms(&leg, 7), 0);
	ck_assert_uint_eq(ivrq__to_ms(&leg, 8), 1);
	ck_assert_uint_eq(ivrq__to_ms(&leg, 8ull * (IVRQ_MEDIA_MS_MAX - 1)),
			  IVRQ_MEDIA_MS_MAX - 1);
	ck_assert_uint_eq(ivrq__to_ms(&leg, UINT64_MAX / 1000),
			  IVRQ_MEDIA_MS_MAX);
}
END_TEST

START_TEST(test_path_empty_is_not_good)
{
	static ivrq_media media;

	ck_assert(!ivrq__path_good(&media, ""));
	ck_assert(!ivrq__path_good(&media, "/a"));
	ck_assert(!ivrq__path_good(&media, "a/.."));
	ck_assert(ivrq__path_good(&media, "a/..b"));
	media.config.absolute_paths = true;
	ck_assert(ivrq__path_good(&media, "/a"));
	ck_assert(!ivrq__path_good(&media, ""));
}
END_TEST

/* The longest that are accepted fit. */
START_TEST(test_path_join_has_room_for_the_longest)
{
	static char full[IVRQ__MEDIA_FULL_PATH];
	char longest[IVRQ_MEDIA_PATH_MAX + 1];
	char unique[IVRQ__MEDIA_NAME];

	memset(longest, 'a', sizeof(longest));
	longest[IVRQ_MEDIA_PATH_MAX] = '\0';
	ck_assert(ivrq__path_join(full, longest, longest, NULL));
	ck_assert_uint_eq(strlen(full), 2 * IVRQ_MEDIA_PATH_MAX + 1);
	/* As writer.c names a part: born, process, leg, recording. */
	snprintf(unique, sizeof(unique), "%llx-%x-%llx-%x", ~0ull, ~0u, 1ull,
		 ~0u);
	ck_assert(ivrq__path_join(full, longest, longest, unique));
	ck_assert(ivrq__path_join(full, "", "b", unique));
	ck_assert_int_eq(full[0], 'b');
	ck_assert(ivrq__path_join(full, "c", "/b", NULL));
	ck_assert_str_eq(full, "/b");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("handoff");
	TCase *tcase = tcase_create("handoff");
	TCase *pure = tcase_create("pure");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_test(tcase, test_list_given_is_taken_once);
	tcase_add_test(tcase, test_claim_never_finds_the_one_that_is_taken);
	tcase_add_test(tcase, test_take_of_a_list_claimed_meanwhile_is_none);
	tcase_add_test(tcase, test_begun_and_ended_are_of_one_session);
	tcase_add_test(tcase, test_drop_lets_go_of_the_list);
	tcase_add_test(tcase, test_tone_mail_first_stop_tone_counts);
	tcase_add_test(
		tcase,
		test_tone_mail_of_an_earlier_recording_ends_no_later_one);
	tcase_add_test(tcase, test_kick_queues_once_newest_first);
	suite_add_tcase(suite, tcase);
	tcase_add_test(pure, test_beep_shorter_than_its_edges_rises_and_falls);
	tcase_add_test(pure, test_to_ms_ends_at_its_limit);
	tcase_add_test(pure, test_path_empty_is_not_good);
	tcase_add_test(pure, test_path_join_has_room_for_the_longest);
	suite_add_tcase(suite, pure);
	return ct_run(suite);
}
