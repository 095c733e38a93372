/* SPDX-License-Identifier: MIT */
/* check_spool: what is put is there again, in order, after whatever happened. */
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "ct.h"
#include "graph/spool.h"

static char dir[64], file[80];

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/ivrq-spool-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/spool", dir);
}

static void tear_down(void)
{
	char name[96];

	unlink(file);
	snprintf(name, sizeof(name), "%s-wal", file);
	unlink(name);
	snprintf(name, sizeof(name), "%s-journal", file);
	unlink(name);
	rmdir(dir);
}

static struct ivrq__spool *open_spool(const char *name)
{
	struct ivrq__spool *spool = NULL;
	ivrq_error error = { 0, "", "" };

	ck_assert_msg(!ivrq__spool_open(name, true, &spool, &error), "%s",
		      error.rule);
	return spool;
}

static int open_error(const char *name)
{
	struct ivrq__spool *spool;
	ivrq_error error;
	int answer;

	ct_mark(&spool, sizeof(spool));
	answer = ivrq__spool_open(name, true, &spool, &error);
	ck_assert_int_lt(answer, 0);
	ck_assert_int_eq(error.code, answer);
	ck_assert_str_eq(error.field, "spool_file");
	ck_assert(ct_untouched(&spool, sizeof(spool)));
	return answer;
}

static ivrq_uuid id(unsigned number)
{
	ivrq_uuid uuid = { { 0 } };

	uuid.bytes[15] = (uint8_t)number;
	return uuid;
}

static bool put(struct ivrq__spool *spool, unsigned call, uint64_t seq,
		unsigned count, const char *uri)
{
	struct ivrq__element *first = NULL, **at = &first, *element;
	ivrq_uuid uuid = id(call);
	char text[32];
	bool good;

	for (uint64_t i = seq; i < seq + count; i++) {
		snprintf(text, sizeof(text), "element %" PRIu64, i);
		element = ivrq__element_make(text, strlen(text), uri);
		ck_assert_ptr_nonnull(element);
		element->seq = i;
		*at = element;
		at = &element->next;
	}
	good = ivrq__spool_put(spool, &uuid, first);
	while ((element = first)) {
		first = element->next;
		free(element);
	}
	return good;
}

/* Asks for `limit` behind `after`; they must be those from `seq` on. */
static void expect(struct ivrq__spool *spool, unsigned call, uint64_t after,
		   uint32_t limit, uint64_t seq, int count)
{
	struct ivrq__element *element = NULL, *next;
	ivrq_uuid uuid = id(call);
	char text[32];

	ck_assert_int_eq(ivrq__spool_get(spool, &uuid, after, limit, &element),
			 count);
	for (; element; element = next, seq++, count--) {
		next = element->next;
		snprintf(text, sizeof(text), "element %" PRIu64, seq);
		ck_assert_uint_eq(element->seq, seq);
		ck_assert_str_eq(element->text, text);
		ck_assert_uint_eq(element->bytes, strlen(text));
		free(element);
	}
	ck_assert_int_eq(count, 0);
}

static void removes(struct ivrq__spool *spool, unsigned call, uint64_t seq)
{
	ivrq_uuid uuid = id(call);

	ck_assert(ivrq__spool_remove(spool, &uuid, seq));
}

START_TEST(test_spool_get_answers_a_calls_own_in_order)
{
	struct ivrq__spool *spool = open_spool(_i ? file : NULL);

	ck_assert(put(spool, 1, 4, 3, "u"));
	ck_assert(put(spool, 2, 7, 1, "u"));
	ck_assert(put(spool, 1, 8, 2, "v"));
	ck_assert(put(spool, 1, 1, 3, "u")); /* seq counts, not when */
	expect(spool, 1, 0, 4, 1, 4);
	expect(spool, 1, 4, 100, 5, 2); /* the address changes */
	expect(spool, 1, 6, 100, 8, 2);
	expect(spool, 2, 0, 100, 7, 1);
	expect(spool, 3, 0, 100, 0, 0);
	removes(spool, 1, 5);
	expect(spool, 1, 0, 100, 6, 1);
	expect(spool, 2, 0, 100, 7, 1);
	ck_assert_int_eq(ivrq__spool_last(spool), 9);
	ivrq__spool_close(spool);
}
END_TEST

