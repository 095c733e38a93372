/* SPDX-License-Identifier: MIT */
/* check_json_receive: notifications, as a receiver reads them. */
#include "json_checks.h"

#define ONE(element) "{\"value\":[" element "]}"
#define OF(url, type, data)                                                    \
	"{\"changeType\":\"deleted\",\"resourceUrl\":\"" url                   \
	"\",\"resourceData\":{\"@odata.type\":\"#microsoft.graph." type        \
	"\"" data "}}"
#define PLAYED(data)                                                           \
	ONE(OF(OPERATION_URL, "playPromptOperation",                           \
	       ",\"status\":\"completed\"" data))
#define CALLED(data) ONE(OF("/app/calls/" CALL_ID, "call", data))

/* What was given out, copied: it ends with the callback. */
struct seen {
	int count;
	struct {
		enum ivrq_json_change change;
		bool is_call;
		char url[128];
		ivrq_json_operation operation;
		ivrq_json_call call;
		char text[5]
			 [64]; /* context, message, reason, location, token */
		bool null[5];
	} one[8];
};

static void keep(struct seen *seen, int i, const char *text)
{
	seen->one[seen->count].null[i] = !text;
	snprintf(seen->one[seen->count].text[i], 64, "%s", text ? text : "");
}

static void see(void *user, const ivrq_json_notification *notification)
{
	const ivrq_json_operation *operation = notification->operation;
	struct seen *seen = user;

	ck_assert(!operation != !notification->call);
	seen->one[seen->count].change = notification->change;
	seen->one[seen->count].is_call = !operation;
	snprintf(seen->one[seen->count].url, 128, "%s",
		 notification->resource_url);
	if (operation) {
		seen->one[seen->count].operation = *operation;
		keep(seen, 0, operation->client_context);
		keep(seen, 1, operation->result.message);
		keep(seen, 2, operation->result.completion_reason);
		keep(seen, 3, operation->recording_location);
		keep(seen, 4, operation->recording_access_token);
	} else {
		seen->one[seen->count].call = *notification->call;
		keep(seen, 1, notification->call->result.message);
	}
	seen->count++;
}

static int receive(const char *body, struct seen *seen, ivrq_error *error)
{
	size_t bytes = strlen(body);
	char *copy = malloc(bytes ? bytes : 1);
	int answer;

	memset(seen, 0, sizeof(*seen));
	memcpy(copy, body, bytes);
	answer = ivrq_json_decode_notifications(copy, bytes, see, seen, error);
	free(copy);
	ck_assert_int_eq(seen->count, answer < 0 ? 0 : answer);
	return answer;
}

static bool same(const ivrq_uuid *uuid, const char *text)
{
	ivrq_uuid other = uuid_of(text);

	return !memcmp(uuid, &other, sizeof(other));
}

START_TEST(test_decode_notifications_of_the_record_example_tells_it)
{
	struct seen seen;

	ck_assert_int_eq(
		receive(ONE(OF(OPERATION_URL, "recordOperation",
			       ",\"@odata.id\":\"" OPERATION_URL
			       "\",\"@odata.etag\":\"W/\\\"54451\\\"\",\"id\":"
			       "\"" OPERATION_ID "\",\"clientContext\":"
			       "\"" CONTEXT "\",\"status\":\"completed\","
			       "\"resultInfo\":{\"@odata.type\":\"#microsoft."
			       "graph.resultInfo\",\"code\":200,\"subcode\":"
			       "8515,\"message\":\"Done.\"},"
			       "\"recordingLocation\":\"https://l\","
			       "\"recordingAccessToken\":\"<t>\","
			       "\"completionReason\":\"stopToneDetected\"")),
			&seen, NULL),
		1);
	ck_assert_int_eq((int)seen.one[0].change, IVRQ_JSON_DELETED);
	ck_assert_str_eq(seen.one[0].url, OPERATION_URL);
	ck_assert(same(&seen.one[0].operation.call, CALL_ID));
	ck_assert(same(&seen.one[0].operation.id, OPERATION_ID));
	ck_assert_int_eq((int)seen.one[0].operation.action,
			 IVRQ_JSON_RECORD_RESPONSE);
	ck_assert_int_eq((int)seen.one[0].operation.status,
			 IVRQ_JSON_COMPLETED);
	ck_assert_uint_eq(seen.one[0].operation.etag, 54451);
	ck_assert_uint_eq(seen.one[0].operation.result.code, 200);
	ck_assert_uint_eq(seen.one[0].operation.result.subcode, 8515);
	ck_assert_str_eq(seen.one[0].text[0], CONTEXT);
	ck_assert_str_eq(seen.one[0].text[1], "Done.");
	ck_assert_str_eq(seen.one[0].text[2], "stopToneDetected");
	ck_assert_str_eq(seen.one[0].text[3], "https://l");
	ck_assert_str_eq(seen.one[0].text[4], "<t>");
}
END_TEST

