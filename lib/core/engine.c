/* SPDX-License-Identifier: MIT */
/*
 * engine.c - the life of an engine: all its memory, taken once.
 *
 * Edges
 *  * ES1: pairs with CS1. seq_cst. The engine stops: set before the open calls
 *    are looked for, so an opener is seen or sees it.
 *  * EC1: pairs with CC1. seq_cst. How many calls are open.
 *  * EL1: pairs with CL1. seq_cst. Is a call open? Read after ES1.
 *  * EX1: relaxed. Counters, read some time: exact at a quiet point, whose
 *    own synchronisation makes it one.
 */
#include "core/engine.h"

#include <stdlib.h>
#include <string.h>

#include "core/call.h"
#include "core/request.h"
#include "core/worker.h"

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

void ivrq_config_init(ivrq_config *config)
{
	if (!config)
		return;
	memset(config, 0, sizeof(*config));
	config->size = sizeof(*config);
	config->calls = 1024;
	config->ring = 16;
	config->workers = 1;
	config->inline_bytes = 512;
	config->tones_per_call = 32;
	config->fences = 16;
	config->alloc = default_alloc;
	config->free = default_free;
}

/* ------------------------------------------------------------ configuration */

struct limit {
	const char *field;
	const char *rule;
	size_t offset;
	uint32_t least;
	uint32_t most;
};

static const struct limit limits[] = {
	{ "calls", "1 to 16777215", offsetof(ivrq_config, calls), 1,
	  IVRQ_CALLS_MAX },
	{ "ring", "a power of two, 4 to 1024", offsetof(ivrq_config, ring),
	  IVRQ_RING_MIN, IVRQ_RING_MAX },
	{ "operations", "1 to 16777215", offsetof(ivrq_config, operations), 1,
	  IVRQ_OPERATIONS_MAX },
	{ "workers", "1 to 64", offsetof(ivrq_config, workers), 1,
	  IVRQ_WORKERS_MAX },
	{ "inline_bytes", "a multiple of 8, 64 to 65536",
	  offsetof(ivrq_config, inline_bytes), IVRQ_INLINE_MIN,
	  IVRQ_INLINE_MAX },
	{ "tones", "1 to 16777215", offsetof(ivrq_config, tones), 1,
	  IVRQ_TONES_MAX },
	{ "tones_per_call", "1 to 63", offsetof(ivrq_config, tones_per_call), 1,
	  IVRQ_TONES_PER_CALL_MAX },
	{ "subscriptions", "1 to 16777215",
	  offsetof(ivrq_config, subscriptions), 1, IVRQ_SUBSCRIPTIONS_MAX },
	{ "fences", "1 to 4096", offsetof(ivrq_config, fences), 1,
	  IVRQ_FENCES_MAX },
};

static uint32_t per_call(uint32_t calls, uint32_t factor, uint32_t most)
{
	return calls > most / factor ? most : calls * factor;
}

/* 0 means: so many for each call. */
static void fill_defaults(ivrq_config *config)
{
	if (!config->operations)
		config->operations =
			per_call(config->calls, 4, IVRQ_OPERATIONS_MAX);
	if (!config->tones)
		config->tones = per_call(config->calls, 2, IVRQ_TONES_MAX);
	if (!config->subscriptions)
		config->subscriptions = config->calls;
}

static int check_config(const ivrq_config *config, ivrq_error *error)
{
	size_t i;
	uint32_t value;

	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		memcpy(&value, (const char *)config + limits[i].offset,
		       sizeof(value));
		if (value < limits[i].least || value > limits[i].most ||
		    (limits[i].offset == offsetof(ivrq_config, ring) &&
		     (value & (value - 1))) ||
		    (limits[i].offset == offsetof(ivrq_config, inline_bytes) &&
		     value % 8))
			return ivrq__fail(error, IVRQ_EINVAL, limits[i].field,
					  limits[i].rule);
	}
	if (config->high_water > config->ring)
		return ivrq__fail(error, IVRQ_EINVAL, "high_water",
				  "at most the ring");
	if (config->high_water ? config->low_water >= config->high_water :
				 config->low_water)
		return ivrq__fail(error, IVRQ_EINVAL, "low_water",
				  "less than high_water, 0 without");
	if (!config->alloc)
		return ivrq__fail(error, IVRQ_EINVAL, "alloc", "not NULL");
	if (!config->free)
		return ivrq__fail(error, IVRQ_EINVAL, "free", "not NULL");
	return 0;
}

