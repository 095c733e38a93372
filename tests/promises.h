/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_PROMISES_H
#define IVRQ_TESTS_PROMISES_H
/*
 * promises.h - what the parts of check_promises share.
 */
#include "fixture.h"

/* A plays; B, C and D wait. B and D are recordings, B and C have tag 7, A has
 * a lower and D a higher one. Answers C. */
ivrq_op queue_four(void);

/* What a cancel of each scope does to these four. */
struct scope_case {
	enum ivrq_scope scope;
	unsigned in_flight;
	unsigned pending;
	const char *at_once; /* results after a run */
	const char *at_last; /* and when A was finished, if it played on */
};
#define SCOPES 6
extern const struct scope_case scopes[SCOPES];

ivrq_receipt cancel_scope(enum ivrq_scope scope, ivrq_op op);

void add_cuts(Suite *suite);   /* G1 to G5 */
void add_use(Suite *suite);    /* G6 to G8 */
void add_bounds(Suite *suite); /* G9 to G12 */

#endif
