/* SPDX-License-Identifier: MIT */
/*
 * answer.c - what is asked of calls and operations, and the errors.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph/actions.h"
#include "graph/registry.h"

void ivrq__refuse(struct ivrq__answer *answer, const struct ivrq__asked *asked,
		  int status, const char *code, const char *format, ...)
{
	char message[512];
	ivrq_json_error error = {
		.code = code,
		.message = message,
		.request_id = asked->id,
		.date = (int64_t)time(NULL),
	};
	va_list list;
	int bytes;

	va_start(list, format);
	vsnprintf(message, sizeof(message), format, list);
	va_end(list);
	answer->status = status;
	answer->location[0] = 0;
	answer->counts[0] = 0;
	bytes = ivrq_json_encode_error(&error, answer->body,
				       sizeof(answer->body));
	answer->bytes = bytes > 0 ? (size_t)bytes : 0;
}

void ivrq__refuse_absent(struct ivrq__answer *answer,
			 const struct ivrq__asked *asked, const char *message)
{
	ivrq__refuse(answer, asked, 404, "8522", "%s", message);
}

void ivrq__refuse_memory(struct ivrq__answer *answer,
			 const struct ivrq__asked *asked)
{
	answer->retry_after = 1;
	ivrq__refuse(answer, asked, 503, "9001", "No memory.");
}

void ivrq__refuse_stopping(struct ivrq__answer *answer,
			   const struct ivrq__asked *asked)
{
	answer->retry_after = 5;
	ivrq__refuse(answer, asked, 503, "9001", "The server is stopping.");
}

/* A recording's address, or "" when there is none; of one that has ended. */
static void recording_url(const ivrq_graph *graph,
			  const struct ivrq__operation *operation,
			  char url[IVRQ__URL_BYTES])
{
	char id[IVRQ_UUID_DASHED_BYTES];

	url[0] = 0;
	if (!operation->recorded)
		return;
	ivrq_uuid_dashed(&operation->id, id);
	snprintf(url, IVRQ__URL_BYTES, "%s/recordings/%s", graph->base_url, id);
}

void ivrq__describe(const ivrq_graph *graph,
		    const struct ivrq__operation *operation,
		    ivrq_json_operation *shown, char url[IVRQ__URL_BYTES])
{
	bool ended = operation->status >= IVRQ_JSON_COMPLETED;

	memset(shown, 0, sizeof(*shown));
	shown->action = operation->action;
	shown->id = operation->id;
	shown->call = operation->call->id;
	shown->status = operation->status;
	if (!ended && ivrq__ld_rlx32(&operation->started)) /* GX5 */
		shown->status = IVRQ_JSON_RUNNING;
	shown->client_context = operation->client_context;
	if (!ended || operation->action > IVRQ_JSON_RECORD_RESPONSE)
		return;
	shown->result.code = operation->wire.code;
	shown->result.subcode = operation->wire.subcode;
	shown->result.message = operation->wire.message;
	shown->result.completion_reason = operation->wire.completion_reason;
	if (operation->action != IVRQ_JSON_RECORD_RESPONSE)
		return;
	recording_url(graph, operation, url);
	shown->recording_location = url;
	shown->recording_access_token = operation->token;
}

/* 200 with so many bytes of body; 500 if they are an error's code. */
static void encoded(const struct ivrq__asked *asked,
		    struct ivrq__answer *answer, int bytes)
{
	if (bytes < 0) {
		ivrq__refuse(answer, asked, 500, "9999", "%s",
			     ivrq_strerror(bytes));
		return;
	}
	answer->status = 200;
	answer->bytes = (size_t)bytes;
}

void ivrq__show_operation(ivrq_graph *graph, const struct ivrq__asked *asked,
			  const struct ivrq__operation *operation,
			  struct ivrq__answer *answer)
{
	char url[IVRQ__URL_BYTES];
	ivrq_json_operation shown;
	int bytes;

	ivrq__describe(graph, operation, &shown, url);
	/* Who may not record may not listen either. */
	if (!asked->media)
		shown.recording_access_token = NULL;
	bytes = ivrq_json_encode_operation(&shown, asked->route.version,
					   answer->body, sizeof(answer->body));
	encoded(asked, answer, bytes);
}

void ivrq__locate(const ivrq_graph *graph, const struct ivrq__asked *asked,
		  const struct ivrq__operation *operation,
		  struct ivrq__answer *answer)
{
	char call[IVRQ_UUID_DASHED_BYTES];
	char id[IVRQ_UUID_DASHED_BYTES];

