/* SPDX-License-Identifier: MIT */
/* model_run.c - the reference, second part: tones, callbacks, runs. */
#include <string.h>
#include "model.h"

/* ------------------------------------------------------------------- tones */

void model_subscribe(struct model *m, struct model_call *c, int answer,
		     ivrq_subscription handle)
{
	struct model_sub *sub = m->subs;

	if (c->life != MODEL_OPEN) {
		EXPECT(m, answer == (c->life == MODEL_ENDED ? IVRQ_ENOENT :
							      IVRQ_ECLOSED));
		return;
	}
	if (answer == IVRQ_EPOOL) {
		EXPECT(m, m->subs_live + m->subs_late[0] + m->subs_late[1] >=
				  m->config.subscriptions);
		return;
	}
	EXPECT(m, answer == 0 && m->subs_live < m->config.subscriptions);
	while (sub->live && sub < m->subs + MODEL_SUBS - 1)
		sub++;
	EXPECT(m, !sub->live && handle.value);
	*sub = (struct model_sub){ .handle = handle, .call = c, .live = true };
	m->subs_live++;
}

static void sub_end(struct model *m, struct model_sub *sub)
{
	uint64_t bit = UINT64_C(1) << (sub - m->subs);
	uint32_t i;

	for (i = 0; i < sub->call->ntones; i++)
		sub->call->tones[i].mask &= ~bit;
	sub->live = false;
	m->subs_live--;
	m->subs_late[sub->call->worker]++;
}

static struct model_sub *find_sub(struct model *m, ivrq_subscription handle)
{
	struct model_sub *sub;

	for (sub = m->subs; sub < m->subs + MODEL_SUBS; sub++)
		if (sub->live && sub->handle.value == handle.value)
			return sub;
	return NULL;
}

void model_unsubscribe(struct model *m, ivrq_subscription handle, int answer)
{
	struct model_sub *sub = find_sub(m, handle);

	EXPECT(m, answer == (sub ? 0 : IVRQ_ENOENT));
	if (sub)
		sub_end(m, sub);
}

static void tone_lost(struct model *m, struct model_call *c, int answer)
{
	/* In a run it is not known which are delivered. */
	if (answer == IVRQ_EFULL)
		EXPECT(m, c->ntones == m->config.tones_per_call || m->inside);
	else
		EXPECT(m, m->tones == m->config.tones || m->inside);
	c->sequence++;
	c->lost++;
	m->stats.tones_lost++;
}

void model_tone(struct model *m, struct model_call *c, char tone,
		uint32_t duration_ms, int answer)
{
	struct model_tone *queued = &c->tones[c->ntones];
	uint32_t i;

	if (c->life != MODEL_OPEN) {
		EXPECT(m, answer == (c->life == MODEL_ENDED ? IVRQ_ENOENT :
							      IVRQ_ECLOSED));
		return;
	}
	if (answer == IVRQ_EFULL || answer == IVRQ_EPOOL) {
		tone_lost(m, c, answer);
		return;
	}
	EXPECT(m, answer == 0 && c->ntones < MODEL_TONES);
	EXPECT(m, m->inside || (c->ntones < m->config.tones_per_call &&
				m->tones < m->config.tones));
	*queued = (struct model_tone){ .sequence = ++c->sequence,
				       .duration_ms = duration_ms,
				       .lost = c->lost,
				       .tone = tone };
	for (i = 0; i < MODEL_SUBS; i++)
		if (m->subs[i].live && m->subs[i].call == c)
			queued->mask |= UINT64_C(1) << i;
	c->ntones++;
	c->lost = 0;
	m->tones++;
}

/* Tones that everyone has heard leave. */
static void tones_drop(struct model *m, struct model_call *c)
{
	uint32_t gone = 0;

	while (gone < c->ntones && !c->tones[gone].mask)
		gone++;
	memmove(c->tones, c->tones + gone,
		(c->ntones - gone) * sizeof(c->tones[0]));
	c->ntones -= gone;
	m->tones -= gone;
	m->stats.tones += gone;
}

