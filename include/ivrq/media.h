/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_MEDIA_H
#define IVRQ_MEDIA_H
/*
 * ivrq/media.h - a driver for <ivrq.h> that plays, beeps and records.
 *
 * Audio is 16-bit linear PCM, mono, host byte order, at 8000 or 16000 samples
 * a second. One leg is one call's audio. A media thread does this every 20 ms
 * for each of its calls, with 160 or 320 samples:
 *
 *	ivrq_media_put(leg, heard, n);	      what the caller says
 *	ivrq_worker_run(engine, worker, now); once, for all its calls, and
 *					      again whenever it is woken
 *	ivrq_media_get(leg, said, n);	      what the caller is to hear
 *
 * The media thread reads no file. I/O threads read prompts ahead into a ring
 * of each leg and write recordings behind from another one; a late disk gives
 * silence and a count in ivrq_media_stats, never a wait.
 *
 *	order of making     media, engine, leg, call (driver_user is the leg),
 *			    ivrq_media_leg_bind()
 *	order of ending     closed() of the call, leg, media, engine: an I/O
 *			    thread may still be leaving a function of the
 *			    engine until ivrq_media_destroy() has returned
 *
 * "The media thread" of a leg below is the one that runs its call's worker.
 * put, get, leg_recording and the driver's functions belong to it alone; if
 * it changes, the old one must have happened before the new one.
 *
 * What a playPrompt does: plays its list without a gap, each file resampled
 * to the leg's rate and its channels averaged. A file of f samples at r Hz
 * gives exactly round(f * rate / r) samples. With loop, the list for ever.
 * A file that cannot be opened or read ends it as PROMPT_UNREADABLE, one that
 * libsndfile does not know as PROMPT_FORMAT, each after what came before it in
 * the list was played. A file cut short plays as far as it goes. A list that
 * loops and has not one sample is a PROMPT_FORMAT. media_ms is what was given
 * out of it.
 *
 * What a recordResponse does: its prompt (fails as IVRQ_REASON_PROMPT_FAILED),
 * the beep (IVRQ_REASON_BEEP_FAILED; only a beep_file can fail), then records
 * what is put, from the first ivrq_media_put() after the get that gave the
 * last sample of the two. All its times count samples put, so they are exact;
 * what the network lost should be put as silence. It ends, in this order when
 * two fall on one sample:
 *
 *	STOP_TONE	 at a stop tone; one before the recording is just a tone
 *	INITIAL_SILENCE	 no speech for so long since recording began: the time
 *			 starts when prompt and beep have ended
 *	MAX_DURATION	 so many samples are recorded
 *	MAX_SILENCE	 speech ended so long ago
 *	NO_MEDIA	 nothing was put for no_media_ms of samples got
 *
 * Speech is a run of at least speech_onset_ms of blocks of 10 ms, each with a
 * root mean square of at least speech_dbfs; 0 dBFS is that of a square wave
 * of 32768, a full sine has -3. It is speech once the run is that long, and
 * ends speech_hangover_ms after its last block; the silence counts from there.
 *
 * A recording is a WAV file, 16-bit, mono, at the leg's rate. It is written
 * as <name>.<unique>.part and renamed to its name when it is whole, so a file
 * of that name is replaced by a whole one or not touched. It is not synced to
 * the disk. Its operation ends when the file is closed, hence from the I/O
 * thread. One that was cancelled or failed is a partial recording: removed or
 * kept, see keep_partial.
 *
 * If the file cannot be made, written or renamed (the disk is full, there is no
 * descriptor), nothing is kept, with keep_partial too, and the operation fails
 * as IVRQ_REASON_OTHER as soon as that is known, unless it was cancelled or had
 * failed before. media_ms is then what had been written.
 *
 * Paths of prompts and locations are relative to prompts_dir and
 * recordings_dir. One that is empty, has a component "..", or is absolute
 * without absolute_paths counts as unreadable (a location: the operation fails
 * as IVRQ_REASON_OTHER). Symbolic links are followed; what is in the
 * directories is yours. Only regular files are opened.
 *
 * A cancel is heard at once: ivrq_media_get() asks ivrq_op_is_canceled() for
 * each frame, so the first get called after the cancel returned gives
 * silence, whether or not the worker has run. Tones are the engine's before
 * they are an operation's: none is swallowed by a cancel.
 *
 * Caveats
 *   system calls   put, get, tone and the driver's start and stop may wake an
 *                  I/O thread with sem_post(); they make no other one, take no
 *                  lock and do not allocate.
 *   memory         alloc is called in the two create functions only: once for
 *                  the media, once for each leg (with the defaults 74 KB at
 *                  8000 Hz, 122 KB at 16000 Hz). libsamplerate takes some 60 KB
 *                  more for a leg, in its create; libsndfile allocates on the
 *                  I/O thread for each open file, at most two of a leg.
 *   signals        the I/O threads have the signal mask of the thread that
 *                  called ivrq_media_create(): block there what they should
 *                  not take.
 *   fork           as <ivrq.h>: not in the child.
 */
