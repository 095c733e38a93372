/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_API_H
#define IVRQ_TESTS_API_H
/*
 * api.h - the parts of check_api.
 */
#include "fixture.h"

void add_api_operations(Suite *suite);
void add_api_cancel(Suite *suite);

#endif
