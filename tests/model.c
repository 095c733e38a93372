/* SPDX-License-Identifier: MIT */
/* model.c - the engine as plain lists, in one thread; see model.h. */
#include <string.h>
#include "model.h"

void model_expect(struct model *m, bool fine, int line, const char *expr)
{
	if (!fine && !m->fault.expr)
		m->fault = (struct model_fault){ line, expr };
}

/* ------------------------------------------------------------------ lists */

bool model_is_waiting(const struct model_op *op)
{
	return op->state == MODEL_WAIT && !op->alone && !op->covered;
}

bool model_is_expired(const struct model *m, const struct model_call *c,
		      const struct model_op *op)
{
	return model_is_waiting(op) && op->deadline_ns &&
	       op->deadline_ns <= m->now_ns[c->worker];
}

/* Operations without a result. */
uint32_t model_live(const struct model_call *c)
{
	uint32_t i, n = 0;

	for (i = 0; i < c->nops; i++)
		n += c->ops[i].state != MODEL_HOLE;
	return n;
}

bool model_is_vague(const struct model *m, const struct model_call *c)
{
	uint32_t i;

	if (!m->inside || c->worker != m->worker)
		return false;
	for (i = 0; i < c->nops; i++)
		if (model_is_expired(m, c, &c->ops[i]))
			return true;
	return false;
}

struct model_op *model_find(struct model_call *c, uint64_t serial)
{
	uint32_t i;

	for (i = 0; i < c->nops; i++)
		if (c->ops[i].serial == serial && c->ops[i].state != MODEL_HOLE)
			return &c->ops[i];
	return NULL;
}

static struct model_op *find_op(struct model_call *c, ivrq_op op)
{
	uint32_t i;

	for (i = 0; i < c->nops; i++)
		if (c->ops[i].op.value == op.value &&
		    c->ops[i].state != MODEL_HOLE)
			return &c->ops[i];
	return NULL;
}

/* --------------------------------------------------------- calls come, go */

void model_open(struct model *m, uint32_t worker, int answer, ivrq_call handle)
{
	struct model_call *c = &m->calls[m->ncalls];
	uint32_t i;

	if (answer == IVRQ_ECLOSED) {
		EXPECT(m, m->stopping);
		return;
	}
	if (answer == IVRQ_EPOOL) {
		EXPECT(m, m->open == m->config.calls);
		return;
	}
	EXPECT(m, !m->stopping);
	EXPECT(m, answer == 0 && m->open < m->config.calls);
	EXPECT(m, handle.value != 0);
	for (i = 0; i < m->ncalls; i++)
		EXPECT(m, m->calls[i].handle.value != handle.value);
	memset(c, 0, sizeof(*c));
	c->handle = handle;
	c->worker = worker;
	m->ncalls++;
	m->open++;
}

/* ------------------------------------------------------------------ cancel */

struct hits {
	uint32_t in_flight;
	uint32_t pending;
};

/* A new cut; it is kept if it has a receipt or has hit something. */
static struct model_cut *cut_new(struct model *m, struct model_call *c,
				 enum ivrq_cause cause)
{
	struct model_cut *cut = &m->cuts[m->ncuts];

	EXPECT(m, m->ncuts < MODEL_CUTS - 1);
	m->ncuts += m->ncuts < MODEL_CUTS - 1;
	memset(cut, 0, sizeof(*cut));
	cut->call = c;
	cut->cause = cause;
	return cut;
}

void model_name_cut(struct model *m, struct model_cut *cut, ivrq_cancel id)
{
	struct model_cut *other;

	cut->id = id;
	cut->known = true;
	EXPECT(m, id.value != 0);
	for (other = m->cuts; other < m->cuts + m->ncuts; other++)
		EXPECT(m, other == cut || !other->known ||
				  other->call != cut->call ||
				  other->id.value != id.value);
}

static void hit(struct model_op *op, struct model_cut *cut, bool alone,
		struct hits *hits)
{
	if (op->state == MODEL_RUN) {
		op->state = MODEL_CUT;
		hits->in_flight++;
	} else if (model_is_waiting(op)) {
		op->alone = alone;
		op->covered = !alone;
		hits->pending++;
	} else {
		return;
	}
	op->cut = cut;
	cut->left++;
}

static void hit_from(struct model_call *c, uint32_t first,
		     struct model_cut *cut, struct hits *hits)
{
	uint32_t i;

	for (i = first; i < c->nops; i++)
		hit(&c->ops[i], cut, false, hits);
}

static uint32_t waiting_from(const struct model_call *c, uint32_t first)
{
	uint32_t i, n = 0;

	for (i = first; i < c->nops; i++)
		n += model_is_waiting(&c->ops[i]);
	return n;
}

