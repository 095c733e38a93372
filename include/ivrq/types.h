/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TYPES_H
#define IVRQ_TYPES_H
/*
 * ivrq/types.h - what goes into the engine and what comes out of it: limits,
 * errors, handles, requests, results, the driver and the listener.
 * The functions are in <ivrq.h>, which includes this file; so should you.
 *
 * A structure that a caller fills starts with `size`. Its _init() function
 * sets that and every default; any other size is refused. A later release
 * that adds members will know the older sizes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define IVRQ_API __attribute__((visibility("default")))
#define IVRQ_MUST_USE __attribute__((warn_unused_result))
#else
#define IVRQ_API
#define IVRQ_MUST_USE
#endif

/* Limits. Each is inclusive. */
#define IVRQ_CALLS_MAX 16777215u	  /* calls of one engine */
#define IVRQ_RING_MIN 4u		  /* a ring is a power of two and */
#define IVRQ_RING_MAX 1024u		  /* all of it is usable */
#define IVRQ_OPERATIONS_MAX 16777215u	  /* operations of one engine */
#define IVRQ_WORKERS_MAX 64u
#define IVRQ_INLINE_MIN 64u		  /* bytes, a multiple of 8 */
#define IVRQ_INLINE_MAX 65536u
#define IVRQ_TONES_MAX 16777215u	  /* tone events of one engine */
#define IVRQ_TONES_PER_CALL_MAX 63u
#define IVRQ_SUBSCRIPTIONS_MAX 16777215u
#define IVRQ_FENCES_MAX 4096u
#define IVRQ_PROMPTS_MAX 20u		  /* playPrompt; recordResponse: 1 */
#define IVRQ_SECONDS_MIN 1u		  /* the three times of recordResponse */
#define IVRQ_SECONDS_MAX 120u
#define IVRQ_SECONDS_DEFAULT 5u
#define IVRQ_CLIENT_CONTEXT_MAX 256u	  /* UTF-8 code points */
#define IVRQ_MEDIA_MS_MAX 67108863u	  /* longer times are reported as this */

/* What a function answers: 0 or a count, or one of these. Never renumbered. */
enum ivrq_errno {
	IVRQ_EINVAL = -1,     /* a parameter is out of its rule; see ivrq_error */
	IVRQ_ENOENT = -2,     /* the handle is stale, or was never given out */
	IVRQ_EFULL = -3,      /* this call's ring (or tone queue) is full */
	IVRQ_EPOOL = -4,      /* the engine's pool of that thing is used up */
	IVRQ_ETOOBIG = -5,    /* the strings need more than inline_bytes */
	IVRQ_ECLOSED = -6,    /* the call is closed, or the engine stopped */
	IVRQ_ECANCELED = -7,  /* a cancel came first; stop() tells the driver */
	IVRQ_EALREADY = -8,   /* it was done before; nothing changed */
	IVRQ_EDEADLK = -9,    /* would wait inside a callback */
	IVRQ_ETIMEDOUT = -10, /* the time limit passed first */
	IVRQ_EBUSY = -11,     /* in use: a worker that runs, an open call */
	IVRQ_ENOMEM = -12,    /* the allocator answered NULL */
	IVRQ_ENOTSUP = -13    /* this call's driver has no such function */
};

/*
 * Which parameter was refused. Every function that takes an `ivrq_error *`
 * fills it when it answers negative and leaves it alone otherwise; NULL is
 * allowed. The strings are static.
 */
typedef struct ivrq_error {
	int code;	   /* the answer again */
	const char *field; /* the member or parameter, as it is spelt here */
	const char *rule;  /* what it has to be */
} ivrq_error;

/*
 * Handles are values; 0 is none. Copy them freely, keep them as long as you
 * like: one that has ended is recognised and answered with IVRQ_ENOENT.
 */
typedef struct ivrq_engine ivrq_engine;
typedef struct ivrq_call {
	uint64_t value;
} ivrq_call;
typedef struct ivrq_op {
	uint64_t value;
} ivrq_op;
typedef struct ivrq_cancel {
	uint64_t value;
} ivrq_cancel;
typedef struct ivrq_subscription {
	uint64_t value;
} ivrq_subscription;

/*
 * What an engine is made of. Memory is taken once, in ivrq_engine_create().
 * ivrq_config_init() sets the defaults given in brackets.
 */
