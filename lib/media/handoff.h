/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_MEDIA_HANDOFF_H
#define IVRQ_LIB_MEDIA_HANDOFF_H
/*
 * handoff.h - what the media thread and the I/O thread of a leg tell each
 * other, other than samples. handoff.c explains how. _md functions are the
 * media thread's, _io functions the I/O thread's; all are lock-free.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ivrq.h>

#include "core/atomics.h"

#define IVRQ__LIST_MAX (IVRQ_PROMPTS_MAX + 1) /* prompts and a beep */

/* A list to play. Belongs to whoever its state says. */
struct ivrq__list {
	ivrq__a32 state;
	uint32_t session;
	uint32_t count;
	bool loop;
	const char *paths[IVRQ__LIST_MAX]; /* into bytes */
	char *bytes;
};

/* How a session ended: at this place of the ring, at this entry. */
struct ivrq__play_end {
	uint32_t place;
	uint32_t entry;
	int reason; /* an ivrq_reason */
};

enum ivrq__record_verb {
	IVRQ__RECORD_NONE = 0,
	IVRQ__RECORD_BEGIN = 1,
	IVRQ__RECORD_END = 2,
	IVRQ__RECORD_CANCEL = 3
};

/* What the I/O thread is told of a recording; see handoff.c for when. */
struct ivrq__record_order {
	/* With BEGIN. */
	ivrq_op op;
	const char *name;
	/* With END or CANCEL, whichever is first. */
	uint64_t samples;   /* all of it: in the ring, and lost at its end */
	uint32_t lost_tail; /* of these, silence to add at the end */
	/* With END. */
	ivrq_outcome outcome;
};

struct ivrq__handoff {
	_Alignas(64) ivrq__a32 want; /* media: session | list + 1 */
	ivrq__a32 verb;		     /* media: recording | its verb */
	struct ivrq__record_order record;
	uint32_t session;   /* media: of want */
	uint32_t recording; /* media: of verb */
	struct ivrq__list list[2];

	_Alignas(64) ivrq__a32 begun; /* I/O: the session it plays */
	ivrq__a32 ended;	      /* I/O: the session it has played */
	uint32_t first;		      /* I/O: place of begun's first sample */
	struct ivrq__play_end end;    /* I/O: of ended */
	uint32_t taken;		      /* I/O: list + 1 */
	uint32_t playing;	      /* I/O: session of taken, or the latest */

	_Alignas(64) ivrq__a32 kicked; /* any: QUEUED, LAST */
	uint32_t next;		       /* who queued it: the leg after it */
	ivrq__a32 gate;		       /* media: recording | stop tones */
	ivrq__a32 mail;		       /* any: recording | stop tone heard */
};

/* Legs that want their I/O thread, newest first, by index + 1. */
struct ivrq__queue {
	_Alignas(64) ivrq__a32 newest;
};

void ivrq__handoff_init(struct ivrq__handoff *hand, char *bytes,
			uint32_t path_bytes);

struct ivrq__list *ivrq__play_claim_md(struct ivrq__handoff *hand);
void ivrq__play_give_md(struct ivrq__handoff *hand, struct ivrq__list *list);
void ivrq__play_drop_md(struct ivrq__handoff *hand);
bool ivrq__play_begun_md(struct ivrq__handoff *hand, uint32_t *first);
bool ivrq__play_ended_md(struct ivrq__handoff *hand,
			 struct ivrq__play_end *end);

bool ivrq__play_stale_io(struct ivrq__handoff *hand);
struct ivrq__list *ivrq__play_take_io(struct ivrq__handoff *hand);
void ivrq__play_begin_io(struct ivrq__handoff *hand, uint32_t first);
void ivrq__play_end_io(struct ivrq__handoff *hand,
		       const struct ivrq__play_end *end);

void ivrq__record_begin_md(struct ivrq__handoff *hand, uint16_t stop_tones);
void ivrq__record_verb_md(struct ivrq__handoff *hand,
			  enum ivrq__record_verb verb);
enum ivrq__record_verb ivrq__record_verb_io(struct ivrq__handoff *hand,
					    uint32_t *recording);

void ivrq__tone_mail(struct ivrq__handoff *hand, char tone);
char ivrq__tone_take_md(struct ivrq__handoff *hand);

/* true: the queue was empty, wake its I/O thread. last: nothing comes after. */
bool ivrq__kick(struct ivrq__handoff *hand, struct ivrq__queue *queue,
		uint32_t index, bool last);
uint32_t ivrq__queue_take_io(struct ivrq__queue *queue);
bool ivrq__kick_take_io(struct ivrq__handoff *hand); /* true: the last one */

#endif
