/* SPDX-License-Identifier: MIT */
/* request.c - check what a caller asks for, and copy it. */
#include "core/request.h"

#include <string.h>

#define SIZE_RULE "as set by the _init() function of this structure"

int ivrq__fail(ivrq_error *error, int code, const char *field, const char *rule)
{
	if (error) {
		error->code = code;
		error->field = field;
		error->rule = rule;
	}
	return code;
}

static int invalid(ivrq_error *error, const char *field, const char *rule)
{
	return ivrq__fail(error, IVRQ_EINVAL, field, rule);
}

/* Length of the UTF-8 sequence at `s`, 0 if it is not one (RFC 3629). */
static unsigned sequence(const unsigned char *s)
{
	unsigned length, i, low = 0x80, high = 0xbf;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	length = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (s[0] == 0xe0)
		low = 0xa0; /* else overlong */
	else if (s[0] == 0xed)
		high = 0x9f; /* else a surrogate */
	else if (s[0] == 0xf0)
		low = 0x90; /* else overlong */
	else if (s[0] == 0xf4)
		high = 0x8f; /* else beyond U+10FFFF */
	for (i = 1; i < length; i++, low = 0x80, high = 0xbf)
		if (s[i] < low || s[i] > high)
			return 0;
	return length;
}

int ivrq__check_context(const char *context, const char *field,
			ivrq_error *error)
{
	const unsigned char *s = (const unsigned char *)context;
	unsigned points = 0, length;

	for (; s && *s; s += length) {
		length = sequence(s);
		if (!length)
			return invalid(error, field, "valid UTF-8");
		if (++points > IVRQ_CLIENT_CONTEXT_MAX)
			return invalid(error, field,
				       "at most 256 characters (code points)");
	}
	return 0;
}

static int check_prompts(const char *const *prompts, uint32_t count,
			 uint32_t least, uint32_t most, ivrq_error *error)
{
	uint32_t i;

	if (count < least || count > most)
		return invalid(error, "prompt_count",
			       most > 1 ? "1 to 20" : "0 or 1");
	if (count && !prompts)
		return invalid(error, "prompts",
			       "not NULL when prompt_count is not 0");
	for (i = 0; i < count; i++)
		if (!prompts[i] || !*prompts[i])
			return invalid(error, "prompts",
				       "each a string that is not empty");
	return 0;
}

static int check_seconds(uint32_t seconds, const char *field, ivrq_error *error)
{
	if (seconds < IVRQ_SECONDS_MIN || seconds > IVRQ_SECONDS_MAX)
		return invalid(error, field, "1 to 120");
	return 0;
}

static int take_options(const ivrq_options *options, ivrq_operation *operation,
			ivrq_error *error)
{
	operation->client_context = options->client_context;
	operation->tag = options->tag;
	operation->deadline_ns = options->deadline_ns;
	operation->user = options->user;
	operation->barge_in_allowed = options->barge_in_allowed;
	return ivrq__check_context(options->client_context,
				   "options.client_context", error);
}

int ivrq__check_play(const ivrq_play_prompt_request *request,
		     ivrq_operation *operation, ivrq_error *error)
{
	int failed;

	memset(operation, 0, sizeof(*operation));
	if (!request)
		return invalid(error, "request", "not NULL");
	if (request->size != sizeof(*request))
		return invalid(error, "size", SIZE_RULE);
	failed = check_prompts(request->prompts, request->prompt_count, 1,
			       IVRQ_PROMPTS_MAX, error);
	if (failed)
		return failed;
	operation->kind = IVRQ_PLAY_PROMPT;
	operation->prompts = request->prompts;
	operation->prompt_count = request->prompt_count;
	operation->loop = request->loop;
	return take_options(&request->options, operation, error);
}

