/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_AUTH_H
#define IVRQ_LIB_GRAPH_AUTH_H
/*
 * auth.h - who may do what: bearer tokens and the permissions of the API.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ivrq/json.h>

#include "graph/route.h"

#define IVRQ__TOKEN_BYTES 44u /* an access token's text, with its NUL */

struct ivrq__auth;

/* 0, IVRQ_EINVAL (the file cannot be read, has no key, a weak one ...),
 * IVRQ_ENOMEM. `error` names the member of ivrq_graph_config. */
int ivrq__auth_create(const char *key_file, const char *audience,
		      const char *issuer, struct ivrq__auth **auth,
		      ivrq_error *error);
void ivrq__auth_destroy(struct ivrq__auth *auth);

struct ivrq__auth_answer {
	int status;	       /* 200, 401, 403 */
	const char *code;      /* error.code: "7501", "7504"; static */
	const char *message;   /* static */
	const char *challenge; /* of WWW-Authenticate, with 401; static */
};

/*
 * May who sends this Authorization header (NULL: none) do this? `now` in
 * seconds since 1970. Any thread.
 */
void ivrq__auth_check(const struct ivrq__auth *auth, const char *header,
		      const struct ivrq__route *route, int64_t now,
		      struct ivrq__auth_answer *answer);

/* "Bearer <token>" without its first word: the token, or NULL. */
const char *ivrq__auth_bearer(const char *header);

/* A new access token that nobody can guess. 0, or negative: no randomness. */
int ivrq__token_make(char token[IVRQ__TOKEN_BYTES]);

/* Are they the same? Takes as long whatever differs. `given` may be NULL. */
bool ivrq__token_same(const char token[IVRQ__TOKEN_BYTES], const char *given);

#endif
