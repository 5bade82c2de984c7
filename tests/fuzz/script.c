/* The mock's script language: every text is a script or refused with a message. */
#include "fuzz.h"

#include "mock/outcome.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = text_of((const char *)data, size), err[128] = "";
    struct sc_mock_script *s = sc_mock_script_parse(text, false, err, sizeof err);

    if (s) {
        CHECK(s->n > 0);
        for (uint64_t turn = 0; turn < 5; turn++)
            CHECK(sc_mock_script_at(s, turn));
        CHECK(sc_mock_script_at(s, UINT64_MAX));
        sc_mock_script_unref(s);
    } else {
        CHECK(err[0] && strlen(err) < sizeof err);
    }
    free(text);
    return 0;
}
