/* SPDX-License-Identifier: MIT */
/*
 * fuzz_bearer - the input is an Authorization header, or claims.
 *
 * The first byte says what the rest is: the header; what comes after "Bearer ";
 * the header and the claims of a token, two lines of text that are brought into
 * base64url here, with a signature of zeros; or claims that the right secret
 * signs. It is judged with a secret and with public keys.
 *
 * Without the secret nothing is ever let in. With it, who is let in has claims
 * that are looked at once more here.
 */
#include <jansson.h>
#include <jwt.h>
#include <unistd.h>

#include "../keys.h"
#include "fuzz.h"
#include "graph/auth.h"
#include "graph/token.h"

enum { MAX = 16384, NOW = 1700000000 };

enum how { HEADER, TOKEN, PARTS, SIGNED };

static struct ivrq__auth *auth_of(const char *keys)
{
	char file[] = "/tmp/ivrq-fuzz-bearer-XXXXXX";
	int fd = mkstemp(file);
	struct ivrq__auth *auth;
	size_t count = strlen(keys);

	FUZZ_CHECK(fd >= 0 && write(fd, keys, count) == (ssize_t)count);
	close(fd);
	FUZZ_CHECK(!ivrq__auth_create(file, "ivrq", "i", &auth, NULL));
	unlink(file);
	return auth;
}

/* A line of the text, in base64url; the rest of it. */
static const char *encode(const char *text, char *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t length = strcspn(text, "\n"), i;

	for (i = 0; i * 6 < length * 8; i++) {
		size_t at = i * 6 / 8;
		unsigned two = (unsigned)(uint8_t)text[at] << 8;

		if (at + 1 < length)
			two |= (uint8_t)text[at + 1];
		to[i] = digits[two >> (10 - i * 6 % 8) & 63];
	}
	to[i] = 0;
	return text[length] ? text + length + 1 : text + length;
}

/* A token of these claims, or NULL; free() it. */
static char *sign(const char *claims)
{
	char *token = NULL;
	jwt_t *jwt;

	FUZZ_CHECK(!jwt_new(&jwt));
	if (!jwt_add_grants_json(jwt, claims) &&
	    !jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)KEYS_SECRET,
			 (int)strlen(KEYS_SECRET)))
		token = jwt_encode_str(jwt);
	jwt_free(jwt);
	return token;
}

/* The whole header; false: there is none. */
static bool header_of(enum how how, const char *text, char *header)
{
	char *token;

	*header = 0;
	if (how != HEADER)
		strcpy(header, "Bearer ");
	if (how == HEADER || how == TOKEN) {
		strcat(header, text);
	} else if (how == PARTS) {
		text = encode(text, header + strlen(header));
		strcat(header, ".");
		encode(text, header + strlen(header));
		strcat(header, ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	} else {
		token = sign(text);
		if (!token)
			return false;
		strcat(header, token);
		free(token);
	}
	return true;
}

/* What whoever is let in has to have. */
static void judge_claims(const char *text)
{
	json_t *claims = json_loads(text, 0, NULL);
	const json_t *exp = json_object_get(claims, "exp");
	const char *iss = json_string_value(json_object_get(claims, "iss"));

	FUZZ_CHECK(iss && !strcmp(iss, "i"));
	FUZZ_CHECK(json_object_get(claims, "aud"));
	FUZZ_CHECK(json_is_number(exp) && json_number_value(exp) > NOW - 60);
	FUZZ_CHECK(json_array_size(json_object_get(claims, "roles")) > 0);
	FUZZ_CHECK(!json_object_get(claims, "scp"));
	json_decref(claims);
}

static void judge(const struct ivrq__auth *auth, const char *header,
		  const char *signed_claims)
{
	struct ivrq__route route = { .place = IVRQ__CALL };
	struct ivrq__auth_answer answer;

	ivrq__auth_check(auth, header, &route, NOW, &answer);
	if (answer.status == 200) {
		FUZZ_CHECK(signed_claims && !answer.code && !answer.challenge);
		judge_claims(signed_claims);
	} else if (answer.status == 403) {
		FUZZ_CHECK(signed_claims && !strcmp(answer.code, "7504"));
	} else {
		FUZZ_CHECK(answer.status == 401);
		FUZZ_CHECK(!strcmp(answer.code, "7501"));
	}
	if (answer.status != 200)
		FUZZ_CHECK(*answer.message && *answer.challenge);
}

/* The same header with a recording's token. */
static void judge_token(const char *header)
{
	static const char token[IVRQ__TOKEN_BYTES] =
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
	const char *given = ivrq__auth_bearer(header);

	FUZZ_CHECK(!given || (*given && *given != ' '));
	FUZZ_CHECK(ivrq__token_same(token, given) ==
		   (given && !strcmp(given, token)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ivrq__auth *secret, *keys;
	static char text[MAX], header[4 * MAX];
	enum how how;

	if (!secret) {
		secret = auth_of(KEYS_SECRET);
		keys = auth_of(KEYS_RSA_PUBLIC KEYS_EC_PUBLIC);
	}
	if (!size || size >= MAX)
		return 0;
	how = (enum how)(data[0] & 3);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = 0;
	if (!header_of(how, text, header))
		return 0;
	judge(secret, header, how == SIGNED ? text : NULL);
	judge(keys, header, NULL);
	judge_token(header);
	return 0;
}
