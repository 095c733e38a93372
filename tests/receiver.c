/* SPDX-License-Identifier: MIT */
/* receiver.c - a server that notifications are sent to. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <jansson.h>
#include <microhttpd.h>

#include "receiver.h"

#define WAIT_S	  50
#define RULES	  16
#define POSTS_MAX 1048576u

/* One that is being received or answered; `post` lives longer. */
struct request {
	struct request *next;
	struct MHD_Connection *connection;
	struct receiver_post *post;
	bool suspended;
	bool whole;
};

struct receiver {
	struct MHD_Daemon *daemon;
	uint16_t port;
	bool tls;

	pthread_mutex_t lock; /* over all below */
	pthread_cond_t change;
	bool leaving;
	unsigned status;
	unsigned rules;
	struct {
		char path[64];
		unsigned status;
	} rule[RULES];
	struct request *requests; /* whole, not yet answered */
	struct receiver_post *post[POSTS_MAX];
	struct receiver_post *taken[POSTS_MAX];
	unsigned posts, takens, elements;
	unsigned connections, peak, overlaps, mood;
};

/* Made for this test; nobody else believes in it. From 2020 to 2120. */
static const char key_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgu90s+BL4d+ZPsZPb\n"
	"NZyhdEW5F5d3UvUvBd2hPToIkmehRANCAATKVoNZIowpwkFf3oDmHyjUkwJa4qcM\n"
	"AqFeRieYXzGvl0C5IdtXViu7vXfXQLyiTRUd3S+jpHzo3A6TD4RmpDV+\n"
	"-----END PRIVATE KEY-----\n";
static const char cert_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv\n"
	"c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM\n"
	"CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMpWg1kijCnCQV/e\n"
	"gOYfKNSTAlripwwCoV5GJ5hfMa+XQLkh21dWK7u9d9dAvKJNFR3dL6OkfOjcDpMP\n"
	"hGakNX6jTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E\n"
	"BTADAQH/MB0GA1UdDgQWBBTKFkbUi3ma9kfM9lpoOljEpD6OkzAKBggqhkjOPQQD\n"
	"AgNIADBFAiAm2UE5qrgi0A1uAO1QeY/0fnVwYHs4AJK+PwtqNATDdwIhAL4yHyS1\n"
	"ErrVehvYE6aFS6dLXxoZrTBlx8X7K3vHLpeE\n"
	"-----END CERTIFICATE-----\n";

const char *receiver_key(void)
{
	return key_pem;
}

const char *receiver_cert(void)
{
	return cert_pem;
}

/* With the lock. */
static unsigned rule_of(struct receiver *receiver, const char *path)
{
	unsigned status = receiver->status;

	for (unsigned i = 0; i < receiver->rules; i++)
		if (!strcmp(receiver->rule[i].path, path))
			status = receiver->rule[i].status;
	if (receiver->leaving)
		return RECEIVER_CLOSES;
	if (status == RECEIVER_MOODY) {
		receiver->mood++;
		status = receiver->mood % 7 == 3 ? RECEIVER_CLOSES :
			 receiver->mood % 3 == 1 ? 503 :
						   200;
	}
	return status;
}

static unsigned count_elements(const struct receiver_post *post)
{
	json_t *body = json_loadb(post->body, post->bytes, 0, NULL);
	unsigned count =
		(unsigned)json_array_size(json_object_get(body, "value"));

	json_decref(body);
	return count;
}

/* It is whole: remembered, with the lock. */
static void remember(struct receiver *receiver, struct request *request)
{
	unsigned now = 1;

	request->whole = true;
	request->post->elements = count_elements(request->post);
	for (struct request *other = receiver->requests; other;
	     other = other->next, now++)
		if (!strcmp(other->post->path, request->post->path))
			receiver->overlaps++;
	if (now > receiver->peak)
		receiver->peak = now;
	request->next = receiver->requests;
	receiver->requests = request;
	if (receiver->posts == POSTS_MAX)
		abort();
	receiver->post[receiver->posts++] = request->post;
	pthread_cond_broadcast(&receiver->change);
}

/* With the lock. */
static void forget(struct receiver *receiver, struct request *request)
{
	struct request **at = &receiver->requests;

	while (*at && *at != request)
		at = &(*at)->next;
	if (*at)
		*at = request->next;
}

