/* SPDX-License-Identifier: MIT */
/* check_json_request: the bodies of the four actions, and their rules. */
#include "json_checks.h"

enum { PLAY = IVRQ_JSON_PLAY_PROMPT, RECORD = IVRQ_JSON_RECORD_RESPONSE };

#define PROMPT(uri) "{\"mediaInfo\":{\"uri\":\"" uri "\"}}"
#define ONE	    "\"prompts\":[" PROMPT("a") "]"

/* From a copy of exactly its length, which ends before the request is used. */
static int decode(int action, int version, const char *body, size_t bytes,
		  ivrq_json_request *request, ivrq_error *error)
{
	char *copy = malloc(bytes ? bytes : 1);
	int answer;

	memcpy(copy, body, bytes);
	answer = ivrq_json_decode_request((enum ivrq_json_action)action,
					  (enum ivrq_json_version)version, copy,
					  bytes, request, error);
	memset(copy, 'x', bytes);
	free(copy);
	return answer;
}

static ivrq_json_request accept(int action, int version, const char *body)
{
	ivrq_json_request request;
	ivrq_error error;

	ct_mark(&error, sizeof(error));
	ck_assert_msg(decode(action, version, body, strlen(body), &request,
			     &error) == 0,
		      "%s: %s has to be %s", body, error.field, error.rule);
	ck_assert(ct_untouched(&error, sizeof(error)));
	ck_assert_int_eq((int)request.action, action);
	return request;
}

static void refuse(int action, const char *body, size_t bytes,
		   const char *field)
{
	ivrq_json_request request;
	ivrq_error error = { .code = 0 };

	ct_mark(&request, sizeof(request));
	ck_assert_msg(decode(action, IVRQ_JSON_BETA, body, bytes, &request,
			     &error) == IVRQ_EINVAL,
		      "accepted: %.*s", (int)bytes, body);
	ck_assert(ct_untouched(&request, sizeof(request)));
	ck_assert_int_eq(error.code, IVRQ_EINVAL);
	ck_assert_str_eq(error.field, field);
	ck_assert(error.rule && *error.rule);
}

static char *repeat(const char *head, const char *what, size_t n,
		    const char *tail)
{
	size_t length = strlen(what), i;
	char *text = malloc(strlen(head) + n * length + strlen(tail) + 1);
	char *at = text + strlen(head);

	strcpy(text, head);
	for (i = 0; i < n; i++, at += length)
		memcpy(at, what, length);
	strcpy(at, tail);
	return text;
}

/* ---------------------------------------------------------------- playPrompt */

static const char play_example[] =
	"{\n  \"clientContext\": \"" CONTEXT "\",\n  \"prompts\": [\n    {\n"
	"      \"@odata.type\": \"#microsoft.graph.mediaPrompt\",\n"
	"      \"mediaInfo\": {\n"
	"        \"@odata.type\": \"#microsoft.graph.mediaInfo\",\n"
	"        \"uri\": \"https://cdn.example.com/beep.wav\",\n"
	"        \"resourceId\": \"1D6DE2D4-CD51-4309-8DAA-70768651088E\"\n"
	"      }\n    }\n  ],\n  \"loop\": true\n}";

START_TEST(test_decode_request_of_the_play_example_is_a_request)
{
	ivrq_json_request request = accept(PLAY, IVRQ_JSON_BETA, play_example);
	const ivrq_play_prompt_request *play = &request.play_prompt;

	ck_assert_uint_eq(play->size, sizeof(*play));
	ck_assert_uint_eq(play->prompt_count, 1);
	ck_assert_str_eq(play->prompts[0], "https://cdn.example.com/beep.wav");
	ck_assert(play->loop);
	ck_assert_str_eq(play->options.client_context, CONTEXT);
	ck_assert_str_eq(request.client_context, CONTEXT);
	ck_assert(!play->options.barge_in_allowed);
	ivrq_json_request_free(&request);
}
END_TEST

