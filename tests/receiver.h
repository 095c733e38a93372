/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_RECEIVER_H
#define IVRQ_TESTS_RECEIVER_H
/*
 * receiver.h - a server that notifications are sent to, on a loopback port
 * that the system chose. It remembers each POST, answers as it is told, and
 * can go away and come back. The functions are for the test's thread; those
 * that wait do so for 50 s and answer false then.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct receiver;

/* What to answer instead of a status. */
#define RECEIVER_HANGS	1u /* nothing, until another answer is set */
#define RECEIVER_CLOSES 2u /* nothing, and closes the connection */
#define RECEIVER_MOODY	3u /* 200, at times 503, at times closes */

struct receiver_post {
	char path[64];
	char type[64]; /* Content-Type */
	char *body;
	size_t bytes;
	unsigned elements; /* of "value" */
};

struct receiver *receiver_open(bool tls);
void receiver_close(struct receiver *receiver);
uint16_t receiver_port(const struct receiver *receiver);
/* The certificate of one with TLS, for 127.0.0.1 and localhost: PEM. */
const char *receiver_cert(void);
const char *receiver_key(void);

/* Nobody listens any more; again on the same port. */
void receiver_leave(struct receiver *receiver);
bool receiver_return(struct receiver *receiver);

/* What POSTs to this path are answered, or (NULL) to all without a rule. From
 * now on, and for those that hang. */
void receiver_answer(struct receiver *receiver, const char *path,
		     unsigned status);

/* Until so many POSTs have come, or elements were answered 2xx. */
bool receiver_wait_posts(struct receiver *receiver, unsigned count);
bool receiver_wait_elements(struct receiver *receiver, unsigned count);

/* In the order they came; of those answered 2xx, in the order of that. NULL:
 * no such. */
const struct receiver_post *receiver_post(struct receiver *receiver,
					  unsigned index);
const struct receiver_post *receiver_taken(struct receiver *receiver,
					   unsigned index);
unsigned receiver_posts(struct receiver *receiver);

unsigned receiver_connections(struct receiver *receiver); /* ever made */
unsigned receiver_peak(struct receiver *receiver);     /* POSTs at one time */
unsigned receiver_overlaps(struct receiver *receiver); /* ... to one path */

#endif
