/* SPDX-License-Identifier: MIT */
/*
 * check_notify: every notification arrives, once and in its call's order, over
 * real HTTP on loopback, whatever the receiver does meanwhile.
 */
#include <signal.h>
#include <sys/resource.h>

#include <microhttpd.h>

#include "notify_stage.h"

START_TEST(test_add_of_one_posts_the_envelope)
{
	static const char body[] =
		"{\"@odata.type\":\"#microsoft.graph.commsNotifications\","
		"\"value\":[{\"call\":3,\"n\":0}]}";
	const struct receiver_post *post;

	create();
	add(3, 0, 1);
	wait_none();
	post = receiver_post(receiver, 0);
	ck_assert_ptr_nonnull(post);
	ck_assert_str_eq(post->path, "/call/3");
	ck_assert_str_eq(post->type, "application/json");
	ck_assert_uint_eq(post->bytes, sizeof(body) - 1);
	ck_assert_mem_eq(post->body, body, sizeof(body) - 1);
	ck_assert_uint_eq(seen.settled, 1);
	ck_assert_uint_gt(seen.lag_ns, 0);
	ck_assert_uint_eq(seen.lines, 0);
	ck_assert_uint_eq(stats().settled, 1);
}
END_TEST

START_TEST(test_add_while_a_post_flies_goes_together_in_the_next)
{
	config.batch = 4;
	create();
	receiver_answer(receiver, NULL, RECEIVER_HANGS);
	add(0, 0, 1);
	ck_assert(receiver_wait_posts(receiver, 1));
	add(0, 1, 6);
	ck_assert_int_eq(ivrq__notify_wait(notify, 0), IVRQ_ETIMEDOUT);
	ck_assert_uint_eq(stats().waiting, 7);
	receiver_answer(receiver, NULL, 202);
	wait_none();
	ck_assert_uint_eq(receiver_posts(receiver), 3);
	ck_assert_uint_eq(receiver_post(receiver, 0)->elements, 1);
	ck_assert_uint_eq(receiver_post(receiver, 1)->elements, 4);
	ck_assert_uint_eq(receiver_post(receiver, 2)->elements, 2);
	expect_once(1, 7);
}
END_TEST

START_TEST(test_add_to_another_address_begins_another_post)
{
	ivrq_uuid uuid = id(0);
	char uri[64];

	create();
	receiver_answer(receiver, NULL, RECEIVER_HANGS);
	add(0, 0, 1);
	ck_assert(receiver_wait_posts(receiver, 1));
	add(0, 1, 1);
	snprintf(uri, sizeof(uri), "http://127.0.0.1:%u/new",
		 receiver_port(receiver));
	ck_assert_int_eq(ivrq__notify_add(notify, &uuid, uri,
					  "{\"call\":0,\"n\":2}", 16),
			 0);
	receiver_answer(receiver, NULL, 200);
	wait_none();
	ck_assert_uint_eq(receiver_posts(receiver), 3);
	ck_assert_str_eq(receiver_post(receiver, 2)->path, "/new");
	expect_once(1, 3);
}
END_TEST

START_TEST(test_add_in_turn_uses_one_connection)
{
	create();
	for (unsigned n = 0; n < 50; n++) {
		add(n % 3, n / 3, 1);
		wait_none();
	}
	ck_assert_uint_eq(receiver_posts(receiver), 50);
	ck_assert_uint_eq(receiver_connections(receiver), 1);
}
END_TEST

START_TEST(test_post_that_hangs_holds_up_no_other_call)
{
	create();
	receiver_answer(receiver, "/call/0", RECEIVER_HANGS);
	add(0, 0, 3);
	ck_assert(receiver_wait_posts(receiver, 1));
	add(1, 0, 100);
	add(2, 0, 100);
	ck_assert(receiver_wait_elements(receiver, 200));
	receiver_answer(receiver, "/call/0", 200);
	wait_none();
	ck_assert_uint_eq(tally(receiver).next[0], 3);
	ck_assert_uint_eq(tally(receiver).twice, 0);
	ck_assert_uint_eq(receiver_overlaps(receiver), 0);
}
END_TEST

