/* SPDX-License-Identifier: MIT */
/*
 * stress_graph: what the gateway accepts it tells, once and in order, however
 * many clients ask at the same time.
 *
 * 64 kept connections send playPrompt, recordResponse, subscribeToTone,
 * cancelMediaProcessing and GET for several calls, some twice with one
 * client-request-id, some that are refused, while tones come and operations
 * end. Then all is canceled, looked at once more by GET, and hung up. What was
 * answered is held against what the receiver took (graph_ledger.h), against
 * the receipts of the cancels, and against the counters of the gateway and of
 * the engine.
 *
 * IVRQ_SEED repeats a run as far as threads allow; IVRQ_STRESS makes it longer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ct.h"
#include "graph_ledger.h"
#include "graph_stage.h"
#include "http_load.h"
#include "yield.h"

enum {
	CALLS = 8,
	CONNECTIONS = 64,
	FULL = 96, /* for a ring of 16, that nothing leaves: some are refused */
	KEPT = 16384, /* all of them, to be looked at */
	REQUESTS = RND_SANITIZED ? 5000 : 10000
};

enum kind { ACCEPTS, CANCELS, SUBSCRIBES, GETS, REFUSED, HANGS_UP };

struct traffic {
	struct stage stage;
	struct stage_call call[CALLS];
	struct ledger ledger;
	unsigned whole, away; /* turn_and_leave() */
	unsigned left;	      /* requests to be made */
	unsigned full;	      /* of these, the first: all to one call */
	unsigned calls;	      /* in use */
	unsigned cancels;     /* of 16 requests */
	bool hangs_up;	      /* calls end while they are used */
	bool completes;	      /* operations end by themselves */
	unsigned last;	      /* calls whose last cancel is to be sent */
	unsigned turns;
	unsigned char *named; /* answers of 200, by client-request-id */
	unsigned copies;      /* second ones */
	bool again;	      /* the latest is to be sent once more */
	struct load_request latest;
	char seen[160]; /* path of an operation, or "" */
	uint64_t receipts[CALLS];
	uint64_t done, refused, busy;
};

static struct traffic traffic;
static uint64_t seed, dice;

static const char play_body[] =
	"{\"clientContext\":\"c\",\"prompts\":[{\"mediaInfo\":{\"uri\":"
	"\"https://media.example/a.wav\"}}]}";

/* ------------------------------------------------------------ the requests */

static void set_path(struct load_request *request, const char *action)
{
	unsigned call = request->call;
	const char *version = call % 2 ? "beta" : "v1.0";

	snprintf(request->path, sizeof(request->path),
		 "/%s/communications/calls/%s%s", version,
		 traffic.call[call].id, action);
}

static void post_action(struct load_request *request, enum kind kind,
			const char *action, const char *body)
{
	request->method = "POST";
	request->body = body;
	request->kind = kind;
	set_path(request, action);
}

static void post_play(struct load_request *request)
{
	bool named = traffic.completes && rnd_below(&dice, 8) == 0;

	post_action(request, ACCEPTS, "/playPrompt", play_body);
	if (!named)
		return;
	snprintf(request->client_id, sizeof(request->client_id), "%u",
		 traffic.left);
	traffic.latest = *request;
	traffic.again = true;
}

static void get(struct load_request *request)
{
	request->method = "GET";
	request->kind = GETS;
	if (traffic.seen[0] && rnd_below(&dice, 2))
		snprintf(request->path, sizeof(request->path), "%s",
			 traffic.seen);
	else
		set_path(request, "");
}

static void choose(struct load_request *request)
{
	unsigned draw = rnd_below(&dice, 16);

	request->call = rnd_below(&dice, traffic.calls);
	if (draw < traffic.cancels) {
		post_action(request, CANCELS, "/cancelMediaProcessing", "{}");
		return;
	}
	if (traffic.hangs_up && rnd_below(&dice, 64 * rnd_factor()) == 0) {
		request->method = "DELETE";
		request->kind = HANGS_UP;
		set_path(request, "");
		return;
	}
	switch (rnd_below(&dice, 16)) {
	case 0:
	case 1:
		post_action(request, ACCEPTS, "/recordResponse", "{}");
		break;
	case 2:
		post_action(request, SUBSCRIBES, "/subscribeToTone", "{}");
		break;
	case 3:
		post_action(request, REFUSED, "/playPrompt", "{");
		break;
	case 4:
	case 5:
		get(request);
		break;
	default:
		post_play(request);
	}
}

