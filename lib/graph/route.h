/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_ROUTE_H
#define IVRQ_LIB_GRAPH_ROUTE_H
/*
 * route.h - what a method and a path ask for. Pure.
 *
 *	[/v1.0 | /beta] (/communications | /app) /calls/{call} ...
 *	/recordings/{operation}, /healthz, /metrics
 *
 * Without a version it is v1.0, but for /app and `record`: only beta has
 * those, so that they make it beta, and are not found below /v1.0.
 *
 * A path is compared as it came: with case, nothing percent-decoded, without
 * a final slash. Only ids have more than one spelling.
 */
#include <ivrq/json.h>

enum ivrq__verb { IVRQ__GET = 1, IVRQ__POST = 2, IVRQ__DELETE = 3 };

enum ivrq__place {
	IVRQ__ACTION = 1,     /* POST .../calls/{call}/<action> */
	IVRQ__CALL = 2,	      /* GET, DELETE .../calls/{call} */
	IVRQ__OPERATIONS = 3, /* GET .../calls/{call}/operations */
	IVRQ__OPERATION = 4,  /* GET .../operations/{operation} */
	IVRQ__RECORDING = 5,  /* GET /recordings/{operation} */
	IVRQ__HEALTH = 6,     /* GET /healthz */
	IVRQ__METRICS = 7     /* GET /metrics */
};

struct ivrq__route {
	enum ivrq__place place;
	enum ivrq__verb verb;
	enum ivrq_json_version version; /* of the first four */
	enum ivrq_json_action action;	/* of IVRQ__ACTION */
	bool app;			/* /app instead of /communications */
	ivrq_uuid call;
	ivrq_uuid operation;
};

/*
 * 200: *route is filled, zero where its place has no such thing; 404: no such
 * path, or an id that is none; 405: *allow is what the Allow header has to
 * say. `path` is without its query, `method` as it came; HEAD is served as
 * GET.
 */
int ivrq__route(const char *method, const char *path, struct ivrq__route *route,
		const char **allow);

#endif
