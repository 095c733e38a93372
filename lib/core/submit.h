/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_SUBMIT_H
#define IVRQ_CORE_SUBMIT_H
/* submit.h - put a checked operation into a call's queue. */
#include "core/state.h"

int ivrq__submit(ivrq_engine *engine, ivrq_call call,
		 const ivrq_operation *wanted, bool keep_prompts,
		 ivrq_submission *submission, ivrq_error *error);

#endif
