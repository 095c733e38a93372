/* SPDX-License-Identifier: MIT */
/*
 * notify.c - brings notifications to callback addresses.
 *
 *	_add(), any thread          the sender's thread
 *	  hosts.c: allowed?           take a lane's elements, build the body
 *	  outbox.c: memory or row     send.c: POST
 *	  wake the sender             outbox.c: settle, or later again
 *
 * One lock is over the outbox, with the lanes and the spool in it. The
 * elements that fly are the sender's thread's: it reads them, and calls every
 * hook, without the lock. The spool's disk is used under the lock, so an
 * _add() may wait for one fsync() of another.
 *
 * A notification is sent as soon as its call has no POST on its way; what is
 * added meanwhile goes together in the next, up to config.batch. Nothing waits
 * to be batched, and nothing polls: the thread sleeps in curl_multi_poll()
 * until a socket, a wake-up or the next time to try again.
 *
 * At least once: an element is settled by an answer of 2xx and sent again
 * without one, so it comes twice when the answer is lost, or when the process
 * ends between the answer and the removal of its row. Never out of order:
 * before the first of a POST is settled none behind it is sent, except in the
 * same POST.
 *
 * What the spool has for a host that is not allowed any more stays there for a
 * configuration that allows it: it waits, and is not sent.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/clock.h"
#include "graph/fail.h"
#include "graph/json.h"
#include "graph/notify.h"
#include "graph/outbox.h"
#include "graph/send.h"
#include "graph/signals.h"

struct ivrq__notify {
	struct ivrq__hosts *hosts;
	struct ivrq__sender *sender; /* the thread's, but for _wake() */
	void (*log)(void *user, const char *line);
	void (*settled)(void *user, uint64_t lag_ns);
	void *user;
	pthread_t thread;

	pthread_mutex_t lock; /* over all below */
	pthread_cond_t none;  /* waits */
	struct ivrq__outbox outbox;
	bool woken;
	bool stop;
};

/* Ends the lock; what the outbox has to say is logged behind it. */
static void unlock(struct ivrq__notify *notify)
{
	char line[sizeof(notify->outbox.trouble)];

	memcpy(line, notify->outbox.trouble, sizeof(line));
	notify->outbox.trouble[0] = 0;
	pthread_mutex_unlock(&notify->lock);
	if (line[0] && notify->log)
		notify->log(notify->user, line);
}

static void log_call(const struct ivrq__notify *notify, const ivrq_uuid *call,
		     const char *why, long status)
{
	char id[IVRQ_UUID_DASHED_BYTES], line[256], number[24] = "";

	if (!notify->log)
		return;
	ivrq_uuid_dashed(call, id);
	if (status)
		snprintf(number, sizeof(number), " (%ld)", status);
	snprintf(line, sizeof(line), "notifications of call %s wait: %s%s", id,
		 why, number);
	notify->log(notify->user, line);
}

/* As ivrq_json_encode_notifications(), of a list whose lengths are known; NULL:
 * no memory. */
static char *join(const struct ivrq__elements *elements, size_t *bytes)
{
	static const char before[] = IVRQ__JSON_NOTIFICATIONS;
	const struct ivrq__element *element;
	char *body, *end;

	*bytes = sizeof(before) - 1 + elements->count - 1 + 2;
	for (element = elements->first; element; element = element->next)
		*bytes += element->bytes;
	body = malloc(*bytes);
	if (!body)
		return NULL;
	memcpy(body, before, sizeof(before) - 1);
	end = body + sizeof(before) - 1;
	for (element = elements->first; element; element = element->next) {
		memcpy(end, element->text, element->bytes);
		end += element->bytes;
		if (element->next)
			*end++ = ',';
	}
	memcpy(end, "]}", 2);
	return body;
}

/* Sends what a lane has in flight. The address may be an old one of the spool,
 * so it is checked once more. */
