/* SPDX-License-Identifier: MIT */
/*
 * fuzz_json - the input is JSON: a body of one of the four actions, in one of
 * the two flavours, or a body of notifications.
 *
 * The first byte says which; the rest is the body. A request that was accepted
 * is within the limits of the headers, and an engine takes it as it is. A
 * notification that was accepted can be written, and reads back as the same.
 */
#include <ivrq/json.h>
#include "fuzz.h"

enum { ACTIONS = 4, SEEN = 64 };

static ivrq_engine *engine;
static ivrq_call call;

/* ------------------------------------------------------------- the engine */

static int start(void *user, const ivrq_operation *operation)
{
	(void)user;
	(void)operation;
	return IVRQ_REASON_OTHER;
}

static int stop(void *user, const ivrq_operation *operation,
		ivrq_outcome *outcome)
{
	(void)user;
	(void)operation;
	memset(outcome, 0, sizeof(*outcome));
	return IVRQ_STOPPED;
}

/* One for all inputs; what it is given, it ends at once. */
static void engine_open(void)
{
	static const ivrq_driver driver = { .start = start, .stop = stop };
	ivrq_call_config call_config;
	ivrq_config config;

	if (engine)
		return;
	ivrq_config_init(&config);
	config.calls = 1;
	config.inline_bytes = IVRQ_INLINE_MAX;
	FUZZ_CHECK(!ivrq_engine_create(&config, &engine, NULL));
	ivrq_call_config_init(&call_config);
	call_config.driver = &driver;
	FUZZ_CHECK(!ivrq_call_open(engine, &call_config, &call, NULL));
}

/* ------------------------------------------------------------- the requests */

/* UTF-8 is the engine's to judge. */
static void judge_context(const char *one, const char *other)
{
	size_t points = 0;

	FUZZ_CHECK(one == other);
	for (; one && *one; one++)
		points += ((unsigned char)*one & 0xc0) != 0x80;
	FUZZ_CHECK(points <= IVRQ_CLIENT_CONTEXT_MAX);
}

static void judge_prompts(const char *const *prompts, uint32_t count,
			  uint32_t most)
{
	FUZZ_CHECK(count <= most);
	for (uint32_t i = 0; i < count; i++)
		FUZZ_CHECK(*prompts[i] &&
			   strlen(prompts[i]) <= IVRQ_JSON_URI_MAX);
}

static void judge_request(const ivrq_json_request *request,
			  enum ivrq_json_version version)
{
	const ivrq_record_response_request *record = &request->record_response;
	const ivrq_play_prompt_request *play = &request->play_prompt;
	ivrq_submission got;

	engine_open();
	if (request->action == IVRQ_JSON_PLAY_PROMPT) {
		FUZZ_CHECK(play->prompt_count);
		FUZZ_CHECK(!play->loop || version == IVRQ_JSON_BETA);
		judge_prompts(play->prompts, play->prompt_count, 20);
		judge_context(request->client_context,
			      play->options.client_context);
		FUZZ_CHECK(!ivrq_play_prompt(engine, call, play, &got, NULL));
	} else if (request->action == IVRQ_JSON_RECORD_RESPONSE) {
		judge_prompts(record->prompts, record->prompt_count, 1);
		judge_context(request->client_context,
			      record->options.client_context);
		FUZZ_CHECK(!ivrq_record_response(engine, call, record, &got,
						 NULL));
	} else {
		judge_context(request->client_context, request->client_context);
	}
	/* Both runs: it is started, and its result is delivered. */
	for (int i = 0; i < 2; i++)
		FUZZ_CHECK(ivrq_worker_run(engine, 0, 0) >= 0);
}