START_TEST(test_posts_at_one_time_are_no_more_than_senders)
{
	config.senders = 3;
	create();
	receiver_answer(receiver, NULL, RECEIVER_HANGS);
	for (unsigned call = 0; call < 10; call++)
		add(call, 0, 2);
	ck_assert(receiver_wait_posts(receiver, 3));
	receiver_answer(receiver, NULL, 200);
	wait_none();
	ck_assert_uint_eq(receiver_peak(receiver), 3);
	expect_once(10, 2);
}
END_TEST

START_TEST(test_server_that_hangs_holds_up_no_other_server)
{
	struct receiver *other = receiver_open(false);
	unsigned call;

	config.senders = 4;
	create();
	receiver_answer(receiver, NULL, RECEIVER_HANGS);
	receiver_answer(other, NULL, RECEIVER_HANGS);
	ck_assert_int_eq(add_to(receiver_port(other), 40, 0), 0);
	ck_assert(receiver_wait_posts(other, 1));
	for (call = 0; call < 30; call++)
		add(call, 0, 2);
	ck_assert(receiver_wait_posts(receiver, 2));
	receiver_answer(other, NULL, 200);
	for (unsigned n = 1; n < 30; n++)
		ck_assert_int_eq(add_to(receiver_port(other), 40, n), 0);
	ck_assert(receiver_wait_elements(other, 30));
	receiver_answer(receiver, NULL, 200);
	wait_none();
	expect_once(30, 2);
	receiver_close(other);
}
END_TEST

START_TEST(test_answer_that_refuses_is_tried_again_in_order)
{
	static const unsigned statuses[] = { 500, 503, 429, 404, 401, 204 };

	create();
	receiver_answer(receiver, NULL, statuses[_i]);
	add(0, 0, 5);
	if (statuses[_i] / 100 != 2) {
		ck_assert(receiver_wait_posts(receiver, 4));
		ck_assert_uint_eq(stats().settled, 0);
		ck_assert_uint_ge(stats().send_failures, 3);
		ck_assert_uint_eq(seen.settled, 0);
	}
	add(0, 5, 50);
	receiver_answer(receiver, NULL, 200);
	wait_none();
	expect_once(1, 55);
	ck_assert_uint_eq(seen.settled, 55);
	ck_assert_uint_eq(seen.lines, statuses[_i] != 204);
}
END_TEST

START_TEST(test_connection_that_closes_is_tried_again)
{
	create();
	receiver_answer(receiver, NULL, RECEIVER_CLOSES);
	add(0, 0, 5);
	ck_assert(receiver_wait_posts(receiver, 3));
	receiver_answer(receiver, NULL, 200);
	wait_none();
	expect_once(1, 5);
}
END_TEST

START_TEST(test_post_without_answer_is_tried_again_after_send_s)
{
	struct tally all;

	config.send_s = 1;
	create();
	receiver_answer(receiver, NULL, RECEIVER_HANGS);
	add(0, 0, 2);
	ck_assert(receiver_wait_posts(receiver, 2));
	ck_assert_uint_ge(stats().send_failures, 1);
	receiver_answer(receiver, NULL, 200);
	wait_none();
	all = tally(receiver);
	ck_assert_uint_eq(all.next[0], 2); /* those that hung came twice */
}
END_TEST

START_TEST(test_redirect_is_not_followed)
{
	static const unsigned statuses[] = { 301, 302, 303, 307, 308 };

	create();
	receiver_answer(receiver, "/call/0", statuses[_i]);
	add(0, 0, 1);
	ck_assert(receiver_wait_posts(receiver, 3));
	receiver_answer(receiver, "/call/0", 200);
	wait_none();
	for (unsigned i = 0; i < receiver_posts(receiver); i++)
		ck_assert_str_eq(receiver_post(receiver, i)->path, "/call/0");
}
END_TEST

