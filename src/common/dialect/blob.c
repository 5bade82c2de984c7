/* blob.c - see blob.h. Insides may have escapes: PHP writes image\/png. */
#include "dialect/blob.h"

#include <string.h>
#include <strings.h>

#include "http/json.h"

#define DATA "data:"
#define BASE64 ";base64,"
#define HEAD_MAX 128 /* of a data URL, before its data */

const char *const sc_blob_images[] = {"image/png", "image/jpeg", "image/gif", "image/webp", NULL};

static bool begins(struct sc_str s, const char *with)
{
    size_t n = strlen(with);

    return s.n >= n && strncasecmp(s.p, with, n) == 0;
}

static bool read_data(struct sc_str url, struct sc_turn_part *part)
{
    size_t head = url.n < HEAD_MAX ? url.n : HEAD_MAX;
    const char *mark = memmem(url.p, head, BASE64, strlen(BASE64));
    const char *from = url.p + strlen(DATA), *semicolon;

    if (mark == NULL || mark == from)
        return false;
    semicolon = memchr(from, ';', (size_t)(mark + 1 - from));
    part->type = (struct sc_str){from, (size_t)((semicolon ? semicolon : mark) - from)};
    part->text.p = mark + strlen(BASE64);
    part->text.n = (size_t)(url.p + url.n - part->text.p);
    return part->type.n > 0;
}

bool sc_blob_read_url(struct sc_str url, struct sc_turn_part *part)
{
    if (begins(url, DATA))
        return read_data(url, part);
    part->text = url;
    part->type = (struct sc_str){"", 0};
    return begins(url, "https:") || begins(url, "http:");
}

void sc_blob_write_url(const struct sc_turn_part *part, struct sc_buf *b)
{
    sc_buf_char(b, '"');
    if (part->type.n > 0) {
        sc_buf_text(b, DATA);
        sc_buf_str(b, part->type);
        sc_buf_text(b, BASE64);
    }
    sc_buf_str(b, part->text);
    sc_buf_char(b, '"');
}

bool sc_blob_is(const struct sc_turn_part *part, const char *const *types)
{
    for (; *types; types++)
        if (sc_json_key_is(part->type, *types))
            return true;
    return false;
}

const char *sc_blob_type_of_url(struct sc_str url)
{
    static const struct {
        const char *end, *type;
    } table[] = {
        {".png", "image/png"},       {".jpg", "image/jpeg"},  {".jpeg", "image/jpeg"},
        {".webp", "image/webp"},     {".heic", "image/heic"}, {".heif", "image/heif"},
        {".pdf", "application/pdf"},
    };
    size_t n = 0;

    while (n < url.n && url.p[n] != '?' && url.p[n] != '#')
        n++;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t end = strlen(table[i].end);
        if (n > end && strncasecmp(url.p + n - end, table[i].end, end) == 0)
            return table[i].type;
    }
    return NULL;
}
