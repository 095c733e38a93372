/* SPDX-License-Identifier: MIT */
/*
 * stress_scenarios: what one thread wrote into plain memory before it called
 * the engine is there where ivrq.h says so, and nobody writes it meanwhile.
 *
 * Two to four real threads do what the threads of the explorer's scenarios do
 * (tests/explore/check_interleavings.c), and more: fences, a stop, tones, a
 * worker that two threads run in turn, a call opened in the place of one that
 * has just ended. In each round they start together, out of a
 * barrier at which they spin, and yield at random before atomic accesses of the core.
 *
 * Between the barriers no two actors have anything but the engine to order
 * what they do. What they share is plain: a submitter's payload and what was
 * copied of it into recycled storage, a canceller's and a completer's note, a
 * tone's, an opener's, and all that callbacks write, read by the next
 * callback, in whichever thread, and behind a fence or a stop. So each edge
 * that is missing is a report under ThreadSanitizer. Without it the values
 * are compared, and counted: one result for each operation that was accepted,
 * as many with a cancel's id as its receipt says, no tone lost in silence.
 *
 * An argument picks the scenarios whose name contains it.
 */
#include <pthread.h>
#include <string.h>
#include "stress_scenarios.h"
#define YIELD_HOOK
#include "yield.h"

enum { ROUNDS = 100, SPINS = 1000, YIELDS = 4 };

struct stage it;
_Thread_local struct actor *self;

static pthread_barrier_t barrier;
static atomic_uint awake; /* relaxed */
static bool quit;

static const struct scenario scenarios[] = {
	/* of the explorer */
	{ "submit, submit, run", "", { "p0", "p1", "w w" }, "" },
	{ "submit, cancel, run", "", { "p0 p1", "A", "w w" }, "" },
	{ "cancel, submit and cancel", "p0 w p1", { "A", "p2 A", "w" }, "" },
	{ "barge-in, cancel, run", "p0 w p1", { "b2", "A", "w w" }, "" },
	{ "barge-in, barge-in, run", "p0 w", { "b1", "b2", "w", "w" }, "" },
	{ "barge-in, run", "p0 p1 w", { "b2", "w w", "x0" }, "" },
	{ "complete, cancel, run", "p0 p1 w", { "x0", "A", "w w" }, "" },
	{ "complete, cancel, stop pending",
	  "p0 p1 w",
	  { "x0", "A s0", "w w", "s0" },
	  "p" },
	{ "complete, complete, run", "p0 p1 w", { "x0", "x0", "w w" }, "" },
	{ "complete, complete, run twice",
	  "p0 p1 w",
	  { "x0 x1", "x0", "w w", "w w" },
	  "" },
	{ "pending, kill, run", "p0 p1", { "P", "K0", "w w" }, "" },
	{ "kill, cancel, run", "p0 p1", { "K1", "A", "w w" }, "" },
	{ "kill the head, run, complete", "p0 p1", { "K0", "w w", "x0" }, "" },
	{ "kill, pending, run", "p0 p1 p2", { "K1", "P", "w w" }, "" },
	{ "group, group, run", "p0 q1 p2", { "G", "T", "w w" }, "s" },
	{ "group, group, complete", "p0 t1 w", { "G", "T", "x0 x1", "w" }, "" },
	{ "group, close, submit", "p0", { "T", "X", "p1", "w w" }, "" },
	{ "close, submit, run", "p0 w", { "X", "p1", "w w" }, "" },
	{ "close, submit, next life",
	  "",
	  { "X w w o n1", "p0", "N", "r" },
	  "" },
	{ "close, complete, stop pending",
	  "p0 p1 w",
	  { "X s0", "x0", "w w w" },
	  "p" },
	{ "deadline, cancel, submit", "d0 d1", { "W w", "A", "p2" }, "" },
	{ "deadline, pending, kill", "d0 d1", { "W w", "P", "K1" }, "" },
	{ "snapshot, kill, run", "p0 p1", { "S S", "K1", "w w" }, "s" },
	{ "current, complete, run", "p0 p1 w", { "C", "x0", "w w" }, "" },
	{ "full", "p0 p1", { "p2 p3", "p4 p5", "w w", "A" }, "s" },
	/* real threads only */
	{ "storage again and again",
	  "",
	  { "p0 p1 p2 p3", "p4 p5 p6 p7", "r", "A A" },
	  "s" },
	{ "ends in start(), two run", "", { "p0 p1", "q2", "r", "r" }, "s" },
	{ "results submit", "p0", { "p1", "p2 A", "r", "w w" }, "sc" },
	{ "canceled results submit",
	  "p0 p1",
	  { "A F", "p2 A f", "r", "r" },
	  "c" },
	{ "fence of a cancel, two run",
	  "p0 p1 w",
	  { "A F", "x0 p2 A F", "r", "r" },
	  "" },
	{ "fence of a group, two run",
	  "p0 q1 p2",
	  { "T F", "w w", "r", "r" },
	  "" },
	{ "fence of a kill, two run",
	  "p0 p1",
	  { "K1 F K0 F", "p2", "r", "r" },
	  "" },
	{ "fence, submit, fence",
	  "p0",
	  { "A F p1 K1 F p2 A F", "p4 p5", "r", "r" },
	  "" },
	{ "fence of a close", "p0 p1 w", { "X F", "p2", "r", "r" }, "" },
	{ "look at the fence", "p0 p1 w", { "A f f f", "w w", "w w" }, "" },
	{ "canceled?", "p0 w", { "A", "i0 i0 i0", "i0 x0", "w" }, "" },
	{ "stopped by another", "p0 p1 w", { "A F", "s0", "r", "r" }, "p" },
	{ "tones, run", "", { "1 1 1", "1 1 1", "w w w", "w w w" }, "" },
	{ "tones, cancel, run", "p0 w", { "1 1 p1", "1 A 1", "r", "w" }, "" },
	{ "subscribe, tones, unsubscribe",
	  "",
	  { "u 1 v u 1", "1 1 1 1", "u v", "r" },
	  "" },
	{ "tones, close, next life",
	  "",
	  { "1 1 X o", "1 1", "u 1 1 v", "r" },
	  "" },
	{ "pause, resume, run", "p0 w p1", { "h H", "x0", "r", "H w" }, "" },
	{ "stop, submit, run", "p0 p1 w", { "E", "p2 p3", "r", "r" }, "" },
	{ "stop, close, cancel", "p0 w p1", { "E", "X", "A p2", "r" }, "" },
	{ "stop, open, run", "p0", { "E", "X o n1", "r", "r" }, "" },
};

