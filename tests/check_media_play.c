/* SPDX-License-Identifier: MIT */
/* check_media_play.c - prompts: which samples are heard, and which are not. */
#include <sched.h>
#include <sndfile.h>
#include <unistd.h>

#include "media_stage.h"

static struct stage stage;
static int16_t pcm[8 * RATE];

static void setup(void)
{
	stage_up(&stage, NULL);
}

static void teardown(void)
{
	stage_down(&stage);
}

static void assert_ramp(const int16_t *heard, int from, size_t nsamples)
{
	for (size_t i = 0; i < nsamples; i++)
		ck_assert_msg(heard[i] == from + (int)i,
			      "sample %zu is %d, not %d", i, heard[i],
			      from + (int)i);
}

/* A triangle of 100 Hz: nothing in it is silent for long. */
static void make_wave(const char *name, int rate, int channels, size_t frames)
{
	int16_t *wave = calloc(frames * (size_t)channels + 1, sizeof(*wave));
	size_t period = (size_t)rate / 100;

	ck_assert_ptr_nonnull(wave);
	for (size_t i = 0; i < frames * (size_t)channels; i++) {
		size_t at = i / (size_t)channels % period;
		size_t up = at < period / 2 ? at : period - at;

		wave[i] = (int16_t)(16000 * up / period - 4000);
	}
	make_wav(&stage, name, rate, channels, wave, frames);
	free(wave);
}

static const struct note *play_to_end(size_t nsamples, const char *first,
				      const char *second)
{
	size_t before = stage.nnotes;
	ivrq_op op = play(&stage, false, first, second, (char *)NULL);
	const struct note *note;

	run(&stage);
	if (nsamples)
		hear(&stage, pcm, nsamples);
	while (stage.nnotes == before) {
		ck_assert_int_eq(get(&stage, pcm + nsamples, FRAME), 0);
		run(&stage);
		sched_yield();
	}
	note = wait_result(&stage, before + 1);
	ck_assert_uint_eq(note->op.value, op.value);
	ck_assert(note->started);
	ck_assert_uint_eq(note->media_ms, nsamples * 1000 / RATE);
	return note;
}

static void assert_ok(const struct note *note)
{
	ck_assert_int_eq(note->status, IVRQ_COMPLETED);
	ck_assert_int_eq(note->reason, IVRQ_REASON_SUCCESS);
	ck_assert_uint_eq(stats(&stage).underruns, 0);
}

/* ------------------------------------------------------------ what is heard */

START_TEST(test_play_same_rate_every_sample)
{
	make_ramp(&stage, "a", 1, 1000);
	assert_ok(play_to_end(1000, "a", NULL));
	assert_ramp(pcm, 1, 1000);
}
END_TEST

START_TEST(test_play_two_rates_no_gap)
{
	make_ramp(&stage, "a", 5000, 1000);
	make_wave("b", 16000, 1, 3000);
	assert_ok(play_to_end(2500, "a", "b"));
	assert_ramp(pcm, 5000, 1000);
	ck_assert(!silent(pcm + 1000, 40));
	assert_ok(play_to_end(2500, "b", "a"));
	assert_ramp(pcm + 1500, 5000, 1000);
}
END_TEST

/* frames at rate give round(frames * RATE / rate) samples */
static const struct {
	int rate;
	size_t frames;
	size_t samples;
} lengths[] = {
	{44100, 4410, 800}, {44100, 1, 0},	 {44100, 3, 1},
	{44100, 100, 18},   {48000, 4801, 800},	 {11025, 1000, 726},
	{16000, 1, 1},	    {22050, 7777, 2822}, {96000, 9600, 800},
	{6000, 301, 401},   {8000, 1, 1},
};

START_TEST(test_play_resampled_exact_length)
{
	size_t n = lengths[_i].samples;

	make_wave("a", lengths[_i].rate, 1, lengths[_i].frames);
	make_ramp(&stage, "b", 5000, 10);
	assert_ok(play_to_end(n + 10, "a", "b"));
	assert_ramp(pcm + n, 5000, 10);
}
END_TEST

