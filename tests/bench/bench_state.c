/*
 * bench_state - nanoseconds per decision of the shared state. Not part of `make test`:
 *
 *     make build/tests/bench/bench_state && build/tests/bench/bench_state
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/breaker.h"
#include "core/limiter.h"
#include "state/state.h"

#define ROUNDS 2000000

static struct sc_settings settings;
static struct sc_scope_key key;

static struct sc_str text(const char *s)
{
    return (struct sc_str){s, strlen(s)};
}

static void prepare(void)
{
    settings.limits.rpm = 1000000000; /* never full: the decision is what is measured */
    settings.limits.burst = 1;
    settings.limits.max_wait_ms = 60000;
    settings.limits.scope = SC_SCOPE_HOST | SC_SCOPE_MODEL;
    settings.breaker = (struct sc_breaker_settings){.enabled = true,
                                                    .consecutive_failures = 5,
                                                    .failure_ratio = 0.5,
                                                    .min_calls = 10,
                                                    .window_ms = 120000,
                                                    .open_ms = 30000,
                                                    .open_max_ms = 300000,
                                                    .success_threshold = 2,
                                                    .half_open_probes = 1,
                                                    .scope = SC_SCOPE_HOST | SC_SCOPE_MODEL};
    key = (struct sc_scope_key){.provider = SC_PROVIDER_OPENAI,
                                .host = text("api.openai.com"),
                                .model = text("gpt-4o-mini"),
                                .rule = text("openai"),
                                .key = text("Bearer sk-0123456789abcdefghijklmnopqrstuvwxyz")};
}

/* Processor time of this process: other programs on the machine do not count. */
static int64_t used(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The words alone: reserve a slot, ask the breaker. */
static void words_only(sc_word *tat, sc_word *breaker, long n)
{
    for (long i = 0; i < n; i++) {
        int64_t now = sc_state_now();
        struct sc_limiter_ask a = {.cost_ns = 60, .now_ns = now, .latest_ns = now + SC_MINUTE_NS};
        struct sc_breaker_ask b = {.settings = &settings.breaker, .now_ns = now};

        sc_word_update(tat, sc_limiter_reserve, &a);
        sc_word_update(breaker, sc_breaker_admit, &b);
        if (!a.taken || !b.allowed)
            abort();
    }
}

/* The shim's view: a ticket that is already begun asks before an attempt. */
static void admissions(struct sc_ticket *t, long n)
{
    struct sc_admission a;

    for (long i = 0; i < n; i++) {
        t->breaker_held = false;
        t->requests.after = 0; /* as if sent */
        sc_state_admit(t, 0, sc_state_now(), (uint64_t)i, &a);
        if (a.verdict == SC_ADMIT_REFUSE)
            abort();
    }
}

static void whole_calls(long n)
{
    struct sc_attempt_facts f = {
        .class = SC_CLASS_OK, .hint_ms = -1, .used_tokens = -1, .input_tokens = -1, .ms = 3};
    struct sc_admission a;
    struct sc_ticket t;

    for (long i = 0; i < n; i++) {
        sc_state_begin(&t, &key, &settings, &(struct sc_call_facts){.deadline_ns = SC_NEVER},
                       sc_state_now());
        sc_state_admit(&t, 0, sc_state_now(), (uint64_t)i, &a);
        sc_state_settle(&t, &f, sc_state_now(), 1, NULL);
        sc_state_end(&t, SC_CLASS_OK, SC_END_OK, sc_state_now(), 1, NULL);
    }
}

static void *contender(void *arg)
{
    struct sc_ticket t;

    (void)arg;
    sc_state_begin(&t, &key, &settings, &(struct sc_call_facts){.deadline_ns = SC_NEVER},
                   sc_state_now());
    words_only(&t.requests.words[0], t.breaker, ROUNDS);
    return NULL;
}

static void report(const char *what, int64_t start, double n)
{
    printf("%-44s %9.1f ns\n", what, (double)(used() - start) / n);
}

int main(void)
{
    char folder[] = "/tmp/sc-bench-XXXXXX", command[64];
    struct sc_ticket t;
    pthread_t threads[2];
    int64_t start;

    if (!mkdtemp(folder))
        return 1;
    setenv("STEADYCURL_STATE", folder, 1);
    prepare();
    start = used();
    sc_state_begin(&t, &key, &settings, &(struct sc_call_facts){.deadline_ns = SC_NEVER},
                   sc_state_now());
    report("first begin of a process, state made", start, 1);
    start = used();
    for (int i = 0; i < ROUNDS; i++)
        sc_state_now();
    report("(reading the clock)", start, ROUNDS);
    start = used();
    words_only(&t.requests.words[0], t.breaker, ROUNDS);
    report("limiter + breaker words, with clock", start, ROUNDS);
    start = used();
    admissions(&t, ROUNDS);
    report("sc_state_admit, with clock", start, ROUNDS);
    start = used();
    whole_calls(ROUNDS / 4);
    report("begin + admit + settle + end", start, ROUNDS / 4);
    start = used();
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, contender, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    report("limiter + breaker words, 2 threads contend", start, 2.0 * ROUNDS);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) == 0 ? 0 : 1;
}
