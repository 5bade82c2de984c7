/* HOST[:PORT][/PATH][@MODEL]=SCRIPT and its shares: a fault, or refused with a message at a place.
 */
#include "fuzz.h"

#include "policy/faults.h"
#include "policy/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct sc_script_error err = {.text = ""};
    struct sc_fault_spec *f = sc_fault_spec_read(text, size, &err);
    const struct sc_subject call = {.host = {"api.openai.com", 14},
                                    .port = 443,
                                    .path = {"/v1/chat/completions", 20},
                                    .method = {"POST", 4},
                                    .model = {"gpt-4o", 6}};
    int64_t sum = 0;

    if (!f) {
        CHECK(err.text[0] && strlen(err.text) < sizeof err.text && err.at <= size);
        return 0;
    }
    CHECK(f->host.n > 0 && (f->script != NULL) == (f->n_shares == 0));
    for (size_t i = 0; i < f->n_shares; i++)
        sum += f->shares[i].ppm;
    CHECK(sum >= 0 && sum <= SC_CHAOS_ALL);
    (void)sc_fault_spec_fits(f, &call);
    for (uint64_t turn = 0; f->script && turn < 3; turn++)
        (void)sc_chaos_in_order(f->script, turn, 0);
    for (uint64_t content = 0; content < 3; content++)
        (void)sc_chaos_by_chance(f->shares, f->n_shares, 7, content, 0);
    sc_fault_spec_free(f);
    return 0;
}
