/* SPDX-License-Identifier: MIT */
/*
 * plain_world.c - the world of check_orders, whose programs are made with one
 * set of flags: what tests/explore/local.mk gives to world.c alone.
 */
#define EXPLORE_BY_PLAIN
#include "plain.h"

#include "world.c"
