/* SPDX-License-Identifier: MIT */
/* check_media_record.c - recordings: why they end, at which sample, and what
 * file is there then. */
#include <sched.h>
#include <sys/stat.h>

#include "media_stage.h"

#define LOUD 3000 /* -21 dBFS */
#define SOFT 30	  /* -61 dBFS */

static struct stage stage;
static int16_t pcm[2 * RATE];

static void keep_partial(struct stage *s)
{
	s->leg_config.keep_partial = true;
}

static void setup(void)
{
	stage_up(&stage, NULL);
}

static void setup_keeping(void)
{
	stage_up(&stage, keep_partial);
}

static void teardown(void)
{
	stage_down(&stage);
}

static void begin(ivrq_record_response_request *request)
{
	record(&stage, request);
	run(&stage);
}

static const struct note *ended(enum ivrq_reason reason, size_t nsamples)
{
	const struct note *note = wait_result(&stage, 1);

	ck_assert_int_eq(note->reason, reason);
	ck_assert_uint_eq(note->media_ms, nsamples * 1000 / RATE);
	if (stage.leg)
		ck_assert_uint_eq(stats(&stage).overruns, 0);
	return note;
}

/* The file has this many samples: of a, then of b. */
static void assert_file(const char *name, int16_t a, size_t na, int16_t b,
			size_t nb)
{
	size_t frames;
	int16_t *wave = read_wav(&stage, name, &frames);

	ck_assert_uint_eq(frames, na + nb);
	for (size_t i = 0; i < frames; i++)
		ck_assert_msg(wave[i] == (i < na ? a : b), "sample %zu is %d",
			      i, wave[i]);
	free(wave);
}

static void assert_nothing_left(const struct note *note)
{
	ck_assert(!note->kept);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 0);
	ck_assert_uint_eq(count_files(&stage, ".part"), 0);
}

/* ---------------------------------------------------------- how it can end */

START_TEST(test_record_max_duration_exact)
{
	ivrq_record_response_request request;
	const struct note *note;

	record_init(&request);
	request.max_record_duration_seconds = 2;
	request.location = "r.wav";
	begin(&request);
	ck_assert_uint_eq(say(&stage, LOUD, 15990), 15990);
	ck_assert_uint_eq(say(&stage, LOUD, 160), 10);
	ck_assert_uint_eq(say(&stage, LOUD, 160), 0);
	note = ended(IVRQ_REASON_MAX_DURATION, 16000);
	ck_assert_int_eq(note->status, IVRQ_COMPLETED);
	ck_assert(note->kept);
	ck_assert_str_eq(note->name, "r.wav");
	assert_file("r.wav", LOUD, 16000, 0, 0);
}
END_TEST

/* onset 30 ms, hangover 200 ms: 1 s of speech, 0.2 s, 1 s of silence. */
START_TEST(test_record_max_silence_exact)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.max_silence_timeout_seconds = 1;
	begin(&request);
	ck_assert_uint_eq(say(&stage, SOFT, 4000), 4000);
	ck_assert_uint_eq(say(&stage, LOUD, 8000), 8000);
	ck_assert_uint_eq(say(&stage, SOFT, 12000), 9600);
	ck_assert(ended(IVRQ_REASON_MAX_SILENCE, 21600)->kept);
	ck_assert_uint_eq(stats(&stage).samples_recorded, 21600);
}
END_TEST

START_TEST(test_record_pauses_shorter_than_silence_go_on)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.max_silence_timeout_seconds = 1;
	request.max_record_duration_seconds = 10;
	begin(&request);
	/* 240 of the next 400 are known to be speech just in time. */
	for (int i = 0; i < 8; i++) {
		ck_assert_uint_eq(say(&stage, LOUD, 400), 400);
		ck_assert_uint_eq(say(&stage, SOFT, 9280), 9280);
	}
	ck_assert_uint_eq(say(&stage, LOUD, 4000), 2560);
	ended(IVRQ_REASON_MAX_DURATION, 80000);
}
END_TEST

START_TEST(test_record_initial_silence_fails)
{
	ivrq_record_response_request request;
	const struct note *note;

	record_init(&request);
	request.initial_silence_timeout_seconds = 1;
	begin(&request);
	ck_assert_uint_eq(say(&stage, SOFT, 9000), 8000);
	note = ended(IVRQ_REASON_INITIAL_SILENCE, 8000);
	ck_assert_int_eq(note->status, IVRQ_FAILED);
	assert_nothing_left(note);
}
END_TEST

