/* labels.c - see labels.h. */
#include "process/labels.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The value if an environment entry is NAME=..., not empty. */
static const char *value_of(const char *entry, const char *name, size_t n)
{
    return strncmp(entry, name, n) == 0 && entry[n] == '=' && entry[n + 1] ? entry + n + 1 : NULL;
}

#define VALUE_OF(entry, name) value_of((entry), (name), sizeof(name) - 1)

/* One pass, since this is asked at every call. */
void sc_labels_read(const char **task, const char **dag)
{
    const char *airflow_task = NULL, *airflow_dag = NULL, *v;
    char **entry;

    *task = *dag = NULL;
    for (entry = environ; entry && *entry; entry++) {
        if ((*entry)[0] == 'S' && (*entry)[1] == 'T') {
            if ((v = VALUE_OF(*entry, "STEADYCURL_TASK")) != NULL)
                *task = v;
            else if ((v = VALUE_OF(*entry, "STEADYCURL_DAG")) != NULL)
                *dag = v;
        } else if ((*entry)[0] == 'A' && (*entry)[1] == 'I') {
            if ((v = VALUE_OF(*entry, "AIRFLOW_CTX_TASK_ID")) != NULL)
                airflow_task = v;
            else if ((v = VALUE_OF(*entry, "AIRFLOW_CTX_DAG_ID")) != NULL)
                airflow_dag = v;
        }
    }
    *task = *task ? *task : airflow_task;
    *dag = *dag ? *dag : airflow_dag;
}