START_TEST(test_decode_notifications_of_bare_members_leaves_none)
{
	struct seen seen;
	int i;

	ck_assert_int_eq(receive(PLAYED(""), &seen, NULL), 1);
	for (i = 0; i < 5; i++)
		ck_assert(seen.one[0].null[i]);
	ck_assert_uint_eq(seen.one[0].operation.result.code, 0);
	ck_assert_uint_eq(seen.one[0].operation.etag, 0);
	ck_assert_int_eq(
		receive(PLAYED(",\"resultInfo\":null,\"clientContext\":null,"
			       "\"completionReason\":null,"
			       "\"recordingLocation\":null,"
			       "\"recordingAccessToken\":null"),
			&seen, NULL),
		1);
	for (i = 0; i < 5; i++)
		ck_assert(seen.one[0].null[i]);
}
END_TEST

static const char *const result_infos[] = {
	"{\"code\":400,\"subcode\":8508}",
	"{\"code\":\"400\",\"subcode\":\"8508\"}",
	"{\"code\":400,\"subCode\":8508,\"message\":null}",
	"{\"code\":\"400\",\"subCode\":\"8508\"}",
};

START_TEST(test_decode_notifications_reads_codes_however_spelt)
{
	char body[512];
	struct seen seen;

	snprintf(body, sizeof(body), PLAYED(",\"resultInfo\":%s"),
		 result_infos[_i]);
	ck_assert_int_eq(receive(body, &seen, NULL), 1);
	ck_assert_uint_eq(seen.one[0].operation.result.code, 400);
	ck_assert_uint_eq(seen.one[0].operation.result.subcode, 8508);
}
END_TEST

static const char *const urls[] = {
	"\"resourceUrl\":\"" OPERATION_URL "\"",
	"\"resource\":\"" OPERATION_URL "\"",
	"\"resourceUrl\":null,\"resource\":\"" OPERATION_URL "\"",
	"\"resourceUrl\":\"/communications/calls/" CALL_ID
	"/operations/" OPERATION_ID "\"",
	"\"resourceUrl\":\"/app/calls/57DAB8B1-894C-409A-B240-BD8BEAE78896"
	"/operations/0fe0623fd62842edb4bd8ac290072cc5\"",
	"\"resourceUrl\":\"https://host/v1.0/communications/calls/" CALL_ID
	"/operations/" OPERATION_ID "\"",
	"\"resourceUrl\":\"https://host/beta/app/calls/" CALL_ID
	"/operations/" OPERATION_ID "\"",
};

START_TEST(test_decode_notifications_reads_ids_of_every_url)
{
	char body[1024];
	struct seen seen;

	snprintf(body, sizeof(body),
		 ONE("{\"changeType\":\"deleted\",%s,\"resourceData\":{"
		     "\"@odata.type\":\"#microsoft.graph.recordOperation\","
		     "\"status\":\"failed\"}}"),
		 urls[_i]);
	ck_assert_int_eq(receive(body, &seen, NULL), 1);
	ck_assert(same(&seen.one[0].operation.call, CALL_ID));
	ck_assert(same(&seen.one[0].operation.id, OPERATION_ID));
}
END_TEST