START_TEST(test_record_click_is_no_speech)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.initial_silence_timeout_seconds = 1;
	begin(&request);
	for (int i = 0; i < 10; i++) {
		say(&stage, LOUD, 160); /* 20 ms, the onset is 30 */
		say(&stage, SOFT, 640);
	}
	ended(IVRQ_REASON_INITIAL_SILENCE, 8000);
}
END_TEST

/* All three times are 5 s: no speech at all is told first. */
START_TEST(test_record_defaults_silence_before_duration)
{
	ivrq_record_response_request request;

	ivrq_record_response_request_init(&request);
	request.play_beep = false;
	begin(&request);
	ck_assert_uint_eq(say(&stage, SOFT, 41000), 40000);
	ended(IVRQ_REASON_INITIAL_SILENCE, 40000);
}
END_TEST

/* -40 dBFS is 327.68. */
START_TEST(test_record_threshold)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.initial_silence_timeout_seconds = 1;
	request.max_record_duration_seconds = 2;
	begin(&request);
	say(&stage, _i ? 328 : 327, 17000);
	if (_i)
		ended(IVRQ_REASON_MAX_DURATION, 16000);
	else
		ended(IVRQ_REASON_INITIAL_SILENCE, 8000);
}
END_TEST

START_TEST(test_record_stop_tone_ends_there)
{
	ivrq_record_response_request request;
	const struct note *note;

	record_init(&request);
	request.stop_tones = "#9";
	begin(&request);
	say(&stage, LOUD, 1000);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '1', 80), 0);
	ck_assert_uint_eq(say(&stage, LOUD, 100), 100);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '9', 80), 0);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '#', 80), 0);
	ck_assert_uint_eq(say(&stage, LOUD, 100), 0);
	note = ended(IVRQ_REASON_STOP_TONE, 1100);
	ck_assert_int_eq(note->tone, '9');
	ck_assert(note->kept);
	run(&stage);
	ck_assert_str_eq(stage.tones, "19#");
}
END_TEST

START_TEST(test_record_stop_tone_needs_no_media)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.stop_tones = "#";
	begin(&request);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '#', 0), 0);
	get(&stage, pcm, FRAME);
	ck_assert_uint_eq(ended(IVRQ_REASON_STOP_TONE, 0)->tone, '#');
}
END_TEST

START_TEST(test_record_stop_tone_before_it_is_just_a_tone)
{
	ivrq_record_response_request request;
	const char *prompt = "a";

	make_ramp(&stage, "a", 1, 320);
	record_init(&request);
	request.stop_tones = "#";
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.max_record_duration_seconds = 1;
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '#', 0), 0);
	begin(&request);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '#', 0), 0);
	hear(&stage, pcm, 320);
	ck_assert_uint_eq(say(&stage, LOUD, 9000), 8000);
	ended(IVRQ_REASON_MAX_DURATION, 8000);
	run(&stage);
	ck_assert_str_eq(stage.tones, "##");
}
END_TEST

START_TEST(test_record_no_media)
{
	ivrq_record_response_request request;
	const struct note *note;

	record_init(&request);
	begin(&request);
	for (int i = 0; i < 240; i++)
		get(&stage, pcm, FRAME);
	say(&stage, LOUD, 800);
	for (int i = 0; i < 249; i++)
		get(&stage, pcm, FRAME);
	ck_assert_uint_eq(say(&stage, LOUD, 80), 80);
	for (int i = 0; i < 250; i++)
		get(&stage, pcm, FRAME);
	ck_assert_uint_eq(say(&stage, LOUD, 80), 0);
	note = ended(IVRQ_REASON_NO_MEDIA, 880);
	ck_assert_int_eq(note->status, IVRQ_FAILED);
	assert_nothing_left(note);
}
END_TEST

static void never_no_media(struct stage *s)
{
	s->leg_config.no_media_ms = 0;
}

