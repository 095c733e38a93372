/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_HTTP_LOAD_H
#define IVRQ_TESTS_HTTP_LOAD_H
/*
 * http_load.h - many requests on many kept connections, from one thread. All
 * connections are busy at all times; requests that are on their way together
 * reach the server in any order.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_CONNECTIONS_MAX 256u

struct load_request {
	/* What is asked, from next(). */
	const char *method;
	char path[160];
	const char *body;   /* NULL: none; else it outlives the request */
	char client_id[64]; /* client-request-id, or "" */
	unsigned call;	    /* the test's own */
	unsigned kind;	    /* likewise */

	/* What became of it, for done(). */
	long status;		 /* 0: no answer */
	uint64_t sent, answered; /* each larger than all that came before it */
	char location[256];
	char receipt[64];
	char *text; /* the body, with a NUL */
	size_t bytes;
};

struct load_hooks {
	bool (*next)(void *user, struct load_request *request); /* false: none
								   is left */
	void (*done)(void *user, const struct load_request *request);
	void (*turn)(void *user); /* now and then, or NULL */
	void *user;
};

/* Until all have been answered. How many connections were made; 0: memory. */
unsigned load_run(uint16_t port, unsigned connections,
		  const struct load_hooks *hooks);

#endif
