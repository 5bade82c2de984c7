/* value_text.c - values of a policy that are texts, and what a match part may look like. */
#include <stdio.h>
#include <string.h>

#include "policy/host.h"
#include "policy/options.h"
#include "policy/reader.h"

static bool has_control(const char *s)
{
    for (; *s != '\0'; s++) {
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return true;
    }
    return false;
}

/* "found VALUE, allowed ALLOWED", without the value where it may be a credential. */
static void fail_text(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                      const char *allowed)
{
    if (o->hidden)
        sc_reader_fail(r, sc_document_value(r->doc, item), "found another text, allowed %s",
                       allowed);
    else
        sc_reader_fail_value(r, item, allowed, NULL);
}

/* A string as such: not empty, not too long, one line (a comment may be anything). */
static bool text_of(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                    const char *allowed)
{
    char range[64];

    if (!(item->type & cJSON_String)) {
        sc_reader_fail_value(r, item, allowed, NULL);
        return false;
    }
    if (o->size == 0)
        return true;
    if (item->valuestring[0] == '\0' || strlen(item->valuestring) > (size_t)o->max) {
        snprintf(range, sizeof range, "a string of 1 to %d bytes", (int)o->max);
        fail_text(r, item, o, range);
        return false;
    }
    if (has_control(item->valuestring)) {
        fail_text(r, item, o, "a string without control characters");
        return false;
    }
    return true;
}

void sc_value_read_text(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                        void *base)
{
    const char *text = item->valuestring;

    if (text_of(r, item, o, "a string") && o->size != 0)
        memcpy((char *)base + o->offset, &text, sizeof text);
}

/* What a string of a match part may look like; NULL if this one may. */
static const char *unfit(const char *key, const char *s, char *near, size_t size)
{
    struct sc_str host;
    const char *why;
    int port;

    near[0] = '\0';
    if ((strcmp(key, "type") == 0 || strcmp(key, "code") == 0 || strcmp(key, "message") == 0) &&
        strchr(s, '|') != NULL)
        return "a string without | (for alternatives give a list)";
    if (strcmp(key, "host") == 0 || strcmp(key, "hosts") == 0) {
        if (sc_host_split((struct sc_str){s, strlen(s)}, &host, &port, &why))
            return NULL;
        return why;
    }
    if (strcmp(key, "path") == 0 && s[0] != '/' && s[0] != '*') {
        snprintf(near, size, "/%s", s);
        return "a path that begins with / or *";
    }
    if (strcmp(key, "path") == 0 && strpbrk(s, "?#") != NULL)
        return "a path without query or fragment";
    if (strcmp(key, "method") != 0)
        return NULL;
    if (strchr(s, '*') != NULL)
        return "a method in capitals, such as \"POST\" (leave the key out to match all)";
    for (size_t i = 0; s[i] != '\0'; i++) {
        bool small = s[i] >= 'a' && s[i] <= 'z';

        if (i + 1 < size) {
            near[i] = (char)(small ? s[i] - 32 : s[i]);
            near[i + 1] = '\0';
        }
        if (!small && (s[i] < 'A' || s[i] > 'Z') && s[i] != '-' && s[i] != '_') {
            near[0] = '\0';
            return "a method in capitals, such as \"POST\"";
        }
    }
    return strcmp(near, s) == 0 ? NULL : "a method in capitals, such as \"POST\"";
}

static void read_string(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                        const char *allowed)
{
    const char *wrong;
    char near[128];

    if (!text_of(r, item, o, allowed))
        return;
    wrong = unfit(o->key, item->valuestring, near, sizeof near);
    if (wrong != NULL)
        sc_reader_fail_value(r, item, wrong, near[0] != '\0' ? near : NULL);
}

void sc_value_read_strings(struct sc_reader *r, const cJSON *item, const struct sc_policy_option *o,
                           void *base)
{
    size_t i = 0;

    memcpy((char *)base + o->offset, &item, sizeof item);
    if (!(item->type & cJSON_Array)) {
        read_string(r, item, o, "a string or a list of strings");
        return;
    }
    if (item->child == NULL)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found an empty list, allowed at least one string (leave the key out %s)",
                       o->hidden || strcmp(o->key, "key_file") == 0 ? "for none" : "to match all");
    for (const cJSON *c = item->child; c != NULL; c = c->next, i++) {
        size_t before = sc_reader_enter_index(r, i);

        if (i == SC_STRINGS_MAX)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d strings, allowed at most %d", SC_STRINGS_MAX,
                           SC_STRINGS_MAX);
        else if (i < SC_STRINGS_MAX)
            read_string(r, c, o, "a string");
        sc_reader_leave(r, before);
    }
}
