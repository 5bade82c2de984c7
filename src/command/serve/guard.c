/*
 * guard.c - who may ask; see inside.h.
 *
 * On this machine alone, what could ask without a right to is a page in the same browser: one that
 * has its own name lead here (DNS rebinding) is told by the name that it asked for. Other pages
 * may not read answers, since no header allows it. For other addresses there is a token.
 */
#include <string.h>

#include "serve/inside.h"

static const char cookie_name[] = "steadycurl";

/* "HOST", "HOST:PORT", "[::1]:PORT": whether its host is `name`. The port does not matter, which a
 * tunnel may change. */
static bool is_host(const char *host, const char *name)
{
    size_t n = strlen(name);
    const char *rest = host + n;

    if (strncasecmp(host, name, n) != 0)
        return false;
    return !*rest || (*rest == ':' && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

static bool is_ours(const struct sc_serve *s, const char *host)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    char bracketed[80];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (is_host(host, names[i]))
            return true;
    snprintf(bracketed, sizeof bracketed, strchr(s->config->bind, ':') ? "[%s]" : "%s",
             s->config->bind);
    return is_host(host, bracketed);
}

/* Takes as long for one that is nearly right as for any other of its length. */
static bool is_token(const char *token, const char *given, size_t n)
{
    unsigned char differs = strlen(token) != n;

    for (size_t i = 0; i < n && token[i]; i++)
        differs |= (unsigned char)(token[i] ^ given[i]);
    return !differs;
}

static bool bears_token(const struct sc_serve *s, struct MHD_Connection *c)
{
    const char *auth = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization");
    const char *cookie = MHD_lookup_connection_value(c, MHD_COOKIE_KIND, cookie_name);
    const char *token = s->config->token;

    if (auth && strncasecmp(auth, "Bearer ", 7) == 0 && is_token(token, auth + 7, strlen(auth + 7)))
        return true;
    return cookie && is_token(token, cookie, strlen(cookie));
}

/* A link with the token in it opens the page: the token moves into a cookie, out of what is shown,
 * kept as history or sent on. */
static bool enters(const struct sc_serve *s, struct MHD_Connection *c, const char *path,
                   enum MHD_Result *result)
{
    const char *token = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "token");
    struct MHD_Response *r;
    char cookie[512];

    if (!token || strcmp(path, "/") != 0 || !is_token(s->config->token, token, strlen(token)) ||
        snprintf(cookie, sizeof cookie, "%s=%s; Path=/; HttpOnly; SameSite=Strict", cookie_name,
                 token) >= (int)sizeof cookie)
        return false;
    r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (!r)
        return false;
    sc_add_headers(r, "text/plain");
    MHD_add_response_header(r, "Location", "/");
    MHD_add_response_header(r, "Set-Cookie", cookie);
    *result = MHD_queue_response(c, MHD_HTTP_SEE_OTHER, r);
    MHD_destroy_response(r);
    return true;
}

bool sc_guard(struct sc_serve *s, struct MHD_Connection *c, const char *method, const char *path,
              enum MHD_Result *result)
{
    const char *host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host");

    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        *result = sc_send_error(c, MHD_HTTP_METHOD_NOT_ALLOWED, "this page is read-only", "Allow",
                                "GET, HEAD");
        return false;
    }
    if (s->config->token) {
        if (bears_token(s, c))
            return true;
        if (!enters(s, c, path, result))
            *result = sc_send_error(c, MHD_HTTP_UNAUTHORIZED,
                                    "a token is needed: open /?token=..., or send it as "
                                    "\"Authorization: Bearer ...\"",
                                    "WWW-Authenticate", "Bearer realm=\"steadycurl\"");
        return false;
    }
    if (host && is_ours(s, host))
        return true;
    *result = sc_send_error(c, MHD_HTTP_MISDIRECTED_REQUEST,
                            "this name is not one that this page is asked for by: use localhost, "
                            "or the address that it is bound to",
                            NULL, NULL);
    return false;
}
