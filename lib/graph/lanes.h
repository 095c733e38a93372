/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_LANES_H
#define IVRQ_LIB_GRAPH_LANES_H
/*
 * lanes.h - whose turn is it to send: a lane for each call that has something
 * to tell, and the servers they go to. Not for several threads at once: its
 * owner has a lock. lanes.c explains.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ivrq/json.h>

#include "graph/spool.h"

struct ivrq__origin;

struct ivrq__elements {
	struct ivrq__element *first;
	struct ivrq__element *last;
	uint32_t count;
};

enum ivrq__lane_state {
	IVRQ__LANE_IDLE = 0,	/* in no list */
	IVRQ__LANE_READY = 1,	/* in its origin's list */
	IVRQ__LANE_FLYING = 2,	/* a POST is on its way */
	IVRQ__LANE_RESTING = 3, /* in the heap, until due_ns */
	IVRQ__LANE_BARRED = 4	/* its next address is not allowed */
};

/* A call's notifications. The middle part is outbox.c's. */
struct ivrq__lane {
	struct ivrq__lane *same_hash;
	struct ivrq__lane *next; /* ready */
	struct ivrq__lane *left; /* resting */
	struct ivrq__lane *right;
	struct ivrq__origin *origin;
	uint64_t due_ns;
	uint32_t failures; /* since the latest 2xx */
	enum ivrq__lane_state state;

	struct ivrq__elements waiting; /* oldest */
	struct ivrq__elements late;    /* newest */
	struct ivrq__elements flight;  /* of the POST */
	uint64_t rows;		       /* in the spool, between those two */
	uint64_t done_seq;	       /* all up to this are settled */
	bool loaded;		       /* the flight's are rows too */
	bool was_late;		       /* ... are of the late */
	bool stale;		       /* rows up to done_seq are still there */

	ivrq_uuid call;
};

struct ivrq__lanes {
	struct ivrq__lane **table;
	size_t mask; /* slots - 1 */
	size_t count;
	struct ivrq__origin *first, *last; /* whose turn came longest ago */
	uint32_t origins;
	struct ivrq__lane *resting; /* a heap */
	uint32_t flying;
	uint32_t senders;
	uint32_t retry_min_ms;
	uint32_t retry_max_ms;
	uint64_t random;
};

/* What came of a POST. */
enum ivrq__landing {
	IVRQ__SETTLED = 1,  /* 2xx */
	IVRQ__REFUSED = 2,  /* another status */
	IVRQ__CUT = 3,	    /* it was sent, no answer came */
	IVRQ__UNREACHED = 4 /* it was not sent */
};

bool ivrq__lanes_init(struct ivrq__lanes *lanes, uint32_t senders,
		      uint32_t retry_min_ms, uint32_t retry_max_ms);
/* Frees the lanes and what is in them. */
void ivrq__lanes_done(struct ivrq__lanes *lanes);

struct ivrq__lane *ivrq__lanes_find(const struct ivrq__lanes *lanes,
				    const ivrq_uuid *call);
/* A new idle one; NULL: no memory. */
struct ivrq__lane *ivrq__lanes_add(struct ivrq__lanes *lanes,
				   const ivrq_uuid *call, const char *origin);
/* Of an idle one without elements. */
void ivrq__lanes_remove(struct ivrq__lanes *lanes, struct ivrq__lane *lane);

/* It has something to send now. */
void ivrq__lanes_ready(struct ivrq__lane *lane);
/* ... later: one more failure. */
void ivrq__lanes_rest(struct ivrq__lanes *lanes, struct ivrq__lane *lane,
		      uint64_t now_ns);

/* The next that may fly, or NULL; it flies then. */
struct ivrq__lane *ivrq__lanes_pick(struct ivrq__lanes *lanes, uint64_t now_ns);
/* It is idle again. `true`: the first failure of its server. */
bool ivrq__lanes_land(struct ivrq__lanes *lanes, struct ivrq__lane *lane,
		      enum ivrq__landing how, uint64_t now_ns);
/* It did not fly after all. */
void ivrq__lanes_abort(struct ivrq__lanes *lanes, struct ivrq__lane *lane);

/* When _pick() may answer more than now; UINT64_MAX: time changes nothing. */
uint64_t ivrq__lanes_due(const struct ivrq__lanes *lanes, uint64_t now_ns);

/* For each; it may remove the one it is given. false ends it. */
void ivrq__lanes_each(struct ivrq__lanes *lanes,
		      bool (*each)(void *user, struct ivrq__lane *lane),
		      void *user);

#endif
