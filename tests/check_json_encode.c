/* SPDX-License-Identifier: MIT */
/*
 * check_json_encode: what is written has the members and values of the API's
 * examples, and no others. Order and spaces have no meaning: both sides are
 * compared as jansson reads them, which also tells that it is JSON at all.
 */
#include <jansson.h>
#include <time.h>

#include "json_checks.h"

#define TYPE(name) "\"@odata.type\":\"#microsoft.graph." name "\""
#define ENVELOPE(element)                                                      \
	"{" TYPE("commsNotifications") ",\"value\":[" element "]}"
#define NOTIFICATION(change, url, data)                                        \
	"{" TYPE("commsNotification") ",\"changeType\":\"" change              \
				      "\",\"resourceUrl\":\"" url              \
				      "\",\"resourceData\":{" data "}}"
#define RESULT(code, subcode, message)                                         \
	"\"resultInfo\":{" TYPE("resultInfo") ",\"code\":" #code               \
					      ",\"subcode\":" #subcode         \
					      ",\"message\":\"" message "\"}"
#define ODATA                                                                  \
	"\"@odata.id\":\"" OPERATION_URL                                       \
	"\",\"@odata.etag\":\"W/\\\"54451\\\"\""
#define ID "\"id\":\"" OPERATION_ID "\""
#define CC "\"clientContext\":\"" CONTEXT "\""

enum form { ANSWER, ENDED };

static char buffer[IVRQ_JSON_BYTES];

static void is_json(const char *text, int length, const char *wanted)
{
	json_error_t error;
	json_t *got, *want = json_loads(wanted, 0, &error);

	ck_assert_msg(want != NULL, "%s: %s", error.text, wanted);
	ck_assert_int_gt(length, 0);
	ck_assert_uint_eq((size_t)length, strlen(text));
	got = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	ck_assert_msg(got != NULL, "%s: %s", error.text, text);
	ck_assert_msg(json_equal(got, want), "\n%s\nis not\n%s", text, wanted);
	json_decref(got);
	json_decref(want);
}

static ivrq_json_operation operation_of(enum ivrq_json_action action,
					enum ivrq_json_status status)
{
	ivrq_json_operation operation = { .action = action,
					  .id = uuid_of(OPERATION_ID),
					  .call = uuid_of(CALL_ID),
					  .status = status,
					  .client_context = CONTEXT,
					  .etag = 54451 };

	return operation;
}

static void use_wire(ivrq_json_operation *operation, enum ivrq_reason reason)
{
	bool play = operation->action == IVRQ_JSON_PLAY_PROMPT;
	enum ivrq_kind kind = play ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	enum ivrq_status status;
	ivrq_wire wire;

	for (status = IVRQ_COMPLETED; status <= IVRQ_CANCELED; status++)
		if (!ivrq_result_to_wire(kind, status, reason, &wire))
			break;
	operation->status = strcmp(wire.status, "failed") ?
				    IVRQ_JSON_COMPLETED :
				    IVRQ_JSON_FAILED;
	operation->result.code = wire.code;
	operation->result.subcode = wire.subcode;
	operation->result.message = wire.message;
	operation->result.completion_reason = wire.completion_reason;
}

/* ------------------------------------------------------------ the examples */

