/* SPDX-License-Identifier: MIT */
/*
 * lanes.c - whose turn is it to send.
 *
 *	idle -> ready -> flying -> idle		and from there
 *	idle -> ready (more, or its server was not reached)
 *	idle -> resting -> ready (refused, or no answer)
 *
 * A lane is a call, an origin the server it tells: scheme, host and port of
 * its first address. Lanes of an origin take turns, and so do origins.
 *
 * What fails is tried again later: the n-th time in a row after a time between
 * half and all of retry_min_ms * 2^(n-1), at most retry_max_ms. It is the lane
 * that rests when the server took the request, for the next may fare better;
 * when not even a connection was had it is the origin, of which one POST at a
 * time then finds out whether it is back. POSTs that began together and fail
 * together are one failure.
 *
 * A server that takes requests and answers none would hold every sender for
 * send_s again and again. So it has a quarter of them while its latest POST
 * was not answered; and an origin that has a POST on its way leaves the last
 * free sender to others, if there were any so far.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/lanes.h"

#define FIRST_SLOTS  64u
#define KEPT_ORIGINS 64u

struct ivrq__origin {
	struct ivrq__origin *before, *after;
	uint32_t lanes; /* that are its */
	uint32_t flying;
	uint32_t failures; /* not reached, in a row */
	bool mute;	   /* reached, but the latest POST had no answer */
	uint64_t due_ns;
	struct ivrq__lane *first, *last; /* ready */
	char name[];
};

bool ivrq__lanes_init(struct ivrq__lanes *lanes, uint32_t senders,
		      uint32_t retry_min_ms, uint32_t retry_max_ms)
{
	ivrq_uuid seed;

	memset(lanes, 0, sizeof(*lanes));
	lanes->table = calloc(FIRST_SLOTS, sizeof(struct ivrq__lane *));
	lanes->mask = FIRST_SLOTS - 1;
	lanes->senders = senders;
	lanes->retry_min_ms = retry_min_ms;
	lanes->retry_max_ms = retry_max_ms;
	ivrq_uuid_make(&seed);
	memcpy(&lanes->random, seed.bytes, sizeof(lanes->random));
	lanes->random |= 1; /* xorshift needs a bit */
	return lanes->table != NULL;
}

static void free_elements(struct ivrq__elements *elements)
{
	struct ivrq__element *element;

	while ((element = elements->first)) {
		elements->first = element->next;
		free(element);
	}
}

void ivrq__lanes_done(struct ivrq__lanes *lanes)
{
	struct ivrq__origin *origin;

	for (size_t i = 0; lanes->table && i <= lanes->mask; i++) {
		struct ivrq__lane *lane;

		while ((lane = lanes->table[i])) {
			lanes->table[i] = lane->same_hash;
			free_elements(&lane->waiting);
			free_elements(&lane->late);
			free_elements(&lane->flight);
			free(lane);
		}
	}
	free(lanes->table);
	while ((origin = lanes->first)) {
		lanes->first = origin->after;
		free(origin);
	}
}

/* Ids are random; some embedder's may count. */
static size_t hash(const ivrq_uuid *call)
{
	uint64_t a, b;

	memcpy(&a, call->bytes, 8);
	memcpy(&b, call->bytes + 8, 8);
	a = (a ^ b * UINT64_C(0x9e3779b97f4a7c15)) *
	    UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(a ^ a >> 32);
}

struct ivrq__lane *ivrq__lanes_find(const struct ivrq__lanes *lanes,
				    const ivrq_uuid *call)
{
	struct ivrq__lane *lane = lanes->table[hash(call) & lanes->mask];

	while (lane && memcmp(&lane->call, call, sizeof(*call)))
		lane = lane->same_hash;
	return lane;
}

