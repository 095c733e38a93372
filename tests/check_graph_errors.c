/* SPDX-License-Identifier: MIT */
/*
 * check_graph_errors.c - what the gateway refuses, and with which words; and
 * clients that are slow, stop in the middle, or send too much. After each, the
 * gateway serves the next one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jwt.h>

#include "ct.h"
#include "graph_stage.h"

#define PLAY                                                                   \
	"{\"prompts\":[{\"mediaInfo\":{\"uri\":\"https://media.example/"       \
	"a\"}}]}"
#define NOBODY "00000000-0000-4000-8000-000000000000"

static struct stage stage;
static struct stage_call call;

static void setup(void)
{
	stage_open(&stage);
	stage.hold = true;
	stage.ring = 4;
	stage.config.request_s = 1;
	stage_start(&stage);
	stage_call(&stage, &call, NULL, IVRQ_JSON_V1);
}

static void teardown(void)
{
	stage_close(&stage);
}

static const struct {
	const char *method, *path; /* '*' is the call */
	const char *body;
	const char *type; /* NULL: JSON */
	long status;
	const char *code;
	const char *word; /* in the message */
} refusals[] = {
	{ "POST", "/v1.0/communications/calls/" NOBODY "/playPrompt", PLAY,
	  NULL, 404, "8522", "Call not found." },
	{ "POST", "/v1.0/communications/calls//playPrompt", PLAY, NULL, 404,
	  "8522", "No such resource." },
	{ "POST", "/v1.0/communications/calls/*/sing", PLAY, NULL, 404, "8522",
	  "No such resource." },
	{ "POST", "/v1.0/app/calls/*/playPrompt", PLAY, NULL, 404, "8522",
	  "No such resource." },
	{ "POST", "/v1.0/communications/calls/*/playPrompt", "{}", NULL, 400,
	  "8523", "prompts" },
	{ "POST", "/v1.0/communications/calls/*/playPrompt", "{", NULL, 400,
	  "8523", "" },
	{ "POST", "/v1.0/communications/calls/*/playPrompt",
	  "{\"prompts\":[{\"mediaInfo\":{\"uri\":\"ftp://elsewhere/a\"}}]}",
	  NULL, 400, "8523", "prompts[].mediaInfo.uri" },
	{ "POST", "/v1.0/communications/calls/*/recordResponse",
	  "{\"maxRecordDurationInSeconds\":121}", NULL, 400, "8523",
	  "maxRecordDurationInSeconds" },
	{ "POST", "/v1.0/communications/calls/*/playPrompt", PLAY,
	  "Content-Type: text/plain", 415, "8557", "application/json" },
	{ "GET", "/v1.0/communications/calls/*/playPrompt", NULL, NULL, 405,
	  "8520", "GET" },
	{ "PUT", "/v1.0/communications/calls/*", "{}", NULL, 405, "8520",
	  "PUT" },
	{ "GET", "/v1.0/communications/calls/*/operations/" NOBODY, NULL, NULL,
	  404, "8522", "Operation not found." },
	{ "GET", "/v1.0/communications/calls/" NOBODY, NULL, NULL, 404, "8522",
	  "Call not found." },
	{ "DELETE", "/v1.0/communications/calls/" NOBODY, NULL, NULL, 404,
	  "8522", "Call not found." },
	{ "GET", "/elsewhere", NULL, NULL, 404, "8522", "No such resource." },
};

