/*
 * cmd_metrics.c - steadycurl metrics: the shared counters, for Prometheus or OpenTelemetry.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "metrics/metrics.h"
#include "cli/usage.h"

enum { OPT_OTLP = 256, OPT_SEMCONV };

static const struct sc_option options[] = {
    {"textfile", 't', "PATH", "write to a file, replaced at once, for node_exporter"},
    {"otlp", OPT_OTLP, "WHERE",
     "as OTLP/JSON to a file (- is stdout), or to a collector at http://HOST:PORT"},
    {"semconv", OPT_SEMCONV, "VERSION",
     "names of the GenAI conventions in OTLP: v0.1.0 (default) or v1.36.0"},
    SC_OPTION_STATE_SHARED,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {"metrics", "[OPTION...]",
                                      "Prints counters and histograms for Prometheus.", options};

/* What is asked for: in one format, to one place. */
struct job {
    const char *textfile, *otlp;
    const struct sc_semconv *names;
};

static bool put_all(FILE *f, struct sc_state_view *v, const struct job *job)
{
    char *text;

    if (!job->otlp) {
        sc_metrics_text(f, v);
        return true;
    }
    text = sc_metrics_otlp(v, job->names);
    if (text)
        fprintf(f, "%s\n", text);
    free(text);
    return text != NULL;
}

/* Who reads it does so whenever he likes: the file is complete at every moment. */
static int write_file(const char *path, struct sc_state_view *v, const struct job *job)
{
    char temporary[PATH_MAX];
    FILE *f;
    bool good;

    snprintf(temporary, sizeof temporary, "%s.%ld.tmp", path, (long)getpid());
    f = fopen(temporary, "we");
    if (f) {
        good = put_all(f, v, job);
        good = fflush(f) == 0 && !ferror(f) && good;
        good = fclose(f) == 0 && good;
        if (good && rename(temporary, path) == 0)
            return 0;
    }
    fprintf(stderr, "steadycurl metrics: cannot write %s: %s\n", path, strerror(errno));
    unlink(temporary);
    return 1;
}

static bool is_address(const char *where)
{
    return strncmp(where, "http://", 7) == 0 || strncmp(where, "https://", 8) == 0;
}

static int post(const char *url, struct sc_state_view *v, const struct job *job)
{
    char why[200] = "out of memory";
    char *text = sc_metrics_otlp(v, job->names);
    bool good = text && sc_otlp_post(url, text, why, sizeof why);

    free(text);
    if (!good)
        sc_usage_wrong(&usage, "cannot send to %s: %s", url, why);
    return good ? 0 : 1;
}

static int carry_out(struct sc_state_view *v, const struct job *job)
{
    const char *path = job->textfile ? job->textfile : job->otlp;

    if (job->otlp && is_address(job->otlp))
        return post(job->otlp, v, job);
    if (path && strcmp(path, "-") != 0)
        return write_file(path, v, job);
    return put_all(stdout, v, job) && fflush(stdout) == 0 ? 0 : 1;
}

int sc_cmd_metrics(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    struct job job = {.names = sc_semconv("v0.1.0")};
    const char *folder = NULL, *semconv = NULL;
    struct sc_state_view v;
    int opt;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if (opt == SC_OPT_STATE)
            folder = a.value;
        else if (opt == OPT_OTLP)
            job.otlp = a.value;
        else if (opt == OPT_SEMCONV)
            semconv = a.value;
        else
            job.textfile = a.value;
    }
    if (opt == SC_ARGS_HELP)
        return 0;
    if (opt == SC_ARGS_WRONG)
        return 2;
    if (a.i < argc)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    if (job.otlp && job.textfile)
        return sc_usage_wrong(&usage, "--textfile is Prometheus' format, --otlp another: give one");
    if (semconv && !job.otlp)
        return sc_usage_wrong(&usage, "--semconv is of --otlp");
    if (semconv && !(job.names = sc_semconv(semconv)))
        return sc_usage_wrong(&usage, "--semconv is %s", sc_semconv_names);
    if (!sc_state_view_open(&v, folder))
        return sc_usage_wrong(&usage, "no state folder can be named");
    if (!v.region)
        sc_usage_wrong(&usage, "%s", v.why);
    return carry_out(&v, &job) || v.unusable;
}
