/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_H
#define IVRQ_H
/*
 * ivrq.h - an in-process queue of media operations for each call.
 *
 * Per call one ordered queue of playPrompt and recordResponse operations, a
 * cancelMediaProcessing that takes effect at one atomic step, tone
 * subscriptions that no cancel touches, and exactly one result for each
 * accepted operation. The promises are named G1 to G12 in ivrq(7).
 *
 * Synchronization matrix: may two threads be inside these at one time?
 *
 *                          submit cancel  tone  complete  run    run     open  engine
 *                          close  fence   sub.  stopped   same   other         stop
 *                          pause  snap.   uns.  canceled  worker worker        stats
 *   submit, close, pause     -      -      -       -        -      -      -      -
 *   cancel, fence, snapshot  -      -      -       -        -      -      -      -
 *   tone, (un)subscribe      -      -      -       -        -      -      -      -
 *   complete, stopped        -      -      -       -        -      -      -      -
 *   run, same worker         -      -      -       -        X      -      -      -
 *   open                     -      -      -       -        -      -      -      -
 *   engine stop, stats       -      -      -       -        -      -      -      -
 *   engine destroy           X      X      X       X        X      X      X      X
 *
 *   -  yes, on the same call too.   X  no; run answers IVRQ_EBUSY.
 *
 * Caveats
 *   fork       The child may not use the parent's engine.
 *   callbacks  Run inside ivrq_worker_run() only. From inside one, anything
 *              but ivrq_worker_run(), ivrq_fence(), ivrq_engine_stop() and
 *              ivrq_engine_destroy() is allowed; those answer IVRQ_EDEADLK.
 *   destroy    Needs every call closed (ivrq_engine_stop() does that) and no
 *              other thread inside a function of the engine.
 *   threads    A thread may end at any time outside the functions; nothing is
 *              kept for it.
 *   clock      The engine knows the time it is given in ivrq_worker_run().
 *              Only ivrq_fence() and ivrq_engine_stop() read a clock, for
 *              their own time limit.
 *   signals    submit, cancel, complete, tone and the loads are safe in a
 *              signal handler if the wake hook is.
 *
 * "lock-free" below: no lock, no allocation, no system call (the wake hook is
 * yours), and a thread frozen at any instruction of it delays nobody.
 */
#include <ivrq-version.h>
#include <ivrq/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------- the engine */

/**
 * ivrq_config_init() - Fill a configuration with the defaults.
 * @config: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.1
 * Source:    G9.
 */
IVRQ_API void ivrq_config_init(ivrq_config *config);

/**
 * ivrq_engine_create() - Take all the memory and make an engine.
 * @config: What to make; copied.  @engine: Set on success.  @error: Or NULL.
 *
 * Threads:   any.
 * Progress:  blocks in the allocator.
 * Ordering:  hand the engine to other threads as you would any pointer.
 * Callbacks: config->alloc, and config->free if it fails half-way.
 * Ownership: the engine is the caller's until ivrq_engine_destroy().
 * Return:    0; IVRQ_EINVAL; IVRQ_ENOMEM, with everything given back.
 * Since:     0.1
 * Source:    G9.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_engine_create(const ivrq_config *config,
					      ivrq_engine **engine,
					      ivrq_error *error);

/**
 * ivrq_engine_stop() - Close every call and wait until all are closed.
 * @engine: Engine.  @timeout_ms: Longest wait; 0 does not wait.
 *
 * New calls are refused from here on. Each open call is closed as by
 * ivrq_call_close() with IVRQ_CAUSE_STOP. The workers must go on running.
 * Threads:   any but a callback; may be called again, also by several.
 * Progress:  waits, up to the time limit.
 * Ordering:  0 means every callback has returned, and happened before.
 * Callbacks: none here; the results and closed() come from the workers.
 * Ownership: unchanged.
 * Return:    0 all closed; IVRQ_ETIMEDOUT some not yet; IVRQ_EDEADLK in a
 *            callback; IVRQ_EPOOL too many threads wait (config.fences);
 *            IVRQ_EINVAL.
 * Since:     0.1
 * Source:    G10.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_engine_stop(ivrq_engine *engine,
					    uint64_t timeout_ms);

/**
 * ivrq_engine_destroy() - Give the memory back.
 * @engine: Engine, or NULL (does nothing).
 *
 * Threads:   one, while no other is inside any function of this engine.
 * Progress:  blocks in the allocator.
 * Ordering:  join or otherwise wait for the other threads first.
 * Callbacks: config.free.
 * Ownership: the engine and all its handles end.
 * Return:    0; IVRQ_EBUSY a call is open (nothing changed); IVRQ_EDEADLK in
 *            a callback.
 * Since:     0.1
 * Source:    G9, G10.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_engine_destroy(ivrq_engine *engine);

/**
 * ivrq_engine_stats() - Read the counters.
 * @engine: Engine.  @stats: Set on success.
 *
 * Threads:   any. Exact at a quiet point; else each counter is some recent
 *            value and they may disagree by what is under way.
 * Progress:  wait-free; reads one word of each call.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    0; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    G11.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_engine_stats(const ivrq_engine *engine,
					     ivrq_stats *stats);

/* -------------------------------------------------------------- the worker */

