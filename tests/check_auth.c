/* SPDX-License-Identifier: MIT */
/* check_auth: which keys, headers and claims are accepted, and what they
 * permit. */
#include <pthread.h>

#include "auth_stage.h"

/* ------------------------------------------------------------ memory ends here */

static int fail_at = -1; /* allocations until one is refused */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
char *__real_strdup(const char *string);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
char *__wrap_strdup(const char *string);

static bool refused_now(void)
{
	return fail_at >= 0 && !fail_at--;
}

void *__wrap_malloc(size_t bytes)
{
	return refused_now() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	return refused_now() ? NULL : __real_calloc(count, bytes);
}

char *__wrap_strdup(const char *string)
{
	return refused_now() ? NULL : __real_strdup(string);
}

/* ------------------------------------------------------------ keys and algorithms */

static const struct {
	const char *keys;
	const char *goods; /* h, r, e: accepted if signed so */
} files[] = {
	{ KEYS_SECRET, "h" },
	{ KEYS_SECRET "\n", "h" },
	{ KEYS_RSA_PUBLIC, "r" },
	{ KEYS_EC_PUBLIC, "e" },
	{ KEYS_EC_COMPRESSED, "e" },
	{ KEYS_RSA_PUBLIC KEYS_EC_PUBLIC, "re" },
	{ KEYS_EC_PUBLIC KEYS_RSA_OTHER KEYS_RSA_PUBLIC, "re" },
	{ KEYS_RSA_OTHER, "" },
	{ KEYS_SECRET "more", "" },
};

static const struct {
	jwt_alg_t alg;
	const char *key;
	char letter; /* of the goods; 0: never */
} signers[] = {
	{ JWT_ALG_HS256, KEYS_SECRET, 'h' },
	{ JWT_ALG_RS256, KEYS_RSA_PRIVATE, 'r' },
	{ JWT_ALG_ES256, KEYS_EC_PRIVATE, 'e' },
	{ JWT_ALG_NONE, NULL, 0 },
	{ JWT_ALG_HS384, KEYS_SECRET, 0 },
	{ JWT_ALG_HS512, KEYS_SECRET, 0 },
	{ JWT_ALG_RS384, KEYS_RSA_PRIVATE, 0 },
	{ JWT_ALG_RS512, KEYS_RSA_PRIVATE, 0 },
	/* The public key's text is no secret. */
	{ JWT_ALG_HS256, KEYS_RSA_PUBLIC, 0 },
	{ JWT_ALG_HS256, KEYS_EC_PUBLIC, 0 },
	{ JWT_ALG_HS512, KEYS_RSA_PUBLIC, 0 },
};

START_TEST(test_auth_check_of_each_algorithm_needs_its_own_key)
{
	struct ivrq__auth *auth = auth_of(files[_i].keys);
	unsigned s;

	for (s = 0; s < CT_COUNT(signers); s++) {
		char letter = signers[s].letter;
		bool good = letter && strchr(files[_i].goods, letter);

		ck_assert_msg(status_signed(auth, signers[s].alg,
					    signers[s].key,
					    GOOD) == (good ? 200 : 401),
			      "file %d, signer %u", _i, s);
	}
	ivrq__auth_destroy(auth);
}
END_TEST

/* What the library takes for the key: the block, with or without its end of
 * line. */
START_TEST(test_auth_check_of_a_public_key_as_secret_is_refused)
{
	static const char *const keys[] = { KEYS_RSA_PUBLIC, KEYS_EC_PUBLIC };
	struct ivrq__auth *auth = auth_of(keys[_i]);
	char secret[1024];
	size_t length;

	strcpy(secret, keys[_i]);
	for (length = strlen(secret) + 1; length > strlen(keys[_i]) - 3;
	     length--) {
		secret[length] = 0;
		ck_assert_int_eq(
			status_signed(auth, JWT_ALG_HS256, secret, GOOD), 401);
	}
	ivrq__auth_destroy(auth);
}
END_TEST

/* ------------------------------------------------------------------- the header */

static const struct {
	const char *before; /* of the token; NULL: no header */
	bool good;
} schemes[] = {
	{ "Bearer ", true },   { "bearer ", true },   { "BEARER ", true },
	{ "beAReR ", true },   { "Bearer  ", true },  { "Bearer     ", true },
	{ "Bearer", false },   { "Bearer\t", false }, { " Bearer ", false },
	{ "Basic ", false },   { "Bearer: ", false }, { "", false },
	{ "Bearers ", false }, { "Bear ", false },    { NULL, false },
};

