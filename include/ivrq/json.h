/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_JSON_H
#define IVRQ_JSON_H
/*
 * ivrq/json.h - the call API's bodies: JSON in and JSON out.
 *
 * Requests of the four actions become requests of <ivrq.h>; operations,
 * notifications, tones, calls and errors become the JSON of the call API, and
 * a receiver's side turns notifications back. Nothing here knows of HTTP or of
 * an engine; <ivrq/graph.h> is built from it.
 *
 * There are two flavours of the API. They differ in this:
 *
 *	member			       v1.0			 beta
 *	playPrompt: loop	       ignored			 taken
 *	completionReason	       only of a cancelled one	 written
 *	resultInfo, completed	       written			 not written
 *	subscribeToTone: resultInfo    not written		 written, null
 *
 * Reading is strict where the API has a rule, and tolerant where its own
 * examples differ: unknown members are ignored; the codes of resultInfo may be
 * numbers or strings of digits, subcode may be spelt subCode; ids compare
 * without case and dashes. JSON is that of RFC 8259, in UTF-8, and besides: no
 * member twice in an object, no U+0000 in a string, at most 256 members in an
 * object and 64 arrays and objects inside each other.
 *
 * Encoders write into the caller's buffer, with a final NUL, and answer the
 * length; one that answers negative writes nothing. IVRQ_JSON_BYTES is room for
 * any one operation, notification or error whose strings are within the limits
 * below (and has no control characters in an URI: they take six bytes).
 */
#include <ivrq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits. Each is inclusive. */
#define IVRQ_JSON_BYTES	   8192u
#define IVRQ_JSON_BODY_MAX 65536u /* bytes of a request that is decoded */
#define IVRQ_JSON_URI_MAX  2048u  /* bytes of mediaInfo.uri, of a location */

enum ivrq_json_version { IVRQ_JSON_V1 = 1, IVRQ_JSON_BETA = 2 };

enum ivrq_json_action {
	IVRQ_JSON_PLAY_PROMPT = 1,
	IVRQ_JSON_RECORD_RESPONSE = 2,
	IVRQ_JSON_SUBSCRIBE_TO_TONE = 3,
	IVRQ_JSON_CANCEL_MEDIA_PROCESSING = 4
};

/* operationStatus, with the API's numbers. */
enum ivrq_json_status {
	IVRQ_JSON_NOT_STARTED = 0,
	IVRQ_JSON_RUNNING = 1,
	IVRQ_JSON_COMPLETED = 2,
	IVRQ_JSON_FAILED = 3
};

/* callState, the part that is used here. */
enum ivrq_json_call_state {
	IVRQ_JSON_ESTABLISHED = 1,
	IVRQ_JSON_TERMINATING = 2,
	IVRQ_JSON_TERMINATED = 3
};

/* An id. All zero is none. */
typedef struct ivrq_uuid {
	uint8_t bytes[16];
} ivrq_uuid;

#define IVRQ_UUID_DASHED_BYTES 37u /* 57dab8b1-894c-409a-b240-bd8beae78896 */
#define IVRQ_UUID_PLAIN_BYTES  33u /* 57DAB8B1894C409AB240BD8BEAE78896 */

/* resultInfo. The strings are the caller's, or the decoder's. */
typedef struct ivrq_json_result {
	uint32_t code; /* 0: there is no result yet */
	uint32_t subcode;
	const char *message;	       /* or NULL */
	const char *completion_reason; /* or NULL */
} ivrq_json_result;

/* An operation as the API shows it; ids in lower case with dashes. */
typedef struct ivrq_json_operation {
	enum ivrq_json_action action;
	ivrq_uuid id;
	ivrq_uuid call;
	enum ivrq_json_status status;
	const char *client_context; /* NULL: null is written */
	ivrq_json_result result;
	/* recordResponse: NULL is none; "" is written for a failed one's. */
	const char *recording_location;
	const char *recording_access_token;
	uint64_t etag; /* of a notification; 0: not written */
} ivrq_json_operation;

