/* SPDX-License-Identifier: MIT */
/* check_media_stage.c - see media_stage.h. */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sndfile.h>

#include "media_stage.h"

/* ---------------------------------------------------------------- the disk */

static void disk_pass(struct disk *disk,
		      bool (*held)(const struct disk *disk, int64_t offset),
		      int64_t offset)
{
	pthread_mutex_lock(&disk->lock);
	if (held(disk, offset)) {
		disk->waiting++;
		pthread_cond_broadcast(&disk->turn);
		while (held(disk, offset))
			pthread_cond_wait(&disk->turn, &disk->lock);
		disk->waiting--;
	}
	pthread_mutex_unlock(&disk->lock);
}

static bool open_held(const struct disk *disk, int64_t offset)
{
	(void)offset;
	return disk->hold_open;
}

static bool read_held(const struct disk *disk, int64_t offset)
{
	return disk->hold_read >= 0 && offset >= disk->hold_read;
}

static bool write_held(const struct disk *disk, int64_t offset)
{
	(void)offset;
	return disk->hold_write;
}

static bool disk_flag(struct disk *disk, const bool *flag)
{
	bool value;

	pthread_mutex_lock(&disk->lock);
	value = *flag;
	pthread_mutex_unlock(&disk->lock);
	return value;
}

static void disk_add(struct disk *disk, int *count, int more)
{
	pthread_mutex_lock(&disk->lock);
	*count += more;
	pthread_cond_broadcast(&disk->turn);
	pthread_mutex_unlock(&disk->lock);
}

static int disk_open(void *user, const char *path, enum ivrq_media_open how,
		     void **file)
{
	struct disk *disk = user;
	int fd;

	disk_pass(disk, open_held, 0);
	if (how == IVRQ_MEDIA_CREATE && disk_flag(disk, &disk->fail_create))
		return -1;
	fd = open(path,
		  how == IVRQ_MEDIA_READ ? O_RDONLY : O_RDWR | O_CREAT | O_EXCL,
		  0600);
	if (fd < 0)
		return -1;
	disk_add(disk, &disk->open, 1);
	*file = (void *)((intptr_t)fd + 1);
	return 0;
}

static int to_fd(void *file)
{
	return (int)((intptr_t)file - 1);
}

static int64_t disk_length(void *user, void *file)
{
	struct disk *disk = user;
	struct stat what;

	if (disk_flag(disk, &disk->fail_length))
		return -1;
	return fstat(to_fd(file), &what) ? -1 : what.st_size;
}

static int64_t disk_read(void *user, void *file, int64_t offset, void *bytes,
			 int64_t count)
{
	struct disk *disk = user;

	disk_pass(disk, read_held, offset);
	if (disk_flag(disk, &disk->fail_read))
		return -1;
	return pread(to_fd(file), bytes, (size_t)count, offset);
}

static int64_t disk_write(void *user, void *file, int64_t offset,
			  const void *bytes, int64_t count)
{
	struct disk *disk = user;

	disk_pass(disk, write_held, offset);
	if (disk_flag(disk, &disk->fail_write) ||
	    (disk->full_at >= 0 && offset + count > disk->full_at))
		return -1;
	return pwrite(to_fd(file), bytes, (size_t)count, offset);
}

static int disk_close(void *user, void *file)
{
	struct disk *disk = user;
	bool fail = disk_flag(disk, &disk->fail_close) &&
		    (fcntl(to_fd(file), F_GETFL) & O_ACCMODE) == O_RDWR;

	disk_add(disk, &disk->open, -1);
	return close(to_fd(file)) || fail ? -1 : 0;
}

static int disk_rename(void *user, const char *from, const char *to)
{
	struct disk *disk = user;

	if (disk_flag(disk, &disk->fail_rename))
		return -1;
	return rename(from, to);
}

static int disk_remove(void *user, const char *path)
{
	struct disk *disk = user;

	disk_add(disk, &disk->removed, 1);
	return unlink(path);
}

static const ivrq_media_files disk_files = {
	.open = disk_open,
	.length = disk_length,
	.read = disk_read,
	.write = disk_write,
	.close = disk_close,
	.rename = disk_rename,
	.remove = disk_remove,
};

