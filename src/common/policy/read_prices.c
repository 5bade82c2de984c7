/* read_prices.c - reads `prices`. */
#include <string.h>

#include "policy/reader.h"

static bool price_gives(struct sc_reader *r, const char *key)
{
    return sc_reader_gives(r, SC_SECTION_PRICE, key);
}

static void check_price(struct sc_reader *r, const cJSON *item)
{
    static const char *const required[] = {"model", "input_per_mtok", "output_per_mtok"};
    static const char *const large[] = {"above_tokens", "input_above_per_mtok",
                                        "output_above_per_mtok"};
    bool any = false;

    for (size_t i = 0; i < 3; i++)
        any |= price_gives(r, large[i]);
    for (size_t i = 0; i < 3; i++) {
        if (!price_gives(r, required[i]))
            sc_reader_fail(r, sc_document_value(r->doc, item),
                           "found no %s, allowed one; each price needs it", required[i]);
        if (any && !price_gives(r, large[i]))
            sc_reader_fail(r, sc_document_value(r->doc, item),
                           "found no %s, allowed one; above_tokens, input_above_per_mtok and "
                           "output_above_per_mtok go together",
                           large[i]);
    }
}

/* What is not given for long inputs is dearer by as much as input is. */
static void fill_large(struct sc_price *p)
{
    const struct sc_rates *r = &p->rates;
    int64_t by = r->input > 0 ? r->input : 1;

    if (p->above == 0)
        return;
    p->large.cached_read = r->cached_read * p->large.input / by;
    p->large.cache_write_5m = r->cache_write_5m * p->large.input / by;
    p->large.cache_write_1h = r->cache_write_1h * p->large.input / by;
}

static void read_price(struct sc_reader *r, const cJSON *item)
{
    size_t errors = r->errors;

    memset(&r->price, 0, sizeof r->price);
    sc_reader_forget(r, SC_SECTION_PRICE);
    r->price.provider = SC_PROVIDER_COUNT;
    sc_read_object(r, item, SC_SECTION_PRICE);
    if (r->stop || !(item->type & cJSON_Object))
        return;
    check_price(r, item);
    if (errors != r->errors)
        return;
    fill_large(&r->price);
    if (!sc_build_price(r->policy, &r->price))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}

void sc_read_prices(struct sc_reader *r, const cJSON *item)
{
    (void)sc_reader_each(r, item, "a list of prices", read_price);
}
