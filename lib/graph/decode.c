/* SPDX-License-Identifier: MIT */
/*
 * decode.c - bodies of the four actions, by the rules of the API.
 *
 * null is as good as no member. What a member's rule is, is said where it is
 * read, in the words that the caller gets. The strings of a request are those
 * that parse.c made; beside them, in the same block, lie the array of prompts
 * and the set of stop tones.
 */
#include "graph/fail.h"
#include "graph/json.h"

#include <stdlib.h>
#include <string.h>

/* In front of the values. */
struct beside {
	const char *prompts[IVRQ_PROMPTS_MAX];
	char stop_tones[17]; /* each of the 16 once, and a NUL */
};

struct reading {
	const struct ivrq__json *root; /* an object */
	ivrq_error *error;
	struct beside *beside;
};

static int take_bool(const struct reading *it, const char *name, bool *value)
{
	const struct ivrq__json *member = ivrq__json_get(it->root, name);

	if (!member)
		return 0;
	if (member->type != IVRQ__JSON_TRUE && member->type != IVRQ__JSON_FALSE)
		return ivrq__invalid(it->error, name, "true, false or null");
	*value = member->type == IVRQ__JSON_TRUE;
	return 0;
}

static int take_seconds(const struct reading *it, const char *name,
			uint32_t *value)
{
	const struct ivrq__json *member = ivrq__json_get(it->root, name);

	if (!member)
		return 0;
	if (member->type != IVRQ__JSON_INTEGER ||
	    member->as.integer < IVRQ_SECONDS_MIN ||
	    member->as.integer > IVRQ_SECONDS_MAX)
		return ivrq__invalid(it->error, name,
				     "an integer from 1 to 120, or null");
	*value = (uint32_t)member->as.integer;
	return 0;
}

static uint32_t code_points(const struct ivrq__json *string)
{
	uint32_t i, n = 0;

	for (i = 0; i < string->length; i++)
		n += ((unsigned char)string->as.text[i] & 0xc0) != 0x80;
	return n;
}

static int take_context(const struct reading *it, const char **value)
{
	const struct ivrq__json *member =
		ivrq__json_get(it->root, "clientContext");

	*value = NULL;
	if (!member)
		return 0;
	if (member->type != IVRQ__JSON_STRING ||
	    code_points(member) > IVRQ_CLIENT_CONTEXT_MAX)
		return ivrq__invalid(
			it->error, "clientContext",
			"a string of at most 256 characters, or null");
	*value = member->as.text;
	return 0;
}

static int take_prompt(const struct reading *it,
		       const struct ivrq__json *prompt, const char **value)
{
	const struct ivrq__json *info = ivrq__json_get(prompt, "mediaInfo");
	const struct ivrq__json *uri = ivrq__json_get(info, "uri");

	if (prompt->type != IVRQ__JSON_OBJECT)
		return ivrq__invalid(it->error, "prompts[]", "an object");
	if (!info || info->type != IVRQ__JSON_OBJECT)
		return ivrq__invalid(it->error, "prompts[].mediaInfo",
				     "an object");
	if (!uri || uri->type != IVRQ__JSON_STRING || !uri->length ||
	    uri->length > IVRQ_JSON_URI_MAX)
		return ivrq__invalid(it->error, "prompts[].mediaInfo.uri",
				     "a string of 1 to 2048 bytes");
	*value = uri->as.text;
	return 0;
}

static int take_prompts(const struct reading *it, uint32_t least, uint32_t most,
			uint32_t *count)
{
	const struct ivrq__json *member = ivrq__json_get(it->root, "prompts");
	const struct ivrq__json *prompt;
	int failed;

	*count = 0;
	if (!member && !least)
		return 0;
	if (!member || member->type != IVRQ__JSON_ARRAY ||
	    member->length < least || member->length > most)
		return ivrq__invalid(
			it->error, "prompts",
			least ? "an array of 1 to 20 prompts" :
				"an array of at most 1 prompt, or null");
	for (prompt = member + 1; prompt < member + member->span;
	     prompt += prompt->span) {
		failed = take_prompt(it, prompt, &it->beside->prompts[*count]);
		if (failed)
			return failed;
		(*count)++;
	}
	return 0;
}

/* The engine's set has a to d; the API's may have A to D. */
static bool add_tones(const struct ivrq__json *string, char *tones)
{
	const char *at;
	char tone[2] = { 0 };

	if (string->type != IVRQ__JSON_STRING || !string->length)
		return false;
	for (at = string->as.text; *at; at++) {
		tone[0] = *at;
		if (*at >= 'A' && *at <= 'D')
			tone[0] = (char)(*at - 'A' + 'a');
		if (!ivrq_tone_bit(tone[0]))
			return false;
		if (!strchr(tones, tone[0]))
			strcat(tones, tone);
	}
	return true;
}

