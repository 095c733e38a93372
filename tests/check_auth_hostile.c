/* SPDX-License-Identifier: MIT */
/*
 * check_auth_hostile: tokens that somebody made up or damaged.
 *
 * Those that libjwt does not make stand here as they are.
 */
#include "auth_stage.h"

/* ---------------------------------------------- tokens that libjwt does not make */

#define PAYLOAD                                                                \
	"eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0IiwiYXVkIjoiaXZycSIsImV4cCI6MTc"  \
	"wMDAwMDYwMCwicm9sZXMiOlsiQ2FsbHMuQWNjZXNzTWVkaWEuQWxsIl19"

/* All signed with the secret and SHA-256. */
static const struct {
	const char *token;
	int status;
} crafted[] = {
	/* {"alg":"HS256"} */
	{ "eyJhbGciOiJIUzI1NiJ9." PAYLOAD
	  ".Jf4yO9gY-58fPFUyWlSZaVPgtFsLPwskeu3qhR-CA5U",
	  200 },
	/* {"typ":"JWT","alg":"HS256","kid":"k"} */
	{ "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6ImsifQ." PAYLOAD
	  ".x8qHIL829WC0lPx2gtvug0iqJzctAGqzjacKX6w3vyA",
	  200 },
	/* {"alg":"hs256"} */
	{ "eyJhbGciOiJoczI1NiJ9." PAYLOAD
	  ".RygUWs_tJxRL61GsY5yekc3TW5ahDHcKctK84-AlOog",
	  401 },
	/* {"alg":"HS256 "} */
	{ "eyJhbGciOiJIUzI1NiAifQ." PAYLOAD
	  ".6vgKFyqPVZZS1aM3InpTs7nypikUSpylfOm61pVD16E",
	  401 },
	/* {"alg":"HS257"} */
	{ "eyJhbGciOiJIUzI1NyJ9." PAYLOAD
	  ".z-mtrA64ni24C1j5EJ5auWXUHcPejmvav0fICEJM0ZI",
	  401 },
	/* {"alg":"none"} */
	{ "eyJhbGciOiJub25lIn0." PAYLOAD
	  ".unh74S9mO46YAIiXH_kyurBLGAecPatjjseDw_6G0DQ",
	  401 },
	/* {"alg":"NONE"} */
	{ "eyJhbGciOiJOT05FIn0." PAYLOAD
	  ".pMUJXw_otA3ouEyexRh2zx5x8Y_5WBat-fmLGgILu94",
	  401 },
	/* {"alg":""} */
	{ "eyJhbGciOiIifQ." PAYLOAD
	  ".t3MKd0A13KBjy4JmoVMmMfhJIA5HuZ15FKXICADQiVw",
	  401 },
	/* {"alg":null} */
	{ "eyJhbGciOm51bGx9." PAYLOAD
	  ".5wpf8MOUHrhhbuHpBvjAbdF5msYlpNAwn6kAxP68vng",
	  401 },
	/* {"alg":256} */
	{ "eyJhbGciOjI1Nn0." PAYLOAD
	  ".KLNxuE9HK0T38wEP-irzbBuEQh57j2Du6I4T3vaxZiY",
	  401 },
	/* {"alg":["HS256"]} */
	{ "eyJhbGciOlsiSFMyNTYiXX0." PAYLOAD
	  ".LBXLM-XY6rqSNCHmUxbfyYEyR0-c76JLMxL7T1DQW-A",
	  401 },
	/* {"typ":"JWT"} */
	{ "eyJ0eXAiOiJKV1QifQ." PAYLOAD
	  ".G-Q4A3Bkf_rFTDpgXoyqa8wIEdmPIL0YAcU0sID0bnU",
	  401 },
	/* {"alg":"HS256","crit":["exp"]} */
	{ "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiZXhwIl19." PAYLOAD
	  ".3_EPrwaEmFB0wTHO89LApMzIpnlbDukTKQx-vgtway8",
	  401 },
	/* {"alg":"HS256","crit":null} */
	{ "eyJhbGciOiJIUzI1NiIsImNyaXQiOm51bGx9." PAYLOAD
	  ".4LwsTP-WtaHhq9jOCeaj-PGFeZzH__okmQdzwLfSrCk",
	  401 },
	/* {"alg":"HS256","typ":"JWE"} */
	{ "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXRSJ9." PAYLOAD
	  ".qyvRl6Z6yKvVJn5h0Qc0J6fVE9wdc7WE_K9GU79vG8Y",
	  401 },
	/* {"alg":"HS256" */
	{ "eyJhbGciOiJIUzI1NiI." PAYLOAD
	  ".gwQwDXFdUWGgAgZISl68hgrPG2VXTJClRFzUCRt9guo",
	  401 },
	/* ["HS256"] */
	{ "WyJIUzI1NiJd." PAYLOAD
	  ".BMmIIpGZBe_pYUUszgj20rxjDjbaLsx7unlZoPTbFdY",
	  401 },
	/* "HS256" */
	{ "IkhTMjU2Ig." PAYLOAD ".lmqTwpGMuWNohTWWRaoyuM6nRoX9p774Kxk2NJzJ-lo",
	  401 },
	/* {"alg":"HS256"} [1] */
	{ "eyJhbGciOiJIUzI1NiJ9.WzFd.Rpo2xEeZb82BajcqCRZiv6-7XSeJtl-"
	  "nG9oRPwQkdwo",
	  401 },
	/* {"alg":"HS256"} { */
	{ "eyJhbGciOiJIUzI1NiJ9.ew.1rjFi-RPDZ_J7nYS1BRMPygqItGEy3ipuPmDP5NZxqM",
	  401 },
	/* {"alg":"HS256"} null */
	{ "eyJhbGciOiJIUzI1NiJ9.bnVsbA.LqZDXvpftgrzdYg5y_"
	  "TmGzVy8wGEgZSYe5xyw2fNbgc",
	  401 },
	/* {"alg":"HS256"} {"iss":"?"} */
	{ "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiL_In0.EvFSbPRNXpUIuziO1YLSJgII8H_"
	  "HWMgd-j172Z7se-c",
	  401 },
	/* {"alg":"HS256"} {"exp":1e999} */
	{ "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjFlOTk5fQ.Z8v0YR-"
	  "cPvgIXKy1vY8BHytuMNbaVcyT4Nnp-Y7k6jo",
	  401 },
	/* {"alg":"HS256"} {"exp":99999999999999999999} */
	{ "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTk5OTk5OTk5OTk5fQ."
	  "wi3iJ5nbs45UPMWP4Eo2XErxLlsi-ry_wCWTuqZUQAc",
	  401 },
};

