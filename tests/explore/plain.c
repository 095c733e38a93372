/* SPDX-License-Identifier: MIT */
/*
 * plain.c - memory of the embedder that the engine promises to order.
 *
 * Who calls a function writes a byte of his own before; the callbacks, or who
 * is told that they are over, read it. All are plain accesses of `plain`, whose
 * contents nothing depends on: weak.c faults one that is not ordered.
 *
 *	opener				each callback of the call
 *	submitter, also the strings	start(), result()
 *	completer, who stopped		result(), which knows him by media_ms
 *	result()			who returned 0 from ivrq_fence()
 *	canceller, closer		result(): see plain_judge()
 */
#include "plain.h"

#include <string.h>

#include "world.h"

#define CALLS	2
#define CALLERS (EXPLORE_THREADS + 1)
#define BEGUN	16 /* events: 16 + act */

char plain[1024];

static char *const opened = plain;     /* by call */
static char *const asked = plain + 16; /* by operation */
static char *const told = plain + 32;  /* by operation */
static char *const said = plain + 64;  /* by both */

static ivrq_driver theirs;
static ivrq_listener listener_of;

static unsigned op_of(const ivrq_operation *operation)
{
	return (unsigned)((struct op *)operation->user - world.op);
}

/* Whose byte; the judge's too. */
static char *said_by(unsigned op, unsigned caller)
{
	return &said[op * CALLERS + caller];
}

static void read_call(const void *user)
{
	explore_reads(user, 1);
}

static void read_operation(const void *user, const ivrq_operation *operation)
{
	uint32_t i;

	read_call(user);
	explore_reads(&asked[op_of(operation)], 1);
	for (i = 0; i < operation->prompt_count; i++)
		explore_reads(operation->prompts[i], 1);
	explore_reads(operation, sizeof(*operation));
	explore_reads(operation->prompts, sizeof(char *));
}

/* ---------------------------------------------------------------- callbacks */

static int on_start(void *user, const ivrq_operation *operation)
{
	read_operation(user, operation);
	return theirs.start(user, operation);
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	int answer;

	read_operation(user, operation);
	answer = theirs.stop(user, operation, outcome);
	if (answer == IVRQ_STOP_PENDING)
		explore_store(&world.handed[op_of(operation)], 4, 1,
			      memory_order_release);
	return answer;
}

static void on_result(void *user, const ivrq_result *result)
{
	unsigned op = op_of(result->operation);

	read_operation(user, result->operation);
	if (result->media_ms && result->media_ms <= CALLERS)
		explore_reads(said_by(op, result->media_ms - 1), 1);
	world.op[op].knew = explore_known(~UINT32_C(0)) >> BEGUN;
	explore_writes(&told[op], 1);
	listener_of.result(user, result);
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	read_call(user);
	listener_of.closed(user, call, reason);
}

static const ivrq_driver driver = { on_start, on_stop, NULL, NULL };
static const ivrq_listener listener = { .result = on_result,
					.closed = on_closed };

/* ---------------------------------------------------------------- functions */

int plain_call_open(ivrq_engine *engine, const ivrq_call_config *config,
		    ivrq_call *call, ivrq_error *error)
{
	char *own = &opened[world.opened % CALLS];
	ivrq_call_config mine = *config;

	theirs = *config->driver;
	listener_of = *config->listener;
	mine.driver = &driver;
	mine.listener = &listener;
	mine.user = mine.driver_user = own;
	explore_writes(own, 1);
	return ivrq_call_open(engine, &mine, call, error);
}

int plain_play(ivrq_engine *engine, ivrq_call call,
	       const ivrq_play_prompt_request *request,
	       ivrq_submission *submission, ivrq_error *error)
{
	explore_writes(&asked[(struct op *)request->options.user - world.op],
		       1);
	return ivrq_play_prompt(engine, call, request, submission, error);
}

int plain_record(ivrq_engine *engine, ivrq_call call,
		 const ivrq_record_response_request *request,
		 ivrq_submission *submission, ivrq_error *error)
{
	explore_writes(&asked[(struct op *)request->options.user - world.op],
		       1);
	return ivrq_record_response(engine, call, request, submission, error);
}