START_TEST(test_decode_request_of_v1_ignores_loop)
{
	ivrq_json_request request = accept(PLAY, IVRQ_JSON_V1, play_example);

	ck_assert(!request.play_prompt.loop);
	ivrq_json_request_free(&request);
	request = accept(PLAY, IVRQ_JSON_V1, "{" ONE ",\"loop\":5}");
	ivrq_json_request_free(&request);
}
END_TEST

START_TEST(test_decode_request_keeps_the_order_of_prompts)
{
	char *body = repeat("{\"prompts\":[" PROMPT("0"), "," PROMPT("1"), 18,
			    "," PROMPT("2") "]}");
	ivrq_json_request request = accept(PLAY, IVRQ_JSON_V1, body);

	ck_assert_uint_eq(request.play_prompt.prompt_count, 20);
	ck_assert_str_eq(request.play_prompt.prompts[0], "0");
	ck_assert_str_eq(request.play_prompt.prompts[18], "1");
	ck_assert_str_eq(request.play_prompt.prompts[19], "2");
	ivrq_json_request_free(&request);
	free(body);
}
END_TEST

/* ------------------------------------------------------------ recordResponse */

START_TEST(test_decode_request_of_the_record_example_is_a_request)
{
	ivrq_json_request request = accept(
		RECORD, IVRQ_JSON_V1,
		"{\"bargeInAllowed\":true,\"clientContext\":\"" CONTEXT
		"\",\"prompts\":[{\"@odata.type\":\"#microsoft.graph."
		"mediaPrompt\",\"mediaInfo\":{\"uri\":\"https://cdn/beep.wav\","
		"\"resourceId\":\"1D6D\"}}],\"maxRecordDurationInSeconds\":10,"
		"\"initialSilenceTimeoutInSeconds\":6,"
		"\"maxSilenceTimeoutInSeconds\":2,\"playBeep\":false,"
		"\"stopTones\":[\"#\",\"1\",\"*\"]}");
	const ivrq_record_response_request *record = &request.record_response;

	ck_assert_uint_eq(record->size, sizeof(*record));
	ck_assert_uint_eq(record->prompt_count, 1);
	ck_assert_str_eq(record->prompts[0], "https://cdn/beep.wav");
	ck_assert_uint_eq(record->initial_silence_timeout_seconds, 6);
	ck_assert_uint_eq(record->max_silence_timeout_seconds, 2);
	ck_assert_uint_eq(record->max_record_duration_seconds, 10);
	ck_assert(!record->play_beep);
	ck_assert_str_eq(record->stop_tones, "#1*");
	ck_assert_ptr_null(record->location);
	ck_assert_str_eq(record->options.client_context, CONTEXT);
	ck_assert_str_eq(request.client_context, CONTEXT);
	ck_assert(record->options.barge_in_allowed);
	ivrq_json_request_free(&request);
}
END_TEST

static const char *const defaults[] = {
	"", "{}", " {\t}\r\n",
	"{\"prompts\":null,\"bargeInAllowed\":null,\"clientContext\":null,"
	"\"initialSilenceTimeoutInSeconds\":null,"
	"\"maxSilenceTimeoutInSeconds\":null,"
	"\"maxRecordDurationInSeconds\":null,\"playBeep\":null,"
	"\"stopTones\":null}",
	"{\"prompts\":[],\"stopTones\":[],\"loop\":7,\"other\":[{\"a\":1e99}]}"
};

START_TEST(test_decode_request_of_a_bare_record_has_the_defaults)
{
	ivrq_json_request request = accept(RECORD, IVRQ_JSON_V1, defaults[_i]);
	ivrq_record_response_request init;

	ivrq_record_response_request_init(&init);
	ck_assert_uint_eq(request.record_response.size, init.size);
	ck_assert_ptr_null(request.record_response.prompts);
	ck_assert_uint_eq(request.record_response.prompt_count, 0);
	ck_assert_uint_eq(
		request.record_response.initial_silence_timeout_seconds, 5);
	ck_assert_uint_eq(request.record_response.max_silence_timeout_seconds,
			  5);
	ck_assert_uint_eq(request.record_response.max_record_duration_seconds,
			  5);
	ck_assert(request.record_response.play_beep);
	ck_assert(!request.record_response.options.barge_in_allowed);
	ck_assert_ptr_null(request.record_response.stop_tones);
	ck_assert_ptr_null(request.record_response.options.client_context);
	ck_assert_ptr_null(request.client_context);
	ivrq_json_request_free(&request);
}
END_TEST

