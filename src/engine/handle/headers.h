/* headers.h - the program's own header lines (CURLOPT_HTTPHEADER), as libcurl reads them. */
#ifndef SC_HANDLE_HEADERS_H
#define SC_HANDLE_HEADERS_H

#include "handle/shadow.h"

/* Takes a line apart: "Name: value"; "Name:", which keeps libcurl's own from being sent; "Name;",
 * which is sent without a value. The value comes with its blanks. False: it is no header. */
bool sc_header_split(const char *line, struct sc_str *name, struct sc_str *value);

/* The value of the first line that has one of these names (lower case, the last one NULL); p NULL
 * if none has. */
struct sc_str sc_header_find(const struct curl_slist *lines, const char *const *names);

/* The credential as the program sends it, in a header or as a bearer token; p NULL: in neither. */
struct sc_str sc_header_credential(const struct sc_shadow *s);

/* Whether a line gives the request a name by which its service knows it again. */
bool sc_header_names_request(const struct curl_slist *lines);

#endif
