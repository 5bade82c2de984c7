/* support.h - a state folder of one's own for each test, and settings to start from. */
#ifndef TESTS_STATE_SUPPORT_H
#define TESTS_STATE_SUPPORT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "state/region.h"
#include "state/segment.h"
#include "state/state.h"

static char test_folder[64];

__attribute__((unused)) static void use_fresh_folder(void)
{
    strcpy(test_folder, "/tmp/sc-state-XXXXXX");
    if (!mkdtemp(test_folder))
        abort();
    setenv("STEADYCURL_STATE", test_folder, 1);
    sc_region_forget();
}

/* Path of the record file; false if there is none. */
__attribute__((unused)) static bool record_path(char *buf, size_t n)
{
    char name[64];

    sc_record_name(sc_state_layout(), name, sizeof name);
    snprintf(buf, n, "%s/%s", test_folder, name);
    return access(buf, F_OK) == 0;
}

/* Removes the folder and the segment that it names. */
__attribute__((unused)) static void drop_folder(void)
{
    struct sc_record r;
    char name[64], command[96], why[256];
    int fd = sc_folder_open(test_folder, false, why, sizeof why);

    sc_region_forget();
    sc_record_name(sc_state_layout(), name, sizeof name);
    if (fd >= 0) {
        if (sc_record_read(fd, name, &r) == SC_RECORD_OK)
            sc_segment_remove(r.shmid);
        close(fd);
    }
    snprintf(command, sizeof command, "rm -rf '%s'", test_folder);
    if (system(command) != 0)
        abort();
}

/* A cmocka test's setup and teardown. */
__attribute__((unused)) static int fresh(void **state)
{
    (void)state;
    use_fresh_folder();
    return 0;
}

__attribute__((unused)) static int done(void **state)
{
    (void)state;
    drop_folder();
    return 0;
}

__attribute__((unused)) static struct sc_str text(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

__attribute__((unused)) static struct sc_scope_key key_for(const char *host, const char *model,
                                                           const char *secret)
{
    return (struct sc_scope_key){.provider = SC_PROVIDER_OPENAI,
                                 .host = text(host),
                                 .model = text(model),
                                 .rule = text("rule"),
                                 .key = text(secret)};
}

/* No limits, no breaker, no budget; waits up to a minute. */
__attribute__((unused)) static struct sc_settings plain_settings(void)
{
    struct sc_settings s;

    memset(&s, 0, sizeof s);
    s.limits.max_wait_ms = 60000;
    s.limits.scope = SC_SCOPE_HOST | SC_SCOPE_MODEL;
    return s;
}

__attribute__((unused)) static void with_breaker(struct sc_settings *s)
{
    s->breaker = (struct sc_breaker_settings){.enabled = true,
                                              .consecutive_failures = 5,
                                              .failure_ratio = 0.5,
                                              .min_calls = 10,
                                              .window_ms = 120000,
                                              .open_ms = 30000,
                                              .open_max_ms = 300000,
                                              .success_threshold = 2,
                                              .half_open_probes = 1,
                                              .scope = SC_SCOPE_HOST | SC_SCOPE_MODEL};
}

#endif
