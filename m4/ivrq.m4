dnl SPDX-License-Identifier: MIT

dnl IVRQ_APPEND_CFLAGS(VAR, FLAGS): append to VAR each flag the compiler takes.
AC_DEFUN([IVRQ_APPEND_CFLAGS], [
  for ivrq_flag in m4_normalize([$2]); do
    AC_MSG_CHECKING([whether $CC accepts $ivrq_flag])
    ivrq_save="$CFLAGS"
    CFLAGS="$CFLAGS -Werror $ivrq_flag"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM],
      [AC_MSG_RESULT([yes])
       $1="$$1 $ivrq_flag"],
      [AC_MSG_RESULT([no])])
    CFLAGS="$ivrq_save"
  done])

dnl IVRQ_VERSION_SCRIPT: AM_CONDITIONAL HAVE_VERSION_SCRIPT.
AC_DEFUN([IVRQ_VERSION_SCRIPT], [
  AC_MSG_CHECKING([whether the linker accepts --version-script])
  ivrq_save="$LDFLAGS"
  LDFLAGS="$LDFLAGS -shared -fPIC -Wl,--version-script=conftest.map"
  echo 'V { global: main; local: *; };' >conftest.map
  AC_LINK_IFELSE([AC_LANG_PROGRAM], [ivrq_vs=yes], [ivrq_vs=no])
  LDFLAGS="$ivrq_save"
  rm -f conftest.map
  AC_MSG_RESULT([$ivrq_vs])
  AM_CONDITIONAL([HAVE_VERSION_SCRIPT], [test "x$ivrq_vs" = xyes])])

dnl IVRQ_ATOMICS: refuse a target whose C11 atomics of 1 to 8 bytes are not all
dnl lock-free; add -latomic to LIBS where the compiler calls out for them. A link
dnl test with real operations: AC_SEARCH_LIBS would declare the compiler's
dnl builtin with a wrong type.
AC_DEFUN([IVRQ_ATOMICS], [
  ivrq_cflags="$CFLAGS"
  ivrq_libs="$LIBS"
  CFLAGS="$CFLAGS $STD_CFLAGS"
  AC_MSG_CHECKING([for C11 <stdatomic.h>])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <stdatomic.h>]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([C11 <stdatomic.h> is required])])

  AC_MSG_CHECKING([whether 64-bit atomics are lock-free])
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <stdatomic.h>
#if ATOMIC_LLONG_LOCK_FREE != 2 || ATOMIC_POINTER_LOCK_FREE != 2 || \
    ATOMIC_INT_LOCK_FREE != 2 || ATOMIC_CHAR_LOCK_FREE != 2
#error not always lock-free
#endif]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([this target has no lock-free 64-bit atomics, and ivrq does
not work with locks in their place. If the processor has them, say so to the
compiler: CFLAGS=-march=i586 on x86, CFLAGS=-march=armv7-a on ARM])])

  AC_MSG_CHECKING([for the library with 64-bit atomics])
  ivrq_atomics=no
  for ivrq_lib in "" -latomic; do
    LIBS="$ivrq_lib $ivrq_libs"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <stdatomic.h>
#include <stdint.h>
_Atomic uint64_t a;
_Atomic unsigned char b;]], [[
uint64_t x = 0;
unsigned char y = 0;
return !atomic_compare_exchange_strong(&a, &x, 1) +
       !atomic_compare_exchange_strong(&b, &y, 1);]])],
      [ivrq_atomics="${ivrq_lib:-none required}"
       break])
  done
  CFLAGS="$ivrq_cflags"
  AC_MSG_RESULT([$ivrq_atomics])
  AS_IF([test "$ivrq_atomics" = no],
    [AC_MSG_ERROR([programs with 64-bit atomics do not link, with or without
-latomic])])])

dnl IVRQ_PEER(VAR, MODULE, HEADER, [LIBRARIES]): VAR_CFLAGS and VAR_LIBS of a
dnl library that the benchmarks compare with, and -DHAVE_VAR; empty if it is not
dnl here, or not for the machine this build is for. LIBRARIES in the place of
dnl all those the module names, its directories kept. No warnings from headers.
AC_DEFUN([IVRQ_PEER], [
  PKG_CHECK_MODULES([$1], [$2], [ivrq_peer=yes], [ivrq_peer=no])
  AS_IF([test $ivrq_peer = yes],
    [$1_CFLAGS="-DHAVE_$1 `AS_ECHO([" $$1_CFLAGS"]) | sed 's/ -I/ -isystem /g'`"
     m4_ifval([$4],
       [ivrq_libs=
        for ivrq_lib in $$1_LIBS; do
          AS_CASE([$ivrq_lib], [-L*], [ivrq_libs="$ivrq_libs $ivrq_lib"])
        done
        $1_LIBS="$ivrq_libs $4"])
     ivrq_cflags="$CFLAGS"
     ivrq_libs="$LIBS"
     CFLAGS="$CFLAGS $$1_CFLAGS"
     LIBS="$$1_LIBS $LIBS"
     AC_MSG_CHECKING([whether a program can be built with <$3>])
     AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <$3>]])], [],
       [ivrq_peer=no])
     AC_MSG_RESULT([$ivrq_peer])
     CFLAGS="$ivrq_cflags"
     LIBS="$ivrq_libs"])
  AS_IF([test $ivrq_peer = no],
    [$1_CFLAGS=
     $1_LIBS=])])
