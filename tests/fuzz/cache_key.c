/* The key of a kept answer: any body is read within its bounds, one in other words has the same
 * text, one with a member more another, and two of one text say the same to a reader of JSON. */
/* link with: -lcjson */
#include "fuzz.h"

#include <cjson/cJSON.h>

#include "http/json.h"
#include "http/valid.h"
#include "store/asked.h"
#include "store/canon.h"

static const char *const paths[] = {"/v1/chat/completions", "/v1/responses",
                                    "/v1/messages",         "/v1beta/models/m:generateContent",
                                    "/v1/embeddings",       "/v2/x"};
enum { PATHS = sizeof paths / sizeof *paths };

static bool asked_text(const char *path, struct sc_str body, struct sc_buf *out)
{
    struct sc_asked a = {.method = {"POST", 4}, .path = {path, strlen(path)}, .body = body};

    *out = (struct sc_buf){.max = 1 << 22};
    return sc_asked_text(&a, out);
}

static bool equal(const struct sc_buf *a, const struct sc_buf *b)
{
    return a->n == b->n && memcmp(sc_buf_view(a).p, sc_buf_view(b).p, a->n) == 0;
}

/* Blanks around all that stands for itself, and letters of strings as escapes. */
static void put_otherwise(struct sc_str json, struct sc_buf *out)
{
    bool inside = false;

    out->max = 1 << 22;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i], escape[8];

        if (inside && c == '\\' && i + 1 < json.n) {
            sc_buf_add(out, json.p + i++, 2);
            /* Digits of an escape are none of its text's letters. */
            if (json.p[i] == 'u')
                for (int k = 0; k < 4 && i + 1 < json.n; k++)
                    sc_buf_char(out, json.p[++i]);
            continue;
        }
        inside ^= c == '"';
        if (inside && c >= 'a' && c <= 'z' && i % 2) {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned char)c);
            sc_buf_add(out, escape, 6);
        } else if (!inside && strchr("{}[],:", c) && c) {
            sc_buf_text(out, " \t");
            sc_buf_char(out, c);
            sc_buf_text(out, "\r\n");
        } else {
            sc_buf_char(out, c);
        }
    }
}

/* Before the brace that closes it. */
static void put_member(struct sc_str json, struct sc_buf *out)
{
    size_t end = json.n;

    while (end > 0 && json.p[end - 1] != '}')
        end--;
    out->max = 1 << 22;
    sc_buf_add(out, json.p, end - 1);
    if (!sc_json_is_empty(json))
        sc_buf_char(out, ',');
    sc_buf_text(out, "\"zz\":[1]}");
}

static void check_key(const char *path, struct sc_str body)
{
    struct sc_buf first, other, text = {.max = 0};
    bool has = asked_text(path, body, &first);

    sc_asked_forbids(sc_asked_api_of((struct sc_str){path, strlen(path)}), body);
    if (has) {
        CHECK(sc_json_check(body, NULL) == SC_JSON_GOOD);
        put_otherwise(body, &text);
        CHECK(asked_text(path, sc_buf_view(&text), &other) && equal(&first, &other));
        sc_buf_free(&other);
        sc_buf_free(&text);
        text = (struct sc_buf){.max = 0};
        put_member(body, &text);
        CHECK(!asked_text(path, sc_buf_view(&text), &other) || !equal(&first, &other));
        sc_buf_free(&other);
        sc_buf_free(&text);
    }
    sc_buf_free(&first);
}

/* What cJSON can tell: it reads a number as a double, ends a text at U+0000, knows a name once. */
static void check_pair(struct sc_str a, struct sc_str b)
{
    static const struct sc_canon_rules all = {.keeps = NULL};
    struct sc_buf texts[2] = {{.max = 1 << 22}, {.max = 1 << 22}};

    if (sc_canon_json(a, &all, &texts[0]) && sc_canon_json(b, &all, &texts[1]) &&
        equal(&texts[0], &texts[1])) {
        cJSON *x = cJSON_ParseWithLength(a.p, a.n), *y = cJSON_ParseWithLength(b.p, b.n);

        if (x && y && cJSON_Compare(x, x, 1) && cJSON_Compare(y, y, 1))
            CHECK(cJSON_Compare(x, y, 1));
        cJSON_Delete(x);
        cJSON_Delete(y);
    }
    sc_buf_free(&texts[0]);
    sc_buf_free(&texts[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    const char *path = paths[take_byte(&in) % PATHS];
    struct sc_str a = take_line(&in), b = {in.p, in.n};
    char *first = text_of(a.p, a.n), *second = text_of(b.p, b.n);

    check_key(path, (struct sc_str){first, a.n});
    check_pair((struct sc_str){first, a.n}, (struct sc_str){second, b.n});
    free(first);
    free(second);
    return 0;
}
