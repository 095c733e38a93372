/* SPDX-License-Identifier: MIT */
/*
 * graph.c - making and ending a gateway, and opening its calls.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/clock.h"
#include "graph/config.h"
#include "graph/fail.h"
#include "graph/http.h"
#include "graph/registry.h"
#include "graph/signals.h"
#include "graph/teller.h"

static void settled(void *user, uint64_t lag_ns)
{
	ivrq_graph *graph = user;

	pthread_mutex_lock(&graph->lock);
	ivrq__histogram_add(&graph->lag, lag_ns);
	pthread_mutex_unlock(&graph->lock);
}

static void log_line(void *user, const char *line)
{
	ivrq_graph *graph = user;

	if (graph->config.log)
		graph->config.log(graph->config.user, line);
}

static int make_notify(ivrq_graph *graph, ivrq_error *error)
{
	const ivrq_graph_config *config = &graph->config;
	const struct ivrq__notify_config notify = {
		.hosts = config->callback_hosts,
		.host_count = config->callback_host_count,
		.http = config->callback_http,
		.ca_file = config->ca_file,
		.spool_file = config->spool_file,
		.in_memory = config->in_memory,
		.batch = config->batch,
		.senders = config->senders,
		.send_s = config->send_s,
		.retry_min_ms = config->retry_min_ms,
		.retry_max_ms = config->retry_max_ms,
		.log = log_line,
		.settled = settled,
		.user = graph,
	};

	return ivrq__notify_create(&notify, &graph->notify, error);
}

/* What has no thread; unmade by unmake(), however far it came. */
static int make(ivrq_graph *graph, ivrq_error *error)
{
	const ivrq_graph_config *config = &graph->config;
	int status = ivrq__registry_init(graph);

	if (status)
		return status;
	graph->repeats =
		ivrq__repeats_create(config->repeats, config->repeat_s);
	if (!graph->repeats)
		return IVRQ_ENOMEM;
	if (config->no_auth)
		return 0;
	return ivrq__auth_create(config->token_key_file, config->audience,
				 config->issuer, &graph->auth, error);
}

static void unmake(ivrq_graph *graph)
{
	ivrq__notify_destroy(graph->notify);
	ivrq__registry_clear(graph);
	ivrq__repeats_destroy(graph->repeats);
	ivrq__auth_destroy(graph->auth);
	ivrq__cells_end(&graph->cells);
	pthread_cond_destroy(&graph->closed);
	pthread_mutex_destroy(&graph->lock);
	free(graph->strings);
	free(graph);
}

/* What has threads. The teller uses the other two. */
static int start(ivrq_graph *graph, ivrq_error *error)
{
	sigset_t mine;
	int status = make_notify(graph, error);

	ivrq__signals_hold(&mine);
	if (status == 0)
		status = ivrq__http_start(graph, error);
	if (status == 0)
		status = ivrq__teller_start(graph);
	if (status)
		ivrq__http_stop(graph->http);
	ivrq__signals_release(&mine);
	return status;
}

static int create(ivrq_graph *graph, ivrq_error *error)
{
	const ivrq_graph_config *config = &graph->config;
	int status = ivrq__lock_init(&graph->lock, &graph->closed);

	if (status == 0) {
		status = ivrq__cells_init(&graph->cells, config->operations,
					  config->calls, config->tones);
		if (status) {
			pthread_cond_destroy(&graph->closed);
			pthread_mutex_destroy(&graph->lock);
		}
	}
	if (status) {
		free(graph->strings);
		free(graph);
		return status;
	}
	status = make(graph, error);
	if (status == 0)
		status = start(graph, error);
	if (status)
		unmake(graph);
	return status;
}

int ivrq_graph_create(const ivrq_graph_config *config, ivrq_engine *engine,
		      ivrq_graph **graph, ivrq_error *error)
{
	ivrq_error why = { 0, "config", "no memory" };
	ivrq_graph *made = NULL;
	int status;

	if (!engine || !graph) {
		why.field = engine ? "graph" : "engine";
		why.rule = "not NULL";
		status = IVRQ_EINVAL;
	} else {
		status = ivrq__config_check(config, &why);
	}
	if (status == 0) {
		made = calloc(1, sizeof(*made));
		status = made ? ivrq__config_copy(made, config) : IVRQ_ENOMEM;
		if (status)
			free(made);
	}
	if (status == 0) {
		made->engine = engine;
		status = create(made, &why);
	}
	if (status)
		return ivrq__fail(error, status, why.field, why.rule);
	*graph = made;
	return 0;
}

uint16_t ivrq_graph_port(const ivrq_graph *graph)
{
	return graph->port;
}

/* --------------------------------------------------------------- the calls */