/* A call as the API shows it. */
typedef struct ivrq_json_call {
	ivrq_uuid id;
	enum ivrq_json_call_state state;
	const char *callback_uri; /* NULL: not written */
	ivrq_json_result result;  /* with TERMINATED */
	uint64_t sequence_id;	  /* of the latest tone; 0: no toneInfo */
	char tone;
	uint64_t etag; /* of a notification; 0: not written */
} ivrq_json_call;

/* One element of commsNotifications.value. */
enum ivrq_json_change { IVRQ_JSON_UPDATED = 1, IVRQ_JSON_DELETED = 2 };

/* What a receiver is given; valid during the callback. One of the two is set. */
typedef struct ivrq_json_notification {
	enum ivrq_json_change change;
	const char *resource_url;
	const ivrq_json_operation *operation; /* or NULL */
	const ivrq_json_call *call;	      /* or NULL */
} ivrq_json_notification;

/*
 * A decoded request. The member of the action is filled, ready for <ivrq.h>;
 * its strings, and client_context (NULL: none), live until
 * ivrq_json_request_free().
 */
typedef struct ivrq_json_request {
	enum ivrq_json_action action;
	ivrq_play_prompt_request play_prompt;
	ivrq_record_response_request record_response;
	const char *client_context;
	void *memory;
} ivrq_json_request;

/* An error, as HTTP answers carry it. */
typedef struct ivrq_json_error {
	const char *code;	/* "8523" */
	const char *message;	/* names the member, for people */
	const char *request_id; /* innerError.request-id, or NULL */
	int64_t date;		/* innerError.date, seconds since 1970 */
} ivrq_json_error;

/**
 * ivrq_uuid_make() - Make a new random id.
 * @uuid: Set.
 *
 * Threads:   any.
 * Progress:  may make a system call.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    nothing.
 * Since:     0.2
 * Source:    ids of calls and operations.
 */
IVRQ_API void ivrq_uuid_make(ivrq_uuid *uuid);

/**
 * ivrq_uuid_parse() - Read an id, whatever its case, with dashes or without.
 * @text: Text.  @length: Its bytes.  @uuid: Set on success.
 *
 * Dashes are where the API puts them, all four or none.
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    0; IVRQ_EINVAL.
 * Since:     0.2
 * Source:    ids of calls and operations.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_uuid_parse(const char *text, size_t length,
					   ivrq_uuid *uuid);

/**
 * ivrq_uuid_dashed() - Write an id in lower case with dashes.
 * @uuid: Id.  @text: IVRQ_UUID_DASHED_BYTES, with a NUL.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    nothing.
 * Since:     0.2
 * Source:    Location, tone notifications.
 */
IVRQ_API void ivrq_uuid_dashed(const ivrq_uuid *uuid, char *text);

/**
 * ivrq_uuid_plain() - Write an id in upper case without dashes.
 * @uuid: Id.  @text: IVRQ_UUID_PLAIN_BYTES, with a NUL.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    nothing.
 * Since:     0.2
 * Source:    resourceUrl of operations' notifications.
 */
IVRQ_API void ivrq_uuid_plain(const ivrq_uuid *uuid, char *text);

/**
 * ivrq_json_decode_request() - Read the body of an action.
 * @action: Which.  @version: Flavour.  @body: JSON.  @bytes: Its length.
 * @request: Set on success.  @error: Or NULL; field is the JSON member.
 *
 * Every rule of the API is checked here, so that what the engine may still
 * refuse is a full queue or the like. An empty body is an empty object. null is
 * as good as no member. A string of several stop tones is each of them.
 * Threads:   any.
 * Progress:  allocates.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: on 0 end it with ivrq_json_request_free().
 * Return:    0; IVRQ_EINVAL; IVRQ_ETOOBIG over IVRQ_JSON_BODY_MAX;
 *            IVRQ_ENOMEM.
 * Since:     0.2
 * Source:    playPrompt, recordResponse, subscribeToTone,
 *            cancelMediaProcessing.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_json_decode_request(enum ivrq_json_action action,
			 enum ivrq_json_version version, const char *body,
			 size_t bytes, ivrq_json_request *request,
			 ivrq_error *error);

/**
 * ivrq_json_request_free() - Give back what a decoded request holds.
 * @request: From ivrq_json_decode_request(); all zero does nothing.
 *
 * Threads:   any.
 * Progress:  blocks in the allocator.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: its strings end.
 * Return:    nothing.
 * Since:     0.2
 * Source:    none.
 */
