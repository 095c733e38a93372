/* SPDX-License-Identifier: MIT */
/*
 * harness.c - the embedder of harness.h.
 *
 * The callbacks never call ck_assert: they run inside the engine, which a
 * failed assertion would leave half-way.
 */
#include "harness.h"

static _Thread_local bool inside;

/* ------------------------------------------------------- the three hooks */

static void *on_alloc(void *user, size_t bytes, size_t align)
{
	struct rig *rig = user;
	void *memory;

	rig->allocations++;
	if (rig->fail_at && rig->allocations >= rig->fail_at)
		return NULL;
	if (!align || (align & (align - 1)))
		rig->memory_slip = "align is not a power of two";
	if (rig->nblocks == RIG_BLOCKS) {
		rig->memory_slip = "more blocks than the harness counts";
		return NULL;
	}
	if (align < sizeof(void *))
		align = sizeof(void *);
	if (posix_memalign(&memory, align, bytes ? bytes : 1))
		return NULL;
	memset(memory, 0xee, bytes);
	rig->blocks[rig->nblocks].memory = memory;
	rig->blocks[rig->nblocks++].bytes = bytes;
	rig->bytes += bytes;
	return memory;
}

static void on_free(void *user, void *memory, size_t bytes)
{
	struct rig *rig = user;
	size_t i;

	for (i = 0; i < rig->nblocks; i++)
		if (rig->blocks[i].memory == memory)
			break;
	if (i == rig->nblocks) {
		rig->memory_slip = "freed what was not allocated";
		return;
	}
	if (rig->blocks[i].bytes != bytes)
		rig->memory_slip = "freed with another size";
	rig->bytes -= rig->blocks[i].bytes;
	rig->blocks[i] = rig->blocks[--rig->nblocks];
	free(memory);
}

static void on_wake(void *user, uint32_t worker)
{
	struct rig *rig = user;

	if (worker >= RIG_WORKERS)
		abort();
	atomic_fetch_add(&rig->wakes[worker], 1);
	ct_gate_open(&rig->gates[worker]);
	if (rig->on_wake)
		rig->on_wake(rig, worker);
}

/* ------------------------------------------------------- noting callbacks */

static struct event *note(struct phone *phone, enum what what)
{
	struct event *event;

	if (phone->nevents == phone->room) {
		phone->room = phone->room ? 2 * phone->room : 64;
		phone->events = realloc(phone->events,
					phone->room * sizeof(*phone->events));
		if (!phone->events)
			abort();
	}
	event = &phone->events[phone->nevents++];
	memset(event, 0, sizeof(*event));
	event->what = what;
	event->thread = pthread_self();
	event->inside = inside;
	return event;
}

static void note_operation(struct event *event, const ivrq_operation *op)
{
	event->call = op->call;
	event->op = op->op;
	event->kind = op->kind;
	event->user = op->user;
	if (op->client_context)
		snprintf(event->label, sizeof(event->label), "%.15s",
			 op->client_context);
}

static void keep_text(char *into, size_t room, const char *text)
{
	snprintf(into, room, "%s", text ? text : "");
}

static void keep_copy(struct copy *copy, const ivrq_operation *op)
{
	uint32_t i;

	if (!copy)
		return;
	copy->operation = *op;
	copy->client_context_at = op->client_context;
	copy->prompts_at = op->prompts;
	keep_text(copy->client_context, sizeof(copy->client_context),
		  op->client_context);
	keep_text(copy->location, sizeof(copy->location), op->location);
	for (i = 0; i < op->prompt_count && i < IVRQ_PROMPTS_MAX; i++) {
		copy->prompt_at[i] = op->prompts[i];
		keep_text(copy->prompts[i], sizeof(copy->prompts[i]),
			  op->prompts[i]);
	}
}

/* The hook sees a copy: what it does may make the list of events move. */
static void noted(struct phone *phone, const struct event *event)
{
	struct event copy = *event;

	if (phone->hook)
		phone->hook(phone, &copy);
}

