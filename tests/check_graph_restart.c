/* SPDX-License-Identifier: MIT */
/*
 * check_graph_restart.c - a process that is killed, and one that goes on with
 * its spool.
 *
 * A child serves calls whose receiver is away and whose notifications all go
 * to the spool; when all operations that it accepted have ended and are there,
 * it says so through a pipe, and is killed. This process then opens the spool,
 * and the receiver its port.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ct.h"
#include "graph_ledger.h"
#include "graph_stage.h"

enum { CALLS = 4, OPERATIONS = 320 };

static const char play_body[] = "{\"prompts\":[{\"mediaInfo\":{\"uri\":"
				"\"https://media.example/a.wav\"}}]}";

/* What the child tells its parent of an operation. */
struct accepted {
	unsigned call;
	char body[80];
};

/* The child has no test around it: it ends when something is wrong. */
static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "child: %s\n", what);
	_exit(3);
}

static void serve(struct stage *stage, const char *directory,
		  const struct receiver *receiver, char path[96])
{
	stage_open(stage);
	rmdir(stage->directory);
	strcpy(stage->directory, directory);
	snprintf(stage->host, sizeof(stage->host), "127.0.0.1:%u",
		 (unsigned)receiver_port(receiver));
	snprintf(path, 96, "%s/spool", directory);
	stage->config.spool_file = path;
	stage->config.in_memory = 0;
	stage_start(stage);
}

static void wait_spooled(const struct stage *stage, uint64_t count)
{
	ivrq_graph_counts counts;

	do
		must(!ivrq_graph_stats(stage->graph, &counts), "stats");
	while (counts.spooled < count);
	must(counts.spooled == count && counts.settled == 0, "spooled");
}

/* Never returns. */
static void child(const char *directory, const struct receiver *receiver,
		  int out)
{
	static struct stage stage;
	static struct stage_call call[CALLS];
	char path[96], name[16];
	unsigned i;

	serve(&stage, directory, receiver, path);
	for (i = 0; i < CALLS; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		stage_call(&stage, &call[i], name, IVRQ_JSON_V1);
	}
	for (i = 0; i < OPERATIONS; i++) {
		struct accepted said = { .call = i * 7 % CALLS };
		struct reply reply;

		/* The queue is full for a moment now and then. */
		reply = post(&stage, &call[said.call], "playPrompt", play_body);
		while (reply.status == 429) {
			reply_free(&reply);
			reply = post(&stage, &call[said.call], "playPrompt",
				     play_body);
		}
		must(reply.status == 200, "refused");
		snprintf(said.body, sizeof(said.body), "{\"id\":\"%s\"}",
			 reply_string(&reply, "id"));
		must(write(out, &said, sizeof(said)) == (ssize_t)sizeof(said),
		     "pipe");
		reply_free(&reply);
	}
	wait_spooled(&stage, OPERATIONS);
	must(!close(out), "pipe");
	while (1)
		pause();
}

static struct receiver *receiver;
static char directory[64];

static void setup(void)
{
	strcpy(directory, "/tmp/ivrq-restart-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	receiver = receiver_open(false);
	ck_assert_ptr_nonnull(receiver);
	receiver_leave(receiver);
}

/* Reads what was accepted until the child closes the pipe; kills it, when so
 * many notifications have been taken. */
static void live_and_die(struct ledger *ledger, unsigned taken)
{
	struct accepted said;
	int ends[2], status;
	uint64_t now = 0;
	pid_t pid;

	ck_assert(!pipe(ends));
	fflush(NULL);
	pid = fork(); /* this process has one thread */
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		close(ends[0]);
		child(directory, receiver, ends[1]);
	}
	close(ends[1]);
	while (read(ends[0], &said, sizeof(said)) == (ssize_t)sizeof(said)) {
		now += 2;
		ledger_accepted(ledger, said.call, said.body, now - 1, now);
	}
	close(ends[0]);
	if (taken) {
		receiver_answer(receiver, NULL, RECEIVER_MOODY);
		ck_assert(receiver_return(receiver));
		ck_assert(receiver_wait_elements(receiver, taken));
	}
	ck_assert(!kill(pid, SIGKILL));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	ck_assert_uint_eq(ledger->count, OPERATIONS);
	ledger_close(ledger);
}

START_TEST(test_spool_of_killed_process_is_told_once_and_in_order)
{
	static struct stage stage;
	struct ledger ledger = { 0 };
	ivrq_graph_counts counts;
	char path[96], kept[96];

	live_and_die(&ledger, 0);
	serve(&stage, directory, receiver, path);
	ck_assert_int_eq(ivrq_graph_stats(stage.graph, &counts), 0);
	ck_assert_uint_eq(counts.told, OPERATIONS);
	ck_assert_uint_eq(counts.spooled, OPERATIONS);
	ck_assert(receiver_return(receiver));
	counts = stage_settled(&stage);
	ck_assert_uint_eq(counts.settled, OPERATIONS);
	ck_assert_uint_eq(counts.spooled, 0);
	ledger_read(&ledger, receiver, true);
	ck_assert_uint_eq(ledger_check(&ledger), 0);
	snprintf(kept, sizeof(kept), "%s/kept", directory);
	ck_assert(!link(path, kept)); /* stage_close() removes the spool */
	stage_close(&stage);

	/* Nothing of it is told by a third one. */
	ck_assert(!rename(kept, path));
	serve(&stage, directory, receiver, path);
	ck_assert_int_eq(ivrq_graph_stats(stage.graph, &counts), 0);
	ck_assert_uint_eq(counts.told, 0);
	stage_close(&stage);
	receiver_close(receiver);
	ledger_free(&ledger);
}
END_TEST

/* What was taken last may come again: its answer may not have been seen. */
START_TEST(test_process_killed_while_it_sends_leaves_the_rest)
{
	static struct stage stage;
	struct ledger ledger = { 0 };
	ivrq_graph_counts counts;
	char path[96];

	live_and_die(&ledger, OPERATIONS / 2);
	serve(&stage, directory, receiver, path);
	counts = stage_settled(&stage);
	ck_assert_uint_le(counts.told, OPERATIONS);
	ck_assert_uint_eq(counts.settled, counts.told);
	ledger_read(&ledger, receiver, false);
	ck_assert_uint_eq(ledger_check(&ledger), 0);
	stage_close(&stage);
	receiver_close(receiver);
	ledger_free(&ledger);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("graph");
	TCase *tc = tcase_create("restart");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc,
		       test_spool_of_killed_process_is_told_once_and_in_order);
	tcase_add_test(tc, test_process_killed_while_it_sends_leaves_the_rest);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return ct_run(suite());
}
