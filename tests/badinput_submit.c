/* SPDX-License-Identifier: MIT */
/*
 * badinput_submit.c - playPrompt and recordResponse with a parameter out of
 * its rule.
 */
#include "badinput.h"

/* ------------------------------------------------------------- playPrompt */

static const char *const hole[] = { "a", NULL, "c" };
static const char *const blank[] = { "a", "", "c" };
static const char *const *many_prompts(void)
{
	static const char *many[IVRQ_PROMPTS_MAX + 1];
	size_t i;

	for (i = 0; i < CT_COUNT(many); i++)
		many[i] = "prompt.wav";
	return many;
}

static const char *spoil_play(int i, ivrq_play_prompt_request *request)
{
	switch (i) {
	case 0:
		request->size = 0;
		return "size";
	case 1:
		request->size = SIZE_MAX;
		return "size";
	case 2:
		request->prompt_count = 0;
		return "prompt_count";
	case 3:
		request->prompts = many_prompts();
		request->prompt_count = IVRQ_PROMPTS_MAX + 1;
		return "prompt_count";
	case 4:
		request->prompt_count = UINT32_MAX;
		return "prompt_count";
	case 5:
		request->prompts = NULL;
		return "prompts";
	case 6:
		request->prompts = hole;
		request->prompt_count = 3;
		return "prompts";
	case 7:
		request->prompts = blank;
		request->prompt_count = 3;
		return "prompts";
	default:
		request->options.client_context = repeat("a", 257);
		return "options.client_context";
	}
}

/* Refused with this code and field, without a trace; a good one goes on. */
static void check_play(const ivrq_play_prompt_request *request, int code,
		       const char *field)
{
	struct still still = still_take(phone);
	ivrq_play_prompt_request good;
	ivrq_submission sent;
	ivrq_error error;

	ct_mark(&sent, sizeof(sent));
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, request,
					  &sent, &error),
			 code);
	ck_assert_int_eq(error.code, code);
	if (field)
		check_error(&error, code, field);
	ck_assert(ct_untouched(&sent, sizeof(sent)));
	rig_run(rig);
	ck_assert(still_same(&still, phone));
	good_play(&good);
	ct_mark(&error, sizeof(error));
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &good,
					  &sent, &error),
			 0);
	ck_assert(ct_untouched(&error, sizeof(error)));
	rig_run(rig);
	ck_assert_uint_eq(phone_count_op(phone, START, sent.op), 1);
}

START_TEST(test_play_prompt_refuses_a_member_out_of_its_rule)
{
	ivrq_play_prompt_request request;
	const char *field;

	good_play(&request);
	/* With what would cancel others: a refused one cancels nobody. */
	request.options.barge_in_allowed = true;
	field = spoil_play(_i, &request);
	check_play(&request, IVRQ_EINVAL, field);
}
END_TEST

START_TEST(test_play_prompt_refuses_null)
{
	struct still still = still_take(phone);
	ivrq_play_prompt_request request;
	ivrq_submission sent;
	ivrq_error error;

	good_play(&request);
	ck_assert_int_eq(
		ivrq_play_prompt(NULL, phone->call, &request, &sent, &error),
		IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "engine");
	ck_assert_int_eq(
		ivrq_play_prompt(rig->engine, phone->call, NULL, &sent, &error),
		IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "request");
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  NULL, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "submission");
	ck_assert_int_eq(
		ivrq_play_prompt(rig->engine, phone->call, NULL, &sent, NULL),
		IVRQ_EINVAL);
	rig_run(rig);
	ck_assert(still_same(&still, phone));
}
END_TEST

