/* SPDX-License-Identifier: MIT */
/*
 * stress_world.c - the engine that victims of stress_frozen freeze in, the hook
 * that freezes them, and what any thread can do.
 */
#include <check.h>
#include <pthread.h>
#include <string.h>
#include "stress_frozen.h"

struct world it;
uint32_t main_steps;

static _Thread_local struct victim *victim;

void ivrq__atomic_hook(void);

void ivrq__atomic_hook(void)
{
	if (!victim) {
		if (++main_steps > STEPS_MAX)
			ck_abort_msg("a frozen thread holds this one up");
		return;
	}
	if (++victim->steps != victim->freeze_at)
		return;
	victim->frozen = true;
	sem_post(&victim->news);
	while (sem_wait(&victim->thaw))
		;
}

/* ------------------------------------------------------ driver and listener */

static int on_start(void *user, const ivrq_operation *operation)
{
	struct rec *rec = operation->user;

	(void)user;
	rec->op = operation->op; /* its submitter may be frozen */
	rec->starts++;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	struct rec *rec = operation->user;

	(void)user;
	rec->stops++;
	rec->stop_pending = it.stop_pends;
	outcome->media_ms = 7;
	return it.stop_pends ? IVRQ_STOP_PENDING : IVRQ_STOPPED;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	(void)user;
	(void)operation;
}

static void on_result(void *user, const ivrq_result *result)
{
	struct rec *rec = result->operation->user;

	(void)user;
	ck_assert_uint_eq(result->operation->call.value, rec->call.value);
	rec->results++;
	rec->status = result->status;
	rec->cancel = result->cancel;
	ck_assert_uint_eq(result->started, rec->starts);
}

static void on_tone(void *user, const ivrq_tone_event *event)
{
	(void)user;
	ck_assert_uint_eq(event->call.value, it.a.value);
	ck_assert_uint_eq(event->sequence_id, it.sequence + 1 + event->lost);
	it.sequence = event->sequence_id;
	it.tones_heard++;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	(void)user;
	(void)reason;
	it.closed_a += call.value == it.a.value;
	it.closed_b += call.value == it.b.value;
}

static const ivrq_driver driver = { on_start, on_stop, on_pause, on_pause };
static const ivrq_listener listener = { .result = on_result,
					.tone = on_tone,
					.closed = on_closed };

void on_extra(void *user, const ivrq_tone_event *event)
{
	(void)user;
	(void)event;
}

static void wake(void *user, uint32_t worker)
{
	(void)user;
	(void)worker;
	it.woken = true;
}

/* ---------------------------------------------- what everyone can be doing */

int open_call(ivrq_call *call)
{
	ivrq_call_config config;

	ivrq_call_config_init(&config);
	config.driver = &driver;
	config.listener = &listener;
	return ivrq_call_open(it.engine, &config, call, NULL);
}

struct rec *new_rec(void)
{
	ck_assert_uint_lt(it.nrecs, RECS);
	it.recs[it.nrecs].answer = -1;
	return &it.recs[it.nrecs++];
}

int submit_as(struct rec *rec, ivrq_call call, enum ivrq_kind kind, bool barge)
{
	ivrq_options options = { .user = rec,
				 .tag = 5,
				 .barge_in_allowed = barge };
	static const char *const prompts[] = { "a prompt" };
	ivrq_record_response_request record;
	ivrq_play_prompt_request play;

	rec->call = call;
	ivrq_play_prompt_request_init(&play);
	play.prompts = prompts;
	play.prompt_count = 1;
	play.options = options;
	ivrq_record_response_request_init(&record);
	record.options = options;
	rec->answer = kind == IVRQ_PLAY_PROMPT ?
			      ivrq_play_prompt(it.engine, call, &play,
					       &rec->got, NULL) :
			      ivrq_record_response(it.engine, call, &record,
						   &rec->got, NULL);
	return rec->answer;
}