START_TEST(test_record_no_media_can_be_off)
{
	ivrq_record_response_request request;

	stage_up(&stage, never_no_media);
	record_init(&request);
	begin(&request);
	for (int i = 0; i < 2000; i++)
		get(&stage, pcm, FRAME);
	run(&stage);
	ck_assert_uint_eq(stage.nnotes, 0);
	stage_down(&stage);
}
END_TEST

/* --------------------------------------------------------- prompt and beep */

START_TEST(test_record_prompt_beep_no_gap)
{
	ivrq_record_response_request request;
	const char *prompt = "a";
	int16_t *heard = pcm;

	make_ramp(&stage, "a", 1, 500);
	record_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.play_beep = true;
	request.max_record_duration_seconds = 1;
	begin(&request);
	ck_assert_uint_eq(say(&stage, LOUD, 160), 0);
	hear(&stage, heard, 500);
	for (size_t i = 0; i < 500; i++)
		ck_assert_int_eq(heard[i], (int)i + 1);
	/* 200 ms of 1 kHz: its zeros are 4 samples apart, never 2 in a row */
	for (size_t i = 0; i < 1600; i += FRAME)
		ck_assert_int_eq(get(&stage, heard + i, FRAME), FRAME);
	for (size_t i = 1; i < 1600; i++)
		ck_assert(heard[i] || heard[i - 1]);
	ck_assert_int_eq(get(&stage, heard, FRAME), 0);
	ck_assert_uint_eq(say(&stage, LOUD, 9000), 8000);
	ended(IVRQ_REASON_MAX_DURATION, 8000);
}
END_TEST

/* The last sample of the prompt and the first of the beep in one frame. */
START_TEST(test_record_beep_begins_within_frame)
{
	ivrq_record_response_request request;
	const char *prompt = "a";

	make_ramp(&stage, "a", 1, 100);
	record_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.play_beep = true;
	begin(&request);
	wait_ready(&stage, 100);
	for (size_t i = 0; i < 1600; i += FRAME)
		ck_assert_int_eq(get(&stage, pcm, FRAME), FRAME);
	ck_assert_int_eq(get(&stage, pcm, FRAME), 100);
	ck_assert_uint_eq(say(&stage, LOUD, 160), 160);
}
END_TEST

START_TEST(test_record_prompt_fails)
{
	static const char *const prompts[] = {"missing", "text", "../a"};
	ivrq_record_response_request request;
	const struct note *note;

	make_text(&stage, "text", "no sound");
	record_init(&request);
	request.prompts = &prompts[_i];
	request.prompt_count = 1;
	request.play_beep = true;
	begin(&request);
	while (!stage.nnotes) {
		get(&stage, pcm, FRAME);
		run(&stage);
		sched_yield();
	}
	note = ended(IVRQ_REASON_PROMPT_FAILED, 0);
	ck_assert_int_eq(note->status, IVRQ_FAILED);
	assert_nothing_left(note);
}
END_TEST

static void beep_from_file(struct stage *s)
{
	s->config.beep_file = "beep";
}

START_TEST(test_record_beep_file)
{
	ivrq_record_response_request request;
	const char *prompt = "a";

	stage_up(&stage, beep_from_file);
	make_ramp(&stage, "a", 1, 300);
	if (_i)
		make_ramp(&stage, "beep", 301, 200);
	record_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.play_beep = true;
	begin(&request);
	if (_i) {
		hear(&stage, pcm, 500);
		for (size_t i = 0; i < 500; i++)
			ck_assert_int_eq(pcm[i], (int)i + 1);
		ck_assert_uint_eq(say(&stage, LOUD, 160), 160);
	} else {
		hear(&stage, pcm, 300);
		while (!stage.nnotes) {
			get(&stage, pcm, FRAME);
			run(&stage);
			sched_yield();
		}
		ended(IVRQ_REASON_BEEP_FAILED, 0);
	}
	stage_down(&stage);
}
END_TEST

/* ------------------------------------------------------------------ cancel */

START_TEST(test_record_canceled_is_removed)
{
	ivrq_record_response_request request;
	const struct note *note;

	make_ramp(&stage, "r.wav", 1, 1);
	record_init(&request);
	request.location = "r.wav";
	begin(&request);
	say(&stage, LOUD, 4000);
	cancel(&stage);
	ck_assert_uint_eq(say(&stage, LOUD, 160), 0);
	note = ended(IVRQ_REASON_CANCELED, 4000);
	ck_assert_int_eq(note->cause, IVRQ_CAUSE_CANCEL);
	ck_assert(!note->kept);
	/* What had the name before is untouched. */
	assert_file("r.wav", 1, 1, 0, 0);
}
END_TEST

