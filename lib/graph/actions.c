/* SPDX-License-Identifier: MIT */
/*
 * actions.c - playPrompt, recordResponse, subscribeToTone and
 * cancelMediaProcessing.
 *
 * What can block (decoding, the prompt hook, memory) is done without the lock.
 * Under the lock a request is looked for among those answered before, then
 * given to the engine, then remembered: so two copies of a request that race
 * are done once. The engine's own functions are lock-free, so this lock holds
 * up other requests and the teller for microseconds, never a media thread.
 *
 * The prompts of an operation stay in its record until its result is told, so
 * the engine copies none of them (options.keep_prompts), and what a request may
 * hold does not depend on config.inline_bytes of the engine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/actions.h"
#include "graph/clock.h"
#include "graph/fail.h"
#include "graph/registry.h"
#include "graph/teller.h"

#define NAME_BYTES 1024u /* what the prompt hook may write */

static void refuse_engine(struct ivrq__answer *answer,
			  const struct ivrq__asked *asked, int status,
			  const ivrq_error *error)
{
	switch (status) {
	case IVRQ_ENOENT:
		ivrq__refuse_absent(answer, asked, "Call not found.");
		break;
	case IVRQ_ECLOSED:
		ivrq__refuse(answer, asked, 400, "8528", "Call terminated.");
		break;
	case IVRQ_EFULL:
		answer->retry_after = 1;
		ivrq__refuse(answer, asked, 429, "8516",
			     "The queue of the call is full.");
		break;
	case IVRQ_EPOOL:
		answer->retry_after = 1;
		ivrq__refuse(answer, asked, 429, "8516",
			     "Too many operations are queued.");
		break;
	case IVRQ_ENOMEM:
		ivrq__refuse_memory(answer, asked);
		break;
	default:
		ivrq__refuse(answer, asked, 400, "8523",
			     "Invalid argument: %s: %s.", error->field,
			     error->rule);
	}
}

/* The member of a request that has its prompts, and how many; count 0: none. */
struct prompts {
	const char *const **list;
	uint32_t count;
};

static struct prompts prompts_of(ivrq_json_request *request)
{
	ivrq_play_prompt_request *play = &request->play_prompt;
	ivrq_record_response_request *record = &request->record_response;

	switch (request->action) {
	case IVRQ_JSON_PLAY_PROMPT:
		return (struct prompts){ &play->prompts, play->prompt_count };
	case IVRQ_JSON_RECORD_RESPONSE:
		return (struct prompts){ &record->prompts,
					 record->prompt_count };
	default:
		return (struct prompts){ NULL, 0 };
	}
}

/* The prompt's names as the driver knows them, behind the record. */
static int name_prompts(ivrq_graph *graph, const char *const *prompts,
			uint32_t count, char *names)
{
	const char **table = (const char **)(void *)names;

	names += IVRQ_PROMPTS_MAX * sizeof(*table);
	for (uint32_t i = 0; i < count; i++, names += NAME_BYTES) {
		int status = graph->config.prompt(
			graph->config.user, prompts[i], names, NAME_BYTES);

		names[NAME_BYTES - 1] = 0;
		if (status < 0)
			return IVRQ_EINVAL;
		table[i] = names;
	}
	return 0;
}

/* Prompts of the decoded request, by the driver's names. */
static int adapt(ivrq_graph *graph, struct ivrq__operation *operation,
		 ivrq_error *error)
{
	struct prompts prompts = prompts_of(&operation->request);
	char *names = (char *)(operation + 1);

	if (!graph->config.prompt || !prompts.count)
		return 0;
	if (name_prompts(graph, *prompts.list, prompts.count, names))
		return ivrq__invalid(error, "prompts[].mediaInfo.uri",
				     "not one of this server's prompts");
	*prompts.list = (const char *const *)(void *)names;
	return 0;
}

/* Memory for a record, the names of so many prompts, and the context. */
static struct ivrq__operation *
operation_new(const ivrq_graph *graph, uint32_t prompts, const char *context)
{
	struct ivrq__operation *operation;
	size_t length = context ? strlen(context) + 1 : 0;
	size_t bytes = sizeof(*operation);

	_Static_assert(sizeof(*operation) % sizeof(char *) == 0,
		       "pointers may follow it");
	if (graph->config.prompt && prompts)
		bytes += IVRQ_PROMPTS_MAX * sizeof(char *) +
			 (size_t)prompts * NAME_BYTES;
	operation = calloc(1, bytes + length);
	if (!operation)
		return NULL;
	ivrq_uuid_make(&operation->id);
	if (context)
		operation->client_context =
			memcpy((char *)operation + bytes, context, length);
	return operation;
}

