/* SPDX-License-Identifier: MIT */
/*
 * receive.c - what a receiver of notifications was sent.
 *
 * Senders differ, and so do the API's own examples, so this is tolerant in how
 * a thing is spelt; but a thing that is there has to make sense. What is well
 * formed and cannot be told in the structures of json.h is passed over: other
 * resources than calls and the four operations, other states of a call, the
 * tone `flash`. All is read twice, the first time without a callback, so that
 * nothing was given out when the last of it is found to be wrong.
 */
#include "graph/fail.h"
#include "graph/json.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define URL_RULE                                                               \
	"a string with /communications/calls/<id> or /app/calls/<id>, of an "  \
	"operation with /operations/<id> after it"

struct receiver {
	void (*each)(void *user, const ivrq_json_notification *notification);
	void *user;
	ivrq_error *error;
};

/* An element of `value`, and one resource of it. */
struct element {
	enum ivrq_json_change change;
	const char *url;
	const struct ivrq__json *data;
	ivrq_uuid call;
	ivrq_uuid operation;
};

enum { SKIPPED = 0, GIVEN = 1 };

static int invalid(const struct receiver *it, const char *field,
		   const char *rule)
{
	return ivrq__invalid(it->error, field, rule);
}

static bool is(const struct ivrq__json *value, enum ivrq__json_type type)
{
	return value && value->type == type;
}

/* A string or NULL, which is none. False: something else. */
static bool take_string(const struct ivrq__json *object, const char *name,
			const char **value)
{
	const struct ivrq__json *member = ivrq__json_get(object, name);

	*value = is(member, IVRQ__JSON_STRING) ? member->as.text : NULL;
	return !member || *value;
}