static const struct {
	enum ivrq_json_action action;
	enum ivrq_json_version version; /* 0: both */
	enum ivrq_json_status status;
	const char *wanted;
} answers[] = {
	{ IVRQ_JSON_PLAY_PROMPT, 0, IVRQ_JSON_RUNNING,
	  "{" TYPE("playPromptOperation") "," ID ",\"status\":\"running\"," CC
					  "}" },
	{ IVRQ_JSON_PLAY_PROMPT, 0, IVRQ_JSON_NOT_STARTED,
	  "{" TYPE("playPromptOperation") "," ID
					  ",\"status\":\"notStarted\"," CC
					  "}" },
	{ IVRQ_JSON_RECORD_RESPONSE, IVRQ_JSON_V1, IVRQ_JSON_RUNNING,
	  "{" TYPE("recordOperation") "," ID ",\"status\":\"running\","
				      "\"resultInfo\":null,"
				      "\"recordingLocation\":null," CC "}" },
	{ IVRQ_JSON_RECORD_RESPONSE, IVRQ_JSON_BETA, IVRQ_JSON_RUNNING,
	  "{" TYPE("recordOperation") "," ID ",\"status\":\"running\","
				      "\"completionReason\":null,"
				      "\"resultInfo\":null,"
				      "\"recordingLocation\":null," CC "}" },
	{ IVRQ_JSON_SUBSCRIBE_TO_TONE, IVRQ_JSON_V1, IVRQ_JSON_COMPLETED,
	  "{" TYPE("subscribeToToneOperation") "," CC "," ID
					       ",\"status\":\"completed\"}" },
	{ IVRQ_JSON_SUBSCRIBE_TO_TONE, IVRQ_JSON_BETA, IVRQ_JSON_COMPLETED,
	  "{" TYPE("subscribeToToneOperation") "," CC "," ID
					       ",\"status\":\"completed\","
					       "\"resultInfo\":null}" },
	{ IVRQ_JSON_CANCEL_MEDIA_PROCESSING, 0, IVRQ_JSON_COMPLETED,
	  "{" TYPE("cancelMediaProcessingOperation") ",\"status\":"
						     "\"completed\"," CC "," ID
						     "}" },
};

START_TEST(test_encode_operation_of_an_answer_is_the_example)
{
	ivrq_json_operation operation =
		operation_of(answers[_i].action, answers[_i].status);
	enum ivrq_json_version version;

	for (version = IVRQ_JSON_V1; version <= IVRQ_JSON_BETA; version++) {
		if (answers[_i].version && answers[_i].version != version)
			continue;
		is_json(buffer,
			ivrq_json_encode_operation(&operation, version, buffer,
						   sizeof(buffer)),
			answers[_i].wanted);
	}
}
END_TEST

#define MAX_DURATION                                                           \
	RESULT(200, 8515, "Action completed, max record duration reached.")
#define CANCELED                                                               \
	RESULT(400, 8508, "Action failed, the operation was cancelled.")
#define NOTHING "\"recordingLocation\":\"\",\"recordingAccessToken\":\"\""
#define KEPT                                                                   \
	"\"recordingLocation\":\"https://file.location/17e3b46c\","            \
	"\"recordingAccessToken\":\"<access-token>\""
#define OF(data) ENVELOPE(NOTIFICATION("deleted", OPERATION_URL, data))

