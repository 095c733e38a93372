/* SPDX-License-Identifier: MIT */
/*
 * config.c - the defaults and the rules of what a caller fills.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "graph/config.h"
#include "graph/fail.h"
#include "graph/http.h"

void ivrq_graph_config_init(ivrq_graph_config *config)
{
	if (!config)
		return;
	*config = (ivrq_graph_config){
		.size = sizeof(*config),
		.address = "127.0.0.1",
		.threads = 2,
		.connections = 256,
		.request_s = 10,
		.calls = 1024,
		.operations = 4096,
		.keep_s = 60,
		.tones = 1024,
		.repeat_s = 300,
		.repeats = 4096,
		.recording_keep_s = 60,
		.in_memory = 1024,
		.batch = 16,
		.senders = 16,
		.send_s = 10,
		.retry_min_ms = 500,
		.retry_max_ms = 60000,
	};
}

void ivrq_graph_call_config_init(ivrq_graph_call_config *config)
{
	if (!config)
		return;
	*config = (ivrq_graph_call_config){
		.size = sizeof(*config),
		.version = IVRQ_JSON_V1,
	};
}

struct range {
	const char *field;
	uint32_t value, least, most;
	const char *rule;
};

static int check_numbers(const ivrq_graph_config *config, ivrq_error *error)
{
	const struct range ranges[] = {
		{ "threads", config->threads, 1, IVRQ_GRAPH_THREADS_MAX,
		  "1 to 64" },
		{ "connections", config->connections, config->threads,
		  IVRQ_GRAPH_CONNECTIONS_MAX, "threads to 65535" },
		{ "request_s", config->request_s, 1, IVRQ_GRAPH_SECONDS_MAX,
		  "1 to 86400" },
		{ "calls", config->calls, 1, IVRQ_GRAPH_CALLS_MAX,
		  "1 to 16777215" },
		{ "operations", config->operations, 1,
		  IVRQ_GRAPH_OPERATIONS_MAX, "1 to 16777215" },
		{ "keep_s", config->keep_s, 0, IVRQ_GRAPH_SECONDS_MAX,
		  "0 to 86400" },
		{ "tones", config->tones, 1, IVRQ_GRAPH_TONES_MAX,
		  "1 to 16777215" },
		{ "repeat_s", config->repeat_s, 1, IVRQ_GRAPH_SECONDS_MAX,
		  "1 to 86400" },
		{ "repeats", config->repeats, 1, IVRQ_GRAPH_OPERATIONS_MAX,
		  "1 to 16777215" },
		{ "recording_keep_s", config->recording_keep_s, 0,
		  IVRQ_GRAPH_SECONDS_MAX, "0 to 86400" },
		{ "callback_host_count", config->callback_host_count, 0,
		  IVRQ_GRAPH_HOSTS_MAX, "0 to 64" },
		{ "in_memory", config->in_memory, 0, IVRQ_GRAPH_OPERATIONS_MAX,
		  "0 to 16777215" },
		{ "batch", config->batch, 1, IVRQ_GRAPH_BATCH_MAX, "1 to 64" },
		{ "senders", config->senders, 1, IVRQ_GRAPH_CONNECTIONS_MAX,
		  "1 to 65535" },
		{ "send_s", config->send_s, 1, IVRQ_GRAPH_SECONDS_MAX,
		  "1 to 86400" },
		{ "retry_min_ms", config->retry_min_ms, 1,
		  IVRQ_GRAPH_SECONDS_MAX * 1000u, "1 to 86400000" },
		{ "retry_max_ms", config->retry_max_ms, config->retry_min_ms,
		  IVRQ_GRAPH_SECONDS_MAX * 1000u, "retry_min_ms to 86400000" },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (ranges[i].value < ranges[i].least ||
		    ranges[i].value > ranges[i].most)
			return ivrq__invalid(error, ranges[i].field,
					     ranges[i].rule);
	return 0;
}

static bool is_url(const char *url)
{
	size_t length = strlen(url);

	return (!strncmp(url, "http://", 7) || !strncmp(url, "https://", 8)) &&
	       length <= IVRQ__URL_MAX && url[length - 1] != '/' &&
	       !strpbrk(url, " \t\r\n\"\\<>");
}

static int check_door(const ivrq_graph_config *config, ivrq_error *error)
{
	struct in6_addr any;

	if (!config->address ||
	    (inet_pton(AF_INET, config->address, &any) != 1 &&
	     inet_pton(AF_INET6, config->address, &any) != 1))
		return ivrq__invalid(error, "address", "a numeric IP address");
	if (config->base_url && !is_url(config->base_url))
		return ivrq__invalid(
			error, "base_url",
			"http or https, at most 512 bytes, no final slash");
	if (!config->cert_file != !config->key_file)
		return ivrq__invalid(error, "key_file",
				     "with cert_file, and only so");
	if (config->no_auth) {
		if (!ivrq__is_loopback(config->address))
			return ivrq__invalid(error, "no_auth",
					     "on a loopback address only");
		if (config->token_key_file || config->audience ||
		    config->issuer)
			return ivrq__invalid(
				error, "no_auth",
				"not with token_key_file, audience or issuer");
		return 0;
	}
	if (!config->token_key_file)
		return ivrq__invalid(error, "token_key_file",
				     "needed, or no_auth");
	if (!config->audience || !*config->audience)
		return ivrq__invalid(error, "audience", "needed, or no_auth");
	if (!config->issuer || !*config->issuer)
		return ivrq__invalid(error, "issuer", "needed, or no_auth");
	return 0;
}

int ivrq__config_check(const ivrq_graph_config *config, ivrq_error *error)
{
	int status;

	if (!config)
		return ivrq__invalid(error, "config", "not NULL");
	if (config->size != sizeof(*config))
		return ivrq__invalid(error, "size",
				     "that of ivrq_graph_config");
	status = check_numbers(config, error);
	if (status == 0)
		status = check_door(config, error);
	if (status)
		return status;
	if (config->callback_host_count && !config->callback_hosts)
		return ivrq__invalid(error, "callback_hosts", "not NULL");
	for (uint32_t i = 0; i < config->callback_host_count; i++)
		if (!config->callback_hosts[i] || !*config->callback_hosts[i])
			return ivrq__invalid(error, "callback_hosts[]",
					     "\"host\" or \"host:port\"");
	return 0;
}

int ivrq__call_config_check(const ivrq_graph *graph,
			    const ivrq_graph_call_config *config,
			    ivrq_error *error)
{
	if (!config)
		return ivrq__invalid(error, "config", "not NULL");
	if (config->size != sizeof(*config))
		return ivrq__invalid(error, "size",
				     "that of ivrq_graph_call_config");
	if (!config->call)
		return ivrq__invalid(error, "call", "not NULL");
	if (config->version != IVRQ_JSON_V1 &&
	    config->version != IVRQ_JSON_BETA)
		return ivrq__invalid(error, "version",
				     "IVRQ_JSON_V1 or IVRQ_JSON_BETA");
	if (!config->callback_uri)
		return 0;
	return ivrq__notify_check_uri(graph->notify, config->callback_uri,
				      error);
}

/* ------------------------------------------------------------------- copy */

