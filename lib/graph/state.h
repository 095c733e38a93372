/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_STATE_H
#define IVRQ_LIB_GRAPH_STATE_H
/*
 * state.h - the gateway, its calls and their operations.
 *
 * One lock guards all of it but what is said to be otherwise. Records of calls,
 * and of operations that are in the engine or just left it, are freed by the
 * teller's thread alone (teller.c), so it may use them without the lock.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <ivrq/graph.h>

#include "core/atomics.h"
#include "graph/auth.h"
#include "graph/cells.h"
#include "graph/histogram.h"
#include "graph/notify.h"
#include "graph/repeat.h"
#include "graph/token.h"

#define IVRQ__NAME_BYTES 64u  /* "<id>.wav" */
#define IVRQ__URL_MAX	 512u /* base_url */

struct ivrq__call;

/* A result as the media thread saw it. */
struct ivrq__ending {
	enum ivrq_status status;
	enum ivrq_reason reason;
	ivrq_cancel cancel;
	bool kept;
};

/*
 * An operation that came by HTTP. Shown until it expires; after that it stays
 * while its recording is kept.
 */
struct ivrq__operation {
	ivrq_uuid id;
	struct ivrq__call *call;
	enum ivrq_json_action action;
	enum ivrq_json_status status;
	struct ivrq__cell *cell;    /* NULL: it is not in the engine */
	ivrq__a32 started;	    /* no lock: the media thread says so */
	struct ivrq__ending ending; /* no lock: its cell orders it */
	ivrq_wire wire;		    /* when it has ended */
	bool recorded;		    /* its file exists; counted */
	bool listed;		    /* in the list of those that ended */
	char token[IVRQ__TOKEN_BYTES];
	uint64_t ended_ns;
	const char *client_context;   /* or NULL */
	ivrq_json_request request;    /* what it plays, until it has ended */
	struct ivrq__operation *same; /* hash of the id */
	struct ivrq__operation *next; /* of the call */
	struct ivrq__operation **link;
	struct ivrq__operation *later; /* ended after it */
};

/*
 * A cancel whose results are not all told yet, for the histogram. A call keeps
 * the latest ones: of a cancel that reached operations of the embedder's own
 * some are never told here.
 */
#define IVRQ__WAITING 8u
struct ivrq__waiting {
	ivrq_cancel cancel;
	uint32_t left; /* 0: none */
	uint64_t since_ns;
};

struct ivrq__call {
	ivrq_graph *graph;
	ivrq_uuid id;
	ivrq_call handle;
	enum ivrq_json_call_state state;
	enum ivrq_json_version version;
	bool by_delete; /* a DELETE has closed it */
	bool subscribed;
	struct ivrq__cell *cell;       /* till it is forgotten */
	const ivrq_listener *listener; /* the embedder's; never NULL */
	void *user;
	const char *callback_uri; /* or NULL */
	uint64_t sequence_id;	  /* of the latest tone */
	char tone;
	uint64_t ended_ns;
	struct ivrq__waiting waiting[IVRQ__WAITING];
	unsigned cancels;		    /* of these, so far */
	struct ivrq__operation *operations; /* newest first */
	struct ivrq__call *same;	    /* hash of the id */
	struct ivrq__call *later;	    /* ended after it */
};

struct ivrq__ended_calls {
	struct ivrq__call *oldest, **end;
};

struct ivrq__ended_operations {
	struct ivrq__operation *oldest, **end;
	uint32_t count;
};

struct ivrq_graph {
	ivrq_graph_config config; /* its strings are in `strings` */
	char *strings;
	char base_url[IVRQ__URL_MAX + 1];
	uint16_t port;
	ivrq_engine *engine;
	struct ivrq__auth *auth; /* NULL: no_auth */
	struct ivrq__notify *notify;
	struct ivrq__http *http;
	struct ivrq__cells cells;
	pthread_t teller;
	ivrq__a32 quit; /* for the teller */

	pthread_mutex_t lock;
	pthread_cond_t closed; /* calls_open became 0 */
	bool stopping;
	uint32_t calls_open;
	uint32_t buckets; /* of each hash, a power of two */
	struct ivrq__call **calls;
	struct ivrq__operation **operations;
	struct ivrq__ended_calls ended_calls;
	struct ivrq__ended_operations ended;
	struct ivrq__repeats *repeats;
	struct ivrq__histogram cancel_latency;
	struct ivrq__histogram lag;
	uint32_t recorded; /* files that are kept */
	uint64_t repeated, accepted;
	ivrq__a64 requests, refused; /* no lock */

	uint64_t etag; /* the teller's */
};

#endif
