/* SPDX-License-Identifier: MIT */
/* check_media_disk.c - odd files, and disks that break in the middle. */
#include <math.h>
#include <sched.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media_stage.h"

#define LOUD 3000

static struct stage stage;
static int16_t pcm[6 * RATE];

static void setup(void)
{
	stage_up(&stage, NULL);
}

static void keep_partial(struct stage *s)
{
	s->leg_config.keep_partial = true;
}

static void setup_keeping(void)
{
	stage_up(&stage, keep_partial);
}

static void teardown(void)
{
	stage_down(&stage);
}

/* Gets, and runs, until there are so many results. */
static const struct note *until(size_t results)
{
	int16_t frame[FRAME];

	while (stage.nnotes < results) {
		get(&stage, frame, FRAME);
		run(&stage);
		sched_yield();
	}
	return &stage.notes[results - 1];
}

static void play_ramp(const char *name, int16_t from, size_t nsamples,
		      enum ivrq_reason reason)
{
	size_t results = stage.nnotes + 1;
	const struct note *note;

	play(&stage, false, name, (char *)NULL);
	run(&stage);
	if (nsamples)
		hear(&stage, pcm, nsamples);
	note = until(results);
	for (size_t i = 0; i < nsamples; i++)
		ck_assert_int_eq(pcm[i], from + (int)i);
	ck_assert_int_eq(note->reason, reason);
	ck_assert_uint_eq(note->media_ms, nsamples * 1000 / RATE);
}

/* ------------------------------------------------------------------ prompts */

START_TEST(test_play_length_error_is_unreadable_next_plays)
{
	make_ramp(&stage, "a", 1, 400);
	disk_set(&stage, &stage.disk.fail_length, true);
	play_ramp("a", 1, 0, IVRQ_REASON_PROMPT_UNREADABLE);
	disk_set(&stage, &stage.disk.fail_length, false);
	play_ramp("a", 1, 400, IVRQ_REASON_SUCCESS);
}
END_TEST

/* What was read before is played: the file's first part, less what the disk
 * had not given when it broke. */
START_TEST(test_play_read_error_in_the_middle_is_unreadable)
{
	size_t had;

	make_ramp(&stage, "a", 1, 8000);
	disk_hold_read(&stage, 4000);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	disk_wait(&stage);
	had = stats(&stage).ready + 1; /* one is held back */
	ck_assert_uint_gt(had, 1);
	disk_set(&stage, &stage.disk.fail_read, true);
	disk_hold_read(&stage, -1);
	hear(&stage, pcm, had);
	for (size_t i = 0; i < had; i++)
		ck_assert_int_eq(pcm[i], (int)i + 1);
	ck_assert_int_eq(until(1)->reason, IVRQ_REASON_PROMPT_UNREADABLE);
	ck_assert_uint_eq(stage.notes[0].media_ms, had * 1000 / RATE);
	disk_set(&stage, &stage.disk.fail_read, false);
	play_ramp("a", 1, 8000, IVRQ_REASON_SUCCESS);
}
END_TEST

/* 1 Hz to 8000 is more than the resampler can do. */
START_TEST(test_play_absurd_rate_is_no_format)
{
	make_wav(&stage, "a", 1, 1, pcm, 100);
	make_ramp(&stage, "b", 1, 400);
	play_ramp("a", 1, 0, IVRQ_REASON_PROMPT_FORMAT);
	play_ramp("b", 1, 400, IVRQ_REASON_SUCCESS);
}
END_TEST

START_TEST(test_play_beyond_full_scale_is_clipped)
{
	static const struct {
		float in;
		int16_t out;
	} values[] = { { 2.0f, 32767 },	  { 1.0f, 32767 }, { -1.0f, -32768 },
		       { -7.5f, -32768 }, { 0.5f, 16384 }, { NAN, -32768 },
		       { 0.0f, 0 } };
	SF_INFO info = { .samplerate = RATE,
			 .channels = 1,
			 .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
	char path[128];
	SNDFILE *file;

	snprintf(path, sizeof(path), "%s/a", stage.dir);
	file = sf_open(path, SFM_WRITE, &info);
	ck_assert_ptr_nonnull(file);
	for (size_t i = 0; i < CT_COUNT(values); i++)
		ck_assert_int_eq(sf_writef_float(file, &values[i].in, 1), 1);
	ck_assert_int_eq(sf_close(file), 0);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, CT_COUNT(values));
	for (size_t i = 0; i < CT_COUNT(values); i++)
		ck_assert_int_eq(pcm[i], values[i].out);
	ck_assert_int_eq(until(1)->reason, IVRQ_REASON_SUCCESS);
}
END_TEST