static const struct {
	const char *tones;
	const char *wanted;
} stop_tones[] = {
	{ "\"0\"", "0" },
	{ "\"11\"", "1" },
	{ "\"12\",\"21\",\"3\"", "123" },
	{ "\"ABCD\",\"abcd\"", "abcd" },
	{ "\"0123456789*#ABCDabcd\"", "0123456789*#abcd" },
	{ "\"\\u0023\"", "#" },
};

START_TEST(test_decode_request_makes_a_set_of_stop_tones)
{
	ivrq_json_request request;
	char body[128];

	snprintf(body, sizeof(body), "{\"stopTones\":[%s]}",
		 stop_tones[_i].tones);
	request = accept(RECORD, IVRQ_JSON_V1, body);
	ck_assert_str_eq(request.record_response.stop_tones,
			 stop_tones[_i].wanted);
	ivrq_json_request_free(&request);
}
END_TEST

static const char *const seconds[] = { "initialSilenceTimeoutInSeconds",
				       "maxSilenceTimeoutInSeconds",
				       "maxRecordDurationInSeconds" };

START_TEST(test_decode_request_takes_1_to_120_seconds)
{
	static const char *const bad[] = {
		"0",	     "121",   "-1",   "1.0", "5e0",
		"1.5",	     "\"5\"", "true", "[5]", "9223372036854775807",
		"4294967297"
	};
	ivrq_json_request request;
	char body[128];
	size_t i;
	int n;

	for (n = 1; n <= 120; n += 119) {
		snprintf(body, sizeof(body), "{\"%s\":%d}", seconds[_i], n);
		request = accept(RECORD, IVRQ_JSON_V1, body);
		ck_assert_uint_eq(
			request.record_response.initial_silence_timeout_seconds,
			_i == 0 ? n : 5);
		ck_assert_uint_eq(
			request.record_response.max_silence_timeout_seconds,
			_i == 1 ? n : 5);
		ck_assert_uint_eq(
			request.record_response.max_record_duration_seconds,
			_i == 2 ? n : 5);
		ivrq_json_request_free(&request);
	}
	for (i = 0; i < CT_COUNT(bad); i++) {
		snprintf(body, sizeof(body), "{\"%s\":%s}", seconds[_i],
			 bad[i]);
		refuse(RECORD, body, strlen(body), seconds[_i]);
	}
}
END_TEST

/* ----------------------------------------------------------------- the others */

START_TEST(test_decode_request_of_the_others_has_a_context)
{
	int action;
	ivrq_json_request request;

	for (action = 3; action <= 4; action++) {
		request = accept(action, IVRQ_JSON_V1,
				 "{\"clientContext\":\"" CONTEXT
				 "\",\"all\":true,\"prompts\":7}");
		ck_assert_str_eq(request.client_context, CONTEXT);
		ivrq_json_request_free(&request);
		request = accept(action, IVRQ_JSON_BETA, "");
		ck_assert_ptr_null(request.client_context);
		ivrq_json_request_free(&request);
		refuse(action, "{\"clientContext\":1}", 19, "clientContext");
	}
}
END_TEST

START_TEST(test_decode_request_counts_code_points_of_a_context)
{
	char *body, *wanted;
	ivrq_json_request request;

	body = repeat("{\"clientContext\":\"", "\xf0\x9f\x98\x80", 256, "\"}");
	wanted = repeat("", "\xf0\x9f\x98\x80", 256, "");
	request = accept(4, IVRQ_JSON_V1, body);
	ck_assert_str_eq(request.client_context, wanted);
	ivrq_json_request_free(&request);
	free(body);
	body = repeat("{\"clientContext\":\"", "\\ud83d\\uDE00", 256, "\"}");
	request = accept(4, IVRQ_JSON_V1, body);
	ck_assert_str_eq(request.client_context, wanted);
	ivrq_json_request_free(&request);
	free(body);
	free(wanted);
	body = repeat("{\"clientContext\":\"", "\xc3\xa9", 257, "\"}");
	refuse(4, body, strlen(body), "clientContext");
	free(body);
}
END_TEST