static const struct {
	const char *status;
	enum ivrq_json_status wanted;
} statuses[] = {
	{ "null", IVRQ_JSON_NOT_STARTED },
	{ "\"notStarted\"", IVRQ_JSON_NOT_STARTED },
	{ "\"running\"", IVRQ_JSON_RUNNING },
	{ "\"completed\"", IVRQ_JSON_COMPLETED },
	{ "\"Completed\"", IVRQ_JSON_COMPLETED },
	{ "\"failed\"", IVRQ_JSON_FAILED },
};

START_TEST(test_decode_notifications_reads_every_status)
{
	char body[512];
	struct seen seen;

	snprintf(
		body, sizeof(body),
		ONE(OF(OPERATION_URL, "playPromptOperation", ",\"status\":%s")),
		statuses[_i].status);
	ck_assert_int_eq(receive(body, &seen, NULL), 1);
	ck_assert_int_eq((int)seen.one[0].operation.status,
			 (int)statuses[_i].wanted);
}
END_TEST

static const struct {
	const char *name;
	char tone;
} tones[] = {
	{ "tone0", '0' }, { "tone1", '1' }, { "tone2", '2' }, { "tone3", '3' },
	{ "tone4", '4' }, { "tone5", '5' }, { "tone6", '6' }, { "tone7", '7' },
	{ "tone8", '8' }, { "tone9", '9' }, { "star", '*' },  { "pound", '#' },
	{ "a", 'a' },	  { "b", 'b' },	    { "c", 'c' },     { "d", 'd' },
};

START_TEST(test_decode_notifications_reads_every_tone)
{
	char body[512];
	struct seen seen;

	snprintf(body, sizeof(body),
		 CALLED(",\"state\":\"established\",\"toneInfo\":{"
			"\"sequenceId\":%d,\"tone\":\"%s\"}"),
		 _i + 1, tones[_i].name);
	ck_assert_int_eq(receive(body, &seen, NULL), 1);
	ck_assert(seen.one[0].is_call);
	ck_assert(same(&seen.one[0].call.id, CALL_ID));
	ck_assert_int_eq((int)seen.one[0].call.state, IVRQ_JSON_ESTABLISHED);
	ck_assert_uint_eq(seen.one[0].call.sequence_id, _i + 1);
	ck_assert_int_eq(seen.one[0].call.tone, tones[_i].tone);
}
END_TEST

static const char *const passed_over[] = {
	"{\"value\":[]}",
	CALLED(",\"state\":\"establishing\""),
	CALLED(",\"state\":\"unknownFutureValue\""),
	CALLED(""),
	CALLED(",\"state\":\"established\",\"toneInfo\":{\"sequenceId\":1,"
	       "\"tone\":\"flash\"}"),
	ONE(OF("/communications/calls/x/participants", "participant", "")),
	ONE(OF("", "sendDtmfTonesOperation", ",\"status\":7")),
	ONE("{\"changeType\":\"updated\"}"),
	ONE("{\"changeType\":\"updated\",\"resourceData\":null}"),
	ONE("{\"changeType\":\"updated\",\"resourceData\":{}}"),
	ONE("{\"changeType\":\"updated\",\"resourceData\":[]}"),
	ONE("{\"changeType\":\"updated\",\"resourceData\":{\"@odata.type\":"
	    "\"x\"}}"),
};

START_TEST(test_decode_notifications_passes_over_what_it_cannot_tell)
{
	struct seen seen;

	ck_assert_int_eq(receive(passed_over[_i], &seen, NULL), 0);
}
END_TEST

