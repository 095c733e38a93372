/* SPDX-License-Identifier: MIT */
/*
 * bench_http: what a request costs over HTTP; all threads on all CPUs.
 *
 *	http_request	a cancelMediaProcessing on kept connections: the time
 *			of the run for each, and (http_p99) what 99 % of them
 *			took at most. The media thread runs every 20 ms; with
 *			`woken` it runs for each request. `echo` is a plain
 *			server of the same library with as many threads, whose
 *			answer has a body of the same size
 *	http_deliver	from the cancel of one prompt that plays and 16 that
 *			wait until the receiver has the 17th notification
 */
#include "http.h"

static unsigned long connections = 16, requests = 4000, cancels = 201;
static unsigned long threads = 2;

static const struct bench_option options[] = {
	{ "connections", &connections, 4, HTTP_CONNECTIONS_MAX },
	{ "requests", &requests, 64, 1000000 },
	{ "cancels", &cancels, 3, 100000 },
	{ "threads", &threads, 2, 64 },
	{ NULL, NULL, 0, 0 },
};

static const char cancel_body[] = "{\"clientContext\":\"step-1\"}";
static const char play_body[] =
	"{\"clientContext\":\"step-1\",\"prompts\":[{\"mediaInfo\":{\"uri\":"
	"\"prompts/welcome.wav\"}}]}";

enum { IVRQ, WOKEN, ECHO, SIDES };

static const char *const names[SIDES] = { "ivrq", "woken", "echo" };

static struct http_gateway *gateway[2]; /* IVRQ, WOKEN */
static double rate[SIDES][BENCH_REPEATS_MAX];
static double worst[SIDES][BENCH_REPEATS_MAX];

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* New connections for each repeat: which of the server's threads has how many
 * is the system's choice, and matters. */
static void storm(uint16_t port, const struct http_request *request,
		  unsigned side, unsigned long repeat)
{
	struct http_client *client =
		http_client_open(port, (unsigned)connections);
	double *times = bench_memory(requests, sizeof(*times));
	uint64_t all = http_storm(client, request, times, requests);

	rate[side][repeat] = (double)all / (double)requests;
	qsort(times, requests, sizeof(*times), compare);
	worst[side][repeat] = times[requests * 99 / 100];
	free(times);
	http_client_close(client);
}

static size_t answer_bytes(uint16_t port, const struct http_request *request)
{
	struct http_client *client = http_client_open(port, 1);
	size_t bytes = http_once(client, request);

	http_client_close(client);
	return bytes;
}

static void measure_requests(void)
{
	struct http_request request[SIDES];
	struct http_echo *echo;
	struct bench_work work = { "http_request", connections, "ns",
				   requests,	   NULL,	NULL };
	uint16_t port[SIDES];
	unsigned order[SIDES], i;
	unsigned long repeat;

	for (i = IVRQ; i <= WOKEN; i++) {
		http_gateway_request(gateway[i], &request[i],
				     "cancelMediaProcessing", cancel_body);
		port[i] = http_gateway_port(gateway[i]);
	}
	request[ECHO] = request[IVRQ];
	echo = http_echo_start(answer_bytes(port[IVRQ], &request[IVRQ]),
			       (unsigned)threads);
	port[ECHO] = http_echo_port(echo);
	for (i = 0; i < SIDES; i++)
		storm(port[i], &request[i], i, 0); /* to warm up */
	for (repeat = 0; repeat < bench_repeats; repeat++) {
		bench_order(order, SIDES);
		for (i = 0; i < SIDES; i++)
			storm(port[order[i]], &request[order[i]], order[i],
			      repeat);
	}
	for (i = 0; i < SIDES; i++)
		bench_line(&work, names[i], rate[i], bench_repeats);
	work.work = "http_p99";
	for (i = 0; i < SIDES; i++)
		bench_line(&work, names[i], worst[i], bench_repeats);
	http_echo_stop(echo);
}

static void measure_deliver(struct http_gateway *woken)
{
	enum { WAITING = 16 };
	struct bench_work work = { "http_deliver", WAITING, "ns",
				   cancels,	   NULL,    NULL };
	double *times = bench_memory(cancels, sizeof(*times));
	struct http_client *client =
		http_client_open(http_gateway_port(woken), 1);
	struct http_request play, cancel;
	unsigned long n;

	http_gateway_request(woken, &play, "playPrompt", play_body);
	http_gateway_request(woken, &cancel, "cancelMediaProcessing",
			     cancel_body);
	for (n = 0; n < cancels; n++) {
		uint64_t begin;

		for (unsigned i = 0; i < WAITING + 1; i++)
			http_once(client, &play);
		http_gateway_wait_started(woken);
		begin = bench_now();
		http_once(client, &cancel);
		times[n] = (double)(http_gateway_wait_told(woken, WAITING + 1) -
				    begin);
	}
	bench_line(&work, "ivrq", times, cancels);
	http_client_close(client);
	free(times);
}

int main(int argc, char **argv)
{
	bench_begin(argc, argv, options);
	bench_unpin();
	gateway[IVRQ] = http_gateway_start((unsigned)threads, false);
	gateway[WOKEN] = http_gateway_start((unsigned)threads, true);
	measure_requests();
	measure_deliver(gateway[WOKEN]);
	http_gateway_stop(gateway[IVRQ]);
	http_gateway_stop(gateway[WOKEN]);
	return 0;
}
