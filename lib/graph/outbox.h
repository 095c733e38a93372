/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_OUTBOX_H
#define IVRQ_LIB_GRAPH_OUTBOX_H
/*
 * outbox.h - the notifications that wait, in memory and in the spool. Not for
 * several threads at once: its owner has a lock. outbox.c explains.
 */
#include "graph/hosts.h"
#include "graph/lanes.h"
#include "graph/notify.h"

struct ivrq__outbox {
	struct ivrq__lanes lanes;
	struct ivrq__spool *spool;
	bool named; /* the spool is kept */
	uint32_t in_memory;
	uint32_t batch;
	uint64_t next_seq;
	uint64_t held;	/* elements in memory that are no rows */
	uint64_t late;	/* of these, what should be rows */
	uint64_t stale; /* lanes */
	uint64_t flush_ns;
	bool spool_bad;
	struct ivrq__notify_stats stats;
	char trouble[192]; /* to be logged and emptied, without the lock */
};

/* 0, or as ivrq__notify_create(). */
int ivrq__outbox_init(struct ivrq__outbox *outbox,
		      const struct ivrq__notify_config *config,
		      const struct ivrq__hosts *hosts, ivrq_error *error);
/* What waits is in a named spool then. How many could not be kept. */
uint64_t ivrq__outbox_done(struct ivrq__outbox *outbox);

/* Takes an element with added_ns. 1: its lane is ready; 0: not yet;
 * IVRQ_ENOMEM: not taken. */
int ivrq__outbox_add(struct ivrq__outbox *outbox, const ivrq_uuid *call,
		     const char *origin, struct ivrq__element *element);

/* Who sends next, its elements in lane->flight; or NULL. */
struct ivrq__lane *ivrq__outbox_take(struct ivrq__outbox *outbox,
				     uint64_t now_ns);
/* What came of it. true: it begins to fail. */
bool ivrq__outbox_land(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
		       enum ivrq__landing how, uint64_t now_ns);
/* Its address is not allowed: it is not sent, nor is what comes after. */
void ivrq__outbox_bar(struct ivrq__outbox *outbox, struct ivrq__lane *lane);
/* It could not be tried. */
void ivrq__outbox_defer(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
			uint64_t now_ns);

/* Tries the spool again, if it is due. */
void ivrq__outbox_flush(struct ivrq__outbox *outbox, uint64_t now_ns);
/* When to call _flush() and _take() again, if nothing happens. */
uint64_t ivrq__outbox_due(const struct ivrq__outbox *outbox, uint64_t now_ns);

#endif
