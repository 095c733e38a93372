/* SPDX-License-Identifier: MIT */
/*
 * speech.c - an energy detector. A block of 10 ms is loud if its root mean
 * square is at least the threshold; a run of `onset` loud blocks is speech,
 * and so is each loud block after it in the same run. Shorter runs are clicks
 * and change nothing.
 */
#include <math.h>

#include "media/speech.h"

#define PI 3.14159265358979323846

void ivrq__speech_init(struct ivrq__speech *speech, uint32_t rate_hz,
		       int32_t dbfs, uint32_t onset_ms, uint32_t hangover_ms)
{
	double level = 32768.0 * pow(10.0, dbfs / 20.0);

	speech->block = rate_hz / 100;
	speech->limit = (uint64_t)ceil(level * level * speech->block);
	speech->onset = onset_ms / 10;
	speech->hangover = (uint64_t)hangover_ms * rate_hz / 1000;
	ivrq__speech_reset(speech);
}

void ivrq__speech_reset(struct ivrq__speech *speech)
{
	speech->filled = 0;
	speech->energy = 0;
	speech->run = 0;
	speech->samples = 0;
	speech->until = 0;
	speech->spoken = false;
}

static void judge(struct ivrq__speech *speech)
{
	if (speech->energy >= speech->limit)
		speech->run++;
	else
		speech->run = 0;
	if (speech->run >= speech->onset) {
		speech->spoken = true;
		speech->until = speech->samples + speech->hangover;
	}
	speech->filled = 0;
	speech->energy = 0;
}

uint32_t ivrq__speech_hear(struct ivrq__speech *speech, const int16_t *pcm,
			   uint32_t nsamples)
{
	uint32_t n = speech->block - speech->filled;

	if (n > nsamples)
		n = nsamples;
	for (uint32_t i = 0; i < n; i++)
		speech->energy += (uint64_t)((int32_t)pcm[i] * pcm[i]);
	speech->filled += n;
	speech->samples += n;
	if (speech->filled == speech->block)
		judge(speech);
	return n;
}

void ivrq__beep_make(int16_t *pcm, uint32_t nsamples, uint32_t rate_hz,
		     uint32_t hz, int32_t dbfs)
{
	double top = 32767.0 * pow(10.0, dbfs / 20.0);
	uint32_t edge = rate_hz / 200; /* 5 ms */

	if (edge > nsamples / 2)
		edge = nsamples / 2;
	for (uint32_t i = 0; i < nsamples; i++) {
		uint32_t near = i < nsamples - 1 - i ? i : nsamples - 1 - i;
		double gain = top;

		if (near < edge)
			gain *= 0.5 - 0.5 * cos(PI * (near + 1) / (edge + 1));
		pcm[i] = (int16_t)lrint(gain * sin(2 * PI * hz * i / rate_hz));
	}
}
