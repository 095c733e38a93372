/* SPDX-License-Identifier: MIT */
/*
 * outbox.c - the notifications that wait, in memory and in the spool.
 *
 * The line of a call, oldest first:
 *
 *	flight | waiting | rows of the spool | late
 *
 * An element is in memory or is a row. `waiting` is filled while all calls
 * hold less than in_memory; past that, and behind a row, the element becomes a
 * row. `late` are those that the spool failed to take: they stay in memory,
 * above the bound rather than lost, and are put there every SPOOL_AGAIN_NS.
 * A POST takes from the first part that is not empty. Rows are read for the
 * POST that is to be made, and dropped when it fails; so memory holds
 * in_memory, the late, and senders * batch.
 *
 * 1. Order: the parts are as drawn, and seq grows along the line. seq is given
 *    out under the owner's lock, so it is the order of _add().
 * 2. Conservation: told == settled + waiting, with what the spool had at the
 *    start told again.
 * 3. A row goes when its POST was answered 2xx, not before. Should that fail
 *    the lane is `stale`: rows up to done_seq are not read again, and are
 *    removed later; after a restart they are sent twice.
 * 4. A lane is there as long as it has anything, so memory also grows by a
 *    lane (about 200 bytes) for each call that has rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph/clock.h"
#include "graph/fail.h"
#include "graph/outbox.h"

#define SPOOL_AGAIN_NS IVRQ__SECOND_NS

struct restore {
	struct ivrq__outbox *outbox;
	const struct ivrq__hosts *hosts;
};

static void append(struct ivrq__elements *list, struct ivrq__element *element)
{
	element->next = NULL;
	*(list->first ? &list->last->next : &list->first) = element;
	list->last = element;
	list->count++;
}

static struct ivrq__element *shift(struct ivrq__elements *list)
{
	struct ivrq__element *element = list->first;

	list->first = element->next;
	list->count--;
	return element;
}

static void clear(struct ivrq__elements *list)
{
	while (list->first)
		free(shift(list));
}

static void set_stale(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
		      bool stale)
{
	if (lane->stale != stale)
		outbox->stale += stale ? 1 : (uint64_t)-1;
	lane->stale = stale;
}

/* Counts a failure of the spool, and says so once; or that it is over. */
static void spool_did(struct ivrq__outbox *outbox, bool good, uint64_t now_ns)
{
	if (!good) {
		outbox->stats.spool_failures++;
		outbox->flush_ns = now_ns + SPOOL_AGAIN_NS;
	}
	if (good == outbox->spool_bad)
		snprintf(outbox->trouble, sizeof(outbox->trouble), "spool: %s",
			 good ? "works again" : ivrq__spool_why(outbox->spool));
	outbox->spool_bad = !good;
}

static int restore_call(void *user, const ivrq_uuid *call, const char *uri,
			uint64_t rows)
{
	const struct restore *restore = user;
	struct ivrq__outbox *outbox = restore->outbox;
	struct ivrq__where where = { NULL, NULL };
	int answer = ivrq__hosts_check(restore->hosts, uri, &where, NULL);
	struct ivrq__lane *lane;

	if (answer == IVRQ_ENOMEM)
		return answer;
	lane = ivrq__lanes_add(&outbox->lanes, call,
			       where.origin ? where.origin : "");
	ivrq__where_done(&where);
	if (!lane)
		return IVRQ_ENOMEM;
	lane->rows = rows;
	outbox->stats.told += rows;
	outbox->stats.waiting += rows;
	outbox->stats.spooled += rows;
	ivrq__lanes_ready(lane);
	return 0;
}

int ivrq__outbox_init(struct ivrq__outbox *outbox,
		      const struct ivrq__notify_config *config,
		      const struct ivrq__hosts *hosts, ivrq_error *error)
{
	struct restore restore = { outbox, hosts };
	int64_t last;
	int answer;

	memset(outbox, 0, sizeof(*outbox));
	outbox->named = config->spool_file != NULL;
	outbox->in_memory = config->in_memory;
	outbox->batch = config->batch;
	answer = ivrq__spool_open(config->spool_file, !config->in_memory,
				  &outbox->spool, error);
	if (answer)
		return answer;
	last = ivrq__spool_last(outbox->spool);
	outbox->next_seq = (uint64_t)last + 1;
	if (!ivrq__lanes_init(&outbox->lanes, config->senders,
			      config->retry_min_ms, config->retry_max_ms))
		answer = IVRQ_ENOMEM;
	else if (last < 0)
		answer = IVRQ_EINVAL;
	else
		answer = ivrq__spool_calls(outbox->spool, restore_call,
					   &restore);
	if (!answer)
		return 0;
	ivrq__lanes_done(&outbox->lanes);
	ivrq__spool_close(outbox->spool);
	return ivrq__fail(error, answer, "spool_file",
			  "a spool that can be read");
}

