/* SPDX-License-Identifier: MIT */
/*
 * http.c - the HTTP server in front of answer.c.
 *
 * libmicrohttpd has config.threads threads; a connection belongs to one of
 * them. A request is read to its end, then answered in one go: of what answers
 * it only the embedder's prompt hook may wait. What a client may take is
 * bounded: the headers by the memory of a connection, the body by
 * IVRQ_JSON_BODY_MAX, the number of connections, the time without progress,
 * and, as a client could make very slow progress, the time of a request as a
 * whole: a connection that has not come to an answer for twice request_s is
 * shut down, and so is one that has not taken it. Only of a recording, which
 * may be long, every step counts by itself.
 *
 * What every request does is done without a lock, where it can be: the server's
 * threads would wait for each other.
 *
 * Edges
 * GX6: relaxed. Counters; nothing is ordered by them.
 * GX7: relaxed. A time that is judged alone: a request that is seen too late to
 *      have been answered took its time anyway.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "graph/clock.h"
#include "graph/fail.h"
#include "graph/http.h"
#include "graph/recording.h"

#define HEADERS_MAX 32768u
#define FILE_MAX    65535u

struct connection {
	int fd;
	ivrq__a64 since_ns; /* without an answer; 0: one is being sent */
	struct connection *next, **link;
};

struct ivrq__http {
	ivrq_graph *graph;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock; /* of the list */
	struct connection *connections;
	ivrq_uuid any; /* of its request-ids */
	ivrq__a64 ids;
	char *cert, *key;
};

/* A request under way. */
struct request {
	struct ivrq__asked asked;
	struct ivrq__answer answer; /* status 0: not known yet */
	char id[IVRQ_UUID_DASHED_BYTES];
	bool large; /* it says so itself */
	char *body;
	size_t bytes, room;
};

/* ------------------------------------------------------------ connections */

static void connection_begin(struct ivrq__http *http,
			     struct MHD_Connection *handle, void **user)
{
	const union MHD_ConnectionInfo *info;
	struct connection *connection = malloc(sizeof(*connection));

	*user = connection;
	if (!connection)
		return; /* then libmicrohttpd's own limits have to do */
	info = MHD_get_connection_info(handle,
				       MHD_CONNECTION_INFO_CONNECTION_FD);
	connection->fd = info ? info->connect_fd : -1;
	ivrq__st_rlx64(&connection->since_ns, ivrq__now_ns()); /* GX7 */
	pthread_mutex_lock(&http->lock);
	connection->next = http->connections;
	connection->link = &http->connections;
	if (connection->next)
		connection->next->link = &connection->next;
	http->connections = connection;
	pthread_mutex_unlock(&http->lock);
}

static void connection_end(struct ivrq__http *http,
			   struct connection *connection)
{
	pthread_mutex_lock(&http->lock);
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	pthread_mutex_unlock(&http->lock);
	free(connection);
}

static void on_connection(void *user, struct MHD_Connection *handle,
			  void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		connection_begin(user, handle, context);
	else if (*context)
		connection_end(user, *context);
}