/* Characters are counted, not bytes; what is no character is refused. */
static const char *const not_utf8[] = {
	"\x80",
	"\xbf",
	"a\x80z",
	"\xc3",
	"\xc3(",
	"\xe2\x82",
	"\xe2(\xa1",
	"\xf0\x9f\x98",
	"\xc0\x80",
	"\xc1\xbf",
	"\xe0\x80\x80",
	"\xe0\x9f\xbf",
	"\xf0\x80\x80\x80",
	"\xf0\x8f\xbf\xbf",
	"\xed\xa0\x80",
	"\xed\xbf\xbf",
	"\xf4\x90\x80\x80",
	"\xf5\x80\x80\x80",
	"\xfe",
	"\xff",
};

START_TEST(test_client_context_that_is_not_utf8_is_refused)
{
	ivrq_play_prompt_request request;

	good_play(&request);
	request.options.client_context = not_utf8[_i];
	check_play(&request, IVRQ_EINVAL, "options.client_context");
}
END_TEST

/* The shortest and the longest of each length, and the ends of the gaps. */
static const char *const characters[] = {
	"a",
	"\x7f",
	"\xc2\x80",
	"\xdf\xbf",
	"\xe0\xa0\x80",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xef\xbf\xbf",
	"\xf0\x90\x80\x80",
	"\xf0\x9f\x98\x80",
	"\xf4\x8f\xbf\xbf",
};

START_TEST(test_client_context_of_256_characters_is_echoed)
{
	ivrq_play_prompt_request request;
	ivrq_submission sent;
	struct copy copy;

	rig_config(rig);
	rig->config.inline_bytes = 2048;
	rig_up(rig);
	phone_init(phone, rig);
	phone->copy = &copy;
	phone_open(phone);
	good_play(&request);
	request.options.client_context = repeat(characters[_i], 257);
	check_play(&request, IVRQ_EINVAL, "options.client_context");
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	request.options.client_context = repeat(characters[_i], 256);
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, NULL),
			 0);
	rig_run(rig);
	ck_assert_str_eq(copy.client_context, request.options.client_context);
	rig_down(rig);
}
END_TEST

/* Strings that surely do not fit into the 512 bytes, and some that do. */
static char long_text[1024];

static void long_prompts(ivrq_play_prompt_request *request, size_t length)
{
	static const char *list[2];

	memset(long_text, 'x', sizeof(long_text));
	long_text[length] = '\0';
	list[0] = list[1] = long_text;
	request->prompts = list;
	request->prompt_count = 2;
}

START_TEST(test_strings_too_big_are_refused)
{
	ivrq_play_prompt_request request;

	good_play(&request);
	long_prompts(&request, 300);
	check_play(&request, IVRQ_ETOOBIG, NULL);
}
END_TEST

START_TEST(test_strings_that_fit_are_accepted)
{
	ivrq_play_prompt_request request;
	ivrq_submission sent;

	good_play(&request);
	/* Two pointers and two strings: 512 bytes. */
	long_prompts(&request, 247);
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, NULL),
			 0);
	/* Not copied, they need no room. */
	long_prompts(&request, 1000);
	request.options.keep_prompts = true;
	ck_assert_int_eq(ivrq_play_prompt(rig->engine, phone->call, &request,
					  &sent, NULL),
			 0);
}
END_TEST

/* Twenty short strings in little room: refused, or all of them in place. */
static void check_letters(const struct copy *copy, const char *context)
{
	uint32_t i;

	ck_assert_uint_eq(copy->operation.prompt_count, IVRQ_PROMPTS_MAX);
	for (i = 0; i < IVRQ_PROMPTS_MAX; i++)
		ck_assert_str_eq(
			copy->prompts[i],
			&"abcdefghijklmnopqrst"[IVRQ_PROMPTS_MAX - 1 - i % 3]);
	ck_assert_str_eq(copy->client_context, context);
}