static void launch(struct ivrq__notify *notify, struct ivrq__lane *lane)
{
	struct ivrq__where where = { NULL, NULL };
	const char *uri = lane->flight.first->uri;
	CURLU *url;
	size_t bytes;
	char *body;
	int allowed = ivrq__hosts_check(notify->hosts, uri, &where, NULL);
	ivrq_uuid call = lane->call;

	url = where.url;
	where.url = NULL; /* the sender's */
	ivrq__where_done(&where);
	body = allowed ? NULL : join(&lane->flight, &bytes);
	if (body && ivrq__sender_post(notify->sender, url, body, bytes, lane))
		return;
	if (!body)
		curl_url_cleanup(url);
	pthread_mutex_lock(&notify->lock);
	if (allowed == IVRQ_EINVAL)
		ivrq__outbox_bar(&notify->outbox, lane);
	else
		ivrq__outbox_defer(&notify->outbox, lane, ivrq__now_ns());
	unlock(notify);
	if (allowed == IVRQ_EINVAL)
		log_call(notify, &call, "callback_hosts lacks the host", 0);
}

static void land(struct ivrq__notify *notify, const struct ivrq__landed *landed)
{
	struct ivrq__lane *lane = landed->tag;
	uint64_t now = ivrq__now_ns();
	ivrq_uuid call = lane->call;
	bool first;

	if (landed->how == IVRQ__SETTLED && notify->settled)
		for (const struct ivrq__element *e = lane->flight.first; e;
		     e = e->next)
			notify->settled(notify->user, now - e->added_ns);
	pthread_mutex_lock(&notify->lock);
	first = ivrq__outbox_land(&notify->outbox, lane, landed->how, now);
	if (!notify->outbox.stats.waiting)
		pthread_cond_broadcast(&notify->none);
	unlock(notify);
	if (first)
		log_call(notify, &call, landed->why, landed->status);
}

/* Begins all POSTs that may begin. How long till then; false: the end. */
static bool begin(struct ivrq__notify *notify, uint64_t *pause_ns)
{
	struct ivrq__lane *lane;
	uint64_t due, after, now = ivrq__now_ns();
	bool go;

	pthread_mutex_lock(&notify->lock);
	ivrq__outbox_flush(&notify->outbox, now);
	while (!notify->stop &&
	       (lane = ivrq__outbox_take(&notify->outbox, now))) {
		unlock(notify);
		launch(notify, lane);
		pthread_mutex_lock(&notify->lock);
	}
	/* Of what was not due yet above, by the same clock. */
	due = ivrq__outbox_due(&notify->outbox, now);
	after = ivrq__now_ns();
	*pause_ns = due > after ? due - after : 0;
	notify->woken = false;
	go = !notify->stop;
	unlock(notify);
	return go;
}

static void *run(void *user)
{
	struct ivrq__notify *notify = user;
	struct ivrq__landed landed;
	uint64_t pause_ns;

	while (begin(notify, &pause_ns)) {
		bool again = false;

		ivrq__sender_work(notify->sender);
		while (ivrq__sender_next(notify->sender, &landed)) {
			land(notify, &landed);
			again = true;
		}
		if (!again)
			ivrq__sender_sleep(notify->sender, pause_ns);
	}
	return NULL;
}

static int check_config(const struct ivrq__notify_config *config,
			ivrq_error *error)
{
	static const char least[] = "at least 1";

	if (!config->batch)
		return ivrq__invalid(error, "batch", least);
	if (!config->senders)
		return ivrq__invalid(error, "senders", least);
	if (!config->send_s)
		return ivrq__invalid(error, "send_s", least);
	if (!config->retry_min_ms)
		return ivrq__invalid(error, "retry_min_ms", least);
	if (config->retry_max_ms < config->retry_min_ms)
		return ivrq__invalid(error, "retry_max_ms",
				     "at least retry_min_ms");
	return 0;
}

static int start_thread(struct ivrq__notify *notify)
{
	sigset_t mine;
	int failed;

	ivrq__signals_hold(&mine);
	failed = pthread_create(&notify->thread, NULL, run, notify);
	ivrq__signals_release(&mine);
	return failed ? IVRQ_ENOMEM : 0;
}