START_TEST(test_record_canceled_is_kept)
{
	ivrq_record_response_request request;
	const struct note *note;

	record_init(&request);
	request.location = "r.wav";
	begin(&request);
	say(&stage, LOUD, 4000);
	cancel(&stage);
	say(&stage, LOUD, 160);
	note = ended(IVRQ_REASON_CANCELED, 4000);
	ck_assert(note->kept);
	assert_file("r.wav", LOUD, 4000, 0, 0);
}
END_TEST

START_TEST(test_record_failed_is_kept)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.location = "r.wav";
	request.initial_silence_timeout_seconds = 1;
	begin(&request);
	say(&stage, SOFT, 8000);
	ck_assert(ended(IVRQ_REASON_INITIAL_SILENCE, 8000)->kept);
	assert_file("r.wav", SOFT, 8000, 0, 0);
}
END_TEST

START_TEST(test_record_canceled_before_it_began)
{
	ivrq_record_response_request request;
	const char *prompt = "a";

	make_ramp(&stage, "a", 1, 1000);
	record_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	begin(&request);
	hear(&stage, pcm, 100);
	cancel(&stage);
	ck_assert_int_eq(get(&stage, pcm, FRAME), 0);
	assert_nothing_left(ended(IVRQ_REASON_CANCELED, 0));
}
END_TEST

START_TEST(test_record_canceled_while_writing_waits)
{
	ivrq_record_response_request request;

	disk_hold_open(&stage, true);
	record_init(&request);
	begin(&request);
	disk_wait(&stage);
	say(&stage, LOUD, 4000);
	cancel(&stage);
	run(&stage);
	run(&stage);
	ck_assert_uint_eq(stage.nnotes, 0);
	disk_hold_open(&stage, false);
	assert_nothing_left(ended(IVRQ_REASON_CANCELED, 4000));
}
END_TEST

/* The recording had ended, its file was not closed yet. */
START_TEST(test_record_canceled_after_its_end)
{
	ivrq_record_response_request request;
	const struct note *note;

	record_init(&request);
	request.max_record_duration_seconds = 1;
	disk_hold_open(&stage, true);
	begin(&request);
	disk_wait(&stage);
	ck_assert_uint_eq(say(&stage, LOUD, 9000), 8000);
	if (_i)
		cancel(&stage);
	else
		ck_assert_int_eq(ivrq_call_close(stage.engine, stage.call,
						 IVRQ_CAUSE_HANG_UP, NULL),
				 0);
	disk_hold_open(&stage, false);
	note = ended(IVRQ_REASON_CANCELED, 8000);
	ck_assert_int_eq(note->cause,
			 _i ? IVRQ_CAUSE_CANCEL : IVRQ_CAUSE_HANG_UP);
	assert_nothing_left(note);
}
END_TEST

START_TEST(test_record_after_record_gets_its_own)
{
	ivrq_record_response_request request;
	char names[20][IVRQ_MEDIA_PATH_MAX + 1];

	record_init(&request);
	request.max_record_duration_seconds = 1;
	for (size_t i = 0; i < 20; i++) {
		const struct note *note;

		begin(&request);
		say(&stage, (int16_t)(LOUD + i), 4000);
		if (i % 3 == 2)
			cancel(&stage);
		say(&stage, (int16_t)(LOUD + i), 5000);
		note = wait_result(&stage, i + 1);
		ck_assert(note->kept == (i % 3 != 2));
		strcpy(names[i], note->name);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(names[k], names[i]);
	}
	for (size_t i = 0; i < 20; i++)
		if (i % 3 != 2)
			assert_file(names[i], (int16_t)(LOUD + i), 8000, 0, 0);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 14);
}
END_TEST

/* ------------------------------------------------------------------- pause */

