/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_REPEAT_H
#define IVRQ_LIB_GRAPH_REPEAT_H
/*
 * repeat.h - a request that is sent again is answered as the first time.
 * Not for several threads at once: its owner has a lock.
 *
 * `now_ns` is of a clock that does not go back; a thread that read it before
 * another but comes after it does no harm.
 */
#include <stddef.h>
#include <stdint.h>

#include <ivrq/json.h>

#define IVRQ__REPEAT_ID_MAX 128u /* bytes of a client-request-id */

struct ivrq__repeats;

/* What was answered. The strings are the table's until the next call. */
struct ivrq__repeat {
	int status;
	const char *location; /* or NULL */
	const char *counts;   /* the extra header's value, or NULL */
	const char *body;     /* the table's has a NUL after it */
	size_t bytes;
};

/* `count` are remembered, for `seconds` each; either may be 0: none is. NULL:
 * no memory. */
struct ivrq__repeats *ivrq__repeats_create(uint32_t count, uint32_t seconds);
void ivrq__repeats_destroy(struct ivrq__repeats *repeats); /* or NULL */

/*
 * Was there such a request, of this call and action? true: *answer is what it
 * was answered. `id` as it came; NULL, "" and one that is longer than the
 * limit are no ids.
 */
bool ivrq__repeats_find(struct ivrq__repeats *repeats, const ivrq_uuid *call,
			enum ivrq_json_action action, const char *id,
			uint64_t now_ns, struct ivrq__repeat *answer);

/*
 * Remembers an answer; copied. When all are in use the oldest is forgotten. 0,
 * also where there is no id; IVRQ_EALREADY there is an answer, which stays;
 * IVRQ_ENOMEM nothing changed, but that what is too old is forgotten.
 */
int ivrq__repeats_add(struct ivrq__repeats *repeats, const ivrq_uuid *call,
		      enum ivrq_json_action action, const char *id,
		      uint64_t now_ns, const struct ivrq__repeat *answer);

#endif
