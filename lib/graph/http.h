/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_HTTP_H
#define IVRQ_LIB_GRAPH_HTTP_H
/*
 * http.h - the HTTP server in front of answer.h. http.c.
 */
#include "graph/answer.h"

struct ivrq__http;

/* Listens; sets graph->http, ->port and, if it is "", ->base_url. 0,
 * IVRQ_EINVAL, IVRQ_EBUSY, IVRQ_ENOMEM. */
int ivrq__http_start(ivrq_graph *graph, ivrq_error *error);

/* Ends connections that have been at one request for too long. */
void ivrq__http_expire(struct ivrq__http *http, uint64_t now_ns);

/* Waits for the requests that are being answered. NULL: nothing. */
void ivrq__http_stop(struct ivrq__http *http);

/* Is this numeric address one of this machine alone? */
bool ivrq__is_loopback(const char *address);

#endif
