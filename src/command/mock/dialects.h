/* dialects.h - an answer or an error in the words of the API that was asked. */
#ifndef SC_MOCK_DIALECTS_H
#define SC_MOCK_DIALECTS_H

#include "mock/answer.h"

/* The good answer of an API; what was asked must name one. */
void sc_mock_answer_make(const struct sc_mock_asked *asked, struct sc_mock_answer *out);

/* The provider's own error body for outcome's status, quota or context failure. */
void sc_mock_answer_error(const struct sc_mock_asked *asked, const struct sc_outcome *outcome,
                          struct sc_mock_answer *out);

/* Ends a stream early with the provider's own error event; a plain answer becomes a 200 with an
 * error body. */
void sc_mock_answer_break(const struct sc_mock_asked *asked, const struct sc_outcome *outcome,
                          struct sc_mock_answer *a);

#endif