#include <ivrq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits. Each is inclusive. */
#define IVRQ_MEDIA_LEGS_MAX	   65535u
#define IVRQ_MEDIA_THREADS_MAX	   64u
#define IVRQ_MEDIA_RING_MS_MIN	   100u /* read_ahead_ms, write_behind_ms */
#define IVRQ_MEDIA_RING_MS_MAX	   30000u
#define IVRQ_MEDIA_PATH_BYTES_MIN  256u /* paths of one operation, NULs too */
#define IVRQ_MEDIA_PATH_BYTES_MAX  65536u
#define IVRQ_MEDIA_PATH_MAX	   1023u /* bytes of one path, of a directory */
#define IVRQ_MEDIA_BEEP_HZ_MIN	   100u
#define IVRQ_MEDIA_BEEP_HZ_MAX	   3400u
#define IVRQ_MEDIA_BEEP_MS_MIN	   10u
#define IVRQ_MEDIA_BEEP_MS_MAX	   2000u
#define IVRQ_MEDIA_DBFS_MIN	   (-90) /* beep_dbfs, speech_dbfs; highest 0 */
#define IVRQ_MEDIA_SPEECH_MS_MAX   1000u /* onset (from 10) and hangover */
#define IVRQ_MEDIA_NO_MEDIA_MS_MIN 500u	 /* or 0: never */
#define IVRQ_MEDIA_NO_MEDIA_MS_MAX 600000u
#define IVRQ_MEDIA_FRAME_MAX	   1920u /* samples of one put or get, from 1 */

typedef struct ivrq_media ivrq_media;
typedef struct ivrq_media_leg ivrq_media_leg;

enum ivrq_media_open {
	IVRQ_MEDIA_READ = 1,  /* an existing file */
	IVRQ_MEDIA_CREATE = 2 /* a new one to write; one of that name fails */
};

/*
 * How the I/O threads reach files. All are set; each may block, which delays
 * the legs of that I/O thread and nothing else. Paths are complete: directory
 * and name. A negative answer is a failure, its value does not matter.
 */
typedef struct ivrq_media_files {
	int (*open)(void *user, const char *path, enum ivrq_media_open how,
		    void **file);
	int64_t (*length)(void *user, void *file); /* in bytes */
	/* Bytes done at `offset`; fewer than asked for only at the end. */
	int64_t (*read)(void *user, void *file, int64_t offset, void *bytes,
			int64_t count);
	int64_t (*write)(void *user, void *file, int64_t offset,
			 const void *bytes, int64_t count);
	int (*close)(void *user, void *file); /* ends it, whatever it answers */
	int (*rename)(void *user, const char *from, const char *to);
	int (*remove)(void *user, const char *path);
} ivrq_media_files;

/* What all legs share. ivrq_media_config_init() sets what is in brackets. */
typedef struct ivrq_media_config {
	size_t size;
	uint32_t legs;		    /* at one time [1024] */
	uint32_t io_threads;	    /* a leg belongs to one of them [1] */
	uint32_t read_ahead_ms;	    /* of prompts; at least, per leg [1000] */
	uint32_t write_behind_ms;   /* of recordings; likewise [2000] */
	uint32_t path_bytes;	    /* prompts of one operation, NULs too; what
				     needs more is unreadable [2048] */
	const char *prompts_dir;    /* [NULL: the working directory] */
	const char *recordings_dir; /* [NULL: the working directory] */
	bool absolute_paths;	    /* allow "/..." as well [false] */
	const char *beep_file;	    /* a prompt [NULL: a sine is made] */
	uint32_t beep_hz;	    /* of the sine [1000] */
	uint32_t beep_ms;	    /* of the sine [200] */
	int32_t beep_dbfs;	    /* of the sine's top [-12] */
	const ivrq_media_files *files; /* outlives it [NULL: the file system] */
	void *files_user;	       /* for it [NULL] */
	/* As in ivrq_config; free runs on an I/O thread too. */
	void *(*alloc)(void *user, size_t bytes, size_t align);
	void (*free)(void *user, void *memory, size_t bytes);
	void *user; /* for these two [NULL] */
} ivrq_media_config;

