/* mime.c - curl_mime_data_cb: a part that a callback reads, which libcurl alone could not resend.
 */
#include "entry/entry.h"
#include "entry/make.h"

CURLcode sc_make_mime(const struct sc_libcurl *real, curl_mimepart *part, curl_off_t size,
                      curl_read_callback read, curl_seek_callback seek, curl_free_callback release,
                      void *arg)
{
    const struct sc_engine *engine = sc_engine_get();

    if (engine)
        return engine->mime_data_cb(real, part, size, read, seek, release, arg);
    return real->mime_data_cb(part, size, read, seek, release, arg);
}

SC_EXPORT CURLcode curl_mime_data_cb(curl_mimepart *part, curl_off_t size, curl_read_callback read,
                                     curl_seek_callback seek, curl_free_callback release, void *arg)
{
    struct sc_caller c = sc_libcurl_of_caller(SC_CALLER);

    if (!c.real)
        return CURLE_FAILED_INIT;
    if (c.internal)
        return c.real->mime_data_cb(part, size, read, seek, release, arg);
    return sc_make_mime(c.real, part, size, read, seek, release, arg);
}

/* A part that comes from a pipe; a caller that asked dlsym is libcurl's as to the part. */
#define SC_MIME(call, ...)                                    \
    do {                                                      \
        struct sc_caller c = sc_libcurl_of_caller(SC_CALLER); \
        const struct sc_engine *engine;                       \
                                                              \
        if (!c.real)                                          \
            return CURLE_FAILED_INIT;                         \
        engine = c.internal ? NULL : sc_engine_get();         \
        if (engine)                                           \
            return engine->call(c.real, __VA_ARGS__);         \
        return c.real->call(__VA_ARGS__);                     \
    } while (0)

SC_EXPORT CURLcode curl_mime_filedata(curl_mimepart *part, const char *path)
{
    SC_MIME(mime_filedata, part, path);
}

SC_EXPORT CURLcode curl_mime_filename(curl_mimepart *part, const char *name)
{
    SC_MIME(mime_filename, part, name);
}

SC_EXPORT CURLcode curl_mime_type(curl_mimepart *part, const char *type)
{
    SC_MIME(mime_type, part, type);
}

SC_EXPORT CURLcode curl_mime_headers(curl_mimepart *part, struct curl_slist *headers, int take)
{
    SC_MIME(mime_headers, part, headers, take);
}
