/* SPDX-License-Identifier: MIT */
/* check_key: which files have keys, and of which kind. */
#include <unistd.h>

#include <ivrq.h>

#include "ct.h"
#include "graph/key.h"
#include "keys.h"

static char file[] = "/tmp/ivrq-check-key-XXXXXX";

static void write_file(const void *bytes, size_t count)
{
	FILE *stream;
	int fd;

	strcpy(file + sizeof(file) - 7, "XXXXXX");
	fd = mkstemp(file);
	ck_assert_int_ge(fd, 0);
	stream = fdopen(fd, "wb");
	ck_assert_uint_eq(fwrite(bytes, 1, count, stream), count);
	ck_assert_int_eq(fclose(stream), 0);
}

static int read_bytes(const void *bytes, size_t count, struct ivrq__keys *keys,
		      const char **rule)
{
	int answer;

	write_file(bytes, count);
	answer = ivrq__keys_read(file, keys, rule);
	ck_assert_int_eq(unlink(file), 0);
	return answer;
}

/* ---------------------------------------------------------------------- the PEM */

static const struct {
	const char *text;
	const char *algs; /* one letter for each key */
} good[] = {
	{ KEYS_RSA_PUBLIC, "R" },
	{ KEYS_EC_PUBLIC, "E" },
	{ KEYS_EC_COMPRESSED, "E" },
	{ KEYS_RSA_PUBLIC KEYS_EC_PUBLIC, "RE" },
	{ KEYS_EC_PUBLIC "\n# another\n" KEYS_RSA_PUBLIC KEYS_RSA_OTHER "x",
	  "ERR" },
};

START_TEST(test_keys_read_of_pem_blocks_has_each)
{
	static const char begin[] = "-----BEGIN PUBLIC KEY-----\n";
	static const char end[] = "\n-----END PUBLIC KEY-----";
	const char *rule = NULL;
	struct ivrq__keys keys;
	unsigned i;

	ck_assert_int_eq(
		read_bytes(good[_i].text, strlen(good[_i].text), &keys, &rule),
		0);
	ck_assert_uint_eq(keys.count, strlen(good[_i].algs));
	for (i = 0; i < keys.count; i++) {
		const struct ivrq__key *key = &keys.key[i];

		ck_assert_str_eq(key->alg,
				 good[_i].algs[i] == 'R' ? "RS256" : "ES256");
		ck_assert_mem_eq(key->bytes, begin, sizeof(begin) - 1);
		ck_assert_mem_eq(key->bytes + key->size - (sizeof(end) - 1),
				 end, sizeof(end) - 1);
	}
	ivrq__keys_free(&keys);
}
END_TEST

START_TEST(test_keys_read_of_other_line_ends_is_the_same)
{
	char text[2048];
	struct ivrq__keys keys;
	const char *rule, *from;
	char *to = text;

	for (from = KEYS_RSA_PUBLIC; *from; from++) {
		if (*from == '\n')
			*to++ = '\r';
		*to++ = *from;
	}
	ck_assert_int_eq(read_bytes(text, (size_t)(to - text), &keys, &rule),
			 0);
	ck_assert_uint_eq(keys.count, 1);
	ivrq__keys_free(&keys);
}
END_TEST

#define BLOCK(base64)                                                          \
	"-----BEGIN PUBLIC KEY-----\n" base64 "\n-----END PUBLIC KEY-----\n"