static void connection_time(struct MHD_Connection *handle, uint64_t since_ns)
{
	const union MHD_ConnectionInfo *info;
	struct connection *connection;

	info = MHD_get_connection_info(handle,
				       MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	connection = info ? info->socket_context : NULL;
	if (!connection)
		return;
	ivrq__st_rlx64(&connection->since_ns, since_ns); /* GX7 */
}

void ivrq__http_expire(struct ivrq__http *http, uint64_t now_ns)
{
	struct connection *connection;
	uint64_t limit_ns, since_ns;

	limit_ns = 2 * http->graph->config.request_s * IVRQ__SECOND_NS;
	pthread_mutex_lock(&http->lock);
	for (connection = http->connections; connection;
	     connection = connection->next) {
		since_ns = ivrq__ld_rlx64(&connection->since_ns); /* GX7 */
		if (since_ns && now_ns > since_ns &&
		    now_ns - since_ns > limit_ns)
			shutdown(connection->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&http->lock);
}

/* --------------------------------------------------------------- requests */

static const char *authorization(struct MHD_Connection *handle)
{
	return MHD_lookup_connection_value(handle, MHD_HEADER_KIND,
					   MHD_HTTP_HEADER_AUTHORIZATION);
}

static bool is_word(const char *method)
{
	return method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == 0;
}

/* What can be told before the body has come. */
static void judge(struct ivrq__http *http, struct MHD_Connection *handle,
		  struct request *request, const char *method, const char *url)
{
	ivrq_graph *graph = http->graph;
	struct ivrq__asked *asked = &request->asked;
	struct ivrq__answer *answer = &request->answer;
	struct ivrq__auth_answer auth;
	int status = ivrq__route(method, url, &asked->route, &answer->allow);

	if (status == 405) {
		ivrq__refuse(answer, asked, 405, "8520",
			     "The method %.16s is not supported here.",
			     is_word(method) ? method : "");
		return;
	}
	if (status != 200) {
		ivrq__refuse_absent(answer, asked, "No such resource.");
		return;
	}
	asked->media = !graph->auth;
	if (!graph->auth || asked->route.place >= IVRQ__RECORDING)
		return;
	ivrq__auth_check(graph->auth, authorization(handle), &asked->route,
			 (int64_t)time(NULL), &auth);
	asked->media = auth.media;
	if (auth.status == 200)
		return;
	answer->challenge = auth.challenge;
	ivrq__refuse(answer, asked, auth.status, auth.code, "%s", auth.message);
}

static void too_large(struct request *request)
{
	ivrq__refuse(&request->answer, &request->asked, 413, "8523",
		     "The body has more than %u bytes.", IVRQ_JSON_BODY_MAX);
}

/* Ids that nobody else has; who knows one may guess others, for they open
 * nothing. A random one for each would be a system call. */
static void make_id(struct ivrq__http *http, char *text)
{
	uint64_t n = ivrq__add_rlx64(&http->ids, 1); /* GX6 */
	ivrq_uuid id = http->any;

	for (size_t i = sizeof(id.bytes) - 1; n && i > 9; i--, n >>= 8)
		id.bytes[i] ^= (uint8_t)n;
	ivrq_uuid_dashed(&id, text);
}

static struct request *request_new(struct ivrq__http *http,
				   struct MHD_Connection *handle,
				   const char *method, const char *url)
{
	struct request *request = malloc(sizeof(*request));
	const char *length;

	if (!request)
		return NULL;
	memset(request, 0, offsetof(struct request, answer));
	/* The room for the body is left as it is. */
	memset(&request->answer, 0, offsetof(struct ivrq__answer, body));
	request->body = NULL;
	request->bytes = request->room = 0;
	make_id(http, request->id);
	request->asked.id = request->id;
	judge(http, handle, request, method, url);
	length = MHD_lookup_connection_value(handle, MHD_HEADER_KIND,
					     MHD_HTTP_HEADER_CONTENT_LENGTH);
	request->large =
		length && strtoull(length, NULL, 10) > IVRQ_JSON_BODY_MAX;
	if (!request->answer.status && request->large)
		too_large(request);
	connection_time(handle, ivrq__now_ns());
	return request;
}

/* More of the body. What is too much is read, and dropped. */
static void request_more(struct request *request, const char *data,
			 size_t bytes)
{
	if (request->answer.status)
		return;
	if (bytes > IVRQ_JSON_BODY_MAX - request->bytes) {
		too_large(request);
		return;
	}
	if (request->bytes + bytes > request->room) {
		size_t room = request->bytes + bytes + 1024;
		char *body = realloc(request->body, room);

		if (!body) {
			ivrq__refuse_memory(&request->answer, &request->asked);
			return;
		}
		request->body = body;
		request->room = room;
	}
	memcpy(request->body + request->bytes, data, bytes);
	request->bytes += bytes;
}

/* Content-Type: application/json, with any parameters. */
static bool is_json(const char *type)
{
	size_t length = strlen("application/json");

	return type && !strncasecmp(type, "application/json", length) &&
	       (type[length] == 0 || type[length] == ';' ||
		type[length] == ' ' || type[length] == '\t');
}

static void do_action(struct ivrq__http *http, struct MHD_Connection *handle,
		      struct request *request)
{
	struct ivrq__asked *asked = &request->asked;
	const char *type = MHD_lookup_connection_value(
		handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);

	if ((type || request->bytes) && !is_json(type)) {
		ivrq__refuse(&request->answer, asked, 415, "8557",
			     "The Content-Type must be application/json.");
		return;
	}
	asked->body = request->body ? request->body : "";
	asked->bytes = request->bytes;
	asked->client_id = MHD_lookup_connection_value(handle, MHD_HEADER_KIND,
						       "client-request-id");
	if (asked->client_id &&
	    (!*asked->client_id ||
	     strlen(asked->client_id) > IVRQ__REPEAT_ID_MAX)) {
		ivrq__refuse(&request->answer, asked, 400, "8523",
			     "client-request-id: 1 to %u bytes.",
			     IVRQ__REPEAT_ID_MAX);
		return;
	}
	ivrq__do(http->graph, asked, &request->answer);
}

static void do_health(ivrq_graph *graph, struct request *request)
{
	static const char well[] = "ok\n";
	bool stopping;

	pthread_mutex_lock(&graph->lock);
	stopping = graph->stopping;
	pthread_mutex_unlock(&graph->lock);
	if (stopping) {
		ivrq__refuse_stopping(&request->answer, &request->asked);
		return;
	}
	request->answer.status = 200;
	request->answer.type = "text/plain; charset=utf-8";
	request->answer.bytes = sizeof(well) - 1;
	memcpy(request->answer.body, well, sizeof(well) - 1);
}

/* Fills the answer; or answers a descriptor to send from. */
static int act(struct ivrq__http *http, struct MHD_Connection *handle,
	       struct request *request)
{
	switch (request->asked.route.place) {
	case IVRQ__ACTION:
		do_action(http, handle, request);
		return -1;
	case IVRQ__RECORDING:
		return ivrq__recording_open(http->graph, &request->asked,
					    authorization(handle),
					    &request->answer);
	case IVRQ__HEALTH:
		do_health(http->graph, request);
		return -1;
	case IVRQ__METRICS:
		ivrq__do_metrics(http->graph, &request->answer);
		return -1;
	default:
		ivrq__do(http->graph, &request->asked, &request->answer);
		return -1;
	}
}

/* ---------------------------------------------------------------- answers */

static ssize_t read_recording(void *user, uint64_t position, char *buffer,
			      size_t bytes)
{
	const int *fd = user;
	ssize_t n;

	(void)position;
	do
		n = read(*fd, buffer, bytes);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	return n ? n : MHD_CONTENT_READER_END_OF_STREAM;
}

static void close_recording(void *user)
{
	int *fd = user;

	close(*fd);
	free(fd);
}

/* Of unknown size, so that it is sent in chunks. */
static struct MHD_Response *recording_response(int fd)
{
	int *mine = malloc(sizeof(*mine));
	struct MHD_Response *response = NULL;

	if (mine) {
		*mine = fd;
		response = MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, 65536, read_recording, mine,
			close_recording);
	}
	if (!response) {
		free(mine);
		close(fd);
	}
	return response;
}

static struct MHD_Response *make_response(struct request *request, int fd)
{
	struct ivrq__answer *answer = &request->answer;

	if (fd >= 0) {
		answer->type = "application/octet-stream";
		return recording_response(fd);
	}
	if (answer->text.text && answer->status == 200) {
		char *text = answer->text.text;

		answer->text.text = NULL; /* the response's now */
		return MHD_create_response_from_buffer(answer->text.bytes, text,
						       MHD_RESPMEM_MUST_FREE);
	}
	return MHD_create_response_from_buffer(answer->bytes, answer->body,
					       MHD_RESPMEM_MUST_COPY);
}

static void header(struct MHD_Response *response, const char *name,
		   const char *value)
{
	if (value && *value)
		MHD_add_response_header(response, name, value);
}

static enum MHD_Result send_answer(struct MHD_Connection *handle,
				   struct request *request, int fd)
{
	struct ivrq__answer *answer = &request->answer;
	struct MHD_Response *response = make_response(request, fd);
	enum MHD_Result sent;
	char seconds[16];

	if (!response)
		return MHD_NO;
	if (answer->status != 204)
		header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
		       answer->type ? answer->type : "application/json");
	header(response, MHD_HTTP_HEADER_LOCATION, answer->location);
	header(response, "X-Ivrq-Receipt", answer->counts);
	header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
	header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, answer->challenge);
	header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	header(response, "request-id", request->id);
	header(response, "client-request-id", request->asked.client_id);
	if (answer->retry_after) {
		snprintf(seconds, sizeof(seconds), "%u", answer->retry_after);
		header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	sent = MHD_queue_response(handle, (unsigned)answer->status, response);
	MHD_destroy_response(response);
	return sent;
}

