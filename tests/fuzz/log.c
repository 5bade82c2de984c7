/* One event, one line: whatever the texts in it, and JSON stays JSON whatever the room. */
/* link with: -lcjson */
#include "fuzz.h"

#include <cjson/cJSON.h>

#include "log/log.h"

static char *take_text(struct input *in)
{
    struct sc_str line = take_line(in);

    return text_of(line.p, line.n);
}

static void check_line(const struct sc_log *log, const struct sc_event *e, size_t room)
{
    char *line = malloc(room);

    CHECK(line);
    size_t n = sc_log_format(log, e, INT64_C(1754640000000000000), line, room);
    if (n > 0) {
        CHECK(n < room && line[n] == '\0' && line[n - 1] == '\n');
        for (size_t i = 0; i + 1 < n; i++)
            CHECK((unsigned char)line[i] >= 0x20);
        if (log->format == SC_LOG_JSON && room >= 512) {
            cJSON *object = cJSON_Parse(line);

            CHECK(cJSON_IsObject(object));
            cJSON_Delete(object);
        }
    }
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    struct sc_event e = {.kind = (enum sc_event_kind)(take_byte(&in) % (SC_EVENT_NOTE + 1))};
    struct sc_log log = {.path = "x", .level = SC_LOG_DEBUG};
    char *texts[9];

    e.will_retry = take_byte(&in) & 1;
    e.status = (int)take_byte(&in) * 3;
    e.curl_code = (int)take_byte(&in) % 100;
    e.attempt = e.attempts = (int)take_byte(&in) - 3;
    e.ms = (int64_t)take_byte(&in) - 2;
    e.call = take_byte(&in);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        texts[i] = take_text(&in);
    e.rule = texts[0], e.provider = texts[1], e.host = texts[2], e.model = texts[3];
    e.reason = texts[4], e.outcome = texts[5], e.task = texts[6], e.text = texts[7];
    e.class = texts[8];
    for (int json = 0; json < 2; json++) {
        log.format = json ? SC_LOG_JSON : SC_LOG_TEXT;
        check_line(&log, &e, SC_LOG_LINE_MAX);
        check_line(&log, &e, 512);
        check_line(&log, &e, 64);
        check_line(&log, &e, 1);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    return 0;
}
