/* error.c - see error.h, and dialect.h for sc_dialect_error. */
#include "dialect/error.h"

#include <string.h>

#include "dialect/fit.h"
#include "dialect/write.h"
#include "http/header.h"
#include "http/valid.h"

static const struct sc_error_names names[SC_FAULTS] = {
    [SC_FAULT_REQUEST] = {400, "invalid_request_error", NULL, "invalid_request_error",
                          "INVALID_ARGUMENT"},
    [SC_FAULT_CONTEXT] = {400, "invalid_request_error", "context_length_exceeded",
                          "invalid_request_error", "INVALID_ARGUMENT"},
    [SC_FAULT_AUTH] = {401, "invalid_request_error", "invalid_api_key", "authentication_error",
                       "UNAUTHENTICATED"},
    [SC_FAULT_BILLING] = {402, "insufficient_quota", "insufficient_quota", "billing_error",
                          "RESOURCE_EXHAUSTED"},
    [SC_FAULT_PERMISSION] = {403, "invalid_request_error", "permission_denied", "permission_error",
                             "PERMISSION_DENIED"},
    [SC_FAULT_NOT_FOUND] = {404, "invalid_request_error", "model_not_found", "not_found_error",
                            "NOT_FOUND"},
    [SC_FAULT_TOO_LARGE] = {413, "invalid_request_error", "request_too_large", "request_too_large",
                            "INVALID_ARGUMENT"},
    [SC_FAULT_RATE] = {429, "requests", "rate_limit_exceeded", "rate_limit_error",
                       "RESOURCE_EXHAUSTED"},
    [SC_FAULT_QUOTA] = {429, "insufficient_quota", "insufficient_quota", "billing_error",
                        "RESOURCE_EXHAUSTED"},
    [SC_FAULT_SERVER] = {500, "server_error", NULL, "api_error", "INTERNAL"},
    [SC_FAULT_OVERLOADED] = {503, "server_error", "server_is_overloaded", "overloaded_error",
                             "UNAVAILABLE"},
    [SC_FAULT_TIMEOUT] = {504, "server_error", "timeout", "timeout_error", "DEADLINE_EXCEEDED"},
};

/* What services call it: codes first, since a type may be broader. */
static const struct {
    const char *word;
    enum sc_turn_fault fault;
} words[] = {
    {"context_length_exceeded", SC_FAULT_CONTEXT},
    {"exceed_context_size_error", SC_FAULT_CONTEXT},
    {"invalid_api_key", SC_FAULT_AUTH},
    {"insufficient_quota", SC_FAULT_QUOTA},
    {"billing_error", SC_FAULT_BILLING},
    {"model_not_found", SC_FAULT_NOT_FOUND},
    {"rate_limit_exceeded", SC_FAULT_RATE},
    {"server_is_overloaded", SC_FAULT_OVERLOADED},
    {"overloaded_error", SC_FAULT_OVERLOADED},
    {"unavailable_error", SC_FAULT_OVERLOADED},
    {"service_unavailable", SC_FAULT_OVERLOADED},
    {"rate_limit_error", SC_FAULT_RATE},
    {"authentication_error", SC_FAULT_AUTH},
    {"permission_error", SC_FAULT_PERMISSION},
    {"not_found_error", SC_FAULT_NOT_FOUND},
    {"request_too_large", SC_FAULT_TOO_LARGE},
    {"timeout_error", SC_FAULT_TIMEOUT},
    {"api_error", SC_FAULT_SERVER},
    {"server_error", SC_FAULT_SERVER},
    {"requests", SC_FAULT_RATE},
    {"tokens", SC_FAULT_RATE},
    {"invalid_request_error", SC_FAULT_REQUEST},
    {"INVALID_ARGUMENT", SC_FAULT_REQUEST},
    {"FAILED_PRECONDITION", SC_FAULT_REQUEST},
    {"UNAUTHENTICATED", SC_FAULT_AUTH},
    {"PERMISSION_DENIED", SC_FAULT_PERMISSION},
    {"NOT_FOUND", SC_FAULT_NOT_FOUND},
    {"RESOURCE_EXHAUSTED", SC_FAULT_RATE},
    {"UNAVAILABLE", SC_FAULT_OVERLOADED},
    {"DEADLINE_EXCEEDED", SC_FAULT_TIMEOUT},
    {"INTERNAL", SC_FAULT_SERVER},
};

/* In messages, compared without case. */
static const char *const too_long[] = {"prompt is too long", "maximum context length",
                                       "exceeds the maximum number of tokens", NULL};

const struct sc_error_names *sc_error_names(enum sc_turn_fault fault)
{
    return &names[fault];
}

