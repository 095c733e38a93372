/* SPDX-License-Identifier: MIT */
/*
 * check_media_hostile: libivrq-media on a full disk, without descriptors, and
 * under signals.
 *
 * The kernel refuses here, no function of the test does. A disk is full as a
 * small tmpfs in a mount namespace of the test's own, where the test may make
 * one, and always as RLIMIT_FSIZE with SIGXFSZ ignored. Descriptors end by
 * RLIMIT_NOFILE: of 0, so that one which is closed meanwhile helps nobody.
 * (/dev/full is of no use: the driver opens regular files only.)
 *
 * Each time: the operation that is hit ends as <ivrq/media.h> says, the next
 * one goes on, and a neighbour, another call on the same I/O thread, hears
 * every sample of its prompt. No descriptor is left over.
 */
#ifdef __linux__
#define _GNU_SOURCE /* unshare() */
#endif
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/mount.h>
#endif
#include <unistd.h>

#include "media_stage.h"

enum {
	LOUD = 3000,
	HEADER = 44,  /* bytes of a WAV file before its samples */
	BLOCK = 1024, /* samples the driver writes at a time */
	ROUNDS = 3,
	LONG = 30000 /* samples: it stays open all the while */
};

static struct stage stage;
static int16_t pcm[2 * RATE];

/* ----------------------------------------------------------- what must go on */

/* Another call of the same engine and media, with one long prompt. */
static struct {
	ivrq_media_leg *leg;
	ivrq_call call;
	uint32_t heard;
	uint32_t results;
	int destroyed; /* answer of leg_destroy; 1 not called */
} neighbour;

static void neighbour_result(void *user, const ivrq_result *result)
{
	(void)user;
	(void)result;
	neighbour.results++;
}

static void neighbour_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	(void)user;
	(void)call;
	(void)reason;
	neighbour.destroyed = ivrq_media_leg_destroy(neighbour.leg);
}

static const ivrq_listener neighbour_listener = {
	.result = neighbour_result,
	.closed = neighbour_closed,
};

static int submit_play(ivrq_call call, const char *prompt)
{
	ivrq_play_prompt_request request;
	ivrq_submission submission;

	ivrq_play_prompt_request_init(&request);
	request.prompts = &prompt;
	request.prompt_count = 1;
	return ivrq_play_prompt(stage.engine, call, &request, &submission,
				NULL);
}

/* The next n samples of a ramp, without a gap, however late they are read. */
static void hears(ivrq_media_leg *leg, int16_t from, uint32_t n,
		  struct ct_slip *slip)
{
	uint32_t done = 0;

	while (done < n) {
		int16_t sample;

		if (ivrq_media_get(leg, &sample, 1) == 1) {
			CT_SEE(slip, sample == (int16_t)(from + (int)done));
			done++;
		} else {
			sched_yield();
		}
	}
}

static void neighbour_hears(uint32_t n, struct ct_slip *slip)
{
	hears(neighbour.leg, (int16_t)(1 + neighbour.heard), n, slip);
	neighbour.heard += n;
}

static void neighbour_up(void)
{
	struct ct_slip slip = { 0, NULL };
	ivrq_call_config config;

	memset(&neighbour, 0, sizeof(neighbour));
	neighbour.destroyed = 1;
	make_ramp(&stage, "long", 1, LONG);
	ck_assert_int_eq(ivrq_media_leg_create(stage.media, stage.engine, NULL,
					       &neighbour.leg, NULL),
			 0);
	ivrq_call_config_init(&config);
	config.driver = ivrq_media_driver();
	config.driver_user = neighbour.leg;
	config.listener = &neighbour_listener;
	ck_assert_int_eq(
		ivrq_call_open(stage.engine, &config, &neighbour.call, NULL),
		0);
	ck_assert_int_eq(submit_play(neighbour.call, "long"), 0);
	run(&stage);
	neighbour_hears(1, &slip);
	CT_NO_SLIP(&slip);
}

