/* request.c - see request.h. */
#include "wire/request.h"

#include <stdlib.h>
#include <string.h>

#include "handle/headers.h"
#include "provider/request.h"

void sc_request_init(struct sc_request *r)
{
    memset(r, 0, sizeof *r);
    r->upload.fd = -1;
}

void sc_request_free(struct sc_request *r)
{
    sc_upload_free(&r->upload);
    free(r->rewrite.bytes);
    free(r->rewrite.headers);
    memset(&r->rewrite, 0, sizeof r->rewrite);
}

bool sc_request_is_read(const struct sc_shadow *s)
{
    return s->o.method == SC_METHOD_PUT ||
           (s->o.method == SC_METHOD_POST && !s->o.post_fields && !s->o.copied_fields);
}

bool sc_request_reads_compressed(const struct sc_shadow *s)
{
    static const char *const name[] = {"accept-encoding", NULL};

    return sc_header_find(s->o.headers, name).p != NULL;
}

enum sc_request_kind sc_request_does(struct sc_request *r)
{
    const struct sc_upload *u = &r->upload;

    if (!r->kind_open || u->in_memory == 0)
        return r->kind;
    r->kind_open = false;
    if (sc_request_asks(u->memory, u->in_memory))
        r->kind = SC_REQUEST_GENERATES;
    return r->kind;
}
