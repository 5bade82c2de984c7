/* last.c - see last.h. */
#include "call/last.h"

#include <string.h>
#include <time.h>

#include "call/fitness.h"
#include "call/refusal.h"
#include "call/report.h"
#include "call/sent.h"
#include "core/classify.h"
#include "handle/mark.h"
#include "provider/facts.h"
#include "provider/request.h"
#include "wire/rewrite.h"

enum { BODY_MAX = 16 << 20, PATH_MAX_LEN = 2048 };

/* ---- whether --------------------------------------------------------------------------------- */

/* The rule's, for a call that speaks a dialect; NULL: it has none. */
static const struct sc_reply_link *reply_of(const struct sc_transfer *t)
{
    const struct sc_chain *chain = t->route.rule->chain;
    const struct sc_link *link =
        chain && chain->n_links > 0 ? &chain->links[chain->n_links - 1] : NULL;

    if (!link || link->kind != SC_LINK_REPLY ||
        sc_dialect_of_path(t->shadow->asked.path) == SC_DIALECT_COUNT)
        return NULL;
    return &link->reply;
}

/* Nothing of an answer was shown, and the program has not stopped the call itself. */
static bool is_open(const struct sc_transfer *t)
{
    return !t->play.finishing && t->x.phase == SC_HOLDING && !t->x.programs_doing &&
           t->call.give_up != SC_GIVE_UP_COMMITTED && t->call.give_up != SC_GIVE_UP_ABORTED;
}

bool sc_last_is_due(const struct sc_transfer *t)
{
    const struct sc_chain *chain = t->route.rule->chain;

    return !t->route.rule->settings->shadow && is_open(t) &&
           ((chain ? chain->on : SC_CHAIN_ON) >> t->verdict.class & 1);
}

const struct sc_reply_link *sc_last_due(const struct sc_transfer *t)
{
    const struct sc_reply_link *reply = reply_of(t);

    return reply && sc_last_is_due(t) && sc_fitness_leads_on(t) ? reply : NULL;
}

/* ---- what it says ---------------------------------------------------------------------------- */

/* The program's request, as far as the answer goes by it. */
struct said_to {
    enum sc_dialect dialect;
    struct sc_dialect_asked asked;
    struct sc_dialect_made made;
    char model[SC_MODEL_MAX];
};

/* False: whether it asked for a stream is not known. */
static bool read_request(const struct sc_transfer *t, struct said_to *to)
{
    struct sc_buf same = {.max = BODY_MAX};
    struct sc_dialect_to stays = {.dialect = to->dialect, .provider = t->route.provider};
    struct sc_str body = sc_rewrite_own(&t->x), path;
    char text[PATH_MAX_LEN];
    struct sc_fit unused;

    path = sc_sent_path(t->shadow, text, sizeof text);
    if (!body.p || path.n == 0)
        return false;
    sc_dialect_request(to->dialect, path, body, &stays, &same, &to->asked, &unused);
    sc_buf_free(&same);
    if (sc_request_model(to->dialect == SC_DIALECT_GEMINI ? SC_PROVIDER_GEMINI : t->route.provider,
                         path, body.p, body.n, to->model, sizeof to->model))
        to->made.model = to->model;
    to->made.seed = t->id;
    to->made.unix_time = (int64_t)time(NULL);
    return true;
}

/* It is written in one dialect and translated from there, as a target's answer would be; in another
 * than the program's, for what is said in the same one stays as it is: whole. */
static enum sc_dialect written_in(enum sc_dialect programs)
{
    return programs == SC_DIALECT_CHAT ? SC_DIALECT_MESSAGES : SC_DIALECT_CHAT;
}

static void write_text(const char *text, struct sc_buf *b)
{
    sc_buf_char(b, '"');
    sc_buf_escaped(b, (struct sc_str){text, strlen(text)});
    sc_buf_char(b, '"');
}

static void write_answer(enum sc_dialect d, const char *text, struct sc_buf *b)
{
    if (d == SC_DIALECT_CHAT) {
        sc_buf_text(b, "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":"
                       "{\"role\":\"assistant\",\"content\":");
        write_text(text, b);
        sc_buf_text(b, "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":0,"
                       "\"completion_tokens\":0,\"total_tokens\":0}}");
        return;
    }
    sc_buf_text(b, "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\","
                   "\"text\":");
    write_text(text, b);
    sc_buf_text(b, "}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":0,"
                   "\"output_tokens\":0}}");
}

static bool stream(const struct said_to *to, struct sc_str answer, struct sc_buf *out)
{
    struct sc_translator *t =
        sc_translator_new(written_in(to->dialect), to->dialect, &to->asked, &to->made);
    bool good;

    if (!t)
        return false;
    good = sc_translator_whole(t, answer, out);
    sc_translator_free(t);
    return good;
}

