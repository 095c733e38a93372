/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_MEDIA_LEG_H
#define IVRQ_LIB_MEDIA_LEG_H
/*
 * leg.h - the objects of the driver, and which thread each part belongs to.
 *
 *	leg.c, media.c	 make and end them		any thread
 *	tick.c		 put, get, the driver table	the media thread
 *	record.c	 the recording, as it is put	the media thread
 *	io.c		 the I/O threads		the I/O thread
 *	prompt.c	 reads prompts ahead		the I/O thread
 *	writer.c	 writes recordings behind	the I/O thread
 *	file.c		 paths and files		the I/O thread
 *	handoff.c	 between the two		both
 *	ring.c		 between the two		both
 */
#include <pthread.h>
#include <samplerate.h>
#include <semaphore.h>
#include <sndfile.h>

#include <ivrq/media.h>

#include "core/atomics.h"
#include "media/handoff.h"
#include "media/ring.h"
#include "media/speech.h"

#define IVRQ__MEDIA_CHANNELS_MAX 64
#define IVRQ__MEDIA_BLOCK	 1024 /* samples handled at a time */
#define IVRQ__MEDIA_NAME	 64   /* bytes of a name the driver chooses */
#define IVRQ__MEDIA_FULL_PATH	 (2 * IVRQ_MEDIA_PATH_MAX + 64)

/* One file as libsndfile sees it. */
struct ivrq__file {
	const ivrq_media_files *files;
	void *user;
	void *handle;
	SNDFILE *snd;
	SF_INFO info;
	int64_t offset;
	bool bad; /* a function of files answered a failure */
};

/* The reader of one leg. The I/O thread's. */
struct ivrq__reader {
	struct ivrq__file file;
	struct ivrq__list *list; /* NULL: nothing to play */
	uint32_t entry;
	bool open;
	bool at_end;  /* of the file; the resampler may hold more */
	bool holding; /* the last sample, see prompt.c */
	int16_t held;
	uint64_t taken;	     /* frames of this file */
	uint64_t given;	     /* samples of this file */
	uint64_t list_given; /* samples of this pass of the list */
	SRC_STATE *src;
	double ratio;		  /* 0: no resampling */
	uint32_t in_at, in_count; /* of in, not yet resampled */
	float in[IVRQ__MEDIA_BLOCK];
	float out[IVRQ__MEDIA_BLOCK];
	float frames[IVRQ__MEDIA_BLOCK];
	int16_t pcm[IVRQ__MEDIA_BLOCK];
};

enum ivrq__writer_phase {
	IVRQ__WRITER_IDLE = 0, /* nothing, or all is said */
	IVRQ__WRITER_NEW,      /* no file yet */
	IVRQ__WRITER_OPEN,
	IVRQ__WRITER_LOST /* a cancel beat its end; waits to be told so */
};

/* The writer of one leg. The I/O thread's. */
struct ivrq__writer {
	struct ivrq__file file;
	enum ivrq__writer_phase phase;
	uint32_t recording;
	bool kept;
	uint64_t written;
	int16_t pcm[IVRQ__MEDIA_BLOCK];
	char part[IVRQ__MEDIA_FULL_PATH];
};

enum ivrq__tick_state {
	IVRQ__TICK_IDLE = 0,
	IVRQ__TICK_PLAY, /* a session: playPrompt, or before a recording */
	IVRQ__TICK_BEEP, /* the sine */
	IVRQ__TICK_RECORD,
	IVRQ__TICK_CLOSING, /* the I/O thread ends the recording ... */
	IVRQ__TICK_CLOSED,  /* ... and has been told of the cancel */
	IVRQ__TICK_OVER	    /* lost to a cancel; stop() comes */
};

/* What the media thread knows of the operation in flight. */
struct ivrq__tick {
	const ivrq_operation *operation; /* gone once op is not in flight */
	ivrq_op op;			 /* 0: none */
	enum ivrq_kind kind;
	enum ivrq__tick_state state;
	bool paused;
	bool begun;	   /* the session's first sample is in the ring */
	uint64_t played;   /* samples of it given */
	uint32_t prompts;  /* entries of the session before the beep_file */
	uint32_t beep_at;  /* samples of the sine given */
	uint64_t recorded; /* samples of the recording, lost ones too */
	uint64_t record_max;
	uint32_t lost;	  /* of these, at the end and not yet in the ring */
	uint64_t unheard; /* samples got since something was put */
	uint64_t names;	  /* recordings the driver has chosen a name for */
	struct ivrq__speech speech;
	char name[IVRQ_MEDIA_PATH_MAX + 1]; /* of the latest recording */
};

