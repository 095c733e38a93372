/* SPDX-License-Identifier: MIT */
/*
 * stress_once: each accepted operation ends exactly once: completed, failed
 * or canceled, never two of them and never none.
 *
 * Six clients submit, cancel in every scope, send tones, subscribe, pause,
 * close and reopen three calls; two workers run; two completers end and stop
 * what was started. That is more threads than a small machine has cores. All
 * of it is written down (stress_once.h), and judged when the threads are
 * joined (stress_audit.c): the endings and their payload, the receipts, that
 * a cancel hits all that came before it and nothing that came after it, the
 * order of results, tones without a gap, the engine's own counters. Judged at
 * once: that callbacks come on the worker's thread, one at a time per call.
 *
 * Built a second time as stress_yield, against a core whose atomic accesses
 * yield at random.
 */
#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include "stress_once.h"
#ifdef IVRQ_ATOMIC_HOOK
#define YIELD_HOOK
#endif
#include "yield.h"

enum { OPERATIONS = 24, SUBMITS = 3000, WATCHES = 64 };

struct stress it;
_Thread_local struct thread *self;

static uint64_t seed;
static _Thread_local bool in_run;
static struct leg reserved; /* in it.lines: a client opens it just now */

static void enter(struct leg *leg)
{
	CHECK(in_run && self->number == STRESS_CLIENTS + leg->worker);
	CHECK(leg->inside == 0);
	CHECK(!leg->closed);
	leg->inside++;
}

static void leave(struct leg *leg)
{
	leg->inside--;
}

/* ------------------------------------------------------ driver and listener */

static uint32_t media_of(ivrq_op op)
{
	return (uint32_t)(op.value * 2654435761u >> 7) & 0xfffff;
}

static ivrq_outcome outcome_of(ivrq_op op, uint32_t more)
{
	ivrq_outcome outcome = { .media_ms = media_of(op) + more };

	return outcome;
}

static bool post(_Atomic uint64_t *box, ivrq_op op)
{
	uint32_t first = stress_below(MAIL);
	uint64_t empty;
	uint32_t i;

	for (i = 0; i < MAIL; i++) {
		empty = 0;
		if (atomic_compare_exchange_strong_explicit(
			    &box[(first + i) % MAIL], &empty, op.value,
			    memory_order_relaxed, memory_order_relaxed))
			return true;
	}
	return false;
}

static int complete_as(ivrq_op op, enum ivrq_kind kind)
{
	ivrq_outcome outcome = outcome_of(op, 0);

	outcome.reason = stress_ending(op, kind);
	return ivrq_op_complete(it.engine, op, &outcome);
}

static void complete(ivrq_op op)
{
	struct end *end = &self->ends[self->nends];
	enum ivrq_kind kind = IVRQ_PLAY_PROMPT;
	int answer;

	end->op = op;
	end->before = stress_stamp();
	answer = complete_as(op, kind);
	if (answer == IVRQ_EINVAL) {
		kind = IVRQ_RECORD_RESPONSE; /* the reason tells */
		answer = complete_as(op, kind);
	}
	CHECK(answer == 0 || answer == IVRQ_ECANCELED || answer == IVRQ_ENOENT);
	if (answer)
		return;
	self->nends++;
	if (!stress_below(4)) {
		answer = complete_as(op, kind);
		CHECK(answer == IVRQ_EALREADY || answer == IVRQ_ENOENT);
	}
}

