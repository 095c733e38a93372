/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_OP_H
#define IVRQ_CORE_OP_H
/* op.h - what the driver says of an operation: its end in one 64-bit word. */
#include "core/state.h"

uint64_t ivrq__end_pack(const ivrq_outcome *outcome);
ivrq_outcome ivrq__end_unpack(uint64_t end);

/* Set the end, then finish. The caller holds `ref`, or is the worker. Answers
 * as ivrq_op_complete(). */
int ivrq__op_end(ivrq_engine *engine, const struct ivrq__ring *ring,
		 uint64_t position, uint32_t ref, const ivrq_outcome *outcome);

/* Answers as ivrq_op_stopped(). */
int ivrq__op_stopped(ivrq__a64 *end, const ivrq_outcome *outcome);

#endif
