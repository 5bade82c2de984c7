/* logfile.c - see logfile.h. */
#include "cli/logfile.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/policy_file.h"
#include "ledger/waiting.h"
#include "log/file.h"
#include "log/place.h"
#include "policy/home.h"

bool sc_logfile_default(char *buf, size_t n)
{
    char home[PATH_MAX];
    if (!sc_home(home, sizeof home))
        home[0] = '\0';
    return sc_log_default_path(home, buf, n);
}

static bool by_default(const struct sc_usage *u, char *buf, size_t n)
{
    if (sc_logfile_default(buf, n))
        return true;
    sc_usage_wrong(u, "no log: without a policy file it lies at home, and HOME is not set");
    return false;
}

static bool policy_log(const struct sc_usage *u, const char *named, char *buf, size_t n)
{
    char path[PATH_MAX];
    if (!named && !sc_policy_find(path, sizeof path))
        return by_default(u, buf, n);
    struct sc_policy *p = sc_policy_file_load(u, named, path);
    if (!p)
        return false;
    const struct sc_log_settings *log = sc_policy_log(p);
    bool ok = log->path && snprintf(buf, n, "%s", log->path) < (int)n;
    if (log->homeless)
        sc_usage_wrong(u, "no log: \"~\" in log.path of %s, and HOME is not set", path);
    else if (!ok)
        sc_usage_wrong(u, "no log: neither FILE nor $STEADYCURL_LOG nor %s names one", path);
    sc_policy_free(p);
    return ok;
}

bool sc_logfile_find(const struct sc_usage *u, const char *file, const char *policy, char *buf,
                     size_t n)
{
    const char *variable = getenv("STEADYCURL_LOG");
    if (!file && !policy && variable) {
        file = variable;
        if (!*file) {
            sc_usage_wrong(u, "no log: STEADYCURL_LOG is empty, which switches it off");
            return false;
        }
    }
    if (file)
        return snprintf(buf, n, "%s", file) < (int)n;
    return policy_log(u, policy, buf, n);
}

static bool in_use(char *buf, size_t n)
{
    const char *variable = getenv("STEADYCURL_LOG");
    struct sc_policy_error error;
    char path[PATH_MAX];
    if (variable)
        return *variable && snprintf(buf, n, "%s", variable) < (int)n;
    if (!sc_policy_find(path, sizeof path))
        return sc_logfile_default(buf, n);
    struct sc_policy *p = sc_policy_load(path, &error);
    const char *log = p ? sc_policy_log(p)->path : NULL;
    bool named = log && snprintf(buf, n, "%s", log) < (int)n;
    sc_policy_free(p);
    return named;
}

void sc_logfile_write_out(const char *state)
{
    char path[PATH_MAX];
    if (in_use(path, sizeof path))
        sc_waiting_write_out(path, state);
}

const char *sc_logfile_trouble(char *buf, size_t n)
{
    int error = in_use(buf, n) ? sc_log_try(buf) : 0;
    return error ? sc_log_errno_words(error) : NULL;
}