/* Twice the slots; without memory it stays as it is. */
static void grow(struct ivrq__lanes *lanes)
{
	size_t mask = lanes->mask * 2 + 1;
	struct ivrq__lane **table = calloc(mask + 1, sizeof(*table)), *lane;

	if (!table)
		return;
	for (size_t i = 0; i <= lanes->mask; i++)
		while ((lane = lanes->table[i])) {
			struct ivrq__lane **slot =
				&table[hash(&lane->call) & mask];

			lanes->table[i] = lane->same_hash;
			lane->same_hash = *slot;
			*slot = lane;
		}
	free(lanes->table);
	lanes->table = table;
	lanes->mask = mask;
}

static void unlink_origin(struct ivrq__lanes *lanes,
			  struct ivrq__origin *origin)
{
	*(origin->before ? &origin->before->after : &lanes->first) =
		origin->after;
	*(origin->after ? &origin->after->before : &lanes->last) =
		origin->before;
}

static void append_origin(struct ivrq__lanes *lanes,
			  struct ivrq__origin *origin)
{
	origin->after = NULL;
	origin->before = lanes->last;
	*(lanes->last ? &lanes->last->after : &lanes->first) = origin;
	lanes->last = origin;
}

/* There are as many as servers: few. */
static struct ivrq__origin *get_origin(struct ivrq__lanes *lanes,
				       const char *name)
{
	struct ivrq__origin *origin = lanes->first;
	size_t bytes = strlen(name) + 1;

	while (origin && strcmp(origin->name, name))
		origin = origin->after;
	if (origin)
		return origin;
	origin = calloc(1, sizeof(*origin) + bytes);
	if (!origin)
		return NULL;
	memcpy(origin->name, name, bytes);
	append_origin(lanes, origin);
	lanes->origins++;
	return origin;
}

/* It has a lane less. Most are kept: what is known of them, and that there are
 * others, is needed when they have something to tell again. */
static void put_origin(struct ivrq__lanes *lanes, struct ivrq__origin *origin)
{
	if (--origin->lanes || lanes->origins <= KEPT_ORIGINS)
		return;
	unlink_origin(lanes, origin);
	lanes->origins--;
	free(origin);
}

struct ivrq__lane *ivrq__lanes_add(struct ivrq__lanes *lanes,
				   const ivrq_uuid *call, const char *origin)
{
	struct ivrq__lane *lane = calloc(1, sizeof(*lane)), **slot;

	if (!lane)
		return NULL;
	lane->origin = get_origin(lanes, origin);
	if (!lane->origin) {
		free(lane);
		return NULL;
	}
	lane->origin->lanes++;
	lane->call = *call;
	if (lanes->count++ > lanes->mask)
		grow(lanes);
	slot = &lanes->table[hash(call) & lanes->mask];
	lane->same_hash = *slot;
	*slot = lane;
	return lane;
}

void ivrq__lanes_remove(struct ivrq__lanes *lanes, struct ivrq__lane *lane)
{
	struct ivrq__lane **at = &lanes->table[hash(&lane->call) & lanes->mask];

	while (*at != lane)
		at = &(*at)->same_hash;
	*at = lane->same_hash;
	lanes->count--;
	put_origin(lanes, lane->origin);
	free(lane);
}

void ivrq__lanes_ready(struct ivrq__lane *lane)
{
	struct ivrq__origin *origin = lane->origin;

	lane->state = IVRQ__LANE_READY;
	lane->next = NULL;
	*(origin->last ? &origin->last->next : &origin->first) = lane;
	origin->last = lane;
}

static uint64_t delay_ns(struct ivrq__lanes *lanes, uint32_t failures)
{
	uint64_t ms = lanes->retry_min_ms, half;

	while (--failures && ms < lanes->retry_max_ms)
		ms *= 2;
	if (ms > lanes->retry_max_ms)
		ms = lanes->retry_max_ms;
	half = ms * 500000;
	lanes->random ^= lanes->random << 13;
	lanes->random ^= lanes->random >> 7;
	lanes->random ^= lanes->random << 17;
	return half + lanes->random % (half + 1);
}

/* A skew heap: the children of each are due later than it. */
static struct ivrq__lane *merge(struct ivrq__lane *a, struct ivrq__lane *b)
{
	struct ivrq__lane *root = NULL, **at = &root, *swap;

