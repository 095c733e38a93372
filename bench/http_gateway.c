/* SPDX-License-Identifier: MIT */
/* http_gateway.c - a gateway with all that is around one; see http.h. */
#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <ivrq/graph.h>
#include <microhttpd.h>

#define RING	32
#define TICK_NS 20000000L

struct told {
	size_t bytes;
	char text[65536];
};

struct http_gateway {
	ivrq_engine *engine;
	ivrq_graph *graph;
	struct MHD_Daemon *receiver;
	ivrq_call call;
	char id[IVRQ_UUID_DASHED_BYTES];
	pthread_t worker;
	bool woken;
	sem_t wake;
	sem_t started; /* operations */

	pthread_mutex_t lock;
	pthread_cond_t change;
	bool quit;
	unsigned told;
	uint64_t told_ns; /* the latest */
};

static void pass(sem_t *sem)
{
	while (sem_wait(sem) && errno == EINTR)
		;
}

/* -------------------------------------------------------- the media server */

static void wake(void *user, uint32_t worker)
{
	struct http_gateway *gateway = user;

	(void)worker;
	sem_post(&gateway->wake);
}

static void *run(void *user)
{
	static const struct timespec tick = { 0, TICK_NS };
	struct http_gateway *gateway = user;
	bool quit = false;

	while (!quit) {
		if (gateway->woken)
			pass(&gateway->wake);
		else
			nanosleep(&tick, NULL);
		pthread_mutex_lock(&gateway->lock);
		quit = gateway->quit;
		pthread_mutex_unlock(&gateway->lock);
		(void)ivrq_worker_run(gateway->engine, 0, bench_now());
	}
	return NULL;
}

/* Operations end by a cancel only. */
static int start(void *user, const ivrq_operation *operation)
{
	struct http_gateway *gateway = user;

	(void)operation;
	sem_post(&gateway->started);
	return 0;
}

static int stop(void *user, const ivrq_operation *operation,
		ivrq_outcome *outcome)
{
	(void)user;
	(void)operation;
	*outcome = (ivrq_outcome){ .media_ms = 10 };
	return IVRQ_STOPPED;
}

static const ivrq_driver driver = { .start = start, .stop = stop };

/* ------------------------------------------------------------- who is told */

static void count(struct http_gateway *gateway, const char *text)
{
	static const char word[] = "\"changeType\"";
	unsigned found = 0;

	while ((text = strstr(text, word))) {
		text += sizeof(word) - 1;
		found++;
	}
	pthread_mutex_lock(&gateway->lock);
	gateway->told += found;
	gateway->told_ns = bench_now();
	pthread_cond_signal(&gateway->change);
	pthread_mutex_unlock(&gateway->lock);
}

static enum MHD_Result serve(void *user, struct MHD_Connection *connection,
			     const char *path, const char *method,
			     const char *version, const char *data,
			     size_t *bytes, void **memory)
{
	struct told *told = *memory;
	struct MHD_Response *response;
	enum MHD_Result result;

	(void)path;
	(void)method;
	(void)version;
	if (!told) {
		*memory = told = bench_memory(1, sizeof(*told));
		return MHD_YES;
	}
	if (*bytes) {
		if (told->bytes + *bytes >= sizeof(told->text))
			bench_die("a notification is too long");
		memcpy(told->text + told->bytes, data, *bytes);
		told->bytes += *bytes;
		*bytes = 0;
		return MHD_YES;
	}
	count(user, told->text);
	response = MHD_create_response_from_buffer(0, (void *)"",
						   MHD_RESPMEM_PERSISTENT);
	result = MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return result;
}

static void completed(void *user, struct MHD_Connection *connection,
		      void **memory, enum MHD_RequestTerminationCode why)
{
	(void)user;
	(void)connection;
	(void)why;
	free(*memory);
}

static void start_receiver(struct http_gateway *gateway)
{
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	gateway->receiver = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, serve, gateway,
		MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_NOTIFY_COMPLETED,
		completed, gateway, MHD_OPTION_END);
	if (!gateway->receiver)
		bench_die("cannot start the receiver");
}

/* ------------------------------------------------------------- the gateway */

static void start_engine(struct http_gateway *gateway)
{
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = 16;
	config.ring = RING;
	config.operations = 1024;
	config.wake = gateway->woken ? wake : NULL;
	config.user = gateway;
	if (ivrq_engine_create(&config, &gateway->engine, NULL) ||
	    pthread_create(&gateway->worker, NULL, run, gateway))
		bench_die("cannot start the engine");
}