START_TEST(test_decode_notifications_of_several_keeps_the_order)
{
	struct seen seen;

	ck_assert_int_eq(
		receive("{\"value\":[{\"changeType\":\"created\",\"resourceUrl"
			"\":\"" CALL_URL "/operations\",\"resourceData\":["
			"{\"@odata.type\":\"microsoft.graph."
			"playPromptOperation\",\"@odata.id\":\"" OPERATION_URL
			"\",\"status\":\"running\"},{\"@odata.type\":"
			"\"#microsoft.graph.recordOperation\",\"id\":"
			"\"" CALL_ID "\",\"status\":\"failed\"}]}," OF(
				CALL_URL, "call",
				",\"state\":\"terminated\",\"resultInfo\":{"
				"\"code\":\"200\",\"subCode\":\"5001\"}") "]}",
			&seen, NULL),
		3);
	ck_assert_int_eq((int)seen.one[0].change, IVRQ_JSON_UPDATED);
	ck_assert(same(&seen.one[0].operation.id, OPERATION_ID));
	ck_assert_int_eq((int)seen.one[1].operation.action,
			 IVRQ_JSON_RECORD_RESPONSE);
	ck_assert(same(&seen.one[1].operation.id, CALL_ID));
	ck_assert(same(&seen.one[1].operation.call, CALL_ID));
	ck_assert_int_eq((int)seen.one[2].change, IVRQ_JSON_DELETED);
	ck_assert_int_eq((int)seen.one[2].call.state, IVRQ_JSON_TERMINATED);
	ck_assert_uint_eq(seen.one[2].call.result.code, 200);
	ck_assert_uint_eq(seen.one[2].call.result.subcode, 5001);
	ck_assert_int_eq(seen.one[2].call.tone, 0);
}
END_TEST

#define DATA(member) "value[].resourceData." member

