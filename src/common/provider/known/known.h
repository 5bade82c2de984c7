/*
 * known.h - the words in which the tables of this folder are written. Not for others.
 *
 * Rows state what a provider documents, or what its clients test for (2026-08 unless a row says
 * otherwise); they stand in the order of their ranks. Phrases are lower case, and no longer than
 * it takes to be unmistakable.
 */
#ifndef SC_PROVIDER_KNOWN_KNOWN_H
#define SC_PROVIDER_KNOWN_KNOWN_H

#include "provider/rows.h"

#define NO_STATUS SC_NO_STATUS
#define ALL_4XX SC_ALL_4XX
#define ALL_5XX SC_ALL_5XX
#define NEEDS(what) .flags = SC_NEEDS_##what
#define FAULT SC_RANK_FAULT
#define QUOTA SC_RANK_QUOTA
#define TOKENS SC_RANK_TOKENS
#define LOAD SC_RANK_LOAD
#define RATE SC_RANK_RATE
#define SERVICE SC_RANK_SERVICE
#define KEY SC_RANK_KEY
#define MODEL SC_RANK_MODEL
#define CONTENT SC_RANK_CONTENT
#define STATUS SC_RANK_STATUS
#define STREAM SC_RANK_STREAM

#define CODE(c) .code = (c)
#define DETAIL(d) .detail = (d)
#define PHRASE(p) .phrase = (p)
#define IS(id) .class = SC_CLASS_##id
#define VAGUE .vague = true

#define ROWS(name, table) \
    const struct sc_class_rows name = {(table), sizeof(table) / sizeof *(table)}
#define HOSTS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

/* Families: rows of services that run the same software, models or gateway. */
extern const struct sc_class_rows sc_rows_openai_like, sc_rows_google, sc_rows_claude,
    sc_rows_own_server, sc_rows_hosted;

/* Paths, written as in paths.c; those that several have are there. */
#define PATHS HOSTS
extern const char *const sc_paths_openai[],
    *const sc_paths_claude[], *const sc_paths_google[], *const sc_paths_own_server[];

#define SC_KNOWN(id) const struct sc_provider_info sc_known_##id
#define SC_KNOWN_DECLARE(id, name) extern SC_KNOWN(id);
SC_PROVIDER_LIST(SC_KNOWN_DECLARE)
#undef SC_KNOWN_DECLARE

#endif