/* --------------------------------------------------------- what is not right */

static const struct {
	int action;
	const char *body;
	const char *field;
} wrong[] = {
	{ PLAY, "", "prompts" },
	{ PLAY, "{}", "prompts" },
	{ PLAY, "{\"prompts\":null}", "prompts" },
	{ PLAY, "{\"prompts\":[]}", "prompts" },
	{ PLAY, "{\"prompts\":" PROMPT("a") "}", "prompts" },
	{ PLAY, "{\"prompts\":\"a\"}", "prompts" },
	{ PLAY, "{\"Prompts\":[" PROMPT("a") "]}", "prompts" },
	{ PLAY, "{\"prompts\":[null]}", "prompts[]" },
	{ PLAY, "{\"prompts\":[\"a\"]}", "prompts[]" },
	{ PLAY, "{\"prompts\":[[" PROMPT("a") "]]}", "prompts[]" },
	{ PLAY, "{\"prompts\":[{}]}", "prompts[].mediaInfo" },
	{ PLAY, "{\"prompts\":[{\"uri\":\"a\"}]}", "prompts[].mediaInfo" },
	{ PLAY, "{\"prompts\":[{\"mediaInfo\":null}]}", "prompts[].mediaInfo" },
	{ PLAY, "{\"prompts\":[{\"mediaInfo\":\"a\"}]}",
	  "prompts[].mediaInfo" },
	{ PLAY, "{\"prompts\":[{\"mediaInfo\":[]}]}", "prompts[].mediaInfo" },
	{ PLAY, "{\"prompts\":[{\"mediaInfo\":{}}]}",
	  "prompts[].mediaInfo.uri" },
	{ PLAY, "{\"prompts\":[{\"mediaInfo\":{\"uri\":null}}]}",
	  "prompts[].mediaInfo.uri" },
	{ PLAY, "{\"prompts\":[{\"mediaInfo\":{\"uri\":7}}]}",
	  "prompts[].mediaInfo.uri" },
	{ PLAY, "{\"prompts\":[" PROMPT("a") "," PROMPT("") "]}",
	  "prompts[].mediaInfo.uri" },
	{ PLAY, "{" ONE ",\"loop\":5}", "loop" },
	{ PLAY, "{" ONE ",\"loop\":\"true\"}", "loop" },
	{ PLAY, "{" ONE ",\"clientContext\":7}", "clientContext" },
	{ PLAY, "{" ONE ",\"clientContext\":{}}", "clientContext" },
	{ RECORD, "{\"prompts\":[" PROMPT("a") "," PROMPT("b") "]}",
	  "prompts" },
	{ RECORD, "{\"prompts\":{}}", "prompts" },
	{ RECORD, "{\"prompts\":[7]}", "prompts[]" },
	{ RECORD, "{\"bargeInAllowed\":1}", "bargeInAllowed" },
	{ RECORD, "{\"playBeep\":\"no\"}", "playBeep" },
	{ RECORD, "{\"stopTones\":\"#\"}", "stopTones" },
	{ RECORD, "{\"stopTones\":{}}", "stopTones" },
	{ RECORD, "{\"stopTones\":[1]}", "stopTones[]" },
	{ RECORD, "{\"stopTones\":[null]}", "stopTones[]" },
	{ RECORD, "{\"stopTones\":[\"\"]}", "stopTones[]" },
	{ RECORD, "{\"stopTones\":[\"1\",\"e\"]}", "stopTones[]" },
	{ RECORD, "{\"stopTones\":[\"tone1\"]}", "stopTones[]" },
	{ RECORD, "{\"stopTones\":[\"1 2\"]}", "stopTones[]" },
	{ RECORD, "{\"stopTones\":[\"E\"]}", "stopTones[]" },
	{ RECORD, "{\"stopTones\":[\"@\"]}", "stopTones[]" },
	{ RECORD, "[]", "body" },
	{ RECORD, "null", "body" },
	{ RECORD, "\"{}\"", "body" },
	{ RECORD, " ", "body" },
};

