/* wording.c - see wording.h. Words: the messages of the providers' docs and of servers, 2026-08. */
#include "log/wording.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    WORD_MAX = 40,   /* a longer one is none */
    DIGITS_MAX = 7,  /* a longer number is an account's or a key's */
    SECRET_LEAST = 3 /* shorter words stand in any credential by chance */
};

/* clang-format off */
/* Sorted. No names of people, things or topics; nothing that only prose has. */
static const char *const words[] = {
    "a", "about", "above", "accepted", "access", "account", "accounts", "activated", "active",
    "again", "aka", "all", "allowed", "allows", "already", "an", "and", "another", "anthropic",
    "any", "api", "apis", "argument", "arguments", "as", "assistant", "at", "audio",
    "authentication", "authorization", "authorized", "available", "azure", "backend", "backoff",
    "bad", "balance", "base", "be", "because", "bedrock", "been", "before", "being", "below",
    "between", "billed", "billing", "block", "blocked", "body", "bound", "bounds", "but", "by",
    "bytes", "cache", "call", "calls", "can", "can't", "cancelled", "cannot", "cap",
    "capabilities", "capability", "capacity", "ceiling", "chat", "choices", "choose", "client",
    "code", "complete", "completion", "completions", "concurrency", "concurrent",
    "configuration", "configured", "connect", "connection", "connections", "contact", "contain",
    "contains", "content", "context", "continue", "correct", "could", "couldn't", "crash",
    "create", "credentials", "credit", "credits", "current", "currently", "day", "days",
    "deadline", "decrease", "default", "delete", "denied", "dependency", "deployed",
    "deployment", "deployments", "deprecated", "deprecation", "described", "different",
    "disabled", "disconnected", "do", "docs", "documentation", "does", "doesn't", "don't",
    "dropped", "due", "during", "each", "early", "either", "embedding", "embeddings", "empty",
    "enabled", "end", "endpoint", "endpoints", "engine", "enough", "ensure", "error", "errors",
    "exceed", "exceeded", "exceeds", "exception", "exhausted", "exist", "existing", "exists",
    "expected", "expired", "failed", "fails", "failure", "few", "fewer", "field", "fields",
    "file", "files", "filter", "filtered", "filtering", "find", "finish", "finished", "first",
    "flagged", "following", "for", "forbidden", "format", "found", "free", "from", "function",
    "functions", "further", "gateway", "generate", "generated", "generating", "generation",
    "go", "google", "got", "gpu", "greater", "guard", "handle", "has", "have", "header",
    "headers", "high", "higher", "host", "hour", "hours", "however", "http", "if", "image",
    "images", "in", "include", "included", "including", "incomplete", "incorrect", "increase",
    "increasing", "inference", "information", "input", "inputs", "instance", "instead",
    "insufficient", "integer", "internal", "invalid", "is", "isn't", "issue", "it", "items",
    "its", "json", "just", "keep", "key", "keys", "kv", "large", "larger", "later", "latest",
    "least", "left", "length", "less", "level", "likely", "limit", "limited", "limits", "list",
    "load", "loaded", "loading", "location", "long", "longer", "low", "lower", "malformed",
    "management", "many", "max", "maximum", "may", "mb", "media", "memory", "message",
    "messages", "method", "min", "minimum", "minute", "minutes", "missing", "mode", "model",
    "model's", "models", "moderation", "modify", "month", "monthly", "more", "most", "ms",
    "must", "name", "need", "needs", "network", "new", "no", "non", "not", "null", "number",
    "object", "of", "offline", "old", "on", "once", "one", "only", "open", "openai",
    "openrouter", "operation", "option", "or", "order", "organization", "organization's",
    "other", "our", "out", "output", "outputs", "over", "overload", "overloaded", "paid",
    "parameter", "parameters", "parse", "parsed", "parsing", "part", "path", "pay", "payload",
    "payment", "peer", "pending", "per", "period", "permission", "permissions", "persists",
    "plan", "please", "policies", "policy", "port", "possible", "preview", "price", "pricing",
    "problem", "process", "processed", "processing", "project", "prompt", "prompts", "property",
    "provide", "provided", "provider", "provisioned", "proxy", "purchase", "query", "queue",
    "quota", "quotas", "range", "rate", "rates", "reach", "reached", "read", "ready", "reason",
    "reasoning", "received", "recitation", "reduce", "reduced", "refused", "region", "regional",
    "reject", "rejected", "remaining", "renew", "repeated", "request", "requested", "requests",
    "require", "required", "requirements", "requires", "reset", "resource", "resources",
    "response", "responses", "restricted", "result", "retries", "retry", "retrying", "return",
    "returned", "role", "rpd", "rpm", "run", "running", "safety", "schema", "sec", "second",
    "seconds", "see", "send", "sent", "sequence", "server", "servers", "service", "services",
    "set", "shorter", "should", "shut", "size", "slot", "slots", "slow", "some", "soon",
    "sorry", "specific", "specified", "spend", "stack", "start", "started", "starting", "state",
    "status", "still", "stop", "stopped", "stopping", "stream", "streaming", "string",
    "subscription", "such", "supplied", "support", "supported", "supports", "switch", "system",
    "takes", "temporarily", "temporary", "terminated", "than", "that", "the", "their", "then",
    "there", "these", "they", "this", "throttled", "throttling", "tier", "time", "timed",
    "timeout", "times", "to", "today", "token", "tokens", "too", "tool", "tools", "total",
    "tpd", "tpm", "traffic", "trial", "try", "trying", "type", "unable", "unauthorized",
    "unavailable", "undefined", "under", "unexpected", "unhealthy", "unknown", "unprocessable",
    "unsupported", "until", "up", "update", "upgrade", "upstream", "usage", "use", "used",
    "user", "using", "utilization", "valid", "validation", "value", "values", "version", "via",
    "violates", "violating", "violation", "wait", "waiting", "warming", "was", "wasn't", "we",
    "were", "when", "which", "while", "will", "window", "with", "within", "without", "worker",
    "workers", "would", "write", "wrong", "yet", "you", "your", "zero",
};
/* clang-format on */

