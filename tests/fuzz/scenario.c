/* A scenario is good, or refused with a message; in a good one all that happens happens in order.
 */
/* link with: -lm */
#include "fuzz.h"

#include "simulate/world.h"

enum { CLIENTS = 40, STEPS = 4000 };

static void run(struct sc_scenario *s, const struct sc_policy *p)
{
    struct sc_sim_way way = {.name = "fuzz", .policy = p};
    struct sc_sim_world *w = calloc(1, sizeof *w);
    int64_t last = 0;

    if (s->hosts > CLIENTS || s->processes > CLIENTS)
        sc_scenario_set_clients(s, 1);
    else if (s->clients > CLIENTS)
        sc_scenario_set_clients(s, CLIENTS);
    CHECK(sc_sim_open(w, s, &way, NULL, 1));
    for (int i = 0; i < STEPS && w->now_ns < 1000 * SC_NS_PER_S && sc_sim_step(w); i++) {
        CHECK(w->now_ns >= last);
        CHECK(w->service.busy >= 0 && w->service.waiting >= 0);
        CHECK(w->tally.calls >= w->tally.answered + w->tally.failed);
        last = w->now_ns;
    }
    CHECK(!w->no_memory);
    sc_sim_close(w);
    free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sc_policy *policy;
    struct sc_policy_error error;
    struct sc_scenario s;

    if (!policy)
        policy = sc_policy_builtin();
    memset(&error, 'x', sizeof error);
    if (sc_scenario_parse(&s, (const char *)data, size, "fuzz", &error))
        run(&s, policy);
    else
        CHECK(memchr(error.text, '\0', sizeof error.text) && error.text[0]);
    sc_scenario_free(&s);
    return 0;
}