/* One call. ivrq_media_leg_config_init() sets what is in brackets. */
typedef struct ivrq_media_leg_config {
	size_t size;
	uint32_t rate_hz;	     /* 8000 or 16000 [8000] */
	uint32_t no_media_ms;	     /* ends a recording; 0 never [5000] */
	int32_t speech_dbfs;	     /* see above [-40] */
	uint32_t speech_onset_ms;    /* a multiple of 10 [30] */
	uint32_t speech_hangover_ms; /* a multiple of 10 [200] */
	bool keep_partial; /* recordings cancelled or failed [false] */
} ivrq_media_leg_config;

/* Counters of one leg, since it was made. */
typedef struct ivrq_media_stats {
	uint64_t samples_in;	   /* put */
	uint64_t samples_out;	   /* got */
	uint64_t samples_played;   /* of these, prompt or beep */
	uint64_t samples_starting; /* of these, silence before a prompt's
					first sample had been read */
	uint64_t underruns;	   /* gets with silence inside a prompt ... */
	uint64_t samples_underrun; /* ... as its samples came late */
	uint64_t samples_recorded; /* all recordings, lost ones included */
	uint64_t overruns;	   /* puts that found no room in the ring ... */
	uint64_t samples_overrun;  /* ... and are silence in the recording */
	uint32_t ready;		   /* samples read ahead now */
	uint32_t unwritten;	   /* samples not yet taken to a file now */
} ivrq_media_stats;

/**
 * ivrq_media_config_init() - Fill a configuration with the defaults.
 * @config: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.1
 * Source:    reference driver.
 */
IVRQ_API void ivrq_media_config_init(ivrq_media_config *config);

/**
 * ivrq_media_create() - Start the I/O threads that legs will share.
 * @config: What to make; copied, strings too.  @media: Set on success.
 * @error: Or NULL.
 *
 * Threads:   any.
 * Progress:  blocks in the allocator and in pthread_create().
 * Ordering:  hand the media to other threads as you would any pointer.
 * Callbacks: config->alloc, and config->free if it fails half-way.
 * Ownership: the media is the caller's until ivrq_media_destroy().
 * Return:    0; IVRQ_EINVAL; IVRQ_ENOMEM no memory or no thread, with
 *            everything given back.
 * Since:     0.1
 * Source:    reference driver.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_media_create(const ivrq_media_config *config,
					     ivrq_media **media,
					     ivrq_error *error);

/**
 * ivrq_media_destroy() - End the I/O threads.
 * @media: Media, or NULL (does nothing).
 *
 * Threads:   one, while no other is inside a function with this media; not
 *            an I/O thread.
 * Progress:  waits for the I/O threads, so for what their files take.
 * Ordering:  after it no I/O thread is inside any engine: destroy those now.
 * Callbacks: config.free.
 * Ownership: the media ends.
 * Return:    0; IVRQ_EBUSY a leg is not destroyed (nothing changed).
 * Since:     0.1
 * Source:    reference driver.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_media_destroy(ivrq_media *media);

/**
 * ivrq_media_leg_config_init() - Fill a leg's configuration with the defaults.
 * @config: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.1
 * Source:    reference driver.
 */
IVRQ_API void ivrq_media_leg_config_init(ivrq_media_leg_config *config);

/**
 * ivrq_media_leg_create() - Take the memory for one call's audio.
 * @media: Media.  @engine: The engine of the call.  @config: Copied; NULL is
 * the defaults.  @leg: Set on success.  @error: Or NULL.
 *
 * Pass the leg as driver_user, with ivrq_media_driver(), to ivrq_call_open(),
 * then call ivrq_media_leg_bind().
 * Threads:   any; not a media thread, as it may wait.
 * Progress:  blocks in the allocator and on a lock shared with its like.
 * Ordering:  hand the leg to other threads as you would any pointer.
 * Callbacks: config.alloc of the media; its free if it fails half-way.
 * Ownership: the leg is the caller's until ivrq_media_leg_destroy(). The
 *            engine must outlive the media.
 * Return:    0; IVRQ_EINVAL; IVRQ_ENOMEM; IVRQ_EPOOL config.legs exist (one
 *            that was destroyed counts until its I/O thread let go of it).
 * Since:     0.1
 * Source:    reference driver.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_media_leg_create(ivrq_media *media, ivrq_engine *engine,
		      const ivrq_media_leg_config *config, ivrq_media_leg **leg,
		      ivrq_error *error);

/**
 * ivrq_media_leg_bind() - Tell a leg its call, for the tones.
 * @leg: Leg.  @call: From ivrq_call_open(), or 0 for none.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none: a tone at the same time goes to the old or the new call.
 * Callbacks: none.
 * Ownership: none.
 * Return:    0; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    reference driver; G6.
 */
IVRQ_API int ivrq_media_leg_bind(ivrq_media_leg *leg, ivrq_call call);

