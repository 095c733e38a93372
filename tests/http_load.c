/* SPDX-License-Identifier: MIT */
/* http_load.c - many requests on many kept connections; see http_load.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "http_load.h"

struct line {
	CURL *easy;
	struct curl_slist *header;
	struct load_request request;
};

struct load {
	const struct load_hooks *hooks;
	CURLM *multi;
	uint16_t port;
	uint64_t clock;
	unsigned busy;
	unsigned connections;
	struct line line[LOAD_CONNECTIONS_MAX];
};

static size_t take_body(char *data, size_t size, size_t count, void *user)
{
	struct load_request *request = user;
	size_t bytes = size * count;
	char *text = realloc(request->text, request->bytes + bytes + 1);

	if (!text)
		return 0;
	memcpy(text + request->bytes, data, bytes);
	request->text = text;
	request->bytes += bytes;
	text[request->bytes] = 0;
	return bytes;
}

static void keep(char *to, size_t room, const char *name, const char *line,
		 size_t bytes)
{
	size_t length = strlen(name);

	if (bytes < length + 2 || strncasecmp(line, name, length))
		return;
	snprintf(to, room, "%.*s", (int)(bytes - length - 2), line + length);
}

static size_t take_header(char *line, size_t size, size_t count, void *user)
{
	struct load_request *request = user;

	keep(request->location, sizeof(request->location), "Location: ", line,
	     size * count);
	keep(request->receipt, sizeof(request->receipt),
	     "X-Ivrq-Receipt: ", line, size * count);
	return size * count;
}

static bool make_line(struct line *line)
{
	CURL *easy = curl_easy_init();

	line->easy = easy;
	return easy && !curl_easy_setopt(easy, CURLOPT_PROXY, "") &&
	       !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_TIMEOUT, 60L) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEDATA, &line->request) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERDATA, &line->request) &&
	       !curl_easy_setopt(easy, CURLOPT_PRIVATE, line);
}

static void set_headers(struct line *line)
{
	const struct load_request *request = &line->request;
	char id[96];

	curl_slist_free_all(line->header);
	line->header = curl_slist_append(NULL, "Expect:");
	if (request->body)
		line->header = curl_slist_append(
			line->header, "Content-Type: application/json");
	snprintf(id, sizeof(id), "client-request-id: %s", request->client_id);
	if (request->client_id[0])
		line->header = curl_slist_append(line->header, id);
	curl_easy_setopt(line->easy, CURLOPT_HTTPHEADER, line->header);
}

/* The next request, if there is one. */
static void launch(struct load *load, struct line *line)
{
	struct load_request *request = &line->request;
	char url[256];

	memset(request, 0, sizeof(*request));
	if (!load->hooks->next(load->hooks->user, request))
		return;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u%s",
		 (unsigned)load->port, request->path);
	set_headers(line);
	curl_easy_setopt(line->easy, CURLOPT_URL, url);
	if (request->body)
		curl_easy_setopt(line->easy, CURLOPT_POSTFIELDS, request->body);
	else
		curl_easy_setopt(line->easy, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(line->easy, CURLOPT_CUSTOMREQUEST, request->method);
	request->sent = ++load->clock;
	load->busy++;
	curl_multi_add_handle(load->multi, line->easy);
}

static void land(struct load *load, const CURLMsg *message)
{
	CURL *easy = message->easy_handle;
	bool good = message->data.result == CURLE_OK;
	struct line *line = NULL;
	long made = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &line);
	if (good)
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE,
				  &line->request.status);
	curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &made);
	load->connections += (unsigned)made;
	curl_multi_remove_handle(load->multi, easy);
	line->request.answered = ++load->clock;
	load->hooks->done(load->hooks->user, &line->request);
	free(line->request.text);
	load->busy--;
	launch(load, line);
}

static void work(struct load *load)
{
	CURLMsg *message;
	int running, left;

	curl_multi_perform(load->multi, &running);
	while ((message = curl_multi_info_read(load->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			land(load, message);
	if (load->hooks->turn)
		load->hooks->turn(load->hooks->user);
	if (load->busy)
		curl_multi_poll(load->multi, NULL, 0, 10, NULL);
}

unsigned load_run(uint16_t port, unsigned connections,
		  const struct load_hooks *hooks)
{
	struct load *load = calloc(1, sizeof(*load));
	bool good = load && connections <= LOAD_CONNECTIONS_MAX;
	unsigned i, made;

	if (!good)
		abort();
	load->hooks = hooks;
	load->port = port;
	load->multi = curl_multi_init();
	curl_multi_setopt(load->multi, CURLMOPT_MAXCONNECTS, (long)connections);
	for (i = 0; i < connections; i++)
		good = good && make_line(&load->line[i]);
	for (i = 0; good && i < connections; i++)
		launch(load, &load->line[i]);
	while (load->busy)
		work(load);
	for (i = 0; i < connections; i++) {
		curl_easy_cleanup(load->line[i].easy);
		curl_slist_free_all(load->line[i].header);
	}
	curl_multi_cleanup(load->multi);
	made = load->connections;
	free(load);
	return good ? made : 0;
}