static enum MHD_Result answer(struct ivrq__http *http,
			      struct MHD_Connection *handle,
			      struct request *request, int fd)
{
	ivrq_graph *graph = http->graph;

	ivrq__add_rlx64(&graph->requests, 1); /* GX6 */
	if (request->answer.status >= 400)
		ivrq__add_rlx64(&graph->refused, 1); /* GX6 */
	if (fd >= 0)
		connection_time(handle, 0);
	return send_answer(handle, request, fd);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *handle,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *bytes, void **context)
{
	struct ivrq__http *http = user;
	struct request *request = *context;
	int fd = -1;

	(void)version;
	if (!request) {
		request = request_new(http, handle, method, url);
		*context = request;
		if (!request)
			return MHD_NO;
		if (!request->large)
			return MHD_YES;
		/* Answered before the body: the connection ends with it. */
		return answer(http, handle, request, -1);
	}
	if (*bytes) {
		request_more(request, data, *bytes);
		*bytes = 0;
		return MHD_YES;
	}
	if (!request->answer.status)
		fd = act(http, handle, request);
	return answer(http, handle, request, fd);
}

static void on_completed(void *user, struct MHD_Connection *handle,
			 void **context, enum MHD_RequestTerminationCode code)
{
	struct request *request = *context;

	(void)user;
	(void)code;
	connection_time(handle, ivrq__now_ns());
	if (!request)
		return;
	free(request->answer.text.text);
	free(request->body);
	free(request);
	*context = NULL;
}

