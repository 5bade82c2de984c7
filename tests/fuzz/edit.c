/* A JSON text that is edited stays JSON, and differs in what was asked for alone; of a text that is
 * none no byte outside is read. The first byte says what is done, the rest is the text. */
/* link with: -lcjson */
#include "fuzz.h"

#include <cjson/cJSON.h>

#include "http/edit.h"
#include "http/json.h"
#include "provider/conversation.h"
#include "provider/measure.h"
#include "provider/repair.h"

enum { ELEMENTS = 24 };

static cJSON *parse(const char *p, size_t n)
{
    char *copy = text_of(p, n);
    cJSON *j = strlen(copy) == n ? cJSON_ParseWithOpts(copy, NULL, 1) : NULL;

    free(copy);
    return j;
}

static cJSON *written(const struct sc_edits *e)
{
    size_t n = sc_edits_size(e);
    char *out = malloc(n + 1);
    cJSON *j;

    CHECK(out);
    sc_edits_write(e, out);
    j = parse(out, n);
    free(out);
    return j;
}

static void insert(struct sc_edits *e, cJSON *was)
{
    struct sc_str v;
    cJSON *now;

    if (sc_edit_find(e->original, "new", &v) > 0 ||
        !sc_edit_insert_member(e, e->original, "new", "{\"x\":[1]}") || !cJSON_IsObject(was))
        return;
    now = written(e);
    CHECK(cJSON_IsObject(now));
    CHECK(cJSON_HasObjectItem(now, "new"));
    cJSON_DeleteItemFromObjectCaseSensitive(now, "new");
    CHECK(cJSON_GetArraySize(now) == cJSON_GetArraySize(was));
    CHECK(cJSON_Compare(now, was, 1) || cJSON_GetArraySize(now) > 0);
    cJSON_Delete(now);
}

static void replace(struct sc_edits *e, cJSON *was)
{
    struct sc_str v;
    cJSON *now;

    if (sc_edit_find(e->original, "a", &v) != 1 || !sc_edit_replace(e, v, "[42]") || !was)
        return;
    now = written(e);
    CHECK(cJSON_IsObject(now));
    CHECK(cJSON_GetArraySize(now) == cJSON_GetArraySize(was));
    cJSON_Delete(now);
}

static void delete_run(struct sc_edits *e, cJSON *was, unsigned how)
{
    struct sc_str element[ELEMENTS + 1], key;
    struct sc_json_iter it;
    size_t n = 0, from, count;
    cJSON *now, *expected;

    if (!sc_json_enter(e->original, &it) || it.close != ']')
        return;
    while (n <= ELEMENTS && sc_json_next(&it, &key, &element[n]))
        n++;
    if (n == 0 || n > ELEMENTS)
        return;
    from = how % n;
    count = 1 + how / n % (n - from);
    if (!sc_edit_delete_elements(e, element, n, from, count) || !cJSON_IsArray(was))
        return;
    now = written(e);
    CHECK(cJSON_IsArray(now));
    expected = cJSON_Duplicate(was, 1);
    while (count-- > 0)
        cJSON_DeleteItemFromArray(expected, (int)from);
    CHECK(cJSON_GetArraySize(now) == cJSON_GetArraySize(expected));
    cJSON_Delete(expected);
    cJSON_Delete(now);
}

static void trim(struct sc_edits *e, cJSON *was, unsigned how)
{
    struct sc_conversation c;
    struct sc_measure m;
    size_t i, gone = 0;
    cJSON *now;

    sc_measure(e->original, &m);
    CHECK(m.bytes >= 0 && m.bytes <= (int64_t)e->original.n);
    CHECK(sc_measure_least(e->original) <= m.bytes);
    sc_repair_limit(e->original);
    sc_repair_edit(e->original, how, e);
    sc_edits_init(e, e->original);
    if (!sc_conversation_read(sc_conversation_find(e->original), &c))
        return;
    for (i = 0; i < c.n; i++)
        c.message[i].weight = (int64_t)c.text[i].n;
    sc_conversation_trim(&c, (int64_t)how * 8);
    for (i = 0; i < c.n; i++) {
        CHECK(!c.message[i].gone || c.message[i].speaker != SC_SPEAKER_SYSTEM);
        gone += c.message[i].gone;
    }
    CHECK(gone < c.n);
    if (sc_conversation_edit(&c, e) > 0 && was) {
        now = written(e);
        CHECK(now);
        cJSON_Delete(now);
    }
    sc_conversation_free(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    unsigned how = take_byte(&in);
    char *text = text_of(in.p, in.n);
    struct sc_edits e;
    cJSON *was = parse(text, in.n);

    sc_edits_init(&e, (struct sc_str){text, in.n});
    if (how % 4 == 0)
        insert(&e, was);
    else if (how % 4 == 1)
        replace(&e, was);
    else if (how % 4 == 2)
        delete_run(&e, was, how / 4);
    else
        trim(&e, was, how / 4);
    if (sc_edits_size(&e) < 1 << 20 && !e.failed)
        cJSON_Delete(written(&e));
    cJSON_Delete(was);
    free(text);
    return 0;
}
