/* SPDX-License-Identifier: MIT */
/*
 * fuzz_wav - the input is a sound file, as a prompt of libivrq-media.
 *
 * The first byte says how it is used: played once, twice in one list, in a
 * loop, or before a recording; at 8000 or 16000 Hz; on a disk that fails half
 * way; paused for a frame; with a stop tone; with changed structures of the
 * media and the leg, whose members come next. The second byte: after how many
 * frames of 20 ms comes the tone or the cancel. The rest is the file, behind
 * the media's own file functions. This thread is the media thread.
 *
 * The operation has one result, with a reason that goes with its kind and with
 * what libsndfile says about the file; media_ms is what was heard; a prompt
 * played to its end has as many samples as <ivrq/media.h> says. The structures
 * are judged as in fuzz_config.
 */
#include <ivrq/media.h>
#include <math.h>
#include <sched.h>
#include <sndfile.h>
#include <stdatomic.h>
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
	bool fails;	    /* the disk, from the middle of the file on */
	bool pause;	    /* is still to come */
	bool tone;	    /* likewise, in place of the cancel */
	uint32_t cancel_at; /* frames */
	int open;	    /* files */
	atomic_size_t used; /* memory; free runs on the I/O thread, too */
	uint32_t refuse_at; /* this allocation, 0 none */
	bool refused;
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
	if (file != &it.sound)
		return 0;
	if (it.fails && offset >= it.sound.size / 2)
		return -1;
	return sound_read(file, offset, bytes, count);
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
		FUZZ_CHECK(it.fails || (it.known && !it.broken && !it.endless));
		FUZZ_CHECK(it.use != LOOP && (it.fails || it.heard == whole));
	} else if (r->status == IVRQ_FAILED) {
		FUZZ_CHECK(r->reason == IVRQ_REASON_PROMPT_FORMAT ||
			   (r->reason == IVRQ_REASON_PROMPT_UNREADABLE &&
			    it.fails));
		FUZZ_CHECK(it.fails || !it.known || it.broken ||
			   (it.use == LOOP && !it.samples));
		FUZZ_CHECK(it.fails || it.heard <= whole);
	} else {
		FUZZ_CHECK(it.canceled);
	}
}

