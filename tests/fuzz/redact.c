/* Whatever stands before it on other lines, a key does not get through; no size is overrun. */
#include "fuzz.h"

#include "log/log.h"

static void check_size(const char *text, size_t n, size_t size)
{
    char *out = malloc(size + 1);

    CHECK(out);
    out[size] = 'Z';
    size_t len = sc_redact(text, n, out, size);
    CHECK(out[size] == 'Z');
    CHECK(size == 0 || (len < size && out[len] == '\0'));
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char tail[] = "\nkey sk-abcdefghijklmnopqrstuvwxyz0123 end";
    size_t n = size + sizeof tail - 1;
    char *text = malloc(n + 1), *out = malloc(n * 12 + 64);

    CHECK(text && out);
    if (size)
        memcpy(text, data, size);
    memcpy(text + size, tail, sizeof tail);
    check_size(text, n, 0);
    check_size(text, n, 1);
    check_size(text, n, 17);
    sc_redact(text, n, out, n * 12 + 64);
    if (strlen(text) == n && !memmem(text, size, "abcdef", 6))
        CHECK(!strstr(out, "abcdefghijklmnopqrstuvwxyz0123"));
    free(out);
    free(text);
    return 0;
}