static bool next(void *user, struct load_request *request)
{
	(void)user;
	if (traffic.again) {
		*request = traffic.latest;
		traffic.again = false;
		return true;
	}
	if (!traffic.left)
		return false;
	traffic.left--;
	if (traffic.full) {
		traffic.full--;
		post_action(request, ACCEPTS, "/playPrompt", play_body);
	} else {
		choose(request);
	}
	return true;
}

static bool next_last(void *user, struct load_request *request)
{
	(void)user;
	if (traffic.last == traffic.calls)
		return false;
	request->call = traffic.last++;
	post_action(request, CANCELS, "/cancelMediaProcessing", "{}");
	return true;
}

static void keep_path(const struct load_request *request)
{
	const char *path = strstr(request->location, "://");

	path = path ? strchr(path + 3, '/') : NULL;
	ck_assert_ptr_nonnull(path);
	snprintf(traffic.seen, sizeof(traffic.seen), "%s", path);
}

static void add_receipt(const struct load_request *request)
{
	unsigned in_flight, pending;

	ck_assert_int_eq(sscanf(request->receipt, "in-flight=%u, pending=%u",
				&in_flight, &pending),
			 2);
	ck_assert_uint_le(in_flight, 1);
	traffic.receipts[request->call] += in_flight + pending;
}

static void done(void *user, const struct load_request *request)
{
	(void)user;
	traffic.done++;
	traffic.refused += request->status >= 400;
	if (traffic.hangs_up &&
	    (request->status == 404 || request->status == 400))
		return;
	if (request->kind == HANGS_UP) {
		ck_assert_int_eq(request->status, 204);
		return;
	}
	if (request->kind == REFUSED) {
		ck_assert_int_eq(request->status, 400);
		return;
	}
	if (request->kind == ACCEPTS && request->status == 429) {
		traffic.busy++;
		return;
	}
	ck_assert_msg(request->status == 200, "%s: %ld: %s", request->path,
		      request->status, request->text ? request->text : "");
	if (request->kind == CANCELS)
		add_receipt(request);
	if (request->kind != ACCEPTS)
		return;
	if (request->client_id[0])
		traffic.copies +=
			traffic.named[strtoul(request->client_id, NULL, 10)]++;
	keep_path(request);
	ledger_accepted(&traffic.ledger, request->call, request->text,
			request->sent, request->answered);
}

/* ---------------------------------------------------------- the media side */

static void complete(struct stage_call *call)
{
	ivrq_outcome done = { IVRQ_REASON_SUCCESS, 20, 0, false };
	ivrq_op op;
	int status;

	pthread_mutex_lock(&traffic.stage.lock);
	op = call->in_flight;
	call->in_flight.value = 0;
	pthread_mutex_unlock(&traffic.stage.lock);
	if (!op.value)
		return;
	/* It refuses the reason if it is a recording; or a cancel was first. */
	status = ivrq_op_complete(traffic.stage.engine, op, &done);
	done.reason = IVRQ_REASON_MAX_DURATION;
	done.kept = true;
	if (status == IVRQ_EINVAL)
		status = ivrq_op_complete(traffic.stage.engine, op, &done);
	ck_assert_int_ne(status, IVRQ_EINVAL);
}

static void turn(void *user)
{
	unsigned call = traffic.turns++ % traffic.calls;

	(void)user;
	if (!traffic.completes || traffic.full)
		return;
	for (unsigned i = 0; i < traffic.calls; i++)
		complete(&traffic.call[i]);
	if (rnd_below(&dice, 4) == 0)
		(void)ivrq_tone(traffic.stage.engine, traffic.call[call].handle,
				'5', 80);
}