/**
 * ivrq_worker_run() - Do what there is to do for the calls of one worker.
 * @engine: Engine.  @worker: 0 to config.workers - 1.
 * @now_ns: The time, on any clock that does not run backwards.
 *
 * Expires deadlines, starts operations, tells drivers to stop, delivers
 * results, tones and closes. Its cost follows the calls that have something
 * to do. What callbacks submit here starts here too, within a bound; what other
 * threads submit meanwhile is left to the next run. With a wake hook a run
 * comes to 64 calls at most, and the next goes on from there; without one, to
 * all that have something to do. If work is left the wake hook is called: run
 * again then, in this tick, whatever was returned.
 * Threads:   one at a time for each worker; any thread.
 * Progress:  never waits.
 * Ordering:  what a submitter wrote before submit, a driver before complete,
 *            is visible to the callbacks. Per call, results of one cut come
 *            in submission order, before anything submitted after it.
 * Callbacks: all of them.
 * Ownership: none.
 * Return:    the number of results delivered; IVRQ_EBUSY another thread runs
 *            this worker; IVRQ_EDEADLK in a callback; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    G5, G7, G8.
 */
IVRQ_API int ivrq_worker_run(ivrq_engine *engine, uint32_t worker,
			     uint64_t now_ns);

/**
 * ivrq_worker_next_ns() - When a run is due at the latest.
 * @engine: Engine.  @worker: Worker.  @next_ns: Set on success: the earliest
 * deadline the last run knew of; UINT64_MAX none.
 *
 * A sleeper waits until then or until woken. Operations submitted since wake
 * it themselves.
 * Threads:   the one that runs the worker, between runs.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    0; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    G7.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_worker_next_ns(const ivrq_engine *engine,
					       uint32_t worker,
					       uint64_t *next_ns);

/* --------------------------------------------------------------- the calls */

/**
 * ivrq_call_config_init() - Fill a call's configuration with the defaults.
 * @config: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.1
 * Source:    G10.
 */
IVRQ_API void ivrq_call_config_init(ivrq_call_config *config);

/**
 * ivrq_call_open() - Begin a call.
 * @engine: Engine.  @config: Copied; the tables it points to are not.
 * @call: Set on success.  @error: Or NULL.
 *
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  what the caller wrote before is visible to the call's callbacks.
 * Callbacks: none.
 * Ownership: driver, listener and what the user pointers name belong to the
 *            caller and must live until closed() has returned.
 * Return:    0; IVRQ_EINVAL; IVRQ_EPOOL all config.calls are open, those that
 *            are just ending included; IVRQ_ECLOSED the engine stops.
 * Since:     0.1
 * Source:    G10.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_call_open(ivrq_engine *engine,
					  const ivrq_call_config *config,
					  ivrq_call *call, ivrq_error *error);

/**
 * ivrq_call_close() - End a call: cut all of it, refuse what comes after.
 * @engine: Engine.  @call: Call.  @reason: IVRQ_CAUSE_HANG_UP or _STOP.
 * @receipt: Set on success, or NULL.
 *
 * One atomic step, as a cancel of everything with this reason. The results
 * follow, then closed(), the last callback of the call. Tones that arrived
 * before are delivered first.
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  as ivrq_cancel_media_processing().
 * Callbacks: none here.
 * Ownership: the handle turns stale after closed().
 * Return:    0; IVRQ_EALREADY it is closing; IVRQ_ENOENT; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    G10.
 */
IVRQ_API int ivrq_call_close(ivrq_engine *engine, ivrq_call call,
			     enum ivrq_cause reason, ivrq_receipt *receipt);

