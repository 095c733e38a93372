#!/bin/sh
# SPDX-License-Identifier: MIT
#
# No part of its own: builds the core alone, optimised, and some programs with
# it, for those parts that run them. They share the directory, so all of them
# have to configure it alike. Shows the end of the log if it cannot.
#
#	sh tests/proof/core.sh <build directory> <log> <program>...

build=$1 log=$2
shift 2
SANITIZER='' BUILD_DIR=$build \
	CONFIGURE_ARGS="--disable-graph --disable-media" \
	./bootstrap build >"$log" 2>&1 &&
	make -C "$build" "$@" >>"$log" 2>&1 && exit
tail -n 20 "$log"
exit 99