/*
 * Which one is the oldest may be one step behind in a callback: one that has
 * its result may still be it.
 */
static void hit_oldest(struct model *m, struct model_call *c,
		       const ivrq_receipt *receipt, struct model_cut *cut,
		       struct hits *hits)
{
	if (c->nops && !(m->inside && !receipt->in_flight && !receipt->pending))
		hit(&c->ops[0], cut, true, hits);
}

static void hit_pending(struct model *m, struct model_call *c,
			const ivrq_receipt *receipt, struct model_cut *cut,
			struct hits *hits)
{
	uint32_t first = 1;

	if (m->inside && waiting_from(c, 0) == receipt->pending)
		first = 0;
	if (c->nops && (first || c->ops[0].state == MODEL_WAIT))
		hit_from(c, first, cut, hits);
	else if (c->nops)
		hit_from(c, 1, cut, hits);
}

static void hit_scope(struct model *m, struct model_call *c,
		      const ivrq_cancel_request *request,
		      const ivrq_receipt *receipt, struct model_cut *cut,
		      struct hits *hits)
{
	struct model_op *op;
	uint32_t i;

	switch (request->scope) {
	case IVRQ_SCOPE_ALL:
		hit_from(c, 0, cut, hits);
		break;
	case IVRQ_SCOPE_CURRENT:
		hit_oldest(m, c, receipt, cut, hits);
		break;
	case IVRQ_SCOPE_PENDING:
		hit_pending(m, c, receipt, cut, hits);
		break;
	case IVRQ_SCOPE_OP:
		op = find_op(c, request->op);
		if (op)
			hit(op, cut, true, hits);
		break;
	case IVRQ_SCOPE_KIND:
	case IVRQ_SCOPE_TAG:
		for (i = 0; i < c->nops; i++)
			if (request->scope == IVRQ_SCOPE_KIND ?
				    c->ops[i].kind == request->kind :
				    c->ops[i].tag == request->tag)
				hit(&c->ops[i], cut, true, hits);
		break;
	}
}

static void receipt_check(struct model *m, struct model_cut *cut,
			  const ivrq_receipt *receipt, const struct hits *hits)
{
	EXPECT(m, receipt->in_flight == hits->in_flight);
	EXPECT(m, receipt->pending == hits->pending);
	EXPECT(m, receipt->call.value == cut->call->handle.value);
	cut->receipt = *receipt;
	model_name_cut(m, cut, receipt->id);
}

void model_cancel(struct model *m, struct model_call *c,
		  const ivrq_cancel_request *request, int answer,
		  const ivrq_receipt *receipt)
{
	struct hits hits = { 0, 0 };
	struct model_cut *cut;
	struct model_op *op;

	if (answer == IVRQ_ENOENT && c->life != MODEL_ENDED) {
		op = find_op(c, request->op);
		EXPECT(m, request->scope == IVRQ_SCOPE_OP);
		/* Cancelled or finished, it may count as ended. */
		EXPECT(m, !op || (op->state != MODEL_RUN &&
				  !model_is_waiting(op)));
		return;
	}
	if (c->life == MODEL_ENDED) {
		EXPECT(m, answer == IVRQ_ENOENT);
		return;
	}
	EXPECT(m, answer == 0);
	EXPECT(m, request->scope != IVRQ_SCOPE_OP || m->inside ||
			  find_op(c, request->op));
	EXPECT(m, receipt->client_context == request->client_context);
	cut = cut_new(m, c, IVRQ_CAUSE_CANCEL);
	hit_scope(m, c, request, receipt, cut, &hits);
	receipt_check(m, cut, receipt, &hits);
}

void model_close(struct model *m, struct model_call *c, enum ivrq_cause reason,
		 int answer, const ivrq_receipt *receipt)
{
	struct hits hits = { 0, 0 };
	struct model_cut *cut;

	if (c->life != MODEL_OPEN) {
		EXPECT(m, answer == (c->life == MODEL_ENDED ? IVRQ_ENOENT :
							      IVRQ_EALREADY));
		return;
	}
	EXPECT(m, answer == 0);
	cut = cut_new(m, c, reason);
	hit_from(c, 0, cut, &hits);
	if (receipt)
		receipt_check(m, cut, receipt, &hits);
	c->life = MODEL_CLOSING;
	c->reason = reason;
}

void model_fence(struct model *m, const struct model_cut *cut, int answer)
{
	if (m->inside)
		EXPECT(m, answer == IVRQ_EDEADLK);
	else
		EXPECT(m, answer == (cut->left ? IVRQ_ETIMEDOUT : 0));
}

/* ------------------------------------------------------------------ submit */

/* Places that are not free yet, though their operations have ended. */
static uint32_t holes(const struct model *m)
{
	const struct model_call *c;
	uint32_t n = 0;

	for (c = m->calls; c < m->calls + m->ncalls; c++)
		n += c->nops - model_live(c) + c->freed;
	return n;
}

