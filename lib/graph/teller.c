/* SPDX-License-Identifier: MIT */
/*
 * teller.c - from what the media threads saw to notifications.
 *
 * The listener's functions run on media threads: they call the embedder's
 * first, then write what they were told beside a cell and post it (cells.c).
 * The teller's thread takes what was posted, brings the tables up to date under
 * the lock, and gives notifications to the sender (notify.c), outside it: that
 * may wait for a disk. All news of one call pass through here in the order in
 * which its worker told them, and only here, so its notifications are in that
 * order too.
 *
 * The same thread removes what is old, once a second.
 *
 * Edges
 * GA5: pairs with GR5. All cells were posted before; what is taken after this
 *      load holds them.
 * GR5: pairs with GA5. Tells the thread to end.
 * GX5: relaxed. An operation is shown as running a moment later.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "graph/answer.h"
#include "graph/clock.h"
#include "graph/http.h"
#include "graph/registry.h"
#include "graph/teller.h"

/* ---------------------------------------------------- on the media thread */

static void started(void *user, const ivrq_operation *operation)
{
	struct ivrq__call *call = user;
	struct ivrq__cell *cell;

	cell = ivrq__cell_find(&call->graph->cells, operation->user);
	if (cell) {
		struct ivrq__operation *owner = cell->owner;

		ivrq__st_rlx32(&owner->started, 1); /* GX5 */
	}
	if (call->listener->started)
		call->listener->started(call->user, operation);
}

static void result(void *user, const ivrq_result *ended)
{
	struct ivrq__call *call = user;
	struct ivrq__cells *cells = &call->graph->cells;
	struct ivrq__cell *cell;
	struct ivrq__operation *owner;

	if (call->listener->result)
		call->listener->result(call->user, ended);
	cell = ivrq__cell_find(cells, ended->operation->user);
	if (!cell)
		return;
	owner = cell->owner;
	owner->ending.status = ended->status;
	owner->ending.reason = ended->reason;
	owner->ending.cancel = ended->cancel;
	owner->ending.kept = ended->kept;
	ivrq__cell_post(cells, cell, IVRQ__RESULT);
}

void ivrq__tell_tone(void *user, const ivrq_tone_event *event)
{
	struct ivrq__call *call = user;
	struct ivrq__cells *cells = &call->graph->cells;
	struct ivrq__cell *cell = ivrq__cell_of_tone(cells);

	if (!cell)
		return;
	cell->owner = call;
	cell->tone = *event;
	ivrq__cell_post(cells, cell, IVRQ__TONE);
}

static void tone(void *user, const ivrq_tone_event *event)
{
	struct ivrq__call *call = user;

	if (call->listener->tone)
		call->listener->tone(call->user, event);
}

static void idle(void *user, ivrq_call handle)
{
	struct ivrq__call *call = user;

	if (call->listener->idle)
		call->listener->idle(call->user, handle);
}

static void high_water(void *user, ivrq_call handle, uint32_t depth)
{
	struct ivrq__call *call = user;

	if (call->listener->high_water)
		call->listener->high_water(call->user, handle, depth);
}

static void low_water(void *user, ivrq_call handle, uint32_t depth)
{
	struct ivrq__call *call = user;

	if (call->listener->low_water)
		call->listener->low_water(call->user, handle, depth);
}

static void closed(void *user, ivrq_call handle, enum ivrq_cause cause)
{
	struct ivrq__call *call = user;

	if (call->listener->closed)
		call->listener->closed(call->user, handle, cause);
	call->cell->cause = cause;
	ivrq__cell_post(&call->graph->cells, call->cell, IVRQ__CLOSED);
	/* The record may be gone from here on. */
}

const ivrq_listener ivrq__listener = {
	.started = started,
	.result = result,
	.tone = tone,
	.idle = idle,
	.high_water = high_water,
	.low_water = low_water,
	.closed = closed,
};

/* -------------------------------------------------- on the teller's thread */

static void say(ivrq_graph *graph, const char *line)
{
	if (graph->config.log)
		graph->config.log(graph->config.user, line);
}

static void send(ivrq_graph *graph, const struct ivrq__call *call,
		 const char *element, int bytes)
{
	if (bytes < 0)
		say(graph, "a notification could not be written");
	else if (ivrq__notify_add(graph->notify, &call->id, call->callback_uri,
				  element, (size_t)bytes))
		say(graph, "no memory for a notification");
}

/* One of a cancel's results has been told. */
static void settle_cancel(ivrq_graph *graph, struct ivrq__call *call,
			  const struct ivrq__cell *cell, ivrq_cancel cancel)
{
	for (unsigned i = 0; i < IVRQ__WAITING; i++) {
		struct ivrq__waiting *waiting = &call->waiting[i];

		if (!waiting->left || waiting->cancel.value != cancel.value)
			continue;
		if (!--waiting->left)
			ivrq__histogram_add(&graph->cancel_latency,
					    cell->at_ns - waiting->since_ns);
		return;
	}
}

