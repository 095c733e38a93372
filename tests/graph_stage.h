/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_GRAPH_STAGE_H
#define IVRQ_TESTS_GRAPH_STAGE_H
/*
 * graph_stage.h - an embedder with a gateway, one media thread, a driver that
 * does as it is told, a receiver of notifications; and a client of the gateway.
 * The functions are for the test's thread; ask() and its like for any.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include <jansson.h>

#include <ivrq/graph.h>

#include "receiver.h"

struct stage_call {
	struct stage *stage;
	ivrq_call handle;
	char id[IVRQ_UUID_DASHED_BYTES];
	ivrq_op in_flight; /* under the stage's lock */
	bool closed;	   /* likewise */
};

struct stage {
	ivrq_engine *engine;
	ivrq_graph *graph;
	struct receiver *receiver;
	ivrq_graph_config config; /* stage_open() has filled it; change it
				     before stage_start() */
	char directory[64];	  /* of its own; recordings_dir */
	char host[32];		  /* of the receiver, for callback_hosts */
	const char *hosts[1];
	uint32_t ring;
	bool hold;	     /* operations end by stage_complete() alone */
	const char *ca_file; /* the gateway speaks TLS: whom ask() believes */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t worker;
	sem_t wake;
	bool quit;
	unsigned hung_up;
	uint64_t refused; /* tests count here what was not accepted */
};

/* What was answered. */
struct reply {
	long status; /* 0: nothing was */
	char location[512];
	char receipt[64];
	char allow[64];
	char challenge[128];
	char type[64];
	char retry_after[16];
	char request_id[64];
	bool chunked;
	char *body; /* with a NUL */
	size_t bytes;
	json_t *json; /* NULL: it is none */
};

void stage_open(struct stage *stage);
void stage_start(struct stage *stage);
/* A call that tells the receiver at /<name>; NULL: that tells nobody. */
void stage_call(struct stage *stage, struct stage_call *call, const char *name,
		enum ivrq_json_version version);
/* What its calls are opened with; driver_user is a stage_call. */
const ivrq_driver *stage_driver(void);
/* Ends what is in flight; waits until something is. Records a file if told. */
void stage_complete(struct stage *stage, struct stage_call *call,
		    const ivrq_outcome *outcome);
void stage_hang_up(struct stage *stage, struct stage_call *call);
/* Hangs up nothing: calls must be closed or closing. */
void stage_close(struct stage *stage);
/* The counters, when everything has been settled. */
ivrq_graph_counts stage_settled(struct stage *stage);

/* One request; `headers` may be NULL, else "Name: value" and so on, with a
 * final NULL. */
struct reply ask(const struct stage *stage, const char *method,
		 const char *path, const char *body,
		 const char *const *headers);
struct reply post(const struct stage *stage, const struct stage_call *call,
		  const char *action, const char *body);
void reply_free(struct reply *reply);
/* A member of the body by its path ("error/code"), as a string; "" none. */
const char *reply_string(const struct reply *reply, const char *path);

/* Sends bytes as they are, answers all that comes until the end; free it. */
char *ask_raw(const struct stage *stage, const char *bytes, bool finish);

#endif
