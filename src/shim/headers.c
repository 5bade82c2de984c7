/*
 * headers.c - see headers.h.
 *
 * libcurl stores each header line just before its callback, and all of the attempt's lines are
 * there by the time a block is handed over. A program that asks from inside its header callback
 * finds what it would find, and possibly later lines of the same response, which libcurl's own
 * contract ("headers received so far") allows.
 */
#include "shim/headers.h"

#include "shim/answer.h"

CURLHcode sc_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                    int request, struct curl_header **out)
{
    if (s->answer)
        return sc_answer_header(s, name, index, origin, request, out);
    return s->real->easy_header(s->easy, name, index, origin, request, out);
}

struct curl_header *sc_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                  struct curl_header *previous)
{
    if (s->answer)
        return sc_answer_nextheader(s, origin, request, previous);
    return s->real->easy_nextheader(s->easy, origin, request, previous);
}
