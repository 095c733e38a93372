/* SPDX-License-Identifier: MIT */
/*
 * registry.c - which calls and operations there are.
 *
 * A record of a call lives while the call is open, then while any record of
 * its operations lives, and until its recordings are removed. A record of an
 * operation lives while it is in the engine, while it is listed (it has ended
 * and may be asked for) and while its recording exists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "graph/clock.h"
#include "graph/registry.h"

static uint32_t bucket(const ivrq_graph *graph, const ivrq_uuid *id)
{
	uint64_t half[2];

	memcpy(half, id->bytes, sizeof(half));
	half[0] = (half[0] ^ half[1]) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(half[0] >> 32) & (graph->buckets - 1);
}

static bool same(const ivrq_uuid *a, const ivrq_uuid *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int ivrq__registry_init(ivrq_graph *graph)
{
	uint64_t want =
		(uint64_t)graph->config.operations + graph->config.calls;

	graph->buckets = 64;
	while (graph->buckets < want && graph->buckets < 1u << 24)
		graph->buckets *= 2;
	graph->calls = calloc(graph->buckets, sizeof(*graph->calls));
	graph->operations = calloc(graph->buckets, sizeof(*graph->operations));
	graph->ended.end = &graph->ended.oldest;
	graph->ended_calls.end = &graph->ended_calls.oldest;
	return graph->calls && graph->operations ? 0 : IVRQ_ENOMEM;
}

struct ivrq__call *ivrq__call_by_id(const ivrq_graph *graph,
				    const ivrq_uuid *id)
{
	struct ivrq__call *call = graph->calls[bucket(graph, id)];

	while (call && !same(&call->id, id))
		call = call->same;
	return call;
}

struct ivrq__operation *ivrq__operation_by_id(const ivrq_graph *graph,
					      const ivrq_uuid *id)
{
	struct ivrq__operation *operation;

	operation = graph->operations[bucket(graph, id)];
	while (operation && !same(&operation->id, id))
		operation = operation->same;
	return operation;
}

void ivrq__call_add(ivrq_graph *graph, struct ivrq__call *call)
{
	struct ivrq__call **first = &graph->calls[bucket(graph, &call->id)];

	call->same = *first;
	*first = call;
	graph->calls_open++;
}

void ivrq__call_ended(ivrq_graph *graph, struct ivrq__call *call,
		      uint64_t now_ns)
{
	call->ended_ns = now_ns;
	call->later = NULL;
	*graph->ended_calls.end = call;
	graph->ended_calls.end = &call->later;
}

void ivrq__operation_add(ivrq_graph *graph, struct ivrq__operation *operation)
{
	struct ivrq__operation **first;
	struct ivrq__call *call = operation->call;

	first = &graph->operations[bucket(graph, &operation->id)];
	operation->same = *first;
	*first = operation;

	operation->next = call->operations;
	operation->link = &call->operations;
	if (operation->next)
		operation->next->link = &operation->next;
	call->operations = operation;
}

void ivrq__operation_free(struct ivrq__operation *operation)
{
	ivrq_json_request_free(&operation->request);
	free(operation);
}

static void operation_forget(ivrq_graph *graph,
			     struct ivrq__operation *operation)
{
	struct ivrq__operation **at;

	at = &graph->operations[bucket(graph, &operation->id)];
	while (*at != operation)
		at = &(*at)->same;
	*at = operation->same;

	*operation->link = operation->next;
	if (operation->next)
		operation->next->link = operation->link;
	ivrq__operation_free(operation);
}

/* The oldest that has ended is not shown any more. */
static void unlist(ivrq_graph *graph)
{
	struct ivrq__ended_operations *ended = &graph->ended;
	struct ivrq__operation *operation = ended->oldest;

	ended->oldest = operation->later;
	if (!ended->oldest)
		ended->end = &ended->oldest;
	ended->count--;
	operation->listed = false;
	if (!operation->recorded)
		operation_forget(graph, operation);
}

void ivrq__operation_ended(ivrq_graph *graph, struct ivrq__operation *operation,
			   uint64_t now_ns)
{
	struct ivrq__ended_operations *ended = &graph->ended;

	ivrq_json_request_free(&operation->request);
	operation->ended_ns = now_ns;
	operation->listed = true;
	operation->later = NULL;
	*ended->end = operation;
	ended->end = &operation->later;
	if (ended->count++ >= graph->config.operations)
		unlist(graph);
}

void ivrq__recording_name(const ivrq_uuid *id, char name[IVRQ__NAME_BYTES])
{
	ivrq_uuid_dashed(id, name);
	strcat(name, ".wav");
}

static void recording_remove(ivrq_graph *graph,
			     struct ivrq__operation *operation)
{
	const char *dir = graph->config.recordings_dir;
	char name[IVRQ__NAME_BYTES];
	char path[4096];
	int length;

	ivrq__recording_name(&operation->id, name);
	length = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (length > 0 && (size_t)length < sizeof(path))
		unlink(path);
	operation->recorded = false;
	graph->recorded--;
}

static void call_forget(ivrq_graph *graph, struct ivrq__call *call)
{
	struct ivrq__call **at = &graph->calls[bucket(graph, &call->id)];

	while (*at != call)
		at = &(*at)->same;
	*at = call->same;
	ivrq__cell_free(&graph->cells, call->cell);
	free(call);
}

/* A call has ended; if it is `old` its recordings go. Is all of it gone? */
static bool call_empty(ivrq_graph *graph, struct ivrq__call *call, bool old)
{
	struct ivrq__operation *operation = call->operations;
	struct ivrq__operation *next;

	for (; operation; operation = next) {
		next = operation->next;
		if (operation->recorded && old)
			recording_remove(graph, operation);
		if (!operation->listed && !operation->recorded)
			operation_forget(graph, operation);
	}
	return !call->operations;
}

static bool over(uint64_t since_ns, uint32_t seconds, uint64_t now_ns)
{
	return now_ns - since_ns >= seconds * IVRQ__SECOND_NS;
}

/* Recordings go so long after the call; a call when nothing of it is left. */
static void expire_calls(ivrq_graph *graph, uint32_t keep_s, uint64_t now_ns)
{
	struct ivrq__ended_calls *ended = &graph->ended_calls;
	struct ivrq__call **at = &ended->oldest;

	while (*at) {
		struct ivrq__call *call = *at;
		bool old = over(call->ended_ns, keep_s, now_ns);

		if (!call_empty(graph, call, old)) {
			at = &call->later;
			continue;
		}
		*at = call->later;
		if (!*at)
			ended->end = at;
		call_forget(graph, call);
	}
}

void ivrq__registry_expire(ivrq_graph *graph, uint64_t now_ns)
{
	const ivrq_graph_config *config = &graph->config;
	struct ivrq__ended_operations *ended = &graph->ended;

	while (ended->oldest &&
	       over(ended->oldest->ended_ns, config->keep_s, now_ns))
		unlist(graph);
	expire_calls(graph, config->recording_keep_s, now_ns);
}

void ivrq__registry_clear(ivrq_graph *graph)
{
	while (graph->ended.oldest)
		unlist(graph);
	expire_calls(graph, 0, UINT64_MAX);
	free(graph->calls);
	free(graph->operations);
}