/* All but the thread. */
static void give_back(struct ivrq__notify *notify)
{
	ivrq__sender_destroy(notify->sender);
	ivrq__hosts_destroy(notify->hosts);
	pthread_cond_destroy(&notify->none);
	pthread_mutex_destroy(&notify->lock);
	free(notify);
}

int ivrq__notify_create(const struct ivrq__notify_config *config,
			struct ivrq__notify **notify, ivrq_error *error)
{
	struct ivrq__notify *made;
	int answer = check_config(config, error);

	if (answer)
		return answer;
	made = calloc(1, sizeof(*made));
	if (made && ivrq__lock_init(&made->lock, &made->none)) {
		free(made);
		made = NULL;
	}
	if (!made)
		return ivrq__fail(error, IVRQ_ENOMEM, "config", "memory");
	made->log = config->log;
	made->settled = config->settled;
	made->user = config->user;
	answer = ivrq__sender_create(config, &made->sender, error);
	if (!answer)
		answer = ivrq__hosts_create(config->hosts, config->host_count,
					    config->http, &made->hosts, error);
	if (!answer)
		answer = ivrq__outbox_init(&made->outbox, config, made->hosts,
					   error);
	if (answer) {
		give_back(made);
		return answer;
	}
	answer = start_thread(made);
	if (answer) {
		(void)ivrq__outbox_done(&made->outbox);
		give_back(made);
		return ivrq__fail(error, answer, "senders", "a thread");
	}
	*notify = made;
	return 0;
}

int ivrq__notify_check_uri(const struct ivrq__notify *notify, const char *uri,
			   ivrq_error *error)
{
	return ivrq__hosts_check(notify->hosts, uri, NULL, error);
}

int ivrq__notify_add(struct ivrq__notify *notify, const ivrq_uuid *call,
		     const char *uri, const char *element, size_t bytes)
{
	struct ivrq__where where;
	struct ivrq__element *made;
	int answer = ivrq__hosts_check(notify->hosts, uri, &where, NULL);
	bool wake;

	if (answer)
		return answer;
	made = ivrq__element_make(element, bytes, uri);
	if (!made) {
		ivrq__where_done(&where);
		return IVRQ_ENOMEM;
	}
	made->added_ns = ivrq__now_ns();
	pthread_mutex_lock(&notify->lock);
	answer = ivrq__outbox_add(&notify->outbox, call, where.origin, made);
	wake = answer > 0 && !notify->woken;
	notify->woken |= wake;
	unlock(notify);
	ivrq__where_done(&where);
	if (wake)
		ivrq__sender_wake(notify->sender);
	if (answer < 0)
		free(made);
	return answer < 0 ? answer : 0;
}

int ivrq__notify_wait(struct ivrq__notify *notify, uint64_t timeout_ms)
{
	uint64_t end_ns = ivrq__deadline_ns(timeout_ms);
	bool waiting;

	pthread_mutex_lock(&notify->lock);
	while (notify->outbox.stats.waiting &&
	       ivrq__wait_until(&notify->none, &notify->lock, end_ns))
		;
	waiting = notify->outbox.stats.waiting != 0;
	unlock(notify);
	return waiting ? IVRQ_ETIMEDOUT : 0;
}

void ivrq__notify_stats(struct ivrq__notify *notify,
			struct ivrq__notify_stats *stats)
{
	pthread_mutex_lock(&notify->lock);
	*stats = notify->outbox.stats;
	unlock(notify);
}

void ivrq__notify_destroy(struct ivrq__notify *notify)
{
	uint64_t lost;
	char line[96];

	if (!notify)
		return;
	pthread_mutex_lock(&notify->lock);
	notify->stop = true;
	unlock(notify);
	ivrq__sender_wake(notify->sender);
	pthread_join(notify->thread, NULL);
	lost = ivrq__outbox_done(&notify->outbox);
	if (lost && notify->log) {
		snprintf(line, sizeof(line),
			 "%" PRIu64 " notifications are lost with the spool",
			 lost);
		notify->log(notify->user, line);
	}
	give_back(notify);
}
