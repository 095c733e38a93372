/* SPDX-License-Identifier: MIT */
/*
 * world.c - an engine with one call and one worker, and what threads do to it.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT	  250  /* accesses of one function, alone */
#define RUN_LIMIT 2500 /* of a run */

struct world world;
const struct scenario *scenario;
struct act_plan plans[ACTS];
unsigned plan_count;
static unsigned first_of[EXPLORE_THREADS + 2];

bool world_flag(char flag)
{
	return scenario->flags && strchr(scenario->flags, flag);
}

/* ------------------------------------------------------ driver and listener */

static struct op *rec_of(const ivrq_operation *operation)
{
	return operation->user;
}

static unsigned number_of(const struct op *op)
{
	return (unsigned)(op - world.op);
}

int world_complete(unsigned number)
{
	struct op *op = &world.op[number];
	ivrq_outcome outcome = { .reason = op->record ?
						   IVRQ_REASON_MAX_DURATION :
						   IVRQ_REASON_SUCCESS };
	int answer = ivrq_op_complete(world.engine, op->got.op, &outcome);

	op->completes += !answer;
	return answer;
}

int world_end(unsigned number)
{
	struct op *op = &world.op[number];

	op->ended = true;
	op->end_since = world.returned;
	op->end_answer = world_complete(number);
	world.returned |= 1u << (BY_END + number);
	world.since = world.returned;
	return op->end_answer;
}

/* A callback: it tells of what was done since the one before. */
static uint32_t tells(unsigned what)
{
	uint32_t since = world.since;

	world.returned |= 1u << what;
	world.since = world.returned;
	return since;
}

static int on_start(void *user, const ivrq_operation *operation)
{
	struct op *op = rec_of(operation);

	(void)user;
	explore_point();
	explore_note("start() of op %u", number_of(op));
	op->starts++;
	op->got.op = operation->op;
	op->start_act = (uint8_t)world.doing[explore_thread()];
	op->start_seq = (uint8_t)++world.seq;
	op->start_since = tells(BY_START + number_of(op));
	if (op->results)
		explore_fault("op %u starts after its result", number_of(op));
	if (world_flag('s'))
		world_end(number_of(op));
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct op *op = rec_of(operation);

	(void)user;
	(void)outcome;
	explore_note("stop() of op %u", number_of(op));
	op->stops++;
	op->stop_since = tells(BY_STOP + number_of(op));
	op->stopping = world_flag('p');
	return op->stopping ? IVRQ_STOP_PENDING : IVRQ_STOPPED;
}

static void on_result(void *user, const ivrq_result *result)
{
	struct op *op = rec_of(result->operation);

	(void)user;
	explore_point();
	explore_note("result of op %u: status %d, cancel %#llx", number_of(op),
		     (int)result->status,
		     (unsigned long long)result->cancel.value);
	if (op->results++)
		explore_fault("op %u: a second result", number_of(op));
	op->status = result->status;
	op->cause = result->cause;
	op->cancel = result->cancel;
	op->started = result->started;
	op->got.op = result->operation->op;
	op->result_act = (uint8_t)world.doing[explore_thread()];
	op->result_seq = (uint8_t)++world.seq;
	op->result_since = tells(BY_RESULT + number_of(op));
	if (result->operation->call.value == world.call[0].value &&
	    world.closed)
		explore_fault("op %u: a result after closed", number_of(op));
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	(void)user;
	(void)reason;
	explore_point();
	explore_note("closed");
	world.told[call.value != world.call[0].value] = world.returned + 1;
	if (call.value == world.call[0].value && world.closed++)
		explore_fault("closed twice");
}

static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };
static const ivrq_listener listener = { .result = on_result,
					.closed = on_closed };

static void wake(void *user, uint32_t worker)
{
	(void)user;
	(void)worker;
	world.woken = true;
}

/* --------------------------------------------------------------------- acts */

