/* SPDX-License-Identifier: MIT */
/*
 * gateway - the call API on a loopback address, with callers who are simulated.
 *
 * One process: an engine, a media leg and a call for each caller, a gateway
 * that lets HTTP clients use the calls, and a receiver for its notifications.
 * See usage() for the options; what to try is printed at the start.
 */
#include "gateway.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#ifndef GATEWAY_PROMPTS
#define GATEWAY_PROMPTS "examples/prompts"
#endif

#define RING	   16u
#define STOP_MS	   10000u
#define PROMPT_URI "https://media.example/"

static void usage(FILE *stream)
{
	fprintf(stream,
		"gateway [--calls N] [--port P] [--receiver-port P]\n"
		"	[--prompts DIR] [--out DIR]\n"
		"	[--key-file FILE --audience AUD --issuer ISS]\n"
		"\n"
		"Serves the call API on 127.0.0.1 and prints what happens.\n"
		"\n"
		"  --calls N          callers, 1 to %u [2]\n"
		"  --port P           of the API; 0 is any [8080]\n"
		"  --receiver-port P  of the notifications and the callers'\n"
		"                     keys; 0 is any [8081]\n"
		"  --prompts DIR      where the prompts are [%s]\n"
		"  --out DIR          where to record, made if missing\n"
		"                     [gateway-out]; recordings are removed\n"
		"                     when it ends\n"
		"  --key-file FILE    wants bearer tokens signed with this\n"
		"                     key, for AUD and from ISS\n",
		CALLS_MAX, GATEWAY_PROMPTS);
}

/* ------------------------------------------------------------- the options */

static bool read_number(const char *text, unsigned long least,
			unsigned long most, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno &&
	       *number >= least && *number <= most;
}

static bool read_option(struct gateway *gateway, int option)
{
	unsigned long number = 0;
	bool is = true;

	switch (option) {
	case 'n':
		is = read_number(optarg, 1, CALLS_MAX, &number);
		gateway->calls = (unsigned)number;
		break;
	case 'p':
		is = read_number(optarg, 0, UINT16_MAX, &number);
		gateway->port = (uint16_t)number;
		break;
	case 'r':
		is = read_number(optarg, 0, UINT16_MAX, &number);
		gateway->receiver_port = (uint16_t)number;
		break;
	case 'd':
		gateway->prompts = optarg;
		break;
	case 'o':
		gateway->out = optarg;
		break;
	case 'k':
		gateway->key_file = optarg;
		break;
	case 'a':
		gateway->audience = optarg;
		break;
	case 'i':
		gateway->issuer = optarg;
		break;
	default:
		is = false;
	}
	return is;
}

/* 0 go on, 1 that was all, -1 no such option. */
static int read_options(struct gateway *gateway, int argc, char **argv)
{
	static const struct option options[] = {
		{ "calls", required_argument, NULL, 'n' },
		{ "port", required_argument, NULL, 'p' },
		{ "receiver-port", required_argument, NULL, 'r' },
		{ "prompts", required_argument, NULL, 'd' },
		{ "out", required_argument, NULL, 'o' },
		{ "key-file", required_argument, NULL, 'k' },
		{ "audience", required_argument, NULL, 'a' },
		{ "issuer", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	gateway->calls = 2;
	gateway->port = 8080;
	gateway->receiver_port = 8081;
	gateway->prompts = GATEWAY_PROMPTS;
	gateway->out = "gateway-out";
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h') {
			usage(stdout);
			return 1;
		}
		if (!read_option(gateway, option))
			return -1;
	}
	/* Half of it must not mean "no tokens needed". */
	if (!gateway->key_file != !gateway->audience ||
	    !gateway->key_file != !gateway->issuer)
		return -1;
	return optind == argc ? 0 : -1;
}

/* ------------------------------------------------------- the gateway's hooks */

/* The media has prompts by file name; a slash never gets there. */
static int name_prompt(void *user, const char *uri, char *name, size_t bytes)
{
	size_t length = strlen(PROMPT_URI);
	int written;

	(void)user;
	if (!strncmp(uri, PROMPT_URI, length))
		uri += length;
	length = strlen(uri);
	if (!length || strchr(uri, '/'))
		return IVRQ_EINVAL;
	if (length > 4 && !strcmp(uri + length - 4, ".wav"))
		written = snprintf(name, bytes, "%s", uri);
	else
		written = snprintf(name, bytes, "%s.wav", uri);
	return written > 0 && (size_t)written < bytes ? 0 : IVRQ_ETOOBIG;
}

static void log_line(void *user, const char *line)
{
	(void)user;
	print_line(0, "log: %s", line);
}

/* --------------------------------------------------------------- the start */

static int make_engine(struct gateway *gateway, ivrq_error *error)
{
	ivrq_media_config media;
	ivrq_config engine;
	int answer;

	ivrq_config_init(&engine);
	engine.calls = gateway->calls;
	engine.ring = RING;
	engine.operations = gateway->calls * RING;
	engine.wake = media_wake;
	engine.user = gateway;
	answer = ivrq_engine_create(&engine, &gateway->engine, error);
	if (answer < 0)
		return answer;
	ivrq_media_config_init(&media);
	media.legs = gateway->calls;
	media.prompts_dir = gateway->prompts;
	media.recordings_dir = gateway->out;
	return ivrq_media_create(&media, &gateway->media, error);
}

static int make_legs(struct gateway *gateway, ivrq_error *error)
{
	ivrq_media_leg_config leg;
	int answer = 0;

	ivrq_media_leg_config_init(&leg);
	leg.rate_hz = RATE_HZ;
	for (unsigned i = 0; i < gateway->calls && answer >= 0; i++) {
		gateway->callers[i].gateway = gateway;
		gateway->callers[i].number = i + 1;
		answer = ivrq_media_leg_create(gateway->media, gateway->engine,
					       &leg, &gateway->callers[i].leg,
					       error);
	}
	return answer;
}

