/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_MODEL_STEPS_H
#define IVRQ_TESTS_MODEL_STEPS_H
/*
 * model_steps.h - a sequence of steps that the engine and the reference
 * (model.h) both take, and that the reference judges.
 *
 * One thread, two workers. Every choice is a call of steps_below(), which the
 * program has: by random numbers in check_model, by the bytes of its input in
 * fuzz_api. The same answers make the same sequence.
 */
#include "model.h"

/* The program's: 0 to n - 1. */
uint32_t steps_below(uint32_t n);

/* An engine with one call. nests: the callbacks act on the engine, too. */
void steps_begin(uint32_t ring, bool nests);

/* A run of a worker, or one call of any other function. */
void steps_one(void);

/* Stop the engine; every operation gets its result; destroy the engine. */
void steps_end(void);

/* The first difference, or NULL; what comes after it means nothing. */
const struct model_fault *steps_fault(void);

/* Print the last steps. */
void steps_show(void);

#endif
