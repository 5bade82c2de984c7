/* shadow.c - shadows come, are copied and go. See shadow.h. */
#include "handle/shadow.h"

#include <stdlib.h>
#include <string.h>

bool sc_text_set(struct sc_text *t, const char *p, size_t n)
{
    t->set = false;
    t->n = 0;
    if (!p)
        return true;
    if (n + 1 > t->size) {
        size_t size = n + 1 + n / 4;
        char *grown = realloc(t->p, size);

        if (!grown)
            return false;
        t->p = grown;
        t->size = size;
    }
    memcpy(t->p, p, n); /* NOLINT(clang-analyzer-unix.Malloc): n of a string cannot wrap around */
    t->p[n] = '\0';
    t->n = n;
    t->set = true;
    return true;
}

void sc_text_free(struct sc_text *t)
{
    free(t->p);
    memset(t, 0, sizeof *t);
}

static void free_credentials(struct sc_options *o)
{
    for (int i = 0; o->credentials && i < SC_CREDENTIALS; i++)
        sc_text_free(&o->credentials->of[i]);
    free(o->credentials);
    o->credentials = NULL;
}

static void free_ways(struct sc_options *o)
{
    for (int i = 0; o->ways && i < SC_WAYS; i++)
        sc_text_free(&o->ways->of[i].text);
    free(o->ways);
    o->ways = NULL;
}

static void free_texts(struct sc_options *o)
{
    sc_text_free(&o->url);
    sc_text_free(&o->custom_request);
    sc_text_free(&o->default_protocol);
    sc_text_free(&o->referer);
    sc_text_free(&o->bearer);
    sc_text_free(&o->model);
    sc_text_free(&o->copied_text);
    free_credentials(o);
    free_ways(o);
}

void sc_options_default(struct sc_options *o)
{
    bool cookie_unlisted = o->cookie_unlisted, keeps_cookies = o->keeps_cookies;

    free_texts(o);
    memset(o, 0, sizeof *o);
    o->cookie_unlisted = cookie_unlisted;
    o->keeps_cookies = keeps_cookies;
    o->write_data = stdout;
    o->read_data = stdin;
    o->post_size = -1;
    o->infile_size = -1;
    o->no_progress = true;
    o->may_decode = true;
}

struct sc_shadow *sc_shadow_new(CURL *easy, const struct sc_libcurl *real)
{
    struct sc_shadow *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->easy = easy;
    s->real = real;
    sc_options_default(&s->o);
    return s;
}

static void copy_text(struct sc_text *to, const struct sc_text *from)
{
    memset(to, 0, sizeof *to);
    if (from->set)
        sc_text_set(to, from->p, from->n);
}

static void copy_credentials(struct sc_options *to, const struct sc_options *from)
{
    to->credentials = NULL;
    if (!from->credentials)
        return;
    to->credentials = calloc(1, sizeof *to->credentials);
    to->credentials_lost |= !to->credentials;
    for (int i = 0; to->credentials && i < SC_CREDENTIALS; i++) {
        copy_text(&to->credentials->of[i], &from->credentials->of[i]);
        to->credentials_lost |= to->credentials->of[i].set != from->credentials->of[i].set;
    }
}

static void copy_ways(struct sc_options *to, const struct sc_options *from)
{
    to->ways = from->ways ? calloc(1, sizeof *to->ways) : NULL;
    for (int i = 0; to->ways && i < SC_WAYS; i++) {
        to->ways->of[i].set = from->ways->of[i].set;
        to->ways->of[i].value = from->ways->of[i].value;
        copy_text(&to->ways->of[i].text, &from->ways->of[i].text);
    }
}

struct sc_shadow *sc_shadow_copy(const struct sc_shadow *from, CURL *copy)
{
    struct sc_shadow *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->easy = copy;
    s->real = from->real;
    s->o = from->o;
    copy_text(&s->o.url, &from->o.url);
    copy_text(&s->o.custom_request, &from->o.custom_request);
    copy_text(&s->o.default_protocol, &from->o.default_protocol);
    copy_text(&s->o.referer, &from->o.referer);
    copy_text(&s->o.bearer, &from->o.bearer);
    copy_text(&s->o.model, &from->o.model);
    copy_text(&s->o.copied_text, &from->o.copied_text);
    copy_credentials(&s->o, &from->o);
    copy_ways(&s->o, &from->o);
    s->hooked = from->hooked;
    s->replaced = from->replaced;
    s->headers_replaced = from->headers_replaced;
    return s;
}

void sc_shadow_free(struct sc_shadow *s)
{
    free_texts(&s->o);
    sc_text_free(&s->parsed_path);
    free(s->memo);
    free(s);
}

void sc_shadow_error(const struct sc_shadow *s, const char *text)
{
    size_t n = strlen(text);

    if (!s->o.error_buffer)
        return;
    if (n > CURL_ERROR_SIZE - 1)
        n = CURL_ERROR_SIZE - 1;
    memcpy(s->o.error_buffer, text, n);
    s->o.error_buffer[n] = '\0';
}
