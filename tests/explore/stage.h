/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_STAGE_H
#define IVRQ_TESTS_EXPLORE_STAGE_H
/*
 * stage.h - what the scenes are played on: an engine with two places for calls
 * and two workers, what has become of it, and what threads do there.
 */
#include "core/ready.h"
#include "core/state.h"
#include "scenes.h"

#define LIMIT 2500 /* accesses of one function, alone */
#define CALLS 3	   /* opened in a scene */
#define OPS   4
#define TONES 3
#define SUBS  3
#define CUTS  2 /* whose results are counted */

extern struct stage {
	ivrq_engine *engine;
	ivrq_call call[CALLS];
	ivrq_submission got[OPS];
	ivrq_receipt receipt;
	ivrq_subscription sub[SUBS];
	uint32_t accepted; /* operations, a bit each */
	uint32_t started;
	uint32_t results;
	uint32_t opened; /* calls */
	uint32_t closed;
	uint32_t toned; /* tones that were accepted */
	uint32_t lost;
	uint32_t heard[SUBS]; /* tones */
	uint32_t must_hear[SUBS];
	uint32_t must_not[SUBS];
	uint32_t stops; /* ivrq_engine_stop() answered 0 */
	uint32_t wakes[2];
	uint32_t passed; /* threads whose fence has been */
	ivrq__a32 armed; /* as a worker's, of `set` */
	uint32_t slept;	 /* its worker has */
	ivrq_cancel cut[OPS];
	ivrq_receipt made[CUTS];
	struct ivrq__ready set; /* of more than one word */
	ivrq__a64 set_words[3];
	uint32_t added; /* members */
	uint32_t taken;
	size_t used;
	char arena[6144] __attribute__((aligned(64)));
} stage;

extern const struct scene *present;

/* Plain memory of the embedder; nothing depends on it. */
extern struct stage_bytes {
	char opener[CALLS];
	char asker[OPS];
	char completer[OPS][EXPLORE_THREADS + 1];
	char told[OPS];
	char closed[CALLS];
	char subscriber[SUBS];
} stage_bytes;

/* Events. */
enum { TONED = 8, SUBBED = 12 };

/* stage.c */
extern const ivrq_driver stage_driver, stage_pausable;
extern const ivrq_listener stage_listener;
unsigned stage_thread(void);
void stage_on_tone(void *user, const ivrq_tone_event *event);
void stage_wake(void *user, uint32_t worker);
void stage_create(uint32_t operations, uint32_t subscriptions);

/* acts.c: what a thread does, each as its name says. */
void stage_open(unsigned number, uint32_t worker, const ivrq_driver *driven);
void open0(void);
void open_pausable(void);
void open1(void);
void stage_close(unsigned number);
void close1(void);
void again0(void);
void again1(void);
void stage_submit(unsigned op, unsigned number);
void submit0(void);
void submit1(void);
void submit2(void);
void submit3(void);
void later2(void);
void stage_cancel(unsigned number);
void cancel0(void);
ivrq_receipt stage_cut(enum ivrq_scope scope, ivrq_op op);
void cut_pending(void);
void cut_current(void);
void cut_pending_again(void);
void cut_all_again(void);
void stage_kill(unsigned op);
void kill_hole(void);
void kill0(void);
void kill1(void);
void kill2(void);
void current0(void);
void close0(void);
void stage_run(uint32_t worker);
void run0(void);
void run1(void);
void pop0(void);
void pop0_and_stamp(void);
void look_past(void);
void serve0(void);
void complete0(void);
void fence_now(void);
void fence0(void);
void stop_now(void);
void stop_wait(void);
void pause0(void);
void resume0(void);
void stage_tone(unsigned number, unsigned call);
void tone0(void);
void tone1(void);
void stage_subscribe(unsigned number, unsigned call);
void subscribe0(void);
void subscribe1(void);
void subscribe2(void);
void subscribe_later(void);
void tone_later(void);
void unsubscribe0(void);
void add2(void);
void add3(void);
void take_set(void);
void add_and_wake(void);
void take_and_sleep(void);

#endif
