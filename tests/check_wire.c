/* SPDX-License-Identifier: MIT */
/* check_wire: the tables of reasons, tones and errors, both ways. */
#include "core/wire.h"
#include "ct.h"

/* A second telling of the table; one that is not here does not happen. */
static const struct {
	enum ivrq_kind kind;
	enum ivrq_reason reason;
	enum ivrq_status status;
	const char *word;
	uint32_t code, subcode;
} pairs[] = {
	{ IVRQ_PLAY_PROMPT, IVRQ_REASON_SUCCESS, IVRQ_COMPLETED,
	  "completedSuccessfully", 200, 0 },
	{ IVRQ_PLAY_PROMPT, IVRQ_REASON_PROMPT_FORMAT, IVRQ_FAILED, "unknown",
	  400, 8535 },
	{ IVRQ_PLAY_PROMPT, IVRQ_REASON_PROMPT_UNREADABLE, IVRQ_FAILED,
	  "unknown", 400, 8536 },
	{ IVRQ_PLAY_PROMPT, IVRQ_REASON_OTHER, IVRQ_FAILED, "unknown", 500,
	  9999 },
	{ IVRQ_PLAY_PROMPT, IVRQ_REASON_DEADLINE, IVRQ_FAILED, "unknown", 408,
	  9002 },
	{ IVRQ_PLAY_PROMPT, IVRQ_REASON_CANCELED, IVRQ_CANCELED,
	  "mediaOperationCanceled", 400, 8508 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_STOP_TONE, IVRQ_COMPLETED,
	  "stopToneDetected", 200, 8514 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_MAX_DURATION, IVRQ_COMPLETED,
	  "maxRecordDurationReached", 200, 8515 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_MAX_SILENCE, IVRQ_COMPLETED,
	  "maxSilenceTimeout", 200, 8509 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_INITIAL_SILENCE, IVRQ_FAILED,
	  "initialSilenceTimeout", 400, 8510 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_PROMPT_FAILED, IVRQ_FAILED,
	  "playPromptFailed", 500, 8511 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_BEEP_FAILED, IVRQ_FAILED,
	  "playBeepFailed", 500, 8512 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_NO_MEDIA, IVRQ_FAILED,
	  "mediaReceiveTimeout", 400, 8513 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_OTHER, IVRQ_FAILED,
	  "unspecifiedError", 500, 9999 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_DEADLINE, IVRQ_FAILED,
	  "unspecifiedError", 408, 9002 },
	{ IVRQ_RECORD_RESPONSE, IVRQ_REASON_CANCELED, IVRQ_CANCELED,
	  "operationCanceled", 400, 8508 },
};

START_TEST(test_result_to_wire_has_the_words_of_its_row)
{
	ivrq_wire wire;
	bool completed = pairs[_i].status == IVRQ_COMPLETED;

	ck_assert_int_eq(ivrq_result_to_wire(pairs[_i].kind, pairs[_i].status,
					     pairs[_i].reason, &wire),
			 0);
	ck_assert_str_eq(wire.status, completed ? "completed" : "failed");
	ck_assert_str_eq(wire.completion_reason, pairs[_i].word);
	ck_assert_uint_eq(wire.code, pairs[_i].code);
	ck_assert_uint_eq(wire.subcode, pairs[_i].subcode);
	ck_assert(!strncmp(wire.message, "Action ", 7));
	ck_assert_int_eq(!strncmp(wire.message, "Action completed", 16),
			 completed);
}
END_TEST

/* The status of kind and reason by the table above, 0 none. */
static int wanted(int kind, int reason)
{
	unsigned i;

	for (i = 0; i < CT_COUNT(pairs); i++)
		if ((int)pairs[i].kind == kind &&
		    (int)pairs[i].reason == reason)
			return pairs[i].status;
	return 0;
}

START_TEST(test_result_to_wire_refuses_every_other_three)
{
	ivrq_wire wire;
	int kind, status, reason, answer;

	for (kind = 0; kind <= 3; kind++)
		for (status = 0; status <= 4; status++)
			for (reason = -1; reason <= 16; reason++) {
				if (status && wanted(kind, reason) == status)
					continue;
				ct_mark(&wire, sizeof(wire));
				answer = ivrq_result_to_wire(
					(enum ivrq_kind)kind,
					(enum ivrq_status)status,
					(enum ivrq_reason)reason, &wire);
				ck_assert_int_eq(answer, IVRQ_EINVAL);
				ck_assert(ct_untouched(&wire, sizeof(wire)));
			}
}
END_TEST

START_TEST(test_result_to_wire_into_null_is_refused)
{
	ck_assert_int_eq(ivrq_result_to_wire(IVRQ_PLAY_PROMPT, IVRQ_COMPLETED,
					     IVRQ_REASON_SUCCESS, NULL),
			 IVRQ_EINVAL);
}
END_TEST

START_TEST(test_reason_status_agrees_for_every_pair)
{
	int kind, reason;

	for (kind = 0; kind <= 3; kind++)
		for (reason = -1; reason <= 16; reason++)
			ck_assert_int_eq((int)ivrq__reason_status(
						 (enum ivrq_kind)kind,
						 (enum ivrq_reason)reason),
					 wanted(kind, reason));
}
END_TEST

START_TEST(test_tone_of_every_character_goes_both_ways)
{
	static const char tones[] = "0123456789*#abcd";
	int c;

	for (c = 0; c < 256; c++) {
		const char *at = c ? strchr(tones, c) : NULL;
		int index = at ? (int)(at - tones) : -1;

		ck_assert_int_eq(ivrq__tone_index((char)c), index);
		ck_assert_uint_eq(ivrq_tone_bit((char)c), at ? 1u << index : 0);
		if (at)
			ck_assert_int_eq(ivrq__tone_char((unsigned)index), c);
	}
}
END_TEST

START_TEST(test_strerror_has_its_own_words_for_each)
{
	int code, other;

	for (code = IVRQ_ENOTSUP; code <= 0; code++)
		for (other = IVRQ_ENOTSUP - 1; other < code; other++)
			ck_assert_str_ne(ivrq_strerror(code),
					 ivrq_strerror(other));
	ck_assert_str_eq(ivrq_strerror(3), "success");
	ck_assert_str_eq(ivrq_strerror(-1000), "unknown error");
}
END_TEST

START_TEST(test_version_is_that_of_the_header)
{
	ck_assert_str_eq(ivrq_version(), IVRQ_VERSION);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wire");
	TCase *tcase = tcase_create("wire");

	tcase_add_loop_test(tcase, test_result_to_wire_has_the_words_of_its_row,
			    0, (int)CT_COUNT(pairs));
	tcase_add_test(tcase, test_result_to_wire_refuses_every_other_three);
	tcase_add_test(tcase, test_result_to_wire_into_null_is_refused);
	tcase_add_test(tcase, test_reason_status_agrees_for_every_pair);
	tcase_add_test(tcase, test_tone_of_every_character_goes_both_ways);
	tcase_add_test(tcase, test_strerror_has_its_own_words_for_each);
	tcase_add_test(tcase, test_version_is_that_of_the_header);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
