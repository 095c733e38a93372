/* SPDX-License-Identifier: MIT */
/*
 * leg.c - one call's audio: made, bound, counted, ended. All its memory but
 * the resampler's state is one block.
 *
 * Edges
 * MX21: relaxed. A handle is a value; the engine judges it.
 * MX22: relaxed. Counters; only the media thread stores them.
 */
#include <string.h>

#include "media/leg.h"

/* ----------------------------------------------------------- configuration */

void ivrq_media_leg_config_init(ivrq_media_leg_config *config)
{
	static const ivrq_media_leg_config defaults = {
		.size = sizeof(defaults),
		.rate_hz = 8000,
		.no_media_ms = 5000,
		.speech_dbfs = -40,
		.speech_onset_ms = 30,
		.speech_hangover_ms = 200,
	};

	if (config)
		*config = defaults;
}

static int check_config(const ivrq_media_leg_config *c, ivrq_error *error)
{
	const char *field = NULL;
	const char *rule = "10 to IVRQ_MEDIA_SPEECH_MS_MAX, a multiple of 10";

	if (c->rate_hz != 8000 && c->rate_hz != 16000) {
		field = "rate_hz";
		rule = "8000 or 16000";
	} else if (c->no_media_ms > IVRQ_MEDIA_NO_MEDIA_MS_MAX ||
		   (c->no_media_ms &&
		    c->no_media_ms < IVRQ_MEDIA_NO_MEDIA_MS_MIN)) {
		field = "no_media_ms";
		rule = "0, or IVRQ_MEDIA_NO_MEDIA_MS_MIN to _MAX";
	} else if (c->speech_dbfs < IVRQ_MEDIA_DBFS_MIN || c->speech_dbfs > 0) {
		field = "speech_dbfs";
		rule = "IVRQ_MEDIA_DBFS_MIN to 0";
	} else if (c->speech_onset_ms < 10 || c->speech_onset_ms % 10 ||
		   c->speech_onset_ms > IVRQ_MEDIA_SPEECH_MS_MAX) {
		field = "speech_onset_ms";
	} else if (c->speech_hangover_ms % 10 ||
		   c->speech_hangover_ms > IVRQ_MEDIA_SPEECH_MS_MAX) {
		field = "speech_hangover_ms";
		rule = "0 to IVRQ_MEDIA_SPEECH_MS_MAX, a multiple of 10";
	}
	return field ? ivrq__refuse(error, IVRQ_EINVAL, field, rule) : 0;
}

/* ------------------------------------------------------------ make and end */

/* Where each part of the one block of memory begins. */
struct plan {
	uint32_t play;	 /* samples */
	uint32_t record; /* samples */
	size_t play_at;
	size_t record_at;
	size_t paths_at;
	size_t bytes;
};

static uint32_t ring_samples(uint32_t ms, uint32_t rate_hz)
{
	uint32_t samples = 1;

	while (samples < (uint64_t)ms * rate_hz / 1000)
		samples *= 2;
	return samples;
}

static struct plan make_plan(const ivrq_media_config *shared, uint32_t rate_hz)
{
	struct plan plan;

	plan.play = ring_samples(shared->read_ahead_ms, rate_hz);
	plan.record = ring_samples(shared->write_behind_ms, rate_hz);
	plan.play_at = sizeof(ivrq_media_leg);
	plan.record_at = plan.play_at + plan.play * sizeof(int16_t);
	plan.paths_at = plan.record_at + plan.record * sizeof(int16_t);
	plan.bytes = plan.paths_at + 2 * (size_t)shared->path_bytes;
	plan.bytes = (plan.bytes + 63) / 64 * 64;
	return plan;
}

static void fill(ivrq_media_leg *leg, ivrq_media *media,
		 const ivrq_media_leg_config *config, const struct plan *plan)
{
	char *memory = (char *)leg;

	memset(leg, 0, plan->bytes);
	leg->media = media;
	leg->config = *config;
	leg->beep = config->rate_hz == 16000;
	leg->bytes = plan->bytes;
	ivrq__ring_init(&leg->play, (void *)(memory + plan->play_at),
			plan->play);
	ivrq__ring_init(&leg->record, (void *)(memory + plan->record_at),
			plan->record);
	ivrq__handoff_init(&leg->hand, memory + plan->paths_at,
			   media->config.path_bytes);
	ivrq__speech_init(&leg->tick.speech, config->rate_hz,
			  config->speech_dbfs, config->speech_onset_ms,
			  config->speech_hangover_ms);
}

/* A place in the table, and an I/O thread. false: all are taken. */
static bool enter(ivrq_media_leg *leg)
{
	ivrq_media *media = leg->media;
	uint32_t legs = media->config.legs;
	bool found = false;

	pthread_mutex_lock(&media->lock);
	leg->serial = media->made;
	for (uint32_t i = 0; i < legs && !found; i++) {
		uint32_t index = (uint32_t)((leg->serial + i) % legs);

		if (media->table[index])
			continue;
		leg->index = index;
		leg->io = &media->io[leg->serial % media->io_count];
		media->table[index] = leg;
		media->made++;
		found = true;
	}
	pthread_mutex_unlock(&media->lock);
	return found;
}

static void give_back(ivrq_media_leg *leg)
{
	const ivrq_media_config *shared = &leg->media->config;

	if (leg->reader.src)
		src_delete(leg->reader.src);
	shared->free(shared->user, leg, leg->bytes);
}

/* On the I/O thread, which has let go of it. */
void ivrq__leg_free(ivrq_media_leg *leg)
{
	ivrq_media *media = leg->media;

	pthread_mutex_lock(&media->lock);
	media->table[leg->index] = NULL;
	pthread_mutex_unlock(&media->lock);
	give_back(leg);
}

