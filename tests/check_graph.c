/* SPDX-License-Identifier: MIT */
/*
 * check_graph.c - the gateway as its clients see it: real HTTP, real
 * notifications. What is refused is in check_graph_errors.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ct.h"
#include "graph_stage.h"

#define PLAY                                                                   \
	"{\"clientContext\":\"c1\",\"prompts\":[{\"mediaInfo\":{\"uri\":"      \
	"\"https://media.example/a.wav\"}}]}"

static struct stage stage;
static struct stage_call call;

static void setup(void)
{
	stage_open(&stage);
	stage_start(&stage);
	stage_call(&stage, &call, "one", IVRQ_JSON_V1);
}

static void setup_hold(void)
{
	stage_open(&stage);
	stage.hold = true;
	stage_start(&stage);
	stage_call(&stage, &call, "one", IVRQ_JSON_V1);
}

static void setup_few(void)
{
	stage_open(&stage);
	stage.config.operations = 4;
	stage_start(&stage);
	stage_call(&stage, &call, "one", IVRQ_JSON_V1);
}

static void teardown(void)
{
	stage_close(&stage);
}

/* The index-th notification that was taken, of all POSTs; decref it. */
static json_t *told(unsigned index)
{
	ck_assert(receiver_wait_elements(stage.receiver, index + 1));
	for (unsigned i = 0;; i++) {
		const struct receiver_post *taken;
		json_t *body, *element;
		size_t count;

		taken = receiver_taken(stage.receiver, i);
		ck_assert_ptr_nonnull(taken);
		body = json_loadb(taken->body, taken->bytes, 0, NULL);
		element = json_object_get(body, "value");
		count = json_array_size(element);
		if (index < count) {
			element = json_incref(json_array_get(element, index));
			json_decref(body);
			return element;
		}
		index -= (unsigned)count;
		json_decref(body);
	}
}

static void expect(const json_t *element, const char *member, const char *want)
{
	const char *value;

	value = json_string_value(json_object_get(
		json_object_get(element, "resourceData"), member));
	ck_assert_msg(value && !strcmp(value, want), "%s: %s, not %s", member,
		      value ? value : "none", want);
}

static int subcode(const json_t *element)
{
	const json_t *info;

	info = json_object_get(json_object_get(element, "resourceData"),
			       "resultInfo");
	return (int)json_integer_value(json_object_get(info, "subcode"));
}

START_TEST(test_play_prompt_is_accepted_told_and_kept)
{
	struct reply reply = post(&stage, &call, "playPrompt", PLAY);
	struct reply later;
	json_t *element;
	char want[256];

	ck_assert_int_eq(reply.status, 200);
	ck_assert_str_eq(reply_string(&reply, "@odata.type"),
			 "#microsoft.graph.playPromptOperation");
	ck_assert_str_eq(reply_string(&reply, "status"), "running");
	ck_assert_str_eq(reply_string(&reply, "clientContext"), "c1");
	ck_assert_str_eq(reply.receipt, "ahead=0");
	snprintf(want, sizeof(want),
		 "http://127.0.0.1:%u/v1.0/communications/calls/%s/operations/"
		 "%s",
		 (unsigned)ivrq_graph_port(stage.graph), call.id,
		 reply_string(&reply, "id"));
	ck_assert_str_eq(reply.location, want);

	element = told(0);
	ck_assert_str_eq(
		json_string_value(json_object_get(element, "changeType")),
		"deleted");
	expect(element, "status", "completed");
	expect(element, "clientContext", "c1");
	ck_assert_int_eq(subcode(element), 0);
	json_decref(element);

	later = ask(&stage, "GET", reply.location, NULL, NULL);
	ck_assert_int_eq(later.status, 200);
	ck_assert_str_eq(reply_string(&later, "status"), "completed");
	reply_free(&later);
	reply_free(&reply);
}
END_TEST

START_TEST(test_play_prompt_behind_another_is_not_started)
{
	const ivrq_outcome done = { IVRQ_REASON_SUCCESS, 1, 0, false };
	struct reply first = post(&stage, &call, "playPrompt", PLAY);
	struct reply second = post(&stage, &call, "playPrompt", PLAY);
	struct reply now;

	ck_assert_str_eq(reply_string(&first, "status"), "running");
	ck_assert_str_eq(reply_string(&second, "status"), "notStarted");
	ck_assert_str_eq(second.receipt, "ahead=1");
	stage_complete(&stage, &call, &done);
	json_decref(told(0));
	/* In flight is the second one now. */
	pthread_mutex_lock(&stage.lock);
	while (!call.in_flight.value)
		pthread_cond_wait(&stage.changed, &stage.lock);
	pthread_mutex_unlock(&stage.lock);
	stage_complete(&stage, &call, &done);
	json_decref(told(1));
	now = ask(&stage, "GET", second.location, NULL, NULL);
	ck_assert_str_eq(reply_string(&now, "status"), "completed");
	reply_free(&now);
	reply_free(&first);
	reply_free(&second);
}
END_TEST