/* ------------------------------------------------------------------- memory */

static size_t round_up(size_t bytes, size_t to)
{
	return (bytes + to - 1) / to * to;
}

static size_t call_stride(const ivrq_config *config)
{
	return round_up(sizeof(struct ivrq__call) +
				config->ring * sizeof(ivrq__a64),
			64);
}

static size_t op_stride(const ivrq_config *config)
{
	return round_up(sizeof(struct ivrq__op) + config->inline_bytes, 64);
}

static size_t ready_bytes(const ivrq_config *config)
{
	return ivrq__ready_words(config->calls) * sizeof(ivrq__a64) *
	       config->workers;
}

size_t ivrq__call_bytes(const ivrq_config *config)
{
	return call_stride(config) + sizeof(struct ivrq__cold) +
	       sizeof(ivrq__a32) +
	       (ready_bytes(config) + config->calls - 1) / config->calls;
}

enum block {
	B_CALLS,
	B_COLD,
	B_CALL_NEXT,
	B_OPS,
	B_CELLS,
	B_OP_NEXT,
	B_SHARDS,
	B_WORKERS,
	B_READY,
	B_TONES,
	B_TONE_NEXT,
	B_SUBSCRIPTIONS,
	B_SUBSCRIPTION_NEXT,
	B_FENCES,
	B_FENCE_NEXT,
	B_COUNT
};
_Static_assert(B_COUNT == IVRQ__BLOCKS, "one place for each block");

/* False: more than there can be, on a machine of 32 bits. */
static bool fits(const ivrq_config *c)
{
	const uint64_t most = PTRDIFF_MAX;

	return (uint64_t)c->calls * call_stride(c) <= most &&
	       (uint64_t)c->operations * op_stride(c) <= most &&
	       (uint64_t)c->subscriptions * sizeof(struct ivrq__subscription) <=
		       most &&
	       (uint64_t)c->tones * sizeof(struct ivrq__tone_node) <= most &&
	       (uint64_t)c->calls * sizeof(struct ivrq__cold) <= most;
}

static void size_blocks(ivrq_engine *engine)
{
	const ivrq_config *c = &engine->config;
	struct ivrq__block *b = engine->block;
	const size_t link = sizeof(ivrq__a32);

	b[B_CALLS].bytes = c->calls * call_stride(c);
	b[B_COLD].bytes = c->calls * sizeof(struct ivrq__cold);
	b[B_CALL_NEXT].bytes = c->calls * link;
	b[B_OPS].bytes = c->operations * op_stride(c);
	b[B_CELLS].bytes = c->operations * sizeof(struct ivrq__cell);
	b[B_OP_NEXT].bytes = c->operations * link;
	b[B_SHARDS].bytes = c->workers * sizeof(struct ivrq__shard);
	b[B_WORKERS].bytes = c->workers * sizeof(struct ivrq__worker);
	b[B_READY].bytes = ready_bytes(c);
	b[B_TONES].bytes = c->tones * sizeof(struct ivrq__tone_node);
	b[B_TONE_NEXT].bytes = c->tones * link;
	b[B_SUBSCRIPTIONS].bytes =
		c->subscriptions * sizeof(struct ivrq__subscription);
	b[B_SUBSCRIPTION_NEXT].bytes = c->subscriptions * link;
	b[B_FENCES].bytes = c->fences * sizeof(struct ivrq__waiter);
	b[B_FENCE_NEXT].bytes = c->fences * link;
}