START_TEST(test_decode_request_names_the_member_that_is_wrong)
{
	refuse(wrong[_i].action, wrong[_i].body, strlen(wrong[_i].body),
	       wrong[_i].field);
}
END_TEST

START_TEST(test_decode_request_of_21_prompts_is_refused)
{
	char *body =
		repeat("{\"prompts\":[" PROMPT("a"), "," PROMPT("b"), 20, "]}");

	refuse(PLAY, body, strlen(body), "prompts");
	free(body);
}
END_TEST

START_TEST(test_decode_request_of_a_long_uri_is_refused)
{
	char *body = repeat("{\"prompts\":[{\"mediaInfo\":{\"uri\":\"", "u",
			    2048, "\"}}]}");
	ivrq_json_request request = accept(PLAY, IVRQ_JSON_V1, body);

	ck_assert_uint_eq(strlen(request.play_prompt.prompts[0]), 2048);
	ivrq_json_request_free(&request);
	free(body);
	body = repeat("{\"prompts\":[{\"mediaInfo\":{\"uri\":\"", "u", 2049,
		      "\"}}]}");
	refuse(PLAY, body, strlen(body), "prompts[].mediaInfo.uri");
	free(body);
}
END_TEST

START_TEST(test_decode_request_of_a_long_body_is_too_big)
{
	char *body = repeat("{}", " ", IVRQ_JSON_BODY_MAX - 2, " ");
	ivrq_json_request request;
	ivrq_error error;

	ck_assert_int_eq(decode(4, 1, body, IVRQ_JSON_BODY_MAX, &request, NULL),
			 0);
	ivrq_json_request_free(&request);
	ct_mark(&request, sizeof(request));
	ck_assert_int_eq(
		decode(4, 1, body, IVRQ_JSON_BODY_MAX + 1, &request, &error),
		IVRQ_ETOOBIG);
	ck_assert_int_eq(error.code, IVRQ_ETOOBIG);
	ck_assert_str_eq(error.field, "body");
	ck_assert(ct_untouched(&request, sizeof(request)));
	free(body);
}
END_TEST

static void refuse_parameter(int action, int version, const char *body,
			     size_t bytes, const char *field)
{
	ivrq_json_request request;
	ivrq_error error;

	ck_assert_int_eq(
		ivrq_json_decode_request((enum ivrq_json_action)action,
					 (enum ivrq_json_version)version, body,
					 bytes, &request, &error),
		IVRQ_EINVAL);
	ck_assert_str_eq(error.field, field);
}

START_TEST(test_decode_request_of_bad_parameters_is_refused)
{
	ivrq_json_request request;

	refuse_parameter(0, 1, "{}", 2, "action");
	refuse_parameter(5, 1, "{}", 2, "action");
	refuse_parameter(4, 0, "{}", 2, "version");
	refuse_parameter(4, 3, "{}", 2, "version");
	refuse_parameter(4, 1, NULL, 2, "body");
	ck_assert_int_eq(ivrq_json_decode_request(4, 1, "{}", 2, NULL, NULL),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_json_decode_request(4, 1, "{", 1, &request, NULL),
			 IVRQ_EINVAL);
	ck_assert_int_eq(
		ivrq_json_decode_request(4, 1, NULL, 0, &request, NULL), 0);
	ivrq_json_request_free(&request);
}
END_TEST

START_TEST(test_request_free_leaves_nothing)
{
	ivrq_json_request request = accept(PLAY, IVRQ_JSON_V1, play_example);
	static const ivrq_json_request zero;

	ivrq_json_request_free(&request);
	ck_assert_mem_eq(&request, &zero, sizeof(zero));
	ivrq_json_request_free(&request);
	ivrq_json_request_free(NULL);
}
END_TEST