START_TEST(test_environment_has_no_say_in_where_it_goes)
{
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	setenv("all_proxy", "http://127.0.0.1:1/", 1);
	create();
	add(0, 0, 1);
	wait_none();
	expect_once(1, 1);
	ck_assert_uint_eq(stats().send_failures, 0);
}
END_TEST

/* They come once, all that were told are settled, and the disk was good. */
static void expect_all_settled(unsigned calls, unsigned each)
{
	struct ivrq__notify_stats now;

	wait_none();
	expect_once(calls, each);
	now = stats();
	ck_assert_uint_eq(now.told, calls * each);
	ck_assert_uint_eq(now.settled, calls * each);
	ck_assert_uint_eq(now.spooled, 0);
	ck_assert_uint_eq(now.spool_failures, 0);
	ck_assert_uint_eq(seen.settled, calls * each);
}

START_TEST(test_receiver_that_is_away_gets_all_when_it_is_back)
{
	struct ivrq__notify_stats now;

	config.in_memory = _i ? 100 : 0;
	create();
	add(0, 0, 1);
	wait_none();
	receiver_leave(receiver);
	for (unsigned n = 0; n < 400; n++)
		for (unsigned call = 0; call < 10; call++)
			if (n || call)
				add(call, n, 1);
	now = stats();
	ck_assert_uint_eq(now.waiting, 3999);
	ck_assert_uint_eq(now.spooled, _i ? 3899 : 3999);
	ck_assert(receiver_return(receiver));
	expect_all_settled(10, 400);
}
END_TEST