static int submit(const struct act_plan *plan)
{
	static const char *const prompts[] = { "p" };
	struct op *op = &world.op[plan->op];
	ivrq_options options = { .user = op };
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;
	ivrq_submission got;
	ivrq_call call = world.call[plan->verb == 'n'];

	op->barge = options.barge_in_allowed = plan->verb == 'b';
	op->tagged = plan->verb != 't';
	op->record = plan->verb == 'q';
	op->late = plan->verb == 'd';
	op->submitted = true;
	op->act = (uint8_t)(plan - plans);
	options.tag = op->tagged ? 5 : 0;
	options.deadline_ns = op->late ? 5 : 0;
	if (op->record) {
		ivrq_record_response_request_init(&record);
		record.options = options;
		op->answer = ivrq_record_response(world.engine, call, &record,
						  &got, NULL);
	} else {
		ivrq_play_prompt_request_init(&play);
		play.prompts = prompts;
		play.prompt_count = 1;
		play.options = options;
		op->answer =
			ivrq_play_prompt(world.engine, call, &play, &got, NULL);
	}
	if (!op->answer)
		op->got = got;
	return op->answer;
}

static enum ivrq_scope scope_of(char verb)
{
	switch (verb) {
	case 'P':
		return IVRQ_SCOPE_PENDING;
	case 'C':
		return IVRQ_SCOPE_CURRENT;
	case 'K':
		return IVRQ_SCOPE_OP;
	case 'G':
		return IVRQ_SCOPE_KIND;
	case 'T':
		return IVRQ_SCOPE_TAG;
	default:
		return IVRQ_SCOPE_ALL;
	}
}

static int cancel(const struct act_plan *plan, ivrq_receipt *to)
{
	ivrq_call call = world.call[plan->verb == 'N'];
	ivrq_cancel_request request;
	ivrq_receipt receipt;
	int answer;

	ivrq_cancel_request_init(&request);
	request.scope = scope_of(plan->verb);
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = 5;
	if (plan->verb == 'K') {
		request.op = world.op[plan->op].got.op;
		if (!request.op.value)
			return SKIPPED;
	}
	answer = plan->verb == 'X' ?
			 ivrq_call_close(world.engine, call, IVRQ_CAUSE_HANG_UP,
					 &receipt) :
			 ivrq_cancel_media_processing(world.engine, call,
						      &request, &receipt, NULL);
	if (!answer) {
		*to = receipt;
		world.last_receipt[plan->thread] = (uint32_t)(plan - plans) + 1;
	}
	return answer;
}

/* Results of a cancel; those of runs that have returned, or all. */
static uint8_t results_of(ivrq_cancel cancel, bool returned)
{
	uint8_t count = 0;
	unsigned i;

	for (i = 0; i < OPS; i++)
		count += world.op[i].results &&
			 world.op[i].cancel.value == cancel.value &&
			 (!returned || explore_known(world.returned) >>
						       world.op[i].result_act &
					       1);
	return count;
}

static int fence(const struct act_plan *plan, struct act *act)
{
	uint32_t of = world.last_receipt[plan->thread];
	const ivrq_receipt *receipt;
	int answer;

	if (!of)
		return SKIPPED;
	receipt = &world.act[of - 1].receipt;
	act->fenced = (uint8_t)(of - 1);
	act->settled = results_of(receipt->id, true) ==
		       receipt->in_flight + receipt->pending;
	answer = ivrq_fence(world.engine, receipt, 0);
	act->delivered = results_of(receipt->id, false);
	return answer;
}

static int open_call(ivrq_call *call)
{
	ivrq_call_config config;
	int answer;

	ivrq_call_config_init(&config);
	config.driver = &driver;
	config.listener = &listener;
	answer = ivrq_call_open(world.engine, &config, call, NULL);
	world.opened += !answer;
	return answer;
}

uint64_t world_shot(void)
{
	ivrq_snapshot shot;

	if (ivrq_call_snapshot(world.engine, world.call[0], &shot))
		return 1;
	return (uint64_t)shot.depth << 8 | (uint64_t)shot.canceled << 16 |
	       (uint64_t)shot.state << 24 | (uint64_t)shot.closed << 28 |
	       (shot.head.value & IVRQ__POS_MASK) << 32 |
	       (shot.tail.value & IVRQ__POS_MASK) << 48;
}

