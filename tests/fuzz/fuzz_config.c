/* SPDX-License-Identifier: MIT */
/*
 * fuzz_config - the input fills what a caller fills: ivrq_config,
 * ivrq_call_config, the two requests, a cancel, an outcome.
 *
 * Each answer is judged by the rules of the installed headers, written here a
 * second time: EINVAL names a member, and that member does break its rule; 0
 * means that none does. What was accepted reaches the driver as it was given
 * and has one result. Memory comes from hooks that refuse what is big and see
 * that all of it comes back.
 */
#include "fuzz.h"

enum {
	LONGEST = 4096,	   /* bytes of an input that are looked at */
	REQUESTS = 64,	   /* of one input */
	MEMORY = 2 << 20,  /* that the hooks give out */
	BLOCKS = 64,	   /* at one time */
	STRINGS = 1 << 16, /* bytes of all strings */
	PROMPTS = IVRQ_PROMPTS_MAX
};

/* What was asked for, until the end of the input. */
struct asked {
	enum ivrq_kind kind;
	ivrq_play_prompt_request play;
	ivrq_record_response_request record;
	const char *prompts[PROMPTS];
	ivrq_op op;
};

static struct {
	struct fuzz_bytes bytes;
	/* memory */
	void *block[BLOCKS];
	size_t block_bytes[BLOCKS];
	size_t used;
	uint32_t refuse_at; /* this allocation, 0 none */
	bool refused;
	/* strings */
	char strings[STRINGS];
	size_t nstrings;
	/* the engine */
	ivrq_config config;
	ivrq_driver driver;
	ivrq_listener listener;
	ivrq_engine *engine;
	ivrq_call call;
	uint64_t now_ns;
	struct asked asked[REQUESTS];
	uint32_t nasked;
	uint64_t accepted;
	uint64_t results;
	bool closed;
	ivrq_op started;
} it;

static uint64_t number(unsigned width)
{
	return fuzz_number(&it.bytes, width);
}

static uint32_t below(uint32_t n)
{
	return fuzz_below(&it.bytes, n);
}

/* Small ones, wide ones, and those beside a limit. */
static uint32_t any_u32(void)
{
	static const uint32_t limits[] = {
		0,
		IVRQ_RING_MAX,
		IVRQ_CALLS_MAX,
		IVRQ_INLINE_MIN,
		IVRQ_INLINE_MAX,
		IVRQ_WORKERS_MAX,
		IVRQ_FENCES_MAX,
		IVRQ_PROMPTS_MAX,
		IVRQ_SECONDS_MAX,
		IVRQ_TONES_PER_CALL_MAX,
		UINT32_MAX,
	};
	uint32_t width = below(6);

	if (width < 5)
		return (uint32_t)number(width);
	return limits[below(sizeof(limits) / sizeof(*limits))] - 1 + below(3);
}

/* ------------------------------------------------------------------ memory */

static void *take(void *user, size_t bytes, size_t align)
{
	void *memory;
	int i = 0;

	FUZZ_CHECK(user == &it && bytes && align && !(align & (align - 1)));
	FUZZ_CHECK(!it.engine);
	it.refused = bytes > MEMORY - it.used || !--it.refuse_at;
	if (it.refused)
		return NULL;
	while (it.block[i])
		FUZZ_CHECK(++i < BLOCKS);
	FUZZ_CHECK(!posix_memalign(&memory, align < 8 ? 8 : align, bytes));
	memset(memory, 0xa5, bytes); /* no one may count on zeros */
	it.block[i] = memory;
	it.block_bytes[i] = bytes;
	it.used += bytes;
	return memory;
}

static void give(void *user, void *memory, size_t bytes)
{
	int i = 0;

	FUZZ_CHECK(user == &it && memory);
	while (it.block[i] != memory)
		FUZZ_CHECK(++i < BLOCKS);
	FUZZ_CHECK(it.block_bytes[i] == bytes);
	it.block[i] = NULL;
	it.used -= bytes;
	free(memory);
}

