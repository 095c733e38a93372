/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_BENCH_PEER_H
#define IVRQ_BENCH_PEER_H
/*
 * peer.h - a queue that ours is compared with: pointers go in by any thread
 * and come out in order by one. Each is in a file of its own, peer_<which>.c,
 * and the only one there that knows its library.
 *
 * A peer whose library is not here, or cannot be used in this build, says so
 * in `absent`; its functions are then NULL.
 */
#include <stdbool.h>
#include <stdint.h>

/* No queue is asked to hold more than PEER_ROOM of them at a time. */
#define PEER_SLOTS 256
#define PEER_ROOM  (PEER_SLOTS - 1)

/* What goes through a queue. It is the queue's from the put to the get. */
struct peer_item {
	void *link;	 /* for queues that link the items themselves */
	uint32_t number; /* below PEER_SLOTS */
	uint32_t owner;
	uint64_t serial;
};

/* Called in the middle of a put; the put goes on when it returns. */
struct peer_park {
	void (*here)(struct peer_park *park);
	unsigned at; /* at which of its places, from 1 on */
};

struct peer {
	const char *name;
	const char *absent; /* why, or NULL */
	void *(*make)(void);
	bool (*put)(void *it, struct peer_item *item); /* any thread */
	struct peer_item *(*get)(void *it);	       /* one thread; or NULL */
	/* A put that is parked in its middle. True: it was put. */
	bool (*freeze_in_put)(void *it, struct peer_item *item,
			      struct peer_park *park);
	/* How many places a put has to be parked at; NULL: one. */
	unsigned (*places)(void *it);
	void (*end)(void *it);
};

extern const struct peer peer_ck, peer_rte, peer_urcu, peer_glib, peer_mutex;

/* Those above that can be used become sides `count` and on; a line for each of
 * the others. How many sides there are then. */
unsigned peer_sides(const char *work, const char **names, const void **sides,
		    unsigned count);

/* ThreadSanitizer and MemorySanitizer do not see what assembly does, nor what
 * a library does that was built without them: they would report it all. */
#if defined(__SANITIZE_THREAD__)
#define PEER_UNSEEN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PEER_UNSEEN 1
#endif
#endif
#ifndef PEER_UNSEEN
#define PEER_UNSEEN 0
#endif
#define PEER_UNSEEN_WHY "sanitizer"

#endif
