/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_JSON_H
#define IVRQ_LIB_GRAPH_JSON_H
/*
 * json.h - JSON read into one block of memory, and the API's words. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ivrq/json.h>

#define IVRQ__JSON_DEPTH   64u	 /* of arrays and objects, inside each other */
#define IVRQ__JSON_MEMBERS 256u	 /* of one object */
#define IVRQ__JSON_VALUES  4096u /* in all; names of members count too */

enum ivrq__json_type {
	IVRQ__JSON_NULL,
	IVRQ__JSON_FALSE,
	IVRQ__JSON_TRUE,
	IVRQ__JSON_INTEGER, /* without fraction and exponent, in 64 bits */
	IVRQ__JSON_NUMBER,  /* any other */
	IVRQ__JSON_STRING,
	IVRQ__JSON_ARRAY,
	IVRQ__JSON_OBJECT
};

/*
 * A value. What is inside an array or object follows it: value + 1 is the
 * first, value + value->span what comes after all of it. A member is its name,
 * a string, and then its value.
 */
struct ivrq__json {
	enum ivrq__json_type type;
	uint32_t span;
	uint32_t length; /* bytes of a string; values of an array; members */
	union {
		const char *text; /* UTF-8 without a NUL, and then one */
		int64_t integer;
	} as;
};

/*
 * Reads all of `body`. One block: `extra` bytes for the caller, aligned for
 * anything, and behind them all values and strings, which outlive `body`;
 * free() it. 0; IVRQ_EINVAL, and *rule says what it has to be; IVRQ_ENOMEM.
 */
int ivrq__json_read(const char *body, size_t bytes, size_t extra, void **memory,
		    const struct ivrq__json **root, const char **rule);

/* The member of that name, or NULL: none, or null, or `object` is no object. */
const struct ivrq__json *ivrq__json_get(const struct ivrq__json *object,
					const char *name);

/* What stands before the elements of a body of notifications; "]}" ends it. */
#define IVRQ__JSON_NOTIFICATIONS                                               \
	"{\"@odata.type\":\"#microsoft.graph.commsNotifications\",\"value\":["

/* What comes after "#microsoft.graph.", by enum ivrq_json_action. */
extern const char *const ivrq__json_types[5];
/* By enum ivrq_json_status, by enum ivrq_json_call_state. */
extern const char *const ivrq__json_statuses[4];
extern const char *const ivrq__json_states[4];
/* "tone1" for '1' and so on; NULL: no tone. */
const char *ivrq__json_tone(char tone);

#endif
