/* The first estimate of tokens, held to what real tokenizers make of samples: see tokenizers/. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/tokenizer.h"

#define FOLDER "tests/common/provider/tokenizers"

enum { SAMPLES = 64, ROOM = 1 << 16 };

static struct sample {
    char name[32];
    double counted[SC_TOKENIZERS];
    char *text;
} samples[SAMPLES];
static size_t n_samples;

static char *whole_file(const char *path)
{
    char *text = calloc(1, ROOM);
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    assert_in_range(fread(text, 1, ROOM - 1, f), 1, ROOM - 2);
    fclose(f);
    return text;
}

/* The columns of counts.tsv are the families by name, in the order of the enum. */
static int read_samples(void **state)
{
    char *table = whole_file(FOLDER "/counts.tsv"), *line, *lines = NULL, *cell, *cells = NULL;
    char path[128];

    (void)state;
    line = strtok_r(table, "\n", &lines);
    strtok_r(line, "\t", &cells);
    for (int i = 0; i < SC_TOKENIZERS; i++)
        assert_string_equal(strtok_r(NULL, "\t", &cells), sc_tokenizer_name((enum sc_tokenizer)i));
    while ((line = strtok_r(NULL, "\n", &lines))) {
        struct sample *s = &samples[n_samples++];

        assert_in_range(n_samples, 1, SAMPLES);
        cell = strtok_r(line, "\t", &cells);
        snprintf(s->name, sizeof s->name, "%s", cell);
        for (int i = 0; i < SC_TOKENIZERS; i++)
            s->counted[i] = strtod(strtok_r(NULL, "\t", &cells), NULL);
        snprintf(path, sizeof path, FOLDER "/samples/%s", s->name);
        s->text = whole_file(path);
    }
    free(table);
    assert_true(n_samples >= 20);
    return 0;
}

static int free_samples(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_samples; i++)
        free(samples[i].text);
    return 0;
}

/* ---- JSON ---- */

static const char *next_code(const char *p, unsigned *code)
{
    const unsigned char *u = (const unsigned char *)p;
    int more = u[0] < 0xC0 ? 0 : u[0] < 0xE0 ? 1 : u[0] < 0xF0 ? 2 : 3;

    *code = more ? u[0] & (0x3Fu >> more) : u[0];
    for (int i = 1; i <= more; i++)
        *code = *code << 6 | (u[i] & 0x3F);
    return p + more + 1;
}

/* As the inside of a JSON string, as JavaScript writes it, or as PHP does: no byte above 7F. */
static char *escaped(const char *text, bool all)
{
    char *out = malloc(6 * strlen(text) + 1), *o = out;

    for (const char *p = text; *p;) {
        const char *from = p;
        unsigned code;

        p = next_code(p, &code);
        if (code == '\n')
            o += sprintf(o, "\\n");
        else if (code == '"' || code == '\\' || (all && code == '/'))
            o += sprintf(o, "\\%c", (char)code);
        else if (code < 0x80 || !all)
            o = (char *)memcpy(o, from, (size_t)(p - from)) + (p - from);
        else if (code < 0x10000)
            o += sprintf(o, "\\u%04x", code);
        else
            o += sprintf(o, "\\u%04X\\u%04x", 0xD800 + ((code - 0x10000) >> 10),
                         0xDC00 + (code & 0x3FF));
    }
    *o = '\0';
    return out;
}

static void weigh(const char *json, size_t n, double tokens[SC_TOKENIZERS])
{
    int64_t sum[SC_TOKENIZERS] = {0};

    sc_tokenizer_weigh((struct sc_str){json, n}, sum);
    for (int i = 0; i < SC_TOKENIZERS; i++)
        tokens[i] = (double)sum[i] / 64;
}

/* ---- tests ---- */

static int by_size(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;

    return (d > 0) - (d < 0);
}

static void check_family(enum sc_tokenizer family, bool all)
{
    double off[SAMPLES], sum = 0, tokens[SC_TOKENIZERS];

    for (size_t i = 0; i < n_samples; i++) {
        const struct sample *s = &samples[i];
        char *json = escaped(s->text, all);

        weigh(json, strlen(json), tokens);
        off[i] = fabs(tokens[family] / s->counted[family] - 1);
        sum += off[i];
        if (off[i] > 0.25)
            print_message("# %s: %s %+.0f %%\n", sc_tokenizer_name(family), s->name,
                          100 * (tokens[family] / s->counted[family] - 1));
        free(json);
    }
    qsort(off, n_samples, sizeof *off, by_size);
    print_message("# %s: mean %.1f %%, p95 %.1f %%\n", sc_tokenizer_name(family),
                  100 * sum / (double)n_samples, 100 * off[(n_samples * 95 + 99) / 100 - 1]);
    assert_true(sum / (double)n_samples <= 0.12);
    assert_true(off[(n_samples * 95 + 99) / 100 - 1] <= 0.30);
}