/* A FLAC file with rubbish in the middle ends; it hangs and crashes nothing. */
START_TEST(test_play_damaged_file_ends_next_plays)
{
	SF_INFO info = { .samplerate = RATE,
			 .channels = 1,
			 .format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16 };
	char path[128];
	const struct note *note;
	struct stat what;
	SNDFILE *file;
	FILE *raw;

	snprintf(path, sizeof(path), "%s/a", stage.dir);
	file = sf_open(path, SFM_WRITE, &info);
	if (!file)
		return; /* built without it */
	for (size_t i = 0; i < 20000; i++)
		pcm[i] = (int16_t)(i * 7919);
	ck_assert_int_eq(sf_writef_short(file, pcm, 20000), 20000);
	ck_assert_int_eq(sf_close(file), 0);
	ck_assert_int_eq(stat(path, &what), 0);
	raw = fopen(path, "r+");
	ck_assert_ptr_nonnull(raw);
	ck_assert_int_eq(fseek(raw, what.st_size / 2, SEEK_SET), 0);
	for (int i = 0; i < what.st_size / 4; i++)
		ck_assert_int_ge(fputc(i * 31 & 0xff, raw), 0);
	ck_assert_int_eq(fclose(raw), 0);
	make_ramp(&stage, "b", 1, 400);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	note = until(1);
	ck_assert_uint_lt(note->media_ms, 20000 * 1000 / RATE + 1);
	play_ramp("b", 1, 400, IVRQ_REASON_SUCCESS);
}
END_TEST

START_TEST(test_play_path_too_long_is_unreadable)
{
	char path[IVRQ_MEDIA_PATH_MAX + 2];
	const char *prompt = path;
	ivrq_play_prompt_request request;
	ivrq_submission submission;

	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	make_ramp(&stage, "b", 1, 400);
	ivrq_play_prompt_request_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.options.keep_prompts = true;
	ck_assert_int_eq(ivrq_play_prompt(stage.engine, stage.call, &request,
					  &submission, NULL),
			 0);
	run(&stage);
	ck_assert_int_eq(until(1)->reason, IVRQ_REASON_PROMPT_UNREADABLE);
	play_ramp("b", 1, 400, IVRQ_REASON_SUCCESS);
}
END_TEST

static void in_working_directory(struct stage *s)
{
	ck_assert_int_eq(chdir(s->dir), 0);
	s->config.prompts_dir = NULL;
	s->config.recordings_dir = NULL;
}

START_TEST(test_directories_unset_are_the_working_directory)
{
	ivrq_record_response_request request;
	size_t frames;

	stage_up(&stage, in_working_directory);
	make_ramp(&stage, "a", 1, 400);
	play_ramp("a", 1, 400, IVRQ_REASON_SUCCESS);
	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = 1;
	record(&stage, &request);
	run(&stage);
	say(&stage, LOUD, RATE);
	ck_assert(wait_result(&stage, 2)->kept);
	free(read_wav(&stage, "r.wav", &frames));
	ck_assert_uint_eq(frames, RATE);
	ck_assert_int_eq(chdir("/"), 0);
	stage_down(&stage);
}
END_TEST

static void little_room(struct stage *s)
{
	s->config.path_bytes = IVRQ_MEDIA_PATH_BYTES_MIN;
	s->config.beep_file = "beep";
}

/* 0: all but the last byte of the prompt fits; 1: it fits, the beep does not */
START_TEST(test_record_prompt_without_room_for_paths_fails)
{
	ivrq_record_response_request request;
	char name[IVRQ_MEDIA_PATH_BYTES_MIN + 1];
	const char *prompt = name;

	stage_up(&stage, little_room);
	memset(name, 'a', sizeof(name));
	name[_i ? 251 : 256] = '\0';
	record_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.play_beep = true;
	record(&stage, &request);
	ck_assert_int_eq(wait_result(&stage, 1)->reason,
			 IVRQ_REASON_PROMPT_FAILED);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 0);
	stage_down(&stage);
}
END_TEST

/* --------------------------------------------------------------- recordings */

static void begin_recording(uint32_t seconds)
{
	ivrq_record_response_request request;

	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = seconds;
	record(&stage, &request);
	run(&stage);
}

static void assert_failed(uint32_t media_ms)
{
	const struct note *note = wait_result(&stage, 1);

	ck_assert_int_eq(note->status, IVRQ_FAILED);
	ck_assert_int_eq(note->reason, IVRQ_REASON_OTHER);
	ck_assert_uint_eq(note->media_ms, media_ms);
	ck_assert(!note->kept);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 0);
	ck_assert_uint_eq(count_files(&stage, ".part"), 0);
}

