/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_WORKER_H
#define IVRQ_CORE_WORKER_H
/* worker.h - the run loop: everything that calls the embedder. */
#include "core/state.h"

/* `words` are zero; ivrq__ready_words(calls) of them. */
void ivrq__worker_init(ivrq_engine *engine, uint32_t number, ivrq__a64 *words);

#endif
