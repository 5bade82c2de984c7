/* answer.c - answers, and the headers that every one bears; see inside.h. */
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "serve/inside.h"

bool sc_page_begin(struct sc_page *p)
{
    *p = (struct sc_page){0};
    p->f = open_memstream(&p->text, &p->n);
    return p->f != NULL;
}

/* Nothing from elsewhere is loaded, nothing is kept, and no other page may hold this one. */
void sc_add_headers(struct MHD_Response *r, const char *type)
{
    static const char *const headers[][2] = {
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
         "img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Content-Type-Options", "nosniff"},
    };

    MHD_add_response_header(r, "Content-Type", type);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(r, headers[i][0], headers[i][1]);
}

static enum MHD_Result queue(struct MHD_Connection *c, struct MHD_Response *r, unsigned status)
{
    enum MHD_Result result = MHD_queue_response(c, status, r);

    MHD_destroy_response(r);
    return result;
}

enum MHD_Result sc_page_send(struct sc_page *p, struct MHD_Connection *c, unsigned status,
                             const char *type)
{
    bool good = fclose(p->f) == 0;
    struct MHD_Response *r =
        good ? MHD_create_response_from_buffer(p->n, p->text, MHD_RESPMEM_MUST_FREE) : NULL;

    if (!r) {
        free(p->text);
        return MHD_NO;
    }
    sc_add_headers(r, type);
    return queue(c, r, status);
}

enum MHD_Result sc_send_bytes(struct MHD_Connection *c, const char *bytes, size_t n,
                              const char *type)
{
    struct MHD_Response *r =
        MHD_create_response_from_buffer(n, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);

    if (!r)
        return MHD_NO;
    sc_add_headers(r, type);
    return queue(c, r, MHD_HTTP_OK);
}

enum MHD_Result sc_send_error(struct MHD_Connection *c, unsigned status, const char *text,
                              const char *header, const char *value)
{
    struct MHD_Response *r;
    struct sc_page p;

    if (!sc_page_begin(&p))
        return MHD_NO;
    fputs("{\"error\":", p.f);
    sc_print_json(p.f, text);
    fputs("}\n", p.f);
    fclose(p.f);
    r = MHD_create_response_from_buffer(p.n, p.text, MHD_RESPMEM_MUST_FREE);
    if (!r) {
        free(p.text);
        return MHD_NO;
    }
    sc_add_headers(r, "application/json");
    if (header)
        MHD_add_response_header(r, header, value);
    return queue(c, r, status);
}
