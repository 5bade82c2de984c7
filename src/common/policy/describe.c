#include "policy/describe.h"

#include <string.h>

#include "core/settings.h"
#include "policy/layer.h"
#include "policy/measure.h"
#include "policy/options.h"
#include "provider/rows.h"

/* ---- JSON Schema ---- */

static const char *const required[SC_SECTION_COUNT] = {
    [SC_SECTION_PRICE] = "\"model\", \"input_per_mtok\", \"output_per_mtok\"",
    [SC_SECTION_PROVIDER] = "\"name\"",
    [SC_SECTION_CLASS] = "\"class\"",
    [SC_SECTION_MONEY] = "\"name\", \"usd\"",
    [SC_SECTION_ROUTE] = "\"to\"",
};

static void put_string(FILE *to, const char *s)
{
    fputc('"', to);
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            fputc('\\', to);
        fputc(*s, to);
    }
    fputc('"', to);
}

static void put_words(FILE *to, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        fprintf(to, "%s\"%s\"", i > 0 ? ", " : "", words[i]);
}

/* Bounds are whole or have two decimals. */
static void put_number(FILE *to, double v)
{
    if (v == (double)(long long)v)
        fprintf(to, "%lld", (long long)v);
    else
        fprintf(to, "0.%02d", (int)(v * 100 + 0.5));
}

static void put_bounds(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"minimum\": ", to);
    put_number(to, o->min);
    fputs(", \"maximum\": ", to);
    put_number(to, o->max);
}

static void put_strings(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to,
            "\"anyOf\": [{\"type\": \"string\", \"minLength\": 1, \"maxLength\": %d}, "
            "{\"type\": \"array\", \"minItems\": 1, \"maxItems\": 256, \"items\": "
            "{\"type\": \"string\", \"minLength\": 1, \"maxLength\": %d}}]",
            (int)o->max, (int)o->max);
}

static void put_scope(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"anyOf\": [{\"enum\": [", to);
    put_words(to, sc_option_words(o));
    fputs("]}, {\"type\": \"array\", \"minItems\": 1, \"uniqueItems\": true, \"items\": {\"enum\": "
          "[",
          to);
    put_words(to, sc_option_words(o));
    fputs("]}}]", to);
}

static void put_numbers(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"anyOf\": [{\"type\": \"integer\", ", to);
    put_bounds(to, o);
    fprintf(to, "}, {\"type\": \"array\", \"minItems\": 1, \"maxItems\": %d, \"items\": {",
            SC_ROW_NUMBERS);
    fputs("\"type\": \"integer\", ", to);
    put_bounds(to, o);
    fputs("}}]", to);
}

static void put_rate(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to,
            "\"anyOf\": [{\"const\": 0}, {\"type\": \"number\", \"minimum\": %g, "
            "\"maximum\": %g}]",
            o->min, o->max);
}

static void put_parts(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"anyOf\": [{\"type\": \"number\", ", to);
    put_bounds(to, o);
    fprintf(to, "}, {\"type\": \"array\", \"maxItems\": %d, \"items\": {\"type\": \"number\", ",
            SC_ALERTS_MAX - 1);
    put_bounds(to, o);
    fputs("}}]", to);
}

/* A whole number; of a time or size also a text. */
static void put_integer(FILE *to, const struct sc_policy_option *o)
{
    const struct sc_measure *m = sc_option_measure(o);

    if (m)
        fputs("\"anyOf\": [{", to);
    fputs("\"type\": \"integer\", ", to);
    put_bounds(to, o);
    if (m) {
        fputs("}, {\"type\": \"string\", \"pattern\": ", to);
        put_string(to, m->pattern);
        fputs("}]", to);
    }
}

static void put_delays(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to, "\"type\": \"array\", \"minItems\": 1, \"maxItems\": %d, \"items\": {",
            SC_DELAYS_MAX);
    put_integer(to, o);
    fputc('}', to);
}