static const struct {
	enum ivrq_json_action action;
	enum ivrq_json_version version; /* 0: both */
	enum ivrq_reason reason;
	const char *wanted;
} ends[] = {
	{ IVRQ_JSON_PLAY_PROMPT, IVRQ_JSON_V1, IVRQ_REASON_SUCCESS,
	  OF(TYPE("playPromptOperation") "," ODATA "," RESULT(
		  200, 0, "Action completed successfully.") "," CC
							    ",\"status\":"
							    "\"completed\"") },
	{ IVRQ_JSON_PLAY_PROMPT, IVRQ_JSON_BETA, IVRQ_REASON_SUCCESS,
	  OF(TYPE("playPromptOperation") "," ODATA "," CC
					 ",\"status\":\"completed\","
					 "\"completionReason\":"
					 "\"completedSuccessfully\"") },
	{ IVRQ_JSON_PLAY_PROMPT, 0, IVRQ_REASON_CANCELED,
	  OF(TYPE("playPromptOperation") "," ODATA "," CC
					 ",\"status\":\"failed\","
					 "\"completionReason\":"
					 "\"mediaOperationCanceled\""
					 "," CANCELED) },
	{ IVRQ_JSON_PLAY_PROMPT, IVRQ_JSON_V1, IVRQ_REASON_PROMPT_FORMAT,
	  OF(TYPE("playPromptOperation") "," ODATA "," CC
					 ",\"status\":\"failed\"," RESULT(
						 400, 8535,
						 "Action failed, file format "
						 "is invalid.")) },
	{ IVRQ_JSON_PLAY_PROMPT, IVRQ_JSON_BETA, IVRQ_REASON_PROMPT_FORMAT,
	  OF(TYPE("playPromptOperation") "," ODATA "," CC
					 ",\"status\":\"failed\","
					 "\"completionReason\":"
					 "\"unknown\"," RESULT(
						 400, 8535,
						 "Action failed, file format "
						 "is invalid.")) },
	{ IVRQ_JSON_RECORD_RESPONSE, IVRQ_JSON_V1, IVRQ_REASON_MAX_DURATION,
	  OF(TYPE("recordOperation") "," ODATA "," ID "," CC
				     ",\"status\":\"completed\"," MAX_DURATION
				     "," KEPT) },
	{ IVRQ_JSON_RECORD_RESPONSE, IVRQ_JSON_BETA, IVRQ_REASON_STOP_TONE,
	  OF(TYPE("recordOperation") "," ODATA "," ID "," CC
				     ",\"status\":\"completed\","
				     "\"completionReason\":"
				     "\"stopToneDetected\"," KEPT) },
	{ IVRQ_JSON_RECORD_RESPONSE, 0, IVRQ_REASON_CANCELED,
	  OF(TYPE("recordOperation") "," ODATA "," ID "," CC
				     ",\"status\":\"failed\"," CANCELED
				     "," NOTHING ",\"completionReason\":"
				     "\"operationCanceled\"") },
};

START_TEST(test_encode_ended_of_a_result_is_the_example)
{
	ivrq_json_operation operation =
		operation_of(ends[_i].action, IVRQ_JSON_FAILED);
	char element[IVRQ_JSON_BYTES];
	const char *elements[] = { element };
	enum ivrq_json_version version;

	use_wire(&operation, ends[_i].reason);
	if (operation.status == IVRQ_JSON_COMPLETED &&
	    operation.action == IVRQ_JSON_RECORD_RESPONSE) {
		operation.recording_location = "https://file.location/17e3b46c";
		operation.recording_access_token = "<access-token>";
	}
	for (version = IVRQ_JSON_V1; version <= IVRQ_JSON_BETA; version++) {
		if (ends[_i].version && ends[_i].version != version)
			continue;
		ck_assert_int_gt(ivrq_json_encode_ended(&operation, version,
							element,
							sizeof(element)),
				 0);
		is_json(buffer,
			ivrq_json_encode_notifications(elements, 1, buffer,
						       sizeof(buffer)),
			ends[_i].wanted);
	}
}
END_TEST

#define CALL_CHANGED(change, data)                                             \
	ENVELOPE(NOTIFICATION(change, "/communications/calls/" CALL_ID,        \
			      TYPE("call") data))

static const struct {
	ivrq_json_call call;
	const char *wanted;
} changes[] = {
	{ { .state = IVRQ_JSON_ESTABLISHED, .sequence_id = 1, .tone = '1' },
	  CALL_CHANGED("updated",
		       ",\"state\":\"established\",\"toneInfo\":{" TYPE(
			       "toneInfo") ",\"sequenceId\":1,"
					   "\"tone\":\"tone1\"}") },
	{ { .state = IVRQ_JSON_TERMINATING },
	  CALL_CHANGED("updated", ",\"state\":\"terminating\"") },
	{ { .state = IVRQ_JSON_TERMINATED,
	    .result = { .code = 200, .subcode = 5001 } },
	  CALL_CHANGED("deleted",
		       ",\"state\":\"terminated\",\"resultInfo\":{" TYPE(
			       "resultInfo") ",\"code\":200,"
					     "\"subcode\":5001}") },
	{ { .state = IVRQ_JSON_TERMINATED, .etag = 7 },
	  CALL_CHANGED("deleted", ",\"state\":\"terminated\","
				  "\"@odata.etag\":\"W/\\\"7\\\"\"") },
};

