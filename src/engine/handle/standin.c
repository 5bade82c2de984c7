/* standin.c - see standin.h. */
#include "handle/standin.h"

#include "handle/body.h"
#include "steadycurl/newer.h"
#include "steadycurl/version.h"

/*
 * What a copy of the program's handle has to lose before it asks another host, and the value that
 * an untouched handle has. Not in the table, and so the program's own: how to get out into the
 * network (proxies, interfaces, names' servers, sockets), whom to trust (CA, ciphers, versions),
 * how long it may take, and callbacks that see no credential.
 */
static const struct {
    CURLoption option;
    long value; /* of a number; of all others NULL */
} lost[] = {
    /* who the program is */
    {CURLOPT_USERPWD, 0},
    {CURLOPT_USERNAME, 0},
    {CURLOPT_PASSWORD, 0},
    {CURLOPT_LOGIN_OPTIONS, 0},
    {CURLOPT_XOAUTH2_BEARER, 0},
    {CURLOPT_AWS_SIGV4, 0},
    {CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_NETRC_FILE, 0},
    {CURLOPT_SASL_AUTHZID, 0},
    {CURLOPT_SERVICE_NAME, 0},
    {CURLOPT_GSSAPI_DELEGATION, CURLGSSAPI_DELEGATION_NONE},
    {CURLOPT_TLSAUTH_USERNAME, 0},
    {CURLOPT_TLSAUTH_PASSWORD, 0},
    {CURLOPT_SSLCERT, 0},
    {CURLOPT_SSLCERT_BLOB, 0},
    {CURLOPT_SSLKEY, 0},
    {CURLOPT_SSLKEY_BLOB, 0},
    {CURLOPT_KEYPASSWD, 0},
    {CURLOPT_SSL_CTX_FUNCTION, 0}, /* may put a certificate in */
    {CURLOPT_SSL_CTX_DATA, 0},
    {CURLOPT_COOKIE, 0},
    {CURLOPT_COOKIEFILE, 0},
    {CURLOPT_COOKIEJAR, 0},
    {CURLOPT_SHARE, 0},
    {CURLOPT_HTTPHEADER, 0},
    {CURLOPT_REFERER, 0},
    {CURLOPT_AUTOREFERER, 0},
    /* in this order: naming an address, even none, has libcurl say the PROXY line (8.2 and later)
     */
    {(CURLoption)SC_CURLOPT_HAPROXY_CLIENT_IP, 0},
    {CURLOPT_HAPROXYPROTOCOL, 0},
    {CURLOPT_TRAILERFUNCTION, 0},
    {CURLOPT_TRAILERDATA, 0},
    /* what it wants of its own host */
    {CURLOPT_CURLU, 0},
    {CURLOPT_PORT, 0},
    {CURLOPT_CUSTOMREQUEST, 0},
    {CURLOPT_REQUEST_TARGET, 0},
    {CURLOPT_PATH_AS_IS, 0},
    {CURLOPT_NOBODY, 0},
    {CURLOPT_UPLOAD, 0},
    {CURLOPT_MIMEPOST, 0},
    {CURLOPT_HTTPPOST, 0},
    {CURLOPT_RANGE, 0},
    {CURLOPT_TIMECONDITION, CURL_TIMECOND_NONE},
    {CURLOPT_TRANSFER_ENCODING, 0},
    {CURLOPT_ACCEPT_ENCODING, 0},
    {CURLOPT_HTTP200ALIASES, 0},
    {CURLOPT_HTTP09_ALLOWED, 0},
    {CURLOPT_FOLLOWLOCATION, 0}, /* its key goes to nobody else */
    {CURLOPT_RESOLVE, 0},
    {CURLOPT_CONNECT_TO, 0},
    {CURLOPT_UNIX_SOCKET_PATH, 0},
    {CURLOPT_ABSTRACT_UNIX_SOCKET, 0},
    {CURLOPT_PINNEDPUBLICKEY, 0},
    {CURLOPT_STREAM_DEPENDS, 0},
    {CURLOPT_STREAM_DEPENDS_E, 0},
    /* files that are written when a handle goes */
    {CURLOPT_ALTSVC, 0},
    {CURLOPT_HSTS, 0},
    {CURLOPT_HSTSREADFUNCTION, 0},
    {CURLOPT_HSTSWRITEFUNCTION, 0},
    /* where the target's key would be shown to the program */
    {CURLOPT_VERBOSE, 0},
    {CURLOPT_DEBUGFUNCTION, 0},
};

static bool is_number(CURLoption option)
{
    return option < CURLOPTTYPE_OBJECTPOINT;
}

/* An option that this libcurl does not know cannot have been set. */
static bool lose(const struct sc_libcurl *real, CURL *copy)
{
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++) {
        CURLoption option = lost[i].option;
        CURLcode rc = is_number(option) ? real->easy_setopt(copy, option, lost[i].value)
                                        : real->easy_setopt(copy, option, NULL);

        if (rc == CURLE_OUT_OF_MEMORY)
            return false;
    }
    return real->easy_setopt(copy, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)0) == CURLE_OK;
}

/* Cookies that were received are in the handle, not in an option. Without support for cookies there
 * are none. */
static void lose_cookies(const struct sc_libcurl *real, CURL *copy)
{
    real->easy_setopt(copy, CURLOPT_COOKIELIST, "ALL");
}

static bool put_request(const struct sc_libcurl *real, CURL *copy, const struct sc_standin *q)
{
    real->easy_setopt(copy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    real->easy_setopt(copy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    real->easy_setopt(copy, CURLOPT_PROXYHEADER, NULL); /* a plain proxy passes them on */
    if (q->http2_known)
        real->easy_setopt(copy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_NONE);
    return real->easy_setopt(copy, CURLOPT_URL, q->url) == CURLE_OK &&
           real->easy_setopt(copy, CURLOPT_USERAGENT, "steadycurl/" SC_VERSION) == CURLE_OK &&
           real->easy_setopt(copy, CURLOPT_HTTPHEADER, q->headers) == CURLE_OK &&
           real->easy_setopt(copy, CURLOPT_POST, 1L) == CURLE_OK &&
           real->easy_setopt(copy, CURLOPT_POSTFIELDS, q->body) == CURLE_OK &&
           real->easy_setopt(copy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len) ==
               CURLE_OK;
}

bool sc_standin_in(struct sc_shadow *s, const struct sc_standin *request)
{
    CURL *copy;

    sc_standin_out(s);
    sc_body_lend_copy(s);
    copy = s->real->easy_duphandle(s->easy);
    sc_body_take_copy_back(s);
    if (!copy)
        return false;
    lose_cookies(s->real, copy);
    if (!lose(s->real, copy) || !put_request(s->real, copy, request)) {
        s->real->easy_cleanup(copy);
        return false;
    }
    s->own = s->easy;
    s->easy = copy;
    return true;
}

void sc_standin_out(struct sc_shadow *s)
{
    CURL *copy = s->easy;

    if (!s->own)
        return;
    s->easy = s->own;
    s->own = NULL;
    s->real->easy_cleanup(copy);
}