/* A number behind one of these is not a measure of something. */
static const char *const before_secrets[] = {"key",    "keys",    "token", "provided",
                                             "secret", "account", "is",    "was"};

static int compare(const void *key, const void *row)
{
    const struct sc_str *word = key;
    const char *known = *(const char *const *)row;
    int order = strncasecmp(word->p, known, word->n);

    return order ? order : known[word->n] ? -1 : 0;
}

static bool is_known(struct sc_str word)
{
    return word.n > 0 &&
           bsearch(&word, words, sizeof words / sizeof *words, sizeof *words, compare) != NULL;
}

static bool is(struct sc_str word, const char *what)
{
    return word.n == strlen(what) && strncasecmp(word.p, what, word.n) == 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool sc_wording_secret(struct sc_wording *w, struct sc_str secret)
{
    if (secret.n == 0)
        return true;
    if (w->n_secrets == SC_WORDING_SECRETS)
        return false;
    w->secrets[w->n_secrets++] = secret;
    return true;
}

static bool contains_nocase(struct sc_str in, struct sc_str what)
{
    for (size_t i = 0; i + what.n <= in.n; i++)
        if (strncasecmp(in.p + i, what.p, what.n) == 0)
            return true;
    return false;
}

static bool is_secret(const struct sc_wording *w, struct sc_str word)
{
    for (size_t i = 0; word.n >= SECRET_LEAST && i < w->n_secrets; i++)
        if (contains_nocase(w->secrets[i], word))
            return true;
    return false;
}

/* ---- what a token is ---- */

enum kind {
    SAID,   /* may be written */
    PROSE,  /* a word, and no error's */
    FOREIGN /* an id, a URL, a key... */
};

/* The text being built. */
struct making {
    const struct sc_wording *w;
    struct sc_str last;  /* the token said last, n 0: something was left out since */
    bool skipping;       /* the rest of the sentence */
    const char *closing; /* of the quotation that is open, NULL: none is */
    char *out;
    size_t n, size;
    bool elided; /* the last thing in `out` says that something is missing */
};

/* max_tokens, rate-limit, and/or: known words, glued. */
static bool is_known_compound(const struct sc_wording *w, struct sc_str word)
{
    size_t start = 0;

    for (size_t i = 0; i <= word.n; i++) {
        struct sc_str part = {word.p + start, i - start};

        if (i < word.n && (word.p[i] == '\0' || !strchr("_-/", word.p[i])))
            continue;
        if (!is_known(part) || is_secret(w, part))
            return false;
        start = i + 1;
    }
    return true;
}

/* 30000, 22.472s, 1,024, 5%. */
static bool is_number(struct sc_str word)
{
    size_t digits = 0, i = 0;

    for (; i < word.n && (is_digit(word.p[i]) || word.p[i] == '.' || word.p[i] == ','); i++)
        digits += is_digit(word.p[i]);
    struct sc_str unit = {word.p + i, word.n - i};
    return digits > 0 && digits <= DIGITS_MAX &&
           (unit.n == 0 || is(unit, "s") || is(unit, "ms") || is(unit, "m") || is(unit, "%"));
}

static bool follows_a_measure(const struct making *m)
{
    if (m->last.n == 0 || is_number(m->last))
        return false;
    for (size_t i = 0; i < sizeof before_secrets / sizeof *before_secrets; i++)
        if (is(m->last, before_secrets[i]))
            return false;
    return true;
}

static bool is_model(const struct sc_wording *w, struct sc_str word)
{
    if (!w->model || word.n == 0 || strlen(w->model) != word.n ||
        memcmp(w->model, word.p, word.n) != 0)
        return false;
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] < 0x21 || word.p[i] > 0x7e) /* also what char says is negative */
            return false;
    return true;
}