typedef struct ivrq_config {
	size_t size;
	uint32_t calls;		 /* calls open at one time [1024] */
	uint32_t ring;		 /* operations per call, power of two [16] */
	uint32_t operations;	 /* of all calls together [0: 4 per call] */
	uint32_t workers;	 /* media threads, up to 64 [1] */
	uint32_t inline_bytes;	 /* strings of one operation [512] */
	uint32_t tones;		 /* tones not delivered [0: 2 per call] */
	uint32_t tones_per_call; /* of these, one call [32] */
	uint32_t subscriptions;	 /* of all together [0: 1 per call] */
	uint32_t fences;	 /* threads waiting at one time [16] */
	uint32_t high_water;	 /* depth that calls high_water(); 0 none [0] */
	uint32_t low_water;	 /* depth that calls low_water() after it [0] */
	/*
	 * Memory. `align` is a power of two. alloc answers NULL when there is
	 * none. Called by create and destroy only. [aligned_alloc, free]
	 */
	void *(*alloc)(void *user, size_t bytes, size_t align);
	void (*free)(void *user, void *memory, size_t bytes);
	/*
	 * Wakes the thread that runs `worker`. Called from submit, cancel,
	 * complete, tone, and at the end of a run that left work, always
	 * outside any lock; it must not call the engine. It may be called
	 * more often than needed, never less. With it a run gives itself up
	 * after 64 calls, and wakes. [NULL: the worker polls]
	 */
	void (*wake)(void *user, uint32_t worker);
	void *user;		 /* for the three hooks [NULL] */
} ivrq_config;

enum ivrq_kind { IVRQ_PLAY_PROMPT = 1, IVRQ_RECORD_RESPONSE = 2 };

/* What both requests have in common. All zero is the default. */
typedef struct ivrq_options {
	const char *client_context; /* NULL, or UTF-8; echoed in the result */
	uint64_t tag;		    /* for IVRQ_SCOPE_TAG; any value */
	uint64_t deadline_ns; /* a run at this time or later that finds it not
				 started fails it, 408/9002; 0 none. On the
				 clock of ivrq_worker_run(). */
	void *user;	      /* echoed in the operation */
	bool barge_in_allowed; /* cancel all that came before, in the same step
				  that adds this one */
	bool keep_prompts;     /* do not copy `prompts` and its strings: they
				  outlive the operation's result */
} ivrq_options;

typedef struct ivrq_play_prompt_request {
	size_t size;
	const char *const *prompts; /* played in this order, without a gap */
	uint32_t prompt_count;	    /* 1 to IVRQ_PROMPTS_MAX */
	bool loop;		    /* play the list for ever [false] */
	ivrq_options options;
} ivrq_play_prompt_request;

typedef struct ivrq_record_response_request {
	size_t size;
	const char *const *prompts; /* played before the beep [none] */
	uint32_t prompt_count;	    /* 0 or 1 */
	uint32_t initial_silence_timeout_seconds; /* from the prompt's end [5] */
	uint32_t max_silence_timeout_seconds;	  /* after speech [5] */
	uint32_t max_record_duration_seconds;	  /* of the recording [5] */
	bool play_beep;				  /* before recording [true] */
	const char *stop_tones; /* a set of 0-9 * # a-d [none] */
	const char *location;	/* where to record; the driver's to read; NULL
				   lets the driver choose [NULL] */
	ivrq_options options;
} ivrq_record_response_request;

/* An accepted operation. The engine's memory, unchanged until its result
 * callback returns. */
typedef struct ivrq_operation {
	ivrq_op op;
	ivrq_call call;
	enum ivrq_kind kind;
	uint32_t prompt_count;
	const char *const *prompts;
	const char *client_context; /* NULL when none was given */
	const char *location;	    /* NULL when none was given */
	uint64_t tag;
	uint64_t deadline_ns;
	void *user;
	uint16_t initial_silence_timeout_seconds;
	uint16_t max_silence_timeout_seconds;
	uint16_t max_record_duration_seconds;
	uint16_t stop_tones; /* bit ivrq_tone_bit(c) for each stop tone */
	bool loop;
	bool play_beep;
	bool barge_in_allowed;
} ivrq_operation;

/* The answer to a submit. */
typedef struct ivrq_submission {
	ivrq_op op;
	uint32_t ahead; /* operations before it, neither cancelled by then (by a
			   cut) nor finished */
	bool running;	/* ahead is 0: it starts at once (the API's `running`),
			   otherwise it waits (`notStarted`) */
} ivrq_submission;

enum ivrq_status { IVRQ_COMPLETED = 1, IVRQ_FAILED = 2, IVRQ_CANCELED = 3 };

