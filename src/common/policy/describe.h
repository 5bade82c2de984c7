/*
 * describe.h - the table of options for other readers: editors and the manual page.
 *
 * For the command; nothing in the engine calls it.
 */
#ifndef SC_POLICY_DESCRIBE_H
#define SC_POLICY_DESCRIBE_H

#include <stdio.h>

/* policies/policy.schema.json: JSON Schema, draft 2020-12. */
void sc_describe_schema(FILE *to);

/* The list of options in mdoc(7), one .It a key, for steadycurl-policy(5). */
void sc_describe_man(FILE *to);

#endif
