/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_JSON_CHECKS_H
#define IVRQ_TESTS_JSON_CHECKS_H
/*
 * json_checks.h - the parts of check_json.
 */
#include <ivrq/json.h>

#include "ct.h"

#define CALL_ID	      "57dab8b1-894c-409a-b240-bd8beae78896"
#define OPERATION_ID  "0fe0623f-d628-42ed-b4bd-8ac290072cc5"
#define CONTEXT	      "d45324c1-fcb5-430a-902c-f20af696537c"
#define CALL_URL      "/communications/calls/57DAB8B1894C409AB240BD8BEAE78896"
#define OPERATION_URL CALL_URL "/operations/0FE0623FD62842EDB4BD8AC290072CC5"

ivrq_uuid uuid_of(const char *text);

void add_uuid(Suite *suite);
void add_json_encode(Suite *suite);
void add_json_request(Suite *suite);
void add_json_syntax(Suite *suite);
void add_json_receive(Suite *suite);

#endif
