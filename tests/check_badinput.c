/* SPDX-License-Identifier: MIT */
/*
 * check_badinput.c - every parameter of every function out of its rule.
 *
 * Each time: the answer is right, the error names the member, out-parameters
 * are untouched, nothing in the engine has changed, and the same request
 * without the fault is accepted afterwards. The two submits are in
 * badinput_submit.c.
 */
#include "badinput.h"

/* -------------------------------------------------------- what is shared */

void check_error(const ivrq_error *error, int code, const char *field)
{
	ck_assert_int_eq(error->code, code);
	ck_assert_str_eq(error->field, field);
	ck_assert_ptr_nonnull(error->rule);
	ck_assert_uint_gt(strlen(error->rule), 0);
}

const char *repeat(const char *text, size_t n)
{
	static char points[4 * (IVRQ_CLIENT_CONTEXT_MAX + 1) + 1];
	size_t length = strlen(text), i;

	for (i = 0; i < n; i++)
		memcpy(points + i * length, text, length);
	points[n * length] = '\0';
	return points;
}

void good_play(ivrq_play_prompt_request *request)
{
	static const char *const prompts[] = { "prompt.wav" };

	ivrq_play_prompt_request_init(request);
	request->prompts = prompts;
	request->prompt_count = 1;
}

/* ----------------------------------------------------- the configuration */

#define member(name) #name, offsetof(ivrq_config, name)

static const struct {
	const char *field;
	size_t at;
	uint32_t value;
} bad_configs[] = {
	{ member(calls), 0 },
	{ member(calls), IVRQ_CALLS_MAX + 1 },
	{ member(ring), 0 },
	{ member(ring), IVRQ_RING_MIN / 2 },
	{ member(ring), 7 },
	{ member(ring), 24 },
	{ member(ring), IVRQ_RING_MAX * 2 },
	{ member(operations), IVRQ_OPERATIONS_MAX + 1 },
	{ member(workers), 0 },
	{ member(workers), IVRQ_WORKERS_MAX + 1 },
	{ member(inline_bytes), 0 },
	{ member(inline_bytes), IVRQ_INLINE_MIN - 8 },
	{ member(inline_bytes), IVRQ_INLINE_MIN + 4 },
	{ member(inline_bytes), IVRQ_INLINE_MAX + 8 },
	{ member(tones), IVRQ_TONES_MAX + 1 },
	{ member(tones_per_call), IVRQ_TONES_PER_CALL_MAX + 1 },
	{ member(subscriptions), IVRQ_SUBSCRIPTIONS_MAX + 1 },
	{ member(fences), IVRQ_FENCES_MAX + 1 },
};

#undef member

