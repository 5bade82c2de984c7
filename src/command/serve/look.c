/* look.c - what the log and the state have got; see inside.h. */
#include <stdlib.h>

#include "ledger/waiting.h"
#include "serve/inside.h"

enum { EACH_LOOK = 8 << 20 };

static void take_line(void *arg, const char *line, size_t n)
{
    struct sc_serve *s = arg;
    struct sc_log_line l;

    if (sc_log_line_read(&l, line, n))
        sc_calls_take(s->calls, &l);
    else
        s->odd++;
}

/* A state that comes into being later is found then. */
void sc_serve_look(struct sc_serve *s)
{
    if (!s->view.region) {
        free(s->view.scopes);
        sc_state_view_open(&s->view, s->config->state);
    }
    if (!s->config->log[0])
        return;
    sc_waiting_write_out(s->config->log, s->config->state);
    (void)sc_log_tail_read(&s->tail, EACH_LOOK, take_line, s);
}
