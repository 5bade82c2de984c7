/* cost.c - see cost.h. */
#include "core/cost.h"

#include <stddef.h>

#define PICO_PER_NANO 1000
#define OUTPUT_UNKNOWN 4096

static int64_t or_else(int64_t rate, int64_t other)
{
    return rate > 0 ? rate : other;
}

static const struct sc_rates *rates_for(const struct sc_price *p, int64_t input)
{
    return p->above > 0 && input > p->above ? &p->large : &p->rates;
}

static int64_t to_nano(__int128 pico)
{
    __int128 nano = (pico + PICO_PER_NANO / 2) / PICO_PER_NANO;
    return nano > INT64_MAX ? INT64_MAX : (int64_t)nano;
}

int64_t sc_cost_nano(const struct sc_price *price, const struct sc_usage *u)
{
    int64_t reasoning = u->reasoning < u->output ? u->reasoning : u->output, write_5m;
    const struct sc_rates *r;
    __int128 pico;

    if (u->cost_reported_nano >= 0)
        return u->cost_reported_nano;
    if (!price || (!u->known && !u->estimated))
        return -1;
    r = rates_for(price, sc_usage_input_total(u));
    write_5m = or_else(r->cache_write_5m, r->input);
    pico = (__int128)u->input * r->input;
    pico += (__int128)u->cached_read * or_else(r->cached_read, r->input);
    pico += (__int128)u->cache_write_5m * write_5m;
    pico += (__int128)u->cache_write_1h * or_else(r->cache_write_1h, write_5m);
    pico += (__int128)(u->output - reasoning) * r->output;
    pico += (__int128)reasoning * or_else(r->reasoning, r->output);
    return to_nano(pico);
}

int64_t sc_cost_percent(int64_t nano, int percent)
{
    __int128 part = ((__int128)nano * percent + 50) / 100;
    return part > INT64_MAX ? INT64_MAX : (int64_t)part;
}

int64_t sc_cost_reserve(const struct sc_price *price, int64_t input_tokens, int64_t output_limit)
{
    const struct sc_rates *r;
    int64_t output = output_limit;

    if (!price)
        return 0;
    r = rates_for(price, input_tokens);
    if (output < 0)
        output = price->max_output > 0 ? price->max_output : OUTPUT_UNKNOWN;
    return to_nano((__int128)input_tokens * r->input + (__int128)output * r->output);
}

int64_t sc_cost_settle(int64_t reserved, int64_t cost)
{
    return cost < 0 ? 0 : cost - reserved;
}