/* Until the spool was tried again, with success. */
static void wait_works_again(void)
{
	pthread_mutex_lock(&seen.lock);
	while (!seen.works_again)
		pthread_cond_wait(&seen.line_came, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
}

static bool add_quietly(unsigned call, unsigned first, unsigned count)
{
	bool good = true;

	for (unsigned n = first; n < first + count; n++)
		good &= !add_to(receiver_port(receiver), call, n);
	return good;
}

/*
 * The spool's disk takes no more: files may not grow. Nor may that of Check's
 * messages, so nothing is asserted until they may again.
 */
START_TEST(test_add_with_a_full_disk_keeps_it_in_memory)
{
	struct ivrq__notify_stats full, later = { 0 };
	struct rlimit limit, before;
	bool good;

	signal(SIGXFSZ, SIG_IGN);
	config.spool_file = spool;
	config.in_memory = 10;
	create();
	receiver_leave(receiver);
	add(0, 0, 100);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = 4096;
	setrlimit(RLIMIT_FSIZE, &limit);
	good = add_quietly(0, 100, 100) && add_quietly(1, 0, 200);
	ivrq__notify_stats(notify, &full);
	if (_i) {
		setrlimit(RLIMIT_FSIZE, &before);
		wait_works_again();
		ivrq__notify_stats(notify, &later);
	}
	good &= receiver_return(receiver);
	good &= !ivrq__notify_wait(notify, LONG_MS);
	setrlimit(RLIMIT_FSIZE, &before);

	ck_assert(good);
	ck_assert_uint_gt(full.spool_failures, 0);
	ck_assert_uint_eq(full.waiting, 400);
	ck_assert_uint_lt(full.spooled, 390);
	ck_assert_uint_eq(later.spooled, _i ? 390 : 0);
	expect_once(2, 200);
}
END_TEST

struct adder {
	pthread_t thread;
	struct ct_slip slip;
	unsigned first;
};

/* Five calls, 200 notifications each. */
static void *add_many(void *user)
{
	struct adder *adder = user;

	for (unsigned n = 0; n < 200; n++)
		for (unsigned call = 0; call < 5; call++)
			CT_SEE(&adder->slip, !add_to(receiver_port(receiver),
						     adder->first + call, n));
	return NULL;
}

START_TEST(test_add_by_threads_to_a_moody_receiver_arrives_once)
{
	struct adder adders[4];

	config.in_memory = 30;
	config.spool_file = _i ? spool : NULL;
	create();
	receiver_answer(receiver, NULL, RECEIVER_MOODY);
	memset(adders, 0, sizeof(adders));
	for (unsigned i = 0; i < CT_COUNT(adders); i++) {
		adders[i].first = i * 5;
		ck_assert_int_eq(pthread_create(&adders[i].thread, NULL,
						add_many, &adders[i]),
				 0);
	}
	for (unsigned i = 0; i < CT_COUNT(adders); i++) {
		pthread_join(adders[i].thread, NULL);
		CT_NO_SLIP(&adders[i].slip);
	}
	expect_all_settled(20, 200);
}
END_TEST

static int add_tls(void)
{
	ivrq_uuid uuid = id(0);
	char uri[64];

	snprintf(uri, sizeof(uri), "https://127.0.0.1:%u/",
		 receiver_port(receiver));
	return ivrq__notify_add(notify, &uuid, uri, "{\"call\":0,\"n\":0}", 16);
}

/* Until the sender complains. */
static void wait_line(void)
{
	pthread_mutex_lock(&seen.lock);
	while (!seen.lines)
		pthread_cond_wait(&seen.line_came, &seen.lock);
	pthread_mutex_unlock(&seen.lock);
}

START_TEST(test_certificate_is_believed_if_its_issuer_is)
{
	char ca[96];
	FILE *file;

	if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
		fprintf(stderr, "skipped: libmicrohttpd has no TLS\n");
		return;
	}
	receiver_close(receiver);
	receiver = receiver_open(true);
	ck_assert_ptr_nonnull(receiver);
	config.http = false;
	create();
	ck_assert_int_eq(add_tls(), 0);
	wait_line();
	ck_assert_uint_gt(stats().send_failures, 0);
	destroy();
	ck_assert_uint_eq(receiver_posts(receiver), 0);
	snprintf(ca, sizeof(ca), "%s-ca", spool);
	file = fopen(ca, "w");
	fputs(receiver_cert(), file);
	fclose(file);
	config.ca_file = ca;
	create();
	ck_assert_int_eq(add_tls(), 0);
	wait_none();
	ck_assert_uint_eq(stats().send_failures, 0);
	expect_once(1, 1);
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, test_add_of_one_posts_the_envelope);
	tcase_add_test(tcase,
		       test_add_while_a_post_flies_goes_together_in_the_next);
	tcase_add_test(tcase, test_add_to_another_address_begins_another_post);
	tcase_add_test(tcase, test_add_in_turn_uses_one_connection);
	tcase_add_test(tcase, test_post_that_hangs_holds_up_no_other_call);
	tcase_add_test(tcase, test_posts_at_one_time_are_no_more_than_senders);
	tcase_add_test(tcase, test_server_that_hangs_holds_up_no_other_server);
	tcase_add_loop_test(
		tcase, test_answer_that_refuses_is_tried_again_in_order, 0, 6);
	tcase_add_test(tcase, test_connection_that_closes_is_tried_again);
	tcase_add_test(tcase,
		       test_post_without_answer_is_tried_again_after_send_s);
	tcase_add_loop_test(tcase, test_redirect_is_not_followed, 0, 5);
	tcase_add_test(tcase, test_environment_has_no_say_in_where_it_goes);
	tcase_add_loop_test(tcase,
			    test_receiver_that_is_away_gets_all_when_it_is_back,
			    0, 2);
	tcase_add_loop_test(tcase, test_add_with_a_full_disk_keeps_it_in_memory,
			    0, 2);
	tcase_add_loop_test(
		tcase, test_add_by_threads_to_a_moody_receiver_arrives_once, 0,
		2);
	tcase_add_test(tcase, test_certificate_is_believed_if_its_issuer_is);
}

int main(void)
{
	Suite *suite = suite_create("notify");
	TCase *tcase = tcase_create("send");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	add_tests(tcase);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