/* ----------------------------------------------------------------- strings */

/* NULL, some bytes of the input, or some of them again and again. */
static const char *any_string(void)
{
	uint8_t kind = fuzz_byte(&it.bytes);
	size_t i, length = kind < 192 ? kind : (kind - 191u) * 16;
	char *s = it.strings + it.nstrings;
	char pattern[4];

	if (!kind || it.nstrings + length >= STRINGS)
		return NULL;
	if (kind < 192) {
		length--;
		for (i = 0; i < length; i++)
			s[i] = (char)fuzz_byte(&it.bytes);
	} else {
		for (i = 0; i < sizeof(pattern); i++)
			pattern[i] = (char)fuzz_byte(&it.bytes);
		for (i = 0; i < length; i++)
			s[i] = pattern[i % 4];
	}
	s[length] = '\0';
	it.nstrings += length + 1;
	return s;
}

/* Code points of UTF-8 (RFC 3629), -1 if it is not that. */
static int code_points(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	uint32_t point, least;
	int n = 0, more;

	while (*s) {
		more = *s < 0x80 ? 0 : *s < 0xe0 ? 1 : *s < 0xf0 ? 2 : 3;
		least = more == 0 ? 0 :
			more == 1 ? 0x80 :
			more == 2 ? 0x800 :
				    0x10000;
		if (more && (*s < 0xc0 || *s > 0xf7))
			return -1;
		point = more ? *s & (0x3fu >> more) : *s;
		for (s++; more--; s++) {
			if ((*s & 0xc0) != 0x80)
				return -1;
			point = point << 6 | (*s & 0x3f);
		}
		if (point < least || point > 0x10ffff ||
		    (point >= 0xd800 && point <= 0xdfff))
			return -1;
		n++;
	}
	return n;
}

static bool context_good(const char *context)
{
	int n = context ? code_points(context) : 0;

	return n >= 0 && n <= (int)IVRQ_CLIENT_CONTEXT_MAX;
}

