/* SPDX-License-Identifier: MIT */
/*
 * check_media.c - libivrq-media from outside: bad input, memory, several legs
 * at one time. What is heard is in check_media_play.c, what is recorded in
 * check_media_record.c, odd files and broken disks in check_media_disk.c.
 */
#include <limits.h>
#include <sched.h>

#include "media_stage.h"
#include "yield.h"

static struct stage stage;

static void setup(void)
{
	stage_up(&stage, NULL);
}

static void teardown(void)
{
	stage_down(&stage);
}

/* ---------------------------------------------------------------- bad input */

static void media_bad(const ivrq_media_config *config, const char *field)
{
	ivrq_media *media = (void *)&stage;
	ivrq_error error = { 0, NULL, NULL };

	ck_assert_int_eq(ivrq_media_create(config, &media, &error),
			 IVRQ_EINVAL);
	ck_assert_ptr_eq(media, (void *)&stage);
	ck_assert_int_eq(error.code, IVRQ_EINVAL);
	ck_assert_str_eq(error.field, field);
	ck_assert_ptr_nonnull(error.rule);
	ck_assert_int_eq(ivrq_media_create(config, &media, NULL), IVRQ_EINVAL);
}

#define MEDIA_BAD(member, value)                                               \
	do {                                                                   \
		ivrq_media_config bad;                                         \
		ivrq_media_config_init(&bad);                                  \
		bad.member = value;                                            \
		media_bad(&bad, #member);                                      \
	} while (0)

START_TEST(test_media_create_bad_config)
{
	char path[IVRQ_MEDIA_PATH_MAX + 2];

	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	MEDIA_BAD(size, 0);
	MEDIA_BAD(legs, 0);
	MEDIA_BAD(legs, IVRQ_MEDIA_LEGS_MAX + 1);
	MEDIA_BAD(io_threads, 0);
	MEDIA_BAD(io_threads, IVRQ_MEDIA_THREADS_MAX + 1);
	MEDIA_BAD(read_ahead_ms, IVRQ_MEDIA_RING_MS_MIN - 1);
	MEDIA_BAD(read_ahead_ms, IVRQ_MEDIA_RING_MS_MAX + 1);
	MEDIA_BAD(write_behind_ms, IVRQ_MEDIA_RING_MS_MIN - 1);
	MEDIA_BAD(write_behind_ms, IVRQ_MEDIA_RING_MS_MAX + 1);
	MEDIA_BAD(path_bytes, IVRQ_MEDIA_PATH_BYTES_MIN - 1);
	MEDIA_BAD(path_bytes, IVRQ_MEDIA_PATH_BYTES_MAX + 1);
	MEDIA_BAD(prompts_dir, path);
	MEDIA_BAD(recordings_dir, path);
	MEDIA_BAD(beep_file, path);
	MEDIA_BAD(beep_hz, IVRQ_MEDIA_BEEP_HZ_MIN - 1);
	MEDIA_BAD(beep_hz, IVRQ_MEDIA_BEEP_HZ_MAX + 1);
	MEDIA_BAD(beep_ms, IVRQ_MEDIA_BEEP_MS_MIN - 1);
	MEDIA_BAD(beep_ms, IVRQ_MEDIA_BEEP_MS_MAX + 1);
	MEDIA_BAD(beep_dbfs, IVRQ_MEDIA_DBFS_MIN - 1);
	MEDIA_BAD(beep_dbfs, 1);
	MEDIA_BAD(alloc, NULL);
	ck_assert_int_eq(ivrq_media_create(NULL, NULL, NULL), IVRQ_EINVAL);
}
END_TEST

START_TEST(test_media_create_files_or_memory_half_set)
{
	ivrq_media_files files[7];
	ivrq_media_config config;

	for (size_t i = 0; i < CT_COUNT(files); i++)
		files[i] = stage.files;
	files[0].open = NULL;
	files[1].length = NULL;
	files[2].read = NULL;
	files[3].write = NULL;
	files[4].close = NULL;
	files[5].rename = NULL;
	files[6].remove = NULL;
	for (size_t i = 0; i < CT_COUNT(files); i++)
		MEDIA_BAD(files, &files[i]);
	ivrq_media_config_init(&config);
	config.free = NULL;
	media_bad(&config, "alloc");
}
END_TEST

static void leg_bad(ivrq_media *media, ivrq_engine *engine,
		    const ivrq_media_leg_config *config, const char *field)
{
	ivrq_media_leg *leg = (void *)&stage;
	ivrq_error error = { 0, NULL, NULL };

	ck_assert_int_eq(
		ivrq_media_leg_create(media, engine, config, &leg, &error),
		IVRQ_EINVAL);
	ck_assert_ptr_eq(leg, (void *)&stage);
	ck_assert_str_eq(error.field, field);
	ck_assert_int_eq(
		ivrq_media_leg_create(media, engine, config, &leg, NULL),
		IVRQ_EINVAL);
}

#define LEG_BAD(member, value)                                                 \
	do {                                                                   \
		ivrq_media_leg_config bad;                                     \
		ivrq_media_leg_config_init(&bad);                              \
		bad.member = value;                                            \
		leg_bad(stage.media, stage.engine, &bad, #member);             \
	} while (0)

START_TEST(test_leg_create_bad_config)
{
	LEG_BAD(size, 0);
	LEG_BAD(rate_hz, 0);
	LEG_BAD(rate_hz, 11025);
	LEG_BAD(no_media_ms, IVRQ_MEDIA_NO_MEDIA_MS_MIN - 1);
	LEG_BAD(no_media_ms, IVRQ_MEDIA_NO_MEDIA_MS_MAX + 1);
	LEG_BAD(speech_dbfs, IVRQ_MEDIA_DBFS_MIN - 1);
	LEG_BAD(speech_dbfs, 1);
	LEG_BAD(speech_onset_ms, 0);
	LEG_BAD(speech_onset_ms, 15);
	LEG_BAD(speech_onset_ms, IVRQ_MEDIA_SPEECH_MS_MAX + 10);
	LEG_BAD(speech_hangover_ms, 5);
	LEG_BAD(speech_hangover_ms, IVRQ_MEDIA_SPEECH_MS_MAX + 10);
	leg_bad(NULL, stage.engine, NULL, "media");
	leg_bad(stage.media, NULL, NULL, "engine");
	ck_assert_int_eq(ivrq_media_leg_create(stage.media, stage.engine, NULL,
					       NULL, NULL),
			 IVRQ_EINVAL);
}
END_TEST

START_TEST(test_leg_functions_bad_parameters)
{
	int16_t pcm[IVRQ_MEDIA_FRAME_MAX + 1] = { 0 };
	const ivrq_call none = { 0 };
	ivrq_media_stats counts;
	char name[8];

	ck_assert_int_eq(ivrq_media_put(NULL, pcm, 1), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_put(stage.leg, NULL, 1), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_put(stage.leg, pcm, 0), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_put(stage.leg, pcm, CT_COUNT(pcm)),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_get(NULL, pcm, 1), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_get(stage.leg, NULL, 1), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_get(stage.leg, pcm, 0), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_get(stage.leg, pcm, SIZE_MAX), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_get(stage.leg, pcm, CT_COUNT(pcm) - 1), 0);
	ck_assert_int_eq(ivrq_media_tone(NULL, '1', 0), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, 'e', 0), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '\0', 0), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_leg_bind(NULL, stage.call), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_leg_bind(stage.leg, none), 0);
	ck_assert_int_eq(ivrq_media_tone(stage.leg, '1', 0), IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_media_leg_stats(NULL, &counts), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_leg_stats(stage.leg, NULL), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_leg_recording(NULL, name, 8), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_leg_recording(stage.leg, NULL, 8),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_media_leg_recording(stage.leg, name, 8),
			 IVRQ_ENOENT);
	ck_assert_int_eq(ivrq_media_leg_destroy(NULL), 0);
	ck_assert_int_eq(ivrq_media_destroy(NULL), 0);
	ivrq_media_config_init(NULL);
	ivrq_media_leg_config_init(NULL);
}
END_TEST

