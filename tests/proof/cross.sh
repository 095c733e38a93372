#!/bin/sh
# SPDX-License-Identifier: MIT
# packages: gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf libc6-dev-armhf-cross gcc-i686-linux-gnu libc6-dev-i386-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user musl-tools
#
# The same sources and tests on other machines:
#
#	aarch64		64 bits			qemu-user
#	armhf		32 bits, ARMv7		qemu-user
#	i686		32 bits			this processor, or qemu-user
#	s390x		64 bits, big-endian	qemu-user
#	musl		another C library	this processor
#
#	sh tests/proof/cross.sh [short]
#
# "make check" with the stress tests at STRESS times their length; on aarch64
# the stress tests again on a processor without compare-and-swap instructions.
# Then configure must refuse processors whose 64-bit atomics are not lock-free.
# "short" is the unit tests on s390x, and one refusal.
#
# It shows faults of byte order, word size, alignment and C library. It NEVER
# shows a fault of weak memory order: the emulator runs on this processor and
# keeps its order, which on x86 is stronger than that of ARM or s390x.
#
# Check, for the unit tests, is taken out of the Debian packages of the other
# architecture, by an apt with a state of its own: the system keeps its
# architectures. It is fetched once, into the part's directory.
#
# Left out, and counted as skipped: scripts that look at the source only or
# start compilers of this machine; the programs of tests/explore and
# tests/mutants, which go through orders of steps, the same on every machine:
# they are built, and not run. With musl there is no Check: what needs it
# is not built there, and the explorer finds no ucontext and skips itself.

set -u

top=$PWD
dir=${PROOF_DIR:-$PWD/build/proof}/cross
jobs=$(nproc 2>/dev/null || echo 2)
STRESS=2
targets=0 passed=0 failed=0 skipped=0 refused=0
mkdir -p "$dir" || exit 99

say() { echo "cross: $*"; }
die() { say "$*" >&2; exit 99; }

# Interleavings are the same on every machine, so fewer of them will do.
MODEL_BOUND=0
CK_DEFAULT_TIMEOUT=240
export MODEL_BOUND CK_DEFAULT_TIMEOUT
unset BUILD_DIR CONFIGURE_ARGS SANITIZER LAUNCH

fetch_check() # fetch_check <Debian architecture>: into $dir/check/<it>
{
	root=$dir/check/$1
	[ ! -f "$root/done" ] || return 0
	say "fetching Check for $1"
	rm -rf "$root"
	mkdir -p "$root/apt/lists/partial" "$root/apt/archives/partial" ||
		return 1
	: >"$root/apt/status"
	cat >"$root/apt/conf" <<-END
		APT::Architecture "$1";
		#clear APT::Architectures;
		APT::Architectures { "$1"; };
		Dir::State "$root/apt";
		Dir::State::status "$root/apt/status";
		Dir::Cache "$root/apt";
	END
	(
		cd "$root" || exit 1
		export APT_CONFIG="$root/apt/conf"
		# Not every source of the system need have this architecture.
		apt-get -q update
		apt-get -q download check libsubunit-dev || exit 1
		for deb in *.deb; do
			dpkg-deb -x "$deb" . || exit 1
		done
	) >"$dir/check-$1.log" 2>&1 ||
		{ cat "$dir/check-$1.log"; return 1; }
	rm -rf "$root/apt"
	: >"$root/done"
}

left_out() # left_out <how many> <what and why>
{
	[ "$1" = 0 ] || say "$name: $1 left out: $2"
	skipped=$((skipped + $1))
}

# All tests of the build, without the scripts that are not for it.
choose_tests()
{
	tests='' out=0 same=0
	# shellcheck disable=SC2016 # make's variables, here and below
	for t in $(printf 'include Makefile\nshow:\n\t@echo $(TESTS)\n' |
		make -s -f - show); do
		case $t in
		# These look at what was built.
		*/check-bench.sh | */check-exports.sh | */check-headers.sh) ;;
		*.sh) out=$((out + 1)); continue ;;
		*/explore/* | */mutants/*)
			same=$((same + 1)); continue ;;
		esac
		tests="$tests $t"
	done
	left_out $out "scripts for the source or for this machine"
	left_out $same "orders of steps, which no machine changes"
}

run_tests() # run_tests <what> <make argument>...: in the build directory
{
	what=$1
	shift
	rm -f tests/*.trs tests/*/*.trs
	make -k -j"$jobs" "$@" >check.log 2>&1 || {
		grep -E '^(FAIL|ERROR|XPASS): |error:' check.log | sort -u
		say "$name: $what failed; see $PWD"
	}
	# shellcheck disable=SC2046 # three numbers
	set -- $(cat tests/*.trs tests/*/*.trs 2>/dev/null | awk '
		/^:test-result: / { n[$2]++ }
		END { print n["PASS"] + n["XFAIL"],
			n["FAIL"] + n["XPASS"] + n["ERROR"], n["SKIP"] + 0 }')
	say "$name: $what: $1 passed, $2 failed, $3 skipped"
	passed=$((passed + $1)) failed=$((failed + $2))
	skipped=$((skipped + $3))
	[ "$1" != 0 ] || failed=$((failed + 1)) # not even built
}