#define CHARS_64                                                               \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char *const bad[] = {
	KEYS_RSA_2047, KEYS_EC_P384, KEYS_ED25519, KEYS_RSA_PRIVATE,
	KEYS_EC_PRIVATE, KEYS_RSA_PUBLIC KEYS_RSA_2047,
	KEYS_RSA_PUBLIC KEYS_EC_PRIVATE, KEYS_EC_PRIVATE KEYS_EC_PUBLIC,
	"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	"-----BEGIN PUBLIC KEY-----\n",
	"-----BEGIN PUBLIC KEY----- this is long enough for a secret\n",
	"-----BEGIN " CHARS_64, BLOCK(""), BLOCK("AAAA"),
	BLOCK(CHARS_64 CHARS_64), BLOCK("MAA="), /* an empty sequence */
	BLOCK("MIA="),				 /* without a length */
	BLOCK("MIQAAAAA"),			 /* with a long one */
	BLOCK("MDMw"),				 /* that is not there */
	/* The curve's own, each with one fault: */
	BLOCK("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACILXSYPoqEGMg/Qs01CVB4ml4\n"
	      "71Kf7m3+jnrbuXayRVs"), /* a digit too few */
	BLOCK("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACILXSYPoqEGMg/Qs01CVB4ml4\n"
	      "71Kf7m3+jnrbuXayRVs=AAAA"), /* something after the end */
	BLOCK("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACILXSYPoqEGMg/Qs01CVB4ml4\n"
	      "71Kf7m3-jnrbuXayRVs="), /* base64url */
	BLOCK("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQgDIgACILXSYPoqEGMg/Qs01CVB4ml4\n"
	      "71Kf7m3+jnrbuXayRVs="), /* another curve */
	BLOCK("MDkwEwYHKoZIzj0CAgYIKoZIzj0DAQcDIgACILXSYPoqEGMg/Qs01CVB4ml4\n"
	      "71Kf7m3+jnrbuXayRVs="), /* another algorithm */
	BLOCK("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgECILXSYPoqEGMg/Qs01CVB4ml4\n"
	      "71Kf7m3+jnrbuXayRVs="), /* a bit that is unused */
	BLOCK("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIQACILXSYPoqEGMg/Qs01CVB4ml4\n"
	      "71Kf7m3+jnrbuXayRVs="), /* a byte that is left */
};

START_TEST(test_keys_read_of_other_blocks_is_refused)
{
	struct ivrq__keys keys;
	const char *rule = NULL;

	ck_assert_int_eq(read_bytes(bad[_i], strlen(bad[_i]), &keys, &rule),
			 IVRQ_EINVAL);
	ck_assert_ptr_nonnull(strstr(rule, "PEM"));
	ck_assert_ptr_null(keys.text);
}
END_TEST

/* A key that is cut short, or has one byte changed, never reads out of it. */
START_TEST(test_keys_read_of_damaged_blocks_has_one_key_or_none)
{
	static const char *const texts[] = { KEYS_RSA_PUBLIC, KEYS_EC_PUBLIC };
	size_t length = strlen(texts[_i]), at;
	struct ivrq__keys keys;
	const char *rule;
	char text[1024];
	int answer;

	for (at = 0; at < length; at++) {
		strcpy(text, texts[_i]);
		text[at] = text[at] == 'z' ? 'y' : 'z';
		answer = read_bytes(text, length, &keys, &rule);
		ck_assert(answer == IVRQ_EINVAL || keys.count == 1);
		ivrq__keys_free(&keys);
		answer = read_bytes(texts[_i], at, &keys, &rule);
		ck_assert(answer == IVRQ_EINVAL || keys.count == 1);
		ivrq__keys_free(&keys);
	}
}
END_TEST

START_TEST(test_keys_read_of_too_many_keys_is_refused)
{
	static char text[32 * 1024];
	struct ivrq__keys keys;
	const char *rule;
	unsigned i;

	for (i = 0; i < IVRQ__KEYS_MAX; i++)
		strcat(text, KEYS_EC_PUBLIC);
	ck_assert_int_eq(read_bytes(text, strlen(text), &keys, &rule), 0);
	ck_assert_uint_eq(keys.count, IVRQ__KEYS_MAX);
	ivrq__keys_free(&keys);
	strcat(text, KEYS_EC_PUBLIC);
	ck_assert_int_eq(read_bytes(text, strlen(text), &keys, &rule),
			 IVRQ_EINVAL);
	ck_assert_str_eq(rule, "at most 16 keys");
}
END_TEST

/* ------------------------------------------------------------------- the secret */

static const struct {
	const char *text;
	int size; /* 0: refused */
} secrets[] = {
	{ KEYS_SECRET, 32 },
	{ KEYS_SECRET "\n", 32 },
	{ KEYS_SECRET "\r\n", 32 },
	{ KEYS_SECRET "\n\n", 33 },
	{ KEYS_SECRET " ", 33 },
	{ "\n" KEYS_SECRET, 33 },
	{ KEYS_SECRET KEYS_SECRET "more", 68 },
	{ "", 0 },
	{ "\n", 0 },
	{ "\r\n", 0 },
	{ "0123456789abcdef0123456789abcde", 0 },
	{ "0123456789abcdef0123456789abcde\n", 0 },
	{ "0123456789abcdef0123456789abcd\r\n", 0 },
};

