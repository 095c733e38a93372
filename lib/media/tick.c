/* SPDX-License-Identifier: MIT */
/*
 * tick.c - what the media thread does: the driver's functions, and a frame in
 * and a frame out.
 *
 *	start of playPrompt:	 IDLE -> PLAY -> IDLE
 *	start of recordResponse: IDLE -> PLAY -> BEEP -> RECORD -> CLOSING
 *				 (PLAY: a prompt or a beep_file; BEEP: a sine)
 *
 * A playPrompt, and a recordResponse before RECORD, ends here, in the get that
 * gives its last sample, or in stop(). From RECORD on the I/O thread ends it
 * (writer.c), so stop() answers "pending" and the state stays what it was until
 * the next start.
 *
 * Silence within a frame of a cancel needs no message: each put and get asks
 * ivrq_op_is_canceled() before it plays or records a sample. Any answer but
 * "in flight, not cancelled" is silence.
 */
#include <string.h>

#include "media/leg.h"

static uint32_t played_ms(const ivrq_media_leg *leg)
{
	if (leg->tick.kind != IVRQ_PLAY_PROMPT)
		return 0;
	return ivrq__to_ms(leg, leg->tick.played);
}

/* -------------------------------------------------------------- the driver */

static bool add_path(ivrq_media_leg *leg, struct ivrq__list *list,
		     uint32_t *used, const char *path)
{
	size_t room = leg->media->config.path_bytes - *used;
	size_t length = strnlen(path, room);

	if (length == room)
		return false;
	list->paths[list->count++] =
		memcpy(list->bytes + *used, path, length + 1);
	*used += (uint32_t)length + 1;
	return true;
}

/* Gives the I/O thread the prompts, copied, and the beep if it is a file. */
static bool give_list(ivrq_media_leg *leg, const char *beep_file)
{
	const ivrq_operation *operation = leg->tick.operation;
	struct ivrq__list *list = ivrq__play_claim_md(&leg->hand);
	uint32_t used = 0;

	list->count = 0;
	list->loop = operation->loop;
	for (uint32_t i = 0; i < operation->prompt_count; i++)
		if (!add_path(leg, list, &used, operation->prompts[i]))
			return false;
	if (beep_file && !add_path(leg, list, &used, beep_file))
		return false;
	leg->tick.begun = false;
	leg->tick.state = IVRQ__TICK_PLAY;
	ivrq__play_give_md(&leg->hand, list);
	ivrq__io_kick(leg, false);
	return true;
}

static void after_prompts(ivrq_media_leg *leg)
{
	struct ivrq__tick *tick = &leg->tick;

	if (tick->operation->play_beep && !*leg->media->beep_file)
		tick->state = IVRQ__TICK_BEEP;
	else
		ivrq__record_begin(leg);
}

static int start_record(ivrq_media_leg *leg)
{
	const ivrq_operation *operation = leg->tick.operation;
	const char *beep_file = NULL;

	if (!ivrq__record_name(leg, operation->location))
		return IVRQ_REASON_OTHER;
	if (operation->play_beep && *leg->media->beep_file)
		beep_file = leg->media->beep_file;
	if (!operation->prompt_count && !beep_file)
		after_prompts(leg);
	else if (!give_list(leg, beep_file))
		return IVRQ_REASON_PROMPT_FAILED;
	return 0;
}

static int driver_start(void *user, const ivrq_operation *operation)
{
	ivrq_media_leg *leg = user;
	struct ivrq__tick *tick = &leg->tick;
	int reason = 0;

	tick->operation = operation;
	tick->op = operation->op;
	tick->kind = operation->kind;
	tick->paused = false;
	tick->played = 0;
	tick->prompts = operation->prompt_count;
	tick->beep_at = 0;
	if (operation->kind == IVRQ_RECORD_RESPONSE)
		reason = start_record(leg);
	else if (!give_list(leg, NULL))
		reason = IVRQ_REASON_PROMPT_UNREADABLE;
	if (reason) {
		tick->state = IVRQ__TICK_IDLE;
		tick->op.value = 0;
	}
	return reason;
}

