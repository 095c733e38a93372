/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_GRAPH_LEDGER_H
#define IVRQ_TESTS_GRAPH_LEDGER_H
/*
 * graph_ledger.h - which operations a gateway has accepted, what it told of
 * them, and whether the two agree. For the test's thread: it asserts.
 *
 *	1. Each operation that was answered 200 was told as ended once, and
 *	   nothing else was; at least once, if answers to notifications got
 *	   lost.
 *	2. Of two operations of a call of which the second was sent after the
 *	   first had been answered the first was told first.
 *	3. The end of a call is told behind its operations and tones, and
 *	   tones in their order.
 */
#include <stdbool.h>
#include <stdint.h>

#include "receiver.h"

#define LEDGER_CALLS 16u

enum ledger_end {
	LEDGER_OPEN = 0,
	LEDGER_COMPLETED = 1,
	LEDGER_CANCELED = 2,
	LEDGER_FAILED = 3
};

struct ledger_entry {
	char id[33]; /* without dashes */
	unsigned call;
	uint64_t sent, answered;
	unsigned told;
	enum ledger_end end;
};

struct ledger {
	struct ledger_entry *entry;
	unsigned count, room;
	unsigned repeats; /* answers of 200 with an id that was known */
	uint64_t latest[LEDGER_CALLS]; /* `sent` of all told so far */
	unsigned canceled[LEDGER_CALLS];
	unsigned terminated[LEDGER_CALLS];
	int64_t tone[LEDGER_CALLS]; /* sequenceId of the latest */
	unsigned tones;
	uint64_t told; /* elements */
};

/* `body` is the answer; sent and answered: see http_load.h. */
void ledger_accepted(struct ledger *ledger, unsigned call, const char *body,
		     uint64_t sent, uint64_t answered);

/* All accepted are known: from here on they are looked up. */
void ledger_close(struct ledger *ledger);

/* Reads what the receiver took; call n is told at "/c<n>". */
void ledger_read(struct ledger *ledger, struct receiver *receiver, bool once);

/* Each was told; answers how many were canceled. */
unsigned ledger_check(const struct ledger *ledger);

/* A body with a list of operations ("value") agrees; answers how many of the
 * ledger were in it. */
unsigned ledger_agrees(struct ledger *ledger, const char *body);

void ledger_free(struct ledger *ledger);

#endif
