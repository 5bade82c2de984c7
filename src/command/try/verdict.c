/* verdict.c - see verdict.h. */
#include "try/verdict.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    SLACK_MS = 5, /* of what was measured in whole milliseconds */
    OFTEN = 12    /* requests more than without the fault */
};

struct word {
    const char *name, *words;
    bool bad;
};

static const struct word words[SC_VERDICTS + SC_MANNERS] = {
#define END(id, name, bad, text) [SC_TRY_##id] = {name, text, bad},
    SC_VERDICT_LIST(END)
#undef END
#define MANNER(id, name, bad, text) [SC_VERDICTS + SC_TRY_##id] = {name, text, bad},
        SC_MANNER_LIST(MANNER)
#undef MANNER
};

#define MANNER_BIT(id) (1u << SC_TRY_##id)

/* ---- the end --------------------------------------------------------------------------------- */

static bool is_crash(int signal)
{
    switch (signal) {
    case SIGSEGV:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
        return true;
    default:
        return false;
    }
}

/* Where it was when its time was up: with a request that nobody answers, or between two. */
static enum sc_verdict_end end_of_time(const struct sc_try_seen *calm,
                                       const struct sc_try_seen *seen)
{
    size_t known = seen->requests < SC_TRY_REQUESTS_MAX ? seen->requests : SC_TRY_REQUESTS_MAX;
    bool open = false;

    for (size_t i = 0; i < known; i++)
        open = open || seen->request[i].end_ms < 0;
    return !open && seen->requests > calm->requests ? SC_TRY_TRYING : SC_TRY_HANGS;
}

static enum sc_verdict_end end_well(const struct sc_kind_traits *kind,
                                    const struct sc_try_seen *calm, const struct sc_try_seen *seen)
{
    if (seen->same)
        return seen->requests > calm->requests ? SC_TRY_RECOVERS : SC_TRY_UNMOVED;
    if (seen->out_len > 0 && (kind->half || (seen->part && kind->paid)))
        return SC_TRY_HALF;
    return seen->out_len > 0 && seen->requests > calm->requests && kind->passes ? SC_TRY_WRONG
                                                                                : SC_TRY_SILENT;
}

static enum sc_verdict_end end_of(const struct sc_kind_traits *kind, const struct sc_try_seen *calm,
                                  const struct sc_try_seen *seen)
{
    if (is_crash(seen->signal))
        return SC_TRY_CRASHES;
    if (seen->timed_out)
        return end_of_time(calm, seen);
    if (seen->faults == 0)
        return SC_TRY_UNMET;
    if (seen->exit == calm->exit)
        return end_well(kind, calm, seen);
    return seen->said ? SC_TRY_GIVES_UP : SC_TRY_MUTE;
}

/* ---- the manners ----------------------------------------------------------------------------- */

/* Requests behind one that asked for patience. */
static bool is_early(const struct sc_kind_traits *kind, const struct sc_try_seen *seen)
{
    size_t known = seen->requests < SC_TRY_REQUESTS_MAX ? seen->requests : SC_TRY_REQUESTS_MAX;

    for (size_t i = 1; i < known && (int64_t)i <= kind->faults; i++) {
        const struct sc_try_request *before = &seen->request[i - 1];

        if (before->end_ms >= 0 &&
            seen->request[i].begin_ms - before->end_ms < kind->hint_ms - SLACK_MS)
            return true;
    }
    return false;
}

static unsigned manners_of(const struct sc_kind_traits *kind, const struct sc_try_seen *calm,
                           const struct sc_try_seen *seen, enum sc_verdict_end end)
{
    bool more = seen->requests > calm->requests;
    unsigned m = seen->leaks && !calm->leaks ? MANNER_BIT(LEAKS) : 0;

    if (seen->faults == 0)
        return m;
    if (more && kind->hint_ms > 0 && is_early(kind, seen))
        m |= MANNER_BIT(EARLY);
    if (seen->requests > calm->requests + OFTEN)
        m |= MANNER_BIT(OFTEN);
    if (more && kind->final)
        m |= MANNER_BIT(IN_VAIN);
    if (more && kind->paid)
        m |= MANNER_BIT(TWICE);
    if (!more && kind->passes && end != SC_TRY_UNMOVED && end != SC_TRY_HANGS)
        m |= MANNER_BIT(NOT_AT_ALL);
    return m;
}

struct sc_try_verdict sc_try_judge(const struct sc_kind_traits *kind,
                                   const struct sc_try_seen *calm, const struct sc_try_seen *seen)
{
    enum sc_verdict_end end = end_of(kind, calm, seen);

    return (struct sc_try_verdict){end, manners_of(kind, calm, seen, end)};
}

/* ---- in words -------------------------------------------------------------------------------- */

static void list(struct sc_try_verdict v, char *buf, size_t n, bool names, const char *between)
{
    size_t at;

    snprintf(buf, n, "%s", names ? words[v.end].name : words[v.end].words);
    for (unsigned i = 0; i < SC_MANNERS; i++) {
        const struct word *w = &words[SC_VERDICTS + i];

        at = strlen(buf);
        if (v.manners >> i & 1)
            snprintf(buf + at, n - at, "%s%s", between, names ? w->name : w->words);
    }
}

void sc_try_words(struct sc_try_verdict v, char *buf, size_t n)
{
    list(v, buf, n, false, "; ");
}

void sc_try_names(struct sc_try_verdict v, char *buf, size_t n)
{
    list(v, buf, n, true, " ");
}

uint32_t sc_try_bad(void)
{
    uint32_t set = 0;

    for (unsigned i = 0; i < SC_VERDICTS + SC_MANNERS; i++)
        set |= (uint32_t)words[i].bad << i;
    return set;
}

bool sc_try_set(const char *names, uint32_t *set, const char **name, size_t *n)
{
    for (const char *p = names; *p; p += *n + (p[*n] == ',')) {
        unsigned i = 0;

        *name = p;
        *n = strcspn(p, ",");
        while (i < SC_VERDICTS + SC_MANNERS &&
               (strlen(words[i].name) != *n || memcmp(words[i].name, p, *n) != 0))
            i++;
        if (i == SC_VERDICTS + SC_MANNERS)
            return false;
        *set |= UINT32_C(1) << i;
    }
    return true;
}

bool sc_try_is(struct sc_try_verdict v, uint32_t set)
{
    return ((UINT32_C(1) << v.end | v.manners << SC_VERDICTS) & set) != 0;
}
