/* SPDX-License-Identifier: MIT */
/* When the call is over: is everything as the scenario has to come out? */
#include "demo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS_SAMPLES (RATE_HZ / 1000u)

static const struct {
	enum ivrq_reason reason;
	enum ivrq_cause cause;
	bool started;
	bool kept;
} expected[] = {
	{IVRQ_REASON_SUCCESS, IVRQ_CAUSE_NONE, true, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_CANCEL, true, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_CANCEL, true, true},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_CANCEL, false, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_CANCEL, false, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_CANCEL, false, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_BARGE_IN, true, false},
	{IVRQ_REASON_STOP_TONE, IVRQ_CAUSE_NONE, true, true},
	{IVRQ_REASON_SUCCESS, IVRQ_CAUSE_NONE, true, false},
	{IVRQ_REASON_PROMPT_UNREADABLE, IVRQ_CAUSE_NONE, true, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_HANG_UP, true, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_HANG_UP, false, false},
	{IVRQ_REASON_CANCELED, IVRQ_CAUSE_HANG_UP, false, false},
};

static const struct {
	enum ivrq_cause cause;
	uint32_t in_flight;
	uint32_t pending;
} expected_cuts[] = {
	{IVRQ_CAUSE_CANCEL, 1, 0},
	{IVRQ_CAUSE_CANCEL, 1, 3},
	{IVRQ_CAUSE_BARGE_IN, 1, 0},
	{IVRQ_CAUSE_HANG_UP, 1, 2},
};

static const char expected_digits[] = "42*#";

static bool results_came(const struct demo *demo)
{
	size_t count = sizeof(expected) / sizeof(expected[0]);

	if (demo->operation_count != count || demo->result_count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct operation *operation = &demo->operations[i];
		const ivrq_result *result = &operation->result;

		if (operation->results != 1 || operation->order != i + 1 ||
		    result->reason != expected[i].reason ||
		    result->cause != expected[i].cause ||
		    result->started != expected[i].started ||
		    result->kept != expected[i].kept)
			return false;
	}
	return demo->closed;
}

static bool receipts_true(const struct demo *demo)
{
	size_t count = sizeof(expected_cuts) / sizeof(expected_cuts[0]);

	if (demo->cut_count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct cut *cut = &demo->cuts[i];
		uint32_t results = 0;

		for (uint32_t j = 0; j < demo->operation_count; j++)
			results += demo->operations[j].result.cancel.value ==
				   cut->id.value;
		if (cut->cause != expected_cuts[i].cause ||
		    cut->in_flight != expected_cuts[i].in_flight ||
		    cut->pending != expected_cuts[i].pending ||
		    cut->in_flight + cut->pending != results)
			return false;
	}
	return true;
}

static bool tones_came(const struct demo *demo)
{
	if (demo->digit_count != sizeof(expected_digits) - 1)
		return false;
	for (uint32_t i = 0; i < demo->digit_count; i++) {
		const ivrq_tone_event *event = &demo->digits[i].event;

		if (event->tone != expected_digits[i] || event->lost ||
		    event->sequence_id != i + 1)
			return false;
	}
	return true;
}

/*
 * Take what this operation gave from what was heard, so that silence is left.
 * The cut in tick n is heard from tick n + 1 on; a beep is only looked at.
 */
static bool take_from(const struct demo *demo,
		      const struct operation *operation, int16_t *left)
{
	const struct cut *cut = scenario_cut(demo, operation->result.cancel);
	size_t at = (size_t)operation->sounding * TICK_SAMPLES;
	size_t end = (size_t)TICKS * TICK_SAMPLES;
	size_t beep = (size_t)BEEP_MS * MS_SAMPLES;
	const struct sound *sound = &operation->sound;
	size_t taken = 0;

	if (cut)
		end = (size_t)(cut->tick + 1) * TICK_SAMPLES;
	if (at > end)
		return false;
	for (; at + taken < end && sound->count; taken++) {
		if (!operation->loop && taken == sound->count)
			break;
		left[at + taken] -= sound->samples[taken % sound->count];
	}
	if (operation->kind == IVRQ_PLAY_PROMPT)
		return taken / MS_SAMPLES == operation->result.media_ms;
	if (beep > end - at - taken)
		beep = end - at - taken;
	if (sound_is_silent(left + at + taken, beep))
		return false;
	memset(left + at + taken, 0, beep * sizeof(int16_t));
	return true;
}

