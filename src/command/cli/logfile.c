/* logfile.c - see logfile.h. */
#include "cli/logfile.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/policy_file.h"

static bool policy_log(const struct sc_usage *u, const char *named, char *buf, size_t n)
{
    char path[PATH_MAX];
    struct sc_policy *p = sc_policy_file_load(u, named, path);
    if (!p)
        return false;
    const char *log = sc_policy_log(p)->path;
    bool ok = log && snprintf(buf, n, "%s", log) < (int)n;
    sc_policy_free(p);
    if (!ok)
        sc_usage_wrong(u, "no log: neither FILE nor $STEADYCURL_LOG nor the policy names one");
    return ok;
}

bool sc_logfile_find(const struct sc_usage *u, const char *file, const char *policy, char *buf,
                     size_t n)
{
    const char *variable = getenv("STEADYCURL_LOG");
    if (!file && !policy && variable && *variable)
        file = variable;
    if (file)
        return snprintf(buf, n, "%s", file) < (int)n;
    return policy_log(u, policy, buf, n);
}
