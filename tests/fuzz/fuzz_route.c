/* SPDX-License-Identifier: MIT */
/*
 * fuzz_route - the input is a method, a space and a path.
 *
 * What is found is spelt again from the route, with the ids as they came; it
 * has to be the path. What is not found has no method that finds it.
 */
#include "fuzz.h"
#include "graph/route.h"

enum { MAX = 2048 };

static const char *const methods[] = { "GET", "HEAD", "POST", "DELETE" };
static const char *const actions[] = { "", "playPrompt", "recordResponse",
				       "subscribeToTone",
				       "cancelMediaProcessing" };

/* The segment after this text, which has to be there, and to be that id. */
static void find_id(const char *path, const char *after, const ivrq_uuid *id,
		    char text[64])
{
	const char *at = strstr(path, after);
	ivrq_uuid read;
	size_t length;

	FUZZ_CHECK(at);
	at += strlen(after);
	length = strcspn(at, "/");
	FUZZ_CHECK(length < 64);
	memcpy(text, at, length);
	text[length] = 0;
	FUZZ_CHECK(!ivrq_uuid_parse(text, length, &read));
	FUZZ_CHECK(!memcmp(&read, id, sizeof(read)));
}

/* With that prefix, and that word for the action. */
static bool spelt(const char *path, const struct ivrq__route *route,
		  const char *prefix, const char *action)
{
	char call[64], operation[64] = "", again[MAX];

	find_id(path, "/calls/", &route->call, call);
	if (route->place == IVRQ__OPERATION)
		find_id(path, "/operations/", &route->operation, operation);
	snprintf(again, sizeof(again), "%s/%s/calls/%s%s%s%s%s", prefix,
		 route->app ? "app" : "communications", call,
		 *action ? "/" : "", action,
		 route->place >= IVRQ__OPERATIONS ? "/operations" : "",
		 *operation ? "/" : "");
	strcat(again, operation);
	return !strcmp(path, again);
}

static void judge_call(const char *path, const struct ivrq__route *route)
{
	bool beta = route->version == IVRQ_JSON_BETA;
	const char *action = actions[route->action];
	const char *prefix = beta ? "/beta" : "/v1.0";
	/* What needs no prefix to be of this version. */
	bool needless = !beta || route->app;

	FUZZ_CHECK(beta || route->version == IVRQ_JSON_V1);
	FUZZ_CHECK(beta || !route->app);
	FUZZ_CHECK((route->place == IVRQ__ACTION) == !!*action);
	FUZZ_CHECK(spelt(path, route, prefix, action) ||
		   (needless && spelt(path, route, "", action)) ||
		   (beta && route->action == IVRQ_JSON_RECORD_RESPONSE &&
		    (spelt(path, route, prefix, "record") ||
		     spelt(path, route, "", "record"))));
}

static void judge(const char *path, const struct ivrq__route *route)
{
	char id[64];

	if (route->place == IVRQ__RECORDING) {
		FUZZ_CHECK(!strncmp(path, "/recordings/", 12));
		find_id(path, "/recordings/", &route->operation, id);
		FUZZ_CHECK(strlen(path) == 12 + strlen(id));
	} else if (route->place == IVRQ__HEALTH) {
		FUZZ_CHECK(!strcmp(path, "/healthz"));
	} else if (route->place == IVRQ__METRICS) {
		FUZZ_CHECK(!strcmp(path, "/metrics"));
	} else {
		judge_call(path, route);
	}
}

/* Each method on its own, and whether 405 told the truth about it. */
static void try_all(const char *path, int was, const char *allowed)
{
	struct ivrq__route route;
	const char *allow;
	unsigned i;

	for (i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		int status = ivrq__route(methods[i], path, &route, &allow);

		FUZZ_CHECK((status == 404) == (was == 404));
		if (was == 405)
			FUZZ_CHECK((status == 200) ==
				   !!strstr(allowed, methods[i]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ivrq__route route, before;
	const char *allow = "none";
	char method[MAX], *path;
	int status;

	if (size >= MAX)
		return 0;
	memcpy(method, data, size);
	method[size] = 0;
	path = strchr(method, ' ');
	if (!path)
		return 0;
	*path++ = 0;
	memset(&before, 0xa5, sizeof(before));
	route = before;
	status = ivrq__route(method, path, &route, &allow);
	FUZZ_CHECK(status == 200 || status == 404 || status == 405);
	FUZZ_CHECK((status == 405) == !!strcmp(allow, "none"));
	if (status == 200)
		judge(path, &route);
	else
		FUZZ_CHECK(!memcmp(&route, &before, sizeof(route)));
	try_all(path, status, allow);
	return 0;
}