static void put_list(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"type\": \"array\", ", to);
    if (o->max > 0)
        fprintf(to, "\"maxItems\": %d, ", (int)o->max);
    fprintf(to, "\"items\": {\"$ref\": \"#/$defs/%s\"}", sc_section(o->child)->name);
}

static void put_targets(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to,
            "\"type\": \"object\", \"maxProperties\": %d, \"propertyNames\": {\"pattern\": "
            "\"^[A-Za-z0-9._-]{1,64}$\"}, \"additionalProperties\": {\"$ref\": "
            "\"#/$defs/%s\"}",
            (int)o->max, sc_section(o->child)->name);
}

static void put_links(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to,
            "\"type\": \"array\", \"maxItems\": %d, \"items\": {\"anyOf\": [{\"type\": "
            "\"string\"}, {\"$ref\": \"#/$defs/%s\"}]}",
            (int)o->max, sc_section(o->child)->name);
}

static void put_fraction(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"type\": \"number\", ", to);
    put_bounds(to, o);
}

static void put_usd(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to, "\"type\": \"number\", \"minimum\": 0.000001, \"maximum\": %.0f", o->max);
}

static void put_word(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"enum\": [", to);
    put_words(to, sc_option_words(o));
    fputc(']', to);
}

static void put_text(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"type\": \"string\"", to);
    if (o->size != 0)
        fprintf(to, ", \"minLength\": 1, \"maxLength\": %d", (int)o->max);
}

static void put_object(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to, "\"$ref\": \"#/$defs/%s\"", sc_section(o->child)->name);
}

static void put_bool(FILE *to, const struct sc_policy_option *o)
{
    (void)o;
    fputs("\"type\": \"boolean\"", to);
}

static void put_switch(FILE *to, const struct sc_policy_option *o)
{
    fprintf(to, "\"anyOf\": [{\"type\": \"boolean\"}, {\"$ref\": \"#/$defs/%s\"}]",
            sc_section(o->child)->name);
}

static void put_provider(FILE *to, const struct sc_policy_option *o)
{
    fputs("\"anyOf\": [{\"enum\": [", to);
    put_words(to, sc_option_words(o));
    fputs("]}, {\"type\": \"string\"}]", to);
}

static void put_json(FILE *to, const struct sc_policy_option *o)
{
    (void)o;
    fputs("\"type\": [\"object\", \"array\"]", to);
}

static void put_type(FILE *to, const struct sc_policy_option *o)
{
    static void (*const put[SC_TYPES])(FILE *, const struct sc_policy_option *) = {
        [SC_TYPE_INTEGER] = put_integer,   [SC_TYPE_NUMBER] = put_fraction,
        [SC_TYPE_MONEY] = put_rate,        [SC_TYPE_USD] = put_usd,
        [SC_TYPE_PARTS] = put_parts,       [SC_TYPE_WORD] = put_word,
        [SC_TYPE_SCOPE] = put_scope,       [SC_TYPE_DELAYS] = put_delays,
        [SC_TYPE_TEXT] = put_text,         [SC_TYPE_STRINGS] = put_strings,
        [SC_TYPE_OBJECT] = put_object,     [SC_TYPE_BOOL] = put_bool,
        [SC_TYPE_SWITCH] = put_switch,     [SC_TYPE_NUMBERS] = put_numbers,
        [SC_TYPE_PROVIDER] = put_provider, [SC_TYPE_RULES] = put_list,
        [SC_TYPE_PRICES] = put_list,       [SC_TYPE_PROVIDERS] = put_list,
        [SC_TYPE_CLASSES] = put_list,      [SC_TYPE_BUDGETS] = put_list,
        [SC_TYPE_ROUTES] = put_list,       [SC_TYPE_TARGETS] = put_targets,
        [SC_TYPE_LINKS] = put_links,       [SC_TYPE_JSON] = put_json,
    };

    put[o->type](to, o);
}