static void start_graph(struct http_gateway *gateway, const char *host,
			unsigned threads)
{
	const char *hosts[] = { host };
	ivrq_graph_config config;

	ivrq_graph_config_init(&config);
	config.no_auth = true;
	config.threads = threads;
	config.connections = HTTP_CONNECTIONS_MAX * threads;
	config.callback_hosts = hosts;
	config.callback_host_count = 1;
	config.callback_http = true;
	if (ivrq_graph_create(&config, gateway->engine, &gateway->graph, NULL))
		bench_die("cannot start the gateway");
}

static void open_call(struct http_gateway *gateway, const char *host)
{
	ivrq_graph_call_config config;
	ivrq_call_config call;
	ivrq_uuid id;
	char uri[64];

	snprintf(uri, sizeof(uri), "http://%s/told", host);
	ivrq_call_config_init(&call);
	call.driver = &driver;
	call.driver_user = gateway;
	ivrq_graph_call_config_init(&config);
	config.call = &call;
	config.callback_uri = uri;
	if (ivrq_graph_call_open(gateway->graph, &config, &gateway->call, &id,
				 NULL))
		bench_die("cannot open a call");
	ivrq_uuid_dashed(&id, gateway->id);
}

struct http_gateway *http_gateway_start(unsigned threads, bool woken)
{
	struct http_gateway *gateway = bench_memory(1, sizeof(*gateway));
	char host[32];

	if (sem_init(&gateway->wake, 0, 0) ||
	    sem_init(&gateway->started, 0, 0) ||
	    pthread_mutex_init(&gateway->lock, NULL) ||
	    pthread_cond_init(&gateway->change, NULL))
		bench_die("cannot make a lock");
	gateway->woken = woken;
	start_receiver(gateway);
	snprintf(host, sizeof(host), "127.0.0.1:%u",
		 (unsigned)MHD_get_daemon_info(gateway->receiver,
					       MHD_DAEMON_INFO_BIND_PORT)
			 ->port);
	start_engine(gateway);
	start_graph(gateway, host, threads);
	open_call(gateway, host);
	return gateway;
}

uint16_t http_gateway_port(const struct http_gateway *gateway)
{
	return ivrq_graph_port(gateway->graph);
}

void http_gateway_request(const struct http_gateway *gateway,
			  struct http_request *request, const char *action,
			  const char *body)
{
	char path[128];

	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/%s",
		 gateway->id, action);
	http_request(request, path, body);
}

void http_gateway_wait_started(struct http_gateway *gateway)
{
	pass(&gateway->started);
}

uint64_t http_gateway_wait_told(struct http_gateway *gateway, unsigned count)
{
	uint64_t at_ns;

	pthread_mutex_lock(&gateway->lock);
	while (gateway->told < count)
		pthread_cond_wait(&gateway->change, &gateway->lock);
	if (gateway->told > count)
		bench_die("something was told twice");
	gateway->told = 0;
	at_ns = gateway->told_ns;
	pthread_mutex_unlock(&gateway->lock);
	return at_ns;
}

/* All that was told has been taken, or it ends the program. */
void http_gateway_stop(struct http_gateway *gateway)
{
	ivrq_graph_counts counts;

	if (ivrq_engine_stop(gateway->engine, 60000) ||
	    ivrq_graph_stop(gateway->graph, 60000) ||
	    ivrq_graph_stats(gateway->graph, &counts) ||
	    counts.told != counts.accepted + 2 ||
	    counts.settled != counts.told || counts.refused ||
	    ivrq_graph_destroy(gateway->graph))
		bench_die("the gateway's counts do not add up");
	pthread_mutex_lock(&gateway->lock);
	gateway->quit = true;
	pthread_mutex_unlock(&gateway->lock);
	sem_post(&gateway->wake);
	pthread_join(gateway->worker, NULL);
	if (ivrq_engine_destroy(gateway->engine))
		bench_die("the engine is in use");
	MHD_stop_daemon(gateway->receiver);
	sem_destroy(&gateway->wake);
	sem_destroy(&gateway->started);
	pthread_cond_destroy(&gateway->change);
	pthread_mutex_destroy(&gateway->lock);
	free(gateway);
}
