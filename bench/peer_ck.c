/* SPDX-License-Identifier: MIT */
/*
 * peer_ck.c - ck_ring of Concurrency Kit, many producers and consumers.
 *
 * Frozen: between the two halves of a put, which the library has as functions:
 * the producers' head is moved and their tail is not. Who puts behind it waits
 * for the tail; who gets finds nothing from there on.
 */
#include "peer.h"

#if defined(HAVE_CK) && !PEER_UNSEEN

#include <ck_ring.h>

#include "bench.h"

struct rung {
	ck_ring_t ring;
	ck_ring_buffer_t slot[PEER_SLOTS];
};

static void *ck_make(void)
{
	struct rung *rung = bench_memory(1, sizeof(*rung));

	ck_ring_init(&rung->ring, PEER_SLOTS);
	return rung;
}

static bool ck_put(void *it, struct peer_item *item)
{
	struct rung *rung = it;

	return ck_ring_enqueue_mpmc(&rung->ring, rung->slot, item);
}

static struct peer_item *ck_get(void *it)
{
	struct rung *rung = it;
	void *item;

	return ck_ring_dequeue_mpmc(&rung->ring, rung->slot, &item) ? item :
								      NULL;
}

static bool ck_freeze(void *it, struct peer_item *item, struct peer_park *park)
{
	struct rung *rung = it;
	unsigned ticket;
	void **place =
		ck_ring_enqueue_reserve_mpmc(&rung->ring, rung->slot, &ticket);

	if (!place)
		return false;
	park->here(park);
	*place = item;
	ck_ring_enqueue_commit_mpmc(&rung->ring, ticket);
	return true;
}

const struct peer peer_ck = {
	.name = "ck",
	.make = ck_make,
	.put = ck_put,
	.get = ck_get,
	.freeze_in_put = ck_freeze,
	.end = free,
};

#elif defined(HAVE_CK)
const struct peer peer_ck = { .name = "ck", .absent = PEER_UNSEEN_WHY };
#else
const struct peer peer_ck = { .name = "ck", .absent = "libck-dev" };
#endif