/* No string of them is a sequence: "11" is the tone 1. */
static int take_stop_tones(const struct reading *it, const char **value)
{
	const struct ivrq__json *member = ivrq__json_get(it->root, "stopTones");
	char *tones = it->beside->stop_tones;
	const struct ivrq__json *string;

	*tones = 0;
	if (!member)
		return 0;
	if (member->type != IVRQ__JSON_ARRAY)
		return ivrq__invalid(it->error, "stopTones",
				     "an array of strings, or null");
	for (string = member + 1; string < member + member->span;
	     string += string->span)
		if (!add_tones(string, tones))
			return ivrq__invalid(it->error, "stopTones[]",
					     "a string of 0-9 * # a-d A-D");
	*value = *tones ? tones : NULL;
	return 0;
}

static int take_play(const struct reading *it, enum ivrq_json_version version,
		     ivrq_play_prompt_request *play)
{
	int failed;

	ivrq_play_prompt_request_init(play);
	failed = take_prompts(it, 1, IVRQ_PROMPTS_MAX, &play->prompt_count);
	if (!failed && version == IVRQ_JSON_BETA)
		failed = take_bool(it, "loop", &play->loop);
	if (!failed)
		failed = take_context(it, &play->options.client_context);
	play->prompts = it->beside->prompts;
	return failed;
}

static int take_record(const struct reading *it,
		       ivrq_record_response_request *record)
{
	int failed;

	ivrq_record_response_request_init(record);
	failed = take_prompts(it, 0, 1, &record->prompt_count);
	if (!failed)
		failed = take_bool(it, "bargeInAllowed",
				   &record->options.barge_in_allowed);
	if (!failed)
		failed = take_seconds(it, "initialSilenceTimeoutInSeconds",
				      &record->initial_silence_timeout_seconds);
	if (!failed)
		failed = take_seconds(it, "maxSilenceTimeoutInSeconds",
				      &record->max_silence_timeout_seconds);
	if (!failed)
		failed = take_seconds(it, "maxRecordDurationInSeconds",
				      &record->max_record_duration_seconds);
	if (!failed)
		failed = take_bool(it, "playBeep", &record->play_beep);
	if (!failed)
		failed = take_stop_tones(it, &record->stop_tones);
	if (!failed)
		failed = take_context(it, &record->options.client_context);
	record->prompts = record->prompt_count ? it->beside->prompts : NULL;
	return failed;
}

static int take(const struct reading *it, enum ivrq_json_version version,
		ivrq_json_request *request)
{
	int failed;

	if (it->root->type != IVRQ__JSON_OBJECT)
		return ivrq__invalid(it->error, "body", "an object");
	switch (request->action) {
	case IVRQ_JSON_PLAY_PROMPT:
		failed = take_play(it, version, &request->play_prompt);
		request->client_context =
			request->play_prompt.options.client_context;
		return failed;
	case IVRQ_JSON_RECORD_RESPONSE:
		failed = take_record(it, &request->record_response);
		request->client_context =
			request->record_response.options.client_context;
		return failed;
	default:
		return take_context(it, &request->client_context);
	}
}

static int check(enum ivrq_json_action action, enum ivrq_json_version version,
		 const char *body, size_t bytes, ivrq_error *error)
{
	if ((unsigned)action - 1u > 3u)
		return ivrq__invalid(error, "action",
				     "one of enum ivrq_json_action");
	if (version != IVRQ_JSON_V1 && version != IVRQ_JSON_BETA)
		return ivrq__invalid(error, "version",
				     "one of enum ivrq_json_version");
	if (bytes > IVRQ_JSON_BODY_MAX)
		return ivrq__fail(error, IVRQ_ETOOBIG, "body",
				  "at most 65536 bytes");
	if (!body && bytes)
		return ivrq__invalid(error, "body", "not NULL");
	return 0;
}

int ivrq_json_decode_request(enum ivrq_json_action action,
			     enum ivrq_json_version version, const char *body,
			     size_t bytes, ivrq_json_request *request,
			     ivrq_error *error)
{
	struct reading it = { .error = error };
	ivrq_json_request read;
	const char *rule = NULL;
	int failed;

	if (!request)
		return ivrq__invalid(error, "request", "not NULL");
	failed = check(action, version, body, bytes, error);
	if (failed)
		return failed;
	if (!bytes) {
		body = "{}";
		bytes = 2;
	}
	memset(&read, 0, sizeof(read));
	read.action = action;
	failed = ivrq__json_read(body, bytes, sizeof(*it.beside), &read.memory,
				 &it.root, &rule);
	if (failed)
		return ivrq__fail(error, failed, "body",
				  rule ? rule : "read; no memory");
	it.beside = read.memory;
	failed = take(&it, version, &read);
	if (failed)
		free(read.memory);
	else
		*request = read;
	return failed;
}

void ivrq_json_request_free(ivrq_json_request *request)
{
	if (!request)
		return;
	free(request->memory);
	memset(request, 0, sizeof(*request));
}
