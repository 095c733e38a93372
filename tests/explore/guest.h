/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_GUEST_H
#define IVRQ_TESTS_EXPLORE_GUEST_H

/* guest.h - what a newcomer does in a world whose threads all rest for ever. */
void world_guest(void);

#endif
