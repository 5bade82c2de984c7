#include <stdlib.h>
#include <string.h>

#include "mock/control.h"

static const char json_type[] = "application/json";

static enum MHD_Result refuse(struct sc_mock_exchange *x, int status, const char *why)
{
    struct sc_mock_buf b = {0};
    sc_mock_buf_json(&b, "{'error':%q}\n", why);
    return sc_mock_reply_buf(x, status, json_type, &b);
}

static enum MHD_Result say_done(struct sc_mock_exchange *x)
{
    struct sc_mock_buf b = {0};
    sc_mock_buf_json(&b, "{'ok':true}\n");
    return sc_mock_reply_buf(x, 200, json_type, &b);
}

static enum MHD_Result show_requests(struct sc_mock_exchange *x)
{
    struct sc_mock_buf b = {0};
    sc_mock_records_write(x->server->records, &b);
    return sc_mock_reply_buf(x, 200, json_type, &b);
}

static enum MHD_Result show_count(struct sc_mock_exchange *x)
{
    struct sc_mock_buf b = {0};
    sc_mock_records_write_count(x->server->records, &b);
    return sc_mock_reply_buf(x, 200, json_type, &b);
}

static enum MHD_Result show_limits(struct sc_mock_exchange *x)
{
    struct sc_mock_buf b = {0};
    if (!x->server->limits)
        return refuse(x, 404, "no limits: see --limit-rpm and --limit-tpm");
    sc_mock_limits_write(x->server->limits, &b);
    return sc_mock_reply_buf(x, 200, json_type, &b);
}

static enum MHD_Result reset(struct sc_mock_exchange *x)
{
    sc_mock_records_reset(x->server->records);
    sc_mock_plan_reset(x->server->config->plan);
    if (x->server->limits)
        sc_mock_limits_reset(x->server->limits);
    return say_done(x);
}

static enum MHD_Result set_script(struct sc_mock_exchange *x)
{
    char err[160];
    struct sc_script *s = NULL;
    if (x->body.n) {
        s = sc_mock_script_parse(x->body.p, false, err, sizeof err);
        if (!s)
            return refuse(x, 400, err);
    }
    sc_mock_plan_set_script(x->server->config->plan, s);
    return say_done(x);
}

static const struct {
    const char *path;
    const char *method;
    enum MHD_Result (*serve)(struct sc_mock_exchange *x);
} pages[] = {
    {"/_mock/requests", "GET", show_requests}, {"/_mock/count", "GET", show_count},
    {"/_mock/limits", "GET", show_limits},     {"/_mock/reset", "POST", reset},
    {"/_mock/script", "POST", set_script},
};

enum MHD_Result sc_mock_control(struct sc_mock_exchange *x)
{
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        if (strcmp(x->path, pages[i].path) != 0)
            continue;
        if (strcmp(x->method, pages[i].method) != 0)
            return refuse(x, 405, "wrong method");
        return pages[i].serve(x);
    }
    return refuse(x, 404, "pages are /_mock/requests, count, limits, reset and script");
}
