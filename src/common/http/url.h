/*
 * url.h - takes apart URLs that leave no room for doubt.
 *
 * libcurl's own curl_url decides what a URL means; but it costs microseconds, and the command has
 * no libcurl at all. For the URLs that programs really use for LLM calls this function gives the
 * same answer; for everything that parsers have ever disagreed about it says "not simple", and
 * the caller must ask curl_url (or refuse). Example:
 *
 *     sc_url_split("https://API.openai.com/v1/chat?x=1", 34, &u)
 *         host "api.openai.com", port 443, path "/v1/chat", query "x=1"
 *     sc_url_split("https://api.openai.com@evil.example/", ...)  false
 *
 * Not simple: schemes other than http and https, user info, backslashes, control characters,
 * blanks, non-ASCII, percent signs in the host, dot segments in the path (libcurl removes them),
 * IPv4 shorthands (0x7f.1), IPv6 texts not in canonical form, a trailing dot, an empty or odd
 * port. Pure and thread-safe; path and query are borrowed from the URL.
 */
#ifndef SC_HTTP_URL_H
#define SC_HTTP_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "http/str.h"

#define SC_URL_HOST_MAX 256

struct sc_url {
    bool scheme_https;
    char host[SC_URL_HOST_MAX]; /* lower case, without brackets, NUL-terminated */
    size_t host_len;
    int port;            /* effective: the URL's own or the scheme's default */
    struct sc_str path;  /* starts with '/' */
    struct sc_str query; /* without '?'; n 0 if none */
};

bool sc_url_split(const char *url, size_t n, struct sc_url *out);

#endif