static void put_properties(FILE *to, const struct sc_section *s, const char *indent)
{
    const char *comma = "";

    fprintf(to, "%s\"type\": \"object\",\n%s\"additionalProperties\": false,\n", indent, indent);
    fprintf(to, "%s\"properties\": {", indent);
    for (; s != NULL; s = s->also) {
        for (size_t i = 0; i < s->n; i++) {
            const struct sc_policy_option *o = &s->rows[i];

            fprintf(to, "%s\n%s  \"%s\": {", comma, indent, o->key);
            put_type(to, o);
            if (o->initial[0])
                fprintf(to, ", \"default\": %s", o->initial);
            fprintf(to, ",\n%s    \"description\": ", indent);
            put_string(to, o->doc);
            fputc('}', to);
            comma = ",";
        }
    }
    fprintf(to, "\n%s}", indent);
}

void sc_describe_schema(FILE *to)
{
    const char *comma = "";

    fputs("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
          "  \"title\": \"steadycurl policy\",\n"
          "  \"description\": \"Written by `steadycurl check --schema`.\",\n",
          to);
    put_properties(to, sc_section(SC_SECTION_TOP), "  ");
    fputs(",\n  \"required\": [\"version\", \"rules\"],\n  \"$defs\": {", to);
    for (int id = 0; id < SC_SECTION_COUNT; id++) {
        const struct sc_section *s = sc_section((enum sc_section_id)id);

        if (s->name[0] == '\0')
            continue;
        fprintf(to, "%s\n    \"%s\": {\n", comma, s->name);
        put_properties(to, s, "      ");
        if (required[id] != NULL)
            fprintf(to, ",\n      \"required\": [%s]", required[id]);
        if (id == SC_SECTION_LINK) /* one of its keys */
            fputs(",\n      \"minProperties\": 1,\n      \"maxProperties\": 1", to);
        fputs("\n    }", to);
        comma = ",";
    }
    fputs("\n  }\n}\n", to);
}

/* ---- manual page ---- */

/* Roff reads a backslash as an escape, and wants each sentence on a line of its own. */
static void put_roff(FILE *to, const char *s)
{
    for (const char *start = s; *s != '\0'; s++) {
        if (*s == '\\')
            fputs("\\e", to);
        else if (*s == '~')
            fputs("\\(ti", to);
        else if (*s == ' ' && s > start && s[-1] == '.')
            fputc('\n', to);
        else
            fputc(*s, to);
    }
    fputc('\n', to);
}

static void put_allowed(FILE *to, const struct sc_policy_option *o)
{
    static const char *const plain[] = {[SC_TYPE_TEXT] = "String",
                                        [SC_TYPE_STRINGS] = "String or list of strings",
                                        [SC_TYPE_OBJECT] = "Object",
                                        [SC_TYPE_BOOL] = "One of true, false",
                                        [SC_TYPE_SWITCH] = "Object, true or false",
                                        [SC_TYPE_RULES] = "List of objects",
                                        [SC_TYPE_PRICES] = "List of objects",
                                        [SC_TYPE_PROVIDERS] = "List of objects",
                                        [SC_TYPE_CLASSES] = "List of objects",
                                        [SC_TYPE_BUDGETS] = "List of objects",
                                        [SC_TYPE_TARGETS] = "Object of objects",
                                        [SC_TYPE_ROUTES] = "List of objects",
                                        [SC_TYPE_LINKS] = "List of strings and objects",
                                        [SC_TYPE_JSON] = "Object or list"};

    switch (o->type) {
    case SC_TYPE_INTEGER:
    case SC_TYPE_NUMBER:
    case SC_TYPE_DELAYS:
        if (o->min == o->max) {
            put_number(to, o->min);
            break;
        }
        fputs(o->type == SC_TYPE_NUMBER    ? "Number from "
              : o->type == SC_TYPE_INTEGER ? "Whole number from "
                                           : "List of whole numbers from ",
              to);
        put_number(to, o->min);
        fputs(" to ", to);
        put_number(to, o->max);
        if (o->unit[0])
            fprintf(to, " (%s)", o->unit);
        if (sc_option_measure(o))
            fputs(sc_option_measure(o)->size ? " or a size" : " or a time", to);
        break;
    case SC_TYPE_USD:
        fprintf(to, "Number from 0.000001 to %.0f (USD)", o->max);
        break;
    case SC_TYPE_PARTS:
        fputs("Number or list of numbers from 0.01 to 10", to);
        break;
    case SC_TYPE_MONEY:
        fprintf(to, "0, or a number from %g to %g (%s)", o->min, o->max, o->unit);
        break;
    case SC_TYPE_NUMBERS:
        fprintf(to, "Whole number from %d to %d, or a list of these", (int)o->min, (int)o->max);
        break;
    case SC_TYPE_WORD:
    case SC_TYPE_SCOPE:
    case SC_TYPE_PROVIDER:
        fputs(o->type == SC_TYPE_SCOPE ? "One or a list of " : "One of ", to);
        put_words(to, sc_option_words(o));
        if (o->type == SC_TYPE_PROVIDER)
            fputs(", or a name of providers", to);
        break;
    default:
        fputs(plain[o->type], to);
        break;
    }
    if (o->initial[0])
        fprintf(to, "; default %s", o->initial);
}