	while (a && b) {
		if (b->due_ns < a->due_ns) {
			swap = a;
			a = b;
			b = swap;
		}
		*at = a;
		at = &a->left;
		swap = a->right;
		a->right = a->left;
		a = swap;
	}
	*at = a ? a : b;
	return root;
}

void ivrq__lanes_rest(struct ivrq__lanes *lanes, struct ivrq__lane *lane,
		      uint64_t now_ns)
{
	if (lane->failures < UINT32_MAX)
		lane->failures++;
	lane->due_ns = now_ns + delay_ns(lanes, lane->failures);
	lane->state = IVRQ__LANE_RESTING;
	lane->left = lane->right = NULL;
	lanes->resting = merge(lanes->resting, lane);
}

static bool may_fly(const struct ivrq__lanes *lanes,
		    const struct ivrq__origin *origin, uint64_t now_ns)
{
	uint32_t limit = lanes->senders;

	if (!origin->first || origin->due_ns > now_ns)
		return false;
	if (origin->failures)
		limit = 1;
	else if (origin->mute)
		limit = limit < 4 ? 1 : limit / 4;
	return origin->flying < limit &&
	       (!origin->flying || lanes->origins == 1 ||
		lanes->senders - lanes->flying > 1);
}

struct ivrq__lane *ivrq__lanes_pick(struct ivrq__lanes *lanes, uint64_t now_ns)
{
	struct ivrq__origin *origin = lanes->first;
	struct ivrq__lane *lane;

	while ((lane = lanes->resting) && lane->due_ns <= now_ns) {
		lanes->resting = merge(lane->left, lane->right);
		ivrq__lanes_ready(lane);
	}
	if (lanes->flying == lanes->senders)
		return NULL;
	while (origin && !may_fly(lanes, origin, now_ns))
		origin = origin->after;
	if (!origin)
		return NULL;
	unlink_origin(lanes, origin);
	append_origin(lanes, origin);
	lane = origin->first;
	origin->first = lane->next;
	if (!origin->first)
		origin->last = NULL;
	origin->flying++;
	lanes->flying++;
	lane->state = IVRQ__LANE_FLYING;
	return lane;
}

void ivrq__lanes_abort(struct ivrq__lanes *lanes, struct ivrq__lane *lane)
{
	lanes->flying--;
	lane->origin->flying--;
	lane->state = IVRQ__LANE_IDLE;
}

bool ivrq__lanes_land(struct ivrq__lanes *lanes, struct ivrq__lane *lane,
		      enum ivrq__landing how, uint64_t now_ns)
{
	struct ivrq__origin *origin = lane->origin;
	bool fine = !origin->failures && !origin->mute;

	ivrq__lanes_abort(lanes, lane);
	if (how == IVRQ__UNREACHED && now_ns >= origin->due_ns) {
		if (origin->failures < UINT32_MAX)
			origin->failures++;
		origin->due_ns = now_ns + delay_ns(lanes, origin->failures);
	} else if (how != IVRQ__UNREACHED) {
		origin->failures = 0;
		origin->due_ns = 0;
		origin->mute = how == IVRQ__CUT;
	}
	if (how == IVRQ__SETTLED)
		lane->failures = 0;
	return fine && (origin->failures || origin->mute);
}

uint64_t ivrq__lanes_due(const struct ivrq__lanes *lanes, uint64_t now_ns)
{
	uint64_t due = lanes->resting ? lanes->resting->due_ns : UINT64_MAX;

	for (const struct ivrq__origin *origin = lanes->first; origin;
	     origin = origin->after)
		if (origin->first && origin->due_ns > now_ns &&
		    origin->due_ns < due)
			due = origin->due_ns;
	return due;
}

void ivrq__lanes_each(struct ivrq__lanes *lanes,
		      bool (*each)(void *user, struct ivrq__lane *lane),
		      void *user)
{
	for (size_t i = 0; i <= lanes->mask; i++) {
		struct ivrq__lane *lane = lanes->table[i], *next;

		for (; lane; lane = next) {
			next = lane->same_hash;
			if (!each(user, lane))
				return;
		}
	}
}