static int driver_stop(void *user, const ivrq_operation *operation,
		       ivrq_outcome *outcome)
{
	ivrq_media_leg *leg = user;
	struct ivrq__tick *tick = &leg->tick;

	(void)operation;
	if (tick->state == IVRQ__TICK_RECORD ||
	    tick->state == IVRQ__TICK_CLOSING) {
		ivrq__record_cancel(leg);
		tick->state = IVRQ__TICK_CLOSED;
		return IVRQ_STOP_PENDING;
	}
	if (tick->state == IVRQ__TICK_PLAY) {
		ivrq__play_drop_md(&leg->hand);
		ivrq__ring_seek_sc(&leg->play, ivrq__ring_tail_sc(&leg->play));
		ivrq__io_kick(leg, false); /* it closes the file */
	}
	tick->state = IVRQ__TICK_IDLE;
	tick->op.value = 0;
	outcome->media_ms = played_ms(leg);
	outcome->kept = false;
	return IVRQ_STOPPED;
}

static void driver_pause(void *user, const ivrq_operation *operation)
{
	ivrq_media_leg *leg = user;

	(void)operation;
	leg->tick.paused = true;
}

static void driver_resume(void *user, const ivrq_operation *operation)
{
	ivrq_media_leg *leg = user;

	(void)operation;
	leg->tick.paused = false;
}

const ivrq_driver *ivrq_media_driver(void)
{
	static const ivrq_driver driver = {
		.start = driver_start,
		.stop = driver_stop,
		.pause = driver_pause,
		.resume = driver_resume,
	};

	return &driver;
}

/* ------------------------------------------------------------- a frame out */

/* In flight, and no cancel has reached it. */
static bool alive(const ivrq_media_leg *leg)
{
	return ivrq_op_is_canceled(leg->engine, leg->tick.op) == 0;
}

static void complete(ivrq_media_leg *leg, int reason)
{
	struct ivrq__tick *tick = &leg->tick;
	ivrq_outcome outcome = {
		.reason = (enum ivrq_reason)reason,
		.media_ms = played_ms(leg),
	};

	if (ivrq_op_complete(leg->engine, tick->op, &outcome) ==
	    IVRQ_ECANCELED) {
		tick->state = IVRQ__TICK_OVER;
		return;
	}
	tick->state = IVRQ__TICK_IDLE;
	tick->op.value = 0;
}

static void session_over(ivrq_media_leg *leg, const struct ivrq__play_end *end)
{
	struct ivrq__tick *tick = &leg->tick;

	if (tick->kind == IVRQ_PLAY_PROMPT)
		complete(leg, end->reason);
	else if (end->reason == IVRQ_REASON_SUCCESS)
		after_prompts(leg);
	else if (end->entry < tick->prompts)
		complete(leg, IVRQ_REASON_PROMPT_FAILED);
	else
		complete(leg, IVRQ_REASON_BEEP_FAILED);
}

/* Finds the session's first sample; what is before it is of an older one. */
static bool find_first(ivrq_media_leg *leg)
{
	uint32_t place;

	if (leg->tick.begun)
		return true;
	/* In this order: if it has not begun, all up to place is old. */
	place = ivrq__ring_tail_sc(&leg->play);
	leg->tick.begun = ivrq__play_begun_md(&leg->hand, &place);
	ivrq__ring_seek_sc(&leg->play, place);
	return leg->tick.begun;
}

