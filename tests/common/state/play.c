/*
 * play HOST MODEL CLASS[:HINT_MS]... - makes calls with these outcomes on the state that
 * STEADYCURL_STATE names, and prints what became of each: ok, wait MS, or why it was refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/state.h"

static struct sc_settings settings = {
    .retry = {.enabled = true, .budget_enabled = true, .budget = {.per_success = 1, .reserve = 10}},
    .breaker = {.enabled = true,
                .consecutive_failures = 5,
                .window_ms = 120000,
                .open_ms = 30000,
                .open_max_ms = 300000,
                .success_threshold = 2,
                .half_open_probes = 1,
                .scope = SC_SCOPE_HOST | SC_SCOPE_MODEL},
    .limits = {.rpm = 600,
               .tpm = 100000,
               .concurrent = 8,
               .burst = 0.1,
               .max_wait_ms = 60000,
               .scope = SC_SCOPE_HOST | SC_SCOPE_MODEL},
};

static void play(const struct sc_scope_key *k, char *outcome)
{
    char *hint = strchr(outcome, ':');
    struct sc_attempt_facts f = {.proof = SC_PROOF_NAMED,
                                 .hint_ms = hint ? atoll(hint + 1) : -1,
                                 .used_tokens = 150,
                                 .input_tokens = 100,
                                 .output_tokens = 50,
                                 .ms = 700};
    struct sc_admission a;
    struct sc_ticket t;
    int64_t now = sc_state_now();

    if (hint)
        *hint = '\0';
    f.class = sc_class_by_name(outcome);
    sc_state_begin(&t, k, &settings, &(struct sc_call_facts){.deadline_ns = SC_NEVER}, now);
    sc_state_admit(&t, 200, now, 1, &a);
    if (a.verdict == SC_ADMIT_REFUSE)
        printf("%s\n", sc_refusal_name(a.refusal));
    else if (a.verdict == SC_ADMIT_WAIT)
        printf("wait %lld\n", (long long)(a.until_ns - now) / 1000000);
    else
        printf("ok\n");
    if (a.verdict == SC_ADMIT_WAIT)
        sc_state_count_wait(&t, a.reason, (a.until_ns - now) / 1000000);
    if (a.verdict == SC_ADMIT_GO)
        sc_state_settle(&t, &f, now, 1, NULL);
    sc_state_end(&t, f.class,
                 a.verdict != SC_ADMIT_GO ? SC_END_SYNTHESIZED
                 : f.class == SC_CLASS_OK ? SC_END_OK
                                          : SC_END_FAILED,
                 now, 1, NULL);
}

int main(int argc, char **argv)
{
    char note[512];

    if (argc < 3)
        return 2;
    for (int i = 3; i < argc; i++)
        play(&(struct sc_scope_key){.provider = sc_provider_by_host(argv[1], strlen(argv[1]), 443),
                                    .host = {argv[1], strlen(argv[1])},
                                    .model = {argv[2], strlen(argv[2])},
                                    .rule = {"rule", 4},
                                    .key = {"Bearer sk-verysecretkey", 23}},
             argv[i]);
    while (sc_state_take_note(note, sizeof note))
        fprintf(stderr, "%s\n", note);
    return 0;
}
