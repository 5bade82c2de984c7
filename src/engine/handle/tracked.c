/* tracked.c - see tracked.h. */
#include "handle/tracked.h"

#include "handle/shadow.h"

/* Where a member lies; what is of another type does not compile. */
#define OF_TYPE(type, member)              \
    (offsetof(struct sc_options, member) + \
     0 * sizeof(_Generic((((struct sc_options *)NULL)->member), type : 1)))
#define OF_SIZE(size, member)              \
    (offsetof(struct sc_options, member) + \
     0 * sizeof(char[sizeof(((struct sc_options *)NULL)->member) == (size) ? 1 : -1]))

#define ROW(name, at_, kind_, ...)         \
    [SC_TRACKED_INDEX(CURLOPT_##name)] = { \
        .option = CURLOPT_##name, .at = (at_), .kind = SC_TRACKED_##kind_, __VA_ARGS__}
#define POINTER(name, member, ...) ROW(name, OF_SIZE(sizeof(void *), member), POINTER, __VA_ARGS__)
#define FUNCTION(name, member, ...) \
    ROW(name, OF_SIZE(sizeof(void *), member), FUNCTION, __VA_ARGS__)
#define FLAG(name, member, ...) ROW(name, OF_TYPE(bool, member), FLAG, __VA_ARGS__)
#define NUMBER(name, member, ...) ROW(name, OF_TYPE(int64_t, member), NUMBER, __VA_ARGS__)
#define TEXT(name, member, ...) ROW(name, OF_TYPE(struct sc_text, member), TEXT, __VA_ARGS__)
#define HOOK(name) .hook = SC_HOOK_##name
#define CONCERNS(what) .concerns = SC_CONCERNS_##what
#define CREDENTIAL(name) ROW(name, SC_CREDENTIAL_##name, CREDENTIAL)

const struct sc_tracked sc_tracked[SC_TRACKED_MAX] = {
    FUNCTION(WRITEFUNCTION, write_fn, HOOK(WRITE)),
    POINTER(WRITEDATA, write_data, HOOK(WRITE)),
    FUNCTION(HEADERFUNCTION, header_fn, HOOK(HEADER)),
    POINTER(HEADERDATA, header_data, HOOK(HEADER)),
    FUNCTION(READFUNCTION, read_fn, HOOK(READ)),
    POINTER(READDATA, read_data, HOOK(READ)),
    FUNCTION(SEEKFUNCTION, seek_fn, HOOK(SEEK)),
    POINTER(SEEKDATA, seek_data, HOOK(SEEK)),
    FUNCTION(IOCTLFUNCTION, ioctl_fn, HOOK(IOCTL)),
    POINTER(IOCTLDATA, ioctl_data, HOOK(IOCTL)),
    FUNCTION(XFERINFOFUNCTION, xferinfo_fn, HOOK(PROGRESS)),
    FUNCTION(PROGRESSFUNCTION, progress_fn, HOOK(PROGRESS)),
    POINTER(XFERINFODATA, progress_data, HOOK(PROGRESS)), /* the same number as PROGRESSDATA */
    FLAG(NOPROGRESS, no_progress, HOOK(PROGRESS)),
    FUNCTION(OPENSOCKETFUNCTION, opensocket_fn, HOOK(OPENSOCKET)),
    POINTER(OPENSOCKETDATA, opensocket_data, HOOK(OPENSOCKET)),
    FUNCTION(SOCKOPTFUNCTION, sockopt_fn, HOOK(SOCKOPT)),
    POINTER(SOCKOPTDATA, sockopt_data, HOOK(SOCKOPT)),
    FUNCTION(RESOLVER_START_FUNCTION, resolver_start_fn, HOOK(RESOLVER_START)),
    POINTER(RESOLVER_START_DATA, resolver_start_data, HOOK(RESOLVER_START)),
    FUNCTION(HSTSREADFUNCTION, hsts_read_fn),
    POINTER(ERRORBUFFER, error_buffer),

    ROW(URL, OF_TYPE(struct sc_text, url), URL, CONCERNS(URL)),
    POINTER(CURLU, url_handle, CONCERNS(URL)),
    NUMBER(PORT, port, CONCERNS(URL)),
    TEXT(DEFAULT_PROTOCOL, default_protocol, CONCERNS(URL)),

    ROW(HTTPGET, SC_METHOD_GET, GET, CONCERNS(BODY)),
    ROW(POST, SC_METHOD_POST, METHOD, CONCERNS(BODY)),
    ROW(UPLOAD, SC_METHOD_PUT, METHOD, CONCERNS(BODY)),
    ROW(PUT, SC_METHOD_PUT, METHOD, CONCERNS(BODY)),
    ROW(NOBODY, SC_METHOD_HEAD, NO_BODY, CONCERNS(BODY)),
    ROW(HTTPPOST, SC_METHOD_POST_FORM, FORM, CONCERNS(BODY)),
    ROW(MIMEPOST, SC_METHOD_POST_MIME, MIME, CONCERNS(BODY)),
    ROW(POSTFIELDS, SC_METHOD_POST, FIELDS, CONCERNS(BODY)),
    ROW(COPYPOSTFIELDS, SC_METHOD_POST, COPIED_FIELDS, CONCERNS(BODY)),
    ROW(POSTFIELDSIZE, OF_TYPE(int64_t, post_size), FIELDS_SIZE, CONCERNS(BODY)),
    ROW(POSTFIELDSIZE_LARGE, OF_TYPE(int64_t, post_size), FIELDS_SIZE, CONCERNS(BODY)),
    NUMBER(INFILESIZE, infile_size, CONCERNS(BODY)),
    NUMBER(INFILESIZE_LARGE, infile_size, CONCERNS(BODY)),
    POINTER(HTTPHEADER, headers, CONCERNS(BODY)),

    POINTER(PROXYHEADER, proxy_headers),
    TEXT(CUSTOMREQUEST, custom_request),
    TEXT(REFERER, referer),
    TEXT(XOAUTH2_BEARER, bearer),
    CREDENTIAL(USERPWD),
    CREDENTIAL(USERNAME),
    CREDENTIAL(PASSWORD),
    CREDENTIAL(PROXY),
    CREDENTIAL(PRE_PROXY),
    CREDENTIAL(PROXYUSERPWD),
    CREDENTIAL(PROXYUSERNAME),
    CREDENTIAL(PROXYPASSWORD),
    CREDENTIAL(COOKIE),
    ROW(TIMEOUT, OF_TYPE(int64_t, timeout_ms), SECONDS),
    NUMBER(TIMEOUT_MS, timeout_ms),
    FLAG(HEADER, include_header),
    FLAG(FAILONERROR, fail_on_error),
    FLAG(NOSIGNAL, no_signal),
    FLAG(CONNECT_ONLY, connect_only),
    FLAG(FOLLOWLOCATION, follow),
    FLAG(AUTOREFERER, auto_referer),
    FLAG(FRESH_CONNECT, fresh_connect, HOOK(FRESH_CONNECT)),
    ROW(HTTP_VERSION, OF_TYPE(bool, knows_http2), HTTP_VERSION),
};
