/* SPDX-License-Identifier: MIT */
/*
 * stress_audit - judge what the threads of stress_once wrote down.
 *
 * Endings   each accepted operation has one result, a refused one none; the
 *           driver is let go once, by complete() or by stop().
 * Receipts  in_flight and pending are the numbers of results with that id
 *           that were and were not started: nothing that was pending started.
 * Windows   a cut that began after a submit had returned has that operation,
 *           unless its ending was decided before the cut returned; a cut that
 *           returned before a submit began has not.
 * Order     operations start in their order; results of one cut come in it
 *           too, the one in flight first, and before those of later
 *           operations that started.
 * Tones     each accepted one was heard, each gap was told.
 */
#include <stdlib.h>
#include "stress_once.h"

/* All notes of one kind, sorted. */
struct notes {
	struct rec **recs; /* accepted ones */
	size_t nrecs;
	struct cut **cuts; /* with a receipt: by leg and id */
	size_t ncuts;
	struct cut **barges;
	size_t nbarges;
	struct end *ends; /* by operation */
	size_t nends;
	struct fault fault;
};

#undef CHECK
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition) && !notes->fault.expr)                        \
			notes->fault = (struct fault){__LINE__, #condition};   \
	} while (0)

bool stress_notes_take(struct thread *threads, size_t submits, uint64_t seed)
{
	struct thread *thread;
	uint32_t i;

	for (i = 0; i < STRESS_THREADS; i++) {
		thread = &threads[i];
		thread->number = i;
		thread->rnd = seed + i;
		thread->recs_max = submits;
		thread->cuts_max = submits * 2;
		thread->ends_max = 1;
		if (i >= STRESS_CLIENTS)
			thread->ends_max += submits * (STRESS_THREADS - 2);
		thread->recs = calloc(submits + 1, sizeof(*thread->recs));
		thread->cuts = calloc(submits * 2 + 1, sizeof(*thread->cuts));
		thread->ends = calloc(thread->ends_max, sizeof(*thread->ends));
		if (!thread->recs || !thread->cuts || !thread->ends)
			return false;
	}
	return true;
}

void stress_notes_free(struct thread *threads)
{
	uint32_t i;

	for (i = 0; i < STRESS_THREADS; i++) {
		free(threads[i].recs);
		free(threads[i].cuts);
		free(threads[i].ends);
	}
}