START_TEST(test_spool_get_keeps_address_bytes_and_age)
{
	struct ivrq__spool *spool = open_spool(file);
	struct ivrq__element *element =
		ivrq__element_make("a\0b", 3, "https://a/?b");
	struct ivrq__element *got = NULL;
	ivrq_uuid uuid = id(1);

	element->seq = 1;
	element->added_ns = 1; /* when the machine was started */
	ck_assert(ivrq__spool_put(spool, &uuid, element));
	free(element);
	ck_assert_int_eq(ivrq__spool_get(spool, &uuid, 0, 1, &got), 1);
	ck_assert_uint_eq(got->bytes, 3);
	ck_assert_mem_eq(got->text, "a\0b", 4);
	ck_assert_str_eq(got->uri, "https://a/?b");
	ck_assert_uint_lt(got->added_ns, UINT64_C(1000000000));
	free(got);
	ivrq__spool_close(spool);
}
END_TEST

START_TEST(test_spool_put_twice_the_same_changes_nothing)
{
	struct ivrq__spool *spool = open_spool(file);

	ck_assert(put(spool, 1, 5, 1, "u"));
	ck_assert(!put(spool, 1, 3, 4, "u")); /* all or nothing */
	ck_assert(strlen(ivrq__spool_why(spool)) > 0);
	expect(spool, 1, 0, 100, 5, 1);
	ck_assert(put(spool, 1, 6, 1, "u"));
	ck_assert(put(spool, 1, 7, 2, "u"));
	expect(spool, 1, 0, 100, 5, 4);
	ivrq__spool_close(spool);
}
END_TEST

struct seen {
	unsigned calls;
	struct {
		unsigned call;
		uint64_t rows;
		char uri[8];
	} call[4];
	int answer;
};

static int see(void *user, const ivrq_uuid *call, const char *uri,
	       uint64_t rows)
{
	struct seen *seen = user;

	if (seen->calls < 4) {
		seen->call[seen->calls].call = call->bytes[15];
		seen->call[seen->calls].rows = rows;
		snprintf(seen->call[seen->calls].uri, 8, "%s", uri);
	}
	seen->calls++;
	return seen->answer;
}

START_TEST(test_spool_calls_answers_each_with_its_first_address)
{
	struct ivrq__spool *spool = open_spool(file);
	struct seen seen = { 0 };

	ck_assert_int_eq(ivrq__spool_calls(spool, see, &seen), 0);
	ck_assert_uint_eq(seen.calls, 0);
	ck_assert(put(spool, 2, 3, 1, "b"));
	ck_assert(put(spool, 1, 4, 2, "a"));
	ck_assert(put(spool, 2, 1, 1, "c"));
	ivrq__spool_close(spool);
	spool = open_spool(file);
	ck_assert_int_eq(ivrq__spool_calls(spool, see, &seen), 0);
	ck_assert_uint_eq(seen.calls, 2);
	ck_assert_uint_eq(seen.call[0].call, 2);
	ck_assert_uint_eq(seen.call[0].rows, 2);
	ck_assert_str_eq(seen.call[0].uri, "c");
	ck_assert_uint_eq(seen.call[1].call, 1);
	ck_assert_uint_eq(seen.call[1].rows, 2);
	seen.calls = 0;
	seen.answer = IVRQ_ENOMEM;
	ck_assert_int_eq(ivrq__spool_calls(spool, see, &seen), IVRQ_ENOMEM);
	ck_assert_uint_eq(seen.calls, 1);
	ivrq__spool_close(spool);
}
END_TEST