START_TEST(test_request_out_of_a_rule_is_refused_in_words)
{
	const char *headers[2] = { refusals[_i].type, NULL };
	const char *star = strchr(refusals[_i].path, '*');
	struct reply reply;
	char path[256];

	snprintf(path, sizeof(path), "%.*s%s%s",
		 (int)strcspn(refusals[_i].path, "*"), refusals[_i].path,
		 star ? call.id : "", star ? star + 1 : "");
	reply = ask(&stage, refusals[_i].method, path, refusals[_i].body,
		    headers);
	ck_assert_int_eq(reply.status, refusals[_i].status);
	ck_assert_str_eq(reply_string(&reply, "error/code"), refusals[_i].code);
	ck_assert_ptr_nonnull(strstr(reply_string(&reply, "error/message"),
				     refusals[_i].word));
	ck_assert_str_eq(reply_string(&reply, "error/innerError/request-id"),
			 reply.request_id);
	ck_assert_str_ne(reply_string(&reply, "error/innerError/date"), "");
	ck_assert_str_eq(reply.type, "application/json");
	ck_assert_str_eq(reply.location, "");
	if (reply.status == 405)
		ck_assert_str_ne(reply.allow, "");
	reply_free(&reply);
}
END_TEST

START_TEST(test_full_queue_says_when_to_come_back)
{
	struct reply reply;

	for (int i = 0; i < 4; i++) {
		reply = post(&stage, &call, "playPrompt", PLAY);
		ck_assert_int_eq(reply.status, 200);
		reply_free(&reply);
	}
	reply = post(&stage, &call, "playPrompt", PLAY);
	ck_assert_int_eq(reply.status, 429);
	ck_assert_str_eq(reply_string(&reply, "error/code"), "8516");
	ck_assert_str_eq(reply.retry_after, "1");
	reply_free(&reply);
	reply = post(&stage, &call, "cancelMediaProcessing", "");
	ck_assert_str_eq(reply.receipt, "in-flight=1, pending=3");
	reply_free(&reply);
}
END_TEST

START_TEST(test_ended_call_is_not_found)
{
	char path[128];
	struct reply reply;

	stage_hang_up(&stage, &call);
	reply = post(&stage, &call, "playPrompt", PLAY);
	/* 400 until the gateway has heard that it is closed. */
	ck_assert(reply.status == 404 || reply.status == 400);
	reply_free(&reply);
	ck_assert_int_eq(ivrq_graph_stop(stage.graph, 60000), 0);
	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s", call.id);
	reply = ask(&stage, "GET", path, NULL, NULL);
	ck_assert_int_eq(reply.status, 404);
	reply_free(&reply);
}
END_TEST

/* A body of so many bytes; told beforehand, or in chunks. */
static void send_large(size_t bytes, bool chunked)
{
	const char *headers[2] = { chunked ? "Transfer-Encoding: chunked" :
					     NULL,
				   NULL };
	char *body = malloc(bytes + 1);
	struct reply reply;
	char path[256];

	memset(body, ' ', bytes);
	memcpy(body, "{", 1);
	body[bytes - 1] = '}';
	body[bytes] = 0;
	snprintf(path, sizeof(path),
		 "/v1.0/communications/calls/%s/subscribeToTone", call.id);
	reply = ask(&stage, "POST", path, body, headers);
	ck_assert_int_eq(reply.status, bytes > IVRQ_JSON_BODY_MAX ? 413 : 200);
	reply_free(&reply);
	free(body);
}

START_TEST(test_body_at_the_limit_is_read_and_above_it_refused)
{
	send_large(IVRQ_JSON_BODY_MAX, _i);
	send_large(IVRQ_JSON_BODY_MAX + 1, _i);
}
END_TEST

/* A small body may be large once it is read. */
START_TEST(test_body_of_many_values_is_refused)
{
	enum { VALUES = 4096 };
	char *body = malloc(2 * VALUES + 32);
	struct reply reply;
	char *at = body;

	at += sprintf(at, "{\"x\":[1");
	for (int i = 1; i < VALUES; i++)
		at += sprintf(at, ",1");
	strcpy(at, "]}");
	reply = post(&stage, &call, "cancelMediaProcessing", body);
	ck_assert_int_eq(reply.status, 400);
	ck_assert_ptr_nonnull(
		strstr(reply_string(&reply, "error/message"), "4096 values"));
	reply_free(&reply);
	free(body);
}
END_TEST