/* Reads the body. Takes no lock. NULL: it has been refused. */
static struct ivrq__operation *prepare(ivrq_graph *graph,
				       const struct ivrq__asked *asked,
				       struct ivrq__answer *answer)
{
	const struct ivrq__route *route = &asked->route;
	struct ivrq__operation *operation = NULL;
	ivrq_error error = { 0, "body", "out of its rule" };
	ivrq_json_request request;
	int status;

	status = ivrq_json_decode_request(route->action, route->version,
					  asked->body, asked->bytes, &request,
					  &error);
	if (status == 0) {
		operation = operation_new(graph, prompts_of(&request).count,
					  request.client_context);
		if (operation) {
			operation->action = route->action;
			operation->request = request;
			status = adapt(graph, operation, &error);
		} else {
			ivrq_json_request_free(&request);
			status = IVRQ_ENOMEM;
		}
	}
	if (status == 0)
		return operation;
	if (operation)
		ivrq__operation_free(operation);
	refuse_engine(answer, asked, status, &error);
	return NULL;
}

static int play(ivrq_graph *graph, struct ivrq__operation *operation,
		ivrq_submission *submission, ivrq_error *error)
{
	ivrq_play_prompt_request *request = &operation->request.play_prompt;

	request->options.user = operation->cell;
	request->options.keep_prompts = true;
	return ivrq_play_prompt(graph->engine, operation->call->handle, request,
				submission, error);
}

static int record(ivrq_graph *graph, struct ivrq__operation *operation,
		  ivrq_submission *submission, ivrq_error *error)
{
	ivrq_record_response_request *request;
	char name[IVRQ__NAME_BYTES];

	request = &operation->request.record_response;
	ivrq__recording_name(&operation->id, name);
	request->location = name;
	request->options.user = operation->cell;
	request->options.keep_prompts = true;
	return ivrq_record_response(graph->engine, operation->call->handle,
				    request, submission, error);
}

static int submit(ivrq_graph *graph, struct ivrq__operation *operation,
		  struct ivrq__answer *answer, ivrq_error *error)
{
	bool plays = operation->action == IVRQ_JSON_PLAY_PROMPT;
	ivrq_json_request *request = &operation->request;
	ivrq_options *options = plays ? &request->play_prompt.options :
					&request->record_response.options;
	ivrq_submission submission;
	int status;

	if (!plays && graph->recorded >= graph->config.operations)
		return IVRQ_EPOOL;
	operation->cell = ivrq__cell_of_operation(&graph->cells);
	if (!operation->cell)
		return IVRQ_EPOOL;
	operation->cell->owner = operation;
	options->client_context = operation->client_context;
	do {
		status = plays ? play(graph, operation, &submission, error) :
				 record(graph, operation, &submission, error);
		/* The listener does without it; the API does not. */
		if (status != IVRQ_ETOOBIG || !options->client_context)
			break;
		options->client_context = NULL;
	} while (1);
	if (status) {
		ivrq__cell_free(&graph->cells, operation->cell);
		operation->cell = NULL;
		return status;
	}
	operation->status =
		submission.running ? IVRQ_JSON_RUNNING : IVRQ_JSON_NOT_STARTED;
	graph->accepted++;
	snprintf(answer->counts, sizeof(answer->counts), "ahead=%u",
		 (unsigned)submission.ahead);
	return 0;
}

/* One subscription of the engine serves them all. */
static int subscribe(ivrq_graph *graph, struct ivrq__operation *operation)
{
	struct ivrq__call *call = operation->call;
	ivrq_subscription subscription;
	ivrq_snapshot snapshot;
	int status;

	operation->status = IVRQ_JSON_COMPLETED;
	if (call->subscribed) {
		status = ivrq_call_snapshot(graph->engine, call->handle,
					    &snapshot);
		return status == 0 && snapshot.closed ? IVRQ_ECLOSED : status;
	}
	status = ivrq_subscribe_to_tone(graph->engine, call->handle,
					ivrq__tell_tone, call, &subscription);
	call->subscribed = status == 0;
	return status;
}

static int cancel(ivrq_graph *graph, struct ivrq__operation *operation,
		  struct ivrq__answer *answer, ivrq_error *error)
{
	struct ivrq__call *call = operation->call;
	struct ivrq__waiting waiting = { .since_ns = ivrq__now_ns() };
	ivrq_receipt receipt;
	int status;

