/* SPDX-License-Identifier: MIT */
/*
 * check_model: random sequences against the reference (model.h).
 *
 * One thread; calls of two workers, rings of 4 and of 16, pools that run dry.
 * In half of the sequences the callbacks act on the engine too. The same file
 * is built a second time, as check_model_wrap, against a core whose positions
 * are narrow and start just below their wrap.
 */
#include <check.h>
#include "model_steps.h"
#include "yield.h"

enum {
	STEPS = 300,	/* of one sequence */
	SEQUENCES = 150 /* of one test */
};

static uint64_t seed;
static uint64_t rnd;

uint32_t steps_below(uint32_t n)
{
	return rnd_below(&rnd, n);
}

static void assert_fine(uint64_t sequence)
{
	const struct model_fault *fault = steps_fault();

	if (!fault)
		return;
	printf("sequence %" PRIu64 ", the last steps:\n", sequence);
	steps_show();
	ck_abort_msg("sequence %" PRIu64 ", model line %d: %s", sequence,
		     fault->line, fault->expr);
}

static void one_sequence(uint32_t ring, bool nests, uint64_t sequence)
{
	uint32_t step;

	rnd = sequence;
	steps_begin(ring, nests);
	for (step = 0; step < STEPS; step++) {
		steps_one();
		assert_fine(sequence);
	}
	steps_end();
	assert_fine(sequence);
}

static void sequences(uint32_t ring, bool nests)
{
	uint32_t i, n = SEQUENCES * rnd_factor();

	for (i = 0; i < n; i++)
		one_sequence(ring, nests, seed + i);
}

START_TEST(test_engine_ring_of_4_random_sequence_matches_model)
{
	sequences(4, false);
}
END_TEST

START_TEST(test_engine_ring_of_16_random_sequence_matches_model)
{
	sequences(16, false);
}
END_TEST

START_TEST(test_engine_ring_of_4_used_in_callbacks_matches_model)
{
	sequences(4, true);
}
END_TEST

START_TEST(test_engine_ring_of_16_used_in_callbacks_matches_model)
{
	sequences(16, true);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("model");
	TCase *tcase = tcase_create("random sequences");
	SRunner *runner = srunner_create(suite);
	int failed;

	seed = rnd_seed();
	tcase_set_timeout(tcase, 60.0 * rnd_factor());
	tcase_add_test(tcase,
		       test_engine_ring_of_4_random_sequence_matches_model);
	tcase_add_test(tcase,
		       test_engine_ring_of_16_random_sequence_matches_model);
	tcase_add_test(tcase,
		       test_engine_ring_of_4_used_in_callbacks_matches_model);
	tcase_add_test(tcase,
		       test_engine_ring_of_16_used_in_callbacks_matches_model);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
