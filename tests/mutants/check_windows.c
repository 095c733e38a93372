/* SPDX-License-Identifier: MIT */
/*
 * check_windows.c - one function call inside another is as if it came before
 * or after it.
 *
 * An outer call is stopped before its n-th atomic access, an inner one is made
 * as a whole, the outer one goes on; then all is brought to an end. What both
 * answered, what was told, and what is left must be the same as if the inner
 * call had come before the outer one, or after it. So for each outer call that
 * takes effect at one step, each inner one, each state of a call, each access.
 * windows_acts.c has the calls and the states.
 *
 * The functions that take effect in several steps are outer calls too; of
 * these it is only asked that all adds up.
 */
#include <pthread.h>

#include "windows.h"

struct outcome now;
_Thread_local unsigned role;
const struct act *outer;
ivrq_subscription subscriptions[ROLES];
ivrq_call more[ROLES];
bool stopping;
uint32_t subscribed, events;
uint64_t base;

/* ------------------------------------------------------------------ one run */

static const struct act *inner[2]; /* one after the other */
static unsigned state;

static void do_outer(void)
{
	role = OUTER;
	outer->act();
}

static void do_inner(unsigned which)
{
	if (!inner[which])
		return;
	role = INNER + which;
	inner[which]->act();
	role = OUTER;
}

/* The hook: before the access with the number, so many inner calls. */
static _Thread_local bool watching;
static uint32_t steps, stop[2];
static unsigned done;

/* Of the third thread: stands still before the access with this number. */
static _Thread_local uint32_t freeze_at;
static sem_t go, news, move;
static bool frozen;

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem))
		;
}

void ivrq__atomic_hook(void)
{
	if (freeze_at && !--freeze_at) {
		frozen = true;
		sem_post(&news);
		wait_for(&move);
	}
	if (!watching)
		return;
	watching = false;
	steps++;
	while (done < 2 && steps == stop[done])
		do_inner(done++);
	watching = true;
}

/* False: it has not as many accesses; all inner calls have been made. */
static bool interrupted(uint32_t first, uint32_t second)
{
	bool reached;

	steps = 0;
	done = 0;
	stop[0] = first;
	stop[1] = second;
	watching = true;
	do_outer();
	watching = false;
	reached = done == 2;
	while (done < 2)
		do_inner(done++);
	return reached;
}

static const struct act *third;
static uint32_t third_at;

static void *third_main(void *arg)
{
	for (;;) {
		wait_for(&go);
		role = SECOND;
		freeze_at = third_at;
		third->act();
		freeze_at = 0;
		sem_post(&news);
	}
	return arg;
}

/* False: it has not as many accesses, and is through. */
static bool freeze_third(uint32_t at)
{
	third_at = at;
	frozen = false;
	sem_post(&go);
	wait_for(&news);
	return frozen;
}

static void act_thaw(void)
{
	if (!frozen)
		return;
	frozen = false;
	sem_post(&move);
	wait_for(&news);
}

static const struct act thaw_third = { "thaw", act_thaw, false, false };

/* Nothing is in a ring: each slot is free, for the position that comes. */
static void assert_slots(void)
{
	uint32_t i, k;

	for (i = 0; i < it.config.calls; i++) {
		struct ivrq__ring ring = ivrq__ring_of(it.engine, i);
		uint64_t word = ivrq__load_word(&ring);

		MUST(!ivrq__total(word));
		for (k = 0; k < ring.capacity; k++) {
			uint64_t p = ivrq__pos(ivrq__head(word), k);

			MUST(ivrq__load_slot(&ring, p) == ivrq__free_for(p));
		}
	}
}

/* Of the cells nothing is left but the count of their uses. */
static void assert_cells(void)
{
	uint32_t i;

	for (i = 0; i < it.config.operations; i++)
		MUST(!(ivrq__ld_acq64(&it.engine->cells[i].note) %
		       IVRQ__SERIAL));
}