static void disk_hold(struct disk *disk, bool open, bool write, int64_t read)
{
	pthread_mutex_lock(&disk->lock);
	disk->hold_open = open;
	disk->hold_write = write;
	disk->hold_read = read;
	pthread_cond_broadcast(&disk->turn);
	pthread_mutex_unlock(&disk->lock);
}

void disk_hold_read(struct stage *stage, int64_t from)
{
	disk_hold(&stage->disk, false, false, from);
}

void disk_hold_open(struct stage *stage, bool hold)
{
	disk_hold(&stage->disk, hold, false, -1);
}

void disk_hold_write(struct stage *stage, bool hold)
{
	disk_hold(&stage->disk, false, hold, -1);
}

void disk_set(struct stage *stage, bool *flag, bool value)
{
	pthread_mutex_lock(&stage->disk.lock);
	*flag = value;
	pthread_mutex_unlock(&stage->disk.lock);
}

void disk_wait(struct stage *stage)
{
	struct disk *disk = &stage->disk;

	pthread_mutex_lock(&disk->lock);
	while (!disk->waiting)
		pthread_cond_wait(&disk->turn, &disk->lock);
	pthread_mutex_unlock(&disk->lock);
}

/* ------------------------------------------------------------ the listener */

static void on_result(void *user, const ivrq_result *result)
{
	struct stage *stage = user;
	struct note *note = &stage->notes[stage->nnotes % STAGE_NOTES];

	note->op = result->operation->op;
	note->status = result->status;
	note->reason = result->reason;
	note->cause = result->cause;
	note->media_ms = result->media_ms;
	note->kept = result->kept;
	note->started = result->started;
	note->tone = result->tone;
	if (ivrq_media_leg_recording(stage->leg, note->name,
				     sizeof(note->name)) < 0)
		note->name[0] = '\0';
	stage->nnotes++;
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	struct stage *stage = user;

	stage->tones[stage->ntones++ % (sizeof(stage->tones) - 1)] =
		event->tone;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	struct stage *stage = user;

	(void)call;
	(void)reason;
	stage->closed = true;
	stage->destroyed = ivrq_media_leg_destroy(stage->leg);
	stage->leg = NULL;
}

/* ----------------------------------------------------------- up and down */

static void open_call(struct stage *stage)
{
	ivrq_call_config config;
	ivrq_subscription subscription;
	int answer;

	stage->listener.result = on_result;
	stage->listener.tone = on_tone;
	stage->listener.closed = on_closed;
	ivrq_call_config_init(&config);
	config.driver = ivrq_media_driver();
	config.driver_user = stage->leg;
	config.listener = &stage->listener;
	config.user = stage;
	answer = ivrq_call_open(stage->engine, &config, &stage->call, NULL);
	ck_assert_int_eq(answer, 0);
	ck_assert_int_eq(ivrq_media_leg_bind(stage->leg, stage->call), 0);
	answer = ivrq_subscribe_to_tone(stage->engine, stage->call, NULL, NULL,
					&subscription);
	ck_assert_int_eq(answer, 0);
}

void stage_up(struct stage *stage, void (*set)(struct stage *stage))
{
	ivrq_config config;

	memset(stage, 0, sizeof(*stage));
	stage->destroyed = 1;
	stage->disk.hold_read = -1;
	stage->disk.full_at = -1;
	ck_assert_int_eq(pthread_mutex_init(&stage->disk.lock, NULL), 0);
	ck_assert_int_eq(pthread_cond_init(&stage->disk.turn, NULL), 0);
	strcpy(stage->dir, "/tmp/ivrq-check-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(stage->dir));
	stage->files = disk_files;
	ivrq_media_config_init(&stage->config);
	ivrq_media_leg_config_init(&stage->leg_config);
	stage->config.prompts_dir = stage->dir;
	stage->config.recordings_dir = stage->dir;
	stage->config.files = &stage->files;
	stage->config.files_user = &stage->disk;
	stage->config.legs = 4;
	if (set)
		set(stage);
	ivrq_config_init(&config);
	config.calls = 8;
	ck_assert_int_eq(ivrq_engine_create(&config, &stage->engine, NULL), 0);
	ck_assert_int_eq(ivrq_media_create(&stage->config, &stage->media, NULL),
			 0);
	ck_assert_int_eq(ivrq_media_leg_create(stage->media, stage->engine,
					       &stage->leg_config, &stage->leg,
					       NULL),
			 0);
	open_call(stage);
}

static void remove_dir(const struct stage *stage)
{
	DIR *dir = opendir(stage->dir);
	struct dirent *entry;
	char path[512];

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
			snprintf(path, sizeof(path), "%s/%s", stage->dir,
				 entry->d_name);
			remove(path);
		}
	closedir(dir);
	ck_assert_int_eq(rmdir(stage->dir), 0);
}