static int on_start(void *user, const ivrq_operation *operation)
{
	struct rec *rec = operation->user;
	struct leg *leg = user;
	uint32_t dice = stress_below(10);

	enter(leg);
	atomic_store_explicit(&rec->start_stamp, stress_stamp(),
			      memory_order_relaxed);
	CHECK(atomic_fetch_add_explicit(&rec->starts, 1,
					memory_order_relaxed) == 0);
	stress_payload(rec, operation);
	rec->op = operation->op;
	rec->refused = dice == 0;
	if (dice > 0 && (dice < 3 || !post(it.to_complete, operation->op)))
		complete(operation->op);
	leave(leg);
	return rec->refused ? (int)stress_refusal(rec->kind) : 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct rec *rec = operation->user;
	struct leg *leg = user;
	int answer = IVRQ_STOPPED;

	enter(leg);
	CHECK(atomic_fetch_add_explicit(&rec->stops, 1, memory_order_relaxed) ==
	      0);
	CHECK(!rec->refused && rec->op.value == operation->op.value);
	*outcome = outcome_of(operation->op, 1);
	if (stress_below(2) && post(it.to_stop, operation->op))
		answer = IVRQ_STOP_PENDING;
	leave(leg);
	return answer;
}

static void in_flight(void *user, struct rec *rec)
{
	enter(user);
	CHECK(atomic_load_explicit(&rec->starts, memory_order_relaxed) == 1);
	CHECK(atomic_load_explicit(&rec->results, memory_order_relaxed) == 0);
	leave(user);
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	in_flight(user, operation->user);
}

static void on_started(void *user, const ivrq_operation *operation)
{
	struct rec *rec = operation->user;

	in_flight(user, rec);
	atomic_fetch_add_explicit(&rec->tolds, 1, memory_order_relaxed);
}

static void rec_end(struct rec *rec, const ivrq_result *result)
{
	rec->op = result->operation->op;
	rec->status = result->status;
	rec->reason = result->reason;
	rec->cause = result->cause;
	rec->cancel = result->cancel;
	rec->started = result->started;
	rec->order = rec->leg->order++;
}

static uint32_t media_expected(const struct rec *rec)
{
	if (!rec->started || rec->refused)
		return 0;
	return media_of(rec->op) + (rec->status == IVRQ_CANCELED);
}

static void on_result(void *user, const ivrq_result *result)
{
	struct rec *rec = result->operation->user;
	struct leg *leg = user;
	uint32_t dice = stress_below(32);

	enter(leg);
	CHECK(rec->leg == leg);
	CHECK(atomic_fetch_add_explicit(&rec->results, 1,
					memory_order_relaxed) == 0);
	stress_payload(rec, result->operation);
	rec_end(rec, result);
	CHECK(rec->started ==
	      (atomic_load_explicit(&rec->starts, memory_order_relaxed) == 1));
	CHECK(result->media_ms == media_expected(rec));
	CHECK((result->status == IVRQ_CANCELED) ==
	      (result->cause != IVRQ_CAUSE_NONE));
	if (dice < 3)
		stress_submit(leg);
	else if (dice < 4)
		stress_cancel(leg);
	CHECK(ivrq_worker_run(it.engine, leg->worker, 0) == IVRQ_EDEADLK);
	leave(leg);
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	struct leg *leg = user;
	uint32_t sender = event->duration_ms & 15;
	uint32_t count = event->duration_ms >> 4;

	enter(leg);
	CHECK(event->call.value == leg->call.value);
	CHECK(event->sequence_id == leg->sequence + 1 + event->lost);
	CHECK(event->tone == "0123456789*#abcd"[count % 16]);
	CHECK(sender < STRESS_THREADS && count > leg->last[sender]);
	leg->sequence = event->sequence_id;
	leg->last[sender % STRESS_THREADS] = count;
	leg->tones++;
	leg->lost += event->lost;
	leave(leg);
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	struct leg *expected = user;
	struct leg *leg = user;

	enter(leg);
	CHECK(call.value == leg->call.value);
	CHECK(reason == IVRQ_CAUSE_HANG_UP || reason == IVRQ_CAUSE_STOP);
	leave(leg);
	leg->closed = true;
	atomic_compare_exchange_strong(&it.lines[leg->line], &expected, NULL);
}

static const ivrq_driver driver = { on_start, on_stop, on_pause, on_pause };
static const ivrq_listener listener = { .started = on_started,
					.result = on_result,
					.tone = on_tone,
					.closed = on_closed };

/* A second subscription that comes and goes: no gap while it lasts. */
struct watch {
	ivrq_subscription subscription;
	_Atomic uint64_t sequence;
};