/* -------------------------------------------------------------- the driver */

static int on_start(void *user, const ivrq_operation *op)
{
	struct phone *phone = user;
	struct event *event = note(phone, START);

	note_operation(event, op);
	keep_copy(phone->copy, op);
	noted(phone, event);
	if (phone->finish_in_start) {
		int answer = ivrq_op_complete(phone->rig->engine, op->op,
					      &phone->finish);

		CT_SEE(&phone->slip, answer == 0 || answer == IVRQ_ECANCELED);
	}
	return phone->start_answer;
}

static int on_stop(void *user, const ivrq_operation *op, ivrq_outcome *outcome)
{
	struct phone *phone = user;
	struct event *event = note(phone, STOP);

	note_operation(event, op);
	noted(phone, event);
	if (phone->stop_answer == IVRQ_STOPPED)
		*outcome = phone->stop_outcome;
	return phone->stop_answer;
}

static void note_plainly(struct phone *phone, enum what what,
			 const ivrq_operation *op)
{
	struct event *event = note(phone, what);

	note_operation(event, op);
	noted(phone, event);
}

static void on_pause(void *user, const ivrq_operation *op)
{
	note_plainly(user, PAUSE, op);
}

static void on_resume(void *user, const ivrq_operation *op)
{
	note_plainly(user, RESUME, op);
}

/* ------------------------------------------------------------ the listener */

static void on_started(void *user, const ivrq_operation *op)
{
	note_plainly(user, STARTED, op);
}

static void on_result(void *user, const ivrq_result *result)
{
	struct phone *phone = user;
	struct event *event = note(phone, RESULT);

	note_operation(event, result->operation);
	keep_copy(phone->copy, result->operation);
	event->result = *result;
	event->result.operation = NULL;
	noted(phone, event);
}

static void on_tone(void *user, const ivrq_tone_event *tone)
{
	struct phone *phone = user;
	struct event *event = note(phone, TONE);

	event->call = tone->call;
	event->tone = *tone;
	noted(phone, event);
}

static void note_call(struct phone *phone, enum what what, ivrq_call call,
		      uint32_t depth, enum ivrq_cause reason)
{
	struct event *event = note(phone, what);

	event->call = call;
	event->depth = depth;
	event->reason = reason;
	noted(phone, event);
}

static void on_idle(void *user, ivrq_call call)
{
	note_call(user, IDLE, call, 0, IVRQ_CAUSE_NONE);
}

static void on_high(void *user, ivrq_call call, uint32_t depth)
{
	note_call(user, HIGH, call, depth, IVRQ_CAUSE_NONE);
}

static void on_low(void *user, ivrq_call call, uint32_t depth)
{
	note_call(user, LOW, call, depth, IVRQ_CAUSE_NONE);
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	note_call(user, CLOSED, call, 0, reason);
}

/* ----------------------------------------------------------------- the rig */

void rig_config(struct rig *rig)
{
	ivrq_config *config = &rig->config;

	memset(rig, 0, sizeof(*rig));
	ivrq_config_init(config);
	config->calls = 4;
	config->ring = 8;
	config->operations = 64;
	config->tones = 64;
	config->tones_per_call = 16;
	config->subscriptions = 8;
	config->fences = 4;
	config->alloc = on_alloc;
	config->free = on_free;
	config->wake = on_wake;
	config->user = rig;
}

int rig_try(struct rig *rig)
{
	ivrq_error error;
	uint32_t i;
	int answer;

	for (i = 0; i < RIG_WORKERS; i++)
		ct_gate_init(&rig->gates[i]);
	answer = ivrq_engine_create(&rig->config, &rig->engine, &error);
	if (answer)
		ck_assert_int_eq(error.code, answer);
	return answer;
}

void rig_up(struct rig *rig)
{
	ck_assert_int_eq(rig_try(rig), 0);
	ck_assert_ptr_nonnull(rig->engine);
}

