/* SPDX-License-Identifier: MIT */
/*
 * peer_glib.c - GAsyncQueue of GLib. Frozen: it holds the queue's lock.
 */
#include "peer.h"

#if defined(HAVE_GLIB) && !PEER_UNSEEN

#include <glib.h>

static void *glib_make(void)
{
	return g_async_queue_new();
}

static bool glib_put(void *it, struct peer_item *item)
{
	g_async_queue_push(it, item);
	return true;
}

static struct peer_item *glib_get(void *it)
{
	return g_async_queue_try_pop(it);
}

static bool glib_freeze(void *it, struct peer_item *item,
			struct peer_park *park)
{
	g_async_queue_lock(it);
	park->here(park);
	g_async_queue_push_unlocked(it, item);
	g_async_queue_unlock(it);
	return true;
}

static void glib_end(void *it)
{
	g_async_queue_unref(it);
}

const struct peer peer_glib = {
	.name = "glib",
	.make = glib_make,
	.put = glib_put,
	.get = glib_get,
	.freeze_in_put = glib_freeze,
	.end = glib_end,
};

#elif defined(HAVE_GLIB)
const struct peer peer_glib = { .name = "glib", .absent = PEER_UNSEEN_WHY };
#else
const struct peer peer_glib = { .name = "glib", .absent = "libglib2.0-dev" };
#endif
