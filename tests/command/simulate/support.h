/* support.h - scenarios and policies as texts, run to their end. */
#ifndef TESTS_SIMULATE_SUPPORT_H
#define TESTS_SIMULATE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "simulate/result.h"
#include "simulate/ways.h"

#define RULE(settings) \
    "{\"version\": 1, \"rules\": [{\"name\": \"all\", \"match\": {\"host\": \"*\"}" settings "}]}"

struct run {
    struct sc_scenario scenario;
    struct sc_policy *policy;
    struct sc_sim_way way;
    struct sc_sim_world world;
};

static inline void load_scenario(struct sc_scenario *s, const char *text)
{
    struct sc_policy_error e = {.text = ""};
    const char *built_in = sc_scenario_builtin(text);

    if (built_in)
        text = built_in;
    if (!sc_scenario_parse(s, text, strlen(text), "test", &e))
        fail_msg("%s", e.text);
}

/* policy: a text, NULL: what is built in, "": none. */
static inline void open_run(struct run *r, const char *scenario, const char *policy)
{
    struct sc_policy_error e = {.text = ""};

    memset(r, 0, sizeof *r);
    load_scenario(&r->scenario, scenario);
    if (!policy)
        r->policy = sc_policy_builtin();
    else if (*policy)
        r->policy = sc_policy_parse(policy, strlen(policy), "policy", &e);
    if (!r->policy && (!policy || *policy))
        fail_msg("%s", e.text);
    r->way = (struct sc_sim_way){.name = "test", .policy = r->policy};
}

static inline void start_run(struct run *r, uint64_t seed)
{
    assert_true(sc_sim_open(&r->world, &r->scenario, &r->way, NULL, seed));
}

static inline void finish_run(struct run *r)
{
    while (sc_sim_step(&r->world))
        ;
    assert_false(r->world.no_memory);
}

static inline void close_run(struct run *r)
{
    sc_sim_close(&r->world);
    sc_policy_free(r->policy);
    sc_scenario_free(&r->scenario);
}

#endif