START_TEST(test_record_paused_records_nothing)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = 1;
	begin(&request);
	say(&stage, LOUD, 1000);
	ck_assert_int_eq(ivrq_call_pause(stage.engine, stage.call), 0);
	run(&stage);
	ck_assert_uint_eq(say(&stage, 77, 1000), 0);
	for (int i = 0; i < 1000; i++)
		get(&stage, pcm, FRAME);
	ck_assert_int_eq(ivrq_call_resume(stage.engine, stage.call), 0);
	run(&stage);
	say(&stage, LOUD + 1, 8000);
	ended(IVRQ_REASON_MAX_DURATION, 8000);
	assert_file("r.wav", LOUD, 1000, LOUD + 1, 7000);
}
END_TEST

/* ------------------------------------------------------- a late, a bad disk */

/* The ring holds 2 s (16384 samples) and the disk takes none. */
START_TEST(test_record_late_disk_is_silence_in_time)
{
	ivrq_record_response_request request;
	const struct note *note;
	int16_t *wave;
	size_t frames;

	stage.flood = true;
	disk_hold_open(&stage, true);
	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = _i ? 4 : 3;
	begin(&request);
	disk_wait(&stage);
	ck_assert_uint_eq(say(&stage, LOUD, 24000), 24000);
	ck_assert_uint_eq(stats(&stage).samples_overrun, 24000 - 16384);
	ck_assert_uint_gt(stats(&stage).overruns, 0);
	disk_hold_open(&stage, false);
	if (_i) {
		while (stats(&stage).unwritten)
			sched_yield();
		ck_assert_uint_eq(say(&stage, LOUD + 1, 9000), 8000);
	}
	note = wait_result(&stage, 1);
	ck_assert_int_eq(note->reason, IVRQ_REASON_MAX_DURATION);
	ck_assert_uint_eq(note->media_ms, _i ? 4000 : 3000);
	wave = read_wav(&stage, "r.wav", &frames);
	ck_assert_uint_eq(frames, _i ? 32000 : 24000);
	for (size_t i = 0; i < frames; i++)
		ck_assert_int_eq(wave[i], i < 16384   ? LOUD
					  : i < 24000 ? 0
						      : LOUD + 1);
	free(wave);
}
END_TEST

enum { BAD_CREATE, BAD_WRITE, BAD_RENAME, BAD_DIR, BAD_CASES };

START_TEST(test_record_disk_fails)
{
	ivrq_record_response_request request;
	const struct note *note;

	pthread_mutex_lock(&stage.disk.lock);
	stage.disk.fail_create = _i == BAD_CREATE;
	stage.disk.fail_write = _i == BAD_WRITE;
	stage.disk.fail_rename = _i == BAD_RENAME;
	pthread_mutex_unlock(&stage.disk.lock);
	record_init(&request);
	request.location = _i == BAD_DIR ? "nowhere/r.wav" : "r.wav";
	request.max_record_duration_seconds = 1;
	begin(&request);
	say(&stage, LOUD, 8000);
	note = wait_result(&stage, 1);
	ck_assert_int_eq(note->reason, IVRQ_REASON_OTHER);
	ck_assert_int_eq(note->status, IVRQ_FAILED);
	assert_nothing_left(note);
}
END_TEST

START_TEST(test_record_bad_location)
{
	static const char *const locations[] = {"../r.wav", "/tmp/r.wav",
						"a/../r.wav"};
	ivrq_record_response_request request;

	record_init(&request);
	request.location = locations[_i];
	begin(&request);
	ck_assert_int_eq(wait_result(&stage, 1)->reason, IVRQ_REASON_OTHER);
	ck_assert_uint_eq(say(&stage, LOUD, 160), 0);
}
END_TEST

START_TEST(test_record_replaces_whole_file)
{
	ivrq_record_response_request request;

	make_ramp(&stage, "r.wav", 1, 10);
	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = 1;
	begin(&request);
	say(&stage, LOUD, 7999);
	ck_assert(exists(&stage, "r.wav"));
	say(&stage, LOUD, 1);
	ck_assert(ended(IVRQ_REASON_MAX_DURATION, 8000)->kept);
	assert_file("r.wav", LOUD, 8000, 0, 0);
}
END_TEST

/* Without a disk of the test's own: the file system itself. */
static void own_disk(struct stage *s)
{
	s->config.files = NULL;
}

