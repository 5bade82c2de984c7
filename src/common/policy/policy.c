#include "policy/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/build.h"
#include "policy/document.h"
#include "policy/glob.h"
#include "policy/house.h"
#include "policy/read.h"

struct sink {
    void (*report)(const struct sc_policy_error *, void *);
    void *arg;
};

static bool report_all(const struct sc_policy_error *e, void *arg)
{
    struct sink *s = arg;

    s->report(e, s->arg);
    return true;
}

static bool keep_first(const struct sc_policy_error *e, void *arg)
{
    memcpy(arg, e, sizeof *e);
    return false;
}

/* Closes the document. NULL with *err set if it is not a good policy. */
static struct sc_policy *from_document(struct sc_document *d, struct sc_policy_error *err)
{
    struct sc_policy *p = sc_build_new();

    if (p != NULL && sc_read(d, p, keep_first, err) != 0) {
        sc_policy_free(p);
        sc_document_close(d);
        return NULL;
    }
    if (p == NULL || !sc_build_finish(p)) {
        sc_document_error(d, SIZE_MAX, "", err, "out of memory");
        sc_policy_free(p);
        p = NULL;
    } else {
        p->stamp = d->stamp;
    }
    sc_document_close(d);
    return p;
}

void sc_policy_free(struct sc_policy *p)
{
    sc_build_free(p);
}

struct sc_policy *sc_policy_load(const char *path, struct sc_policy_error *err)
{
    struct sc_policy *p = NULL;
    struct sc_document d;
    int saved = errno;

    if (sc_document_open(&d, path, err))
        p = from_document(&d, err);
    errno = saved;
    return p;
}

struct sc_policy *sc_policy_parse(const char *text, size_t n, const char *name,
                                  struct sc_policy_error *err)
{
    struct sc_policy *p = NULL;
    struct sc_document d;
    int saved = errno;

    if (sc_document_parse(&d, text, n, name, err))
        p = from_document(&d, err);
    errno = saved;
    return p;
}

static size_t check_document(struct sc_document *d, struct sink *sink)
{
    struct sc_policy *p = sc_build_new();
    struct sc_policy_error err;
    size_t errors = 1;

    if (p == NULL) {
        sc_document_error(d, SIZE_MAX, "", &err, "out of memory");
        sink->report(&err, sink->arg);
    } else {
        errors = sc_read(d, p, report_all, sink);
    }
    sc_policy_free(p);
    sc_document_close(d);
    return errors;
}

size_t sc_policy_check(const char *path, void (*report)(const struct sc_policy_error *, void *),
                       void *arg)
{
    struct sink sink = {report, arg};
    struct sc_policy_error err;
    struct sc_document d;

    if (sc_document_open(&d, path, &err))
        return check_document(&d, &sink);
    report(&err, arg);
    return 1;
}

size_t sc_policy_check_text(const char *text, size_t n, const char *name,
                            void (*report)(const struct sc_policy_error *, void *), void *arg)
{
    struct sink sink = {report, arg};
    struct sc_policy_error err;
    struct sc_document d;

    if (sc_document_parse(&d, text, n, name, &err))
        return check_document(&d, &sink);
    report(&err, arg);
    return 1;
}

const struct sc_policy_stamp *sc_policy_stamp(const struct sc_policy *p)
{
    return &p->stamp;
}

bool sc_policy_changed(const struct sc_policy *p, const char *path)
{
    struct sc_policy_stamp now;
    struct stat st;
    int saved = errno;
    bool there = stat(path, &st) == 0;

    errno = saved;
    if (!there)
        return true;
    memset(&now, 0, sizeof now);
    sc_stamp_fill(&now, &st);
    return memcmp(&now, &p->stamp, sizeof now) != 0;
}

const struct sc_rule *sc_policy_match(const struct sc_policy *p, const struct sc_subject *t)
{
    long i = sc_index_match(&p->index, t);

    return i < 0 ? NULL : &p->rules[i];
}

bool sc_policy_may_match_host(const struct sc_policy *p, struct sc_str host, int port)
{
    return sc_index_may_match_host(&p->index, host, port);
}

bool sc_policy_wants_model(const struct sc_policy *p)
{
    return p->wants_model;
}

bool sc_policy_edits_requests(const struct sc_policy *p)
{
    return p->edits_requests;
}