static enum sc_turn_fault fault_of_status(int status)
{
    switch (status) {
    case 400:
    case 422:
        return SC_FAULT_REQUEST;
    case 401:
        return SC_FAULT_AUTH;
    case 402:
        return SC_FAULT_BILLING;
    case 403:
        return SC_FAULT_PERMISSION;
    case 404:
        return SC_FAULT_NOT_FOUND;
    case 413:
        return SC_FAULT_TOO_LARGE;
    case 429:
        return SC_FAULT_RATE;
    case 503:
    case 529:
        return SC_FAULT_OVERLOADED;
    case 408:
    case 504:
        return SC_FAULT_TIMEOUT;
    default:
        return status >= 400 && status < 500 ? SC_FAULT_REQUEST : SC_FAULT_SERVER;
    }
}

/* The fault that one of the values names, the first word of the table that does. */
static enum sc_turn_fault fault_of(const struct sc_json_want *values, size_t n, int status)
{
    for (size_t w = 0; w < SC_COUNT(words); w++)
        for (size_t i = 0; i < n; i++)
            if (sc_string_is(values[i].value, words[w].word))
                return words[w].fault;
    return fault_of_status(status);
}

static bool is_too_long(struct sc_str message)
{
    for (size_t i = 0; too_long[i]; i++)
        if (sc_str_find(message, too_long[i]))
            return true;
    return false;
}

void sc_error_say(enum sc_turn_fault fault, int status, const char *message,
                  struct sc_turn_error *e)
{
    *e = (struct sc_turn_error){fault, status, {message, strlen(message)}};
}

bool sc_error_read(int status, struct sc_str text, struct sc_turn_error *e)
{
    enum {
        CODE,
        TYPE,
        STATUS,
        RESPONSE_CODE,
        FLAT_CODE,
        FLAT_TYPE,
        MESSAGE,
        RESPONSE_MESSAGE,
        FLAT_MESSAGE,
        ERROR,
        DETAIL,
        NUMBER,
        ALL
    };
    struct sc_json_want v[] = {
        [CODE] = {"error.code", {NULL, 0}},
        [TYPE] = {"error.type", {NULL, 0}},
        [STATUS] = {"error.status", {NULL, 0}},
        [RESPONSE_CODE] = {"response.error.code", {NULL, 0}},
        [FLAT_CODE] = {"code", {NULL, 0}},
        [FLAT_TYPE] = {"type", {NULL, 0}},
        [MESSAGE] = {"error.message", {NULL, 0}},
        [RESPONSE_MESSAGE] = {"response.error.message", {NULL, 0}},
        [FLAT_MESSAGE] = {"message", {NULL, 0}},
        [ERROR] = {"error", {NULL, 0}},
        [DETAIL] = {"detail", {NULL, 0}},
        [NUMBER] = {"error.code", {NULL, 0}},
    };

    sc_error_say(fault_of_status(status), status, "The service failed without saying why.", e);
    if (sc_json_check(text, NULL) != SC_JSON_GOOD)
        return false;
    sc_json_pick(text.p, text.n, v, ALL);
    int64_t number = status ? status : sc_value_integer(v[NUMBER].value);
    status = number >= 400 && number <= 599 ? (int)number : 0;
    e->status = status;
    e->fault = fault_of(v, MESSAGE, status);
    for (int i = MESSAGE; i <= DETAIL; i++) {
        if (!sc_is_string(v[i].value) || v[i].value.n == 2)
            continue;
        e->message = sc_inside(v[i].value);
        if (e->fault == SC_FAULT_REQUEST && is_too_long(e->message))
            e->fault = SC_FAULT_CONTEXT;
        return true;
    }
    return false;
}

int sc_error_status(const struct sc_turn_error *e, enum sc_dialect to)
{
    int status = e->status ? e->status : names[e->fault].status;

    return status == 529 && to != SC_DIALECT_MESSAGES ? 503 : status;
}

void sc_error_write_message(const struct sc_turn_error *e, struct sc_buf *b)
{
    sc_string(b, e->message);
}

void sc_error_write_openai(const struct sc_turn_error *e, struct sc_buf *b)
{
    const struct sc_error_names *n = &names[e->fault];

    sc_buf_text(b, "{\"message\":");
    sc_error_write_message(e, b);
    sc_buf_text(b, ",\"type\":");
    sc_quoted(b, n->openai_type);
    sc_buf_text(b, ",\"param\":null,\"code\":");
    if (n->openai_code)
        sc_quoted(b, n->openai_code);
    else
        sc_buf_text(b, "null");
    sc_buf_char(b, '}');
}

int sc_dialect_error(enum sc_dialect from, int status, struct sc_str body, enum sc_dialect to,
                     struct sc_buf *out)
{
    const struct sc_family *target = sc_family_of(to);
    struct sc_turn_error e;

    if (target == NULL || from == to) {
        sc_buf_str(out, body);
        return status;
    }
    sc_error_read(status, body, &e);
    target->write_error(&e, out);
    return sc_error_status(&e, to);
}
