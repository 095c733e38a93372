/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_WIRE_H
#define IVRQ_CORE_WIRE_H
/* wire.h - reasons, results and errors in words: pure tables. */
#include <ivrq.h>

/* The status that goes with a reason for this kind, or 0: none. */
enum ivrq_status ivrq__reason_status(enum ivrq_kind kind,
				     enum ivrq_reason reason);
/* Tones are numbered 0-15 as their bits are; -1 is no tone. */
int ivrq__tone_index(char tone);
char ivrq__tone_char(unsigned index);

#endif
