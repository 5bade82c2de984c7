/* diagnosis.c - see diagnosis.h. */
#include "cli/diagnosis.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/print.h"

static const char *const answers[] = {"covered", "depends", "not covered"};

static struct {
    bool json;
    bool follows; /* a fact stands before the next one in its list */
    int programs;
} out;

void sc_diagnose(struct sc_diagnosis *d, enum sc_answer answer, const char *format, ...)
{
    va_list args;
    if (d->why[0] && answer <= d->answer)
        return;
    d->answer = answer;
    va_start(args, format);
    vsnprintf(d->why, sizeof d->why, format, args);
    va_end(args);
}

int sc_answer_status(enum sc_answer answer)
{
    return answer == SC_COVERED ? 0 : answer == SC_NOT_COVERED ? 1 : 3;
}

void sc_facts_begin(bool json)
{
    out.json = json;
    if (json)
        printf("{\"facts\":[");
}

void sc_fact(const char *what, const char *format, ...)
{
    char text[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!out.json) {
        sc_print(stdout, "%-9s %s\n", what, text);
        return;
    }
    printf("%s{\"what\":", out.follows ? "," : "");
    sc_print_json(stdout, what);
    printf(",\"found\":");
    sc_print_json(stdout, text);
    putchar('}');
    out.follows = true;
}

void sc_facts_program(const char *name)
{
    out.follows = false;
    if (out.json) {
        printf("%s{\"name\":", out.programs++ ? "," : "],\"programs\":[");
        sc_print_json(stdout, name);
        printf(",\"facts\":[");
    }
}

/* name: NULL where only one program was asked about. */
void sc_facts_answer(const struct sc_diagnosis *d, const char *name)
{
    if (!out.json) {
        sc_print(stdout, "%s: %s%s%s\n", answers[d->answer], name ? name : "", name ? ": " : "",
                 d->why);
        return;
    }
    printf("],\"answer\":");
    sc_print_json(stdout, answers[d->answer]);
    printf(",\"why\":");
    sc_print_json(stdout, d->why);
    putchar('}');
}

void sc_facts_end(enum sc_answer worst)
{
    if (!out.json)
        return;
    printf("],\"answer\":");
    sc_print_json(stdout, answers[worst]);
    printf("}\n");
}
