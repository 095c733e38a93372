/* SPDX-License-Identifier: MIT */
/* http_echo.c - a plain server: reads a request and answers; see http.h. */
#include "http.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <microhttpd.h>

struct http_echo {
	struct MHD_Daemon *daemon;
	size_t bytes;
	char body[8192];
};

static enum MHD_Result serve(void *user, struct MHD_Connection *connection,
			     const char *path, const char *method,
			     const char *version, const char *data,
			     size_t *bytes, void **memory)
{
	static char begun;
	struct http_echo *echo = user;
	struct MHD_Response *response;
	enum MHD_Result result;

	(void)path;
	(void)method;
	(void)version;
	(void)data;
	if (!*memory) {
		*memory = &begun;
		return MHD_YES;
	}
	if (*bytes) {
		*bytes = 0;
		return MHD_YES;
	}
	response = MHD_create_response_from_buffer(echo->bytes, echo->body,
						   MHD_RESPMEM_MUST_COPY);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"application/json");
	result = MHD_queue_response(connection, 200, response);
	MHD_destroy_response(response);
	return result;
}

struct http_echo *http_echo_start(size_t bytes, unsigned threads)
{
	struct http_echo *echo = bench_memory(1, sizeof(*echo));
	struct sockaddr_in address;

	if (bytes > sizeof(echo->body))
		bench_die("the body is too long");
	echo->bytes = bytes;
	memset(echo->body, 'x', bytes);
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	echo->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, serve, echo,
		MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE,
		threads > 1 ? threads : 0, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)HTTP_CONNECTIONS_MAX * threads, MHD_OPTION_END);
	if (!echo->daemon)
		bench_die("cannot start the plain server");
	return echo;
}

uint16_t http_echo_port(const struct http_echo *echo)
{
	return MHD_get_daemon_info(echo->daemon, MHD_DAEMON_INFO_BIND_PORT)
		->port;
}

void http_echo_stop(struct http_echo *echo)
{
	MHD_stop_daemon(echo->daemon);
	free(echo);
}
