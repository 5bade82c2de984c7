/* Whatever is in a log: its report is a document in which nothing of it is markup or acts, and no
 * sum leaves what a number holds. */
/* link with: -lm */
#include "fuzz.h"

#include "report/report.h"

/* Of our own tags each begins with a small letter, a slash or the DOCTYPE's mark, and ends. */
static void check(const char *html, size_t n)
{
    bool inside = false;

    CHECK(n > 0 && !memmem(html, n, "<script", 7));
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)html[i];

        CHECK(c == '\n' || (c >= 0x20 && c != 0x7f));
        if (c == '<') {
            CHECK(!inside && i + 1 < n &&
                  (strchr("/!", html[i + 1]) || (html[i + 1] >= 'a' && html[i + 1] <= 'z')));
            inside = true;
        } else if (c == '>') {
            inside = false;
        }
    }
    CHECK(!inside);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_report_wish wish = {.until_ms = INT64_MAX, .now_ms = 1767225600000};
    struct sc_report *r = sc_report_new(&wish);
    struct input in = input_of(data, size);
    char *html = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&html, &n);

    CHECK(r && f);
    while (in.n > 0) {
        struct sc_str line = take_line(&in);
        char *text = text_of(line.p, line.n);

        sc_report_take(r, text, line.n);
        free(text);
    }
    CHECK(sc_report_calls(r) >= 0);
    sc_report_put_html(f, r, NULL);
    CHECK(fclose(f) == 0);
    check(html, n);
    free(html);
    sc_report_free(r);
    return 0;
}