static void free_all(ivrq_engine *engine)
{
	ivrq_config config = engine->config;
	int i;

	for (i = 0; i < B_COUNT; i++)
		if (engine->block[i].memory)
			config.free(config.user, engine->block[i].memory,
				    engine->block[i].bytes);
	config.free(config.user, engine, sizeof(*engine));
}

static ivrq_engine *alloc_all(const ivrq_config *config)
{
	ivrq_engine *engine = NULL;
	int i;

	if (fits(config))
		engine = config->alloc(config->user, sizeof(*engine), 64);
	if (!engine)
		return NULL;
	memset(engine, 0, sizeof(*engine));
	engine->config = *config;
	size_blocks(engine);
	for (i = 0; i < B_COUNT; i++) {
		struct ivrq__block *block = &engine->block[i];

		block->memory = config->alloc(config->user, block->bytes, 64);
		if (!block->memory) {
			free_all(engine);
			return NULL;
		}
		/* The operations are written when they are used. */
		if (i != B_OPS)
			memset(block->memory, 0, block->bytes);
	}
	return engine;
}

/* ------------------------------------------------------------------- set up */

static void set_up_calls(ivrq_engine *engine)
{
	struct ivrq__block *b = engine->block;
	uint32_t i;

	engine->calls = b[B_CALLS].memory;
	engine->call_stride = call_stride(&engine->config);
	engine->cold = b[B_COLD].memory;
	ivrq__pool_init(&engine->call_pool, b[B_CALL_NEXT].memory, 0,
			engine->config.calls);
	for (i = 0; i < engine->config.calls; i++) {
		struct ivrq__call *call = ivrq__call_at(engine, i);
		struct ivrq__ring ring = ivrq__ring_of(engine, i);

		ivrq__queue_init(&ring);
		engine->cold[i].seen = ivrq__head(ivrq__load_word(&ring));
		atomic_init(&call->life, UINT64_C(1) << IVRQ__LIFE_SHIFT);
		atomic_init(&call->tones, IVRQ__TONE_CLOSED);
		atomic_init(&call->subscribers, 0);
		atomic_init(&call->owner, 0);
	}
}

/* Each worker's shard begins with its part of the operations. */
static void set_up_workers(ivrq_engine *engine)
{
	const ivrq_config *c = &engine->config;
	struct ivrq__block *b = engine->block;
	uint64_t *words = b[B_READY].memory;
	uint32_t i, first, end;

	engine->ops = b[B_OPS].memory;
	engine->op_stride = op_stride(c);
	engine->cells = b[B_CELLS].memory;
	engine->shards = b[B_SHARDS].memory;
	engine->workers = b[B_WORKERS].memory;
	for (i = 0; i < c->workers; i++) {
		first = (uint32_t)((uint64_t)c->operations * i / c->workers);
		end = (uint32_t)((uint64_t)c->operations * (i + 1) /
				 c->workers);
		ivrq__pool_init(&engine->shards[i].pool, b[B_OP_NEXT].memory,
				first, end - first);
		ivrq__worker_init(
			engine, i,
			(ivrq__a64 *)(void *)(words +
					      i * ivrq__ready_words(c->calls)));
	}
}

static void set_up_tones(ivrq_engine *engine)
{
	struct ivrq__block *b = engine->block;
	uint32_t i;

	engine->tones = b[B_TONES].memory;
	ivrq__pool_init(&engine->tone_pool, b[B_TONE_NEXT].memory, 0,
			engine->config.tones);
	engine->subscriptions = b[B_SUBSCRIPTIONS].memory;
	ivrq__pool_init(&engine->subscription_pool,
			b[B_SUBSCRIPTION_NEXT].memory, 0,
			engine->config.subscriptions);
	for (i = 0; i < engine->config.subscriptions; i++)
		atomic_init(&engine->subscriptions[i].state, UINT64_C(1) << 1);
	ivrq__fences_init(&engine->fences, b[B_FENCES].memory,
			  b[B_FENCE_NEXT].memory, engine->config.fences);
}

