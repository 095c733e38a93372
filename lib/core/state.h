/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_STATE_H
#define IVRQ_CORE_STATE_H
/*
 * state.h - the engine's memory: what there is of calls, operations, tones,
 * subscriptions and workers, and how handles name them.
 */
#include <ivrq.h>

#include "core/deadline.h"
#include "core/fence.h"
#include "core/pool.h"
#include "core/queue.h"
#include "core/ready.h"

/*
 * What every thread touches of a call; its ring follows directly. 64 bytes, a
 * cache line of its own.
 *    life: generation 39, pausable 1, open 1, paused 1
 *    tones: sequence 32, closed 1, depth 6, newest node + 1 24
 */
struct ivrq__call {
	struct ivrq__queue queue;
	ivrq__a64 life;
	ivrq__a64 tones;
	ivrq__a32 subscribers; /* newest node + 1 */
	ivrq__a32 owner;       /* its worker */
};
_Static_assert(sizeof(struct ivrq__call) == 64, "one cache line");

/* What the worker reads. Written by open and by the worker. */
struct ivrq__cold {
	const ivrq_driver *driver;
	const ivrq_listener *listener;
	void *driver_user;
	void *user;
	uint64_t seen;	    /* position: the worker knows all before */
	uint32_t tone_base; /* sequence when the life began */
	uint32_t tone_last; /* sequence of the last tone delivered */
};
_Static_assert(sizeof(void *) > 8 || sizeof(struct ivrq__cold) <= 48,
	       "an idle call is at most 256 bytes");

/* Tones of a call that wait: the word's parts. */
#define IVRQ__TONE_TOP		  UINT64_C(0xffffff)
#define IVRQ__TONE_DEPTH_SHIFT	  24
#define IVRQ__TONE_CLOSED	  (UINT64_C(1) << 30)
#define IVRQ__TONE_SEQUENCE_SHIFT 32

/* ivrq__queue.mine: the worker's flags */
#define IVRQ__CALL_PAUSED 1u /* the driver was told to pause the head */
#define IVRQ__CALL_BUSY	  2u /* idle() is due when the queue is empty */
#define IVRQ__CALL_HIGH	  4u /* high_water() was told */

#define IVRQ__LIFE_PAUSED   UINT64_C(1) /* the bit of IVRQ__CALL_PAUSED */
#define IVRQ__LIFE_OPEN	    UINT64_C(2)
#define IVRQ__LIFE_PAUSABLE UINT64_C(4) /* the driver has pause and resume */
#define IVRQ__LIFE_SHIFT    3
#define IVRQ__LIFE_NAME	    (~(IVRQ__LIFE_PAUSED | IVRQ__LIFE_PAUSABLE))

/* An operation; its strings follow. Aligned to 64. */
struct ivrq__op {
	ivrq_operation public;
	struct ivrq__due due; /* the worker's */
	uint64_t position;
	bool called;   /* the worker's: start() was called */
	bool started;  /* the worker's: and answered 0 */
	bool stopping; /* the worker's: stop() was called */
};

/*
 * ivrq__cell.end: what the driver said of an operation.
 *    set 1, stopping 1, stopped 1, kept 1, tone + 1 5, reason 4, media_ms 26
 */
#define IVRQ__END_SET	       (UINT64_C(1) << 38)
#define IVRQ__END_STOPPING     (UINT64_C(1) << 37)
#define IVRQ__END_STOPPED      (UINT64_C(1) << 36)
#define IVRQ__END_KEPT	       (UINT64_C(1) << 35)
#define IVRQ__END_TONE_SHIFT   30
#define IVRQ__END_REASON_SHIFT 26

struct ivrq__tone_node {
	uint32_t next; /* older node + 1 */
	uint32_t duration_ms;
	uint32_t sequence;
	char tone;
};

struct ivrq__subscription {
	ivrq__a64 state; /* generation << 1 | live */
	ivrq__a64 call;	 /* handle */
	uint32_t from;	 /* tones after this sequence are for it */
	void (*handler)(void *user, const ivrq_tone_event *event);
	void *user;
	uint32_t next; /* older node + 1 */
};

struct ivrq__worker {
	struct ivrq__ready ready; /* where the set is: written once */
	_Alignas(64) struct ivrq__ready_walk walk; /* this and below, to the
						    * turn: the run's */
	struct ivrq__deadlines deadlines;
	uint64_t now;
	uint64_t next_ns;    /* of the last run */
	bool again;	     /* a callback of this run has added a call */
	ivrq__a64 completed; /* and three more: counters */
	ivrq__a64 failed;
	ivrq__a64 canceled;
	ivrq__a64 tones;
	_Alignas(64) ivrq__a32 turn; /* odd: a thread is in the run; else it may
				      * sleep: wake it. One more each time */
};

