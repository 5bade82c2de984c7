/*
 * Wherever a response is cut, and wherever the program pauses: it gets the same bytes in the same
 * order, and the same usage is counted, once.
 */
#include "fake.h"

#define GEMINI(text, count)                                                     \
    "{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"" text "\"}]}}]" \
    ", \"usageMetadata\": {\"promptTokenCount\": 7, \"candidatesTokenCount\": " count "}}"
#define CHAT_ROLE                                                               \
    "data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}],\"" \
    "usage\":null}\n\n"
#define CHAT_TEXT "data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"content\":\"H\xc3\xa4\"}}]}\n\n"
#define CHAT_USAGE                                                             \
    "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"comp" \
    "letion_tokens\":2}}\n\n"
#define CLAUDE                                                                                     \
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":" \
    "{\"input_tokens\":7,\"output_tokens\":1}}}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n"    \
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"   \
    "{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\nevent: message_delta\ndata: {\"type\":"      \
    "\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}"  \
    "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
#define OLLAMA                                                                            \
    "{\"model\":\"l\",\"message\":{\"content\":\"H\"},\"done\":false}\n{\"model\":\"l\"," \
    "\"message\":{\"content\":\"\"},\"done\":true,\"prompt_eval_count\":7,\"eval_count\":2}\n"
#define RESPONSES                                                                          \
    "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":"  \
    "\"r\",\"error\":null,\"usage\":null}}\n\nevent: response.output_text.delta\ndata: "   \
    "{\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\nevent: "                \
    "response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":{" \
    "\"input_tokens\":7,\"output_tokens\":2}}}\n\n"
#define ANSWER                                                                                \
    "{\"id\":\"a\",\"choices\":[{\"message\":{\"content\":\"\\\"usage\\\":{\"}}],\"usage\":{" \
    "\"prompt_tokens\":7,\"completion_tokens\":2}}"
#define FAILURE "{\"error\":{\"message\":\"busy\",\"type\":\"server_error\"}}"

#define STATUS(status, type) \
    "HTTP/1.1 " status " X\r\nContent-Type: " type "\r\nX-Request-Id: 1\r\n\r\n"
#define SSE STATUS("200", "text/event-stream")
#define JSON STATUS("200", "application/json")

static const struct recording {
    const char *name, *head, *body, *trailer;
    enum sc_provider provider;
    int64_t input, output;
    bool asks_for_stream; /* the request's body says so */
    bool filtered;        /* usage was asked for by us */
    bool at_once;         /* a failure that no attempt can mend */
    const char *shown;    /* of the body; NULL: all of it */
    size_t most;          /* bytes that may be held; 0: plenty */
} recordings[] = {
    {"chat", SSE, CHAT_ROLE CHAT_TEXT CHAT_TEXT CHAT_USAGE "data: [DONE]\n\n",
     .provider = SC_PROVIDER_OPENAI, .input = 7, .output = 2},
    {"chat with CRLF", SSE,
     ": hello\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}"
     "\r\n\r\ndata: "
     "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\r\n\r\n",
     .provider = SC_PROVIDER_OPENAI, .input = 7, .output = 2},
    {"chat that was asked for usage", SSE, CHAT_ROLE CHAT_TEXT CHAT_USAGE "data: [DONE]\n\n",
     .provider = SC_PROVIDER_OPENAI, .input = 7, .output = 2, .filtered = true,
     .shown =
         "data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n" CHAT_TEXT
         "data: [DONE]\n\n"},
    {"the same, cut off", SSE, CHAT_ROLE CHAT_TEXT "data: {\"id\":\"c\",",
     .provider = SC_PROVIDER_OPENAI, .filtered = true,
     .shown =
         "data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n" CHAT_TEXT
         "data: {\"id\":\"c\","},
    {"the same, of known length",
     "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nContent-Length: 227\r\n\r\n",
     CHAT_ROLE CHAT_TEXT CHAT_USAGE "data: [DONE]\n\n", .provider = SC_PROVIDER_OPENAI, .input = 7,
     .output = 2, .filtered = true,
     .shown = "data: {\"id\":\"c\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]             "
              "}\n\n" CHAT_TEXT
              ":                                                                              "
              "\n\ndata: [DONE]\n\n"},
    {"an error before output", SSE, CHAT_ROLE "data: " FAILURE "\n\n",
     .provider = SC_PROVIDER_OPENAI},
    {"an error after output", SSE, CHAT_TEXT "data: " FAILURE "\n\n",
     .provider = SC_PROVIDER_OPENAI},
    {"Claude", SSE, CLAUDE, .provider = SC_PROVIDER_ANTHROPIC, .input = 7, .output = 2},
    {"Claude as JSON", JSON, CLAUDE, .provider = SC_PROVIDER_ANTHROPIC, .input = 7, .output = 2},
    {"Claude as text", STATUS("200", "text/plain"), CLAUDE, .provider = SC_PROVIDER_ANTHROPIC,
     .input = 7, .output = 2, .asks_for_stream = true},
    {"responses", SSE, RESPONSES, "X-Sum: 1\r\n", .provider = SC_PROVIDER_OPENAI, .input = 7,
     .output = 2},
    {"Ollama", STATUS("200", "application/x-ndjson"), OLLAMA, .provider = SC_PROVIDER_OLLAMA,
     .input = 7, .output = 2},
    {"Ollama as JSON", JSON, OLLAMA, .provider = SC_PROVIDER_OLLAMA, .input = 7, .output = 2},
    {"Gemini's array", JSON, "[" GEMINI("Hi", "1") "\n,\r\n" GEMINI("!", "2") "\n]\n",
     .provider = SC_PROVIDER_GEMINI, .input = 7, .output = 2, .asks_for_stream = true},
    {"Gemini's events", SSE,
     "data: " GEMINI("Hi", "1") "\r\n\r\ndata: " GEMINI("!", "2") "\r\n\r\n",
     .provider = SC_PROVIDER_GEMINI, .input = 7, .output = 2},
    {"JSON", JSON, "  " ANSWER "\n", .provider = SC_PROVIDER_OPENAI, .input = 7, .output = 2},
    {"JSON of known length",
     "HTTP/1.1 200 X\r\nContent-Type: application/json\r\n"
     "Content-Length: 110\r\n\r\n",
     ANSWER, .provider = SC_PROVIDER_OPENAI, .input = 7, .output = 2},
    {"JSON with a trailer", JSON, ANSWER, "X-Sum: 1\r\n", .provider = SC_PROVIDER_OPENAI,
     .input = 7, .output = 2},
    {"JSON that is too long to be held", JSON, ANSWER, .provider = SC_PROVIDER_OPENAI, .input = 7,
     .output = 2, .most = 120},
    {"JSON behind other blocks",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Who\r\nX: y\r\n\r\n" JSON, ANSWER,
     .provider = SC_PROVIDER_OPENAI, .input = 7, .output = 2},
    {"a failure", STATUS("503", "application/json"), FAILURE, "X-Sum: 1\r\n",
     .provider = SC_PROVIDER_OPENAI},
    {"a failure at once", STATUS("404", "application/json"), FAILURE,
     .provider = SC_PROVIDER_OPENAI, .at_once = true},
    {"a failure that is too long to be held", STATUS("503", "application/json"), FAILURE,
     .provider = SC_PROVIDER_OPENAI, .most = 90},
    {"a picture", STATUS("200", "image/png"), "\x89PNG\r\n\x1a\n1234567890",
     .provider = SC_PROVIDER_OPENAI},
    {"a body without a header", "", "as in 1991\n", .provider = SC_PROVIDER_OPENAI},
};
enum { RECORDINGS = sizeof recordings / sizeof *recordings };

static struct fake *begin(const struct recording *r)
{
    struct fake *f = fake_new(r->provider);

    f->good = true;
    f->final = r->at_once ? SC_FINAL_FAILURE : SC_FINAL_OPEN;
    f->lifts_at_once = true;
    f->shadow->o.no_progress = false;
    f->shadow->o.post_fields = r->asks_for_stream ? "{\"stream\":true}" : "{}";
    f->x.wants.hides_usage = r->filtered;
    if (r->filtered)
        f->req.rewrite.bytes = strdup("{}");
    if (r->most)
        f->x.wants.success_max = f->x.wants.failure_max = r->most;
    return f;
}

/* What there is to compare. */
struct outcome {
    char text[8192];
    struct sc_usage usage;
    uint64_t events, body_len, delivered;
    enum sc_stream_state state;
    bool finished, late_error;
    char kept[2048]; /* of a failure, for its class */
};

static void take_outcome(struct fake *f, struct outcome *o)
{
    struct sc_str kept = sc_exchange_body(&f->x);

    memset(o, 0, sizeof *o);
    assert_true(f->text_n < sizeof o->text);
    memcpy(o->text, f->text, f->text_n);
    sc_usage_result(&f->x.usage, &o->usage);
    o->events = f->x.usage.events;
    o->body_len = f->x.body_len;
    o->delivered = f->text_n;
    if (f->x.stream) {
        o->state = f->x.stream->state;
        o->finished = f->x.stream->finished;
        o->late_error = f->x.stream->late_error;
    } else if (f->x.mode == SC_HOLD_FAILURE) {
        snprintf(o->kept, sizeof o->kept, "%.*s", (int)kept.n, kept.p);
    }
}

/* How a run is cut: at one place, in pieces of one length, or by chance. */
struct cuts {
    size_t at, every;
    uint64_t seed;
    bool pauses;
};

static size_t next_cut(struct cuts *c, size_t at, size_t n)
{
    size_t len = n - at;

    if (c->seed)
        len = 1 + fake_below(&c->seed, fake_below(&c->seed, 4) ? 12 : 200);
    else if (c->every)
        len = c->every;
    else if (at < c->at)
        len = c->at - at;
    return len < n - at ? len : n - at;
}

/* What is hidden does not count as downloaded. */
static void assert_size(struct fake *f, const struct recording *r)
{
    curl_off_t got = -1;

    sc_getinfo(f->shadow, CURLINFO_SIZE_DOWNLOAD_T, &got);
    assert_int_equal(got, strlen(r->shown ? r->shown : r->body));
}

static void run(const struct recording *r, struct cuts c, struct outcome *o)
{
    struct fake *f = begin(r);
    size_t n = strlen(r->body);

    f->pauses = c.pauses ? c.seed * 2 + 1 : 0;
    fake_head(f, r->head);
    for (size_t at = 0, len; at < n; at += len) {
        len = next_cut(&c, at, n);
        /* Lifted at once, or when more has come: then that is joined. */
        if (f->paused && fake_below(&c.seed, 2))
            fake_resume(f);
        fake_body(f, r->body + at, len);
    }
    if (r->trailer)
        fake_head(f, r->trailer);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    take_outcome(f, o);
    assert_size(f, r);
    fake_free(f);
}

static void assert_same(const struct recording *r, struct cuts c, const struct outcome *expected)
{
    static struct outcome o;

    run(r, c, &o);
    if (strcmp(o.text, expected->text) != 0 || memcmp(&o, expected, sizeof o) != 0)
        fail_msg("%s, cut at %zu, every %zu, seed %llu: %s\ninstead of %s\nusage %lld + %lld, "
                 "%llu events, %llu bytes, kept '%s'",
                 r->name, c.at, c.every, (unsigned long long)c.seed, o.text, expected->text,
                 (long long)o.usage.input, (long long)o.usage.output, (unsigned long long)o.events,
                 (unsigned long long)o.body_len, o.kept);
}

static void test_the_uncut_run_is_right(void **state)
{
    static struct outcome o;
    static char expected[8192];

    (void)state;
    for (size_t i = 0; i < RECORDINGS; i++) {
        const struct recording *r = &recordings[i];

        run(r, (struct cuts){.at = 0}, &o);
        snprintf(expected, sizeof expected, "%s%sB:%s%s%s", *r->head ? "H:" : "", r->head,
                 r->shown ? r->shown : r->body, r->trailer ? "H:" : "",
                 r->trailer ? r->trailer : "");
        assert_string_equal(o.text, expected);
        assert_int_equal(o.usage.input, r->input);
        assert_int_equal(o.usage.output, r->output);
        assert_int_equal(o.body_len, strlen(r->body));
    }
}

static void test_a_cut_at_any_byte_changes_nothing(void **state)
{
    static struct outcome plain;

    (void)state;
    for (size_t i = 0; i < RECORDINGS; i++) {
        const struct recording *r = &recordings[i];

        run(r, (struct cuts){.at = 0}, &plain);
        for (size_t at = 1; at < strlen(r->body); at++)
            assert_same(r, (struct cuts){.at = at}, &plain);
        for (size_t every = 1; every < 20; every++)
            assert_same(r, (struct cuts){.every = every}, &plain);
    }
}

static void test_random_cuts_and_pauses_change_nothing(void **state)
{
    static struct outcome plain;

    (void)state;
    for (size_t i = 0; i < RECORDINGS; i++) {
        run(&recordings[i], (struct cuts){.at = 0}, &plain);
        for (uint64_t seed = 1; seed <= 400; seed++)
            assert_same(&recordings[i], (struct cuts){.seed = seed * 7919, .pauses = seed % 4 != 0},
                        &plain);
    }
}

/* What is refused ends the call: whatever was shown is the beginning of what there is, and nothing
 * comes behind it. */
static void test_a_refusal_at_any_piece_shows_a_beginning(void **state)
{
    static struct outcome plain;

    (void)state;
    for (size_t i = 0; i < RECORDINGS; i++) {
        const struct recording *r = &recordings[i];

        run(r, (struct cuts){.at = 0}, &plain);
        for (size_t at = 1; at < 60; at++) {
            struct fake *f = begin(r);
            size_t n = strlen(r->body), step = at % 2 ? 1 : n;
            CURLcode rc;

            f->answer_at = (at + 1) / 2;
            f->answer = 0;
            fake_head(f, r->head);
            for (size_t b = 0; b < n; b += step)
                fake_body(f, r->body + b, step);
            if (r->trailer && f->failed == CURLE_OK)
                fake_head(f, r->trailer);
            rc = fake_end(f, CURLE_OK);
            assert_int_equal(rc, f->answer_at <= f->n_calls ? CURLE_WRITE_ERROR : CURLE_OK);
            assert_true(f->n_calls <= f->answer_at);
            assert_memory_equal(f->text, plain.text, f->text_n);
            fake_free(f);
        }
    }
}

/* Pieces of the filter are not libcurl's: a count that is right for the one is short of the other.
 */
static void test_a_short_count_of_a_filtered_piece_is_one(void **state)
{
    static const char rest[] = "\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
    struct fake *f = begin(&recordings[2]);

    (void)state;
    fake_head(f, SSE);
    fake_text(f, CHAT_TEXT);
    fake_text(f, "data: {\"id\":\"c\","); /* waits */
    f->answer_at = f->n_calls + 1;
    f->answer = sizeof rest - 1;
    fake_text(f, rest);
    assert_int_equal(f->n_calls, f->answer_at);
    assert_true(f->calls[f->n_calls - 1].n > f->answer);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_WRITE_ERROR);
    fake_free(f);
}

/* What waited to the end is of the body, as getinfo tells, too. */
static void test_the_rest_of_a_filtered_stream_is_body(void **state)
{
    struct fake *f = begin(&recordings[3]);
    const struct fake_call *last;

    (void)state;
    fake_head(f, SSE);
    fake_text(f, recordings[3].body);
    assert_int_equal(fake_end(f, CURLE_OK), CURLE_OK);
    last = &f->calls[f->n_calls - 1];
    assert_int_equal(last->n, strlen("data: {\"id\":\"c\","));
    assert_string_equal(last->type, "text/event-stream");
    assert_int_equal(last->to, FAKE_BODY);
    fake_free(f);
}

/* A header said at what tier, before the first bytes said what they are. */
static void test_the_tier_outlives_the_discovery_of_a_stream(void **state)
{
    struct fake *f = fake_new(SC_PROVIDER_GEMINI);

    (void)state;
    f->shadow->o.post_fields = "{\"stream\":true}";
    fake_head(f, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 "x-gemini-service-tier: flex\r\n\r\n");
    fake_text(f, " \n");
    fake_text(f, "[" GEMINI("Hi", "1"));
    assert_non_null(f->x.stream);
    assert_string_equal(f->x.usage.tier, "flex");
    fake_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_uncut_run_is_right),
        cmocka_unit_test(test_a_cut_at_any_byte_changes_nothing),
        cmocka_unit_test(test_random_cuts_and_pauses_change_nothing),
        cmocka_unit_test(test_a_refusal_at_any_piece_shows_a_beginning),
        cmocka_unit_test(test_a_short_count_of_a_filtered_piece_is_one),
        cmocka_unit_test(test_the_rest_of_a_filtered_stream_is_body),
        cmocka_unit_test(test_the_tier_outlives_the_discovery_of_a_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