static void neighbour_down(void)
{
	ck_assert_uint_eq(neighbour.results, 0); /* it plays on */
	ck_assert_int_eq(ivrq_call_close(stage.engine, neighbour.call,
					 IVRQ_CAUSE_HANG_UP, NULL),
			 0);
	while (neighbour.destroyed > 0) {
		run(&stage);
		sched_yield();
	}
	ck_assert_int_eq(neighbour.destroyed, 0);
	ck_assert_uint_eq(neighbour.results, 1);
}

static int count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* One recording of a second, whole. */
static void assert_records(const char *name)
{
	size_t results = stage.nnotes + 1;
	ivrq_record_response_request request;
	const struct note *note;
	int16_t *wave;
	size_t frames;

	record_init(&request);
	request.location = name;
	request.max_record_duration_seconds = 1;
	record(&stage, &request);
	run(&stage);
	ck_assert_uint_eq(say(&stage, LOUD, RATE), RATE);
	note = wait_result(&stage, results);
	ck_assert_int_eq(note->reason, IVRQ_REASON_MAX_DURATION);
	ck_assert_uint_eq(note->media_ms, 1000);
	ck_assert(note->kept);
	wave = read_wav(&stage, name, &frames);
	ck_assert_uint_eq(frames, RATE);
	for (size_t i = 0; i < frames; i++)
		ck_assert_int_eq(wave[i], LOUD);
	free(wave);
}

/* ------------------------------------------------------------- a full disk */

static bool mounted; /* stage.dir is a tmpfs; else a limit makes it full */
static rlim_t limit_before;

static bool mount_small(const char *dir)
{
#ifdef __linux__
	return !unshare(CLONE_NEWNS) &&
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("ivrq", dir, "tmpfs", 0, "size=256k");
#else
	return (void)dir, false;
#endif
}

static void unmount(const char *dir)
{
#ifdef __linux__
	ck_assert_int_eq(umount2(dir, MNT_DETACH), 0);
#else
	(void)dir;
#endif
}

static void on_limit(struct stage *s)
{
	s->config.files = NULL;
	signal(SIGXFSZ, SIG_IGN);
}

static void on_tmpfs(struct stage *s)
{
	s->config.files = NULL;
	mounted = mount_small(s->dir);
	if (!mounted) {
		printf("no tmpfs of our own: %s\n", strerror(errno));
		on_limit(s);
	}
}

static void keeping_on_limit(struct stage *s)
{
	on_limit(s);
	s->leg_config.keep_partial = true;
}

static void keeping_on_tmpfs(struct stage *s)
{
	on_tmpfs(s);
	s->leg_config.keep_partial = true;
}

static void limit(int resource, rlim_t value, rlim_t *before)
{
	struct rlimit now;

	if (getrlimit(resource, &now))
		abort();
	if (before)
		*before = now.rlim_cur;
	now.rlim_cur = value;
	if (setrlimit(resource, &now))
		abort();
}