START_TEST(test_leg_recording_needs_room)
{
	ivrq_record_response_request request;
	char name[8];

	record_init(&request);
	request.location = "r.wav";
	record(&stage, &request);
	run(&stage);
	ct_mark(name, sizeof(name));
	ck_assert_int_eq(ivrq_media_leg_recording(stage.leg, name, 5),
			 IVRQ_ETOOBIG);
	ck_assert(ct_untouched(name, sizeof(name)));
	ck_assert_int_eq(ivrq_media_leg_recording(stage.leg, name, 6), 5);
	ck_assert_str_eq(name, "r.wav");
}
END_TEST

START_TEST(test_config_of_another_size_is_refused)
{
	static const int offs[] = { -1, 1, 1000 };
	ivrq_media_leg *leg = NULL;
	ivrq_media_leg_config of_leg;
	ivrq_media_config config;
	ivrq_media *media = NULL;
	ivrq_error error;

	ivrq_media_config_init(&config);
	ivrq_media_leg_config_init(&of_leg);
	config.size += (size_t)offs[_i];
	of_leg.size += (size_t)offs[_i];
	ck_assert_int_eq(ivrq_media_create(&config, &media, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "size");
	ck_assert_ptr_null(media);
	ck_assert_int_eq(ivrq_media_leg_create(stage.media, stage.engine,
					       &of_leg, &leg, &error),
			 IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "size");
	ck_assert_ptr_null(leg);
}
END_TEST

START_TEST(test_create_without_config_takes_defaults)
{
	ivrq_media *media;

	ck_assert_int_eq(ivrq_media_create(NULL, &media, NULL), 0);
	ck_assert_int_eq(ivrq_media_destroy(media), 0);
}
END_TEST

/* ----------------------------------------------------------- memory, places */

struct heap {
	pthread_mutex_t lock; /* free runs on the I/O thread */
	size_t bytes;
	int left; /* allocations until one fails */
};

static void *heap_alloc(void *user, size_t bytes, size_t align)
{
	struct heap *heap = user;
	void *memory = NULL;

	pthread_mutex_lock(&heap->lock);
	if (heap->left-- > 0 && !posix_memalign(&memory, align, bytes))
		heap->bytes += bytes;
	pthread_mutex_unlock(&heap->lock);
	return memory;
}

static void heap_free(void *user, void *memory, size_t bytes)
{
	struct heap *heap = user;

	pthread_mutex_lock(&heap->lock);
	heap->bytes -= bytes;
	pthread_mutex_unlock(&heap->lock);
	free(memory);
}

START_TEST(test_create_out_of_memory_gives_all_back)
{
	struct heap heap = { PTHREAD_MUTEX_INITIALIZER, 0, 0 };
	ivrq_media_config config;
	ivrq_error error;
	int answer = IVRQ_ENOMEM;

	ivrq_media_config_init(&config);
	config.alloc = heap_alloc;
	config.free = heap_free;
	config.user = &heap;
	config.io_threads = 3;
	for (int n = 0; answer; n++) {
		ivrq_media *media = NULL;
		ivrq_media_leg *leg;

		ck_assert_int_lt(n, 10);
		heap.left = n;
		answer = ivrq_media_create(&config, &media, &error);
		if (!answer)
			answer = ivrq_media_leg_create(media, stage.engine,
						       NULL, &leg, &error);
		ck_assert(!answer || answer == IVRQ_ENOMEM);
		if (!answer)
			ck_assert_int_eq(ivrq_media_leg_destroy(leg), 0);
		ck_assert_int_eq(ivrq_media_destroy(media), 0);
		ck_assert_uint_eq(heap.bytes, 0);
	}
}
END_TEST

START_TEST(test_leg_create_no_more_than_configured)
{
	ivrq_media_leg *legs[4];
	ivrq_error error;

	/* One of the four is the stage's. */
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(ivrq_media_leg_create(stage.media,
						       stage.engine, NULL,
						       &legs[i], NULL),
				 0);
	ck_assert_int_eq(ivrq_media_leg_create(stage.media, stage.engine, NULL,
					       &legs[3], &error),
			 IVRQ_EPOOL);
	ck_assert_int_eq(error.code, IVRQ_EPOOL);
	ck_assert_int_eq(ivrq_media_leg_destroy(legs[1]), 0);
	/* Its place is free once the I/O thread has let go of it. */
	while (ivrq_media_leg_create(stage.media, stage.engine, NULL, &legs[1],
				     NULL))
		sched_yield();
	ck_assert_int_eq(ivrq_media_destroy(stage.media), IVRQ_EBUSY);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(ivrq_media_leg_destroy(legs[i]), 0);
}
END_TEST

/* ------------------------------------------------------------- many at once */

/*
 * Calls come and go on two media threads while a third cancels and presses
 * keys. Each accepted operation has one result; what is heard after a cancel
 * is silence; nothing is left open.
 */
enum { THREADS = 2, CALLS = 3, ROUNDS = 12, TICKS = 60 };

struct caller {
	struct crowd *crowd;
	ivrq_media_leg *leg;
	ivrq_call call;
	_Atomic uint64_t shared; /* call, for the meddler */
	uint64_t accepted;
	uint64_t results;
	bool closed;
	_Atomic int users; /* meddlers with the leg */
};

struct crowd {
	ivrq_engine *engine;
	ivrq_media *media;
	struct caller callers[THREADS][CALLS];
	struct ct_slip slip[THREADS + 1];
	_Atomic bool quit;
	_Atomic uint64_t results;
};

struct member {
	struct crowd *crowd;
	uint32_t worker;
	uint64_t chance;
};

static void crowd_result(void *user, const ivrq_result *result)
{
	struct caller *caller = user;

	(void)result;
	caller->results++;
}

static void crowd_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	struct caller *caller = user;

	(void)call;
	(void)reason;
	caller->closed = true;
}