START_TEST(test_keys_read_of_a_secret_is_at_least_32_bytes)
{
	const char *text = secrets[_i].text, *rule = NULL;
	int answer = secrets[_i].size ? 0 : IVRQ_EINVAL;
	struct ivrq__keys keys;

	ck_assert_int_eq(read_bytes(text, strlen(text), &keys, &rule), answer);
	if (!answer) {
		ck_assert_uint_eq(keys.count, 1);
		ck_assert_str_eq(keys.key[0].alg, "HS256");
		ck_assert_int_eq(keys.key[0].size, secrets[_i].size);
		ck_assert_mem_eq(keys.key[0].bytes, text,
				 (size_t)secrets[_i].size);
	} else {
		ck_assert_ptr_nonnull(strstr(rule, "32 bytes"));
	}
	ivrq__keys_free(&keys);
}
END_TEST

START_TEST(test_keys_read_of_a_binary_secret_keeps_its_zeros)
{
	uint8_t bytes[40] = { 1, 0, 2 };
	struct ivrq__keys keys;
	const char *rule;

	ck_assert_int_eq(read_bytes(bytes, sizeof(bytes), &keys, &rule), 0);
	ck_assert_int_eq(keys.key[0].size, sizeof(bytes));
	ck_assert_mem_eq(keys.key[0].bytes, bytes, sizeof(bytes));
	ivrq__keys_free(&keys);
}
END_TEST

/* --------------------------------------------------------------------- the file */

START_TEST(test_keys_read_of_the_largest_file_and_one_byte_more)
{
	static char text[IVRQ__KEY_FILE_MAX + 1];
	struct ivrq__keys keys;
	const char *rule;

	memset(text, 'k', sizeof(text));
	ck_assert_int_eq(read_bytes(text, IVRQ__KEY_FILE_MAX, &keys, &rule), 0);
	ck_assert_int_eq(keys.key[0].size, IVRQ__KEY_FILE_MAX);
	ivrq__keys_free(&keys);
	ck_assert_int_eq(read_bytes(text, sizeof(text), &keys, &rule),
			 IVRQ_EINVAL);
	ck_assert_str_eq(rule, "a file of at most 65536 bytes");
}
END_TEST

START_TEST(test_keys_read_of_no_file_is_refused)
{
	static const char *const names[] = { "/nonexistent/key", "/", "" };
	struct ivrq__keys keys;
	const char *rule;
	unsigned i;

	for (i = 0; i < CT_COUNT(names); i++) {
		ck_assert_int_eq(ivrq__keys_read(names[i], &keys, &rule),
				 IVRQ_EINVAL);
		ck_assert_str_eq(rule, "a file that can be read");
		ck_assert_ptr_null(keys.text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("key");
	TCase *pem = tcase_create("pem");
	TCase *secret = tcase_create("secret");
	TCase *files = tcase_create("files");

	tcase_add_loop_test(pem, test_keys_read_of_pem_blocks_has_each, 0,
			    CT_COUNT(good));
	tcase_add_test(pem, test_keys_read_of_other_line_ends_is_the_same);
	tcase_add_loop_test(pem, test_keys_read_of_other_blocks_is_refused, 0,
			    CT_COUNT(bad));
	tcase_add_loop_test(
		pem, test_keys_read_of_damaged_blocks_has_one_key_or_none, 0,
		2);
	tcase_add_test(pem, test_keys_read_of_too_many_keys_is_refused);
	suite_add_tcase(suite, pem);
	tcase_add_loop_test(secret,
			    test_keys_read_of_a_secret_is_at_least_32_bytes, 0,
			    CT_COUNT(secrets));
	tcase_add_test(secret,
		       test_keys_read_of_a_binary_secret_keeps_its_zeros);
	suite_add_tcase(suite, secret);
	tcase_add_test(files,
		       test_keys_read_of_the_largest_file_and_one_byte_more);
	tcase_add_test(files, test_keys_read_of_no_file_is_refused);
	suite_add_tcase(suite, files);
	return ct_run(suite);
}
