/* SPDX-License-Identifier: MIT */
/* http_client.c - a client that costs little; see http.h. */
#include "http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

struct line {
	uint64_t sent_ns;
	size_t bytes; /* of the answer so far */
	bool busy;
	char answer[8192];
};

struct http_client {
	unsigned connections;
	struct pollfd fd[HTTP_CONNECTIONS_MAX];
	struct line line[HTTP_CONNECTIONS_MAX];
};

static int connect_to(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		bench_die("cannot connect");
	return fd;
}

struct http_client *http_client_open(uint16_t port, unsigned connections)
{
	struct http_client *client = bench_memory(1, sizeof(*client));

	client->connections = connections;
	for (unsigned i = 0; i < connections; i++) {
		client->fd[i].fd = connect_to(port);
		client->fd[i].events = POLLIN;
	}
	return client;
}

void http_client_close(struct http_client *client)
{
	for (unsigned i = 0; i < client->connections; i++)
		close(client->fd[i].fd);
	free(client);
}

void http_request(struct http_request *request, const char *path,
		  const char *body)
{
	request->bytes = (size_t)snprintf(
		request->text, sizeof(request->text),
		"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		"Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n"
		"%s",
		path, strlen(body), body);
	if (request->bytes >= sizeof(request->text))
		bench_die("a request is too long");
}

static void put(struct http_client *client, unsigned i,
		const struct http_request *request)
{
	struct line *line = &client->line[i];

	line->bytes = 0;
	line->busy = true;
	line->sent_ns = bench_now();
	if (send(client->fd[i].fd, request->text, request->bytes, 0) !=
	    (ssize_t)request->bytes)
		bench_die("cannot send");
}

/* How many bytes its body has, if the answer is whole. */
static bool whole(const struct line *line, size_t *body)
{
	static const char name[] = "Content-Length: ";
	const char *end = strstr(line->answer, "\r\n\r\n");
	const char *length = strstr(line->answer, name);

	if (!end)
		return false;
	if (strncmp(line->answer, "HTTP/1.1 200 ", 13) || !length ||
	    length > end)
		bench_die(line->answer);
	*body = strtoul(length + sizeof(name) - 1, NULL, 10);
	return line->bytes == (size_t)(end + 4 - line->answer) + *body;
}

/* Reads what is there; true: that was the rest of the answer. */
static bool take(struct http_client *client, unsigned i, size_t *body)
{
	struct line *line = &client->line[i];
	ssize_t got = recv(client->fd[i].fd, line->answer + line->bytes,
			   sizeof(line->answer) - 1 - line->bytes, 0);

	if (got <= 0)
		bench_die("a connection was closed, or an answer is too long");
	line->bytes += (size_t)got;
	line->answer[line->bytes] = 0;
	if (!whole(line, body))
		return false;
	line->busy = false;
	return true;
}

uint64_t http_storm(struct http_client *client,
		    const struct http_request *request, double *times,
		    unsigned long count)
{
	uint64_t begin = bench_now(), now = begin;
	unsigned long sent = 0, done = 0;
	size_t body;

	for (unsigned i = 0; i < client->connections && sent < count; i++) {
		put(client, i, request);
		sent++;
	}
	while (done < count) {
		if (poll(client->fd, client->connections, -1) < 0)
			bench_die("poll");
		for (unsigned i = 0; i < client->connections; i++) {
			if (!client->fd[i].revents || !take(client, i, &body))
				continue;
			now = bench_now();
			times[done++] = (double)(now - client->line[i].sent_ns);
			if (sent == count)
				continue;
			put(client, i, request);
			sent++;
		}
	}
	return now - begin;
}

size_t http_once(struct http_client *client, const struct http_request *request)
{
	size_t body;

	put(client, 0, request);
	while (!take(client, 0, &body))
		;
	return body;
}
