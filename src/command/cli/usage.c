/* usage.c - see usage.h. */
#include "cli/usage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_LIMIT 32

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Edit distance where swapping two neighbours counts one, as typing errors go. */
static int distance(const char *a, const char *b)
{
    int rows[3][NAME_LIMIT + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n > NAME_LIMIT || m > NAME_LIMIT)
        return NAME_LIMIT;
    for (int j = 0; j <= m; j++)
        rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            row[j] = least(least(up[j], row[j - 1]) + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], up2[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

const char *sc_usage_nearest(const char *typed, const char *const *names, size_t n)
{
    const char *best = NULL;
    int best_distance = (int)strlen(typed) / 3 + 1;
    for (size_t i = 0; i < n; i++) {
        int d = distance(typed, names[i]);
        if (d <= best_distance && (!best || d < best_distance)) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}

int sc_usage_wrong(const struct sc_usage *u, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "steadycurl %s: ", u->command);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return 2;
}

static int help(const struct sc_usage *u)
{
    char left[64];
    printf("usage: steadycurl %s %s\n\n%s\n", u->command, u->operands, u->doc);
    if (u->options->name)
        putchar('\n');
    for (const struct sc_option *o = u->options; o->name; o++) {
        int n = o->letter < 256 ? snprintf(left, sizeof left, "  -%c, ", o->letter)
                                : snprintf(left, sizeof left, "      ");
        snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", o->name, o->argument ? " " : "",
                 o->argument ? o->argument : "");
        printf("%-26s %s\n", left, o->doc);
    }
    return SC_ARGS_HELP;
}

struct sc_args sc_args_begin(int argc, char **argv)
{
    return (struct sc_args){.argc = argc, .i = 1, .argv = argv};
}

static int wrong_option(const struct sc_usage *u, const char *typed)
{
    const char *names[32];
    size_t n = 0;
    for (const struct sc_option *o = u->options; o->name && n < 31; o++)
        names[n++] = o->name;
    names[n++] = "help";
    const char *near = sc_usage_nearest(typed, names, n);
    if (near)
        sc_usage_wrong(u, "no option --%s; did you mean --%s?", typed, near);
    else
        sc_usage_wrong(u, "no option --%s; see steadycurl %s --help", typed, u->command);
    return SC_ARGS_WRONG;
}

static int take_value(struct sc_args *a, const struct sc_usage *u, const struct sc_option *o,
                      char *inline_value)
{
    a->value = inline_value;
    if (!o->argument && inline_value) {
        sc_usage_wrong(u, "--%s takes no value", o->name);
        return SC_ARGS_WRONG;
    }
    if (o->argument && !inline_value) {
        if (a->i >= a->argc) {
            sc_usage_wrong(u, "--%s needs a value: %s", o->name, o->argument);
            return SC_ARGS_WRONG;
        }
        a->value = a->argv[a->i++];
    }
    return o->letter;
}

static int long_option(struct sc_args *a, const struct sc_usage *u, char *text)
{
    char name[NAME_LIMIT + 1];
    char *equals = strchr(text, '=');
    size_t n = equals ? (size_t)(equals - text) : strlen(text);
    if (n > NAME_LIMIT)
        n = NAME_LIMIT;
    memcpy(name, text, n);
    name[n] = '\0';
    if (strcmp(name, "help") == 0)
        return help(u);
    for (const struct sc_option *o = u->options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return take_value(a, u, o, equals ? equals + 1 : NULL);
    return wrong_option(u, name);
}

int sc_args_next(struct sc_args *a, const struct sc_usage *u)
{
    if (a->i >= a->argc || a->argv[a->i][0] != '-' || a->argv[a->i][1] == '\0')
        return SC_ARGS_END;
    char *text = a->argv[a->i++];
    if (strcmp(text, "--") == 0)
        return SC_ARGS_END;
    if (text[1] == '-')
        return long_option(a, u, text + 2);
    if (text[1] == 'h' && text[2] == '\0')
        return help(u);
    for (const struct sc_option *o = u->options; o->name; o++)
        if (o->letter == (unsigned char)text[1] && (text[2] == '\0' || o->argument))
            return take_value(a, u, o, text[2] ? text + 2 : NULL);
    sc_usage_wrong(u, "no option %s; see steadycurl %s --help", text, u->command);
    return SC_ARGS_WRONG;
}
