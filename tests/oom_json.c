/* SPDX-License-Identifier: MIT */
/*
 * oom_json: what reads JSON takes one block of memory, gives it back, and says
 * IVRQ_ENOMEM when there is none; what writes JSON takes none.
 *
 * The linker's --wrap redirects the calls of all that is linked statically,
 * which Check may be; so they count between begin() and end() only.
 */
#include <ivrq/json.h>

#include "ct.h"

static struct {
	unsigned taken;
	unsigned given;
	unsigned other; /* calloc, realloc */
	bool counts;
	bool refuse;
} it;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void __real_free(void *memory);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t bytes)
{
	void *memory = it.counts && it.refuse ? NULL : __real_malloc(bytes);

	it.taken += it.counts;
	if (it.counts && memory)
		memset(memory, 0xa5, bytes); /* no one may count on zeros */
	return memory;
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	it.other += it.counts;
	return __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
	it.other += it.counts;
	return __real_realloc(memory, bytes);
}

void __wrap_free(void *memory)
{
	it.given += it.counts && memory;
	__real_free(memory);
}

static void begin(bool refuse)
{
	it.counts = true;
	it.refuse = refuse;
}

static void end(void)
{
	it.counts = false;
	ck_assert_uint_eq(it.other, 0);
}

static const char play[] =
	"{\"clientContext\":\"d45324c1-fcb5-430a-902c-f20af696537c\","
	"\"prompts\":[{\"mediaInfo\":{\"uri\":\"https://cdn/a.wav\"}},"
	"{\"mediaInfo\":{\"uri\":\"https://cdn/b.wav\"}}]}";

static const char notifications[] =
	"{\"value\":[{\"changeType\":\"updated\",\"resourceUrl\":"
	"\"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896\","
	"\"resourceData\":{\"@odata.type\":\"#microsoft.graph.call\","
	"\"state\":\"terminating\"}}]}";

static int decode(const char *body, bool refuse, ivrq_json_request *request,
		  ivrq_error *error)
{
	int answer;

	begin(refuse);
	answer = ivrq_json_decode_request(IVRQ_JSON_PLAY_PROMPT, IVRQ_JSON_BETA,
					  body, strlen(body), request, error);
	end();
	return answer;
}

START_TEST(test_decode_request_without_memory_answers_enomem)
{
	ivrq_json_request request;
	ivrq_error error = { .code = 0 };

	ct_mark(&request, sizeof(request));
	ck_assert_int_eq(decode(play, true, &request, &error), IVRQ_ENOMEM);
	ck_assert(ct_untouched(&request, sizeof(request)));
	ck_assert_int_eq(error.code, IVRQ_ENOMEM);
	ck_assert(error.field && *error.field && error.rule && *error.rule);
	ck_assert_uint_eq(it.taken, 1);
	ck_assert_uint_eq(it.given, 0);
}
END_TEST

START_TEST(test_decode_request_takes_one_block_and_gives_it_back)
{
	ivrq_json_request request;

	ck_assert_int_eq(decode(play, false, &request, NULL), 0);
	ck_assert_uint_eq(it.taken, 1);
	ck_assert_uint_eq(it.given, 0);
	ck_assert_str_eq(request.play_prompt.prompts[1], "https://cdn/b.wav");
	begin(false);
	ivrq_json_request_free(&request);
	end();
	ck_assert_uint_eq(it.given, 1);
}
END_TEST

START_TEST(test_decode_request_that_refuses_gives_its_block_back)
{
	static const char *const wrong[] = { "{}", "[]", "{\"prompts\":1}",
					     "{\"prompts\":[]}" };
	ivrq_json_request request;

	ck_assert_int_eq(decode(wrong[_i], false, &request, NULL), IVRQ_EINVAL);
	ck_assert_uint_eq(it.taken, 1);
	ck_assert_uint_eq(it.given, 1);
}
END_TEST

static void count(void *user, const ivrq_json_notification *notification)
{
	(void)notification;
	++*(int *)user;
}

static int receive(const char *body, bool refuse, int *seen, ivrq_error *error)
{
	int answer;

	begin(refuse);
	answer = ivrq_json_decode_notifications(body, strlen(body), count, seen,
						error);
	end();
	return answer;
}

START_TEST(test_decode_notifications_without_memory_answers_enomem)
{
	ivrq_error error = { .code = 0 };
	int seen = 0;

	ck_assert_int_eq(receive(notifications, true, &seen, &error),
			 IVRQ_ENOMEM);
	ck_assert_int_eq(seen, 0);
	ck_assert_int_eq(error.code, IVRQ_ENOMEM);
	ck_assert_uint_eq(it.given, 0);
}
END_TEST

START_TEST(test_decode_notifications_gives_its_block_back)
{
	int seen = 0;

	ck_assert_int_eq(receive(notifications, false, &seen, NULL), 1);
	ck_assert_int_eq(seen, 1);
	ck_assert_int_eq(receive("{}", false, &seen, NULL), IVRQ_EINVAL);
	ck_assert_uint_eq(it.taken, 2);
	ck_assert_uint_eq(it.given, 2);
}
END_TEST

START_TEST(test_encode_takes_no_memory)
{
	ivrq_json_operation operation = { .action = IVRQ_JSON_RECORD_RESPONSE,
					  .status = IVRQ_JSON_FAILED,
					  .client_context = "a",
					  .result = { 400, 8508, "b", "c" } };
	ivrq_json_call call = { .state = IVRQ_JSON_TERMINATED };
	ivrq_json_error error = { .code = "8522", .message = "d" };
	char element[IVRQ_JSON_BYTES], body[2 * IVRQ_JSON_BYTES];
	const char *elements[] = { element, element };
	int answers[6];

	begin(true);
	answers[0] = ivrq_json_encode_operation(&operation, IVRQ_JSON_V1, body,
						sizeof(body));
	answers[1] = ivrq_json_encode_ended(&operation, IVRQ_JSON_V1, element,
					    sizeof(element));
	answers[2] =
		ivrq_json_encode_notifications(elements, 2, body, sizeof(body));
	answers[3] = ivrq_json_encode_call(&call, body, sizeof(body));
	answers[4] = ivrq_json_encode_changed(&call, body, sizeof(body));
	answers[5] = ivrq_json_encode_error(&error, body, sizeof(body));
	end();
	for (size_t i = 0; i < CT_COUNT(answers); i++)
		ck_assert_int_gt(answers[i], 0);
	ck_assert_uint_eq(it.taken, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oom_json");
	TCase *tcase = tcase_create("json");

	tcase_add_test(tcase,
		       test_decode_request_without_memory_answers_enomem);
	tcase_add_test(tcase,
		       test_decode_request_takes_one_block_and_gives_it_back);
	tcase_add_loop_test(
		tcase, test_decode_request_that_refuses_gives_its_block_back, 0,
		4);
	tcase_add_test(tcase,
		       test_decode_notifications_without_memory_answers_enomem);
	tcase_add_test(tcase, test_decode_notifications_gives_its_block_back);
	tcase_add_test(tcase, test_encode_takes_no_memory);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