START_TEST(test_strings_near_the_limit_do_not_run_into_others)
{
	static const char *const contexts[] = { "", "b", "cc", "ddd" };
	static struct copy copy;
	const char *list[IVRQ_PROMPTS_MAX];
	ivrq_play_prompt_request request;
	ivrq_submission sent;
	uint32_t i, answers[4];

	rig_config(rig);
	rig->config.inline_bytes = (uint32_t)_i * 8;
	rig->config.operations = 4;
	rig_up(rig);
	phone_init(phone, rig);
	phone->copy = &copy;
	phone_open(phone);
	for (i = 0; i < IVRQ_PROMPTS_MAX; i++)
		list[i] = &"abcdefghijklmnopqrst"[IVRQ_PROMPTS_MAX - 1 - i % 3];
	good_play(&request);
	request.prompts = list;
	request.prompt_count = IVRQ_PROMPTS_MAX;
	for (i = 0; i < 4; i++) {
		request.options.client_context = contexts[i];
		answers[i] = (uint32_t)ivrq_play_prompt(
			rig->engine, phone->call, &request, &sent, NULL);
	}
	for (i = 0; i < 4; i++) {
		if (answers[i])
			continue;
		rig_run(rig);
		check_letters(&copy, contexts[i]);
		phone_cancel(phone, IVRQ_SCOPE_CURRENT);
	}
	rig_down(rig);
}
END_TEST

/* --------------------------------------------------------- recordResponse */

static const char *spoil_record_prompt(int i,
				       ivrq_record_response_request *request)
{
	switch (i) {
	case 0:
		request->size = 0;
		return "size";
	case 1:
		request->size = SIZE_MAX;
		return "size";
	case 2:
		request->prompts = hole;
		request->prompt_count = 2;
		return "prompt_count";
	case 3:
		request->prompts = NULL;
		request->prompt_count = 1;
		return "prompts";
	case 4:
		request->prompts = &hole[1];
		request->prompt_count = 1;
		return "prompts";
	case 5:
		request->prompts = &blank[1];
		request->prompt_count = 1;
		return "prompts";
	case 6:
		request->location = "";
		return "location";
	default:
		request->options.client_context = "\xff";
		return "options.client_context";
	}
}

static const char *spoil_record_times(int i,
				      ivrq_record_response_request *request)
{
	switch (i) {
	case 0:
		request->initial_silence_timeout_seconds = 0;
		return "initial_silence_timeout_seconds";
	case 1:
		request->initial_silence_timeout_seconds = 121;
		return "initial_silence_timeout_seconds";
	case 2:
		request->max_silence_timeout_seconds = 0;
		return "max_silence_timeout_seconds";
	case 3:
		request->max_silence_timeout_seconds = 121;
		return "max_silence_timeout_seconds";
	case 4:
		request->max_record_duration_seconds = 0;
		return "max_record_duration_seconds";
	case 5:
		request->max_record_duration_seconds = 121;
		return "max_record_duration_seconds";
	case 6:
		/* Not to be taken for 1 by whoever keeps 16 bits. */
		request->max_record_duration_seconds = 65537;
		return "max_record_duration_seconds";
	default:
		request->initial_silence_timeout_seconds = UINT32_MAX;
		return "initial_silence_timeout_seconds";
	}
}

static const char *const bad_stop_tones[] = { "x",    "A",   "e", " ",
					      "12 3", "1,2", "+", "#\x80" };

static void check_record(const ivrq_record_response_request *request, int code,
			 const char *field)
{
	struct still still = still_take(phone);
	ivrq_record_response_request good;
	ivrq_submission sent;
	ivrq_error error;

	ct_mark(&sent, sizeof(sent));
	ck_assert_int_eq(ivrq_record_response(rig->engine, phone->call, request,
					      &sent, &error),
			 code);
	ck_assert_int_eq(error.code, code);
	if (field)
		check_error(&error, code, field);
	ck_assert(ct_untouched(&sent, sizeof(sent)));
	rig_run(rig);
	ck_assert(still_same(&still, phone));
	ivrq_record_response_request_init(&good);
	ck_assert_int_eq(ivrq_record_response(rig->engine, phone->call, &good,
					      &sent, &error),
			 0);
}

