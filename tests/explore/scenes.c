/* SPDX-License-Identifier: MIT */
/*
 * scenes.c - what world.c does not have: tones, stop, waiting, two workers.
 */
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/select.h"
#include "core/turn.h"

static void a_set(void)
{
	ivrq__ready_init(&stage.set, stage.set_words, 70);
}

static void one_call(void)
{
	open0();
}

static void no_call(void)
{
}

static void one_pausable(void)
{
	open_pausable();
	submit0();
}

static void one_in_flight(void)
{
	open0();
	submit0();
	run0();
}

/* It is cut, and one is behind it. */
static void one_stopping(void)
{
	one_in_flight();
	submit1();
	cut_current();
}

static void one_subscribed(void)
{
	open0();
	subscribe0();
}

/* A life before this one was the other worker's, whom a late bit still sends
 * there. */
static void one_visited(void)
{
	open0();
	ivrq__ready_add(&stage.engine->workers[1].ready, 0);
}

/* Of the second worker, and in the ready set of the first one by mistake. */
static void one_elsewhere(void)
{
	stage_open(0, 1, &stage_driver);
	ivrq__ready_add(&stage.engine->workers[0].ready, 0);
}

static void one_unsubscribed(void)
{
	stage_create(2, 3);
	open0();
	subscribe0();
	unsubscribe0();
}

static void two_paused(void)
{
	stage_create(4, 2);
	open_pausable();
	submit0();
	submit1();
	pause0();
}

static void two_paused_cut(void)
{
	two_paused();
	cut_pending();
}

/* The second one is a hole, the first will start. */
static void one_hole(void)
{
	two_paused_cut();
	run0();
	resume0();
}

/* Its operation is cut, and then it is closed. */
static void one_cut_closing(void)
{
	open0();
	submit0();
	cancel0();
	close0();
}

/* Of three the first one alone is left, at the front, and is cut. */
static void front_cut(void)
{
	two_paused_cut();
	run0();
	submit2();
	kill2();
	run0();
	stage.receipt = stage.made[0] =
		stage_cut(IVRQ_SCOPE_ALL, (ivrq_op){ 0 });
}

/* The first one is dead. */
static void three_paused(void)
{
	two_paused();
	submit2();
	kill0();
}

/* The second one is a hole, the others are cut and have to go. */
static void three_cut(void)
{
	two_paused();
	submit2();
	kill1();
	run0();
	cancel0();
}

/* Call 0 is over, but for the last visit. */
static void one_closing(void)
{
	open0();
	close0();
}

/* A ring of two. The first has its result, and a visit that was at its bound
 * has left it for the next one. */
static void one_behind_a_hole(void)
{
	struct ivrq__ring ring;
	uint64_t word, position;

	stage.engine->config.ring = 2;
	ring = ivrq__ring_of(stage.engine, 0);
	ivrq__queue_init(&ring);
	open0();
	submit0();
	submit1();
	ring = ivrq__ring_of(stage.engine, stage.call[0].value);
	if (ivrq__select_enter(&ring, &word))
		abort();
	position = ivrq__head(word);
	(void)ivrq__select_kill(&ring, position, 1);
	ivrq__select_leave(&ring);
	ivrq__turn_bury(&ring, position);
	stage.results |= 1;
}

void scene_begin(const struct scene *scene)
{
	present = scene;
	explore_first_position = 7;
	stage_create(2, 2);
	scene->before();
	stage.wakes[0] = stage.wakes[1] = 0;
}

