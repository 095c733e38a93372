/* SPDX-License-Identifier: MIT */
/*
 * graph_stage.c - an embedder with a gateway; see graph_stage.h.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <check.h>

#include "graph_stage.h"

/* -------------------------------------------------------- the media thread */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void wake(void *user, uint32_t worker)
{
	struct stage *stage = user;

	(void)worker;
	sem_post(&stage->wake);
}

static void *run(void *user)
{
	struct stage *stage = user;
	bool quit = false;

	while (!quit) {
		while (sem_wait(&stage->wake) && errno == EINTR)
			;
		pthread_mutex_lock(&stage->lock);
		quit = stage->quit;
		pthread_mutex_unlock(&stage->lock);
		(void)ivrq_worker_run(stage->engine, 0, now_ns());
	}
	return NULL;
}

/* ------------------------------------------------------------- the driver */

static void write_recording(struct stage *stage, const char *location)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", stage->directory, location);
	file = fopen(path, "wb");
	if (file) {
		fputs(location, file);
		fclose(file);
	}
}

static int start(void *user, const ivrq_operation *operation)
{
	struct stage_call *call = user;
	struct stage *stage = call->stage;
	ivrq_outcome done = { IVRQ_REASON_SUCCESS, 20, 0, false };

	if (operation->kind == IVRQ_RECORD_RESPONSE) {
		write_recording(stage, operation->location);
		done.reason = IVRQ_REASON_MAX_DURATION;
		done.kept = true;
	}
	if (!stage->hold)
		return ivrq_op_complete(stage->engine, operation->op, &done) ?
			       IVRQ_REASON_OTHER :
			       0;
	pthread_mutex_lock(&stage->lock);
	call->in_flight = operation->op;
	pthread_cond_broadcast(&stage->changed);
	pthread_mutex_unlock(&stage->lock);
	return 0;
}

static int stop(void *user, const ivrq_operation *operation,
		ivrq_outcome *outcome)
{
	struct stage_call *call = user;
	char path[256];

	if (operation->kind == IVRQ_RECORD_RESPONSE) {
		snprintf(path, sizeof(path), "%s/%s", call->stage->directory,
			 operation->location);
		unlink(path);
	}
	pthread_mutex_lock(&call->stage->lock);
	call->in_flight.value = 0;
	pthread_mutex_unlock(&call->stage->lock);
	outcome->media_ms = 10;
	outcome->tone = 0;
	outcome->kept = false;
	return IVRQ_STOPPED;
}

static const ivrq_driver driver = { .start = start, .stop = stop };

static void closed(void *user, ivrq_call handle, enum ivrq_cause cause)
{
	struct stage_call *call = user;

	(void)handle;
	(void)cause;
	pthread_mutex_lock(&call->stage->lock);
	call->closed = true;
	pthread_cond_broadcast(&call->stage->changed);
	pthread_mutex_unlock(&call->stage->lock);
}

static const ivrq_listener listener = { .closed = closed };

/* --------------------------------------------------------------- the stage */

static int name_prompt(void *user, const char *uri, char *name, size_t bytes)
{
	const char *base = "https://media.example/";

	(void)user;
	if (strncmp(uri, base, strlen(base)))
		return IVRQ_EINVAL;
	return snprintf(name, bytes, "%s", uri + strlen(base)) < (int)bytes ?
		       0 :
		       IVRQ_ETOOBIG;
}

static void hang_up(void *user, ivrq_call call)
{
	struct stage *stage = user;

	(void)call;
	pthread_mutex_lock(&stage->lock);
	stage->hung_up++;
	pthread_mutex_unlock(&stage->lock);
}