int ivrq_engine_create(const ivrq_config *config, ivrq_engine **engine,
		       ivrq_error *error)
{
	ivrq_config c;
	ivrq_engine *made;
	int failed;

	if (!config)
		return ivrq__fail(error, IVRQ_EINVAL, "config", "not NULL");
	if (!engine)
		return ivrq__fail(error, IVRQ_EINVAL, "engine", "not NULL");
	if (config->size != sizeof(*config))
		return ivrq__fail(error, IVRQ_EINVAL, "size",
				  "as set by ivrq_config_init()");
	c = *config;
	fill_defaults(&c);
	failed = check_config(&c, error);
	if (failed)
		return failed;
	made = alloc_all(&c);
	if (!made)
		return ivrq__fail(error, IVRQ_ENOMEM, "alloc",
				  "memory for the engine");
	set_up_calls(made);
	set_up_workers(made);
	set_up_tones(made);
	*engine = made;
	return 0;
}

/* ----------------------------------------------------- stop, destroy, stats */

static bool none_open(void *arg)
{
	ivrq_engine *engine = arg;

	return !ivrq__ld_seq32(&engine->calls_open); /* EC1 */
}

int ivrq_engine_stop(ivrq_engine *engine, uint64_t timeout_ms)
{
	uint32_t i;

	if (!engine)
		return IVRQ_EINVAL;
	if (ivrq__running())
		return IVRQ_EDEADLK;
	ivrq__st_seq32(&engine->stopping, 1); /* ES1 */
	for (i = 0; i < engine->config.calls; i++) {
		struct ivrq__call *at = ivrq__call_at(engine, i);
		uint64_t life = ivrq__ld_seq64(&at->life); /* EL1 */
		ivrq_call call = { ivrq__handle(life >> IVRQ__LIFE_SHIFT, i) };

		if (life & IVRQ__LIFE_OPEN)
			ivrq_call_close(engine, call, IVRQ_CAUSE_STOP, NULL);
	}
	return ivrq__fences_wait(&engine->fences, none_open, engine,
				 timeout_ms);
}

int ivrq_engine_destroy(ivrq_engine *engine)
{
	if (ivrq__running())
		return IVRQ_EDEADLK;
	if (!engine)
		return 0;
	if (!none_open(engine))
		return IVRQ_EBUSY;
	ivrq__fences_fini(&engine->fences);
	free_all(engine);
	return 0;
}

static uint64_t get(const ivrq__a64 *counter)
{
	return ivrq__ld_rlx64(counter); /* EX1 */
}

int ivrq_engine_stats(const ivrq_engine *engine, ivrq_stats *stats)
{
	struct ivrq__view view;
	uint32_t i;

	if (!engine || !stats)
		return IVRQ_EINVAL;
	memset(stats, 0, sizeof(*stats));
	for (i = 0; i < engine->config.workers; i++) {
		const struct ivrq__worker *worker = &engine->workers[i];

		uint64_t withdrawn = get(&engine->shards[i].withdrawn);

		stats->submitted +=
			ivrq__pool_popped(&engine->shards[i].pool) - withdrawn;
		stats->completed += get(&worker->completed);
		stats->failed += get(&worker->failed);
		stats->canceled += get(&worker->canceled);
		stats->tones += get(&worker->tones);
	}
	stats->tones_lost = get(&engine->tones_lost);
	for (i = 0; i < engine->config.calls; i++) {
		struct ivrq__ring ring = ivrq__ring_of(engine, i);

		ivrq__queue_view(&ring, ivrq__load_word(&ring), &view);
		stats->live += view.live;
	}
	stats->calls_open = ivrq__ld_seq32(&engine->calls_open); /* EC1 */
	return 0;
}
