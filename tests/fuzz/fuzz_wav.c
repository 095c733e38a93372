/* SPDX-License-Identifier: MIT */
/*
 * fuzz_wav - the input is a sound file, as a prompt of libivrq-media.
 *
 * The first byte says how it is used: played once, twice in one list, in a
 * loop, or before a recording; at 8000 or 16000 Hz. The second one, after how
 * many frames of 20 ms it is cancelled. The rest is the file, behind the
 * media's own file functions. This thread is the media thread.
 *
 * The operation has one result, with a reason that goes with its kind and with
 * what libsndfile says about the file; media_ms is what was heard; a prompt
 * played to its end has as many samples as <ivrq/media.h> says.
 */
#include <ivrq/media.h>
#include <math.h>
#include <sched.h>
#include <sndfile.h>
#include <string.h>
#include "fuzz.h"

enum {
	FRAMES = 150, /* that are heard at most: 3 s */
	BLOCK = 4096, /* samples of a file, read at one time */
	CHANNELS = 64
};

enum use { ONCE, TWICE, LOOP, RECORD };

/* Both as a file of the media and as one of libsndfile. */
struct sound {
	const uint8_t *bytes;
	int64_t size;
	int64_t at;
};

static struct {
	struct sound sound;
	enum use use;
	uint32_t rate;
	uint32_t cancel_at; /* frames; 0 never */
	int open;	    /* files */
	/* what it should be */
	bool known;	  /* to libsndfile */
	bool broken;	  /* read so far, and then not */
	bool endless;	  /* more than is heard here */
	uint64_t samples; /* once */
	/* what it was */
	ivrq_engine *engine;
	ivrq_media_leg *leg;
	ivrq_call call;
	uint64_t heard;
	uint32_t results;
	bool canceled; /* before it had ended */
	bool closed;
	ivrq_result result;
} it;

/* ------------------------------------------------------------- the one file */

static int64_t sound_read(struct sound *sound, int64_t at, void *bytes,
			  int64_t count)
{
	if (at < 0 || at >= sound->size)
		return 0;
	if (count > sound->size - at)
		count = sound->size - at;
	memcpy(bytes, sound->bytes + at, (size_t)count);
	return count;
}

static int file_open(void *user, const char *path, enum ivrq_media_open how,
		     void **file)
{
	(void)path;
	FUZZ_CHECK(user == &it);
	it.open++;
	*file = how == IVRQ_MEDIA_READ ? (void *)&it.sound : (void *)&it.open;
	return 0;
}

static int64_t file_length(void *user, void *file)
{
	(void)user;
	return file == &it.sound ? it.sound.size : 0;
}

static int64_t file_read(void *user, void *file, int64_t offset, void *bytes,
			 int64_t count)
{
	(void)user;
	return file == &it.sound ? sound_read(file, offset, bytes, count) : 0;
}

static int64_t file_write(void *user, void *file, int64_t offset,
			  const void *bytes, int64_t count)
{
	(void)user;
	(void)offset;
	(void)bytes;
	return file == &it.sound ? -1 : count;
}

static int file_close(void *user, void *file)
{
	(void)user;
	(void)file;
	it.open--;
	return 0;
}

static int file_rename(void *user, const char *from, const char *to)
{
	(void)user;
	(void)from;
	(void)to;
	return 0;
}

static int file_remove(void *user, const char *path)
{
	(void)user;
	(void)path;
	return 0;
}

static const ivrq_media_files files = {
	.open = file_open,
	.length = file_length,
	.read = file_read,
	.write = file_write,
	.close = file_close,
	.rename = file_rename,
	.remove = file_remove,
};

/* ---------------------------------------------------------- what to expect */

static sf_count_t vio_length(void *user)
{
	return ((struct sound *)user)->size;
}

static sf_count_t vio_seek(sf_count_t offset, int whence, void *user)
{
	struct sound *sound = user;

	if (whence == SEEK_CUR)
		offset += sound->at;
	else if (whence == SEEK_END)
		offset += sound->size;
	if (offset < 0)
		return -1;
	return sound->at = offset;
}