const struct scene scenes[] = {
	{ "ready set",
	  a_set,
	  { { add2 }, { add3 }, { take_set, take_set } },
	  3,
	  2,
	  0 },
	{ "tone, tone, run",
	  one_subscribed,
	  { { tone0 }, { tone1 }, { run0, run0 } },
	  1,
	  1,
	  0 },
	{ "subscribe, tone, run",
	  one_call,
	  { { subscribe0 }, { tone0 }, { run0, run0 } },
	  2,
	  1,
	  0 },
	{ "subscribe again, tone, run",
	  one_subscribed,
	  { { unsubscribe0, subscribe1 }, { tone0 }, { run0, run0 } },
	  1,
	  1,
	  0 },
	{ "subscribe, subscribe, tone and run",
	  one_call,
	  { { subscribe0 }, { subscribe1 }, { tone0, run0, run0 } },
	  1,
	  1,
	  0 },
	{ "subscribe, unsubscribe, tone, run",
	  one_subscribed,
	  { { unsubscribe0 }, { subscribe1 }, { tone0, run0 } },
	  1,
	  1,
	  0 },
	{ "tones, close",
	  one_subscribed,
	  { { tone0, tone1 }, { close0, run0 }, { subscribe1 } },
	  1,
	  1,
	  0 },
	{ "open, stop",
	  no_call,
	  { { open0 }, { stop_now }, { run0, run0 } },
	  2,
	  1,
	  0 },
	{ "open, open, stop",
	  no_call,
	  { { open0 }, { open1 }, { stop_now } },
	  2,
	  1,
	  0 },
	{ "stop waits",
	  one_in_flight,
	  { { stop_wait }, { serve0, serve0, serve0, serve0 } },
	  2,
	  1,
	  2 },
	{ "stop waits, opener",
	  one_call,
	  { { stop_wait },
	    { serve0, serve0, serve0, serve0, serve0, serve0 },
	    { open1 } },
	  1,
	  1,
	  2 },
	{ "fence waits",
	  one_in_flight,
	  { { cancel0, fence0 }, { serve0, serve0, serve0, serve0 } },
	  2,
	  3,
	  2 },
	{ "fence waits, submit",
	  one_in_flight,
	  { { cancel0, fence0 },
	    { serve0, serve0, serve0, serve0, serve0, serve0 },
	    { submit1 } },
	  1,
	  1,
	  2 },
	{ "late bit, next life",
	  one_call,
	  { { cancel0 }, { close0, run0, run0 }, { again0 } },
	  1,
	  1,
	  0 },
	{ "late bit, next life elsewhere",
	  one_call,
	  { { cancel0 }, { close0, run0, run0 }, { again1, later2, run1 } },
	  1,
	  1,
	  0 },
	{ "late bit elsewhere, next life there",
	  one_visited,
	  { { close0, run0, again1 }, { run1 } },
	  3,
	  2,
	  0 },
	{ "submit, next life elsewhere",
	  one_closing,
	  { { run0, run0 }, { submit0 }, { again1, later2, run1 } },
	  1,
	  1,
	  0 },
	{ "old tone, next life",
	  one_call,
	  { { tone0 }, { close0, run0, run0 }, { again0, subscribe_later } },
	  1,
	  1,
	  0 },
	{ "old unsubscribe, next life",
	  one_subscribed,
	  { { unsubscribe0 },
	    { close0, run0, run0 },
	    { again0, subscribe_later, tone_later, run0 } },
	  1,
	  1,
	  0 },
	{ "pause, resume, run",
	  one_pausable,
	  { { pause0 }, { resume0 }, { run0, run0 } },
	  2,
	  1,
	  0 },
	{ "two runs",
	  one_call,
	  { { submit0 }, { run0, complete0 }, { run0, complete0 } },
	  2,
	  1,
	  0 },
	{ "current behind a hole",
	  one_behind_a_hole,
	  { { current0 }, { run0, submit2 } },
	  2,
	  1,
	  0 },
	{ "served by two",
	  one_call,
	  { { submit0, cancel0 },
	    { serve0, serve0, serve0 },
	    { serve0, serve0, serve0 } },
	  2,
	  1,
	  6 },
	{ "unsubscribed, two subscribe, run",
	  one_unsubscribed,
	  { { subscribe1 }, { subscribe2 }, { run0 } },
	  2,
	  0,
	  0 },
	{ "late bit, next life's owner",
	  one_elsewhere,
	  { { run0 }, { close0, run1, again0, close1 } },
	  1,
	  1,
	  0 },
	{ "paused, cut, fence",
	  two_paused,
	  { { cut_pending, fence_now }, { run0 } },
	  1,
	  1,
	  0 },
	{ "paused, cut, fence again",
	  two_paused,
	  { { cut_pending, fence_now, fence_now }, { run0, resume0, run0 } },
	  1,
	  1,
	  0 },
	{ "paused, cut, fence sleeps",
	  two_paused_cut,
	  { { fence0 }, { run0, resume0, run0 } },
	  2,
	  1,
	  0 },
	{ "a hole lands, and is popped",
	  one_hole,
	  { { look_past }, { run0 } },
	  1,
	  1,
	  0 },
	{ "paused, cut behind a cut",
	  two_paused_cut,
	  { { run0 }, { submit2, cut_pending_again } },
	  1,
	  1,
	  0 },
	{ "a hole is popped, kill",
	  one_hole,
	  { { kill_hole }, { run0 } },
	  1,
	  1,
	  0 },
	{ "ready set, sleep",
	  a_set,
	  { { add_and_wake }, { take_and_sleep } },
	  2,
	  1,
	  0 },
	{ "fence, next life elsewhere",
	  one_cut_closing,
	  { { fence0 }, { run0, again1 } },
	  1,
	  3,
	  0 },
	{ "front cut, fence",
	  front_cut,
	  { { fence_now }, { pop0_and_stamp } },
	  1,
	  1,
	  0 },
	{ "start fails, fence of the last one",
	  one_stopping,
	  { { fence_now }, { run0 }, { cut_all_again } },
	  2,
	  0,
	  0 },
	{ "kill, taken by a cut",
	  three_paused,
	  { { kill1 }, { run0, cut_pending } },
	  1,
	  2,
	  0 },
	{ "pop, cut behind a cut",
	  three_cut,
	  { { pop0 }, { submit3, cut_all_again } },
	  2,
	  1,
	  0 },
};
const unsigned scene_count = sizeof(scenes) / sizeof(scenes[0]);
