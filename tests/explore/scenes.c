/* SPDX-License-Identifier: MIT */
/*
 * scenes.c - what world.c does not have: tones, stop, waiting, two workers.
 *
 * Two places for calls and two workers; threads that wait for a semaphore. The
 * memory that the engine promises to order is told to explore.c by
 * explore_reads() and explore_writes(), as in plain.c.
 */
#include "scenes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/pool.h"
#include "core/ready.h"
#include "core/select.h"
#include "core/state.h"
#include "core/turn.h"

#define LIMIT 2500 /* accesses of one function, alone */
#define CALLS 3	   /* opened in a scene */
#define OPS   4
#define TONES 3
#define SUBS  3
#define CUTS  2 /* whose results are counted */

static struct stage {
	ivrq_engine *engine;
	ivrq_call call[CALLS];
	ivrq_submission got[OPS];
	ivrq_receipt receipt;
	ivrq_subscription sub[SUBS];
	uint32_t accepted; /* operations, a bit each */
	uint32_t started;
	uint32_t results;
	uint32_t opened; /* calls */
	uint32_t closed;
	uint32_t toned; /* tones that were accepted */
	uint32_t lost;
	uint32_t heard[SUBS]; /* tones */
	uint32_t must_hear[SUBS];
	uint32_t must_not[SUBS];
	uint32_t stops; /* ivrq_engine_stop() answered 0 */
	uint32_t wakes[2];
	uint32_t passed; /* threads whose fence has been */
	ivrq__a32 armed; /* as a worker's, of `set` */
	uint32_t slept;	 /* its worker has */
	ivrq_cancel cut[OPS];
	ivrq_receipt made[CUTS];
	struct ivrq__ready set; /* of more than one word */
	ivrq__a64 set_words[3];
	uint32_t added; /* members */
	uint32_t taken;
	size_t used;
	char arena[6144] __attribute__((aligned(64)));
} stage;

static const struct scene *present;

/* Plain memory of the embedder; nothing depends on it. */
static struct {
	char opener[CALLS];
	char asker[OPS];
	char completer[OPS][EXPLORE_THREADS + 1];
	char told[OPS];
	char closed[CALLS];
	char subscriber[SUBS];
} bytes;

/* Events. */
enum { TONED = 8, SUBBED = 12 };

static unsigned thread_now(void)
{
	return explore_thread();
}

/* ---------------------------------------------------------------- callbacks */

static unsigned op_of(const ivrq_operation *operation)
{
	return (unsigned)((const char *)operation->user - bytes.asker);
}

static void read_operation(const void *user, const ivrq_operation *operation)
{
	uint32_t i;

	explore_reads(user, 1);
	explore_reads(operation->user, 1);
	explore_reads(operation, sizeof(*operation));
	for (i = 0; i < operation->prompt_count; i++) {
		explore_reads(&operation->prompts[i], sizeof(char *));
		explore_reads(operation->prompts[i], 1);
	}
}

static int on_start(void *user, const ivrq_operation *operation)
{
	explore_note("start of op %u", op_of(operation));
	read_operation(user, operation);
	stage.started |= 1u << op_of(operation);
	stage.got[op_of(operation)].op = operation->op;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	(void)outcome;
	read_operation(user, operation);
	return IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	unsigned op = op_of(result->operation);

	explore_note("result of op %u, status %d", op, (int)result->status);
	read_operation(user, result->operation);
	if (result->media_ms)
		explore_reads(&bytes.completer[op][result->media_ms - 1], 1);
	explore_writes(&bytes.told[op], 1);
	if (stage.results >> op & 1)
		explore_fault("op %u: a second result", op);
	stage.results |= 1u << op;
	stage.cut[op] = result->cancel;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	unsigned number = (unsigned)((const char *)user - bytes.opener);
	uint64_t opened = stage.call[number].value;

	(void)reason;
	explore_note("call %u closed", number);
	if (opened && call.value != opened)
		explore_fault("call %u: closed by another handle", number);
	explore_reads(user, 1);
	explore_writes(&bytes.closed[number], 1);
	if (stage.closed >> number & 1)
		explore_fault("call %u: closed twice", number);
	stage.closed |= 1u << number;
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	unsigned sub = (unsigned)((const char *)user - bytes.subscriber);
	unsigned tone = (unsigned)(event->tone - '0');

	explore_note("subscription %u hears %c", sub, event->tone);
	explore_reads(user, 1);
	if (stage.heard[sub] >> tone & 1)
		explore_fault("subscription %u hears a tone twice", sub);
	stage.heard[sub] |= 1u << tone;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	read_operation(user, operation);
}