START_TEST(test_encode_changed_of_a_call_is_the_example)
{
	char element[IVRQ_JSON_BYTES];
	const char *elements[] = { element };
	ivrq_json_call call = changes[_i].call;

	call.id = uuid_of(CALL_ID);
	call.callback_uri = "https://bot.example.com/calls";
	ck_assert_int_gt(
		ivrq_json_encode_changed(&call, element, sizeof(element)), 0);
	is_json(buffer,
		ivrq_json_encode_notifications(elements, 1, buffer,
					       sizeof(buffer)),
		changes[_i].wanted);
}
END_TEST

START_TEST(test_encode_call_of_an_answer_has_id_and_callback)
{
	ivrq_json_call call = { .id = uuid_of(CALL_ID),
				.state = IVRQ_JSON_ESTABLISHED,
				.callback_uri = "https://bot.example.com",
				.sequence_id = 9223372036854775807,
				.tone = '#',
				.etag = 3 };

	is_json(buffer, ivrq_json_encode_call(&call, buffer, sizeof(buffer)),
		"{" TYPE("call") ",\"id\":\"" CALL_ID
				 "\",\"state\":\"established\","
				 "\"callbackUri\":\"https://bot.example.com\","
				 "\"toneInfo\":{" TYPE(
					 "toneInfo") ",\"sequenceId\":"
						     "9223372036854775807,"
						     "\"tone\":\"pound\"}}");
	call.callback_uri = NULL;
	call.sequence_id = 0;
	is_json(buffer, ivrq_json_encode_call(&call, buffer, sizeof(buffer)),
		"{" TYPE("call") ",\"id\":\"" CALL_ID
				 "\",\"state\":\"established\"}");
}
END_TEST

START_TEST(test_encode_changed_names_every_tone)
{
	static const char *const names[] = { "0 tone0", "1 tone1", "2 tone2",
					     "3 tone3", "4 tone4", "5 tone5",
					     "6 tone6", "7 tone7", "8 tone8",
					     "9 tone9", "* star",  "# pound",
					     "a a",	"b b",	   "c c",
					     "d d" };
	ivrq_json_call call = { .id = uuid_of(CALL_ID),
				.state = IVRQ_JSON_ESTABLISHED,
				.sequence_id = 1 };
	char wanted[32];
	int c;
	size_t i, n = 0;

	for (c = -128; c < 128; c++) {
		call.tone = (char)c;
		ct_mark(buffer, sizeof(buffer));
		if (ivrq_json_encode_changed(&call, buffer, sizeof(buffer)) <
		    0) {
			ck_assert(ct_untouched(buffer, sizeof(buffer)));
			continue;
		}
		n++;
		for (i = 0; i < CT_COUNT(names) && names[i][0] != (char)c;)
			i++;
		ck_assert_uint_lt(i, CT_COUNT(names));
		snprintf(wanted, sizeof(wanted), "\"tone\":\"%s\"",
			 names[i] + 2);
		ck_assert(strstr(buffer, wanted) != NULL);
	}
	ck_assert_uint_eq(n, CT_COUNT(names));
}
END_TEST

START_TEST(test_encode_error_is_that_of_the_api)
{
	ivrq_json_error error = { "8523", "prompts: an array", "5d\"1",
				  1795509608 };

	is_json(buffer, ivrq_json_encode_error(&error, buffer, sizeof(buffer)),
		"{\"error\":{\"code\":\"8523\",\"message\":\"prompts: an "
		"array\",\"innerError\":{\"request-id\":\"5d\\\"1\",\"date\":"
		"\"2026-11-24T08:40:08\"}}}");
	error.request_id = NULL;
	is_json(buffer, ivrq_json_encode_error(&error, buffer, sizeof(buffer)),
		"{\"error\":{\"code\":\"8523\",\"message\":\"prompts: an "
		"array\",\"innerError\":{\"date\":\"2026-11-24T08:40:08\"}}}");
}
END_TEST