static void begin_cut(void)
{
	unsigned thread = explore_thread();

	if (thread < EXPLORE_THREADS)
		explore_mark(BEGUN + world.doing[thread]);
}

int plain_cancel(ivrq_engine *engine, ivrq_call call,
		 const ivrq_cancel_request *request, ivrq_receipt *receipt,
		 ivrq_error *error)
{
	begin_cut();
	return ivrq_cancel_media_processing(engine, call, request, receipt,
					    error);
}

int plain_close(ivrq_engine *engine, ivrq_call call, enum ivrq_cause reason,
		ivrq_receipt *receipt)
{
	begin_cut();
	return ivrq_call_close(engine, call, reason, receipt);
}

/* Has this thread found all of it over before? */
static bool has_passed(const ivrq_receipt *receipt)
{
	unsigned i;

	for (i = 0; i < plan_count; i++) {
		const struct act *act = &world.act[i];

		if (plans[i].verb == 'F' && !act->answer &&
		    plans[i].thread == explore_thread() &&
		    world.act[act->fenced].receipt.id.value ==
			    receipt->id.value)
			return true;
	}
	return false;
}

/* Once it is passed it is so for good: nobody would wake one that waits. */
int plain_fence(ivrq_engine *engine, const ivrq_receipt *receipt,
		uint64_t timeout_ms)
{
	int answer = ivrq_fence(engine, receipt, timeout_ms);
	unsigned i;

	if (answer && has_passed(receipt))
		explore_fault("the fence answers %d, and was passed", answer);

	for (i = 0; !answer && i < OPS; i++)
		if (world.op[i].results &&
		    world.op[i].cancel.value == receipt->id.value)
			explore_reads(&told[i], 1);
	return answer;
}

static unsigned number_of(ivrq_op op)
{
	unsigned i;

	for (i = 0; i < OPS; i++)
		if (world.op[i].got.op.value == op.value)
			return i;
	return 0;
}

static ivrq_outcome signed_outcome(ivrq_op op, const ivrq_outcome *outcome)
{
	ivrq_outcome mine = *outcome;

	mine.media_ms = explore_thread() + 1;
	explore_writes(said_by(number_of(op), explore_thread()), 1);
	return mine;
}

int plain_complete(ivrq_engine *engine, ivrq_op op, const ivrq_outcome *outcome)
{
	ivrq_outcome mine = signed_outcome(op, outcome);

	return ivrq_op_complete(engine, op, &mine);
}

/* A driver hands what it has to stop over to another thread in order. */
int plain_stopped(ivrq_engine *engine, ivrq_op op, const ivrq_outcome *outcome)
{
	ivrq_outcome mine = signed_outcome(op, outcome);
	unsigned number = number_of(op);

	if (!explore_load(&world.handed[number], 4, memory_order_acquire)) {
		world.op[number].stopping = true;
		return SKIPPED;
	}
	return ivrq_op_stopped(engine, op, &mine);
}

/* -------------------------------------------------------------------- judge */

/* A cancel of the first call does not reach the next one's. */
static void check_life(unsigned number)
{
	const struct op *op = &world.op[number];
	unsigned by = world_owner(op);

	if (plans[op->act].verb == 'n' && by < plan_count &&
	    strchr("APCKGTX", plans[by].verb))
		explore_fault("op %u: cancelled by act %u, of the call before",
			      number, by);
}

void plain_judge(void)
{
	unsigned i, j;

	for (i = 0; i < OPS; i++) {
		const struct op *op = &world.op[i];

		if (!op->results || op->drained || op->status != IVRQ_CANCELED)
			continue;
		check_life(i);
		for (j = 0; j < plan_count; j++)
			if (strchr("APCKGTXN", plans[j].verb) &&
			    plans[j].thread < EXPLORE_THREADS &&
			    !world.act[j].answer &&
			    world.act[j].receipt.id.value == op->cancel.value &&
			    !(op->knew >> j & 1))
				explore_fault("op %u: its result does not know "
					      "of act %u, which cut it",
					      i, j);
	}
}