void keep(const ivrq_receipt *receipt)
{
	/* One at a time, as all of this: a frozen victim has not got here. */
	it.cuts[it.ncuts++] =
		(struct cut){ .call = receipt->call,
			      .id = receipt->id,
			      .total = receipt->in_flight + receipt->pending };
}

int cancel_as(enum ivrq_scope scope, ivrq_op op)
{
	ivrq_cancel_request request;
	ivrq_receipt receipt;
	int answer;

	ivrq_cancel_request_init(&request);
	request.scope = scope;
	request.op = op;
	request.kind = IVRQ_PLAY_PROMPT;
	request.tag = 5;
	answer = ivrq_cancel_media_processing(it.engine, it.a, &request,
					      &receipt, NULL);
	if (!answer)
		keep(&receipt);
	return answer;
}

int complete_as(struct rec *rec)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_OTHER };
	int answer = ivrq_op_complete(it.engine, rec->op, &outcome);

	rec->completes += !answer;
	return answer;
}

int stopped_as(struct rec *rec)
{
	ivrq_outcome outcome = { .media_ms = 9 };
	int answer = ivrq_op_stopped(it.engine, rec->op, &outcome);

	rec->stop_pending = false;
	return answer;
}

int tone_as(void)
{
	int answer = ivrq_tone(it.engine, it.a, '5', 0);

	it.tones_given += !answer;
	return answer;
}

void world_create(bool by_wake)
{
	ivrq_subscription subscription;
	ivrq_config config;

	memset(&it, 0, sizeof(it));
	it.by_wake = by_wake;
	ivrq_config_init(&config);
	config.calls = 70; /* the set of ready calls has two levels */
	config.ring = RING;
	config.operations = OPERATIONS;
	config.inline_bytes = IVRQ_INLINE_MIN;
	config.fences = 1;
	config.tones = 16;
	config.tones_per_call = 8;
	config.subscriptions = 8;
	config.wake = wake;
	ck_assert_int_eq(ivrq_engine_create(&config, &it.engine, NULL), 0);
	ck_assert_int_eq(open_call(&it.a), 0);
	ck_assert_int_eq(open_call(&it.b), 0);
	ck_assert_int_eq(ivrq_subscribe_to_tone(it.engine, it.a, NULL, NULL,
						&subscription),
			 0);
	ck_assert_int_eq(ivrq_subscribe_to_tone(it.engine, it.a, on_extra, NULL,
						&it.extra),
			 0);
}

/* ----------------------------------------------------------------- victims */

static void *victim_main(void *arg)
{
	victim = arg;
	for (;;) {
		while (sem_wait(&victim->go))
			;
		if (!victim->act)
			return NULL;
		victim->act->act(victim);
		sem_post(&victim->news);
	}
}

static void wait_for_news(struct victim *v)
{
	while (sem_wait(&v->news))
		;
}

static void victim_live(struct victim *v)
{
	sem_init(&v->go, 0, 0);
	sem_init(&v->news, 0, 0);
	sem_init(&v->thaw, 0, 0);
	ck_assert_int_eq(pthread_create(&v->thread, NULL, victim_main, v), 0);
	v->lives = true;
}

/* Until it is frozen or has ended. */
void victim_begin(struct victim *v, const struct act *act, uint32_t freeze_at)
{
	if (!v->lives)
		victim_live(v);
	v->act = act;
	v->freeze_at = freeze_at;
	v->steps = 0;
	v->frozen = false;
	v->rec = new_rec();
	it.may_close |= act->closes;
	sem_post(&v->go);
	wait_for_news(v);
}

void victim_end(struct victim *v)
{
	if (!v->frozen)
		return;
	sem_post(&v->thaw);
	wait_for_news(v);
}

void victim_die(struct victim *v)
{
	if (!v->lives)
		return;
	v->lives = false;
	v->act = NULL;
	sem_post(&v->go);
	pthread_join(v->thread, NULL);
}
