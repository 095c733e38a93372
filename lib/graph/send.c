/* SPDX-License-Identifier: MIT */
/*
 * send.c - POSTs over libcurl's multi interface.
 *
 * One easy handle for each POST that may be on its way, used again and again;
 * connections are kept, as many. What an answer says besides its status is
 * thrown away, and too much of it ends the connection. Nothing is taken from
 * the environment (proxies), from the user's files (.netrc), or from answers
 * (redirects, cookies): a POST goes where hosts.c allowed, or nowhere.
 *
 * libcurl sends again by itself when a kept connection turns out to be closed
 * before a byte of the answer. The receiver may have seen the request then:
 * one more reason why a notification may come twice.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "graph/fail.h"
#include "graph/send.h"

#define ANSWER_MAX 65536u /* bytes, with its header */
#define DAY_S	   86400

struct slot {
	struct slot *next; /* free */
	CURL *easy;
	CURLU *url;
	char *body;
	void *tag;
	size_t got; /* bytes of the answer */
	bool busy;
};

struct ivrq__sender {
	CURLM *multi;
	struct curl_slist *header;
	struct slot *free;
	uint32_t slots;
	struct slot slot[];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode ready = CURLE_FAILED_INIT;

static void init(void)
{
	ready = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Of header and body. */
static size_t discard(char *data, size_t size, size_t count, void *user)
{
	struct slot *slot = user;

	(void)data;
	slot->got += size * count;
	return slot->got > ANSWER_MAX ? 0 : size * count;
}

/* The rules for where it may go, and for whom it may believe. */
static bool set_safety(CURL *easy, const struct ivrq__notify_config *config)
{
	const char *protocols = config->http ? "http,https" : "https";

	return !curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols) &&
	       !curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) &&
	       !curl_easy_setopt(easy, CURLOPT_PROXY, "") &&
	       !curl_easy_setopt(easy, CURLOPT_NETRC,
				 (long)CURL_NETRC_IGNORED) &&
	       !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) &&
	       !curl_easy_setopt(easy, CURLOPT_SSLVERSION,
				 (long)CURL_SSLVERSION_TLSv1_2) &&
	       (!config->ca_file ||
		(!curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) &&
		 !curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file)));
}

static bool make_easy(struct ivrq__sender *sender, struct slot *slot,
		      const struct ivrq__notify_config *config)
{
	long ms =
		(config->send_s < DAY_S ? (long)config->send_s : DAY_S) * 1000L;
	CURL *easy = curl_easy_init();

	slot->easy = easy;
	return easy && set_safety(easy, config) &&
	       !curl_easy_setopt(easy, CURLOPT_POST, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_HTTPHEADER, sender->header) &&
	       !curl_easy_setopt(easy, CURLOPT_USERAGENT,
				 "libivrq-graph/" IVRQ_VERSION) &&
	       !curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
				 (long)CURL_HTTP_VERSION_2TLS) &&
	       !curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) &&
	       !curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, ms) &&
	       !curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ms) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard) &&
	       !curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, discard) &&
	       !curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot) &&
	       !curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
}

static bool make_header(struct ivrq__sender *sender)
{
	/* Without a value: not to wait for "100 Continue". */
	static const char *const lines[] = { "Content-Type: application/json",
					     "Expect:" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct curl_slist *longer =
			curl_slist_append(sender->header, lines[i]);

		if (!longer)
			return false;
		sender->header = longer;
	}
	return true;
}

static bool make(struct ivrq__sender *sender,
		 const struct ivrq__notify_config *config)
{
	sender->multi = curl_multi_init();
	if (!sender->multi || !make_header(sender) ||
	    curl_multi_setopt(sender->multi, CURLMOPT_MAXCONNECTS,
			      (long)config->senders))
		return false;
	for (uint32_t i = 0; i < config->senders; i++) {
		struct slot *slot = &sender->slot[i];

		sender->slots++;
		if (!make_easy(sender, slot, config))
			return false;
		slot->next = sender->free;
		sender->free = slot;
	}
	return true;
}

