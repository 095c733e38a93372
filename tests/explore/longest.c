/* SPDX-License-Identifier: MIT */
/*
 * longest.c - the most atomic accesses that one call of each function of
 * world.h's acts has made, in any execution that was explored, others getting
 * in its way included.
 */
#include "world.h"

#include <stdio.h>

static const struct {
	char verb;
	const char *name;
} names[] = {
	{ 'p', "ivrq_play_prompt" },
	{ 't', "ivrq_play_prompt, no tag" },
	{ 'n', "ivrq_play_prompt, the call's next life" },
	{ 'q', "ivrq_record_response" },
	{ 'd', "ivrq_play_prompt, deadline" },
	{ 'b', "ivrq_play_prompt, barge-in" },
	{ 'A', "cancel all" },
	{ 'N', "cancel all, the call's next life" },
	{ 'P', "cancel pending" },
	{ 'C', "cancel current" },
	{ 'K', "cancel op" },
	{ 'G', "cancel kind" },
	{ 'T', "cancel tag" },
	{ 'x', "ivrq_op_complete" },
	{ 's', "ivrq_op_stopped" },
	{ 'i', "ivrq_op_is_canceled" },
	{ 'X', "ivrq_call_close" },
	{ 'o', "ivrq_call_open" },
	{ 'F', "ivrq_fence, no wait" },
	{ 'S', "ivrq_call_snapshot" },
	{ '0', "ivrq_worker_run, no result" },
	{ '1', "ivrq_worker_run, one result" },
	{ 'w', "ivrq_worker_run, more results" },
	{ 'W', "ivrq_worker_run, deadlines due" },
};

void world_tell_longest(void)
{
	size_t i;

	puts("most atomic accesses of one call:");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (explore_longest((unsigned char)names[i].verb))
			printf("  %5u %s\n",
			       explore_longest((unsigned char)names[i].verb),
			       names[i].name);
}
