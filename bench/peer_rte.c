/* SPDX-License-Identifier: MIT */
/*
 * peer_rte.c - rte_ring of DPDK, many producers and consumers, on memory of
 * our own: the library needs no start of its own for that.
 *
 * Frozen: the producers' head is moved and their tail is not. The three steps
 * are those of rte_ring_mp_enqueue(), by the functions that it calls itself.
 */
#include "peer.h"

#if defined(HAVE_DPDK) && !PEER_UNSEEN

#include <rte_ring.h>

#include "bench.h"

static void *rte_make(void)
{
	ssize_t size = rte_ring_get_memsize(PEER_SLOTS);
	struct rte_ring *ring;

	if (size < 0 || posix_memalign((void **)&ring, 128, (size_t)size) ||
	    rte_ring_init(ring, "bench", PEER_SLOTS, 0))
		bench_die("rte: cannot make a ring");
	return ring;
}

static bool rte_put(void *it, struct peer_item *item)
{
	return !rte_ring_mp_enqueue(it, item);
}

static struct peer_item *rte_get(void *it)
{
	void *item;

	return rte_ring_mc_dequeue(it, &item) ? NULL : item;
}

static bool rte_freeze(void *it, struct peer_item *item, struct peer_park *park)
{
	struct rte_ring *ring = it;
	uint32_t head, next, room;
	void *one = item;

	if (!__rte_ring_move_prod_head(ring, 0, 1, RTE_RING_QUEUE_FIXED, &head,
				       &next, &room))
		return false;
	park->here(park);
	__rte_ring_enqueue_elems(ring, head, &one, sizeof(one), 1);
	__rte_ring_update_tail(&ring->prod, head, next, 0, 1);
	return true;
}

const struct peer peer_rte = {
	.name = "rte",
	.make = rte_make,
	.put = rte_put,
	.get = rte_get,
	.freeze_in_put = rte_freeze,
	.end = free,
};

#elif defined(HAVE_DPDK)
const struct peer peer_rte = { .name = "rte", .absent = PEER_UNSEEN_WHY };
#else
const struct peer peer_rte = { .name = "rte", .absent = "libdpdk-dev" };
#endif
