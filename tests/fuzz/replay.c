/* SPDX-License-Identifier: MIT */
/*
 * replay.c - main() of a fuzz target that is a plain program: gives it each
 * saved input once. A fault of the target ends the program.
 *
 *	fuzz_api [file or directory]...
 *
 * Without arguments: the corpus in the source tree, by the program's name.
 */
/*
 * A directory's offsets may need 64 bits with 32-bit addresses too. With 64-bit
 * addresses they have them, and MemorySanitizer does not know the other names
 * that this gives to stat() and the like.
 */
#ifndef __LP64__
#define _FILE_OFFSET_BITS 64
#endif
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include "fuzz.h"

enum { PATH = 4096 };

static unsigned long inputs;

static int replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	/* Exactly as long as the input, so that reading beyond it shows. */
	uint8_t *data = malloc(size ? size : 1);
	bool whole = file && data && fread(data, 1, size, file) == size;

	if (file)
		fclose(file);
	if (whole) {
		inputs++;
		LLVMFuzzerTestOneInput(data, size);
	} else {
		fprintf(stderr, "%s: cannot be read\n", path);
	}
	free(data);
	return !whole;
}

static int replay(const char *path);

static int replay_directory(const char *path)
{
	struct dirent **entries;
	int i, n = scandir(path, &entries, NULL, alphasort);
	char inside[PATH];
	int failed = n < 0;

	for (i = 0; i < n; i++) {
		snprintf(inside, sizeof(inside), "%s/%s", path,
			 entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			failed |= replay(inside);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return failed;
}

static int replay(const char *path)
{
	struct stat what;

	if (stat(path, &what)) {
		perror(path);
		return 1;
	}
	if (S_ISDIR(what.st_mode))
		return replay_directory(path);
	return replay_file(path, (size_t)what.st_size);
}

int main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir");
	const char *name = strrchr(argv[0], '/');
	char corpus[PATH];
	int i, failed = 0;

	name = name ? name + 1 : argv[0];
	snprintf(corpus, sizeof(corpus), "%s/tests/fuzz/corpus/%s",
		 top ? top : ".", name);
	for (i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	if (argc == 1)
		failed = replay(corpus);
	printf("%s: %lu inputs\n", name, inputs);
	return failed || !inputs ? EXIT_FAILURE : EXIT_SUCCESS;
}
