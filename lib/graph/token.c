/* SPDX-License-Identifier: MIT */
/*
 * token.c - access tokens.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include <ivrq.h>

#include "graph/token.h"

enum { RANDOM = 32, TEXT = IVRQ__TOKEN_BYTES - 1 };

_Static_assert(TEXT == (RANDOM * 8 + 5) / 6, "six bits for each character");

static bool fill(uint8_t *bytes, size_t count)
{
	ssize_t got;

	while (count) {
		got = getrandom(bytes, count, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		bytes += got;
		count -= (size_t)got;
	}
	return true;
}

int ivrq__token_make(char token[IVRQ__TOKEN_BYTES])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[RANDOM + 1] = { 0 }; /* one more: the last bits are 0 */

	memset(token, 0, IVRQ__TOKEN_BYTES);
	if (!fill(bytes, RANDOM))
		return IVRQ_ENOTSUP;
	for (unsigned i = 0; i < TEXT; i++) {
		unsigned bit = i * 6;
		unsigned two =
			(unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];

		token[i] = digits[two >> (10 - bit % 8) & 63];
	}
	return 0;
}

bool ivrq__token_same(const char token[IVRQ__TOKEN_BYTES], const char *given)
{
	unsigned differ = 0;

	if (!given || strlen(given) != TEXT)
		return false;
	for (unsigned i = 0; i < TEXT; i++)
		differ |= (unsigned)(token[i] ^ given[i]);
	return !differ;
}