/* The receiver goes, and comes back in a bad mood. */
static void turn_and_leave(void *user)
{
	struct receiver *receiver = traffic.stage.receiver;
	const unsigned part = traffic.whole / 4;

	turn(user);
	if (traffic.away == 0 && traffic.left < 3 * part) {
		receiver_leave(receiver);
		traffic.away = 1;
	} else if (traffic.away == 1 && traffic.left < 2 * part) {
		ck_assert(receiver_return(receiver));
		receiver_answer(receiver, NULL, RECEIVER_MOODY);
		traffic.away = 2;
	}
}

/* ------------------------------------------------------------------ a run */

static void begin(unsigned calls)
{
	memset(&traffic, 0, sizeof(traffic));
	dice = seed;
	traffic.calls = calls;
	stage_open(&traffic.stage);
	traffic.stage.hold = true;
	traffic.stage.config.operations = KEPT * rnd_factor();
	traffic.stage.config.keep_s = 3600;
	traffic.stage.config.recording_keep_s = 3600;
}

static void start(void)
{
	char name[16];

	stage_start(&traffic.stage);
	for (unsigned i = 0; i < traffic.calls; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		stage_call(&traffic.stage, &traffic.call[i], name,
			   i % 2 ? IVRQ_JSON_BETA : IVRQ_JSON_V1);
	}
}

static void run(bool (*ask_next)(void *, struct load_request *),
		void (*each_turn)(void *))
{
	const struct load_hooks hooks = { ask_next, done, each_turn, NULL };

	if (traffic.left)
		traffic.named = calloc(traffic.left, 1);
	ck_assert_uint_eq(load_run(ivrq_graph_port(traffic.stage.graph),
				   CONNECTIONS, &hooks),
			  ask_next == next_last ? traffic.calls : CONNECTIONS);
}

/* GET shows what was told, of the newest 256, cancels and the like among them;
 * answers how many it showed of those that are told. */
static unsigned look(unsigned call)
{
	struct reply reply;
	char path[160];
	unsigned found;

	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/operations",
		 traffic.call[call].id);
	reply = ask(&traffic.stage, "GET", path, NULL, NULL);
	traffic.done++;
	ck_assert_int_eq(reply.status, 200);
	found = ledger_agrees(&traffic.ledger, reply.body);
	ck_assert_uint_le(json_array_size(json_object_get(reply.json, "value")),
			  256);
	reply_free(&reply);
	return found;
}

static void check_counts(const ivrq_graph_counts *counts)
{
	const struct ledger *ledger = &traffic.ledger;
	ivrq_stats stats;

	ck_assert_int_eq(ivrq_engine_stats(traffic.stage.engine, &stats), 0);
	ck_assert_uint_eq(stats.submitted, ledger->count);
	ck_assert_uint_eq(stats.completed + stats.failed + stats.canceled,
			  ledger->count);
	ck_assert_uint_eq(stats.live, 0);
	ck_assert_uint_eq(counts->requests, traffic.done);
	ck_assert_uint_eq(counts->refused, traffic.refused);
	ck_assert_uint_eq(counts->repeated, ledger->repeats);
	ck_assert_uint_eq(traffic.copies, ledger->repeats);
	ck_assert_uint_eq(counts->accepted, ledger->count);
	ck_assert_uint_eq(counts->told, counts->settled);
	ck_assert_uint_eq(counts->told,
			  ledger->count + ledger->tones + 2 * traffic.calls);
	ck_assert_uint_eq(counts->waiting, 0);
	ck_assert_uint_eq(counts->spooled, 0);
}

