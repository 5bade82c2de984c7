/* read_faults.c - reads `faults`, and puts those of the environment to them. */
#include <stdlib.h>
#include <string.h>

#include "policy/reader.h"

static void read_one(struct sc_reader *r, const cJSON *item)
{
    struct sc_script_error err;
    struct sc_fault_spec *f;

    if (!(item->type & cJSON_String)) /* the list's own error */
        return;
    f = sc_fault_spec_read(item->valuestring, strlen(item->valuestring), &err);
    if (f == NULL)
        sc_reader_fail(r, sc_document_value(r->doc, item), "%s (at character %zu of it)", err.text,
                       err.at + 1);
    else
        sc_faults_add(&r->policy->faults, f);
}

static void read_all(struct sc_reader *r, const cJSON *specs)
{
    size_t before = sc_reader_enter(r, "faults.specs"), i = 0;

    if (!(specs->type & cJSON_Array)) {
        read_one(r, specs);
    } else {
        for (const cJSON *c = specs->child; c != NULL; c = c->next, i++) {
            size_t inner = sc_reader_enter_index(r, i);

            read_one(r, c);
            sc_reader_leave(r, inner);
        }
    }
    sc_reader_leave(r, before);
}

void sc_read_faults(struct sc_reader *r, const struct sc_settings *settings)
{
    struct sc_faults *f = &r->policy->faults;
    struct sc_script_error err;

    f->run = r->doc->stamp.ino ^ (uint64_t)r->doc->stamp.mtime_ns; /* a new version begins anew */
    f->seed = (uint64_t)r->faults.seed;
    f->steady = r->faults.steady;
    f->unmarked = r->faults.unmarked;
    if (r->faults.specs != NULL)
        read_all(r, r->faults.specs);
    if (r->errors == 0 && !sc_build_faults(r->policy, settings, &err))
        sc_reader_fail(r, SIZE_MAX, "STEADYCURL_FAULTS: %s", err.text);
}
