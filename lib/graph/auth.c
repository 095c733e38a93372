/* SPDX-License-Identifier: MIT */
/*
 * auth.c - bearer tokens and the permissions of the API.
 *
 * A token is looked at in steps, each for those that passed the one before:
 *
 *	1. Is it three parts of base64url, not too long? What is not never
 *	   reaches the library that parses and verifies.
 *	2. Its header's alg is compared with the algorithm of each key. The
 *	   library would verify by whatever the header asks for: "none" with no
 *	   key, or a public key's PEM, which is no secret, as the secret of
 *	   HS256. It is only called with a key whose own algorithm is asked for,
 *	   spelt exactly so. A header with crit is refused: no extension is
 *	   understood here (RFC 7515, 4.1.11).
 *	3. The signature, with each of these keys.
 *	4. The claims: iss, aud, exp, and nbf and iat if they are there.
 *	5. The permissions. Delegated tokens (those with scp) have none.
 *
 * Up to 4 the answer is 401, and does not tell a wrong signature from a wrong
 * key. It is also 401 when memory runs out: nobody is let in for that.
 *
 * Threads: all is const after _create.
 */
#include <errno.h>
#include <jansson.h>
#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/auth.h"
#include "graph/fail.h"
#include "graph/key.h"

enum { INITIATE = 1, ACCESS_MEDIA = 2 }; /* permissions */

struct ivrq__auth {
	struct ivrq__keys keys;
	char *audience;
	char *issuer;
};

/* ------------------------------------------------------------------ life cycle */

int ivrq__auth_create(const char *key_file, const char *audience,
		      const char *issuer, struct ivrq__auth **auth,
		      ivrq_error *error)
{
	const char *rule = "memory";
	struct ivrq__auth *made;
	int answer;

	if (!key_file)
		return ivrq__invalid(error, "token_key_file",
				     "a file, or no_auth");
	if (!audience || !*audience)
		return ivrq__invalid(error, "audience", "not empty");
	if (!issuer || !*issuer)
		return ivrq__invalid(error, "issuer", "not empty");
	made = calloc(1, sizeof(*made));
	if (!made)
		return ivrq__fail(error, IVRQ_ENOMEM, "token_key_file", rule);
	made->audience = strdup(audience);
	made->issuer = strdup(issuer);
	answer = made->audience && made->issuer ?
			 ivrq__keys_read(key_file, &made->keys, &rule) :
			 IVRQ_ENOMEM;
	if (answer) {
		ivrq__auth_destroy(made);
		return ivrq__fail(error, answer, "token_key_file", rule);
	}
	*auth = made;
	return 0;
}

void ivrq__auth_destroy(struct ivrq__auth *auth)
{
	if (!auth)
		return;
	ivrq__keys_free(&auth->keys);
	free(auth->audience);
	free(auth->issuer);
	free(auth);
}

/* ------------------------------------------------------------------- the token */

const char *ivrq__auth_bearer(const char *header)
{
	static const char scheme[] = "bearer ";

	if (!header || strncasecmp(header, scheme, sizeof(scheme) - 1))
		return NULL;
	header += sizeof(scheme) - 1;
	header += strspn(header, " ");
	return *header ? header : NULL;
}

/* Three parts of base64url. Four digits are three bytes; one alone is none. */
static bool plausible(const char *token)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = token;
	unsigned parts = 0;

	if (strlen(token) > IVRQ__AUTH_TOKEN_MAX)
		return false;
	for (;;) {
		size_t length = strspn(at, digits);

		if (!length || length % 4 == 1 || ++parts > 3)
			return false;
		at += length;
		if (*at != '.')
			return !*at && parts == 3;
		at++;
	}
}

/* What its header asks for and is used here, or NULL. */
static const char *algorithm(const char *token)
{
	static const char *const algs[] = { "HS256", "RS256", "ES256" };
	const char *asked, *alg = NULL;
	char *crit;
	jwt_t *jwt;

	/* Without a key nothing is verified, and nothing but alg kept of it. */
	if (jwt_decode(&jwt, token, NULL, 0))
		return NULL;
	asked = jwt_get_header(jwt, "alg");
	for (size_t i = 0; asked && i < sizeof(algs) / sizeof(*algs); i++)
		if (!strcmp(asked, algs[i]))
			alg = algs[i];
	crit = jwt_get_headers_json(jwt, "crit");
	if (crit)
		alg = NULL;
	free(crit);
	jwt_free(jwt);
	return alg;
}

/* Verified, by that key and its algorithm? jwt_free() it. */
static jwt_t *verified(const char *token, const struct ivrq__key *key)
{
	jwt_t *jwt;

	if (jwt_decode(&jwt, token, key->bytes, key->size))
		return NULL;
	if (jwt_get_alg(jwt) == jwt_str_alg(key->alg))
		return jwt;
	jwt_free(jwt);
	return NULL;
}

