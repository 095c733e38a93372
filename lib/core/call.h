/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_CALL_H
#define IVRQ_CORE_CALL_H
/* call.h - calls: handles, opening, closing, and telling the worker. */
#include "core/state.h"

/* Is it an open call of this engine? 0 or IVRQ_ENOENT (IVRQ_EINVAL: NULL). */
int ivrq__call_find(const ivrq_engine *engine, ivrq_call call,
		    struct ivrq__ring *ring);
/* It has something to do. Any thread. */
void ivrq__call_schedule(ivrq_engine *engine, uint32_t index);
/* Give the storage of an operation back. */
void ivrq__call_recycle(ivrq_engine *engine, uint32_t index, uint32_t ref);
/* Cut and schedule. 0, IVRQ__SHUT or IVRQ__GONE. */
int ivrq__call_cut(ivrq_engine *engine, ivrq_call call, enum ivrq__range range,
		   struct ivrq__receipt *receipt);
/* The next number of a cancel that has no position to be named after. */
uint64_t ivrq__call_number(ivrq_engine *engine);
void ivrq__call_receipt(ivrq_engine *engine, ivrq_call call,
			const struct ivrq__receipt *from, ivrq_receipt *to);

/* The worker ends the life: the handle is stale from here on. */
void ivrq__call_end(ivrq_engine *engine, uint32_t index);

#endif