START_TEST(test_delete_is_refused_while_stopping)
{
	struct reply reply;
	char path[128];

	ck_assert_int_eq(ivrq_graph_stop(stage.graph, 0), IVRQ_ETIMEDOUT);
	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s", call.id);
	reply = ask(&stage, "DELETE", path, NULL, NULL);
	ck_assert_int_eq(reply.status, 503);
	ck_assert_str_ne(reply.retry_after, "");
	reply_free(&reply);
	reply = ask(&stage, "GET", path, NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
}
END_TEST

START_TEST(test_client_that_stops_in_the_middle_harms_nobody)
{
	static const char *const halves[] = {
		"",
		"POST",
		"POST /v1.0/communications/calls/x/playPrompt HTTP/1.1\r\n",
		"POST /v1.0/communications/calls/" NOBODY
		"/playPrompt HTTP/1.1\r\nHost: x\r\nContent-Type: "
		"application/json\r\nContent-Length: 100\r\n\r\n{\"prom",
		"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ",
		"\r\n\r\n\r\n\001\002\003",
	};
	struct reply reply;
	char *answer;

	/* It goes away, or waits until it is sent away. */
	answer = ask_raw(&stage, halves[_i / 2], _i % 2);
	free(answer);
	reply = ask(&stage, "GET", "/healthz", NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
}
END_TEST

START_TEST(test_headers_above_the_limit_are_refused)
{
	size_t bytes = 40000;
	char *request = malloc(bytes + 100), *answer;
	int n;

	n = sprintf(request, "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ");
	memset(request + n, 'a', bytes);
	strcpy(request + n + bytes, "\r\n\r\n");
	answer = ask_raw(&stage, request, true);
	ck_assert_ptr_null(strstr(answer, " 200 "));
	free(answer);
	free(request);
}
END_TEST

START_TEST(test_two_requests_in_one_packet_are_both_answered)
{
	char *answer = ask_raw(&stage,
			       "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
			       "GET /nothing HTTP/1.1\r\nHost: x\r\n"
			       "Connection: close\r\n\r\n",
			       false);

	ck_assert_ptr_nonnull(strstr(answer, "HTTP/1.1 200"));
	ck_assert_ptr_nonnull(strstr(answer, "HTTP/1.1 404"));
	free(answer);
}
END_TEST

/* ----------------------------------------------------------------- tokens */

#define SECRET "a secret of more than thirty-two bytes, for tests"

static char key_file[80];

static void setup_tokens(void)
{
	FILE *file;

	stage_open(&stage);
	snprintf(key_file, sizeof(key_file), "%s/key", stage.directory);
	file = fopen(key_file, "w");
	fputs(SECRET, file);
	fclose(file);
	stage.config.no_auth = false;
	stage.config.token_key_file = key_file;
	stage.config.audience = "ivrq";
	stage.config.issuer = "https://issuer.example";
	stage_start(&stage);
	stage_call(&stage, &call, NULL, IVRQ_JSON_V1);
}

static void teardown_tokens(void)
{
	remove(key_file);
	stage_close(&stage);
}

/* A header with a token that has this role. */
static char *bearer(const char *role)
{
	char *text, *header = malloc(2048), claims[128];
	jwt_t *jwt;

	ck_assert(!jwt_new(&jwt));
	jwt_add_grant(jwt, "aud", "ivrq");
	jwt_add_grant(jwt, "iss", "https://issuer.example");
	jwt_add_grant_int(jwt, "exp", (long)time(NULL) + 600);
	snprintf(claims, sizeof(claims), "{\"roles\":[\"%s\"]}", role);
	jwt_add_grants_json(jwt, claims);
	jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)SECRET,
		    (int)strlen(SECRET));
	text = jwt_encode_str(jwt);
	snprintf(header, 2048, "Authorization: Bearer %s", text);
	free(text);
	jwt_free(jwt);
	return header;
}

