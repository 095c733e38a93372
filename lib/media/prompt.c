/* SPDX-License-Identifier: MIT */
/*
 * prompt.c - reads the files of a session ahead into the leg's ring.
 *
 * A file of f frames at r Hz becomes exactly n = round(f * rate / r) samples.
 * libsamplerate comes within a sample or two of that, as its filter has to be
 * flushed at the end; what it gives beyond n is dropped and what it lacks is
 * silence. f is what was read, not what the header claims.
 *
 * The last sample is held back until it is known whether another follows, so
 * that the end of the session is told before the ring holds its last sample.
 * The media thread can then tell "over" from "late" by an empty ring alone.
 *
 *	file -> frames (all channels) -> in (mono) -> out (resampled) -> pcm
 *	     -> held -> ring
 */
#include <math.h>
#include <string.h>

#include "media/leg.h"

bool ivrq__reader_init(struct ivrq__reader *reader)
{
	int error;

	reader->src = src_new(SRC_SINC_FASTEST, 1, &error);
	return reader->src != NULL;
}

void ivrq__reader_close(struct ivrq__reader *reader)
{
	if (reader->open)
		ivrq__file_close(&reader->file);
	reader->open = false;
}

static int open_entry(ivrq_media_leg *leg)
{
	struct ivrq__reader *reader = &leg->reader;
	const char *path = reader->list->paths[reader->entry];
	int reason = ivrq__file_read(&reader->file, leg->media, path);

	if (reason)
		return reason;
	reader->open = true;
	reader->at_end = false;
	reader->taken = reader->given = 0;
	reader->in_at = reader->in_count = 0;
	reader->ratio = 0;
	if ((uint32_t)reader->file.info.samplerate == leg->config.rate_hz)
		return 0;
	reader->ratio =
		(double)leg->config.rate_hz / reader->file.info.samplerate;
	if (src_is_valid_ratio(reader->ratio) && !src_reset(reader->src))
		return 0;
	return IVRQ_REASON_PROMPT_FORMAT;
}

/* Fills `in` with the next frames, mixed down. 0, or a reason. */
static int read_frames(struct ivrq__reader *reader)
{
	int channels = reader->file.info.channels;
	sf_count_t n = IVRQ__MEDIA_BLOCK / channels;

	n = sf_readf_float(reader->file.snd, reader->frames, n);
	if (reader->file.bad)
		return IVRQ_REASON_PROMPT_UNREADABLE;
	if (n < 0 || sf_error(reader->file.snd))
		return IVRQ_REASON_PROMPT_FORMAT;
	for (sf_count_t i = 0; i < n; i++) {
		float sum = 0;

		for (int c = 0; c < channels; c++)
			sum += reader->frames[i * channels + c];
		reader->in[i] = sum / (float)channels;
	}
	reader->at_end = n == 0;
	reader->taken += (uint64_t)n;
	reader->in_at = 0;
	reader->in_count = (uint32_t)n;
	return 0;
}

static int16_t to_pcm(float sample)
{
	float scaled = sample * 32768.0f;

	if (!(scaled > -32768.0f)) /* not a number, too */
		return -32768;
	if (scaled >= 32767.0f)
		return 32767;
	return (int16_t)lrintf(scaled);
}

/* Takes from `in`, at most `room` samples to pcm: how many, or -1. */
static int32_t convert(struct ivrq__reader *reader, uint32_t room)
{
	const float *from = reader->out;
	uint32_t n;

	if (reader->ratio > 0) {
		SRC_DATA data = {
			.data_in = reader->in + reader->in_at,
			.input_frames = reader->in_count,
			.data_out = reader->out,
			.output_frames = room,
			.src_ratio = reader->ratio,
			.end_of_input = reader->at_end,
		};

		if (src_process(reader->src, &data))
			return -1;
		reader->in_at += (uint32_t)data.input_frames_used;
		reader->in_count -= (uint32_t)data.input_frames_used;
		n = (uint32_t)data.output_frames_gen;
	} else {
		from = reader->in + reader->in_at;
		n = reader->in_count < room ? reader->in_count : room;
		reader->in_at += n;
		reader->in_count -= n;
	}
	for (uint32_t i = 0; i < n; i++)
		reader->pcm[i] = to_pcm(from[i]);
	return (int32_t)n;
}

