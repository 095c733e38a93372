/* SPDX-License-Identifier: MIT */
/* check_request: what a request may be, and the copy of it. */
#include "core/request.h"
#include "ct.h"

/* -------------------------------------------------------------------- UTF-8 */

static const char *const good[] = {
	"",
	"\x01\x7f",
	"\xc2\x80",
	"\xdf\xbf",
	"\xe0\xa0\x80",
	"\xe0\xbf\xbf",
	"\xe1\x80\x80",
	"\xec\xbf\xbf",
	"\xed\x80\x80",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xef\xbf\xbf",
	"\xf0\x90\x80\x80",
	"\xf0\xbf\xbf\xbf",
	"\xf1\x80\x80\x80",
	"\xf3\xbf\xbf\xbf",
	"\xf4\x80\x80\x80",
	"\xf4\x8f\xbf\xbf",
	"a\xc3\xa9z\xf0\x9f\x98\x80",
};
static const char *const bad[] = {
	"\x80",
	"\xbf",
	"\xc0\x80",
	"\xc1\xbf",
	"\xc2",
	"\xc2\x7f",
	"\xc2\xc0",
	"\xdf",
	"\xe0\x80\x80",
	"\xe0\x9f\xbf",
	"\xe0\xa0",
	"\xe0\xa0\x7f",
	"\xe1\x80",
	"\xe1\x7f\x80",
	"\xe1\x80\xc0",
	"\xed\xa0\x80",
	"\xed\xbf\xbf",
	"\xef\xbf",
	"\xf0\x80\x80\x80",
	"\xf0\x8f\xbf\xbf",
	"\xf0\x90\x80",
	"\xf0\x90\x80\x7f",
	"\xf1\x80\xc0\x80",
	"\xf4\x90\x80\x80",
	"\xf5\x80\x80\x80",
	"\xf8\x88\x80\x80\x80",
	"\xfe",
	"\xff",
	"abc\x80",
	"\xc3\xa9\xa9",
};

START_TEST(test_context_well_formed_is_taken)
{
	ck_assert_int_eq(ivrq__check_context(good[_i], "f", NULL), 0);
}
END_TEST

START_TEST(test_context_ill_formed_is_refused)
{
	ivrq_error error;

	ck_assert_int_eq(ivrq__check_context(bad[_i], "f", &error),
			 IVRQ_EINVAL);
	ck_assert_int_eq(error.code, IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "f");
	ck_assert_str_eq(error.rule, "valid UTF-8");
}
END_TEST

START_TEST(test_context_length_is_in_code_points)
{
	static const char *const points[] = { "x", "\xc3\xa9", "\xe2\x82\xac",
					      "\xf0\x9f\x98\x80" };
	char text[4 * 257 + 1] = "";
	ivrq_error error;
	int i;

	for (i = 0; i < 256; i++)
		strcat(text, points[_i]);
	ck_assert_int_eq(ivrq__check_context(text, "f", &error), 0);
	strcat(text, points[_i]);
	ck_assert_int_eq(ivrq__check_context(text, "f", &error), IVRQ_EINVAL);
}
END_TEST

/* ------------------------------------------------------------------- checks */

static const char *const prompts[IVRQ_PROMPTS_MAX + 1] = {
	"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
	"l", "m", "n", "o", "p", "q", "r", "s", "t", "u",
};

static ivrq_play_prompt_request play;
static ivrq_record_response_request record;
static ivrq_operation operation;
static ivrq_error error_now;

static void set_up(void)
{
	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 2;
	ivrq_record_response_request_init(&record);
	ct_mark(&error_now, sizeof(error_now));
}

static void play_refused(const char *field)
{
	ck_assert_int_eq(ivrq__check_play(&play, &operation, &error_now),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error_now.field, field);
	set_up();
}

static void record_refused(const char *field)
{
	ck_assert_int_eq(ivrq__check_record(&record, &operation, &error_now),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error_now.field, field);
	set_up();
}