static enum kind kind_of(const struct making *m, struct sc_str word)
{
    size_t letters = 0;

    if (is_model(m->w, word))
        return SAID;
    if (word.n > WORD_MAX)
        return FOREIGN;
    if (is_number(word))
        return follows_a_measure(m) ? SAID : FOREIGN;
    for (size_t i = 0; i < word.n; i++)
        letters += is_letter(word.p[i]) || word.p[i] == '\'';
    if (letters < word.n)
        return is_known_compound(m->w, word) ? SAID : FOREIGN;
    return is_known(word) ? SAID : PROSE;
}

/* Whether the request has it like that, behind the same word. */
static bool is_echo(const struct making *m, struct sc_str word)
{
    const struct sc_str *request = &m->w->request;

    return m->last.n > 0 && request->n > 0 &&
           memmem(request->p, request->n, m->last.p, (size_t)(word.p + word.n - m->last.p));
}

/* ---- writing ---- */

static void put(struct making *m, const char *p, size_t n)
{
    size_t gap = m->n > 0;

    if (m->n + gap + n >= m->size)
        return;
    if (gap)
        m->out[m->n++] = ' ';
    memcpy(m->out + m->n, p, n);
    m->n += n;
}

static void leave_out(struct making *m)
{
    m->last.n = 0;
    if (!m->elided)
        put(m, SC_WORDING_ELIDED, sizeof SC_WORDING_ELIDED - 1);
    m->elided = true;
}

static void say(struct making *m, struct sc_str token, struct sc_str word)
{
    put(m, token.p, token.n);
    m->last = word;
    m->elided = false;
}

/* ---- quotations ---- */

static const struct {
    const char *open, *close;
} quotes[] = {
    {"\"", "\""},
    {"`", "`"},
    {"'", "'"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d"},
    {"\xe2\x80\x98", "\xe2\x80\x99"},
    {"\xc2\xab", "\xc2\xbb"},
};

static bool starts(struct sc_str s, const char *with)
{
    size_t n = strlen(with);

    return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* An apostrophe is one between letters. */
static bool is_apostrophe(struct sc_str token, size_t i)
{
    return token.p[i] == '\'' && i > 0 && is_letter(token.p[i - 1]);
}

/* Follows the quotations through a token; true if any part of it lies in one. */
static bool quoted(struct making *m, struct sc_str token)
{
    bool any = m->closing != NULL;

    for (size_t i = 0; i < token.n; i++) {
        struct sc_str rest = {token.p + i, token.n - i};

        if (m->closing) {
            if (starts(rest, m->closing)) {
                i += strlen(m->closing) - 1;
                m->closing = NULL;
            }
            continue;
        }
        for (size_t k = 0; k < sizeof quotes / sizeof *quotes && !m->closing; k++)
            if (starts(rest, quotes[k].open) && !is_apostrophe(token, i))
                m->closing = quotes[k].close, i += strlen(quotes[k].open) - 1;
        any |= m->closing != NULL;
    }
    return any;
}

/* ---- all together ---- */

static bool is_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static struct sc_str strip(struct sc_str token, const char *left, const char *right)
{
    while (token.n > 0 && is_of(token.p[0], left))
        token.p++, token.n--;
    while (token.n > 0 && is_of(token.p[token.n - 1], right))
        token.n--;
    return token;
}

static void take_token(struct making *m, struct sc_str token)
{
    struct sc_str word = strip(token, "([", ".,;:!?)]");
    bool ends = is_of(token.p[token.n - 1], ".!?");
    bool in_quotes = quoted(m, token);
    enum kind kind;

    if (in_quotes && is_model(m->w, strip(word, "'\"`", "'\"`")) && !m->closing)
        kind = SAID;
    else if (in_quotes || m->skipping)
        kind = FOREIGN;
    else
        kind = kind_of(m, word);
    if (kind == SAID && (is_secret(m->w, word) || is_echo(m, word)))
        kind = FOREIGN;
    if (kind == SAID)
        say(m, token, word);
    else if (word.n > 0)
        leave_out(m);
    m->skipping = (m->skipping || kind == PROSE) && !ends;
}

size_t sc_wording_put(const struct sc_wording *w, struct sc_str text, char *out, size_t size)
{
    struct making m = {.w = w, .out = out, .size = size};

    for (size_t i = 0; i < text.n;) {
        size_t start = i;

        if (is_blank(text.p[i])) {
            i++;
            continue;
        }
        while (i < text.n && !is_blank(text.p[i]))
            i++;
        take_token(&m, (struct sc_str){text.p + start, i - start});
    }
    out[m.n] = '\0';
    return m.n;
}