START_TEST(test_cancel_ends_what_plays_and_what_waits)
{
	struct reply cancel;

	for (int i = 0; i < 3; i++) {
		struct reply reply = post(&stage, &call, "playPrompt", PLAY);

		ck_assert_int_eq(reply.status, 200);
		reply_free(&reply);
	}
	pthread_mutex_lock(&stage.lock);
	while (!call.in_flight.value)
		pthread_cond_wait(&stage.changed, &stage.lock);
	pthread_mutex_unlock(&stage.lock);
	cancel = post(&stage, &call, "cancelMediaProcessing",
		      "{\"clientContext\":\"stop\"}");
	ck_assert_int_eq(cancel.status, 200);
	ck_assert_str_eq(reply_string(&cancel, "status"), "completed");
	ck_assert_str_eq(reply_string(&cancel, "clientContext"), "stop");
	ck_assert_str_eq(cancel.receipt, "in-flight=1, pending=2");
	for (unsigned i = 0; i < 3; i++) {
		json_t *element = told(i);

		expect(element, "status", "failed");
		ck_assert_int_eq(subcode(element), 8508);
		json_decref(element);
	}
	reply_free(&cancel);
	cancel = post(&stage, &call, "cancelMediaProcessing", "{}");
	ck_assert_int_eq(cancel.status, 200);
	ck_assert_str_eq(cancel.receipt, "in-flight=0, pending=0");
	reply_free(&cancel);
}
END_TEST

START_TEST(test_record_response_is_fetched_with_its_token_only)
{
	struct reply reply = post(&stage, &call, "recordResponse", "{}");
	json_t *element = told(0), *data;
	const char *url, *headers[2] = { NULL, NULL };
	char bearer[128];
	struct reply got;

	expect(element, "status", "completed");
	ck_assert_int_eq(subcode(element), 8515);
	data = json_object_get(element, "resourceData");
	url = json_string_value(json_object_get(data, "recordingLocation"));
	snprintf(bearer, sizeof(bearer), "Authorization: Bearer %s",
		 json_string_value(
			 json_object_get(data, "recordingAccessToken")));

	got = ask(&stage, "GET", url, NULL, NULL);
	ck_assert_int_eq(got.status, 401);
	ck_assert(!strncmp(got.challenge, "Bearer", 6));
	reply_free(&got);
	headers[0] = "Authorization: Bearer "
		     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	got = ask(&stage, "GET", url, NULL, headers);
	ck_assert_int_eq(got.status, 404);
	reply_free(&got);
	headers[0] = bearer;
	got = ask(&stage, "GET", url, NULL, headers);
	ck_assert_int_eq(got.status, 200);
	ck_assert_str_eq(got.type, "application/octet-stream");
	ck_assert(got.chunked);
	/* The driver of the test writes its location into the file. */
	ck_assert(!strncmp(got.body, reply_string(&reply, "id"), 36));
	reply_free(&got);
	json_decref(element);
	reply_free(&reply);
}
END_TEST