/**
 * ivrq_call_snapshot() - See one call's queue at one instant.
 * @engine: Engine.  @call: Call.  @snapshot: Set on success.
 *
 * Threads:   any.
 * Progress:  lock-free: one load of the queue's word; with an operation in
 *            flight or cancelled by op, kind or tag some more, until all are
 *            of one instant.
 * Ordering:  acquire.
 * Callbacks: none.
 * Ownership: none.
 * Return:    0; IVRQ_ENOENT; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    design of the queue's word, doc/design.md.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_call_snapshot(const ivrq_engine *engine,
					      ivrq_call call,
					      ivrq_snapshot *snapshot);

/**
 * ivrq_call_pause() - Start nothing more, and pause what is in flight.
 * @engine: Engine.  @call: Call.
 *
 * The worker calls the driver's pause() for the operation in flight. Cancels,
 * completions, tones and submits go on as ever.
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  the worker acts on the latest of pause and resume.
 * Callbacks: none here.
 * Ownership: none.
 * Return:    0, also when it is paused already; IVRQ_ENOTSUP the driver lacks
 *            pause or resume; IVRQ_ENOENT; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    driver table.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_call_pause(ivrq_engine *engine,
					   ivrq_call call);

/**
 * ivrq_call_resume() - Undo ivrq_call_pause().
 * @engine: Engine.  @call: Call.
 *
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  the worker acts on the latest of pause and resume.
 * Callbacks: none here.
 * Ownership: none.
 * Return:    0, also when it is not paused; IVRQ_ENOTSUP; IVRQ_ENOENT;
 *            IVRQ_EINVAL.
 * Since:     0.1
 * Source:    driver table.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_call_resume(ivrq_engine *engine,
					    ivrq_call call);

/* -------------------------------------------------------------- operations */

/**
 * ivrq_play_prompt_request_init() - Fill a request with the defaults.
 * @request: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.1
 * Source:    playPrompt.
 */
IVRQ_API void
ivrq_play_prompt_request_init(ivrq_play_prompt_request *request);

/**
 * ivrq_play_prompt() - Queue a playPrompt.
 * @engine: Engine.  @call: Call.  @request: What to play; copied.
 * @submission: Set on success.  @error: Or NULL.
 *
 * Takes effect at one compare-and-swap on the queue's word; with
 * barge_in_allowed the same step cancels everything before it.
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  what the caller wrote before is visible to the driver's start().
 * Callbacks: none here. On 0, one result() follows; else none.
 * Ownership: strings are copied, unless options.keep_prompts.
 * Return:    0; IVRQ_EINVAL; IVRQ_ENOENT; IVRQ_ECLOSED; IVRQ_EFULL the ring
 *            is full (one that was cancelled by op, kind or tag keeps its
 *            place while an older one waits before it); IVRQ_EPOOL
 *            config.operations are in use; IVRQ_ETOOBIG.
 * Since:     0.1
 * Source:    POST /communications/calls/{id}/playPrompt; G1, G2, G7, G9.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_play_prompt(ivrq_engine *engine, ivrq_call call,
		 const ivrq_play_prompt_request *request,
		 ivrq_submission *submission, ivrq_error *error);

/**
 * ivrq_record_response_request_init() - Fill a request with the defaults.
 * @request: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.1
 * Source:    recordResponse.
 */
IVRQ_API void
ivrq_record_response_request_init(ivrq_record_response_request *request);

/**
 * ivrq_record_response() - Queue a recordResponse.
 * @engine: Engine.  @call: Call.  @request: What to record; copied.
 * @submission: Set on success.  @error: Or NULL.
 *
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  as ivrq_play_prompt().
 * Callbacks: as ivrq_play_prompt().
 * Ownership: as ivrq_play_prompt().
 * Return:    as ivrq_play_prompt().
 * Since:     0.1
 * Source:    POST /communications/calls/{id}/recordResponse; G1, G2, G7, G9.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_record_response(ivrq_engine *engine, ivrq_call call,
		     const ivrq_record_response_request *request,
		     ivrq_submission *submission, ivrq_error *error);

/**
 * ivrq_cancel_request_init() - Fill a request with the defaults: all.
 * @request: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.1
 * Source:    cancelMediaProcessing.
 */
IVRQ_API void ivrq_cancel_request_init(ivrq_cancel_request *request);