	ivrq_uuid_dashed(&operation->call->id, call);
	ivrq_uuid_dashed(&operation->id, id);
	snprintf(answer->location, sizeof(answer->location),
		 "%s/%s/%s/calls/%s/operations/%s", graph->base_url,
		 asked->route.version == IVRQ_JSON_BETA ? "beta" : "v1.0",
		 asked->route.app ? "app" : "communications", call, id);
}

static void get_operation(ivrq_graph *graph, const struct ivrq__asked *asked,
			  const struct ivrq__call *call,
			  struct ivrq__answer *answer)
{
	const struct ivrq__operation *operation;

	operation = ivrq__operation_by_id(graph, &asked->route.operation);
	if (!operation || operation->call != call ||
	    !(operation->cell || operation->listed))
		ivrq__refuse_absent(answer, asked, "Operation not found.");
	else
		ivrq__show_operation(graph, asked, operation, answer);
}

static void get_operations(ivrq_graph *graph, const struct ivrq__asked *asked,
			   const struct ivrq__call *call,
			   struct ivrq__answer *answer)
{
	const struct ivrq__operation *operation = call->operations;
	const char *before = "{\"value\":[";
	unsigned count = 0;

	for (; operation && count < IVRQ__LIST_MAX;
	     operation = operation->next) {
		if (!operation->cell && !operation->listed)
			continue;
		count++;
		ivrq__show_operation(graph, asked, operation, answer);
		if (answer->status != 200)
			return;
		ivrq__text_add(&answer->text, before);
		ivrq__text_add(&answer->text, answer->body);
		before = ",";
	}
	if (!count)
		ivrq__text_add(&answer->text, before);
	ivrq__text_add(&answer->text, "]}");
	answer->status = 200;
	if (answer->text.failed)
		ivrq__refuse_memory(answer, asked);
}

static void get_call(const struct ivrq__asked *asked,
		     const struct ivrq__call *call, struct ivrq__answer *answer)
{
	ivrq_json_call shown = {
		.id = call->id,
		.state = call->state,
		.callback_uri = call->callback_uri,
		.sequence_id = call->sequence_id,
		.tone = call->tone,
	};
	int bytes;

	bytes = ivrq_json_encode_call(&shown, answer->body,
				      sizeof(answer->body));
	encoded(asked, answer, bytes);
}

/* Has it hung up a call that was open? */
static bool delete_call(ivrq_graph *graph, const struct ivrq__asked *asked,
			struct ivrq__call *call, struct ivrq__answer *answer)
{
	int status = ivrq_call_close(graph->engine, call->handle,
				     IVRQ_CAUSE_HANG_UP, NULL);

	if (status && status != IVRQ_EALREADY) {
		ivrq__refuse_absent(answer, asked, "Call not found.");
		return false;
	}
	answer->status = 204;
	call->state = IVRQ_JSON_TERMINATING;
	call->by_delete |= status == 0;
	return status == 0;
}

static bool do_call(ivrq_graph *graph, const struct ivrq__asked *asked,
		    struct ivrq__call *call, struct ivrq__answer *answer)
{
	switch (asked->route.place) {
	case IVRQ__OPERATIONS:
		get_operations(graph, asked, call, answer);
		return false;
	case IVRQ__OPERATION:
		get_operation(graph, asked, call, answer);
		return false;
	default:
		break;
	}
	if (call->state == IVRQ_JSON_TERMINATED) {
		ivrq__refuse_absent(answer, asked, "Call not found.");
		return false;
	}
	if (asked->route.verb == IVRQ__DELETE && graph->stopping) {
		ivrq__refuse_stopping(answer, asked);
		return false;
	}
	if (asked->route.verb == IVRQ__DELETE)
		return delete_call(graph, asked, call, answer);
	get_call(asked, call, answer);
	return false;
}

void ivrq__do(ivrq_graph *graph, const struct ivrq__asked *asked,
	      struct ivrq__answer *answer)
{
	ivrq_call handle = { 0 };
	struct ivrq__call *call;
	bool hung_up = false;

	if (asked->route.place == IVRQ__ACTION) {
		ivrq__act(graph, asked, answer);
		return;
	}
	pthread_mutex_lock(&graph->lock);
	call = ivrq__call_by_id(graph, &asked->route.call);
	if (call) {
		handle = call->handle;
		hung_up = do_call(graph, asked, call, answer);
	} else {
		ivrq__refuse_absent(answer, asked, "Call not found.");
	}
	pthread_mutex_unlock(&graph->lock);
	if (hung_up && graph->config.hang_up)
		graph->config.hang_up(graph->config.user, handle);
}