/* All is given back. */
static void assert_pools(void)
{
	MUST(left_in(&it.engine->shards[0].pool) == it.config.operations);
	MUST(left_in(&it.engine->tone_pool) == it.config.tones);
	MUST(left_in(&it.engine->call_pool) == it.config.calls);
	/* One that came late to a call waits for its place's next life. */
	MUST(stopping ||
	     left_in(&it.engine->subscription_pool) == it.config.subscriptions);
	MUST(left_in(&it.engine->fences.free) == it.config.fences);
}

static uint32_t receipt_of(ivrq_cancel cancel)
{
	unsigned i;

	for (i = 0; i <= SETUP; i++)
		if (cancel.value && it.cuts[i].id.value == cancel.value)
			return i + 1;
	return 0;
}

static void write_down(void)
{
	unsigned i, k;

	for (i = 0; i < RECS; i++) {
		const struct rec *rec = &it.recs[i];
		struct told *told = &now.told[i];

		told->starts = rec->starts;
		told->stops = rec->stops;
		told->results = rec->results;
		told->status = (int)rec->result.status;
		told->reason = (int)rec->result.reason;
		told->cause = (int)rec->result.cause;
		told->media_ms = rec->result.media_ms;
		told->cancel = receipt_of(rec->result.cancel);
		for (k = 0; k < it.results; k++)
			if (it.order[k] == rec)
				told->order = k + 1;
	}
	now.closes = it.closes;
}

/* No function is inside and nothing waits: the slow mode is over. */
static void assert_calm(void)
{
	uint32_t index = ivrq__handle_index(it.call.value);
	uint64_t word =
		ivrq__ld_acq64(&ivrq__call_at(it.engine, index)->queue.word);

	MUST(ivrq__depth(word) || !(word & IVRQ__SLOW));
}

static void settle(void)
{
	unsigned i;

	/* Who is subscribed hears it, and no one else. */
	drive_all();
	events = 0;
	if (!ivrq_tone(it.engine, it.call, '9', 0)) {
		drive_all();
		MUST(events == subscribed);
	}
	assert_calm();
	it.stop_pends = false;
	for (i = 0; i < RECS; i++)
		if (it.recs[i].stop_pending && !it.recs[i].results)
			(void)!stopped(&it.recs[i]);
	drive_all();
	if (stopping) /* then every call was closed by that, or by its opener */
		return;
	(void)!ivrq_call_close(it.engine, it.call, IVRQ_CAUSE_HANG_UP, NULL);
	for (i = 0; i < ROLES; i++)
		if (more[i].value)
			(void)!ivrq_call_close(it.engine, more[i],
					       IVRQ_CAUSE_HANG_UP, NULL);
	drive_all();
}

/* Another life of each place: what came late to the last one goes. */
static void relive_all(void)
{
	ivrq_call call[2];

	MUST(!try_open(0, &call[0]));
	MUST(!try_open(0, &call[1]));
	MUST(!ivrq_call_close(it.engine, call[0], IVRQ_CAUSE_HANG_UP, NULL));
	MUST(!ivrq_call_close(it.engine, call[1], IVRQ_CAUSE_HANG_UP, NULL));
	drive_all();
}

/* One result for each that was accepted; each receipt is right. */
static void assert_told(void)
{
	uint32_t i, canceled = 0, promised = 0;

	MUST(!it.slip.line);
	for (i = 0; i < RECS; i++) {
		const struct rec *rec = &it.recs[i];

		MUST(rec->results == (rec->answer == 0));
		MUST(rec->starts <= 1);
		MUST(rec->answer || rec->named.value == rec->got.op.value);
		canceled +=
			rec->results && rec->result.cause == IVRQ_CAUSE_CANCEL;
	}
	for (i = 0; i <= SETUP; i++) {
		uint32_t total = it.cuts[i].in_flight + it.cuts[i].pending;

		MUST(!total || results_of(&it.cuts[i]) == total);
		promised += total;
	}
	MUST(canceled == promised);
}

