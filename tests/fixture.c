/* SPDX-License-Identifier: MIT */
/* fixture.c - see fixture.h. */
#include "fixture.h"

struct rig rig[1];
struct phone phone[1];

static void setup(void)
{
	rig_call(rig, phone);
}

static void teardown(void)
{
	rig_stats(rig);
	rig_down(rig);
}

TCase *case_alone(Suite *suite, const char *aspect)
{
	TCase *tests = tcase_create(aspect);

	tcase_set_timeout(tests, 120);
	suite_add_tcase(suite, tests);
	return tests;
}

TCase *case_with_call(Suite *suite, const char *aspect)
{
	TCase *tests = case_alone(suite, aspect);

	tcase_add_checked_fixture(tests, setup, teardown);
	return tests;
}

void dither(uint32_t turn)
{
	volatile uint32_t left = turn * 7919 % 65536;

	while (left)
		left--;
}

void give(const char *tones)
{
	for (; *tones; tones++)
		ck_assert_int_eq(
			ivrq_tone(rig->engine, phone->call, *tones, 100), 0);
}
