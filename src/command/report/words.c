/* words.c - numbers and times as the document has them; see inside.h. */
#include <inttypes.h>
#include <time.h>

#include "report/inside.h"

void sc_put_count(FILE *f, int64_t v)
{
    char digits[24];
    int n = snprintf(digits, sizeof digits, "%" PRId64, v);

    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            fputs("\xe2\x80\xaf", f);
        fputc(digits[i], f);
    }
}

const char *sc_utc_words(int64_t ms, char buf[32])
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;

    if (!gmtime_r(&t, &tm) || strftime(buf, 32, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        snprintf(buf, 32, "-");
    return buf;
}

const char *sc_money_words(int64_t nano, char buf[32])
{
    double usd = (double)nano / 1e9;

    if (nano == 0)
        snprintf(buf, 32, "$0");
    else if (usd >= 0.1)
        snprintf(buf, 32, "$%.2f", usd);
    else
        snprintf(buf, 32, "$%.*f", usd >= 0.001 ? 4 : 7, usd);
    return buf;
}

void sc_put_scroll(FILE *f, const char *what)
{
    fprintf(f, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">", what);
}

const char *sc_share_words(int64_t part, int64_t of, char buf[32])
{
    double share = of > 0 ? 100.0 * (double)part / (double)of : 0;

    if (of <= 0)
        snprintf(buf, 32, "-");
    else if (part < of && share > 99.9)
        snprintf(buf, 32, "%.3f %%", share > 99.999 ? 99.999 : share);
    else
        snprintf(buf, 32, "%.*f %%", part == 0 || part == of ? 0 : 1, share);
    return buf;
}
