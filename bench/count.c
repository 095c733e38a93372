/* SPDX-License-Identifier: MIT */
/*
 * count.c - atomic accesses, counted.
 */
#include "count.h"

#include <string.h>

struct counted counted;

static uint64_t get(const volatile void *object, size_t size)
{
	return size == 8 ? *(const volatile uint64_t *)object :
			   *(const volatile uint32_t *)object;
}

static void put(volatile void *object, size_t size, uint64_t value)
{
	if (size == 8)
		*(volatile uint64_t *)object = value;
	else
		*(volatile uint32_t *)object = (uint32_t)value;
}

uint64_t count_load(const volatile void *object, size_t size)
{
	counted.loads++;
	return get(object, size);
}

void count_store(volatile void *object, size_t size, uint64_t value, int order)
{
	if (order == memory_order_seq_cst)
		counted.seq_stores++;
	else
		counted.stores++;
	put(object, size, value);
}

bool count_cas(volatile void *object, size_t size, void *expected,
	       uint64_t desired)
{
	counted.rmws++;
	if (get(object, size) != get(expected, size)) {
		put(expected, size, get(object, size));
		return false;
	}
	put(object, size, desired);
	return true;
}

uint64_t count_rmw(volatile void *object, size_t size, enum count_op op,
		   uint64_t value)
{
	uint64_t old = get(object, size);

	counted.rmws++;
	switch (op) {
	case COUNT_ADD:
		put(object, size, old + value);
		break;
	case COUNT_SUB:
		put(object, size, old - value);
		break;
	case COUNT_OR:
		put(object, size, old | value);
		break;
	case COUNT_AND:
		put(object, size, old & value);
		break;
	case COUNT_XCHG:
		put(object, size, value);
		break;
	}
	return old;
}