START_TEST(test_subscribe_to_tone_tells_each_tone_once_and_through_cancels)
{
	json_t *element, *info;
	struct reply reply;

	for (int i = 0; i < 2; i++) {
		reply = post(&stage, &call, "subscribeToTone",
			     "{\"clientContext\":\"t\"}");
		ck_assert_int_eq(reply.status, 200);
		ck_assert_str_eq(reply_string(&reply, "status"), "completed");
		reply_free(&reply);
	}
	reply = post(&stage, &call, "cancelMediaProcessing", "{}");
	reply_free(&reply);
	ck_assert_int_eq(ivrq_tone(stage.engine, call.handle, '#', 80), 0);
	ck_assert_int_eq(ivrq_tone(stage.engine, call.handle, '7', 80), 0);
	element = told(0);
	info = json_object_get(json_object_get(element, "resourceData"),
			       "toneInfo");
	ck_assert_str_eq(json_string_value(json_object_get(info, "tone")),
			 "pound");
	ck_assert_int_eq(
		json_integer_value(json_object_get(info, "sequenceId")), 1);
	json_decref(element);
	element = told(1);
	info = json_object_get(json_object_get(element, "resourceData"),
			       "toneInfo");
	ck_assert_str_eq(json_string_value(json_object_get(info, "tone")),
			 "tone7");
	json_decref(element);
	reply = ask(&stage, "GET", "/healthz", NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
}
END_TEST

START_TEST(test_delete_hangs_up_and_is_told_last)
{
	struct reply reply = post(&stage, &call, "playPrompt", PLAY);
	char path[128], operation[512];
	json_t *element;

	snprintf(operation, sizeof(operation), "%s", reply.location);
	reply_free(&reply);
	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s", call.id);
	reply = ask(&stage, "GET", path, NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_str_eq(reply_string(&reply, "state"), "established");
	reply_free(&reply);
	reply = ask(&stage, "DELETE", path, NULL, NULL);
	ck_assert_int_eq(reply.status, 204);
	ck_assert_uint_eq(reply.bytes, 0);
	reply_free(&reply);
	ck_assert_uint_eq(stage.hung_up, 1);

	element = told(0);
	expect(element, "status", "failed");
	json_decref(element);
	element = told(1);
	expect(element, "state", "terminating");
	json_decref(element);
	element = told(2);
	expect(element, "state", "terminated");
	ck_assert_str_eq(
		json_string_value(json_object_get(element, "changeType")),
		"deleted");
	ck_assert_int_eq(subcode(element), 7000);
	json_decref(element);
	/* The operation is still shown, the call is not. */
	reply = ask(&stage, "GET", operation, NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_str_eq(reply_string(&reply, "status"), "failed");
	reply_free(&reply);
}
END_TEST

START_TEST(test_beta_has_its_own_members_and_paths)
{
	static struct stage_call beta; /* outlives the test, for its end */
	struct reply reply;
	json_t *element;
	char path[256];

	stage_call(&stage, &beta, "beta", IVRQ_JSON_BETA);
	snprintf(path, sizeof(path), "/beta/app/calls/%s/record", beta.id);
	reply = ask(&stage, "POST", path, "{}", NULL);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_ptr_nonnull(strstr(reply.location, "/beta/app/calls/"));
	ck_assert_ptr_nonnull(json_object_get(reply.json, "completionReason"));
	reply_free(&reply);
	element = told(0);
	expect(element, "completionReason", "maxRecordDurationReached");
	json_decref(element);
}
END_TEST

START_TEST(test_operations_are_listed)
{
	char path[256];
	struct reply reply;

	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/operations",
		 call.id);
	reply = ask(&stage, "GET", path, NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(reply.json, "value")),
			  0);
	reply_free(&reply);
	for (int i = 0; i < 3; i++) {
		reply = post(&stage, &call, "playPrompt", PLAY);
		reply_free(&reply);
	}
	reply = ask(&stage, "GET", path, NULL, NULL);
	ck_assert_uint_eq(json_array_size(json_object_get(reply.json, "value")),
			  3);
	reply_free(&reply);
}
END_TEST

START_TEST(test_operations_that_ended_are_kept_up_to_their_number)
{
	struct reply reply;
	char path[256];

	for (int i = 0; i < 12; i++) {
		reply = post(&stage, &call, "cancelMediaProcessing", "{}");
		ck_assert_int_eq(reply.status, 200);
		if (i == 0)
			snprintf(path, sizeof(path), "%.255s", reply.location);
		reply_free(&reply);
	}
	reply = ask(&stage, "GET", path, NULL, NULL);
	ck_assert_int_eq(reply.status, 404);
	reply_free(&reply);
	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/operations",
		 call.id);
	reply = ask(&stage, "GET", path, NULL, NULL);
	ck_assert_uint_eq(json_array_size(json_object_get(reply.json, "value")),
			  4);
	reply_free(&reply);
}
END_TEST

START_TEST(test_request_that_is_sent_again_is_answered_and_not_done)
{
	const char *headers[] = { "client-request-id: retry-1", NULL };
	struct reply first, again, other;
	ivrq_snapshot snapshot;
	char path[256];

	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/playPrompt",
		 call.id);
	first = ask(&stage, "POST", path, PLAY, headers);
	again = ask(&stage, "POST", path, PLAY, headers);
	ck_assert_int_eq(again.status, 200);
	ck_assert_str_eq(first.body, again.body);
	ck_assert_str_eq(first.location, again.location);
	ck_assert_str_eq(first.receipt, again.receipt);
	ck_assert_int_eq(
		ivrq_call_snapshot(stage.engine, call.handle, &snapshot), 0);
	ck_assert_uint_eq(snapshot.depth, 1);
	headers[0] = "client-request-id: retry-2";
	other = ask(&stage, "POST", path, PLAY, headers);
	ck_assert_str_ne(first.body, other.body);
	reply_free(&first);
	reply_free(&again);
	reply_free(&other);
}
END_TEST

