/* run_faults.c - see run_faults.h. */
#include "cli/run_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "http/buf.h"
#include "policy/faults.h"

enum { LINES_MAX = 64 << 10, SHOWN_MAX = 100 };

static struct sc_buf lines = {.max = LINES_MAX};
static bool faults, options, steady, other;

static void add(const char *text)
{
    sc_buf_add(&lines, text, strlen(text));
    sc_buf_char(&lines, '\n');
}

/* The spec, and a mark below the place where it stumbled; a long one is shown from near there. */
static bool point_at(const struct sc_usage *usage, const char *spec,
                     const struct sc_script_error *err)
{
    size_t from = err->at > SHOWN_MAX / 2 ? err->at - SHOWN_MAX / 2 : 0;

    sc_usage_wrong(usage, "--fault: character %zu: %s", err->at + 1, err->text);
    fprintf(stderr, "  %.*s\n  %*s^\n", SHOWN_MAX, spec + from, (int)(err->at - from), "");
    return false;
}

bool sc_run_fault(const struct sc_usage *usage, const char *spec)
{
    struct sc_script_error err;
    struct sc_fault_spec *f;

    if (strchr(spec, '\n')) {
        sc_usage_wrong(usage, "--fault: a line feed is written \\n");
        return false;
    }
    f = sc_fault_spec_read(spec, strlen(spec), &err);
    if (!f)
        return point_at(usage, spec, &err);
    sc_fault_spec_free(f);
    add(spec);
    return faults = true;
}

bool sc_run_fault_seed(const struct sc_usage *usage, const char *seed)
{
    struct sc_faults f = {.specs = NULL};
    struct sc_script_error err;
    char line[64];

    snprintf(line, sizeof line, "--seed %.40s", seed);
    if (strchr(line, '\n') || !sc_faults_read(&f, line, &err)) {
        sc_usage_wrong(usage, "--seed: \"%.40s\" is not a whole number", seed);
        return false;
    }
    add(line);
    return options = true;
}

void sc_run_fault_flag(const char *option)
{
    add(option);
    options = true;
    steady = steady || strcmp(option, "--steady") == 0;
}

void sc_run_fault_trace(void)
{
    add("--trace");
    other = true;
}

void sc_run_faults_line(const char *line)
{
    add(line);
    other = true;
}

bool sc_run_faults_steady(void)
{
    return steady;
}

void sc_run_mock_port(int port)
{
    char line[32];

    snprintf(line, sizeof line, "--mock %d", port);
    add(line);
    other = true;
}

/* Calls are counted for this run alone, whatever ran before. */
static void add_run(void)
{
    struct timespec now;
    char line[80];

    clock_gettime(CLOCK_BOOTTIME, &now);
    snprintf(line, sizeof line, "--run %ld.%lld.%ld", (long)getpid(), (long long)now.tv_sec,
             now.tv_nsec);
    add(line);
}

bool sc_run_faults_export(const struct sc_usage *usage, bool policy)
{
    if (options && !faults && !policy) {
        sc_usage_wrong(usage, "--seed, --steady and --unmarked are about faults: which? --fault");
        return false;
    }
    if (!faults && !options && !policy && !other)
        return true;
    add_run();
    sc_buf_char(&lines, '\0');
    if (!lines.failed && setenv("STEADYCURL_FAULTS", lines.p, 1) == 0)
        return true;
    sc_usage_wrong(usage, "--fault: too many of them");
    return false;
}