/* All that is open is canceled and told, then looked at, then hung up. */
static void finish(bool once)
{
	struct ledger *ledger = &traffic.ledger;
	ivrq_graph_counts counts;
	unsigned canceled, found = 0, i;
	uint64_t receipts = 0;

	if (!traffic.hangs_up)
		run(next_last, NULL);
	receiver_answer(traffic.stage.receiver, NULL, 200);
	ledger_close(ledger);
	for (i = 0; i < traffic.calls; i++)
		(void)ivrq_call_close(traffic.stage.engine,
				      traffic.call[i].handle,
				      IVRQ_CAUSE_HANG_UP, NULL);
	counts = stage_settled(&traffic.stage);
	ledger_read(ledger, traffic.stage.receiver, once);
	canceled = ledger_check(ledger);
	for (i = 0; i < traffic.calls; i++) {
		/* Hanging up cancels too, and gives no receipt. */
		if (traffic.hangs_up)
			ck_assert_uint_ge(ledger->canceled[i],
					  traffic.receipts[i]);
		else
			ck_assert_uint_eq(ledger->canceled[i],
					  traffic.receipts[i]);
		ck_assert_uint_ge(ledger->terminated[i], 1);
		receipts += traffic.receipts[i];
		found += look(i);
	}
	ck_assert(canceled == receipts || traffic.hangs_up);
	ck_assert_uint_gt(found, 0);
	ck_assert_int_eq(ivrq_graph_stats(traffic.stage.graph, &counts), 0);
	check_counts(&counts);
	printf("requests=%u accepted=%u canceled=%u busy=%u repeats=%u "
	       "tones=%u posts=%u failures=%u\n",
	       (unsigned)traffic.done, ledger->count, canceled,
	       (unsigned)traffic.busy, ledger->repeats, ledger->tones,
	       receiver_posts(traffic.stage.receiver),
	       (unsigned)counts.send_failures);
	ledger_free(ledger);
	free(traffic.named);
	stage_close(&traffic.stage);
}

START_TEST(test_operations_of_many_connections_are_each_told_once)
{
	begin(CALLS);
	start();
	traffic.left = REQUESTS * rnd_factor();
	traffic.full = FULL;
	traffic.cancels = 1;
	traffic.completes = true;
	run(next, turn);
	ck_assert_uint_ge(traffic.busy, FULL - traffic.stage.ring - 1);
	finish(true);
}
END_TEST

/* Nothing ends but by a cancel: so each operation is in one receipt. */
START_TEST(test_cancels_that_race_submits_count_each_operation_once)
{
	begin(1);
	traffic.stage.ring = 64;
	traffic.stage.config.threads = 4;
	start();
	traffic.left = REQUESTS / 2 * rnd_factor();
	traffic.cancels = 6;
	run(next, turn);
	finish(true);
}
END_TEST

/* A receiver that closes has not taken what it was sent: all comes once. */
START_TEST(test_refused_notifications_come_again_and_are_taken_once)
{
	begin(CALLS);
	traffic.stage.config.in_memory = 64;
	start();
	receiver_answer(traffic.stage.receiver, NULL, RECEIVER_MOODY);
	traffic.left = REQUESTS / 4 * rnd_factor();
	traffic.cancels = 1;
	traffic.completes = true;
	run(next, turn);
	finish(true);
}
END_TEST

/* Who goes while it answers may be told again. */
START_TEST(test_receiver_that_was_away_is_told_everything)
{
	begin(CALLS);
	traffic.stage.config.in_memory = 64;
	start();
	traffic.left = REQUESTS / 4 * rnd_factor();
	traffic.whole = traffic.left;
	traffic.cancels = 1;
	traffic.completes = true;
	run(next, turn_and_leave);
	ck_assert_uint_eq(traffic.away, 2);
	finish(false);
}
END_TEST

START_TEST(test_operations_of_calls_that_are_hung_up_are_each_told_once)
{
	begin(CALLS);
	start();
	traffic.left = REQUESTS / 4 * rnd_factor();
	traffic.cancels = 1;
	traffic.completes = true;
	traffic.hangs_up = true;
	run(next, turn);
	finish(true);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("graph");
	TCase *tc = tcase_create("stress");

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc,
		       test_operations_of_many_connections_are_each_told_once);
	tcase_add_test(
		tc, test_cancels_that_race_submits_count_each_operation_once);
	tcase_add_test(
		tc,
		test_operations_of_calls_that_are_hung_up_are_each_told_once);
	tcase_add_test(
		tc, test_refused_notifications_come_again_and_are_taken_once);
	tcase_add_test(tc, test_receiver_that_was_away_is_told_everything);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	seed = rnd_seed();
	return ct_run(suite());
}