static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };
static const ivrq_driver pausable = { on_start, on_stop, on_pause, on_pause };
static const ivrq_listener listener = { .result = on_result,
					.closed = on_closed };

static void wake(void *user, uint32_t worker)
{
	(void)user;
	explore_post(&stage.wakes[worker]);
}

/* --------------------------------------------------------------------- acts */

static void open_call(unsigned number, uint32_t worker,
		      const ivrq_driver *driven)
{
	ivrq_call_config config;
	ivrq_call call;

	ivrq_call_config_init(&config);
	config.driver = driven;
	config.listener = &listener;
	config.worker = worker;
	config.driver_user = config.user = &bytes.opener[number];
	explore_writes(&bytes.opener[number], 1);
	if (ivrq_call_open(stage.engine, &config, &call, NULL))
		return;
	stage.call[number] = call;
	stage.opened |= 1u << number;
}

static void open0(void)
{
	open_call(0, 0, &driver);
}

static void open_pausable(void)
{
	open_call(0, 0, &pausable);
}

static void open1(void)
{
	open_call(1, 0, &driver);
}

static void close_call(unsigned number);

static void close1(void)
{
	if (stage.opened & 2)
		close_call(1);
}

/* In the place of call 0, if that has ended. */
static void again0(void)
{
	if (stage.closed & 1)
		open_call(1, 0, &driver);
}

static void again1(void)
{
	if (stage.closed & 1)
		open_call(1, 1, &driver);
}

static void submit(unsigned op, unsigned number)
{
	static const char *const prompts[] = { "p" };
	ivrq_play_prompt_request play;
	ivrq_submission got;

	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 1;
	play.options.user = &bytes.asker[op];
	explore_writes(&bytes.asker[op], 1);
	if (ivrq_play_prompt(stage.engine, stage.call[number], &play, &got,
			     NULL))
		return;
	stage.got[op] = got;
	stage.accepted |= 1u << op;
}

static void submit0(void)
{
	submit(0, 0);
}

static void submit1(void)
{
	submit(1, 0);
}

static void submit2(void)
{
	submit(2, 0);
}

static void submit3(void)
{
	submit(3, 0);
}

/* Into the call opened later. */
static void later2(void)
{
	if (stage.opened & 2)
		submit(2, 1);
}

static void cancel(unsigned number)
{
	ivrq_receipt receipt;

	if (!ivrq_cancel_media_processing(stage.engine, stage.call[number],
					  NULL, &receipt, NULL))
		stage.receipt = receipt;
}

static void cancel0(void)
{
	cancel(0);
}

static ivrq_receipt cut_by(enum ivrq_scope scope, ivrq_op op)
{
	ivrq_cancel_request request;
	ivrq_receipt receipt = { .pending = 0 };

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.op = op;
	if (ivrq_cancel_media_processing(stage.engine, stage.call[0], &request,
					 &receipt, NULL))
		explore_fault("a cancel is refused");
	return receipt;
}

static void cut_pending(void)
{
	stage.receipt = stage.made[0] =
		cut_by(IVRQ_SCOPE_PENDING, (ivrq_op){ 0 });
}

static void cut_current(void)
{
	stage.receipt = stage.made[0] =
		cut_by(IVRQ_SCOPE_CURRENT, (ivrq_op){ 0 });
}

static void cut_pending_again(void)
{
	stage.made[1] = cut_by(IVRQ_SCOPE_PENDING, (ivrq_op){ 0 });
}

static void cut_all_again(void)
{
	stage.made[1] = cut_by(IVRQ_SCOPE_ALL, (ivrq_op){ 0 });
}