static int make(ivrq_media *media, ivrq_engine *engine,
		const ivrq_media_leg_config *config, ivrq_media_leg **leg,
		ivrq_error *error)
{
	struct plan plan = make_plan(&media->config, config->rate_hz);
	ivrq_media_leg *made =
		media->config.alloc(media->config.user, plan.bytes, 64);

	if (!made)
		return ivrq__refuse(error, IVRQ_ENOMEM, "alloc",
				    "has the memory");
	fill(made, media, config, &plan);
	made->engine = engine;
	if (!ivrq__reader_init(&made->reader)) {
		give_back(made);
		return ivrq__refuse(error, IVRQ_ENOMEM, "libsamplerate",
				    "has the memory");
	}
	if (!enter(made)) {
		give_back(made);
		return ivrq__refuse(error, IVRQ_EPOOL, "legs",
				    "at most config.legs at one time");
	}
	ivrq__legs_add(media, 1);
	*leg = made;
	return 0;
}

int ivrq_media_leg_create(ivrq_media *media, ivrq_engine *engine,
			  const ivrq_media_leg_config *config,
			  ivrq_media_leg **leg, ivrq_error *error)
{
	ivrq_media_leg_config full;
	int answer;

	ivrq_media_leg_config_init(&full);
	if (!media || !engine || !leg)
		return ivrq__refuse(error, IVRQ_EINVAL,
				    !media    ? "media"
				    : !engine ? "engine"
					      : "leg",
				    "not NULL");
	if (config && config->size != sizeof(*config))
		return ivrq__refuse(error, IVRQ_EINVAL, "size",
				    "as set by ivrq_media_leg_config_init()");
	if (config)
		full = *config;
	answer = check_config(&full, error);
	if (answer)
		return answer;
	return make(media, engine, &full, leg, error);
}

int ivrq_media_leg_bind(ivrq_media_leg *leg, ivrq_call call)
{
	if (!leg)
		return IVRQ_EINVAL;
	ivrq__st_rlx64(&leg->call, call.value); /* MX21 */
	return 0;
}

int ivrq_media_leg_destroy(ivrq_media_leg *leg)
{
	ivrq_media *media;
	ivrq_op op;

	if (!leg)
		return 0;
	media = leg->media;
	op = leg->tick.op;
	/* From RECORD on the I/O thread ends it and does not tell us. */
	if (op.value && ivrq_op_is_canceled(leg->engine, op) != IVRQ_ENOENT)
		return IVRQ_EBUSY;
	ivrq__io_kick(leg, true); /* it may be gone now */
	ivrq__legs_add(media, 0u - 1);
	return 0;
}

/* -------------------------------------------------------------------- tone */

int ivrq_media_tone(ivrq_media_leg *leg, char tone, uint32_t duration_ms)
{
	ivrq_call call;
	int answer;

	if (!leg || !ivrq_tone_bit(tone))
		return IVRQ_EINVAL;
	call.value = ivrq__ld_rlx64(&leg->call); /* MX21 */
	if (!call.value)
		return IVRQ_ENOENT;
	answer = ivrq_tone(leg->engine, call, tone, duration_ms);
	ivrq__tone_mail(&leg->hand, tone);
	return answer;
}

/* ----------------------------------------------------------------- numbers */

uint32_t ivrq__to_ms(const ivrq_media_leg *leg, uint64_t samples)
{
	uint64_t ms = samples * 1000 / leg->config.rate_hz;

	return ms < IVRQ_MEDIA_MS_MAX ? (uint32_t)ms : IVRQ_MEDIA_MS_MAX;
}

static uint64_t counted(const ivrq_media_leg *leg, int which)
{
	return ivrq__ld_rlx64(&leg->count[which]); /* MX22 */
}

void ivrq__count(ivrq_media_leg *leg, int which, uint64_t more)
{
	uint64_t now = counted(leg, which) + more;

	ivrq__st_rlx64(&leg->count[which], now); /* MX22 */
}

int ivrq_media_leg_stats(const ivrq_media_leg *leg, ivrq_media_stats *stats)
{
	if (!leg || !stats)
		return IVRQ_EINVAL;
	stats->samples_in = counted(leg, IVRQ__COUNT_IN);
	stats->samples_out = counted(leg, IVRQ__COUNT_OUT);
	stats->samples_played = counted(leg, IVRQ__COUNT_PLAYED);
	stats->samples_starting = counted(leg, IVRQ__COUNT_STARTING);
	stats->underruns = counted(leg, IVRQ__COUNT_UNDERRUNS);
	stats->samples_underrun = counted(leg, IVRQ__COUNT_UNDERRUN);
	stats->samples_recorded = counted(leg, IVRQ__COUNT_RECORDED);
	stats->overruns = counted(leg, IVRQ__COUNT_OVERRUNS);
	stats->samples_overrun = counted(leg, IVRQ__COUNT_OVERRUN);
	stats->ready = ivrq__ring_level(&leg->play);
	stats->unwritten = ivrq__ring_level(&leg->record);
	return 0;
}

int ivrq_media_leg_recording(const ivrq_media_leg *leg, char *name,
			     size_t bytes)
{
	size_t length;

	if (!leg || !name)
		return IVRQ_EINVAL;
	length = strlen(leg->tick.name);
	if (!length)
		return IVRQ_ENOENT;
	if (length >= bytes)
		return IVRQ_ETOOBIG;
	memcpy(name, leg->tick.name, length + 1);
	return (int)length;
}
