/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_BENCH_HTTP_H
#define IVRQ_BENCH_HTTP_H
/*
 * http.h - what bench_http measures with: a client that costs little, a plain
 * server, and a gateway with all that is around one. All on loopback.
 */
#include "bench.h"

#define HTTP_CONNECTIONS_MAX 256u

/* ------------------------------------------------- http_client.c: one thread */

struct http_client;

struct http_request {
	char text[1024]; /* header and body */
	size_t bytes;
};

struct http_client *http_client_open(uint16_t port, unsigned connections);
void http_client_close(struct http_client *client);

/* The text of a POST. */
void http_request(struct http_request *request, const char *path,
		  const char *body);

/* The request on each connection, again as soon as it has been answered, until
 * there are `count` answers, each of 200; its time, in ns, for each. What all
 * took, in ns. */
uint64_t http_storm(struct http_client *client,
		    const struct http_request *request, double *times,
		    unsigned long count);

/* Once, on the first connection. How many bytes the answer's body has. */
size_t http_once(struct http_client *client,
		 const struct http_request *request);

/* -------------------------------------------------------------- http_echo.c */

struct http_echo;

/* Reads a request and answers 200 with so many bytes; threads as a gateway. */
struct http_echo *http_echo_start(size_t bytes, unsigned threads);
uint16_t http_echo_port(const struct http_echo *echo);
void http_echo_stop(struct http_echo *echo);

/* ----------------------------------------------------------- http_gateway.c */

struct http_gateway;

/* An engine, its media thread, a gateway, one call, and who is told. The
 * thread runs when the engine wakes it, or every 20 ms. */
struct http_gateway *http_gateway_start(unsigned threads, bool woken);
uint16_t http_gateway_port(const struct http_gateway *gateway);
/* A POST to the call. */
void http_gateway_request(const struct http_gateway *gateway,
			  struct http_request *request, const char *action,
			  const char *body);
/* Until the driver has begun the next operation. */
void http_gateway_wait_started(struct http_gateway *gateway);
/* When the `count`-th notification since the last of this was received. */
uint64_t http_gateway_wait_told(struct http_gateway *gateway, unsigned count);
void http_gateway_stop(struct http_gateway *gateway);

#endif
