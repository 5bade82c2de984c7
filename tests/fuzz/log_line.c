/* Whatever is in a log: a line is read within its bounds, its texts end, and a text line becomes an
 * object that reads as the same event. */
#include "fuzz.h"

#include "ledger/log_line.h"
#include "ledger/text_line.h"

static void check(const struct sc_log_line *l)
{
    CHECK(strlen(l->event) > 0 && strlen(l->event) < sizeof l->event);
    CHECK(strlen(l->call) < sizeof l->call && strlen(l->text) < sizeof l->text);
    CHECK(strlen(l->program) < sizeof l->program && strlen(l->model) < sizeof l->model);
    CHECK(l->level >= SC_LOG_ERROR && l->level <= SC_LOG_DEBUG);
    CHECK(l->ms >= -1 && l->attempts >= -1 && l->cost_nano >= -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char json[SC_TEXT_LINE_JSON];
    char *line = text_of((const char *)data, size); /* of exactly that size, for the sanitizer */
    struct sc_log_line l, same;
    size_t n;

    if (sc_log_line_read(&l, line, size)) {
        check(&l);
        CHECK(sc_log_line_time(line, size) == l.time_ms);
    }
    n = sc_text_line_json(line, size, json, sizeof json);
    CHECK(n < sizeof json && (n == 0 || json[n] == '\0'));
    if (n > 0 && line[0] != '{' && sc_log_line_read(&same, json, n))
        CHECK(strcmp(same.event, l.event) == 0 && same.time_ms == l.time_ms);
    free(line);
    return 0;
}
