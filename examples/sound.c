/* SPDX-License-Identifier: MIT */
/* WAV files of the examples, whole ones in memory: 16-bit, mono, RATE_HZ. */
#include "sound.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

int sound_read(const char *directory, const char *name, struct sound *sound)
{
	SF_INFO info = {0};
	char path[1024];
	SNDFILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = sf_open(path, SFM_READ, &info);
	if (!file)
		return -1;
	sound->count = 0;
	sound->samples = NULL;
	if (info.samplerate == (int)RATE_HZ && info.channels == 1 &&
	    info.frames > 0 && info.frames < 60 * (int)RATE_HZ)
		sound->samples = calloc((size_t)info.frames, sizeof(int16_t));
	if (sound->samples)
		sound->count = (size_t)sf_read_short(file, sound->samples,
						     info.frames);
	sf_close(file);
	return sound->samples ? 0 : -1;
}

int sound_write(const char *directory, const char *name, const int16_t *samples,
		size_t count)
{
	SF_INFO info = {.samplerate = (int)RATE_HZ,
			.channels = 1,
			.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
	char path[1024];
	SNDFILE *file;
	sf_count_t done;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = sf_open(path, SFM_WRITE, &info);
	if (!file)
		return -1;
	done = sf_write_short(file, samples, (sf_count_t)count);
	return sf_close(file) || done != (sf_count_t)count ? -1 : 0;
}

bool sound_is_silent(const int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (samples[i])
			return false;
	return true;
}