/* At the end of the file: as many samples as its length is worth. */
static uint32_t even_out(struct ivrq__reader *reader, uint32_t n, uint32_t room)
{
	uint64_t due = reader->taken;

	if (reader->ratio > 0)
		due = (uint64_t)llround((double)due * reader->ratio);
	due -= reader->given < due ? reader->given : due;
	if (n > due)
		return (uint32_t)due;
	if (n == 0 && due) {
		n = due < room ? (uint32_t)due : room;
		memset(reader->pcm, 0, n * sizeof(*reader->pcm));
	}
	return n;
}

/* The next samples of the file: how many; 0 at its end; -reason. */
static int32_t next_samples(struct ivrq__reader *reader, uint32_t room)
{
	int32_t n = 0;

	while (n == 0) {
		if (!reader->in_count && !reader->at_end) {
			int reason = read_frames(reader);

			if (reason)
				return -reason;
		}
		n = convert(reader, room);
		if (n < 0)
			return -IVRQ_REASON_PROMPT_FORMAT;
		if (reader->at_end) {
			n = (int32_t)even_out(reader, (uint32_t)n, room);
			break;
		}
	}
	reader->given += (uint64_t)n;
	reader->list_given += (uint64_t)n;
	return n;
}

/* Puts all of pcm but its last sample, after the one held back before. */
static void put(ivrq_media_leg *leg, uint32_t n)
{
	struct ivrq__reader *reader = &leg->reader;

	if (reader->holding)
		ivrq__ring_put_sp(&leg->play, &reader->held, 1);
	ivrq__ring_put_sp(&leg->play, reader->pcm, n - 1);
	reader->held = reader->pcm[n - 1];
	reader->holding = true;
}

static void end_session(ivrq_media_leg *leg, int reason)
{
	struct ivrq__reader *reader = &leg->reader;
	struct ivrq__play_end end = {
		.place = ivrq__ring_tail_sp(&leg->play) + reader->holding,
		.entry = reader->entry,
		.reason = reason,
	};

	ivrq__reader_close(reader);
	ivrq__play_end_io(&leg->hand, &end);
	if (reader->holding)
		ivrq__ring_put_sp(&leg->play, &reader->held, 1);
	reader->holding = false;
	reader->list = NULL;
}

/* A file has ended: the next, the first again, or none. */
static void next_entry(ivrq_media_leg *leg)
{
	struct ivrq__reader *reader = &leg->reader;

	ivrq__reader_close(reader);
	if (++reader->entry < reader->list->count)
		return;
	if (!reader->list->loop)
		end_session(leg, IVRQ_REASON_SUCCESS);
	else if (!reader->list_given)
		end_session(leg, IVRQ_REASON_PROMPT_FORMAT);
	reader->entry = 0;
	reader->list_given = 0;
}

static void begin_session(ivrq_media_leg *leg, struct ivrq__list *list)
{
	struct ivrq__reader *reader = &leg->reader;

	reader->list = list;
	reader->entry = 0;
	reader->list_given = 0;
	reader->holding = false;
	ivrq__play_begin_io(&leg->hand, ivrq__ring_tail_sp(&leg->play));
}

/* Reads until the ring is full or the session is over or given up. */
void ivrq__reader_run(ivrq_media_leg *leg)
{
	struct ivrq__reader *reader = &leg->reader;

	for (;;) {
		uint32_t room;
		int32_t n;

		if (ivrq__play_stale_io(&leg->hand)) {
			struct ivrq__list *list;

			ivrq__reader_close(reader);
			reader->list = NULL;
			list = ivrq__play_take_io(&leg->hand);
			if (list)
				begin_session(leg, list);
		}
		room = ivrq__ring_room_sp(&leg->play);
		if (!reader->list || room < 2)
			return;
		if (!reader->open) {
			int reason = open_entry(leg);

			if (reason) {
				end_session(leg, reason);
				return;
			}
		}
		room--; /* for the one held back */
		n = next_samples(reader, room < IVRQ__MEDIA_BLOCK
						 ? room
						 : IVRQ__MEDIA_BLOCK);
		if (n > 0)
			put(leg, (uint32_t)n);
		else if (n < 0)
			end_session(leg, -n);
		else
			next_entry(leg);
	}
}
