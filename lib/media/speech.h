/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_MEDIA_SPEECH_H
#define IVRQ_LIB_MEDIA_SPEECH_H
/*
 * speech.h - is somebody speaking? Also the beep, which needs the same
 * decibels. All pure; no thread of its own.
 */
#include <stdbool.h>
#include <stdint.h>

struct ivrq__speech {
	uint32_t block;	   /* samples of a block, 10 ms */
	uint32_t filled;   /* of it, so far */
	uint64_t energy;   /* sum of their squares */
	uint64_t limit;	   /* of a loud block */
	uint32_t onset;	   /* loud blocks in a row that make speech */
	uint32_t run;	   /* loud blocks in a row, so far */
	uint64_t hangover; /* samples */
	uint64_t samples;  /* seen */
	uint64_t until;	   /* end of the latest speech, hangover included */
	bool spoken;
};

void ivrq__speech_init(struct ivrq__speech *speech, uint32_t rate_hz,
		       int32_t dbfs, uint32_t onset_ms, uint32_t hangover_ms);

/* Forgets what it has heard. */
void ivrq__speech_reset(struct ivrq__speech *speech);

/* Takes samples up to the end of a block, so call it again: how many. */
uint32_t ivrq__speech_hear(struct ivrq__speech *speech, const int16_t *pcm,
			   uint32_t nsamples);

/* A sine with its ends rounded off, so that it does not click. */
void ivrq__beep_make(int16_t *pcm, uint32_t nsamples, uint32_t rate_hz,
		     uint32_t hz, int32_t dbfs);

#endif