int world_run(void)
{
	int answer;
	unsigned i;

	world.woken = false;
	world.since = world.returned;
	answer = ivrq_worker_run(world.engine, 0, world.now);
	for (i = 0; i < LIVES; i++)
		if (world.told[i])
			world.returned |= 1u << (BY_CLOSED + i);
	return answer;
}

static int stopped(unsigned number)
{
	struct op *op = &world.op[number];
	ivrq_outcome outcome = { .media_ms = 3 };

	if (!op->stopping)
		return SKIPPED;
	op->stopping = false;
	return ivrq_op_stopped(world.engine, op->got.op, &outcome);
}

static int run(struct act *act)
{
	int answer = world_run();

	act->since = world.since;
	return answer;
}

static int do_act(const struct act_plan *plan, struct act *act)
{
	struct op *op = &world.op[plan->op];

	switch (plan->verb) {
	case 'x':
		return op->got.op.value ? world_complete(plan->op) : SKIPPED;
	case 's':
		return stopped(plan->op);
	case 'i':
		return op->got.op.value ?
			       ivrq_op_is_canceled(world.engine, op->got.op) :
			       -99;
	case 'W':
		world.now = 10;
		return run(act);
	case 'w':
		return world_flag('z') && !world.woken ? SKIPPED : run(act);
	case 'F':
		return fence(plan, act);
	case 'S':
		act->saw = world_shot();
		return 0;
	case 'o':
		return world.closed ? open_call(&world.call[1]) : SKIPPED;
	case 'N':
		return world.call[1].value ? cancel(plan, &act->receipt) :
					     SKIPPED;
	case 'n':
		return world.call[1].value ? submit(plan) : SKIPPED;
	default:
		return strchr("ptqbd", plan->verb) ?
			       submit(plan) :
			       cancel(plan, &act->receipt);
	}
}

/* A function's name in explore_longest(): runs by what they delivered. */
static unsigned kind_of(const struct act_plan *plan, const struct act *act)
{
	bool one = plan->verb == 'w' && (act->answer == 0 || act->answer == 1);

	return one ? (unsigned)('0' + act->answer) : (unsigned char)plan->verb;
}

static void perform(unsigned number)
{
	const struct act_plan *plan = &plans[number];
	struct act *act = &world.act[number];
	bool was;
	char text[16];

	/* No order of anything follows from that of a look at a fence. */
	act->before = plan->verb == 'F' ? 0 : explore_known(world.returned);
	world.active |= 1u << number;
	world.doing[plan->thread] = number;
	explore_note("begins %s", world_act(number, text, sizeof(text)));
	was = explore_quiet(true);
	world_observe();
	explore_quiet(was);
	act->answer = do_act(plan, act);
	explore_note("%s answers %d; receipt %u + %u, %#llx",
		     world_act(number, text, sizeof(text)), act->answer,
		     act->receipt.in_flight, act->receipt.pending,
		     (unsigned long long)act->receipt.id.value);
	world.active &= ~(1u << number);
	if (plan->verb != 'F')
		world.returned |= 1u << number;
	explore_end(number, kind_of(plan, act));
}

void world_body(unsigned thread)
{
	unsigned i;

	for (i = first_of[thread]; i < first_of[thread + 1]; i++) {
		explore_begin(strchr("wW", plans[i].verb) ? RUN_LIMIT : LIMIT);
		perform(i);
	}
}

/* -------------------------------------------------------------- observation */

static void observe_shot(struct act *act)
{
	uint64_t now = world_shot();
	unsigned i;

	for (i = 0; i < act->shots && i < SHOTS; i++)
		if (act->shot[i] == now)
			return;
	if (act->shots > SHOTS)
		return; /* not all are known */
	if (act->shots < SHOTS)
		act->shot[act->shots] = now;
	act->shots++;
}

