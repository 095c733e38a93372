/* SPDX-License-Identifier: MIT */
/*
 * metrics.c - GET /metrics, as Prometheus reads it.
 */
#include "graph/answer.h"

struct seen {
	ivrq_graph_counts counts;
	ivrq_stats engine;
	struct ivrq__histogram cancel_latency;
	struct ivrq__histogram lag;
};

static void engine_metrics(struct ivrq__text *text, const ivrq_stats *stats)
{
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} metrics[] = {
		{ "ivrq_operations_submitted_total", "counter",
		  "Operations accepted by the engine.", stats->submitted },
		{ "ivrq_operations_completed_total", "counter",
		  "Operations that ended completed.", stats->completed },
		{ "ivrq_operations_failed_total", "counter",
		  "Operations that ended failed.", stats->failed },
		{ "ivrq_operations_canceled_total", "counter",
		  "Operations that ended canceled.", stats->canceled },
		{ "ivrq_operations_live", "gauge",
		  "Operations without a result, of all calls.", stats->live },
		{ "ivrq_calls_open", "gauge", "Calls of the engine.",
		  stats->calls_open },
		{ "ivrq_tones_total", "counter", "Tones given to handlers.",
		  stats->tones },
		{ "ivrq_tones_lost_total", "counter",
		  "Tones lost to overflow in the engine.", stats->tones_lost },
	};

	for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++)
		ivrq__metric(text, metrics[i].name, metrics[i].type,
			     metrics[i].help, metrics[i].value);
}

static void graph_metrics(struct ivrq__text *text,
			  const ivrq_graph_counts *counts)
{
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} metrics[] = {
		{ "ivrq_http_requests_total", "counter", "Requests answered.",
		  counts->requests },
		{ "ivrq_http_refused_total", "counter",
		  "Requests answered 4xx or 5xx.", counts->refused },
		{ "ivrq_http_repeated_total", "counter",
		  "Requests answered as before.", counts->repeated },
		{ "ivrq_http_accepted_total", "counter",
		  "playPrompt and recordResponse accepted.", counts->accepted },
		{ "ivrq_notifications_total", "counter",
		  "Notifications that came to be.", counts->told },
		{ "ivrq_notifications_settled_total", "counter",
		  "Notifications answered 2xx.", counts->settled },
		{ "ivrq_notifications_waiting", "gauge",
		  "Notifications not yet answered 2xx.", counts->waiting },
		{ "ivrq_notifications_spooled", "gauge",
		  "Of the waiting ones, those on disk.", counts->spooled },
		{ "ivrq_notification_failures_total", "counter",
		  "POSTs that were or will be tried again.",
		  counts->send_failures },
		{ "ivrq_notification_spool_failures_total", "counter",
		  "Times that the spool's disk could not be used.",
		  counts->spool_failures },
		{ "ivrq_notification_tones_lost_total", "counter",
		  "Tones lost to overflow in the gateway.",
		  counts->tones_lost },
	};

	for (size_t i = 0; i < sizeof(metrics) / sizeof(*metrics); i++)
		ivrq__metric(text, metrics[i].name, metrics[i].type,
			     metrics[i].help, metrics[i].value);
}

void ivrq__do_metrics(ivrq_graph *graph, struct ivrq__answer *answer)
{
	struct ivrq__text *text = &answer->text;
	struct seen seen = { 0 };

	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	answer->status = 503;
	answer->retry_after = 1;
	if (ivrq_engine_stats(graph->engine, &seen.engine) ||
	    ivrq_graph_stats(graph, &seen.counts))
		return;
	pthread_mutex_lock(&graph->lock);
	seen.cancel_latency = graph->cancel_latency;
	seen.lag = graph->lag;
	pthread_mutex_unlock(&graph->lock);

	engine_metrics(text, &seen.engine);
	graph_metrics(text, &seen.counts);
	ivrq__metric_histogram(text, "ivrq_cancel_seconds",
			       "From a cancel to its last result.",
			       &seen.cancel_latency);
	ivrq__metric_histogram(text, "ivrq_notification_lag_seconds",
			       "From a notification to its answer of 2xx.",
			       &seen.lag);
	if (text->failed)
		return;
	answer->status = 200;
	answer->retry_after = 0;
}
