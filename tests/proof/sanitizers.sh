#!/bin/sh
# SPDX-License-Identifier: MIT
# packages: clang libclang-rt-14-dev valgrind check
#
# The tests under the checkers that make check in CI does not run, or not for
# long:
#
#	tsan-gcc, tsan-clang	ThreadSanitizer: the programs with real threads,
#				the stress tests at STRESS times their length,
#				stress_scenarios at ROUNDS times
#	memcheck		valgrind, --fair-sched=yes: the unit tests
#	msan			MemorySanitizer, clang: the unit and stress tests
#
#	sh tests/proof/sanitizers.sh [short]
#
# "short" is tsan-gcc over the stress tests, at their usual length.
#
# .ci/run has clang's ThreadSanitizer and gcc's Address- and UndefinedBehavior-
# Sanitizer over all of make check.
#
# Each number of the last line counts programs that ran to their end without a
# report. "reports" counts the others: any report, and any failed test. A test
# that says that it cannot run there (exit status 77) is neither.
#
# With valgrind, Check runs its cases in one process (CK_FORK=no), so that
# nothing is told twice. With MemorySanitizer its library is not instrumented,
# and writes records with holes: fwrite() is told that what it is given is
# initialised. Nothing of ivrq's or its tests' own is silenced.
#
# Left out, with both: check_layout, which measures resident memory, and the
# explorer, which moves its stacks about and hashes structures with their
# padding. With valgrind: stress_once, stress_yield, stress_frozen,
# check_meetings and check_windows, since it runs one thread at a time and takes
# minutes for them (AddressSanitizer has them in CI). What is "possibly lost" is
# not counted: the stacks of threads that a test has frozen for ever are.

set -u

top=$PWD
dir=${PROOF_DIR:-$PWD/build/proof}/sanitizers
jobs=$(nproc 2>/dev/null || echo 2)
STRESS=${STRESS:-5}
ROUNDS=${ROUNDS:-20}
reports=0 line=
mkdir -p "$dir" || exit 99
CK_DEFAULT_TIMEOUT=240
export CK_DEFAULT_TIMEOUT
unset BUILD_DIR CONFIGURE_ARGS SANITIZER IVRQ_STRESS LDFLAGS LIBS

say() { echo "sanitizers: $*"; }
die() { say "$*" >&2; exit 99; }

# Newer kernels place mappings where the sanitizers cannot cope.
steady=
setarch "$(uname -m)" -R true 2>/dev/null && steady="setarch $(uname -m) -R"

build() # build <name> <compiler> <sanitizer>
{
	name=$1
	# Without a shared library libtool makes no wrappers.
	CC=$2 SANITIZER=$3 BUILD_DIR=$dir/$1 CFLAGS="-O1 -g" \
		CONFIGURE_ARGS="--disable-graph --disable-media --disable-shared" \
		$steady ./bootstrap build >"$dir/$1.log" 2>&1 || {
		tail -n 30 "$dir/$1.log"
		say "$1: not built"
		return 1
	}
}

start() # start <make argument>...: tests of the build
{
	$steady make -k -j"$jobs" check-TESTS "$@" >>run.log 2>&1 || {
		grep -E '^(FAIL|ERROR): |error:|SUMMARY: ' run.log | sort -u
		say "$name: see $PWD"
	}
}

run() # run <make argument>...: count into $line and $reports
{
	cd "$dir/$name" || exit 99
	rm -f run.log tests/*.trs tests/*/*.trs
	[ ! "${long:-}" ] || IVRQ_STRESS=$ROUNDS start TESTS="$long"
	start "$@"
	# shellcheck disable=SC2046 # two numbers
	set -- $(cat tests/*.trs tests/*/*.trs 2>/dev/null | awk '
		/^:test-result: / { n[$2]++ }
		END { print n["PASS"] + 0, n["FAIL"] + n["XPASS"] + n["ERROR"] }')
	[ "$1$2" != 00 ] || set -- 0 1 # not even built
	say "$name: $1 without a report, $2 with"
	line="$line $name=$1" reports=$((reports + $2))
	cd "$top" || exit 99
}

# The explorer has one thread.
# shellcheck disable=SC2016 # make's variables
{
stress='$(filter-out $(EXPLORE) $(HOOKED_PLAIN), $(STRESS)) tests/stress_fence'
scenarios='$(HOOKED_PLAIN)'
threads='tests/check_api tests/check_model tests/check_peers'
threads="$threads tests/check_promises tests/check_regressions"
threads="$threads tests/check_fence tests/check_engine tests/check_worker"
programs='$(filter-out $(EXPLORE) %/check_layout %/check_windows, $(ALL_TESTS))'
single='$(filter-out $(EXPLORE) %/check_layout %/check_meetings %/check_windows'
single="$single "'%/stress_once %/stress_yield %/stress_frozen, $(ALL_TESTS))'
}

tsan() # tsan <compiler> <tests>
{
	build "tsan-$1" "$1" thread && run TESTS="$2"
}

memcheck()
{
	build memcheck gcc "" && run TESTS="$single" \
		LOG_COMPILER="valgrind -q --fair-sched=yes --leak-check=full \
			--show-leak-kinds=definite,indirect \
			--errors-for-leak-kinds=definite,indirect \
			--error-exitcode=99"
}

msan()
{
	cat >"$dir/fwrite.c" <<-END
		#include <sanitizer/msan_interface.h>
		#include <stdio.h>
		size_t __real_fwrite(const void *, size_t, size_t, FILE *);
		size_t __wrap_fwrite(const void *, size_t, size_t, FILE *);
		size_t __wrap_fwrite(const void *p, size_t n, size_t m, FILE *f)
		{
			__msan_unpoison(p, n * m);
			return __real_fwrite(p, n, m, f);
		}
	END
	clang -fsanitize=memory -c -o "$dir/fwrite.o" "$dir/fwrite.c" || exit 99
	LDFLAGS="-fsanitize=memory -Wl,--wrap=fwrite" LIBS=$dir/fwrite.o \
		build msan clang memory &&
		run TESTS="$programs"
}

case ${1:-} in
'') short= ;;
short) short=1 ;;
*) die "usage: sh tests/proof/sanitizers.sh [short]" ;;
esac
[ -f configure.ac ] || die "run it from the top of the source tree"
./bootstrap >"$dir/bootstrap.log" 2>&1 || { cat "$dir/bootstrap.log"; exit 99; }

if [ "$short" ]; then
	tsan gcc "$stress $scenarios" || reports=$((reports + 1))
else
	export IVRQ_STRESS="$STRESS"
	long=$scenarios
	tsan gcc "$stress $threads" || reports=$((reports + 1))
	tsan clang "$stress $threads" || reports=$((reports + 1))
	unset IVRQ_STRESS long
	CK_FORK=no memcheck || reports=$((reports + 1))
	msan || reports=$((reports + 1))
fi

say "${line# } reports=$reports"
[ $reports = 0 ]