START_TEST(test_play_stereo_is_averaged)
{
	int16_t both[200];

	for (int i = 0; i < 100; i++) {
		both[2 * i] = (int16_t)(1000 + i);
		both[2 * i + 1] = (int16_t)(3000 + i);
	}
	make_wav(&stage, "a", RATE, 2, both, 100);
	assert_ok(play_to_end(100, "a", NULL));
	assert_ramp(pcm, 2000, 100);
}
END_TEST

static const int formats[] = {
	SF_FORMAT_WAV | SF_FORMAT_FLOAT,   SF_FORMAT_WAV | SF_FORMAT_PCM_24,
	SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_AU | SF_FORMAT_PCM_16,
	SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_W64 | SF_FORMAT_PCM_16,
};

START_TEST(test_play_format)
{
	SF_INFO info = {
		.samplerate = RATE, .channels = 1, .format = formats[_i]};
	char path[128];
	float wave[500];
	SNDFILE *file;

	for (int i = 0; i < 500; i++)
		wave[i] = (float)(i - 250) / 32768;
	snprintf(path, sizeof(path), "%s/a", stage.dir);
	file = sf_open(path, SFM_WRITE, &info);
	if (!file)
		return; /* built without it */
	ck_assert_int_eq(sf_writef_float(file, wave, 500), 500);
	sf_close(file);
	assert_ok(play_to_end(500, "a", NULL));
	assert_ramp(pcm, -250, 500);
}
END_TEST

/* The samples were got as: all of a frame, the rest of it silence. */
START_TEST(test_play_end_within_frame_completes_there)
{
	int16_t frame[FRAME];

	make_ramp(&stage, "a", 1, 100);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	wait_ready(&stage, 100);
	ck_assert_int_eq(get(&stage, frame, FRAME), 100);
	ck_assert(silent(frame + 100, FRAME - 100));
	run(&stage);
	ck_assert_uint_eq(stage.nnotes, 1);
	ck_assert_uint_eq(stats(&stage).underruns, 0);
	ck_assert_uint_eq(stats(&stage).samples_played, 100);
}
END_TEST

START_TEST(test_play_cut_short_plays_what_is_there)
{
	char path[128];

	make_ramp(&stage, "a", 1, 1000);
	make_ramp(&stage, "b", 5000, 100);
	snprintf(path, sizeof(path), "%s/a", stage.dir);
	ck_assert_int_eq(truncate(path, 44 + 2 * 700), 0);
	assert_ok(play_to_end(800, "a", "b"));
	assert_ramp(pcm, 1, 700);
	assert_ramp(pcm + 700, 5000, 100);
}
END_TEST

START_TEST(test_play_longest_list_no_gap)
{
	const char *prompts[IVRQ_PROMPTS_MAX];
	ivrq_play_prompt_request request;
	ivrq_submission submission;

	ivrq_play_prompt_request_init(&request);
	for (int i = 0; i < (int)IVRQ_PROMPTS_MAX; i++)
		prompts[i] = i % 2 ? "b" : "a";
	request.prompts = prompts;
	request.prompt_count = IVRQ_PROMPTS_MAX;
	make_ramp(&stage, "a", 1, 33);
	make_ramp(&stage, "b", 34, 67);
	ck_assert_int_eq(ivrq_play_prompt(stage.engine, stage.call, &request,
					  &submission, NULL),
			 0);
	run(&stage);
	hear(&stage, pcm, 1000);
	for (size_t i = 0; i < 1000; i += 100)
		assert_ramp(pcm + i, 1, 100);
	assert_ok(wait_result(&stage, 1));
}
END_TEST

START_TEST(test_play_loop_no_gap)
{
	make_ramp(&stage, "a", 100, 70);
	make_ramp(&stage, "b", 500, 33);
	play(&stage, true, "a", "b", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 50000);
	for (size_t i = 0; i < 50000; i += 103) {
		size_t left = 50000 - i;

		assert_ramp(pcm + i, 100, left < 70 ? left : 70);
		if (left > 70)
			assert_ramp(pcm + i + 70, 500,
				    left - 70 < 33 ? left - 70 : 33);
	}
	ck_assert_uint_eq(stats(&stage).underruns, 0);
	cancel(&stage);
	ck_assert_int_eq(wait_result(&stage, 1)->media_ms, 50000 / 8);
}
END_TEST

static void at_16k(struct stage *s)
{
	s->leg_config.rate_hz = 16000;
}

