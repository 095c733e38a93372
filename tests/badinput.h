/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_BADINPUT_H
#define IVRQ_TESTS_BADINPUT_H
/*
 * badinput.h - the parts of check_badinput.
 */
#include "fixture.h"

/* The error repeats the code, names this field and has a rule. */
void check_error(const ivrq_error *error, int code, const char *field);

/* A request with nothing wrong. */
void good_play(ivrq_play_prompt_request *request);

/* `n` times the character `text`; one at a time. */
const char *repeat(const char *text, size_t n);

void add_submits(Suite *suite);

#endif
