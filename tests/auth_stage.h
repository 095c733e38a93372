/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_AUTH_STAGE_H
#define IVRQ_TESTS_AUTH_STAGE_H
/*
 * auth_stage.h - tokens, made with libjwt, and what is answered to them.
 */
#include <jwt.h>
#include <unistd.h>

#include "ct.h"
#include "graph/auth.h"
#include "keys.h"

#define NOW   INT64_C(1700000000)
#define AUD   "\"aud\":\"ivrq\""
#define ISS   "\"iss\":\"https://issuer.test\""
#define EXP   "\"exp\":1700000600"
#define ROLES "\"roles\":[\"Calls.AccessMedia.All\"]"
#define GOOD  "{" ISS "," AUD "," EXP "," ROLES "}"

#define CHALLENGE "Bearer realm=\"ivrq\""

static const struct ivrq__route record = {
	.place = IVRQ__ACTION,
	.verb = IVRQ__POST,
	.version = IVRQ_JSON_V1,
	.action = IVRQ_JSON_RECORD_RESPONSE,
};

static inline int create(const char *keys, const char *audience,
			 const char *issuer, struct ivrq__auth **auth,
			 ivrq_error *error)
{
	char file[] = "/tmp/ivrq-check-auth-XXXXXX";
	int answer, fd = mkstemp(file);
	size_t count = strlen(keys);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, keys, count), (ssize_t)count);
	close(fd);
	answer = ivrq__auth_create(file, audience, issuer, auth, error);
	unlink(file);
	return answer;
}

static inline struct ivrq__auth *auth_of(const char *keys)
{
	struct ivrq__auth *auth;

	ck_assert_int_eq(
		create(keys, "ivrq", "https://issuer.test", &auth, NULL), 0);
	return auth;
}

/* A token; free() it. */
static inline char *sign(jwt_alg_t alg, const char *key, const char *claims)
{
	char *token;
	jwt_t *jwt;

	ck_assert_int_eq(jwt_new(&jwt), 0);
	ck_assert_int_eq(jwt_add_grants_json(jwt, claims), 0);
	ck_assert_int_eq(jwt_set_alg(jwt, alg, (const unsigned char *)key,
				     key ? (int)strlen(key) : 0),
			 0);
	token = jwt_encode_str(jwt);
	ck_assert_ptr_nonnull(token);
	jwt_free(jwt);
	return token;
}

static inline struct ivrq__auth_answer check(const struct ivrq__auth *auth,
					     const char *token)
{
	size_t bytes = strlen(token) + sizeof("Bearer ");
	struct ivrq__auth_answer answer;
	char *header = malloc(bytes);

	snprintf(header, bytes, "Bearer %s", token);
	ct_mark(&answer, sizeof(answer));
	ivrq__auth_check(auth, header, &record, NOW, &answer);
	free(header);
	switch (answer.status) {
	case 200:
		ck_assert_ptr_null(answer.code);
		ck_assert_ptr_null(answer.message);
		ck_assert_ptr_null(answer.challenge);
		break;
	case 401:
		ck_assert_str_eq(answer.code, "7501");
		ck_assert(answer.message && *answer.message);
		ck_assert_ptr_nonnull(strstr(answer.challenge, CHALLENGE
					     ", error=\"invalid_token\", "
					     "error_description=\""));
		break;
	default:
		ck_assert_int_eq(answer.status, 403);
		ck_assert_str_eq(answer.code, "7504");
		ck_assert(answer.message && *answer.message);
		ck_assert_str_eq(answer.challenge,
				 CHALLENGE ", error=\"insufficient_scope\"");
	}
	return answer;
}

static inline int status(const struct ivrq__auth *auth, const char *token)
{
	return check(auth, token).status;
}

/* With a token that is signed for this. */
static inline int status_signed(const struct ivrq__auth *auth, jwt_alg_t alg,
				const char *key, const char *claims)
{
	char *token = sign(alg, key, claims);
	int answer = status(auth, token);

	free(token);
	return answer;
}

#endif