START_TEST(test_play_wideband_leg)
{
	stage_up(&stage, at_16k);
	make_wave("a", 8000, 1, 1000);
	make_wave("b", 16000, 1, 1000);
	play(&stage, false, "a", "b", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 3000);
	ck_assert_uint_eq(wait_result(&stage, 1)->media_ms, 187);
	stage_down(&stage);
}
END_TEST

/* ------------------------------------------------------ what cannot be read */

static const struct {
	const char *path;
	enum ivrq_reason reason;
} bad_paths[] = {
	{"missing", IVRQ_REASON_PROMPT_UNREADABLE},
	{".", IVRQ_REASON_PROMPT_UNREADABLE},
	{"..", IVRQ_REASON_PROMPT_UNREADABLE},
	{"../a", IVRQ_REASON_PROMPT_UNREADABLE},
	{"x/../a", IVRQ_REASON_PROMPT_UNREADABLE},
	{"x/..", IVRQ_REASON_PROMPT_UNREADABLE},
	{"/dev/null", IVRQ_REASON_PROMPT_UNREADABLE},
	{"text", IVRQ_REASON_PROMPT_FORMAT},
	{"nothing", IVRQ_REASON_PROMPT_FORMAT},
	{"riff", IVRQ_REASON_PROMPT_FORMAT},
	{"wide", IVRQ_REASON_PROMPT_FORMAT},
};

START_TEST(test_play_bad_path_fails_next_plays)
{
	const struct note *note;

	make_text(&stage, "text", "this is no sound at all\n");
	make_text(&stage, "nothing", "");
	make_text(&stage, "riff", "RIFF....WAVEfmt and then no more of it");
	make_wav(&stage, "wide", RATE, 65, pcm, 10);
	make_ramp(&stage, "a", 1, 200);
	note = play_to_end(200, "a", bad_paths[_i].path);
	ck_assert_int_eq(note->status, IVRQ_FAILED);
	ck_assert_int_eq(note->reason, bad_paths[_i].reason);
	note = play_to_end(0, bad_paths[_i].path, "a");
	ck_assert_int_eq(note->reason, bad_paths[_i].reason);
	assert_ok(play_to_end(200, "a", NULL));
	assert_ramp(pcm, 1, 200);
}
END_TEST

START_TEST(test_play_dots_in_name_are_fine)
{
	make_ramp(&stage, "..a", 1, 10);
	make_ramp(&stage, "a..", 1, 10);
	assert_ok(play_to_end(20, "..a", "./a.."));
}
END_TEST

START_TEST(test_play_loop_of_nothing_fails)
{
	make_ramp(&stage, "a", 1, 0);
	play(&stage, true, "a", "a", (char *)NULL);
	run(&stage);
	while (!stage.nnotes) {
		ck_assert_int_eq(get(&stage, pcm, FRAME), 0);
		run(&stage);
		sched_yield();
	}
	ck_assert_int_eq(stage.notes[0].reason, IVRQ_REASON_PROMPT_FORMAT);
}
END_TEST

START_TEST(test_play_read_error_is_unreadable)
{
	make_ramp(&stage, "a", 1, 100);
	pthread_mutex_lock(&stage.disk.lock);
	stage.disk.fail_read = true;
	pthread_mutex_unlock(&stage.disk.lock);
	ck_assert_int_eq(play_to_end(0, "a", NULL)->reason,
			 IVRQ_REASON_PROMPT_UNREADABLE);
}
END_TEST

START_TEST(test_play_too_many_path_bytes_is_unreadable)
{
	char path[1000];
	ivrq_play_prompt_request request;
	ivrq_submission submission;
	const char *prompts[] = {path, path, path};

	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 3;
	request.options.keep_prompts = true;
	ck_assert_int_eq(ivrq_play_prompt(stage.engine, stage.call, &request,
					  &submission, NULL),
			 0);
	ck_assert_int_eq(wait_result(&stage, 1)->reason,
			 IVRQ_REASON_PROMPT_UNREADABLE);
}
END_TEST

static void allow_absolute(struct stage *s)
{
	s->config.absolute_paths = true;
}