START_TEST(test_auth_check_of_a_scheme_is_for_bearer_in_any_case)
{
	struct ivrq__auth *auth = auth_of(KEYS_SECRET);
	const char *before = schemes[_i].before;
	char *token = sign(JWT_ALG_HS256, KEYS_SECRET, GOOD);
	struct ivrq__auth_answer answer;
	char header[1024];

	snprintf(header, sizeof(header), "%s%s", before ? before : "", token);
	ivrq__auth_check(auth, before ? header : NULL, &record, NOW, &answer);
	ck_assert_int_eq(answer.status, schemes[_i].good ? 200 : 401);
	if (!schemes[_i].good)
		ck_assert_str_eq(answer.challenge, CHALLENGE);
	if (schemes[_i].good)
		ck_assert_str_eq(ivrq__auth_bearer(header), token);
	else
		ck_assert_ptr_null(ivrq__auth_bearer(before ? header : NULL));
	free(token);
	ivrq__auth_destroy(auth);
}
END_TEST

START_TEST(test_auth_check_of_a_scheme_alone_has_no_token)
{
	static const char *const headers[] = { "", "Bearer", "Bearer ",
					       "Bearer    " };
	struct ivrq__auth *auth = auth_of(KEYS_SECRET);
	struct ivrq__auth_answer answer;

	ck_assert_ptr_null(ivrq__auth_bearer(headers[_i]));
	ivrq__auth_check(auth, headers[_i], &record, NOW, &answer);
	ck_assert_int_eq(answer.status, 401);
	ck_assert_str_eq(answer.code, "7501");
	ck_assert_str_eq(answer.challenge, CHALLENGE);
	ivrq__auth_destroy(auth);
}
END_TEST

/* ------------------------------------------------------------------- the claims */

static const struct {
	const char *claims;
	const char *wrong; /* in the challenge; "" 403; NULL good */
} claims[] = {
	{ GOOD, NULL },
	/* iss */
	{ "{" AUD "," EXP "," ROLES "}", "issuer" },
	{ "{" AUD "," EXP "," ROLES ",\"iss\":\"https://issuer.test/\"}",
	  "issuer" },
	{ "{" AUD "," EXP "," ROLES ",\"iss\":\"https://issuer.tes\"}",
	  "issuer" },
	{ "{" AUD "," EXP "," ROLES ",\"iss\":\"HTTPS://issuer.test\"}",
	  "issuer" },
	{ "{" AUD "," EXP "," ROLES ",\"iss\":\"\"}", "issuer" },
	{ "{" AUD "," EXP "," ROLES ",\"iss\":null}", "issuer" },
	{ "{" AUD "," EXP "," ROLES ",\"iss\":[\"https://issuer.test\"]}",
	  "issuer" },
	/* aud */
	{ "{" ISS "," EXP "," ROLES "}", "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":\"ivr\"}", "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":\"ivrqs\"}", "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":1}", "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":{\"ivrq\":\"ivrq\"}}",
	  "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":[]}", "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":[\"a\",1,null]}", "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":[[\"ivrq\"]]}", "audience" },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":[\"ivrq\"]}", NULL },
	{ "{" ISS "," EXP "," ROLES ",\"aud\":[\"a\",1,\"ivrq\"]}", NULL },
	/* exp: 60 s of leeway */
	{ "{" ISS "," AUD "," ROLES "}", "expired" },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":1699999940}", "expired" },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":1699999941}", NULL },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":1699999940.5}", NULL },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":0}", "expired" },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":-1}", "expired" },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":\"1700000600\"}", "expired" },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":null}", "expired" },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":true}", "expired" },
	{ "{" ISS "," AUD "," ROLES ",\"exp\":9223372036854775807}", NULL },
	/* nbf, iat */
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"nbf\":1700000060}", NULL },
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"nbf\":1700000061}",
	  "not valid yet" },
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"nbf\":\"1\"}",
	  "not valid yet" },
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"iat\":1700000060}", NULL },
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"iat\":1700000060.5}",
	  "not valid yet" },
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"iat\":null}", "not valid yet" },
	/* scp, roles */
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"scp\":\"\"}", "" },
	{ "{" ISS "," AUD "," EXP "," ROLES
	  ",\"scp\":\"Calls.AccessMedia.All\"}",
	  "" },
	{ "{" ISS "," AUD "," EXP "," ROLES ",\"scp\":null}", "" },
	{ "{" ISS "," AUD "," EXP "}", "" },
	{ "{" ISS "," AUD "," EXP ",\"roles\":[]}", "" },
	{ "{" ISS "," AUD "," EXP ",\"roles\":null}", "" },
	{ "{" ISS "," AUD "," EXP ",\"roles\":\"Calls.AccessMedia.All\"}", "" },
	{ "{" ISS "," AUD "," EXP ",\"roles\":[\"calls.accessmedia.all\"]}",
	  "" },
	{ "{" ISS "," AUD "," EXP ",\"roles\":[[\"Calls.AccessMedia.All\"]]}",
	  "" },
	{ "{" ISS "," AUD "," EXP
	  ",\"roles\":[1,\"x\",\"Calls.AccessMedia.All\"]}",
	  NULL },
};

