/* url.h - which rule a call falls under. */
#ifndef SC_HANDLE_URL_H
#define SC_HANDLE_URL_H

#include "handle/shadow.h"

/* The rule for the call that the handle would make now, NULL: not managed. Fills in the model
 * ("" unknown) and the provider. A repeated URL costs a few comparisons. */
const struct sc_rule *sc_asked_rule(struct sc_shadow *s, const struct sc_policy *policy,
                                    char *model, size_t model_size, enum sc_provider *provider,
                                    const struct sc_policy_provider **own);

/* The request's method, as CURLINFO_EFFECTIVE_METHOD names it. */
const char *sc_asked_method(const struct sc_shadow *s);

/* Takes the handle's URL apart; false for what is not http(s). */
bool sc_asked_url(struct sc_shadow *s);

/* What the path of the URL that was looked at last tells; asked once a URL. */
enum sc_path_use sc_asked_path_use(struct sc_shadow *s, enum sc_provider p);

#endif