START_TEST(test_play_absolute_when_allowed)
{
	char path[128];

	stage_up(&stage, allow_absolute);
	make_ramp(&stage, "a", 1, 100);
	snprintf(path, sizeof(path), "%s/a", stage.dir);
	assert_ok(play_to_end(200, path, "a"));
	stage_down(&stage);
}
END_TEST

/* ------------------------------------------------------------------- cancel */

START_TEST(test_cancel_next_frame_silent)
{
	int16_t frame[FRAME];
	const struct note *note;

	make_ramp(&stage, "a", 1, 16000);
	play(&stage, true, "a", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 5 * FRAME);
	wait_ready(&stage, FRAME);
	cancel(&stage);
	ck_assert_int_eq(get(&stage, frame, FRAME), 0);
	ck_assert(silent(frame, FRAME));
	note = wait_result(&stage, 1);
	ck_assert_int_eq(note->status, IVRQ_CANCELED);
	ck_assert_int_eq(note->cause, IVRQ_CAUSE_CANCEL);
	ck_assert_uint_eq(note->media_ms, 100);
	ck_assert_uint_eq(stats(&stage).samples_played, 5 * FRAME);
}
END_TEST

START_TEST(test_cancel_then_play_starts_at_first_sample)
{
	make_ramp(&stage, "a", 1, 16000);
	make_ramp(&stage, "b", 20000, 300);
	for (int i = 0; i < 50; i++) {
		play(&stage, true, "a", (char *)NULL);
		run(&stage);
		hear(&stage, pcm, 1 + (size_t)i * 7);
		cancel(&stage);
		play(&stage, false, "b", (char *)NULL);
		run(&stage);
		hear(&stage, pcm, 300);
		assert_ramp(pcm, 20000, 300);
		wait_result(&stage, 2 * (size_t)i + 2);
	}
}
END_TEST

/* Sessions begin and end faster than the reader takes them. */
START_TEST(test_cancel_storm_last_prompt_plays)
{
	size_t n = 3000;

	make_ramp(&stage, "a", 1, 16000);
	make_ramp(&stage, "b", 20000, 300);
	for (size_t i = 0; i < n; i++) {
		play(&stage, true, i % 2 ? "a" : "b", (char *)NULL);
		run(&stage);
		if (i % 7 == 0)
			get(&stage, pcm, FRAME);
		if (i % 16 == 0)
			sched_yield();
		cancel(&stage);
		run(&stage);
		ck_assert_uint_eq(stage.nnotes, i + 1);
	}
	play(&stage, false, "b", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 300);
	assert_ramp(pcm, 20000, 300);
	assert_ok(wait_result(&stage, n + 1));
}
END_TEST

START_TEST(test_barge_in_replaces_prompt)
{
	ivrq_play_prompt_request request;
	ivrq_submission submission;
	const char *prompt = "b";

	make_ramp(&stage, "a", 1, 16000);
	make_ramp(&stage, "b", 20000, 300);
	play(&stage, true, "a", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 300);
	ivrq_play_prompt_request_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.options.barge_in_allowed = true;
	ck_assert_int_eq(ivrq_play_prompt(stage.engine, stage.call, &request,
					  &submission, NULL),
			 0);
	ck_assert_int_eq(get(&stage, pcm, FRAME), 0);
	run(&stage);
	ck_assert_int_eq(stage.notes[0].cause, IVRQ_CAUSE_BARGE_IN);
	hear(&stage, pcm, 300);
	assert_ramp(pcm, 20000, 300);
}
END_TEST

/* A get that began after a cancel returned has none of the prompt. */
struct race {
	sem_t go;
	sem_t done;
	_Atomic bool canceled;
	_Atomic bool quit;
	struct ct_slip slip;
};

static void *race_cancel(void *user)
{
	struct race *race = user;

	for (;;) {
		while (sem_wait(&race->go))
			;
		if (atomic_load(&race->quit))
			return NULL;
		CT_SEE(&race->slip,
		       !ivrq_cancel_media_processing(stage.engine, stage.call,
						     NULL, NULL, NULL));
		atomic_store(&race->canceled, true);
		sem_post(&race->done);
	}
}