/* Whatever a test left undone, the drivers now do at once. */
static void finish_stops(struct phone *phone)
{
	size_t i;

	phone->hook = NULL;
	phone->stop_answer = IVRQ_STOPPED;
	for (i = 0; i < phone->nevents; i++)
		if (phone->events[i].what == STOP)
			(void)!phone_stopped(phone, phone->events[i].op);
}

void rig_down(struct rig *rig)
{
	uint32_t i;

	for (i = 0; i < rig->nphones; i++)
		finish_stops(rig->phones[i]);
	(void)!ivrq_engine_stop(rig->engine, 0);
	for (i = 0; i < rig->config.workers; i++)
		rig_run_worker(rig, i);
	for (i = 0; i < rig->nphones; i++) {
		CT_NO_SLIP(&rig->phones[i]->slip);
		free(rig->phones[i]->events);
	}
	ck_assert_int_eq(ivrq_engine_destroy(rig->engine), 0);
	ck_assert_ptr_null(rig->memory_slip);
	ck_assert_uint_eq(rig->nblocks, 0);
	for (i = 0; i < RIG_WORKERS; i++)
		ct_gate_done(&rig->gates[i]);
}

void rig_call(struct rig *rig, struct phone *phone)
{
	rig_config(rig);
	rig_up(rig);
	phone_init(phone, rig);
	phone_open(phone);
}

int rig_turn(struct rig *rig, uint32_t worker, uint64_t now_ns)
{
	bool before = inside;
	int answer;

	inside = true;
	answer = ivrq_worker_run(rig->engine, worker, now_ns);
	inside = before;
	return answer;
}

/* The results noted for a worker's calls; false if some are not noted. */
static bool results_of(const struct rig *rig, uint32_t worker, size_t *n)
{
	bool all = rig->nphones != 0;
	size_t i;

	*n = 0;
	for (i = 0; i < rig->nphones; i++) {
		if (rig->phones[i]->config.worker != worker)
			continue;
		*n += phone_count(rig->phones[i], RESULT);
		all = all && rig->phones[i]->config.listener &&
		      rig->phones[i]->listener.result;
	}
	return all;
}

int rig_run_worker(struct rig *rig, uint32_t worker)
{
	size_t before, after;
	uint64_t wakes;
	int n, turns = 0, total = 0;

	results_of(rig, worker, &before);
	do {
		wakes = atomic_load(&rig->wakes[worker]);
		n = rig_turn(rig, worker, rig->now);
		ck_assert_int_ge(n, 0);
		total += n;
		ck_assert_int_lt(turns++, 1000);
	} while (wakes != atomic_load(&rig->wakes[worker]));
	if (results_of(rig, worker, &after))
		ck_assert_uint_eq((size_t)total, after - before);
	return total;
}

int rig_run(struct rig *rig)
{
	return rig_run_worker(rig, 0);
}

ivrq_stats rig_stats(const struct rig *rig)
{
	ivrq_stats stats;

	ck_assert_int_eq(ivrq_engine_stats(rig->engine, &stats), 0);
	ck_assert_uint_eq(stats.submitted, stats.completed + stats.failed +
						   stats.canceled + stats.live);
	return stats;
}

static void *runner_main(void *user)
{
	struct runner *runner = user;
	struct rig *rig = runner->rig;

	for (;;) {
		ct_gate_pass(&rig->gates[runner->worker]);
		if (atomic_load(&runner->stop))
			break;
		CT_SEE(&runner->slip,
		       rig_turn(rig, runner->worker, rig->now) >= 0);
	}
	return NULL;
}

void runner_start(struct runner *runner, struct rig *rig, uint32_t worker)
{
	memset(runner, 0, sizeof(*runner));
	runner->rig = rig;
	runner->worker = worker;
	if (pthread_create(&runner->thread, NULL, runner_main, runner))
		abort();
}

void runner_stop(struct runner *runner)
{
	atomic_store(&runner->stop, true);
	ct_gate_open(&runner->rig->gates[runner->worker]);
	pthread_join(runner->thread, NULL);
	CT_NO_SLIP(&runner->slip);
}