static const ivrq_listener crowd_listener = {
	.result = crowd_result,
	.closed = crowd_closed,
};

static bool crowd_open(struct member *self, struct caller *caller)
{
	struct crowd *crowd = self->crowd;
	ivrq_media_leg_config leg_config;
	ivrq_call_config config;

	ivrq_media_leg_config_init(&leg_config);
	leg_config.keep_partial = rnd_below(&self->chance, 2);
	leg_config.rate_hz = rnd_below(&self->chance, 2) ? 8000 : 16000;
	while (ivrq_media_leg_create(crowd->media, crowd->engine, &leg_config,
				     &caller->leg, NULL))
		sched_yield();
	ivrq_call_config_init(&config);
	config.worker = self->worker;
	config.driver = ivrq_media_driver();
	config.driver_user = caller->leg;
	config.listener = &crowd_listener;
	config.user = caller;
	caller->accepted = caller->results = 0;
	caller->closed = false;
	if (ivrq_call_open(crowd->engine, &config, &caller->call, NULL))
		return false;
	ivrq_media_leg_bind(caller->leg, caller->call);
	atomic_store(&caller->shared, caller->call.value);
	return true;
}

static void crowd_submit(struct member *self, struct caller *caller)
{
	static const char *const prompts[] = { "a", "b", "missing" };
	ivrq_play_prompt_request play_request;
	ivrq_record_response_request request;
	ivrq_submission submission;
	uint32_t what = rnd_below(&self->chance, 8);
	ivrq_engine *engine = self->crowd->engine;
	int answer;

	if (what < 4) {
		ivrq_play_prompt_request_init(&play_request);
		play_request.prompts = prompts;
		play_request.prompt_count = what % 2 + 1 + (what == 3);
		play_request.loop = what == 2;
		play_request.options.barge_in_allowed =
			rnd_below(&self->chance, 4) == 0;
		answer = ivrq_play_prompt(engine, caller->call, &play_request,
					  &submission, NULL);
	} else {
		ivrq_record_response_request_init(&request);
		request.prompts = prompts;
		request.prompt_count = what % 2;
		request.play_beep = what & 2;
		request.stop_tones = "#";
		request.max_record_duration_seconds = 1;
		answer = ivrq_record_response(engine, caller->call, &request,
					      &submission, NULL);
	}
	caller->accepted += answer == 0;
}