void stage_down(struct stage *stage)
{
	disk_hold(&stage->disk, false, false, -1);
	if (!stage->closed) {
		int answer = ivrq_call_close(stage->engine, stage->call,
					     IVRQ_CAUSE_HANG_UP, NULL);

		ck_assert(answer == 0 || answer == IVRQ_EALREADY);
	}
	while (!stage->closed) {
		run(stage);
		sched_yield();
	}
	ck_assert_int_eq(stage->destroyed, 0);
	ck_assert_int_eq(ivrq_media_destroy(stage->media), 0);
	ck_assert_int_eq(ivrq_engine_destroy(stage->engine), 0);
	ck_assert_int_eq(stage->disk.open, 0);
	ck_assert_uint_eq(count_files(stage, ".part"), 0);
	remove_dir(stage);
	pthread_cond_destroy(&stage->disk.turn);
	pthread_mutex_destroy(&stage->disk.lock);
}

/* ------------------------------------------------------------------- files */

static const char *in_dir(const struct stage *stage, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", stage->dir, name);
	return path;
}

void make_wav(const struct stage *stage, const char *name, int rate,
	      int channels, const int16_t *pcm, size_t frames)
{
	SF_INFO info = {
		.samplerate = rate,
		.channels = channels,
		.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16,
	};
	SNDFILE *file = sf_open(in_dir(stage, name), SFM_WRITE, &info);

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(sf_writef_short(file, pcm, (sf_count_t)frames),
			 (sf_count_t)frames);
	ck_assert_int_eq(sf_close(file), 0);
}

void make_ramp(const struct stage *stage, const char *name, int16_t from,
	       size_t frames)
{
	int16_t *pcm = calloc(frames + 1, sizeof(*pcm));

	ck_assert_ptr_nonnull(pcm);
	for (size_t i = 0; i < frames; i++)
		pcm[i] = (int16_t)(from + (int)i);
	make_wav(stage, name, RATE, 1, pcm, frames);
	free(pcm);
}

