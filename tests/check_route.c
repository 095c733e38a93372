/* SPDX-License-Identifier: MIT */
/* check_route: which paths there are, and what each asks for. */
#include "graph/route.h"
#include "ct.h"

#define A   "11111111-2222-3333-4444-555555555555"
#define B   "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
#define UP  "AAAAAAAABBBBCCCCDDDDEEEEEEEEEEEE"
#define COM "/communications/calls/"

static const ivrq_uuid call_a = { { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33,
				    0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55,
				    0x55, 0x55 } };
static const ivrq_uuid op_b = { { 0xaa, 0xaa, 0xaa, 0xaa, 0xbb, 0xbb, 0xcc,
				  0xcc, 0xdd, 0xdd, 0xee, 0xee, 0xee, 0xee,
				  0xee, 0xee } };

enum { V1 = IVRQ_JSON_V1, BETA = IVRQ_JSON_BETA };

static const struct {
	const char *path;
	enum ivrq__place place;
	int version; /* 0: of none */
	int action;
	bool app;
} good[] = {
	{ "/v1.0" COM A "/playPrompt", IVRQ__ACTION, V1, 1, false },
	{ "/v1.0" COM A "/recordResponse", IVRQ__ACTION, V1, 2, false },
	{ "/v1.0" COM A "/subscribeToTone", IVRQ__ACTION, V1, 3, false },
	{ "/v1.0" COM A "/cancelMediaProcessing", IVRQ__ACTION, V1, 4, false },
	{ "/v1.0" COM A, IVRQ__CALL, V1, 0, false },
	{ "/v1.0" COM A "/operations", IVRQ__OPERATIONS, V1, 0, false },
	{ "/v1.0" COM A "/operations/" B, IVRQ__OPERATION, V1, 0, false },
	{ "/beta" COM A "/playPrompt", IVRQ__ACTION, BETA, 1, false },
	{ "/beta" COM A "/recordResponse", IVRQ__ACTION, BETA, 2, false },
	{ "/beta" COM A "/record", IVRQ__ACTION, BETA, 2, false },
	{ "/beta" COM A "/subscribeToTone", IVRQ__ACTION, BETA, 3, false },
	{ "/beta" COM A "/cancelMediaProcessing", IVRQ__ACTION, BETA, 4,
	  false },
	{ "/beta" COM A, IVRQ__CALL, BETA, 0, false },
	{ "/beta" COM A "/operations", IVRQ__OPERATIONS, BETA, 0, false },
	{ "/beta" COM A "/operations/" UP, IVRQ__OPERATION, BETA, 0, false },
	{ "/beta/app/calls/" A "/playPrompt", IVRQ__ACTION, BETA, 1, true },
	{ "/beta/app/calls/" A "/record", IVRQ__ACTION, BETA, 2, true },
	{ "/beta/app/calls/" A, IVRQ__CALL, BETA, 0, true },
	{ "/beta/app/calls/" A "/operations/" B, IVRQ__OPERATION, BETA, 0,
	  true },
	{ COM A "/playPrompt", IVRQ__ACTION, V1, 1, false },
	{ COM A "/recordResponse", IVRQ__ACTION, V1, 2, false },
	{ COM A "/record", IVRQ__ACTION, BETA, 2, false },
	{ COM A, IVRQ__CALL, V1, 0, false },
	{ COM A "/operations", IVRQ__OPERATIONS, V1, 0, false },
	{ COM A "/operations/" B, IVRQ__OPERATION, V1, 0, false },
	{ "/app/calls/" A "/playPrompt", IVRQ__ACTION, BETA, 1, true },
	{ "/app/calls/" A "/recordResponse", IVRQ__ACTION, BETA, 2, true },
	{ "/app/calls/" A "/record", IVRQ__ACTION, BETA, 2, true },
	{ "/app/calls/" A, IVRQ__CALL, BETA, 0, true },
	{ "/app/calls/" A "/operations", IVRQ__OPERATIONS, BETA, 0, true },
	{ "/recordings/" B, IVRQ__RECORDING, 0, 0, false },
	{ "/recordings/" UP, IVRQ__RECORDING, 0, 0, false },
	{ "/healthz", IVRQ__HEALTH, 0, 0, false },
	{ "/metrics", IVRQ__METRICS, 0, 0, false },
};

