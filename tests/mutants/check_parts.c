/* SPDX-License-Identifier: MIT */
/*
 * check_parts.c - one function of a module inside another, and two threads.
 *
 * As check_windows, for what a call of the interface does not show: the set of
 * calls that are ready, a pool, a hold; the wake-ups of a worker; and for what
 * takes a second thread: two that run one worker, two that wait.
 */
#include <pthread.h>
#include <sched.h>

#include "whitebox.h"

enum { STEPS_MAX = 500 };

/* --------------------------------------------------------------------- hook */

static _Thread_local void (*inner)(void);
static _Thread_local uint32_t steps_left;

void ivrq__atomic_hook(void);

void ivrq__atomic_hook(void)
{
	void (*act)(void) = inner;

	if (!act || --steps_left)
		return;
	inner = NULL;
	act();
}

/* Call outer(), and before its at-th access act(). False: it has fewer; then
 * act() comes after it. */
static bool nest(uint32_t at, void (*outer)(void), void (*act)(void))
{
	bool left;

	inner = act;
	steps_left = at;
	outer();
	left = inner;
	inner = NULL;
	if (left)
		act();
	return !left;
}

/* A trial for each access of outer(). */
static void at_each_access(void (*begin)(void), void (*outer)(void),
			   void (*act)(void), void (*end)(void))
{
	uint32_t at = 1;
	bool more;

	do {
		begin();
		more = nest(at, outer, act);
		end();
		ck_assert_uint_lt(++at, STEPS_MAX);
	} while (more);
	ck_assert_uint_gt(at, 2);
}

/* -------------------------------------------------------------------- ready */

static struct ivrq__ready ready;
static ivrq__a64 words[128];
static uint32_t size, one, other;
static unsigned came[5000];

static void take_all(void)
{
	struct ivrq__ready_walk walk;
	uint32_t member;

	ivrq__ready_begin(&ready, &walk);
	while (ivrq__ready_next(&ready, &walk, &member))
		came[member]++;
}

static void add_one(void)
{
	ivrq__ready_add(&ready, one);
}

static void add_other(void)
{
	ivrq__ready_add(&ready, other);
}

/* What is there when add() has returned is found by who looks then. */
static void add_other_and_take(void)
{
	ivrq__ready_add(&ready, other);
	take_all();
	ck_assert_uint_ge(came[other], 1);
}

static void begin_ready(void)
{
	memset(words, 0, sizeof(words));
	memset(came, 0, sizeof(came));
	ivrq__ready_init(&ready, words, size);
}

static void begin_ready_with_one(void)
{
	begin_ready();
	add_one();
}

static void both_came(void)
{
	take_all();
	ck_assert_uint_ge(came[one], 1);
	ck_assert_uint_ge(came[other], 1);
	ck_assert(ivrq__ready_empty(&ready));
}

static const struct {
	uint32_t size, one, other;
} members[] = {
	{ 64, 1, 2 },	   { 64, 1, 1 },      { 128, 1, 65 },
	{ 128, 1, 2 },	   { 128, 1, 1 },     { 4800, 1, 4700 },
	{ 4800, 70, 140 }, { 4800, 70, 71 },  { 4800, 70, 70 },
	{ 4800, 4700, 1 }, { 4800, 140, 70 }, { 4800, 71, 70 },
};

START_TEST(test_ready_member_added_meanwhile_is_not_lost)
{
	size = members[_i].size;
	one = members[_i].one;
	other = members[_i].other;
	at_each_access(begin_ready, add_one, add_other, both_came);
	at_each_access(begin_ready, add_one, add_other_and_take, both_came);
	at_each_access(begin_ready_with_one, take_all, add_other, both_came);
}
END_TEST

/* --------------------------------------------------------------------- pool */

static struct ivrq__pool pool;
static ivrq__a32 links[4];
static uint32_t held[4];

static void begin_pool(void)
{
	unsigned i;

	ivrq__pool_init(&pool, links, 0, 4);
	for (i = 0; i < 4; i++)
		held[i] = IVRQ__NONE;
}

static void pop_one(void)
{
	held[0] = ivrq__pool_pop(&pool);
}

/* The top comes back; what was under it is taken. */
static void pop_two_push_first(void)
{
	uint32_t first = ivrq__pool_pop(&pool);

	held[1] = ivrq__pool_pop(&pool);
	ivrq__pool_push(&pool, first);
}