START_TEST(test_token_with_its_role_is_needed)
{
	const char *headers[2] = { NULL, NULL };
	struct reply reply = post(&stage, &call, "playPrompt", PLAY);
	char path[256], *mine;

	ck_assert_int_eq(reply.status, 401);
	ck_assert_str_eq(reply_string(&reply, "error/code"), "7501");
	ck_assert(!strncmp(reply.challenge, "Bearer", 6));
	reply_free(&reply);

	headers[0] = mine = bearer("Calls.Initiate.All");
	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/playPrompt",
		 call.id);
	reply = ask(&stage, "POST", path, PLAY, headers);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
	snprintf(path, sizeof(path),
		 "/v1.0/communications/calls/%s/recordResponse", call.id);
	reply = ask(&stage, "POST", path, "{}", headers);
	ck_assert_int_eq(reply.status, 403);
	ck_assert_str_eq(reply_string(&reply, "error/code"), "7504");
	reply_free(&reply);
	free(mine);

	headers[0] = mine = bearer("Calls.AccessMedia.All");
	reply = ask(&stage, "POST", path, "{}", headers);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
	free(mine);
}
END_TEST

/* recordingAccessToken, as an application with this role is shown it. */
static void shown_token(const char *role, const char *location, char token[64])
{
	const char *headers[2] = { NULL, NULL };
	struct reply reply;
	bool ended;
	char *mine;

	headers[0] = mine = bearer(role);
	do {
		reply = ask(&stage, "GET", location, NULL, headers);
		ck_assert_int_eq(reply.status, 200);
		ended = !strcmp(reply_string(&reply, "status"), "completed");
		snprintf(token, 64, "%s",
			 reply_string(&reply, "recordingAccessToken"));
		reply_free(&reply);
	} while (!ended);
	free(mine);
}

START_TEST(test_token_of_a_recording_is_shown_to_who_may_record)
{
	const char *headers[2] = { NULL, NULL };
	char path[256], token[64], *mine;
	struct reply reply;

	headers[0] = mine = bearer("Calls.AccessMedia.All");
	snprintf(path, sizeof(path),
		 "/v1.0/communications/calls/%s/recordResponse", call.id);
	reply = ask(&stage, "POST", path, "{}", headers);
	ck_assert_int_eq(reply.status, 200);
	shown_token("Calls.AccessMedia.All", reply.location, token);
	ck_assert_uint_eq(strlen(token), 43);
	shown_token("Calls.Initiate.All", reply.location, token);
	ck_assert_str_eq(token, "");
	reply_free(&reply);
	free(mine);
}
END_TEST

/* ---------------------------------------------------------- configurations */

START_TEST(test_create_out_of_a_rule_names_the_member)
{
	static const struct {
		const char *field;
		int step;
	} rules[] = {
		{ "size", 0 },	       { "threads", 1 },
		{ "no_auth", 2 },      { "key_file", 3 },
		{ "base_url", 4 },     { "audience", 5 },
		{ "address", 6 },      { "batch", 7 },
		{ "retry_max_ms", 8 }, { "callback_hosts[]", 9 },
		{ "no_auth", 10 },
	};
	const char *empty[] = { "" };
	ivrq_graph *graph = NULL;
	ivrq_graph_config config = stage.config;
	ivrq_error error = { 0, "", "" };

	switch (rules[_i].step) {
	case 0:
		config.size--;
		break;
	case 1:
		config.threads = 65;
		break;
	case 2:
		config.address = "192.0.2.1";
		break;
	case 3:
		config.cert_file = "x";
		break;
	case 4:
		config.base_url = "https://x/";
		break;
	case 5:
		config.no_auth = false;
		config.token_key_file = "x";
		break;
	case 6:
		config.address = "localhost";
		break;
	case 7:
		config.batch = 0;
		break;
	case 8:
		config.retry_max_ms = config.retry_min_ms - 1;
		break;
	case 9:
		config.callback_hosts = empty;
		break;
	case 10:
		config.audience = "ivrq";
		break;
	}
	ck_assert_int_eq(
		ivrq_graph_create(&config, stage.engine, &graph, &error),
		IVRQ_EINVAL);
	ck_assert_str_eq(error.field, rules[_i].field);
	ck_assert_int_eq(error.code, IVRQ_EINVAL);
	ck_assert_ptr_null(graph);
}
END_TEST

