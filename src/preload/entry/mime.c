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