START_TEST(test_spool_open_again_has_what_was_put)
{
	struct ivrq__spool *spool = open_spool(file);
	struct stat status;

	ck_assert(put(spool, 1, 1, 100, "u"));
	removes(spool, 1, 10);
	ivrq__spool_close(spool);
	ck_assert_int_eq(stat(file, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	spool = open_spool(file);
	expect(spool, 1, 0, 200, 11, 90);
	ck_assert_int_eq(ivrq__spool_last(spool), 100);
	ivrq__spool_close(spool);
}
END_TEST

START_TEST(test_spool_open_of_one_in_use_is_busy)
{
	struct ivrq__spool *spool = open_spool(file);

	ck_assert_int_eq(open_error(file), IVRQ_EBUSY);
	ck_assert(put(spool, 1, 1, 1, "u"));
	ck_assert_int_eq(open_error(file), IVRQ_EBUSY);
	ivrq__spool_close(spool);
	spool = open_spool(file);
	ck_assert_int_eq(open_error(file), IVRQ_EBUSY);
	ivrq__spool_close(spool);
}
END_TEST

START_TEST(test_spool_open_of_what_is_no_file_is_refused)
{
	ck_assert_int_eq(open_error(""), IVRQ_EINVAL);
	ck_assert_int_eq(open_error(":memory:"), IVRQ_EINVAL);
	ck_assert_int_eq(open_error(dir), IVRQ_EINVAL);
	ck_assert_int_eq(open_error("/nowhere/at/all"), IVRQ_EINVAL);
}
END_TEST

START_TEST(test_spool_open_of_a_text_is_refused)
{
	FILE *text = fopen(file, "w");
	char line[64] = "";

	for (int i = 0; i < 1000; i++)
		fputs("this is no spool, and stays as it is\n", text);
	fclose(text);
	ck_assert_int_eq(open_error(file), IVRQ_EINVAL);
	text = fopen(file, "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), text));
	fclose(text);
	ck_assert_str_eq(line, "this is no spool, and stays as it is\n");
}
END_TEST

START_TEST(test_spool_open_of_another_database_is_refused)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(file, &db), SQLITE_OK);
	ck_assert_int_eq(
		sqlite3_exec(db, "CREATE TABLE spool(a, b)", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	ck_assert_int_eq(open_error(file), IVRQ_EINVAL);
	ck_assert_int_eq(sqlite3_open(file, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "INSERT INTO spool VALUES(1, 2)",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
}
END_TEST

START_TEST(test_spool_open_of_a_damaged_one_is_refused)
{
	struct ivrq__spool *spool = open_spool(file);
	FILE *damaged;

	ck_assert(put(spool, 1, 1, 2000, "u"));
	ivrq__spool_close(spool);
	damaged = fopen(file, "r+");
	ck_assert_int_eq(fseek(damaged, 4096 * (_i + 1), SEEK_SET), 0);
	for (int i = 0; i < 4096; i++)
		fputc(0x5a, damaged);
	fclose(damaged);
	ck_assert_int_eq(open_error(file), IVRQ_EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spool");
	TCase *tcase = tcase_create("spool");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_spool_get_answers_a_calls_own_in_order,
			    0, 2);
	tcase_add_test(tcase, test_spool_get_keeps_address_bytes_and_age);
	tcase_add_test(tcase, test_spool_put_twice_the_same_changes_nothing);
	tcase_add_test(tcase,
		       test_spool_calls_answers_each_with_its_first_address);
	tcase_add_test(tcase, test_spool_open_again_has_what_was_put);
	tcase_add_test(tcase, test_spool_open_of_one_in_use_is_busy);
	tcase_add_test(tcase, test_spool_open_of_what_is_no_file_is_refused);
	tcase_add_test(tcase, test_spool_open_of_a_text_is_refused);
	tcase_add_test(tcase, test_spool_open_of_another_database_is_refused);
	tcase_add_loop_test(tcase, test_spool_open_of_a_damaged_one_is_refused,
			    0, 3);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
