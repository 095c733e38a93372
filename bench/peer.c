/* SPDX-License-Identifier: MIT */
/*
 * peer.c - the list of those that ours is compared with.
 */
#include "peer.h"

#include <stdio.h>

unsigned peer_sides(const char *work, const char **names, const void **sides,
		    unsigned count)
{
	static const struct peer *const all[] = {
		&peer_ck, &peer_rte, &peer_urcu, &peer_glib, &peer_mutex,
	};
	unsigned i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (all[i]->absent) {
			printf("work=%s side=%s absent=%s\n", work,
			       all[i]->name, all[i]->absent);
			continue;
		}
		names[count] = all[i]->name;
		sides[count++] = all[i];
	}
	return count;
}
