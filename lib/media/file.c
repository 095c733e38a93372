/* SPDX-License-Identifier: MIT */
/*
 * file.c - paths, the file system, and libsndfile on top of either that or
 * the embedder's ivrq_media_files.
 *
 * libsndfile never opens a path itself: it would take some files for headerless
 * audio by their name, and a test could not make the disk late.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/leg.h"

/* ------------------------------------------------------------------ paths */

bool ivrq__path_good(const ivrq_media *media, const char *path)
{
	const char *part = path;

	if (!*path ||
	    strnlen(path, IVRQ_MEDIA_PATH_MAX + 1) > IVRQ_MEDIA_PATH_MAX)
		return false;
	if (*path == '/' && !media->config.absolute_paths)
		return false;
	while (part) {
		if (part[0] == '.' && part[1] == '.' &&
		    (part[2] == '/' || !part[2]))
			return false;
		part = strchr(part, '/');
		if (part)
			part++;
	}
	return true;
}

bool ivrq__path_join(char *full, const char *dir, const char *path,
		     const char *unique)
{
	bool alone = !*dir || *path == '/';
	int n = snprintf(full, IVRQ__MEDIA_FULL_PATH, "%s%s%s%s%s%s",
			 alone ? "" : dir, alone ? "" : "/", path,
			 unique ? "." : "", unique ? unique : "",
			 unique ? ".part" : "");

	return n > 0 && n < (int)IVRQ__MEDIA_FULL_PATH;
}

/* -------------------------------------------------------- the file system */

/* A descriptor is a pointer here; 0 is one, so they start at 1. */
static void *to_handle(int fd)
{
	return (void *)((intptr_t)fd + 1);
}

static int to_fd(void *file)
{
	return (int)((intptr_t)file - 1);
}

/* O_NONBLOCK: a pipe somebody left there must not hang the thread. */
static int disk_open(void *user, const char *path, enum ivrq_media_open how,
		     void **file)
{
	int flags = how == IVRQ_MEDIA_READ ? O_RDONLY | O_NONBLOCK
					   : O_RDWR | O_CREAT | O_EXCL;
	struct stat what;
	int fd;

	(void)user;
	do
		fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -1;
	if (fstat(fd, &what) || !S_ISREG(what.st_mode)) {
		close(fd);
		return -1;
	}
	*file = to_handle(fd);
	return 0;
}

static int64_t disk_length(void *user, void *file)
{
	struct stat what;

	(void)user;
	return fstat(to_fd(file), &what) ? -1 : what.st_size;
}