static void no_index_twice(void)
{
	unsigned seen = 0, i, count = 0;
	uint32_t index;

	for (i = 0; i < 4; i++)
		if (held[i] != IVRQ__NONE)
			seen |= 1u << held[i], count++;
	while ((index = ivrq__pool_pop(&pool)) != IVRQ__NONE) {
		ck_assert_uint_eq(seen & 1u << index, 0);
		seen |= 1u << index;
		count++;
	}
	ck_assert_uint_eq(seen, 15);
	ck_assert_uint_eq(count, 4);
}

START_TEST(test_pool_index_back_on_top_is_not_taken_with_an_old_link)
{
	at_each_access(begin_pool, pop_one, pop_two_push_first, no_index_twice);
}
END_TEST

/* --------------------------------------------------------------------- hold */

static struct wb_ring wb_ring;
static const struct ivrq__ring *ring;
static uint64_t position;
static uint32_t found;
static unsigned held_in; /* a state */

enum { REF = 3 };

static struct ivrq__receipt cut_of(enum ivrq__range range)
{
	struct ivrq__receipt receipt;

	while (ivrq__queue_cut(ring, range, &receipt))
		;
	return receipt;
}

static void begin_hold(void)
{
	ring = wb_ring_open(&wb_ring, 4, 7);
	position = wb_put(ring, REF, false);
	if (held_in == 1)
		wb_fly(ring);
}

static void hold(void)
{
	found = ivrq__queue_hold(ring, position);
}

/* It ends, and its storage is used again. */
static void end_and_put_again(void)
{
	struct ivrq__step step = { .killed = false };

	cut_of(IVRQ__ALL);
	step = wb_look(ring);
	ivrq__turn_pop(ring, &step);
	ivrq__turn_land(ring, &step);
	if (ivrq__cell_release(&ring->cell[REF]))
		wb_put(ring, REF, false);
}

static void end_and_start_again(void)
{
	end_and_put_again();
	if (wb_look(ring).todo == IVRQ__START)
		wb_fly(ring);
}

/* Held is the use of that position, or nothing. */
static void held_is_the_first_use(void)
{
	uint64_t note = ivrq__ld_acq64(&ring->cell[REF].note);

	if (!found)
		return;
	ck_assert_uint_eq(found, REF + 1);
	ck_assert_uint_eq(note / IVRQ__SERIAL, 0);
	ck_assert(ivrq__cell_unhold(&ring->cell[REF]));
}

START_TEST(test_hold_of_an_operation_that_ends_holds_no_other)
{
	held_in = (unsigned)_i;
	at_each_access(begin_hold, hold, end_and_put_again,
		       held_is_the_first_use);
	at_each_access(begin_hold, hold, end_and_start_again,
		       held_is_the_first_use);
}
END_TEST

/* ------------------------------------------------------------------ wake-ups */

static struct wb wb;
static uint64_t now;

static void run(void)
{
	(void)!wb_run(&wb, ++now);
}

/* The worker's thread is woken, runs it if nobody else does, and sleeps. */
static void on_wake(void *user, uint32_t worker)
{
	(void)user;
	(void)worker;
	run();
}

static void tone(void)
{
	(void)!ivrq_tone(wb.engine, wb.call, '5', 0);
}

static void begin_engine(void)
{
	wb_init(&wb);
	wb.config.wake = on_wake;
	wb_begin(&wb);
	run();
}

static void nothing_is_slept_on(void)
{
	ck_assert(ivrq__ready_empty(&wb.engine->workers[0].ready));
	wb_end(&wb);
}

START_TEST(test_worker_does_not_sleep_on_work)
{
	at_each_access(begin_engine, tone, run, nothing_is_slept_on);
	at_each_access(begin_engine, run, tone, nothing_is_slept_on);
}
END_TEST

static sem_t stands, goes;
static uint32_t frozen_at;
static pthread_t sender;

static void stand_still(void)
{
	sem_post(&stands);
	while (sem_wait(&goes))
		;
}

static void *send(void *arg)
{
	nest(frozen_at, tone, stand_still);
	return arg;
}

/* Another thread's tone, up to an access of it. */
static void begin_sending(void)
{
	ck_assert_int_eq(pthread_create(&sender, NULL, send, NULL), 0);
	while (sem_wait(&stands))
		;
}

