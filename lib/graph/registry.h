/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_REGISTRY_H
#define IVRQ_LIB_GRAPH_REGISTRY_H
/*
 * registry.h - which calls and operations there are. All under the gateway's
 * lock; _expire() and _clear() are the teller's.
 */
#include "graph/state.h"

/* 0, IVRQ_ENOMEM. */
int ivrq__registry_init(ivrq_graph *graph);

struct ivrq__call *ivrq__call_by_id(const ivrq_graph *graph,
				    const ivrq_uuid *id);
struct ivrq__operation *ivrq__operation_by_id(const ivrq_graph *graph,
					      const ivrq_uuid *id);

void ivrq__call_add(ivrq_graph *graph, struct ivrq__call *call);
void ivrq__call_ended(ivrq_graph *graph, struct ivrq__call *call,
		      uint64_t now_ns);

void ivrq__operation_add(ivrq_graph *graph, struct ivrq__operation *operation);
/* It is shown from now on for keep_s, or until there are too many: the oldest
 * of those that have ended goes then. */
void ivrq__operation_ended(ivrq_graph *graph, struct ivrq__operation *operation,
			   uint64_t now_ns);
/* The name of its recording, below recordings_dir. */
void ivrq__recording_name(const ivrq_uuid *id, char name[IVRQ__NAME_BYTES]);

/* Of one that no other thread and no table has seen. */
void ivrq__operation_free(struct ivrq__operation *operation);

/* Forgets what is old. */
void ivrq__registry_expire(ivrq_graph *graph, uint64_t now_ns);
/* Forgets everything; all calls have ended. */
void ivrq__registry_clear(ivrq_graph *graph);

#endif