START_TEST(test_encode_error_has_the_date_of_every_day)
{
	ivrq_json_error error = { .code = "", .message = "" };
	char wanted[64];
	int64_t day;

	/* 400 years, after which all repeats, and the last of the range. */
	for (day = 0; day <= 146097; day++) {
		time_t seconds = (time_t)(day * 86400 + day % 86400);
		struct tm tm;

		if (day == 146097)
			seconds = (time_t)INT64_C(253402300799);
		ck_assert_ptr_nonnull(gmtime_r(&seconds, &tm));
		strftime(wanted, sizeof(wanted), "\"%Y-%m-%dT%H:%M:%S\"", &tm);
		error.date = seconds;
		if (ivrq_json_encode_error(&error, buffer, sizeof(buffer)) <
			    0 ||
		    !strstr(buffer, wanted))
			ck_abort_msg("%s: %s", wanted, buffer);
	}
}
END_TEST

/* ------------------------------------------------------- strings and limits */

START_TEST(test_encode_operation_escapes_what_json_says)
{
	ivrq_json_operation operation =
		operation_of(IVRQ_JSON_PLAY_PROMPT, IVRQ_JSON_RUNNING);
	char all[3 * 128 + 16], *at = all;
	json_t *got;
	int c;

	for (c = 1; c < 128; c++)
		*at++ = (char)c;
	strcpy(at, "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80"
		   "\xf4\x8f\xbf\xbf/");
	operation.client_context = all;
	ck_assert_int_gt(ivrq_json_encode_operation(&operation, IVRQ_JSON_V1,
						    buffer, sizeof(buffer)),
			 0);
	got = json_loads(buffer, 0, NULL);
	ck_assert_ptr_nonnull(got);
	ck_assert_str_eq(
		json_string_value(json_object_get(got, "clientContext")), all);
	json_decref(got);
}
END_TEST

static const char *const not_utf8[] = {
	"\x80",
	"\xc1\xbf",
	"\xc3",
	"a\xe2\x82",
	"\xe0\x9f\xbf",
	"\xed\xa0\x80",
	"\xf0\x8f\xbf\xbf",
	"\xf4\x90\x80\x80",
	"\xf5\x80\x80\x80",
	"\xff",
	"\xf0\x9f\x98",
	"\xe2\x28\xa1",
};

START_TEST(test_encode_operation_of_no_utf8_is_refused)
{
	ivrq_json_operation operation =
		operation_of(IVRQ_JSON_RECORD_RESPONSE, IVRQ_JSON_FAILED);
	/* Exactly as long, so that reading beyond it is seen. */
	char *text = malloc(strlen(not_utf8[_i]) + 1);

	strcpy(text, not_utf8[_i]);
	ct_mark(buffer, sizeof(buffer));
	operation.recording_location = text;
	ck_assert_int_eq(ivrq_json_encode_operation(&operation, IVRQ_JSON_V1,
						    buffer, sizeof(buffer)),
			 IVRQ_EINVAL);
	ck_assert(ct_untouched(buffer, sizeof(buffer)));
	free(text);
}
END_TEST

START_TEST(test_encode_operation_without_context_writes_null)
{
	ivrq_json_operation operation = operation_of(
		IVRQ_JSON_CANCEL_MEDIA_PROCESSING, IVRQ_JSON_COMPLETED);

	operation.client_context = NULL;
	is_json(buffer,
		ivrq_json_encode_operation(&operation, IVRQ_JSON_V1, buffer,
					   sizeof(buffer)),
		"{" TYPE("cancelMediaProcessingOperation") ",\"status\":"
							   "\"completed\","
							   "\"clientContext\":"
							   "null," ID "}");
}
END_TEST