/* Measures with to == NULL, else copies to *to and moves it on. */
static void copy(const char **string, char **to, size_t *bytes)
{
	size_t length;

	if (!*string)
		return;
	length = strlen(*string) + 1;
	*bytes += length;
	if (!to)
		return;
	*string = memcpy(*to, *string, length);
	*to += length;
}

static size_t copy_all(ivrq_graph_config *config, const char **hosts, char **to)
{
	const char **strings[] = {
		&config->address,	 &config->base_url,
		&config->cert_file,	 &config->key_file,
		&config->token_key_file, &config->audience,
		&config->issuer,	 &config->recordings_dir,
		&config->ca_file,	 &config->spool_file,
	};
	size_t bytes = 0;

	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		copy(strings[i], to, &bytes);
	for (uint32_t i = 0; i < config->callback_host_count; i++) {
		const char *host = config->callback_hosts[i];

		copy(&host, to, &bytes);
		if (to)
			hosts[i] = host;
	}
	return bytes;
}

int ivrq__config_copy(ivrq_graph *graph, const ivrq_graph_config *config)
{
	size_t table = config->callback_host_count * sizeof(char *);
	const char **hosts;
	char *to;

	graph->config = *config;
	if (!graph->config.recordings_dir)
		graph->config.recordings_dir = ".";
	graph->strings =
		malloc(table + copy_all(&graph->config, NULL, NULL) + 1);
	if (!graph->strings)
		return IVRQ_ENOMEM;
	hosts = (const char **)(void *)graph->strings;
	to = graph->strings + table;
	copy_all(&graph->config, hosts, &to);
	graph->config.callback_hosts = hosts;
	if (config->base_url)
		strcpy(graph->base_url, config->base_url);
	return 0;
}