enum {
	IVRQ__COUNT_IN,
	IVRQ__COUNT_OUT,
	IVRQ__COUNT_PLAYED,
	IVRQ__COUNT_STARTING,
	IVRQ__COUNT_UNDERRUNS,
	IVRQ__COUNT_UNDERRUN,
	IVRQ__COUNT_RECORDED,
	IVRQ__COUNT_OVERRUNS,
	IVRQ__COUNT_OVERRUN,
	IVRQ__COUNTS
};

struct ivrq__io {
	struct ivrq__queue queue;
	ivrq__a32 quit;
	sem_t wake;
	pthread_t thread;
	ivrq_media *media;
};

struct ivrq_media_leg {
	/* Set by create. */
	ivrq_media *media;
	ivrq_engine *engine;
	struct ivrq__io *io;
	ivrq_media_leg_config config;
	uint32_t index;	 /* in media->table; of a later leg too */
	uint64_t serial; /* of no other leg */
	uint32_t beep;	 /* index of media->beep */
	size_t bytes;	 /* of the memory that starts here */
	ivrq__a64 call;	 /* bind: any thread */
	/* Between the two threads. */
	struct ivrq__handoff hand;
	struct ivrq__ring play;
	struct ivrq__ring record;
	/* The media thread's; the counters are read by others. */
	_Alignas(64) struct ivrq__tick tick;
	ivrq__a64 count[IVRQ__COUNTS];
	/* The I/O thread's. */
	_Alignas(64) struct ivrq__reader reader;
	struct ivrq__writer writer;
};

struct ivrq__beep {
	int16_t *pcm;
	uint32_t count;
};

struct ivrq_media {
	ivrq_media_config config; /* its strings point below */
	char prompts_dir[IVRQ_MEDIA_PATH_MAX + 1];
	char recordings_dir[IVRQ_MEDIA_PATH_MAX + 1];
	char beep_file[IVRQ_MEDIA_PATH_MAX + 1];
	struct ivrq__beep beep[2]; /* at 8000 and 16000 Hz */
	uint64_t born;		   /* for names: when, and which process */
	uint32_t pid;
	size_t bytes; /* of the memory that starts here */
	uint32_t io_count;
	struct ivrq__io *io;
	/* A leg's place is free again when its I/O thread let go of it. */
	pthread_mutex_t lock; /* of table and made; no media thread takes it */
	ivrq_media_leg **table;
	uint64_t made;	/* legs, ever */
	ivrq__a32 legs; /* not destroyed */
};

/* file.c */
bool ivrq__path_good(const ivrq_media *media, const char *path);
bool ivrq__path_join(char *full, const char *dir, const char *path,
		     const char *unique);
const ivrq_media_files *ivrq__files_default(void);
int ivrq__file_read(struct ivrq__file *file, const ivrq_media *media,
		    const char *path);
int ivrq__file_create(struct ivrq__file *file, const ivrq_media *media,
		      const char *full, uint32_t rate_hz);
bool ivrq__file_close(struct ivrq__file *file);

/* prompt.c, writer.c: one leg's turn */
bool ivrq__reader_init(struct ivrq__reader *reader);
void ivrq__reader_run(ivrq_media_leg *leg);
void ivrq__reader_close(struct ivrq__reader *reader);
void ivrq__writer_run(ivrq_media_leg *leg);
void ivrq__writer_close(ivrq_media_leg *leg);

/* io.c */
bool ivrq__io_start(struct ivrq__io *io, ivrq_media *media);
void ivrq__io_stop(struct ivrq__io *io);
void ivrq__io_kick(ivrq_media_leg *leg, bool last);

/* media.c */
int ivrq__refuse(ivrq_error *error, int code, const char *field,
		 const char *rule);
void ivrq__legs_add(ivrq_media *media, uint32_t more);

/* leg.c */
void ivrq__leg_free(ivrq_media_leg *leg);
uint32_t ivrq__to_ms(const ivrq_media_leg *leg, uint64_t samples);
void ivrq__count(ivrq_media_leg *leg, int which, uint64_t more);

/* record.c */
bool ivrq__record_name(ivrq_media_leg *leg, const char *location);
void ivrq__record_begin(ivrq_media_leg *leg);
uint32_t ivrq__record_put(ivrq_media_leg *leg, const int16_t *pcm, uint32_t n);
void ivrq__record_end(ivrq_media_leg *leg, enum ivrq_reason reason, char tone);
void ivrq__record_cancel(ivrq_media_leg *leg);
void ivrq__record_tone(ivrq_media_leg *leg);

#endif
