/* SPDX-License-Identifier: MIT */
#ifndef GATEWAY_H
#define GATEWAY_H
/* What the files of the gateway example share. */
#include <ivrq/graph.h>
#include <ivrq/media.h>
#include <pthread.h>

#include "sound.h"

#define CALLS_MAX 99u

struct gateway;

/* A caller who is simulated. Number n has the id
 * 00000000-0000-4000-8000-00000000000n and is told about at /calls/n. */
struct caller {
	struct gateway *gateway;
	unsigned number;
	ivrq_media_leg *leg;
	ivrq_call call; /* under gateway.lock */

	/* The media thread's. */
	bool recorded; /* what the caller says now */
	size_t said;   /* of the words */
	bool closed;
};

struct gateway {
	/* The options. */
	unsigned calls;
	uint16_t port;
	uint16_t receiver_port;
	const char *prompts; /* directories */
	const char *out;
	const char *key_file; /* NULL: no tokens are needed */
	const char *audience;
	const char *issuer;

	ivrq_engine *engine;
	ivrq_media *media;
	ivrq_graph *graph;
	struct MHD_Daemon *receiver;
	struct sound words; /* of every caller */
	struct caller callers[CALLS_MAX];

	pthread_t thread; /* the media thread */
	bool runs;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t cond;
	bool woken;
	bool quit;
};

/* gateway_callers.c: the callers and the media thread */
extern const ivrq_listener caller_listener;
void media_wake(void *user, uint32_t worker);
int media_start(struct gateway *gateway);
void media_stop(struct gateway *gateway);
int caller_press(struct caller *caller, char tone);
int caller_hang_up(struct caller *caller);

/* gateway_receiver.c: what the application would have */
int receiver_start(struct gateway *gateway);
void receiver_stop(struct gateway *gateway);

/* gateway_print.c: a line each; `call` 0 is none */
void print_line(unsigned call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void print_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_notification(unsigned call,
			const ivrq_json_notification *notification);
void print_start(const struct gateway *gateway);

#endif