static void submit_refused(struct model *m, const struct model_call *c,
			   const struct model_op *asked, int answer)
{
	EXPECT(m, (c->life == MODEL_ENDED) == (answer == IVRQ_ENOENT));
	switch (answer) {
	case IVRQ_ENOENT:
		break;
	case IVRQ_ECLOSED:
		EXPECT(m, c->life == MODEL_CLOSING);
		break;
	case IVRQ_EFULL:
		EXPECT(m, c->nops + c->freed >= m->config.ring);
		break;
	case IVRQ_EPOOL:
		EXPECT(m, m->used + holes(m) >= m->config.operations);
		break;
	case IVRQ_ETOOBIG:
		EXPECT(m, asked->too_big);
		break;
	default:
		EXPECT(m, !"an answer of submit");
	}
}

/* Neither cut nor finished; what was cancelled alone may count, what has
 * expired in this run need not. */
static void ahead_check(struct model *m, const struct model_call *c,
			const ivrq_submission *got)
{
	uint32_t i, low = 0, high = c->freed;
	bool vague = model_is_vague(m, c);

	for (i = 0; i < c->nops; i++) {
		low += c->ops[i].state == MODEL_RUN ||
		       (model_is_waiting(&c->ops[i]) &&
			!(vague && model_is_expired(m, c, &c->ops[i])));
		high += c->ops[i].state == MODEL_RUN ||
			c->ops[i].state == MODEL_HOLE ||
			c->ops[i].state == MODEL_WAIT;
	}
	for (i = 0; i < c->nops; i++)
		high -= c->ops[i].state == MODEL_WAIT && c->ops[i].covered &&
			i > 0;
	EXPECT(m, got->ahead >= low && got->ahead <= high);
	EXPECT(m, got->running == (got->ahead == 0));
}

void model_submit(struct model *m, struct model_call *c,
		  const struct model_op *asked, int answer,
		  const ivrq_submission *got)
{
	struct hits hits = { 0, 0 };
	struct model_op *op;
	uint32_t i;

	if (answer) {
		submit_refused(m, c, asked, answer);
		return;
	}
	EXPECT(m, c->life == MODEL_OPEN && !asked->too_big);
	EXPECT(m, model_live(c) < m->config.ring && c->nops < MODEL_RING);
	EXPECT(m, m->used < m->config.operations);
	EXPECT(m, got->op.value != 0);
	for (i = 0; i < c->nops; i++)
		EXPECT(m, c->ops[i].op.value != got->op.value);
	if (m->fault.expr)
		return;
	if (asked->barge) {
		hit_from(c, 0, cut_new(m, c, IVRQ_CAUSE_BARGE_IN), &hits);
		EXPECT(m, got->ahead == 0 && got->running);
	} else {
		ahead_check(m, c, got);
	}
	op = &c->ops[c->nops++];
	*op = *asked;
	op->op = got->op;
	op->state = MODEL_WAIT;
	c->owes_idle = true;
	m->used++;
	m->stats.submitted++;
}

/* -------------------------------------------------- what a driver reports */

void model_complete(struct model *m, struct model_call *c, ivrq_op handle,
		    const ivrq_outcome *outcome, int answer)
{
	struct model_op *op = find_op(c, handle);
	int expected = IVRQ_ENOENT;

	if (op && op->state == MODEL_RUN)
		expected = 0;
	else if (op && op->state == MODEL_DONE)
		expected = IVRQ_EALREADY;
	else if (op && op->state != MODEL_WAIT)
		expected = IVRQ_ECANCELED;
	EXPECT(m, answer == expected);
	if (answer || expected)
		return;
	op->state = MODEL_DONE;
	op->outcome = *outcome;
}

void model_stopped(struct model *m, struct model_call *c, ivrq_op handle,
		   const ivrq_outcome *outcome, int answer)
{
	struct model_op *op = find_op(c, handle);

	if (op && (op->state == MODEL_STOP || op->asked)) {
		EXPECT(m, answer == 0);
		op->state = MODEL_STOPPED;
		op->asked = false;
		op->outcome = *outcome;
	} else if (op && op->state == MODEL_STOPPED) {
		EXPECT(m, answer == IVRQ_EALREADY || answer == IVRQ_ENOENT);
	} else {
		EXPECT(m, answer == IVRQ_ENOENT);
	}
}

