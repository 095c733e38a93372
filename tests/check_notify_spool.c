/* SPDX-License-Identifier: MIT */
/*
 * check_notify_spool: what was in a named spool arrives after the next start,
 * however the process ended; and what _create() and _add() refuse.
 *
 * With arguments the program is a sender to be killed; see child().
 */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "notify_stage.h"

extern char **environ;

START_TEST(test_create_again_sends_what_destroy_left_in_order)
{
	config.spool_file = spool;
	config.in_memory = _i * 20;
	create();
	receiver_answer(receiver, NULL, RECEIVER_HANGS);
	for (unsigned call = 0; call < 5; call++)
		add(call, 0, 30);
	ck_assert(receiver_wait_posts(receiver, 5));
	destroy(); /* five POSTs are on their way */
	receiver_leave(receiver);
	create();
	ck_assert_uint_eq(stats().told, 150);
	ck_assert_uint_eq(stats().spooled, 150);
	for (unsigned call = 0; call < 6; call++)
		add(call, call < 5 ? 30 : 0, 10);
	destroy();
	create();
	ck_assert_uint_eq(stats().told, 210);
	receiver_answer(receiver, NULL, 200);
	ck_assert(receiver_return(receiver));
	wait_none();
	for (unsigned call = 0; call < 6; call++)
		ck_assert_uint_eq(tally(receiver).next[call],
				  call < 5 ? 40 : 10);
	ck_assert_uint_eq(tally(receiver).twice, 0);
	destroy();
	create();
	ck_assert_uint_eq(stats().told, 0);
}
END_TEST

START_TEST(test_create_with_other_hosts_sends_nothing_of_the_spool)
{
	static const char *const others[] = { "127.0.0.1:1", "localhost" };

	config.spool_file = spool;
	create();
	receiver_answer(receiver, NULL, 500);
	add(0, 0, 3);
	ck_assert(receiver_wait_posts(receiver, 1));
	destroy();
	receiver_answer(receiver, NULL, 200);
	config.hosts = others;
	config.host_count = 2;
	create();
	ck_assert_int_eq(add_to(receiver_port(receiver), 0, 3), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq__notify_wait(notify, 0), IVRQ_ETIMEDOUT);
	destroy();
	ck_assert_ptr_null(receiver_taken(receiver, 0));
	config.hosts = hosts;
	config.host_count = 1;
	create();
	wait_none();
	expect_once(1, 3);
}
END_TEST

START_TEST(test_create_on_a_spool_in_use_is_busy)
{
	struct ivrq__notify *second;
	ivrq_error error;

	config.spool_file = spool;
	create();
	ct_mark(&second, sizeof(second));
	ck_assert_int_eq(ivrq__notify_create(&config, &second, &error),
			 IVRQ_EBUSY);
	ck_assert_str_eq(error.field, "spool_file");
	ck_assert(ct_untouched(&second, sizeof(second)));
	destroy();
	create();
}
END_TEST