bool sc_policy_counts_tokens(const struct sc_policy *p)
{
    return p->counts_tokens || p->n_budgets > 0;
}

const struct sc_price *sc_policy_prices(const struct sc_policy *p, size_t *n)
{
    *n = p->n_prices;
    return p->prices;
}

const struct sc_money_budget *sc_policy_budgets(const struct sc_policy *p, size_t *n)
{
    *n = p->n_budgets;
    return p->budgets;
}

const struct sc_target *sc_policy_targets(const struct sc_policy *p, size_t *n)
{
    *n = p->n_targets;
    return p->targets;
}

const struct sc_fleet_settings *sc_policy_fleet(const struct sc_policy *p)
{
    return p->fleet.redis != NULL ? &p->fleet : NULL;
}

const struct sc_faults *sc_policy_faults(const struct sc_policy *p)
{
    return p->faults.specs ? &p->faults : NULL;
}

const struct sc_cassette_asked *sc_policy_cassette(const struct sc_policy *p, uint64_t *run)
{
    *run = p->faults.run;
    return p->faults.cassette;
}

int sc_policy_mock(const struct sc_policy *p)
{
    return p->faults.mock_port;
}

bool sc_policy_is_traced(const struct sc_policy *p)
{
    return p->faults.trace;
}

bool sc_policy_names_hosts(const struct sc_policy *p, const struct sc_rule *rule)
{
    const struct sc_patterns *hosts = &p->matches[rule->index].host;

    for (size_t i = 0; i < hosts->n; i++)
        if (hosts->items[i].p[0] != '*' || (hosts->items[i].n > 1 && hosts->items[i].p[1] == '.'))
            return true;
    return false;
}

const struct sc_log_settings *sc_policy_log(const struct sc_policy *p)
{
    return &p->log;
}

size_t sc_policy_rule_count(const struct sc_policy *p)
{
    return p->n;
}

const struct sc_rule *sc_policy_rule(const struct sc_policy *p, size_t i)
{
    return &p->rules[i];
}

const struct sc_rule_match *sc_policy_rule_match(const struct sc_policy *p, size_t i)
{
    return &p->matches[i];
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool user_policy(char *buf, size_t n)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int len;

    if (config != NULL && config[0] == '/')
        len = snprintf(buf, n, "%s/steadycurl/policy.json", config);
    else if (home != NULL && home[0] == '/')
        len = snprintf(buf, n, "%s/.config/steadycurl/policy.json", home);
    else
        return false;
    return len > 0 && (size_t)len < n && exists(buf);
}

static bool find(char *buf, size_t n)
{
    const char *named = getenv("STEADYCURL_POLICY");

    if (named != NULL && named[0] != '\0') {
        snprintf(buf, n, "%s", named);
        return true;
    }
    if (user_policy(buf, n))
        return true;
    snprintf(buf, n, "/etc/steadycurl/policy.json");
    return exists(buf);
}

bool sc_policy_find(char *buf, size_t n)
{
    int saved = errno;
    bool found = find(buf, n);

    errno = saved;
    return found;
}

static bool host_fits(const struct sc_patterns *hosts, struct sc_str host, int port)
{
    struct sc_house any = {.hosts = *hosts};

    return hosts->n == 0 || sc_house_has(&any, host, port);
}

static bool text_fits(const struct sc_patterns *patterns, struct sc_str text)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (sc_glob_match(patterns->items[i], text))
            return true;
    return patterns->n == 0;
}

const struct sc_rule *sc_policy_match_any_model(const struct sc_policy *p,
                                                const struct sc_subject *t)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct sc_rule_match *m = &p->matches[i];

        if (host_fits(&m->host, t->host, t->port) && text_fits(&m->path, t->path) &&
            text_fits(&m->method, t->method))
            return &p->rules[i];
    }
    return NULL;
}

const struct sc_class_rows *sc_rule_class_rows(const struct sc_rule *rule,
                                               const struct sc_policy_provider *own,
                                               struct sc_class_rows rows[SC_OWN_TABLES])
{
    if (rule->classify.n == 0 && !own)
        return NULL;
    rows[0] = rule->classify;
    rows[1] = own ? own->classify : (struct sc_class_rows){NULL, 0};
    return rows;
}
