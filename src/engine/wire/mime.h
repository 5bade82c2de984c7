/* mime.h - MIME parts that a callback reads, made readable twice. */
#ifndef SC_WIRE_MIME_H
#define SC_WIRE_MIME_H

#include <stdbool.h>

#include "steadycurl/engine.h"

/* A handle with a form was duplicated, and its parts with it. */
void sc_mime_duplicated(void);
unsigned sc_mime_duplicates(void); /* how many were */

/* curl_mime_data_cb for the program. */
CURLcode sc_mime_data_cb(const struct sc_libcurl *real, curl_mimepart *part, curl_off_t size,
                         curl_read_callback read, curl_seek_callback seek,
                         curl_free_callback release, void *arg);

/* A part was read since then that cannot be read again: of this form, or of another one. */
bool sc_mime_read_once_since(int64_t ns);

/* The preload, which keeps our records of parts. All threads set the same one. */
void sc_mime_set_host(const struct sc_host *host);

/* The same for curl_mime_filedata, where the file is none: a pipe, a terminal. Such a part is one
 * that a callback reads; what libcurl says of it by itself then, its type, follows what the program
 * sets (mime_file.c). The functions return libcurl's own result. */
CURLcode sc_mime_filedata(const struct sc_libcurl *real, curl_mimepart *part, const char *path);
CURLcode sc_mime_filename(const struct sc_libcurl *real, curl_mimepart *part, const char *name);
CURLcode sc_mime_type(const struct sc_libcurl *real, curl_mimepart *part, const char *type);
CURLcode sc_mime_headers(const struct sc_libcurl *real, curl_mimepart *part,
                         struct curl_slist *headers, int take);

#endif
