/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_NOTIFY_H
#define IVRQ_LIB_GRAPH_NOTIFY_H
/*
 * notify.h - brings notifications to callback addresses: in order for each
 * call, again until the receiver answers 2xx, spooled to disk past a bound.
 * A thread of its own sends. notify.c explains how.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ivrq/json.h>

struct ivrq__notify;

/* As the members of ivrq_graph_config of the same names; copied. */
struct ivrq__notify_config {
	const char *const *hosts;
	uint32_t host_count;
	bool http;
	const char *ca_file;
	const char *spool_file;
	uint32_t in_memory;
	uint32_t batch;
	uint32_t senders;
	uint32_t send_s;
	uint32_t retry_min_ms;
	uint32_t retry_max_ms;
	void (*log)(void *user, const char *line);
	/* Each that is being settled, with the time between _add() and that. On
	 * the sender's thread, which holds no lock. Or NULL. */
	void (*settled)(void *user, uint64_t lag_ns);
	void *user;
};

/* told == settled + waiting, at any time. */
struct ivrq__notify_stats {
	uint64_t told; /* added, or found in the spool by _create() */
	uint64_t settled;
	uint64_t waiting;
	uint64_t spooled;
	uint64_t send_failures;
	uint64_t spool_failures; /* of its disk; nothing is lost by one */
};

/* 0, IVRQ_EINVAL, IVRQ_EBUSY (the spool has another user), IVRQ_ENOMEM. */
int ivrq__notify_create(const struct ivrq__notify_config *config,
			struct ivrq__notify **notify, ivrq_error *error);

/* May notifications be sent there? 0; IVRQ_EINVAL and why; IVRQ_ENOMEM. */
int ivrq__notify_check_uri(const struct ivrq__notify *notify, const char *uri,
			   ivrq_error *error);

/*
 * One more element (ivrq_json_encode_ended() and the like) for a call; copied.
 * Elements of a call are sent in the order of these calls. May block for the
 * spool's disk; if that fails it is kept in memory. 0; IVRQ_EINVAL the address
 * is not allowed; IVRQ_ENOMEM.
 */
int ivrq__notify_add(struct ivrq__notify *notify, const ivrq_uuid *call,
		     const char *uri, const char *element, size_t bytes);

/* Waits until none waits, and each was told to `settled`. 0,
 * IVRQ_ETIMEDOUT. */
int ivrq__notify_wait(struct ivrq__notify *notify, uint64_t timeout_ms);

void ivrq__notify_stats(struct ivrq__notify *notify,
			struct ivrq__notify_stats *stats);

/* Ends the thread and the POSTs on their way; what still waits is in the
 * spool then, if that is named. NULL: nothing. */
void ivrq__notify_destroy(struct ivrq__notify *notify);

#endif
