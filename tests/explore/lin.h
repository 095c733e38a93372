/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_LIN_H
#define IVRQ_TESTS_EXPLORE_LIN_H
/*
 * lin.h - is there an order of what happened, one after the other, in which a
 * plain sequential object answers what was answered? lin.c searches for it,
 * whatever the object is; lin_queue.c has the queue with cut.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIN_EVENTS 64
#define LIN_OPS	   24
#define LIN_STATE  128 /* bytes of a state, at most */
#define LIN_NOBODY 255

struct lin_fault {
	unsigned done;		   /* events in the longest order found */
	uint8_t order[LIN_EVENTS]; /* that order */
};

struct lin_spec {
	unsigned events;
	uint64_t
		before[LIN_EVENTS]; /* which had returned when it was invoked */
	size_t bytes;		    /* of a state; all of them count */
	/* It takes effect. False: the object would not have it so. */
	bool (*apply)(const void *arg, void *state, unsigned event);
	const void *arg;
};

bool lin_search(const struct lin_spec *spec, const void *first,
		struct lin_fault *fault);

/* -------------------------------------------------- the queue, lin_queue.c */

enum lin_what {
	/* calls: they take effect between their invocation and their return */
	LIN_SUBMIT,   /* op, barge, hits, answer */
	LIN_AHEAD,    /* op, value: what the submit said of those before it */
	LIN_ALL,      /* hits, in_flight, pending, answer */
	LIN_PENDING,  /* the same */
	LIN_CURRENT,  /* the same */
	LIN_CLOSE,    /* the same */
	LIN_KILL,     /* op, hits: a cancel by op, and what it did to that */
	LIN_PICK,     /* op, hits: what a cancel by kind or tag did to this */
	LIN_COMPLETE, /* op, answer */
	LIN_IS_CUT,   /* op, answer: ivrq_op_is_canceled() */
	LIN_SNAPSHOT, /* shot, answer */
	/* the worker's: between its last callback and this one */
	LIN_START,  /* op */
	LIN_STOP,   /* op */
	LIN_RESULT, /* op, status, by, started */
	LIN_RUN,    /* until the run returns */
	/* after this callback, until the run returns */
	LIN_CLOSED,
	/* between the first run that knows the time and the result */
	LIN_EXPIRE /* op */
};

struct lin_shot {
	uint8_t depth;
	uint8_t canceled;
	uint8_t state; /* enum ivrq_head_state */
	uint8_t closed;
	uint8_t head; /* op, or LIN_NOBODY */
	uint8_t tail;
};

struct lin_event {
	uint64_t before; /* events that had returned when it was invoked */
	int answer;
	uint32_t hits; /* operations whose results name it, a bit each */
	uint8_t what;
	uint8_t op;
	uint8_t by;	/* event whose cancel the result names, LIN_NOBODY */
	uint8_t status; /* enum ivrq_status */
	uint8_t in_flight;
	uint8_t pending;
	uint8_t value;
	bool barge;
	bool started;
	struct lin_shot shot;
};

struct lin_history {
	unsigned events;
	unsigned ops;
	unsigned capacity; /* of the ring */
	uint32_t late;	   /* operations with a deadline, a bit each */
	struct lin_event event[LIN_EVENTS];
};

bool lin_check(const struct lin_history *history, struct lin_fault *fault);
/* One event in words. */
const char *lin_say(const struct lin_history *history, unsigned event,
		    char *buf, size_t size);
/* Which of the rest could have come next by the times, and did not fit. */
const char *lin_stuck(const struct lin_history *history,
		      const struct lin_fault *fault, char *buf, size_t size);

#endif
