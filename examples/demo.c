/* SPDX-License-Identifier: MIT */
/*
 * demo - one phone call, with real audio, in real time.
 *
 * Prompts play, the caller presses keys and speaks, and what is queued is cut
 * four times: by a cancel, by a cancel with three prompts behind a recording,
 * by a barge-in and by the hang-up. See usage() for the options.
 */
#include "demo.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifndef DEMO_PROMPTS
#define DEMO_PROMPTS "examples/prompts"
#endif

static void usage(FILE *stream)
{
	fprintf(stream,
		"demo [--fast] [--json] [--prompts DIR] [--out DIR]\n"
		"\n"
		"A phone call of %.1f seconds. Prints what happens as it\n"
		"happens, then a picture of it, and writes heard.wav and the\n"
		"recordings. It fails if anything is not as it has to be.\n"
		"\n"
		"  --fast         as fast as it goes, with the same output\n"
		"  --json         print only the notification of each result,\n"
		"                 one JSON object per line\n"
		"  --prompts DIR  where the prompts are [%s]\n"
		"  --out DIR      where to write, made if missing [demo-out]\n",
		CALL_MS / 1000.0, DEMO_PROMPTS);
}

/* 0 go on, 1 that was all, -1 no such option. */
static int read_options(struct demo *demo, int argc, char **argv)
{
	static const struct option options[] = {
		{"fast", no_argument, NULL, 'f'},
		{"json", no_argument, NULL, 'j'},
		{"prompts", required_argument, NULL, 'p'},
		{"out", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	demo->prompts = DEMO_PROMPTS;
	demo->out = "demo-out";
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'f':
			demo->fast = true;
			break;
		case 'j':
			demo->json = true;
			break;
		case 'p':
			demo->prompts = optarg;
			break;
		case 'o':
			demo->out = optarg;
			break;
		case 'h':
			usage(stdout);
			return 1;
		default:
			return -1;
		}
	}
	return optind == argc ? 0 : -1;
}

static int make_media(struct demo *demo, ivrq_error *error)
{
	ivrq_media_config media;
	ivrq_media_leg_config leg;
	int answer;

	ivrq_media_config_init(&media);
	media.legs = 1;
	media.prompts_dir = demo->prompts;
	media.recordings_dir = demo->out;
	media.beep_ms = BEEP_MS;
	answer = ivrq_media_create(&media, &demo->media, error);
	if (answer < 0)
		return answer;
	ivrq_media_leg_config_init(&leg);
	leg.rate_hz = RATE_HZ;
	leg.keep_partial = true;
	return ivrq_media_leg_create(demo->media, demo->engine, &leg,
				     &demo->leg, error);
}

static int make_call(struct demo *demo, ivrq_error *error)
{
	ivrq_call_config call;
	ivrq_config engine;
	int answer;

	ivrq_config_init(&engine);
	engine.calls = 1;
	engine.operations = OPERATIONS_MAX;
	engine.wake = loop_wake;
	answer = ivrq_engine_create(&engine, &demo->engine, error);
	if (answer >= 0)
		answer = make_media(demo, error);
	if (answer < 0)
		return answer;
	ivrq_call_config_init(&call);
	call.driver = ivrq_media_driver();
	call.driver_user = demo->leg;
	call.listener = &scenario_listener;
	call.user = demo;
	answer = ivrq_call_open(demo->engine, &call, &demo->call, error);
	if (answer < 0)
		return answer;
	return ivrq_media_leg_bind(demo->leg, demo->call);
}

/* The counters are read here: the I/O thread is outside the engine. */
static void end_call(struct demo *demo)
{
	if (ivrq_media_leg_stats(demo->leg, &demo->media_stats) < 0 ||
	    ivrq_media_leg_destroy(demo->leg) < 0 ||
	    ivrq_media_destroy(demo->media) < 0 ||
	    ivrq_engine_stats(demo->engine, &demo->stats) < 0 ||
	    ivrq_engine_destroy(demo->engine) < 0)
		print_fault(demo, "something is still in use at the end");
}

static int prepare(struct demo *demo)
{
	ivrq_error error = {0, "", ""};
	int answer;

	if (sound_read(demo->prompts, "caller.wav", &demo->caller) < 0) {
		print_fault(demo, "%s/caller.wav cannot be read",
			    demo->prompts);
		return -1;
	}
	demo->caller_at = demo->caller.count;
	if (mkdir(demo->out, 0777) < 0 && errno != EEXIST) {
		print_fault(demo, "%s: %s", demo->out, strerror(errno));
		return -1;
	}
	answer = make_call(demo, &error);
	if (answer < 0)
		print_fault(demo, "%s: %s %s", ivrq_strerror(answer),
			    error.field, error.rule);
	return answer;
}

static void forget(struct demo *demo)
{
	for (uint32_t i = 0; i < demo->operation_count; i++)
		free(demo->operations[i].sound.samples);
	free(demo->caller.samples);
}

int main(int argc, char **argv)
{
	static struct demo demo;
	int answer = read_options(&demo, argc, argv);

	if (answer > 0)
		return EXIT_SUCCESS;
	if (answer < 0) {
		usage(stderr);
		return 2;
	}
	if (prepare(&demo) < 0 || loop_run(&demo) < 0)
		return EXIT_FAILURE;
	end_call(&demo);
	if (sound_write(demo.out, "heard.wav", demo.heard,
			TICKS * TICK_SAMPLES) < 0)
		print_fault(&demo, "%s/heard.wav cannot be written", demo.out);
	if (!demo.json)
		timeline_print(&demo);
	check_all(&demo);
	forget(&demo);
	return demo.faults ? EXIT_FAILURE : EXIT_SUCCESS;
}