static void on_watch(void *user, const ivrq_tone_event *event)
{
	struct watch *watch = user;
	uint64_t last;

	last = atomic_load_explicit(&watch->sequence, memory_order_relaxed);
	CHECK(!last || event->sequence_id == last + 1 + event->lost);
	atomic_store_explicit(&watch->sequence, event->sequence_id,
			      memory_order_relaxed);
}

/* ---------------------------------------------------------------- threads */

static void call_open(uint32_t line)
{
	struct leg *expected = NULL, *leg;
	ivrq_subscription subscription;
	ivrq_call_config config;
	int answer;

	if (atomic_load(&it.nlegs) >= it.nlegs_max ||
	    !atomic_compare_exchange_strong(&it.lines[line], &expected,
					    &reserved))
		return;
	leg = &it.legs[atomic_fetch_add(&it.nlegs, 1)];
	leg->line = line;
	leg->worker = stress_below(STRESS_WORKERS);
	ivrq_call_config_init(&config);
	config.worker = leg->worker;
	config.driver = &driver;
	config.driver_user = leg;
	config.listener = &listener;
	config.user = leg;
	answer = ivrq_call_open(it.engine, &config, &leg->call, NULL);
	CHECK(answer == 0 || answer == IVRQ_EPOOL);
	if (!answer)
		CHECK(!ivrq_subscribe_to_tone(it.engine, leg->call, NULL, NULL,
					      &subscription));
	atomic_store(&it.lines[line], answer ? NULL : leg);
}

static void watch(struct leg *leg, struct watch *watches, uint32_t *nwatches)
{
	struct watch *last = &watches[*nwatches];
	int answer;

	if (last->subscription.value) {
		answer = ivrq_unsubscribe(it.engine, last->subscription);
		CHECK(answer == 0 || answer == IVRQ_ENOENT);
		if (++*nwatches == WATCHES)
			--*nwatches;
		last->subscription.value = 0;
		return;
	}
	if (atomic_load_explicit(&last->sequence, memory_order_relaxed))
		return;
	answer = ivrq_subscribe_to_tone(it.engine, leg->call, on_watch, last,
					&last->subscription);
	CHECK(answer == 0 || answer == IVRQ_EPOOL || answer == IVRQ_ECLOSED ||
	      answer == IVRQ_ENOENT);
}

static void look(struct leg *leg)
{
	ivrq_receipt receipt = { .call = leg->call };
	ivrq_snapshot shot;
	ivrq_stats stats;
	int answer;

	answer = ivrq_call_snapshot(it.engine, leg->call, &shot);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	CHECK(answer || shot.canceled <= shot.depth);
	answer = stress_below(2) ? ivrq_call_pause(it.engine, leg->call) :
				   ivrq_call_resume(it.engine, leg->call);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	answer = ivrq_call_resume(it.engine, leg->call);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	if (self->ncuts) {
		receipt.call = self->cuts[self->ncuts - 1].leg->call;
		receipt.id = self->cuts[self->ncuts - 1].id;
		receipt.in_flight = self->cuts[self->ncuts - 1].in_flight;
		receipt.pending = self->cuts[self->ncuts - 1].pending;
	}
	if (receipt.id.value) {
		answer = ivrq_fence(it.engine, &receipt, 0);
		CHECK(answer == 0 || answer == IVRQ_ETIMEDOUT ||
		      answer == IVRQ_EPOOL);
	}
	CHECK(!ivrq_engine_stats(it.engine, &stats));
}

static void thread_begin(struct thread *thread)
{
	self = thread;
#ifdef YIELD_HOOK
	yield_state = rnd_next(&thread->rnd);
#endif
}

