/* SPDX-License-Identifier: MIT */
/*
 * recording.c - GET of a recordingLocation.
 *
 * The address alone opens nothing: an unknown one and one whose token is wrong
 * are answered alike, so that ids cannot be tried out.
 */
#include <fcntl.h>
#include <stdio.h>

#include "graph/recording.h"
#include "graph/registry.h"

/* The path of a recording that may be fetched; false: it may not. */
static bool allowed(ivrq_graph *graph, const struct ivrq__asked *asked,
		    const char *given, char *path, size_t bytes)
{
	const struct ivrq__operation *operation;
	static const char none[IVRQ__TOKEN_BYTES];
	char name[IVRQ__NAME_BYTES];
	bool is = false;
	int length;

	pthread_mutex_lock(&graph->lock);
	operation = ivrq__operation_by_id(graph, &asked->route.operation);
	is = ivrq__token_same(operation ? operation->token : none, given) &&
	     operation && operation->recorded && operation->token[0];
	pthread_mutex_unlock(&graph->lock);
	ivrq__recording_name(&asked->route.operation, name);
	length = snprintf(path, bytes, "%s/%s", graph->config.recordings_dir,
			  name);
	return is && length > 0 && (size_t)length < bytes;
}

int ivrq__recording_open(ivrq_graph *graph, const struct ivrq__asked *asked,
			 const char *authorization, struct ivrq__answer *answer)
{
	const char *given = ivrq__auth_bearer(authorization);
	char path[4096];
	int fd = -1;

	if (!given) {
		answer->challenge = "Bearer realm=\"recordings\"";
		ivrq__refuse(answer, asked, 401, "7501",
			     "The recordingAccessToken is needed.");
		return -1;
	}
	if (allowed(graph, asked, given, path, sizeof(path)))
		fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		ivrq__refuse_absent(answer, asked, "Recording not found.");
	else
		answer->status = 200;
	return fd;
}
