/* The list of a scenario's keys, as it follows from the rows. */
#include <string.h>

#include "simulate/keys.h"
#include "simulate/scenario_rows.h"

#define ALLOWED_MAX 160

static void say_number(double v, char *buf, size_t size)
{
    if (v == (double)(long long)v)
        snprintf(buf, size, "%lld", (long long)v);
    else
        snprintf(buf, size, "%g", v);
}

static void say_range(const char *what, const struct sc_policy_option *o, char *buf, size_t size)
{
    char min[32], max[32];

    say_number(o->min, min, sizeof min);
    say_number(o->max, max, sizeof max);
    snprintf(buf, size, "%s %s to %s%s%s", what, min, max, o->unit[0] ? " " : "", o->unit);
}

static void say_words(const char *const *words, char *buf, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; words[i] && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? " " : "", words[i]);
}

static void say_faults(char *buf, size_t size)
{
    size_t n = 0;

    for (int f = 1; f < SC_SIM_FAULTS && n < size; f++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", f > 1 ? " " : "",
                              sc_sim_fault_name((enum sc_sim_fault)f));
}

static void say_allowed(const struct sc_sim_row *row, char *buf, size_t size)
{
    const struct sc_policy_option *o = &row->o;

    switch (row->value) {
    case SC_SIM_WORD:
        say_words(row->words, buf, size);
        return;
    case SC_SIM_FAULT:
    case SC_SIM_FAULTS_OF:
        say_faults(buf, size);
        return;
    case SC_SIM_NUMBERS:
        say_range("list of numbers", o, buf, size);
        return;
    case SC_SIM_OBJECT:
    case SC_SIM_LIST:
        snprintf(buf, size, "%s", row->value == SC_SIM_LIST ? "list of objects" : "object");
        return;
    default:
        break;
    }
    if (o->type == SC_TYPE_INTEGER)
        say_range("whole number", o, buf, size);
    else if (o->type == SC_TYPE_NUMBER)
        say_range("number", o, buf, size);
    else if (o->type == SC_TYPE_DELAYS)
        say_range("list of whole numbers", o, buf, size);
    else
        snprintf(buf, size, "%s", o->type == SC_TYPE_BOOL ? "true or false" : "text");
}

static void print_table(FILE *f, const struct sc_sim_table *t, const char *path)
{
    char allowed[ALLOWED_MAX], below[80];

    for (size_t i = 0; i < t->n; i++) {
        const struct sc_sim_row *row = &t->rows[i];

        say_allowed(row, allowed, sizeof allowed);
        fprintf(f, "%s%s\n    %s\n    %s\n", path, row->o.key, allowed, row->o.doc);
        if (!row->child)
            continue;
        snprintf(below, sizeof below, "%s%s%s.", path, row->o.key,
                 row->value == SC_SIM_LIST ? "[]" : "");
        print_table(f, row->child, below);
    }
}

void sc_sim_print_keys(FILE *f)
{
    print_table(f, &sc_sim_top, "");
}