START_TEST(test_encode_of_a_small_buffer_writes_nothing)
{
	ivrq_json_operation operation =
		operation_of(IVRQ_JSON_RECORD_RESPONSE, IVRQ_JSON_FAILED);
	const char *elements[] = { "{}", "{}" };
	int length, bytes;

	use_wire(&operation, IVRQ_REASON_CANCELED);
	length = ivrq_json_encode_ended(&operation, IVRQ_JSON_V1, buffer,
					sizeof(buffer));
	for (bytes = 0; bytes <= length; bytes++) {
		ct_mark(buffer, sizeof(buffer));
		ck_assert_int_eq(ivrq_json_encode_ended(&operation,
							IVRQ_JSON_V1, buffer,
							(size_t)bytes),
				 IVRQ_ETOOBIG);
		ck_assert(ct_untouched(buffer, sizeof(buffer)));
	}
	ct_mark(buffer, sizeof(buffer));
	ck_assert_int_eq(ivrq_json_encode_ended(&operation, IVRQ_JSON_V1,
						buffer, (size_t)length + 1),
			 length);
	ck_assert(ct_untouched(buffer + length + 1, 1));
	length = ivrq_json_encode_notifications(elements, 2, buffer,
						sizeof(buffer));
	ct_mark(buffer, sizeof(buffer));
	ck_assert_int_eq(length + 1, 2 * 2 + 2 + 64); /* as the header says */
	ck_assert_int_eq(ivrq_json_encode_notifications(elements, 2, buffer,
							(size_t)length),
			 IVRQ_ETOOBIG);
	ck_assert(ct_untouched(buffer, sizeof(buffer)));
	ck_assert_int_eq(ivrq_json_encode_notifications(elements, 2, buffer,
							(size_t)length + 1),
			 length);
	ck_assert(ct_untouched(buffer + length + 1, 1));
}
END_TEST

START_TEST(test_encode_ended_of_the_longest_fits_into_json_bytes)
{
	static char context[IVRQ_CLIENT_CONTEXT_MAX + 1];
	static char location[IVRQ_JSON_URI_MAX + 1];
	ivrq_json_operation operation =
		operation_of(IVRQ_JSON_RECORD_RESPONSE, IVRQ_JSON_FAILED);

	memset(context, 1, sizeof(context) - 1);
	memset(location, '"', sizeof(location) - 1);
	use_wire(&operation, IVRQ_REASON_PROMPT_FAILED);
	operation.client_context = context;
	operation.recording_location = location;
	operation.recording_access_token = CONTEXT CONTEXT;
	operation.etag = UINT64_MAX;
	ck_assert_int_gt(ivrq_json_encode_ended(&operation, IVRQ_JSON_BETA,
						buffer, sizeof(buffer)),
			 6000);
}
END_TEST

START_TEST(test_encode_notifications_keeps_the_order)
{
	const char *elements[] = { "{\"a\":1}", "{\"b\":2}", "{\"c\":3}" };

	is_json(buffer,
		ivrq_json_encode_notifications(elements, 3, buffer,
					       sizeof(buffer)),
		ENVELOPE("{\"a\":1},{\"b\":2},{\"c\":3}"));
	ck_assert_int_eq(ivrq_json_encode_notifications(NULL, 1, buffer, 999),
			 IVRQ_EINVAL);
	ck_assert_int_eq(
		ivrq_json_encode_notifications(elements, 0, buffer, 999),
		IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_json_encode_notifications(elements, 3, NULL, 999),
			 IVRQ_EINVAL);
	elements[1] = NULL;
	ck_assert_int_eq(
		ivrq_json_encode_notifications(elements, 3, buffer, 999),
		IVRQ_EINVAL);
}
END_TEST