static int take_stop_tones(const char *tones, uint16_t *set, ivrq_error *error)
{
	for (*set = 0; tones && *tones; tones++) {
		if (!ivrq_tone_bit(*tones))
			return invalid(error, "stop_tones", "0-9 * # a-d");
		*set |= ivrq_tone_bit(*tones);
	}
	return 0;
}

int ivrq__check_record(const ivrq_record_response_request *request,
		       ivrq_operation *operation, ivrq_error *error)
{
	memset(operation, 0, sizeof(*operation));
	if (!request)
		return invalid(error, "request", "not NULL");
	if (request->size != sizeof(*request))
		return invalid(error, "size", SIZE_RULE);
	if (check_prompts(request->prompts, request->prompt_count, 0, 1,
			  error) ||
	    check_seconds(request->initial_silence_timeout_seconds,
			  "initial_silence_timeout_seconds", error) ||
	    check_seconds(request->max_silence_timeout_seconds,
			  "max_silence_timeout_seconds", error) ||
	    check_seconds(request->max_record_duration_seconds,
			  "max_record_duration_seconds", error) ||
	    take_stop_tones(request->stop_tones, &operation->stop_tones, error))
		return IVRQ_EINVAL;
	if (request->location && !*request->location)
		return invalid(error, "location",
			       "NULL or a string that is not empty");
	operation->kind = IVRQ_RECORD_RESPONSE;
	operation->prompts = request->prompt_count ? request->prompts : NULL;
	operation->prompt_count = request->prompt_count;
	operation->location = request->location;
	operation->initial_silence_timeout_seconds =
		(uint16_t)request->initial_silence_timeout_seconds;
	operation->max_silence_timeout_seconds =
		(uint16_t)request->max_silence_timeout_seconds;
	operation->max_record_duration_seconds =
		(uint16_t)request->max_record_duration_seconds;
	operation->play_beep = request->play_beep;
	return take_options(&request->options, operation, error);
}

static size_t string_size(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

size_t ivrq__strings_size(const ivrq_operation *operation, bool keep_prompts)
{
	size_t size = string_size(operation->client_context) +
		      string_size(operation->location);
	uint32_t i;

	if (keep_prompts)
		return size;
	size += operation->prompt_count * sizeof(char *);
	for (i = 0; i < operation->prompt_count; i++)
		size += string_size(operation->prompts[i]);
	return size;
}

static const char *store(const char *s, char **room)
{
	size_t size = string_size(s);
	char *at = *room;

	if (!s)
		return NULL;
	memcpy(at, s, size);
	*room += size;
	return at;
}

void ivrq__strings_store(const ivrq_operation *from, bool keep_prompts,
			 char *room, ivrq_operation *to)
{
	const char **prompts = (const char **)(void *)room;
	uint32_t i;

	*to = *from;
	if (!keep_prompts && from->prompt_count) {
		room += from->prompt_count * sizeof(char *);
		for (i = 0; i < from->prompt_count; i++)
			prompts[i] = store(from->prompts[i], &room);
		to->prompts = prompts;
	}
	to->client_context = store(from->client_context, &room);
	to->location = store(from->location, &room);
}

void ivrq_play_prompt_request_init(ivrq_play_prompt_request *request)
{
	if (!request)
		return;
	memset(request, 0, sizeof(*request));
	request->size = sizeof(*request);
}

void ivrq_record_response_request_init(ivrq_record_response_request *request)
{
	if (!request)
		return;
	memset(request, 0, sizeof(*request));
	request->size = sizeof(*request);
	request->initial_silence_timeout_seconds = IVRQ_SECONDS_DEFAULT;
	request->max_silence_timeout_seconds = IVRQ_SECONDS_DEFAULT;
	request->max_record_duration_seconds = IVRQ_SECONDS_DEFAULT;
	request->play_beep = true;
}

void ivrq_cancel_request_init(ivrq_cancel_request *request)
{
	if (!request)
		return;
	memset(request, 0, sizeof(*request));
	request->size = sizeof(*request);
}
