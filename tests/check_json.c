/* SPDX-License-Identifier: MIT */
/* check_json: <ivrq/json.h>, against the examples of the call API. */
#include "json_checks.h"

ivrq_uuid uuid_of(const char *text)
{
	ivrq_uuid uuid;

	ck_assert_int_eq(ivrq_uuid_parse(text, strlen(text), &uuid), 0);
	return uuid;
}

START_TEST(test_uuid_parse_of_every_spelling_is_the_same)
{
	static const char *const spellings[] = {
		CALL_ID, "57DAB8B1-894C-409A-B240-BD8BEAE78896",
		"57DAB8B1894C409AB240BD8BEAE78896",
		"57dab8b1894c409ab240bd8beae78896"
	};
	static const uint8_t bytes[16] = { 0x57, 0xda, 0xb8, 0xb1, 0x89, 0x4c,
					   0x40, 0x9a, 0xb2, 0x40, 0xbd, 0x8b,
					   0xea, 0xe7, 0x88, 0x96 };
	ivrq_uuid uuid = uuid_of(spellings[_i]);

	ck_assert_mem_eq(uuid.bytes, bytes, sizeof(bytes));
}
END_TEST

static const char *const no_uuids[] = {
	"",
	"57dab8b1-894c-409a-b240-bd8beae7889",
	"57dab8b1-894c-409a-b240-bd8beae788961",
	"57dab8b1894c409ab240bd8beae788960",
	"57dab8b1894c409ab240bd8beae7889",
	"57dab8b1894c-409a-b240-bd8beae78896",
	"57dab8b1-894c-409a-b240bd8beae788961",
	"57dab8b18-94c-409a-b240-bd8beae78896",
	"57dab8b1-894c-409a-b240-bd8beae7889g",
	"57dab8b1-894c-409a-b240-bd8beae788 6",
	"57dab8b1-894c-409a-b240-bd8beae7889G",
	"57dab8b1_894c_409a_b240_bd8beae78896",
	"/7dab8b1894c409ab240bd8beae78896",
	":7dab8b1894c409ab240bd8beae78896",
	"@7dab8b1894c409ab240bd8beae78896",
	"`7dab8b1894c409ab240bd8beae78896",
	"{57dab8b1894c409ab240bd8beae7889}",
	"----dab8b1894c409ab240bd8beae78896",
};

START_TEST(test_uuid_parse_of_no_uuid_is_refused)
{
	ivrq_uuid uuid;

	ct_mark(&uuid, sizeof(uuid));
	ck_assert_int_eq(
		ivrq_uuid_parse(no_uuids[_i], strlen(no_uuids[_i]), &uuid),
		IVRQ_EINVAL);
	ck_assert(ct_untouched(&uuid, sizeof(uuid)));
}
END_TEST

START_TEST(test_uuid_parse_of_null_is_refused)
{
	ivrq_uuid uuid;

	ck_assert_int_eq(ivrq_uuid_parse(NULL, 36, &uuid), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_uuid_parse(CALL_ID, 36, NULL), IVRQ_EINVAL);
}
END_TEST

START_TEST(test_uuid_parse_reads_no_more_than_its_length)
{
	char *text = malloc(32); /* its end is seen by a sanitizer */
	ivrq_uuid uuid;

	memcpy(text, "57DAB8B1894C409AB240BD8BEAE78896", 32);
	ck_assert_int_eq(ivrq_uuid_parse(text, 32, &uuid), 0);
	ck_assert_int_eq(ivrq_uuid_parse(text, 31, &uuid), IVRQ_EINVAL);
	free(text);
}
END_TEST

START_TEST(test_uuid_dashed_and_plain_write_their_spelling)
{
	ivrq_uuid uuid = uuid_of(CALL_ID);
	char dashed[IVRQ_UUID_DASHED_BYTES + 1];
	char plain[IVRQ_UUID_PLAIN_BYTES + 1];

	ct_mark(dashed, sizeof(dashed));
	ct_mark(plain, sizeof(plain));
	ivrq_uuid_dashed(&uuid, dashed);
	ivrq_uuid_plain(&uuid, plain);
	ck_assert_str_eq(dashed, CALL_ID);
	ck_assert_str_eq(plain, "57DAB8B1894C409AB240BD8BEAE78896");
	ck_assert(ct_untouched(dashed + IVRQ_UUID_DASHED_BYTES, 1));
	ck_assert(ct_untouched(plain + IVRQ_UUID_PLAIN_BYTES, 1));
}
END_TEST

START_TEST(test_uuid_make_is_random_and_of_version_4)
{
	static ivrq_uuid made[1000];
	size_t i, j;

	for (i = 0; i < CT_COUNT(made); i++) {
		ivrq_uuid_make(&made[i]);
		ck_assert_uint_eq(made[i].bytes[6] >> 4, 4);
		ck_assert_uint_eq(made[i].bytes[8] >> 6, 2);
		for (j = 0; j < i; j++)
			ck_assert_mem_ne(made[i].bytes, made[j].bytes, 16);
	}
}
END_TEST

void add_uuid(Suite *suite)
{
	TCase *tcase = tcase_create("uuid");

	tcase_add_loop_test(
		tcase, test_uuid_parse_of_every_spelling_is_the_same, 0, 4);
	tcase_add_loop_test(tcase, test_uuid_parse_of_no_uuid_is_refused, 0,
			    (int)CT_COUNT(no_uuids));
	tcase_add_test(tcase, test_uuid_parse_of_null_is_refused);
	tcase_add_test(tcase, test_uuid_parse_reads_no_more_than_its_length);
	tcase_add_test(tcase, test_uuid_dashed_and_plain_write_their_spelling);
	tcase_add_test(tcase, test_uuid_make_is_random_and_of_version_4);
	suite_add_tcase(suite, tcase);
}

int main(void)
{
	Suite *suite = suite_create("json");

	add_uuid(suite);
	add_json_encode(suite);
	add_json_request(suite);
	add_json_syntax(suite);
	add_json_receive(suite);
	return ct_run(suite);
}