START_TEST(test_auth_check_of_a_crafted_token_is_as_strict_as_the_rules)
{
	struct ivrq__auth *auth = auth_of(KEYS_SECRET);

	ck_assert_int_eq(status(auth, crafted[_i].token), crafted[_i].status);
	ivrq__auth_destroy(auth);
}
END_TEST

/* A signature that is none, with the algorithm that is none. */
START_TEST(test_auth_check_of_an_unsigned_token_is_refused)
{
	static const char *const tokens[] = {
		"eyJhbGciOiJub25lIn0." PAYLOAD ".",
		"eyJhbGciOiJub25lIn0." PAYLOAD ".AAAA",
		"eyJhbGciOiJIUzI1NiJ9." PAYLOAD ".",
		"eyJhbGciOiJIUzI1NiJ9." PAYLOAD,
		"eyJhbGciOiJIUzI1NiJ9." PAYLOAD ".AAAA",
		"eyJhbGciOiJSUzI1NiJ9." PAYLOAD ".AAAA",
		"eyJhbGciOiJFUzI1NiJ9." PAYLOAD ".AAAA",
	};
	static const char *const keys[] = { KEYS_SECRET, KEYS_RSA_PUBLIC,
					    KEYS_EC_PUBLIC };
	struct ivrq__auth *auth = auth_of(keys[_i]);
	unsigned i;

	for (i = 0; i < CT_COUNT(tokens); i++)
		ck_assert_int_eq(status(auth, tokens[i]), 401);
	ivrq__auth_destroy(auth);
}
END_TEST

START_TEST(test_auth_check_of_garbage_is_refused)
{
	static const char *const tokens[] = {
		".",
		"..",
		"...",
		"a",
		"a.b.c",
		"a.a.a",
		"aa.aa.aa",
		"aaaa.aaaa.aaaa",
		"aaaa..aaaa",
		"aaaa.aaaa.",
		".aaaa.aaaa",
		"aaaa.aaaa.aaaa.aaaa",
		"aaaa.aaaa.aaaa.",
		"aaaaa.aaaa.aaaa",
		"eyJhbGciOiJIUzI1NiJ9",
		"eyJhbGciOiJIUzI1NiJ9.e30=.aaaa",
		"eyJhbGciOiJIUzI1NiJ9.e30.aa+a",
		"eyJhbGciOiJIUzI1NiJ9.e30.aa/a",
		"eyJhbGciOiJIUzI1NiJ9.e30.aaaa ",
		"eyJhbGciOiJIUzI1NiJ9.e30.aaaa, Bearer x",
		"eyJhbGciOiJIUzI1NiJ9.\xc3\xa9.aaaa",
		"\"quoted\"",
	};
	static const char *const keys[] = { KEYS_SECRET,
					    KEYS_RSA_PUBLIC KEYS_EC_PUBLIC };
	struct ivrq__auth *auth = auth_of(keys[_i]);
	unsigned i;

	for (i = 0; i < CT_COUNT(tokens); i++)
		ck_assert_int_eq(status(auth, tokens[i]), 401);
	ivrq__auth_destroy(auth);
}
END_TEST

/* ------------------------------------------------------------------------ damage */