START_TEST(test_auth_check_of_claims_names_the_one_that_is_wrong)
{
	struct ivrq__auth *auth = auth_of(KEYS_SECRET);
	char *token = sign(JWT_ALG_HS256, KEYS_SECRET, claims[_i].claims);
	struct ivrq__auth_answer answer = check(auth, token);
	const char *wrong = claims[_i].wrong;

	ck_assert_int_eq(answer.status, !wrong ? 200 : *wrong ? 401 : 403);
	if (wrong && *wrong)
		ck_assert_msg(strstr(answer.challenge, wrong), "%s",
			      answer.challenge);
	free(token);
	ivrq__auth_destroy(auth);
}
END_TEST

/* ------------------------------------------------------------------ permissions */

static const struct {
	enum ivrq__place place;
	enum ivrq_json_action action;
	const char *status; /* with none, Initiate, AccessMedia, both */
} places[] = {
	{ IVRQ__ACTION, IVRQ_JSON_PLAY_PROMPT, "3222" },
	{ IVRQ__ACTION, IVRQ_JSON_RECORD_RESPONSE, "3322" },
	{ IVRQ__ACTION, IVRQ_JSON_SUBSCRIBE_TO_TONE, "3322" },
	{ IVRQ__ACTION, IVRQ_JSON_CANCEL_MEDIA_PROCESSING, "3222" },
	{ IVRQ__CALL, (enum ivrq_json_action)0, "3222" },
	{ IVRQ__OPERATIONS, (enum ivrq_json_action)0, "3222" },
	{ IVRQ__OPERATION, (enum ivrq_json_action)0, "3222" },
	{ IVRQ__RECORDING, (enum ivrq_json_action)0, "3333" },
	{ IVRQ__HEALTH, (enum ivrq_json_action)0, "3333" },
	{ IVRQ__METRICS, (enum ivrq_json_action)0, "3333" },
};

START_TEST(test_auth_check_of_each_place_needs_its_role)
{
	static const char *const roles[] = {
		"\"Calls.JoinGroupCall.All\"",
		"\"Calls.Initiate.All\"",
		"\"Calls.AccessMedia.All\"",
		"\"Calls.AccessMedia.All\",\"Calls.Initiate.All\"",
	};
	struct ivrq__auth *auth = auth_of(KEYS_SECRET);
	struct ivrq__route route = record;
	struct ivrq__auth_answer answer;
	char text[512], header[1024];
	char *token;
	unsigned i;

	route.place = places[_i].place;
	route.action = places[_i].action;
	for (i = 0; i < CT_COUNT(roles); i++) {
		snprintf(text, sizeof(text),
			 "{" ISS "," AUD "," EXP ",\"roles\":[%s]}", roles[i]);
		token = sign(JWT_ALG_HS256, KEYS_SECRET, text);
		snprintf(header, sizeof(header), "Bearer %s", token);
		free(token);
		ivrq__auth_check(auth, header, &route, NOW, &answer);
		ck_assert_int_eq(answer.status,
				 places[_i].status[i] == '2' ? 200 : 403);
	}
	ivrq__auth_destroy(auth);
}
END_TEST

/* ----------------------------------------------------------------------- threads */

struct asker {
	const struct ivrq__auth *auth;
	const char *header;
	int status;
	struct ct_slip slip;
};

static void *ask(void *user)
{
	struct asker *asker = user;
	struct ivrq__auth_answer answer;

	for (unsigned i = 0; i < 50; i++) {
		ivrq__auth_check(asker->auth, asker->header, &record, NOW,
				 &answer);
		CT_SEE(&asker->slip, answer.status == asker->status);
	}
	return NULL;
}

START_TEST(test_auth_check_in_several_threads_answers_each)
{
	enum { THREADS = 4 };
	struct ivrq__auth *auth = auth_of(KEYS_RSA_PUBLIC KEYS_EC_PUBLIC);
	struct asker askers[THREADS];
	char headers[THREADS][1024];
	pthread_t threads[THREADS];
	unsigned i;

	for (i = 0; i < THREADS; i++) {
		char *token =
			sign(i % 2 ? JWT_ALG_RS256 : JWT_ALG_ES256,
			     i % 2 ? KEYS_RSA_PRIVATE : KEYS_EC_PRIVATE, GOOD);

		snprintf(headers[i], sizeof(headers[i]), "Bearer %s%s", token,
			 i / 2 ? "AAAA" : "");
		free(token);
		askers[i] = (struct asker){
			auth, headers[i], i / 2 ? 401 : 200, { 0, NULL }
		};
	}
	for (i = 0; i < THREADS; i++)
		ck_assert_int_eq(
			pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < THREADS; i++)
		CT_NO_SLIP(&askers[i].slip);
	ivrq__auth_destroy(auth);
}
END_TEST