static bool heard_right(const struct demo *demo)
{
	size_t bytes = sizeof(demo->heard);
	int16_t *left = malloc(bytes);
	bool right = left != NULL;

	if (!left)
		return false;
	memcpy(left, demo->heard, bytes);
	for (uint32_t i = 0; i < demo->operation_count; i++)
		if (demo->operations[i].sounding != NEVER)
			right &= take_from(demo, &demo->operations[i], left);
	right &= sound_is_silent(left, bytes / sizeof(int16_t));
	free(left);
	return right;
}

static bool recorded_right(const struct demo *demo,
			   const struct operation *operation)
{
	size_t at = (size_t)operation->recording * TICK_SAMPLES;
	struct sound file;
	bool right;

	if (!operation->result.kept)
		return true;
	if (operation->recording == NEVER ||
	    sound_read(demo->out, operation->location, &file) < 0)
		return false;
	right = file.count == operation->result.media_ms * MS_SAMPLES &&
		!memcmp(file.samples, demo->said + at,
			file.count * sizeof(int16_t));
	free(file.samples);
	return right;
}

static bool recordings_right(const struct demo *demo)
{
	for (uint32_t i = 0; i < demo->operation_count; i++)
		if (!recorded_right(demo, &demo->operations[i]))
			return false;
	return true;
}

static bool audit_balances(const struct demo *demo)
{
	const ivrq_stats *stats = &demo->stats;

	if (!demo->json)
		printf("audit   %" PRIu64 " submitted = %" PRIu64
		       " completed + %" PRIu64 " failed + %" PRIu64
		       " canceled + %" PRIu64 " live\n",
		       stats->submitted, stats->completed, stats->failed,
		       stats->canceled, stats->live);
	return stats->submitted == demo->operation_count && !stats->live &&
	       stats->submitted == stats->completed + stats->failed +
					   stats->canceled + stats->live;
}

static void print_files(const struct demo *demo)
{
	if (demo->json)
		return;
	printf("files   %s/heard.wav %.2f s\n", demo->out, CALL_MS / 1000.0);
	for (uint32_t i = 0; i < demo->operation_count; i++) {
		const struct operation *operation = &demo->operations[i];

		if (operation->result.kept)
			printf("        %s/%s %.2f s%s\n", demo->out,
			       operation->location,
			       operation->result.media_ms / 1000.0,
			       operation->result.status == IVRQ_CANCELED
				       ? ", a part: it was cut"
				       : "");
	}
}

static void check(struct demo *demo, bool right, const char *what)
{
	if (!right)
		print_fault(demo, "NOT SO: %s", what);
	else if (!demo->json)
		printf("ok      %s\n", what);
}

void check_all(struct demo *demo)
{
	bool balances = audit_balances(demo);

	print_files(demo);
	check(demo, balances, "the audit balances and nothing is left");
	check(demo, results_came(demo),
	      "each operation has one result, the expected one, in order");
	check(demo, receipts_true(demo),
	      "each receipt counts the results that carry its id");
	check(demo, tones_came(demo),
	      "no digit was lost: 4 2 * #, sequenceId 1 to 4");
	if (demo->media_stats.underruns || demo->media_stats.overruns)
		print_fault(demo,
			    "%" PRIu64 " underruns, %" PRIu64
			    " overruns: too busy here for real time",
			    demo->media_stats.underruns,
			    demo->media_stats.overruns);
	if (demo->media_stats.samples_starting && !demo->json)
		printf("late    %" PRIu64
		       " ms of silence before prompts: it is busy here\n",
		       demo->media_stats.samples_starting / MS_SAMPLES);
	check(demo, heard_right(demo),
	      "the caller heard what the results say, to the sample,\n"
	      "        and from 20 ms after each cut nothing that it cut");
	check(demo, recordings_right(demo),
	      "the recordings are what the caller said, to the sample");
}
