/* explain_translate.c - a request or a response in the words of another dialect. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/captured.h"
#include "cli/explain.h"
#include "base/print.h"
#include "dialect/dialect.h"
#include "http/stream.h"

#define OUT_MAX ((size_t)64 << 20)

static const char *const kinds[] = {"unfit", "bound", "left out"};

static enum sc_provider provider_of(enum sc_dialect d)
{
    static const enum sc_provider providers[] = {SC_PROVIDER_OPENAI, SC_PROVIDER_OPENAI,
                                                 SC_PROVIDER_ANTHROPIC, SC_PROVIDER_GEMINI};

    return providers[d];
}

static void print_reasons(const struct sc_fit *fit)
{
    for (size_t i = 0; i < fit->n; i++)
        sc_explain_line(kinds[fit->reason[i].kind], "%s: %s", fit->reason[i].where,
                        fit->reason[i].why);
    if (fit->more)
        sc_explain_line("", "and %zu more", fit->more);
}

static void print_reasons_json(const struct sc_fit *fit)
{
    printf("{\"fit\":%s,\"reasons\":[", fit->unfit ? "false" : "true");
    for (size_t i = 0; i < fit->n; i++) {
        printf("%s{\"kind\":", i ? "," : "");
        sc_print_json(stdout, kinds[fit->reason[i].kind]);
        printf(",\"where\":");
        sc_print_json(stdout, fit->reason[i].where);
        printf(",\"why\":");
        sc_print_json(stdout, fit->reason[i].why);
        putchar('}');
    }
    putchar(']');
}

static int show_request(const struct sc_explain_translation *x, const struct sc_dialect_to *to,
                        const struct sc_fit *fit, bool stream, const struct sc_buf *body)
{
    struct sc_buf path = {.max = 4096};

    sc_dialect_path(to->dialect, to->model, stream, &path);
    sc_buf_char(&path, '\0');
    if (x->json) {
        print_reasons_json(fit);
        if (!fit->unfit) {
            printf(",\"path\":");
            sc_print_json(stdout, path.p);
            printf(",\"body\":");
            fwrite(body->p, 1, body->n, stdout);
        }
        puts("}");
    } else {
        print_reasons(fit);
        if (!fit->unfit) {
            sc_explain_line("to", "%s, POST %s", sc_dialect_name(to->dialect), path.p);
            putchar('\n');
            fwrite(body->p, 1, body->n, stdout);
            putchar('\n');
        }
    }
    sc_buf_free(&path);
    return fit->unfit;
}

static int translate_request(const struct sc_explain_translation *x)
{
    static struct sc_fit fit;
    struct sc_dialect_asked asked;
    struct sc_dialect_to to = {.dialect = x->to, .model = x->model, .provider = provider_of(x->to)};
    struct sc_buf body = {.max = OUT_MAX};

    sc_dialect_request(x->from, x->path, x->text, &to, &body, &asked, &fit);
    int ended = show_request(x, &to, &fit, asked.stream, &body);
    sc_buf_free(&body);
    return ended;
}

/* ---- responses ---- */

static bool begins(struct sc_str text, const char *with)
{
    size_t n = strlen(with);
    return text.n >= n && memcmp(text.p, with, n) == 0;
}

static bool is_stream(const struct sc_explain_translation *x)
{
    const struct sc_response *r = x->response;
    struct sc_str type = sc_captured_header(r->headers, r->n_headers, "content-type");

    if (type.n > 0)
        return sc_stream_kind_of(type) == SC_STREAM_SSE;
    return begins(x->text, "data:") || begins(x->text, "event:") || begins(x->text, ":");
}

static void put(struct sc_str bytes)
{
    fwrite(bytes.p, 1, bytes.n, stdout);
}

/* Status 1 if the stream ends in an error. */
static int translate_stream(const struct sc_explain_translation *x,
                            const struct sc_dialect_asked *asked,
                            const struct sc_dialect_made *made)
{
    struct sc_translator *t = sc_translator_new(x->from, x->to, asked, made);

    if (t == NULL)
        return 1;
    put(sc_translator_feed(t, x->text.p, x->text.n));
    put(sc_translator_end(t));
    int ended = sc_translator_state(t) == SC_TRANSLATED_FAILED;
    sc_translator_free(t);
    return ended;
}

static int translate_whole(const struct sc_explain_translation *x,
                           const struct sc_dialect_asked *asked, const struct sc_dialect_made *made)
{
    struct sc_buf out = {.max = OUT_MAX};
    int ended = 0;

    if (x->response->status >= 400)
        sc_dialect_error(x->from, x->response->status, x->text, x->to, &out);
    else if (!sc_dialect_answer(x->from, x->text, x->to, asked, made, &out))
        ended = 1;
    if (ended) {
        fprintf(stderr, "steadycurl explain: no answer in the words of \"%s\"\n",
                sc_dialect_name(x->from));
    } else {
        put(sc_buf_view(&out));
        putchar('\n');
    }
    sc_buf_free(&out);
    return ended;
}

static int translate_response(const struct sc_explain_translation *x)
{
    struct sc_dialect_asked asked = {.usage = true, .reasoning = true};
    struct sc_dialect_made made = {.model = x->model};

    asked.stream = is_stream(x);
    return asked.stream ? translate_stream(x, &asked, &made) : translate_whole(x, &asked, &made);
}

int sc_explain_translate(const struct sc_explain_translation *x)
{
    return x->response ? translate_response(x) : translate_request(x);
}