/* --------------------------------------------------------------- the phone */

void phone_init(struct phone *phone, struct rig *rig)
{
	static const ivrq_driver driver = { on_start, on_stop, on_pause,
					    on_resume };
	static const ivrq_listener listener = { on_started, on_result, on_tone,
						on_idle,    on_high,   on_low,
						on_closed };

	memset(phone, 0, sizeof(*phone));
	phone->rig = rig;
	phone->driver = driver;
	phone->listener = listener;
	phone->finish.reason = IVRQ_REASON_SUCCESS;
	phone->stop_answer = IVRQ_STOPPED;
	ivrq_call_config_init(&phone->config);
	phone->config.driver = &phone->driver;
	phone->config.driver_user = phone;
	phone->config.listener = &phone->listener;
	phone->config.user = phone;
}

int phone_try(struct phone *phone)
{
	struct rig *rig = phone->rig;
	ivrq_error error;
	int answer;

	answer = ivrq_call_open(rig->engine, &phone->config, &phone->call,
				&error);
	if (answer) {
		ck_assert_int_eq(error.code, answer);
		return answer;
	}
	ck_assert_uint_lt(rig->nphones, RIG_PHONES);
	rig->phones[rig->nphones++] = phone;
	return 0;
}

void phone_open(struct phone *phone)
{
	ck_assert_int_eq(phone_try(phone), 0);
	ck_assert_uint_ne(phone->call.value, 0);
}

static int submit_play(struct phone *phone, const ivrq_options *options,
		       ivrq_submission *submission)
{
	static const char *const prompts[] = { "prompt.wav" };
	ivrq_play_prompt_request request;

	ivrq_play_prompt_request_init(&request);
	request.prompts = prompts;
	request.prompt_count = 1;
	request.options = *options;
	return ivrq_play_prompt(phone->rig->engine, phone->call, &request,
				submission, NULL);
}

static int submit_record(struct phone *phone, const ivrq_options *options,
			 ivrq_submission *submission)
{
	ivrq_record_response_request request;

	ivrq_record_response_request_init(&request);
	request.options = *options;
	return ivrq_record_response(phone->rig->engine, phone->call, &request,
				    submission, NULL);
}

int phone_submit(struct phone *phone, enum ivrq_kind kind, const char *label,
		 const ivrq_options *options, ivrq_submission *submission)
{
	static const ivrq_options none;
	ivrq_options mine = options ? *options : none;

	mine.client_context = label;
	if (kind == IVRQ_PLAY_PROMPT)
		return submit_play(phone, &mine, submission);
	return submit_record(phone, &mine, submission);
}

static ivrq_op accepted(struct phone *phone, enum ivrq_kind kind,
			const char *label, const ivrq_options *options)
{
	ivrq_submission submission;

	ck_assert_int_eq(phone_submit(phone, kind, label, options, &submission),
			 0);
	ck_assert_uint_ne(submission.op.value, 0);
	return submission.op;
}

ivrq_op phone_play(struct phone *phone, const char *label)
{
	return accepted(phone, IVRQ_PLAY_PROMPT, label, NULL);
}

ivrq_op phone_record(struct phone *phone, const char *label)
{
	return accepted(phone, IVRQ_RECORD_RESPONSE, label, NULL);
}

ivrq_op phone_barge(struct phone *phone, const char *label)
{
	ivrq_options options = { .barge_in_allowed = true };

	return accepted(phone, IVRQ_PLAY_PROMPT, label, &options);
}

ivrq_op phone_tagged(struct phone *phone, const char *label, uint64_t tag)
{
	ivrq_options options = { .tag = tag };

	return accepted(phone, IVRQ_PLAY_PROMPT, label, &options);
}

ivrq_op phone_until(struct phone *phone, const char *label,
		    uint64_t deadline_ns)
{
	ivrq_options options = { .deadline_ns = deadline_ns };

	return accepted(phone, IVRQ_PLAY_PROMPT, label, &options);
}