START_TEST(test_create_with_what_is_no_spool_is_refused)
{
	FILE *file = fopen(spool, "w");
	ivrq_error error;

	fputs("not a spool, but long enough to be looked at: ................"
	      "...................................................",
	      file);
	fclose(file);
	config.spool_file = spool;
	ck_assert_int_eq(ivrq__notify_create(&config, &notify, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "spool_file");
	ck_assert_ptr_null(notify);
}
END_TEST

START_TEST(test_create_out_of_the_rules_is_refused)
{
	static const char *const fields[] = { "batch",	       "senders",
					      "send_s",	       "retry_min_ms",
					      "retry_max_ms",  "ca_file",
					      "callback_hosts" };
	static const char *const no_host[] = { "a/b" };
	uint32_t *numbers[] = { &config.batch, &config.senders, &config.send_s,
				&config.retry_min_ms, &config.retry_max_ms };
	ivrq_error error;

	if (_i < 5)
		*numbers[_i] = 0;
	else if (_i == 5)
		config.ca_file = "/nowhere/at/all";
	else
		config.hosts = no_host;
	ck_assert_int_eq(ivrq__notify_create(&config, &notify, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, fields[_i]);
	ck_assert_ptr_null(notify);
}
END_TEST

START_TEST(test_add_to_a_host_that_is_not_listed_is_refused)
{
	ivrq_uuid uuid = id(0);
	ivrq_error error;

	create();
	ck_assert_int_eq(
		ivrq__notify_add(notify, &uuid, "http://127.0.0.2/", "{}", 2),
		IVRQ_EINVAL);
	ck_assert_int_eq(
		ivrq__notify_check_uri(notify, "http://127.0.0.2/", &error),
		IVRQ_EINVAL);
	ck_assert_int_eq(
		ivrq__notify_check_uri(notify, "http://127.0.0.1/", &error), 0);
	ck_assert_uint_eq(stats().told, 0);
}
END_TEST

/*
 * A sender that is killed: adds in turn to two calls, with all on disk, and
 * writes a byte for each that it has added.
 */
static int child(const char *file, unsigned port)
{
	init_config();
	config.spool_file = file;
	config.in_memory = 0;
	if (ivrq__notify_create(&config, &notify, NULL))
		return 1;
	for (unsigned n = 0; n < 100000; n++)
		if (add_to(port, n % 2, n / 2) || write(1, "+", 1) != 1)
			return 1;
	return 1;
}

static pid_t spawn_child(int *added)
{
	char port[8], program[] = "check_notify_spool";
	char *arguments[] = { program, spool, port, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(port, sizeof(port), "%u", receiver_port(receiver));
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	ck_assert_int_eq(posix_spawn(&pid, "/proc/self/exe", &actions, NULL,
				     arguments, environ),
			 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	*added = ends[0];
	return pid;
}

/* Kills it after so many; how many it had added. */
static unsigned kill_child(pid_t pid, int added, unsigned after)
{
	unsigned count = 0;
	char byte;
	int status;

	while (count < after && read(added, &byte, 1) == 1)
		count++;
	kill(pid, SIGKILL);
	while (read(added, &byte, 1) == 1)
		count++;
	close(added);
	waitpid(pid, &status, 0);
	ck_assert(WIFSIGNALED(status));
	return count;
}

START_TEST(test_create_after_a_kill_sends_all_that_was_added)
{
	struct tally all;
	unsigned added, first;
	int fd;
	pid_t pid;

	/* 0: nothing was sent; 1: some was, and answered or not. */
	if (!_i)
		receiver_leave(receiver);
	pid = spawn_child(&fd);
	if (_i)
		ck_assert(receiver_wait_elements(receiver, 20));
	added = kill_child(pid, fd, 101);
	ck_assert_uint_ge(added, 101);
	if (!_i)
		ck_assert(receiver_return(receiver));
	config.spool_file = spool;
	config.in_memory = 0;
	create();
	wait_none();
	all = tally(receiver);
	first = (added + 1) / 2;
	ck_assert_uint_ge(all.next[0], first);
	ck_assert_uint_ge(all.next[1], added - first);
	/* One that was put, but not told to us. */
	ck_assert_uint_le(all.next[0] + all.next[1], added + 1);
	if (!_i)
		ck_assert_uint_eq(all.twice, 0);
	else /* one POST of each call */
		ck_assert_uint_le(all.twice, 2 * config.batch);
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_loop_test(tcase,
			    test_create_again_sends_what_destroy_left_in_order,
			    0, 4);
	tcase_add_test(tcase,
		       test_create_with_other_hosts_sends_nothing_of_the_spool);
	tcase_add_test(tcase, test_create_on_a_spool_in_use_is_busy);
	tcase_add_test(tcase, test_create_with_what_is_no_spool_is_refused);
	tcase_add_loop_test(tcase, test_create_out_of_the_rules_is_refused, 0,
			    7);
	tcase_add_test(tcase, test_add_to_a_host_that_is_not_listed_is_refused);
	tcase_add_loop_test(
		tcase, test_create_after_a_kill_sends_all_that_was_added, 0, 2);
}

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc == 3)
		return child(argv[1], (unsigned)atoi(argv[2]));
	suite = suite_create("notify_spool");
	tcase = tcase_create("spool");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	add_tests(tcase);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
