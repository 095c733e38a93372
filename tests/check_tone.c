/* SPDX-License-Identifier: MIT */
/* check_tone: tones in order, overflow, and subscriptions. */
#include "core/tone.h"
#include "whitebox.h"

static struct wb wb;
static ivrq_subscription subscription;

static ivrq_subscription subscribe(void)
{
	ivrq_subscription s;

	ck_assert_int_eq(
		ivrq_subscribe_to_tone(wb.engine, wb.call, NULL, NULL, &s), 0);
	return s;
}

static void set_up(void)
{
	wb_init(&wb);
	wb.config.tones = 5;
	wb.config.tones_per_call = 3;
	wb.config.subscriptions = 2;
	wb_begin(&wb);
	subscription = subscribe();
}

static void tear_down(void)
{
	wb_end(&wb);
}

static int tone(char c)
{
	return ivrq_tone(wb.engine, wb.call, c, 100);
}

static void event_is(unsigned i, char c, uint64_t sequence, uint32_t lost)
{
	ck_assert_int_eq(wb.event[i].tone, c);
	ck_assert_uint_eq(wb.event[i].sequence_id, sequence);
	ck_assert_uint_eq(wb.event[i].lost, lost);
	ck_assert_uint_eq(wb.event[i].call.value, wb.call.value);
}

static uint32_t tones_free(void)
{
	uint32_t count = 0;

	while (ivrq__pool_pop(&wb.engine->tone_pool) != IVRQ__NONE)
		count++;
	return count;
}

START_TEST(test_deliver_turns_the_chain_round)
{
	ivrq_stats stats;

	tone('1');
	tone('#');
	tone('d');
	ck_assert_int_eq(wb_run(&wb, 1), 0);
	WB_LOG(&wb, "t1 t# td");
	event_is(0, '1', 1, 0);
	event_is(1, '#', 2, 0);
	event_is(2, 'd', 3, 0);
	ck_assert_uint_eq(wb.event[0].duration_ms, 100);
	ck_assert_uint_eq(wb.event[0].subscription.value, subscription.value);
	ck_assert_int_eq(ivrq_engine_stats(wb.engine, &stats), 0);
	ck_assert_uint_eq(stats.tones, 3);
	ck_assert_uint_eq(tones_free(), 5);
}
END_TEST

START_TEST(test_tone_beyond_its_calls_share_is_lost_and_told)
{
	ivrq_stats stats;
	int i;

	for (i = 0; i < 3; i++)
		ck_assert_int_eq(tone('1'), 0);
	ck_assert_int_eq(tone('2'), IVRQ_EFULL);
	ck_assert_int_eq(tone('3'), IVRQ_EFULL);
	wb_run(&wb, 1);
	ck_assert_int_eq(tone('4'), 0);
	wb_run(&wb, 1);
	WB_LOG(&wb, "t1 t1 t1 t4");
	event_is(2, '1', 3, 0);
	event_is(3, '4', 6, 2);
	ck_assert_int_eq(ivrq_engine_stats(wb.engine, &stats), 0);
	ck_assert_uint_eq(stats.tones_lost, 2);
	ck_assert_uint_eq(tones_free(), 5);
}
END_TEST

START_TEST(test_tone_without_a_node_is_lost_and_told)
{
	while (ivrq__pool_pop(&wb.engine->tone_pool) != IVRQ__NONE)
		;
	ck_assert_int_eq(tone('1'), IVRQ_EPOOL);
	ivrq__pool_push(&wb.engine->tone_pool, 0);
	ck_assert_int_eq(tone('2'), 0);
	wb_run(&wb, 1);
	event_is(0, '2', 2, 1);
}
END_TEST

START_TEST(test_tone_that_is_none_takes_no_sequence)
{
	ck_assert_int_eq(tone('e'), IVRQ_EINVAL);
	ck_assert_int_eq(tone(0), IVRQ_EINVAL);
	ck_assert_int_eq(tone('1'), 0);
	wb_run(&wb, 1);
	event_is(0, '1', 1, 0);
}
END_TEST

START_TEST(test_tone_before_the_subscription_is_not_for_it)
{
	ivrq_subscription second;

	tone('1');
	second = subscribe();
	tone('2');
	wb_run(&wb, 1);
	WB_LOG(&wb, "t1 t2 t2");
	ck_assert_uint_eq(wb.event[0].subscription.value, subscription.value);
	ck_assert_uint_eq(wb.event[1].subscription.value, second.value);
	ck_assert_uint_eq(wb.event[2].subscription.value, subscription.value);
}
END_TEST

static void handler(void *user, const ivrq_tone_event *event)
{
	*(char *)user = event->tone;
}

START_TEST(test_tone_goes_to_the_handler_that_was_given)
{
	ivrq_subscription own;
	char heard = 0;

	ck_assert_int_eq(ivrq_subscribe_to_tone(wb.engine, wb.call, handler,
						&heard, &own),
			 0);
	tone('7');
	wb_run(&wb, 1);
	WB_LOG(&wb, "t7"); /* the first one's: the listener */
	ck_assert_int_eq(heard, '7');
}
END_TEST

START_TEST(test_unsubscribe_ends_one_and_only_once)
{
	subscribe();
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, subscription), 0);
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, subscription),
			 IVRQ_ENOENT);
	tone('1');
	wb_run(&wb, 1);
	WB_LOG(&wb, "t1");
	ck_assert_uint_ne(wb.event[0].subscription.value, subscription.value);
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, subscription),
			 IVRQ_ENOENT);
}
END_TEST

