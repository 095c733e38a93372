/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_POOL_H
#define IVRQ_CORE_POOL_H
/*
 * pool.h - a stack of free indices: lock-free, any thread.
 *
 * Several pools may share one `next` array (the shards of one storage); an
 * index popped from one may be pushed to another.
 */
#include "core/atomics.h"

#define IVRQ__NONE UINT32_MAX

struct ivrq__pool {
	_Alignas(64) ivrq__a64 head; /* taken out so far 40 | top + 1, 24 */
	ivrq__a32 *next;	     /* index below + 1 */
};

/* Holds first .. first + count - 1, to come out in that order. */
void ivrq__pool_init(struct ivrq__pool *pool, ivrq__a32 *next, uint32_t first,
		     uint32_t count);
/* An index, or IVRQ__NONE. */
uint32_t ivrq__pool_pop(struct ivrq__pool *pool);
void ivrq__pool_push(struct ivrq__pool *pool, uint32_t index);
/* How often pop gave one. */
uint64_t ivrq__pool_popped(const struct ivrq__pool *pool);

#endif