START_TEST(test_cancel_race_silent_once_returned)
{
	struct race race = {.slip = {0, NULL}};
	int16_t frame[FRAME];
	pthread_t thread;

	sem_init(&race.go, 0, 0);
	sem_init(&race.done, 0, 0);
	make_ramp(&stage, "a", 1, 16000);
	ck_assert_int_eq(pthread_create(&thread, NULL, race_cancel, &race), 0);
	for (size_t i = 0; i < 300; i++) {
		bool over = false;

		atomic_store(&race.canceled, false);
		play(&stage, true, "a", (char *)NULL);
		run(&stage);
		hear(&stage, pcm, 10);
		sem_post(&race.go);
		while (!over) {
			over = atomic_load(&race.canceled);
			get(&stage, frame, FRAME);
			ck_assert(!over || silent(frame, FRAME));
		}
		while (sem_wait(&race.done))
			;
		wait_result(&stage, i + 1);
	}
	atomic_store(&race.quit, true);
	sem_post(&race.go);
	pthread_join(thread, NULL);
	CT_NO_SLIP(&race.slip);
}
END_TEST

START_TEST(test_tones_during_cancel_all_arrive)
{
	make_ramp(&stage, "a", 1, 16000);
	play(&stage, true, "a", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, FRAME);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '1', 80), 0);
	cancel(&stage);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '2', 80), 0);
	get(&stage, pcm, FRAME);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '#', 80), 0);
	run(&stage);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '*', 80), 0);
	run(&stage);
	ck_assert_str_eq(stage.tones, "12#*");
}
END_TEST

/* ------------------------------------------------------------ pause, resume */

START_TEST(test_pause_silent_resume_goes_on)
{
	make_ramp(&stage, "a", 1, 1000);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 400);
	ck_assert_int_eq(ivrq_call_pause(stage.engine, stage.call), 0);
	run(&stage);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(get(&stage, pcm + 400, FRAME), 0);
	ck_assert_int_eq(ivrq_call_resume(stage.engine, stage.call), 0);
	run(&stage);
	hear(&stage, pcm + 400, 600);
	assert_ramp(pcm, 1, 1000);
	assert_ok(wait_result(&stage, 1));
}
END_TEST

/* -------------------------------------------------------------- a late disk */

START_TEST(test_late_open_is_counted_as_starting)
{
	make_ramp(&stage, "a", 1, 100);
	disk_hold_open(&stage, true);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	disk_wait(&stage);
	for (int i = 0; i < 7; i++)
		ck_assert_int_eq(get(&stage, pcm, FRAME), 0);
	ck_assert_uint_eq(stats(&stage).samples_starting, 7 * FRAME);
	ck_assert_uint_eq(stats(&stage).underruns, 0);
	disk_hold_open(&stage, false);
	hear(&stage, pcm, 100);
	assert_ramp(pcm, 1, 100);
	assert_ok(wait_result(&stage, 1));
}
END_TEST

/* Reads from 1000 on wait; the driver holds back one sample of what it has. */
START_TEST(test_late_read_is_silence_and_counted)
{
	uint32_t had;
	int n;

	make_ramp(&stage, "a", 1, 4000);
	disk_hold_read(&stage, 1000);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	disk_wait(&stage);
	had = stats(&stage).ready;
	ck_assert_uint_gt(had, 0);
	ck_assert_uint_lt(had, 2000);
	hear(&stage, pcm, had);
	assert_ramp(pcm, 1, had);
	for (int i = 0; i < 5; i++) {
		n = get(&stage, pcm + had, FRAME);
		ck_assert_int_eq(n, 0);
		ck_assert(silent(pcm + had, FRAME));
	}
	ck_assert_uint_eq(stats(&stage).underruns, 5);
	ck_assert_uint_eq(stats(&stage).samples_underrun, 5 * FRAME);
	disk_hold_read(&stage, -1);
	wait_ready(&stage, 4000 - had);
	hear(&stage, pcm + had, 4000 - had);
	assert_ramp(pcm, 1, 4000);
	ck_assert_int_eq(wait_result(&stage, 1)->reason, IVRQ_REASON_SUCCESS);
	ck_assert_uint_eq(stats(&stage).underruns, 5);
}
END_TEST

