/* priority.c - see priority.h. */
#include "call/priority.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/str.h"
#include "log/program.h"
#include "policy/glob.h"
#include "process/labels.h"

/* What the process is known by. A user's name is that of the environment: to ask the system for it
 * would load its name services into the program. The number always holds. */
struct who {
    const char *program, *task, *user;
    char uid[12];
};

static void find_out(struct who *w)
{
    const char *dag;

    w->program = sc_log_program();
    sc_labels_read(&w->task, &dag);
    w->user = getenv("LOGNAME");
    if (!w->user)
        w->user = getenv("USER");
    snprintf(w->uid, sizeof w->uid, "%u", (unsigned)geteuid());
}

static bool fits(const char *pattern, const char *kind, const char *text)
{
    size_t n = strlen(kind);

    return text && strncmp(pattern, kind, n) == 0 &&
           sc_glob_match((struct sc_str){pattern + n, strlen(pattern + n)},
                         (struct sc_str){text, strlen(text)});
}

static bool is_one_of(const char *patterns, const struct who *w)
{
    for (; patterns && *patterns; patterns += strlen(patterns) + 1)
        if (fits(patterns, "program:", w->program) || fits(patterns, "task:", w->task) ||
            fits(patterns, "user:", w->user) || fits(patterns, "user:", w->uid))
            return true;
    return false;
}

enum sc_priority sc_priority_of(const struct sc_limits *l)
{
    static const enum sc_priority classes[] = {SC_PRIORITY_INTERACTIVE, SC_PRIORITY_BATCH};
    struct who w;

    if (l->who[0] || l->who[1]) {
        find_out(&w);
        for (int i = 0; i < 2; i++)
            if (is_one_of(l->who[i], &w))
                return classes[i];
    }
    return (enum sc_priority)l->priority;
}
