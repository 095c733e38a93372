/* SPDX-License-Identifier: MIT */
/* wire.c - reasons, results and errors in words: pure tables. */
#include "core/wire.h"

#include <string.h>

struct row {
	enum ivrq_status status;
	const char *play;   /* completionReason; NULL: does not happen */
	const char *record; /* the same */
	uint16_t code;
	uint16_t subcode;
	const char *message;
};

static const struct row rows[] = {
	[IVRQ_REASON_SUCCESS] = { IVRQ_COMPLETED, "completedSuccessfully", NULL,
				  200, 0, "Action completed successfully." },
	[IVRQ_REASON_STOP_TONE] = { IVRQ_COMPLETED, NULL, "stopToneDetected",
				    200, 8514,
				    "Action completed as stop tone was "
				    "detected." },
	[IVRQ_REASON_MAX_DURATION] = { IVRQ_COMPLETED, NULL,
				       "maxRecordDurationReached", 200, 8515,
				       "Action completed, max record duration "
				       "reached." },
	[IVRQ_REASON_MAX_SILENCE] = { IVRQ_COMPLETED, NULL, "maxSilenceTimeout",
				      200, 8509,
				      "Action completed, max silence timeout "
				      "reached." },
	[IVRQ_REASON_INITIAL_SILENCE] = { IVRQ_FAILED, NULL,
					  "initialSilenceTimeout", 400, 8510,
					  "Action failed, initial silence "
					  "timeout reached." },
	[IVRQ_REASON_PROMPT_FAILED] = { IVRQ_FAILED, NULL, "playPromptFailed",
					500, 8511,
					"Action failed, encountered failure "
					"while trying to play the prompt." },
	[IVRQ_REASON_BEEP_FAILED] = { IVRQ_FAILED, NULL, "playBeepFailed", 500,
				      8512,
				      "Action failed, encountered failure "
				      "while trying to play the beep." },
	[IVRQ_REASON_NO_MEDIA] = { IVRQ_FAILED, NULL, "mediaReceiveTimeout",
				   400, 8513,
				   "Action failed, no media was received." },
	[IVRQ_REASON_PROMPT_FORMAT] = { IVRQ_FAILED, "unknown", NULL, 400, 8535,
					"Action failed, file format is "
					"invalid." },
	[IVRQ_REASON_PROMPT_UNREADABLE] = { IVRQ_FAILED, "unknown", NULL, 400,
					    8536,
					    "Action failed, file could not be "
					    "downloaded." },
	[IVRQ_REASON_OTHER] = { IVRQ_FAILED, "unknown", "unspecifiedError", 500,
				9999, "Action failed, unknown error." },
	[IVRQ_REASON_DEADLINE] = { IVRQ_FAILED, "unknown", "unspecifiedError",
				   408, 9002,
				   "Action failed, the operation waited too "
				   "long." },
	[IVRQ_REASON_CANCELED] = { IVRQ_CANCELED, "mediaOperationCanceled",
				   "operationCanceled", 400, 8508,
				   "Action failed, the operation was "
				   "cancelled." },
};

static const char *reason_word(enum ivrq_kind kind, enum ivrq_reason reason)
{
	if ((unsigned)reason >= sizeof(rows) / sizeof(rows[0]))
		return NULL;
	if (kind == IVRQ_PLAY_PROMPT)
		return rows[reason].play;
	return kind == IVRQ_RECORD_RESPONSE ? rows[reason].record : NULL;
}

enum ivrq_status ivrq__reason_status(enum ivrq_kind kind,
				     enum ivrq_reason reason)
{
	if (!reason_word(kind, reason))
		return (enum ivrq_status)0;
	return rows[reason].status;
}

int ivrq_result_to_wire(enum ivrq_kind kind, enum ivrq_status status,
			enum ivrq_reason reason, ivrq_wire *wire)
{
	const char *word = reason_word(kind, reason);

	if (!wire || !word || rows[reason].status != status)
		return IVRQ_EINVAL;
	wire->status = status == IVRQ_COMPLETED ? "completed" : "failed";
	wire->completion_reason = word;
	wire->code = rows[reason].code;
	wire->subcode = rows[reason].subcode;
	wire->message = rows[reason].message;
	return 0;
}

static const char tones[] = "0123456789*#abcd";

int ivrq__tone_index(char tone)
{
	const char *at = tone ? strchr(tones, tone) : NULL;

	return at ? (int)(at - tones) : -1;
}

char ivrq__tone_char(unsigned index)
{
	return tones[index & 15];
}

uint16_t ivrq_tone_bit(char tone)
{
	int index = ivrq__tone_index(tone);

	return index < 0 ? 0 : (uint16_t)(1u << index);
}

const char *ivrq_strerror(int code)
{
	switch (code) {
	case 0:
		return "success";
	case IVRQ_EINVAL:
		return "a parameter is out of its rule";
	case IVRQ_ENOENT:
		return "no such call, operation or subscription (any more)";
	case IVRQ_EFULL:
		return "the call's queue is full";
	case IVRQ_EPOOL:
		return "the engine's pool is used up";
	case IVRQ_ETOOBIG:
		return "the strings do not fit into inline_bytes";
	case IVRQ_ECLOSED:
		return "the call is closed or the engine stops";
	case IVRQ_ECANCELED:
		return "a cancel came first";
	case IVRQ_EALREADY:
		return "it was done before";
	case IVRQ_EDEADLK:
		return "not inside a callback";
	case IVRQ_ETIMEDOUT:
		return "the time limit has passed";
	case IVRQ_EBUSY:
		return "it is in use";
	case IVRQ_ENOMEM:
		return "out of memory";
	case IVRQ_ENOTSUP:
		return "the driver cannot do that";
	default:
		return code > 0 ? "success" : "unknown error";
	}
}

const char *ivrq_version(void)
{
	return IVRQ_VERSION;
}