/*
 * Why an operation ended. A driver gives one of the first two groups, marked
 * p for playPrompt, r for recordResponse.
 */
enum ivrq_reason {
	/* completed */
	IVRQ_REASON_SUCCESS = 1,      /* p: played to its end */
	IVRQ_REASON_STOP_TONE = 2,    /* r: with the tone in outcome.tone */
	IVRQ_REASON_MAX_DURATION = 3, /* r: longest recording reached */
	IVRQ_REASON_MAX_SILENCE = 4,  /* r: silence after speech */
	/* failed */
	IVRQ_REASON_INITIAL_SILENCE = 5,    /* r: no speech at all */
	IVRQ_REASON_PROMPT_FAILED = 6,	    /* r: its prompt, whatever of it */
	IVRQ_REASON_BEEP_FAILED = 7,	    /* r */
	IVRQ_REASON_NO_MEDIA = 8,	    /* r: none from the caller */
	IVRQ_REASON_PROMPT_FORMAT = 9,	    /* p: not one the driver plays */
	IVRQ_REASON_PROMPT_UNREADABLE = 10, /* p: missing, cannot be read */
	IVRQ_REASON_OTHER = 11,		    /* p, r */
	/* the engine's own */
	IVRQ_REASON_DEADLINE = 12,	/* failed: waited too long */
	IVRQ_REASON_CANCELED = 13	/* canceled: see ivrq_result.cause */
};

/* Who cancelled it. */
enum ivrq_cause {
	IVRQ_CAUSE_NONE = 0,	 /* not cancelled */
	IVRQ_CAUSE_CANCEL = 1,	 /* ivrq_cancel_media_processing() */
	IVRQ_CAUSE_BARGE_IN = 2, /* an operation with barge_in_allowed */
	IVRQ_CAUSE_HANG_UP = 3,	 /* ivrq_call_close() */
	IVRQ_CAUSE_STOP = 4	 /* ivrq_engine_stop() or a close for it */
};

/* What a driver reports about an operation it started. */
typedef struct ivrq_outcome {
	enum ivrq_reason reason; /* ignored when it answers a stop */
	uint32_t media_ms;	 /* played (playPrompt) or recorded */
	char tone;		 /* with IVRQ_REASON_STOP_TONE, else 0 */
	bool kept;		 /* the recording exists */
} ivrq_outcome;

/* The one result of an operation; valid during the callback. */
typedef struct ivrq_result {
	const ivrq_operation *operation;
	enum ivrq_status status;
	enum ivrq_reason reason;
	enum ivrq_cause cause; /* with IVRQ_CANCELED, else NONE */
	ivrq_cancel cancel;    /* the receipt's id, with IVRQ_CANCELED */
	bool started;	       /* the driver's start() was called */
	bool kept;	       /* the recording exists */
	char tone;	       /* the stop tone, or 0 */
	uint32_t media_ms;     /* as the driver reported; 0 if not started */
} ivrq_result;

enum ivrq_scope {
	IVRQ_SCOPE_ALL = 0,	/* current and pending, one step */
	IVRQ_SCOPE_CURRENT = 1, /* the oldest without a result, one step; none
				   if that has finished or is cancelled */
	IVRQ_SCOPE_PENDING = 2, /* all but the oldest, one step; one that was
				   cancelled alone counts until the run that
				   delivers it has returned */
	IVRQ_SCOPE_OP = 3,	/* the one named by `op` */
	IVRQ_SCOPE_KIND = 4,	/* each of that `kind`, one by one */
	IVRQ_SCOPE_TAG = 5	/* each with that `tag`, one by one */
};

typedef struct ivrq_cancel_request {
	size_t size;
	enum ivrq_scope scope;	    /* [IVRQ_SCOPE_ALL] */
	ivrq_op op;		    /* with IVRQ_SCOPE_OP */
	enum ivrq_kind kind;	    /* with IVRQ_SCOPE_KIND */
	uint64_t tag;		    /* with IVRQ_SCOPE_TAG */
	const char *client_context; /* NULL, or UTF-8; echoed in the receipt */
} ivrq_cancel_request;

/* in_flight + pending results will carry `id`; 0 is a success too. */
typedef struct ivrq_receipt {
	ivrq_call call;
	ivrq_cancel id;
	uint32_t in_flight; /* 0 or 1: was started and had not finished */
	uint32_t pending;   /* had not started */
	const char *client_context; /* the request's own pointer */
} ivrq_receipt;

