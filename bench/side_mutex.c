/* SPDX-License-Identifier: MIT */
/*
 * side_mutex.c - the same contract, the way servers write it: a mutex and a
 * list for each call, one allocation for each operation, a flag for stop, and
 * the callbacks after the lock is released.
 *
 * Written with care, as it is what the engine is measured by. The strings come
 * in the operation's allocation; there is no allocation under a lock. A worker
 * has a list of the calls with something to do, under a mutex of its own, so
 * that idle calls cost nothing. A run takes that whole list under one lock: so
 * it ends, whatever the clients add; if somebody polls it ends after as many
 * calls as the engine's, and the next run goes on. A cancel names itself in
 * each operation that it hits, so that the result can tell which one it was.
 * The worker takes what is due under one lock of the call, and tells of it
 * outside.
 */
#include "side.h"

#include <limits.h>
#include <pthread.h>

#include "bench.h"

enum status { WAITING, RUNNING, FINISHED, CANCELED };

struct call;

struct operation {
	struct operation *next;
	struct call *call;
	enum status status;
	uint64_t cancel;
	unsigned long place; /* the driver's: where it is in started */
	const char *prompt;
	const char *context;
	char text[];
};

struct list {
	struct operation *first, **last;
};

struct result {
	const struct operation *operation;
	enum status status;
	uint64_t cancel;
};

struct call {
	pthread_mutex_t lock;
	struct list pending;
	struct list flushed; /* cancelled while they waited */
	struct operation *current;
	unsigned long depth; /* all without a result */
	uint64_t cancels;
	bool stop; /* the current one has to be stopped */
	bool open;
	bool closing;
	unsigned long listed; /* under the worker's lock: for this round */
	struct call *next_ready[2]; /* of the rounds that are even, odd */
	void (*on_result)(void *user, const struct result *result);
	int (*on_start)(void *user, struct operation *operation);
	void (*on_stop)(void *user, struct operation *operation);
	void *user;
};

struct mutex_side {
	struct call *call;
	unsigned long calls;
	unsigned long depth;
	struct operation **started;
	unsigned long running;
	struct tally *tally;
	unsigned long most; /* calls of one run */
	struct call *rest;  /* of a list that was taken: the worker's own */
	unsigned long round_of_rest;
	_Alignas(64) pthread_mutex_t lock; /* of the worker's list */
	struct call *ready, **last_ready;
	unsigned long round; /* of which ready is the list */
};

