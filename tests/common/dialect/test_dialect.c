/* What callers of dialect.h rely on: names, paths, bounds, and when bytes come out. */
#include "golden.h"

#include "http/valid.h"

static const struct sc_dialect_asked asked = {.stream = true, .usage = true, .reasoning = true};
static const struct sc_dialect_made made = {.seed = 1, .unix_time = 5, .model = "m"};
static const struct sc_str no_path = {"", 0};

static struct sc_str str(const char *text)
{
    return (struct sc_str){text, strlen(text)};
}

static bool has(struct sc_str bytes, const char *text)
{
    return memmem(bytes.p, bytes.n, text, strlen(text)) != NULL;
}

static void names_and_paths(void **state)
{
    static const struct {
        const char *path;
        enum sc_dialect dialect;
    } paths[] = {
        {"/v1/chat/completions", SC_DIALECT_CHAT},
        {"/openai/deployments/x/chat/completions", SC_DIALECT_CHAT},
        {"/v1/responses/", SC_DIALECT_RESPONSES},
        {"/v1/messages", SC_DIALECT_MESSAGES},
        {"/v1beta/models/g:generateContent", SC_DIALECT_GEMINI},
        {"/v1beta/models/g:streamGenerateContent", SC_DIALECT_GEMINI},
        {"/v1/embeddings", SC_DIALECT_COUNT},
        {"/v1/messages/batches", SC_DIALECT_COUNT},
        {"/v1/threads/thread_1/messages", SC_DIALECT_COUNT},
        {"", SC_DIALECT_COUNT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(sc_dialect_of_path(str(paths[i].path)), paths[i].dialect);
    for (int d = 0; d < SC_DIALECT_COUNT; d++)
        assert_int_equal(sc_dialect_by_name(str(sc_dialect_name((enum sc_dialect)d))), d);
    assert_int_equal(sc_dialect_by_name(str("messages")), SC_DIALECT_MESSAGES);
    assert_int_equal(sc_dialect_by_name(str("openai-")), SC_DIALECT_COUNT);
}

static void errors_are_in_the_words_of_the_program_s_dialect(void **state)
{
    static const struct {
        enum sc_dialect dialect;
        enum sc_provider provider, voice;
    } table[] = {
        {SC_DIALECT_CHAT, SC_PROVIDER_AZURE, SC_PROVIDER_AZURE},
        {SC_DIALECT_CHAT, SC_PROVIDER_MISTRAL, SC_PROVIDER_MISTRAL},
        {SC_DIALECT_CHAT, SC_PROVIDER_ANTHROPIC, SC_PROVIDER_OPENAI_COMPATIBLE},
        {SC_DIALECT_RESPONSES, SC_PROVIDER_GEMINI, SC_PROVIDER_OPENAI_COMPATIBLE},
        {SC_DIALECT_MESSAGES, SC_PROVIDER_OPENAI_COMPATIBLE, SC_PROVIDER_ANTHROPIC},
        {SC_DIALECT_GEMINI, SC_PROVIDER_OPENAI, SC_PROVIDER_GEMINI},
        {SC_DIALECT_GEMINI, SC_PROVIDER_VERTEX, SC_PROVIDER_VERTEX},
        {SC_DIALECT_CHAT, SC_PROVIDER_OLLAMA, SC_PROVIDER_OPENAI_COMPATIBLE},
        {SC_DIALECT_RESPONSES, SC_PROVIDER_BEDROCK, SC_PROVIDER_OPENAI_COMPATIBLE},
        {SC_DIALECT_MESSAGES, SC_PROVIDER_OLLAMA, SC_PROVIDER_ANTHROPIC},
        {SC_DIALECT_COUNT, SC_PROVIDER_OLLAMA, SC_PROVIDER_OLLAMA},
        {SC_DIALECT_COUNT, SC_PROVIDER_COHERE, SC_PROVIDER_COHERE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(sc_dialect_voice(table[i].dialect, table[i].provider), table[i].voice);
}

static void ollama_speaks_by_path(void **state)
{
    static const struct {
        const char *path;
        enum sc_provider provider, voice;
    } table[] = {
        {"/v1/embeddings", SC_PROVIDER_OLLAMA, SC_PROVIDER_OPENAI_COMPATIBLE},
        {"/v1/completions", SC_PROVIDER_OLLAMA, SC_PROVIDER_OPENAI_COMPATIBLE},
        {"/v1/chat/completions", SC_PROVIDER_OLLAMA, SC_PROVIDER_OPENAI_COMPATIBLE},
        {"/v1/messages", SC_PROVIDER_OLLAMA, SC_PROVIDER_ANTHROPIC},
        {"/api/embed", SC_PROVIDER_OLLAMA, SC_PROVIDER_OLLAMA},
        {"/api/chat", SC_PROVIDER_OLLAMA, SC_PROVIDER_OLLAMA},
        {"/v1/embeddings", SC_PROVIDER_MISTRAL, SC_PROVIDER_MISTRAL},
        {"", SC_PROVIDER_OLLAMA, SC_PROVIDER_OLLAMA},
    };

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(sc_dialect_voice_at((struct sc_str){table[i].path, strlen(table[i].path)},
                                             table[i].provider),
                         table[i].voice);
}

static void a_model_in_a_path_is_escaped(void **state)
{
    struct sc_buf b = {.max = 1000};

    (void)state;
    sc_dialect_path(SC_DIALECT_GEMINI, "a b?c\"", true, &b);
    assert_true(sc_buf_view(&b).n ==
                strlen("/v1beta/models/a%20b%3Fc%22:streamGenerateContent?alt=sse"));
    assert_memory_equal(b.p, "/v1beta/models/a%20b%3Fc%22:streamGenerateContent?alt=sse", b.n);
    sc_buf_free(&b);
}

/* ---- requests ---- */

static bool request(const char *body, const struct sc_dialect_to *to, struct sc_buf *out,
                    struct sc_fit *fit)
{
    struct sc_dialect_asked a;

    sc_buf_clear(out);
    return sc_dialect_request(SC_DIALECT_CHAT, no_path, str(body), to, out, &a, fit);
}

static void the_same_dialect_changes_the_model_alone(void **state)
{
    struct sc_dialect_to to = {.dialect = SC_DIALECT_CHAT, .model = "other \"one\""};
    struct sc_buf out = {.max = 1000};
    struct sc_fit fit;

    (void)state;
    assert_true(request("{ \"n\": 2, \"model\" : \"gpt\", \"weird\":1.50 }", &to, &out, &fit));
    assert_memory_equal(out.p, "{ \"n\": 2, \"model\" : \"other \\\"one\\\"\", \"weird\":1.50 }",
                        out.n);
    assert_int_equal(fit.n, 0);
    assert_false(
        request("{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
                "\"file\",\"file\":{\"file_id\":\"f\"}}]}]}",
                &to, &out, &fit));
    assert_int_equal(fit.reason[0].kind, SC_MISFIT_BOUND);
    assert_string_equal(fit.reason[0].where, "messages[0].content[0].file_id");
    sc_buf_free(&out);
}

static void what_is_no_request_is_unfit(void **state)
{
    static const char *const bodies[] = {
        "", "null", "[]", "\"x\"", "{\"messages\":7}", "{\"a\"", "{\"messages\":{}}", "nope", "{}"};
    struct sc_dialect_to to = {.dialect = SC_DIALECT_MESSAGES, .model = "m"};
    struct sc_buf out = {.max = 1000};
    struct sc_fit fit;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        if (request(bodies[i], &to, &out, &fit) || fit.n == 0)
            fail_msg("taken: %s", bodies[i]);
    assert_false(sc_dialect_request(SC_DIALECT_CHAT, no_path, (struct sc_str){"{\"a\":\"\0\"}", 9},
                                    &to, &out, &(struct sc_dialect_asked){0}, &fit));
    assert_string_equal(fit.reason[0].why, "is not valid JSON");
    sc_buf_free(&out);
}

static void too_many_reasons_are_counted(void **state)
{
    struct sc_dialect_to to = {.dialect = SC_DIALECT_MESSAGES, .model = "m"};
    struct sc_buf body = {.max = 4000}, out = {.max = 1000};
    struct sc_fit fit;

    (void)state;
    sc_buf_text(&body, "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]");
    for (int i = 0; i < 40; i++) {
        sc_buf_text(&body, ",\"knob_");
        sc_buf_number(&body, i);
        sc_buf_text(&body, "\":1");
    }
    sc_buf_text(&body, "}");
    sc_buf_char(&body, '\0');
    assert_false(request(body.p, &to, &out, &fit));
    assert_int_equal(fit.n, SC_REASONS_MAX);
    assert_int_equal(fit.more, 40 - SC_REASONS_MAX);
    sc_buf_free(&body);
    sc_buf_free(&out);
}

static void a_body_over_the_limit_is_unfit(void **state)
{
    struct sc_dialect_to to = {.dialect = SC_DIALECT_MESSAGES, .model = "m"};
    struct sc_buf out = {.max = 20};
    struct sc_fit fit;

    (void)state;
    assert_false(
        request("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", &to, &out, &fit));
    assert_string_equal(fit.reason[fit.n - 1].why, "takes too much memory");
    sc_buf_free(&out);
}

static void limits_of_output_are_said_in_the_words_of_the_service(void **state)
{
    static const char body[] =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":77}";
    struct sc_dialect_to claude = {.dialect = SC_DIALECT_MESSAGES, .model = "m", .max_output = 99};
    struct sc_dialect_to openai = {.dialect = SC_DIALECT_CHAT, .model = "m"};
    struct sc_dialect_to local = {
        .dialect = SC_DIALECT_CHAT, .model = "m", .provider = SC_PROVIDER_LLAMACPP};
    struct sc_buf out = {.max = 1000}, back = {.max = 1000};
    struct sc_dialect_asked a;
    struct sc_fit fit;

    (void)state;
    assert_true(
        request("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", &claude, &out, &fit));
    assert_true(has(sc_buf_view(&out), "\"max_tokens\":99"));
    assert_true(request(body, &claude, &out, &fit));
    assert_true(has(sc_buf_view(&out), "\"max_tokens\":77"));
    assert_true(sc_dialect_request(SC_DIALECT_MESSAGES, no_path, sc_buf_view(&out), &openai, &back,
                                   &a, &fit));
    assert_true(has(sc_buf_view(&back), "\"max_completion_tokens\":77"));
    sc_buf_clear(&back);
    assert_true(sc_dialect_request(SC_DIALECT_MESSAGES, no_path, sc_buf_view(&out), &local, &back,
                                   &a, &fit));
    assert_true(has(sc_buf_view(&back), "\"max_tokens\":77"));
    sc_buf_free(&out);
    sc_buf_free(&back);
}

static void who_took_chat_over_gets_no_words_of_openai_s_own(void **state)
{
    static const char body[] =
        "{\"input\":[{\"role\":\"developer\",\"content\":\"d\"},{\"role\":\"user\",\"content\":"
        "\"x\"}],"
        "\"reasoning\":{\"effort\":\"low\"},\"text\":{\"verbosity\":\"low\"},\"stream\":true}";
    static const struct {
        enum sc_provider provider;
        bool own_words, asks_usage;
    } rows[] = {{SC_PROVIDER_OPENAI, true, true},
                {SC_PROVIDER_AZURE, true, true},
                {SC_PROVIDER_VLLM, false, true},
                {SC_PROVIDER_MISTRAL, false, false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_dialect_to to = {
            .dialect = SC_DIALECT_CHAT, .model = "m", .provider = rows[i].provider};
        struct sc_buf out = {.max = 1000};
        struct sc_dialect_asked a;
        struct sc_fit fit;
        assert_true(
            sc_dialect_request(SC_DIALECT_RESPONSES, no_path, str(body), &to, &out, &a, &fit));
        assert_int_equal(has(sc_buf_view(&out), "\"developer\""), rows[i].own_words);
        assert_int_equal(has(sc_buf_view(&out), "reasoning_effort"), rows[i].own_words);
        assert_int_equal(has(sc_buf_view(&out), "verbosity"), rows[i].own_words);
        assert_int_equal(fit.n, rows[i].own_words ? 0 : 2);
        assert_int_equal(has(sc_buf_view(&out), "include_usage"), rows[i].asks_usage);
        sc_buf_free(&out);
    }
}

/* Gemini 3 refuses calls of a talk that are not signed. */
static void calls_are_signed_for_who_wants_it(void **state)
{
    static const char body[] =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"tool_"
        "calls\":["
        "{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"y\"}]}";
    static const struct {
        const char *model;
        bool is_signed;
    } rows[] = {
        {"gemini-2.5-flash", false}, {"gemini-3-pro", true}, {"gemini-4-x", true}, {"x", false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_dialect_to to = {.dialect = SC_DIALECT_GEMINI, .model = rows[i].model};
        struct sc_buf out = {.max = 1000};
        struct sc_fit fit;
        assert_true(request(body, &to, &out, &fit));
        assert_int_equal(has(sc_buf_view(&out), "thoughtSignature"), rows[i].is_signed);
        sc_buf_free(&out);
    }
}

/* ---- streams ---- */

#define CHUNK(delta, end)                                                                      \
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":" delta ",\"finish_reason\":" end \
    "}]}\n\n"

static struct sc_translator *new_translator(enum sc_dialect to)
{
    struct sc_translator *t = sc_translator_new(SC_DIALECT_CHAT, to, &asked, &made);

    assert_non_null(t);
    return t;
}

static struct sc_str feed(struct sc_translator *t, const char *text)
{
    return sc_translator_feed(t, text, strlen(text));
}

static void nothing_comes_out_before_there_is_output(void **state)
{
    (void)state;
    for (int d = SC_DIALECT_RESPONSES; d < SC_DIALECT_COUNT; d++) {
        struct sc_translator *t = new_translator((enum sc_dialect)d);
        assert_int_equal(feed(t, ": waiting\n\n").n, 0);
        assert_int_equal(feed(t, CHUNK("{\"role\":\"assistant\",\"content\":\"\"}", "null")).n, 0);
        assert_int_equal(sc_translator_state(t), SC_TRANSLATED_HEAD);
        assert_true(has(feed(t, CHUNK("{\"content\":\"Hi\"}", "null")), "Hi"));
        assert_int_equal(sc_translator_state(t), SC_TRANSLATED_OUTPUT);
        assert_true(has(feed(t, ": waiting\n\n"), ": keep-alive\n\n"));
        sc_translator_free(t);
    }
}

static void an_early_error_can_be_judged(void **state)
{
    static const char error[] = "{\"error\":{\"message\":\"x\",\"code\":\"insufficient_quota\"}}";
    struct sc_translator *t = new_translator(SC_DIALECT_MESSAGES);

    (void)state;
    feed(t, CHUNK("{\"role\":\"assistant\"}", "null"));
    feed(t, "data: ");
    feed(t, error);
    struct sc_str out = feed(t, "\n\n");
    assert_true(has(out, "event: error\n"));
    assert_false(has(out, "message_start"));
    assert_int_equal(sc_translator_state(t), SC_TRANSLATED_FAILED);
    assert_int_equal(sc_translator_error(t).n, strlen(error));
    assert_int_equal(feed(t, CHUNK("{\"content\":\"late\"}", "null")).n, 0);
    assert_int_equal(sc_translator_end(t).n, 0);
    sc_translator_free(t);
}

static void a_broken_transfer_is_told_in_words(void **state)
{
    (void)state;
    for (int d = SC_DIALECT_RESPONSES; d < SC_DIALECT_COUNT; d++) {
        struct sc_translator *t = new_translator((enum sc_dialect)d);
        feed(t, CHUNK("{\"content\":\"Hi\"}", "null"));
        struct sc_str out = sc_translator_fail(t, 504, "peer said \"no\"\n");
        assert_true(has(out, "peer said \\\"no\\\"\\n"));
        assert_int_equal(sc_translator_state(t), SC_TRANSLATED_FAILED);
        sc_translator_free(t);
    }
}

static void equal_dialects_pass(void **state)
{
    struct sc_translator *t = new_translator(SC_DIALECT_CHAT);
    static const char text[] = "anything\0 at all";
    struct sc_str out = sc_translator_feed(t, text, sizeof text);

    (void)state;
    assert_ptr_equal(out.p, text);
    assert_int_equal(out.n, sizeof text);
    assert_int_equal(sc_translator_end(t).n, 0);
    sc_translator_free(t);
}

/* Feeds a piece again and again until the translation ends; false: it never does. */
static bool ends_by(struct sc_translator *t, const char *piece, size_t most)
{
    for (size_t i = 0; i < most && sc_translator_state(t) != SC_TRANSLATED_FAILED; i++)
        feed(t, piece);
    return sc_translator_state(t) == SC_TRANSLATED_FAILED;
}

static void memory_is_bounded(void **state)
{
    static char kilobyte[1025];
    static char chunk[1200];
    struct sc_translator *t;

    (void)state;
    memset(kilobyte, 'x', 1024);
    snprintf(chunk, sizeof chunk, CHUNK("{\"content\":\"%s\"}", "null"), kilobyte);
    t = new_translator(SC_DIALECT_RESPONSES); /* keeps all that was said */
    assert_true(ends_by(t, chunk, SC_TRANSLATOR_MAX / 1024 + 2));
    sc_translator_free(t);
    t = new_translator(SC_DIALECT_MESSAGES); /* keeps nothing */
    assert_false(ends_by(t, chunk, SC_TRANSLATOR_MAX / 1024 + 2));
    sc_translator_free(t);
    t = new_translator(SC_DIALECT_MESSAGES); /* a line without an end */
    feed(t, "data: ");
    assert_true(ends_by(t, kilobyte, SC_TRANSLATOR_MAX / 1024 + 2));
    sc_translator_free(t);
}

static void parts_of_an_answer_are_bounded(void **state)
{
    struct sc_translator *t = new_translator(SC_DIALECT_MESSAGES);

    (void)state;
    assert_true(ends_by(
        t, CHUNK("{\"content\":\"a\"}", "null") CHUNK("{\"refusal\":\"b\"}", "null"), 5000));
    sc_translator_free(t);
}

static void an_event_that_is_no_json_is_an_error(void **state)
{
    static const char *const events[] = {"data: {\"a\":\n\n", "data: {} {}\n\n", "data: \x80\n\n",
                                         "data: nope\n\n"};

    (void)state;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        struct sc_translator *t = new_translator(SC_DIALECT_GEMINI);
        assert_true(has(feed(t, events[i]), "\"error\""));
        assert_int_equal(sc_translator_state(t), SC_TRANSLATED_FAILED);
        sc_translator_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_paths),
        cmocka_unit_test(ollama_speaks_by_path),
        cmocka_unit_test(errors_are_in_the_words_of_the_program_s_dialect),
        cmocka_unit_test(a_model_in_a_path_is_escaped),
        cmocka_unit_test(the_same_dialect_changes_the_model_alone),
        cmocka_unit_test(what_is_no_request_is_unfit),
        cmocka_unit_test(too_many_reasons_are_counted),
        cmocka_unit_test(a_body_over_the_limit_is_unfit),
        cmocka_unit_test(limits_of_output_are_said_in_the_words_of_the_service),
        cmocka_unit_test(who_took_chat_over_gets_no_words_of_openai_s_own),
        cmocka_unit_test(calls_are_signed_for_who_wants_it),
        cmocka_unit_test(nothing_comes_out_before_there_is_output),
        cmocka_unit_test(an_early_error_can_be_judged),
        cmocka_unit_test(a_broken_transfer_is_told_in_words),
        cmocka_unit_test(equal_dialects_pass),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(parts_of_an_answer_are_bounded),
        cmocka_unit_test(an_event_that_is_no_json_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