static const struct {
	const char *body;
	const char *field;
} wrong[] = {
	{ "", "body" },
	{ "[]", "body" },
	{ "{\"value\":[]", "body" },
	{ "{\"value\":[],\"value\":[]}", "body" },
	{ "{}", "value" },
	{ "{\"value\":null}", "value" },
	{ "{\"value\":{}}", "value" },
	{ "{\"value\":[7]}", "value[]" },
	{ ONE("{}"), "value[].changeType" },
	{ ONE("{\"changeType\":\"moved\"}"), "value[].changeType" },
	{ ONE("{\"changeType\":7}"), "value[].changeType" },
	{ ONE("{\"changeType\":\"deleted\",\"resourceUrl\":7}"),
	  "value[].resourceUrl" },
	{ ONE("{\"changeType\":\"deleted\",\"resource\":7}"),
	  "value[].resourceUrl" },
	{ ONE("{\"changeType\":\"deleted\",\"resourceData\":{\"@odata.type\":"
	      "\"#microsoft.graph.call\"}}"),
	  "value[].resourceUrl" },
	{ ONE("{\"changeType\":\"deleted\",\"resourceData\":7}"),
	  "value[].resourceData" },
	{ ONE("{\"changeType\":\"deleted\",\"resourceData\":[7]}"),
	  "value[].resourceData" },
	{ ONE("{\"changeType\":\"deleted\",\"resourceData\":{\"@odata.type\":"
	      "7}}"),
	  DATA("@odata.type") },
	{ ONE(OF("/calls/" CALL_ID, "call", "")), "value[].resourceUrl" },
	{ ONE(OF("/app/calls/", "call", "")), "value[].resourceUrl" },
	{ ONE(OF("/app/calls/1", "call", "")), "value[].resourceUrl" },
	{ ONE(OF(CALL_URL "/", "call", "")), "value[].resourceUrl" },
	{ ONE(OF(CALL_URL "0", "call", "")), "value[].resourceUrl" },
	{ ONE(OF(CALL_URL "/operationsx", "call", "")), "value[].resourceUrl" },
	{ ONE(OF(OPERATION_URL "/x", "call", "")), "value[].resourceUrl" },
	{ ONE(OF(CALL_URL, "playPromptOperation", "")), "value[].resourceUrl" },
	{ ONE(OF(CALL_URL, "playPromptOperation", ",\"id\":\"7\"")),
	  "value[].resourceUrl" },
	/* another call's */
	{ ONE(OF("/app/calls/" OPERATION_ID, "playPromptOperation",
		 ",\"@odata.id\":\"" OPERATION_URL "\"")),
	  "value[].resourceUrl" },
	{ ONE(OF(OPERATION_URL, "playPromptOperation", ",\"status\":\"done\"")),
	  DATA("status") },
	{ ONE(OF(OPERATION_URL, "playPromptOperation", ",\"status\":2")),
	  DATA("status") },
	{ PLAYED(",\"clientContext\":7"), DATA("clientContext") },
	{ PLAYED(",\"recordingLocation\":7"), DATA("recordingLocation") },
	{ PLAYED(",\"recordingAccessToken\":7"), DATA("recordingAccessToken") },
	{ PLAYED(",\"completionReason\":7"), DATA("completionReason") },
	{ PLAYED(",\"resultInfo\":7"), DATA("resultInfo.code") },
	{ PLAYED(",\"resultInfo\":{}"), DATA("resultInfo.code") },
	{ PLAYED(",\"resultInfo\":{\"code\":-1}"), DATA("resultInfo.code") },
	{ PLAYED(",\"resultInfo\":{\"code\":\"\"}"), DATA("resultInfo.code") },
	{ PLAYED(",\"resultInfo\":{\"code\":\"4x\"}"),
	  DATA("resultInfo.code") },
	{ PLAYED(",\"resultInfo\":{\"code\":4294967296}"),
	  DATA("resultInfo.code") },
	{ PLAYED(",\"resultInfo\":{\"code\":\"4294967296\"}"),
	  DATA("resultInfo.code") },
	{ PLAYED(",\"resultInfo\":{\"code\":1,\"subcode\":\"x\"}"),
	  DATA("resultInfo.subcode") },
	{ PLAYED(",\"resultInfo\":{\"code\":1,\"message\":1}"),
	  DATA("resultInfo.message") },
	{ CALLED(",\"state\":7"), DATA("state") },
	{ CALLED(",\"callbackUri\":7"), DATA("callbackUri") },
	{ CALLED(",\"toneInfo\":7"), DATA("toneInfo.sequenceId") },
	{ CALLED(",\"toneInfo\":{\"sequenceId\":1}"), DATA("toneInfo.tone") },
	{ CALLED(",\"toneInfo\":{\"sequenceId\":-1,\"tone\":\"a\"}"),
	  DATA("toneInfo.sequenceId") },
};

START_TEST(test_decode_notifications_names_the_member_that_is_wrong)
{
	ivrq_error error = { .code = 0 };
	struct seen seen;

	ck_assert_msg(receive(wrong[_i].body, &seen, &error) == IVRQ_EINVAL,
		      "accepted: %s", wrong[_i].body);
	ck_assert_int_eq(error.code, IVRQ_EINVAL);
	ck_assert_str_eq(error.field, wrong[_i].field);
	ck_assert(error.rule && *error.rule);
}
END_TEST

START_TEST(test_decode_notifications_with_a_wrong_last_gives_none)
{
	struct seen seen;

	/* receive() sees that there was no callback. */
	ck_assert_int_eq(
		receive("{\"value\":[" OF(OPERATION_URL, "recordOperation",
					  "") ","
					      "{\"changeType\":\"x\"}]}",
			&seen, NULL),
		IVRQ_EINVAL);
}
END_TEST