static void *client_main(void *arg)
{
	struct watch watches[WATCHES] = { { .subscription = { 0 } } };
	struct leg *leg, *old = NULL;
	uint32_t count = 0, nwatches = 0, line, dice;

	thread_begin(arg);
	while (self->nrecs < self->recs_max && self->ncuts < self->cuts_max) {
		line = stress_below(STRESS_LINES);
		leg = atomic_load(&it.lines[line]);
		if (!leg)
			call_open(line);
		if (old && !stress_below(20))
			leg = old;
		if (!leg || leg == &reserved)
			continue;
		old = stress_below(50) ? old : leg;
		dice = stress_below(1000);
		if (dice < 600)
			stress_submit(leg);
		else if (dice < 760)
			stress_cancel(leg);
		else if (dice < 764)
			stress_hang_up(leg);
		else if (dice < 900)
			stress_tone(leg, ++count);
		else if (dice < 940)
			watch(leg, watches, &nwatches);
		else
			look(leg);
	}
	if (watches[nwatches].subscription.value)
		ivrq_unsubscribe(it.engine, watches[nwatches].subscription);
	return NULL;
}

static void worker_wait(uint32_t worker)
{
	uint64_t next;

	/* One worker sleeps until it is woken, the other one polls. */
	CHECK(!ivrq_worker_next_ns(it.engine, worker, &next));
	if (worker == 0 || next != UINT64_MAX) {
		sched_yield();
		return;
	}
	while (sem_wait(&it.wake[worker]))
		;
	while (!sem_trywait(&it.wake[worker]))
		;
}

static void *worker_main(void *arg)
{
	uint32_t worker;
	uint64_t now = 0;
	int answer;

	thread_begin(arg);
	worker = self->number - STRESS_CLIENTS;
	while (!atomic_load(&it.done)) {
		atomic_store_explicit(&it.now_ns[worker], ++now,
				      memory_order_relaxed);
		in_run = true;
		answer = ivrq_worker_run(it.engine, worker, now);
		in_run = false;
		CHECK(answer >= 0);
		if (answer <= 0)
			worker_wait(worker);
	}
	return NULL;
}

static void wake(void *user, uint32_t worker)
{
	(void)user;
	sem_post(&it.wake[worker]);
}

static bool collect(_Atomic uint64_t *box, ivrq_op *op)
{
	op->value = atomic_load_explicit(box, memory_order_relaxed);
	if (!op->value || !stress_below(4))
		return false;
	op->value = atomic_exchange_explicit(box, 0, memory_order_relaxed);
	return op->value;
}

static void *completer_main(void *arg)
{
	ivrq_outcome outcome;
	uint32_t i;
	ivrq_op op;

	thread_begin(arg);
	while (!atomic_load(&it.done)) {
		for (i = 0; i < MAIL; i++) {
			if (collect(&it.to_complete[i], &op)) {
				(void)ivrq_op_is_canceled(it.engine, op);
				complete(op);
			}
			if (!collect(&it.to_stop[i], &op))
				continue;
			outcome = outcome_of(op, 1);
			CHECK(!ivrq_op_stopped(it.engine, op, &outcome));
			CHECK(ivrq_op_stopped(it.engine, op, &outcome) < 0);
		}
		sched_yield();
	}
	return NULL;
}

/* ------------------------------------------------------------------- tests */

static void setup_engine(uint32_t ring)
{
	ivrq_config config;

	ivrq_config_init(&config);
	/* Few, so that open is refused; or two levels of ready ones. */
	config.calls = ring == 4 ? STRESS_LINES + 1 : 70;
	config.ring = ring;
	config.operations = ring * 2 < OPERATIONS ? ring * 2 : OPERATIONS;
	config.workers = STRESS_WORKERS;
	config.tones = 6;
	config.tones_per_call = 3;
	config.subscriptions = 64;
	config.wake = wake;
	ck_assert_int_eq(ivrq_engine_create(&config, &it.engine, NULL), 0);
}

static void setup(uint32_t ring)
{
	size_t submits = (size_t)SUBMITS * rnd_factor();
	uint32_t i;

	it.nlegs_max = submits;
	it.legs = calloc(it.nlegs_max + STRESS_LINES, sizeof(*it.legs));
	ck_assert_ptr_nonnull(it.legs);
	for (i = 0; i < STRESS_WORKERS; i++)
		sem_init(&it.wake[i], 0, 0);
	ck_assert(stress_notes_take(it.threads, submits, seed + ring * 1000));
	setup_engine(ring);
}