static void use_request(unsigned which, const char *body, size_t bytes)
{
	enum ivrq_json_action action =
		(enum ivrq_json_action)(which % ACTIONS + 1);
	enum ivrq_json_version version =
		which / ACTIONS ? IVRQ_JSON_BETA : IVRQ_JSON_V1;
	ivrq_error error = { .code = 0 };
	ivrq_json_request request;
	int answer = ivrq_json_decode_request(action, version, body, bytes,
					      &request, &error);

	if (!answer) {
		judge_request(&request, version);
		ivrq_json_request_free(&request);
	} else {
		FUZZ_CHECK(error.code == answer && *error.rule);
		FUZZ_CHECK((answer == IVRQ_ETOOBIG) ==
			   (bytes > IVRQ_JSON_BODY_MAX));
	}
}

/* -------------------------------------------------------- the notifications */

/* The first ones, written again. */
struct seen {
	int count;
	int written;
	char *elements[SEEN];
	size_t room;
};

static void see(void *user, const ivrq_json_notification *notification)
{
	const ivrq_json_operation *operation = notification->operation;
	struct seen *seen = user;
	int answer;
	char *text;

	FUZZ_CHECK(!operation != !notification->call);
	FUZZ_CHECK(notification->resource_url != NULL);
	seen->count++;
	if (seen->written == SEEN)
		return;
	text = malloc(seen->room);
	FUZZ_CHECK(text != NULL);
	answer = operation ? ivrq_json_encode_ended(operation, IVRQ_JSON_V1,
						    text, seen->room) :
			     ivrq_json_encode_changed(notification->call, text,
						      seen->room);
	/* What has no notification of its own is not written. */
	if (answer < 0) {
		FUZZ_CHECK(answer == IVRQ_EINVAL && operation);
		FUZZ_CHECK(operation->action > IVRQ_JSON_RECORD_RESPONSE ||
			   operation->status < IVRQ_JSON_COMPLETED);
		free(text);
		return;
	}
	FUZZ_CHECK((size_t)answer == strlen(text));
	seen->elements[seen->written++] = text;
}

static void forget(struct seen *seen)
{
	while (seen->written)
		free(seen->elements[--seen->written]);
}

static int receive(const char *body, size_t bytes, struct seen *seen,
		   ivrq_error *error)
{
	memset(seen, 0, sizeof(*seen));
	/* Each byte of a string has six at most. */
	seen->room = 6 * bytes + IVRQ_JSON_BYTES;
	return ivrq_json_decode_notifications(body, bytes, see, seen, error);
}

/* What was written reads back as what is written the same. */
static void judge_notifications(const struct seen *seen)
{
	size_t room = 128;
	struct seen again;
	char *body;
	int i, length;

	for (i = 0; i < seen->written; i++)
		room += strlen(seen->elements[i]) + 1;
	body = malloc(room);
	FUZZ_CHECK(body != NULL);
	length = ivrq_json_encode_notifications(
		(const char *const *)seen->elements, (size_t)seen->written,
		body, room);
	FUZZ_CHECK(length > 0);
	FUZZ_CHECK(receive(body, (size_t)length, &again, NULL) ==
		   seen->written);
	FUZZ_CHECK(again.written == seen->written);
	for (i = 0; i < seen->written; i++)
		FUZZ_CHECK(!strcmp(again.elements[i], seen->elements[i]));
	forget(&again);
	free(body);
}

static void use_notifications(const char *body, size_t bytes)
{
	ivrq_error error = { .code = 0 };
	struct seen seen;
	int answer = receive(body, bytes, &seen, &error);

	if (answer < 0) {
		FUZZ_CHECK(answer == IVRQ_EINVAL && error.code == answer);
		FUZZ_CHECK(*error.rule && !seen.count);
	} else {
		FUZZ_CHECK(answer == seen.count);
		if (seen.written)
			judge_notifications(&seen);
	}
	forget(&seen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_bytes bytes = { data, size };
	unsigned which = fuzz_byte(&bytes) % (2 * ACTIONS + 2);

	if (which < 2 * ACTIONS)
		use_request(which, (const char *)bytes.at, bytes.left);
	else
		use_notifications((const char *)bytes.at, bytes.left);
	return 0;
}