/* It waits in the ring, and nobody else cancels it. */
static void kill(unsigned op)
{
	ivrq_receipt receipt = cut_by(IVRQ_SCOPE_OP, stage.got[op].op);

	if (receipt.in_flight + receipt.pending != 1)
		explore_fault("op %u lives, it was to be cancelled", op);
}

/* It has had its result, as this thread knows. */
static void kill_hole(void)
{
	ivrq_cancel_request request;

	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	request.op = stage.got[1].op;
	if (ivrq_cancel_media_processing(stage.engine, stage.call[0], &request,
					 NULL, NULL) != IVRQ_ENOENT)
		explore_fault("op 1 is cancelled, it has had its result");
}

static void kill0(void)
{
	kill(0);
}

static void kill1(void)
{
	kill(1);
}

static void kill2(void)
{
	kill(2);
}

/* There is one. */
static void current0(void)
{
	ivrq_receipt receipt = cut_by(IVRQ_SCOPE_CURRENT, (ivrq_op){ 0 });

	if (receipt.in_flight + receipt.pending != 1)
		explore_fault("nothing was current");
}

static void close_call(unsigned number)
{
	int answer = ivrq_call_close(stage.engine, stage.call[number],
				     IVRQ_CAUSE_HANG_UP, NULL);

	(void)answer;
}

static void close0(void)
{
	close_call(0);
}

static void run(uint32_t worker)
{
	int answer = ivrq_worker_run(stage.engine, worker, 1);

	(void)answer;
}

static void run0(void)
{
	run(0);
}

static void run1(void)
{
	run(1);
}

/* Of a run, only that its first operation leaves the ring. */
static void pop0(void)
{
	struct ivrq__ring ring =
		ivrq__ring_of(stage.engine, stage.call[0].value);
	struct ivrq__step step;

	ivrq__turn_look(&ring, &step);
	ivrq__turn_pop(&ring, &step);
	ivrq__turn_land(&ring, &step);
	stage.results |= 1;
}

/* The same, told; then a cut of what came later leaves its boundary. */
static void pop0_and_stamp(void)
{
	struct ivrq__ring ring =
		ivrq__ring_of(stage.engine, stage.call[0].value);
	struct ivrq__step step;
	uint64_t hit;

	ivrq__turn_look(&ring, &step);
	ivrq__turn_pop(&ring, &step);
	explore_writes(&bytes.told[0], 1);
	stage.results |= 1;
	stage.cut[0] = stage.made[0].id;
	hit = ivrq__ld_acq64(&ring.queue->hit);
	ivrq__cas_acqrel64(&ring.queue->hit, &hit, ivrq__pos(hit, 1));
	ivrq__turn_land(&ring, &step);
}

/* Where the queue begins, what was before it has been delivered, but for one
 * in flight: else a fence waits for what no run will tell. */
static void look_past(void)
{
	struct ivrq__ring ring =
		ivrq__ring_of(stage.engine, stage.call[0].value);
	uint64_t head = ivrq__head(ivrq__load_word(&ring));
	uint64_t flight = ivrq__load_flight(&ring);
	uint64_t done = ivrq__ld_acq64(&ring.queue->done);

	if (ivrq__pos_diff(done, head) < 0 && done != ivrq__payload(flight))
		explore_fault("a hole has left before it landed");
}

/* Sleep until woken, then run. */
static void serve0(void)
{
	explore_wait(&stage.wakes[0]);
	run(0);
}

static void complete0(void)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS,
				 .media_ms = thread_now() + 1 };

	if (!stage.got[0].op.value)
		return;
	explore_writes(&bytes.completer[0][thread_now()], 1);
	(void)!ivrq_op_complete(stage.engine, stage.got[0].op, &outcome);
}

/* Its memory is read by who knows that all is over. */
static void read_results(ivrq_cancel cut)
{
	unsigned i;

	for (i = 0; i < OPS; i++)
		if ((stage.results >> i & 1) &&
		    (!cut.value || stage.cut[i].value == cut.value))
			explore_reads(&bytes.told[i], 1);
}

