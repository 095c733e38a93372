/* SPDX-License-Identifier: MIT */
/*
 * record.c - the media thread's half of a recording: what is put goes into
 * the ring, and its samples are the clock that ends it.
 *
 * If the ring is full the disk is late. The samples are lost but their time is
 * not: `lost` of them are owed as silence, which is put before anything that
 * comes later, or by the writer at the end.
 */
#include <stdio.h>
#include <string.h>

#include "media/leg.h"

/* What the recording will be called. false: not a location we write to. */
bool ivrq__record_name(ivrq_media_leg *leg, const char *location)
{
	struct ivrq__tick *tick = &leg->tick;

	if (location) {
		if (!ivrq__path_good(leg->media, location))
			return false;
		memcpy(tick->name, location, strlen(location) + 1);
		return true;
	}
	snprintf(tick->name, IVRQ__MEDIA_NAME, "rec-%llx-%x-%llx-%llx.wav",
		 (unsigned long long)leg->media->born, leg->media->pid,
		 (unsigned long long)leg->serial,
		 (unsigned long long)tick->names++);
	return true;
}

void ivrq__record_begin(ivrq_media_leg *leg)
{
	struct ivrq__tick *tick = &leg->tick;
	const ivrq_operation *operation = tick->operation;

	ivrq__ring_reset(&leg->record);
	ivrq__speech_reset(&tick->speech);
	tick->recorded = 0;
	tick->lost = 0;
	tick->unheard = 0;
	tick->record_max = (uint64_t)operation->max_record_duration_seconds *
			   leg->config.rate_hz;
	tick->state = IVRQ__TICK_RECORD;
	leg->hand.record.op = tick->op;
	leg->hand.record.name = tick->name;
	ivrq__record_begin_md(&leg->hand, operation->stop_tones);
	ivrq__io_kick(leg, false); /* it may open the file now */
}

/* true: some were lost. */
static bool to_ring(ivrq_media_leg *leg, const int16_t *pcm, uint32_t n)
{
	struct ivrq__tick *tick = &leg->tick;
	uint32_t done = 0;

	if (tick->lost)
		tick->lost -= ivrq__ring_put_sp(&leg->record, NULL, tick->lost);
	if (!tick->lost)
		done = ivrq__ring_put_sp(&leg->record, pcm, n);
	tick->lost += n - done;
	tick->recorded += n;
	if (done < n)
		ivrq__count(leg, IVRQ__COUNT_OVERRUN, n - done);
	return done < n;
}

/* Is it over? The order is the one <ivrq/media.h> gives. */
static void judge(ivrq_media_leg *leg)
{
	const struct ivrq__tick *tick = &leg->tick;
	const struct ivrq__speech *speech = &tick->speech;
	const ivrq_operation *operation = tick->operation;
	uint64_t rate = leg->config.rate_hz;

	if (!speech->spoken &&
	    speech->samples >=
		    operation->initial_silence_timeout_seconds * rate)
		ivrq__record_end(leg, IVRQ_REASON_INITIAL_SILENCE, 0);
	else if (tick->recorded >= tick->record_max)
		ivrq__record_end(leg, IVRQ_REASON_MAX_DURATION, 0);
	else if (speech->spoken && speech->samples >= speech->until &&
		 speech->samples - speech->until >=
			 operation->max_silence_timeout_seconds * rate)
		ivrq__record_end(leg, IVRQ_REASON_MAX_SILENCE, 0);
}

/* How many of them are recorded: fewer than all if that ends it. */
uint32_t ivrq__record_put(ivrq_media_leg *leg, const int16_t *pcm, uint32_t n)
{
	struct ivrq__tick *tick = &leg->tick;
	bool overrun = false;
	uint32_t done = 0;

	while (done < n && tick->state == IVRQ__TICK_RECORD) {
		uint64_t left = tick->record_max - tick->recorded;
		uint32_t take = left < n - done ? (uint32_t)left : n - done;

		take = ivrq__speech_hear(&tick->speech, pcm + done, take);
		if (to_ring(leg, pcm + done, take))
			overrun = true;
		done += take;
		judge(leg);
	}
	ivrq__count(leg, IVRQ__COUNT_RECORDED, done);
	if (overrun)
		ivrq__count(leg, IVRQ__COUNT_OVERRUNS, 1);
	if (ivrq__ring_room_sp(&leg->record) <= leg->record.mask / 4 * 3)
		ivrq__io_kick(leg, false);
	return done;
}

/* Tells the I/O thread how much there is; once for each recording. */
static void settle(ivrq_media_leg *leg)
{
	struct ivrq__tick *tick = &leg->tick;

	leg->hand.record.samples = tick->recorded;
	leg->hand.record.lost_tail = tick->lost;
}

void ivrq__record_end(ivrq_media_leg *leg, enum ivrq_reason reason, char tone)
{
	ivrq_outcome outcome = {.reason = reason, .tone = tone};

	settle(leg);
	leg->hand.record.outcome = outcome;
	leg->tick.state = IVRQ__TICK_CLOSING;
	ivrq__record_verb_md(&leg->hand, IVRQ__RECORD_END);
	ivrq__io_kick(leg, false);
}

void ivrq__record_cancel(ivrq_media_leg *leg)
{
	if (leg->tick.state == IVRQ__TICK_RECORD)
		settle(leg);
	ivrq__record_verb_md(&leg->hand, IVRQ__RECORD_CANCEL);
	ivrq__io_kick(leg, false);
}

/* Ends it if a stop tone was heard. */
void ivrq__record_tone(ivrq_media_leg *leg)
{
	char tone = ivrq__tone_take_md(&leg->hand);

	if (tone)
		ivrq__record_end(leg, IVRQ_REASON_STOP_TONE, tone);
}