static const char *const methods[] = { "GET",	"HEAD",	   "POST", "DELETE",
				       "PUT",	"OPTIONS", "get",  "",
				       "PATCH", "GETS",	   "POS" };

/* A second telling of what each place serves. */
static bool served(enum ivrq__place place, const char *method)
{
	if (place == IVRQ__ACTION)
		return !strcmp(method, "POST");
	return !strcmp(method, "GET") || !strcmp(method, "HEAD") ||
	       (place == IVRQ__CALL && !strcmp(method, "DELETE"));
}

static const char *first_method(enum ivrq__place place)
{
	return place == IVRQ__ACTION ? "POST" : "GET";
}

START_TEST(test_route_of_each_path_has_its_place)
{
	static const ivrq_uuid none;
	bool has_call = good[_i].version;
	bool has_operation = good[_i].place == IVRQ__OPERATION ||
			     good[_i].place == IVRQ__RECORDING;
	const char *allow = "untouched";
	struct ivrq__route route;

	ct_mark(&route, sizeof(route));
	ck_assert_int_eq(ivrq__route(first_method(good[_i].place),
				     good[_i].path, &route, &allow),
			 200);
	ck_assert_str_eq(allow, "untouched");
	ck_assert_int_eq(route.place, good[_i].place);
	ck_assert_int_eq((int)route.version, good[_i].version);
	ck_assert_int_eq((int)route.action, good[_i].action);
	ck_assert_int_eq(route.app, good[_i].app);
	ck_assert_mem_eq(&route.call, has_call ? &call_a : &none,
			 sizeof(route.call));
	ck_assert_mem_eq(&route.operation, has_operation ? &op_b : &none,
			 sizeof(route.operation));
}
END_TEST

START_TEST(test_route_of_each_method_is_served_or_405)
{
	enum ivrq__place place = good[_i].place;
	unsigned m;

	for (m = 0; m < CT_COUNT(methods); m++) {
		struct ivrq__route route;
		const char *allow = NULL;
		int status;

		ct_mark(&route, sizeof(route));
		status = ivrq__route(methods[m], good[_i].path, &route, &allow);
		ck_assert_int_eq(status, served(place, methods[m]) ? 200 : 405);
		if (status == 200) {
			ck_assert_int_eq(route.verb,
					 methods[m][0] == 'P' ? IVRQ__POST :
					 methods[m][0] == 'D' ? IVRQ__DELETE :
								IVRQ__GET);
			continue;
		}
		ck_assert(ct_untouched(&route, sizeof(route)));
		ck_assert_str_eq(allow,
				 place == IVRQ__ACTION ? "POST" :
				 place == IVRQ__CALL   ? "GET, HEAD, DELETE" :
							 "GET, HEAD");
	}
}
END_TEST