static void begin_sleep(void)
{
	sem_init(&stands, 0, 0);
	sem_init(&goes, 0, 0);
	begin_engine();
}

static void sent_is_not_slept_on(void)
{
	sem_post(&goes);
	pthread_join(sender, NULL);
	nothing_is_slept_on();
}

enum { TONE_STEPS = 20 }; /* accesses, at least, and some more */

START_TEST(test_worker_does_not_sleep_on_what_a_frozen_thread_adds)
{
	frozen_at = (uint32_t)_i;
	at_each_access(begin_sleep, run, begin_sending, sent_is_not_slept_on);
}
END_TEST

/* ------------------------------------------------------------------- a visit */

/* The place of a call that was worker 0's, and is in its set. */
static void begin_old_bit(void)
{
	wb_init(&wb);
	wb.config.workers = 2;
	wb.config.calls = 1;
	wb_begin(&wb);
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	run();
	ivrq__ready_add(&wb.engine->workers[0].ready, 0);
	wb.log[0] = 0;
}

static void open_on_worker_1(void)
{
	wb.call_config.worker = 1;
	ck_assert_int_eq(
		ivrq_call_open(wb.engine, &wb.call_config, &wb.call, NULL), 0);
	wb_play(&wb, 1);
}

static void worker_1_starts_it(void)
{
	WB_LOG(&wb, "");
	ck_assert_int_eq(ivrq_worker_run(wb.engine, 1, ++now), 0);
	WB_LOG(&wb, "+1 !1");
	wb_end(&wb);
}

START_TEST(test_visit_by_an_old_bit_leaves_the_call_of_another_worker)
{
	at_each_access(begin_old_bit, run, open_on_worker_1,
		       worker_1_starts_it);
}
END_TEST

/* As if all who added had been frozen before they told the worker. */
static void nobody_told(void)
{
	struct ivrq__ready *set = &wb.engine->workers[0].ready;
	struct ivrq__ready_walk walk;
	uint32_t member;

	ivrq__ready_begin(set, &walk);
	while (ivrq__ready_next(set, &walk, &member))
		;
}

enum { MANY = 20 };

static void complete_and_play(struct wb *at, const char *word)
{
	if (*word == '!')
		(void)!wb_complete(at);
	else if (*word == '=' && at->results < MANY)
		wb_play(at, 1);
	nobody_told();
}

START_TEST(test_visit_that_stops_at_its_bound_goes_on_by_itself)
{
	wb_start_up(&wb);
	wb.inside = complete_and_play;
	wb_play(&wb, 1);
	run();
	ck_assert_uint_eq(wb.results, MANY);
	wb_end(&wb);
}
END_TEST

START_TEST(test_next_ns_is_not_that_of_one_delivered_in_its_place)
{
	ivrq_options options = { .deadline_ns = UINT64_MAX - 1 };
	ivrq_cancel_request request;
	ivrq_submission submission;
	uint64_t next;

	wb_start_up(&wb);
	wb_play(&wb, 1);
	run();
	wb_play(&wb, 2);
	ck_assert_int_eq(wb_try(&wb, 3, &options, &submission), 0);
	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	request.op = submission.op;
	ck_assert_int_eq(ivrq_cancel_media_processing(wb.engine, wb.call,
						      &request, NULL, NULL),
			 0);
	run();
	WB_LOG(&wb, "+1 !1 =3x");
	ck_assert_int_eq(ivrq_worker_next_ns(wb.engine, 0, &next), 0);
	ck_assert_uint_eq(next, UINT64_MAX);
	wb_end(&wb);
}
END_TEST

START_TEST(test_tones_are_heard_when_their_sequence_wraps)
{
	struct ivrq__call *at;
	ivrq_subscription subscription;
	unsigned i;

	wb_start_up(&wb);
	at = ivrq__call_at(wb.engine, ivrq__handle_index(wb.call.value));
	ivrq__st_rel64(&at->tones, UINT64_C(0xfffffffe)
					   << IVRQ__TONE_SEQUENCE_SHIFT);
	ck_assert_int_eq(ivrq_subscribe_to_tone(wb.engine, wb.call, NULL, NULL,
						&subscription),
			 0);
	for (i = 1; i <= 4; i++) {
		tone();
		run();
		ck_assert_uint_eq(wb.events, i);
	}
	wb_end(&wb);
}
END_TEST