static bool say_answer(const struct sc_transfer *t, const char *text, struct said_to *to,
                       struct sc_reply *r, struct sc_buf *out)
{
    struct sc_buf answer = {.max = BODY_MAX};
    bool good;

    if (!read_request(t, to))
        return false;
    write_answer(written_in(to->dialect), text, &answer);
    if (to->asked.stream)
        good = stream(to, sc_buf_view(&answer), out);
    else
        good = sc_dialect_answer(written_in(to->dialect), sc_buf_view(&answer), to->dialect,
                                 &to->asked, &to->made, out);
    if (to->asked.stream && !to->asked.array)
        r->content_type = "text/event-stream";
    good = good && !answer.failed;
    sc_buf_free(&answer);
    return good;
}

/* Both dialects that it is written in find the words there. */
static bool say_error(const char *text, const struct said_to *to, struct sc_reply *r,
                      struct sc_buf *out)
{
    struct sc_buf error = {.max = BODY_MAX};
    bool good;

    sc_buf_text(&error, "{\"error\":{\"message\":");
    write_text(text ? text : "No service could answer this call.", &error);
    sc_buf_text(&error, "}}");
    r->status =
        sc_dialect_error(written_in(to->dialect), r->status, sc_buf_view(&error), to->dialect, out);
    good = !error.failed;
    sc_buf_free(&error);
    return good;
}

static bool say(const struct sc_transfer *t, const struct sc_reply_link *reply, struct sc_reply *r,
                struct sc_buf *out)
{
    struct said_to to = {.dialect = sc_dialect_of_path(t->shadow->asked.path)};
    bool good = true;

    r->status = reply->status;
    if (reply->json)
        sc_buf_add(out, reply->json, strlen(reply->json));
    else if (reply->status >= 400)
        good = say_error(reply->text, &to, r, out);
    else
        good = say_answer(t, reply->text, &to, r, out);
    return good && !out->failed && out->n > 0;
}

static enum sc_class class_of(const struct sc_transfer *t, const struct sc_reply *r)
{
    struct sc_response response = {.provider = t->route.provider,
                                   .status = r->status,
                                   .body = r->body,
                                   .body_len = r->body_len,
                                   .kind = SC_REQUEST_GENERATES};
    struct sc_facts facts;
    struct sc_verdict verdict;

    if (r->status < 400)
        return SC_CLASS_OK;
    sc_facts_read(&response, &facts);
    sc_classify(&facts, &verdict);
    return verdict.class;
}

/* It stands for all that was said before. */
static void stand_in(struct sc_transfer *t, const char *from, const char *to, enum sc_class class,
                     const char *text)
{
    sc_answer_forget(t->shadow);
    sc_mark_forget(t->shadow);
    sc_report_fallback(t, &(struct sc_moved){.from = from ? from : "first",
                                             .to = to,
                                             .reason = sc_class_name(class),
                                             .text = text});
}

bool sc_last_set(struct sc_transfer *t, const struct sc_reply_link *reply, const char *from,
                 enum sc_class class)
{
    struct sc_buf body = {.max = BODY_MAX};
    struct sc_reply r = {.reason = "reply"};
    bool good = say(t, reply, &r, &body);
    enum sc_class own;

    r.body = body.p;
    r.body_len = body.n;
    own = good ? class_of(t, &r) : SC_CLASS_COUNT;
    r.final = own != SC_CLASS_OK && !sc_class_retryable(own);
    good = good && sc_own_answer_set(t, own, &r);
    sc_buf_free(&body);
    if (!good)
        return false;
    stand_in(t, from, "reply", class, "the policy's reply is given instead");
    return true;
}

CURLcode sc_last_give(struct sc_transfer *t, struct sc_own_answer *kept, const char *from,
                      enum sc_class class)
{
    sc_own_answer_take(t, SC_CLASS_OK, kept);
    stand_in(t, from, "cache", class, "an answer that was kept is given instead");
    return CURLE_OK;
}

bool sc_last_refuse(struct sc_transfer *t)
{
    const struct sc_reply_link *last = reply_of(t);
    struct sc_reply_text text;
    struct sc_reply reply = {.reason = "unfit", .final = true};

    if (last && sc_last_set(t, last, NULL, SC_CLASS_RETRYABLE))
        return true;
    sc_reply_error(sc_refusal_voice(t), SC_CLASS_BAD_REQUEST,
                   "The request cannot be sent to any of the targets that are set for it.", &text);
    reply.status = text.status;
    reply.error_type = text.error_type;
    reply.body = text.body;
    reply.body_len = text.len;
    return sc_own_answer_set(t, SC_CLASS_BAD_REQUEST, &reply);
}
