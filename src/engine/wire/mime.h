/* mime.h - MIME parts that a callback reads, made readable twice. */
#ifndef SC_WIRE_MIME_H
#define SC_WIRE_MIME_H

#include "steadycurl/libcurl.h"

/* A handle with a form was duplicated, and its parts with it. */
void sc_mime_duplicated(void);

/* curl_mime_data_cb for the program. */
CURLcode sc_mime_data_cb(const struct sc_libcurl *real, curl_mimepart *part, curl_off_t size,
                         curl_read_callback read, curl_seek_callback seek,
                         curl_free_callback release, void *arg);

#endif
