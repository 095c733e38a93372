/* SPDX-License-Identifier: MIT */
/* check_hosts: where notifications may be sent. */
#include <strings.h>

#include "ct.h"
#include "graph/hosts.h"

static struct ivrq__hosts *make(const char *const *names, uint32_t count,
				bool http)
{
	struct ivrq__hosts *hosts = NULL;

	ck_assert_int_eq(ivrq__hosts_create(names, count, http, &hosts, NULL),
			 0);
	return hosts;
}

static const char *const listed[] = { "bot.example.com", "Other.Example:8443",
				      "[::1]:9443", "127.0.0.1" };

static const struct {
	const char *uri, *origin;
} good[] = {
	{ "https://bot.example.com", "https://bot.example.com:443" },
	{ "https://bot.example.com/", "https://bot.example.com:443" },
	{ "HTTPS://BOT.example.COM/a/b?c=d@e", "https://BOT.example.com:443" },
	{ "https://bot.example.com:444/a", "https://bot.example.com:444" },
	{ "https://bot.example.com?x", "https://bot.example.com:443" },
	{ "https://bot.example.com/%2e%2e/a%20b",
	  "https://bot.example.com:443" },
	{ "https://other.example:8443/", "https://other.example:8443" },
	{ "https://[::1]:9443/x", "https://[::1]:9443" },
	{ "https://[0:0:0:0:0:0:0:1]:9443/x", "https://[::1]:9443" },
	{ "https://127.0.0.1/x", "https://127.0.0.1:443" },
};

START_TEST(test_hosts_check_of_a_listed_host_is_allowed)
{
	struct ivrq__hosts *hosts = make(listed, CT_COUNT(listed), false);
	struct ivrq__where where;
	ivrq_error error;

	ct_mark(&error, sizeof(error));
	ck_assert_int_eq(ivrq__hosts_check(hosts, good[_i].uri, &where, &error),
			 0);
	ck_assert(!strcasecmp(where.origin, good[_i].origin));
	ck_assert_ptr_nonnull(where.url);
	ck_assert(ct_untouched(&error, sizeof(error)));
	ivrq__where_done(&where);
	ck_assert_int_eq(ivrq__hosts_check(hosts, good[_i].uri, NULL, NULL), 0);
	ivrq__hosts_destroy(hosts);
}
END_TEST

static const char *const bad[] = {
	"",
	"bot.example.com",
	"//bot.example.com/",
	"/a",
	"http://bot.example.com/",
	"ftp://bot.example.com/",
	"file:///etc/passwd",
	"gopher://bot.example.com/",
	"https:bot.example.com",
	"https:/bot.example.com/",
	"https:///bot.example.com/",
	"https://",
	"https:///",
	"https://evil.example/",
	"https://evil.example/bot.example.com",
	"https://evil.example?bot.example.com",
	"https://bot.example.com.evil.example/",
	"https://evilbot.example.com/",
	"https://example.com/",
	"https://a.bot.example.com/",
	"https://bot.example.com./",
	"https://bot.example.com@evil.example/",
	"https://evil.example@bot.example.com/",
	"https://user:password@bot.example.com/",
	"https://@bot.example.com/",
	"https://:@bot.example.com/",
	"https://bot.example.com:443@evil.example/",
	"https://evil.example\\@bot.example.com/",
	"https://bot.example.com\\.evil.example/",
	"https://bot.example.com/\\",
	"https://evil.example#@bot.example.com/",
	"https://bot.example.com/#a",
	"https://bot.example.com#",
	"https://bot.example.com:/../@evil.example:99999/",
	"https://bot.example.com:0x1bb/",
	"https://bot.example.com:65536/",
	"https://bot.example.com:-1/",
	"https://bot.example.com:443:443/",
	"https://bot%2eexample.com/",
	"https://bot.example.com%00.evil.example/",
	"https://bot.example.com%2f@evil.example/",
	"https://bot.example.com /",
	" https://bot.example.com/",
	"https://bot.example.com/\t",
	"https://bot.example.com/a\r\nHost: evil.example",
	"https://bot.example.com/\x7f",
	"https://b\xc3\xb6t.example.com/",
	"https://bot.example.com/\xe2\x80\xa8",
	"https://other.example/",
	"https://other.example:443/",
	"https://other.example:8444/",
	"https://[::1]/",
	"https://[::1]:9444/",
	"https://[::1%25lo]:9443/",
	"https://[::ffff:127.0.0.1]/",
	"https://[::2]:9443/",
	"https://[::1/",
	"https://::1:9443/",
	"https://127.0.0.2/",
	"https://localhost/",
	"https://0/",
};

