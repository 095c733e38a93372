/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_TOKEN_H
#define IVRQ_LIB_GRAPH_TOKEN_H
/*
 * token.h - access tokens: who knows one may read one recording.
 */
#include <stdbool.h>

#define IVRQ__TOKEN_BYTES 44u /* its text: 256 random bits in base64url, NUL */

/* A new token that nobody can guess. 0, or IVRQ_ENOTSUP: the system gives no
 * randomness, and the token is all zero. Any thread. */
int ivrq__token_make(char token[IVRQ__TOKEN_BYTES]);

/*
 * Are they the same? How long it takes tells the length of what was given and
 * nothing else. `given` may be NULL; nothing is the same as a token that was
 * not made. Any thread.
 */
bool ivrq__token_same(const char token[IVRQ__TOKEN_BYTES], const char *given);

#endif
