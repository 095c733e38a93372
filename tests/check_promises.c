/* SPDX-License-Identifier: MIT */
/*
 * check_promises.c - each promise of ivrq(7), G1 to G12, by what can be seen
 * from outside. The test cases are the promises; promises_*.c has the tests.
 */
#include "promises.h"

const struct scope_case scopes[SCOPES] = {
	{ IVRQ_SCOPE_ALL, 1, 3, "canceled:A canceled:B canceled:C canceled:D",
	  "canceled:A canceled:B canceled:C canceled:D" },
	{ IVRQ_SCOPE_CURRENT, 1, 0, "canceled:A", "canceled:A" },
	{ IVRQ_SCOPE_PENDING, 0, 3, "canceled:B canceled:C canceled:D",
	  "canceled:B canceled:C canceled:D done:A" },
	{ IVRQ_SCOPE_OP, 0, 1, "canceled:C", "canceled:C done:A" },
	{ IVRQ_SCOPE_KIND, 0, 2, "canceled:B canceled:D",
	  "canceled:B canceled:D done:A" },
	{ IVRQ_SCOPE_TAG, 0, 2, "canceled:B canceled:C",
	  "canceled:B canceled:C done:A" },
};

ivrq_op queue_four(void)
{
	static const struct {
		enum ivrq_kind kind;
		const char *label;
		uint64_t tag;
	} four[] = { { IVRQ_PLAY_PROMPT, "A", 6 },
		     { IVRQ_RECORD_RESPONSE, "B", 7 },
		     { IVRQ_PLAY_PROMPT, "C", 7 },
		     { IVRQ_RECORD_RESPONSE, "D", 8 } };
	ivrq_submission sent[4];
	ivrq_options options;
	int i;

	for (i = 0; i < 4; i++) {
		options = (ivrq_options){ .tag = four[i].tag };
		ck_assert_int_eq(phone_submit(phone, four[i].kind,
					      four[i].label, &options,
					      &sent[i]),
				 0);
		rig_run(rig);
	}
	return sent[2].op;
}

ivrq_receipt cancel_scope(enum ivrq_scope scope, ivrq_op op)
{
	switch (scope) {
	case IVRQ_SCOPE_OP:
		return phone_cancel_op(phone, op);
	case IVRQ_SCOPE_KIND:
		return phone_cancel_kind(phone, IVRQ_RECORD_RESPONSE);
	case IVRQ_SCOPE_TAG:
		return phone_cancel_tag(phone, 7);
	default:
		return phone_cancel(phone, scope);
	}
}

int main(void)
{
	Suite *suite = suite_create("promises");

	add_cuts(suite);
	add_use(suite);
	add_bounds(suite);
	return ct_run(suite);
}