/* Leaves room for so many bytes of a new file. */
static void fill_disk(rlim_t room)
{
	char path[128];
	off_t bytes;
	int fd;

	if (!mounted) {
		limit(RLIMIT_FSIZE, room, &limit_before);
		return;
	}
	snprintf(path, sizeof(path), "%s/filler", stage.dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	while (write(fd, pcm, 4096) == 4096)
		;
	ck_assert_int_eq(errno, ENOSPC);
	bytes = lseek(fd, 0, SEEK_END);
	ck_assert_int_ge(bytes, (off_t)room);
	ck_assert_int_eq(ftruncate(fd, bytes - (off_t)room), 0);
	close(fd);
}

static void empty_disk(void)
{
	char path[128];

	if (!mounted) {
		limit(RLIMIT_FSIZE, limit_before, NULL);
		return;
	}
	snprintf(path, sizeof(path), "%s/filler", stage.dir);
	ck_assert_int_eq(unlink(path), 0);
}

/*
 * From here to the next "---" the disk may be full for Check too, which writes
 * a line to a file of its own at each assertion. So: ct_slip.
 */
static void step(struct ct_slip *slip)
{
	stage.now_ns += 20000000;
	CT_SEE(slip, ivrq_worker_run(stage.engine, 0, stage.now_ns) >= 0);
	if (neighbour.heard < LONG / 2)
		neighbour_hears(FRAME, slip);
	sched_yield();
}

/* Talks until the operation is over. */
static void record_in_vain(struct ct_slip *slip)
{
	ivrq_record_response_request request;
	ivrq_submission submission;
	size_t results = stage.nnotes + 1;
	int16_t frame[FRAME];
	int n = 0;

	for (size_t i = 0; i < FRAME; i++)
		frame[i] = LOUD;
	record_init(&request);
	request.location = "r.wav";
	CT_SEE(slip, !ivrq_record_response(stage.engine, stage.call, &request,
					   &submission, NULL));
	step(slip);
	CT_SEE(slip, !ivrq_media_tone(stage.leg, '5', 80));
	while (stage.nnotes < results) {
		n = ivrq_media_put(stage.leg, frame, FRAME);
		CT_SEE(slip, n >= 0);
		step(slip);
	}
	CT_SEE(slip, ivrq_media_put(stage.leg, frame, FRAME) == 0);
}

static void play_in_spite(struct ct_slip *slip)
{
	size_t results = stage.nnotes + 1;

	CT_SEE(slip, !submit_play(stage.call, "a"));
	step(slip);
	hears(stage.leg, 1000, 500, slip);
	while (stage.nnotes < results)
		step(slip);
}

static void use_full_disk(struct ct_slip *slip)
{
	for (int i = 0; i < ROUNDS; i++) {
		record_in_vain(slip);
		play_in_spite(slip);
	}
}

/* ------------------------------------------------------------------------- */

/* What fits into `room` bytes, less at most one block. */
static void assert_in_vain(const struct note *note, uint32_t room)
{
	uint32_t fits = room < HEADER ? 0 : (room - HEADER) / 2;
	uint32_t least = fits < BLOCK ? 0 : fits - BLOCK;

	ck_assert_int_eq(note->status, IVRQ_FAILED);
	ck_assert_int_eq(note->reason, IVRQ_REASON_OTHER);
	ck_assert(note->started);
	ck_assert(!note->kept);
	ck_assert_uint_le(note->media_ms, fits * 1000 / RATE);
	ck_assert_uint_ge(note->media_ms, least * 1000 / RATE);
}

START_TEST(test_record_disk_full_fails_all_else_goes_on)
{
	static void (*const disks[])(struct stage *) = {
		on_limit, keeping_on_limit, on_tmpfs, keeping_on_tmpfs
	};
	uint32_t room = _i % 2 ? 8192 : 0;
	struct ct_slip slip = { 0, NULL };
	size_t frames;
	int descriptors;

	stage_up(&stage, disks[_i / 2]);
	make_ramp(&stage, "a", 1000, 500);
	make_ramp(&stage, "r.wav", 1, 10);
	neighbour_up();
	descriptors = count_descriptors();
	fill_disk(room);
	use_full_disk(&slip);
	empty_disk();
	CT_NO_SLIP(&slip);
	for (int i = 0; i < ROUNDS; i++) {
		const struct note *note = &stage.notes[2 * i];

		assert_in_vain(note, room);
		ck_assert_int_eq(note[1].reason, IVRQ_REASON_SUCCESS);
		ck_assert_uint_eq(note[1].media_ms, 500 * 1000 / RATE);
	}
	ck_assert_str_eq(stage.tones, "555");
	ck_assert_int_eq(count_descriptors(), descriptors);
	ck_assert_uint_eq(count_files(&stage, ".part"), 0);
	/* What had the name before is untouched. */
	free(read_wav(&stage, "r.wav", &frames));
	ck_assert_uint_eq(frames, 10);
	assert_records("r.wav");
	neighbour_hears(FRAME, &slip);
	CT_NO_SLIP(&slip);
	neighbour_down();
	/* The neighbour's prompt is closed when its leg is let go of. */
	while (count_descriptors() > descriptors - 1)
		sched_yield();
	if (mounted)
		unmount(stage.dir);
	stage_down(&stage);
}
END_TEST

/* ----------------------------------------------------------- no descriptors */

static void own_files(struct stage *s)
{
	s->config.files = NULL;
	s->config.beep_file = "beep";
}

static void starve(void)
{
	limit(RLIMIT_NOFILE, 0, &limit_before);
	ck_assert_int_lt(open("/dev/null", O_RDONLY), 0);
	ck_assert_int_eq(errno, EMFILE);
}

static void feed(void)
{
	limit(RLIMIT_NOFILE, limit_before, NULL);
}

static void setup(void)
{
	stage_up(&stage, own_files);
	make_ramp(&stage, "a", 1000, 500);
	make_ramp(&stage, "beep", 1500, 100);
	neighbour_up();
}

static void teardown(void)
{
	neighbour_down();
	stage_down(&stage);
}

enum { PLAY, RECORD, RECORD_PROMPT, RECORD_BEEP, KINDS };

static void submit(int kind)
{
	static const char *const prompt = "a";
	ivrq_record_response_request request;

	if (kind == PLAY) {
		play(&stage, false, prompt, (char *)NULL);
		return;
	}
	record_init(&request);
	request.prompts = &prompt;
	request.prompt_count = kind == RECORD_PROMPT;
	request.play_beep = kind == RECORD_BEEP;
	request.max_record_duration_seconds = 1;
	record(&stage, &request);
}

/* Talks and listens until there are so many results. */
static void until(size_t results)
{
	int16_t frame[FRAME] = { 0 };

	while (stage.nnotes < results) {
		ck_assert_int_ge(ivrq_media_put(stage.leg, frame, FRAME), 0);
		run(&stage);
		get(&stage, frame, FRAME);
		sched_yield();
	}
}

START_TEST(test_no_descriptor_fails_all_else_goes_on)
{
	static const enum ivrq_reason reasons[KINDS] = {
		[PLAY] = IVRQ_REASON_PROMPT_UNREADABLE,
		[RECORD] = IVRQ_REASON_OTHER,
		[RECORD_PROMPT] = IVRQ_REASON_PROMPT_FAILED,
		[RECORD_BEEP] = IVRQ_REASON_BEEP_FAILED,
	};
	int descriptors = count_descriptors();
	struct ct_slip slip = { 0, NULL };

	starve();
	for (size_t i = 0; i < ROUNDS; i++) {
		submit(_i);
		until(i + 1);
		ck_assert_int_eq(stage.notes[i].status, IVRQ_FAILED);
		ck_assert_int_eq(stage.notes[i].reason, reasons[_i]);
		ck_assert_uint_eq(stage.notes[i].media_ms, 0);
		ck_assert(!stage.notes[i].kept);
		neighbour_hears(RATE / 4, &slip);
	}
	feed();
	CT_NO_SLIP(&slip);
	ck_assert_uint_eq(count_files(&stage, ".wav"), 0);
	ck_assert_uint_eq(count_files(&stage, ".part"), 0);
	ck_assert_int_eq(count_descriptors(), descriptors);
	submit(_i);
	until(ROUNDS + 1);
	ck_assert_int_eq(stage.notes[ROUNDS].status, IVRQ_COMPLETED);
	ck_assert_int_eq(count_descriptors(), descriptors);
}
END_TEST

START_TEST(test_no_descriptor_for_the_next_prompt_plays_what_is_open)
{
	int descriptors = count_descriptors();

	/* More than is read ahead: b is opened when much of it was heard. */
	make_ramp(&stage, "open", 1, 12000);
	play(&stage, false, "open", "a", (char *)NULL);
	run(&stage);
	hear(&stage, pcm, 100);
	starve();
	hear(&stage, pcm + 100, 11900);
	feed();
	for (int i = 0; i < 12000; i++)
		ck_assert_int_eq(pcm[i], i + 1);
	until(1);
	ck_assert_int_eq(stage.notes[0].reason, IVRQ_REASON_PROMPT_UNREADABLE);
	ck_assert_uint_eq(stage.notes[0].media_ms, 1500);
	ck_assert_int_eq(count_descriptors(), descriptors);
}
END_TEST

/* Closing it, and giving it its name, take no descriptor. */
START_TEST(test_no_descriptor_while_recording_records_on)
{
	int descriptors = count_descriptors();
	ivrq_record_response_request request;
	const struct note *note;
	size_t frames;

	record_init(&request);
	request.location = "r.wav";
	request.max_record_duration_seconds = 2;
	record(&stage, &request);
	run(&stage);
	say(&stage, LOUD, RATE);
	while (stats(&stage).unwritten > RATE / 2)
		sched_yield(); /* then the file is open */
	starve();
	say(&stage, LOUD, RATE);
	note = wait_result(&stage, 1);
	feed();
	ck_assert_int_eq(note->reason, IVRQ_REASON_MAX_DURATION);
	ck_assert(note->kept);
	free(read_wav(&stage, "r.wav", &frames));
	ck_assert_uint_eq(frames, 2 * RATE);
	ck_assert_int_eq(count_descriptors(), descriptors);
}
END_TEST

START_TEST(test_no_descriptor_needed_for_media_and_leg)
{
	int descriptors = count_descriptors();
	ivrq_media *media = NULL;
	ivrq_media_leg *leg = NULL;
	int made_media, made_leg = IVRQ_ENOMEM;

	starve();
	made_media = ivrq_media_create(NULL, &media, NULL);
	if (!made_media)
		made_leg = ivrq_media_leg_create(media, stage.engine, NULL,
						 &leg, NULL);
	feed();
	ck_assert_int_eq(made_media, 0);
	ck_assert_int_eq(made_leg, 0);
	ck_assert_int_eq(ivrq_media_leg_destroy(leg), 0);
	ck_assert_int_eq(ivrq_media_destroy(media), 0);
	ck_assert_int_eq(count_descriptors(), descriptors);
}
END_TEST

/* ------------------------------------------------------------------ signals */

static atomic_int signals;

static void on_signal(int number)
{
	(void)number;
	atomic_fetch_add(&signals, 1);
}

/* Only the I/O thread takes it, and wakes from its sleep with EINTR. */
START_TEST(test_signal_on_the_io_thread_goes_on)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct ct_slip slip = { 0, NULL };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	for (int i = 1; i <= 20; i++) {
		ck_assert_int_eq(kill(getpid(), SIGUSR1), 0);
		while (atomic_load(&signals) < i)
			sched_yield();
		neighbour_hears(RATE / 10, &slip);
	}
	CT_NO_SLIP(&slip);
	assert_records("r.wav");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("media_hostile");
	TCase *disk = tcase_create("full disk");
	TCase *descriptors = tcase_create("descriptors");
	TCase *signals_case = tcase_create("signals");

	tcase_add_loop_test(disk, test_record_disk_full_fails_all_else_goes_on,
			    0, 8);
	suite_add_tcase(suite, disk);
	tcase_add_checked_fixture(descriptors, setup, teardown);
	tcase_add_loop_test(descriptors,
			    test_no_descriptor_fails_all_else_goes_on, 0,
			    KINDS);
	tcase_add_test(
		descriptors,
		test_no_descriptor_for_the_next_prompt_plays_what_is_open);
	tcase_add_test(descriptors,
		       test_no_descriptor_while_recording_records_on);
	tcase_add_test(descriptors,
		       test_no_descriptor_needed_for_media_and_leg);
	suite_add_tcase(suite, descriptors);
	tcase_add_checked_fixture(signals_case, setup, teardown);
	tcase_add_test(signals_case, test_signal_on_the_io_thread_goes_on);
	suite_add_tcase(suite, signals_case);
	return ct_run(suite);
}