static void estimates_come_near_to_each_real_tokenizer(void **state)
{
    (void)state;
    for (int i = 0; i < SC_TOKENIZERS; i++)
        check_family((enum sc_tokenizer)i, false);
}

static void they_do_so_whatever_a_writer_escapes(void **state)
{
    (void)state;
    for (int i = 0; i < SC_TOKENIZERS; i++)
        check_family((enum sc_tokenizer)i, true);
}

static void an_escape_weighs_as_its_character(void **state)
{
    static const char emoji[] = "\xF0\x9F\x98\x80 ok \xF0\x9F\x8E\x89! caf\xC3\xA9 \xE2\x82\xAC";
    double plain[SC_TOKENIZERS], other[SC_TOKENIZERS];
    char text[301];

    (void)state;
    for (size_t i = 0; i <= n_samples; i++) {
        size_t n = 300;

        snprintf(text, sizeof text, "%s", i < n_samples ? samples[i].text : emoji);
        for (n = strlen(text); n > 0 && (text[n - 1] & 0x80); n--)
            ; /* no half character at the end */
        text[n] = '\0';
        char *one = escaped(text, false), *two = escaped(text, true);
        weigh(one, strlen(one), plain);
        weigh(two, strlen(two), other);
        for (int k = 0; k < SC_TOKENIZERS; k++)
            assert_true(plain[k] == other[k]);
        free(one);
        free(two);
    }
}

/* A long text is looked at here and there, wherever an escape lies. */
static void samples_stand_for_the_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_samples; i++)
        for (int all = 0; all < 2; all++) {
            double piece[SC_TOKENIZERS], sum[SC_TOKENIZERS] = {0}, whole[SC_TOKENIZERS];
            char *json = escaped(samples[i].text, all), *long_text;
            size_t n = strlen(json), times = 200000 / n + 1;

            for (size_t at = 0, k; at < n; at += k) {
                for (k = n - at < 1500 ? n - at : 1500; at + k < n && json[at + k] != ' '; k--)
                    if (k == 1400)
                        break;
                weigh(json + at, k, piece);
                for (int f = 0; f < SC_TOKENIZERS; f++)
                    sum[f] += piece[f];
            }
            long_text = malloc(n * times);
            for (size_t k = 0; k < times; k++)
                memcpy(long_text + k * n, json, n);
            weigh(long_text, n * times, whole);
            for (int f = 0; f < SC_TOKENIZERS; f++)
                if (fabs(whole[f] / (double)times / sum[f] - 1) > 0.06)
                    fail_msg("%s, %s: %.0f, not %.0f", samples[i].name,
                             sc_tokenizer_name((enum sc_tokenizer)f), whole[f] / (double)times,
                             sum[f]);
            free(long_text);
            free(json);
        }
}

static void any_bytes_do(void **state)
{
    static const char *const cut[] = {"\\", "\\u", "\\u12", "\\uD83D\\uD", "\\uzzzz", "\\\\", ""};
    double tokens[SC_TOKENIZERS];

    (void)state;
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        size_t n = strlen(cut[i]);
        char *exact = memcpy(malloc(n + 1), cut[i], n);

        weigh(exact, n, tokens);
        assert_true(tokens[0] >= 0 && tokens[0] < 16);
        free(exact);
    }
    for (size_t n = 1; n < 20000; n = n * 5 / 3 + 1) {
        char *bytes = malloc(n);

        for (size_t i = 0; i < n; i++)
            bytes[i] = rand() % 3 ? '\\' : (char)rand();
        weigh(bytes, n, tokens);
        for (int k = 0; k < SC_TOKENIZERS; k++)
            assert_true(tokens[k] >= 0 && tokens[k] <= 4 * (double)n);
        free(bytes);
    }
}