static void tell_result(ivrq_graph *graph, struct ivrq__cell *cell)
{
	struct ivrq__operation *operation = cell->owner;
	struct ivrq__call *call = operation->call;
	struct ivrq__ending *ending = &operation->ending;
	bool record = operation->action == IVRQ_JSON_RECORD_RESPONSE;
	char element[IVRQ_JSON_BYTES];
	char url[IVRQ__URL_BYTES];
	ivrq_json_operation shown;
	int bytes;

	pthread_mutex_lock(&graph->lock);
	if (ivrq_result_to_wire(
		    record ? IVRQ_RECORD_RESPONSE : IVRQ_PLAY_PROMPT,
		    ending->status, ending->reason, &operation->wire))
		say(graph, "a result has no words"); /* cannot be */
	operation->status = ending->status == IVRQ_COMPLETED ?
				    IVRQ_JSON_COMPLETED :
				    IVRQ_JSON_FAILED;
	if (record && ending->kept) {
		operation->recorded = true;
		graph->recorded++;
		/* Without a token nobody can fetch it. */
		if (ivrq__token_make(operation->token))
			say(graph, "no randomness for an access token");
	}
	if (ending->status == IVRQ_CANCELED)
		settle_cancel(graph, call, cell, ending->cancel);
	operation->cell = NULL;
	ivrq__cell_free(&graph->cells, cell);
	ivrq__operation_ended(graph, operation, ivrq__now_ns());
	ivrq__describe(graph, operation, &shown, url);
	shown.etag = ++graph->etag;
	bytes = ivrq_json_encode_ended(&shown, call->version, element,
				       sizeof(element));
	pthread_mutex_unlock(&graph->lock);
	if (call->callback_uri)
		send(graph, call, element, bytes);
}

static void tell_call(ivrq_graph *graph, const struct ivrq__call *call,
		      ivrq_json_call *shown)
{
	char element[IVRQ_JSON_BYTES];
	int bytes;

	if (!call->callback_uri)
		return;
	shown->id = call->id;
	shown->etag = ++graph->etag;
	bytes = ivrq_json_encode_changed(shown, element, sizeof(element));
	send(graph, call, element, bytes);
}

static void tell_tone(ivrq_graph *graph, struct ivrq__cell *cell)
{
	struct ivrq__call *call = cell->owner;
	ivrq_json_call shown = {
		.state = IVRQ_JSON_ESTABLISHED,
		.sequence_id = cell->tone.sequence_id,
		.tone = cell->tone.tone,
	};

	pthread_mutex_lock(&graph->lock);
	call->sequence_id = shown.sequence_id;
	call->tone = shown.tone;
	ivrq__cell_free(&graph->cells, cell);
	pthread_mutex_unlock(&graph->lock);
	tell_call(graph, call, &shown);
}

/* Why the call ended, as the API says it. Under the lock. */
static ivrq_json_result end_of(const struct ivrq__call *call,
			       enum ivrq_cause cause)
{
	if (call->by_delete)
		return (ivrq_json_result){ 200, 7000, "Call ended by the bot.",
					   NULL };
	if (cause == IVRQ_CAUSE_STOP)
		return (ivrq_json_result){ 500, 8572, "The service shut down.",
					   NULL };
	return (ivrq_json_result){ 200, 4097,
				   "Call ended by the other participant.",
				   NULL };
}

static void tell_closed(ivrq_graph *graph, struct ivrq__cell *cell)
{
	struct ivrq__call *call = cell->owner;
	ivrq_json_call shown = { .state = IVRQ_JSON_TERMINATING };

	tell_call(graph, call, &shown);
	pthread_mutex_lock(&graph->lock);
	shown.result = end_of(call, cell->cause);
	pthread_mutex_unlock(&graph->lock);
	shown.state = IVRQ_JSON_TERMINATED;
	tell_call(graph, call, &shown);

	pthread_mutex_lock(&graph->lock);
	call->state = IVRQ_JSON_TERMINATED;
	ivrq__call_ended(graph, call, ivrq__now_ns());
	if (!--graph->calls_open)
		pthread_cond_broadcast(&graph->closed);
	pthread_mutex_unlock(&graph->lock);
}

static void tell_all(ivrq_graph *graph)
{
	struct ivrq__cell *cell = ivrq__cells_take(&graph->cells);

	while (cell) {
		struct ivrq__cell *next = ivrq__cell_next(&graph->cells, cell);

		switch (cell->news) {
		case IVRQ__RESULT:
			tell_result(graph, cell);
			break;
		case IVRQ__TONE:
			tell_tone(graph, cell);
			break;
		case IVRQ__CLOSED:
			tell_closed(graph, cell);
			break;
		}
		cell = next;
	}
}

/* Until something is posted; at most a second. */
static void rest(ivrq_graph *graph)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	while (sem_timedwait(&graph->cells.posted, &until) && errno == EINTR)
		;
}

static void *run(void *user)
{
	ivrq_graph *graph = user;
	uint64_t expired_ns = ivrq__now_ns(), now_ns;
	bool quit = false;

	while (!quit) {
		rest(graph);
		quit = ivrq__ld_acq32(&graph->quit); /* GA5 */
		tell_all(graph);
		now_ns = ivrq__now_ns();
		if (now_ns - expired_ns < IVRQ__SECOND_NS)
			continue;
		expired_ns = now_ns;
		pthread_mutex_lock(&graph->lock);
		ivrq__registry_expire(graph, now_ns);
		pthread_mutex_unlock(&graph->lock);
		ivrq__http_expire(graph->http, now_ns);
	}
	return NULL;
}

int ivrq__teller_start(ivrq_graph *graph)
{
	ivrq__st_rlx32(&graph->quit, 0); /* GX3 */
	return pthread_create(&graph->teller, NULL, run, graph) ? IVRQ_ENOMEM :
								  0;
}

void ivrq__teller_stop(ivrq_graph *graph)
{
	ivrq__st_rel32(&graph->quit, 1); /* GR5 */
	sem_post(&graph->cells.posted);
	pthread_join(graph->teller, NULL);
}