int ivrq__sender_create(const struct ivrq__notify_config *config,
			struct ivrq__sender **sender, ivrq_error *error)
{
	struct ivrq__sender *made;
	int file;

	pthread_once(&once, init);
	if (config->ca_file) {
		file = open(config->ca_file, O_RDONLY | O_CLOEXEC);
		if (file < 0)
			return ivrq__invalid(error, "ca_file",
					     "a file that can be read");
		close(file);
	}
	made = ready ? NULL :
		       calloc(1, sizeof(*made) +
					 config->senders * sizeof(struct slot));
	if (!made || !make(made, config)) {
		ivrq__sender_destroy(made);
		return ivrq__fail(error, IVRQ_ENOMEM, "senders", "memory");
	}
	*sender = made;
	return 0;
}

/* It carries nothing any more. */
static void release(struct ivrq__sender *sender, struct slot *slot)
{
	curl_multi_remove_handle(sender->multi, slot->easy);
	curl_url_cleanup(slot->url);
	free(slot->body);
	slot->url = NULL;
	slot->body = NULL;
	slot->busy = false;
	slot->next = sender->free;
	sender->free = slot;
}

void ivrq__sender_destroy(struct ivrq__sender *sender)
{
	if (!sender)
		return;
	for (uint32_t i = 0; i < sender->slots; i++) {
		if (sender->slot[i].busy)
			release(sender, &sender->slot[i]);
		curl_easy_cleanup(sender->slot[i].easy);
	}
	curl_multi_cleanup(sender->multi);
	curl_slist_free_all(sender->header);
	free(sender);
}

bool ivrq__sender_post(struct ivrq__sender *sender, CURLU *url, char *body,
		       size_t bytes, void *tag)
{
	struct slot *slot = sender->free;

	sender->free = slot->next;
	slot->url = url;
	slot->body = body;
	slot->tag = tag;
	slot->got = 0;
	slot->busy = true;
	if (!curl_easy_setopt(slot->easy, CURLOPT_CURLU, url) &&
	    !curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDSIZE_LARGE,
			      (curl_off_t)bytes) &&
	    !curl_easy_setopt(slot->easy, CURLOPT_POSTFIELDS, body) &&
	    !curl_multi_add_handle(sender->multi, slot->easy))
		return true;
	release(sender, slot);
	return false;
}

void ivrq__sender_work(struct ivrq__sender *sender)
{
	int running;

	/* An error here is one of memory; what it hits ends by its timeout. */
	(void)curl_multi_perform(sender->multi, &running);
}

/* An answer is one when it is whole, or only too long. */
static void judge(const struct slot *slot, CURLcode result,
		  struct ivrq__landed *landed)
{
	long sent = 0;

	landed->status = 0;
	landed->why = result ? curl_easy_strerror(result) : "it was refused";
	if (!result || slot->got > ANSWER_MAX)
		curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE,
				  &landed->status);
	curl_easy_getinfo(slot->easy, CURLINFO_REQUEST_SIZE, &sent);
	if (landed->status)
		landed->how = landed->status / 100 == 2 ? IVRQ__SETTLED :
							  IVRQ__REFUSED;
	else
		landed->how = sent ? IVRQ__CUT : IVRQ__UNREACHED;
}

bool ivrq__sender_next(struct ivrq__sender *sender, struct ivrq__landed *landed)
{
	struct CURLMsg *message;
	struct slot *slot = NULL;
	int left;

	do
		message = curl_multi_info_read(sender->multi, &left);
	while (message && message->msg != CURLMSG_DONE);
	if (!message)
		return false;
	curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
	landed->tag = slot->tag;
	judge(slot, message->data.result, landed);
	release(sender, slot);
	return true;
}

void ivrq__sender_sleep(struct ivrq__sender *sender, uint64_t ns)
{
	uint64_t ms = ns / 1000000 + (ns % 1000000 != 0);

	curl_multi_poll(sender->multi, NULL, 0,
			ms > INT_MAX ? INT_MAX : (int)ms, NULL);
}

void ivrq__sender_wake(struct ivrq__sender *sender)
{
	curl_multi_wakeup(sender->multi);
}
