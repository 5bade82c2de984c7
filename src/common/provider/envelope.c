/* envelope.c - see envelope.h. From answers that were reported in public, 2026-11. */
#include "provider/envelope.h"

#include <stdio.h>
#include <string.h>

#include "http/event.h"
#include "http/header.h"
#include "http/json.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct sc_str at(struct sc_str v, const char *path)
{
    return v.p ? sc_json_find(v.p, v.n, path) : v;
}

/* Errors in a list come one by one, as a rule; a list of something else is none. */
static struct sc_str first_of(struct sc_str v)
{
    return v.p && v.p[0] == '[' ? at(v, "0") : v;
}

struct sc_envelope sc_envelope_of(struct sc_str root)
{
    static const struct {
        const char *path;
        bool usual, listed; /* listed: only as a list is it an error's place */
    } places[] = {
        {"error", true, false},           {"response.error", true, false}, /* OpenAI's responses */
        {"delta.error", true, false},                                      /* Cohere */
        {"errors", false, true},          /* Cloudflare, watsonx, JSON:API */
        {"detail.error", false, false},   /* TabbyAPI: what FastAPI puts around an error, */
        {"Response.Error", false, false}, /* Tencent Cloud */
    };
    struct sc_str found;

    for (size_t i = 0; i < COUNT(places); i++) {
        found = at(root, places[i].path);
        if (places[i].listed && (!found.p || found.p[0] != '['))
            continue;
        found = first_of(found);
        if (!sc_json_says_nothing(found))
            return (struct sc_envelope){found, places[i].usual};
    }
    found = at(root, "detail"); /* and KoboldCpp's, around its words */
    if (found.p && found.p[0] == '{')
        return (struct sc_envelope){found, false};
    found = at(root, "base_resp"); /* MiniMax */
    if (sc_event_is_numbered_error(root) && found.n > 0)
        return (struct sc_envelope){found, false};
    return (struct sc_envelope){{"", 0}, false};
}

static void take(struct sc_str object, const char *name, char *dst, size_t size)
{
    if (dst[0] == '\0')
        sc_json_scalar(at(object, name), dst, size);
}

/* AWS's JSON protocol names a type with its namespace: "com.amazon.coral.service#Throttling...". */
static void drop_namespace(char *type)
{
    const char *hash = strchr(type, '#');

    if (hash)
        memmove(type, hash + 1, strlen(hash + 1) + 1);
}

void sc_envelope_type(struct sc_str error, char *type, size_t size)
{
    take(error, "type", type, size);
    take(error, "__type", type, size);
    take(error, "error_type", type, size); /* TGI */
    take(error, "reason", type, size);     /* go-kratos: {"code":403,"reason":"NOT_ENOUGH_..."} */
    drop_namespace(type);
}

static bool is_number(const char *text)
{
    return text[0] && strspn(text, "0123456789") == strlen(text);
}

static void take_numbered(struct sc_str error, const char *name, char *code, size_t size)
{
    char number[48] = "";

    if (code[0])
        return;
    take(error, name, number, sizeof number);
    if (number[0])
        snprintf(code, size, "%s%s%s", is_number(number) ? name : "", is_number(number) ? ":" : "",
                 number);
}

void sc_envelope_code(struct sc_str error, char *code, size_t size)
{
    take(error, "code", code, size);
    take(error, "Code", code, size);                 /* Tencent Cloud */
    take_numbered(error, "error_code", code, size);  /* Baidu, Huawei Cloud, Databricks */
    take_numbered(error, "status_code", code, size); /* MiniMax */
}

struct sc_str sc_envelope_message(struct sc_str error)
{
    static const char *const names[] = {"message", "msg",        "error_msg", "Message",
                                        "detail",  "status_msg", "title"};
    struct sc_str message = {"", 0};

    for (size_t i = 0; i < COUNT(names) && message.n == 0; i++)
        message = sc_json_inside(at(error, names[i]));
    return message;
}

int64_t sc_envelope_wait_ms(struct sc_str error)
{
    static const struct {
        const char *name;
        bool in_ms;
    } names[] = {
        {"retry_after_ms", true},        {"retryAfterMs", true}, {"retry_after", false},
        {"retry_after_seconds", false},  {"retryAfter", false},  {"estimated_time", false},
        {"metadata.retry_after", false},
    };
    char value[40];
    int64_t ms = -1;

    for (size_t i = 0; i < COUNT(names) && ms < 0; i++) {
        value[0] = '\0';
        take(error, names[i].name, value, sizeof value);
        struct sc_str text = {value, strlen(value)};
        ms = names[i].in_ms ? sc_header_ms(text) : sc_header_retry_after(text, 0);
    }
    return ms > SC_WAIT_ABSURD_MS ? -1 : ms;
}
