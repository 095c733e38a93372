/* SPDX-License-Identifier: MIT */
/*
 * encode.c - operations, calls, notifications and errors as JSON.
 *
 * Each is written twice by the same code: once to count the bytes, which also
 * finds a string that is not UTF-8, and once into the caller's buffer. So the
 * buffer is changed only if all of it fits, and nothing is allocated: a cancel
 * is answered by this.
 *
 * Which members there are is told at the functions that write them; they
 * follow the examples of the API. The order in which they stand has no
 * meaning.
 */
#include "graph/json.h"

#include <limits.h>
#include <string.h>

struct out {
	char *buffer; /* NULL: counts only */
	size_t length;
	bool bad; /* a string is not UTF-8 */
};

/* What is written: one of these, and how. */
struct job {
	const ivrq_json_operation *operation;
	const ivrq_json_call *call;
	const ivrq_json_error *error;
	enum ivrq_json_version version;
	bool notification;
};

const char *const ivrq__json_types[5] = {
	[IVRQ_JSON_PLAY_PROMPT] = "playPromptOperation",
	[IVRQ_JSON_RECORD_RESPONSE] = "recordOperation",
	[IVRQ_JSON_SUBSCRIBE_TO_TONE] = "subscribeToToneOperation",
	[IVRQ_JSON_CANCEL_MEDIA_PROCESSING] = "cancelMediaProcessingOperation",
};

const char *const ivrq__json_statuses[4] = {
	[IVRQ_JSON_NOT_STARTED] = "notStarted",
	[IVRQ_JSON_RUNNING] = "running",
	[IVRQ_JSON_COMPLETED] = "completed",
	[IVRQ_JSON_FAILED] = "failed",
};

const char *const ivrq__json_states[4] = {
	[IVRQ_JSON_ESTABLISHED] = "established",
	[IVRQ_JSON_TERMINATING] = "terminating",
	[IVRQ_JSON_TERMINATED] = "terminated",
};

const char *ivrq__json_tone(char tone)
{
	static const char *const digits[] = { "tone0", "tone1", "tone2",
					      "tone3", "tone4", "tone5",
					      "tone6", "tone7", "tone8",
					      "tone9" };
	static const char *const letters[] = { "a", "b", "c", "d" };

	if (tone >= '0' && tone <= '9')
		return digits[tone - '0'];
	if (tone >= 'a' && tone <= 'd')
		return letters[tone - 'a'];
	return tone == '*' ? "star" : tone == '#' ? "pound" : NULL;
}

/* --------------------------------------------------------------- the pieces */

static void put(struct out *out, const char *text, size_t length)
{
	if (out->buffer)
		memcpy(out->buffer + out->length, text, length);
	out->length += length;
}

#define PUT(out, literal) put((out), literal, sizeof(literal) - 1)

static void put_word(struct out *out, const char *word)
{
	put(out, word, strlen(word));
}

static void put_number(struct out *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	put(out, digits + at, sizeof(digits) - at);
}

static void put_escape(struct out *out, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	if (c < 0x20) {
		put(out, text, sizeof(text));
		return;
	}
	text[1] = (char)c;
	put(out, text, 2);
}

/* Bytes of the UTF-8 sequence at `s`, which ends with a NUL; 0: it is none. */
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

/* NULL: null. */
static void put_string(struct out *out, const char *string)
{
	const char *at = string, *from = string;
	unsigned char c;

	if (!string) {
		PUT(out, "null");
		return;
	}
	PUT(out, "\"");
	while ((c = (unsigned char)*at)) {
		if (c >= 0x80) {
			/* The NUL is no part of a sequence and ends it. */
			unsigned n = sequence((const unsigned char *)at);

			out->bad |= !n;
			at += n ? n : 1;
		} else if (c < 0x20 || c == '"' || c == '\\') {
			put(out, from, (size_t)(at - from));
			put_escape(out, c);
			from = ++at;
		} else {
			at++;
		}
	}
	put(out, from, (size_t)(at - from));
	PUT(out, "\"");
}

static void put_type(struct out *out, const char *type)
{
	PUT(out, "\"@odata.type\":\"#microsoft.graph.");
	put_word(out, type);
	PUT(out, "\"");
}