static void fence_for(uint64_t timeout_ms)
{
	int answer;

	if (!stage.receipt.id.value)
		return;
	answer = ivrq_fence(stage.engine, &stage.receipt, timeout_ms);
	if (answer && timeout_ms)
		explore_fault("the fence answers %d", answer);
	/* Nobody would wake one that waits now. */
	if (answer && (stage.passed >> thread_now() & 1))
		explore_fault("the fence answers %d, and was passed", answer);
	if (answer)
		return;
	stage.passed |= 1u << thread_now();
	read_results(stage.receipt.id);
}

static void fence_now(void)
{
	fence_for(0);
}

static void fence0(void)
{
	fence_for(1000);
}

static void stop_for(uint64_t timeout_ms)
{
	const ivrq_cancel any = { 0 };
	int answer = ivrq_engine_stop(stage.engine, timeout_ms);
	unsigned i;

	if (answer && timeout_ms)
		explore_fault("stop answers %d", answer);
	if (answer)
		return;
	stage.stops++;
	read_results(any);
	for (i = 0; i < CALLS; i++)
		if (stage.closed >> i & 1)
			explore_reads(&bytes.closed[i], 1);
}

static void stop_now(void)
{
	stop_for(0);
}

static void stop_wait(void)
{
	stop_for(1000);
}

static void pause0(void)
{
	(void)!ivrq_call_pause(stage.engine, stage.call[0]);
}

static void resume0(void)
{
	(void)!ivrq_call_resume(stage.engine, stage.call[0]);
}

static void tone(unsigned number, unsigned call)
{
	uint32_t subs = explore_known(3u << SUBBED) >> SUBBED;
	unsigned i;
	int answer;

	for (i = 0; i < SUBS; i++)
		if ((subs >> i & 1) && stage.sub[i].value &&
		    (call == 0 || i == 1))
			stage.must_hear[i] |= 1u << number;
	answer = ivrq_tone(stage.engine, stage.call[call], (char)('0' + number),
			   20);
	if (answer)
		for (i = 0; i < SUBS; i++)
			stage.must_hear[i] &= ~(1u << number);
	else
		stage.toned |= 1u << number;
	stage.lost += answer == IVRQ_EFULL || answer == IVRQ_EPOOL;
	explore_mark(TONED + number);
}

static void tone0(void)
{
	tone(0, 0);
}

static void tone1(void)
{
	tone(1, 0);
}

static void subscribe(unsigned number, unsigned call)
{
	ivrq_subscription sub;
	uint32_t before = explore_known(7u << TONED) >> TONED & stage.toned;

	explore_writes(&bytes.subscriber[number], 1);
	if (ivrq_subscribe_to_tone(stage.engine, stage.call[call], on_tone,
				   &bytes.subscriber[number], &sub))
		return;
	stage.must_not[number] |= before;
	stage.sub[number] = sub;
	explore_mark(SUBBED + number);
}

static void subscribe0(void)
{
	subscribe(0, 0);
}

static void subscribe1(void)
{
	subscribe(1, 0);
}

static void subscribe2(void)
{
	subscribe(2, 0);
}

/* Of the call opened later: the tones of the old one are not for it. */
static void subscribe_later(void)
{
	if (!(stage.opened & 2))
		return;
	stage.must_not[1] |= 3;
	subscribe(1, 1);
}

static void tone_later(void)
{
	if (stage.opened & 2)
		tone(2, 1);
}

static void unsubscribe0(void)
{
	ivrq_subscription sub = stage.sub[0];

	if (!sub.value)
		return;
	stage.sub[0].value = 0; /* no tone has to reach it any more */
	stage.must_hear[0] = 0;
	(void)!ivrq_unsubscribe(stage.engine, sub);
}

/* The ready set alone, with a summary. */
static void add(unsigned member)
{
	explore_writes(&bytes.asker[member & 1], 1);
	ivrq__ready_add(&stage.set, member);
	stage.added |= 1u << member;
}

static void add2(void)
{
	add(2);
}

static void add3(void)
{
	add(3);
}

