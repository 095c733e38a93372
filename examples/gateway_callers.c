/* SPDX-License-Identifier: MIT */
/*
 * The callers, and the media thread that has their calls. Every 20 ms: what
 * each caller says, the worker, what each caller hears. Until the next tick the
 * thread sleeps; if the engine has something to do before then (a request came,
 * a file was closed) its wake hook ends the sleep and the worker runs again.
 *
 * A caller says the same words whenever a recording begins, and else nothing.
 */
#include "gateway.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)
#define TICK_NS	  (TICK_MS * UINT64_C(1000000))
#define TONE_MS	  100u

/* ------------------------------------------------------------ the listener */

static void on_started(void *user, const ivrq_operation *operation)
{
	struct caller *caller = user;
	bool records = operation->kind == IVRQ_RECORD_RESPONSE;
	char names[256] = "";
	size_t used = 0;

	for (uint32_t i = 0; i < operation->prompt_count; i++)
		if (used < sizeof(names))
			used += (size_t)snprintf(names + used,
						 sizeof(names) - used, " %s",
						 operation->prompts[i]);
	caller->recorded = false;
	if (!records)
		print_line(caller->number, "plays%s", names);
	else if (*names)
		print_line(caller->number, "records, after%s", names);
	else
		print_line(caller->number, "records");
}

static void on_closed(void *user, ivrq_call call, enum ivrq_cause cause)
{
	struct caller *caller = user;

	(void)call;
	(void)cause;
	caller->closed = true;
	print_line(caller->number, "is over");
}

const ivrq_listener caller_listener = {
	.started = on_started,
	.closed = on_closed,
};

/* --------------------------------------------- what a caller does by itself */

int caller_press(struct caller *caller, char tone)
{
	return ivrq_media_tone(caller->leg, tone, TONE_MS);
}

int caller_hang_up(struct caller *caller)
{
	struct gateway *gateway = caller->gateway;
	ivrq_call call;

	pthread_mutex_lock(&gateway->lock);
	call = caller->call;
	pthread_mutex_unlock(&gateway->lock);
	return ivrq_call_close(gateway->engine, call, IVRQ_CAUSE_HANG_UP, NULL);
}

static void say(struct caller *caller)
{
	const struct sound *words = &caller->gateway->words;
	int16_t frame[TICK_SAMPLES] = { 0 };
	size_t count = words->count - caller->said;
	int recorded;

	if (count > TICK_SAMPLES)
		count = TICK_SAMPLES;
	if (caller->recorded) {
		memcpy(frame, words->samples + caller->said,
		       count * sizeof(*frame));
		caller->said += count;
		if (count && caller->said == words->count)
			print_line(caller->number, "the caller has spoken");
	}
	recorded = ivrq_media_put(caller->leg, frame, TICK_SAMPLES);
	if (recorded > 0 && !caller->recorded) {
		caller->said = 0;
		print_line(caller->number, "the caller speaks");
	}
	caller->recorded = recorded > 0;
}

static void hear(struct caller *caller)
{
	int16_t frame[TICK_SAMPLES]; /* to a network, if there were one */

	(void)ivrq_media_get(caller->leg, frame, TICK_SAMPLES);
}

/* -------------------------------------------------------- the media thread */

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

void media_wake(void *user, uint32_t worker)
{
	struct gateway *gateway = user;

	(void)worker;
	pthread_mutex_lock(&gateway->lock);
	gateway->woken = true;
	pthread_cond_signal(&gateway->cond);
	pthread_mutex_unlock(&gateway->lock);
}

/* Until that time, or true if woken before. */
static bool sleep_until(struct gateway *gateway, uint64_t until_ns)
{
	struct timespec until = { .tv_sec = (time_t)(until_ns / SECOND_NS),
				  .tv_nsec = (long)(until_ns % SECOND_NS) };
	bool woken;
	int answer = 0;

	pthread_mutex_lock(&gateway->lock);
	while (!gateway->woken && !answer)
		answer = pthread_cond_timedwait(&gateway->cond, &gateway->lock,
						&until);
	woken = gateway->woken;
	gateway->woken = false;
	pthread_mutex_unlock(&gateway->lock);
	return woken;
}

static bool is_over(struct gateway *gateway)
{
	bool quit;

	pthread_mutex_lock(&gateway->lock);
	quit = gateway->quit;
	pthread_mutex_unlock(&gateway->lock);
	return quit;
}

static void run(struct gateway *gateway)
{
	if (ivrq_worker_run(gateway->engine, 0, clock_ns()) < 0)
		print_fault("ivrq_worker_run");
}

static void *media_thread(void *user)
{
	struct gateway *gateway = user;
	uint64_t due = clock_ns();

	while (!is_over(gateway)) {
		uint64_t now;

		for (unsigned i = 0; i < gateway->calls; i++)
			if (!gateway->callers[i].closed)
				say(&gateway->callers[i]);
		run(gateway);
		for (unsigned i = 0; i < gateway->calls; i++)
			if (!gateway->callers[i].closed)
				hear(&gateway->callers[i]);
		/* One that is late is not made up for: the I/O thread would
		 * not have its 20 ms. */
		due += TICK_NS;
		now = clock_ns();
		if (due < now)
			due = now + TICK_NS;
		while (sleep_until(gateway, due)) {
			run(gateway);
			if (clock_ns() >= due)
				break; /* what is left is for after the tick */
		}
	}
	return NULL;
}

int media_start(struct gateway *gateway)
{
	int failed =
		pthread_create(&gateway->thread, NULL, media_thread, gateway);

	gateway->runs = !failed;
	return failed ? IVRQ_ENOMEM : 0;
}

void media_stop(struct gateway *gateway)
{
	if (!gateway->runs)
		return;
	pthread_mutex_lock(&gateway->lock);
	gateway->quit = true;
	pthread_mutex_unlock(&gateway->lock);
	pthread_join(gateway->thread, NULL);
	gateway->runs = false;
}
