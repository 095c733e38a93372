/* SPDX-License-Identifier: MIT */
/*
 * media.c - what all legs share: the configuration, the beep at both rates, the
 * I/O threads and the table of legs.
 *
 * Edges
 * MA22: pairs with MR22. The legs are gone for their callers.
 * MR22: pairs with MA22. Counts a leg, or that it is gone.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "media/leg.h"

static void *default_alloc(void *user, size_t bytes, size_t align)
{
	(void)user;
	return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static void default_free(void *user, void *memory, size_t bytes)
{
	(void)user;
	(void)bytes;
	free(memory);
}

void ivrq_media_config_init(ivrq_media_config *config)
{
	static const ivrq_media_config defaults = {
		.size = sizeof(defaults),
		.legs = 1024,
		.io_threads = 1,
		.read_ahead_ms = 1000,
		.write_behind_ms = 2000,
		.path_bytes = 2048,
		.beep_hz = 1000,
		.beep_ms = 200,
		.beep_dbfs = -12,
		.alloc = default_alloc,
		.free = default_free,
	};

	if (config)
		*config = defaults;
}

int ivrq__refuse(ivrq_error *error, int code, const char *field,
		 const char *rule)
{
	if (error) {
		error->code = code;
		error->field = field;
		error->rule = rule;
	}
	return code;
}

static bool files_whole(const ivrq_media_files *files)
{
	return !files ||
	       (files->open && files->length && files->read && files->write &&
		files->close && files->rename && files->remove);
}

static bool path_good(const char *path)
{
	return !path ||
	       strnlen(path, IVRQ_MEDIA_PATH_MAX + 1) <= IVRQ_MEDIA_PATH_MAX;
}

static bool within(uint32_t value, uint32_t lowest, uint32_t highest)
{
	return value >= lowest && value <= highest;
}

static bool ring_good(uint32_t ms)
{
	return within(ms, IVRQ_MEDIA_RING_MS_MIN, IVRQ_MEDIA_RING_MS_MAX);
}

/* The first member that breaks its rule, or 0. */
static int check_config(const ivrq_media_config *c, ivrq_error *error)
{
	static const char ring_rule[] = "IVRQ_MEDIA_RING_MS_MIN to _MAX";
	static const char path_rule[] = "at most IVRQ_MEDIA_PATH_MAX bytes";
	const struct {
		const char *field;
		bool good;
		const char *rule;
	} rules[] = {
		{"legs", within(c->legs, 1, IVRQ_MEDIA_LEGS_MAX),
		 "1 to IVRQ_MEDIA_LEGS_MAX"},
		{"io_threads", within(c->io_threads, 1, IVRQ_MEDIA_THREADS_MAX),
		 "1 to IVRQ_MEDIA_THREADS_MAX"},
		{"read_ahead_ms", ring_good(c->read_ahead_ms), ring_rule},
		{"write_behind_ms", ring_good(c->write_behind_ms), ring_rule},
		{"path_bytes",
		 within(c->path_bytes, IVRQ_MEDIA_PATH_BYTES_MIN,
			IVRQ_MEDIA_PATH_BYTES_MAX),
		 "IVRQ_MEDIA_PATH_BYTES_MIN to _MAX"},
		{"prompts_dir", path_good(c->prompts_dir), path_rule},
		{"recordings_dir", path_good(c->recordings_dir), path_rule},
		{"beep_file", path_good(c->beep_file), path_rule},
		{"beep_hz",
		 within(c->beep_hz, IVRQ_MEDIA_BEEP_HZ_MIN,
			IVRQ_MEDIA_BEEP_HZ_MAX),
		 "IVRQ_MEDIA_BEEP_HZ_MIN to _MAX"},
		{"beep_ms",
		 within(c->beep_ms, IVRQ_MEDIA_BEEP_MS_MIN,
			IVRQ_MEDIA_BEEP_MS_MAX),
		 "IVRQ_MEDIA_BEEP_MS_MIN to _MAX"},
		{"beep_dbfs",
		 c->beep_dbfs >= IVRQ_MEDIA_DBFS_MIN && c->beep_dbfs <= 0,
		 "IVRQ_MEDIA_DBFS_MIN to 0"},
		{"files", files_whole(c->files), "every function is set"},
		{"alloc", c->alloc && c->free, "both alloc and free are set"},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (!rules[i].good)
			return ivrq__refuse(error, IVRQ_EINVAL, rules[i].field,
					    rules[i].rule);
	return 0;
}

/* Where each part of the one block of memory begins. */
struct plan {
	size_t io;
	size_t table;
	size_t beep[2];
	size_t bytes;
};

static size_t round_up(size_t bytes)
{
	return (bytes + 63) / 64 * 64;
}

static struct plan make_plan(const ivrq_media_config *config)
{
	size_t beep = sizeof(int16_t) * 8 * config->beep_ms; /* at 8 kHz */
	struct plan plan;

	plan.io = round_up(sizeof(ivrq_media));
	plan.table = plan.io + sizeof(struct ivrq__io) * config->io_threads;
	plan.beep[0] = plan.table + sizeof(ivrq_media_leg *) * config->legs;
	plan.beep[1] = plan.beep[0] + beep;
	plan.bytes = round_up(plan.beep[1] + 2 * beep);
	return plan;
}

static void copy_string(char *to, const char *from)
{
	if (from)
		memcpy(to, from, strlen(from) + 1);
}

static void fill(ivrq_media *media, const ivrq_media_config *config,
		 const struct plan *plan)
{
	char *memory = (char *)media;
	struct timespec now = {0, 0};

	memset(memory, 0, plan->bytes);
	media->config = *config;
	if (!config->files)
		media->config.files = ivrq__files_default();
	copy_string(media->prompts_dir, config->prompts_dir);
	copy_string(media->recordings_dir, config->recordings_dir);
	copy_string(media->beep_file, config->beep_file);
	media->io = (void *)(memory + plan->io);
	media->table = (void *)(memory + plan->table);
	media->bytes = plan->bytes;
	for (int i = 0; i < 2; i++) {
		struct ivrq__beep *beep = &media->beep[i];
		uint32_t rate = i ? 16000 : 8000;

		beep->pcm = (void *)(memory + plan->beep[i]);
		beep->count = config->beep_ms * (rate / 1000);
		ivrq__beep_make(beep->pcm, beep->count, rate, config->beep_hz,
				config->beep_dbfs);
	}
	/* Names must differ between runs too; nothing else uses this time. */
	clock_gettime(CLOCK_REALTIME, &now);
	media->born =
		(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	media->pid = (uint32_t)getpid();
}

static void give_back(ivrq_media *media)
{
	while (media->io_count)
		ivrq__io_stop(&media->io[--media->io_count]);
	pthread_mutex_destroy(&media->lock);
	media->config.free(media->config.user, media, media->bytes);
}

int ivrq_media_create(const ivrq_media_config *config, ivrq_media **media,
		      ivrq_error *error)
{
	ivrq_media_config full;
	struct plan plan;
	ivrq_media *made;
	int answer;

	ivrq_media_config_init(&full);
	if (!media)
		return ivrq__refuse(error, IVRQ_EINVAL, "media", "not NULL");
	if (config && config->size != sizeof(*config))
		return ivrq__refuse(error, IVRQ_EINVAL, "size",
				    "as set by ivrq_media_config_init()");
	if (config)
		full = *config;
	answer = check_config(&full, error);
	if (answer)
		return answer;
	plan = make_plan(&full);
	made = full.alloc(full.user, plan.bytes, 64);
	if (!made)
		return ivrq__refuse(error, IVRQ_ENOMEM, "alloc",
				    "has the memory");
	fill(made, &full, &plan);
	pthread_mutex_init(&made->lock, NULL);
	while (made->io_count < full.io_threads) {
		if (!ivrq__io_start(&made->io[made->io_count], made)) {
			give_back(made);
			return ivrq__refuse(error, IVRQ_ENOMEM, "io_threads",
					    "threads can be made");
		}
		made->io_count++;
	}
	*media = made;
	return 0;
}

int ivrq_media_destroy(ivrq_media *media)
{
	if (!media)
		return 0;
	if (ivrq__ld_acq32(&media->legs)) /* MA22 */
		return IVRQ_EBUSY;
	give_back(media);
	return 0;
}

void ivrq__legs_add(ivrq_media *media, uint32_t more)
{
	ivrq__add_acqrel32(&media->legs, more); /* MR22 */
}
