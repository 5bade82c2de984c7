/* labels.c - see labels.h. */
#include "process/labels.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define TEXT_AND_SIZE(text) (text), sizeof(text) - 1

static bool begins(const char *entry, const char *text, size_t n)
{
    return entry[0] == text[0] && strncmp(entry, text, n) == 0;
}

struct labels {
    const char *task, *dag;
};

static void take(const char **to, const char *entry, const char *name, size_t n)
{
    if (begins(entry, name, n) && entry[n])
        *to = entry + n;
}

static void look_at(const char *entry, struct labels *own, struct labels *airflow)
{
    static const char ours[] = "STEADYCURL_", theirs[] = "AIRFLOW_CTX_";

    if (begins(entry, TEXT_AND_SIZE(ours))) {
        take(&own->task, entry + sizeof ours - 1, TEXT_AND_SIZE("TASK="));
        take(&own->dag, entry + sizeof ours - 1, TEXT_AND_SIZE("DAG="));
    } else if (begins(entry, TEXT_AND_SIZE(theirs))) {
        take(&airflow->task, entry + sizeof theirs - 1, TEXT_AND_SIZE("TASK_ID="));
        take(&airflow->dag, entry + sizeof theirs - 1, TEXT_AND_SIZE("DAG_ID="));
    }
}

/* One pass, since this is asked at every call, and one look at each entry but a few. */
void sc_labels_read(const char **task, const char **dag)
{
    static const bool first[256] = {['A'] = true, ['S'] = true};
    struct labels own = {NULL, NULL}, airflow = {NULL, NULL};
    char **entry, *e;

    if (environ)
        for (entry = environ; (e = *entry) != NULL; entry++)
            if (first[(unsigned char)e[0]] && (e[1] == 'I' || e[1] == 'T'))
                look_at(e, &own, &airflow);
    *task = own.task ? own.task : airflow.task;
    *dag = own.dag ? own.dag : airflow.dag;
}