# A 32-bit program of x86 may run here, with the C library of its compiler.
i686_libs=/usr/i686-linux-gnu/lib
i686_flags="-Wl,--dynamic-linker=$i686_libs/ld-linux.so.2,-rpath,$i686_libs"

start_i686() # print what starts a program: nothing, or the emulator
{
	echo 'int main(void) { return 0; }' >"$dir/here.c"
	i686-linux-gnu-gcc "$i686_flags" -o "$dir/here" "$dir/here.c" || exit 99
	"$dir/here" 2>/dev/null || echo "qemu-i386 -L /usr/i686-linux-gnu"
}

build() # build <triplet> <Debian architecture> <flags of the linker>
{
	root=$dir/check/$2/usr
	lib=$(dirname "$(ls "$root"/lib/*/libcheck_pic.a)")
	CC=$1-gcc BUILD_DIR=$dir/$name \
		CONFIGURE_ARGS="--host=$1 --enable-werror
			--disable-graph --disable-media
			CFLAGS=-O2 ${3:+LDFLAGS=$3}" \
		CHECK_CFLAGS="-I$root/include -pthread" \
		CHECK_LIBS="$lib/libcheck_pic.a $lib/libsubunit.a -lrt -lm" \
		./bootstrap build >"$dir/$name.log" 2>&1 ||
		{ tail -n 30 "$dir/$name.log"; return 1; }
}

target() # target <name> <triplet> <Debian architecture> <starter> [<ldflags>]
{
	name=$1
	targets=$((targets + 1))
	if ! fetch_check "$3" || ! build "$2" "$3" "${5:-}"; then
		say "$name: not built"
		failed=$((failed + 1))
		return
	fi
	cd "$dir/$name" || exit 99
	# libtool turns its wrappers into the programs that they start.
	LAUNCH="./libtool --mode=execute timeout -k 10 600 $4"
	export LAUNCH
	launch="LOG_COMPILER=$LAUNCH"
	if [ "$short" ]; then
		run_tests "unit tests" check-TESTS "$launch" \
			TESTS='$(WHITEBOX) $(BLACKBOX)'
	else
		choose_tests
		IVRQ_STRESS=$STRESS run_tests "make check" check "$launch" \
			TESTS="$tests"
	fi
	if [ "$name" = aarch64 ]; then
		QEMU_CPU=cortex-a57 IVRQ_STRESS=$STRESS run_tests \
			"stress, load-link and store-conditional" check-TESTS \
			"$launch" TESTS='$(filter-out $(EXPLORE), $(STRESS))'
	fi
	cd "$top" || exit 99
	unset LAUNCH
}

musl()
{
	name=musl
	targets=$((targets + 1))
	# No pkg-config directory: nothing there is built for musl.
	if ! CC=musl-gcc BUILD_DIR=$dir/musl CONFIGURE_ARGS="--enable-werror
		--disable-graph --disable-media CFLAGS=-O2
		PKG_CONFIG_LIBDIR=$dir/none" \
		./bootstrap build >"$dir/musl.log" 2>&1; then
		tail -n 30 "$dir/musl.log"
		say "musl: not built"
		failed=$((failed + 1))
		return
	fi
	cd "$dir/musl" || exit 99
	choose_tests
	IVRQ_STRESS=$STRESS run_tests "make check" check TESTS="$tests"
	if examples/embed >embed.out && [ "$(grep -c 'status 3' embed.out)" = 2 ]
	then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		say "musl: examples/embed failed"
		cat embed.out
	fi
	cd "$top" || exit 99
}

refuse() # refuse <triplet> <CFLAGS>: configure must say no, and why
{
	mkdir -p "$dir/refused" && cd "$dir/refused" || exit 99
	if "$top/configure" --host="$1" --disable-graph --disable-media \
		CFLAGS="$2" >configure.log 2>&1; then
		say "configure accepts $1 $2"
		failed=$((failed + 1))
	elif grep -q 'error: this target has no lock-free 64-bit atomics' \
		configure.log; then
		refused=$((refused + 1))
	else
		say "configure refuses $1 $2, but not for its atomics"
		tail -n 5 configure.log
		failed=$((failed + 1))
	fi
	cd "$top" || exit 99
}

case ${1:-} in
'') short= ;;
short) short=1 ;;
*) die "usage: sh tests/proof/cross.sh [short]" ;;
esac
[ -f configure.ac ] || die "run it from the top of the source tree"
./bootstrap >"$dir/bootstrap.log" 2>&1 || { cat "$dir/bootstrap.log"; exit 99; }

target s390x s390x-linux-gnu s390x "qemu-s390x -L /usr/s390x-linux-gnu"
refuse i686-linux-gnu -march=i486
if [ ! "$short" ]; then
	target aarch64 aarch64-linux-gnu arm64 \
		"qemu-aarch64 -L /usr/aarch64-linux-gnu"
	target armhf arm-linux-gnueabihf armhf \
		"qemu-arm -L /usr/arm-linux-gnueabihf"
	starter=$(start_i686) || die "no compiler for i686"
	target i686 i686-linux-gnu i386 "$starter" "$i686_flags"
	musl
	refuse arm-linux-gnueabihf "-march=armv6+fp -marm"
fi

say "targets=$targets passed=$passed failed=$failed skipped=$skipped" \
	"refused=$refused"
[ $failed = 0 ]