void model_is_canceled(struct model *m, struct model_call *c, ivrq_op handle,
		       int answer)
{
	struct model_op *op = find_op(c, handle);

	if (!op || op->state == MODEL_WAIT)
		EXPECT(m, answer == IVRQ_ENOENT);
	else if (op->state == MODEL_RUN)
		EXPECT(m, answer == 0);
	else if (op->state == MODEL_CUT || op->state == MODEL_STOP)
		EXPECT(m, answer == 1);
	else if (op->state == MODEL_DONE)
		EXPECT(m, answer == 0 || answer == IVRQ_ENOENT);
	else
		EXPECT(m, answer == 1 || answer == IVRQ_ENOENT);
}

void model_pause(struct model *m, struct model_call *c, bool pause, int answer)
{
	EXPECT(m, answer == (c->life == MODEL_ENDED ? IVRQ_ENOENT : 0));
	if (!answer)
		c->pause = pause;
}

/* ------------------------------------------------------------------- looks */

static enum ivrq_head_state head_state(const struct model_op *op)
{
	switch (op->state) {
	case MODEL_RUN:
		return IVRQ_HEAD_RUNNING;
	case MODEL_DONE:
		return IVRQ_HEAD_FINISHED;
	case MODEL_WAIT:
	case MODEL_HOLE:
		return IVRQ_HEAD_IDLE;
	default:
		return IVRQ_HEAD_CANCELED;
	}
}

static bool is_covered(const struct model_op *op)
{
	return op->covered && op->state == MODEL_WAIT;
}

/* Outside of runs only. */
void model_snapshot(struct model *m, const struct model_call *c, int answer,
		    const ivrq_snapshot *shot)
{
	uint32_t i, low = 0, high = 0;

	EXPECT(m, answer == (c->life == MODEL_ENDED ? IVRQ_ENOENT : 0));
	if (answer)
		return;
	EXPECT(m, shot->closed == (c->life == MODEL_CLOSING));
	EXPECT(m, shot->depth >= model_live(c) && shot->depth <= c->nops);
	for (i = 0; i < c->nops; i++) {
		low += is_covered(&c->ops[i]) || c->ops[i].state == MODEL_CUT ||
		       c->ops[i].state == MODEL_STOP ||
		       c->ops[i].state == MODEL_STOPPED;
		high += c->ops[i].alone || c->ops[i].state == MODEL_HOLE;
	}
	/* Cancelled alone and then passed by a cut: reached by it or not. */
	EXPECT(m, shot->canceled >= low && shot->canceled <= low + high);
	if (!c->nops) {
		EXPECT(m, shot->state == IVRQ_HEAD_IDLE);
		EXPECT(m, !shot->head.value && !shot->tail.value);
		return;
	}
	EXPECT(m, shot->state == head_state(&c->ops[0]) ||
			  (c->ops[0].state == MODEL_WAIT &&
			   !model_is_waiting(&c->ops[0])));
	EXPECT(m, shot->head.value == c->ops[0].op.value);
	for (i = c->nops - 1; i && c->ops[i].state == MODEL_HOLE;)
		i--;
	EXPECT(m, shot->tail.value == c->ops[i].op.value);
}

static uint32_t lost_late(const struct model_call *c)
{
	uint32_t i, n = c->lost;

	for (i = 0; i < c->ntones; i++)
		n += c->tones[i].lost;
	return n;
}

/* Outside of runs only. */
void model_stats(struct model *m, const ivrq_stats *stats)
{
	uint64_t queued = 0, late = 0;
	uint32_t i;

	for (i = 0; i < m->ncalls; i++)
		queued += model_live(&m->calls[i]);
	EXPECT(m, stats->submitted == m->stats.submitted);
	EXPECT(m, stats->completed == m->stats.completed);
	EXPECT(m, stats->failed == m->stats.failed);
	EXPECT(m, stats->canceled == m->stats.canceled);
	EXPECT(m, stats->live == queued);
	EXPECT(m, stats->submitted == stats->completed + stats->failed +
					      stats->canceled + stats->live);
	EXPECT(m, stats->tones == m->stats.tones);
	/* Those after the last tone that was delivered may not be in yet. */
	for (i = 0; i < m->ncalls; i++)
		late += m->calls[i].life == MODEL_ENDED ?
				0 :
				lost_late(&m->calls[i]);
	EXPECT(m, stats->tones_lost <= m->stats.tones_lost);
	EXPECT(m, stats->tones_lost >= m->stats.tones_lost - late);
	EXPECT(m, stats->calls_open == m->open);
}

void model_stop(struct model *m, int answer)
{
	uint32_t i;

	if (m->inside) {
		EXPECT(m, answer == IVRQ_EDEADLK);
		return;
	}
	EXPECT(m, answer == (m->open ? IVRQ_ETIMEDOUT : 0));
	m->stopping = true;
	for (i = 0; i < m->ncalls; i++)
		if (m->calls[i].life == MODEL_OPEN)
			model_close(m, &m->calls[i], IVRQ_CAUSE_STOP, 0, NULL);
}