void model_heard(struct model *m, struct model_call *c,
		 const ivrq_tone_event *event)
{
	struct model_sub *sub = find_sub(m, event->subscription);
	uint64_t bit = sub ? UINT64_C(1) << (sub - m->subs) : 0;

	EXPECT(m, m->inside && m->worker == c->worker);
	EXPECT(m, sub && sub->call == c);
	EXPECT(m, event->call.value == c->handle.value);
	tones_drop(m, c);
	EXPECT(m, c->ntones && (c->tones[0].mask & bit));
	EXPECT(m, event->sequence_id == c->tones[0].sequence);
	EXPECT(m, event->duration_ms == c->tones[0].duration_ms);
	EXPECT(m, event->lost == c->tones[0].lost);
	EXPECT(m, event->tone == c->tones[0].tone);
	c->tones[0].mask &= ~bit;
}

/* --------------------------------------------------------------- callbacks */

/*
 * Free the places at the front of the ring. One that starts leaves the ring,
 * so those behind it become free while it is in flight.
 */
static void compact(struct model_call *c)
{
	uint32_t from, to;

	from = c->nops && c->ops[0].called && c->ops[0].state != MODEL_HOLE;
	for (to = from; to < c->nops; to++)
		if (c->ops[to].state != MODEL_HOLE)
			break;
	memmove(c->ops + from, c->ops + to, (c->nops - to) * sizeof(c->ops[0]));
	c->nops -= to - from;
	c->freed += to - from;
}

static void callback(struct model *m, const struct model_call *c)
{
	EXPECT(m, m->inside && m->worker == c->worker);
	EXPECT(m, c->life != MODEL_ENDED);
}

void model_start_begin(struct model *m, struct model_call *c,
		       struct model_op *op)
{
	callback(m, c);
	EXPECT(m, op && op == c->ops && model_is_waiting(op));
	EXPECT(m, !c->pause);
	EXPECT(m, op && !model_is_expired(m, c, op));
	if (!op)
		return;
	op->state = MODEL_RUN;
	op->called = true;
	compact(c);
}

void model_start_end(struct model *m, struct model_call *c, uint64_t serial,
		     int answer)
{
	struct model_op *op = model_find(c, serial);

	EXPECT(m, op);
	if (!op || !answer)
		return;
	op->refused = true;
	op->outcome = (ivrq_outcome){ .reason = (enum ivrq_reason)answer };
	/* Whoever cancelled it meanwhile has been told that it did. */
	op->state = op->state == MODEL_CUT ? MODEL_STOPPED : MODEL_DONE;
}

void model_stop_begin(struct model *m, struct model_call *c,
		      struct model_op *op)
{
	callback(m, c);
	EXPECT(m, op && op == c->ops && op->state == MODEL_CUT);
	EXPECT(m, op && op->told);
	if (op)
		op->asked = true;
}

void model_stop_end(struct model *m, struct model_call *c, uint64_t serial,
		    int answer, const ivrq_outcome *outcome)
{
	struct model_op *op = model_find(c, serial);

	EXPECT(m, op);
	if (!op || op->state == MODEL_STOPPED)
		return;
	op->asked = false;
	op->state = answer == IVRQ_STOPPED ? MODEL_STOPPED : MODEL_STOP;
	op->outcome = *outcome;
}

void model_paused(struct model *m, struct model_call *c, struct model_op *op,
		  bool pause)
{
	callback(m, c);
	EXPECT(m, op && op == c->ops && op->state == MODEL_RUN);
	EXPECT(m, op && op->paused != pause && c->pause == pause);
	if (op)
		op->paused = pause;
}

void model_started(struct model *m, struct model_op *op)
{
	EXPECT(m, m->inside);
	EXPECT(m, op && op->called && !op->told && !op->refused);
	if (op)
		op->told = true;
}