static void crowd_tick(struct member *self, uint64_t now_ns)
{
	struct crowd *crowd = self->crowd;
	struct ct_slip *slip = &crowd->slip[self->worker];
	int16_t pcm[320];

	for (int i = 0; i < CALLS; i++) {
		memset(pcm, 0x11, sizeof(pcm));
		CT_SEE(slip, ivrq_media_put(crowd->callers[self->worker][i].leg,
					    pcm, 320) >= 0);
	}
	CT_SEE(slip, ivrq_worker_run(crowd->engine, self->worker, now_ns) >= 0);
	for (int i = 0; i < CALLS; i++)
		CT_SEE(slip, ivrq_media_get(crowd->callers[self->worker][i].leg,
					    pcm, 320) >= 0);
	sched_yield();
}

static void crowd_close(struct member *self, struct caller *caller)
{
	struct crowd *crowd = self->crowd;
	struct ct_slip *slip = &crowd->slip[self->worker];

	atomic_store(&caller->shared, 0);
	while (atomic_load(&caller->users))
		sched_yield();
	CT_SEE(slip, !ivrq_call_close(crowd->engine, caller->call,
				      IVRQ_CAUSE_HANG_UP, NULL));
	while (!caller->closed) {
		CT_SEE(slip,
		       ivrq_worker_run(crowd->engine, self->worker, 1) >= 0);
		sched_yield();
	}
	CT_SEE(slip, caller->accepted == caller->results);
	CT_SEE(slip, !ivrq_media_leg_destroy(caller->leg));
	atomic_fetch_add(&crowd->results, caller->results);
}