static int order_of(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_op(const void *a, const void *b)
{
	const struct rec *const *x = a;
	const struct rec *const *y = b;

	return order_of((*x)->op.value, (*y)->op.value);
}

static int by_leg(const void *a, const void *b)
{
	const struct rec *const *x = a;
	const struct rec *const *y = b;
	int order = order_of((uintptr_t)(*x)->leg, (uintptr_t)(*y)->leg);

	if (!order)
		order = order_of((*x)->cancel.value, (*y)->cancel.value);
	return order ? order : order_of((*x)->before, (*y)->before);
}

static int cut_by_leg(const void *a, const void *b)
{
	const struct cut *const *x = a;
	const struct cut *const *y = b;
	int order = order_of((uintptr_t)(*x)->leg, (uintptr_t)(*y)->leg);

	return order ? order : order_of((*x)->id.value, (*y)->id.value);
}

static int end_by_op(const void *a, const void *b)
{
	const struct end *x = a;
	const struct end *y = b;

	return order_of(x->op.value, y->op.value);
}

static uint32_t count(atomic_uint *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* ---------------------------------------------------------------- endings */

static const struct end *end_of(const struct notes *notes, ivrq_op op)
{
	struct end key = {.op = op};

	return bsearch(&key, notes->ends, notes->nends, sizeof(key), end_by_op);
}

static struct cut *cut_of(const struct notes *notes, const struct rec *rec)
{
	struct cut key = {.leg = rec->leg, .id = rec->cancel};
	struct cut *where = &key, **found;

	found = bsearch(&where, notes->cuts, notes->ncuts, sizeof(where),
			cut_by_leg);
	return found ? *found : NULL;
}

static void audit_rec(struct notes *notes, struct rec *rec)
{
	const struct end *end = end_of(notes, rec->op);
	uint32_t stops = count(&rec->stops);
	uint32_t starts = count(&rec->starts);

	CHECK(count(&rec->results) == 1);
	CHECK(rec->got.op.value == rec->op.value);
	CHECK(starts <= 1 && rec->started == starts);
	CHECK(stops + (end ? 1 : 0) == (starts && !rec->refused));
	CHECK(count(&rec->tolds) == (starts && !rec->refused));
	CHECK(rec->cause != IVRQ_CAUSE_CANCEL || rec->cancel.value);
	if (end) {
		rec->decided = end->before;
		CHECK(rec->reason == stress_ending(rec->op, rec->kind));
		CHECK(rec->status == (rec->reason == IVRQ_REASON_OTHER
					      ? IVRQ_FAILED
					      : IVRQ_COMPLETED));
	} else if (rec->status == IVRQ_FAILED && starts) {
		rec->decided = atomic_load_explicit(&rec->start_stamp,
						    memory_order_relaxed);
		CHECK(rec->refused && rec->reason == stress_refusal(rec->kind));
	} else if (rec->status == IVRQ_FAILED) {
		CHECK(rec->reason == IVRQ_REASON_DEADLINE);
		CHECK(rec->deadline_ns);
	} else {
		CHECK(rec->status == IVRQ_CANCELED);
		CHECK(rec->reason == IVRQ_REASON_CANCELED);
		CHECK(!starts || rec->refused || stops == 1);
	}
}

static void audit_endings(struct notes *notes)
{
	size_t i, matched = 0;

	qsort(notes->ends, notes->nends, sizeof(*notes->ends), end_by_op);
	for (i = 1; i < notes->nends; i++)
		CHECK(notes->ends[i - 1].op.value != notes->ends[i].op.value);
	qsort(notes->recs, notes->nrecs, sizeof(*notes->recs), by_op);
	for (i = 0; i < notes->nrecs; i++) {
		CHECK(!i || by_op(&notes->recs[i - 1], &notes->recs[i]));
		audit_rec(notes, notes->recs[i]);
		matched += end_of(notes, notes->recs[i]->op) ? 1 : 0;
	}
	CHECK(matched == notes->nends);
}

/* --------------------------------------------------------------- receipts */

static void audit_cause(struct notes *notes, struct rec *rec)
{
	struct cut *cut = cut_of(notes, rec);

	if (rec->cause == IVRQ_CAUSE_BARGE_IN || rec->cause == IVRQ_CAUSE_STOP)
		CHECK(!cut);
	if (rec->cause != IVRQ_CAUSE_CANCEL && rec->cause != IVRQ_CAUSE_HANG_UP)
		return;
	CHECK(cut);
	if (!cut)
		return;
	CHECK(cut->close == (rec->cause == IVRQ_CAUSE_HANG_UP));
	CHECK(rec->before < cut->after);
	CHECK(cut->scope != IVRQ_SCOPE_KIND || rec->kind == cut->kind);
	CHECK(cut->scope != IVRQ_SCOPE_TAG || rec->tag == cut->tag);
	rec->decided = cut->before;
	/* What is left over at the end was not in the receipt. */
	if (rec->started)
		cut->in_flight--;
	else
		cut->pending--;
}

static void audit_receipts(struct notes *notes)
{
	size_t i;

	qsort(notes->cuts, notes->ncuts, sizeof(struct cut *), cut_by_leg);
	for (i = 1; i < notes->ncuts; i++)
		CHECK(cut_by_leg(&notes->cuts[i - 1], &notes->cuts[i]));
	for (i = 0; i < notes->nrecs; i++)
		if (notes->recs[i]->status == IVRQ_CANCELED)
			audit_cause(notes, notes->recs[i]);
	for (i = 0; i < notes->ncuts; i++) {
		CHECK(notes->cuts[i]->in_flight == 0);
		CHECK(notes->cuts[i]->pending == 0);
	}
}

/* ------------------------------------------------------ windows and order */

static bool covers(const struct cut *cut, const struct rec *rec)
{
	switch (cut->scope) {
	case IVRQ_SCOPE_ALL:
		return true;
	case IVRQ_SCOPE_KIND:
		return rec->kind == cut->kind;
	case IVRQ_SCOPE_TAG:
		return rec->tag == cut->tag;
	default:
		return false;
	}
}

static void audit_windows(struct notes *notes, struct cut **cuts, size_t ncuts,
			  struct rec **recs, size_t nrecs)
{
	size_t i, j;

	for (i = 0; i < ncuts; i++)
		for (j = 0; j < nrecs; j++)
			if (covers(cuts[i], recs[j]) &&
			    recs[j]->after < cuts[i]->before &&
			    recs[j]->decided)
				CHECK(recs[j]->decided < cuts[i]->after);
}

static bool in_turn(const struct notes *notes, const struct rec *rec)
{
	const struct cut *cut = cut_of(notes, rec);

	if (rec->status != IVRQ_CANCELED)
		return false;
	return !cut || cut->scope < IVRQ_SCOPE_OP;
}

static void audit_pair(struct notes *notes, struct rec *a, struct rec *b)
{
	bool one_cut = a->cancel.value == b->cancel.value &&
		       a->cause == b->cause && in_turn(notes, a);

	if (one_cut && b->started)
		CHECK(b->order < a->order);
	if (a->after >= b->before)
		return;
	/* a is before b in the queue */
	if (one_cut)
		CHECK(a->order < b->order);
	if (in_turn(notes, a) && b->started)
		CHECK(a->order < b->order);
	if (a->started && b->started)
		CHECK(atomic_load_explicit(&a->start_stamp,
					   memory_order_relaxed) <
		      atomic_load_explicit(&b->start_stamp,
					   memory_order_relaxed));
}

static void audit_order(struct notes *notes, struct rec **recs, size_t nrecs)
{
	size_t i, j;

	for (i = 0; i < nrecs; i++)
		for (j = 0; j < nrecs; j++)
			if (i != j)
				audit_pair(notes, recs[i], recs[j]);
}

static void audit_legs(struct notes *notes)
{
	size_t from, to, cut = 0, cut_to, barge = 0, barge_to;
	struct leg *leg;

	qsort(notes->recs, notes->nrecs, sizeof(*notes->recs), by_leg);
	qsort(notes->barges, notes->nbarges, sizeof(struct cut *), cut_by_leg);
	for (from = 0; from < notes->nrecs; from = to) {
		leg = notes->recs[from]->leg;
		for (to = from; to < notes->nrecs; to++)
			if (notes->recs[to]->leg != leg)
				break;
		while (cut < notes->ncuts && notes->cuts[cut]->leg < leg)
			cut++;
		for (cut_to = cut; cut_to < notes->ncuts; cut_to++)
			if (notes->cuts[cut_to]->leg != leg)
				break;
		while (barge < notes->nbarges &&
		       notes->barges[barge]->leg < leg)
			barge++;
		for (barge_to = barge; barge_to < notes->nbarges; barge_to++)
			if (notes->barges[barge_to]->leg != leg)
				break;
		audit_windows(notes, notes->cuts + cut, cut_to - cut,
			      notes->recs + from, to - from);
		audit_windows(notes, notes->barges + barge, barge_to - barge,
			      notes->recs + from, to - from);
		audit_order(notes, notes->recs + from, to - from);
	}
}

static void audit_tones(struct notes *notes, struct leg *legs, size_t nlegs)
{
	size_t i;

	for (i = 0; i < nlegs; i++) {
		if (!legs[i].call.value)
			continue; /* the open was refused */
		CHECK(legs[i].closed);
		CHECK(legs[i].tones ==
		      atomic_load_explicit(&legs[i].sent,
					   memory_order_relaxed));
		CHECK(legs[i].lost <=
		      atomic_load_explicit(&legs[i].refused,
					   memory_order_relaxed));
		CHECK(legs[i].sequence == legs[i].tones + legs[i].lost);
	}
}

/* ------------------------------------------------------------ all together */

static void gather(struct notes *notes, struct thread *thread)
{
	struct rec *rec;
	size_t i;

	for (i = 0; i < thread->nrecs; i++) {
		rec = &thread->recs[i];
		if (!rec->answer)
			notes->recs[notes->nrecs++] = rec;
		else
			CHECK(!count(&rec->results) && !count(&rec->starts));
	}
	for (i = 0; i < thread->ncuts; i++)
		if (thread->cuts[i].id.value)
			notes->cuts[notes->ncuts++] = &thread->cuts[i];
		else
			notes->barges[notes->nbarges++] = &thread->cuts[i];
	for (i = 0; i < thread->nends; i++)
		notes->ends[notes->nends++] = thread->ends[i];
}

struct fault stress_audit(struct thread *threads, struct leg *legs,
			  size_t nlegs)
{
	struct notes notes = {.nrecs = 0};
	size_t nrecs = 1, ncuts = 1, nends = 1, i;

	for (i = 0; i < STRESS_THREADS; i++) {
		nrecs += threads[i].nrecs;
		ncuts += threads[i].ncuts;
		nends += threads[i].nends;
	}
	notes.recs = calloc(nrecs, sizeof(*notes.recs));
	notes.cuts = calloc(ncuts, sizeof(*notes.cuts));
	notes.barges = calloc(ncuts, sizeof(*notes.barges));
	notes.ends = calloc(nends, sizeof(*notes.ends));
	if (notes.recs && notes.cuts && notes.barges && notes.ends) {
		for (i = 0; i < STRESS_THREADS; i++)
			gather(&notes, &threads[i]);
		audit_endings(&notes);
		audit_receipts(&notes);
		audit_legs(&notes);
		audit_tones(&notes, legs, nlegs);
	} else {
		notes.fault = (struct fault){__LINE__, "memory"};
	}
	free(notes.recs);
	free(notes.cuts);
	free(notes.barges);
	free(notes.ends);
	return notes.fault;
}