static bool nothing_alive(const struct ivrq__ring *ring, uint64_t word)
{
	uint32_t i;

	if (ivrq__state_live(ivrq__state(word)))
		return false;
	for (i = ivrq__covered(word); i < ivrq__depth(word); i++) {
		uint64_t p = ivrq__pos(ivrq__head(word), i);
		enum ivrq__type type = ivrq__type(ivrq__load_slot(ring, p));

		if (type == IVRQ__READY || type == IVRQ__TAKEN)
			return false;
	}
	return true;
}

void world_observe(void)
{
	struct ivrq__ring ring =
		ivrq__ring_of(world.engine, world.call[0].value);
	uint64_t word = ivrq__load_word(&ring);
	unsigned i;

	if (ivrq__covered(word) > ivrq__depth(word) ||
	    ivrq__total(word) > ring.capacity)
		explore_fault("the word is out of its bounds");
	for (i = 0; i < plan_count; i++) {
		struct act *act = &world.act[i];

		/* With weak orders, of any time before it returns. */
		if (!((explore_weak() ? ~world.returned : world.active) >> i &
		      1))
			continue;
		if (strchr("ptqbdn", plans[i].verb))
			act->full |= ivrq__total(word) == ring.capacity;
		else if (plans[i].verb == 'A')
			act->none |= nothing_alive(&ring, word);
		else if (plans[i].verb == 'S')
			observe_shot(act);
	}
}

/* ------------------------------------------------------------------ set up */

static void *take(void *user, size_t bytes, size_t align)
{
	char *at = world.arena + world.used;

	(void)user;
	(void)align;
	world.used += (bytes + 63) / 64 * 64;
	if (world.used > sizeof(world.arena))
		abort();
	return at;
}

static void give(void *user, void *memory, size_t bytes)
{
	(void)user;
	(void)memory;
	(void)bytes;
}

static void make_engine(void)
{
	struct ivrq__ring ring;
	ivrq_config config;

	ivrq_config_init(&config);
	config.calls = config.tones = config.tones_per_call = 1;
	config.subscriptions = config.fences = 1;
	config.operations = OPS;
	config.ring = IVRQ_RING_MIN;
	config.inline_bytes = IVRQ_INLINE_MIN;
	config.alloc = take;
	config.free = give;
	config.wake = world_flag('z') ? wake : NULL;
	if (ivrq_engine_create(&config, &world.engine, NULL))
		abort();
	if (!world_flag('2'))
		return;
	world.engine->config.ring = 2;
	ring = ivrq__ring_of(world.engine, 0);
	ivrq__queue_init(&ring);
}

size_t world_bytes(void)
{
	return offsetof(struct world, arena) + world.used;
}

static void parse(const char *text, unsigned thread)
{
	first_of[thread] = plan_count;
	for (; text && *text; text++) {
		struct act_plan *plan = &plans[plan_count];

		if (*text == ' ')
			continue;
		if (plan_count == ACTS)
			abort();
		plan->verb = *text;
		plan->thread = (uint8_t)thread;
		plan->op = 0;
		if (text[1] >= '0' && text[1] < '0' + OPS)
			plan->op = (uint8_t)(*++text - '0');
		plan_count++;
	}
}

void world_begin(const struct scenario *to)
{
	unsigned i;

	scenario = to;
	explore_first_position = world_flag('v') ? IVRQ__POS_MASK - 1 : 7;
	memset(&world, 0, sizeof(world));
	plan_count = 0;
	for (i = 0; i < EXPLORE_THREADS; i++)
		parse(to->thread[i], i);
	parse(to->before, EXPLORE_THREADS);
	first_of[EXPLORE_THREADS + 1] = plan_count;
	for (i = 0; i < ACTS; i++)
		world.act[i].answer = PENDING;
	make_engine();
	if (open_call(&world.call[0]))
		abort();
	for (i = first_of[EXPLORE_THREADS]; i < plan_count; i++)
		perform(i);
}
