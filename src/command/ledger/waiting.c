/* waiting.c - see waiting.h. */
#include "ledger/waiting.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log/batch.h"
#include "state/region.h"

static struct sc_region *region_of(const char *state)
{
    static struct sc_region *region;
    char folder[1024], why[512];

    if (region)
        return region;
    if (state)
        setenv("STEADYCURL_STATE", state, 1);
    if (sc_region_folder(folder, sizeof folder))
        region = sc_region_find(folder, why, sizeof why);
    return region;
}

void sc_waiting_write_out(const char *log, const char *state)
{
    struct sc_region *region = region_of(state);
    struct sc_log to = {.path = log, .mode = 0600};
    char here[PATH_MAX];

    if (!region)
        return;
    if (log[0] != '/') {
        size_t n = getcwd(here, sizeof here) ? strlen(here) : sizeof here;

        if (n + strlen(log) + 2 > sizeof here)
            return;
        here[n] = '/';
        strcpy(here + n + 1, log);
        to.path = here;
    }
    (void)sc_batch_write_out(region, &to);
}