void stage_open(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	strcpy(stage->directory, "/tmp/ivrq-graph-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(stage->directory));
	stage->receiver = receiver_open(false);
	ck_assert_ptr_nonnull(stage->receiver);
	snprintf(stage->host, sizeof(stage->host), "127.0.0.1:%u",
		 (unsigned)receiver_port(stage->receiver));
	stage->hosts[0] = stage->host;
	stage->ring = 16;
	ivrq_graph_config_init(&stage->config);
	stage->config.no_auth = true;
	stage->config.recordings_dir = stage->directory;
	stage->config.callback_hosts = stage->hosts;
	stage->config.callback_host_count = 1;
	stage->config.callback_http = true;
	stage->config.retry_min_ms = 1;
	stage->config.retry_max_ms = 20;
	stage->config.prompt = name_prompt;
	stage->config.hang_up = hang_up;
	stage->config.user = stage;
}

void stage_start(struct stage *stage)
{
	ivrq_config config;
	ivrq_error error = { 0, "", "" };
	int status;

	ck_assert(!pthread_mutex_init(&stage->lock, NULL));
	ck_assert(!pthread_cond_init(&stage->changed, NULL));
	ck_assert(!sem_init(&stage->wake, 0, 0));
	ivrq_config_init(&config);
	config.calls = 256;
	config.ring = stage->ring;
	config.operations = 4096;
	config.inline_bytes = 128;
	config.wake = wake;
	config.user = stage;
	ck_assert_int_eq(ivrq_engine_create(&config, &stage->engine, NULL), 0);
	ck_assert(!pthread_create(&stage->worker, NULL, run, stage));
	status = ivrq_graph_create(&stage->config, stage->engine, &stage->graph,
				   &error);
	ck_assert_msg(status == 0, "%s: %s: %s", ivrq_strerror(status),
		      error.field, error.rule);
}

const ivrq_driver *stage_driver(void)
{
	return &driver;
}

void stage_call(struct stage *stage, struct stage_call *call, const char *name,
		enum ivrq_json_version version)
{
	ivrq_graph_call_config config;
	ivrq_call_config inner;
	ivrq_error error = { 0, "", "" };
	ivrq_uuid id;
	char uri[128];
	int status;

	memset(call, 0, sizeof(*call));
	call->stage = stage;
	snprintf(uri, sizeof(uri), "http://%s/%s", stage->host,
		 name ? name : "");
	ivrq_call_config_init(&inner);
	inner.driver = &driver;
	inner.driver_user = call;
	inner.listener = &listener;
	inner.user = call;
	ivrq_graph_call_config_init(&config);
	config.call = &inner;
	config.version = version;
	config.callback_uri = name ? uri : NULL;
	status = ivrq_graph_call_open(stage->graph, &config, &call->handle, &id,
				      &error);
	ck_assert_msg(status == 0, "%s: %s: %s", ivrq_strerror(status),
		      error.field, error.rule);
	ivrq_uuid_dashed(&id, call->id);
}

void stage_complete(struct stage *stage, struct stage_call *call,
		    const ivrq_outcome *outcome)
{
	ivrq_op op;

	pthread_mutex_lock(&stage->lock);
	while (!call->in_flight.value)
		pthread_cond_wait(&stage->changed, &stage->lock);
	op = call->in_flight;
	call->in_flight.value = 0;
	pthread_mutex_unlock(&stage->lock);
	ck_assert_int_eq(ivrq_op_complete(stage->engine, op, outcome), 0);
}

void stage_hang_up(struct stage *stage, struct stage_call *call)
{
	(void)ivrq_call_close(stage->engine, call->handle, IVRQ_CAUSE_HANG_UP,
			      NULL);
	pthread_mutex_lock(&stage->lock);
	while (!call->closed)
		pthread_cond_wait(&stage->changed, &stage->lock);
	pthread_mutex_unlock(&stage->lock);
}

ivrq_graph_counts stage_settled(struct stage *stage)
{
	ivrq_graph_counts counts;

	ck_assert_int_eq(ivrq_engine_stop(stage->engine, 60000), 0);
	ck_assert_int_eq(ivrq_graph_stop(stage->graph, 60000), 0);
	ck_assert_int_eq(ivrq_graph_stats(stage->graph, &counts), 0);
	return counts;
}

void stage_close(struct stage *stage)
{
	char path[80];

	ck_assert_int_eq(ivrq_engine_stop(stage->engine, 60000), 0);
	/* Calls of the gateway end with the news of it. */
	ck_assert_int_eq(ivrq_graph_stop(stage->graph, 60000), 0);
	ck_assert_int_eq(ivrq_graph_destroy(stage->graph), 0);
	pthread_mutex_lock(&stage->lock);
	stage->quit = true;
	pthread_mutex_unlock(&stage->lock);
	sem_post(&stage->wake);
	pthread_join(stage->worker, NULL);
	ck_assert_int_eq(ivrq_engine_destroy(stage->engine), 0);
	receiver_close(stage->receiver);
	sem_destroy(&stage->wake);
	pthread_cond_destroy(&stage->changed);
	pthread_mutex_destroy(&stage->lock);
	snprintf(path, sizeof(path), "%s/spool", stage->directory);
	unlink(path);
	rmdir(stage->directory);
}

/* -------------------------------------------------------------- the client */

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
	struct reply *reply = user;
	size_t bytes = size * count;
	char *body = realloc(reply->body, reply->bytes + bytes + 1);

	if (!body)
		return 0;
	memcpy(body + reply->bytes, data, bytes);
	reply->body = body;
	reply->bytes += bytes;
	body[reply->bytes] = 0;
	return bytes;
}

