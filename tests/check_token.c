/* SPDX-License-Identifier: MIT */
/* check_token: access tokens. The linker puts the test's randomness in place
 * of the system's. */
#include <stddef.h>
#include <sys/types.h>

#include <ivrq.h>

#include "ct.h"
#include "graph/token.h"

enum how { REAL, PATTERN, BY_FIVES, INTERRUPTED, NONE, AT_ITS_END };

static struct {
	enum how how;
	unsigned calls;
	uint8_t next;
} it;

ssize_t __real_getrandom(void *bytes, size_t count, unsigned flags);
ssize_t __wrap_getrandom(void *bytes, size_t count, unsigned flags);

ssize_t __wrap_getrandom(void *bytes, size_t count, unsigned flags)
{
	size_t i;

	it.calls++;
	if (it.how == REAL)
		return __real_getrandom(bytes, count, flags);
	if (it.how == AT_ITS_END)
		return 0;
	if (it.how == NONE || (it.how == INTERRUPTED && it.calls % 2)) {
		errno = it.how == NONE ? ENOSYS : EINTR;
		return -1;
	}
	if (it.how != PATTERN && count > 5)
		count = 5;
	for (i = 0; i < count; i++)
		((uint8_t *)bytes)[i] = it.next++;
	return (ssize_t)count;
}

/* Of the bytes 00 01 02 ... 1f. */
static const char pattern[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

static void make(enum how how, char token[IVRQ__TOKEN_BYTES])
{
	memset(&it, 0, sizeof(it));
	it.how = how;
	ct_mark(token, IVRQ__TOKEN_BYTES);
	ck_assert_int_eq(ivrq__token_make(token), 0);
}

START_TEST(test_token_make_is_base64url_of_all_bits)
{
	char token[IVRQ__TOKEN_BYTES];

	make(PATTERN, token);
	ck_assert_str_eq(token, pattern);
	memset(&it, 0, sizeof(it));
	it.how = PATTERN;
	it.next = 0xe8; /* to 0xff, then 0 to 7 */
	ck_assert_int_eq(ivrq__token_make(token), 0);
	ck_assert_str_eq(token, "6Onq6-zt7u_w8fLz9PX29_j5-vv8_f7_AAECAwQFBgc");
}
END_TEST

START_TEST(test_token_make_of_short_and_interrupted_reads_is_whole)
{
	char token[IVRQ__TOKEN_BYTES];

	make(BY_FIVES, token);
	ck_assert_str_eq(token, pattern);
	ck_assert_uint_eq(it.calls, 7);
	make(INTERRUPTED, token);
	ck_assert_str_eq(token, pattern);
	ck_assert_uint_eq(it.calls, 14);
}
END_TEST

START_TEST(test_token_make_without_randomness_makes_none)
{
	char token[IVRQ__TOKEN_BYTES];
	enum how how;

	for (how = NONE; how <= AT_ITS_END; how++) {
		memset(&it, 0, sizeof(it));
		it.how = how;
		ct_mark(token, sizeof(token));
		ck_assert_int_eq(ivrq__token_make(token), IVRQ_ENOTSUP);
		ck_assert_str_eq(token, "");
		ck_assert(!ivrq__token_same(token, ""));
		ck_assert(!ivrq__token_same(token, token));
		ck_assert(!ivrq__token_same(token, NULL));
	}
}
END_TEST

START_TEST(test_token_make_twice_differs)
{
	char one[IVRQ__TOKEN_BYTES], two[IVRQ__TOKEN_BYTES];

	make(REAL, one);
	make(REAL, two);
	ck_assert_uint_eq(strlen(one), IVRQ__TOKEN_BYTES - 1);
	ck_assert_uint_eq(strlen(two), IVRQ__TOKEN_BYTES - 1);
	ck_assert_str_ne(one, two);
	ck_assert(ivrq__token_same(one, one));
	ck_assert(!ivrq__token_same(one, two));
}
END_TEST

START_TEST(test_token_same_of_any_changed_character_is_false)
{
	char other[IVRQ__TOKEN_BYTES];
	unsigned i, bit;

	ck_assert(ivrq__token_same(pattern, pattern));
	for (i = 0; i < IVRQ__TOKEN_BYTES - 1; i++)
		for (bit = 0; bit < 8; bit++) {
			strcpy(other, pattern);
			other[i] = (char)(other[i] ^ 1 << bit);
			ck_assert(!ivrq__token_same(pattern, other));
		}
}
END_TEST

START_TEST(test_token_same_of_another_length_is_false)
{
	char other[2 * IVRQ__TOKEN_BYTES];
	unsigned i;

	for (i = 0; i < IVRQ__TOKEN_BYTES - 1; i++) {
		strcpy(other, pattern);
		other[i] = 0;
		ck_assert(!ivrq__token_same(pattern, other));
	}
	strcpy(other, pattern);
	strcat(other, "A");
	ck_assert(!ivrq__token_same(pattern, other));
	ck_assert(!ivrq__token_same(pattern, NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("token");
	TCase *make_it = tcase_create("make");
	TCase *same = tcase_create("same");

	tcase_add_test(make_it, test_token_make_is_base64url_of_all_bits);
	tcase_add_test(make_it,
		       test_token_make_of_short_and_interrupted_reads_is_whole);
	tcase_add_test(make_it, test_token_make_without_randomness_makes_none);
	tcase_add_test(make_it, test_token_make_twice_differs);
	suite_add_tcase(suite, make_it);
	tcase_add_test(same, test_token_same_of_any_changed_character_is_false);
	tcase_add_test(same, test_token_same_of_another_length_is_false);
	suite_add_tcase(suite, same);
	return ct_run(suite);
}