/* -------------------------------------------------------------------- syntax */

/* The value of a member that no action has. */
static const char *const good[] = {
	"0",
	"-0",
	"0.5",
	"1e5",
	"1E+5",
	"-12.75e-2",
	"1e99",
	"true",
	"false",
	"-9223372036854775808",
	"\"\"",
	"[]",
	"{}",
	"[ 1 , 2 ]",
	"{ \"a\" : 1 , \"b\" : [ ] }",
	"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
	"\"\xc2\x80\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"",
	"\"\x7f\"",
	"{\"a\":{\"a\":{\"a\":1}},\"A\":1}",
	"\"\\ud800\\udc00\\udbff\\udfff\"",
};

static const char *const bad[] = {
	"",
	"01",
	"-",
	"+1",
	".5",
	"1.",
	"1e",
	"1e+",
	"0x10",
	"--1",
	"1 2",
	"tru",
	"True",
	"nul",
	"NaN",
	"Infinity",
	"-Infinity",
	"'a'",
	"a",
	"\"",
	"\"a",
	"\"\\",
	"\"\\\"",
	"\"\\x41\"",
	"\"\\u12\"",
	"\"\\u12g4\"",
	"\"\\u 123\"",
	"\"\\ud800\"",
	"\"\\ud800a\"",
	"\"\\ud800\\n\"",
	"\"\\ud800\\ud800\"",
	"\"\\udc00\"",
	"\"\\ud800\\u0041\"",
	"\"\\u0000\"",
	"\"a\\u0000b\"",
	"\"\t\"",
	"\"\n\"",
	"\"\x1f\"",
	"\"\x80\"",
	"\"\xc0\x80\"",
	"\"\xc3\"",
	"\"\xed\xa0\x80\"",
	"\"\xf4\x90\x80\x80\"",
	"\"\xff\"",
	"\"\xe2\x82\"",
	"[",
	"[1",
	"[1,",
	"[1,]",
	"[,1]",
	"[1 2]",
	"[1}",
	"{",
	"{\"a\"",
	"{\"a\":",
	"{\"a\":1",
	"{\"a\":1,",
	"{\"a\":1,}",
	"{,}",
	"{a:1}",
	"{1:1}",
	"{\"a\" 1}",
	"{\"a\":1]",
	"{\"a\":1 \"b\":2}",
	"{\"a\":1,\"a\":1}",
	"{\"a\":1,\"b\":[1,{}],\"\\u0061\":1}",
	"/**/1",
	"1//",
	"\xef\xbb\xbf 1",
};

START_TEST(test_decode_request_of_good_syntax_is_accepted)
{
	char *body = repeat("{\"other\":", good[_i], 1, "}");
	ivrq_json_request request = accept(4, IVRQ_JSON_V1, body);

	ivrq_json_request_free(&request);
	free(body);
}
END_TEST

START_TEST(test_decode_request_of_bad_syntax_is_refused)
{
	char *body = repeat("{\"other\":", bad[_i], 1, "}");
	size_t i;

	refuse(4, body, strlen(body), "body");
	/* Nor does what stops early hide what comes. */
	for (i = 1; i < strlen(body); i++)
		refuse(4, body, i, "body");
	free(body);
}
END_TEST

START_TEST(test_decode_request_with_a_nul_is_refused)
{
	static const char inside[] = "{\"clientContext\":\"a\0b\"}";
	static const char behind[] = "{}\0";
	static const char between[] = "{\0}";

	refuse(4, inside, sizeof(inside) - 1, "body");
	refuse(4, behind, sizeof(behind) - 1, "body");
	refuse(4, between, sizeof(between) - 1, "body");
	refuse(4, "", 1, "body");
}
END_TEST

START_TEST(test_decode_request_cut_anywhere_is_refused)
{
	size_t i;

	for (i = 1; i < sizeof(play_example) - 1; i++)
		refuse(PLAY, play_example, i, "body");
}
END_TEST