	operation->status = IVRQ_JSON_COMPLETED;
	status = ivrq_cancel_media_processing(graph->engine, call->handle, NULL,
					      &receipt, error);
	if (status)
		return status;
	snprintf(answer->counts, sizeof(answer->counts),
		 "in-flight=%u, pending=%u", (unsigned)receipt.in_flight,
		 (unsigned)receipt.pending);
	waiting.cancel = receipt.id;
	waiting.left = receipt.in_flight + receipt.pending;
	if (waiting.left)
		call->waiting[call->cancels++ % IVRQ__WAITING] = waiting;
	return 0;
}

static int give(ivrq_graph *graph, struct ivrq__operation *operation,
		struct ivrq__answer *answer, ivrq_error *error)
{
	switch (operation->action) {
	case IVRQ_JSON_SUBSCRIBE_TO_TONE:
		return subscribe(graph, operation);
	case IVRQ_JSON_CANCEL_MEDIA_PROCESSING:
		return cancel(graph, operation, answer, error);
	default:
		return submit(graph, operation, answer, error);
	}
}

/* The answer of one that was accepted; it is in the tables from here on. */
static void accept(ivrq_graph *graph, const struct ivrq__asked *asked,
		   struct ivrq__operation *operation,
		   struct ivrq__answer *answer)
{
	struct ivrq__repeat made;

	ivrq__operation_add(graph, operation);
	if (!operation->cell)
		ivrq__operation_ended(graph, operation, ivrq__now_ns());
	ivrq__show_operation(graph, asked, operation, answer);
	ivrq__locate(graph, asked, operation, answer);
	if (!asked->client_id)
		return;
	made.status = answer->status;
	made.location = answer->location;
	made.counts = answer->counts;
	made.body = answer->body;
	made.bytes = answer->bytes;
	/* Without memory a retry would be done again: better to say so. */
	if (ivrq__repeats_add(graph->repeats, &operation->call->id,
			      operation->action, asked->client_id,
			      ivrq__now_ns(), &made) &&
	    graph->config.log)
		graph->config.log(graph->config.user,
				  "no memory to know a request again");
}

static bool repeated(ivrq_graph *graph, const struct ivrq__asked *asked,
		     struct ivrq__answer *answer)
{
	struct ivrq__repeat made;

	if (!asked->client_id ||
	    !ivrq__repeats_find(graph->repeats, &asked->route.call,
				asked->route.action, asked->client_id,
				ivrq__now_ns(), &made))
		return false;
	answer->status = made.status;
	snprintf(answer->location, sizeof(answer->location), "%s",
		 made.location);
	snprintf(answer->counts, sizeof(answer->counts), "%s", made.counts);
	memcpy(answer->body, made.body, made.bytes);
	answer->bytes = made.bytes;
	graph->repeated++;
	return true;
}

/* Can it be answered without its body? Under the lock. */
static bool settled(ivrq_graph *graph, const struct ivrq__asked *asked,
		    struct ivrq__answer *answer)
{
	const struct ivrq__call *call;

	if (repeated(graph, asked, answer))
		return true;
	if (graph->stopping) {
		ivrq__refuse_stopping(answer, asked);
		return true;
	}
	call = ivrq__call_by_id(graph, &asked->route.call);
	if (call && call->state != IVRQ_JSON_TERMINATED)
		return false;
	refuse_engine(answer, asked, IVRQ_ENOENT, NULL);
	return true;
}

void ivrq__act(ivrq_graph *graph, const struct ivrq__asked *asked,
	       struct ivrq__answer *answer)
{
	ivrq_error error = { 0, "body", "out of its rule" };
	struct ivrq__operation *operation;
	int status = 0;
	bool done;

	/* A retry is answered as the first time, whatever has changed since. */
	pthread_mutex_lock(&graph->lock);
	done = settled(graph, asked, answer);
	pthread_mutex_unlock(&graph->lock);
	if (done)
		return;
	operation = prepare(graph, asked, answer);
	if (!operation)
		return;
	pthread_mutex_lock(&graph->lock);
	if (!settled(graph, asked, answer)) {
		operation->call = ivrq__call_by_id(graph, &asked->route.call);
		status = give(graph, operation, answer, &error);
		if (status == 0) {
			accept(graph, asked, operation, answer);
			operation = NULL;
		}
	}
	pthread_mutex_unlock(&graph->lock);
	if (operation)
		ivrq__operation_free(operation);
	if (status)
		refuse_engine(answer, asked, status, &error);
}