/* The claims of a token that one of the keys has signed, or NULL. */
static json_t *claims_of(const struct ivrq__auth *auth, const char *token)
{
	const char *alg = algorithm(token);
	json_t *claims;
	jwt_t *jwt = NULL;
	char *text;

	for (unsigned i = 0; alg && !jwt && i < auth->keys.count; i++)
		if (!strcmp(auth->keys.key[i].alg, alg))
			jwt = verified(token, &auth->keys.key[i]);
	if (!jwt)
		return NULL;
	text = jwt_get_grants_json(jwt, NULL);
	jwt_free(jwt);
	claims = text ? json_loads(text, 0, NULL) : NULL;
	free(text);
	return claims;
}

/* ------------------------------------------------------------------ the claims */

static bool is(const json_t *value, const char *word)
{
	const char *string = json_string_value(value); /* or NULL */

	return string && !strcmp(string, word);
}

/* A string that is the word, or an array that has it. */
static bool has(const json_t *value, const char *word)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		if (is(json_array_get(value, i), word))
			return true;
	return is(value, word);
}

/* Seconds since 1970, maybe with a fraction. Absent is fine. */
static bool not_after(const json_t *value, double latest)
{
	return !value ||
	       (json_is_number(value) && json_number_value(value) <= latest);
}

/* NULL, or what is wrong, as a challenge. */
static const char *wrong(const struct ivrq__auth *auth, const json_t *claims,
			 int64_t now)
{
	const json_t *end = json_object_get(claims, "exp");
	double latest = (double)now + IVRQ__AUTH_LEEWAY_S;
	double earliest = (double)now - IVRQ__AUTH_LEEWAY_S;

	if (!is(json_object_get(claims, "iss"), auth->issuer))
		return "Bearer realm=\"ivrq\", error=\"invalid_token\", "
		       "error_description=\"wrong issuer\"";
	if (!has(json_object_get(claims, "aud"), auth->audience))
		return "Bearer realm=\"ivrq\", error=\"invalid_token\", "
		       "error_description=\"wrong audience\"";
	if (!json_is_number(end) || json_number_value(end) <= earliest)
		return "Bearer realm=\"ivrq\", error=\"invalid_token\", "
		       "error_description=\"expired\"";
	if (!not_after(json_object_get(claims, "nbf"), latest) ||
	    !not_after(json_object_get(claims, "iat"), latest))
		return "Bearer realm=\"ivrq\", error=\"invalid_token\", "
		       "error_description=\"not valid yet\"";
	return NULL;
}

static unsigned permissions(const json_t *claims)
{
	const json_t *roles = json_object_get(claims, "roles");
	unsigned has_them = 0;

	if (json_object_get(claims, "scp") || !json_is_array(roles))
		return 0;
	if (has(roles, "Calls.Initiate.All"))
		has_them |= INITIATE;
	if (has(roles, "Calls.AccessMedia.All"))
		has_them |= ACCESS_MEDIA;
	return has_them;
}

/* One of these is needed. */
static unsigned needed(const struct ivrq__route *route)
{
	switch (route->place) {
	case IVRQ__ACTION:
		if (route->action == IVRQ_JSON_RECORD_RESPONSE ||
		    route->action == IVRQ_JSON_SUBSCRIBE_TO_TONE)
			return ACCESS_MEDIA;
		return INITIATE | ACCESS_MEDIA;
	case IVRQ__CALL:
	case IVRQ__OPERATIONS:
	case IVRQ__OPERATION:
		return INITIATE | ACCESS_MEDIA;
	case IVRQ__RECORDING:
	case IVRQ__HEALTH:
	case IVRQ__METRICS:
		break;
	}
	return 0;
}

static const struct ivrq__auth_answer allowed = { .status = 200 };
static const struct ivrq__auth_answer no_token = { 401, "7501",
						   "An access token is needed.",
						   "Bearer realm=\"ivrq\"",
						   false };
static const struct ivrq__auth_answer bad_token = {
	401, "7501", "The access token is not valid.",
	"Bearer realm=\"ivrq\", error=\"invalid_token\", "
	"error_description=\"not a token that is accepted here\"",
	false
};
static const struct ivrq__auth_answer forbidden = {
	403, "7504", "The application lacks the permission.",
	"Bearer realm=\"ivrq\", error=\"insufficient_scope\"", false
};

void ivrq__auth_check(const struct ivrq__auth *auth, const char *header,
		      const struct ivrq__route *route, int64_t now,
		      struct ivrq__auth_answer *answer)
{
	const char *token = ivrq__auth_bearer(header), *challenge;
	unsigned has_them;
	json_t *claims;

	if (!token) {
		*answer = no_token;
		return;
	}
	*answer = bad_token;
	claims = plausible(token) ? claims_of(auth, token) : NULL;
	if (!claims)
		return;
	has_them = permissions(claims);
	challenge = wrong(auth, claims, now);
	if (challenge)
		answer->challenge = challenge;
	else if (has_them & needed(route))
		*answer = allowed;
	else
		*answer = forbidden;
	answer->media = answer->status == 200 && has_them & ACCESS_MEDIA;
	json_decref(claims);
}
