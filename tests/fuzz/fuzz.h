/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_FUZZ_H
#define IVRQ_TESTS_FUZZ_H
/*
 * fuzz.h - what the fuzz targets share: the bytes of an input, taken one
 * choice after the other, and a check that ends the program.
 *
 * A target is one function. libFuzzer calls it again and again
 * (tests/proof/fuzz.sh), or replay.c does, once for each saved input. It keeps
 * nothing from one call to the next.
 */
#include <ivrq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is left of the input. After its end every byte is 0. */
struct fuzz_bytes {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_bytes *bytes)
{
	if (!bytes->left)
		return 0;
	bytes->left--;
	return *bytes->at++;
}

static inline uint64_t fuzz_number(struct fuzz_bytes *bytes, unsigned width)
{
	uint64_t number = 0;

	while (width--)
		number = number << 8 | fuzz_byte(bytes);
	return number;
}

/* 0 to n - 1, of as few bytes as it takes. */
static inline uint32_t fuzz_below(struct fuzz_bytes *bytes, uint32_t n)
{
	return (uint32_t)(fuzz_number(bytes, n <= 256 ? 1 : 4) % n);
}

/* Not assert(): that can be compiled out. */
#define FUZZ_CHECK(condition)                                                  \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,     \
				#condition);                                   \
			abort();                                               \
		}                                                              \
	} while (0)

/* What a header says about a member of a structure. */
struct fuzz_rule {
	const char *field;
	bool good;
};

/* What is refused breaks the rule of the member that is named; what is not
 * refused breaks none. */
static inline void fuzz_judge(const struct fuzz_rule *rules, size_t n,
			      int answer, const ivrq_error *error)
{
	bool named = false, good = true;
	size_t i;

	for (i = 0; i < n; i++) {
		good &= rules[i].good;
		if (answer != IVRQ_EINVAL ||
		    strcmp(error->field, rules[i].field))
			continue;
		named = true;
		FUZZ_CHECK(!rules[i].good);
	}
	FUZZ_CHECK((answer == IVRQ_EINVAL) == !good);
	FUZZ_CHECK((answer == IVRQ_EINVAL) == named);
	if (answer < 0) {
		FUZZ_CHECK(error->code == answer && *error->field);
		FUZZ_CHECK(error->rule && *error->rule);
	} else {
		FUZZ_CHECK(!error->field);
	}
}

#define FUZZ_JUDGE(rules, answer, error)                                       \
	fuzz_judge((rules), sizeof(rules) / sizeof(*(rules)), (answer), (error))

static inline bool fuzz_within(uint32_t value, uint32_t least, uint32_t most)
{
	return value >= least && value <= most;
}

#endif