static int64_t disk_read(void *user, void *file, int64_t offset, void *bytes,
			 int64_t count)
{
	int64_t done = 0;

	(void)user;
	while (done < count) {
		ssize_t n = pread(to_fd(file), (char *)bytes + done,
				  (size_t)(count - done), offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += n;
	}
	return done;
}

static int64_t disk_write(void *user, void *file, int64_t offset,
			  const void *bytes, int64_t count)
{
	int64_t done = 0;

	(void)user;
	while (done < count) {
		ssize_t n = pwrite(to_fd(file), (const char *)bytes + done,
				   (size_t)(count - done), offset + done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		done += n;
	}
	return done;
}

static int disk_close(void *user, void *file)
{
	(void)user;
	return close(to_fd(file));
}

static int disk_rename(void *user, const char *from, const char *to)
{
	(void)user;
	return rename(from, to);
}

static int disk_remove(void *user, const char *path)
{
	(void)user;
	return unlink(path);
}

const ivrq_media_files *ivrq__files_default(void)
{
	static const ivrq_media_files disk = {
		.open = disk_open,
		.length = disk_length,
		.read = disk_read,
		.write = disk_write,
		.close = disk_close,
		.rename = disk_rename,
		.remove = disk_remove,
	};

	return &disk;
}

/* ------------------------------------------------------------- libsndfile */

static sf_count_t vio_length(void *user)
{
	struct ivrq__file *file = user;
	int64_t length = file->files->length(file->user, file->handle);

	if (length < 0) {
		file->bad = true;
		return 0;
	}
	return length;
}

static sf_count_t vio_seek(sf_count_t offset, int whence, void *user)
{
	struct ivrq__file *file = user;

	if (whence == SEEK_CUR)
		offset += file->offset;
	else if (whence == SEEK_END)
		offset += vio_length(user);
	if (offset < 0)
		return -1;
	file->offset = offset;
	return offset;
}

static sf_count_t vio_read(void *bytes, sf_count_t count, void *user)
{
	struct ivrq__file *file = user;
	int64_t n = file->files->read(file->user, file->handle, file->offset,
				      bytes, count);

	if (n < 0) {
		file->bad = true;
		return 0;
	}
	file->offset += n;
	return n;
}

static sf_count_t vio_write(const void *bytes, sf_count_t count, void *user)
{
	struct ivrq__file *file = user;
	int64_t n = file->files->write(file->user, file->handle, file->offset,
				       bytes, count);

	if (n < count)
		file->bad = true;
	if (n < 0)
		return 0;
	file->offset += n;
	return n;
}

static sf_count_t vio_tell(void *user)
{
	struct ivrq__file *file = user;

	return file->offset;
}

static SF_VIRTUAL_IO vio = {
	.get_filelen = vio_length,
	.seek = vio_seek,
	.read = vio_read,
	.write = vio_write,
	.tell = vio_tell,
};

static bool file_open(struct ivrq__file *file, const ivrq_media *media,
		      const char *full, enum ivrq_media_open how)
{
	file->files = media->config.files;
	file->user = media->config.files_user;
	file->offset = 0;
	file->bad = false;
	return file->files->open(file->user, full, how, &file->handle) >= 0;
}

/* 0, or the ivrq_reason why not. */
int ivrq__file_read(struct ivrq__file *file, const ivrq_media *media,
		    const char *path)
{
	char full[IVRQ__MEDIA_FULL_PATH];
	int reason = IVRQ_REASON_PROMPT_FORMAT;

	if (!ivrq__path_good(media, path) ||
	    !ivrq__path_join(full, media->prompts_dir, path, NULL) ||
	    !file_open(file, media, full, IVRQ_MEDIA_READ))
		return IVRQ_REASON_PROMPT_UNREADABLE;
	memset(&file->info, 0, sizeof(file->info));
	file->snd = sf_open_virtual(&vio, SFM_READ, &file->info, file);
	if (file->snd && !file->bad && file->info.samplerate > 0 &&
	    file->info.channels > 0 &&
	    file->info.channels <= IVRQ__MEDIA_CHANNELS_MAX)
		return 0;
	if (file->bad)
		reason = IVRQ_REASON_PROMPT_UNREADABLE;
	ivrq__file_close(file);
	return reason;
}

/* 0, or an ivrq_reason; then the file is not there. */
int ivrq__file_create(struct ivrq__file *file, const ivrq_media *media,
		      const char *full, uint32_t rate_hz)
{
	if (!file_open(file, media, full, IVRQ_MEDIA_CREATE))
		return IVRQ_REASON_OTHER;
	memset(&file->info, 0, sizeof(file->info));
	file->info.samplerate = (int)rate_hz;
	file->info.channels = 1;
	file->info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
	file->snd = sf_open_virtual(&vio, SFM_WRITE, &file->info, file);
	if (file->snd && !file->bad)
		return 0;
	ivrq__file_close(file);
	file->files->remove(file->user, full);
	return IVRQ_REASON_OTHER;
}

/* false: something went wrong, now or before. */
bool ivrq__file_close(struct ivrq__file *file)
{
	if (file->snd && sf_close(file->snd))
		file->bad = true;
	file->snd = NULL;
	if (file->files->close(file->user, file->handle) < 0)
		file->bad = true;
	return !file->bad;
}
