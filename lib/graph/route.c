/* SPDX-License-Identifier: MIT */
/*
 * route.c - what a method and a path ask for.
 *
 * The path is taken apart once, from left to right. A segment that is empty is
 * no word and no id, so that "//" and a final slash are found nowhere. Only
 * when the whole path has a meaning is the method looked at: a path that is not
 * there is 404 whatever the method.
 */
#include <string.h>

#include "graph/route.h"

struct segment {
	const char *at;
	size_t length;
};

/* The next segment of *path, without its slash. */
static bool take(const char **path, struct segment *segment)
{
	if (**path != '/')
		return false;
	segment->at = *path + 1;
	segment->length = strcspn(segment->at, "/");
	*path = segment->at + segment->length;
	return true;
}

static bool is(const struct segment *segment, const char *word)
{
	return strlen(word) == segment->length &&
	       !memcmp(segment->at, word, segment->length);
}

static bool take_word(const char **path, const char *word)
{
	struct segment segment;

	return take(path, &segment) && is(&segment, word);
}

static bool take_id(const char **path, ivrq_uuid *id)
{
	struct segment segment;

	return take(path, &segment) &&
	       !ivrq_uuid_parse(segment.at, segment.length, id);
}

/* Only beta has it. */
static bool beta(struct ivrq__route *route)
{
	if (route->version == IVRQ_JSON_V1)
		return false;
	route->version = IVRQ_JSON_BETA;
	return true;
}

static bool action(const struct segment *word, struct ivrq__route *route)
{
	static const struct {
		const char *word;
		enum ivrq_json_action action;
	} actions[] = {
		{ "playPrompt", IVRQ_JSON_PLAY_PROMPT },
		{ "recordResponse", IVRQ_JSON_RECORD_RESPONSE },
		{ "subscribeToTone", IVRQ_JSON_SUBSCRIBE_TO_TONE },
		{ "cancelMediaProcessing", IVRQ_JSON_CANCEL_MEDIA_PROCESSING },
	};

	route->place = IVRQ__ACTION;
	if (is(word, "record")) {
		route->action = IVRQ_JSON_RECORD_RESPONSE;
		return beta(route);
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (is(word, actions[i].word))
			route->action = actions[i].action;
	return route->action;
}

/* What comes after /calls/{call}. */
static bool below_call(const char *path, struct ivrq__route *route)
{
	struct segment word;

	route->place = IVRQ__CALL;
	if (!*path)
		return true;
	if (!take(&path, &word))
		return false;
	if (!is(&word, "operations"))
		return !*path && action(&word, route);
	route->place = IVRQ__OPERATIONS;
	if (!*path)
		return true;
	route->place = IVRQ__OPERATION;
	return take_id(&path, &route->operation) && !*path;
}

static bool calls(const char *path, struct ivrq__route *route)
{
	struct segment word;

	if (!take(&path, &word))
		return false;
	if (is(&word, "v1.0"))
		route->version = IVRQ_JSON_V1;
	else if (is(&word, "beta"))
		route->version = IVRQ_JSON_BETA;
	if (route->version && !take(&path, &word))
		return false;
	route->app = is(&word, "app");
	if (route->app ? !beta(route) : !is(&word, "communications"))
		return false;
	if (!take_word(&path, "calls") || !take_id(&path, &route->call) ||
	    !below_call(path, route))
		return false;
	if (!route->version)
		route->version = IVRQ_JSON_V1;
	return true;
}

static bool parse(const char *path, struct ivrq__route *route)
{
	struct segment word;
	const char *rest = path;

	if (!take(&rest, &word))
		return false;
	if (is(&word, "healthz"))
		route->place = IVRQ__HEALTH;
	else if (is(&word, "metrics"))
		route->place = IVRQ__METRICS;
	else if (is(&word, "recordings"))
		route->place = IVRQ__RECORDING;
	else
		return calls(path, route);
	if (route->place == IVRQ__RECORDING &&
	    !take_id(&rest, &route->operation))
		return false;
	return !*rest;
}

static enum ivrq__verb verb_of(const char *method)
{
	if (!strcmp(method, "GET") || !strcmp(method, "HEAD"))
		return IVRQ__GET;
	if (!strcmp(method, "POST"))
		return IVRQ__POST;
	return strcmp(method, "DELETE") ? (enum ivrq__verb)0 : IVRQ__DELETE;
}

int ivrq__route(const char *method, const char *path, struct ivrq__route *route,
		const char **allow)
{
	struct ivrq__route found;
	enum ivrq__verb verb = verb_of(method);

	memset(&found, 0, sizeof(found));
	if (!parse(path, &found))
		return 404;
	if (found.place == IVRQ__ACTION && verb != IVRQ__POST) {
		*allow = "POST";
		return 405;
	}
	if (found.place == IVRQ__CALL && verb != IVRQ__GET &&
	    verb != IVRQ__DELETE) {
		*allow = "GET, HEAD, DELETE";
		return 405;
	}
	if (found.place > IVRQ__CALL && verb != IVRQ__GET) {
		*allow = "GET, HEAD";
		return 405;
	}
	found.verb = verb;
	*route = found;
	return 200;
}