/* -------------------------------------------------------------------- the create */

static const struct {
	const char *keys, *audience, *issuer;
	const char *field;
} refused[] = {
	{ KEYS_SECRET, NULL, "i", "audience" },
	{ KEYS_SECRET, "", "i", "audience" },
	{ KEYS_SECRET, "a", NULL, "issuer" },
	{ KEYS_SECRET, "a", "", "issuer" },
	{ "too short", "a", "i", "token_key_file" },
	{ "", "a", "i", "token_key_file" },
	{ KEYS_RSA_2047, "a", "i", "token_key_file" },
	{ KEYS_RSA_PRIVATE, "a", "i", "token_key_file" },
};

START_TEST(test_auth_create_with_a_bad_member_names_it)
{
	struct ivrq__auth *auth;
	ivrq_error error;

	ct_mark(&auth, sizeof(auth));
	ck_assert_int_eq(create(refused[_i].keys, refused[_i].audience,
				refused[_i].issuer, &auth, &error),
			 IVRQ_EINVAL);
	ck_assert(ct_untouched(&auth, sizeof(auth)));
	ck_assert_int_eq(error.code, IVRQ_EINVAL);
	ck_assert_str_eq(error.field, refused[_i].field);
	ck_assert(error.rule && *error.rule);
	ck_assert_int_eq(create(refused[_i].keys, refused[_i].audience,
				refused[_i].issuer, &auth, NULL),
			 IVRQ_EINVAL);
}
END_TEST

/* Check's own calls allocate, too: none between fail_at and the create. */
START_TEST(test_auth_create_without_memory_says_so)
{
	char file[] = "/tmp/ivrq-check-auth-XXXXXX";
	int n, answer, left, fd = mkstemp(file);
	struct ivrq__auth *auth;
	ivrq_error error;

	ck_assert_int_eq(write(fd, KEYS_SECRET, strlen(KEYS_SECRET)),
			 strlen(KEYS_SECRET));
	close(fd);
	for (n = 0; n <= 4; n++) {
		ct_mark(&auth, sizeof(auth));
		fail_at = n;
		answer = ivrq__auth_create(file, "a", "i", &auth, &error);
		left = fail_at;
		fail_at = -1;
		if (n == 4)
			break;
		ck_assert_int_eq(answer, IVRQ_ENOMEM);
		ck_assert_int_eq(left, -1);
		ck_assert(ct_untouched(&auth, sizeof(auth)));
		ck_assert_int_eq(error.code, IVRQ_ENOMEM);
	}
	ck_assert_int_eq(answer, 0);
	ck_assert_int_eq(left, 0); /* there was no fifth */
	ivrq__auth_destroy(auth);
	unlink(file);
}
END_TEST

START_TEST(test_auth_create_without_a_file_is_refused)
{
	struct ivrq__auth *auth;
	ivrq_error error;

	ck_assert_int_eq(ivrq__auth_create(NULL, "a", "i", &auth, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "token_key_file");
	ck_assert_int_eq(
		ivrq__auth_create("/nonexistent", "a", "i", &auth, &error),
		IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "token_key_file");
	ivrq__auth_destroy(NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("auth");
	TCase *keys = tcase_create("keys");
	TCase *header = tcase_create("header");
	TCase *rest = tcase_create("claims");

	tcase_add_loop_test(keys,
			    test_auth_check_of_each_algorithm_needs_its_own_key,
			    0, CT_COUNT(files));
	tcase_add_loop_test(
		keys, test_auth_check_of_a_public_key_as_secret_is_refused, 0,
		2);
	tcase_add_test(keys, test_auth_check_in_several_threads_answers_each);
	tcase_set_timeout(keys, 60);
	suite_add_tcase(suite, keys);
	tcase_add_loop_test(
		header, test_auth_check_of_a_scheme_is_for_bearer_in_any_case,
		0, CT_COUNT(schemes));
	tcase_add_loop_test(
		header, test_auth_check_of_a_scheme_alone_has_no_token, 0, 4);
	suite_add_tcase(suite, header);
	tcase_add_loop_test(
		rest, test_auth_check_of_claims_names_the_one_that_is_wrong, 0,
		CT_COUNT(claims));
	tcase_add_loop_test(rest, test_auth_check_of_each_place_needs_its_role,
			    0, CT_COUNT(places));
	tcase_add_loop_test(rest, test_auth_create_with_a_bad_member_names_it,
			    0, CT_COUNT(refused));
	tcase_add_test(rest, test_auth_create_without_memory_says_so);
	tcase_add_test(rest, test_auth_create_without_a_file_is_refused);
	suite_add_tcase(suite, rest);
	return ct_run(suite);
}
