/* SPDX-License-Identifier: MIT */
/* graph_ledger.c - accepted and told operations; see graph_ledger.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>
#include <jansson.h>

#include "graph_ledger.h"

#define SUBCODE_CANCELED 8508

static const char *text(const json_t *object, const char *member)
{
	const char *value = json_string_value(json_object_get(object, member));

	return value ? value : "";
}

/* The API writes an id with dashes or without, small or large. */
static void set_id(char id[33], const char *from)
{
	unsigned i = 0;

	for (; *from && i < 32; from++)
		if (*from != '-')
			id[i++] = (char)toupper((unsigned char)*from);
	id[i] = 0;
}

void ledger_accepted(struct ledger *ledger, unsigned call, const char *body,
		     uint64_t sent, uint64_t answered)
{
	json_t *json = json_loads(body ? body : "", 0, NULL);
	struct ledger_entry *entry;

	ck_assert_msg(json != NULL, "no JSON: %s", body ? body : "nothing");
	if (ledger->count == ledger->room) {
		ledger->room = ledger->room * 2 + 64;
		ledger->entry = realloc(ledger->entry,
					ledger->room * sizeof(*ledger->entry));
		ck_assert_ptr_nonnull(ledger->entry);
	}
	entry = &ledger->entry[ledger->count++];
	memset(entry, 0, sizeof(*entry));
	set_id(entry->id, text(json, "id"));
	ck_assert_uint_eq(strlen(entry->id), 32);
	entry->call = call;
	entry->sent = sent;
	entry->answered = answered;
	json_decref(json);
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct ledger_entry *)a)->id,
		      ((const struct ledger_entry *)b)->id);
}

/* Answers to copies of one request are one operation: accepted after the first
 * was sent, before the first answer. */
static void merge(struct ledger_entry *into, const struct ledger_entry *copy)
{
	ck_assert_uint_eq(into->call, copy->call);
	if (copy->sent < into->sent)
		into->sent = copy->sent;
	if (copy->answered < into->answered)
		into->answered = copy->answered;
}

void ledger_close(struct ledger *ledger)
{
	unsigned kept = 0;

	if (!ledger->count)
		return;
	qsort(ledger->entry, ledger->count, sizeof(*ledger->entry), by_id);
	for (unsigned i = 1; i < ledger->count; i++) {
		struct ledger_entry *last = &ledger->entry[kept];

		if (strcmp(last->id, ledger->entry[i].id)) {
			ledger->entry[++kept] = ledger->entry[i];
			continue;
		}
		merge(last, &ledger->entry[i]);
		ledger->repeats++;
	}
	ledger->count = kept + 1;
}

static struct ledger_entry *find(const struct ledger *ledger, const char *id)
{
	struct ledger_entry key;

	set_id(key.id, id);
	return ledger->count ? bsearch(&key, ledger->entry, ledger->count,
				       sizeof(key), by_id) :
			       NULL;
}

static enum ledger_end end_of(const json_t *operation)
{
	const json_t *info = json_object_get(operation, "resultInfo");
	const char *status = text(operation, "status");

	if (!strcmp(status, "completed"))
		return LEDGER_COMPLETED;
	if (strcmp(status, "failed"))
		return LEDGER_OPEN;
	return json_integer_value(json_object_get(info, "subcode")) ==
			       SUBCODE_CANCELED ?
		       LEDGER_CANCELED :
		       LEDGER_FAILED;
}

static void read_operation(struct ledger *ledger, unsigned call,
			   const char *url, const json_t *data, bool once)
{
	const char *slash = strrchr(url, '/');
	struct ledger_entry *entry = slash ? find(ledger, slash + 1) : NULL;

	ck_assert_msg(entry != NULL, "%s was told, not accepted", url);
	ck_assert_uint_eq(entry->call, call);
	if (entry->told++) {
		ck_assert_msg(!once, "%s was told twice", entry->id);
		ck_assert_int_eq(entry->end, end_of(data));
		return;
	}
	ck_assert_uint_eq(ledger->terminated[call], 0);
	entry->end = end_of(data);
	ck_assert_int_ne(entry->end, LEDGER_OPEN);
	ledger->canceled[call] += entry->end == LEDGER_CANCELED;
	ck_assert_msg(entry->answered >= ledger->latest[call],
		      "%s was told behind one that was submitted later",
		      entry->id);
	if (entry->sent > ledger->latest[call])
		ledger->latest[call] = entry->sent;
}

static void read_tone(struct ledger *ledger, unsigned call, const json_t *tone,
		      bool once)
{
	json_int_t sequence =
		json_integer_value(json_object_get(tone, "sequenceId"));

	ck_assert_int_gt(sequence, 0);
	if (sequence > ledger->tone[call]) {
		ck_assert_uint_eq(ledger->terminated[call], 0);
		ledger->tone[call] = sequence;
		ledger->tones++;
	} else {
		ck_assert_msg(!once, "tone %d comes late", (int)sequence);
	}
}

static void read_call(struct ledger *ledger, unsigned call, const json_t *data,
		      bool once)
{
	const json_t *tone = json_object_get(data, "toneInfo");
	bool last = !strcmp(text(data, "state"), "terminated");

	if (tone) {
		read_tone(ledger, call, tone, once);
		return;
	}
	ck_assert(last || !strcmp(text(data, "state"), "terminating"));
	ck_assert(!once || !ledger->terminated[call]);
	ledger->terminated[call] += last;
}

void ledger_read(struct ledger *ledger, struct receiver *receiver, bool once)
{
	const struct receiver_post *post;
	unsigned call, i;
	size_t at;

	for (i = 0; (post = receiver_taken(receiver, i)); i++) {
		json_t *body = json_loadb(post->body, post->bytes, 0, NULL);
		const json_t *list = json_object_get(body, "value");

		ck_assert_int_eq(sscanf(post->path, "/c%u", &call), 1);
		ck_assert_uint_lt(call, LEDGER_CALLS);
		ck_assert_uint_gt(json_array_size(list), 0);
		for (at = 0; at < json_array_size(list); at++) {
			const json_t *told = json_array_get(list, at);
			const json_t *data =
				json_object_get(told, "resourceData");

			ledger->told++;
			if (json_object_get(data, "status"))
				read_operation(ledger, call,
					       text(told, "resourceUrl"), data,
					       once);
			else
				read_call(ledger, call, data, once);
		}
		json_decref(body);
	}
}

unsigned ledger_check(const struct ledger *ledger)
{
	unsigned canceled = 0;

	for (unsigned i = 0; i < ledger->count; i++) {
		const struct ledger_entry *entry = &ledger->entry[i];

		ck_assert_msg(entry->told, "%s was never told", entry->id);
		canceled += entry->end == LEDGER_CANCELED;
	}
	return canceled;
}

unsigned ledger_agrees(struct ledger *ledger, const char *body)
{
	json_t *json = json_loads(body, 0, NULL);
	const json_t *list = json_object_get(json, "value");
	unsigned found = 0;

	ck_assert(json_is_array(list));
	for (size_t at = 0; at < json_array_size(list); at++) {
		const json_t *data = json_array_get(list, at);
		const struct ledger_entry *entry;

		entry = find(ledger, text(data, "id"));
		if (!entry)
			continue; /* a cancel, or a subscription */
		found++;
		ck_assert_int_eq(entry->end, end_of(data));
	}
	json_decref(json);
	return found;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->entry);
	memset(ledger, 0, sizeof(*ledger));
}