static void *crowd_media(void *user)
{
	struct member *self = user;
	struct crowd *crowd = self->crowd;
	struct caller *callers = crowd->callers[self->worker];

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < CALLS; i++)
			CT_SEE(&crowd->slip[self->worker],
			       crowd_open(self, &callers[i]));
		for (int tick = 0; tick < TICKS; tick++) {
			if (tick % 4 == 0)
				crowd_submit(self, &callers[tick / 4 % CALLS]);
			crowd_tick(self, 1);
		}
		for (int i = 0; i < CALLS; i++)
			crowd_close(self, &callers[i]);
	}
	return NULL;
}

static void *crowd_meddle(void *user)
{
	struct member *self = user;
	struct crowd *crowd = self->crowd;

	while (!atomic_load(&crowd->quit)) {
		uint32_t thread = rnd_below(&self->chance, THREADS);
		uint32_t which = rnd_below(&self->chance, CALLS);
		struct caller *caller = &crowd->callers[thread][which];
		ivrq_call call;

		atomic_fetch_add(&caller->users, 1);
		call.value = atomic_load(&caller->shared);
		if (call.value && rnd_below(&self->chance, 4))
			ivrq_media_tone(caller->leg, '#', 1);
		else if (call.value)
			ivrq_cancel_media_processing(crowd->engine, call, NULL,
						     NULL, NULL);
		atomic_fetch_sub(&caller->users, 1);
		sched_yield();
	}
	return NULL;
}

static void crowd_up(struct crowd *crowd)
{
	ivrq_media_config media_config = stage.config;
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = 16;
	config.workers = THREADS;
	ck_assert_int_eq(ivrq_engine_create(&config, &crowd->engine, NULL), 0);
	media_config.legs = THREADS * CALLS + 2;
	media_config.io_threads = 2;
	ck_assert_int_eq(ivrq_media_create(&media_config, &crowd->media, NULL),
			 0);
}

START_TEST(test_many_legs_each_operation_one_result)
{
	static struct crowd crowd;
	struct member members[THREADS + 1];
	pthread_t threads[THREADS + 1];
	uint64_t seed = rnd_seed();

	memset(&crowd, 0, sizeof(crowd));
	make_ramp(&stage, "a", 1, 300);
	make_ramp(&stage, "b", 1, 900);
	crowd_up(&crowd);
	for (uint32_t i = 0; i <= THREADS; i++) {
		members[i] = (struct member){ &crowd, i, seed + i };
		ck_assert_int_eq(
			pthread_create(&threads[i], NULL,
				       i < THREADS ? crowd_media : crowd_meddle,
				       &members[i]),
			0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&crowd.quit, true);
	pthread_join(threads[THREADS], NULL);
	for (int i = 0; i <= THREADS; i++)
		CT_NO_SLIP(&crowd.slip[i]);
	ck_assert_uint_gt(atomic_load(&crowd.results), 0);
	ck_assert_int_eq(ivrq_media_destroy(crowd.media), 0);
	ck_assert_int_eq(ivrq_engine_destroy(crowd.engine), 0);
}
END_TEST

static Suite *suite_api(void)
{
	Suite *suite = suite_create("media");
	TCase *tcase = tcase_create("api");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_media_create_bad_config);
	tcase_add_test(tcase, test_media_create_files_or_memory_half_set);
	tcase_add_test(tcase, test_leg_create_bad_config);
	tcase_add_test(tcase, test_leg_functions_bad_parameters);
	tcase_add_test(tcase, test_leg_recording_needs_room);
	tcase_add_loop_test(tcase, test_config_of_another_size_is_refused, 0,
			    3);
	tcase_add_test(tcase, test_create_without_config_takes_defaults);
	tcase_add_test(tcase, test_create_out_of_memory_gives_all_back);
	tcase_add_test(tcase, test_leg_create_no_more_than_configured);
	tcase_add_test(tcase, test_many_legs_each_operation_one_result);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(suite_api());
	int failed;

	srunner_add_suite(runner, suite_play());
	srunner_add_suite(runner, suite_record());
	srunner_add_suite(runner, suite_disk());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