START_TEST(test_metrics_count_what_was_done)
{
	struct reply reply = post(&stage, &call, "playPrompt", PLAY);

	reply_free(&reply);
	reply = post(&stage, &call, "playPrompt", "{}");
	ck_assert_int_eq(reply.status, 400);
	reply_free(&reply);
	json_decref(told(0));
	reply = ask(&stage, "GET", "/metrics", NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_ptr_nonnull(
		strstr(reply.body, "\nivrq_http_accepted_total 1\n"));
	ck_assert_ptr_nonnull(
		strstr(reply.body, "\nivrq_http_refused_total 1\n"));
	ck_assert_ptr_nonnull(
		strstr(reply.body, "\nivrq_operations_completed_total 1\n"));
	ck_assert_ptr_nonnull(
		strstr(reply.body, "\nivrq_cancel_seconds_count 0\n"));
	reply_free(&reply);
}
END_TEST

START_TEST(test_stop_settles_everything_and_refuses_what_is_new)
{
	ivrq_graph_counts counts;
	struct reply reply;

	for (int i = 0; i < 5; i++) {
		reply = post(&stage, &call, "playPrompt", PLAY);
		ck_assert_int_eq(reply.status, 200);
		reply_free(&reply);
	}
	counts = stage_settled(&stage);
	ck_assert_uint_eq(counts.accepted, 5);
	ck_assert_uint_eq(counts.told, 7); /* and that the call ended */
	ck_assert_uint_eq(counts.settled, 7);
	ck_assert_uint_eq(counts.waiting, 0);
	reply = post(&stage, &call, "playPrompt", PLAY);
	ck_assert_int_eq(reply.status, 503);
	ck_assert_str_ne(reply.retry_after, "");
	reply_free(&reply);
	reply = ask(&stage, "GET", "/healthz", NULL, NULL);
	ck_assert_int_eq(reply.status, 503);
	reply_free(&reply);
}
END_TEST

START_TEST(test_retry_after_stop_is_answered_as_the_first_time)
{
	const char *headers[] = { "client-request-id: lost", NULL };
	struct reply first, again;
	char path[256];

	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/playPrompt",
		 call.id);
	first = ask(&stage, "POST", path, PLAY, headers);
	ck_assert_int_eq(first.status, 200);
	(void)stage_settled(&stage);
	again = ask(&stage, "POST", path, PLAY, headers);
	ck_assert_int_eq(again.status, 200);
	ck_assert_str_eq(first.body, again.body);
	reply_free(&first);
	reply_free(&again);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("graph");
	TCase *tc = tcase_create("ends");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_play_prompt_is_accepted_told_and_kept);
	tcase_add_test(tc, test_record_response_is_fetched_with_its_token_only);
	tcase_add_test(
		tc,
		test_subscribe_to_tone_tells_each_tone_once_and_through_cancels);
	tcase_add_test(tc, test_beta_has_its_own_members_and_paths);
	tcase_add_test(tc, test_operations_are_listed);
	tcase_add_test(tc, test_metrics_count_what_was_done);
	tcase_add_test(tc,
		       test_stop_settles_everything_and_refuses_what_is_new);
	suite_add_tcase(s, tc);

	tc = tcase_create("few");
	tcase_add_checked_fixture(tc, setup_few, teardown);
	tcase_add_test(tc,
		       test_operations_that_ended_are_kept_up_to_their_number);
	tcase_add_test(tc, test_retry_after_stop_is_answered_as_the_first_time);
	suite_add_tcase(s, tc);

	tc = tcase_create("held");
	tcase_add_checked_fixture(tc, setup_hold, teardown);
	tcase_add_test(tc, test_play_prompt_behind_another_is_not_started);
	tcase_add_test(tc, test_cancel_ends_what_plays_and_what_waits);
	tcase_add_test(tc, test_delete_hangs_up_and_is_told_last);
	tcase_add_test(
		tc, test_request_that_is_sent_again_is_answered_and_not_done);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return ct_run(suite());
}
