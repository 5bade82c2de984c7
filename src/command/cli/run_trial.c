/* run_trial.c - see run_trial.h. */
#include "cli/run_trial.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/companion.h"
#include "cli/run_faults.h"
#include "mock/script.h"

static struct sc_companion companion;

bool sc_run_mock(const struct sc_usage *usage, const char *script)
{
    char err[200];

    sc_script_unref(companion.script);
    companion.script = NULL;
    companion.mock = true;
    if (!script)
        return true;
    companion.script = sc_mock_script_parse(script, true, err, sizeof err);
    if (!companion.script)
        sc_usage_wrong(usage, "--mock: %s", err);
    return companion.script;
}

/* Beside the state that is shared: in memory, where there is such a place. */
static bool make_state(char *folder, size_t n)
{
    const char *const places[] = {getenv("XDG_RUNTIME_DIR"), "/dev/shm", getenv("TMPDIR"), "/tmp"};

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!places[i] || places[i][0] != '/')
            continue;
        snprintf(folder, n, "%s/steadycurl-run-XXXXXX", places[i]);
        if (mkdtemp(folder))
            return true;
    }
    return false;
}

static bool set_state(char *folder, size_t n)
{
    const char *given = getenv("STEADYCURL_STATE");

    if (given && *given)
        return true;
    if (!make_state(folder, n))
        return false;
    companion.folder = folder;
    return setenv("STEADYCURL_STATE", folder, 1) == 0;
}

bool sc_run_trial_begin(const struct sc_usage *usage, bool apart)
{
    static char folder[PATH_MAX];
    char err[256];
    int port = 0;

    if ((companion.mock || apart) && !set_state(folder, sizeof folder)) {
        sc_usage_wrong(usage, "there is no place for the state of this run");
        return false;
    }
    if (!companion.mock && !companion.folder)
        return true;
    if (!sc_companion_start(&companion, &port, err, sizeof err)) {
        sc_usage_wrong(usage, "%s: %s", companion.mock ? "--mock" : "the state of this run", err);
        return false;
    }
    if (companion.mock)
        sc_run_mock_port(port);
    return true;
}