/* In a full ring the last one has the slot of the position before head. */
START_TEST(test_sweep_from_just_before_head_begins_at_head)
{
	struct ivrq__step step = { .killed = false };
	uint64_t word, from, last;

	ring = wb_ring_open(&wb_ring, 4, wb_start(_i));
	from = ivrq__pos(wb_start(_i), IVRQ__POS_MASK);
	last = ivrq__pos(wb_fill(ring, 0, 4), 3);
	ck_assert_int_eq(ivrq__select_enter(ring, &word), 0);
	ck_assert_int_eq(ivrq__select_kill(ring, last, 9), IVRQ__HIT_PENDING);
	ivrq__select_leave(ring);
	ck_assert(ivrq__turn_sweep(ring, &from, &step));
	ck_assert_uint_eq(step.position, last);
}
END_TEST

/* --------------------------------------------------------------- two threads */

static sem_t inside, leave;
static pthread_t thread;
static int answers[2];
static bool entered;

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem))
		;
}

static _Thread_local bool elsewhere;

/* In the run of the other thread: stays there. */
static void stay(struct wb *at, const char *word)
{
	if (!elsewhere || strcmp(word, "t5"))
		return;
	at->inside = NULL;
	entered = true;
	sem_post(&inside);
	wait_for(&leave);
}

static void *run_elsewhere(void *arg)
{
	elsewhere = true;
	answers[1] = wb_run(&wb, ++now);
	sem_post(&inside);
	return arg;
}

static void begin_elsewhere(void *(*what)(void *))
{
	ck_assert_int_eq(pthread_create(&thread, NULL, what, NULL), 0);
}

static void enter_elsewhere(void)
{
	wb.inside = stay;
	begin_elsewhere(run_elsewhere);
	wait_for(&inside);
}

static void run_here(void)
{
	answers[0] = wb_run(&wb, ++now);
}

static void begin_two(void)
{
	ivrq_subscription subscription;

	sem_init(&inside, 0, 0);
	sem_init(&leave, 0, 0);
	entered = false;
	wb_start_up(&wb);
	ck_assert_int_eq(ivrq_subscribe_to_tone(wb.engine, wb.call, NULL, NULL,
						&subscription),
			 0);
	tone();
}

/* At each of its accesses the other thread comes. If that one meets the tone,
 * this one had not been in, and is refused now. */
START_TEST(test_worker_is_run_by_one_thread_at_a_time)
{
	uint32_t at;
	bool more = true;

	for (at = 1; more; at++) {
		ck_assert_uint_lt(at, STEPS_MAX);
		begin_two();
		more = nest(at, run_here, enter_elsewhere);
		if (more && entered)
			ck_assert_int_eq(answers[0], IVRQ_EBUSY);
		sem_post(&leave);
		pthread_join(thread, NULL);
		wb_end(&wb);
	}
}
END_TEST

/* --------------------------------------------------------------------- waits */

static uint32_t waiting(void)
{
	return ivrq__ld_seq32(&wb.engine->fences.waiting);
}

static bool is_over(void *arg)
{
	(void)arg;
	return ivrq__ld_seq32(&wb.engine->workers[0].turn) != 0;
}

enum { AN_HOUR_MS = 3600000 };

static void *wait_elsewhere(void *arg)
{
	answers[1] = ivrq__fences_wait(&wb.engine->fences, is_over, NULL,
				       AN_HOUR_MS);
	return arg;
}

static void begin_waiting_elsewhere(void)
{
	ivrq__a32 *busy = &wb.engine->fences.waiter[0].busy;
	ivrq__a32 *second = &wb.engine->fences.waiter[1].busy;
	uint32_t before = ivrq__ld_acq32(busy) + ivrq__ld_acq32(second);
	uint32_t count = waiting();

	begin_elsewhere(wait_elsewhere);
	while (ivrq__ld_acq32(busy) + ivrq__ld_acq32(second) == before ||
	       waiting() == count)
		sched_yield();
}

static void wait_shortly(void)
{
	answers[0] = ivrq__fences_wait(&wb.engine->fences, is_over, NULL, 1);
}

static void begin_waits(void)
{
	wb_start_up(&wb);
}