START_TEST(test_decode_request_that_ends_late_is_refused)
{
	refuse(4, "{}{}", 4, "body");
	refuse(4, "{},", 3, "body");
	refuse(4, "{}x", 3, "body");
}
END_TEST

START_TEST(test_decode_request_bounds_the_nesting)
{
	char *head = repeat("{\"other\":", "[", 63, "");
	char *body = repeat(head, "]", 63, "}");
	ivrq_json_request request = accept(4, IVRQ_JSON_V1, body);

	ivrq_json_request_free(&request);
	free(head);
	free(body);
	head = repeat("{\"other\":", "[", 64, "");
	body = repeat(head, "]", 64, "}");
	refuse(4, body, strlen(body), "body");
	free(head);
	free(body);
	body = repeat("{\"other\":", "[", 65000, "}");
	refuse(4, body, strlen(body), "body");
	free(body);
}
END_TEST

START_TEST(test_decode_request_bounds_the_members)
{
	ivrq_json_request request;
	char body[8192], *at;
	int i, n;

	for (n = 256; n <= 257; n++) {
		at = body + sprintf(body, "{\"0\":0");
		for (i = 1; i < n; i++)
			at += sprintf(at, ",\"%d\":%d", i, i);
		strcpy(at, "}");
		if (n == 257) {
			refuse(4, body, strlen(body), "body");
			continue;
		}
		request = accept(4, IVRQ_JSON_V1, body);
		ivrq_json_request_free(&request);
	}
}
END_TEST

void add_json_request(Suite *suite)
{
	TCase *tcase = tcase_create("request");

	tcase_add_test(tcase,
		       test_decode_request_of_the_play_example_is_a_request);
	tcase_add_test(tcase, test_decode_request_of_v1_ignores_loop);
	tcase_add_test(tcase, test_decode_request_keeps_the_order_of_prompts);
	tcase_add_test(tcase,
		       test_decode_request_of_the_record_example_is_a_request);
	tcase_add_loop_test(
		tcase, test_decode_request_of_a_bare_record_has_the_defaults, 0,
		(int)CT_COUNT(defaults));
	tcase_add_loop_test(tcase,
			    test_decode_request_makes_a_set_of_stop_tones, 0,
			    (int)CT_COUNT(stop_tones));
	tcase_add_loop_test(tcase, test_decode_request_takes_1_to_120_seconds,
			    0, (int)CT_COUNT(seconds));
	tcase_add_test(tcase, test_decode_request_of_the_others_has_a_context);
	tcase_add_test(tcase,
		       test_decode_request_counts_code_points_of_a_context);
	tcase_add_loop_test(tcase,
			    test_decode_request_names_the_member_that_is_wrong,
			    0, (int)CT_COUNT(wrong));
	tcase_add_test(tcase, test_decode_request_of_21_prompts_is_refused);
	tcase_add_test(tcase, test_decode_request_of_a_long_uri_is_refused);
	tcase_add_test(tcase, test_decode_request_of_a_long_body_is_too_big);
	tcase_add_test(tcase, test_decode_request_of_bad_parameters_is_refused);
	tcase_add_test(tcase, test_request_free_leaves_nothing);
	suite_add_tcase(suite, tcase);
}

void add_json_syntax(Suite *suite)
{
	TCase *tcase = tcase_create("syntax");

	tcase_add_loop_test(tcase,
			    test_decode_request_of_good_syntax_is_accepted, 0,
			    (int)CT_COUNT(good));
	tcase_add_loop_test(tcase, test_decode_request_of_bad_syntax_is_refused,
			    0, (int)CT_COUNT(bad));
	tcase_add_test(tcase, test_decode_request_with_a_nul_is_refused);
	tcase_add_test(tcase, test_decode_request_cut_anywhere_is_refused);
	tcase_add_test(tcase, test_decode_request_that_ends_late_is_refused);
	tcase_add_test(tcase, test_decode_request_bounds_the_nesting);
	tcase_add_test(tcase, test_decode_request_bounds_the_members);
	suite_add_tcase(suite, tcase);
}