bool has_flag(char flag)
{
	return strchr(it.scenario->flags, flag) != NULL;
}

/* ----------------------------------------------------------------- the round */

/* Asleep until all are there, so that no time is lost. */
static void meet(void)
{
	pthread_barrier_wait(&barrier);
}

/* Awake, so that they go on at one instant. Who has no processor is given a
 * chance, not waited for. */
static void start_together(void)
{
	unsigned spins = 0;

	atomic_fetch_add_explicit(&awake, 1, memory_order_relaxed);
	while (atomic_load_explicit(&awake, memory_order_relaxed) < it.actors &&
	       ++spins < SPINS + YIELDS)
		if (spins > SPINS)
			sched_yield();
}

static void act(const char *text)
{
	for (; *text; text++) {
		char verb = *text;
		unsigned n = 0;

		if (verb == ' ')
			continue;
		if (text[1] >= '0' && text[1] < '0' + OPS)
			n = (unsigned)(*++text - '0');
		perform(verb, n);
	}
}

static void play_part(void)
{
	const char *text = it.scenario->actor[self->number];
	volatile uint32_t spin;

	start_together();
	for (spin = rnd_below(&self->rnd, 300); spin; spin--)
		;
	act(text);
	if (!strchr(text, 'r'))
		atomic_fetch_sub_explicit(&it.acting, 1, memory_order_relaxed);
	meet();
}

static void *actor_main(void *arg)
{
	self = arg;
	yield_state = rnd_next(&self->rnd);
	while (meet(), !quit)
		play_part();
	return NULL;
}

