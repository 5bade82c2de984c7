/* inside.h - what the files of serve/ share: the server, its answers, its viewers. */
#ifndef SC_SERVE_INSIDE_H
#define SC_SERVE_INSIDE_H

#include <microhttpd.h>
#include <stdio.h>

#include "ledger/log_tail.h"
#include "ledger/state_view.h"
#include "serve/calls.h"
#include "serve/serve.h"

struct sc_viewer;
struct sc_ask;

struct sc_serve {
    const struct sc_serve_config *config;
    struct MHD_Daemon *daemon;
    struct sc_state_view view;
    struct sc_log_tail tail;
    struct sc_calls *calls;
    int64_t odd;               /* lines of the log that were none */
    struct sc_viewer *viewers; /* events.c */
    struct sc_ask *asks;       /* ask.c */
    int64_t told_ms;           /* when viewers were last told */
    bool ends;                 /* no answer is begun any more */
};

/* ---- looking (look.c) ---- */

/* Takes in what the log has got, and what the state has. */
void sc_serve_look(struct sc_serve *s);

/* ---- answers (answer.c) ---- */

/* What is written into: sc_page_begin, then whatever to p->f, then sc_page_send. */
struct sc_page {
    FILE *f;
    char *text;
    size_t n;
};

bool sc_page_begin(struct sc_page *p);

/* Sends it, and frees it. */
enum MHD_Result sc_page_send(struct sc_page *p, struct MHD_Connection *c, unsigned status,
                             const char *type);

enum MHD_Result sc_send_bytes(struct MHD_Connection *c, const char *bytes, size_t n,
                              const char *type);

/* An error as JSON; header may be NULL. */
enum MHD_Result sc_send_error(struct MHD_Connection *c, unsigned status, const char *text,
                              const char *header, const char *value);

/* What every answer bears. */
void sc_add_headers(struct MHD_Response *r, const char *type);

/* ---- who may ask (guard.c) ---- */

/* False: the request has been answered with why not, in *result. */
bool sc_guard(struct sc_serve *s, struct MHD_Connection *c, const char *method, const char *path,
              enum MHD_Result *result);

/* ---- live (events.c) ---- */

/* Server-sent events: `now` each second, `calls` as they end. */
enum MHD_Result sc_events_begin(struct sc_serve *s, struct MHD_Connection *c);

/* Tells the viewers what is new. */
void sc_events_tell(struct sc_serve *s);

void sc_events_wake_all(struct sc_serve *s);

/* The state and the rates as one JSON object. */
void sc_now_json(struct sc_serve *s, FILE *f);

/* ---- what other commands say (ask.c) ---- */

/* Answers with what this very command prints for argv (NULL at its end), once it has; type: of it.
 */
enum MHD_Result sc_ask_begin(struct sc_serve *s, struct MHD_Connection *c, char *const *argv,
                             const char *type);

/* The answer that the connection waited for, if it did. */
bool sc_ask_answer(struct sc_serve *s, struct MHD_Connection *c, enum MHD_Result *result);

struct pollfd;
size_t sc_ask_polls(const struct sc_serve *s, struct pollfd *p, size_t n);

/* Reads what has come, and wakes connections whose answers are whole. */
void sc_ask_go_on(struct sc_serve *s);

/* The connection has ended, whether or not it got its answer. */
void sc_ask_forget(struct sc_serve *s, struct MHD_Connection *c);
void sc_ask_wake_all(struct sc_serve *s);

/* ---- the page (page.c) ---- */

/* As it is without a script: the lamps and the last calls. */
void sc_page_first(struct sc_serve *s, FILE *f);

/* ---- what there is (routes.c) ---- */

enum MHD_Result sc_route(struct sc_serve *s, struct MHD_Connection *c, const char *path);

/* Files of this folder, as texts (assets.S). */
extern const char sc_serve_page[], sc_serve_script[];

#endif
