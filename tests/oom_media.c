/* SPDX-License-Identifier: MIT */
/*
 * oom_media: libivrq-media is made of all it needs or of nothing; in use, its
 * media thread allocates nothing; and a file there is no memory for fails alone.
 *
 * Memory, a semaphore, a thread, the resampler: whatever the create functions
 * take is refused at step 0, 1, 2, ... until all is made, by the linker's
 * --wrap of the calls in the library's own objects, and what was taken has to
 * be given back. libsndfile has its memory from within, so there a file that
 * it cannot open stands for that.
 */
#include <pthread.h>
#include <samplerate.h>
#include <sched.h>
#include <semaphore.h>
#include <sndfile.h>

#include "media_stage.h"

static struct stage stage;
static int16_t pcm[2 * RATE];

enum { NEVER = -1 };

/* Steps are taken by the test's thread; some are given back by the other. */
static struct {
	pthread_mutex_t lock;
	int fail_at; /* steps until one is refused */
	int steps;
	int held; /* taken and not given back */
	void *memory[64];
	bool no_file; /* sf_open_virtual() fails */
} it = { .lock = PTHREAD_MUTEX_INITIALIZER, .fail_at = NEVER };

/* malloc and the like, by this thread. */
static _Thread_local unsigned allocations;

static void hold(int more)
{
	pthread_mutex_lock(&it.lock);
	it.held += more;
	pthread_mutex_unlock(&it.lock);
}

/* true: go on. */
static bool take(void)
{
	bool refused;

	pthread_mutex_lock(&it.lock);
	refused = it.fail_at == it.steps++;
	it.held += !refused;
	pthread_mutex_unlock(&it.lock);
	return !refused;
}

/* ------------------------------------------------------ in place of the real */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__real_aligned_alloc(size_t align, size_t bytes);
void __real_free(void *memory);
int __real_sem_init(sem_t *sem, int shared, unsigned value);
int __real_sem_destroy(sem_t *sem);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*begin)(void *), void *user);
int __real_pthread_join(pthread_t thread, void **answer);
SRC_STATE *__real_src_new(int type, int channels, int *error);
SRC_STATE *__real_src_delete(SRC_STATE *state);
SNDFILE *__real_sf_open_virtual(SF_VIRTUAL_IO *vio, int mode, SF_INFO *info,
				void *user);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void *__wrap_aligned_alloc(size_t align, size_t bytes);
void __wrap_free(void *memory);
int __wrap_sem_init(sem_t *sem, int shared, unsigned value);
int __wrap_sem_destroy(sem_t *sem);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*begin)(void *), void *user);
int __wrap_pthread_join(pthread_t thread, void **answer);
SRC_STATE *__wrap_src_new(int type, int channels, int *error);
SRC_STATE *__wrap_src_delete(SRC_STATE *state);
SNDFILE *__wrap_sf_open_virtual(SF_VIRTUAL_IO *vio, int mode, SF_INFO *info,
				void *user);

void *__wrap_malloc(size_t bytes)
{
	allocations++;
	return __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
	allocations++;
	return __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
	allocations++;
	return __real_realloc(memory, bytes);
}

static void note(void *from, void *to)
{
	pthread_mutex_lock(&it.lock);
	for (size_t i = 0; i < CT_COUNT(it.memory); i++) {
		if (it.memory[i] != from)
			continue;
		it.memory[i] = to;
		it.held -= !to;
		break;
	}
	pthread_mutex_unlock(&it.lock);
}

void *__wrap_aligned_alloc(size_t align, size_t bytes)
{
	void *memory = NULL;

	allocations++;
	if (take()) {
		memory = __real_aligned_alloc(align, bytes);
		memset(memory, 0xa5, bytes); /* no one may count on zeros */
		note(NULL, memory);
	}
	return memory;
}

void __wrap_free(void *memory)
{
	if (memory)
		note(memory, NULL);
	__real_free(memory);
}

int __wrap_sem_init(sem_t *sem, int shared, unsigned value)
{
	return take() ? __real_sem_init(sem, shared, value) : -1;
}

int __wrap_sem_destroy(sem_t *sem)
{
	hold(-1);
	return __real_sem_destroy(sem);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*begin)(void *), void *user)
{
	return take() ? __real_pthread_create(thread, attr, begin, user) :
			EAGAIN;
}

int __wrap_pthread_join(pthread_t thread, void **answer)
{
	hold(-1);
	return __real_pthread_join(thread, answer);
}

SRC_STATE *__wrap_src_new(int type, int channels, int *error)
{
	return take() ? __real_src_new(type, channels, error) : NULL;
}

SRC_STATE *__wrap_src_delete(SRC_STATE *state)
{
	hold(-1);
	return __real_src_delete(state);
}

SNDFILE *__wrap_sf_open_virtual(SF_VIRTUAL_IO *vio, int mode, SF_INFO *info,
				void *user)
{
	bool refused;

	pthread_mutex_lock(&it.lock);
	refused = it.no_file;
	pthread_mutex_unlock(&it.lock);
	return refused ? NULL : __real_sf_open_virtual(vio, mode, info, user);
}

static void refuse_files(bool refuse)
{
	pthread_mutex_lock(&it.lock);
	it.no_file = refuse;
	pthread_mutex_unlock(&it.lock);
}

/* ------------------------------------------------------------------- create */

static void setup(void)
{
	stage_up(&stage, NULL);
}