static ivrq_receipt canceled(struct phone *phone, ivrq_cancel_request request)
{
	ivrq_receipt receipt;

	request.size = sizeof(request);
	ck_assert_int_eq(ivrq_cancel_media_processing(phone->rig->engine,
						      phone->call, &request,
						      &receipt, NULL),
			 0);
	ck_assert_uint_eq(receipt.call.value, phone->call.value);
	ck_assert_uint_ne(receipt.id.value, 0);
	return receipt;
}

ivrq_receipt phone_cancel(struct phone *phone, enum ivrq_scope scope)
{
	return canceled(phone, (ivrq_cancel_request){ .scope = scope });
}

ivrq_receipt phone_cancel_op(struct phone *phone, ivrq_op op)
{
	return canceled(phone, (ivrq_cancel_request){ .scope = IVRQ_SCOPE_OP,
						      .op = op });
}

ivrq_receipt phone_cancel_kind(struct phone *phone, enum ivrq_kind kind)
{
	return canceled(phone, (ivrq_cancel_request){ .scope = IVRQ_SCOPE_KIND,
						      .kind = kind });
}

ivrq_receipt phone_cancel_tag(struct phone *phone, uint64_t tag)
{
	return canceled(phone, (ivrq_cancel_request){ .scope = IVRQ_SCOPE_TAG,
						      .tag = tag });
}

ivrq_receipt phone_close(struct phone *phone)
{
	ivrq_receipt receipt;

	ck_assert_int_eq(ivrq_call_close(phone->rig->engine, phone->call,
					 IVRQ_CAUSE_HANG_UP, &receipt),
			 0);
	ck_assert_uint_eq(receipt.call.value, phone->call.value);
	return receipt;
}

int phone_finish(struct phone *phone, ivrq_op op)
{
	return phone_end(phone, op, IVRQ_REASON_SUCCESS, 0);
}

int phone_end(struct phone *phone, ivrq_op op, enum ivrq_reason reason,
	      uint32_t media_ms)
{
	ivrq_outcome outcome = { .reason = reason, .media_ms = media_ms };

	if (reason == IVRQ_REASON_STOP_TONE)
		outcome.tone = '#';
	return ivrq_op_complete(phone->rig->engine, op, &outcome);
}

int phone_stopped(struct phone *phone, ivrq_op op)
{
	return ivrq_op_stopped(phone->rig->engine, op, &phone->stop_outcome);
}

void phone_listen(struct phone *phone, ivrq_subscription *subscription)
{
	ivrq_subscription mine;

	ck_assert_int_eq(ivrq_subscribe_to_tone(phone->rig->engine, phone->call,
						NULL, NULL, &mine),
			 0);
	ck_assert_uint_ne(mine.value, 0);
	if (subscription)
		*subscription = mine;
}

ivrq_snapshot phone_snapshot(const struct phone *phone)
{
	ivrq_snapshot snapshot;

	ck_assert_int_eq(
		ivrq_call_snapshot(phone->rig->engine, phone->call, &snapshot),
		0);
	return snapshot;
}

/* --------------------------------------------------------------- the story */

static const char *ending(const struct event *event)
{
	switch (event->result.status) {
	case IVRQ_COMPLETED:
		return "done";
	case IVRQ_FAILED:
		return "failed";
	case IVRQ_CANCELED:
		return "canceled";
	}
	return "?";
}

static const char *cause(enum ivrq_cause reason)
{
	return reason == IVRQ_CAUSE_HANG_UP ? "hang-up" :
	       reason == IVRQ_CAUSE_STOP    ? "stop" :
					      "?";
}