/* A file system may say only at close() that it could not write. */
START_TEST(test_record_close_error_fails)
{
	disk_set(&stage, &stage.disk.fail_close, true);
	begin_recording(1);
	say(&stage, LOUD, RATE);
	assert_failed(1000);
}
END_TEST

/* The disk is late, then full. The ring (16384 samples) is written, or half of
 * it; the silence for what was lost at the end is not. */
START_TEST(test_record_late_disk_then_full_fails)
{
	int64_t fits = _i ? 16384 : 8192;

	stage.flood = true;
	disk_hold_open(&stage, true);
	begin_recording(3);
	disk_wait(&stage);
	say(&stage, LOUD, 3 * RATE);
	stage.disk.full_at = 44 + 2 * fits; /* the I/O thread waits */
	disk_hold_open(&stage, false);
	assert_failed((uint32_t)fits * 1000 / RATE);
}
END_TEST

/* The I/O thread is busy with another leg's prompt until it is cancelled. */
START_TEST(test_record_canceled_before_its_file_cannot_be_made)
{
	ivrq_call_config config;
	ivrq_media_leg *leg;
	const struct note *note;
	ivrq_call mine = stage.call;
	ivrq_call other;

	ck_assert_int_eq(ivrq_media_leg_create(stage.media, stage.engine, NULL,
					       &leg, NULL),
			 0);
	ivrq_call_config_init(&config);
	config.driver = ivrq_media_driver();
	config.driver_user = leg;
	ck_assert_int_eq(ivrq_call_open(stage.engine, &config, &other, NULL),
			 0);
	make_ramp(&stage, "a", 1, 400);
	disk_hold_open(&stage, true);
	stage.call = other;
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	stage.call = mine;
	disk_wait(&stage);
	begin_recording(1);
	say(&stage, LOUD, 800);
	cancel(&stage);
	run(&stage);
	disk_set(&stage, &stage.disk.fail_create, true);
	disk_hold_open(&stage, false);
	note = wait_result(&stage, 1);
	ck_assert_int_eq(note->status, IVRQ_CANCELED);
	ck_assert_uint_eq(note->media_ms, 100);
	ck_assert(!note->kept);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 0);
	ck_assert_int_eq(
		ivrq_call_close(stage.engine, other, IVRQ_CAUSE_HANG_UP, NULL),
		0);
	run(&stage);
	ck_assert_int_eq(ivrq_media_leg_destroy(leg), 0);
}
END_TEST

/* Kept, if it can be. */
START_TEST(test_record_canceled_on_a_bad_disk_is_not_kept)
{
	begin_recording(2);
	say(&stage, LOUD, RATE);
	disk_set(&stage, &stage.disk.fail_rename, _i);
	disk_set(&stage, &stage.disk.fail_close, !_i);
	cancel(&stage);
	ck_assert_int_eq(wait_result(&stage, 1)->status, IVRQ_CANCELED);
	ck_assert_uint_eq(stage.notes[0].media_ms, 1000);
	ck_assert(!stage.notes[0].kept);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 0);
}
END_TEST

Suite *suite_disk(void)
{
	Suite *suite = suite_create("media_disk");
	TCase *prompts = tcase_create("prompts");
	TCase *recordings = tcase_create("recordings");
	TCase *keeping = tcase_create("partial kept");
	TCase *own = tcase_create("configured");

	tcase_add_checked_fixture(prompts, setup, teardown);
	tcase_add_test(prompts,
		       test_play_length_error_is_unreadable_next_plays);
	tcase_add_test(prompts,
		       test_play_read_error_in_the_middle_is_unreadable);
	tcase_add_test(prompts, test_play_absurd_rate_is_no_format);
	tcase_add_test(prompts, test_play_beyond_full_scale_is_clipped);
	tcase_add_test(prompts, test_play_damaged_file_ends_next_plays);
	tcase_add_test(prompts, test_play_path_too_long_is_unreadable);
	suite_add_tcase(suite, prompts);
	tcase_add_checked_fixture(recordings, setup, teardown);
	tcase_add_test(recordings, test_record_close_error_fails);
	tcase_add_loop_test(recordings, test_record_late_disk_then_full_fails,
			    0, 2);
	suite_add_tcase(suite, recordings);
	tcase_add_checked_fixture(keeping, setup_keeping, teardown);
	tcase_add_test(keeping,
		       test_record_canceled_before_its_file_cannot_be_made);
	tcase_add_loop_test(
		keeping, test_record_canceled_on_a_bad_disk_is_not_kept, 0, 2);
	suite_add_tcase(suite, keeping);
	tcase_add_test(own, test_directories_unset_are_the_working_directory);
	tcase_add_loop_test(
		own, test_record_prompt_without_room_for_paths_fails, 0, 2);
	suite_add_tcase(suite, own);
	return suite;
}