static void the_other_is_told(void)
{
	ivrq__st_seq32(&wb.engine->workers[0].turn, 2);
	ivrq__fences_tell(&wb.engine->fences);
	pthread_join(thread, NULL);
	ck_assert_int_eq(answers[1], 0);
	ck_assert_uint_eq(waiting(), 0);
	wb_end(&wb);
}

START_TEST(test_fence_of_another_that_waits_is_not_forgotten)
{
	at_each_access(begin_waits, wait_shortly, begin_waiting_elsewhere,
		       the_other_is_told);
}
END_TEST

static void wait_here(void)
{
	answers[0] = ivrq__fences_wait(&wb.engine->fences, is_over, NULL,
				       AN_HOUR_MS);
}

static void end_and_tell(void)
{
	ivrq__st_seq32(&wb.engine->workers[0].turn, 2);
	ivrq__fences_tell(&wb.engine->fences);
}

enum { BEFORE_SLEEP = 7 }; /* accesses, at least */

START_TEST(test_fence_that_is_met_before_it_sleeps_does_not_sleep)
{
	wb_start_up(&wb);
	ck_assert(nest((uint32_t)_i, wait_here, end_and_tell));
	ck_assert_int_eq(answers[0], 0);
	wb_end(&wb);
}
END_TEST

static ivrq_call opened;

static void *stop_elsewhere(void *arg)
{
	answers[1] = ivrq_engine_stop(wb.engine, AN_HOUR_MS);
	sem_post(&inside);
	return arg;
}

static void begin_stop_elsewhere(void)
{
	int ended = 0;

	begin_elsewhere(stop_elsewhere);
	while (!waiting() && !ended) {
		sched_yield();
		sem_getvalue(&inside, &ended);
	}
}

static void open_one(void)
{
	answers[0] = ivrq_call_open(wb.engine, &wb.call_config, &opened, NULL);
}

static void begin_stop(void)
{
	sem_init(&inside, 0, 0);
	wb_start_up(&wb);
	ivrq_call_close(wb.engine, wb.call, IVRQ_CAUSE_HANG_UP, NULL);
	run();
}

/* Whoever of the two came second sees to the call, and stop is told. */
static void stop_ends(void)
{
	if (!answers[0])
		run();
	pthread_join(thread, NULL);
	ck_assert_int_eq(answers[1], 0);
	ck_assert_int_eq(ivrq_engine_destroy(wb.engine), 0);
}

START_TEST(test_stop_ends_whatever_an_opener_does)
{
	at_each_access(begin_stop, open_one, begin_stop_elsewhere, stop_ends);
}
END_TEST

/* ------------------------------------------------------------------- suite */

int main(void)
{
	Suite *suite = suite_create("parts");
	TCase *tcase = tcase_create("parts");

	tcase_add_loop_test(tcase,
			    test_ready_member_added_meanwhile_is_not_lost, 0,
			    (int)CT_COUNT(members));
	tcase_add_test(
		tcase,
		test_pool_index_back_on_top_is_not_taken_with_an_old_link);
	tcase_add_loop_test(tcase,
			    test_hold_of_an_operation_that_ends_holds_no_other,
			    0, 2);
	tcase_add_test(tcase, test_worker_does_not_sleep_on_work);
	tcase_add_loop_test(
		tcase, test_worker_does_not_sleep_on_what_a_frozen_thread_adds,
		1, TONE_STEPS + 1);
	tcase_add_test(
		tcase,
		test_visit_by_an_old_bit_leaves_the_call_of_another_worker);
	tcase_add_test(tcase,
		       test_visit_that_stops_at_its_bound_goes_on_by_itself);
	tcase_add_test(tcase,
		       test_next_ns_is_not_that_of_one_delivered_in_its_place);
	tcase_add_test(tcase, test_tones_are_heard_when_their_sequence_wraps);
	WB_BOTH(tcase, test_sweep_from_just_before_head_begins_at_head);
	tcase_add_test(tcase, test_worker_is_run_by_one_thread_at_a_time);
	tcase_add_test(tcase,
		       test_fence_of_another_that_waits_is_not_forgotten);
	tcase_add_loop_test(
		tcase, test_fence_that_is_met_before_it_sleeps_does_not_sleep,
		1, BEFORE_SLEEP + 1);
	tcase_add_test(tcase, test_stop_ends_whatever_an_opener_does);
	return wb_main(suite, tcase);
}