/* Operations are taken from here by the calls of one worker. */
struct ivrq__shard {
	struct ivrq__pool pool;
	ivrq__a64 withdrawn; /* taken, and given back unpublished */
};

#define IVRQ__BLOCKS 15
struct ivrq__block {
	void *memory;
	size_t bytes;
};

struct ivrq_engine {
	ivrq_config config;
	char *calls; /* ivrq__call and ring, one after the other */
	size_t call_stride;
	struct ivrq__cold *cold;
	char *ops;
	size_t op_stride;
	struct ivrq__cell *cells;
	struct ivrq__shard *shards;   /* one for each worker */
	struct ivrq__worker *workers; /* the same */
	struct ivrq__tone_node *tones;
	struct ivrq__subscription *subscriptions;
	struct ivrq__pool call_pool;
	struct ivrq__pool tone_pool;
	struct ivrq__pool subscription_pool;
	struct ivrq__fences fences;
	_Alignas(64) ivrq__a64 numbers; /* group and empty cancels */
	ivrq__a64 tones_lost;
	_Alignas(64) ivrq__a32 stopping;
	ivrq__a32 calls_open;
	struct ivrq__block block[IVRQ__BLOCKS];
};

/* Handles: bit 63 is set, so that none is 0. */
#define IVRQ__HANDLE	      (UINT64_C(1) << 63)
#define IVRQ__INDEX_MASK      UINT64_C(0xffffff)
#define IVRQ__GENERATION_MASK ((UINT64_C(1) << 39) - 1)

static inline uint64_t ivrq__handle(uint64_t generation, uint32_t index)
{
	return IVRQ__HANDLE | (generation & IVRQ__GENERATION_MASK) << 24 |
	       index;
}

static inline uint32_t ivrq__handle_index(uint64_t handle)
{
	return (uint32_t)(handle & IVRQ__INDEX_MASK);
}

static inline uint64_t ivrq__handle_generation(uint64_t handle)
{
	return handle >> 24 & IVRQ__GENERATION_MASK;
}

static inline ivrq_op ivrq__op_id(uint32_t call, uint64_t position)
{
	ivrq_op op = { IVRQ__HANDLE | (uint64_t)call << 34 | position };

	return op;
}

static inline uint32_t ivrq__op_call(ivrq_op op)
{
	return (uint32_t)(op.value >> 34 & IVRQ__INDEX_MASK);
}

static inline uint64_t ivrq__op_position(ivrq_op op)
{
	return op.value & IVRQ__POS_MASK;
}

/* Is this the handle of any operation of this engine? */
static inline bool ivrq__op_valid(const ivrq_engine *engine, ivrq_op op)
{
	uint32_t call = ivrq__op_call(op);

	return call < engine->config.calls &&
	       op.value == ivrq__op_id(call, ivrq__op_position(op)).value;
}

static inline ivrq_cancel ivrq__cancel_id(uint32_t call,
					  const struct ivrq__cut *cut)
{
	ivrq_cancel id = { IVRQ__HANDLE | (uint64_t)cut->type << 58 |
			   (uint64_t)call << 34 | cut->number };

	return id;
}

static inline struct ivrq__call *ivrq__call_at(const ivrq_engine *engine,
					       uint32_t index)
{
	return (struct ivrq__call *)(void *)(engine->calls +
					     index * engine->call_stride);
}

static inline struct ivrq__op *ivrq__op_at(const ivrq_engine *engine,
					   uint32_t ref)
{
	return (struct ivrq__op *)(void *)(engine->ops +
					   ref * engine->op_stride);
}

static inline uint64_t ivrq__life_of(uint64_t handle)
{
	return ivrq__handle_generation(handle) << IVRQ__LIFE_SHIFT |
	       IVRQ__LIFE_OPEN;
}

/* The queue of a call, for a life. */
static inline struct ivrq__ring
ivrq__ring_at(const ivrq_engine *engine, struct ivrq__call *call, uint64_t life)
{
	struct ivrq__ring ring = {
		.queue = &call->queue,
		.slot = (ivrq__a64 *)(void *)(call + 1),
		.cell = engine->cells,
		.life = &call->life,
		.alive = life,
		.life_mask = IVRQ__LIFE_NAME,
		.capacity = engine->config.ring,
	};

	return ring;
}

/* For the life named by the handle. */
static inline struct ivrq__ring ivrq__ring_of(const ivrq_engine *engine,
					      uint64_t handle)
{
	uint32_t index = ivrq__handle_index(handle);

	return ivrq__ring_at(engine, ivrq__call_at(engine, index),
			     ivrq__life_of(handle));
}

#endif
