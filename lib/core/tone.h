/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_TONE_H
#define IVRQ_CORE_TONE_H
/* tone.h - the tones of a call and those who subscribed to them. */
#include "core/state.h"

/* The worker: deliver what has come; `last` also refuses all that comes
 * later. True if there was anything. */
bool ivrq__tones_deliver(ivrq_engine *engine, struct ivrq__worker *worker,
			 uint32_t index, bool last);
/* The worker: give back subscriptions that have ended; all of them if
 * `all`. */
void ivrq__tones_tidy(ivrq_engine *engine, uint32_t index, bool all);

#endif