static uint32_t play(ivrq_media_leg *leg, int16_t *pcm, uint32_t n)
{
	struct ivrq__tick *tick = &leg->tick;
	struct ivrq__play_end end;
	uint32_t got = 0;
	uint32_t level;

	if (find_first(leg))
		got = ivrq__ring_get_sc(&leg->play, pcm, n);
	tick->played += got;
	level = ivrq__ring_tail_sc(&leg->play) - ivrq__ring_head_sc(&leg->play);
	if (level == 0 && tick->begun &&
	    ivrq__play_ended_md(&leg->hand, &end) &&
	    end.place == ivrq__ring_head_sc(&leg->play)) {
		session_over(leg, &end);
		return got;
	}
	if (got < n && !tick->played) {
		ivrq__count(leg, IVRQ__COUNT_STARTING, n);
	} else if (got < n) {
		ivrq__count(leg, IVRQ__COUNT_UNDERRUNS, 1);
		ivrq__count(leg, IVRQ__COUNT_UNDERRUN, n - got);
	}
	if (level <= leg->play.mask / 2)
		ivrq__io_kick(leg, false);
	return got;
}

static uint32_t beep(ivrq_media_leg *leg, int16_t *pcm, uint32_t n)
{
	const struct ivrq__beep *sine = &leg->media->beep[leg->beep];
	struct ivrq__tick *tick = &leg->tick;

	if (n > sine->count - tick->beep_at)
		n = sine->count - tick->beep_at;
	memcpy(pcm, sine->pcm + tick->beep_at, n * sizeof(*pcm));
	tick->beep_at += n;
	if (tick->beep_at == sine->count)
		ivrq__record_begin(leg);
	return n;
}

/* Prompt and beep, without a gap: how many samples. */
static uint32_t speak(ivrq_media_leg *leg, int16_t *pcm, uint32_t n)
{
	struct ivrq__tick *tick = &leg->tick;
	uint32_t done = 0;

	while (done < n) {
		if (tick->state == IVRQ__TICK_PLAY) {
			done += play(leg, pcm + done, n - done);
			if (tick->state == IVRQ__TICK_PLAY)
				break; /* it is late, or the frame is full */
		} else if (tick->state == IVRQ__TICK_BEEP) {
			done += beep(leg, pcm + done, n - done);
		} else {
			break;
		}
	}
	return done;
}

static void miss(ivrq_media_leg *leg, uint32_t n)
{
	struct ivrq__tick *tick = &leg->tick;
	uint64_t limit =
		(uint64_t)leg->config.no_media_ms * leg->config.rate_hz / 1000;

	tick->unheard += n;
	if (limit && tick->unheard >= limit)
		ivrq__record_end(leg, IVRQ_REASON_NO_MEDIA, 0);
}

int ivrq_media_get(ivrq_media_leg *leg, int16_t *pcm, size_t nsamples)
{
	uint32_t n = (uint32_t)nsamples;
	uint32_t done = 0;

	if (!leg || !pcm || !nsamples || nsamples > IVRQ_MEDIA_FRAME_MAX)
		return IVRQ_EINVAL;
	if (leg->tick.op.value && alive(leg)) {
		if (leg->tick.state == IVRQ__TICK_RECORD)
			ivrq__record_tone(leg);
		if (!leg->tick.paused) {
			if (leg->tick.state == IVRQ__TICK_RECORD)
				miss(leg, n);
			done = speak(leg, pcm, n);
		}
	}
	memset(pcm + done, 0, (n - done) * sizeof(*pcm));
	ivrq__count(leg, IVRQ__COUNT_OUT, n);
	ivrq__count(leg, IVRQ__COUNT_PLAYED, done);
	return (int)done;
}

/* -------------------------------------------------------------- a frame in */

int ivrq_media_put(ivrq_media_leg *leg, const int16_t *pcm, size_t nsamples)
{
	uint32_t n = (uint32_t)nsamples;
	uint32_t done = 0;

	if (!leg || !pcm || !nsamples || nsamples > IVRQ_MEDIA_FRAME_MAX)
		return IVRQ_EINVAL;
	leg->tick.unheard = 0;
	ivrq__count(leg, IVRQ__COUNT_IN, n);
	if (leg->tick.state != IVRQ__TICK_RECORD || !alive(leg))
		return 0;
	ivrq__record_tone(leg);
	if (leg->tick.state == IVRQ__TICK_RECORD && !leg->tick.paused)
		done = ivrq__record_put(leg, pcm, n);
	return (int)done;
}