START_TEST(test_hosts_check_of_another_address_is_refused)
{
	struct ivrq__hosts *hosts = make(listed, CT_COUNT(listed), false);
	struct ivrq__where where;
	ivrq_error error;

	ct_mark(&where, sizeof(where));
	ck_assert_int_eq(ivrq__hosts_check(hosts, bad[_i], &where, &error),
			 IVRQ_EINVAL);
	ck_assert(ct_untouched(&where, sizeof(where)));
	ck_assert_int_eq(error.code, IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "callback_uri");
	ck_assert_ptr_nonnull(error.rule);
	ivrq__hosts_destroy(hosts);
}
END_TEST

START_TEST(test_hosts_check_of_a_number_in_another_spelling_is_the_host)
{
	static const char *const spellings[] = { "https://2130706433/",
						 "https://0x7f.1/",
						 "https://0177.0.0.1/" };
	struct ivrq__hosts *hosts = make(listed, CT_COUNT(listed), false);
	struct ivrq__where where;

	/* Allowed or not, it must not be a host that is not listed. */
	for (size_t i = 0; i < CT_COUNT(spellings); i++) {
		if (ivrq__hosts_check(hosts, spellings[i], &where, NULL))
			continue;
		ck_assert_str_eq(where.origin, "https://127.0.0.1:443");
		ivrq__where_done(&where);
	}
	ivrq__hosts_destroy(hosts);
}
END_TEST

START_TEST(test_hosts_check_of_http_is_allowed_if_configured)
{
	struct ivrq__hosts *hosts = make(listed, CT_COUNT(listed), true);

	ck_assert_int_eq(
		ivrq__hosts_check(hosts, "http://127.0.0.1:80/", NULL, NULL),
		0);
	ck_assert_int_eq(
		ivrq__hosts_check(hosts, "http://evil.example/", NULL, NULL),
		IVRQ_EINVAL);
	ck_assert_int_eq(
		ivrq__hosts_check(hosts, "ftp://127.0.0.1/", NULL, NULL),
		IVRQ_EINVAL);
	ivrq__hosts_destroy(hosts);
}
END_TEST

START_TEST(test_hosts_check_of_a_long_address_is_refused)
{
	struct ivrq__hosts *hosts = make(listed, CT_COUNT(listed), false);
	char uri[IVRQ_JSON_URI_MAX + 2] = "https://bot.example.com/";

	memset(uri + strlen(uri), 'a', sizeof(uri) - strlen(uri));
	uri[IVRQ_JSON_URI_MAX + 1] = 0;
	ck_assert_int_eq(ivrq__hosts_check(hosts, uri, NULL, NULL),
			 IVRQ_EINVAL);
	uri[IVRQ_JSON_URI_MAX] = 0;
	ck_assert_int_eq(ivrq__hosts_check(hosts, uri, NULL, NULL), 0);
	ivrq__hosts_destroy(hosts);
}
END_TEST

START_TEST(test_hosts_check_without_hosts_is_refused)
{
	struct ivrq__hosts *hosts = make(NULL, 0, true);

	ck_assert_int_eq(ivrq__hosts_check(hosts, "https://a/", NULL, NULL),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq__hosts_check(hosts, NULL, NULL, NULL),
			 IVRQ_EINVAL);
	ivrq__hosts_destroy(hosts);
}
END_TEST

static const char *const wrong[] = {
	"",	      "https://a",
	"a/b",	      "u@a",
	"a:",	      "a:x",
	"a:65536",    "a b",
	"a:1:2",      "::1",
	"[::1",	      "[::1]x",
	"a\\b",	      "a#b",
	"a?b",	      "%61.example",
	"b\xc3\xb6t", "[fe80::1%25lo]",
};

START_TEST(test_hosts_create_of_no_host_is_refused)
{
	const char *names[] = { "a.example", wrong[_i] };
	struct ivrq__hosts *hosts;
	ivrq_error error;

	ct_mark(&hosts, sizeof(hosts));
	ck_assert_int_eq(ivrq__hosts_create(names, 2, false, &hosts, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "callback_hosts");
	ck_assert(ct_untouched(&hosts, sizeof(hosts)));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hosts");
	TCase *tcase = tcase_create("hosts");

	tcase_add_loop_test(tcase, test_hosts_check_of_a_listed_host_is_allowed,
			    0, (int)CT_COUNT(good));
	tcase_add_loop_test(tcase,
			    test_hosts_check_of_another_address_is_refused, 0,
			    (int)CT_COUNT(bad));
	tcase_add_test(
		tcase,
		test_hosts_check_of_a_number_in_another_spelling_is_the_host);
	tcase_add_test(tcase,
		       test_hosts_check_of_http_is_allowed_if_configured);
	tcase_add_test(tcase, test_hosts_check_of_a_long_address_is_refused);
	tcase_add_test(tcase, test_hosts_check_without_hosts_is_refused);
	tcase_add_loop_test(tcase, test_hosts_create_of_no_host_is_refused, 0,
			    (int)CT_COUNT(wrong));
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
