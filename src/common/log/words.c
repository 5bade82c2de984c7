/*
 * words.c - libcurl's words for the transport errors that a retry log is full of.
 *
 * The log is also written where no libcurl is at hand; the shim passes the words of the process's
 * own libcurl when it has them. Numbers: curl/curl.h, CURLcode.
 */
#include "log/out.h"

const char *sc_log_curl_words(int curl_code)
{
    static const struct {
        int code;
        const char *words;
    } table[] = {
        {5, "Couldn't resolve proxy name"},
        {6, "Couldn't resolve host name"},
        {7, "Couldn't connect to server"},
        {16, "Error in the HTTP2 framing layer"},
        {18, "Transferred a partial file"},
        {23, "Failed writing received data to disk/application"},
        {26, "Failed to open/read local data from file/application"},
        {28, "Timeout was reached"},
        {35, "SSL connect error"},
        {42, "Operation was aborted by an application callback"},
        {47, "Number of redirects hit maximum amount"},
        {52, "Server returned nothing (no headers, no data)"},
        {55, "Failed sending data to the peer"},
        {56, "Failure when receiving data from the peer"},
        {60, "SSL peer certificate or SSH remote key was not OK"},
        {61, "Unrecognized or bad HTTP Content or Transfer-Encoding"},
        {65, "Send failed since rewinding of the data stream failed"},
        {92, "Stream error in the HTTP/2 framing layer"},
        {95, "HTTP/3 error"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].code == curl_code)
            return table[i].words;
    return NULL;
}