void make_text(const struct stage *stage, const char *name, const char *text)
{
	FILE *file = fopen(in_dir(stage, name), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

int16_t *read_wav(const struct stage *stage, const char *name, size_t *frames)
{
	SF_INFO info = { 0 };
	SNDFILE *file = sf_open(in_dir(stage, name), SFM_READ, &info);
	int16_t *pcm;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(info.channels, 1);
	ck_assert_int_eq(info.samplerate, (int)stage->leg_config.rate_hz);
	ck_assert_int_eq(info.format, SF_FORMAT_WAV | SF_FORMAT_PCM_16);
	pcm = calloc((size_t)info.frames + 1, sizeof(*pcm));
	ck_assert_ptr_nonnull(pcm);
	ck_assert_int_eq(sf_readf_short(file, pcm, info.frames + 1),
			 info.frames);
	sf_close(file);
	*frames = (size_t)info.frames;
	return pcm;
}

bool exists(const struct stage *stage, const char *name)
{
	return access(in_dir(stage, name), F_OK) == 0;
}

size_t count_files(const struct stage *stage, const char *end)
{
	DIR *dir = opendir(stage->dir);
	struct dirent *entry;
	size_t count = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (length >= strlen(end) &&
		    !strcmp(entry->d_name + length - strlen(end), end))
			count++;
	}
	closedir(dir);
	return count;
}

/* -------------------------------------------------------------- operations */

ivrq_op play(struct stage *stage, int loop, ...)
{
	const char *prompts[IVRQ_PROMPTS_MAX];
	ivrq_play_prompt_request request;
	ivrq_submission submission;
	va_list list;

	ivrq_play_prompt_request_init(&request);
	va_start(list, loop);
	while ((prompts[request.prompt_count] = va_arg(list, const char *)))
		request.prompt_count++;
	va_end(list);
	request.prompts = prompts;
	request.loop = loop;
	ck_assert_int_eq(ivrq_play_prompt(stage->engine, stage->call, &request,
					  &submission, NULL),
			 0);
	return submission.op;
}

/* Nothing but the recording. */
void record_init(ivrq_record_response_request *request)
{
	ivrq_record_response_request_init(request);
	request->play_beep = false;
	request->max_record_duration_seconds = 120;
}

ivrq_op record(struct stage *stage, const ivrq_record_response_request *request)
{
	ivrq_submission submission;

	ck_assert_int_eq(ivrq_record_response(stage->engine, stage->call,
					      request, &submission, NULL),
			 0);
	return submission.op;
}

ivrq_receipt cancel(struct stage *stage)
{
	ivrq_receipt receipt;

	ck_assert_int_eq(ivrq_cancel_media_processing(stage->engine,
						      stage->call, NULL,
						      &receipt, NULL),
			 0);
	return receipt;
}

void run(struct stage *stage)
{
	stage->now_ns += 20000000;
	ck_assert_int_ge(ivrq_worker_run(stage->engine, 0, stage->now_ns), 0);
}

/* ------------------------------------------------------------------- audio */

int get(struct stage *stage, int16_t *pcm, size_t nsamples)
{
	int answer;

	memset(pcm, 0x55, nsamples * sizeof(*pcm));
	answer = ivrq_media_get(stage->leg, pcm, nsamples);
	ck_assert_int_ge(answer, 0);
	ck_assert_int_le(answer, (int)nsamples);
	return answer;
}

bool silent(const int16_t *pcm, size_t nsamples)
{
	for (size_t i = 0; i < nsamples; i++)
		if (pcm[i])
			return false;
	return true;
}

void hear(struct stage *stage, int16_t *pcm, size_t nsamples)
{
	int16_t frame[FRAME];
	size_t done = 1;

	/* What is ready may be of an older prompt until the first one plays. */
	while (get(stage, pcm, 1) != 1)
		sched_yield();
	while (done < nsamples) {
		size_t n = nsamples - done < FRAME ? nsamples - done : FRAME;

		wait_ready(stage, (uint32_t)n);
		ck_assert_int_eq(get(stage, frame, n), (int)n);
		memcpy(pcm + done, frame, n * sizeof(*pcm));
		done += n;
	}
}

size_t say(struct stage *stage, int16_t level, size_t nsamples)
{
	size_t recorded = 0;
	size_t done = 0;

	while (done < nsamples) {
		size_t n = nsamples - done < FRAME ? nsamples - done : FRAME;
		int16_t frame[FRAME];
		int answer;

		for (size_t i = 0; i < n; i++)
			frame[i] = level;
		while (!stage->flood && stats(stage).unwritten > RATE)
			sched_yield();
		answer = ivrq_media_put(stage->leg, frame, n);
		ck_assert_int_ge(answer, 0);
		recorded += (size_t)answer;
		done += n;
	}
	return recorded;
}

ivrq_media_stats stats(const struct stage *stage)
{
	ivrq_media_stats stats;

	ck_assert_int_eq(ivrq_media_leg_stats(stage->leg, &stats), 0);
	return stats;
}

void wait_ready(const struct stage *stage, uint32_t nsamples)
{
	while (stats(stage).ready < nsamples)
		sched_yield();
}

const struct note *wait_result(struct stage *stage, size_t nresults)
{
	run(stage);
	while (stage->nnotes < nresults) {
		sched_yield();
		run(stage);
	}
	ck_assert_uint_eq(stage->nnotes, nresults);
	return &stage->notes[(nresults - 1) % STAGE_NOTES];
}
