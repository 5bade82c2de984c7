/*
 * dialect MODE FROM-TO - what a translation takes, in ns: `request` a conversation of 10 KB with a
 * tool, `chunk` an event of a stream (the mean of 1,000 of them, with what is around them).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dialect/dialect.h"

enum { SIZE = 10240, ROUNDS = 2000, CHUNKS = 1000, STREAMS = 50 };

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static enum sc_dialect dialect(const char *name)
{
    return sc_dialect_by_name((struct sc_str){name, strcspn(name, "-")});
}

/* A chat with a tool, calls of it, and prose with some escapes. */
static void conversation(struct sc_buf *b)
{
    static const char tool[] =
        "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"description\":"
        "\"The weather\",\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":"
        "\"string\"},\"days\":{\"type\":\"integer\"}},\"required\":[\"city\"]}}}]";
    static const char turns[] =
        "{\"role\":\"user\",\"content\":\"An ordinary sentence, and \\\"another\\\" one.\\nIt is "
        "followed by what people write when they are asked about the weather of a city.\"},"
        "{\"role\":\"assistant\",\"content\":\"I look.\",\"tool_calls\":[{\"id\":\"call_1\","
        "\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":"
        "\"{\\\"city\\\":\\\"Paris\\\",\\\"days\\\":3}\"}}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"sunny, 22 degrees, and a "
        "light wind from the north; no rain is expected before the evening of the third day\"},";

    sc_buf_text(b, "{\"model\":\"gpt-4o\",\"temperature\":0.2,\"max_tokens\":500,");
    sc_buf_add(b, tool, sizeof tool - 1);
    sc_buf_text(b, ",\"messages\":[{\"role\":\"system\",\"content\":\"Be helpful.\"},");
    while (b->n < SIZE - sizeof turns)
        sc_buf_add(b, turns, sizeof turns - 1);
    sc_buf_text(b, "{\"role\":\"user\",\"content\":\"And tomorrow?\"}]}");
}

static int request(const char *pair)
{
    struct sc_buf chat = {.max = 1 << 20}, body = {.max = 1 << 20}, out = {.max = 1 << 20};
    struct sc_dialect_to source = {.dialect = dialect(pair), .model = "m"};
    struct sc_dialect_to to = {.dialect = dialect(strchr(pair, '-') + 1), .model = "m"};
    struct sc_str path = {"/v1beta/models/m:generateContent", 32};
    struct sc_dialect_asked asked;
    static struct sc_fit fit;
    double start;

    conversation(&chat);
    if (!sc_dialect_request(SC_DIALECT_CHAT, path, sc_buf_view(&chat), &source, &body, &asked,
                            &fit))
        return 1;
    start = now();
    for (int i = 0; i < ROUNDS; i++) {
        sc_buf_clear(&out);
        if (!sc_dialect_request(source.dialect, path, sc_buf_view(&body), &to, &out, &asked, &fit))
            return 1;
    }
    printf("%.0f\n", (now() - start) / ROUNDS);
    return 0;
}

/* A stream of the dialect, from one of chat. */
static bool stream_of(enum sc_dialect d, struct sc_buf *out)
{
    static const char begin[] = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
                                "\"created\":1767225601,\"model\":\"gpt-4o\",\"choices\":[{"
                                "\"index\":0,\"delta\":{\"content\":\" ordinary\"},"
                                "\"logprobs\":null,\"finish_reason\":";
    struct sc_dialect_asked asked = {.stream = true, .usage = true};
    struct sc_dialect_made made = {.seed = 1};
    struct sc_buf chat = {.max = 1 << 20};

    for (int i = 0; i < CHUNKS; i++) {
        sc_buf_add(&chat, begin, sizeof begin - 1);
        sc_buf_text(&chat, "null}]}\n\n");
    }
    sc_buf_add(&chat, begin, sizeof begin - 1);
    sc_buf_text(&chat, "\"stop\"}]}\n\ndata: [DONE]\n\n");
    struct sc_translator *t = sc_translator_new(SC_DIALECT_CHAT, d, &asked, &made);
    if (!t)
        return false;
    sc_buf_str(out, sc_translator_feed(t, chat.p, chat.n));
    sc_translator_free(t);
    return !out->failed;
}

static int chunk(const char *pair)
{
    enum sc_dialect from = dialect(pair), to = dialect(strchr(pair, '-') + 1);
    struct sc_dialect_asked asked = {.stream = true, .usage = true};
    struct sc_dialect_made made = {.seed = 1};
    struct sc_buf text = {.max = 1 << 22};
    double start;

    if (!stream_of(from, &text))
        return 1;
    start = now();
    for (int i = 0; i < STREAMS; i++) {
        struct sc_translator *t = sc_translator_new(from, to, &asked, &made);
        for (size_t at = 0, n; t && at < text.n; at += n) {
            n = text.n - at < 300 ? text.n - at : 300;
            sc_translator_feed(t, text.p + at, n);
        }
        if (!t || sc_translator_state(t) == SC_TRANSLATED_FAILED)
            return 1;
        sc_translator_free(t);
    }
    printf("%.0f\n", (now() - start) / STREAMS / CHUNKS);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3 || !strchr(argv[2], '-'))
        return 2;
    return strcmp(argv[1], "request") == 0 ? request(argv[2]) : chunk(argv[2]);
}
