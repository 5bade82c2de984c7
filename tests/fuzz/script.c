/* The language of faults: every text is a script or refused with a message at a place in it. */
#include "fuzz.h"

#include "fault/outcome.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;

    for (unsigned flags = 0; flags <= SC_SCRIPT_CLIENT; flags += SC_SCRIPT_CLIENT) {
        struct sc_script_error err = {.text = ""};
        struct sc_script *s = sc_script_parse(text, size, flags, &err);

        if (s) {
            CHECK(s->n > 0);
            for (uint64_t turn = 0; turn < 5; turn++)
                CHECK(sc_script_at(s, turn));
            CHECK(sc_script_at(s, UINT64_MAX));
            sc_script_unref(s);
        } else {
            CHECK(err.text[0] && strlen(err.text) < sizeof err.text && err.at <= size);
        }
    }
    return 0;
}
