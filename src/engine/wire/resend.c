/* resend.c - see resend.h. */
#include "wire/resend.h"

#include <sys/stat.h>

#include "wire/mime.h"

/* curl_httppost is public: a part that a callback reads cannot be read twice, nor one that comes
 * from a pipe. */
static bool is_read_once(const struct curl_httppost *part)
{
    struct stat st;

    if (part->flags & CURL_HTTPPOST_CALLBACK)
        return true;
    return (part->flags & (CURL_HTTPPOST_FILENAME | CURL_HTTPPOST_READFILE)) && part->contents &&
           (stat(part->contents, &st) != 0 || !S_ISREG(st.st_mode));
}

static bool form_is_read_once(const struct curl_httppost *form)
{
    const struct curl_httppost *more;

    for (; form; form = form->next)
        for (more = form; more; more = more->more)
            if (is_read_once(more))
                return true;
    return false;
}

bool sc_request_can_resend(const struct sc_exchange *x, int64_t since_ns)
{
    const struct sc_shadow *s = x->shadow;

    if (x->req->uploads)
        return !x->req->upload.lost;
    if (s->o.mime && sc_mime_read_once_since(since_ns))
        return false;
    return s->o.method != SC_METHOD_POST_FORM || !form_is_read_once(s->o.form);
}