static void set_actor(struct actor *actor)
{
	actor->receipts = 0;
	actor->tones = 0;
	actor->tones_refused = 0;
	actor->watches = 0;
	actor->subscription.value = 0;
}

static void set_stage(void)
{
	unsigned i, acting = 0;

	it.round++;
	it.after = false;
	for (i = 0; i <= ACTORS; i++)
		set_actor(&it.actor[i]);
	for (i = 0; i < it.actors; i++)
		acting += !strchr(it.scenario->actor[i], 'r');
	it.run_on = acting < it.actors;
	atomic_store_explicit(&it.acting, acting, memory_order_relaxed);
	atomic_store_explicit(&awake, 0, memory_order_relaxed);
	atomic_store_explicit(&it.now, it.round * 2 * LATE_NS,
			      memory_order_relaxed);
	memset(it.op, 0, sizeof(it.op));
	memset(it.line, 0, sizeof(it.line));
	memset(it.told, 0, sizeof(it.told));
}

static void wake(void *user, uint32_t worker)
{
	(void)user;
	(void)worker;
	atomic_fetch_add_explicit(&it.woken, 1, memory_order_relaxed);
}

static void create_engine(void)
{
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = 1;
	config.ring = IVRQ_RING_MIN;
	config.operations = 5;
	config.inline_bytes = 128;
	config.tones = 6;
	config.tones_per_call = 4;
	config.subscriptions = 4;
	config.fences = ACTORS;
	config.wake = wake;
	if (ivrq_engine_create(&config, &it.engine, NULL))
		abort();
	it.engine_stopped = false;
}

/* At a quiet point (G11). */
static void destroy_engine(void)
{
	ivrq_stats stats;

	CHECK(!ivrq_engine_stats(it.engine, &stats));
	CHECK(stats.submitted ==
	      stats.completed + stats.failed + stats.canceled);
	CHECK(stats.live == 0 && stats.calls_open == 0);
	CHECK(!ivrq_engine_stop(it.engine, 0));
	CHECK(!ivrq_engine_destroy(it.engine));
}

/* The actors are through: end all that is left. */
static void drain(void)
{
	unsigned i, n, runs;
	ivrq_call call;

	it.after = true;
	atomic_store_explicit(&it.now, it.round * 2 * LATE_NS + LATE_NS,
			      memory_order_relaxed);
	for (i = 0; i < CALLS; i++) {
		call.value = relaxed(&it.line[i].handle);
		if (!call.value)
			continue;
		ivrq_call_close(it.engine, call, IVRQ_CAUSE_HANG_UP, NULL);
		for (runs = 0; runs < 100 && !it.line[i].closed; runs++) {
			run_worker();
			for (n = 0; n < OPS; n++)
				answer_stop(&it.op[n]);
		}
	}
}

/* ------------------------------------------------------------------ judging */

static void judge_op(const struct op *op)
{
	bool accepted = op->submitted && !op->answer;

	CHECK(op->results == accepted);
	CHECK(op->starts <= op->results && op->stops <= op->starts);
	CHECK(op->started == (op->starts == 1));
}

static void judge_actor(const struct actor *actor)
{
	const ivrq_receipt *receipt;
	unsigned i;

	for (i = 0; i < actor->receipts; i++) {
		receipt = &actor->receipt[i];
		CHECK(told_of(receipt->id)->count ==
		      receipt->in_flight + receipt->pending);
	}
}

static void judge(void)
{
	bool all_heard = !relaxed(&it.line[1].handle);
	unsigned i, tones = 0, refused = 0;

	for (i = 0; i < OPS; i++)
		judge_op(&it.op[i]);
	for (i = 0; i <= ACTORS; i++) {
		judge_actor(&it.actor[i]);
		tones += it.actor[i].tones;
		refused += it.actor[i].tones_refused;
	}
	for (i = 0; i < CALLS; i++)
		CHECK(it.line[i].closed == (relaxed(&it.line[i].handle) != 0));
	/* One subscription from the beginning to the end. */
	CHECK(!all_heard || it.line[0].tones == tones);
	CHECK(!all_heard || it.line[0].lost <= refused);
}