static void run_threads(void)
{
	pthread_t ids[STRESS_THREADS];
	uint32_t i;

	for (i = 0; i < STRESS_THREADS; i++)
		ck_assert_int_eq(
			pthread_create(&ids[i], NULL,
				       i < STRESS_CLIENTS ? client_main :
				       i < STRESS_CLIENTS + STRESS_WORKERS ?
							    worker_main :
							    completer_main,
				       &it.threads[i]),
			0);
	for (i = 0; i < STRESS_CLIENTS; i++)
		pthread_join(ids[i], NULL);
	/* Under a limit only so that a failure shows as one. */
	ck_assert_int_eq(ivrq_engine_stop(it.engine, 60000), 0);
	atomic_store(&it.done, true);
	for (i = 0; i < STRESS_WORKERS; i++)
		sem_post(&it.wake[i]);
	for (; i < STRESS_THREADS - STRESS_CLIENTS; i++)
		pthread_join(ids[STRESS_CLIENTS + i], NULL);
	for (i = 0; i < STRESS_WORKERS; i++)
		pthread_join(ids[STRESS_CLIENTS + i], NULL);
}

static void assert_threads(void)
{
	struct fault fault;
	uint32_t i;

	for (i = 0; i < STRESS_THREADS; i++) {
		fault = it.threads[i].fault;
		ck_assert_msg(!fault.expr, "thread %u, line %d: %s", i,
			      fault.line, fault.expr);
	}
	fault = stress_audit(it.threads, it.legs, atomic_load(&it.nlegs));
	ck_assert_msg(!fault.expr, "audit, line %d: %s", fault.line,
		      fault.expr);
}

/* G11, against what the threads saw. */
static void assert_stats(void)
{
	uint64_t accepted = 0, tones = 0;
	ivrq_stats stats;
	size_t i, j;

	ck_assert_int_eq(ivrq_engine_stats(it.engine, &stats), 0);
	for (i = 0; i < STRESS_THREADS; i++)
		for (j = 0; j < it.threads[i].nrecs; j++)
			accepted += !it.threads[i].recs[j].answer;
	for (i = 0; i < atomic_load(&it.nlegs); i++)
		tones += it.legs[i].tones;
	ck_assert_uint_gt(accepted, 0);
	ck_assert_uint_eq(stats.submitted, accepted);
	ck_assert_uint_eq(stats.submitted,
			  stats.completed + stats.failed + stats.canceled);
	ck_assert_uint_eq(stats.live, 0);
	ck_assert_uint_eq(stats.calls_open, 0);
	ck_assert_uint_eq(stats.tones, tones);
	printf("accepted %" PRIu64 ", completed %" PRIu64 ", failed %" PRIu64
	       ", canceled %" PRIu64 ", tones %" PRIu64 ", calls %zu\n",
	       accepted, stats.completed, stats.failed, stats.canceled, tones,
	       (size_t)atomic_load(&it.nlegs));
	fflush(stdout);
}

static void teardown(void)
{
	ck_assert_int_eq(ivrq_engine_destroy(it.engine), 0);
	stress_notes_free(it.threads);
	free(it.legs);
}

static void once(uint32_t ring)
{
	setup(ring);
	run_threads();
	assert_threads();
	assert_stats();
	teardown();
}

START_TEST(test_engine_under_stress_ends_each_operation_once)
{
	static const uint32_t rings[] = { 4, 16 };

	once(rings[_i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stress_once");
	TCase *tcase = tcase_create("threads");
	SRunner *runner = srunner_create(suite);
	int failed;

	seed = rnd_seed();
	tcase_set_timeout(tcase, 120.0 * rnd_factor());
	tcase_add_loop_test(
		tcase, test_engine_under_stress_ends_each_operation_once, 0, 2);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
