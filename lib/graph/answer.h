/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_ANSWER_H
#define IVRQ_LIB_GRAPH_ANSWER_H
/*
 * answer.h - a request that has been read, and what it is answered. Knows
 * nothing of the HTTP library.
 */
#include "graph/route.h"
#include "graph/state.h"

#define IVRQ__LIST_MAX	256u /* operations of one answer, the newest */
#define IVRQ__URL_BYTES (IVRQ__URL_MAX + 160u) /* of a Location */

struct ivrq__asked {
	struct ivrq__route route;
	const char *body;
	size_t bytes;
	const char *client_id; /* client-request-id, or NULL */
	const char *id;	       /* request-id, made here */
	bool media;	       /* may record, and fetch recordings */
};

struct ivrq__answer {
	int status;
	const char *type;		/* of the body; NULL: JSON */
	const char *allow;		/* with 405 */
	const char *challenge;		/* with 401 */
	unsigned retry_after;		/* seconds, with 429 and 503 */
	char location[IVRQ__URL_BYTES]; /* or "" */
	char counts[64];		/* X-Ivrq-Receipt, or "" */
	struct ivrq__text text;		/* the body, if it is long */
	size_t bytes;
	char body[IVRQ_JSON_BYTES]; /* else here */
};

/* An error, with its body; `format` makes the message. */
__attribute__((format(printf, 5, 6))) void
ivrq__refuse(struct ivrq__answer *answer, const struct ivrq__asked *asked,
	     int status, const char *code, const char *format, ...);

/* 404; the message says what there is not. */
void ivrq__refuse_absent(struct ivrq__answer *answer,
			 const struct ivrq__asked *asked, const char *message);
void ivrq__refuse_memory(struct ivrq__answer *answer,
			 const struct ivrq__asked *asked);
void ivrq__refuse_stopping(struct ivrq__answer *answer,
			   const struct ivrq__asked *asked);

/* An operation as the API shows it; `url` holds its recordingLocation. Under
 * the lock. */
void ivrq__describe(const ivrq_graph *graph,
		    const struct ivrq__operation *operation,
		    ivrq_json_operation *shown, char url[IVRQ__URL_BYTES]);
/* 200 with an operation as its body. Under the lock. */
void ivrq__show_operation(ivrq_graph *graph, const struct ivrq__asked *asked,
			  const struct ivrq__operation *operation,
			  struct ivrq__answer *answer);
/* The Location of an operation. */
void ivrq__locate(const ivrq_graph *graph, const struct ivrq__asked *asked,
		  const struct ivrq__operation *operation,
		  struct ivrq__answer *answer);

/* Does what is asked by a route of calls and operations. */
void ivrq__do(ivrq_graph *graph, const struct ivrq__asked *asked,
	      struct ivrq__answer *answer);

/* /metrics */
void ivrq__do_metrics(ivrq_graph *graph, struct ivrq__answer *answer);

#endif
