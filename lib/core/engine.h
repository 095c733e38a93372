/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_ENGINE_H
#define IVRQ_CORE_ENGINE_H
/* engine.h - the life of an engine: all its memory, taken once. */
#include "core/state.h"

/* Bytes of one call: its queue, ring, configuration, and its share of the
 * table. What it uses of the pools is not in it. */
size_t ivrq__call_bytes(const ivrq_config *config);

#endif
