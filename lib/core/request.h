/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_REQUEST_H
#define IVRQ_CORE_REQUEST_H
/*
 * request.h - check what a caller asks for, and copy it. A request is first
 * turned into an ivrq_operation that still points into the caller's memory,
 * then stored with all of it in one piece.
 */
#include <ivrq.h>

/* Fills `error` if there is one; answers `code`. */
int ivrq__fail(ivrq_error *error, int code, const char *field,
	       const char *rule);

/* 0, or IVRQ_EINVAL with the field named. */
int ivrq__check_context(const char *context, const char *field,
			ivrq_error *error);
int ivrq__check_play(const ivrq_play_prompt_request *request,
		     ivrq_operation *operation, ivrq_error *error);
int ivrq__check_record(const ivrq_record_response_request *request,
		       ivrq_operation *operation, ivrq_error *error);

/* Bytes the strings need. */
size_t ivrq__strings_size(const ivrq_operation *operation, bool keep_prompts);
/* `room` has that many, aligned for pointers. */
void ivrq__strings_store(const ivrq_operation *from, bool keep_prompts,
			 char *room, ivrq_operation *to);

#endif