IVRQ_API void ivrq_json_request_free(ivrq_json_request *request);

/**
 * ivrq_json_encode_operation() - Write an operation: the body of an answer.
 * @operation: What.  @version: Flavour.  @buffer: Filled.  @bytes: Its room.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    the length; IVRQ_ETOOBIG; IVRQ_EINVAL a string is not UTF-8, or an
 *            enum has no such value.
 * Since:     0.2
 * Source:    commsOperation and what derives from it.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_json_encode_operation(const ivrq_json_operation *operation,
			   enum ivrq_json_version version, char *buffer,
			   size_t bytes);

/**
 * ivrq_json_encode_ended() - Write the notification that an operation ended.
 * @operation: What.  @version: Flavour.  @buffer: Filled.  @bytes: Its room.
 *
 * One element for ivrq_json_encode_notifications(): changeType deleted. Of a
 * playPrompt or recordResponse with a status of COMPLETED or FAILED; others
 * have none and are answered IVRQ_EINVAL.
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    as ivrq_json_encode_operation().
 * Since:     0.2
 * Source:    commsNotification.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_json_encode_ended(const ivrq_json_operation *operation,
		       enum ivrq_json_version version, char *buffer,
		       size_t bytes);

/**
 * ivrq_json_encode_call() - Write a call: the body of an answer.
 * @call: What.  @buffer: Filled.  @bytes: Its room.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    as ivrq_json_encode_operation().
 * Since:     0.2
 * Source:    call.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_json_encode_call(const ivrq_json_call *call,
						 char *buffer, size_t bytes);

/**
 * ivrq_json_encode_changed() - Write the notification that a call changed.
 * @call: What: a tone came, or its state is new.  @buffer: Filled.
 * @bytes: Its room.
 *
 * changeType deleted with IVRQ_JSON_TERMINATED, else updated.
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    as ivrq_json_encode_operation().
 * Since:     0.2
 * Source:    toneInfo, commsNotification.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_json_encode_changed(const ivrq_json_call *call,
						    char *buffer, size_t bytes);

/**
 * ivrq_json_encode_notifications() - Put elements into one body.
 * @elements: From _ended() and _changed().  @count: At least 1.
 * @buffer: Filled.  @bytes: Its room.
 *
 * Needed are their lengths, one more for each, and 64.
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  the elements keep theirs.
 * Callbacks: none.
 * Ownership: none.
 * Return:    the length; IVRQ_ETOOBIG; IVRQ_EINVAL.
 * Since:     0.2
 * Source:    commsNotifications.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_json_encode_notifications(const char *const *elements, size_t count,
			       char *buffer, size_t bytes);

/**
 * ivrq_json_encode_error() - Write the body of an answer that refuses.
 * @error: What; code and message are not NULL.  @buffer: Filled.
 * @bytes: Its room.
 *
 * The date is in UTC and of the years 1970 to 9999.
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    as ivrq_json_encode_operation().
 * Since:     0.2
 * Source:    error.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_json_encode_error(const ivrq_json_error *error,
						  char *buffer, size_t bytes);

/**
 * ivrq_json_decode_notifications() - Read what a receiver was sent.
 * @body: JSON.  @bytes: Its length.  @each: Called for each, in order.
 * @user: For it.  @error: Or NULL; field is the JSON member.
 *
 * All of it is checked before the first is given out. What these structures
 * cannot tell is passed over and not counted: other resources than calls and
 * the four operations, other states of a call, the tone flash. A change is
 * UPDATED for created, too; status null is IVRQ_JSON_NOT_STARTED.
 * Threads:   any.
 * Progress:  allocates.
 * Ordering:  none.
 * Callbacks: each.
 * Ownership: what each is given ends with its return.
 * Return:    their number; IVRQ_EINVAL; IVRQ_ENOMEM.
 * Since:     0.2
 * Source:    commsNotifications.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_json_decode_notifications(
	const char *body, size_t bytes,
	void (*each)(void *user, const ivrq_json_notification *notification),
	void *user, ivrq_error *error);

#ifdef __cplusplus
}
#endif
#endif
