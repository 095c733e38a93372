/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_NOTIFY_STAGE_H
#define IVRQ_TESTS_NOTIFY_STAGE_H
/*
 * notify_stage.h - a receiver, a sender, and what the receiver must have got.
 */
#include <pthread.h>
#include <unistd.h>

#include <jansson.h>

#include "ct.h"
#include "graph/notify.h"
#include "receiver.h"

#define CALLS	64
#define LONG_MS 50000u

static struct receiver *receiver;
static struct ivrq__notify *notify;
static struct ivrq__notify_config config;
static char dir[64], spool[80];
static const char *const hosts[] = { "127.0.0.1" };

/* What the hooks saw; the sender's thread writes, notify_wait() orders. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t line_came;
	unsigned settled, lines;
	uint64_t lag_ns;
	bool works_again; /* the spool */
} seen;

static inline void settled(void *user, uint64_t lag_ns)
{
	(void)user;
	pthread_mutex_lock(&seen.lock);
	seen.settled++;
	seen.lag_ns = lag_ns;
	pthread_mutex_unlock(&seen.lock);
}

static inline void logged(void *user, const char *line)
{
	(void)user;
	pthread_mutex_lock(&seen.lock);
	seen.lines++;
	seen.works_again |= strstr(line, "works again") != NULL;
	pthread_cond_signal(&seen.line_came);
	pthread_mutex_unlock(&seen.lock);
}

static inline void init_config(void)
{
	memset(&config, 0, sizeof(config));
	config.hosts = hosts;
	config.host_count = 1;
	config.http = true;
	config.in_memory = 1024;
	config.batch = 16;
	config.senders = 16;
	config.send_s = 60;
	config.retry_min_ms = 1;
	config.retry_max_ms = 20;
	config.settled = settled;
	config.log = logged;
}

static inline void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/ivrq-notify-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(spool, sizeof(spool), "%s/spool", dir);
	memset(&seen, 0, sizeof(seen));
	pthread_mutex_init(&seen.lock, NULL);
	pthread_cond_init(&seen.line_came, NULL);
	init_config();
	receiver = receiver_open(false);
	ck_assert_ptr_nonnull(receiver);
	notify = NULL;
}

static inline void tear_down(void)
{
	static const char *const ends[] = { "", "-wal", "-journal", "-ca" };
	char name[96];

	ivrq__notify_destroy(notify);
	receiver_close(receiver);
	for (size_t i = 0; i < CT_COUNT(ends); i++) {
		snprintf(name, sizeof(name), "%s%s", spool, ends[i]);
		unlink(name);
	}
	rmdir(dir);
}

static inline void create(void)
{
	ivrq_error error = { 0, "", "" };

	ck_assert_msg(!ivrq__notify_create(&config, &notify, &error), "%s: %s",
		      error.field, error.rule);
}

static inline void destroy(void)
{
	ivrq__notify_destroy(notify);
	notify = NULL;
}

static inline ivrq_uuid id(unsigned call)
{
	ivrq_uuid uuid = { { 0 } };

	uuid.bytes[0] = (uint8_t)(call + 1);
	return uuid;
}

/* The n-th of a call, to http://127.0.0.1:port/call/<call>. */
static inline int add_to(unsigned port, unsigned call, unsigned n)
{
	char uri[64], text[64];
	ivrq_uuid uuid = id(call);

	snprintf(uri, sizeof(uri), "http://127.0.0.1:%u/call/%u", port, call);
	snprintf(text, sizeof(text), "{\"call\":%u,\"n\":%u}", call, n);
	return ivrq__notify_add(notify, &uuid, uri, text, strlen(text));
}

static inline void add(unsigned call, unsigned from, unsigned count)
{
	for (unsigned n = from; n < from + count; n++)
		ck_assert_int_eq(add_to(receiver_port(receiver), call, n), 0);
}

static inline void wait_none(void)
{
	ck_assert_int_eq(ivrq__notify_wait(notify, LONG_MS), 0);
}

static inline struct ivrq__notify_stats stats(void)
{
	struct ivrq__notify_stats now;

	ivrq__notify_stats(notify, &now);
	ck_assert_uint_eq(now.told, now.settled + now.waiting);
	ck_assert_uint_le(now.spooled, now.waiting);
	return now;
}

/* What was taken: how many of each call came, in order, and how many twice. */
struct tally {
	unsigned next[CALLS];
	unsigned twice;
};

static inline void tally_element(struct tally *tally, const json_t *element)
{
	json_int_t call = json_integer_value(json_object_get(element, "call"));
	json_int_t n = json_integer_value(json_object_get(element, "n"));

	ck_assert(call >= 0 && call < CALLS);
	ck_assert_msg(n <= (json_int_t)tally->next[call],
		      "call %d: %d came before %u", (int)call, (int)n,
		      tally->next[call]);
	if (n == (json_int_t)tally->next[call])
		tally->next[call]++;
	else
		tally->twice++;
}

static inline struct tally tally(struct receiver *from)
{
	struct tally tally = { { 0 }, 0 };
	const struct receiver_post *post;

	for (unsigned i = 0; (post = receiver_taken(from, i)); i++) {
		json_t *body = json_loadb(post->body, post->bytes, 0, NULL);
		const json_t *value = json_object_get(body, "value");

		ck_assert(json_array_size(value) > 0);
		ck_assert(json_array_size(value) <= config.batch);
		for (size_t e = 0; e < json_array_size(value); e++)
			tally_element(&tally, json_array_get(value, e));
		json_decref(body);
	}
	return tally;
}

/* All of `calls` calls have come, `each` of one, none twice. */
static inline void expect_once(unsigned calls, unsigned each)
{
	struct tally all = tally(receiver);

	for (unsigned call = 0; call < calls; call++)
		ck_assert_uint_eq(all.next[call], each);
	ck_assert_uint_eq(all.twice, 0);
	ck_assert_uint_eq(receiver_overlaps(receiver), 0);
}

#endif
