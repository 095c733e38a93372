/* SPDX-License-Identifier: MIT */
/*
 * uuid.c - ids of calls and operations, in the spellings of the API.
 */
#include <string.h>
#include <sys/random.h>
#include <uuid/uuid.h>

#include <ivrq/json.h>

/* libuuid stirs what it got with a dozen system calls: it is for where the
 * system has no randomness. */
void ivrq_uuid_make(ivrq_uuid *uuid)
{
	if (getrandom(uuid->bytes, sizeof(uuid->bytes), 0) !=
	    (ssize_t)sizeof(uuid->bytes)) {
		uuid_generate_random(uuid->bytes);
		return;
	}
	uuid->bytes[6] = (uint8_t)(0x40 | (uuid->bytes[6] & 0x0f));
	uuid->bytes[8] = (uint8_t)(0x80 | (uuid->bytes[8] & 0x3f));
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Is there a dash before this byte? */
static bool dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

int ivrq_uuid_parse(const char *text, size_t length, ivrq_uuid *uuid)
{
	bool dashes = length == IVRQ_UUID_DASHED_BYTES - 1;
	ivrq_uuid read;

	if (!text || !uuid || (!dashes && length != IVRQ_UUID_PLAIN_BYTES - 1))
		return IVRQ_EINVAL;
	for (size_t i = 0; i < sizeof(read.bytes); i++) {
		int high, low;

		if (dashes && dash_before(i) && *text++ != '-')
			return IVRQ_EINVAL;
		high = digit(text[0]);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return IVRQ_EINVAL;
		read.bytes[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	*uuid = read;
	return 0;
}

void ivrq_uuid_dashed(const ivrq_uuid *uuid, char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
		if (dash_before(i))
			*text++ = '-';
		*text++ = digits[uuid->bytes[i] >> 4];
		*text++ = digits[uuid->bytes[i] & 15];
	}
	*text = 0;
}

void ivrq_uuid_plain(const ivrq_uuid *uuid, char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
		*text++ = digits[uuid->bytes[i] >> 4];
		*text++ = digits[uuid->bytes[i] & 15];
	}
	*text = 0;
}
