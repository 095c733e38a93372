/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_DEADLINE_H
#define IVRQ_CORE_DEADLINE_H
/*
 * deadline.h - the operations of one worker that have a deadline, earliest
 * first. A pairing heap inside the operations: no memory of its own. One
 * thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In each operation. Links are reference + 1, 0 none. */
struct ivrq__due {
	uint64_t at;
	uint32_t child;
	uint32_t next; /* sibling */
	uint32_t prev; /* sibling, or the parent of a first child */
	uint32_t queued;
};

struct ivrq__deadlines {
	char *base;    /* of the node with reference 0 */
	size_t stride; /* from one to the next */
	uint32_t root;
};

void ivrq__deadlines_add(struct ivrq__deadlines *heap, uint32_t ref,
			 uint64_t at);
/* It is in there. */
void ivrq__deadlines_take(struct ivrq__deadlines *heap, uint32_t ref);
/* The earliest; false: none. */
bool ivrq__deadlines_first(const struct ivrq__deadlines *heap, uint32_t *ref,
			   uint64_t *at);

static inline struct ivrq__due *ivrq__due_at(const struct ivrq__deadlines *heap,
					     uint32_t ref)
{
	return (struct ivrq__due *)(void *)(heap->base + ref * heap->stride);
}

/* Nothing happens if it is not in there. */
static inline void ivrq__deadlines_remove(struct ivrq__deadlines *heap,
					  uint32_t ref)
{
	if (ivrq__due_at(heap, ref)->queued)
		ivrq__deadlines_take(heap, ref);
}

#endif
