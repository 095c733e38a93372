/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_FIXTURE_H
#define IVRQ_TESTS_FIXTURE_H
/*
 * fixture.h - the engine and the call that most black-box tests begin with.
 */
#include "harness.h"

extern struct rig rig[1];
extern struct phone phone[1];

/* Test cases that have them, and for tests that make an engine themselves. */
TCase *case_with_call(Suite *suite, const char *aspect);
TCase *case_alone(Suite *suite, const char *aspect);

/* Pass some time, another amount each turn, so that two threads that begin
 * together meet in many ways. Nothing waits for it. */
void dither(uint32_t turn);

/* Tones of the call, one after the other. */
void give(const char *tones);

#endif
