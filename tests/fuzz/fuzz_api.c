/* SPDX-License-Identifier: MIT */
/*
 * fuzz_api - the input is a sequence of API calls: the engine and the
 * reference of tests/model.h take the same steps, and each answer and each
 * callback must be the reference's.
 *
 * The first byte is the kind of engine. The rest are the choices of
 * tests/model_steps.c: which function, on which call, with which parameters,
 * what the driver answers, what a callback does. Steps are taken while there
 * are bytes; then the engine is stopped and all it had must have ended.
 */
#include "fuzz.h"
#include "model_steps.h"

enum { LONGEST = 2048 }; /* the reference has room for what these can do */

static struct fuzz_bytes bytes;

uint32_t steps_below(uint32_t n)
{
	return fuzz_below(&bytes, n);
}

static void assert_fine(void)
{
	const struct model_fault *fault = steps_fault();

	if (!fault)
		return;
	steps_show();
	fprintf(stderr, "model line %d: %s\n", fault->line, fault->expr);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t kind;

	bytes.at = data;
	bytes.left = size < LONGEST ? size : LONGEST;
	kind = fuzz_byte(&bytes);
	steps_begin(kind & 1 ? 16 : 4, kind & 2);
	while (bytes.left) {
		steps_one();
		assert_fine();
	}
	steps_end();
	assert_fine();
	return 0;
}