static struct ivrq__call *call_new(ivrq_graph *graph,
				   const ivrq_graph_call_config *config)
{
	static const ivrq_listener nobody;
	const char *uri = config->callback_uri;
	size_t bytes = uri ? strlen(uri) + 1 : 0;
	struct ivrq__call *call = calloc(1, sizeof(*call) + bytes);
	const ivrq_uuid none = { { 0 } };

	if (!call)
		return NULL;
	if (uri)
		call->callback_uri = memcpy(call + 1, uri, bytes);
	call->graph = graph;
	call->id = config->id;
	if (!memcmp(&config->id, &none, sizeof(none)))
		ivrq_uuid_make(&call->id);
	call->state = IVRQ_JSON_ESTABLISHED;
	call->version = config->version;
	call->listener =
		config->call->listener ? config->call->listener : &nobody;
	call->user = config->call->user;
	return call;
}

/* Under the lock. */
static int open_call(ivrq_graph *graph, struct ivrq__call *call,
		     const ivrq_call_config *config, ivrq_error *error)
{
	ivrq_call_config ours = *config;
	int status;

	if (graph->stopping)
		return IVRQ_ECLOSED;
	if (ivrq__call_by_id(graph, &call->id))
		return IVRQ_EALREADY;
	call->cell = ivrq__cell_of_call(&graph->cells);
	if (!call->cell)
		return IVRQ_EPOOL;
	call->cell->owner = call;
	ours.listener = &ivrq__listener;
	ours.user = call;
	status = ivrq_call_open(graph->engine, &ours, &call->handle, error);
	if (status)
		ivrq__cell_free(&graph->cells, call->cell);
	else
		ivrq__call_add(graph, call);
	return status;
}

int ivrq_graph_call_open(ivrq_graph *graph,
			 const ivrq_graph_call_config *config,
			 ivrq_call *handle, ivrq_uuid *id, ivrq_error *error)
{
	ivrq_error why = { 0, "call", "cannot be opened" };
	struct ivrq__call *call = NULL;
	int status;

	if (!graph || !handle || !id) {
		why.rule = "graph, call and id are not NULL";
		status = IVRQ_EINVAL;
	} else {
		status = ivrq__call_config_check(graph, config, &why);
	}
	if (status == 0) {
		call = call_new(graph, config);
		status = call ? 0 : IVRQ_ENOMEM;
	}
	if (status == 0) {
		pthread_mutex_lock(&graph->lock);
		status = open_call(graph, call, config->call, &why);
		if (status == 0) {
			*handle = call->handle;
			*id = call->id;
		}
		pthread_mutex_unlock(&graph->lock);
	}
	if (status == 0)
		return 0;
	free(call);
	return ivrq__fail(error, status, why.field, why.rule);
}

/* ----------------------------------------------------------------- the end */

static bool wait_closed(ivrq_graph *graph, uint64_t end_ns)
{
	bool all;

	pthread_mutex_lock(&graph->lock);
	graph->stopping = true;
	while (graph->calls_open &&
	       ivrq__wait_until(&graph->closed, &graph->lock, end_ns))
		;
	all = !graph->calls_open;
	pthread_mutex_unlock(&graph->lock);
	return all;
}

int ivrq_graph_stop(ivrq_graph *graph, uint64_t timeout_ms)
{
	uint64_t end_ns, now_ns;

	if (!graph)
		return IVRQ_EINVAL;
	end_ns = ivrq__deadline_ns(timeout_ms);
	if (!wait_closed(graph, end_ns))
		return IVRQ_ETIMEDOUT;
	now_ns = ivrq__now_ns();
	return ivrq__notify_wait(
		graph->notify,
		end_ns > now_ns ? (end_ns - now_ns) / 1000000u : 0);
}

int ivrq_graph_destroy(ivrq_graph *graph)
{
	bool open;

	if (!graph)
		return 0;
	pthread_mutex_lock(&graph->lock);
	open = graph->calls_open;
	graph->stopping |= !open;
	pthread_mutex_unlock(&graph->lock);
	if (open)
		return IVRQ_EBUSY;
	/* The teller asks for connections that are too old. */
	ivrq__teller_stop(graph);
	ivrq__http_stop(graph->http);
	unmake(graph);
	return 0;
}

int ivrq_graph_stats(ivrq_graph *graph, ivrq_graph_counts *counts)
{
	struct ivrq__notify_stats notify;

	if (!graph || !counts)
		return IVRQ_EINVAL;
	ivrq__notify_stats(graph->notify, &notify);
	counts->requests = ivrq__ld_rlx64(&graph->requests); /* GX6 */
	counts->refused = ivrq__ld_rlx64(&graph->refused);   /* GX6 */
	pthread_mutex_lock(&graph->lock);
	counts->repeated = graph->repeated;
	counts->accepted = graph->accepted;
	pthread_mutex_unlock(&graph->lock);
	counts->told = notify.told;
	counts->settled = notify.settled;
	counts->waiting = notify.waiting;
	counts->spooled = notify.spooled;
	counts->send_failures = notify.send_failures;
	counts->spool_failures = notify.spool_failures;
	counts->tones_lost = ivrq__tones_lost(&graph->cells);
	return 0;
}