START_TEST(test_record_response_refuses_a_member_out_of_its_rule)
{
	ivrq_record_response_request request;
	const char *field;

	ivrq_record_response_request_init(&request);
	request.options.barge_in_allowed = true;
	field = _i < 8 ? spoil_record_prompt(_i, &request) :
			 spoil_record_times(_i - 8, &request);
	check_record(&request, IVRQ_EINVAL, field);
}
END_TEST

START_TEST(test_record_response_refuses_a_bad_stop_tone)
{
	ivrq_record_response_request request;

	ivrq_record_response_request_init(&request);
	request.stop_tones = bad_stop_tones[_i];
	check_record(&request, IVRQ_EINVAL, "stop_tones");
}
END_TEST

START_TEST(test_record_response_refuses_a_location_too_big)
{
	ivrq_record_response_request request;

	memset(long_text, 'x', sizeof(long_text) - 1);
	ivrq_record_response_request_init(&request);
	request.location = long_text;
	check_record(&request, IVRQ_ETOOBIG, NULL);
}
END_TEST

START_TEST(test_record_response_accepts_the_ends_of_its_ranges)
{
	ivrq_record_response_request request;
	ivrq_submission sent;

	ivrq_record_response_request_init(&request);
	request.initial_silence_timeout_seconds = 1;
	request.max_silence_timeout_seconds = 120;
	request.max_record_duration_seconds = 1;
	request.stop_tones = "0123456789*#abcd";
	ck_assert_int_eq(ivrq_record_response(rig->engine, phone->call,
					      &request, &sent, NULL),
			 0);
}
END_TEST

START_TEST(test_record_response_refuses_null)
{
	ivrq_record_response_request request;
	ivrq_submission sent;
	ivrq_error error;

	ivrq_record_response_request_init(&request);
	ck_assert_int_eq(ivrq_record_response(NULL, phone->call, &request,
					      &sent, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "engine");
	ck_assert_int_eq(ivrq_record_response(rig->engine, phone->call, NULL,
					      &sent, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "request");
	ck_assert_int_eq(ivrq_record_response(rig->engine, phone->call,
					      &request, NULL, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "submission");
	ck_assert_uint_eq(rig_stats(rig).submitted, 0);
}
END_TEST

/* --------------------------------------------------------------- the suite */

void add_submits(Suite *suite)
{
	TCase *play = case_with_call(suite, "playPrompt");
	TCase *record = case_with_call(suite, "recordResponse");
	TCase *alone = case_alone(suite, "long contexts");

	tcase_add_loop_test(
		play, test_play_prompt_refuses_a_member_out_of_its_rule, 0, 9);
	tcase_add_test(play, test_play_prompt_refuses_null);
	tcase_add_loop_test(play,
			    test_client_context_that_is_not_utf8_is_refused, 0,
			    CT_COUNT(not_utf8));
	tcase_add_loop_test(alone,
			    test_client_context_of_256_characters_is_echoed, 0,
			    CT_COUNT(characters));
	tcase_add_test(play, test_strings_too_big_are_refused);
	tcase_add_test(play, test_strings_that_fit_are_accepted);
	tcase_add_loop_test(alone,
			    test_strings_near_the_limit_do_not_run_into_others,
			    IVRQ_INLINE_MIN / 8, 40);
	tcase_add_loop_test(
		record, test_record_response_refuses_a_member_out_of_its_rule,
		0, 16);
	tcase_add_loop_test(record,
			    test_record_response_refuses_a_bad_stop_tone, 0,
			    CT_COUNT(bad_stop_tones));
	tcase_add_test(record, test_record_response_refuses_a_location_too_big);
	tcase_add_test(record,
		       test_record_response_accepts_the_ends_of_its_ranges);
	tcase_add_test(record, test_record_response_refuses_null);
}