static const char *const bad[] = {
	"",
	"/",
	"*",
	"//",
	"playPrompt",
	"/v1.0",
	"/v1.0/",
	"/beta",
	"/v1.0/communications",
	"/v1.0/communications/calls",
	"/v1.0/communications/calls/",
	"/v1.0" COM "x",
	"/v1.0" COM A "/",
	"/v1.0" COM A "//playPrompt",
	"/v1.0" COM A "/playPrompt/",
	"/v1.0" COM A "/playPrompt/x",
	"/v1.0" COM A "/playprompt",
	"/v1.0" COM A "/PlayPrompt",
	"/v1.0" COM A "/playPromp",
	"/v1.0" COM A "/playPromptt",
	"/v1.0" COM A "/record",
	"/v1.0" COM A "/Record",
	"/beta" COM A "/records",
	"/beta" COM A "/play%50rompt",
	"/v1.0" COM A "/cancel",
	"/v1.0" COM A "/Operations",
	"/v1.0" COM A "/operations/",
	"/v1.0" COM A "/operations/x",
	"/v1.0" COM A "/operations/" B "/",
	"/v1.0" COM A "/operations/" B "/x",
	"/v1.0" COM "/playPrompt",
	"/v1.0" COM "11111111-2222-3333-4444-55555555555/playPrompt",
	"/v1.0" COM "11111111-2222-3333-4444-5555555555555/playPrompt",
	"/v1.0" COM "11111111-2222-3333-4444-55555555555g/playPrompt",
	"/v1.0" COM "{" A "}/playPrompt",
	"/v1.0" COM "%31" A "/playPrompt",
	"/v1.0/app/calls/" A "/playPrompt",
	"/v1.0/app/calls/" A,
	"/v1.0/Communications/calls/" A,
	"/v1.0/communications/Calls/" A,
	"/v1.0//communications/calls/" A,
	"//v1.0" COM A,
	"/v1" COM A,
	"/v2.0" COM A,
	"/V1.0" COM A,
	"/Beta" COM A,
	"/v1.0/beta" COM A,
	"/beta/v1.0" COM A,
	"/v1.0/v1.0" COM A,
	"v1.0" COM A,
	" /v1.0" COM A,
	"/v1.0" COM A " ",
	"/app/communications/calls/" A,
	"/communications/app/calls/" A,
	"/App/calls/" A,
	"/recordings",
	"/recordings/",
	"/recordings/x",
	"/recordings/" B "/",
	"/recordings/" B "/x",
	"/v1.0/recordings/" B,
	"/beta/recordings/" B,
	"/healthz/",
	"/healthz/x",
	"/healthy",
	"/Healthz",
	"/v1.0/healthz",
	"/metrics/",
	"/beta/metrics",
	"/metric",
};

START_TEST(test_route_of_any_other_path_is_404_for_all_methods)
{
	unsigned m;

	for (m = 0; m < CT_COUNT(methods); m++) {
		const char *allow = "untouched";
		struct ivrq__route route;

		ct_mark(&route, sizeof(route));
		ck_assert_int_eq(
			ivrq__route(methods[m], bad[_i], &route, &allow), 404);
		ck_assert(ct_untouched(&route, sizeof(route)));
		ck_assert_str_eq(allow, "untouched");
	}
}
END_TEST

/* What is cut off or replaced is another path, or none. */
START_TEST(test_route_of_a_damaged_path_is_never_the_same)
{
	const char *method = first_method(good[_i].place), *allow;
	size_t length = strlen(good[_i].path), at;
	struct ivrq__route whole, route;
	char path[256];

	ck_assert_int_eq(ivrq__route(method, good[_i].path, &whole, &allow),
			 200);
	for (at = 0; at < length; at++) {
		strcpy(path, good[_i].path);
		path[at] = '~';
		ck_assert_int_eq(ivrq__route(method, path, &route, &allow),
				 404);
		path[at] = 0;
		if (ivrq__route(method, path, &route, &allow) == 200)
			ck_assert(route.place != whole.place ||
				  !strcmp(path + at - strlen("/record"),
					  "/record"));
	}
}
END_TEST

START_TEST(test_route_of_a_long_path_is_404)
{
	size_t bytes = 1u << 20;
	struct ivrq__route route;
	const char *allow;
	char *path = malloc(bytes);

	memset(path, '/', bytes);
	path[bytes - 1] = 0;
	ck_assert_int_eq(ivrq__route("GET", path, &route, &allow), 404);
	memset(path + 1, 'a', bytes - 2);
	ck_assert_int_eq(ivrq__route("GET", path, &route, &allow), 404);
	free(path);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("route");
	TCase *paths = tcase_create("paths");

	tcase_add_loop_test(paths, test_route_of_each_path_has_its_place, 0,
			    CT_COUNT(good));
	tcase_add_loop_test(paths, test_route_of_each_method_is_served_or_405,
			    0, CT_COUNT(good));
	tcase_add_loop_test(paths,
			    test_route_of_any_other_path_is_404_for_all_methods,
			    0, CT_COUNT(bad));
	tcase_add_loop_test(paths,
			    test_route_of_a_damaged_path_is_never_the_same, 0,
			    CT_COUNT(good));
	tcase_add_test(paths, test_route_of_a_long_path_is_404);
	suite_add_tcase(suite, paths);
	return ct_run(suite);
}