static const struct note *play_on_disk(const char *name)
{
	size_t before = stage.nnotes;

	play(&stage, false, name, (char *)NULL);
	run(&stage);
	while (stage.nnotes == before) {
		get(&stage, pcm, FRAME);
		run(&stage);
		sched_yield();
	}
	return &stage.notes[before];
}

START_TEST(test_file_system)
{
	ivrq_record_response_request request;
	char fifo[128];

	stage_up(&stage, own_disk);
	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = 1;
	for (int i = 0; i < 2; i++) {
		begin(&request);
		say(&stage, (int16_t)(LOUD + i), 8000);
		ck_assert(wait_result(&stage, (size_t)i + 1)->kept);
		assert_file("r.wav", (int16_t)(LOUD + i), 8000, 0, 0);
	}
	begin(&request);
	say(&stage, LOUD, 100);
	cancel(&stage);
	ck_assert(!wait_result(&stage, 3)->kept);
	assert_file("r.wav", LOUD + 1, 8000, 0, 0);
	ck_assert_uint_eq(play_on_disk("r.wav")->media_ms, 1000);
	ck_assert_int_eq(play_on_disk("gone")->reason,
			 IVRQ_REASON_PROMPT_UNREADABLE);
	/* Nobody writes to it: opening it must not wait. */
	snprintf(fifo, sizeof(fifo), "%s/fifo", stage.dir);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(play_on_disk("fifo")->reason,
			 IVRQ_REASON_PROMPT_UNREADABLE);
	ck_assert_int_eq(play_on_disk(".")->reason,
			 IVRQ_REASON_PROMPT_UNREADABLE);
	stage_down(&stage);
}
END_TEST

static void end_cases(Suite *suite)
{
	TCase *tcase = tcase_create("ends");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_record_max_duration_exact);
	tcase_add_test(tcase, test_record_max_silence_exact);
	tcase_add_test(tcase, test_record_pauses_shorter_than_silence_go_on);
	tcase_add_test(tcase, test_record_initial_silence_fails);
	tcase_add_test(tcase, test_record_click_is_no_speech);
	tcase_add_test(tcase, test_record_defaults_silence_before_duration);
	tcase_add_loop_test(tcase, test_record_threshold, 0, 2);
	tcase_add_test(tcase, test_record_stop_tone_ends_there);
	tcase_add_test(tcase, test_record_stop_tone_needs_no_media);
	tcase_add_test(tcase, test_record_stop_tone_before_it_is_just_a_tone);
	tcase_add_test(tcase, test_record_no_media);
	tcase_add_test(tcase, test_record_prompt_beep_no_gap);
	tcase_add_test(tcase, test_record_beep_begins_within_frame);
	tcase_add_loop_test(tcase, test_record_prompt_fails, 0, 3);
	tcase_add_test(tcase, test_record_paused_records_nothing);
	suite_add_tcase(suite, tcase);
}

static void file_cases(Suite *suite)
{
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_record_canceled_is_removed);
	tcase_add_test(tcase, test_record_canceled_before_it_began);
	tcase_add_test(tcase, test_record_canceled_while_writing_waits);
	tcase_add_loop_test(tcase, test_record_canceled_after_its_end, 0, 2);
	tcase_add_test(tcase, test_record_after_record_gets_its_own);
	tcase_add_loop_test(tcase, test_record_late_disk_is_silence_in_time, 0,
			    2);
	tcase_add_loop_test(tcase, test_record_disk_fails, 0, BAD_CASES);
	tcase_add_loop_test(tcase, test_record_bad_location, 0, 3);
	tcase_add_test(tcase, test_record_replaces_whole_file);
	suite_add_tcase(suite, tcase);
}

Suite *suite_record(void)
{
	Suite *suite = suite_create("media_record");
	TCase *keeping = tcase_create("partial kept");
	TCase *own = tcase_create("configured");

	end_cases(suite);
	file_cases(suite);
	tcase_add_checked_fixture(keeping, setup_keeping, teardown);
	tcase_add_test(keeping, test_record_canceled_is_kept);
	tcase_add_test(keeping, test_record_failed_is_kept);
	suite_add_tcase(suite, keeping);
	tcase_add_test(own, test_record_no_media_can_be_off);
	tcase_add_loop_test(own, test_record_beep_file, 0, 2);
	tcase_add_test(own, test_file_system);
	suite_add_tcase(suite, own);
	return suite;
}