static void judge_record(void)
{
	const ivrq_result *r = &it.result;

	if (r->status == IVRQ_COMPLETED) {
		FUZZ_CHECK(r->kept);
		if (r->reason == IVRQ_REASON_STOP_TONE)
			FUZZ_CHECK(r->tone == '#' && r->media_ms <= 1000);
		else
			FUZZ_CHECK(r->reason == IVRQ_REASON_MAX_DURATION &&
				   r->media_ms == 1000);
	} else if (r->status == IVRQ_FAILED) {
		FUZZ_CHECK(r->reason == IVRQ_REASON_PROMPT_FAILED);
		FUZZ_CHECK(it.fails || !it.known || it.broken);
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
		record.stop_tones = "#";
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

/* What is paused is silent, and records nothing. */
static void pause_frame(const int16_t *said, int16_t *heard, uint32_t n)
{
	it.pause = false;
	FUZZ_CHECK(!ivrq_call_pause(it.engine, it.call));
	run();
	FUZZ_CHECK(ivrq_media_put(it.leg, said, n) == 0);
	FUZZ_CHECK(ivrq_media_get(it.leg, heard, n) == 0);
	FUZZ_CHECK(!ivrq_call_resume(it.engine, it.call));
	run();
}

static void cut(void)
{
	ivrq_receipt receipt;

	if (it.tone) {
		it.tone = false;
		it.cancel_at = FRAMES;
		FUZZ_CHECK(!ivrq_media_tone(it.leg, '#', 80));
		return;
	}
	it.cancel_at = UINT32_MAX;
	FUZZ_CHECK(!ivrq_cancel_media_processing(it.engine, it.call, NULL,
						 &receipt, NULL));
	it.canceled = receipt.in_flight;
}

/*
 * Frames until there is a result. A prompt that is late gives none, and a
 * recording that is closed has none to take: those are not counted.
 */
static void listen(void)
{
	int16_t said[320], heard[320];
	uint32_t frames = 0, n = it.rate / 50;
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
		if (it.pause && frames >= 2)
			pause_frame(said, heard, n);
		if (frames >= it.cancel_at)
			cut();
	}
}

/* ----------------------------------------------------------- the structures */

static void *take(void *user, size_t bytes, size_t align)
{
	void *memory;

	FUZZ_CHECK(user == &it && bytes && align && !(align & (align - 1)));
	it.refused = !--it.refuse_at;
	if (it.refused)
		return NULL;
	FUZZ_CHECK(!posix_memalign(&memory, align, bytes));
	memset(memory, 0xa5, bytes); /* no one may count on zeros */
	atomic_fetch_add(&it.used, bytes);
	return memory;
}

static void give(void *user, void *memory, size_t bytes)
{
	FUZZ_CHECK(user == &it && memory);
	atomic_fetch_sub(&it.used, bytes);
	free(memory);
}

/* `which` of them, or none. */
static void change(uint32_t *const members[], uint32_t n,
		   struct fuzz_bytes *bytes)
{
	uint32_t which = fuzz_below(bytes, n + 1);

	if (which < n)
		*members[which] =
			(uint32_t)fuzz_number(bytes, fuzz_below(bytes, 5));
}

static void media_change(ivrq_media_config *c, struct fuzz_bytes *bytes)
{
	uint32_t dbfs = (uint32_t)c->beep_dbfs, i;
	uint32_t *const members[] = { &c->legs,		 &c->io_threads,
				      &c->read_ahead_ms, &c->write_behind_ms,
				      &c->path_bytes,	 &c->beep_hz,
				      &c->beep_ms,	 &dbfs };

	for (i = fuzz_below(bytes, 4); i; i--)
		change(members, sizeof(members) / sizeof(*members), bytes);
	c->beep_dbfs = (int32_t)dbfs;
	it.refuse_at = fuzz_below(bytes, 8);
}

static bool ring_good(uint32_t ms)
{
	return fuzz_within(ms, IVRQ_MEDIA_RING_MS_MIN, IVRQ_MEDIA_RING_MS_MAX);
}

static bool dbfs_good(int32_t dbfs)
{
	return dbfs >= IVRQ_MEDIA_DBFS_MIN && dbfs <= 0;
}

static ivrq_media *media_create(const ivrq_media_config *c)
{
	ivrq_error error = { .code = 0 };
	ivrq_media *media = NULL;
	int answer = ivrq_media_create(c, &media, &error);
	const struct fuzz_rule rules[] = {
		{ "legs", fuzz_within(c->legs, 1, IVRQ_MEDIA_LEGS_MAX) },
		{ "io_threads",
		  fuzz_within(c->io_threads, 1, IVRQ_MEDIA_THREADS_MAX) },
		{ "read_ahead_ms", ring_good(c->read_ahead_ms) },
		{ "write_behind_ms", ring_good(c->write_behind_ms) },
		{ "path_bytes",
		  fuzz_within(c->path_bytes, IVRQ_MEDIA_PATH_BYTES_MIN,
			      IVRQ_MEDIA_PATH_BYTES_MAX) },
		{ "beep_hz", fuzz_within(c->beep_hz, IVRQ_MEDIA_BEEP_HZ_MIN,
					 IVRQ_MEDIA_BEEP_HZ_MAX) },
		{ "beep_ms", fuzz_within(c->beep_ms, IVRQ_MEDIA_BEEP_MS_MIN,
					 IVRQ_MEDIA_BEEP_MS_MAX) },
		{ "beep_dbfs", dbfs_good(c->beep_dbfs) },
	};

	FUZZ_JUDGE(rules, answer, &error);
	FUZZ_CHECK((answer == IVRQ_ENOMEM) == it.refused);
	FUZZ_CHECK(!answer == !!media);
	return media;
}

static void leg_change(ivrq_media_leg_config *c, struct fuzz_bytes *bytes)
{
	uint32_t dbfs = (uint32_t)c->speech_dbfs, i;
	uint32_t *const members[] = { &c->rate_hz, &c->no_media_ms, &dbfs,
				      &c->speech_onset_ms,
				      &c->speech_hangover_ms };

	for (i = fuzz_below(bytes, 4); i; i--)
		change(members, sizeof(members) / sizeof(*members), bytes);
	c->speech_dbfs = (int32_t)dbfs;
}

static bool leg_create(ivrq_media *media, const ivrq_media_leg_config *c)
{
	ivrq_error error = { .code = 0 };
	int answer =
		ivrq_media_leg_create(media, it.engine, c, &it.leg, &error);
	const struct fuzz_rule rules[] = {
		{ "rate_hz", c->rate_hz == 8000 || c->rate_hz == 16000 },
		{ "no_media_ms",
		  !c->no_media_ms || fuzz_within(c->no_media_ms,
						 IVRQ_MEDIA_NO_MEDIA_MS_MIN,
						 IVRQ_MEDIA_NO_MEDIA_MS_MAX) },
		{ "speech_dbfs", dbfs_good(c->speech_dbfs) },
		{ "speech_onset_ms", fuzz_within(c->speech_onset_ms, 10,
						 IVRQ_MEDIA_SPEECH_MS_MAX) &&
					     c->speech_onset_ms % 10 == 0 },
		{ "speech_hangover_ms",
		  c->speech_hangover_ms <= IVRQ_MEDIA_SPEECH_MS_MAX &&
			  c->speech_hangover_ms % 10 == 0 },
	};

	FUZZ_JUDGE(rules, answer, &error);
	FUZZ_CHECK((answer == IVRQ_ENOMEM) == it.refused);
	FUZZ_CHECK(!answer == !!it.leg);
	return !answer;
}

/* ------------------------------------------------------------- all together */

static void call_open(void)
{
	ivrq_call_config call;

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
	look();
	/* A short one in a loop is opened for each few samples. */
	if (it.use == LOOP && it.samples < it.rate / 50 && it.cancel_at > 8)
		it.cancel_at = 8;
	call_open();
	submit();
	listen();
	call_close();
	if (it.use == RECORD)
		judge_record();
	else
		judge_play();
}

static void set_up(ivrq_media_config *config, ivrq_media_leg_config *leg)
{
	ivrq_config engine;

	ivrq_config_init(&engine);
	engine.calls = 1;
	FUZZ_CHECK(!ivrq_engine_create(&engine, &it.engine, NULL));
	ivrq_media_config_init(config);
	config->legs = 1;
	config->read_ahead_ms = IVRQ_MEDIA_RING_MS_MIN;
	config->write_behind_ms = IVRQ_MEDIA_RING_MS_MIN;
	config->files = &files;
	config->files_user = &it;
	config->alloc = take;
	config->free = give;
	config->user = &it;
	ivrq_media_leg_config_init(leg);
	leg->rate_hz = it.rate;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	ivrq_media_leg_config leg;
	ivrq_media_config config;
	ivrq_media *media;
	uint8_t flags = fuzz_byte(&bytes), cancel_at = fuzz_byte(&bytes);

	memset(&it, 0, sizeof(it));
	it.use = (enum use)(flags & 3);
	it.rate = flags & 4 ? 16000 : 8000;
	it.fails = flags & 8;
	it.pause = flags & 16;
	it.tone = flags & 32;
	it.cancel_at = cancel_at && cancel_at < FRAMES ? cancel_at : FRAMES;
	set_up(&config, &leg);
	if (flags & 64) {
		media_change(&config, &bytes);
		leg_change(&leg, &bytes);
	}
	it.rate = leg.rate_hz;
	it.sound.bytes = bytes.at;
	it.sound.size = (int64_t)bytes.left;
	media = media_create(&config);
	if (media && leg_create(media, &leg))
		use_it();
	FUZZ_CHECK(ivrq_media_destroy(media) == 0);
	FUZZ_CHECK(ivrq_engine_destroy(it.engine) == 0);
	FUZZ_CHECK(it.open == 0 && it.used == 0);
	return 0;
}