static uint64_t head_now(void)
{
	struct ivrq__ring ring = ivrq__ring_of(it.engine, it.call.value);

	return ivrq__head(ivrq__load_word(&ring));
}

static void begin_run(void)
{
	unsigned i;

	memset(&now, 0, sizeof(now));
	memset(subscriptions, 0, sizeof(subscriptions));
	memset(more, 0, sizeof(more));
	stopping = false;
	subscribed = 0;
	world_init();
	it.config.tones = 4;
	it.config.tones_per_call = 2;
	it.config.subscriptions = 4;
	it.config.fences = 2;
	it.config.inline_bytes = IVRQ_INLINE_MIN;
	MUST(!ivrq_engine_create(&it.config, &it.engine, NULL));
	it.nrecs = RECS;
	it.ncuts = SETUP + 1;
	for (i = 0; i < RECS; i++)
		it.recs[i].answer = -1;
	MUST(!try_open(0, &it.call));
	drive_all();
	base = head_now();
	states[state]();
}

static void end_run(void)
{
	ivrq_stats stats;

	settle();
	write_down();
	if (!stopping)
		relive_all();
	MUST(!ivrq_engine_stats(it.engine, &stats));
	MUST(stats.submitted ==
	     stats.completed + stats.failed + stats.canceled);
	MUST(stats.live == 0);
	MUST(stats.calls_open == 0);
	now.tones_lost = stats.tones_lost;
	assert_slots();
	assert_cells();
	assert_pools();
	assert_told();
	MUST(!ivrq_engine_stop(it.engine, 0));
	MUST(!ivrq_engine_destroy(it.engine));
}

/* The outer call after so many of the inner ones. */
static void in_turn(unsigned place, struct outcome *to)
{
	unsigned i;

	begin_run();
	for (i = 0; i <= 2; i++) {
		if (i == place)
			do_outer();
		if (i < 2)
			do_inner(i);
	}
	end_run();
	*to = now;
}

static void assert_one_of(const struct outcome one[3])
{
	unsigned i;

	for (i = 0; i < 3; i++)
		if (!memcmp(&one[i], &now, sizeof(now)))
			return;
	ck_abort_msg("%s and %s in %s, state %u, accesses %u and %u",
		     inner[0]->name, inner[1] ? inner[1]->name : "nothing",
		     outer->name, state, stop[0], stop[1]);
}

static bool one_step(const struct act *act)
{
	return !act || act->one_step;
}

/* Each access of the outer call; with two inner ones, each later one too. */
static void every_window(bool compared)
{
	struct outcome one[3];
	uint32_t first, second;
	bool reached;
	unsigned i;

	for (i = 0; i < 3; i++)
		in_turn(i, &one[i]);
	for (first = 1; first < STEPS_MAX; first++) {
		for (second = first; second < STEPS_MAX; second++) {
			begin_run();
			reached = interrupted(first, second);
			end_run();
			if (compared)
				assert_one_of(one);
			if (!reached || !inner[1])
				break;
		}
		if (!reached && second == first)
			break;
	}
	MUST(first < STEPS_MAX);
}

/* ------------------------------------------------------------------- suite */

/* Pairs of inner calls that open windows which one does not. */
static const struct {
	const char *name[2];
	bool compared;
} pairs[] = {
	{ { "close", "reopen" }, true },  { { "all", "run" }, false },
	{ { "op 1", "all" }, true },	  { { "all", "op 1" }, true },
	{ { "barge", "run" }, false },	  { { "play", "all" }, true },
	{ { "all", "play" }, true },	  { { "tone", "tone" }, true },
	{ { "complete", "run" }, false }, { { "op 1", "run" }, false },
	{ { "run", "all" }, false },	  { { "subscribe", "run" }, false },
	{ { "tag", "run" }, false },	  { { "tag", "all" }, false },
	{ { "pending", "run" }, false },  { { "stop", "reopen" }, false },
	{ { "end", "reopen" }, false },
};

