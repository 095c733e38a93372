/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_SCENES_H
#define IVRQ_TESTS_EXPLORE_SCENES_H
/* scenes.h - what world.c does not have: tones, stop, waiting, two workers. */
#include "explore.h"

#define SCENE_ACTS 8 /* of a thread */

struct scene {
	const char *name;
	void (*before)(void);
	void (*act[EXPLORE_THREADS][SCENE_ACTS])(void);
	int preemptions;
	unsigned stale;	  /* and stale reads, on one path */
	unsigned daemons; /* threads that may wait at the end, a bit each */
};

extern const struct scene scenes[];
extern const unsigned scene_count;

void scene_begin(const struct scene *scene);
/* What is needed to explore it. */
void scene_spec(struct explore_spec *spec);

#endif
