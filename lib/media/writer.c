/* SPDX-License-Identifier: MIT */
/*
 * writer.c - writes a leg's recording behind and ends its operation.
 *
 *	IDLE --BEGIN--> NEW --file made--> OPEN --END, CANCEL, failure--> IDLE
 *	a cancel beat the END or the failure: LOST --CANCEL--> IDLE
 *
 * The file is whole and under its name before the engine hears of it. Once
 * the engine has accepted an answer (complete or stopped) the media thread may
 * begin the next recording, so `phase` is set before and nothing of the leg is
 * touched after. Only when it answers IVRQ_ECANCELED the operation is still
 * ours, until stop() has come (CANCEL) and we answered that.
 */
#include <stdio.h>
#include <string.h>

#include "media/leg.h"

static int make_file(ivrq_media_leg *leg)
{
	struct ivrq__writer *writer = &leg->writer;
	const ivrq_media *media = leg->media;
	char unique[IVRQ__MEDIA_NAME];

	snprintf(unique, sizeof(unique), "%llx-%x-%llx-%x",
		 (unsigned long long)media->born, media->pid,
		 (unsigned long long)leg->serial, writer->recording);
	if (!ivrq__path_join(writer->part, media->recordings_dir,
			     leg->hand.record.name, unique))
		return IVRQ_REASON_OTHER;
	return ivrq__file_create(&writer->file, media, writer->part,
				 leg->config.rate_hz);
}

/* Takes all that is in the ring to the file. false: it cannot be written. */
static bool drain(ivrq_media_leg *leg)
{
	struct ivrq__writer *writer = &leg->writer;
	uint32_t n;

	do {
		n = ivrq__ring_get_sc(&leg->record, writer->pcm,
				      IVRQ__MEDIA_BLOCK);
		if (n && sf_writef_short(writer->file.snd, writer->pcm, n) != n)
			return false;
		writer->written += n;
	} while (n && !writer->file.bad);
	return !writer->file.bad;
}

/* The silence for what was lost at the very end. */
static bool write_lost_tail(ivrq_media_leg *leg)
{
	struct ivrq__writer *writer = &leg->writer;
	uint32_t left = leg->hand.record.lost_tail;

	memset(writer->pcm, 0, sizeof(writer->pcm));
	while (left) {
		uint32_t n =
			left < IVRQ__MEDIA_BLOCK ? left : IVRQ__MEDIA_BLOCK;

		if (sf_writef_short(writer->file.snd, writer->pcm, n) != n)
			return false;
		writer->written += n;
		left -= n;
	}
	return true;
}

/* Closes the file and keeps it under its name, or removes it. */
static bool finish_file(ivrq_media_leg *leg, bool keep)
{
	struct ivrq__writer *writer = &leg->writer;
	const struct ivrq__file *file = &writer->file;
	const ivrq_media *media = leg->media;
	char full[IVRQ__MEDIA_FULL_PATH];
	bool good = ivrq__file_close(&writer->file);

	if (good && keep &&
	    ivrq__path_join(full, media->recordings_dir, leg->hand.record.name,
			    NULL) &&
	    file->files->rename(file->user, writer->part, full) >= 0)
		return true;
	file->files->remove(file->user, writer->part);
	return false;
}

/* A cancel came after the file had got its name. */
static void apply_cancel(ivrq_media_leg *leg)
{
	struct ivrq__writer *writer = &leg->writer;
	const struct ivrq__file *file = &writer->file;
	char full[IVRQ__MEDIA_FULL_PATH];

	if (!writer->kept || leg->config.keep_partial)
		return;
	if (ivrq__path_join(full, leg->media->recordings_dir,
			    leg->hand.record.name, NULL))
		file->files->remove(file->user, full);
	writer->kept = false;
}

static void complete(ivrq_media_leg *leg, ivrq_outcome outcome)
{
	ivrq_op op = leg->hand.record.op;

	outcome.kept = leg->writer.kept;
	outcome.media_ms = ivrq__to_ms(leg, leg->writer.written);
	leg->writer.phase = IVRQ__WRITER_IDLE;
	if (ivrq_op_complete(leg->engine, op, &outcome) != IVRQ_ECANCELED)
		return;
	leg->writer.phase = IVRQ__WRITER_LOST;
	apply_cancel(leg);
}

static void stopped(ivrq_media_leg *leg)
{
	ivrq_outcome outcome = {
		.reason = IVRQ_REASON_CANCELED,
		.kept = leg->writer.kept,
		.media_ms = ivrq__to_ms(leg, leg->hand.record.samples),
	};
	ivrq_op op = leg->hand.record.op;

	leg->writer.phase = IVRQ__WRITER_IDLE;
	/* Refused only if the engine has dropped the operation: its affair. */
	if (ivrq_op_stopped(leg->engine, op, &outcome))
		return;
}

static void fail(ivrq_media_leg *leg)
{
	ivrq_outcome outcome = {.reason = IVRQ_REASON_OTHER};

	complete(leg, outcome);
}

/* END or CANCEL: the ring holds all there is. */
static void finish(ivrq_media_leg *leg, enum ivrq__record_verb verb)
{
	struct ivrq__writer *writer = &leg->writer;
	const struct ivrq__record_order *order = &leg->hand.record;
	bool whole = verb == IVRQ__RECORD_END &&
		     order->outcome.reason < IVRQ_REASON_INITIAL_SILENCE;
	bool keep = whole || leg->config.keep_partial;
	bool good = true;

	if (keep)
		good = drain(leg) && write_lost_tail(leg);
	else
		writer->written = order->samples;
	writer->kept = finish_file(leg, keep && good);
	if (verb == IVRQ__RECORD_CANCEL)
		stopped(leg);
	else if (whole && !writer->kept)
		fail(leg);
	else
		complete(leg, order->outcome);
}

static void begin(ivrq_media_leg *leg, enum ivrq__record_verb verb)
{
	struct ivrq__writer *writer = &leg->writer;

	/* Cancelled before there was a file, and none is wanted. */
	if (verb == IVRQ__RECORD_CANCEL && !leg->config.keep_partial) {
		stopped(leg);
		return;
	}
	if (!make_file(leg))
		writer->phase = IVRQ__WRITER_OPEN;
	else if (verb == IVRQ__RECORD_CANCEL)
		stopped(leg);
	else
		fail(leg);
}

void ivrq__writer_run(ivrq_media_leg *leg)
{
	struct ivrq__writer *writer = &leg->writer;
	uint32_t recording;
	enum ivrq__record_verb verb =
		ivrq__record_verb_io(&leg->hand, &recording);

	if (recording != writer->recording && verb != IVRQ__RECORD_NONE) {
		writer->recording = recording;
		writer->phase = IVRQ__WRITER_NEW;
		writer->written = 0;
		writer->kept = false;
	}
	if (writer->phase == IVRQ__WRITER_NEW)
		begin(leg, verb);
	if (writer->phase == IVRQ__WRITER_OPEN) {
		if (verb != IVRQ__RECORD_BEGIN) {
			finish(leg, verb);
		} else if (!drain(leg)) {
			finish_file(leg, false);
			fail(leg);
		}
	} else if (writer->phase == IVRQ__WRITER_LOST &&
		   verb == IVRQ__RECORD_CANCEL) {
		stopped(leg);
	}
}

/* The leg ends; its operations have, so a file here is nobody's. */
void ivrq__writer_close(ivrq_media_leg *leg)
{
	if (leg->writer.phase == IVRQ__WRITER_OPEN)
		finish_file(leg, false);
	leg->writer.phase = IVRQ__WRITER_IDLE;
}
