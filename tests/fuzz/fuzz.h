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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

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

#endif
