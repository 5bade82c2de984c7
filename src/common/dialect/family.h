/*
 * family.h - what a dialect has to give: one constant of functions and tables each, in
 * families.c's row. For the files of this folder.
 */
#ifndef SC_DIALECT_FAMILY_H
#define SC_DIALECT_FAMILY_H

#include "dialect/turn.h"

/* How a parameter is said in a request. */
struct sc_param_row {
    enum sc_turn_param param;
    const char *name;
    double most; /* numbers above it are refused; of stop: how many there may be; 0: any */
};

struct sc_stream_writer;
struct sc_translator;

struct sc_family {
    enum sc_dialect dialect;
    const char *words; /* for people: "the Messages API" */
    const char *list;  /* of messages, and of their parts, for reasons */
    const char *sub;
    const char *calls;      /* NULL: they are among the parts */
    enum sc_provider usage; /* in whose shape usage is told */

    const struct sc_param_row *params;
    size_t n_params;

    /* Names of tools: letters, digits, _ and - are good everywhere. */
    const char *name_signs;
    size_t name_max;
    bool name_begins_with_letter;

    void (*read_request)(struct sc_turn *t, struct sc_str path, struct sc_str body);
    void (*write_request)(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *out);
    /* The texts are good JSON. False: there is no answer in it. */
    bool (*read_answer)(struct sc_str body, struct sc_turn_answer *a);
    void (*write_answer)(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                         const struct sc_dialect_made *made, struct sc_buf *out);
    void (*write_error)(const struct sc_turn_error *e, struct sc_buf *out);
    /* An event's data; good JSON, or [DONE]. */
    void (*read_event)(struct sc_translator *t, struct sc_str name, struct sc_str data);
    bool read_done; /* [DONE] is an end */
    const struct sc_stream_writer *writer;
};

extern const struct sc_family sc_family_chat, sc_family_responses, sc_family_messages,
    sc_family_gemini;

const struct sc_family *sc_family_of(enum sc_dialect d);

#endif