static int tell(char *into, size_t room, const struct event *event)
{
	switch (event->what) {
	case START:
		return snprintf(into, room, "start:%s", event->label);
	case STOP:
		return snprintf(into, room, "stop:%s", event->label);
	case PAUSE:
		return snprintf(into, room, "pause:%s", event->label);
	case RESUME:
		return snprintf(into, room, "resume:%s", event->label);
	case STARTED:
		return snprintf(into, room, "started:%s", event->label);
	case RESULT:
		return snprintf(into, room, "%s:%s", ending(event),
				event->label);
	case TONE:
		return snprintf(into, room, "tone:%c", event->tone.tone);
	case IDLE:
		return snprintf(into, room, "idle");
	case HIGH:
		return snprintf(into, room, "high:%u", (unsigned)event->depth);
	case LOW:
		return snprintf(into, room, "low:%u", (unsigned)event->depth);
	case CLOSED:
		return snprintf(into, room, "closed:%s", cause(event->reason));
	default:
		return snprintf(into, room, "?");
	}
}

const char *phone_story(const struct phone *phone, int kinds)
{
	static char texts[4][4096];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	size_t i, at = 0;

	text[0] = '\0';
	for (i = 0; i < phone->nevents; i++) {
		if (!(phone->events[i].what & kinds))
			continue;
		if (at + 40 > sizeof(texts[0]))
			break;
		if (at)
			text[at++] = ' ';
		at += (size_t)tell(text + at, sizeof(texts[0]) - at,
				   &phone->events[i]);
	}
	return text;
}

void phone_forget(struct phone *phone)
{
	phone->nevents = 0;
}

size_t phone_count(const struct phone *phone, int kinds)
{
	size_t i, n = 0;

	for (i = 0; i < phone->nevents; i++)
		n += !!(phone->events[i].what & kinds);
	return n;
}

size_t phone_count_op(const struct phone *phone, int kinds, ivrq_op op)
{
	size_t i, n = 0;

	for (i = 0; i < phone->nevents; i++)
		n += (phone->events[i].what & kinds) &&
		     phone->events[i].op.value == op.value;
	return n;
}

const struct event *phone_event(const struct phone *phone, int kinds,
				ivrq_op op)
{
	size_t i;

	for (i = 0; i < phone->nevents; i++)
		if ((phone->events[i].what & kinds) &&
		    phone->events[i].op.value == op.value)
			return &phone->events[i];
	return NULL;
}

const ivrq_result *phone_result(const struct phone *phone, ivrq_op op)
{
	ck_assert_uint_eq(phone_count_op(phone, RESULT, op), 1);
	return &phone_event(phone, RESULT, op)->result;
}

size_t phone_hit(const struct phone *phone, ivrq_cancel id)
{
	size_t i, n = 0;

	for (i = 0; i < phone->nevents; i++)
		n += phone->events[i].what == RESULT &&
		     phone->events[i].result.cancel.value == id.value;
	return n;
}

/* ----------------------------------------------------- nothing has changed */

struct still still_take(const struct phone *phone)
{
	struct still still;

	memset(&still, 0, sizeof(still));
	still.stats = rig_stats(phone->rig);
	still.snapshot = phone_snapshot(phone);
	still.events = phone->nevents;
	still.bytes = phone->rig->bytes;
	return still;
}

static bool same_stats(const ivrq_stats *a, const ivrq_stats *b)
{
	return a->submitted == b->submitted && a->completed == b->completed &&
	       a->failed == b->failed && a->canceled == b->canceled &&
	       a->live == b->live && a->tones == b->tones &&
	       a->tones_lost == b->tones_lost && a->calls_open == b->calls_open;
}

static bool same_snapshot(const ivrq_snapshot *a, const ivrq_snapshot *b)
{
	return a->depth == b->depth && a->canceled == b->canceled &&
	       a->state == b->state && a->head.value == b->head.value &&
	       a->tail.value == b->tail.value && a->closed == b->closed;
}

bool still_same(const struct still *before, const struct phone *phone)
{
	struct still now = still_take(phone);

	return same_stats(&before->stats, &now.stats) &&
	       same_snapshot(&before->snapshot, &now.snapshot) &&
	       before->events == now.events && before->bytes == now.bytes;
}
