/* SPDX-License-Identifier: MIT */
/*
 * deadline.c - a pairing heap: add and first in constant time, remove in
 * logarithmic time over many.
 */
#include "core/deadline.h"

static struct ivrq__due *node(const struct ivrq__deadlines *heap, uint32_t link)
{
	return ivrq__due_at(heap, link - 1);
}

/* Join two heaps; either may be 0. The result has no siblings. */
static uint32_t meld(const struct ivrq__deadlines *heap, uint32_t a, uint32_t b)
{
	struct ivrq__due *top, *low;
	uint32_t swap;

	if (!a || !b)
		return a ? a : b;
	if (node(heap, b)->at < node(heap, a)->at) {
		swap = a;
		a = b;
		b = swap;
	}
	top = node(heap, a);
	low = node(heap, b);
	low->next = top->child;
	low->prev = a;
	if (top->child)
		node(heap, top->child)->prev = b;
	top->child = b;
	return a;
}

/* Join a list of siblings: in pairs from left to right, then from the right. */
static uint32_t meld_list(const struct ivrq__deadlines *heap, uint32_t first)
{
	uint32_t pairs = 0, root = 0;

	while (first) {
		uint32_t a = first, b = node(heap, a)->next;

		first = b ? node(heap, b)->next : 0;
		node(heap, a)->next = 0;
		if (b)
			node(heap, b)->next = 0;
		a = meld(heap, a, b);
		node(heap, a)->next = pairs;
		pairs = a;
	}
	while (pairs) {
		uint32_t next = node(heap, pairs)->next;

		node(heap, pairs)->next = 0;
		root = meld(heap, root, pairs);
		pairs = next;
	}
	return root;
}

void ivrq__deadlines_add(struct ivrq__deadlines *heap, uint32_t ref,
			 uint64_t at)
{
	struct ivrq__due *due = node(heap, ref + 1);

	due->at = at;
	due->child = due->next = due->prev = 0;
	due->queued = 1;
	heap->root = meld(heap, heap->root, ref + 1);
	node(heap, heap->root)->prev = 0;
}

void ivrq__deadlines_take(struct ivrq__deadlines *heap, uint32_t ref)
{
	struct ivrq__due *due = node(heap, ref + 1);
	uint32_t below;

	due->queued = 0;
	below = meld_list(heap, due->child);
	if (heap->root == ref + 1) {
		heap->root = below;
	} else {
		if (node(heap, due->prev)->child == ref + 1)
			node(heap, due->prev)->child = due->next;
		else
			node(heap, due->prev)->next = due->next;
		if (due->next)
			node(heap, due->next)->prev = due->prev;
		heap->root = meld(heap, heap->root, below);
	}
	if (heap->root)
		node(heap, heap->root)->prev = node(heap, heap->root)->next = 0;
}

bool ivrq__deadlines_first(const struct ivrq__deadlines *heap, uint32_t *ref,
			   uint64_t *at)
{
	if (!heap->root)
		return false;
	*ref = heap->root - 1;
	*at = node(heap, heap->root)->at;
	return true;
}
