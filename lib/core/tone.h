/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_TONE_H
#define IVRQ_CORE_TONE_H
/* tone.h - the tones of a call and those who subscribed to them. */
#include "core/state.h"

/* The worker: is there anything for the two below? */
static inline bool ivrq__tones_any(const struct ivrq__call *call)
{
	uint64_t tones = ivrq__ld_rlx64(&call->tones); /* TX3 */

	return (tones & IVRQ__TONE_TOP) ||
	       ivrq__ld_rlx32(&call->subscribers); /* TX3 */
}
/* The worker: deliver what has come; `last` also refuses all that comes
 * later. True if there was anything. */
bool ivrq__tones_deliver(ivrq_engine *engine, struct ivrq__worker *worker,
			 uint32_t index, bool last);
/* The worker: give back subscriptions that have ended; all of them if
 * `all`. */
void ivrq__tones_tidy(ivrq_engine *engine, uint32_t index, bool all);

#endif
