/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_CANCEL_H
#define IVRQ_CORE_CANCEL_H
/* cancel.h - cancelMediaProcessing in its six scopes, and the fence. */
#include "core/state.h"

/* Cancel each operation of a call that `matches`, newest first. */
int ivrq__cancel_group(ivrq_engine *engine, ivrq_call call,
		       const ivrq_cancel_request *request,
		       struct ivrq__receipt *receipt);

#endif