static void take_set(void)
{
	struct ivrq__ready_walk walk;
	uint32_t member;

	ivrq__ready_begin(&stage.set, &walk);
	while (ivrq__ready_next(&stage.set, &walk, &member)) {
		explore_reads(&bytes.asker[member & 1], 1);
		stage.taken |= 1u << member;
	}
}

/* As who adds a call, and as a run, of a set with a summary. */
static void add_and_wake(void)
{
	add(2);
	if (ivrq__ld_seq32(&stage.armed))
		explore_post(&stage.wakes[0]);
}

static void take_and_sleep(void)
{
	ivrq__st_seq32(&stage.armed, 0);
	while (!ivrq__ready_empty(&stage.set))
		take_set();
	ivrq__st_seq32(&stage.armed, 1);
	if (!ivrq__ready_empty(&stage.set))
		explore_post(&stage.wakes[0]);
	stage.slept = 1;
}

/* ------------------------------------------------------------------ set up */

static void *take(void *user, size_t size, size_t align)
{
	char *at = stage.arena + stage.used;

	(void)user;
	(void)align;
	stage.used += (size + 63) / 64 * 64;
	if (stage.used > sizeof(stage.arena))
		abort();
	return at;
}

static void give(void *user, void *memory, size_t size)
{
	(void)user;
	(void)memory;
	(void)size;
}

static void create(uint32_t operations, uint32_t subscriptions)
{
	ivrq_config config;

	memset(&stage, 0, sizeof(stage));
	ivrq_config_init(&config);
	config.calls = config.workers = 2;
	config.ring = IVRQ_RING_MIN;
	config.operations = operations;
	config.tones = config.tones_per_call = config.fences = 2;
	config.subscriptions = subscriptions;
	config.inline_bytes = IVRQ_INLINE_MIN;
	config.alloc = take;
	config.free = give;
	config.wake = present->daemons ? wake : NULL;
	if (ivrq_engine_create(&config, &stage.engine, NULL))
		abort();
}

static void a_set(void)
{
	ivrq__ready_init(&stage.set, stage.set_words, 70);
}

static void one_call(void)
{
	open0();
}

static void no_call(void)
{
}

static void one_pausable(void)
{
	open_pausable();
	submit0();
}

static void one_in_flight(void)
{
	open0();
	submit0();
	run0();
}

/* It is cut, and one is behind it. */
static void one_stopping(void)
{
	one_in_flight();
	submit1();
	cut_current();
}

static void one_subscribed(void)
{
	open0();
	subscribe0();
}

/* A life before this one was the other worker's, whom a late bit still sends
 * there. */
static void one_visited(void)
{
	open0();
	ivrq__ready_add(&stage.engine->workers[1].ready, 0);
}

/* Of the second worker, and in the ready set of the first one by mistake. */
static void one_elsewhere(void)
{
	open_call(0, 1, &driver);
	ivrq__ready_add(&stage.engine->workers[0].ready, 0);
}

static void one_unsubscribed(void)
{
	create(2, 3);
	open0();
	subscribe0();
	unsubscribe0();
}

static void two_paused(void)
{
	create(4, 2);
	open_pausable();
	submit0();
	submit1();
	pause0();
}

static void two_paused_cut(void)
{
	two_paused();
	cut_pending();
}

/* The second one is a hole, the first will start. */
static void one_hole(void)
{
	two_paused_cut();
	run0();
	resume0();
}

/* Its operation is cut, and then it is closed. */
static void one_cut_closing(void)
{
	open0();
	submit0();
	cancel0();
	close0();
}

/* Of three the first one alone is left, at the front, and is cut. */
static void front_cut(void)
{
	two_paused_cut();
	run0();
	submit2();
	kill2();
	run0();
	stage.receipt = stage.made[0] = cut_by(IVRQ_SCOPE_ALL, (ivrq_op){ 0 });
}

/* The first one is dead. */
static void three_paused(void)
{
	two_paused();
	submit2();
	kill0();
}

/* The second one is a hole, the others are cut and have to go. */
static void three_cut(void)
{
	two_paused();
	submit2();
	kill1();
	run0();
	cancel0();
}

/* Call 0 is over, but for the last visit. */
static void one_closing(void)
{
	open0();
	close0();
}

