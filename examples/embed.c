/* SPDX-License-Identifier: MIT */
/* Queue two prompts, cancel both. The driver here only prints; yours plays. */
#include <ivrq.h>
#include <stdio.h>

static int start(void *user, const ivrq_operation *op)
{
	return (void)user, printf("play %s\n", op->prompts[0]) < 0;
} /* when it has played, on any thread: ivrq_op_complete() */

static int stop(void *user, const ivrq_operation *op, ivrq_outcome *outcome)
{
	return (void)user, (void)op, outcome->media_ms = 20, IVRQ_STOPPED;
}

static void result(void *user, const ivrq_result *r)
{
	(void)user, printf("%s: status %d, %u ms\n", r->operation->prompts[0],
			   r->status, (unsigned)r->media_ms);
}

int main(void)
{
	const ivrq_driver driver = { .start = start, .stop = stop };
	const ivrq_listener listener = { .result = result };
	const char *prompts[] = { "welcome.wav", "menu.wav" };
	ivrq_engine *engine;
	ivrq_call call;
	ivrq_submission submission;
	ivrq_receipt receipt;
	ivrq_config config;
	ivrq_call_config leg;
	ivrq_play_prompt_request play;

	ivrq_config_init(&config);
	ivrq_call_config_init(&leg);
	ivrq_play_prompt_request_init(&play);
	leg.driver = &driver;
	leg.listener = &listener;
	play.prompt_count = 1;
	if (ivrq_engine_create(&config, &engine, NULL) ||
	    ivrq_call_open(engine, &leg, &call, NULL))
		return 1;
	for (play.prompts = prompts; play.prompts < prompts + 2; play.prompts++)
		if (ivrq_play_prompt(engine, call, &play, &submission, NULL))
			return 1;
	ivrq_worker_run(engine, 0, 0); /* each 20 ms, on your media thread */
	ivrq_cancel_media_processing(engine, call, NULL, &receipt, NULL);
	printf("canceled %u + %u\n", receipt.in_flight, receipt.pending);
	ivrq_worker_run(engine, 0, 20000000); /* both results come here */
	ivrq_call_close(engine, call, IVRQ_CAUSE_HANG_UP, NULL);
	ivrq_worker_run(engine, 0, 40000000);
	return ivrq_engine_destroy(engine) != 0;
}