static void teardown(void)
{
	stage_down(&stage);
}

/* 0, or what was answered; media stays NULL if that was not made. */
static int make(int fail_at, ivrq_media **media, ivrq_media_leg **leg,
		ivrq_error *error)
{
	ivrq_media_config config;
	int answer;

	ivrq_media_config_init(&config);
	config.io_threads = 3;
	it.steps = 0;
	it.fail_at = fail_at;
	answer = ivrq_media_create(&config, media, error);
	if (!answer)
		answer = ivrq_media_leg_create(*media, stage.engine, NULL, leg,
					       error);
	it.fail_at = NEVER;
	return answer;
}

START_TEST(test_create_refused_at_each_step_gives_all_back)
{
	static const char *const fields[] = { "alloc",	      "io_threads",
					      "io_threads",   "io_threads",
					      "io_threads",   "io_threads",
					      "io_threads",   "alloc",
					      "libsamplerate" };
	const int held = it.held;
	ivrq_media_leg *leg = NULL;
	ivrq_media *media = NULL;
	ivrq_error error;
	int n;

	for (n = 0; make(n, &media, &leg, &error); n++) {
		ck_assert_uint_lt(n, CT_COUNT(fields));
		ck_assert_int_eq(error.code, IVRQ_ENOMEM);
		ck_assert_str_eq(error.field, fields[n]);
		ck_assert_ptr_null(leg);
		ck_assert((media != NULL) == (n > 6));
		/* It does not go on asking. */
		ck_assert_int_eq(it.steps, n + 1);
		ck_assert_int_eq(ivrq_media_destroy(media), 0);
		ck_assert_int_eq(it.held, held);
		media = NULL;
	}
	ck_assert_uint_eq(n, CT_COUNT(fields));
	ck_assert_int_eq(it.held, held + n);
	ck_assert_int_eq(ivrq_media_leg_destroy(leg), 0);
	ck_assert_int_eq(ivrq_media_destroy(media), 0);
	ck_assert_int_eq(it.held, held);
}
END_TEST

/* ------------------------------------------------------------------- in use */

/* A prompt, a beep, a recording, cancelled, with a tone; no assertion in it,
 * as those may allocate. false: something was refused. */
static bool use_leg(void)
{
	static const char *const prompt = "a";
	ivrq_record_response_request request;
	ivrq_submission submission;
	ivrq_receipt receipt;
	ivrq_media_stats counts;
	bool good = true;

	ivrq_record_response_request_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	request.stop_tones = "#";
	good &= !ivrq_record_response(stage.engine, stage.call, &request,
				      &submission, NULL);
	for (int i = 0; i < 200; i++) {
		good &= ivrq_media_put(stage.leg, pcm, FRAME) >= 0;
		good &= ivrq_worker_run(stage.engine, 0, 1) >= 0;
		good &= ivrq_media_get(stage.leg, pcm, FRAME) >= 0;
		good &= !ivrq_media_leg_stats(stage.leg, &counts);
		sched_yield();
	}
	good &= !ivrq_media_tone(stage.leg, '5', 40);
	good &= !ivrq_cancel_media_processing(stage.engine, stage.call, NULL,
					      &receipt, NULL);
	return good && ivrq_worker_run(stage.engine, 0, 1) >= 0;
}

START_TEST(test_leg_in_use_media_thread_allocates_nothing)
{
	unsigned before = allocations;
	bool good = true;

	ck_assert_uint_gt(before, 0); /* the count works */
	make_ramp(&stage, "a", 1, 400);
	before = allocations;
	for (int i = 0; i < 5; i++)
		good &= use_leg();
	ck_assert_uint_eq(allocations, before);
	ck_assert(good);
	wait_result(&stage, 5);
}
END_TEST

static void until(size_t results)
{
	while (stage.nnotes < results) {
		ck_assert_int_ge(ivrq_media_put(stage.leg, pcm, FRAME), 0);
		run(&stage);
		get(&stage, pcm, FRAME);
		sched_yield();
	}
}

START_TEST(test_no_memory_for_a_file_fails_next_goes_on)
{
	ivrq_record_response_request request;

	make_ramp(&stage, "a", 1, 400);
	record_init(&request);
	request.max_record_duration_seconds = 1;
	request.initial_silence_timeout_seconds = 2;
	for (size_t i = 0; i < 4; i += 2) {
		refuse_files(i == 0);
		play(&stage, false, "a", (char *)NULL);
		run(&stage);
		until(i + 1);
		record(&stage, &request);
		run(&stage);
		until(i + 2);
	}
	ck_assert_int_eq(stage.notes[0].reason, IVRQ_REASON_PROMPT_FORMAT);
	ck_assert_int_eq(stage.notes[1].reason, IVRQ_REASON_OTHER);
	ck_assert_int_eq(stage.notes[2].reason, IVRQ_REASON_SUCCESS);
	ck_assert_int_eq(stage.notes[3].reason, IVRQ_REASON_MAX_DURATION);
	ck_assert_int_eq(stage.disk.removed, 1);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("oom_media");
	TCase *tcase = tcase_create("memory");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_create_refused_at_each_step_gives_all_back);
	tcase_add_test(tcase, test_leg_in_use_media_thread_allocates_nothing);
	tcase_add_test(tcase, test_no_memory_for_a_file_fails_next_goes_on);
	suite_add_tcase(suite, tcase);
	return ct_run(suite);
}
