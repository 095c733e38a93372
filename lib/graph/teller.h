/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_TELLER_H
#define IVRQ_LIB_GRAPH_TELLER_H
/*
 * teller.h - from what the media threads saw to notifications. teller.c.
 */
#include "graph/state.h"

/* The listener of every call of the gateway; its user is the call's record. */
extern const ivrq_listener ivrq__listener;

/* The handler of the tone subscription; likewise. */
void ivrq__tell_tone(void *call, const ivrq_tone_event *event);

/* 0, IVRQ_ENOMEM. */
int ivrq__teller_start(ivrq_graph *graph);
/* Ends the thread when everything posted has been told. */
void ivrq__teller_stop(ivrq_graph *graph);

#endif
