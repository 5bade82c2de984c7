/*
 * cjson_api.h - the few functions of cJSON that we call, taken from its library's own handle.
 *
 * Many programs carry a cJSON of their own and export it. Linked the plain way, our calls would end
 * in theirs; therefore libcjson is opened by name and asked for each function. Only types and
 * constants may be used from cJSON's header: a call such as cJSON_IsString(x) would be a reference
 * to an interposable name again.
 *
 *     struct sc_cjson json;
 *     if (!sc_cjson_api(&json)) { SC_CJSON_MISSING says why }
 *     cJSON *root = json.parse(text, n, &end, 0);
 *     ...
 *     json.delete(root);       never free(): the library has its own idea of malloc
 *
 * Thread-safe. The library stays open once loaded.
 */
#ifndef SC_POLICY_CJSON_API_H
#define SC_POLICY_CJSON_API_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

typedef cJSON *sc_cjson_parse(const char *text, size_t n, const char **end, cJSON_bool need_nul);
typedef void sc_cjson_delete(cJSON *root);

struct sc_cjson {
    sc_cjson_parse *parse;
    sc_cjson_delete *delete;
};

/* Fills in the functions; false when the library can't be used. */
bool sc_cjson_api(struct sc_cjson *out);

/* What to tell a person then: names the library and its package. */
#define SC_CJSON_MISSING "the JSON parser libcjson.so.1 can't be loaded (package libcjson1)"

#endif