START_TEST(test_create_on_a_port_in_use_is_busy)
{
	ivrq_graph_config config = stage.config;
	ivrq_graph *graph = NULL;
	ivrq_error error;

	config.port = ivrq_graph_port(stage.graph);
	ck_assert_int_eq(
		ivrq_graph_create(&config, stage.engine, &graph, &error),
		IVRQ_EBUSY);
	ck_assert_str_eq(error.field, "address");
}
END_TEST

START_TEST(test_call_open_out_of_a_rule_names_the_member)
{
	ivrq_graph_call_config config;
	ivrq_call_config inner;
	ivrq_error error;
	ivrq_call handle;
	ivrq_uuid id;

	ivrq_call_config_init(&inner);
	ivrq_graph_call_config_init(&config);
	ck_assert_int_eq(ivrq_graph_call_open(stage.graph, &config, &handle,
					      &id, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "call");
	config.call = &inner;
	config.callback_uri = "http://elsewhere.example/x";
	ck_assert_int_eq(ivrq_graph_call_open(stage.graph, &config, &handle,
					      &id, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "callback_uri");
	config.callback_uri = NULL;
	ck_assert_int_eq(ivrq_graph_call_open(stage.graph, &config, &handle,
					      &id, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "driver");
	ck_assert_int_eq(ivrq_uuid_parse(call.id, strlen(call.id), &config.id),
			 0);
	ck_assert_int_eq(ivrq_graph_call_open(stage.graph, &config, &handle,
					      &id, &error),
			 IVRQ_EALREADY);
}
END_TEST

START_TEST(test_destroy_with_an_open_call_is_busy)
{
	ck_assert_int_eq(ivrq_graph_destroy(stage.graph), IVRQ_EBUSY);
	ck_assert_int_eq(ivrq_graph_stop(stage.graph, 0), IVRQ_ETIMEDOUT);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("graph_errors");
	TCase *tc = tcase_create("refused");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_request_out_of_a_rule_is_refused_in_words,
			    0, (int)CT_COUNT(refusals));
	tcase_add_test(tc, test_full_queue_says_when_to_come_back);
	tcase_add_test(tc, test_ended_call_is_not_found);
	tcase_add_loop_test(
		tc, test_body_at_the_limit_is_read_and_above_it_refused, 0, 2);
	tcase_add_test(tc, test_body_of_many_values_is_refused);
	tcase_add_test(tc, test_delete_is_refused_while_stopping);
	suite_add_tcase(s, tc);

	tc = tcase_create("hostile");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
		tc, test_client_that_stops_in_the_middle_harms_nobody, 0, 12);
	tcase_add_test(tc, test_headers_above_the_limit_are_refused);
	tcase_add_test(tc, test_two_requests_in_one_packet_are_both_answered);
	suite_add_tcase(s, tc);

	tc = tcase_create("tokens");
	tcase_add_checked_fixture(tc, setup_tokens, teardown_tokens);
	tcase_add_test(tc, test_token_with_its_role_is_needed);
	tcase_add_test(tc,
		       test_token_of_a_recording_is_shown_to_who_may_record);
	suite_add_tcase(s, tc);

	tc = tcase_create("config");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_create_out_of_a_rule_names_the_member, 0,
			    11);
	tcase_add_test(tc, test_create_on_a_port_in_use_is_busy);
	tcase_add_test(tc, test_call_open_out_of_a_rule_names_the_member);
	tcase_add_test(tc, test_destroy_with_an_open_call_is_busy);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return ct_run(suite());
}
