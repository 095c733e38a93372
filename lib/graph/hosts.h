/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_HOSTS_H
#define IVRQ_LIB_GRAPH_HOSTS_H
/*
 * hosts.h - where notifications may be sent: the rule for addresses, and the
 * parsed address that the sender is given, so that both mean the same host.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include <ivrq/json.h>

struct ivrq__hosts;

/* 0, IVRQ_EINVAL (an entry is not "host" or "host:port"), IVRQ_ENOMEM. */
int ivrq__hosts_create(const char *const *names, uint32_t count, bool http,
		       struct ivrq__hosts **hosts, ivrq_error *error);
void ivrq__hosts_destroy(struct ivrq__hosts *hosts);

/* An address that is allowed; _where_done() gives it back. */
struct ivrq__where {
	CURLU *url;
	char *origin; /* "https://host:port" */
};

/* 0, IVRQ_EINVAL and why, IVRQ_ENOMEM. Any thread. `where` may be NULL. */
int ivrq__hosts_check(const struct ivrq__hosts *hosts, const char *uri,
		      struct ivrq__where *where, ivrq_error *error);
void ivrq__where_done(struct ivrq__where *where);

#endif