static bool same(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static size_t string_bytes(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

/* ------------------------------------------------------------- the engine */

static void judge_config(int answer, const ivrq_error *error)
{
	const ivrq_config *c = &it.config;
	const struct fuzz_rule rules[] = {
		{ "size", c->size == sizeof(*c) },
		{ "calls", fuzz_within(c->calls, 1, IVRQ_CALLS_MAX) },
		{ "ring", fuzz_within(c->ring, IVRQ_RING_MIN, IVRQ_RING_MAX) &&
				  !(c->ring & (c->ring - 1)) },
		{ "operations", c->operations <= IVRQ_OPERATIONS_MAX },
		{ "workers", fuzz_within(c->workers, 1, IVRQ_WORKERS_MAX) },
		{ "inline_bytes", fuzz_within(c->inline_bytes, IVRQ_INLINE_MIN,
					      IVRQ_INLINE_MAX) &&
					  c->inline_bytes % 8 == 0 },
		{ "tones", c->tones <= IVRQ_TONES_MAX },
		{ "tones_per_call",
		  fuzz_within(c->tones_per_call, 1, IVRQ_TONES_PER_CALL_MAX) },
		{ "subscriptions", c->subscriptions <= IVRQ_SUBSCRIPTIONS_MAX },
		{ "fences", fuzz_within(c->fences, 1, IVRQ_FENCES_MAX) },
		{ "high_water", c->high_water <= c->ring },
		{ "low_water", c->high_water ? c->low_water < c->high_water :
					       !c->low_water },
		{ "alloc", c->alloc },
		{ "free", c->free },
	};

	FUZZ_JUDGE(rules, answer, error);
	FUZZ_CHECK(answer == 0 || answer == IVRQ_EINVAL ||
		   answer == IVRQ_ENOMEM);
	/* With 32-bit addresses what it needs may be more than there are. */
	if (answer != IVRQ_ENOMEM || SIZE_MAX == UINT64_MAX)
		FUZZ_CHECK((answer == IVRQ_ENOMEM) == it.refused);
	FUZZ_CHECK(!answer == !!it.engine);
}

static void config_change(ivrq_config *c)
{
	uint32_t *const members[] = {
		&c->calls,	    &c->ring,	       &c->operations,
		&c->workers,	    &c->inline_bytes,  &c->tones,
		&c->tones_per_call, &c->subscriptions, &c->fences,
		&c->high_water,	    &c->low_water,
	};
	const uint32_t n = sizeof(members) / sizeof(*members);
	uint32_t which = below(n + 4);

	if (which < n)
		*members[which] = any_u32();
	else if (which == n)
		c->size = any_u32();
	else if (which == n + 1)
		c->alloc = NULL;
	else if (which == n + 2)
		c->free = NULL;
	else
		it.refuse_at = below(24);
}

static void engine_create(void)
{
	ivrq_error error = { .code = 0 };
	uint32_t changes;
	int answer;

	it.refuse_at = 0;
	it.refused = false;
	ivrq_config_init(&it.config);
	it.config.calls = 4;
	it.config.ring = 4;
	it.config.alloc = take;
	it.config.free = give;
	it.config.user = &it;
	for (changes = below(16); changes; changes--)
		config_change(&it.config);
	answer = ivrq_engine_create(&it.config, &it.engine, &error);
	judge_config(answer, &error);
}

/* -------------------------------------------------- the driver, the results */

static void seen(const ivrq_operation *got)
{
	const struct asked *asked = got->user;
	const ivrq_record_response_request *r = &asked->record;
	bool record = asked->kind == IVRQ_RECORD_RESPONSE;
	const ivrq_options *o = record ? &r->options : &asked->play.options;
	uint32_t i, count = record ? r->prompt_count : asked->play.prompt_count;

	FUZZ_CHECK(got->op.value == asked->op.value);
	FUZZ_CHECK(got->call.value == it.call.value);
	FUZZ_CHECK(got->kind == asked->kind && got->prompt_count == count);
	for (i = 0; i < count; i++)
		FUZZ_CHECK(!strcmp(got->prompts[i], asked->prompts[i]));
	FUZZ_CHECK(same(got->client_context, o->client_context));
	FUZZ_CHECK(got->tag == o->tag && got->deadline_ns == o->deadline_ns);
	FUZZ_CHECK(got->barge_in_allowed == o->barge_in_allowed);
	FUZZ_CHECK(same(got->location, record ? r->location : NULL));
	FUZZ_CHECK(got->loop == (!record && asked->play.loop));
	if (!record)
		return;
	FUZZ_CHECK(got->play_beep == r->play_beep);
	FUZZ_CHECK(got->initial_silence_timeout_seconds ==
		   r->initial_silence_timeout_seconds);
	FUZZ_CHECK(got->max_silence_timeout_seconds ==
		   r->max_silence_timeout_seconds);
	FUZZ_CHECK(got->max_record_duration_seconds ==
		   r->max_record_duration_seconds);
	for (i = 0; i < 256; i++)
		FUZZ_CHECK(!ivrq_tone_bit((char)i) ||
			   !(got->stop_tones & ivrq_tone_bit((char)i)) ==
				   !(r->stop_tones &&
				     strchr(r->stop_tones, (char)i)));
}

static int on_start(void *user, const ivrq_operation *operation)
{
	FUZZ_CHECK(user == &it);
	seen(operation);
	it.started = operation->op;
	return 0;
}

static int on_stop(void *user, const ivrq_operation *operation,
		   ivrq_outcome *outcome)
{
	FUZZ_CHECK(user == &it && operation->op.value == it.started.value);
	seen(operation);
	outcome->media_ms = any_u32();
	return IVRQ_STOPPED;
}

static void on_pause(void *user, const ivrq_operation *operation)
{
	FUZZ_CHECK(user == &it && operation->op.value == it.started.value);
}

static void on_result(void *user, const ivrq_result *result)
{
	ivrq_wire wire;

	FUZZ_CHECK(user == &it && !it.closed);
	seen(result->operation);
	FUZZ_CHECK(!ivrq_result_to_wire(result->operation->kind, result->status,
					result->reason, &wire));
	FUZZ_CHECK(result->media_ms <= IVRQ_MEDIA_MS_MAX);
	it.results++;
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause reason)
{
	FUZZ_CHECK(user == &it && call.value == it.call.value);
	FUZZ_CHECK(reason == IVRQ_CAUSE_HANG_UP || reason == IVRQ_CAUSE_STOP);
	it.closed = true;
}

/* ------------------------------------------------------------------ a call */

static void call_change(ivrq_call_config *c)
{
	switch (below(8)) {
	case 0:
		c->size = any_u32();
		break;
	case 1:
		c->worker = any_u32();
		break;
	case 2:
		c->driver = NULL;
		break;
	case 3:
		it.driver.start = NULL;
		break;
	case 4:
		it.driver.stop = NULL;
		break;
	case 5:
		it.driver.pause = NULL;
		break;
	case 6:
		it.driver.resume = NULL;
		break;
	default:
		c->listener = NULL;
	}
}

static bool call_open(uint32_t *worker)
{
	ivrq_error error = { .code = 0 };
	ivrq_call_config c;
	uint32_t changes;
	int answer;

	it.driver = (ivrq_driver){ on_start, on_stop, on_pause, on_pause };
	it.listener =
		(ivrq_listener){ .result = on_result, .closed = on_closed };
	ivrq_call_config_init(&c);
	c.driver = &it.driver;
	c.driver_user = &it;
	c.listener = &it.listener;
	c.user = &it;
	for (changes = below(4); changes; changes--)
		call_change(&c);
	answer = ivrq_call_open(it.engine, &c, &it.call, &error);
	const struct fuzz_rule rules[] = {
		{ "size", c.size == sizeof(c) },
		{ "worker", c.worker < it.config.workers },
		{ "driver", c.driver && it.driver.start && it.driver.stop },
	};
	FUZZ_JUDGE(rules, answer, &error);
	FUZZ_CHECK(!answer == !!it.call.value);
	*worker = c.worker;
	return !answer;
}

/* ---------------------------------------------------------------- requests */

static void any_options(ivrq_options *o)
{
	o->client_context = any_string();
	o->tag = number(1);
	o->deadline_ns = number(below(9));
	o->barge_in_allowed = below(2);
	o->keep_prompts = below(2);
}

static bool prompts_good(const char *const *prompts, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count && i < PROMPTS; i++)
		if (!prompts || !prompts[i] || !*prompts[i])
			return false;
	return true;
}

/* Does not depend on how the strings are kept: 1 too big, 0 not, -1 open. */
static int too_big(const struct asked *asked, uint32_t count,
		   const char *location, const ivrq_options *o)
{
	size_t bytes = string_bytes(o->client_context) + string_bytes(location);
	size_t kept = 0;
	uint32_t i;

	for (i = 0; i < count && !o->keep_prompts; i++) {
		bytes += string_bytes(asked->prompts[i]);
		kept += sizeof(char *);
	}
	if (bytes > it.config.inline_bytes)
		return 1;
	return bytes + kept > it.config.inline_bytes ? -1 : 0;
}

static void judge_submit(struct asked *asked, uint32_t count,
			 const char *location, const ivrq_options *o,
			 int answer, const ivrq_error *error,
			 const ivrq_submission *got)
{
	int big;

	if (answer == IVRQ_EINVAL)
		return;
	big = too_big(asked, count, location, o);
	FUZZ_CHECK(answer != IVRQ_ETOOBIG || big);
	FUZZ_CHECK(answer || big != 1);
	FUZZ_CHECK(answer == 0 || answer == IVRQ_ETOOBIG ||
		   answer == IVRQ_EFULL || answer == IVRQ_EPOOL ||
		   answer == IVRQ_ENOENT || answer == IVRQ_ECLOSED);
	/* The first one finds room. */
	FUZZ_CHECK(it.accepted || answer == 0 || answer == IVRQ_ETOOBIG ||
		   answer == IVRQ_ECLOSED || answer == IVRQ_ENOENT);
	FUZZ_CHECK(!answer || *error->field);
	if (answer)
		return;
	FUZZ_CHECK(got->op.value && got->running == !got->ahead);
	asked->op = got->op;
	it.accepted++;
}

static struct asked *ask(enum ivrq_kind kind)
{
	struct asked *asked = &it.asked[it.nasked++];
	uint32_t i, n = below(PROMPTS + 1);

	asked->kind = kind;
	for (i = 0; i < PROMPTS; i++)
		asked->prompts[i] = i < n ? any_string() : "p";
	return asked;
}

static void do_play(void)
{
	struct asked *asked = ask(IVRQ_PLAY_PROMPT);
	ivrq_play_prompt_request *r = &asked->play;
	ivrq_submission got = { .ahead = 0 };
	ivrq_error error = { .code = 0 };
	int answer;

	ivrq_play_prompt_request_init(r);
	if (!below(8))
		r->size = any_u32();
	r->prompts = below(8) ? asked->prompts : NULL;
	r->prompt_count = below(2) ? 1 + below(PROMPTS) : any_u32();
	r->loop = below(2);
	any_options(&r->options);
	r->options.user = asked;
	answer = ivrq_play_prompt(it.engine, it.call, r, &got, &error);
	const struct fuzz_rule rules[] = {
		{ "size", r->size == sizeof(*r) },
		{ "prompt_count", fuzz_within(r->prompt_count, 1, PROMPTS) },
		{ "prompts", prompts_good(r->prompts, r->prompt_count) },
		{ "options.client_context",
		  context_good(r->options.client_context) },
	};
	FUZZ_JUDGE(rules, answer, &error);
	judge_submit(asked, r->prompt_count, NULL, &r->options, answer, &error,
		     &got);
}

static bool tones_good(const char *tones)
{
	return !tones || strspn(tones, "0123456789*#abcd") == strlen(tones);
}

static void do_record(void)
{
	struct asked *asked = ask(IVRQ_RECORD_RESPONSE);
	ivrq_record_response_request *r = &asked->record;
	ivrq_submission got = { .ahead = 0 };
	ivrq_error error = { .code = 0 };
	uint32_t *const seconds[] = { &r->initial_silence_timeout_seconds,
				      &r->max_silence_timeout_seconds,
				      &r->max_record_duration_seconds };
	int answer;

	ivrq_record_response_request_init(r);
	if (!below(8))
		r->size = any_u32();
	r->prompts = below(8) ? asked->prompts : NULL;
	r->prompt_count = below(8) ? below(2) : any_u32();
	if (!below(2))
		*seconds[below(3)] = any_u32();
	r->play_beep = below(2);
	r->stop_tones = any_string();
	r->location = any_string();
	any_options(&r->options);
	r->options.user = asked;
	answer = ivrq_record_response(it.engine, it.call, r, &got, &error);
	const struct fuzz_rule rules[] = {
		{ "size", r->size == sizeof(*r) },
		{ "prompt_count", r->prompt_count <= 1 },
		{ "prompts", prompts_good(r->prompts, r->prompt_count) },
		{ "initial_silence_timeout_seconds",
		  fuzz_within(*seconds[0], IVRQ_SECONDS_MIN,
			      IVRQ_SECONDS_MAX) },
		{ "max_silence_timeout_seconds",
		  fuzz_within(*seconds[1], IVRQ_SECONDS_MIN,
			      IVRQ_SECONDS_MAX) },
		{ "max_record_duration_seconds",
		  fuzz_within(*seconds[2], IVRQ_SECONDS_MIN,
			      IVRQ_SECONDS_MAX) },
		{ "stop_tones", tones_good(r->stop_tones) },
		{ "location", !r->location || *r->location },
		{ "options.client_context",
		  context_good(r->options.client_context) },
	};
	FUZZ_JUDGE(rules, answer, &error);
	judge_submit(asked, r->prompt_count, r->location, &r->options, answer,
		     &error, &got);
}

static ivrq_op any_op(void)
{
	ivrq_op op = { number(below(9)) };

	return below(4) ? it.started : op;
}

static void do_cancel(void)
{
	ivrq_error error = { .code = 0 };
	ivrq_cancel_request r;
	ivrq_receipt receipt = { .in_flight = 7 };
	int answer;

	ivrq_cancel_request_init(&r);
	if (!below(8))
		r.size = any_u32();
	r.scope = (enum ivrq_scope)(below(4) ? below(6) : any_u32());
	r.op = any_op();
	r.kind = (enum ivrq_kind)(below(4) ? 1 + below(2) : any_u32());
	r.tag = number(1);
	r.client_context = any_string();
	answer = ivrq_cancel_media_processing(it.engine, it.call, &r, &receipt,
					      &error);
	const struct fuzz_rule rules[] = {
		{ "size", r.size == sizeof(r) },
		{ "scope", (uint32_t)r.scope <= IVRQ_SCOPE_TAG },
		{ "kind", r.scope != IVRQ_SCOPE_KIND ||
				  fuzz_within(r.kind, IVRQ_PLAY_PROMPT,
					      IVRQ_RECORD_RESPONSE) },
		{ "client_context", context_good(r.client_context) },
	};
	FUZZ_JUDGE(rules, answer, &error);
	FUZZ_CHECK(answer == 0 || answer == IVRQ_EINVAL ||
		   answer == IVRQ_ENOENT);
	if (answer) {
		FUZZ_CHECK(receipt.in_flight == 7);
	} else {
		FUZZ_CHECK(receipt.in_flight <= 1 && receipt.id.value);
		FUZZ_CHECK(receipt.client_context == r.client_context);
	}
}

/* ------------------------------------- values that are not in a structure */

static void do_complete(void)
{
	ivrq_outcome outcome = {
		.reason = (enum ivrq_reason)(below(4) ? below(14) : any_u32()),
		.media_ms = any_u32(),
		.tone = below(2) ? (char)fuzz_byte(&it.bytes) : '\0',
		.kept = below(2),
	};
	int answer = ivrq_op_complete(it.engine, any_op(), &outcome);

	FUZZ_CHECK(answer <= 0 && answer >= IVRQ_ENOTSUP);
	FUZZ_CHECK(answer || fuzz_within(outcome.reason, IVRQ_REASON_SUCCESS,
					 IVRQ_REASON_OTHER));
	answer = ivrq_op_stopped(it.engine, any_op(), &outcome);
	FUZZ_CHECK(answer == IVRQ_ENOENT || answer == IVRQ_EINVAL);
}

static void do_words(void)
{
	enum ivrq_reason reason = (enum ivrq_reason)any_u32();
	enum ivrq_status status = (enum ivrq_status)any_u32();
	ivrq_subscription subscription = { number(below(9)) };
	ivrq_call call = { number(below(9)) };
	ivrq_wire wire = { .status = NULL };
	ivrq_receipt receipt = { .call = call, .id = { number(below(9)) } };
	char tone = (char)fuzz_byte(&it.bytes);
	ivrq_snapshot shot;
	int answer;

	answer = ivrq_result_to_wire((enum ivrq_kind)any_u32(), status, reason,
				     &wire);
	FUZZ_CHECK(answer ? answer == IVRQ_EINVAL && !wire.status :
			    wire.status && wire.code);
	FUZZ_CHECK(*ivrq_strerror((int)any_u32()));
	answer = ivrq_tone(it.engine, it.call, tone, any_u32());
	FUZZ_CHECK(answer == IVRQ_ENOENT ||
		   (answer == IVRQ_EINVAL) == !ivrq_tone_bit(tone));
	if (call.value == it.call.value)
		return;
	FUZZ_CHECK(ivrq_unsubscribe(it.engine, subscription) == IVRQ_ENOENT);
	FUZZ_CHECK(ivrq_call_snapshot(it.engine, call, &shot) == IVRQ_ENOENT);
	FUZZ_CHECK(ivrq_tone(it.engine, call, '1', 0) == IVRQ_ENOENT);
	answer = ivrq_fence(it.engine, &receipt, 0);
	FUZZ_CHECK(answer == 0 || answer == IVRQ_EINVAL);
}

static void do_run(void)
{
	uint32_t worker = below(2) ? any_u32() : 0;
	int answer;

	it.now_ns += number(below(8));
	answer = ivrq_worker_run(it.engine, worker, it.now_ns);
	FUZZ_CHECK(worker < it.config.workers ? answer >= 0 :
						answer == IVRQ_EINVAL);
}

static void do_call(void)
{
	enum ivrq_cause reason =
		(enum ivrq_cause)(below(2) ? below(8) : any_u32());
	bool both = it.driver.pause && it.driver.resume;
	int answer = below(2) ? ivrq_call_pause(it.engine, it.call) :
				ivrq_call_resume(it.engine, it.call);

	FUZZ_CHECK(answer == (both ? 0 : IVRQ_ENOTSUP) ||
		   answer == IVRQ_ENOENT);
	if (below(8))
		return;
	answer = ivrq_call_close(it.engine, it.call, reason, NULL);
	FUZZ_CHECK(answer != 0 || reason == IVRQ_CAUSE_HANG_UP ||
		   reason == IVRQ_CAUSE_STOP);
}

static void use(void)
{
	switch (below(8)) {
	case 0:
	case 1:
		do_play();
		break;
	case 2:
		do_record();
		break;
	case 3:
		do_cancel();
		break;
	case 4:
		do_complete();
		break;
	case 5:
		do_words();
		break;
	case 6:
		do_call();
		break;
	default:
		do_run();
	}
}

static void engine_end(uint32_t worker)
{
	ivrq_stats stats;
	int i, answer = ivrq_engine_stop(it.engine, 0);

	FUZZ_CHECK(answer == 0 || answer == IVRQ_ETIMEDOUT);
	for (i = 0; i < 4 && it.call.value; i++)
		FUZZ_CHECK(ivrq_worker_run(it.engine, worker, it.now_ns) >= 0);
	FUZZ_CHECK(ivrq_engine_stop(it.engine, 0) == 0);
	FUZZ_CHECK(!ivrq_engine_stats(it.engine, &stats));
	FUZZ_CHECK(stats.submitted == it.accepted && !stats.live);
	FUZZ_CHECK(it.accepted ==
		   stats.completed + stats.failed + stats.canceled);
	FUZZ_CHECK(!it.closed || it.results == it.accepted);
	FUZZ_CHECK(ivrq_engine_destroy(it.engine) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t worker = 0;
	bool open;

	memset(&it, 0, sizeof(it));
	it.bytes.at = data;
	it.bytes.left = size < LONGEST ? size : LONGEST;
	/* After one that was refused, the next one. */
	do {
		engine_create();
		FUZZ_CHECK(it.engine || it.used == 0);
	} while (!it.engine && it.bytes.left);
	if (!it.engine)
		return 0;
	do
		open = call_open(&worker);
	while (!open && it.bytes.left);
	while (open && it.bytes.left && it.nasked < REQUESTS)
		use();
	engine_end(open ? worker : 0);
	FUZZ_CHECK(it.used == 0);
	return 0;
}