/**
 * ivrq_media_leg_destroy() - End one call's audio.
 * @leg: Leg, or NULL (does nothing).
 *
 * Allowed from the call's closed() on, inside it too, or if no call was ever
 * opened with this leg. The I/O thread closes what it has open and gives the
 * memory back when it comes to it.
 * Threads:   one, while no other is inside a function with this leg.
 * Progress:  lock-free; may wake the I/O thread.
 * Ordering:  as for free().
 * Callbacks: config.free of the media, later, on the I/O thread.
 * Ownership: the leg ends.
 * Return:    0; IVRQ_EBUSY an operation is in flight (nothing changed).
 * Since:     0.1
 * Source:    reference driver; G10.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_media_leg_destroy(ivrq_media_leg *leg);

/**
 * ivrq_media_driver() - The driver table; each call's driver_user is its leg.
 *
 * It has pause and resume: a paused operation is silent and keeps its place,
 * a paused recording records nothing and its times stand still.
 * Threads:   any; the functions in it run inside ivrq_worker_run().
 * Progress:  wait-free; the functions in it are lock-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the table is static.
 * Return:    never NULL.
 * Since:     0.1
 * Source:    driver table.
 */
IVRQ_API const ivrq_driver *ivrq_media_driver(void);

/**
 * ivrq_media_put() - Give the leg what the caller says.
 * @leg: Leg.  @pcm: Samples.  @nsamples: 1 to IVRQ_MEDIA_FRAME_MAX.
 *
 * Threads:   the media thread.
 * Progress:  lock-free; may wake the I/O thread.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: pcm stays the caller's.
 * Return:    how many of the samples are recorded; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    recordResponse.
 */
IVRQ_API int ivrq_media_put(ivrq_media_leg *leg, const int16_t *pcm,
			    size_t nsamples);

/**
 * ivrq_media_get() - Take from the leg what the caller is to hear.
 * @leg: Leg.  @pcm: Filled: prompt, beep, else silence.
 * @nsamples: 1 to IVRQ_MEDIA_FRAME_MAX.
 *
 * Threads:   the media thread.
 * Progress:  lock-free; may wake the I/O thread. Takes its time from
 *            nsamples: no_media_ms is judged here.
 * Ordering:  a cancel that returned before this was called is heard.
 * Callbacks: none; it calls ivrq_op_complete() at a prompt's last sample.
 * Ownership: pcm stays the caller's.
 * Return:    how many samples are prompt or beep; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    playPrompt; G4.
 */
IVRQ_API int ivrq_media_get(ivrq_media_leg *leg, int16_t *pcm, size_t nsamples);

/**
 * ivrq_media_tone() - Tell of a tone from the caller.
 * @leg: Leg.  @tone: One of 0-9 * # a-d.  @duration_ms: 0 unknown.
 *
 * The tone goes to ivrq_tone() first. If a recording is under way and it is a
 * stop tone of it, the recording ends at the next put or get.
 * Threads:   any.
 * Progress:  lock-free.
 * Ordering:  as ivrq_tone(); the first stop tone of a recording counts.
 * Callbacks: none here.
 * Ownership: none.
 * Return:    as ivrq_tone(); IVRQ_ENOENT the leg has no call. A stop tone
 *            counts even if ivrq_tone() lost it.
 * Since:     0.1
 * Source:    stopTones, subscribeToTone; G6.
 */
IVRQ_API int ivrq_media_tone(ivrq_media_leg *leg, char tone,
			     uint32_t duration_ms);

/**
 * ivrq_media_leg_recording() - Where the latest recording of a leg went.
 * @leg: Leg.  @name: Set on success: the operation's location, or the name
 * the driver chose for it, relative to recordings_dir.  @bytes: Room in name;
 * IVRQ_MEDIA_PATH_MAX + 1 is enough.
 *
 * Meant for the result() of a recordResponse that was started, where it is that
 * one's; whether the file exists is result.kept. Names the driver chooses are
 * unique.
 * Threads:   the media thread.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: name stays the caller's.
 * Return:    the length of the name; IVRQ_ENOENT nothing was recorded;
 *            IVRQ_ETOOBIG; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    recordingLocation.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_media_leg_recording(const ivrq_media_leg *leg,
						    char *name, size_t bytes);

/**
 * ivrq_media_leg_stats() - Read a leg's counters.
 * @leg: Leg.  @stats: Set on success.
 *
 * Threads:   any. Each counter is some recent value.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    0; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    reference driver.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_media_leg_stats(const ivrq_media_leg *leg,
						ivrq_media_stats *stats);

#ifdef __cplusplus
}
#endif
#endif
