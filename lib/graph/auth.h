/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_AUTH_H
#define IVRQ_LIB_GRAPH_AUTH_H
/*
 * auth.h - who may do what: bearer tokens (JWT) and the permissions of the API.
 *
 *	playPrompt, cancelMediaProcessing	Calls.Initiate.All or
 *						Calls.AccessMedia.All
 *	recordResponse, subscribeToTone		Calls.AccessMedia.All
 *	calls, operations: GET, DELETE		either
 *
 * Recordings, /healthz and /metrics are not decided here; nobody may.
 */
#include <stdbool.h>
#include <stdint.h>

#include <ivrq/json.h>

#include "graph/route.h"

#define IVRQ__AUTH_TOKEN_MAX 8192u /* bytes of a token */
#define IVRQ__AUTH_LEEWAY_S  60	   /* clocks may differ by that */

struct ivrq__auth;

/* 0, IVRQ_EINVAL (the file cannot be read, has no key, a weak one ...),
 * IVRQ_ENOMEM. `error` names the member of ivrq_graph_config. */
int ivrq__auth_create(const char *key_file, const char *audience,
		      const char *issuer, struct ivrq__auth **auth,
		      ivrq_error *error);
void ivrq__auth_destroy(struct ivrq__auth *auth); /* or NULL */

struct ivrq__auth_answer {
	int status;	       /* 200, 401, 403 */
	const char *code;      /* error.code: "7501", "7504"; static; or NULL */
	const char *message;   /* static; or NULL */
	const char *challenge; /* of WWW-Authenticate, unless 200; static */
	bool media;	       /* with 200: it has Calls.AccessMedia.All */
};

/*
 * May who sends this Authorization header (NULL: none) do this? `now` in
 * seconds since 1970. Any thread.
 */
void ivrq__auth_check(const struct ivrq__auth *auth, const char *header,
		      const struct ivrq__route *route, int64_t now,
		      struct ivrq__auth_answer *answer);

/* "Bearer <token>" without its first word, in any case, and the spaces after
 * it; or NULL: there is no token. */
const char *ivrq__auth_bearer(const char *header);

#endif
