/* SPDX-License-Identifier: MIT */
/*
 * hosts.c - the rule for callback addresses.
 *
 * An address comes from a request's author or from a file, so it must not lead
 * elsewhere than config.hosts says. Two parsers that read a host differently
 * are the classic way around such a list; here curl's own parser reads the
 * address and the list, and the sender is handed what it read (CURLOPT_CURLU),
 * not the text. What remains odd is refused before by its bytes: anything but
 * visible ASCII, a backslash, a fragment, an '@' or '%' before the path.
 *
 * A name is compared as written: what it resolves to is the DNS's and thus the
 * affair of who listed it.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "graph/fail.h"
#include "graph/hosts.h"

struct host {
	char *name; /* as curl writes it: no case, numeric forms in one form */
	char *port; /* NULL: any */
};

struct ivrq__hosts {
	bool http;
	uint32_t count;
	struct host host[];
};

#define RULE_HOST "a list of \"host\" or \"host:port\""

static int refuse(ivrq_error *error, const char *rule)
{
	return ivrq__invalid(error, "callback_uri", rule);
}

/* Has the text only visible ASCII, and none of these? */
static bool plain(const char *text, size_t bytes, const char *none_of)
{
	for (size_t i = 0; i < bytes; i++)
		if (text[i] <= ' ' || text[i] > '~' || strchr(none_of, text[i]))
			return false;
	return true;
}

/* A part of the address, or NULL: there is none. */
static char *part(CURLU *url, CURLUPart which, unsigned flags)
{
	char *text = NULL;

	return curl_url_get(url, which, &text, flags) ? NULL : text;
}

/* "host" or "host:port", read as the authority of an address. */
static int read_entry(struct host *host, const char *name)
{
	static const char before[] = "https://";
	size_t bytes = name ? strlen(name) : 0;
	char text[sizeof(before) + 300];
	CURLU *url;

	if (!bytes || bytes > 290 || !plain(name, bytes, "/\\?#@%"))
		return IVRQ_EINVAL;
	url = curl_url();
	if (!url)
		return IVRQ_ENOMEM;
	memcpy(text, before, sizeof(before) - 1);
	memcpy(text + sizeof(before) - 1, name, bytes + 1);
	if (curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK) {
		host->name = part(url, CURLUPART_HOST, 0);
		host->port = part(url, CURLUPART_PORT, 0);
	}
	curl_url_cleanup(url);
	/* "host:" has no port for curl; it is a slip of who wrote it. */
	if (!host->name || (!host->port && name[bytes - 1] == ':'))
		return IVRQ_EINVAL;
	return 0;
}

int ivrq__hosts_create(const char *const *names, uint32_t count, bool http,
		       struct ivrq__hosts **hosts, ivrq_error *error)
{
	struct ivrq__hosts *made;
	int answer = 0;

	if (count && !names)
		return ivrq__invalid(error, "callback_hosts", RULE_HOST);
	made = calloc(1, sizeof(*made) + count * sizeof(made->host[0]));
	if (!made)
		return ivrq__fail(error, IVRQ_ENOMEM, "callback_hosts",
				  "memory");
	made->http = http;
	made->count = count;
	for (uint32_t i = 0; i < count && !answer; i++)
		answer = read_entry(&made->host[i], names[i]);
	if (answer) {
		ivrq__hosts_destroy(made);
		return ivrq__fail(error, answer, "callback_hosts", RULE_HOST);
	}
	*hosts = made;
	return 0;
}

void ivrq__hosts_destroy(struct ivrq__hosts *hosts)
{
	if (!hosts)
		return;
	for (uint32_t i = 0; i < hosts->count; i++) {
		curl_free(hosts->host[i].name);
		curl_free(hosts->host[i].port);
	}
	free(hosts);
}

/* Is it scheme://authority..., with a scheme that is allowed? */
static int check_text(const struct ivrq__hosts *hosts, const char *uri,
		      ivrq_error *error)
{
	size_t bytes = uri ? strlen(uri) : 0, scheme, authority;

	if (!bytes || bytes > IVRQ_JSON_URI_MAX)
		return refuse(error, "1 to 2048 bytes");
	if (!plain(uri, bytes, "\\#"))
		return refuse(error, "visible ASCII, no backslash, no #");
	if (!strncasecmp(uri, "https://", 8))
		scheme = 8;
	else if (hosts->http && !strncasecmp(uri, "http://", 7))
		scheme = 7;
	else
		return refuse(error, "https://...");
	authority = strcspn(uri + scheme, "/?");
	if (!authority || !plain(uri + scheme, authority, "@%") ||
	    uri[scheme + authority - 1] == ':')
		return refuse(error, "a host, without user or escapes");
	return 0;
}

static bool listed(const struct ivrq__hosts *hosts, const char *name,
		   const char *port)
{
	for (uint32_t i = 0; i < hosts->count; i++) {
		const struct host *host = &hosts->host[i];

		if (!strcasecmp(host->name, name) &&
		    (!host->port || !strcmp(host->port, port)))
			return true;
	}
	return false;
}

/* "scheme://host:port" */
static char *join_origin(const char *scheme, const char *name, const char *port)
{
	size_t bytes = strlen(scheme) + strlen(name) + strlen(port) + 5;
	char *text = malloc(bytes);

	if (text) {
		strcpy(text, scheme);
		strcat(text, "://");
		strcat(text, name);
		strcat(text, ":");
		strcat(text, port);
	}
	return text;
}

/* The same for what was parsed. */
static int check_parsed(const struct ivrq__hosts *hosts, CURLU *url,
			char **origin, ivrq_error *error)
{
	char *scheme = part(url, CURLUPART_SCHEME, 0);
	char *name = part(url, CURLUPART_HOST, 0);
	char *port = part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	char *user = part(url, CURLUPART_USER, 0);
	char *zone = part(url, CURLUPART_ZONEID, 0);
	int answer = 0;

	if (!scheme || !name || !port || user || zone)
		answer = refuse(error, "an absolute address");
	else if (strcmp(scheme, "https") && strcmp(scheme, "http"))
		answer = refuse(error, "https://...");
	else if (!listed(hosts, name, port))
		answer = refuse(error, "a host of callback_hosts");
	else if (!(*origin = join_origin(scheme, name, port)))
		answer = ivrq__fail(error, IVRQ_ENOMEM, "callback_uri",
				    "memory");
	curl_free(scheme);
	curl_free(name);
	curl_free(port);
	curl_free(user);
	curl_free(zone);
	return answer;
}

int ivrq__hosts_check(const struct ivrq__hosts *hosts, const char *uri,
		      struct ivrq__where *where, ivrq_error *error)
{
	struct ivrq__where found = { NULL, NULL };
	int answer = check_text(hosts, uri, error);

	if (answer)
		return answer;
	found.url = curl_url();
	if (!found.url)
		return ivrq__fail(error, IVRQ_ENOMEM, "callback_uri", "memory");
	if (curl_url_set(found.url, CURLUPART_URL, uri, 0))
		answer = refuse(error, "an absolute address");
	else
		answer = check_parsed(hosts, found.url, &found.origin, error);
	if (answer || !where)
		ivrq__where_done(&found);
	else
		*where = found;
	return answer;
}

void ivrq__where_done(struct ivrq__where *where)
{
	curl_url_cleanup(where->url);
	free(where->origin);
	where->url = NULL;
	where->origin = NULL;
}
