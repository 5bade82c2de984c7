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

#define ROW(name, at_, kind_, ...) \
    [SC_TRACKED_INDEX(name)] = {   \
        .option = (name), .at = (at_), .kind = SC_TRACKED_##kind_, __VA_ARGS__}
#define POINTER(name, member, ...) ROW(name, OF_SIZE(sizeof(void *), member), POINTER, __VA_ARGS__)
#define FUNCTION(name, member, ...) \
    ROW(name, OF_SIZE(sizeof(void *), member), FUNCTION, __VA_ARGS__)
#define FLAG(name, member, ...) ROW(name, OF_TYPE(bool, member), FLAG, __VA_ARGS__)
#define NUMBER(name, member, ...) ROW(name, OF_TYPE(int64_t, member), NUMBER, __VA_ARGS__)
#define TEXT(name, member, ...) ROW(name, OF_TYPE(struct sc_text, member), TEXT, __VA_ARGS__)
#define HOOK(name) .hook = SC_HOOK_##name
#define CONCERNS(what) .concerns = SC_CONCERNS_##what
#define CREDENTIAL(name, which) ROW(name, SC_CREDENTIAL_##which, CREDENTIAL)

const struct sc_tracked sc_tracked[SC_TRACKED_MAX] = {
    FUNCTION(CURLOPT_WRITEFUNCTION, write_fn, HOOK(WRITE)),
    POINTER(CURLOPT_WRITEDATA, write_data, HOOK(WRITE)),
    FUNCTION(CURLOPT_HEADERFUNCTION, header_fn, HOOK(HEADER)),
    POINTER(CURLOPT_HEADERDATA, header_data, HOOK(HEADER)),
    FUNCTION(CURLOPT_READFUNCTION, read_fn, HOOK(READ)),
    POINTER(CURLOPT_READDATA, read_data, HOOK(READ)),
    FUNCTION(CURLOPT_SEEKFUNCTION, seek_fn, HOOK(SEEK)),
    POINTER(CURLOPT_SEEKDATA, seek_data, HOOK(SEEK)),
    FUNCTION(CURLOPT_IOCTLFUNCTION, ioctl_fn, HOOK(IOCTL)),
    POINTER(CURLOPT_IOCTLDATA, ioctl_data, HOOK(IOCTL)),
    FUNCTION(CURLOPT_XFERINFOFUNCTION, xferinfo_fn, HOOK(PROGRESS)),
    FUNCTION(CURLOPT_PROGRESSFUNCTION, progress_fn, HOOK(PROGRESS)),
    POINTER(CURLOPT_XFERINFODATA, progress_data, HOOK(PROGRESS)), /* and PROGRESSDATA */
    FLAG(CURLOPT_NOPROGRESS, no_progress, HOOK(PROGRESS)),
    FUNCTION(CURLOPT_OPENSOCKETFUNCTION, opensocket_fn, HOOK(OPENSOCKET)),
    POINTER(CURLOPT_OPENSOCKETDATA, opensocket_data, HOOK(OPENSOCKET)),
    FUNCTION(CURLOPT_SOCKOPTFUNCTION, sockopt_fn, HOOK(SOCKOPT)),
    POINTER(CURLOPT_SOCKOPTDATA, sockopt_data, HOOK(SOCKOPT)),
    FUNCTION(CURLOPT_RESOLVER_START_FUNCTION, resolver_start_fn, HOOK(RESOLVER_START)),
    POINTER(CURLOPT_RESOLVER_START_DATA, resolver_start_data, HOOK(RESOLVER_START)),
    FUNCTION(CURLOPT_HSTSREADFUNCTION, hsts_read_fn),
    POINTER(CURLOPT_ERRORBUFFER, error_buffer),

    ROW(CURLOPT_URL, OF_TYPE(struct sc_text, url), URL, CONCERNS(URL)),
    POINTER(CURLOPT_CURLU, url_handle, CONCERNS(URL)),
    NUMBER(CURLOPT_PORT, port, CONCERNS(URL)),
    TEXT(CURLOPT_DEFAULT_PROTOCOL, default_protocol, CONCERNS(URL)),

    ROW(CURLOPT_HTTPGET, SC_METHOD_GET, GET, CONCERNS(BODY)),
    ROW(CURLOPT_POST, SC_METHOD_POST, METHOD, CONCERNS(BODY)),
    ROW(CURLOPT_UPLOAD, SC_METHOD_PUT, METHOD, CONCERNS(BODY)),
    ROW(CURLOPT_PUT, SC_METHOD_PUT, METHOD, CONCERNS(BODY)),
    ROW(CURLOPT_NOBODY, SC_METHOD_HEAD, NO_BODY, CONCERNS(BODY)),
    ROW(CURLOPT_HTTPPOST, SC_METHOD_POST_FORM, FORM, CONCERNS(BODY)),
    ROW(CURLOPT_MIMEPOST, SC_METHOD_POST_MIME, MIME, CONCERNS(BODY)),
    ROW(CURLOPT_POSTFIELDS, SC_METHOD_POST, FIELDS, CONCERNS(BODY)),
    ROW(CURLOPT_COPYPOSTFIELDS, SC_METHOD_POST, COPIED_FIELDS, CONCERNS(BODY)),
    ROW(CURLOPT_POSTFIELDSIZE, OF_TYPE(int64_t, post_size), FIELDS_SIZE, CONCERNS(BODY)),
    ROW(CURLOPT_POSTFIELDSIZE_LARGE, OF_TYPE(int64_t, post_size), FIELDS_SIZE, CONCERNS(BODY)),
    NUMBER(CURLOPT_INFILESIZE, infile_size, CONCERNS(BODY)),
    NUMBER(CURLOPT_INFILESIZE_LARGE, infile_size, CONCERNS(BODY)),
    POINTER(CURLOPT_HTTPHEADER, headers, CONCERNS(BODY)),

    POINTER(CURLOPT_PROXYHEADER, proxy_headers),
    TEXT(CURLOPT_CUSTOMREQUEST, custom_request),
    TEXT(CURLOPT_REFERER, referer),
    TEXT(CURLOPT_XOAUTH2_BEARER, bearer),
    CREDENTIAL(CURLOPT_USERPWD, USERPWD),
    CREDENTIAL(CURLOPT_USERNAME, USERNAME),
    CREDENTIAL(CURLOPT_PASSWORD, PASSWORD),
    CREDENTIAL(CURLOPT_PROXY, PROXY),
    CREDENTIAL(CURLOPT_PRE_PROXY, PRE_PROXY),
    CREDENTIAL(CURLOPT_PROXYUSERPWD, PROXYUSERPWD),
    CREDENTIAL(CURLOPT_PROXYUSERNAME, PROXYUSERNAME),
    CREDENTIAL(CURLOPT_PROXYPASSWORD, PROXYPASSWORD),
    CREDENTIAL(CURLOPT_COOKIE, COOKIE),
    ROW(CURLOPT_TIMEOUT, OF_TYPE(int64_t, timeout_ms), SECONDS),
    NUMBER(CURLOPT_TIMEOUT_MS, timeout_ms),
    FLAG(CURLOPT_HEADER, include_header),
    FLAG(CURLOPT_FAILONERROR, fail_on_error),
    FLAG(CURLOPT_NOSIGNAL, no_signal),
    FLAG(CURLOPT_CONNECT_ONLY, connect_only),
    FLAG(CURLOPT_FOLLOWLOCATION, follow),
    FLAG(CURLOPT_AUTOREFERER, auto_referer),
    FLAG(CURLOPT_FRESH_CONNECT, fresh_connect, HOOK(FRESH_CONNECT)),
    ROW(CURLOPT_HTTP_VERSION, OF_TYPE(bool, knows_http2), HTTP_VERSION),
};
