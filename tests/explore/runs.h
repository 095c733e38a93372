/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_RUNS_H
#define IVRQ_TESTS_EXPLORE_RUNS_H
/* runs.h - explore many programs, as the environment says. Told in runs.c. */
#include "explore.h"

/* Makes the spec's memory, and what else of the spec depends on it. */
typedef void runs_begin(struct explore_spec *spec, const void *program);

/* Is it one that the arguments ask for? */
bool runs_wants(int argc, char **argv, const char *name);
/* False: a fault was found, and printed. */
bool runs_explore(const char *name, const struct explore_spec *common,
		  runs_begin *begin, const void *program, int preemptions);
/* The last line. */
void runs_tell(const char *what);

#endif