/* A ring of two. The first has its result, and a visit that was at its bound
 * has left it for the next one. */
static void one_behind_a_hole(void)
{
	struct ivrq__ring ring;
	uint64_t word, position;

	stage.engine->config.ring = 2;
	ring = ivrq__ring_of(stage.engine, 0);
	ivrq__queue_init(&ring);
	open0();
	submit0();
	submit1();
	ring = ivrq__ring_of(stage.engine, stage.call[0].value);
	if (ivrq__select_enter(&ring, &word))
		abort();
	position = ivrq__head(word);
	(void)ivrq__select_kill(&ring, position, 1);
	ivrq__select_leave(&ring);
	ivrq__turn_bury(&ring, position);
	stage.results |= 1;
}

void scene_begin(const struct scene *scene)
{
	present = scene;
	explore_first_position = 7;
	create(2, 2);
	scene->before();
	stage.wakes[0] = stage.wakes[1] = 0;
}

/* ------------------------------------------------------------------- at end */

static void judge_tones(void)
{
	ivrq_stats stats;
	uint32_t toned = stage.toned;
	unsigned i, count = 0;

	for (; toned; toned &= toned - 1)
		count++;
	if (ivrq_engine_stats(stage.engine, &stats) || stats.tones != count ||
	    stats.tones_lost != stage.lost)
		explore_fault("%u tones were accepted", count);
	for (i = 0; i < SUBS; i++) {
		if (stage.must_hear[i] & ~stage.heard[i])
			explore_fault("subscription %u missed a tone", i);
		if (stage.must_not[i] & stage.heard[i])
			explore_fault("subscription %u hears an old tone", i);
	}
}

static void judge_cuts(void)
{
	unsigned i, op, count;

	for (i = 0; i < CUTS; i++) {
		const ivrq_receipt *made = &stage.made[i];

		for (op = count = 0; op < OPS; op++)
			count += made->id.value &&
				 stage.cut[op].value == made->id.value;
		if (count != made->in_flight + made->pending)
			explore_fault("cut %u: %u results, the receipt says "
				      "%u + %u",
				      i, count, made->in_flight, made->pending);
	}
}

static void judge(void)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };
	unsigned round, i;

	for (i = 0; i < 2; i++)
		if (stage.engine->config.wake && !stage.wakes[i] &&
		    !ivrq__ready_empty(&stage.engine->workers[i].ready))
			explore_fault("worker %u was not woken", i);
	if (stage.stops && stage.opened != stage.closed)
		explore_fault("stop answered 0, a call is not closed");
	if (stage.set.levels && !ivrq__ready_empty(&stage.set)) {
		if (stage.slept && !stage.wakes[0])
			explore_fault("it sleeps, and the set is not empty");
		take_set();
	}
	if (stage.added & ~stage.taken)
		explore_fault("of the set, %#x is never taken",
			      stage.added & ~stage.taken);
	for (round = 0; round < 6; round++) {
		run0();
		run1();
		for (i = 0; i < OPS; i++)
			if (stage.started & ~stage.results & 1u << i)
				(void)!ivrq_op_complete(stage.engine,
							stage.got[i].op,
							&outcome);
	}
	for (i = 0; i < CALLS; i++)
		if (stage.opened & ~stage.closed & 1u << i)
			close_call(i);
	for (round = 0; round < 4; round++) {
		run0();
		run1();
	}
	if (stage.accepted != stage.results)
		explore_fault("accepted %#x, results %#x", stage.accepted,
			      stage.results);
	judge_cuts();
	if (stage.opened != stage.closed)
		explore_fault("opened %#x, closed %#x", stage.opened,
			      stage.closed);
	judge_tones();
}

/* --------------------------------------------------------------- exploration */

static void body(unsigned thread)
{
	unsigned i;

	for (i = 0; i < SCENE_ACTS && present->act[thread][i]; i++) {
		explore_begin(LIMIT);
		present->act[thread][i]();
	}
}

static void observe(void)
{
}

static bool among(const volatile void *object, const void *start, size_t size,
		  size_t *at)
{
	*at = (size_t)((const volatile char *)object - (const char *)start);
	return *at < size;
}