START_TEST(test_decode_notifications_of_bad_parameters_is_refused)
{
	ivrq_error error;

	ck_assert_int_eq(
		ivrq_json_decode_notifications(NULL, 0, see, NULL, &error),
		IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "body");
	ck_assert_int_eq(ivrq_json_decode_notifications("{\"value\":[]}", 12,
							NULL, NULL, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "each");
}
END_TEST

START_TEST(test_decode_notifications_reads_back_what_was_encoded)
{
	ivrq_json_operation operation = {
		.action = IVRQ_JSON_RECORD_RESPONSE,
		.id = uuid_of(OPERATION_ID),
		.call = uuid_of(CALL_ID),
		.status = IVRQ_JSON_FAILED,
		.client_context = "a \"b\" \\ \xc3\xa9 \n",
		.result = { 400, 8508, "Over.", "operationCanceled" },
		.etag = UINT64_MAX - 15
	};
	ivrq_json_call call = { .id = uuid_of(CALL_ID),
				.state = IVRQ_JSON_ESTABLISHED,
				.sequence_id = INT64_MAX,
				.tone = '*',
				.etag = 1 };
	char element[2][IVRQ_JSON_BYTES], body[2 * IVRQ_JSON_BYTES];
	const char *elements[] = { element[0], element[1] };
	struct seen seen;

	ck_assert_int_gt(ivrq_json_encode_ended(&operation, IVRQ_JSON_BETA,
						element[0], IVRQ_JSON_BYTES),
			 0);
	ck_assert_int_gt(
		ivrq_json_encode_changed(&call, element[1], IVRQ_JSON_BYTES),
		0);
	ck_assert_int_gt(
		ivrq_json_encode_notifications(elements, 2, body, sizeof(body)),
		0);
	ck_assert_int_eq(receive(body, &seen, NULL), 2);
	ck_assert_mem_eq(&seen.one[0].operation.id, &operation.id, 16);
	ck_assert_mem_eq(&seen.one[0].operation.call, &operation.call, 16);
	ck_assert_str_eq(seen.one[0].text[0], operation.client_context);
	ck_assert_str_eq(seen.one[0].text[1], "Over.");
	ck_assert_str_eq(seen.one[0].text[2], "operationCanceled");
	ck_assert_str_eq(seen.one[0].text[3], "");
	ck_assert_str_eq(seen.one[0].text[4], "");
	ck_assert(!seen.one[0].null[3] && !seen.one[0].null[4]);
	ck_assert_uint_eq(seen.one[0].operation.etag, operation.etag);
	ck_assert_mem_eq(&seen.one[1].call.id, &call.id, 16);
	ck_assert_uint_eq(seen.one[1].call.sequence_id, INT64_MAX);
	ck_assert_int_eq(seen.one[1].call.tone, '*');
	ck_assert_int_eq((int)seen.one[1].change, IVRQ_JSON_UPDATED);
}
END_TEST

void add_json_receive(Suite *suite)
{
	TCase *tcase = tcase_create("receive");

	tcase_add_test(
		tcase,
		test_decode_notifications_of_the_record_example_tells_it);
	tcase_add_test(tcase,
		       test_decode_notifications_of_bare_members_leaves_none);
	tcase_add_loop_test(tcase,
			    test_decode_notifications_reads_codes_however_spelt,
			    0, (int)CT_COUNT(result_infos));
	tcase_add_loop_test(tcase,
			    test_decode_notifications_reads_ids_of_every_url, 0,
			    (int)CT_COUNT(urls));
	tcase_add_loop_test(tcase, test_decode_notifications_reads_every_status,
			    0, (int)CT_COUNT(statuses));
	tcase_add_loop_test(tcase, test_decode_notifications_reads_every_tone,
			    0, (int)CT_COUNT(tones));
	tcase_add_loop_test(
		tcase,
		test_decode_notifications_passes_over_what_it_cannot_tell, 0,
		(int)CT_COUNT(passed_over));
	tcase_add_test(tcase,
		       test_decode_notifications_of_several_keeps_the_order);
	tcase_add_loop_test(
		tcase, test_decode_notifications_names_the_member_that_is_wrong,
		0, (int)CT_COUNT(wrong));
	tcase_add_test(tcase,
		       test_decode_notifications_with_a_wrong_last_gives_none);
	tcase_add_test(tcase,
		       test_decode_notifications_of_bad_parameters_is_refused);
	tcase_add_test(tcase,
		       test_decode_notifications_reads_back_what_was_encoded);
	suite_add_tcase(suite, tcase);
}
