/* SPDX-License-Identifier: MIT */
/* What the demo prints while the call goes on: events, or with --json each
 * result as the notification that the call API would send. */
#include "demo.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void print_event(const struct demo *demo, const char *what, const char *format,
		 ...)
{
	va_list arguments;

	if (demo->json)
		return;
	printf("%6.2f  %-9s", demo->tick * TICK_MS / 1000.0, what);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

void print_fault(struct demo *demo, const char *format, ...)
{
	va_list arguments;

	demo->faults++;
	fflush(stdout);
	fprintf(stderr, "demo: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

const char *print_cause(enum ivrq_cause cause)
{
	switch (cause) {
	case IVRQ_CAUSE_CANCEL:
		return "cancel";
	case IVRQ_CAUSE_BARGE_IN:
		return "barge-in";
	case IVRQ_CAUSE_HANG_UP:
		return "hang-up";
	case IVRQ_CAUSE_STOP:
		return "stop";
	default:
		return "nobody";
	}
}

/* In one line: how it ended, who cut it, how much of it there was. */
void print_outcome(const struct demo *demo, const struct operation *operation,
		   char *text, size_t bytes)
{
	const ivrq_result *result = &operation->result;
	const struct cut *cut = scenario_cut(demo, result->cancel);
	char how[48], much[32] = "never started";
	ivrq_wire wire;

	if (ivrq_result_to_wire(operation->kind, result->status, result->reason,
				&wire) < 0)
		snprintf(how, sizeof(how), "no words for it");
	else if (result->status == IVRQ_CANCELED)
		snprintf(how, sizeof(how), "canceled by %s %c",
			 print_cause(result->cause), cut ? cut->letter : '?');
	else if (result->reason == IVRQ_REASON_STOP_TONE)
		snprintf(how, sizeof(how), "completed, stop tone %c",
			 result->tone);
	else
		snprintf(how, sizeof(how), "%s, %" PRIu32 "/%" PRIu32,
			 wire.status, wire.code, wire.subcode);
	if (result->started)
		snprintf(much, sizeof(much), "%" PRIu32 " ms %s",
			 result->media_ms,
			 operation->kind == IVRQ_PLAY_PROMPT ? "played"
							     : "recorded");
	snprintf(text, bytes, "%s, %s", how, much);
}

/* A string of JSON, with its quotation marks. UTF-8 goes as it is. */
static void print_string(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void print_member(const char *name, const char *value)
{
	printf(",\"%s\":", name);
	print_string(value);
}

/* A canceled recording has no location there, even if a file was kept. */
static void print_recording(const struct demo *demo,
			    const struct operation *operation)
{
	bool given = operation->result.kept &&
		     operation->result.status != IVRQ_CANCELED;
	char path[1024];

	snprintf(path, sizeof(path), "%s/%s", demo->out, operation->location);
	print_member("recordingLocation", given ? path : "");
	print_member("recordingAccessToken", ""); /* a file needs none */
}

void print_wire(const struct demo *demo, const struct operation *operation)
{
	static const char graph[] = "#microsoft.graph.";
	bool record = operation->kind == IVRQ_RECORD_RESPONSE;
	ivrq_wire wire;

	if (!demo->json ||
	    ivrq_result_to_wire(operation->kind, operation->result.status,
				operation->result.reason, &wire) < 0)
		return;
	printf("{\"@odata.type\":\"%scommsNotifications\",\"value\":[{"
	       "\"@odata.type\":\"%scommsNotification\","
	       "\"changeType\":\"deleted\",\"resourceUrl\":"
	       "\"/communications/calls/%016" PRIX64 "/operations/%016" PRIX64
	       "\",\"resourceData\":{"
	       "\"@odata.type\":\"%s%s\",\"id\":\"%016" PRIX64 "\"",
	       graph, graph, demo->call.value, operation->op.value, graph,
	       record ? "recordOperation" : "playPromptOperation",
	       operation->op.value);
	print_member("clientContext", operation->name);
	print_member("status", wire.status);
	printf(",\"resultInfo\":{\"@odata.type\":\"%sresultInfo\","
	       "\"code\":%" PRIu32 ",\"subcode\":%" PRIu32,
	       graph, wire.code, wire.subcode);
	print_member("message", wire.message);
	putchar('}');
	print_member("completionReason", wire.completion_reason);
	if (record)
		print_recording(demo, operation);
	printf("}}]}\n");
	fflush(stdout);
}