static uint32_t media_ms(const struct model_op *op)
{
	return op->outcome.media_ms < IVRQ_MEDIA_MS_MAX ? op->outcome.media_ms :
							  IVRQ_MEDIA_MS_MAX;
}

/*
 * May the result of `op`, which a cut has hit, be told while `before` is in
 * front of it? That was spared, or has been told, or comes out of its turn.
 */
static bool goes_first(const struct model_call *c,
		       const struct model_op *before)
{
	/* Spared, and a paused call does not start it. */
	if (c->pause && before->state == MODEL_WAIT && !before->cut)
		return true;
	return before->alone || before->state == MODEL_HOLE ||
	       before->state == MODEL_RUN || model_is_waiting(before);
}

static void result_canceled(struct model *m, struct model_call *c,
			    struct model_op *op, const ivrq_result *result)
{
	struct model_op *other;

	EXPECT(m, op->cut && (op->state == MODEL_STOPPED || op->alone ||
			      op->covered));
	EXPECT(m, result->reason == IVRQ_REASON_CANCELED);
	EXPECT(m, result->tone == 0);
	if (!op->cut)
		return;
	for (other = c->ops; other < op && !op->alone; other++)
		EXPECT(m, goes_first(c, other));
	EXPECT(m, result->cause == op->cut->cause);
	if (!op->cut->known)
		model_name_cut(m, op->cut, result->cancel);
	EXPECT(m, result->cancel.value == op->cut->id.value);
	EXPECT(m, op->cut->left > 0);
	op->cut->left--;
	EXPECT(m, result->media_ms == (op->called ? media_ms(op) : 0));
	EXPECT(m, result->kept == (op->called && op->outcome.kept));
	m->stats.canceled++;
}

static void result_finished(struct model *m, struct model_call *c,
			    struct model_op *op, const ivrq_result *result)
{
	EXPECT(m, op == c->ops && op->state == MODEL_DONE);
	EXPECT(m, result->reason == op->outcome.reason);
	EXPECT(m, result->tone == op->outcome.tone);
	EXPECT(m, result->media_ms == media_ms(op));
	EXPECT(m, result->kept == op->outcome.kept);
	EXPECT(m, (result->status == IVRQ_COMPLETED) ==
			  (result->reason <= IVRQ_REASON_MAX_SILENCE));
}

static void result_expired(struct model *m, struct model_call *c,
			   struct model_op *op, const ivrq_result *result)
{
	EXPECT(m, model_is_expired(m, c, op));
	EXPECT(m, result->status == IVRQ_FAILED && !result->tone);
	EXPECT(m, result->media_ms == 0 && !result->kept);
}

void model_result_begin(struct model *m, struct model_call *c,
			struct model_op *op, const ivrq_result *result)
{
	callback(m, c);
	EXPECT(m, op);
	if (!op)
		return;
	EXPECT(m, result->started == op->called);
	EXPECT(m, op->told == (op->called && !op->refused));
	if (result->status == IVRQ_CANCELED) {
		result_canceled(m, c, op, result);
	} else {
		EXPECT(m, result->cause == IVRQ_CAUSE_NONE);
		EXPECT(m, result->cancel.value == 0);
		if (result->reason == IVRQ_REASON_DEADLINE)
			result_expired(m, c, op, result);
		else
			result_finished(m, c, op, result);
		m->stats.completed += result->status == IVRQ_COMPLETED;
		m->stats.failed += result->status == IVRQ_FAILED;
	}
	m->results++;
	op->state = MODEL_HOLE;
	compact(c);
}

/* The operation is the caller's until the callback returns. */
void model_result_end(struct model *m)
{
	m->used--;
}

void model_idle(struct model *m, struct model_call *c)
{
	callback(m, c);
	EXPECT(m, c->owes_idle && model_live(c) == 0);
	c->owes_idle = false;
}

