/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_FAIL_H
#define IVRQ_LIB_GRAPH_FAIL_H
/*
 * fail.h - says which parameter was refused.
 */
#include <ivrq/types.h>

/* Fills `error` unless it is NULL; answers `code`. */
static inline int ivrq__fail(ivrq_error *error, int code, const char *field,
			     const char *rule)
{
	if (error)
		*error = (ivrq_error){ code, field, rule };
	return code;
}

/* The same with IVRQ_EINVAL, the most usual. */
static inline int ivrq__invalid(ivrq_error *error, const char *field,
				const char *rule)
{
	return ivrq__fail(error, IVRQ_EINVAL, field, rule);
}

#endif
