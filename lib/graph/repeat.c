/* SPDX-License-Identifier: MIT */
/*
 * repeat.c - a request that is sent again is answered as the first time.
 *
 * All live as long and are added in the order of time, so that they end in
 * that order, too: by age they are a ring of pointers. By their key they are
 * in chains of a hash table. What is known is in both. Both arrays are made
 * with the table; an answer is one allocation, with its strings behind it.
 *
 * The hash is no secret: who sends ids that meet in one chain makes it as long
 * as the ring, which bounds what a search costs.
 */
#include <stdlib.h>
#include <string.h>

#include "graph/clock.h"
#include "graph/repeat.h"

struct key {
	const ivrq_uuid *call;
	enum ivrq_json_action action;
	const char *id;
	uint64_t hash;
};

struct entry {
	struct entry *next; /* of the chain */
	uint64_t hash;
	uint64_t at_ns;
	ivrq_uuid call;
	enum ivrq_json_action action;
	struct ivrq__repeat answer;
	char id[]; /* then the answer's strings */
};

struct ivrq__repeats {
	struct entry **ring;
	struct entry **chains;
	uint64_t life_ns;
	uint64_t mask; /* chains - 1 */
	uint32_t count;
	uint32_t used;
	uint32_t oldest; /* its place in the ring */
};

struct ivrq__repeats *ivrq__repeats_create(uint32_t count, uint32_t seconds)
{
	struct ivrq__repeats *repeats = calloc(1, sizeof(*repeats));
	size_t chains = 1;

	if (!repeats)
		return NULL;
	while (chains < count && chains <= SIZE_MAX / 2)
		chains *= 2;
	repeats->mask = chains - 1;
	repeats->count = count;
	repeats->life_ns = seconds * IVRQ__SECOND_NS;
	repeats->chains = calloc(chains, sizeof(struct entry *));
	repeats->ring = calloc(count ? count : 1, sizeof(struct entry *));
	if (!repeats->chains || !repeats->ring) {
		ivrq__repeats_destroy(repeats);
		return NULL;
	}
	return repeats;
}

static void forget_oldest(struct ivrq__repeats *repeats)
{
	struct entry *entry = repeats->ring[repeats->oldest];
	struct entry **link = &repeats->chains[entry->hash & repeats->mask];

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	free(entry);
	repeats->oldest =
		(uint32_t)(((uint64_t)repeats->oldest + 1) % repeats->count);
	repeats->used--;
}

void ivrq__repeats_destroy(struct ivrq__repeats *repeats)
{
	if (!repeats)
		return;
	while (repeats->used)
		forget_oldest(repeats);
	free(repeats->ring);
	free(repeats->chains);
	free(repeats);
}

static void forget_old(struct ivrq__repeats *repeats, uint64_t now_ns)
{
	while (repeats->used) {
		uint64_t at_ns = repeats->ring[repeats->oldest]->at_ns;

		if (now_ns < at_ns || now_ns - at_ns < repeats->life_ns)
			return;
		forget_oldest(repeats);
	}
}

/* FNV-1a. */
static uint64_t hash(uint64_t start, const void *bytes, size_t count)
{
	const unsigned char *byte = bytes;

	while (count--)
		start = (start ^ *byte++) * UINT64_C(0x100000001b3);
	return start;
}

/* false: there is no id. */
static bool key_make(struct key *key, const ivrq_uuid *call,
		     enum ivrq_json_action action, const char *id)
{
	size_t length = id ? strlen(id) : 0;
	unsigned char number = (unsigned char)action;

	if (!length || length > IVRQ__REPEAT_ID_MAX)
		return false;
	key->call = call;
	key->action = action;
	key->id = id;
	key->hash = hash(UINT64_C(0xcbf29ce484222325), call, sizeof(*call));
	key->hash = hash(key->hash, &number, 1);
	key->hash = hash(key->hash, id, length);
	return true;
}

static struct entry *find(const struct ivrq__repeats *repeats,
			  const struct key *key)
{
	struct entry *entry = repeats->chains[key->hash & repeats->mask];

	while (entry &&
	       (entry->hash != key->hash || entry->action != key->action ||
		memcmp(&entry->call, key->call, sizeof(entry->call)) ||
		strcmp(entry->id, key->id)))
		entry = entry->next;
	return entry;
}

bool ivrq__repeats_find(struct ivrq__repeats *repeats, const ivrq_uuid *call,
			enum ivrq_json_action action, const char *id,
			uint64_t now_ns, struct ivrq__repeat *answer)
{
	struct entry *entry;
	struct key key;

	forget_old(repeats, now_ns);
	if (!key_make(&key, call, action, id))
		return false;
	entry = find(repeats, &key);
	if (entry)
		*answer = entry->answer;
	return entry;
}

/* Copies to *room, which moves on, and ends with a NUL. */
static const char *put(char **room, const void *bytes, size_t count)
{
	char *at = *room;

	if (count)
		memcpy(at, bytes, count);
	at[count] = 0;
	*room = at + count + 1;
	return at;
}

static const char *put_string(char **room, const char *string)
{
	return string ? put(room, string, strlen(string)) : NULL;
}

static size_t room_for(const char *string)
{
	return string ? strlen(string) + 1 : 0;
}

static struct entry *entry_make(const struct key *key, uint64_t now_ns,
				const struct ivrq__repeat *answer)
{
	struct entry *entry;
	char *room;

	entry = malloc(sizeof(*entry) + room_for(key->id) +
		       room_for(answer->location) + room_for(answer->counts) +
		       answer->bytes + 1);
	if (!entry)
		return NULL;
	room = entry->id;
	put_string(&room, key->id);
	entry->hash = key->hash;
	entry->at_ns = now_ns;
	entry->call = *key->call;
	entry->action = key->action;
	entry->answer.status = answer->status;
	entry->answer.location = put_string(&room, answer->location);
	entry->answer.counts = put_string(&room, answer->counts);
	entry->answer.body = put(&room, answer->body, answer->bytes);
	entry->answer.bytes = answer->bytes;
	return entry;
}

int ivrq__repeats_add(struct ivrq__repeats *repeats, const ivrq_uuid *call,
		      enum ivrq_json_action action, const char *id,
		      uint64_t now_ns, const struct ivrq__repeat *answer)
{
	struct entry *entry, **chain;
	struct key key;
	uint64_t last;

	forget_old(repeats, now_ns);
	if (!repeats->count || !repeats->life_ns ||
	    !key_make(&key, call, action, id))
		return 0;
	if (find(repeats, &key))
		return IVRQ_EALREADY;
	entry = entry_make(&key, now_ns, answer);
	if (!entry)
		return IVRQ_ENOMEM;
	if (repeats->used == repeats->count)
		forget_oldest(repeats);
	last = (uint64_t)repeats->oldest + repeats->used++;
	repeats->ring[last % repeats->count] = entry;
	chain = &repeats->chains[key.hash & repeats->mask];
	entry->next = *chain;
	*chain = entry;
	return 0;
}