void model_water(struct model *m, struct model_call *c, uint32_t depth,
		 bool high)
{
	callback(m, c);
	EXPECT(m, m->config.high_water && c->high != high);
	EXPECT(m, high ? depth >= m->config.high_water :
			 depth <= m->config.low_water);
	EXPECT(m, depth >= model_live(c) && depth <= c->nops + c->freed);
	c->high = high;
}

void model_closed_begin(struct model *m, struct model_call *c,
			enum ivrq_cause reason)
{
	callback(m, c);
	EXPECT(m, c->life == MODEL_CLOSING && reason == c->reason);
	EXPECT(m, model_live(c) == 0);
	tones_drop(m, c);
	EXPECT(m, c->ntones == 0);
}

void model_closed_end(struct model *m, struct model_call *c)
{
	uint32_t i;

	c->life = MODEL_ENDED;
	m->open--;
	for (i = 0; i < MODEL_SUBS; i++)
		if (m->subs[i].live && m->subs[i].call == c)
			sub_end(m, &m->subs[i]);
}

/* -------------------------------------------------------------------- runs */

void model_run_begin(struct model *m, uint32_t worker, uint64_t now_ns)
{
	m->inside = true;
	m->worker = worker;
	m->now_ns[worker] = now_ns;
	m->results = 0;
}

void model_run_end(struct model *m, int answer)
{
	EXPECT(m, answer >= 0 && (uint32_t)answer == m->results);
	m->inside = false;
}

/* All that was cut is told, but what waits for the same cut to stop. */
static void rest_covered(struct model *m, const struct model_call *c)
{
	const struct model_op *op;
	bool waits = false;

	for (op = c->ops; op < c->ops + c->nops; op++) {
		if (!op->covered || op->state == MODEL_HOLE)
			continue;
		waits |= c->ops[0].state == MODEL_STOP &&
			 !goes_first(c, &c->ops[0]);
		EXPECT(m, waits);
	}
}

static void rest_ops(struct model *m, struct model_call *c)
{
	const struct model_op *op;

	for (op = c->ops; op < c->ops + c->nops; op++) {
		EXPECT(m, op->state == MODEL_HOLE || !op->alone);
		EXPECT(m, !model_is_expired(m, c, op));
	}
	if (!c->nops) {
		EXPECT(m, !c->owes_idle || c->life != MODEL_OPEN);
		return;
	}
	rest_covered(m, c);
	op = c->ops;
	EXPECT(m, op->state == MODEL_WAIT || op->state == MODEL_RUN ||
			  op->state == MODEL_STOP);
	EXPECT(m, op->state != MODEL_WAIT || c->pause);
	EXPECT(m, op->state != MODEL_RUN || (op->told && !op->refused));
	EXPECT(m, op->state != MODEL_RUN || op->paused == c->pause);
}

static void rest_call(struct model *m, struct model_call *c)
{
	c->freed = 0;
	if (c->life == MODEL_ENDED)
		return;
	EXPECT(m, c->life == MODEL_OPEN || model_live(c) > 0);
	rest_ops(m, c);
	tones_drop(m, c);
	EXPECT(m, c->ntones == 0);
	if (!m->config.high_water || c->life != MODEL_OPEN ||
	    model_live(c) != c->nops)
		return;
	EXPECT(m, c->high || c->nops < m->config.high_water);
	EXPECT(m, !c->high || c->nops > m->config.low_water);
}

void model_rest(struct model *m, uint32_t worker, uint64_t next_ns)
{
	struct model_call *c;
	uint32_t i;

	m->subs_late[worker] = 0;
	for (c = m->calls; c < m->calls + m->ncalls; c++) {
		if (c->worker != worker)
			continue;
		rest_call(m, c);
		for (i = 0; i < c->nops && c->life == MODEL_OPEN; i++)
			if (model_is_waiting(&c->ops[i]) &&
			    c->ops[i].deadline_ns)
				EXPECT(m, next_ns <= c->ops[i].deadline_ns);
	}
	EXPECT(m, next_ns > m->now_ns[worker]);
}
