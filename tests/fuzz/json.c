/* Looks into JSON stay inside of it, and one walk for many paths finds what a walk for each does.
 */
/* link with: -lcjson */
#include "fuzz.h"

#include <cjson/cJSON.h>

#include "http/event.h"
#include "http/json.h"

static const char *const paths[] = {
    "model",     "error", "error.code",    "choices.0.finish_reason",
    "choices.1", "a.b.c", "usage.details",
};
enum { PATHS = sizeof paths / sizeof *paths };

static void check_inside(struct sc_str value, struct sc_str text)
{
    if (value.p)
        CHECK(value.p >= text.p && value.p + value.n <= text.p + text.n);
}

static void check_texts(struct sc_str value)
{
    char small[5], big[300];

    sc_json_string(value, small, sizeof small);
    CHECK(strlen(small) < sizeof small);
    sc_json_scalar(value, big, sizeof big);
    CHECK(strlen(big) < sizeof big);
    sc_json_unescape(sc_json_inside(value), big, sizeof big);
    CHECK(strlen(big) < sizeof big);
    sc_json_is_empty(value);
}

static bool is_good(struct sc_str text)
{
    char *copy = text_of(text.p, text.n);
    cJSON *parsed = cJSON_ParseWithOpts(copy, NULL, 1);
    bool good = parsed && strlen(copy) == text.n;
    cJSON *model = cJSON_GetObjectItemCaseSensitive(parsed, "model");
    char ours[64];

    if (good && cJSON_IsString(model) && strlen(model->valuestring) < sizeof ours &&
        !strstr(copy, "\\u") && sc_json_find_string(copy, text.n, "model", ours, sizeof ours))
        CHECK(strcmp(ours, model->valuestring) == 0);
    cJSON_Delete(parsed);
    free(copy);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_str text = {(const char *)data, size}, key, value;
    struct sc_json_want wants[PATHS];
    struct sc_json_iter it;

    bool good = is_good(text);

    for (size_t i = 0; i < PATHS; i++)
        wants[i].path = paths[i];
    sc_json_pick(text.p, text.n, wants, PATHS);
    for (size_t i = 0; i < PATHS; i++) {
        struct sc_str alone = sc_json_find(text.p, text.n, paths[i]);

        if (good)
            CHECK(wants[i].value.p == alone.p && wants[i].value.n == alone.n);
        check_inside(alone, text);
        check_texts(alone);
    }
    if (sc_json_enter(text, &it))
        while (sc_json_next(&it, &key, &value)) {
            CHECK(value.n > 0);
            check_inside(key, it.close == '}' ? text : key);
            check_inside(value, text);
            check_texts(value);
            sc_json_key_is(key, "error");
        }
    sc_json_is_complete(text.p, text.n);
    if (sc_event_nature(text) == SC_NATURE_ERROR && sc_json_find(text.p, text.n, "error").p)
        sc_event_may_be_error(text);
    sc_event_is_last(text);
    return 0;
}