/* The receiver runs: its port is known, and it is the only one allowed. */
static int make_graph(struct gateway *gateway, ivrq_error *error)
{
	char host[32];
	const char *hosts[] = { host };
	ivrq_graph_config graph;

	snprintf(host, sizeof(host), "127.0.0.1:%u",
		 (unsigned)gateway->receiver_port);
	ivrq_graph_config_init(&graph);
	graph.port = gateway->port;
	graph.calls = gateway->calls;
	graph.no_auth = !gateway->key_file;
	graph.token_key_file = gateway->key_file;
	graph.audience = gateway->audience;
	graph.issuer = gateway->issuer;
	graph.keep_s = 3600;
	graph.recording_keep_s = 3600;
	graph.recordings_dir = gateway->out;
	graph.callback_hosts = hosts;
	graph.callback_host_count = 1;
	graph.callback_http = true;
	graph.prompt = name_prompt;
	graph.log = log_line;
	return ivrq_graph_create(&graph, gateway->engine, &gateway->graph,
				 error);
}

static int open_call(struct gateway *gateway, struct caller *caller,
		     ivrq_error *error)
{
	ivrq_graph_call_config config;
	ivrq_call_config call;
	char id[64], uri[64];
	ivrq_uuid given;
	ivrq_call opened;
	int answer;

	snprintf(uri, sizeof(uri), "http://127.0.0.1:%u/calls/%u",
		 (unsigned)gateway->receiver_port, caller->number);
	snprintf(id, sizeof(id), "00000000-0000-4000-8000-%012u",
		 caller->number);
	ivrq_call_config_init(&call);
	call.driver = ivrq_media_driver();
	call.driver_user = caller->leg;
	call.listener = &caller_listener;
	call.user = caller;
	ivrq_graph_call_config_init(&config);
	config.callback_uri = uri;
	config.call = &call;
	answer = ivrq_uuid_parse(id, strlen(id), &config.id);
	if (answer < 0)
		return answer;
	answer = ivrq_graph_call_open(gateway->graph, &config, &opened, &given,
				      error);
	if (answer < 0)
		return answer;
	pthread_mutex_lock(&gateway->lock);
	caller->call = opened;
	pthread_mutex_unlock(&gateway->lock);
	return ivrq_media_leg_bind(caller->leg, opened);
}

static int start(struct gateway *gateway, ivrq_error *error)
{
	int answer = make_engine(gateway, error);

	if (answer >= 0)
		answer = make_legs(gateway, error);
	if (answer >= 0)
		answer = media_start(gateway);
	if (answer >= 0) {
		error->field = "receiver-port";
		error->rule = "cannot be listened on";
		answer = receiver_start(gateway);
	}
	if (answer >= 0)
		answer = make_graph(gateway, error);
	for (unsigned i = 0; i < gateway->calls && answer >= 0; i++)
		answer = open_call(gateway, &gateway->callers[i], error);
	return answer;
}

/* ----------------------------------------------------------------- the end */

static bool check(int answer, const char *what)
{
	if (answer < 0)
		print_fault("%s: %s", what, ivrq_strerror(answer));
	return answer >= 0;
}

/* However far start() came. The calls end first, while the media thread, the
 * gateway and the receiver still do their part; then what nobody uses. */
static bool end(struct gateway *gateway)
{
	bool well = true;

	if (gateway->runs)
		well = check(ivrq_engine_stop(gateway->engine, STOP_MS),
			     "the calls do not end");
	if (gateway->graph)
		well &= check(ivrq_graph_stop(gateway->graph, STOP_MS),
			      "notifications wait");
	well &= check(ivrq_graph_destroy(gateway->graph), "ivrq_graph_destroy");
	receiver_stop(gateway);
	media_stop(gateway);
	for (unsigned i = 0; i < gateway->calls; i++)
		well &= check(ivrq_media_leg_destroy(gateway->callers[i].leg),
			      "ivrq_media_leg_destroy");
	well &= check(ivrq_media_destroy(gateway->media), "ivrq_media_destroy");
	well &= check(ivrq_engine_destroy(gateway->engine),
		      "ivrq_engine_destroy");
	return well;
}

static int prepare(struct gateway *gateway)
{
	pthread_condattr_t attributes;

	if (sound_read(gateway->prompts, "caller.wav", &gateway->words) < 0) {
		print_fault("%s/caller.wav cannot be read", gateway->prompts);
		return -1;
	}
	if (mkdir(gateway->out, 0777) < 0 && errno != EEXIST) {
		print_fault("%s: %s", gateway->out, strerror(errno));
		return -1;
	}
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&gateway->cond, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&gateway->lock, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	static struct gateway gateway;
	ivrq_error error = { 0, "", "" };
	int answer = read_options(&gateway, argc, argv);
	sigset_t signals;
	int which;

	if (answer > 0)
		return EXIT_SUCCESS;
	if (answer < 0) {
		usage(stderr);
		return 2;
	}
	/* Every thread inherits this; sigwait() below takes them. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (prepare(&gateway) < 0)
		return EXIT_FAILURE;
	answer = start(&gateway, &error);
	if (answer < 0) {
		print_fault("cannot start on ports %u and %u: %s: %s %s",
			    (unsigned)gateway.port,
			    (unsigned)gateway.receiver_port,
			    ivrq_strerror(answer), error.field, error.rule);
	} else {
		print_start(&gateway);
		sigwait(&signals, &which);
		print_line(0, "%s", "ends");
	}
	if (!end(&gateway) || answer < 0)
		return EXIT_FAILURE;
	free(gateway.words.samples);
	return EXIT_SUCCESS;
}
