/*
 * mask.h - takes credentials out of what the mock shows of requests (log.h says what counts as
 * such).
 *
 * A client under test sends real keys often enough, and /_mock/requests ends up in reports.
 */
#ifndef SC_MOCK_MASK_H
#define SC_MOCK_MASK_H

#include <stddef.h>

#include "mock/buf.h"

/* A text: path and query, or a body. */
void sc_mock_mask(struct sc_mock_buf *b, const char *p, size_t n);

/* The value of a header with that name. Of credentials with a scheme ("Bearer") that stays. */
void sc_mock_mask_header(struct sc_mock_buf *b, const char *name, const char *value);

#endif
