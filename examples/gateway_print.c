/* SPDX-License-Identifier: MIT */
/* What the gateway example prints: a line for each thing that happens. */
#include "gateway.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Each line is one call of printf(), so threads do not mix theirs. What came
 * over HTTP may hold what a terminal would obey. */
static void print(FILE *stream, const char *head, const char *format,
		  va_list arguments) __attribute__((format(printf, 3, 0)));
static void print(FILE *stream, const char *head, const char *format,
		  va_list arguments)
{
	char text[4096];

	vsnprintf(text, sizeof(text), format, arguments);
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(stream, "%s%s\n", head, text);
	fflush(stream);
}

void print_line(unsigned call, const char *format, ...)
{
	char head[32] = "";
	va_list arguments;

	if (call)
		snprintf(head, sizeof(head), "call %u  ", call);
	va_start(arguments, format);
	print(stdout, head, format, arguments);
	va_end(arguments);
}

void print_fault(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(stderr, "gateway: ", format, arguments);
	va_end(arguments);
}

/* ----------------------------------------------------------- notifications */

static void print_operation(unsigned call, const ivrq_json_operation *operation)
{
	bool record = operation->action == IVRQ_JSON_RECORD_RESPONSE;
	bool kept = record && operation->recording_location &&
		    *operation->recording_location;
	const char *context = operation->client_context;
	const char *message = operation->result.message;
	const char *token = operation->recording_access_token;

	print_line(call, "told: %s%s%s %s, %" PRIu32 "/%" PRIu32 " %s%s%s%s%s",
		   record ? "recordResponse" : "playPrompt", context ? " " : "",
		   context ? context : "",
		   operation->status == IVRQ_JSON_COMPLETED ? "completed" :
							      "failed",
		   operation->result.code, operation->result.subcode,
		   message ? message : "", kept ? " " : "",
		   kept ? operation->recording_location : "",
		   kept ? " token " : "", kept && token ? token : "");
}

static void print_call(unsigned number, const ivrq_json_call *call)
{
	if (call->sequence_id)
		print_line(number, "told: tone %c, sequenceId %" PRIu64,
			   call->tone, call->sequence_id);
	else if (call->state == IVRQ_JSON_TERMINATED)
		print_line(number,
			   "told: terminated, %" PRIu32 "/%" PRIu32 " %s",
			   call->result.code, call->result.subcode,
			   call->result.message ? call->result.message : "");
	else
		print_line(number, "told: %s",
			   call->state == IVRQ_JSON_TERMINATING ?
				   "terminating" :
				   "established");
}

void print_notification(unsigned call,
			const ivrq_json_notification *notification)
{
	if (notification->operation)
		print_operation(call, notification->operation);
	else if (notification->call)
		print_call(call, notification->call);
}

/* ------------------------------------------------------------- what to try */

/* As in README.md, where tests/check-gateway.sh reads them. */
static const char lines_to_try[] =
	"api=http://127.0.0.1:8080/v1.0/communications\n"
	"call=$api/calls/00000000-0000-4000-8000-000000000001\n"
	"json='Content-Type: application/json'\n"
	"curl -iw '\\n' $call/playPrompt -H \"$json\" -d '{\n"
	"  \"clientContext\": \"hello\", \"prompts\": [\n"
	"    {\"mediaInfo\": {\"uri\": \"https://media.example/welcome\"}}]}'\n"
	"\n"
	"curl -iw '\\n' $call/recordResponse -H \"$json\" -d '{\n"
	"  \"clientContext\": \"name\", \"prompts\": [\n"
	"    {\"mediaInfo\": {\"uri\": "
	"\"https://media.example/please-record\"}}],\n"
	"  \"maxRecordDurationInSeconds\": 20, \"stopTones\": [\"#\"]}'\n"
	"\n"
	"curl -X POST http://127.0.0.1:8081/calls/1/press/pound\n"
	"\n"
	"get() { curl -s $call/operations |\n"
	"  sed \"s/.*\\\"$1\\\":\\\"\\([^\\\"]*\\)\\\".*/\\1/\"; }\n"
	"curl -H \"Authorization: Bearer $(get recordingAccessToken)\" \\\n"
	"  -o name.wav $(get recordingLocation)\n"
	"\n"
	"curl -iw '\\n' $call/subscribeToTone -H \"$json\" -d '{}'\n"
	"curl -X POST http://127.0.0.1:8081/calls/1/press/5\n"
	"\n"
	"for name in menu parcel goodbye; do\n"
	"  curl -sw '\\n' $call/playPrompt -H \"$json\" -d '{\n"
	"    \"clientContext\": \"'$name'\", \"prompts\": [\n"
	"      {\"mediaInfo\": {\"uri\": "
	"\"https://media.example/'$name'\"}}]}'\n"
	"done\n"
	"curl -iw '\\n' $call/cancelMediaProcessing -H \"$json\" -d '{}'\n"
	"\n"
	"curl -sw '\\n' $call/operations\n"
	"curl -s http://127.0.0.1:8080/metrics | grep ^ivrq_operations\n"
	"\n"
	"curl -i -X DELETE $call\n";

/* With the ports that there are. */
static void print_text(const struct gateway *gateway, const char *text)
{
	const char *port;

	for (; (port = strstr(text, ":808")); text = port + strlen(":8080"))
		printf("%.*s:%u", (int)(port - text), text,
		       port[4] == '0' ? ivrq_graph_port(gateway->graph) :
					gateway->receiver_port);
	printf("%s", text);
}

void print_start(const struct gateway *gateway)
{
	print_text(gateway,
		   "gateway on http://127.0.0.1:8080, notifications and keys "
		   "on http://127.0.0.1:8081\n"
		   "Try, in another terminal, one part after the other:\n\n");
	print_text(gateway, lines_to_try);
	if (gateway->key_file)
		printf("\nEach curl of $api needs -H \"Authorization: Bearer "
		       "$token\" too, of %s, for %s.\n",
		       gateway->issuer, gateway->audience);
	printf("\nCtrl-C ends it. What happens:\n\n");
	fflush(stdout);
}