START_TEST(test_play_out_of_a_rule_names_the_field)
{
	static const char *const hole[] = { "a", NULL }, *const none[] = { "" };

	ck_assert_int_eq(ivrq__check_play(NULL, &operation, &error_now),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error_now.field, "request");
	play.size--;
	play_refused("size");
	play.prompt_count = 0;
	play_refused("prompt_count");
	play.prompt_count = IVRQ_PROMPTS_MAX + 1;
	play_refused("prompt_count");
	play.prompts = NULL;
	play_refused("prompts");
	play.prompts = hole;
	play_refused("prompts");
	play.prompts = none;
	play.prompt_count = 1;
	play_refused("prompts");
	play.options.client_context = "\xff";
	play_refused("options.client_context");
}
END_TEST

START_TEST(test_play_accepted_keeps_every_field)
{
	play.prompt_count = IVRQ_PROMPTS_MAX;
	play.loop = true;
	play.options.client_context = "ctx";
	play.options.tag = UINT64_MAX;
	play.options.deadline_ns = 5;
	play.options.user = &play;
	play.options.barge_in_allowed = true;
	ct_mark(&operation, sizeof(operation));
	ck_assert_int_eq(ivrq__check_play(&play, &operation, &error_now), 0);
	ck_assert_int_eq(operation.kind, IVRQ_PLAY_PROMPT);
	ck_assert_ptr_eq(operation.prompts, prompts);
	ck_assert_uint_eq(operation.prompt_count, IVRQ_PROMPTS_MAX);
	ck_assert(operation.loop && operation.barge_in_allowed);
	ck_assert_str_eq(operation.client_context, "ctx");
	ck_assert_uint_eq(operation.tag, UINT64_MAX);
	ck_assert_uint_eq(operation.deadline_ns, 5);
	ck_assert_ptr_eq(operation.user, &play);
	ck_assert_ptr_null(operation.location);
	ck_assert_uint_eq(operation.stop_tones, 0);
	ck_assert(!operation.play_beep);
	ck_assert(ct_untouched(&error_now, sizeof(error_now)));
}
END_TEST

START_TEST(test_record_out_of_a_rule_names_the_field)
{
	uint32_t *const times[] = {
		&record.initial_silence_timeout_seconds,
		&record.max_silence_timeout_seconds,
		&record.max_record_duration_seconds,
	};
	static const char *const names[] = {
		"initial_silence_timeout_seconds",
		"max_silence_timeout_seconds",
		"max_record_duration_seconds",
	};
	static const uint32_t wrong[] = { 0, 121, 65537 };
	unsigned i;

	for (i = 0; i < 9; i++) {
		*times[i / 3] = wrong[i % 3];
		record_refused(names[i / 3]);
	}
	record.size++;
	record_refused("size");
	record.prompts = prompts;
	record.prompt_count = 2;
	record_refused("prompt_count");
	record.prompt_count = 1;
	record_refused("prompts");
	record.stop_tones = "12x";
	record_refused("stop_tones");
	record.location = "";
	record_refused("location");
	record.options.client_context = "\xc0\x80";
	record_refused("options.client_context");
}
END_TEST

START_TEST(test_record_accepted_keeps_every_field)
{
	record.prompts = prompts;
	record.prompt_count = 1;
	record.initial_silence_timeout_seconds = 1;
	record.max_silence_timeout_seconds = 2;
	record.max_record_duration_seconds = 120;
	record.stop_tones = "0#d0";
	record.location = "here";
	ck_assert_int_eq(ivrq__check_record(&record, &operation, &error_now),
			 0);
	ck_assert_int_eq(operation.kind, IVRQ_RECORD_RESPONSE);
	ck_assert_ptr_eq(operation.prompts, prompts);
	ck_assert_uint_eq(operation.prompt_count, 1);
	ck_assert_uint_eq(operation.initial_silence_timeout_seconds, 1);
	ck_assert_uint_eq(operation.max_silence_timeout_seconds, 2);
	ck_assert_uint_eq(operation.max_record_duration_seconds, 120);
	ck_assert_uint_eq(operation.stop_tones, 1 | 1 << 11 | 1 << 15);
	ck_assert_str_eq(operation.location, "here");
	ck_assert(operation.play_beep && !operation.loop);
}
END_TEST