static void put_class_initials(FILE *to, int group)
{
    const char *before = "Built in here: ";

    for (const struct sc_class_initial *c = sc_class_initials; c->key != NULL; c++) {
        if (c->group != group)
            continue;
        fprintf(to, "%s%s %s", before, c->key, c->value);
        before = ", ";
    }
    if (before[0] == ',')
        fputs(".\n", to);
}

static void put_man(FILE *to, const struct sc_section *s, const char *prefix);

static bool is_list(const struct sc_policy_option *o)
{
    return o->type == SC_TYPE_RULES || o->type == SC_TYPE_PRICES || o->type == SC_TYPE_PROVIDERS ||
           o->type == SC_TYPE_CLASSES || o->type == SC_TYPE_BUDGETS || o->type == SC_TYPE_ROUTES ||
           o->type == SC_TYPE_LINKS || o->type == SC_TYPE_TARGETS;
}

/* Rows of a provider are as those of a rule, which come first. */
static bool is_known(const struct sc_policy_option *o, const char *prefix)
{
    return o->type == SC_TYPE_CLASSES && strncmp(prefix, "rules", 5) != 0;
}

/* A section is described where it first comes up; the classes only refer to it. */
static void put_man_row(FILE *to, const struct sc_policy_option *o, const char *prefix)
{
    char path[128];

    fprintf(to, ".It Cm %s%s\n", prefix, o->key);
    put_allowed(to, o);
    fputs(".\n", to);
    put_roff(to, o->doc);
    if (o->group != SC_GROUP_ALL)
        put_class_initials(to, o->group);
    else if (is_list(o) ? !is_known(o, prefix)
                        : o->type == SC_TYPE_OBJECT || o->type == SC_TYPE_SWITCH) {
        snprintf(path, sizeof path, "%s%s%s.", prefix, o->key,
                 o->type == SC_TYPE_TARGETS ? ".NAME"
                 : is_list(o)               ? "[N]"
                                            : "");
        put_man(to, sc_section(o->child), path);
    }
}

static void put_man(FILE *to, const struct sc_section *s, const char *prefix)
{
    bool rule = s == sc_section(SC_SECTION_RULE);

    if (s->also != NULL && !rule)
        put_man(to, s->also, prefix);
    for (size_t i = 0; i < s->n; i++)
        put_man_row(to, &s->rows[i], prefix);
    if (rule)
        fprintf(to, ".It Cm %s*\nAny key of defaults.\n", prefix);
}

void sc_describe_man(FILE *to)
{
    put_man(to, sc_section(SC_SECTION_TOP), "");
}