static void name(const volatile void *object, char *buf, size_t size)
{
	static const char *const blocks[] = { "call",
					      "cold",
					      "call next",
					      "op",
					      "cell",
					      "op next",
					      "shard",
					      "worker",
					      "ready",
					      "tone",
					      "tone next",
					      "subscription",
					      "subscription next",
					      "waiter",
					      "waiter next" };
	size_t at;
	unsigned i;

	for (i = 0; i < IVRQ__BLOCKS; i++)
		if (among(object, stage.engine->block[i].memory,
			  stage.engine->block[i].bytes, &at)) {
			snprintf(buf, size, "%s+%zu", blocks[i], at);
			return;
		}
	if (among(object, stage.engine, sizeof(*stage.engine), &at))
		snprintf(buf, size, "engine+%zu", at);
	else if (among(object, &bytes, sizeof(bytes), &at))
		snprintf(buf, size, "embedder+%zu", at);
	else
		snprintf(buf, size, "stage");
}

static void show(const volatile void *object, uint64_t value, char *buf,
		 size_t size)
{
	(void)object;
	snprintf(buf, size, "%#llx", (unsigned long long)value);
}

void scene_spec(struct explore_spec *spec)
{
	spec->memory = &stage;
	spec->bytes = offsetof(struct stage, arena) + stage.used;
	spec->plain = &bytes;
	spec->plain_bytes = sizeof(bytes);
	spec->daemons = present->daemons;
	while (spec->threads < EXPLORE_THREADS &&
	       present->act[spec->threads][0])
		spec->threads++;
	spec->body = body;
	spec->observe = observe;
	spec->judge = judge;
	spec->name = name;
	spec->show = show;
}