/* The late, and one more or NULL, become rows. */
static bool to_rows(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
		    struct ivrq__element *more, uint64_t now_ns)
{
	struct ivrq__elements *late = &lane->late;
	struct ivrq__element *first = late->first ? late->first : more;
	uint32_t count = late->count;

	if (late->first)
		late->last->next = more;
	if (!ivrq__spool_put(outbox->spool, &lane->call, first)) {
		if (late->first)
			late->last->next = NULL;
		spool_did(outbox, false, now_ns);
		return false;
	}
	if (late->first)
		late->last->next = NULL;
	clear(late);
	outbox->held -= count;
	outbox->late -= count;
	lane->rows += count + (more != NULL);
	outbox->stats.spooled += count + (more != NULL);
	free(more);
	spool_did(outbox, true, now_ns);
	return true;
}

int ivrq__outbox_add(struct ivrq__outbox *outbox, const ivrq_uuid *call,
		     const char *origin, struct ivrq__element *element)
{
	struct ivrq__lane *lane = ivrq__lanes_find(&outbox->lanes, call);
	uint64_t now_ns = element->added_ns;
	bool rest = outbox->spool_bad && now_ns < outbox->flush_ns;

	if (!lane)
		lane = ivrq__lanes_add(&outbox->lanes, call, origin);
	if (!lane)
		return IVRQ_ENOMEM;
	element->seq = outbox->next_seq++;
	outbox->stats.told++;
	outbox->stats.waiting++;
	if (!lane->rows && !lane->late.first &&
	    outbox->held < outbox->in_memory) {
		append(&lane->waiting, element);
		outbox->held++;
	} else if (rest || !to_rows(outbox, lane, element, now_ns)) {
		append(&lane->late, element);
		outbox->held++;
		outbox->late++;
	}
	if (lane->state != IVRQ__LANE_IDLE)
		return 0;
	ivrq__lanes_ready(lane);
	return 1;
}

/* The first of a list, all to one address. */
static void take_from(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
		      struct ivrq__elements *list)
{
	const char *uri = list->first->uri;

	while (list->first && lane->flight.count < outbox->batch &&
	       !strcmp(list->first->uri, uri))
		append(&lane->flight, shift(list));
}

/* false: the spool cannot be read. */
static bool take_rows(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
		      uint64_t now_ns)
{
	struct ivrq__element *row = NULL, *next;
	int count = ivrq__spool_get(outbox->spool, &lane->call, lane->done_seq,
				    outbox->batch, &row);

	if (count <= 0) /* that it reads says nothing about writing */
		spool_did(outbox, false, now_ns);
	for (; row; row = next) {
		next = row->next;
		append(&lane->flight, row);
	}
	lane->loaded = true;
	return count > 0;
}

struct ivrq__lane *ivrq__outbox_take(struct ivrq__outbox *outbox,
				     uint64_t now_ns)
{
	struct ivrq__lane *lane;

	while ((lane = ivrq__lanes_pick(&outbox->lanes, now_ns))) {
		uint32_t late = lane->late.count;

		lane->loaded = false;
		lane->was_late = false;
		if (lane->waiting.first) {
			take_from(outbox, lane, &lane->waiting);
			return lane;
		}
		if (!lane->rows) {
			lane->was_late = true;
			take_from(outbox, lane, &lane->late);
			outbox->late -= late - lane->late.count;
			return lane;
		}
		if (take_rows(outbox, lane, now_ns))
			return lane;
		ivrq__outbox_defer(outbox, lane, now_ns);
	}
	return NULL;
}

/* The flight is where it was before; the late may not go back behind what has
 * come to the other parts by now, and are with the waiting then. */
static void take_back(struct ivrq__outbox *outbox, struct ivrq__lane *lane)
{
	struct ivrq__elements *flight = &lane->flight, *to = &lane->waiting;

	if (lane->loaded) {
		clear(flight);
		return;
	}
	if (!flight->first)
		return;
	if (lane->was_late && !lane->rows && !to->first) {
		to = &lane->late;
		outbox->late += flight->count;
	}
	flight->last->next = to->first;
	if (!to->first)
		to->last = flight->last;
	to->first = flight->first;
	to->count += flight->count;
	flight->first = NULL;
	flight->count = 0;
}