static void put_id(struct out *out, const ivrq_uuid *id)
{
	char text[IVRQ_UUID_DASHED_BYTES];

	ivrq_uuid_dashed(id, text);
	put(out, text, sizeof(text) - 1);
}

static void put_plain_id(struct out *out, const ivrq_uuid *id)
{
	char text[IVRQ_UUID_PLAIN_BYTES];

	ivrq_uuid_plain(id, text);
	put(out, text, sizeof(text) - 1);
}

static void put_etag(struct out *out, uint64_t etag)
{
	if (!etag)
		return;
	PUT(out, ",\"@odata.etag\":\"W/\\\"");
	put_number(out, etag);
	PUT(out, "\\\"\"");
}

static void put_result(struct out *out, const ivrq_json_result *result)
{
	PUT(out, "{");
	put_type(out, "resultInfo");
	PUT(out, ",\"code\":");
	put_number(out, result->code);
	PUT(out, ",\"subcode\":");
	put_number(out, result->subcode);
	if (result->message) {
		PUT(out, ",\"message\":");
		put_string(out, result->message);
	}
	PUT(out, "}");
}

/* Up to the value of resourceData. */
static void put_head(struct out *out, bool deleted)
{
	PUT(out, "{");
	put_type(out, "commsNotification");
	if (deleted)
		PUT(out, ",\"changeType\":\"deleted\",\"resourceUrl\":\"");
	else
		PUT(out, ",\"changeType\":\"updated\",\"resourceUrl\":\"");
}

/* Write it twice, the second time only if it fits. */
static int encode(void (*write)(struct out *out, const struct job *job),
		  const struct job *job, char *buffer, size_t bytes)
{
	struct out out = { .buffer = NULL };
	size_t length;

	if (!buffer)
		return IVRQ_EINVAL;
	write(&out, job);
	length = out.length;
	if (out.bad)
		return IVRQ_EINVAL;
	if (length >= bytes || length > INT_MAX)
		return IVRQ_ETOOBIG;
	out = (struct out){ .buffer = buffer };
	write(&out, job);
	buffer[length] = 0;
	return (int)length;
}

/* --------------------------------------------------------------- operations */

static bool queued(const ivrq_json_operation *operation)
{
	return operation->action == IVRQ_JSON_PLAY_PROMPT ||
	       operation->action == IVRQ_JSON_RECORD_RESPONSE;
}

static bool ended(const ivrq_json_operation *operation)
{
	return operation->status >= IVRQ_JSON_COMPLETED;
}

/* beta: with the end, and of a recordOperation null before. v1.0: where a page
 * of it shows one, which is that of a cancel. */
static void put_reason(struct out *out, const struct job *job)
{
	const ivrq_json_operation *operation = job->operation;
	const ivrq_json_result *result = &operation->result;
	bool record = operation->action == IVRQ_JSON_RECORD_RESPONSE;
	bool canceled = result->code == 400 && result->subcode == 8508;
	bool beta = job->version == IVRQ_JSON_BETA;

	if (!queued(operation) ||
	    !(beta ? record || ended(operation) : canceled))
		return;
	PUT(out, ",\"completionReason\":");
	put_string(out, ended(operation) ? result->completion_reason : NULL);
}

/* The result; or null where the examples have null; or nothing. beta does not
 * have that of a success. */
static void put_result_info(struct out *out, const struct job *job)
{
	const ivrq_json_operation *operation = job->operation;
	bool beta = job->version == IVRQ_JSON_BETA;
	bool completed = operation->status == IVRQ_JSON_COMPLETED;
	bool null = operation->action == IVRQ_JSON_RECORD_RESPONSE;

	if (operation->action == IVRQ_JSON_SUBSCRIBE_TO_TONE)
		null = beta;
	else if (beta && completed)
		return;
	if (operation->result.code && !(completed && !queued(operation))) {
		PUT(out, ",\"resultInfo\":");
		put_result(out, &operation->result);
	} else if (null) {
		PUT(out, ",\"resultInfo\":null");
	}
}

