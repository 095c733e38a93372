/* SPDX-License-Identifier: MIT */
/*
 * sanitize.c - what code compiled with -fsanitize=thread calls: every plain
 * access that is not of the stack alone. The sanitizer's own library is not
 * linked; explore.c and weak.c take its place. gcc and clang.
 */
#include "explore.h"

#include <string.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define SANITIZED
#endif

#define SITE __builtin_return_address(0)
void *explore_memcpy(void *to, const void *from, size_t size)
{
	explore_plain(from, size, false, SITE);
	explore_plain(to, size, true, SITE);
	return memcpy(to, from, size);
}

void *explore_memset(void *to, int byte, size_t size)
{
	explore_plain(to, size, true, SITE);
	return memset(to, byte, size);
}

#ifndef SANITIZED /* there it is the real one; nothing is explored */
#define PLAIN(name, size)                                                      \
	void __tsan_read##name(void *object);                                  \
	void __tsan_write##name(void *object);                                 \
	void __tsan_read##name(void *object)                                   \
	{                                                                      \
		explore_plain(object, size, false, SITE);                      \
	}                                                                      \
	void __tsan_write##name(void *object)                                  \
	{                                                                      \
		explore_plain(object, size, true, SITE);                       \
	}
PLAIN(1, 1)
PLAIN(2, 2)
PLAIN(4, 4)
PLAIN(8, 8)
PLAIN(16, 16)

#define UNALIGNED(name, size)                                                  \
	void __tsan_unaligned_read##name(void *object);                        \
	void __tsan_unaligned_write##name(void *object);                       \
	void __tsan_unaligned_read##name(void *object)                         \
	{                                                                      \
		explore_plain(object, size, false, SITE);                      \
	}                                                                      \
	void __tsan_unaligned_write##name(void *object)                        \
	{                                                                      \
		explore_plain(object, size, true, SITE);                       \
	}
UNALIGNED(2, 2)
UNALIGNED(4, 4)
UNALIGNED(8, 8)
UNALIGNED(16, 16)

void __tsan_read_range(void *object, size_t size);
void __tsan_write_range(void *object, size_t size);
void __tsan_init(void);
void __tsan_func_entry(void *site);
void __tsan_func_exit(void);
void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memset(void *to, int byte, size_t size);

void __tsan_read_range(void *object, size_t size)
{
	explore_plain(object, size, false, SITE);
}

void __tsan_write_range(void *object, size_t size)
{
	explore_plain(object, size, true, SITE);
}

void __tsan_init(void)
{
}

void __tsan_func_entry(void *site)
{
	(void)site;
}

void __tsan_func_exit(void)
{
}

void *__tsan_memcpy(void *to, const void *from, size_t size)
{
	explore_plain(from, size, false, SITE);
	explore_plain(to, size, true, SITE);
	return memcpy(to, from, size);
}

void *__tsan_memset(void *to, int byte, size_t size)
{
	explore_plain(to, size, true, SITE);
	return memset(to, byte, size);
}

#endif
