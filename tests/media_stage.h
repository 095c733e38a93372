/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_MEDIA_STAGE_H
#define IVRQ_TESTS_MEDIA_STAGE_H
/*
 * media_stage.h - one call with libivrq-media, a directory of its own, and a
 * disk that can be made late or broken. The test's thread is the media thread;
 * time is the samples it takes and gives. It waits for the I/O thread by what
 * that has done (a counter, a result), never by the clock.
 */
#include <pthread.h>
#include <stdatomic.h>

#include <ivrq/media.h>

#include "ct.h"

#define RATE	    8000u
#define FRAME	    160u
#define STAGE_NOTES 64

/* A disk between the driver and the real one. */
struct disk {
	pthread_mutex_t lock;
	pthread_cond_t turn;
	/* Calls wait while these say so. */
	bool hold_open;
	bool hold_write;
	int64_t hold_read; /* from this offset on; -1 never */
	/* Calls fail from now on. */
	bool fail_length;
	bool fail_read;
	bool fail_write;
	int64_t full_at; /* writes beyond this offset fail; -1 none */
	bool fail_close; /* of a file that was created */
	bool fail_create;
	bool fail_rename;
	int waiting; /* calls that wait now */
	int open;    /* files open now */
	int removed; /* files removed */
};

struct note {
	ivrq_op op;
	enum ivrq_status status;
	enum ivrq_reason reason;
	enum ivrq_cause cause;
	uint32_t media_ms;
	bool kept;
	bool started;
	char tone;
	char name[IVRQ_MEDIA_PATH_MAX + 1]; /* leg_recording() in result() */
};

struct stage {
	char dir[64];
	struct disk disk;
	ivrq_media_files files;
	ivrq_media_config config;
	ivrq_media_leg_config leg_config;
	ivrq_engine *engine;
	ivrq_media *media;
	ivrq_media_leg *leg; /* NULL after closed() */
	ivrq_listener listener;
	ivrq_call call;
	uint64_t now_ns;
	bool flood; /* say() does not wait for the writer */
	struct note notes[STAGE_NOTES];
	size_t nnotes;
	char tones[128];
	size_t ntones;
	bool closed;
	int destroyed; /* answer of leg_destroy in closed(); 1 not called */
};

/* set changes stage->config and leg_config, or NULL. */
void stage_up(struct stage *stage, void (*set)(struct stage *stage));
void stage_down(struct stage *stage);

/* Files in stage->dir. */
void make_wav(const struct stage *stage, const char *name, int rate,
	      int channels, const int16_t *pcm, size_t frames);
void make_ramp(const struct stage *stage, const char *name, int16_t from,
	       size_t frames); /* RATE, mono: from, from + 1, ... */
void make_text(const struct stage *stage, const char *name, const char *text);
int16_t *read_wav(const struct stage *stage, const char *name, size_t *frames);
bool exists(const struct stage *stage, const char *name);
size_t count_files(const struct stage *stage, const char *end);

/* One prompt after the other, NULL ends them. */
ivrq_op play(struct stage *stage, int loop, ...);
void record_init(ivrq_record_response_request *request);
ivrq_op record(struct stage *stage,
	       const ivrq_record_response_request *request);
ivrq_receipt cancel(struct stage *stage);
void run(struct stage *stage);

/* Take what is to be heard. */
int get(struct stage *stage, int16_t *pcm, size_t nsamples);
/* nsamples of prompt, waiting for the reader: no underrun can happen. */
void hear(struct stage *stage, int16_t *pcm, size_t nsamples);
bool silent(const int16_t *pcm, size_t nsamples);

/* Put nsamples of a level in frames, no faster than they are written (unless
 * flood): how many were recorded. */
size_t say(struct stage *stage, int16_t level, size_t nsamples);

ivrq_media_stats stats(const struct stage *stage);
void wait_ready(const struct stage *stage, uint32_t nsamples);
/* Run the worker until there are so many results; the last one. */
const struct note *wait_result(struct stage *stage, size_t nresults);

/* The disk. */
void disk_hold_read(struct stage *stage, int64_t from);
void disk_hold_open(struct stage *stage, bool hold);
void disk_hold_write(struct stage *stage, bool hold);
void disk_wait(struct stage *stage); /* until the I/O thread waits for it */
/* One of its fail_ flags. */
void disk_set(struct stage *stage, bool *flag, bool value);

Suite *suite_disk(void);
Suite *suite_play(void);
Suite *suite_record(void);

#endif