static const struct act *act_named(const char *name)
{
	size_t i;

	for (i = 0; i < act_count; i++)
		if (!strcmp(acts[i].name, name))
			return &acts[i];
	ck_abort_msg("no act %s", name);
}

START_TEST(test_a_call_inside_another_is_before_or_after_it)
{
	size_t i, k;

	state = (unsigned)_i;
	inner[1] = NULL;
	for (i = 0; i < act_count; i++)
		for (k = 0; k < act_count; k++) {
			outer = &acts[i];
			inner[0] = &acts[k];
			if (!outer->runs || !inner[0]->runs)
				every_window(one_step(outer) &&
					     one_step(inner[0]));
		}
}
END_TEST

START_TEST(test_two_calls_inside_another_have_it_somewhere_between)
{
	size_t i, k;

	static const unsigned few[] = { 1, 2, 4, 9, 10, 12 };

	state = few[_i];
	for (i = 0; i < act_count; i++)
		for (k = 0; k < CT_COUNT(pairs); k++) {
			outer = &acts[i];
			inner[0] = act_named(pairs[k].name[0]);
			inner[1] = act_named(pairs[k].name[1]);
			if (!outer->runs || !(inner[0]->runs || inner[1]->runs))
				every_window(one_step(outer) &&
					     pairs[k].compared);
		}
}
END_TEST

/* A third call, frozen at each of its accesses; another after that; then the
 * outer one, and at each of its accesses the third one goes on. */
static void every_thaw(const struct act *between)
{
	uint32_t at, first;
	bool stood, reached;

	inner[1] = &thaw_third;
	for (at = 1, stood = true; stood; at++) {
		for (first = 1, reached = true; reached; first++) {
			begin_run();
			stood = freeze_third(at);
			role = INNER;
			between->act();
			reached = interrupted(first, first);
			end_run();
			if (!stood)
				break;
		}
		MUST(at < STEPS_MAX);
	}
}

START_TEST(test_a_frozen_call_that_goes_on_inside_another_adds_up)
{
	static const unsigned few[] = { 1, 2, 4, 5 };
	static const char *const thirds[] = { "play", "barge", "op 0", "op 1" };
	static const char *const betweens[] = { "all", "pending", "play" };
	static const char *const outers[] = { "play", "all", "op 1", "run" };
	static const char *const inners[] = { "is canceled", "close" };
	pthread_t thread;
	size_t i, k, m, n;

	state = few[_i];
	sem_init(&go, 0, 0);
	sem_init(&news, 0, 0);
	sem_init(&move, 0, 0);
	MUST(!pthread_create(&thread, NULL, third_main, NULL));
	for (i = 0; i < CT_COUNT(thirds); i++)
		for (k = 0; k < CT_COUNT(betweens); k++)
			for (m = 0; m < CT_COUNT(outers); m++)
				for (n = 0; n < CT_COUNT(inners); n++) {
					third = act_named(thirds[i]);
					outer = act_named(outers[m]);
					inner[0] = act_named(inners[n]);
					every_thaw(act_named(betweens[k]));
				}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("windows");
	TCase *tcase = tcase_create("one");
	TCase *two = tcase_create("two");
	TCase *three = tcase_create("three");

	tcase_add_loop_test(tcase,
			    test_a_call_inside_another_is_before_or_after_it, 0,
			    RND_SANITIZED ? 4 : STATES);
	tcase_add_loop_test(
		two, test_two_calls_inside_another_have_it_somewhere_between, 0,
		RND_SANITIZED ? 1 : 6);
	tcase_add_loop_test(
		three, test_a_frozen_call_that_goes_on_inside_another_adds_up,
		0, RND_SANITIZED ? 1 : 4);
	tcase_set_timeout(three, 120);
	suite_add_tcase(suite, three);
	tcase_set_timeout(tcase, 120);
	tcase_set_timeout(two, 120);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, two);
	return ct_run(suite);
}