static void keep(char *to, size_t room, const char *name, const char *line,
		 size_t bytes)
{
	size_t length = strlen(name);

	if (bytes <= length || strncasecmp(line, name, length))
		return;
	for (line += length, bytes -= length; bytes && *line == ' '; bytes--)
		line++;
	while (bytes && (line[bytes - 1] == '\n' || line[bytes - 1] == '\r'))
		bytes--;
	if (bytes >= room)
		bytes = room - 1;
	memcpy(to, line, bytes);
	to[bytes] = 0;
}

static size_t take_header(char *line, size_t size, size_t count, void *user)
{
	struct reply *reply = user;
	size_t bytes = size * count;
	char coding[16] = "";

	keep(reply->location, sizeof(reply->location), "Location:", line,
	     bytes);
	keep(reply->receipt, sizeof(reply->receipt), "X-Ivrq-Receipt:", line,
	     bytes);
	keep(reply->allow, sizeof(reply->allow), "Allow:", line, bytes);
	keep(reply->challenge, sizeof(reply->challenge),
	     "WWW-Authenticate:", line, bytes);
	keep(reply->type, sizeof(reply->type), "Content-Type:", line, bytes);
	keep(reply->retry_after, sizeof(reply->retry_after),
	     "Retry-After:", line, bytes);
	keep(reply->request_id, sizeof(reply->request_id), "request-id:", line,
	     bytes);
	keep(coding, sizeof(coding), "Transfer-Encoding:", line, bytes);
	reply->chunked |= !strcmp(coding, "chunked");
	return bytes;
}

static struct curl_slist *add_headers(const char *body,
				      const char *const *headers)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	bool typed = false;

	for (; headers && *headers; headers++) {
		list = curl_slist_append(list, *headers);
		typed |= !strncasecmp(*headers, "Content-Type:", 13);
	}
	if (body && !typed)
		list = curl_slist_append(list,
					 "Content-Type: application/json");
	return list;
}

struct reply ask(const struct stage *stage, const char *method,
		 const char *path, const char *body, const char *const *headers)
{
	struct reply reply;
	struct curl_slist *list = add_headers(body, headers);
	CURL *curl = curl_easy_init();
	char url[1024];

	memset(&reply, 0, sizeof(reply));
	if (!strncmp(path, "http", 4))
		snprintf(url, sizeof(url), "%s", path);
	else
		snprintf(url, sizeof(url), "http%s://127.0.0.1:%u%s",
			 stage->ca_file ? "s" : "",
			 (unsigned)ivrq_graph_port(stage->graph), path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (stage->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, stage->ca_file);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	if (!strcmp(method, "HEAD"))
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	if (curl_easy_perform(curl) == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(list);
	if (reply.body)
		reply.json = json_loads(reply.body, 0, NULL);
	return reply;
}

struct reply post(const struct stage *stage, const struct stage_call *call,
		  const char *action, const char *body)
{
	char path[256];

	snprintf(path, sizeof(path), "/v1.0/communications/calls/%s/%s",
		 call->id, action);
	return ask(stage, "POST", path, body, NULL);
}

void reply_free(struct reply *reply)
{
	json_decref(reply->json);
	free(reply->body);
	memset(reply, 0, sizeof(*reply));
}

const char *reply_string(const struct reply *reply, const char *path)
{
	const json_t *at = reply->json;
	char name[64];

	while (at && *path) {
		size_t length = strcspn(path, "/");

		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		at = json_object_get(at, name);
		path += length + (path[length] == '/');
	}
	return json_is_string(at) ? json_string_value(at) : "";
}

char *ask_raw(const struct stage *stage, const char *bytes, bool finish)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	size_t length = strlen(bytes), got = 0, room = 65536;
	char *answer = calloc(1, room);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	ssize_t n;

	address.sin_port = htons(ivrq_graph_port(stage->graph));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length) {
		if (finish)
			shutdown(fd, SHUT_WR);
		while (got < room - 1 &&
		       (n = recv(fd, answer + got, room - 1 - got, 0)) > 0)
			got += (size_t)n;
	}
	close(fd);
	return answer;
}
