/* SPDX-License-Identifier: MIT */
/*
 * submit.c - playPrompt and recordResponse: check, copy, put into the queue.
 *
 * Nothing is taken before the request is known to be right and to fit. What is
 * taken goes back if the queue refuses.
 *
 * Edges
 *  * SW1: relaxed. A counter: taken and not published.
 *  * SE1: relaxed. The driver has said nothing, no group has claimed it. Only
 *    this thread has the operation; QS1 publishes it.
 */
#include "core/submit.h"

#include "core/call.h"
#include "core/request.h"

/* Storage for the call's worker: its own shard first, then the others'. */
static uint32_t take_storage(ivrq_engine *engine, uint32_t index,
			     struct ivrq__shard **from)
{
	ivrq__a32 *owner = &ivrq__call_at(engine, index)->owner;
	uint32_t at = ivrq__ld_acq32(owner); /* CO2 */
	uint32_t count = engine->config.workers;
	uint32_t i, ref;

	for (i = 0; i < count; i++, at = at + 1 < count ? at + 1 : 0) {
		*from = &engine->shards[at];
		ref = ivrq__pool_pop(&(*from)->pool);
		if (ref != IVRQ__NONE)
			return ref;
	}
	return IVRQ__NONE;
}

static void put_back(struct ivrq__shard *shard, struct ivrq__cell *cell,
		     uint32_t ref)
{
	if (ivrq__cell_release(cell))
		ivrq__pool_push(&shard->pool, ref);
	ivrq__add_rlx64(&shard->withdrawn, 1); /* SW1 */
}

static int refused(int answer, ivrq_error *error)
{
	switch (answer) {
	case IVRQ__FULL:
		return ivrq__fail(error, IVRQ_EFULL, "ring",
				  "at most config.ring operations of one call");
	case IVRQ__SHUT:
		return ivrq__fail(error, IVRQ_ECLOSED, "call", "not closed");
	default:
		return ivrq__fail(error, IVRQ_ENOENT, "call", "an open call");
	}
}

int ivrq__submit(ivrq_engine *engine, ivrq_call call,
		 const ivrq_operation *wanted, bool keep_prompts,
		 ivrq_submission *submission, ivrq_error *error)
{
	uint32_t index = ivrq__handle_index(call.value);
	struct ivrq__ring ring;
	struct ivrq__shard *shard;
	struct ivrq__placed placed;
	struct ivrq__op *op;
	uint32_t ref;
	int answer = ivrq__call_find(engine, call, &ring);

	if (answer)
		return refused(IVRQ__GONE, error);
	if (ivrq__strings_size(wanted, keep_prompts) >
	    engine->config.inline_bytes)
		return ivrq__fail(error, IVRQ_ETOOBIG, "inline_bytes",
				  "room for all strings of a request");
	ref = take_storage(engine, index, &shard);
	if (ref == IVRQ__NONE)
		return ivrq__fail(error, IVRQ_EPOOL, "operations",
				  "at most config.operations in use");
	op = ivrq__op_at(engine, ref);
	ivrq__strings_store(wanted, keep_prompts, (char *)(op + 1),
			    &op->public);
	op->public.call = call;
	op->due.queued = 0;
	op->called = op->started = op->stopping = false;
	ivrq__st_rlx64(&engine->cells[ref].end, 0);   /* SE1 */
	ivrq__st_rlx64(&engine->cells[ref].claim, 0); /* SE1 */
	answer = ivrq__queue_submit(&ring, ref, wanted->barge_in_allowed,
				    &placed);
	if (answer) {
		put_back(shard, &engine->cells[ref], ref);
		/* Who filled it may be frozen before he told the worker. */
		if (answer == IVRQ__FULL)
			ivrq__call_schedule(engine, index);
		return refused(answer, error);
	}
	submission->op = ivrq__op_id(index, placed.position);
	submission->ahead = placed.ahead;
	submission->running = placed.ahead == 0;
	ivrq__call_schedule(engine, index);
	return 0;
}

static int check_call(const ivrq_engine *engine,
		      const ivrq_submission *submission, ivrq_error *error)
{
	if (!engine)
		return ivrq__fail(error, IVRQ_EINVAL, "engine", "not NULL");
	if (!submission)
		return ivrq__fail(error, IVRQ_EINVAL, "submission", "not NULL");
	return 0;
}

int ivrq_play_prompt(ivrq_engine *engine, ivrq_call call,
		     const ivrq_play_prompt_request *request,
		     ivrq_submission *submission, ivrq_error *error)
{
	ivrq_operation wanted;

	if (check_call(engine, submission, error) ||
	    ivrq__check_play(request, &wanted, error))
		return IVRQ_EINVAL;
	return ivrq__submit(engine, call, &wanted,
			    request->options.keep_prompts, submission, error);
}

int ivrq_record_response(ivrq_engine *engine, ivrq_call call,
			 const ivrq_record_response_request *request,
			 ivrq_submission *submission, ivrq_error *error)
{
	ivrq_operation wanted;

	if (check_call(engine, submission, error) ||
	    ivrq__check_record(request, &wanted, error))
		return IVRQ_EINVAL;
	return ivrq__submit(engine, call, &wanted,
			    request->options.keep_prompts, submission, error);
}