/* A number that is not negative, or a string of its digits. */
static bool take_number(const struct ivrq__json *member, uint64_t most,
			uint64_t *value)
{
	uint64_t n = 0;
	const char *at;

	if (is(member, IVRQ__JSON_INTEGER)) {
		*value = (uint64_t)member->as.integer;
		return member->as.integer >= 0 && *value <= most;
	}
	if (!is(member, IVRQ__JSON_STRING) || !member->length)
		return false;
	for (at = member->as.text; *at >= '0' && *at <= '9'; at++) {
		uint64_t digit = (uint64_t)(*at - '0');

		if (n > (most - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*value = n;
	return !*at;
}

/* Which of the words is it? -1 none. */
static int word_of(const struct ivrq__json *member, const char *const *words,
		   int count)
{
	int i;

	for (i = 0; i < count && is(member, IVRQ__JSON_STRING); i++)
		if (words[i] && !strcasecmp(member->as.text, words[i]))
			return i;
	return -1;
}

/* ------------------------------------------------------------ ids of an URL */

/* The id at *at, up to a slash or the end, which *at is then. */
static bool take_id(const char **at, ivrq_uuid *id)
{
	size_t length = strcspn(*at, "/");
	const char *from = *at;

	*at += length;
	return !ivrq_uuid_parse(from, length, id);
}

/* 2 ids, or 1, or 0: it is no such URL. */
static int ids_of(const char *url, ivrq_uuid *call, ivrq_uuid *operation)
{
	static const char *const places[] = { "/communications/calls/",
					      "/app/calls/" };
	static const char operations[] = "/operations";
	const char *at = NULL;
	size_t i;

	for (i = 0; url && !at && i < sizeof(places) / sizeof(*places); i++) {
		at = strstr(url, places[i]);
		if (at)
			at += strlen(places[i]);
	}
	if (!at || !take_id(&at, call))
		return 0;
	if (!*at)
		return 1;
	if (strncmp(at, operations, sizeof(operations) - 1))
		return 0;
	at += sizeof(operations) - 1;
	if (!*at)
		return 1;
	if (*at++ != '/')
		return 0;
	return take_id(&at, operation) && !*at ? 2 : 0;
}

/* The operation's: in the element's URL, or with one of a collection in its
 * own. */
static bool operation_ids(struct element *element)
{
	int ids = ids_of(element->url, &element->call, &element->operation);
	const char *own;
	ivrq_uuid call;

	if (ids != 1)
		return ids == 2;
	if (take_string(element->data, "@odata.id", &own) &&
	    ids_of(own, &call, &element->operation) == 2)
		return !memcmp(&call, &element->call, sizeof(call));
	return take_string(element->data, "id", &own) && own &&
	       !ivrq_uuid_parse(own, strlen(own), &element->operation);
}

/* ---------------------------------------------------------------- resources */

/* `W/"54451"`, or 0: an etag means nothing, so it may be anything. */
static uint64_t etag_of(const struct ivrq__json *data)
{
	const struct ivrq__json *member = ivrq__json_get(data, "@odata.etag");
	const char *at = is(member, IVRQ__JSON_STRING) ? member->as.text : "";
	uint64_t n = 0;

	if (strncmp(at, "W/\"", 3))
		return 0;
	for (at += 3; *at >= '0' && *at <= '9'; at++) {
		if (n > (UINT64_MAX - 9) / 10)
			return 0;
		n = n * 10 + (uint64_t)(*at - '0');
	}
	return strcmp(at, "\"") ? 0 : n;
}

static int take_result(const struct receiver *it, const struct ivrq__json *data,
		       ivrq_json_result *result)
{
	const struct ivrq__json *info = ivrq__json_get(data, "resultInfo");
	const struct ivrq__json *subcode = ivrq__json_get(info, "subcode");
	uint64_t code = 0, detail = 0;

	if (!take_string(data, "completionReason", &result->completion_reason))
		return invalid(it, "value[].resourceData.completionReason",
			       "a string or null");
	if (!info)
		return 0;
	if (!subcode)
		subcode = ivrq__json_get(info, "subCode");
	if (!take_number(ivrq__json_get(info, "code"), UINT32_MAX, &code))
		return invalid(it, "value[].resourceData.resultInfo.code",
			       "a number, or a string of its digits");
	if (subcode && !take_number(subcode, UINT32_MAX, &detail))
		return invalid(it, "value[].resourceData.resultInfo.subcode",
			       "a number, or a string of its digits");
	if (!take_string(info, "message", &result->message))
		return invalid(it, "value[].resourceData.resultInfo.message",
			       "a string or null");
	result->code = (uint32_t)code;
	result->subcode = (uint32_t)detail;
	return 0;
}

static void give(const struct receiver *it, const struct element *element,
		 const ivrq_json_operation *operation,
		 const ivrq_json_call *call)
{
	ivrq_json_notification notification = { .change = element->change,
						.resource_url = element->url,
						.operation = operation,
						.call = call };

	if (it->each)
		it->each(it->user, &notification);
}

static int read_operation(const struct receiver *it, struct element *element,
			  int action)
{
	const struct ivrq__json *data = element->data;
	const struct ivrq__json *member = ivrq__json_get(data, "status");
	int status = word_of(member, ivrq__json_statuses, 4);
	ivrq_json_operation operation = { .action =
						  (enum ivrq_json_action)action,
					  .etag = etag_of(data) };
	int failed;

	if (!operation_ids(element))
		return invalid(it, "value[].resourceUrl", URL_RULE);
	if (member && status < 0)
		return invalid(it, "value[].resourceData.status",
			       "notStarted, running, completed or failed");
	if (!take_string(data, "clientContext", &operation.client_context))
		return invalid(it, "value[].resourceData.clientContext",
			       "a string or null");
	if (!take_string(data, "recordingLocation",
			 &operation.recording_location))
		return invalid(it, "value[].resourceData.recordingLocation",
			       "a string or null");
	if (!take_string(data, "recordingAccessToken",
			 &operation.recording_access_token))
		return invalid(it, "value[].resourceData.recordingAccessToken",
			       "a string or null");
	failed = take_result(it, data, &operation.result);
	if (failed)
		return failed;
	operation.id = element->operation;
	operation.call = element->call;
	operation.status = status < 0 ? IVRQ_JSON_NOT_STARTED :
					(enum ivrq_json_status)status;
	give(it, element, &operation, NULL);
	return GIVEN;
}

static char tone_of(const char *name)
{
	static const char tones[] = "0123456789*#abcd";
	const char *at;

	for (at = tones; *at; at++)
		if (!strcasecmp(name, ivrq__json_tone(*at)))
			return *at;
	return 0;
}

/* *tone stays 0 when it is none that has a character. */
static int take_tone(const struct receiver *it, const struct ivrq__json *info,
		     ivrq_json_call *call)
{
	const char *name;

	if (!take_number(ivrq__json_get(info, "sequenceId"), INT64_MAX,
			 &call->sequence_id))
		return invalid(it, "value[].resourceData.toneInfo.sequenceId",
			       "a number, or a string of its digits");
	if (!take_string(info, "tone", &name) || !name)
		return invalid(it, "value[].resourceData.toneInfo.tone",
			       "a string");
	call->tone = tone_of(name);
	return 0;
}

static int read_call(const struct receiver *it, struct element *element)
{
	const struct ivrq__json *data = element->data;
	const struct ivrq__json *member = ivrq__json_get(data, "state");
	const struct ivrq__json *tone = ivrq__json_get(data, "toneInfo");
	int state = word_of(member, ivrq__json_states, 4), failed;
	ivrq_json_call call = { .etag = etag_of(data) };

	if (!ids_of(element->url, &element->call, &element->operation))
		return invalid(it, "value[].resourceUrl", URL_RULE);
	if (member && !is(member, IVRQ__JSON_STRING))
		return invalid(it, "value[].resourceData.state",
			       "a string or null");
	if (!take_string(data, "callbackUri", &call.callback_uri))
		return invalid(it, "value[].resourceData.callbackUri",
			       "a string or null");
	failed = take_result(it, data, &call.result);
	if (!failed && tone)
		failed = take_tone(it, tone, &call);
	if (failed)
		return failed;
	/* Tones come while it is established. */
	if (!member && tone)
		state = IVRQ_JSON_ESTABLISHED;
	if (state < 0 || (tone && !call.tone))
		return SKIPPED;
	call.id = element->call;
	call.state = (enum ivrq_json_call_state)state;
	give(it, element, NULL, &call);
	return GIVEN;
}

/* GIVEN, SKIPPED, or negative. */
static int read_resource(const struct receiver *it, struct element *element)
{
	static const char prefix[] = "microsoft.graph.";
	const char *type;
	int action;

	if (element->data->type != IVRQ__JSON_OBJECT)
		return invalid(it, "value[].resourceData",
			       "an object, or an array of objects");
	if (!take_string(element->data, "@odata.type", &type))
		return invalid(it, "value[].resourceData.@odata.type",
			       "a string or null");
	if (!type)
		return SKIPPED;
	type += *type == '#';
	if (strncmp(type, prefix, sizeof(prefix) - 1))
		return SKIPPED;
	type += sizeof(prefix) - 1;
	if (!strcmp(type, "call"))
		return read_call(it, element);
	for (action = 1; action < 5; action++)
		if (!strcmp(type, ivrq__json_types[action]))
			return read_operation(it, element, action);
	return SKIPPED;
}

static int read_data(const struct receiver *it, struct element *element,
		     const struct ivrq__json *data)
{
	const struct ivrq__json *one;
	int got, given = 0;

	if (!data)
		return 0;
	element->data = data;
	if (data->type != IVRQ__JSON_ARRAY)
		return read_resource(it, element);
	for (one = data + 1; one < data + data->span; one += one->span) {
		element->data = one;
		got = read_resource(it, element);
		if (got < 0)
			return got;
		given += got;
	}
	return given;
}

static int read_element(const struct receiver *it,
			const struct ivrq__json *value)
{
	static const char *const changes[] = { "created", "updated",
					       "deleted" };
	const struct ivrq__json *member = ivrq__json_get(value, "changeType");
	int change = word_of(member, changes, 3);
	struct element element = { .url = NULL };

	if (value->type != IVRQ__JSON_OBJECT)
		return invalid(it, "value[]", "an object");
	if (change < 0)
		return invalid(it, "value[].changeType",
			       "created, updated or deleted");
	if (!take_string(value, "resourceUrl", &element.url) ||
	    (!element.url && !take_string(value, "resource", &element.url)))
		return invalid(it, "value[].resourceUrl", URL_RULE);
	element.change = change == 2 ? IVRQ_JSON_DELETED : IVRQ_JSON_UPDATED;
	return read_data(it, &element, ivrq__json_get(value, "resourceData"));
}

static int read_all(const struct receiver *it, const struct ivrq__json *root)
{
	const struct ivrq__json *value = ivrq__json_get(root, "value");
	const struct ivrq__json *one;
	int got, given = 0;

	if (root->type != IVRQ__JSON_OBJECT)
		return invalid(it, "body", "an object");
	if (!is(value, IVRQ__JSON_ARRAY))
		return invalid(it, "value", "an array");
	for (one = value + 1; one < value + value->span; one += one->span) {
		got = read_element(it, one);
		if (got < 0)
			return got;
		given += got;
	}
	return given;
}

int ivrq_json_decode_notifications(
	const char *body, size_t bytes,
	void (*each)(void *user, const ivrq_json_notification *notification),
	void *user, ivrq_error *error)
{
	struct receiver it = { .error = error };
	const struct ivrq__json *root;
	const char *rule = NULL;
	void *memory;
	int answer;

	if (!body)
		return invalid(&it, "body", "not NULL");
	if (!each)
		return invalid(&it, "each", "not NULL");
	answer = ivrq__json_read(body, bytes, 0, &memory, &root, &rule);
	if (answer)
		return ivrq__fail(error, answer, "body",
				  rule ? rule : "read; no memory");
	answer = read_all(&it, root);
	if (answer >= 0) {
		it.each = each;
		it.user = user;
		answer = read_all(&it, root);
	}
	free(memory);
	return answer;
}
