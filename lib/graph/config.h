/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_CONFIG_H
#define IVRQ_LIB_GRAPH_CONFIG_H
/*
 * config.h - the defaults and the rules of what a caller fills.
 */
#include "graph/state.h"

/* 0, or IVRQ_EINVAL and which member breaks which rule. */
int ivrq__config_check(const ivrq_graph_config *config, ivrq_error *error);
int ivrq__call_config_check(const ivrq_graph *graph,
			    const ivrq_graph_call_config *config,
			    ivrq_error *error);

/* Copies it with its strings. 0, IVRQ_ENOMEM. */
int ivrq__config_copy(ivrq_graph *graph, const ivrq_graph_config *config);

#endif