static void list_init(struct list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void list_add(struct list *list, struct operation *operation)
{
	operation->next = NULL;
	*list->last = operation;
	list->last = &operation->next;
}

static struct operation *list_take(struct list *list)
{
	struct operation *first = list->first;

	if (first && !(list->first = first->next))
		list->last = &list->first;
	return first;
}

/* ----------------------------------------------------- driver and listener */

static int on_start(void *user, struct operation *operation)
{
	struct mutex_side *side = user;

	operation->place = side->running;
	side->started[side->running++] = operation;
	return 0;
}

static void on_stop(void *user, struct operation *operation)
{
	struct mutex_side *side = user;
	unsigned long i = operation->place;

	if (i < side->running && side->started[i] == operation) {
		side->started[i] = side->started[--side->running];
		side->started[i]->place = i;
	}
}

static void on_result(void *user, const struct result *result)
{
	struct mutex_side *side = user;

	side->tally->completed += result->status == FINISHED;
	side->tally->canceled += result->status == CANCELED;
}

/* ------------------------------------------------------------- any thread */

static void *mutex_make(const struct side_config *config, struct tally *tally)
{
	struct mutex_side *side = bench_memory(1, sizeof(*side));

	side->call = bench_memory(config->calls, sizeof(*side->call));
	side->calls = config->calls;
	side->depth = config->depth;
	side->started = bench_memory(config->calls, sizeof(*side->started));
	side->tally = tally;
	side->most = config->polled ? SIDE_POLLED_MOST : ULONG_MAX;
	side->last_ready = &side->ready;
	side->round = 1;
	pthread_mutex_init(&side->lock, NULL);
	return side;
}

static void mutex_open(void *it, unsigned long number)
{
	struct mutex_side *side = it;
	struct call *call = &side->call[number];

	memset(call, 0, sizeof(*call));
	pthread_mutex_init(&call->lock, NULL);
	list_init(&call->pending);
	list_init(&call->flushed);
	call->on_result = on_result;
	call->on_start = on_start;
	call->on_stop = on_stop;
	call->user = side;
	call->open = true;
}

static void schedule(struct mutex_side *side, struct call *call)
{
	struct call **next;

	pthread_mutex_lock(&side->lock);
	if (call->listed != side->round) {
		call->listed = side->round;
		next = &call->next_ready[side->round & 1];
		*next = NULL;
		*side->last_ready = call;
		side->last_ready = next;
	}
	pthread_mutex_unlock(&side->lock);
}

static bool mutex_submit(void *it, unsigned long number)
{
	struct mutex_side *side = it;
	struct call *call = &side->call[number];
	size_t prompt = sizeof(side_prompt), context = sizeof(side_context);
	struct operation *operation =
		malloc(sizeof(*operation) + prompt + context);
	bool room;

	if (!operation)
		return false;
	operation->call = call;
	operation->status = WAITING;
	operation->cancel = 0;
	operation->prompt = memcpy(operation->text, side_prompt, prompt);
	operation->context =
		memcpy(operation->text + prompt, side_context, context);
	pthread_mutex_lock(&call->lock);
	room = call->open && !call->closing && call->depth < side->depth;
	if (room) {
		call->depth++;
		list_add(&call->pending, operation);
	}
	pthread_mutex_unlock(&call->lock);
	if (room)
		schedule(side, call);
	else
		free(operation);
	return room;
}

/* Under the lock. */
static unsigned long cut(struct call *call)
{
	struct operation *operation;
	unsigned long count = 0;

	call->cancels++;
	while ((operation = list_take(&call->pending))) {
		operation->status = CANCELED;
		operation->cancel = call->cancels;
		list_add(&call->flushed, operation);
		count++;
	}
	if (call->current && call->current->status == RUNNING) {
		call->current->status = CANCELED;
		call->current->cancel = call->cancels;
		call->stop = true;
		count++;
	}
	return count;
}

static unsigned long mutex_cancel(void *it, unsigned long number)
{
	struct mutex_side *side = it;
	struct call *call = &side->call[number];
	unsigned long count;

	pthread_mutex_lock(&call->lock);
	count = cut(call);
	pthread_mutex_unlock(&call->lock);
	schedule(side, call);
	return count;
}

static void mutex_close(void *it, unsigned long number)
{
	struct mutex_side *side = it;
	struct call *call = &side->call[number];

	pthread_mutex_lock(&call->lock);
	call->closing = true;
	(void)cut(call);
	pthread_mutex_unlock(&call->lock);
	schedule(side, call);
}

static void mutex_complete(void *it)
{
	struct mutex_side *side = it;

	while (side->running) {
		struct operation *operation = side->started[--side->running];
		struct call *call = operation->call;

		pthread_mutex_lock(&call->lock);
		if (operation->status == RUNNING)
			operation->status = FINISHED;
		pthread_mutex_unlock(&call->lock);
		schedule(side, call);
	}
}

/* -------------------------------------------------------------- the worker */

/* What is due, taken under the lock. */
struct due {
	struct operation *stop; /* the driver has to be told */
	struct operation *ended;
	struct operation *flushed;
	struct operation *start;
	bool closed;
};

static void take(struct call *call, struct due *due)
{
	struct operation *operation;

	memset(due, 0, sizeof(*due));
	pthread_mutex_lock(&call->lock);
	if (call->current && call->current->status != RUNNING) {
		due->stop = call->stop ? call->current : NULL;
		due->ended = call->current;
		call->current = NULL;
		call->stop = false;
		call->depth--;
	}
	due->flushed = call->flushed.first;
	for (operation = due->flushed; operation; operation = operation->next)
		call->depth--;
	list_init(&call->flushed);
	if (!call->current && call->pending.first) {
		due->start = call->current = list_take(&call->pending);
		due->start->status = RUNNING;
	}
	if (call->closing && !call->depth) {
		due->closed = true;
		call->open = call->closing = false;
	}
	pthread_mutex_unlock(&call->lock);
}

static void tell(struct call *call, struct operation *operation)
{
	struct result result = { operation, operation->status,
				 operation->cancel };

	call->on_result(call->user, &result);
	free(operation);
}

static void visit(struct call *call)
{
	struct due due;

	take(call, &due);
	if (due.stop)
		call->on_stop(call->user, due.stop);
	if (due.ended)
		tell(call, due.ended);
	while (due.flushed) {
		struct operation *next = due.flushed->next;

		tell(call, due.flushed);
		due.flushed = next;
	}
	if (due.start)
		call->on_start(call->user, due.start);
}

static void take_ready(struct mutex_side *side)
{
	pthread_mutex_lock(&side->lock);
	side->rest = side->ready;
	side->ready = NULL;
	side->last_ready = &side->ready;
	side->round_of_rest = side->round++;
	pthread_mutex_unlock(&side->lock);
}

/* What is ready now; what becomes so meanwhile is for the next run. */
static void mutex_run(void *it)
{
	struct mutex_side *side = it;
	unsigned long n;
	struct call *call;

	if (!side->rest)
		take_ready(side);
	for (n = 0; side->rest && n < side->most; n++) {
		call = side->rest;
		/* Written by others again in the round after the next only. */
		side->rest = call->next_ready[side->round_of_rest & 1];
		visit(call);
	}
}

static bool mutex_end(void *it)
{
	struct mutex_side *side = it;
	bool good = !side->ready && !side->rest;
	unsigned long i;

	for (i = 0; i < side->calls; i++) {
		if (!side->call[i].on_result)
			continue; /* never opened */
		good = good && !side->call[i].depth && !side->call[i].open;
		pthread_mutex_destroy(&side->call[i].lock);
	}
	pthread_mutex_destroy(&side->lock);
	free(side->started);
	free(side->call);
	free(side);
	return good;
}

const struct side side_mutex = {
	"mutex",     mutex_make, mutex_open,	 mutex_submit, mutex_cancel,
	mutex_close, mutex_run,	 mutex_complete, mutex_end,
};