static sf_count_t vio_read(void *bytes, sf_count_t count, void *user)
{
	struct sound *sound = user;
	int64_t n = sound_read(sound, sound->at, bytes, count);

	sound->at += n;
	return n;
}

static sf_count_t vio_write(const void *bytes, sf_count_t count, void *user)
{
	(void)bytes;
	(void)count;
	(void)user;
	return 0;
}

static sf_count_t vio_tell(void *user)
{
	return ((struct sound *)user)->at;
}

static uint64_t due(sf_count_t frames, int rate)
{
	return (uint64_t)llround((double)frames * it.rate / rate);
}

static void look_through(SNDFILE *snd, const SF_INFO *info)
{
	static float block[BLOCK];
	sf_count_t n, frames = 0;

	do {
		n = sf_readf_float(snd, block, BLOCK / info->channels);
		it.broken = n < 0 || sf_error(snd);
		frames += it.broken ? 0 : n;
		it.samples = due(frames, info->samplerate);
		it.endless = it.samples > (uint64_t)FRAMES * it.rate / 50;
	} while (n > 0 && !it.broken && !it.endless);
}

static void look(void)
{
	SF_VIRTUAL_IO vio = { vio_length, vio_seek, vio_read, vio_write,
			      vio_tell };
	struct sound sound = it.sound;
	SF_INFO info;
	SNDFILE *snd;
	double ratio;

	memset(&info, 0, sizeof(info));
	snd = sf_open_virtual(&vio, SFM_READ, &info, &sound);
	if (!snd)
		return;
	ratio = info.samplerate > 0 ? (double)it.rate / info.samplerate : 0;
	it.known = info.channels > 0 && info.channels <= CHANNELS &&
		   ratio >= 1.0 / 256 && ratio <= 256;
	if (it.known)
		look_through(snd, &info);
	sf_close(snd);
}

/* ------------------------------------------------------------- the results */

static void on_result(void *user, const ivrq_result *result)
{
	FUZZ_CHECK(user == &it && !it.closed);
	it.result = *result;
	it.results++;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	FUZZ_CHECK(user == &it && call.value == it.call.value);
	FUZZ_CHECK(reason == IVRQ_CAUSE_HANG_UP);
	FUZZ_CHECK(ivrq_media_leg_destroy(it.leg) == 0);
	it.closed = true;
}

static const ivrq_listener listener = { .result = on_result,
					.closed = on_closed };

static void judge_play(void)
{
	const ivrq_result *r = &it.result;
	uint64_t whole = it.use == TWICE ? 2 * it.samples : it.samples;

	FUZZ_CHECK(r->media_ms == it.heard * 1000 / it.rate);
	if (r->status == IVRQ_COMPLETED) {
		FUZZ_CHECK(r->reason == IVRQ_REASON_SUCCESS);
		FUZZ_CHECK(it.known && !it.broken && !it.endless);
		FUZZ_CHECK(it.use != LOOP && it.heard == whole);
	} else if (r->status == IVRQ_FAILED) {
		FUZZ_CHECK(r->reason == IVRQ_REASON_PROMPT_FORMAT);
		FUZZ_CHECK(!it.known || it.broken ||
			   (it.use == LOOP && !it.samples));
		FUZZ_CHECK(it.heard <= it.samples);
	} else {
		FUZZ_CHECK(it.canceled);
	}
}

static void judge_record(void)
{
	const ivrq_result *r = &it.result;

	if (r->status == IVRQ_COMPLETED) {
		FUZZ_CHECK(r->reason == IVRQ_REASON_MAX_DURATION);
		FUZZ_CHECK(r->media_ms == 1000 && r->kept);
	} else if (r->status == IVRQ_FAILED) {
		FUZZ_CHECK(r->reason == IVRQ_REASON_PROMPT_FAILED);
		FUZZ_CHECK(!it.known || it.broken);
	} else {
		FUZZ_CHECK(it.canceled && !r->kept);
	}
}

/* ---------------------------------------------------------------- the call */