static void a_family_follows_from_provider_and_model(void **state)
{
    static const struct {
        enum sc_provider provider;
        const char *model;
        enum sc_tokenizer family;
    } cases[] = {
        {SC_PROVIDER_OPENAI, "gpt-4o-mini", SC_TOKENIZER_O200K},
        {SC_PROVIDER_OPENAI, "gpt-4.1", SC_TOKENIZER_O200K},
        {SC_PROVIDER_OPENAI, "gpt-5-nano", SC_TOKENIZER_O200K},
        {SC_PROVIDER_OPENAI, "o4-mini", SC_TOKENIZER_O200K},
        {SC_PROVIDER_OPENAI, "gpt-4-turbo", SC_TOKENIZER_CL100K},
        {SC_PROVIDER_OPENAI, "gpt-3.5-turbo", SC_TOKENIZER_CL100K},
        {SC_PROVIDER_AZURE, "gpt-35-turbo", SC_TOKENIZER_CL100K},
        {SC_PROVIDER_AZURE, "our-deployment", SC_TOKENIZER_O200K},
        {SC_PROVIDER_OPENAI, "text-embedding-3-small", SC_TOKENIZER_CL100K},
        {SC_PROVIDER_GEMINI, "text-embedding-004", SC_TOKENIZER_GEMMA},
        {SC_PROVIDER_OPENAI, "", SC_TOKENIZER_O200K},
        {SC_PROVIDER_ANTHROPIC, "claude-opus-4-5", SC_TOKENIZER_CLAUDE},
        {SC_PROVIDER_ANTHROPIC, "", SC_TOKENIZER_CLAUDE},
        {SC_PROVIDER_BEDROCK, "us.anthropic.claude-haiku-4-5-v1:0", SC_TOKENIZER_CLAUDE},
        {SC_PROVIDER_VERTEX, "claude-sonnet-4@20250514", SC_TOKENIZER_CLAUDE},
        {SC_PROVIDER_VERTEX, "gemini-2.5-pro", SC_TOKENIZER_GEMMA},
        {SC_PROVIDER_OLLAMA, "gemma3:12b", SC_TOKENIZER_GEMMA},
        {SC_PROVIDER_OLLAMA, "llama3.2", SC_TOKENIZER_LLAMA3},
        {SC_PROVIDER_TOGETHER, "meta-llama/Llama-3.3-70B-Instruct-Turbo", SC_TOKENIZER_LLAMA3},
        {SC_PROVIDER_GROQ, "deepseek-r1-distill-llama-70b", SC_TOKENIZER_LLAMA3},
        {SC_PROVIDER_TOGETHER, "deepseek-ai/DeepSeek-R1-Distill-Qwen-14B", SC_TOKENIZER_QWEN},
        {SC_PROVIDER_VLLM, "Qwen/Qwen3-32B", SC_TOKENIZER_QWEN},
        {SC_PROVIDER_DEEPSEEK, "deepseek-chat", SC_TOKENIZER_DEEPSEEK},
        {SC_PROVIDER_OPENROUTER, "openai/gpt-oss-120b", SC_TOKENIZER_O200K},
        {SC_PROVIDER_MISTRAL, "mistral-large-latest", SC_TOKENIZER_O200K},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum sc_tokenizer t = sc_tokenizer_of(cases[i].provider, cases[i].model);

        if (t != cases[i].family)
            fail_msg("%s: %s", cases[i].model, sc_tokenizer_name(t));
    }
}

/* Runs of letters are weighed together: it comes to the same as two characters at a time. */
static void a_run_weighs_as_its_characters(void **state)
{
    static const char chars[] = "abcdefghijklmnopqrstuvwxyzaeiou `{AZ09,.\t\xc3\xa4\xff\x80";
    unsigned random = 1;
    char text[257];

    (void)state;
    for (size_t n = 2; n < sizeof text; n++) {
        int64_t whole[SC_TOKENIZERS] = {0}, pairs[SC_TOKENIZERS] = {0}, second[SC_TOKENIZERS] = {0};

        for (size_t i = 0; i < n; i++) {
            random = random * 1103515245 + 12345;
            text[i] = chars[(random >> 16) % (sizeof chars - 1)];
        }
        sc_tokenizer_weigh((struct sc_str){text, n}, whole);
        for (size_t i = 0; i + 1 < n; i++) {
            sc_tokenizer_weigh((struct sc_str){text + i, 2}, pairs);
            if (i + 2 < n)
                sc_tokenizer_weigh((struct sc_str){text + i + 1, 1}, second);
        }
        for (int t = 0; t < SC_TOKENIZERS; t++)
            assert_int_equal(whole[t], pairs[t] - second[t]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_come_near_to_each_real_tokenizer),
        cmocka_unit_test(they_do_so_whatever_a_writer_escapes),
        cmocka_unit_test(an_escape_weighs_as_its_character),
        cmocka_unit_test(samples_stand_for_the_whole),
        cmocka_unit_test(any_bytes_do),
        cmocka_unit_test(a_run_weighs_as_its_characters),
        cmocka_unit_test(a_family_follows_from_provider_and_model),
    };

    return cmocka_run_group_tests(tests, read_samples, free_samples);
}