/* A tone, once for each subscription of the call. */
typedef struct ivrq_tone_event {
	ivrq_call call;
	ivrq_subscription subscription;
	uint64_t sequence_id; /* of the call; from 1, one more each tone */
	uint32_t duration_ms; /* 0 unknown */
	uint32_t lost;	      /* tones lost to overflow just before this one */
	char tone;	      /* 0-9 * # a-d */
} ivrq_tone_event;

enum ivrq_head_state {
	IVRQ_HEAD_IDLE = 0,	/* not started, or there is none */
	IVRQ_HEAD_RUNNING = 1,	/* started */
	IVRQ_HEAD_FINISHED = 2, /* completed, result not delivered */
	IVRQ_HEAD_CANCELED = 3	/* cancelled while started, not delivered */
};

/* One call at one instant. */
typedef struct ivrq_snapshot {
	uint32_t depth;		    /* operations without a result */
	uint32_t canceled;	    /* of these, reached by a cut */
	enum ivrq_head_state state; /* of the oldest operation */
	ivrq_op head;		    /* the oldest operation, 0 if none */
	ivrq_op tail;		    /* the newest operation, 0 if none */
	bool closed;
} ivrq_snapshot;

/*
 * Counters. At a quiet point (no function of the engine running) and always
 * after the fact: submitted = completed + failed + canceled + live. live is
 * counted from the queues themselves, not computed from the others.
 */
typedef struct ivrq_stats {
	uint64_t submitted;
	uint64_t completed;
	uint64_t failed;
	uint64_t canceled;
	uint64_t live;
	uint64_t tones;	     /* delivered to the worker */
	uint64_t tones_lost; /* to overflow */
	uint32_t calls_open;
} ivrq_stats;

/*
 * The driver: the media server's side of a call. start, stop, pause and
 * resume run inside ivrq_worker_run() on its thread, with the call's
 * driver_user. They must not block; they may call the engine.
 *
 * Every operation whose start() answered 0 ends in one of two ways:
 * ivrq_op_complete() answers 0, or stop() is called, exactly once.
 */
enum { IVRQ_STOPPED = 0, IVRQ_STOP_PENDING = 1 };
typedef struct ivrq_driver {
	/*
	 * Begin. 0, or an ivrq_reason of the failed group: the operation ends
	 * with it. ivrq_op_complete() may be called before start returns.
	 */
	int (*start)(void *user, const ivrq_operation *operation);
	/*
	 * A cancel won: end now. IVRQ_STOPPED with *outcome filled, or
	 * IVRQ_STOP_PENDING and ivrq_op_stopped() later; the next operation
	 * starts after that.
	 */
	int (*stop)(void *user, const ivrq_operation *operation,
		    ivrq_outcome *outcome);
	void (*pause)(void *user, const ivrq_operation *operation);  /* or NULL */
	void (*resume)(void *user, const ivrq_operation *operation); /* or NULL */
} ivrq_driver;

/*
 * The listener: the application's side of a call. Each may be NULL. They run
 * inside ivrq_worker_run() on its thread, with the call's user pointer, one
 * at a time per call; no lock is held. They may submit, cancel, subscribe,
 * close; a function that would wait answers IVRQ_EDEADLK there.
 */
typedef struct ivrq_listener {
	void (*started)(void *user, const ivrq_operation *operation);
	void (*result)(void *user, const ivrq_result *result);
	void (*tone)(void *user, const ivrq_tone_event *event);
	void (*idle)(void *user, ivrq_call call); /* no operation is left */
	void (*high_water)(void *user, ivrq_call call, uint32_t depth);
	void (*low_water)(void *user, ivrq_call call, uint32_t depth);
	void (*closed)(void *user, ivrq_call call, enum ivrq_cause reason);
} ivrq_listener;

/* How a call is opened. driver and listener outlive the call. */
typedef struct ivrq_call_config {
	size_t size;
	uint32_t worker;	       /* it belongs to this one for life [0] */
	const ivrq_driver *driver;     /* start and stop are set */
	void *driver_user;	       /* [NULL] */
	const ivrq_listener *listener; /* [NULL: no callbacks] */
	void *user;		       /* for the listener [NULL] */
} ivrq_call_config;

/* A result in the words of the call API. The strings are static. */
typedef struct ivrq_wire {
	const char *status;	       /* completed, failed */
	const char *completion_reason; /* differs for play and record */
	uint32_t code;
	uint32_t subcode;
	const char *message;
} ivrq_wire;

#ifdef __cplusplus
}
#endif
#endif
