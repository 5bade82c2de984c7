/* usage.c - see usage.h. */
#include "cli/usage.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "http/nearest.h"
#include "steadycurl/version.h"

#define NAME_LIMIT 32
#define NAMES_MAX 40

/* Of every command. */
static const struct sc_option everywhere[] = {
    {"help", 'h', NULL, "say this"},
    {"version", 'V', NULL, "print the version"},
    SC_OPTIONS_END,
};

const char *sc_usage_nearest(const char *typed, const char *const *names, size_t n)
{
    struct sc_nearest best = SC_NEAREST_NONE;

    for (size_t i = 0; i < n; i++)
        sc_nearest_consider(&best, names[i], typed);
    return best.word;
}

int sc_usage_wrong(const struct sc_usage *u, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "steadycurl %s: ", u->command);
    sc_print_v(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return 2;
}

bool sc_usage_number(const struct sc_usage *u, const char *option, const char *text, int64_t least,
                     int64_t most, int64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno == 0 && *text >= '0' && *text <= '9' && !*end && *out >= least && *out <= most)
        return true;
    sc_usage_wrong(u, "--%s: \"%s\" is not a whole number from %lld to %lld", option, text,
                   (long long)least, (long long)most);
    return false;
}

/* Its value may be the word that follows. */
static bool takes_next(const struct sc_option *o)
{
    return o->argument && o->argument[0] != '[';
}

static void help_line(const struct sc_option *o)
{
    char left[64];
    int n = o->letter < 256 ? snprintf(left, sizeof left, "  -%c, ", o->letter)
                            : snprintf(left, sizeof left, "      ");
    snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", o->name, takes_next(o) ? " " : "",
             o->argument ? o->argument : "");
    printf("%-26s %s\n", left, o->doc);
}

static int help(const struct sc_usage *u)
{
    printf("usage: steadycurl %s%s%s\n\n%s\n\n", u->command, u->operands[0] ? " " : "", u->operands,
           u->doc);
    for (const struct sc_option *o = u->options; o->name; o++)
        help_line(o);
    for (const struct sc_option *o = everywhere; o->name; o++)
        help_line(o);
    return SC_ARGS_HELP;
}

struct sc_args sc_args_begin(int argc, char **argv)
{
    return (struct sc_args){.argc = argc, .i = 1, .argv = argv};
}

struct sc_args sc_args_begin_program(int argc, char **argv)
{
    return (struct sc_args){.argc = argc, .i = 1, .argv = argv, .ends_at_operand = true};
}

static int wrong_option(const struct sc_usage *u, const char *typed)
{
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (const struct sc_option *o = u->options; o->name && n < NAMES_MAX; o++)
        names[n++] = o->name;
    for (const struct sc_option *o = everywhere; o->name && n < NAMES_MAX; o++)
        names[n++] = o->name;
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
    a->option = o->name;
    if (!o->argument && inline_value) {
        sc_usage_wrong(u, "--%s takes no value", o->name);
        return SC_ARGS_WRONG;
    }
    if (takes_next(o) && !inline_value) {
        if (a->i >= a->argc) {
            sc_usage_wrong(u, "--%s needs a value: %s", o->name, o->argument);
            return SC_ARGS_WRONG;
        }
        a->value = a->argv[a->i++];
    }
    return o->letter;
}

/* An option of every command is dealt with here. */
static int take(struct sc_args *a, const struct sc_usage *u, const struct sc_option *o,
                char *inline_value)
{
    int letter = take_value(a, u, o, inline_value);
    if (o < everywhere || o >= everywhere + sizeof everywhere / sizeof *everywhere || letter < 0)
        return letter;
    if (letter == 'h')
        return help(u);
    printf("steadycurl %s\n", SC_VERSION);
    return SC_ARGS_HELP;
}

static const struct sc_option *named(const struct sc_option *o, const char *name)
{
    for (; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

static const struct sc_option *lettered(const struct sc_option *o, unsigned char letter)
{
    for (; o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
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
    const struct sc_option *o = named(u->options, name);
    if (!o)
        o = named(everywhere, name);
    return o ? take(a, u, o, equals ? equals + 1 : NULL) : wrong_option(u, name);
}

/* One letter of "-jw"; a letter that takes a value has the rest of the word as such. */
static int short_option(struct sc_args *a, const struct sc_usage *u, char *text)
{
    const struct sc_option *o = lettered(u->options, (unsigned char)text[0]);
    if (!o)
        o = lettered(everywhere, (unsigned char)text[0]);
    a->cluster = NULL;
    if (!o) {
        sc_usage_wrong(u, "no option -%c; see steadycurl %s --help", text[0], u->command);
        return SC_ARGS_WRONG;
    }
    if (o->argument)
        return take(a, u, o, text[1] ? text + 1 : NULL);
    a->cluster = text[1] ? text + 1 : NULL;
    return take(a, u, o, NULL);
}

/* Brings the words argv[from..i) before the operands that are held. */
static void move_before_held(struct sc_args *a, int from)
{
    for (int first = from - a->held; from < a->i; from++, first++) {
        char *word = a->argv[from];
        memmove(&a->argv[first + 1], &a->argv[first], (size_t)a->held * sizeof *a->argv);
        a->argv[first] = word;
    }
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1];
}

static int end(struct sc_args *a)
{
    a->i -= a->held;
    a->held = 0;
    return SC_ARGS_END;
}

int sc_args_next(struct sc_args *a, const struct sc_usage *u)
{
    int opt, from;
    if (a->cluster) {
        from = a->i;
        opt = short_option(a, u, a->cluster);
        move_before_held(a, from);
        return opt;
    }
    while (!a->ends_at_operand && a->i < a->argc && !is_option(a->argv[a->i])) {
        a->i++;
        a->held++;
    }
    if (a->i >= a->argc || !is_option(a->argv[a->i]))
        return end(a);
    from = a->i++;
    char *text = a->argv[from];
    if (strcmp(text, "--") == 0) {
        move_before_held(a, from);
        return end(a);
    }
    opt = text[1] == '-' ? long_option(a, u, text + 2) : short_option(a, u, text + 1);
    move_before_held(a, from);
    return opt;
}
