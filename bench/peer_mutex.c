/* SPDX-License-Identifier: MIT */
/*
 * peer_mutex.c - a mutex and a linked list. Frozen: it holds the mutex.
 */
#include "peer.h"

#include <pthread.h>

#include "bench.h"

struct locked {
	pthread_mutex_t lock;
	struct peer_item *first;
	struct peer_item *last;
};

static void *mutex_make(void)
{
	struct locked *list = bench_memory(1, sizeof(*list));

	pthread_mutex_init(&list->lock, NULL);
	return list;
}

/* Under the lock. */
static void add(struct locked *list, struct peer_item *item)
{
	item->link = NULL;
	if (list->first)
		list->last->link = item;
	else
		list->first = item;
	list->last = item;
}

static bool mutex_put(void *it, struct peer_item *item)
{
	struct locked *list = it;

	pthread_mutex_lock(&list->lock);
	add(list, item);
	pthread_mutex_unlock(&list->lock);
	return true;
}

static struct peer_item *mutex_get(void *it)
{
	struct locked *list = it;
	struct peer_item *item;

	pthread_mutex_lock(&list->lock);
	item = list->first;
	if (item)
		list->first = item->link;
	pthread_mutex_unlock(&list->lock);
	return item;
}

static bool mutex_freeze(void *it, struct peer_item *item,
			 struct peer_park *park)
{
	struct locked *list = it;

	pthread_mutex_lock(&list->lock);
	park->here(park);
	add(list, item);
	pthread_mutex_unlock(&list->lock);
	return true;
}

static void mutex_end(void *it)
{
	struct locked *list = it;

	pthread_mutex_destroy(&list->lock);
	free(list);
}

const struct peer peer_mutex = {
	.name = "mutex",
	.make = mutex_make,
	.put = mutex_put,
	.get = mutex_get,
	.freeze_in_put = mutex_freeze,
	.end = mutex_end,
};
