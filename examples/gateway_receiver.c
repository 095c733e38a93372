/* SPDX-License-Identifier: MIT */
/*
 * What an application would have: an address that notifications are sent to.
 * Here it prints them. And the callers' keys:
 *
 *	POST /calls/1		    notifications about call 1
 *	POST /calls/1/press/5	    caller 1 presses 5 (0-9, star, pound, a-d)
 *	POST /calls/1/hang-up	    caller 1 hangs up
 */
#include "gateway.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BODY_MAX (IVRQ_GRAPH_BATCH_MAX * IVRQ_JSON_BYTES)

struct request {
	char *body;
	size_t bytes;
	bool refused;
};

struct reply {
	unsigned status;
	char text[128];
};

/* ----------------------------------------------------------- what is asked */

static void on_notification(void *user,
			    const ivrq_json_notification *notification)
{
	const struct caller *caller = user;

	print_notification(caller->number, notification);
}

static void take(struct caller *caller, const struct request *request,
		 struct reply *reply)
{
	ivrq_error error = { 0, "", "" };
	int count = IVRQ_ETOOBIG;

	if (!request->refused)
		count = ivrq_json_decode_notifications(
			request->body ? request->body : "", request->bytes,
			on_notification, caller, &error);
	reply->status = count < 0 ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_NO_CONTENT;
	if (count < 0)
		snprintf(reply->text, sizeof(reply->text), "%s: %s %s\n",
			 ivrq_strerror(count), error.field, error.rule);
}

/* 0: no such key. */
static char key_of(const char *name)
{
	if (!strcmp(name, "star"))
		return '*';
	if (!strcmp(name, "pound"))
		return '#';
	return strlen(name) == 1 && ivrq_tone_bit(*name) ? *name : 0;
}

static void press(struct caller *caller, const char *name, struct reply *reply)
{
	char key = key_of(name);
	int answer;

	if (!key) {
		snprintf(reply->text, sizeof(reply->text),
			 "a key is one of 0-9, star, pound, a-d\n");
		return;
	}
	print_line(caller->number, "the caller presses %c", key);
	answer = caller_press(caller, key);
	reply->status = answer < 0 ? MHD_HTTP_CONFLICT : MHD_HTTP_OK;
	if (answer < 0)
		snprintf(reply->text, sizeof(reply->text), "%s\n",
			 ivrq_strerror(answer));
	else
		snprintf(reply->text, sizeof(reply->text),
			 "caller %u pressed %c\n", caller->number, key);
}

static void hang_up(struct caller *caller, struct reply *reply)
{
	int answer = caller_hang_up(caller);

	reply->status = answer < 0 ? MHD_HTTP_CONFLICT : MHD_HTTP_OK;
	if (answer < 0)
		snprintf(reply->text, sizeof(reply->text), "%s\n",
			 ivrq_strerror(answer));
	else
		snprintf(reply->text, sizeof(reply->text),
			 "caller %u hung up\n", caller->number);
}

static void act(struct gateway *gateway, const char *path,
		const struct request *request, struct reply *reply)
{
	static const char calls[] = "/calls/", presses[] = "/press/";
	struct caller *caller = NULL;
	unsigned long number;
	char *rest;

	reply->status = MHD_HTTP_NOT_FOUND;
	snprintf(reply->text, sizeof(reply->text),
		 "POST /calls/1/press/5, POST /calls/1/hang-up\n");
	if (strncmp(path, calls, strlen(calls)))
		return;
	number = strtoul(path + strlen(calls), &rest, 10);
	if (number < 1 || number > gateway->calls)
		return;
	caller = &gateway->callers[number - 1];
	if (!*rest)
		take(caller, request, reply);
	else if (!strcmp(rest, "/hang-up"))
		hang_up(caller, reply);
	else if (!strncmp(rest, presses, strlen(presses)))
		press(caller, rest + strlen(presses), reply);
}

/* -------------------------------------------------------------- the server */

static void more(struct request *request, const char *data, size_t bytes)
{
	char *body = NULL;

	if (!request->refused && bytes <= BODY_MAX - request->bytes)
		body = realloc(request->body, request->bytes + bytes);
	if (!body) {
		request->refused = true;
		return;
	}
	memcpy(body + request->bytes, data, bytes);
	request->body = body;
	request->bytes += bytes;
}

static enum MHD_Result answer(struct MHD_Connection *connection,
			      struct reply *reply)
{
	struct MHD_Response *response;
	enum MHD_Result result;

	response = MHD_create_response_from_buffer(
		strlen(reply->text), reply->text, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	result = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection,
				  const char *path, const char *method,
				  const char *version, const char *data,
				  size_t *bytes, void **context)
{
	struct request *request = *context;
	struct reply reply = { MHD_HTTP_METHOD_NOT_ALLOWED, "only POST\n" };

	(void)version;
	if (!request) {
		*context = calloc(1, sizeof(*request));
		return *context ? MHD_YES : MHD_NO;
	}
	if (*bytes) {
		more(request, data, *bytes);
		*bytes = 0;
		return MHD_YES;
	}
	if (!strcmp(method, MHD_HTTP_METHOD_POST)) {
		reply.text[0] = 0;
		act(user, path, request, &reply);
	}
	return answer(connection, &reply);
}

static void on_completed(void *user, struct MHD_Connection *connection,
			 void **context, enum MHD_RequestTerminationCode code)
{
	struct request *request = *context;

	(void)user;
	(void)connection;
	(void)code;
	if (request)
		free(request->body);
	free(request);
	*context = NULL;
}

int receiver_start(struct gateway *gateway)
{
	const union MHD_DaemonInfo *info;
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(gateway->receiver_port);
	gateway->receiver = MHD_start_daemon(
		MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL,
		on_request, gateway, MHD_OPTION_SOCK_ADDR, &address,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
		MHD_OPTION_END);
	if (!gateway->receiver)
		return IVRQ_EBUSY;
	info = MHD_get_daemon_info(gateway->receiver,
				   MHD_DAEMON_INFO_BIND_PORT);
	if (info)
		gateway->receiver_port = info->port;
	return 0;
}

void receiver_stop(struct gateway *gateway)
{
	if (gateway->receiver)
		MHD_stop_daemon(gateway->receiver);
	gateway->receiver = NULL;
}