/* One signer for each algorithm. */
static const struct {
	jwt_alg_t alg;
	const char *key;
} signers[] = {
	{ JWT_ALG_HS256, KEYS_SECRET },
	{ JWT_ALG_RS256, KEYS_RSA_PRIVATE },
	{ JWT_ALG_ES256, KEYS_EC_PRIVATE },
};

/* The last character of a signature has bits that are of no byte. */
START_TEST(test_auth_check_of_any_changed_character_is_refused)
{
	struct ivrq__auth *auth =
		auth_of(_i ? KEYS_RSA_PUBLIC KEYS_EC_PUBLIC : KEYS_SECRET);
	char *token = sign(signers[_i].alg, signers[_i].key, GOOD);
	size_t length = strlen(token), at;

	for (at = 0; at < length - 1; at++) {
		char was = token[at];

		token[at] = was == 'A' ? 'B' : 'A';
		ck_assert_msg(status(auth, token) == 401, "character %zu", at);
		token[at] = was;
	}
	ck_assert_int_eq(status(auth, token), 200);
	free(token);
	ivrq__auth_destroy(auth);
}
END_TEST

START_TEST(test_auth_check_of_a_cut_token_is_refused)
{
	struct ivrq__auth *auth =
		auth_of(_i ? KEYS_RSA_PUBLIC KEYS_EC_PUBLIC : KEYS_SECRET);
	char *token = sign(signers[_i].alg, signers[_i].key, GOOD);
	struct ivrq__auth_answer answer;
	size_t at;

	for (at = strlen(token) - 1; at; at--) {
		token[at] = 0;
		ck_assert_msg(status(auth, token) == 401, "%zu left", at);
	}
	ivrq__auth_check(auth, "Bearer ", &record, NOW, &answer);
	ck_assert_int_eq(answer.status, 401);
	free(token);
	ivrq__auth_destroy(auth);
}
END_TEST

/* With claims so long that the token has that many bytes. */
static char *sized(size_t bytes)
{
	static const char fixed[] =
		"{" ISS "," AUD "," EXP "," ROLES ",\"pad\":\"\"}";
	size_t frame = 36 + 1 + 1 + 43; /* of libjwt's header, the signature */
	size_t claims = (bytes - frame) * 3 / 4;
	char *text = malloc(claims + 1), *token;

	memset(text, 'x', claims);
	memcpy(text, fixed, sizeof(fixed) - 3);
	strcpy(text + claims - 2, "\"}");
	token = sign(JWT_ALG_HS256, KEYS_SECRET, text);
	free(text);
	ck_assert_uint_eq(strlen(token), bytes);
	return token;
}

START_TEST(test_auth_check_of_the_longest_token_and_of_longer_ones)
{
	static const size_t longer[] = { IVRQ__AUTH_TOKEN_MAX + 1,
					 IVRQ__AUTH_TOKEN_MAX + 4, 1 << 20 };
	struct ivrq__auth *auth = auth_of(KEYS_SECRET);
	char *token = sized(IVRQ__AUTH_TOKEN_MAX);
	unsigned i;

	ck_assert_int_eq(status(auth, token), 200);
	free(token);
	for (i = 0; i < CT_COUNT(longer); i++) {
		token = sized(longer[i]);
		ck_assert_int_eq(status(auth, token), 401);
		free(token);
	}
	ivrq__auth_destroy(auth);
}
END_TEST

/* Nested as deep as a token can be. */
START_TEST(test_auth_check_of_deep_claims_is_refused)
{
	enum { DEPTH = 3000 };
	struct ivrq__auth *auth = auth_of(KEYS_SECRET);
	char *token = malloc(IVRQ__AUTH_TOKEN_MAX);

	/* [[[ in base64 is W1tb. */
	strcpy(token, "eyJhbGciOiJIUzI1NiJ9.");
	for (unsigned i = 0; i < DEPTH / 3; i++)
		strcat(token, "W1tb");
	strcat(token, ".AAAA");
	ck_assert_int_eq(status(auth, token), 401);
	free(token);
	ivrq__auth_destroy(auth);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("auth_hostile");
	TCase *made = tcase_create("made up");
	TCase *damage = tcase_create("damage");

	tcase_add_loop_test(
		made,
		test_auth_check_of_a_crafted_token_is_as_strict_as_the_rules, 0,
		CT_COUNT(crafted));
	tcase_add_loop_test(
		made, test_auth_check_of_an_unsigned_token_is_refused, 0, 3);
	tcase_add_loop_test(made, test_auth_check_of_garbage_is_refused, 0, 2);
	suite_add_tcase(suite, made);
	tcase_set_timeout(damage, 120);
	tcase_add_loop_test(damage,
			    test_auth_check_of_any_changed_character_is_refused,
			    0, CT_COUNT(signers));
	tcase_add_loop_test(damage, test_auth_check_of_a_cut_token_is_refused,
			    0, CT_COUNT(signers));
	tcase_add_test(damage,
		       test_auth_check_of_the_longest_token_and_of_longer_ones);
	tcase_add_test(damage, test_auth_check_of_deep_claims_is_refused);
	suite_add_tcase(suite, damage);
	return ct_run(suite);
}