START_TEST(test_engine_create_refuses_a_member_out_of_its_rule)
{
	ivrq_error error;

	rig_config(rig);
	memcpy((char *)&rig->config + bad_configs[_i].at,
	       &bad_configs[_i].value, sizeof(uint32_t));
	ct_mark(&rig->engine, sizeof(rig->engine));
	ck_assert_int_eq(ivrq_engine_create(&rig->config, &rig->engine, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, bad_configs[_i].field);
	ck_assert(ct_untouched(&rig->engine, sizeof(rig->engine)));
	ck_assert_uint_eq(rig->nblocks, 0);
	rig_config(rig);
	rig_up(rig);
	rig_down(rig);
}
END_TEST

static const char *spoil_config(int i, ivrq_config *config)
{
	switch (i) {
	case 0:
		config->size = 0;
		return "size";
	case 1:
		config->size = sizeof(size_t) - 1;
		return "size";
	case 2:
		config->size = SIZE_MAX;
		return "size";
	case 3:
		config->alloc = NULL;
		return "alloc";
	case 4:
		config->free = NULL;
		return "free";
	case 5:
		config->high_water = 4;
		config->low_water = 4;
		return "low_water";
	case 6:
		config->low_water = 1;
		return "low_water";
	default:
		config->high_water = config->ring + 1;
		return "high_water";
	}
}

START_TEST(test_engine_create_refuses_members_that_do_not_go_together)
{
	const char *field;
	ivrq_error error;

	rig_config(rig);
	field = spoil_config(_i, &rig->config);
	ct_mark(&rig->engine, sizeof(rig->engine));
	ck_assert_int_eq(ivrq_engine_create(&rig->config, &rig->engine, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, field);
	ck_assert(ct_untouched(&rig->engine, sizeof(rig->engine)));
	ck_assert_uint_eq(rig->allocations, 0);
}
END_TEST

START_TEST(test_engine_create_refuses_null)
{
	ivrq_error error;
	ivrq_engine *engine;

	rig_config(rig);
	ck_assert_int_eq(ivrq_engine_create(NULL, &engine, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "config");
	ck_assert_int_eq(ivrq_engine_create(&rig->config, NULL, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "engine");
	ck_assert_int_eq(ivrq_engine_create(NULL, &engine, NULL), IVRQ_EINVAL);
}
END_TEST

static const char *spoil_call_config(int i, ivrq_call_config *config,
				     ivrq_driver *driver)
{
	switch (i) {
	case 0:
		config->size = 0;
		return "size";
	case 1:
		config->size = SIZE_MAX;
		return "size";
	case 2:
		config->worker = rig->config.workers;
		return "worker";
	case 3:
		config->driver = NULL;
		return "driver";
	case 4:
		driver->start = NULL;
		return "driver";
	default:
		driver->stop = NULL;
		return "driver";
	}
}

START_TEST(test_call_open_refuses_a_member_out_of_its_rule)
{
	struct still still = still_take(phone);
	static struct phone bad[1];
	const char *field;
	ivrq_error error;
	ivrq_call call;

	phone_init(bad, rig);
	field = spoil_call_config(_i, &bad->config, &bad->driver);
	ct_mark(&call, sizeof(call));
	ck_assert_int_eq(
		ivrq_call_open(rig->engine, &bad->config, &call, &error),
		IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, field);
	ck_assert(ct_untouched(&call, sizeof(call)));
	ck_assert(still_same(&still, phone));
	phone_init(bad, rig);
	phone_open(bad);
}
END_TEST

START_TEST(test_call_open_refuses_null)
{
	struct still still = still_take(phone);
	ivrq_error error;
	ivrq_call call;

	ck_assert_int_eq(ivrq_call_open(NULL, &phone->config, &call, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "engine");
	ck_assert_int_eq(ivrq_call_open(rig->engine, NULL, &call, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "config");
	ck_assert_int_eq(
		ivrq_call_open(rig->engine, &phone->config, NULL, &error),
		IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "call");
	ck_assert(still_same(&still, phone));
}
END_TEST

/* ------------------------------------------------------------------ cancel */

static const char *spoil_cancel(int i, ivrq_cancel_request *request)
{
	switch (i) {
	case 0:
		request->size = 0;
		return "size";
	case 1:
		request->size = SIZE_MAX;
		return "size";
	case 2:
		request->scope = (enum ivrq_scope)6;
		return "scope";
	case 3:
		request->scope = (enum ivrq_scope) - 1;
		return "scope";
	case 4:
		request->scope = IVRQ_SCOPE_KIND;
		return "kind";
	case 5:
		request->scope = IVRQ_SCOPE_KIND;
		request->kind = (enum ivrq_kind)3;
		return "kind";
	case 6:
		request->client_context = repeat("a", 257);
		return "client_context";
	default:
		request->client_context = "\xc3(";
		return "client_context";
	}
}

START_TEST(test_cancel_refuses_a_member_out_of_its_rule)
{
	ivrq_cancel_request request;
	struct still still;
	ivrq_receipt cut;
	const char *field;
	ivrq_error error;

	phone_play(phone, "A");
	rig_run(rig);
	phone_play(phone, "B");
	still = still_take(phone);
	ivrq_cancel_request_init(&request);
	field = spoil_cancel(_i, &request);
	ct_mark(&cut, sizeof(cut));
	ck_assert_int_eq(ivrq_cancel_media_processing(rig->engine, phone->call,
						      &request, &cut, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, field);
	ck_assert(ct_untouched(&cut, sizeof(cut)));
	rig_run(rig);
	ck_assert(still_same(&still, phone));
	ck_assert_receipt(phone_cancel(phone, IVRQ_SCOPE_ALL), 1, 1);
}
END_TEST

START_TEST(test_cancel_refuses_null)
{
	ivrq_error error;

	ck_assert_int_eq(ivrq_cancel_media_processing(NULL, phone->call, NULL,
						      NULL, &error),
			 IVRQ_EINVAL);
	check_error(&error, IVRQ_EINVAL, "engine");
	ck_assert_int_eq(ivrq_cancel_media_processing(NULL, phone->call, NULL,
						      NULL, NULL),
			 IVRQ_EINVAL);
}
END_TEST

/* By a name that is not, or that is another call's: nobody is cancelled. */
START_TEST(test_cancel_of_an_op_of_another_call_is_refused)
{
	ivrq_cancel_request request;
	struct still still, others;
	static struct phone other[1];
	ivrq_receipt cut;
	ivrq_error error;
	int answer;

	phone_init(other, rig);
	phone_open(other);
	phone_play(other, "A");
	phone_play(phone, "B");
	rig_run(rig);
	still = still_take(phone);
	others = still_take(other);
	ivrq_cancel_request_init(&request);
	request.scope = IVRQ_SCOPE_OP;
	if (_i)
		request.op = phone_event(other, START, other->events[0].op)->op;
	ct_mark(&cut, sizeof(cut));
	answer = ivrq_cancel_media_processing(rig->engine, phone->call,
					      &request, &cut, &error);
	ck_assert(answer == IVRQ_EINVAL || answer == IVRQ_ENOENT);
	ck_assert_int_eq(error.code, answer);
	ck_assert(ct_untouched(&cut, sizeof(cut)));
	rig_run(rig);
	ck_assert(still_same(&still, phone));
	ck_assert(still_same(&others, other));
}
END_TEST

/* -------------------------------------------------------- the driver's side */

static void spoil_outcome(int i, ivrq_outcome *outcome)
{
	static const int reasons[] = {
		0, -1, IVRQ_REASON_DEADLINE, IVRQ_REASON_CANCELED, 14, 9999
	};

	switch (i) {
	case 6:
		outcome->reason = IVRQ_REASON_STOP_TONE;
		outcome->tone = 0;
		break;
	case 7:
		outcome->reason = IVRQ_REASON_STOP_TONE;
		outcome->tone = 'x';
		break;
	case 8:
		outcome->tone = '1';
		break;
	default:
		outcome->reason = (enum ivrq_reason)reasons[i];
	}
}

START_TEST(test_op_complete_refuses_an_outcome_out_of_its_rule)
{
	ivrq_outcome good = { .reason = IVRQ_REASON_MAX_DURATION }, bad = good;
	ivrq_op op = phone_record(phone, "A");
	struct still still;

	rig_run(rig);
	still = still_take(phone);
	spoil_outcome(_i, &bad);
	ck_assert_int_eq(ivrq_op_complete(rig->engine, op, &bad), IVRQ_EINVAL);
	rig_run(rig);
	ck_assert(still_same(&still, phone));
	ck_assert_int_eq(ivrq_op_complete(rig->engine, op, &good), 0);
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, op)->reason, good.reason);
}
END_TEST

START_TEST(test_driver_side_refuses_null)
{
	ivrq_outcome good = { .reason = IVRQ_REASON_SUCCESS };
	ivrq_op op = phone_play(phone, "A");

	phone->stop_answer = IVRQ_STOP_PENDING;
	rig_run(rig);
	ck_assert_int_eq(ivrq_op_complete(NULL, op, &good), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_op_complete(rig->engine, op, NULL), IVRQ_EINVAL);
	ck_assert_int_eq(phone_snapshot(phone).state, IVRQ_HEAD_RUNNING);
	phone_cancel(phone, IVRQ_SCOPE_ALL);
	rig_run(rig);
	ck_assert_int_eq(ivrq_op_stopped(NULL, op, &good), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_op_stopped(rig->engine, op, NULL), IVRQ_EINVAL);
	ck_assert_uint_eq(phone_count(phone, RESULT), 0);
	ck_assert_int_eq(ivrq_op_stopped(rig->engine, op, &good), 0);
	ck_assert_int_lt(ivrq_op_is_canceled(NULL, op), 0);
}
END_TEST

/* A driver that answers nonsense still costs one operation only. */
START_TEST(test_driver_start_with_a_bad_answer_fails_that_operation)
{
	static const int answers[] = { IVRQ_REASON_SUCCESS,
				       IVRQ_REASON_DEADLINE,
				       IVRQ_REASON_CANCELED, 99, -1 };
	ivrq_op op = phone_play(phone, "A");
	ivrq_wire wire;

	phone->start_answer = answers[_i];
	rig_run(rig);
	ck_assert_int_eq(phone_result(phone, op)->status, IVRQ_FAILED);
	ck_assert_int_eq(ivrq_result_to_wire(IVRQ_PLAY_PROMPT, IVRQ_FAILED,
					     phone_result(phone, op)->reason,
					     &wire),
			 0);
	phone->start_answer = 0;
	phone_play(phone, "B");
	rig_run(rig);
	ck_assert_uint_eq(phone_count(phone, START), 2);
}
END_TEST

/* ------------------------------------------------------------- the others */

static const char *null_engine(void)
{
	ivrq_subscription heard = { 1 };
	ivrq_snapshot seen;
	ivrq_receipt cut = { .call = phone->call };
	ivrq_stats stats;
	uint64_t next;

#define refused(question)                                                      \
	do {                                                                   \
		if ((question) != IVRQ_EINVAL)                                 \
			return #question;                                      \
	} while (0)

	refused(ivrq_engine_stop(NULL, 0));
	refused(ivrq_engine_stats(NULL, &stats));
	refused(ivrq_worker_run(NULL, 0, 0));
	refused(ivrq_worker_next_ns(NULL, 0, &next));
	refused(ivrq_call_close(NULL, phone->call, IVRQ_CAUSE_HANG_UP, NULL));
	refused(ivrq_call_snapshot(NULL, phone->call, &seen));
	refused(ivrq_call_pause(NULL, phone->call));
	refused(ivrq_call_resume(NULL, phone->call));
	refused(ivrq_fence(NULL, &cut, 0));
	refused(ivrq_subscribe_to_tone(NULL, phone->call, NULL, NULL, &heard));
	refused(ivrq_tone(NULL, phone->call, '1', 0));
	return "nobody";
}

START_TEST(test_null_engine_is_refused_by_all)
{
	ck_assert_str_eq(null_engine(), "nobody");
}
END_TEST

START_TEST(test_null_out_parameter_is_refused)
{
	struct still still = still_take(phone);

	ck_assert_int_eq(ivrq_engine_stats(rig->engine, NULL), IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_worker_next_ns(rig->engine, 0, NULL),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_call_snapshot(rig->engine, phone->call, NULL),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_subscribe_to_tone(rig->engine, phone->call, NULL,
						NULL, NULL),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_fence(rig->engine, NULL, 0), IVRQ_EINVAL);
	ck_assert(still_same(&still, phone));
}
END_TEST

START_TEST(test_worker_out_of_range_is_refused)
{
	static const uint32_t workers[] = { 1, 2, UINT32_MAX };
	uint64_t next;

	ct_mark(&next, sizeof(next));
	phone_play(phone, "A");
	ck_assert_int_eq(ivrq_worker_run(rig->engine, workers[_i], 0),
			 IVRQ_EINVAL);
	ck_assert_int_eq(ivrq_worker_next_ns(rig->engine, workers[_i], &next),
			 IVRQ_EINVAL);
	ck_assert(ct_untouched(&next, sizeof(next)));
	ck_assert_uint_eq(phone->nevents, 0);
}
END_TEST

START_TEST(test_call_close_refuses_any_other_cause)
{
	static const int causes[] = { IVRQ_CAUSE_NONE, IVRQ_CAUSE_CANCEL,
				      IVRQ_CAUSE_BARGE_IN, 5, -1 };
	struct still still;
	ivrq_receipt cut;

	phone_play(phone, "A");
	still = still_take(phone);
	ct_mark(&cut, sizeof(cut));
	ck_assert_int_eq(ivrq_call_close(rig->engine, phone->call,
					 (enum ivrq_cause)causes[_i], &cut),
			 IVRQ_EINVAL);
	ck_assert(ct_untouched(&cut, sizeof(cut)));
	ck_assert(still_same(&still, phone));
	rig_run(rig);
	ck_assert_story(phone, DRIVER | CLOSED, "start:A");
}
END_TEST

START_TEST(test_tone_that_is_none_is_refused_and_not_counted)
{
	static const char none[] = { '\0', 'A', 'e', 'x', ' ', '+', '\x80' };

	phone_listen(phone, NULL);
	ck_assert_int_eq(ivrq_tone(rig->engine, phone->call, none[_i], 0),
			 IVRQ_EINVAL);
	ck_assert_uint_eq(ivrq_tone_bit(none[_i]), 0);
	give("1");
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:1");
	ck_assert_uint_eq(phone->events[0].tone.sequence_id, 1);
	ck_assert_uint_eq(rig_stats(rig).tones_lost, 0);
}
END_TEST

/* Which status goes with which reason. */
static int status_of(int reason)
{
	if (reason >= IVRQ_REASON_SUCCESS && reason <= IVRQ_REASON_MAX_SILENCE)
		return IVRQ_COMPLETED;
	if (reason >= IVRQ_REASON_INITIAL_SILENCE &&
	    reason <= IVRQ_REASON_DEADLINE)
		return IVRQ_FAILED;
	return reason == IVRQ_REASON_CANCELED ? IVRQ_CANCELED : 0;
}

START_TEST(test_result_to_wire_refuses_what_does_not_go_together)
{
	int kind, status;
	ivrq_wire wire;

	for (kind = -1; kind < 5; kind++) {
		for (status = -1; status < 6; status++) {
			if (kind >= IVRQ_PLAY_PROMPT &&
			    kind <= IVRQ_RECORD_RESPONSE &&
			    status == status_of(_i) && status)
				continue;
			ct_mark(&wire, sizeof(wire));
			ck_assert_int_eq(ivrq_result_to_wire(
						 (enum ivrq_kind)kind,
						 (enum ivrq_status)status,
						 (enum ivrq_reason)_i, &wire),
					 IVRQ_EINVAL);
			ck_assert(ct_untouched(&wire, sizeof(wire)));
		}
	}
}
END_TEST

START_TEST(test_result_to_wire_refuses_null)
{
	ck_assert_int_eq(ivrq_result_to_wire(IVRQ_PLAY_PROMPT, IVRQ_COMPLETED,
					     IVRQ_REASON_SUCCESS, NULL),
			 IVRQ_EINVAL);
}
END_TEST

START_TEST(test_init_of_null_does_nothing)
{
	ivrq_config config;

	ivrq_config_init(NULL);
	ivrq_call_config_init(NULL);
	ivrq_play_prompt_request_init(NULL);
	ivrq_record_response_request_init(NULL);
	ivrq_cancel_request_init(NULL);
	ivrq_config_init(&config);
	ck_assert_uint_eq(config.size, sizeof(config));
}
END_TEST

START_TEST(test_strerror_of_no_code_is_a_string)
{
	static const int codes[] = { 1, 99, -14, -1000, INT32_MIN, INT32_MAX };

	ck_assert_ptr_nonnull(ivrq_strerror(codes[_i]));
	ck_assert_uint_gt(strlen(ivrq_strerror(codes[_i])), 0);
}
END_TEST

/* ---------------------------------------------------------- forged handles */

static const char *forged_call(ivrq_call call)
{
	ivrq_play_prompt_request request;
	ivrq_subscription heard;
	ivrq_submission sent;
	ivrq_snapshot seen;
	ivrq_receipt cut;

#define unknown(question)                                                      \
	do {                                                                   \
		if ((question) != IVRQ_ENOENT)                                 \
			return #question;                                      \
	} while (0)

	good_play(&request);
	unknown(ivrq_call_snapshot(rig->engine, call, &seen));
	unknown(ivrq_call_close(rig->engine, call, IVRQ_CAUSE_STOP, &cut));
	unknown(ivrq_call_pause(rig->engine, call));
	unknown(ivrq_call_resume(rig->engine, call));
	unknown(ivrq_play_prompt(rig->engine, call, &request, &sent, NULL));
	unknown(ivrq_cancel_media_processing(rig->engine, call, NULL, &cut,
					     NULL));
	unknown(ivrq_subscribe_to_tone(rig->engine, call, NULL, NULL, &heard));
	unknown(ivrq_tone(rig->engine, call, '1', 0));
	return "nobody";
}

static const char *forged_op(ivrq_op op)
{
	ivrq_outcome outcome = { .reason = IVRQ_REASON_SUCCESS };

	unknown(ivrq_op_complete(rig->engine, op, &outcome));
	unknown(ivrq_op_stopped(rig->engine, op, &outcome));
	unknown(ivrq_op_is_canceled(rig->engine, op));
	return "nobody";
}

/* Each bit of a good handle flipped, and some that never were. */
static uint64_t forge(uint64_t good, int i)
{
	static const uint64_t others[] = { 0,
					   1,
					   UINT32_MAX,
					   UINT64_MAX,
					   (uint64_t)1 << 32,
					   UINT64_MAX << 32 };

	return i < 64 ? good ^ (uint64_t)1 << i : others[i - 64];
}

START_TEST(test_forged_handles_are_unknown)
{
	ivrq_subscription heard;
	struct still still;
	ivrq_call call;
	ivrq_op op;

	phone_listen(phone, &heard);
	op = phone_play(phone, "A");
	rig_run(rig);
	still = still_take(phone);
	call.value = forge(phone->call.value, _i);
	op.value = forge(op.value, _i);
	heard.value = forge(heard.value, _i);
	if (call.value != phone->call.value)
		ck_assert_str_eq(forged_call(call), "nobody");
	ck_assert_str_eq(forged_op(op), "nobody");
	ck_assert_int_eq(ivrq_unsubscribe(rig->engine, heard), IVRQ_ENOENT);
	rig_run(rig);
	ck_assert(still_same(&still, phone));
	give("1");
	rig_run(rig);
	ck_assert_story(phone, TONE, "tone:1");
}
END_TEST

/* --------------------------------------------------------------- the suite */

static void add_configs(Suite *suite)
{
	TCase *alone = case_alone(suite, "configuration");
	TCase *calls = case_with_call(suite, "call configuration");

	tcase_add_loop_test(alone,
			    test_engine_create_refuses_a_member_out_of_its_rule,
			    0, CT_COUNT(bad_configs));
	tcase_add_loop_test(
		alone,
		test_engine_create_refuses_members_that_do_not_go_together, 0,
		8);
	tcase_add_test(alone, test_engine_create_refuses_null);
	tcase_add_loop_test(
		calls, test_call_open_refuses_a_member_out_of_its_rule, 0, 6);
	tcase_add_test(calls, test_call_open_refuses_null);
}

static void add_cancels(Suite *suite)
{
	TCase *cancel = case_with_call(suite, "cancel");
	TCase *driver = case_with_call(suite, "the driver's side");

	tcase_add_loop_test(cancel,
			    test_cancel_refuses_a_member_out_of_its_rule, 0, 8);
	tcase_add_test(cancel, test_cancel_refuses_null);
	tcase_add_loop_test(
		cancel, test_cancel_of_an_op_of_another_call_is_refused, 0, 2);
	tcase_add_loop_test(driver,
			    test_op_complete_refuses_an_outcome_out_of_its_rule,
			    0, 9);
	tcase_add_test(driver, test_driver_side_refuses_null);
	tcase_add_loop_test(
		driver,
		test_driver_start_with_a_bad_answer_fails_that_operation, 0, 5);
}

static void add_others(Suite *suite)
{
	TCase *others = case_with_call(suite, "others");
	TCase *forged = case_with_call(suite, "forged handles");

	tcase_add_test(others, test_null_engine_is_refused_by_all);
	tcase_add_test(others, test_null_out_parameter_is_refused);
	tcase_add_loop_test(others, test_worker_out_of_range_is_refused, 0, 3);
	tcase_add_loop_test(others, test_call_close_refuses_any_other_cause, 0,
			    5);
	tcase_add_loop_test(others,
			    test_tone_that_is_none_is_refused_and_not_counted,
			    0, 7);
	tcase_add_loop_test(
		others, test_result_to_wire_refuses_what_does_not_go_together,
		-1, 16);
	tcase_add_test(others, test_result_to_wire_refuses_null);
	tcase_add_test(others, test_init_of_null_does_nothing);
	tcase_add_loop_test(others, test_strerror_of_no_code_is_a_string, 0, 6);
	tcase_add_loop_test(forged, test_forged_handles_are_unknown, 0, 70);
}

int main(void)
{
	Suite *suite = suite_create("badinput");

	add_configs(suite);
	add_submits(suite);
	add_cancels(suite);
	add_others(suite);
	return ct_run(suite);
}
