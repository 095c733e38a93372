/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_ACTIONS_H
#define IVRQ_LIB_GRAPH_ACTIONS_H
/*
 * actions.h - the four POSTs. answer.c calls it.
 */
#include "graph/answer.h"

void ivrq__act(ivrq_graph *graph, const struct ivrq__asked *asked,
	       struct ivrq__answer *answer);

#endif