static void before(void)
{
	ivrq_subscription subscription;
	ivrq_call call;

	if (!it.engine || it.engine_stopped)
		create_engine();
	open_line(0);
	call.value = relaxed(&it.line[0].handle);
	CHECK(call.value != 0);
	/* The listener's tone(). */
	CHECK(!ivrq_subscribe_to_tone(it.engine, call, NULL, NULL,
				      &subscription));
	act(it.scenario->before);
}

static bool play_round(void)
{
	struct actor *outside = &it.actor[ACTORS];
	unsigned i;

	self = outside;
	set_stage();
	before();
	self = &it.actor[0];
	meet();
	play_part();
	self = outside;
	drain();
	judge();
	if (it.engine_stopped)
		destroy_engine();
	for (i = 0; i <= ACTORS; i++)
		if (it.actor[i].fault) {
			printf("%s, round %" PRIu64 ", actor %u, line %d: %s\n",
			       it.scenario->name, it.round, i,
			       it.actor[i].fault_line, it.actor[i].fault);
			return false;
		}
	return true;
}

/* ----------------------------------------------------------------- scenarios */

/* The only one of these verbs: whose it is, and NULL if there are more. */
static const struct actor *only_actor(const char *verbs)
{
	const struct actor *found = NULL;
	unsigned i, count = 0;
	const char *text;

	for (i = 0; i <= ACTORS; i++) {
		text = i < it.actors ? it.scenario->actor[i] :
		       i == ACTORS   ? it.scenario->before :
				       "";
		for (; *text; text++)
			if (strchr(verbs, *text)) {
				found = &it.actor[i];
				count++;
			}
	}
	return count == 1 ? found : NULL;
}

static const struct op *only_barger(void)
{
	const struct actor *actor = only_actor("b");
	const char *text;

	if (!actor)
		return NULL;
	text = actor->number < ACTORS ? it.scenario->actor[actor->number] :
					it.scenario->before;
	return &it.op[strchr(text, 'b')[1] - '0'];
}

static void set_scenario(const struct scenario *scenario, uint64_t *rnd)
{
	unsigned i;

	it.scenario = scenario;
	it.actors = 0;
	while (it.actors < ACTORS && scenario->actor[it.actors])
		it.actors++;
	for (i = 0; i <= ACTORS; i++) {
		it.actor[i].number = i;
		it.actor[i].rnd = rnd_next(rnd);
	}
	it.canceller = only_actor("APCKGTN");
	it.closer = only_actor("X");
	it.barger = only_barger();
}

static bool run_scenario(const struct scenario *scenario, uint64_t rounds,
			 uint64_t *rnd)
{
	pthread_t ids[ACTORS];
	bool good = true;
	unsigned i;

	set_scenario(scenario, rnd);
	quit = false;
	if (pthread_barrier_init(&barrier, NULL, it.actors))
		abort();
	for (i = 1; i < it.actors; i++)
		if (pthread_create(&ids[i], NULL, actor_main, &it.actor[i]))
			abort();
	while (good && rounds--)
		good = play_round();
	quit = true;
	meet();
	for (i = 1; i < it.actors; i++)
		pthread_join(ids[i], NULL);
	pthread_barrier_destroy(&barrier);
	if (it.engine && !it.engine_stopped)
		destroy_engine();
	it.engine = NULL;
	return good;
}

int main(int argc, char **argv)
{
	uint64_t rounds = ROUNDS * rnd_factor(), rnd = rnd_seed();
	size_t i, played = 0, count = sizeof(scenarios) / sizeof(scenarios[0]);

	yield_state = rnd;
	for (i = 0; i < count; i++) {
		if (argc > 1 && !strstr(scenarios[i].name, argv[1]))
			continue;
		if (!run_scenario(&scenarios[i], rounds, &rnd))
			return EXIT_FAILURE;
		played++;
	}
	printf("%zu scenarios, %" PRIu64 " rounds each\n", played, rounds);
	return played ? EXIT_SUCCESS : EXIT_FAILURE;
}
