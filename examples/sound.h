/* SPDX-License-Identifier: MIT */
#ifndef SOUND_H
#define SOUND_H
/* The audio of the examples, and WAV files of it: whole ones in memory. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATE_HZ	     16000u
#define TICK_MS	     20u
#define TICK_SAMPLES (RATE_HZ / 1000u * TICK_MS)

struct sound {
	int16_t *samples;
	size_t count;
};

int sound_read(const char *directory, const char *name, struct sound *sound);
int sound_write(const char *directory, const char *name, const int16_t *samples,
		size_t count);
bool sound_is_silent(const int16_t *samples, size_t count);

#endif