static void submit(void)
{
	static const char *const prompts[] = { "a.wav", "b.wav" };
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;
	ivrq_submission got;

	if (it.use == RECORD) {
		ivrq_record_response_request_init(&record);
		record.prompts = prompts;
		record.prompt_count = 1;
		record.max_record_duration_seconds = 1;
		FUZZ_CHECK(!ivrq_record_response(it.engine, it.call, &record,
						 &got, NULL));
		return;
	}
	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = it.use == TWICE ? 2 : 1;
	play.loop = it.use == LOOP;
	FUZZ_CHECK(!ivrq_play_prompt(it.engine, it.call, &play, &got, NULL));
}

static void run(void)
{
	FUZZ_CHECK(ivrq_worker_run(it.engine, 0, 0) >= 0);
}

/*
 * Frames until there is a result. A prompt that is late gives none, and a
 * recording that is closed has none to take: those are not counted.
 */
static void listen(void)
{
	int16_t said[320], heard[320];
	uint32_t frames = 0, n = it.rate / 50;
	ivrq_receipt receipt;
	int got, taken;

	memset(said, 0x20, sizeof(said));
	for (run(); !it.results; run()) {
		taken = ivrq_media_put(it.leg, said, n);
		got = ivrq_media_get(it.leg, heard, n);
		FUZZ_CHECK(got >= 0 && got <= (int)n);
		FUZZ_CHECK(taken >= 0 && taken <= (int)n);
		it.heard += (uint32_t)got;
		frames += got || taken;
		if (!got && !taken)
			sched_yield();
		if (frames < it.cancel_at || it.canceled)
			continue;
		FUZZ_CHECK(!ivrq_cancel_media_processing(it.engine, it.call,
							 NULL, &receipt, NULL));
		it.canceled = receipt.in_flight;
		it.cancel_at = UINT32_MAX;
	}
}

static void call_open(ivrq_media *media)
{
	ivrq_media_leg_config config;
	ivrq_call_config call;

	ivrq_media_leg_config_init(&config);
	config.rate_hz = it.rate;
	FUZZ_CHECK(!ivrq_media_leg_create(media, it.engine, &config, &it.leg,
					  NULL));
	ivrq_call_config_init(&call);
	call.driver = ivrq_media_driver();
	call.driver_user = it.leg;
	call.listener = &listener;
	call.user = &it;
	FUZZ_CHECK(!ivrq_call_open(it.engine, &call, &it.call, NULL));
	FUZZ_CHECK(!ivrq_media_leg_bind(it.leg, it.call));
}

static void call_close(void)
{
	ivrq_media_stats stats;

	FUZZ_CHECK(!ivrq_media_leg_stats(it.leg, &stats));
	FUZZ_CHECK(stats.samples_played == it.heard);
	FUZZ_CHECK(
		!ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL));
	while (!it.closed)
		run();
	FUZZ_CHECK(it.results == 1);
}

static void use_it(void)
{
	ivrq_media_config config;
	ivrq_media *media;
	ivrq_config engine;

	ivrq_config_init(&engine);
	engine.calls = 1;
	FUZZ_CHECK(!ivrq_engine_create(&engine, &it.engine, NULL));
	ivrq_media_config_init(&config);
	config.legs = 1;
	config.read_ahead_ms = IVRQ_MEDIA_RING_MS_MIN;
	config.write_behind_ms = IVRQ_MEDIA_RING_MS_MIN;
	config.files = &files;
	config.files_user = &it;
	FUZZ_CHECK(!ivrq_media_create(&config, &media, NULL));
	call_open(media);
	submit();
	listen();
	call_close();
	FUZZ_CHECK(!ivrq_media_destroy(media));
	FUZZ_CHECK(!ivrq_engine_destroy(it.engine));
	FUZZ_CHECK(it.open == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	memset(&it, 0, sizeof(it));
	it.use = (enum use)(data[0] & 3);
	it.rate = data[0] & 4 ? 16000 : 8000;
	it.cancel_at = data[1] && data[1] < FRAMES ? data[1] : FRAMES;
	it.sound.bytes = data + 2;
	it.sound.size = (int64_t)size - 2;
	look();
	/* A short one in a loop is opened for each few samples. */
	if (it.use == LOOP && it.samples < it.rate / 50 && it.cancel_at > 8)
		it.cancel_at = 8;
	use_it();
	if (it.use == RECORD)
		judge_record();
	else
		judge_play();
	return 0;
}
