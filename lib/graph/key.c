/* SPDX-License-Identifier: MIT */
/*
 * key.c - the keys that tokens are checked with, from a file.
 *
 * The library that verifies takes any PEM key for any algorithm of its family,
 * however short, and a PEM text for a secret if a token asks for that. What
 * kind of key a block has is therefore found out here: the base64 is decoded,
 * and of the DER within (SubjectPublicKeyInfo, RFC 5280) the algorithm and the
 * size are read. What is not understood is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ivrq.h>

#include "graph/key.h"

#define BEGIN "-----BEGIN "
#define FIRST BEGIN "PUBLIC KEY-----"
#define LAST  "-----END PUBLIC KEY-----"

enum {
	LINE_MAX_CHARS = 76,
	DER_MAX = 4096,
	RSA_BITS_MIN = 2048,
	RSA_BITS_MAX = 16384
};

/* -------------------------------------------------------------------- the DER */

struct der {
	const uint8_t *at;
	size_t left;
};

enum { INTEGER = 0x02, BIT_STRING = 0x03, OID = 0x06, SEQUENCE = 0x30 };

/* Takes an element of that tag off the front. */
static bool der_take(struct der *from, uint8_t tag, struct der *content)
{
	size_t length, more = 0;

	if (from->left < 2 || from->at[0] != tag)
		return false;
	length = from->at[1];
	if (length > 0x80) {
		more = length & 0x7f;
		if (more > 2 || from->left < 2 + more)
			return false;
		length = 0;
		for (size_t i = 0; i < more; i++)
			length = length << 8 | from->at[2 + i];
	} else if (length == 0x80) {
		return false;
	}
	if (from->left - 2 - more < length)
		return false;
	content->at = from->at + 2 + more;
	content->left = length;
	from->at = content->at + length;
	from->left -= 2 + more + length;
	return true;
}

static bool der_is(const struct der *der, const uint8_t *bytes, size_t count)
{
	return der->left == count && !memcmp(der->at, bytes, count);
}

/* RSAPublicKey, RFC 8017. */
static bool rsa_good(struct der bits)
{
	struct der numbers, modulus, exponent;
	size_t size;

	if (!der_take(&bits, SEQUENCE, &numbers) || bits.left ||
	    !der_take(&numbers, INTEGER, &modulus) ||
	    !der_take(&numbers, INTEGER, &exponent) || numbers.left)
		return false;
	if (modulus.left && !modulus.at[0]) {
		modulus.at++;
		modulus.left--;
	}
	size = modulus.left * 8;
	for (unsigned top = modulus.left ? modulus.at[0] : 0x80;
	     size && top < 0x80; top = top << 1 | 1)
		size--;
	return size >= RSA_BITS_MIN && size <= RSA_BITS_MAX;
}

/* The algorithm, or NULL: no key that is used here. */
static const char *algorithm(struct der der)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
				       0x0d, 0x01, 0x01, 0x01 };
	static const uint8_t ec[] = {
		0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01
	};
	static const uint8_t p256[] = { 0x2a, 0x86, 0x48, 0xce,
					0x3d, 0x03, 0x01, 0x07 };
	struct der info, kind, oid, curve, bits;

	if (!der_take(&der, SEQUENCE, &info) || der.left ||
	    !der_take(&info, SEQUENCE, &kind) || !der_take(&kind, OID, &oid) ||
	    !der_take(&info, BIT_STRING, &bits) || info.left)
		return NULL;
	if (!bits.left || bits.at[0]) /* no bit is unused */
		return NULL;
	bits.at++;
	bits.left--;
	if (der_is(&oid, rsa, sizeof(rsa)))
		return rsa_good(bits) ? "RS256" : NULL;
	/* The point: whole, or one coordinate and a sign. */
	if (der_is(&oid, ec, sizeof(ec)) && der_take(&kind, OID, &curve) &&
	    der_is(&curve, p256, sizeof(p256)) &&
	    (bits.left == 65 || bits.left == 33))
		return "ES256";
	return NULL;
}

/* -------------------------------------------------------------------- the PEM */

