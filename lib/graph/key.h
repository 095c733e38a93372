/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_KEY_H
#define IVRQ_LIB_GRAPH_KEY_H
/*
 * key.h - the keys that tokens are checked with, from a file.
 *
 * A key has one algorithm, which its own kind and nothing of a token decides.
 * The file has either PEM blocks PUBLIC KEY, each an RSA key of 2048 to 16384
 * bits (RS256) or one of the curve P-256 (ES256); or a secret of at least 32
 * bytes (HS256), of which a final end of line is no part.
 */
#include <stddef.h>

#define IVRQ__KEYS_MAX	     16u
#define IVRQ__KEY_FILE_MAX   65536u /* bytes */
#define IVRQ__KEY_SECRET_MIN 32u

struct ivrq__key {
	const char *alg;	    /* "HS256", "RS256", "ES256"; static */
	const unsigned char *bytes; /* the secret, or the PEM block */
	int size;
};

struct ivrq__keys {
	unsigned char *text; /* of the file; the keys are in it */
	unsigned count;
	struct ivrq__key key[IVRQ__KEYS_MAX];
};

/* 0, IVRQ_ENOMEM, or IVRQ_EINVAL and *rule is what the file has to be. */
int ivrq__keys_read(const char *file, struct ivrq__keys *keys,
		    const char **rule);
void ivrq__keys_free(struct ivrq__keys *keys);

#endif
