/*
 * turn.h - what is said in a turn, in no dialect: the form that all are translated through.
 *
 * For the files of this folder. A request is a list of parts in their order, the tools, and a
 * table of parameters; an answer is a list of parts and why it ended. Strings are borrowed from the
 * source and still escaped: the bytes between the quotes, checked to be good JSON. Values (schemas,
 * numbers, arguments that are objects) are borrowed as JSON text. The few texts that had to be made
 * are the turn's own.
 */
#ifndef SC_DIALECT_TURN_H
#define SC_DIALECT_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialect/dialect.h"
#include "http/str.h"
#include "provider/usage.h"

enum sc_turn_role {
    SC_ROLE_SYSTEM,
    SC_ROLE_DEVELOPER,
    SC_ROLE_USER,
    SC_ROLE_MODEL,
    SC_ROLE_TOOL /* what a tool that the model called has to say */
};

enum sc_turn_kind {
    SC_PART_TEXT,
    SC_PART_REFUSAL,   /* text by which the model declines */
    SC_PART_REASONING, /* text that leads to the answer and is none of it */
    SC_PART_IMAGE,
    SC_PART_FILE,  /* a document in base64 */
    SC_PART_CALL,  /* of a tool, by the model */
    SC_PART_RESULT /* of a call; the parts behind it that are `inner` are what it consists of */
};

struct sc_turn_part {
    uint8_t kind, role;
    bool inner;
    bool is_error;          /* RESULT */
    bool is_json;           /* TEXT: it is JSON, to be quoted yet */
    bool answered;          /* CALL: its result was found */
    bool is_quoted;         /* CALL: the arguments are the inside of a string that holds JSON */
    uint32_t message, at;   /* where it stood in the source */
    struct sc_str text;     /* the text; a blob's base64 or URL; a CALL's arguments */
    struct sc_str type;     /* of a blob: image/png; n 0: `text` is a URL */
    struct sc_str id, name; /* CALL, RESULT; FILE: its name */
};

struct sc_turn_parts {
    struct sc_turn_part *p;
    size_t n, room;
    bool failed; /* no memory */
};

/* A new one, zeroed; NULL: no memory, which is noted. All move when one is added. */
struct sc_turn_part *sc_parts_add(struct sc_turn_parts *l, enum sc_turn_kind kind,
                                  enum sc_turn_role role);

/* Parameters by what they mean. */
enum sc_turn_param {
    SC_PARAM_MAX_OUTPUT,
    SC_PARAM_TEMPERATURE,
    SC_PARAM_TOP_P,
    SC_PARAM_TOP_K,
    SC_PARAM_STOP,
    SC_PARAM_SEED,
    SC_PARAM_PRESENCE,
    SC_PARAM_FREQUENCY,
    SC_PARAM_PARALLEL, /* false: one call at a time */
    SC_PARAM_EFFORT,   /* how much to think */
    SC_PARAM_VERBOSITY,
    SC_PARAMS
};

struct sc_turn_tool {
    uint32_t at;
    bool strict;                     /* arguments are to follow the schema to the letter */
    bool openapi;                    /* the schema is in Gemini's older form */
    bool hidden;                     /* not to be called this time */
    struct sc_str name, description; /* description.p NULL: none */
    struct sc_str schema;            /* p NULL: no arguments */
};

enum sc_turn_choice {
    SC_CHOICE_AUTO,
    SC_CHOICE_NONE,
    SC_CHOICE_ANY,  /* some tool */
    SC_CHOICE_NAMED /* this one */
};

enum sc_turn_format { SC_FORMAT_TEXT, SC_FORMAT_JSON, SC_FORMAT_SCHEMA };

struct sc_turn_own {
    struct sc_turn_own *next;
    char text[];
};

struct sc_turn {
    const struct sc_family *from;
    struct sc_str model; /* inside of a string; n 0: not said */

    struct sc_turn_parts parts;
    struct sc_turn_tool *tools;
    size_t n_tools, room_tools;

    struct {
        struct sc_str value; /* JSON; p NULL: not given */
        const char *name;    /* as the source calls it */
    } param[SC_PARAMS];

    enum sc_turn_choice choice;
    struct sc_str choice_name;
    const char *choice_at; /* what the source calls it; NULL: not given */

    enum sc_turn_format format;
    bool format_strict, format_openapi;
    struct sc_str format_name, format_schema, format_description;
    const char *format_at;

    bool wants_signatures; /* of calls: the target's model does */
    bool to_openai;        /* chat: the target is OpenAI or Azure, not one who took it over */
    struct sc_dialect_asked asked;
    struct sc_fit *fit;
    struct sc_turn_own *own;
};

void sc_turn_init(struct sc_turn *t, const struct sc_family *from, struct sc_fit *fit);
void sc_turn_free(struct sc_turn *t);

struct sc_turn_tool *sc_turn_add_tool(struct sc_turn *t);

/* Only those that are allowed afterwards may be called. */
void sc_turn_hide_tools(struct sc_turn *t);
void sc_turn_allow_tool(struct sc_turn *t, struct sc_str name);

/* A text of the turn's own; n 0 if there is no memory. */
struct sc_str sc_turn_keep(struct sc_turn *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- answers ---- */

enum sc_turn_end {
    SC_ENDED_NONE, /* it does not say, or is not over */
    SC_ENDED_STOP,
    SC_ENDED_SEQUENCE, /* a stop sequence, where the source tells */
    SC_ENDED_LENGTH,
    SC_ENDED_CALLS,
    SC_ENDED_FILTER,
    SC_ENDED_FAULT /* the model said what its server could not read */
};

struct sc_turn_answer {
    struct sc_str id, model; /* insides; n 0: not said */
    int64_t created;         /* 0: not said */
    struct sc_turn_parts parts;
    enum sc_turn_end end;
    struct sc_str sequence; /* the stop sequence that ended it */
    struct sc_usage usage;
};

/* ---- failures ---- */

enum sc_turn_fault {
    SC_FAULT_REQUEST,
    SC_FAULT_CONTEXT,
    SC_FAULT_AUTH,
    SC_FAULT_BILLING,
    SC_FAULT_PERMISSION,
    SC_FAULT_NOT_FOUND,
    SC_FAULT_TOO_LARGE,
    SC_FAULT_RATE,
    SC_FAULT_QUOTA,
    SC_FAULT_SERVER,
    SC_FAULT_OVERLOADED,
    SC_FAULT_TIMEOUT,
    SC_FAULTS
};

struct sc_turn_error {
    enum sc_turn_fault fault;
    int status;            /* 0: not known */
    struct sc_str message; /* inside of a string */
};

#endif
