/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_PLAIN_H
#define IVRQ_TESTS_EXPLORE_PLAIN_H
/*
 * plain.h - given with -include to world.c for check_orders: each function of
 * the engine that promises to order its caller's memory is called by way of
 * plain.c, which writes some before and reads it in the callbacks.
 */
#include "explore.h"

#include <ivrq.h>

extern char plain[1024];

int plain_call_open(ivrq_engine *engine, const ivrq_call_config *config,
		    ivrq_call *call, ivrq_error *error);
int plain_play(ivrq_engine *engine, ivrq_call call,
	       const ivrq_play_prompt_request *request,
	       ivrq_submission *submission, ivrq_error *error);
int plain_record(ivrq_engine *engine, ivrq_call call,
		 const ivrq_record_response_request *request,
		 ivrq_submission *submission, ivrq_error *error);
int plain_cancel(ivrq_engine *engine, ivrq_call call,
		 const ivrq_cancel_request *request, ivrq_receipt *receipt,
		 ivrq_error *error);
int plain_close(ivrq_engine *engine, ivrq_call call, enum ivrq_cause reason,
		ivrq_receipt *receipt);
int plain_fence(ivrq_engine *engine, const ivrq_receipt *receipt,
		uint64_t timeout_ms);
int plain_complete(ivrq_engine *engine, ivrq_op op,
		   const ivrq_outcome *outcome);
int plain_stopped(ivrq_engine *engine, ivrq_op op, const ivrq_outcome *outcome);

/* Each result of a cancel knew of what its caller did before. */
void plain_judge(void);

#ifdef EXPLORE_BY_PLAIN
#define ivrq_call_open		     plain_call_open
#define ivrq_play_prompt	     plain_play
#define ivrq_record_response	     plain_record
#define ivrq_cancel_media_processing plain_cancel
#define ivrq_call_close		     plain_close
#define ivrq_fence		     plain_fence
#define ivrq_op_complete	     plain_complete
#define ivrq_op_stopped		     plain_stopped
#endif

#endif
