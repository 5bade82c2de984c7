/*
 * read_classes.c - reads `providers` and `classify`: rows of a policy that say what failures mean.
 *
 * They become rows as the built-in tables have them (provider/rows.h), in the policy's arena.
 */
#include <stdio.h>
#include <string.h>

#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"

/* ---- rows ---- */

/* Phrases are compared with raw JSON, in which these two are escaped. */
static size_t escaped(const char *s, char *out)
{
    size_t n = 0;

    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            out[n++] = '\\';
        out[n++] = *s;
    }
    return n;
}

/* The strings as alternatives of one list. NULL for none. */
static const char *joined(struct sc_reader *r, const cJSON *item, bool escape)
{
    const char *strings[SC_STRINGS_MAX];
    size_t n = sc_reader_strings(item, strings), size = 0, at = 0;
    char *list;

    for (size_t i = 0; i < n; i++)
        size += 2 * strlen(strings[i]) + 1;
    list = n > 0 ? sc_build_alloc(r->policy, size) : NULL;
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(strings[i]);

        if (i > 0)
            list[at++] = '|';
        if (escape)
            len = escaped(strings[i], list + at);
        else
            memcpy(list + at, strings[i], len);
        at += len;
    }
    list[at] = '\0';
    return list;
}

static bool gives(const struct sc_reader *r, const char *key)
{
    return sc_reader_gives(r, SC_SECTION_CLASS, key);
}

static void check_row(struct sc_reader *r, const cJSON *item)
{
    static const char *const answers[] = {"status", "type", "code", "message"};
    size_t at = sc_document_value(r->doc, item), given = 0;

    for (size_t i = 0; i < 4; i++)
        given += gives(r, answers[i]);
    if (!gives(r, "class"))
        sc_reader_fail(r, at, "found no class, allowed one; each row needs it");
    if (given == 0 && !gives(r, "curl_code"))
        sc_reader_fail(r, at,
                       "found a row that fits every failure, allowed at least one of status, type, "
                       "code, message, curl_code");
    if (given > 0 && gives(r, "curl_code"))
        sc_reader_fail(r, at,
                       "found curl_code beside what an answer says, allowed alone: a transfer "
                       "that broke has no answer");
}

static const char *row_name(struct sc_reader *r)
{
    const char *name = r->class.name != NULL ? r->class.name : r->path;

    return sc_build_copy(r->policy, name, strlen(name));
}

static enum sc_class class_of(int word)
{
    const struct sc_section *s = sc_section(SC_SECTION_CLASS), *owner;

    return sc_class_by_name(sc_option_words(sc_option_find(s, "class", &owner))[word]);
}

static void add_row(struct sc_reader *r)
{
    struct sc_own_match *own = sc_build_alloc(r->policy, sizeof *own);
    struct sc_class_row row = {.rank = SC_RANK_OWN,
                               .name = row_name(r),
                               .class = (uint8_t)class_of(r->class.class),
                               .phrase = joined(r, r->class.message, true),
                               .own = own};

    if (own != NULL) {
        own->type = joined(r, r->class.type, false);
        own->code = joined(r, r->class.code, false);
        memcpy(own->curl_code, r->class.curl_code, sizeof own->curl_code);
    }
    memcpy(row.status, r->class.status, sizeof row.status);
    if (own == NULL || row.name == NULL || !sc_build_class_row(&r->rows, &row))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}

static void read_row(struct sc_reader *r, const cJSON *item)
{
    size_t errors = r->errors;

    memset(&r->class, 0, sizeof r->class);
    sc_reader_forget(r, SC_SECTION_CLASS);
    r->class.class = -1;
    sc_read_object(r, item, SC_SECTION_CLASS);
    if (r->stop || !(item->type & cJSON_Object))
        return;
    check_row(r, item);
    if (errors == r->errors)
        add_row(r);
}

void sc_read_classes(struct sc_reader *r, const cJSON *item)
{
    r->rows.n = 0;
    if (sc_reader_each(r, item, "a list of rows", read_row) &&
        !sc_build_class_rows(r->policy, &r->rows, &r->classify))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}

/* ---- providers ---- */

static void check_provider(struct sc_reader *r, const cJSON *item)
{
    const char *name = r->house.name;
    size_t at = sc_document_value(r->doc, item);
    bool builtin = name != NULL && sc_provider_by_name(name) != SC_PROVIDER_COUNT;

    if (!sc_reader_gives(r, SC_SECTION_PROVIDER, "name"))
        sc_reader_fail(r, at, "found no name, allowed one; each provider needs it");
    if (builtin && r->house.extends >= 0)
        sc_reader_fail(r, at, "found extends for a built-in provider, allowed for a new name only");
    if (name != NULL && sc_build_find_provider(r->policy, name) != NULL)
        sc_reader_fail(r, at, "found the provider a second time, allowed once");
}

static void read_provider(struct sc_reader *r, const cJSON *item)
{
    struct sc_policy_provider provider = {.name = NULL};
    const char *hosts[SC_STRINGS_MAX];
    struct sc_strings list = {hosts, 0};
    size_t errors = r->errors;

    r->house = (struct sc_provider_draft){.extends = -1};
    sc_reader_forget(r, SC_SECTION_PROVIDER);
    memset(&r->classify, 0, sizeof r->classify);
    sc_read_object(r, item, SC_SECTION_PROVIDER);
    if (r->stop || !(item->type & cJSON_Object))
        return;
    check_provider(r, item);
    if (errors != r->errors)
        return;
    provider.name = r->house.name;
    provider.base = sc_provider_by_name(provider.name);
    provider.classify = r->classify;
    if (provider.base == SC_PROVIDER_COUNT)
        provider.base = r->house.extends >= 0 ? (enum sc_provider)r->house.extends
                                              : SC_PROVIDER_OPENAI_COMPATIBLE;
    list.n = sc_reader_strings(r->house.hosts, hosts);
    if (!sc_build_provider(r->policy, &provider, &list))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}

void sc_read_providers(struct sc_reader *r, const cJSON *item)
{
    (void)sc_reader_each(r, item, "a list of providers", read_provider);
}
