/* kept.c - see kept.h. */
#include "view/kept.h"

#include "handle/mark.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ORIGINS = CURLH_HEADER | CURLH_TRAILER | CURLH_CONNECT | CURLH_1XX | CURLH_PSEUDO };

/* One info; its text, if it is one, is a copy. */
struct info {
    CURLINFO number;
    union {
        long l;
        double d;
        curl_off_t t;
        curl_socket_t s;
        char *text;
    } value;
};

struct line {
    struct curl_header h; /* name and value are copies */
    int request;
};

struct sc_kept {
    struct info *infos;
    size_t n_infos;
    struct line *lines;
    size_t n_lines;
    struct curl_header out;
};

static bool is_text(CURLINFO info)
{
    return (info & CURLINFO_TYPEMASK) == CURLINFO_STRING;
}

static bool keep_info(const struct sc_shadow *s, CURLINFO number, struct info *kept)
{
    memset(kept, 0, sizeof *kept);
    kept->number = number;
    if (s->real->easy_getinfo(sc_shadow_ran(s), number, &kept->value) != CURLE_OK)
        return false;
    if (is_text(number) && kept->value.text)
        kept->value.text = strdup(kept->value.text);
    return true;
}

static bool keep_infos(const struct sc_shadow *s, struct sc_kept *k)
{
    CURLINFO number = CURLINFO_NONE;
    size_t n = 1; /* an allocation of nothing may be NULL */

    while ((number = sc_info_after(number)) != CURLINFO_NONE)
        n++;
    k->infos = calloc(n, sizeof *k->infos);
    if (!k->infos)
        return false;
    while ((number = sc_info_after(number)) != CURLINFO_NONE)
        k->n_infos += keep_info(s, number, &k->infos[k->n_infos]);
    return true;
}

static bool keep_line(struct sc_kept *k, const struct curl_header *h, int request)
{
    struct line *grown = realloc(k->lines, (k->n_lines + 1) * sizeof *grown);

    if (!grown)
        return false;
    k->lines = grown;
    grown += k->n_lines;
    *grown = (struct line){*h, request};
    grown->h.name = strdup(h->name);
    grown->h.value = strdup(h->value);
    k->n_lines++;
    return grown->h.name && grown->h.value;
}

/* libcurl before 7.83 has no header API. */
static bool keep_lines(const struct sc_shadow *s, struct sc_kept *k)
{
    struct curl_header *h = NULL;
    bool any = true;

    for (int request = 0; s->real->easy_nextheader && any; request++)
        for (any = false;
             (h = s->real->easy_nextheader(sc_shadow_ran(s), ORIGINS, request, h)) != NULL;
             any = true)
            if (!keep_line(k, h, request))
                return false;
    return true;
}

struct sc_kept *sc_kept_take(const struct sc_shadow *s)
{
    struct sc_kept *k = calloc(1, sizeof *k);

    if (k && keep_infos(s, k) && keep_lines(s, k))
        return k;
    sc_kept_free(k);
    return NULL;
}

void sc_kept_free(struct sc_kept *k)
{
    if (!k)
        return;
    for (size_t i = 0; i < k->n_infos; i++)
        if (is_text(k->infos[i].number))
            free(k->infos[i].value.text);
    for (size_t i = 0; i < k->n_lines; i++) {
        free(k->lines[i].h.name);
        free(k->lines[i].h.value);
    }
    free(k->infos);
    free(k->lines);
    free(k);
}

void sc_kept_forget(struct sc_shadow *s)
{
    sc_kept_free(s->kept);
    s->kept = NULL;
    sc_mark_forget(s);
}

void sc_kept_later(struct sc_kept *k, int64_t us)
{
    for (size_t i = 0; i < k->n_infos; i++) {
        struct info *info = &k->infos[i];
        struct sc_info q = {info->number, sc_info_means(info->number), &info->value};

        if (q.means == SC_MEANS_ENDED)
            sc_info_put(&q, sc_info_value(&q) + us);
    }
}

bool sc_kept_info(const struct sc_kept *k, const struct sc_info *q)
{
    for (size_t i = 0; i < k->n_infos; i++) {
        struct info *info = &k->infos[i];
        struct sc_info kept = {info->number, q->means, &info->value};

        if (info->number != q->number)
            continue;
        if (is_text(q->number))
            sc_info_put_text(q, info->value.text);
        else if ((q->number & CURLINFO_TYPEMASK) == CURLINFO_DOUBLE)
            *(double *)q->out = info->value.d;
        else
            sc_info_put(q, sc_info_value(&kept));
        return true;
    }
    return false;
}

/* ---- the header API ------------------------------------------------------------------------ */

static int last_request(const struct sc_kept *k)
{
    return k->n_lines > 0 ? k->lines[k->n_lines - 1].request : -1;
}

static bool fits(const struct line *l, const char *name, unsigned origin, int request)
{
    return l->request == request && (l->h.origin & origin) &&
           (!name || strcasecmp(l->h.name, name) == 0);
}

/* Its place among those of its name, of which there are so many. */
static struct curl_header *tell(struct sc_kept *k, size_t at, unsigned origin)
{
    const struct line *l = &k->lines[at];

    k->out = l->h;
    k->out.amount = k->out.index = 0;
    k->out.anchor = &k->lines[at];
    for (size_t i = 0; i < k->n_lines; i++) {
        if (!fits(&k->lines[i], l->h.name, origin, l->request))
            continue;
        k->out.index += i < at;
        k->out.amount++;
    }
    return &k->out;
}

CURLHcode sc_kept_header(struct sc_kept *k, const char *name, size_t index, unsigned origin,
                         int request, struct curl_header **out)
{
    size_t seen = 0;

    if (!name || !out || origin == 0 || origin > ORIGINS || request < -1)
        return CURLHE_BAD_ARGUMENT;
    if (k->n_lines == 0)
        return CURLHE_NOHEADERS;
    if (request > last_request(k))
        return CURLHE_NOREQUEST;
    if (request == -1)
        request = last_request(k);
    for (size_t i = 0; i < k->n_lines; i++)
        if (fits(&k->lines[i], name, origin, request) && seen++ == index) {
            *out = tell(k, i, origin);
            return CURLHE_OK;
        }
    return seen == 0 ? CURLHE_MISSING : CURLHE_BADINDEX;
}

struct curl_header *sc_kept_nextheader(struct sc_kept *k, unsigned origin, int request,
                                       struct curl_header *previous)
{
    size_t i = 0;

    if (request == -1)
        request = last_request(k);
    if (previous) {
        const struct line *l = previous->anchor;

        if (l < k->lines || l >= k->lines + k->n_lines)
            return NULL;
        i = (size_t)(l - k->lines) + 1;
    }
    for (; i < k->n_lines; i++)
        if (fits(&k->lines[i], NULL, origin, request))
            return tell(k, i, origin);
    return NULL;
}