const struct scene scenes[] = {
	{ "ready set",
	  a_set,
	  { { add2 }, { add3 }, { take_set, take_set } },
	  3,
	  2,
	  0 },
	{ "tone, tone, run",
	  one_subscribed,
	  { { tone0 }, { tone1 }, { run0, run0 } },
	  1,
	  1,
	  0 },
	{ "subscribe, tone, run",
	  one_call,
	  { { subscribe0 }, { tone0 }, { run0, run0 } },
	  2,
	  1,
	  0 },
	{ "subscribe again, tone, run",
	  one_subscribed,
	  { { unsubscribe0, subscribe1 }, { tone0 }, { run0, run0 } },
	  1,
	  1,
	  0 },
	{ "subscribe, subscribe, tone and run",
	  one_call,
	  { { subscribe0 }, { subscribe1 }, { tone0, run0, run0 } },
	  1,
	  1,
	  0 },
	{ "subscribe, unsubscribe, tone, run",
	  one_subscribed,
	  { { unsubscribe0 }, { subscribe1 }, { tone0, run0 } },
	  1,
	  1,
	  0 },
	{ "tones, close",
	  one_subscribed,
	  { { tone0, tone1 }, { close0, run0 }, { subscribe1 } },
	  1,
	  1,
	  0 },
	{ "open, stop",
	  no_call,
	  { { open0 }, { stop_now }, { run0, run0 } },
	  2,
	  1,
	  0 },
	{ "open, open, stop",
	  no_call,
	  { { open0 }, { open1 }, { stop_now } },
	  2,
	  1,
	  0 },
	{ "stop waits",
	  one_in_flight,
	  { { stop_wait }, { serve0, serve0, serve0, serve0 } },
	  2,
	  1,
	  2 },
	{ "stop waits, opener",
	  one_call,
	  { { stop_wait },
	    { serve0, serve0, serve0, serve0, serve0, serve0 },
	    { open1 } },
	  1,
	  1,
	  2 },
	{ "fence waits",
	  one_in_flight,
	  { { cancel0, fence0 }, { serve0, serve0, serve0, serve0 } },
	  2,
	  3,
	  2 },
	{ "fence waits, submit",
	  one_in_flight,
	  { { cancel0, fence0 },
	    { serve0, serve0, serve0, serve0, serve0, serve0 },
	    { submit1 } },
	  1,
	  1,
	  2 },
	{ "late bit, next life",
	  one_call,
	  { { cancel0 }, { close0, run0, run0 }, { again0 } },
	  1,
	  1,
	  0 },
	{ "late bit, next life elsewhere",
	  one_call,
	  { { cancel0 }, { close0, run0, run0 }, { again1, later2, run1 } },
	  1,
	  1,
	  0 },
	{ "late bit elsewhere, next life there",
	  one_visited,
	  { { close0, run0, again1 }, { run1 } },
	  3,
	  2,
	  0 },
	{ "submit, next life elsewhere",
	  one_closing,
	  { { run0, run0 }, { submit0 }, { again1, later2, run1 } },
	  1,
	  1,
	  0 },
	{ "old tone, next life",
	  one_call,
	  { { tone0 }, { close0, run0, run0 }, { again0, subscribe_later } },
	  1,
	  1,
	  0 },
	{ "old unsubscribe, next life",
	  one_subscribed,
	  { { unsubscribe0 },
	    { close0, run0, run0 },
	    { again0, subscribe_later, tone_later, run0 } },
	  1,
	  1,
	  0 },
	{ "pause, resume, run",
	  one_pausable,
	  { { pause0 }, { resume0 }, { run0, run0 } },
	  2,
	  1,
	  0 },
	{ "two runs",
	  one_call,
	  { { submit0 }, { run0, complete0 }, { run0, complete0 } },
	  2,
	  1,
	  0 },
	{ "current behind a hole",
	  one_behind_a_hole,
	  { { current0 }, { run0, submit2 } },
	  2,
	  1,
	  0 },
	{ "served by two",
	  one_call,
	  { { submit0, cancel0 },
	    { serve0, serve0, serve0 },
	    { serve0, serve0, serve0 } },
	  2,
	  1,
	  6 },
	{ "unsubscribed, two subscribe, run",
	  one_unsubscribed,
	  { { subscribe1 }, { subscribe2 }, { run0 } },
	  2,
	  0,
	  0 },
	{ "late bit, next life's owner",
	  one_elsewhere,
	  { { run0 }, { close0, run1, again0, close1 } },
	  1,
	  1,
	  0 },
	{ "paused, cut, fence",
	  two_paused,
	  { { cut_pending, fence_now }, { run0 } },
	  1,
	  1,
	  0 },
	{ "paused, cut, fence again",
	  two_paused,
	  { { cut_pending, fence_now, fence_now }, { run0, resume0, run0 } },
	  1,
	  1,
	  0 },
	{ "paused, cut, fence sleeps",
	  two_paused_cut,
	  { { fence0 }, { run0, resume0, run0 } },
	  2,
	  1,
	  0 },
	{ "a hole lands, and is popped",
	  one_hole,
	  { { look_past }, { run0 } },
	  1,
	  1,
	  0 },
	{ "paused, cut behind a cut",
	  two_paused_cut,
	  { { run0 }, { submit2, cut_pending_again } },
	  1,
	  1,
	  0 },
	{ "a hole is popped, kill",
	  one_hole,
	  { { kill_hole }, { run0 } },
	  1,
	  1,
	  0 },
	{ "ready set, sleep",
	  a_set,
	  { { add_and_wake }, { take_and_sleep } },
	  2,
	  1,
	  0 },
	{ "fence, next life elsewhere",
	  one_cut_closing,
	  { { fence0 }, { run0, again1 } },
	  1,
	  3,
	  0 },
	{ "front cut, fence",
	  front_cut,
	  { { fence_now }, { pop0_and_stamp } },
	  1,
	  1,
	  0 },
	{ "start fails, fence of the last one",
	  one_stopping,
	  { { fence_now }, { run0 }, { cut_all_again } },
	  2,
	  0,
	  0 },
	{ "kill, taken by a cut",
	  three_paused,
	  { { kill1 }, { run0, cut_pending } },
	  1,
	  2,
	  0 },
	{ "pop, cut behind a cut",
	  three_cut,
	  { { pop0 }, { submit3, cut_all_again } },
	  2,
	  1,
	  0 },
};
const unsigned scene_count = sizeof(scenes) / sizeof(scenes[0]);
