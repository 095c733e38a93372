/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_RECORDING_H
#define IVRQ_LIB_GRAPH_RECORDING_H
/*
 * recording.h - GET of a recordingLocation.
 */
#include "graph/answer.h"

/*
 * Opens the recording if `authorization` has its token: its descriptor, which
 * is the caller's to close. Negative: it is refused, in `answer`.
 */
int ivrq__recording_open(ivrq_graph *graph, const struct ivrq__asked *asked,
			 const char *authorization,
			 struct ivrq__answer *answer);

#endif