START_TEST(test_unsubscribe_of_no_subscription_is_refused)
{
	ivrq_subscription s = { 0 };

	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, s), IVRQ_ENOENT);
	s.value = subscription.value | IVRQ__INDEX_MASK; /* no place */
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, s), IVRQ_ENOENT);
	s.value = subscription.value + (1 << 24);
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, s), IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_unsubscribe(NULL, subscription), IVRQ_EINVAL);
	tone('1');
	wb_run(&wb, 1);
	WB_LOG(&wb, "t1");
}
END_TEST

START_TEST(test_subscription_used_again_has_a_new_generation)
{
	ivrq_subscription again, third;

	subscribe();
	ck_assert_int_eq(
		ivrq_subscribe_to_tone(wb.engine, wb.call, NULL, NULL, &third),
		IVRQ_EPOOL);
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, subscription), 0);
	wb_run(&wb, 1); /* gives it back, from the end of the chain */
	again = subscribe();
	ck_assert_uint_eq(ivrq__handle_index(again.value),
			  ivrq__handle_index(subscription.value));
	ck_assert_uint_eq(ivrq__handle_generation(again.value),
			  ivrq__handle_generation(subscription.value) + 1);
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, subscription),
			 IVRQ_ENOENT);
	tone('1');
	wb_run(&wb, 1);
	WB_LOG(&wb, "t1 t1");
}
END_TEST

START_TEST(test_tidy_takes_the_ended_from_any_place)
{
	ivrq_subscription second = subscribe();
	uint32_t index = ivrq__handle_index(wb.call.value);
	struct ivrq__call *at = ivrq__call_at(wb.engine, index);

	/* 0 the oldest, 1 the newest */
	ck_assert_int_eq(
		ivrq_unsubscribe(wb.engine, _i ? second : subscription), 0);
	ivrq__tones_tidy(wb.engine, index, false);
	ck_assert_uint_eq(
		atomic_load(&at->subscribers),
		ivrq__handle_index(_i ? subscription.value : second.value) + 1);
	ivrq__tones_tidy(wb.engine, index, true);
	ck_assert_uint_eq(atomic_load(&at->subscribers), 0);
	subscribe();
	subscribe();
}
END_TEST

START_TEST(test_close_delivers_what_came_before_then_refuses)
{
	struct ivrq__call *at =
		ivrq__call_at(wb.engine, ivrq__handle_index(wb.call.value));
	ivrq_subscription s;

	tone('1');
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	ck_assert_int_eq(tone('2'), IVRQ_ECLOSED);
	ck_assert_int_eq(
		ivrq_subscribe_to_tone(wb.engine, wb.call, NULL, NULL, &s),
		IVRQ_ECLOSED);
	wb_run(&wb, 1);
	WB_LOG(&wb, "t1 hangup");
	ck_assert(atomic_load(&at->tones) & IVRQ__TONE_CLOSED);
	ck_assert_int_eq(tone('3'), IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_unsubscribe(wb.engine, subscription),
			 IVRQ_ENOENT);
	ck_assert_uint_eq(tones_free(), 5);
}
END_TEST

START_TEST(test_next_life_begins_at_1_without_the_old_subscribers)
{
	tone('1');
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	wb_run(&wb, 1);
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &wb.call, NULL), 0);
	WB_LOG(&wb, "t1 hangup");
	tone('2');
	wb_run(&wb, 1);
	WB_LOG(&wb, "");
	subscribe();
	tone('3');
	wb_run(&wb, 1);
	WB_LOG(&wb, "t3");
	event_is(1, '3', 2, 0);
}
END_TEST

START_TEST(test_cancel_touches_no_tone)
{
	tone('1');
	wb_play(&wb, 1);
	wb_cancel(&wb, IVRQ_SCOPE_ALL, NULL);
	tone('2');
	wb_run(&wb, 1);
	WB_LOG(&wb, "t1 t2 =1x idle");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tone");
	TCase *tcase = tcase_create("tone");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, test_deliver_turns_the_chain_round);
	tcase_add_test(tcase,
		       test_tone_beyond_its_calls_share_is_lost_and_told);
	tcase_add_test(tcase, test_tone_without_a_node_is_lost_and_told);
	tcase_add_test(tcase, test_tone_that_is_none_takes_no_sequence);
	tcase_add_test(tcase, test_tone_before_the_subscription_is_not_for_it);
	tcase_add_test(tcase, test_tone_goes_to_the_handler_that_was_given);
	tcase_add_test(tcase, test_unsubscribe_ends_one_and_only_once);
	tcase_add_test(tcase, test_unsubscribe_of_no_subscription_is_refused);
	tcase_add_test(tcase,
		       test_subscription_used_again_has_a_new_generation);
	tcase_add_loop_test(tcase, test_tidy_takes_the_ended_from_any_place, 0,
			    2);
	tcase_add_test(tcase,
		       test_close_delivers_what_came_before_then_refuses);
	tcase_add_test(tcase,
		       test_next_life_begins_at_1_without_the_old_subscribers);
	tcase_add_test(tcase, test_cancel_touches_no_tone);
	return wb_main(suite, tcase);
}