START_TEST(test_record_by_default_waits_5_seconds_and_beeps)
{
	record.prompts = prompts; /* ignored: there are none of them */
	ck_assert_int_eq(ivrq__check_record(&record, &operation, &error_now),
			 0);
	ck_assert_uint_eq(operation.initial_silence_timeout_seconds, 5);
	ck_assert_uint_eq(operation.max_silence_timeout_seconds, 5);
	ck_assert_uint_eq(operation.max_record_duration_seconds, 5);
	ck_assert(operation.play_beep);
	ck_assert_ptr_null(operation.prompts);
}
END_TEST

/* --------------------------------------------------------------------- copy */

START_TEST(test_store_writes_exactly_what_size_says)
{
	static const char *const two[] = { "one", "three" };
	static _Alignas(8) char room[64];
	ivrq_operation from = { .prompt_count = 2, .prompts = two }, to;
	size_t size = 2 * sizeof(char *) + 4 + 6 + 4 + 2;

	from.client_context = "ctx";
	from.location = "L";
	from.tag = 9;
	ck_assert_uint_eq(ivrq__strings_size(&from, false), size);
	ct_mark(room, sizeof(room));
	ivrq__strings_store(&from, false, room, &to);
	ck_assert(ct_untouched(room + size, sizeof(room) - size));
	ck_assert_ptr_eq(to.prompts, room);
	ck_assert_ptr_eq(to.prompts[0], room + 2 * sizeof(char *));
	ck_assert_str_eq(to.prompts[0], "one");
	ck_assert_str_eq(to.prompts[1], "three");
	ck_assert_str_eq(to.client_context, "ctx");
	ck_assert_str_eq(to.location, "L");
	ck_assert_ptr_eq(to.location, room + size - 2);
	ck_assert_uint_eq(to.tag, 9);
}
END_TEST

START_TEST(test_store_keeping_prompts_copies_the_rest)
{
	static _Alignas(8) char room[64];
	ivrq_operation from = { .prompt_count = 2, .prompts = prompts }, to;

	from.client_context = "ctx";
	ck_assert_uint_eq(ivrq__strings_size(&from, true), 4);
	ivrq__strings_store(&from, true, room, &to);
	ck_assert_ptr_eq(to.prompts, prompts);
	ck_assert_ptr_eq(to.client_context, room);
	ck_assert_ptr_null(to.location);
}
END_TEST

START_TEST(test_fail_without_an_error_answers_the_code)
{
	ck_assert_int_eq(ivrq__fail(NULL, IVRQ_EPOOL, "a", "b"), IVRQ_EPOOL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("request");
	TCase *tcase = tcase_create("request");

	tcase_add_checked_fixture(tcase, set_up, NULL);
	tcase_add_loop_test(tcase, test_context_well_formed_is_taken, 0,
			    (int)CT_COUNT(good));
	tcase_add_loop_test(tcase, test_context_ill_formed_is_refused, 0,
			    (int)CT_COUNT(bad));
	tcase_add_loop_test(tcase, test_context_length_is_in_code_points, 0, 4);
	tcase_add_test(tcase, test_play_out_of_a_rule_names_the_field);
	tcase_add_test(tcase, test_play_accepted_keeps_every_field);
	tcase_add_test(tcase, test_record_out_of_a_rule_names_the_field);
	tcase_add_test(tcase, test_record_accepted_keeps_every_field);
	tcase_add_test(tcase, test_record_by_default_waits_5_seconds_and_beeps);
	tcase_add_test(tcase, test_store_writes_exactly_what_size_says);
	tcase_add_test(tcase, test_store_keeping_prompts_copies_the_rest);
	tcase_add_test(tcase, test_fail_without_an_error_answers_the_code);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
