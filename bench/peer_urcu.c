/* SPDX-License-Identifier: MIT */
/*
 * peer_urcu.c - wfcqueue of liburcu, one consumer: so it is got from without
 * the queue's mutex. Its code is inlined, as that of the others.
 *
 * Frozen: the tail is exchanged and the item before it has no link to it yet,
 * the first step of ___cds_wfcq_append(). Who puts is not delayed; who gets
 * finds nothing from there on. A get that has to wait for a link counts as one
 * that found nothing.
 */
#include "peer.h"

#if defined(HAVE_URCU) && !PEER_UNSEEN

#define _LGPL_SOURCE /* inline */
#include <urcu/wfcqueue.h>

#include "bench.h"

/* The two ends are apart, as its manual wants it. */
struct wfc {
	struct __cds_wfcq_head head;
	char apart[128];
	struct cds_wfcq_tail tail;
};

_Static_assert(sizeof(struct cds_wfcq_node) == sizeof(void *),
	       "the item's link is a node");

static struct cds_wfcq_node *node_of(struct peer_item *item)
{
	return (struct cds_wfcq_node *)(void *)&item->link;
}

static void *urcu_make(void)
{
	struct wfc *wfc = bench_memory(1, sizeof(*wfc));

	__cds_wfcq_init(&wfc->head, &wfc->tail);
	return wfc;
}

static bool urcu_put(void *it, struct peer_item *item)
{
	struct wfc *wfc = it;
	struct cds_wfcq_node *node = node_of(item);

	cds_wfcq_node_init(node);
	cds_wfcq_enqueue(&wfc->head, &wfc->tail, node);
	return true;
}

static struct peer_item *urcu_get(void *it)
{
	struct wfc *wfc = it;
	struct cds_wfcq_node *node =
		__cds_wfcq_dequeue_nonblocking(&wfc->head, &wfc->tail);

	/* The link is the item's first member. */
	return node == CDS_WFCQ_WOULDBLOCK ? NULL : (void *)node;
}

static bool urcu_freeze(void *it, struct peer_item *item,
			struct peer_park *park)
{
	struct wfc *wfc = it;
	struct cds_wfcq_node *node = node_of(item), *before;

	cds_wfcq_node_init(node);
	before = uatomic_xchg(&wfc->tail.p, node);
	park->here(park);
	CMM_STORE_SHARED(before->next, node);
	return true;
}

const struct peer peer_urcu = {
	.name = "wfcqueue",
	.make = urcu_make,
	.put = urcu_put,
	.get = urcu_get,
	.freeze_in_put = urcu_freeze,
	.end = free,
};

#elif defined(HAVE_URCU)
const struct peer peer_urcu = { .name = "wfcqueue", .absent = PEER_UNSEEN_WHY };
#else
const struct peer peer_urcu = { .name = "wfcqueue", .absent = "liburcu-dev" };
#endif