/* A recording that failed has a location, an empty one. */
static void put_recording(struct out *out, const struct job *job)
{
	const ivrq_json_operation *operation = job->operation;
	const char *none = operation->status == IVRQ_JSON_FAILED ? "" : NULL;
	const char *location = operation->recording_location;
	const char *token = operation->recording_access_token;

	if (operation->action != IVRQ_JSON_RECORD_RESPONSE)
		return;
	PUT(out, ",\"recordingLocation\":");
	put_string(out, location ? location : none);
	if (!token && !ended(operation))
		return;
	PUT(out, ",\"recordingAccessToken\":");
	put_string(out, token ? token : none);
}

static void put_operation_url(struct out *out,
			      const ivrq_json_operation *operation)
{
	PUT(out, "/communications/calls/");
	put_plain_id(out, &operation->call);
	PUT(out, "/operations/");
	put_plain_id(out, &operation->id);
}

/* The notification of a playPromptOperation has no id. */
static void write_operation(struct out *out, const struct job *job)
{
	const ivrq_json_operation *operation = job->operation;

	PUT(out, "{");
	put_type(out, ivrq__json_types[operation->action]);
	if (job->notification) {
		PUT(out, ",\"@odata.id\":\"");
		put_operation_url(out, operation);
		PUT(out, "\"");
		put_etag(out, operation->etag);
	}
	if (!job->notification || operation->action != IVRQ_JSON_PLAY_PROMPT) {
		PUT(out, ",\"id\":\"");
		put_id(out, &operation->id);
		PUT(out, "\"");
	}
	PUT(out, ",\"status\":\"");
	put_word(out, ivrq__json_statuses[operation->status]);
	PUT(out, "\",\"clientContext\":");
	put_string(out, operation->client_context);
	put_reason(out, job);
	put_result_info(out, job);
	put_recording(out, job);
	PUT(out, "}");
}

static void write_ended(struct out *out, const struct job *job)
{
	put_head(out, true);
	put_operation_url(out, job->operation);
	PUT(out, "\",\"resourceData\":");
	write_operation(out, job);
	PUT(out, "}");
}

static bool known(const ivrq_json_operation *operation,
		  enum ivrq_json_version version)
{
	return operation && (unsigned)operation->action - 1u < 4u &&
	       (unsigned)operation->status < 4u &&
	       (version == IVRQ_JSON_V1 || version == IVRQ_JSON_BETA);
}

int ivrq_json_encode_operation(const ivrq_json_operation *operation,
			       enum ivrq_json_version version, char *buffer,
			       size_t bytes)
{
	struct job job = { .operation = operation, .version = version };

	if (!known(operation, version))
		return IVRQ_EINVAL;
	return encode(write_operation, &job, buffer, bytes);
}

int ivrq_json_encode_ended(const ivrq_json_operation *operation,
			   enum ivrq_json_version version, char *buffer,
			   size_t bytes)
{
	struct job job = { .operation = operation,
			   .version = version,
			   .notification = true };

	if (!known(operation, version) || !queued(operation) ||
	    !ended(operation))
		return IVRQ_EINVAL;
	return encode(write_ended, &job, buffer, bytes);
}

/* -------------------------------------------------------------------- calls */

/* Its notification has neither id nor callbackUri. */
static void write_call(struct out *out, const struct job *job)
{
	const ivrq_json_call *call = job->call;

	PUT(out, "{");
	put_type(out, "call");
	if (job->notification) {
		put_etag(out, call->etag);
	} else {
		PUT(out, ",\"id\":\"");
		put_id(out, &call->id);
		PUT(out, "\"");
	}
	PUT(out, ",\"state\":\"");
	put_word(out, ivrq__json_states[call->state]);
	PUT(out, "\"");
	if (!job->notification && call->callback_uri) {
		PUT(out, ",\"callbackUri\":");
		put_string(out, call->callback_uri);
	}
	if (call->state == IVRQ_JSON_TERMINATED && call->result.code) {
		PUT(out, ",\"resultInfo\":");
		put_result(out, &call->result);
	}
	if (call->sequence_id) {
		PUT(out, ",\"toneInfo\":{");
		put_type(out, "toneInfo");
		PUT(out, ",\"sequenceId\":");
		put_number(out, call->sequence_id);
		PUT(out, ",\"tone\":\"");
		put_word(out, ivrq__json_tone(call->tone));
		PUT(out, "\"}");
	}
	PUT(out, "}");
}