/**
 * ivrq_cancel_media_processing() - Cancel operations of a call.
 * @engine: Engine.  @call: Call.  @request: Which; NULL is all of them.
 * @receipt: Set on success, or NULL.  @error: Or NULL.
 *
 * all, current and pending take effect at one compare-and-swap on the queue's
 * word: what was submitted before is wholly in, what is submitted after is
 * wholly out. op, kind and tag decide for each operation by itself. Tone
 * subscriptions are never touched.
 * Threads:   any, callbacks too.
 * Progress:  lock-free. all, current, pending: constant time, unless an op,
 *            kind or tag cancel of the same call is not yet delivered, then
 *            one step for each queued operation.
 * Ordering:  what the caller wrote before is visible to the result().
 * Callbacks: none here. in_flight + pending results with receipt->id follow
 *            when a run comes to the call, whatever plays on; but while a
 *            driver takes its time to stop the one in flight, those of cuts
 *            wait for it.
 * Ownership: none.
 * Return:    0, also when nothing was there to cancel; IVRQ_EINVAL;
 *            IVRQ_ENOENT the call, or the op of IVRQ_SCOPE_OP, has ended.
 * Since:     0.1
 * Source:    POST /communications/calls/{id}/cancelMediaProcessing; G1, G3-G6.
 */
IVRQ_API int ivrq_cancel_media_processing(ivrq_engine *engine, ivrq_call call,
					  const ivrq_cancel_request *request,
					  ivrq_receipt *receipt,
					  ivrq_error *error);

/**
 * ivrq_fence() - Wait until every result of a receipt has been delivered.
 * @engine: Engine.  @receipt: From a cancel or a close.
 * @timeout_ms: Longest wait; 0 only looks.
 *
 * Threads:   any but a callback.
 * Progress:  waits, up to the time limit, for the call's worker.
 * Ordering:  0 means the result callbacks have returned, and happened before.
 * Callbacks: none here.
 * Ownership: none.
 * Return:    0; IVRQ_ETIMEDOUT; IVRQ_EDEADLK in a callback; IVRQ_EPOOL too
 *            many threads wait (config.fences); IVRQ_EINVAL. A call that has
 *            ended has delivered all: 0.
 * Since:     0.1
 * Source:    G3.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_fence(ivrq_engine *engine,
				      const ivrq_receipt *receipt,
				      uint64_t timeout_ms);

/* ------------------------------------------------------------------- tones */

/**
 * ivrq_subscribe_to_tone() - Receive the tones of a call.
 * @engine: Engine.  @call: Call.  @handler: Called for each tone from here on;
 * NULL: the listener's tone().  @user: For the handler; ignored with NULL.
 * @subscription: Set on success.
 *
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  a tone given after this returned reaches the handler; one given
 *            before this was called does not.
 * Callbacks: none here.
 * Ownership: user stays the caller's, until unsubscribed (see there) or
 *            closed() has returned.
 * Return:    0; IVRQ_EPOOL; IVRQ_ECLOSED; IVRQ_ENOENT; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    POST /communications/calls/{id}/subscribeToTone; G6.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_subscribe_to_tone(
	ivrq_engine *engine, ivrq_call call,
	void (*handler)(void *user, const ivrq_tone_event *event), void *user,
	ivrq_subscription *subscription);

/**
 * ivrq_unsubscribe() - End a tone subscription.
 * @engine: Engine.  @subscription: From ivrq_subscribe_to_tone().
 *
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  no handler call begins after this returned on the worker's own
 *            thread; from another thread one that has begun may still run.
 * Callbacks: none here.
 * Ownership: user is free of use once the run under way has returned.
 * Return:    0; IVRQ_ENOENT it has ended, or its call has.
 * Since:     0.1
 * Source:    G6.
 */
IVRQ_API int ivrq_unsubscribe(ivrq_engine *engine,
			      ivrq_subscription subscription);

/**
 * ivrq_tone() - Tell the engine of a tone from the caller.
 * @engine: Engine.  @call: Call.  @tone: One of 0-9 * # a-d.
 * @duration_ms: How long it was, 0 unknown.
 *
 * The tone takes the call's next sequenceId, heard or lost.
 * Threads:   any, callbacks too.
 * Progress:  lock-free.
 * Ordering:  tones of one call are delivered in the order of these calls; what
 *            the caller wrote before is visible to the handlers.
 * Callbacks: none here.
 * Ownership: none.
 * Return:    0; IVRQ_EFULL tones_per_call wait, IVRQ_EPOOL config.tones wait:
 *            it is lost, counted, and told in the next event; IVRQ_ECLOSED;
 *            IVRQ_ENOENT; IVRQ_EINVAL.
 * Since:     0.1
 * Source:    subscribeToTone; G6.
 */