/* Paths are matched as they came. */
static size_t as_it_is(void *user, struct MHD_Connection *handle, char *text)
{
	(void)user;
	(void)handle;
	return strlen(text);
}

/* ------------------------------------------------------------- the server */

bool ivrq__is_loopback(const char *address)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, address, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &six) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&six);
}

/* A whole text file, as libmicrohttpd wants it; NULL: none, or too long. */
static char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = file ? calloc(1, FILE_MAX + 1) : NULL;

	if (text && (!fread(text, 1, FILE_MAX, file) || ferror(file) ||
		     fgetc(file) != EOF)) {
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	return text;
}

static int set_address(const ivrq_graph_config *config,
		       struct sockaddr_storage *address)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)address;
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, config->address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(config->port);
		return 0;
	}
	if (inet_pton(AF_INET6, config->address, &six->sin6_addr) != 1)
		return IVRQ_EINVAL;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(config->port);
	return 0;
}

static struct MHD_Daemon *listen_on(struct ivrq__http *http,
				    struct sockaddr_storage *address)
{
	const ivrq_graph_config *config = &http->graph->config;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, http->cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, http->key },
		{ MHD_OPTION_END, 0, NULL },
	};

	if (http->cert)
		flags |= MHD_USE_TLS;
	else
		tls[0].option = MHD_OPTION_END;
	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	errno = 0;
	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR,
		address, MHD_OPTION_THREAD_POOL_SIZE,
		config->threads > 1 ? config->threads : 0,
		MHD_OPTION_CONNECTION_LIMIT, config->connections,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADERS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, config->request_s,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
		MHD_OPTION_UNESCAPE_CALLBACK, as_it_is, NULL,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, tls,
		MHD_OPTION_END);
}

static void set_port(ivrq_graph *graph)
{
	const union MHD_DaemonInfo *info;
	bool six = strchr(graph->config.address, ':');

	info = MHD_get_daemon_info(graph->http->daemon,
				   MHD_DAEMON_INFO_BIND_PORT);
	graph->port = info && info->port ? info->port : graph->config.port;
	if (!graph->base_url[0])
		snprintf(graph->base_url, sizeof(graph->base_url),
			 "%s://%s%s%s:%u", graph->http->cert ? "https" : "http",
			 six ? "[" : "", graph->config.address, six ? "]" : "",
			 (unsigned)graph->port);
}

int ivrq__http_start(ivrq_graph *graph, ivrq_error *error)
{
	const ivrq_graph_config *config = &graph->config;
	struct sockaddr_storage address;
	struct ivrq__http *http = calloc(1, sizeof(*http));

	if (!http)
		return IVRQ_ENOMEM;
	http->graph = graph;
	ivrq_uuid_make(&http->any);
	if (pthread_mutex_init(&http->lock, NULL)) {
		free(http);
		return IVRQ_ENOMEM;
	}
	graph->http = http;
	if (set_address(config, &address))
		return ivrq__invalid(error, "address", "a numeric IP address");
	if (config->cert_file) {
		http->cert = read_file(config->cert_file);
		http->key = read_file(config->key_file);
		if (!http->cert)
			return ivrq__invalid(error, "cert_file",
					     "PEM, at most 65535 bytes");
		if (!http->key)
			return ivrq__invalid(error, "key_file",
					     "PEM, at most 65535 bytes");
	}
	http->daemon = listen_on(http, &address);
	if (!http->daemon && errno == EADDRINUSE)
		return ivrq__fail(error, IVRQ_EBUSY, "address", "free");
	if (!http->daemon && http->cert && errno != EADDRNOTAVAIL)
		return ivrq__invalid(error, "cert_file",
				     "a certificate for key_file");
	if (!http->daemon)
		return ivrq__invalid(error, "address", "one of this machine");
	set_port(graph);
	return 0;
}

void ivrq__http_stop(struct ivrq__http *http)
{
	if (!http)
		return;
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	pthread_mutex_destroy(&http->lock);
	free(http->cert);
	free(http->key);
	free(http);
}
