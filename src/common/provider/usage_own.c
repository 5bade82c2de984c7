/* usage_own.c - see usage_own.h. */
#include "provider/usage_own.h"

enum { PROMPT = 1, CACHED, COMPLETION, EVALUATED, PREDICTED, ANEW, KEPT, WRITTEN };

const uint8_t sc_usage_own[SC_USAGE_FIELDS] = {
    [SC_USAGE_PROMPT] = PROMPT,         [SC_USAGE_CACHED_INSIDE] = CACHED,
    [SC_USAGE_COMPLETION] = COMPLETION, [SC_USAGE_OWN_IN] = EVALUATED,
    [SC_USAGE_OWN_OUT] = PREDICTED,     [SC_USAGE_NEW_IN] = ANEW,
    [SC_USAGE_KEPT_IN] = KEPT,          [SC_USAGE_NEW_OUT] = WRITTEN,
};

static int64_t this_count(const struct sc_usage_reader *r, int what)
{
    return r->this_answer[what - 1];
}

static int64_t first_said(int64_t a, int64_t b, int64_t c)
{
    return a >= 0 ? a : b >= 0 ? b : c >= 0 ? c : 0;
}

/* Without cache_n, as older ones are, prompt_n leaves out what was cached. */
static int64_t input_of(const struct sc_usage_reader *r)
{
    int64_t anew = this_count(r, ANEW), kept = this_count(r, KEPT);
    return first_said(this_count(r, PROMPT), anew >= 0 && kept >= 0 ? anew + kept : -1,
                      first_said(this_count(r, EVALUATED), anew, 0));
}

static int64_t cached_of(const struct sc_usage_reader *r)
{
    int64_t all = this_count(r, EVALUATED), anew = this_count(r, ANEW);
    return first_said(this_count(r, CACHED), this_count(r, KEPT),
                      all > anew && anew >= 0 ? all - anew : 0);
}

static struct sc_usage_choice *choice_of(struct sc_usage_reader *r)
{
    int32_t index = r->listed || (r->choice < 0 && this_count(r, PROMPT) >= 0) ? -1 : r->choice;
    struct sc_usage_choice *c = r->choices, *last = c + r->n_choices;
    if (index >= 0)
        for (; c < last; c++)
            if (c->index == index)
                return c;
    if (last == r->choices + SC_USAGE_CHOICES)
        return NULL;
    r->n_choices++;
    *last = (struct sc_usage_choice){.index = index};
    return last;
}

void sc_usage_own_end(struct sc_usage_reader *r)
{
    struct sc_usage_choice *c;
    if (this_count(r, ANEW) < 0 && this_count(r, WRITTEN) < 0 && this_count(r, EVALUATED) < 0)
        return;
    r->choice = r->choice < 0 && this_count(r, PROMPT) < 0 ? 0 : r->choice;
    c = choice_of(r);
    if (c) {
        c->input = input_of(r);
        c->cached = cached_of(r);
        c->output =
            first_said(this_count(r, COMPLETION), this_count(r, WRITTEN), this_count(r, PREDICTED));
    }
    r->partly |= !c || (r->shown > 1 && !r->listed);
    if (c && r->shown > 1) {
        c->input *= r->shown;
        c->cached *= r->shown;
        c->output *= r->shown;
    }
}