/* With the lock. */
static enum MHD_Result answer(struct receiver *receiver,
			      struct request *request)
{
	unsigned status = rule_of(receiver, request->post->path);
	struct MHD_Response *response;
	enum MHD_Result result;

	if (status == RECEIVER_HANGS) {
		request->suspended = true;
		MHD_suspend_connection(request->connection);
		return MHD_YES;
	}
	forget(receiver, request);
	if (status == RECEIVER_CLOSES)
		return MHD_NO;
	if (status / 100 == 2) {
		receiver->taken[receiver->takens++] = request->post;
		receiver->elements += request->post->elements;
		pthread_cond_broadcast(&receiver->change);
	}
	response = MHD_create_response_from_buffer(2, (void *)"ok",
						   MHD_RESPMEM_MUST_COPY);
	if (status / 100 == 3)
		MHD_add_response_header(response, "Location", "/elsewhere");
	result = MHD_queue_response(request->connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static struct request *make_request(struct MHD_Connection *connection,
				    const char *path)
{
	struct request *request = calloc(1, sizeof(*request));
	const char *type = MHD_lookup_connection_value(
		connection, MHD_HEADER_KIND, "Content-Type");

	if (!request || !(request->post = calloc(1, sizeof(*request->post))))
		abort();
	request->connection = connection;
	snprintf(request->post->path, sizeof(request->post->path), "%s", path);
	snprintf(request->post->type, sizeof(request->post->type), "%s",
		 type ? type : "");
	return request;
}

static enum MHD_Result serve(void *user, struct MHD_Connection *connection,
			     const char *path, const char *method,
			     const char *version, const char *data,
			     size_t *bytes, void **memory)
{
	struct receiver *receiver = user;
	struct request *request = *memory;
	enum MHD_Result result;

	(void)method;
	(void)version;
	if (!request) {
		*memory = make_request(connection, path);
		return MHD_YES;
	}
	if (*bytes) {
		struct receiver_post *post = request->post;

		post->body = realloc(post->body, post->bytes + *bytes);
		if (!post->body)
			abort();
		memcpy(post->body + post->bytes, data, *bytes);
		post->bytes += *bytes;
		*bytes = 0;
		return MHD_YES;
	}
	pthread_mutex_lock(&receiver->lock);
	if (!request->whole)
		remember(receiver, request);
	result = answer(receiver, request);
	pthread_mutex_unlock(&receiver->lock);
	return result;
}

static void completed(void *user, struct MHD_Connection *connection,
		      void **memory, enum MHD_RequestTerminationCode why)
{
	struct receiver *receiver = user;
	struct request *request = *memory;

	(void)connection;
	(void)why;
	if (!request)
		return;
	pthread_mutex_lock(&receiver->lock);
	forget(receiver, request);
	pthread_mutex_unlock(&receiver->lock);
	if (!request->whole) {
		free(request->post->body);
		free(request->post);
	}
	free(request);
}

static void connected(void *user, struct MHD_Connection *connection,
		      void **memory, enum MHD_ConnectionNotificationCode code)
{
	struct receiver *receiver = user;

	(void)connection;
	(void)memory;
	if (code != MHD_CONNECTION_NOTIFY_STARTED)
		return;
	pthread_mutex_lock(&receiver->lock);
	receiver->connections++;
	pthread_mutex_unlock(&receiver->lock);
}

static bool start(struct receiver *receiver)
{
	const unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD |
			       MHD_ALLOW_SUSPEND_RESUME |
			       (receiver->tls ? MHD_USE_TLS : 0);
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(receiver->port);
	receiver->daemon = MHD_start_daemon(
		flags, receiver->port, NULL, NULL, serve, receiver,
		MHD_OPTION_SOCK_ADDR, &address,
		MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u,
		MHD_OPTION_NOTIFY_COMPLETED, completed, receiver,
		MHD_OPTION_NOTIFY_CONNECTION, connected, receiver,
		receiver->tls ? MHD_OPTION_HTTPS_MEM_KEY : MHD_OPTION_END,
		key_pem, MHD_OPTION_HTTPS_MEM_CERT, cert_pem, MHD_OPTION_END);
	if (!receiver->daemon)
		return false;
	receiver->port =
		MHD_get_daemon_info(receiver->daemon, MHD_DAEMON_INFO_BIND_PORT)
			->port;
	return true;
}

/* With the lock: what hangs is answered once more. */
static void resume(struct receiver *receiver)
{
	for (struct request *request = receiver->requests; request;
	     request = request->next)
		if (request->suspended) {
			request->suspended = false;
			MHD_resume_connection(request->connection);
		}
}

struct receiver *receiver_open(bool tls)
{
	struct receiver *receiver = calloc(1, sizeof(*receiver));

	if (!receiver)
		return NULL;
	receiver->tls = tls;
	receiver->status = 200;
	pthread_mutex_init(&receiver->lock, NULL);
	pthread_cond_init(&receiver->change, NULL);
	if (start(receiver))
		return receiver;
	free(receiver);
	return NULL;
}

void receiver_leave(struct receiver *receiver)
{
	if (!receiver->daemon)
		return;
	pthread_mutex_lock(&receiver->lock);
	receiver->leaving = true;
	resume(receiver);
	pthread_mutex_unlock(&receiver->lock);
	MHD_stop_daemon(receiver->daemon);
	receiver->daemon = NULL;
	receiver->leaving = false;
}

bool receiver_return(struct receiver *receiver)
{
	return start(receiver);
}

void receiver_close(struct receiver *receiver)
{
	receiver_leave(receiver);
	for (unsigned i = 0; i < receiver->posts; i++) {
		free(receiver->post[i]->body);
		free(receiver->post[i]);
	}
	pthread_cond_destroy(&receiver->change);
	pthread_mutex_destroy(&receiver->lock);
	free(receiver);
}

uint16_t receiver_port(const struct receiver *receiver)
{
	return receiver->port;
}

void receiver_answer(struct receiver *receiver, const char *path,
		     unsigned status)
{
	unsigned i = 0;

	pthread_mutex_lock(&receiver->lock);
	while (path && i < receiver->rules &&
	       strcmp(receiver->rule[i].path, path))
		i++;
	if (!path) {
		receiver->status = status;
	} else {
		if (i == RULES)
			abort();
		snprintf(receiver->rule[i].path, sizeof(receiver->rule[i].path),
			 "%s", path);
		receiver->rule[i].status = status;
		if (i == receiver->rules)
			receiver->rules++;
	}
	resume(receiver);
	pthread_mutex_unlock(&receiver->lock);
}

static bool wait_for(struct receiver *receiver, const unsigned *what,
		     unsigned count)
{
	struct timespec end;
	int failed = 0;
	bool reached;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += WAIT_S;
	pthread_mutex_lock(&receiver->lock);
	while (*what < count && !failed)
		failed = pthread_cond_timedwait(&receiver->change,
						&receiver->lock, &end);
	reached = *what >= count;
	pthread_mutex_unlock(&receiver->lock);
	return reached;
}

bool receiver_wait_posts(struct receiver *receiver, unsigned count)
{
	return wait_for(receiver, &receiver->posts, count);
}

bool receiver_wait_elements(struct receiver *receiver, unsigned count)
{
	return wait_for(receiver, &receiver->elements, count);
}

static unsigned read_counter(struct receiver *receiver, const unsigned *what)
{
	unsigned value;

	pthread_mutex_lock(&receiver->lock);
	value = *what;
	pthread_mutex_unlock(&receiver->lock);
	return value;
}

const struct receiver_post *receiver_post(struct receiver *receiver,
					  unsigned index)
{
	return index < read_counter(receiver, &receiver->posts) ?
		       receiver->post[index] :
		       NULL;
}

const struct receiver_post *receiver_taken(struct receiver *receiver,
					   unsigned index)
{
	return index < read_counter(receiver, &receiver->takens) ?
		       receiver->taken[index] :
		       NULL;
}

unsigned receiver_posts(struct receiver *receiver)
{
	return read_counter(receiver, &receiver->posts);
}

unsigned receiver_connections(struct receiver *receiver)
{
	return read_counter(receiver, &receiver->connections);
}

unsigned receiver_peak(struct receiver *receiver)
{
	return read_counter(receiver, &receiver->peak);
}

unsigned receiver_overlaps(struct receiver *receiver)
{
	return read_counter(receiver, &receiver->overlaps);
}