/* The I/O thread is inside a read all the while. */
START_TEST(test_late_disk_cancel_does_not_wait)
{
	make_ramp(&stage, "a", 1, 4000);
	make_ramp(&stage, "b", 9000, 500);
	disk_hold_read(&stage, 1000);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	disk_wait(&stage);
	for (size_t i = 1; i <= 20; i++) {
		cancel(&stage);
		run(&stage);
		ck_assert_uint_eq(stage.nnotes, i);
		ck_assert_int_eq(stage.notes[i - 1].status, IVRQ_CANCELED);
		play(&stage, false, "b", (char *)NULL);
		run(&stage);
		ck_assert_int_eq(get(&stage, pcm, FRAME), 0);
	}
	disk_hold_read(&stage, -1);
	hear(&stage, pcm, 500);
	assert_ramp(pcm, 9000, 500);
	assert_ok(wait_result(&stage, 21));
}
END_TEST

START_TEST(test_leg_destroyed_while_disk_is_late)
{
	make_ramp(&stage, "a", 1, 4000);
	disk_hold_read(&stage, 1000);
	play(&stage, false, "a", (char *)NULL);
	run(&stage);
	disk_wait(&stage);
	ck_assert_int_eq(ivrq_media_leg_destroy(stage.leg), IVRQ_EBUSY);
	ck_assert_int_eq(ivrq_media_destroy(stage.media), IVRQ_EBUSY);
	ck_assert_int_eq(ivrq_call_close(stage.engine, stage.call,
					 IVRQ_CAUSE_HANG_UP, NULL),
			 0);
	run(&stage);
	ck_assert(stage.closed);
	ck_assert_int_eq(stage.destroyed, 0);
	ck_assert_int_eq(stage.notes[0].cause, IVRQ_CAUSE_HANG_UP);
}
END_TEST

static void heard_cases(Suite *suite)
{
	TCase *tcase = tcase_create("heard");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_play_same_rate_every_sample);
	tcase_add_test(tcase, test_play_two_rates_no_gap);
	tcase_add_loop_test(tcase, test_play_resampled_exact_length, 0,
			    CT_COUNT(lengths));
	tcase_add_test(tcase, test_play_stereo_is_averaged);
	tcase_add_loop_test(tcase, test_play_format, 0, CT_COUNT(formats));
	tcase_add_test(tcase, test_play_end_within_frame_completes_there);
	tcase_add_test(tcase, test_play_cut_short_plays_what_is_there);
	tcase_add_test(tcase, test_play_longest_list_no_gap);
	tcase_add_test(tcase, test_play_loop_no_gap);
	tcase_add_loop_test(tcase, test_play_bad_path_fails_next_plays, 0,
			    CT_COUNT(bad_paths));
	tcase_add_test(tcase, test_play_dots_in_name_are_fine);
	tcase_add_test(tcase, test_play_loop_of_nothing_fails);
	tcase_add_test(tcase, test_play_read_error_is_unreadable);
	tcase_add_test(tcase, test_play_too_many_path_bytes_is_unreadable);
	suite_add_tcase(suite, tcase);
}

static void stopped_cases(Suite *suite)
{
	TCase *tcase = tcase_create("stopped");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_cancel_next_frame_silent);
	tcase_add_test(tcase, test_cancel_then_play_starts_at_first_sample);
	tcase_add_test(tcase, test_cancel_storm_last_prompt_plays);
	tcase_add_test(tcase, test_barge_in_replaces_prompt);
	tcase_add_test(tcase, test_cancel_race_silent_once_returned);
	tcase_add_test(tcase, test_tones_during_cancel_all_arrive);
	tcase_add_test(tcase, test_pause_silent_resume_goes_on);
	tcase_add_test(tcase, test_late_open_is_counted_as_starting);
	tcase_add_test(tcase, test_late_read_is_silence_and_counted);
	tcase_add_test(tcase, test_late_disk_cancel_does_not_wait);
	tcase_add_test(tcase, test_leg_destroyed_while_disk_is_late);
	suite_add_tcase(suite, tcase);
}

Suite *suite_play(void)
{
	Suite *suite = suite_create("media_play");
	TCase *own = tcase_create("configured");

	heard_cases(suite);
	stopped_cases(suite);
	tcase_add_test(own, test_play_wideband_leg);
	tcase_add_test(own, test_play_absolute_when_allowed);
	suite_add_tcase(suite, own);
	return suite;
}