static int digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Lines of base64; '=' only at the end. The bytes decoded, 0 none. */
static size_t decode(const unsigned char *at, const unsigned char *end,
		     uint8_t bytes[DER_MAX])
{
	size_t n = 0, column = 0;
	unsigned long held = 0;
	unsigned digits = 0, pads = 0;

	for (; at < end; at++) {
		if (*at == '\r' || *at == '\n') {
			column = 0;
			continue;
		}
		if (++column > LINE_MAX_CHARS || n + 3 > DER_MAX)
			return 0;
		if (*at == '=')
			pads++;
		else if (pads || digit(*at) < 0)
			return 0;
		held = held << 6 | (*at == '=' ? 0 : (unsigned)digit(*at));
		if (++digits % 4)
			continue;
		bytes[n++] = (uint8_t)(held >> 16);
		bytes[n++] = (uint8_t)(held >> 8);
		bytes[n++] = (uint8_t)held;
	}
	return digits % 4 || pads > 2 ? 0 : n - pads;
}

/* The text, or NULL. It may have a NUL in it. */
static unsigned char *look_for(const unsigned char *at,
			       const unsigned char *end, const char *text)
{
	size_t length = strlen(text);

	for (; (size_t)(end - at) >= length; at++)
		if (!memcmp(at, text, length))
			return (unsigned char *)at;
	return NULL;
}

/* Between the blocks may be anything but blocks of another kind. */
static int read_blocks(struct ivrq__keys *keys, const unsigned char *end,
		       const char **rule)
{
	const unsigned char *at = keys->text, *last;
	uint8_t bytes[DER_MAX];

	*rule = "PEM blocks PUBLIC KEY: RSA of 2048 to 16384 bits, P-256";
	while ((at = look_for(at, end, BEGIN))) {
		struct ivrq__key *key = &keys->key[keys->count];
		const unsigned char *first = at;
		struct der der = { bytes, 0 };

		if (keys->count == IVRQ__KEYS_MAX) {
			*rule = "at most 16 keys";
			return IVRQ_EINVAL;
		}
		last = look_for(at, end, LAST);
		if (!last || look_for(at, end, FIRST) != at)
			return IVRQ_EINVAL;
		der.left = decode(at + strlen(FIRST), last, bytes);
		key->alg = algorithm(der);
		if (!key->alg)
			return IVRQ_EINVAL;
		at = last + strlen(LAST);
		key->bytes = first;
		key->size = (int)(at - first);
		keys->count++;
	}
	return 0;
}

/* ------------------------------------------------------------------- the file */

static int read_secret(struct ivrq__keys *keys, const unsigned char *end,
		       const char **rule)
{
	if (end > keys->text && end[-1] == '\n')
		end--;
	if (end > keys->text && end[-1] == '\r')
		end--;
	if (end - keys->text < (ptrdiff_t)IVRQ__KEY_SECRET_MIN) {
		*rule = "a secret of at least 32 bytes, or PEM blocks";
		return IVRQ_EINVAL;
	}
	keys->key[0].alg = "HS256";
	keys->key[0].bytes = keys->text;
	keys->key[0].size = (int)(end - keys->text);
	keys->count = 1;
	return 0;
}

/* The bytes read; one more than the limit if there are more; -1. */
static ssize_t read_all(const char *file, unsigned char *text)
{
	ssize_t bytes = 0, got = 1;
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	while (got && bytes <= (ssize_t)IVRQ__KEY_FILE_MAX) {
		got = read(fd, text + bytes,
			   IVRQ__KEY_FILE_MAX + 1 - (size_t)bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		bytes += got;
	}
	close(fd);
	return got < 0 ? -1 : bytes;
}

int ivrq__keys_read(const char *file, struct ivrq__keys *keys,
		    const char **rule)
{
	ssize_t bytes;
	int answer;

	memset(keys, 0, sizeof(*keys));
	keys->text = malloc(IVRQ__KEY_FILE_MAX + 1);
	if (!keys->text)
		return IVRQ_ENOMEM;
	bytes = read_all(file, keys->text);
	if (bytes < 0 || bytes > (ssize_t)IVRQ__KEY_FILE_MAX) {
		*rule = bytes < 0 ? "a file that can be read" :
				    "a file of at most 65536 bytes";
		answer = IVRQ_EINVAL;
	} else if (look_for(keys->text, keys->text + bytes, BEGIN)) {
		answer = read_blocks(keys, keys->text + bytes, rule);
	} else {
		answer = read_secret(keys, keys->text + bytes, rule);
	}
	if (answer)
		ivrq__keys_free(keys);
	return answer;
}

void ivrq__keys_free(struct ivrq__keys *keys)
{
	free(keys->text);
	keys->text = NULL;
	keys->count = 0;
}