static void write_changed(struct out *out, const struct job *job)
{
	put_head(out, job->call->state == IVRQ_JSON_TERMINATED);
	PUT(out, "/communications/calls/");
	put_id(out, &job->call->id);
	PUT(out, "\",\"resourceData\":");
	write_call(out, job);
	PUT(out, "}");
}

static int encode_call(const ivrq_json_call *call, bool changed, char *buffer,
		       size_t bytes)
{
	struct job job = { .call = call, .notification = changed };

	if (!call || (unsigned)call->state - 1u > 2u ||
	    (call->sequence_id && !ivrq__json_tone(call->tone)))
		return IVRQ_EINVAL;
	return encode(changed ? write_changed : write_call, &job, buffer,
		      bytes);
}

int ivrq_json_encode_call(const ivrq_json_call *call, char *buffer,
			  size_t bytes)
{
	return encode_call(call, false, buffer, bytes);
}

int ivrq_json_encode_changed(const ivrq_json_call *call, char *buffer,
			     size_t bytes)
{
	return encode_call(call, true, buffer, bytes);
}

/* ----------------------------------------------------- notifications, errors */

int ivrq_json_encode_notifications(const char *const *elements, size_t count,
				   char *buffer, size_t bytes)
{
	static const char head[] = IVRQ__JSON_NOTIFICATIONS;
	struct out out = { .buffer = buffer };
	/* A comma behind each but the last, which has "]}" and a NUL. */
	size_t length = sizeof(head) - 1 + 1, i;

	if (!elements || !count || !buffer)
		return IVRQ_EINVAL;
	for (i = 0; i < count; i++) {
		if (!elements[i])
			return IVRQ_EINVAL;
		length += strlen(elements[i]) + 1;
	}
	if (length >= bytes || length > INT_MAX)
		return IVRQ_ETOOBIG;
	put(&out, head, sizeof(head) - 1);
	for (i = 0; i < count; i++) {
		if (i)
			PUT(&out, ",");
		put_word(&out, elements[i]);
	}
	PUT(&out, "]}");
	buffer[out.length] = 0;
	return (int)out.length;
}

static void put_two(struct out *out, int64_t number)
{
	char digits[2] = { (char)('0' + number / 10),
			   (char)('0' + number % 10) };

	put(out, digits, sizeof(digits));
}

/*
 * 1970-01-01T00:00:00, in UTC. Years begin in March here, so that a leap day is
 * a year's last one; 719468 days lie between 0000-03-01 and 1970-01-01, 146097
 * in 400 years.
 */
static void put_date(struct out *out, int64_t seconds)
{
	int64_t days = seconds / 86400 + 719468, left = seconds % 86400;
	int64_t era = days / 146097, in_era = days % 146097;
	int64_t year =
		(in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) /
		365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;
	int64_t day = in_year - (153 * month + 2) / 5 + 1;

	month += month < 10 ? 3 : -9;
	year += era * 400 + (month <= 2);
	put_two(out, year / 100);
	put_two(out, year % 100);
	PUT(out, "-");
	put_two(out, month);
	PUT(out, "-");
	put_two(out, day);
	PUT(out, "T");
	put_two(out, left / 3600);
	PUT(out, ":");
	put_two(out, left / 60 % 60);
	PUT(out, ":");
	put_two(out, left % 60);
}

static void write_error(struct out *out, const struct job *job)
{
	PUT(out, "{\"error\":{\"code\":");
	put_string(out, job->error->code);
	PUT(out, ",\"message\":");
	put_string(out, job->error->message);
	PUT(out, ",\"innerError\":{");
	if (job->error->request_id) {
		PUT(out, "\"request-id\":");
		put_string(out, job->error->request_id);
		PUT(out, ",");
	}
	PUT(out, "\"date\":\"");
	put_date(out, job->error->date);
	PUT(out, "\"}}}");
}

int ivrq_json_encode_error(const ivrq_json_error *error, char *buffer,
			   size_t bytes)
{
	struct job job = { .error = error };

	/* Years of four digits. */
	if (!error || !error->code || !error->message || error->date < 0 ||
	    error->date > INT64_C(253402300799))
		return IVRQ_EINVAL;
	return encode(write_error, &job, buffer, bytes);
}