static void settle(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
		   uint64_t now_ns)
{
	uint32_t count = lane->flight.count;
	bool good;

	lane->done_seq = lane->flight.last->seq;
	clear(&lane->flight);
	outbox->stats.settled += count;
	outbox->stats.waiting -= count;
	if (!lane->loaded) {
		outbox->held -= count;
	} else {
		outbox->stats.spooled -= count;
		lane->rows -= count;
		good = ivrq__spool_remove(outbox->spool, &lane->call,
					  lane->done_seq);
		spool_did(outbox, good, now_ns);
		set_stale(outbox, lane, !good);
	}
	if (lane->waiting.first || lane->rows || lane->late.first)
		ivrq__lanes_ready(lane);
	else if (!lane->stale)
		ivrq__lanes_remove(&outbox->lanes, lane);
}

bool ivrq__outbox_land(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
		       enum ivrq__landing how, uint64_t now_ns)
{
	bool first = ivrq__lanes_land(&outbox->lanes, lane, how, now_ns);

	if (how == IVRQ__SETTLED) {
		settle(outbox, lane, now_ns);
		return false;
	}
	outbox->stats.send_failures++;
	take_back(outbox, lane);
	if (how == IVRQ__UNREACHED) {
		ivrq__lanes_ready(lane);
		return first;
	}
	ivrq__lanes_rest(&outbox->lanes, lane, now_ns);
	return lane->failures == 1;
}

void ivrq__outbox_bar(struct ivrq__outbox *outbox, struct ivrq__lane *lane)
{
	ivrq__lanes_abort(&outbox->lanes, lane);
	take_back(outbox, lane);
	lane->state = IVRQ__LANE_BARRED;
}

void ivrq__outbox_defer(struct ivrq__outbox *outbox, struct ivrq__lane *lane,
			uint64_t now_ns)
{
	ivrq__lanes_abort(&outbox->lanes, lane);
	take_back(outbox, lane);
	ivrq__lanes_rest(&outbox->lanes, lane, now_ns);
}

struct flush {
	struct ivrq__outbox *outbox;
	uint64_t now_ns;
};

static bool flush_lane(void *user, struct ivrq__lane *lane)
{
	struct ivrq__outbox *outbox = ((struct flush *)user)->outbox;
	uint64_t now_ns = ((struct flush *)user)->now_ns;
	bool good = true;

	if (lane->late.first)
		good = to_rows(outbox, lane, NULL, now_ns);
	if (good && lane->stale) {
		good = ivrq__spool_remove(outbox->spool, &lane->call,
					  lane->done_seq);
		spool_did(outbox, good, now_ns);
		set_stale(outbox, lane, !good);
		if (good && lane->state == IVRQ__LANE_IDLE)
			ivrq__lanes_remove(&outbox->lanes, lane);
	}
	return good;
}

void ivrq__outbox_flush(struct ivrq__outbox *outbox, uint64_t now_ns)
{
	struct flush flush = { outbox, now_ns };

	if ((outbox->late || outbox->stale) && now_ns >= outbox->flush_ns)
		ivrq__lanes_each(&outbox->lanes, flush_lane, &flush);
}

uint64_t ivrq__outbox_due(const struct ivrq__outbox *outbox, uint64_t now_ns)
{
	uint64_t due = ivrq__lanes_due(&outbox->lanes, now_ns);

	if ((outbox->late || outbox->stale) && outbox->flush_ns < due)
		due = outbox->flush_ns;
	return due;
}

/* At the end: the waiting are older than the rows, and seq says so. */
static bool keep_lane(void *user, struct ivrq__lane *lane)
{
	struct ivrq__outbox *outbox = user;
	struct ivrq__elements *parts[] = { &lane->waiting, &lane->late };

	if (lane->stale)
		ivrq__spool_remove(outbox->spool, &lane->call, lane->done_seq);
	take_back(outbox, lane);
	for (int i = 0; i < 2; i++)
		if (parts[i]->first &&
		    ivrq__spool_put(outbox->spool, &lane->call,
				    parts[i]->first))
			outbox->held -= parts[i]->count;
	return true;
}

uint64_t ivrq__outbox_done(struct ivrq__outbox *outbox)
{
	uint64_t lost = 0;

	if (outbox->named) {
		ivrq__lanes_each(&outbox->lanes, keep_lane, outbox);
		lost = outbox->held;
	}
	ivrq__lanes_done(&outbox->lanes);
	ivrq__spool_close(outbox->spool);
	return lost;
}