IVRQ_API int ivrq_tone(ivrq_engine *engine, ivrq_call call, char tone,
		       uint32_t duration_ms);

/**
 * ivrq_tone_bit() - The bit of a tone in ivrq_operation.stop_tones.
 * @tone: One of 0-9 * # a-d.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    the bit (0-9, * 10, # 11, a-d 12-15) as a mask; 0 is no tone.
 * Since:     0.1
 * Source:    stopTones.
 */
IVRQ_API uint16_t ivrq_tone_bit(char tone);

/* -------------------------------------------------------- the driver's side */

/**
 * ivrq_op_complete() - Report that an operation has ended by itself.
 * @engine: Engine.  @op: From the start() of the driver.
 * @outcome: How; the reason is of the completed or the failed group.
 *
 * One compare-and-swap decides between this and a cancel.
 * Threads:   any, callbacks and start() too.
 * Progress:  lock-free.
 * Ordering:  what the caller wrote before is visible to the result().
 * Callbacks: none here.
 * Ownership: on 0 the driver is done with the operation. On IVRQ_ECANCELED it
 *            is not: stop() comes or has come, exactly once.
 * Return:    0; IVRQ_ECANCELED; IVRQ_EALREADY completed before;
 *            IVRQ_ENOENT not in flight (any more); IVRQ_EINVAL.
 * Since:     0.1
 * Source:    G2, G4.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_op_complete(ivrq_engine *engine, ivrq_op op,
					    const ivrq_outcome *outcome);

/**
 * ivrq_op_stopped() - Answer a stop() that returned IVRQ_STOP_PENDING.
 * @engine: Engine.  @op: Operation.  @outcome: media_ms and kept count.
 *
 * Threads:   any, callbacks and stop() too.
 * Progress:  lock-free.
 * Ordering:  what the caller wrote before is visible to the result().
 * Callbacks: none here.
 * Ownership: the driver is done with the operation.
 * Return:    0; IVRQ_EALREADY; IVRQ_ENOENT no stop of it is pending;
 *            IVRQ_EINVAL.
 * Since:     0.1
 * Source:    G2.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_op_stopped(ivrq_engine *engine, ivrq_op op,
					   const ivrq_outcome *outcome);

/**
 * ivrq_op_is_canceled() - Has a cancel reached this operation in flight?
 * @engine: Engine.  @op: Operation.
 *
 * For a driver that ends within a frame instead of at the next run. stop()
 * still comes, once. If the canceller's thread should be frozen before it has
 * told the worker, ivrq_op_complete() tells it, and answers IVRQ_ECANCELED.
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  acquire: what the canceller wrote before is visible.
 * Callbacks: none.
 * Ownership: none.
 * Return:    1 yes; 0 no; IVRQ_ENOENT not in flight.
 * Since:     0.1
 * Source:    G4.
 */
IVRQ_API int ivrq_op_is_canceled(const ivrq_engine *engine, ivrq_op op);

/* ------------------------------------------------------------------- words */

/**
 * ivrq_strerror() - An answer in words.
 * @code: 0 or an ivrq_errno.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the string is static.
 * Return:    never NULL.
 * Since:     0.1
 * Source:    errors.
 */
IVRQ_API const char *ivrq_strerror(int code);

/**
 * ivrq_result_to_wire() - A result as the call API words it.
 * @kind: Of the operation.  @status, @reason: Of the result.
 * @wire: Set on success.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the strings are static.
 * Return:    0; IVRQ_EINVAL the three do not go together.
 * Since:     0.1
 * Source:    commsOperation, resultInfo; G12.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_result_to_wire(enum ivrq_kind kind,
					       enum ivrq_status status,
					       enum ivrq_reason reason,
					       ivrq_wire *wire);

/**
 * ivrq_version() - The version of the library that is linked.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the string is static.
 * Return:    "major.minor.micro"; compare with IVRQ_VERSION of the header.
 * Since:     0.1
 * Source:    releases.
 */
IVRQ_API const char *ivrq_version(void);

#ifdef __cplusplus
}
#endif
#endif
