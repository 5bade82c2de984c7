/*
 * kept.h - may an answer that was kept be given now?
 *
 * As RFC 9111 has it: fresh while it is younger than its lifetime (ttl_s), then stale, and of use
 * for stale_s more where the service fails (RFC 5861, stale-if-error). Ages are of the wall clock,
 * which processes and machines share; an answer from the future is as old as none. Pure.
 */
#ifndef SC_CORE_KEPT_H
#define SC_CORE_KEPT_H

#include <stdbool.h>
#include <stdint.h>

enum sc_store_kind { SC_STORE_SQLITE, SC_STORE_REDIS };

/* What a rule says of it (policy: cache). */
struct sc_cache_settings {
    bool enabled;
    bool always; /* "use": "always"; else where the service fails */
    bool tools;  /* calls of tools are kept, too */
    int store;   /* enum sc_store_kind */
    int64_t ttl_s, stale_s;
    int64_t max_bytes;
    const char *path;                 /* of the file; NULL: where such are by default */
    const char *redis, *password_env; /* the server's URL, and what has its password */
    const char *vary; /* names of headers, NUL behind each, and one more at the end; NULL: none */
};

enum sc_kept_state { SC_KEPT_FRESH, SC_KEPT_STALE, SC_KEPT_GONE };

enum sc_kept_state sc_kept_state(const struct sc_cache_settings *set, int64_t kept_ms,
                                 int64_t now_ms);

/* Whole seconds, as `Age` has them. */
int64_t sc_kept_age_s(int64_t kept_ms, int64_t now_ms);

/* Seconds that it is fresh for yet; negative: has not been for so long. */
int64_t sc_kept_ttl_s(const struct sc_cache_settings *set, int64_t kept_ms, int64_t now_ms);

#endif
