/* exchange.c - see exchange.h. */
#include "mock/exchange.h"

#include <stdlib.h>

#include "mock/mask.h"

const char *sc_mock_request_header(const struct sc_mock_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

const char *sc_mock_request_query(const struct sc_mock_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result add_json_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                       const char *value)
{
    struct sc_mock_buf *b = cls, shown = {0};
    (void)kind;
    sc_mock_mask_header(&shown, name, value ? value : "");
    sc_mock_buf_json(b, "%s[%q,%q]", b->p[b->n - 1] == '[' ? "" : ",", name, shown.p);
    sc_mock_buf_free(&shown);
    return MHD_YES;
}

static enum MHD_Result add_text_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                       const char *value)
{
    (void)kind;
    sc_mock_buf_json(cls, "%s: %s\n", name, value ? value : "");
    return MHD_YES;
}

void sc_mock_request_headers(const struct sc_mock_exchange *x, struct sc_mock_buf *b, bool json)
{
    if (!json) {
        MHD_get_connection_values(x->connection, MHD_HEADER_KIND, add_text_header, b);
        return;
    }
    struct sc_mock_buf list = {0};
    sc_mock_buf_str(&list, "[");
    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, add_json_header, &list);
    sc_mock_buf_str(&list, "]");
    sc_mock_buf_add(b, list.p, list.n);
    sc_mock_buf_free(&list);
}

enum MHD_Result sc_mock_queue(struct sc_mock_exchange *x, unsigned status, struct MHD_Response *r)
{
    if (!r)
        return MHD_NO;
    enum MHD_Result done = MHD_queue_response(x->connection, status, r);
    MHD_destroy_response(r);
    return done;
}

enum MHD_Result sc_mock_reply_buf(struct sc_mock_exchange *x, int status, const char *type,
                                  struct sc_mock_buf *b)
{
    struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback(b->n, b->p, free);
    MHD_add_response_header(r, "Content-Type", type);
    return sc_mock_queue(x, (unsigned)status, r);
}
