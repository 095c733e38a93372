/* SPDX-License-Identifier: MIT */
/* stress_clients.c - what a client of stress_once does to a call. */
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include "stress_once.h"
#include "yield.h"

/* Under TSan the stamps must not order anything; elsewhere they may. */
#if defined(__SANITIZE_THREAD__)
#define STAMP_ORDER memory_order_relaxed
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STAMP_ORDER memory_order_relaxed
#endif
#endif
#ifndef STAMP_ORDER
#define STAMP_ORDER memory_order_seq_cst
#endif

uint32_t stress_below(uint32_t n)
{
	return rnd_below(&self->rnd, n);
}

uint64_t stress_stamp(void)
{
	return atomic_fetch_add_explicit(&it.clock, 1, STAMP_ORDER) + 1;
}

void stress_payload(const struct rec *rec, const ivrq_operation *operation)
{
	CHECK(operation->call.value == rec->leg->call.value);
	CHECK(operation->kind == rec->kind);
	CHECK(operation->tag == rec->tag);
	CHECK(operation->deadline_ns == rec->deadline_ns);
	CHECK(operation->barge_in_allowed == rec->barge);
	CHECK(!strcmp(operation->client_context, rec->context));
	CHECK(operation->prompt_count == 1);
	CHECK(!strcmp(operation->prompts[0], rec->context));
}

static void rec_fill(struct rec *rec, struct leg *leg)
{
	uint64_t now = atomic_load_explicit(&it.now_ns[leg->worker],
					    memory_order_relaxed);

	rec->leg = leg;
	rec->thread = self->number;
	rec->kind = stress_below(3) ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	rec->barge = !stress_below(10);
	rec->tag = stress_below(4);
	rec->deadline_ns = stress_below(8) ? 0 : now + stress_below(40);
	snprintf(rec->context, sizeof(rec->context), "%016" PRIx64,
		 rnd_next(&self->rnd));
	rec->before = stress_stamp();
}

static int submit_one(struct rec *rec)
{
	const char *prompt = rec->context;
	ivrq_options options = {.client_context = rec->context,
				.tag = rec->tag,
				.deadline_ns = rec->deadline_ns,
				.user = rec,
				.barge_in_allowed = rec->barge,
				.keep_prompts = false};
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;

	if (rec->kind == IVRQ_PLAY_PROMPT) {
		ivrq_play_prompt_request_init(&play);
		play.prompts = &prompt;
		play.prompt_count = 1;
		play.options = options;
		return ivrq_play_prompt(it.engine, rec->leg->call, &play,
					&rec->got, NULL);
	}
	ivrq_record_response_request_init(&record);
	record.prompts = &prompt;
	record.prompt_count = 1;
	record.options = options;
	return ivrq_record_response(it.engine, rec->leg->call, &record,
				    &rec->got, NULL);
}

void stress_submit(struct leg *leg)
{
	struct rec *rec = &self->recs[self->nrecs];
	int answer;

	if (self->nrecs == self->recs_max || self->ncuts == self->cuts_max)
		return;
	self->nrecs++;
	rec_fill(rec, leg);
	answer = submit_one(rec);
	rec->answer = answer;
	rec->after = stress_stamp();
	if (answer) {
		CHECK(answer == IVRQ_EFULL || answer == IVRQ_EPOOL ||
		      answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT);
		if (answer == IVRQ_EFULL || answer == IVRQ_EPOOL)
			sched_yield();
		return;
	}
	CHECK(rec->got.op.value);
	CHECK(rec->got.running == (rec->got.ahead == 0));
	CHECK(!rec->barge || rec->got.running);
	if (rec->barge)
		self->cuts[self->ncuts++] =
			(struct cut){.leg = leg,
				     .scope = IVRQ_SCOPE_ALL,
				     .before = rec->before,
				     .after = rec->after};
}

static void cut_keep(struct cut *cut, const ivrq_receipt *receipt)
{
	cut->after = stress_stamp();
	CHECK(receipt->call.value == cut->leg->call.value);
	CHECK(receipt->in_flight <= 1);
	cut->id = receipt->id;
	cut->in_flight = receipt->in_flight;
	cut->pending = receipt->pending;
	self->ncuts++;
}

/* An operation of this thread, one of its latest. */
static const struct rec *latest(void)
{
	size_t back = 1 + stress_below(4);

	if (self->nrecs < back || self->recs[self->nrecs - back].answer)
		return NULL;
	return &self->recs[self->nrecs - back];
}

void stress_cancel(struct leg *leg)
{
	struct cut *cut = &self->cuts[self->ncuts];
	ivrq_cancel_request request;
	const struct rec *rec = latest();
	ivrq_receipt receipt;
	int answer;

	if (self->ncuts == self->cuts_max)
		return;
	ivrq_cancel_request_init(&request);
	request.scope = (enum ivrq_scope)stress_below(6);
	if (request.scope == IVRQ_SCOPE_OP && !rec)
		request.scope = IVRQ_SCOPE_ALL;
	if (request.scope == IVRQ_SCOPE_OP) {
		request.op = rec->got.op;
		leg = rec->leg;
	}
	request.kind =
		stress_below(2) ? IVRQ_PLAY_PROMPT : IVRQ_RECORD_RESPONSE;
	request.tag = stress_below(4);
	request.client_context = "mine";
	*cut = (struct cut){.leg = leg,
			    .scope = request.scope,
			    .kind = request.kind,
			    .tag = request.tag,
			    .before = stress_stamp()};
	answer = ivrq_cancel_media_processing(it.engine, leg->call, &request,
					      &receipt, NULL);
	CHECK(answer == 0 || answer == IVRQ_ENOENT);
	if (answer)
		return;
	CHECK(receipt.client_context == request.client_context);
	cut_keep(cut, &receipt);
}

void stress_hang_up(struct leg *leg)
{
	struct cut *cut = &self->cuts[self->ncuts];
	ivrq_receipt receipt;
	int answer;

	if (self->ncuts == self->cuts_max ||
	    atomic_load(&it.nlegs) == it.nlegs_max)
		return;
	*cut = (struct cut){.leg = leg,
			    .scope = IVRQ_SCOPE_ALL,
			    .close = true,
			    .before = stress_stamp()};
	answer = ivrq_call_close(it.engine, leg->call, IVRQ_CAUSE_HANG_UP,
				 &receipt);
	CHECK(answer == 0 || answer == IVRQ_EALREADY || answer == IVRQ_ENOENT);
	if (!answer)
		cut_keep(cut, &receipt);
}

void stress_tone(struct leg *leg, uint32_t count)
{
	uint32_t duration = count << 4 | self->number;
	char c = "0123456789*#abcd"[count % 16];
	int answer = ivrq_tone(it.engine, leg->call, c, duration);

	CHECK(answer == 0 || answer == IVRQ_EFULL || answer == IVRQ_EPOOL ||
	      answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT);
	if (!answer)
		atomic_fetch_add_explicit(&leg->sent, 1, memory_order_relaxed);
	else if (answer == IVRQ_EFULL || answer == IVRQ_EPOOL)
		atomic_fetch_add_explicit(&leg->refused, 1,
					  memory_order_relaxed);
}