static void refused(enum form form, const ivrq_json_operation *operation,
		    int version)
{
	enum ivrq_json_version v = (enum ivrq_json_version)version;

	ck_assert_int_eq(form == ENDED ?
				 ivrq_json_encode_ended(operation, v, buffer,
							sizeof(buffer)) :
				 ivrq_json_encode_operation(
					 operation, v, buffer, sizeof(buffer)),
			 IVRQ_EINVAL);
}

START_TEST(test_encode_of_no_such_value_is_refused)
{
	ivrq_json_operation good =
		operation_of(IVRQ_JSON_PLAY_PROMPT, IVRQ_JSON_COMPLETED);
	ivrq_json_operation bad = good;
	ivrq_json_call call = { .state = IVRQ_JSON_TERMINATED };
	ivrq_json_error error = { .message = "" };

	refused(ANSWER, NULL, 1);
	refused(ANSWER, &good, 0);
	refused(ANSWER, &good, 3);
	bad.action = (enum ivrq_json_action)0;
	refused(ANSWER, &bad, 1);
	bad.action = (enum ivrq_json_action)5;
	refused(ANSWER, &bad, 1);
	bad = good;
	bad.status = (enum ivrq_json_status)4;
	refused(ANSWER, &bad, 1);
	bad.status = IVRQ_JSON_RUNNING;
	refused(ENDED, &bad, 1);
	bad = operation_of(IVRQ_JSON_SUBSCRIBE_TO_TONE, IVRQ_JSON_COMPLETED);
	refused(ENDED, &bad, 1);
	ck_assert_int_eq(ivrq_json_encode_operation(&good, 1, NULL, 0),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_json_encode_call(NULL, buffer, 999), IVRQ_EINVAL);
	call.state = (enum ivrq_json_call_state)0;
	ck_assert_int_eq(ivrq_json_encode_call(&call, buffer, 999),
			 IVRQ_EINVAL);
	call.state = (enum ivrq_json_call_state)4;
	ck_assert_int_eq(ivrq_json_encode_changed(&call, buffer, 999),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_json_encode_error(NULL, buffer, 999),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_json_encode_error(&error, buffer, 999),
			 IVRQ_EINVAL);
	error.code = "1";
	error.date = -1;
	ck_assert_int_eq(ivrq_json_encode_error(&error, buffer, 999),
			 IVRQ_EINVAL);
	error.date = INT64_C(253402300800);
	ck_assert_int_eq(ivrq_json_encode_error(&error, buffer, 999),
			 IVRQ_EINVAL);
}
END_TEST

void add_json_encode(Suite *suite)
{
	TCase *tcase = tcase_create("encode");

	tcase_add_loop_test(tcase,
			    test_encode_operation_of_an_answer_is_the_example,
			    0, (int)CT_COUNT(answers));
	tcase_add_loop_test(tcase, test_encode_ended_of_a_result_is_the_example,
			    0, (int)CT_COUNT(ends));
	tcase_add_loop_test(tcase, test_encode_changed_of_a_call_is_the_example,
			    0, (int)CT_COUNT(changes));
	tcase_add_test(tcase,
		       test_encode_call_of_an_answer_has_id_and_callback);
	tcase_add_test(tcase, test_encode_changed_names_every_tone);
	tcase_add_test(tcase, test_encode_error_is_that_of_the_api);
	tcase_add_test(tcase, test_encode_error_has_the_date_of_every_day);
	tcase_add_test(tcase, test_encode_operation_escapes_what_json_says);
	tcase_add_loop_test(tcase, test_encode_operation_of_no_utf8_is_refused,
			    0, (int)CT_COUNT(not_utf8));
	tcase_add_test(tcase,
		       test_encode_operation_without_context_writes_null);
	tcase_add_test(tcase, test_encode_of_a_small_buffer_writes_nothing);
	tcase_add_test(tcase,
		       test_encode_ended_of_the_longest_fits_into_json_bytes);
	tcase_add_test(tcase, test_encode_notifications_keeps_the_order);
	tcase_add_test(tcase, test_encode_of_no_such_value_is_refused);
	suite_add_tcase(suite, tcase);
}
