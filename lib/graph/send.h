/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_SEND_H
#define IVRQ_LIB_GRAPH_SEND_H
/*
 * send.h - POSTs, several at one time, over libcurl. One thread; _wake() any.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "graph/hosts.h"
#include "graph/lanes.h"
#include "graph/notify.h"

struct ivrq__sender;

struct ivrq__landed {
	void *tag;
	enum ivrq__landing how;
	long status;	 /* 0: there was no answer */
	const char *why; /* static */
};

/* 0, IVRQ_EINVAL ca_file cannot be read, IVRQ_ENOMEM. */
int ivrq__sender_create(const struct ivrq__notify_config *config,
			struct ivrq__sender **sender, ivrq_error *error);
/* Ends what is on its way, in silence. */
void ivrq__sender_destroy(struct ivrq__sender *sender);

/* Begins a POST; at most config->senders at one time. Owns url and body from
 * here, also when it answers false: no memory. */
bool ivrq__sender_post(struct ivrq__sender *sender, CURLU *url, char *body,
		       size_t bytes, void *tag);

/* Does what can be done without waiting. */
void ivrq__sender_work(struct ivrq__sender *sender);
/* One that ended; false: no more. */
bool ivrq__sender_next(struct ivrq__sender *sender,
		       struct ivrq__landed *landed);
/* Waits for work, for _wake(), or so long. */
void ivrq__sender_sleep(struct ivrq__sender *sender, uint64_t ns);
void ivrq__sender_wake(struct ivrq__sender *sender);

#endif
