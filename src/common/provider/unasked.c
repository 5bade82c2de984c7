/*
 * unasked.c - see unasked.h. One state a byte, since chunks end anywhere; runs inside of strings
 * and of lines that are of no interest are copied at once.
 */
#include "provider/unasked.h"

#include <string.h>

#include "provider/unasked_end.h"

enum {
    AT_LINE,      /* before the first byte of a line */
    IN_NAME,      /* "data:", `matched` bytes of it */
    BEFORE_DATA,  /* between it and the object */
    IN_LINE,      /* to the line's end */
    BEFORE_KEY,   /* in the object, behind '{' or ',' */
    IN_KEY,       /* `matched` bytes of it are those of `key` */
    BEFORE_COLON, /* behind the key */
    BEFORE_VALUE,
    IN_NULL,    /* "null", `matched` bytes of it */
    IN_CHOICES, /* behind the '[' of choices */
    IN_VALUE,   /* of a member; `depth` containers deep */
    BEHIND_VALUE,
    BEHIND_OBJECT,
};

enum { KEY_OTHER, KEY_USAGE, KEY_CHOICES };

static const char field[] = "data:", null_word[] = "null";
static const char *const keys[] = {"", "usage", "choices"};

/* The others say it in their last chunk without being asked, or have no chat completions. From
 * API references and SDKs, 2026-08. */
static const enum sc_provider asks[] = {
    SC_PROVIDER_OPENAI,
    SC_PROVIDER_AZURE,
    SC_PROVIDER_GEMINI,
    SC_PROVIDER_VERTEX,
    SC_PROVIDER_OLLAMA,
    SC_PROVIDER_VLLM,
    SC_PROVIDER_OPENAI_COMPATIBLE,
};

bool sc_unasked_is_needed(enum sc_provider p, struct sc_str path)
{
    static const char end[] = "/chat/completions";
    size_t n = sizeof end - 1;

    if (path.n < n || memcmp(path.p + path.n - n, end, n) != 0)
        return false;
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        if (asks[i] == p)
            return true;
    return false;
}

void sc_unasked_init(struct sc_unasked *u, bool keep_length)
{
    memset(u, 0, offsetof(struct sc_unasked, keep));
    u->keep_length = keep_length;
    u->member = NO_MEMBER;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* A comment for each line of an event: nothing to who reads events. */
static void blank_lines(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_line_end(p[i]))
            p[i] = i == 0 || is_line_end(p[i - 1]) ? ':' : ' ';
}

static bool is_extra(const struct sc_unasked *u)
{
    return u->undecided && u->no_choices && u->has_usage && u->whole;
}

static void begin_event(struct sc_unasked *u)
{
    u->begun = false;
    u->undecided = false;
    u->data_seen = false;
    u->no_choices = false;
    u->has_usage = false;
    u->whole = false;
    u->finishes = false;
    u->finish_matched = 0;
}

/* An empty line ends the event, and the extra one with all that is kept of it. */
static void end_event(struct sc_unasked *u, char c, struct sink *out)
{
    put(u, c, out);
    if (is_extra(u)) {
        sc_unasked_pass_end(u, out);
        u->drop_lf = c == '\r' && !u->keep_length;
        blank_lines(u->keep, u->kept);
        if (!u->keep_length)
            u->kept = 0;
    }
    release(u, out);
    begin_event(u);
}

static void end_line(struct sc_unasked *u, char c, struct sink *out)
{
    if (u->member != NO_MEMBER)
        pass_member(u, out);
    if (u->data_seen && !is_extra(u))
        pass_event(u, out);
    put(u, c, out);
    u->state = AT_LINE;
}

/* Not what is looked for: the rest of the line is of no interest. */
static void pass_line(struct sc_unasked *u, char c, struct sink *out)
{
    if (u->member != NO_MEMBER)
        pass_member(u, out);
    pass_event(u, out);
    u->state = IN_LINE;
    put(u, c, out);
}

static void at_line(struct sc_unasked *u, char c, struct sink *out)
{
    if (is_line_end(c)) {
        end_event(u, c, out);
        return;
    }
    u->ending = false;
    if (!u->begun && c != ':') {
        u->begun = true;
        u->undecided = true;
    }
    u->state = c == field[0] ? IN_NAME : IN_LINE;
    u->matched = 1;
    put(u, c, out);
}

static void in_name(struct sc_unasked *u, char c, struct sink *out)
{
    u->state = c == field[u->matched] ? IN_NAME : IN_LINE;
    if (++u->matched == sizeof field - 1 && u->state == IN_NAME) {
        if (u->data_seen)
            pass_event(u, out); /* more than one: none of those that are looked for */
        u->data_seen = true;
        u->state = BEFORE_DATA;
    }
    put(u, c, out);
}

static void before_data(struct sc_unasked *u, char c, struct sink *out)
{
    if (c != ' ' && c != '{') {
        pass_line(u, c, out);
        return;
    }
    put(u, c, out);
    if (c == '{') {
        u->state = BEFORE_KEY;
        u->first = true;
        u->drop_comma = false;
        u->member = u->undecided ? u->kept : 0;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void before_key(struct sc_unasked *u, char c, struct sink *out)
{
    if (c == '}') {
        pass_member(u, out);
        u->state = BEHIND_OBJECT;
    } else if (c == '"') {
        u->state = IN_KEY;
        u->key = KEY_OTHER;
        u->matched = 0;
        u->escaped = false;
    } else if (!is_blank(c)) {
        pass_line(u, c, out);
        return;
    }
    put(u, c, out);
}

/* A key with escapes is none of those that are looked for. */
static bool may_be_key(const struct sc_unasked *u, char c, bool ends)
{
    size_t n = strlen(keys[u->key]);

    return ends ? u->matched == n : u->matched < n && c == keys[u->key][u->matched];
}

static void in_key(struct sc_unasked *u, char c, struct sink *out)
{
    bool ends = c == '"' && !u->escaped;

    if (u->matched == 0)
        u->key = c == 'u' ? KEY_USAGE : c == 'c' ? KEY_CHOICES : KEY_OTHER;
    if (u->key != KEY_OTHER && !may_be_key(u, c, ends))
        u->key = KEY_OTHER;
    u->matched = 1 + (u->key != KEY_OTHER ? u->matched : 0);
    u->escaped = c == '\\' && !u->escaped;
    if (u->key == KEY_OTHER && u->member != NO_MEMBER)
        pass_member(u, out);
    if (ends)
        u->state = BEFORE_COLON;
    put(u, c, out);
}

static void before_colon(struct sc_unasked *u, char c, struct sink *out)
{
    if (c != ':' && !is_blank(c)) {
        pass_line(u, c, out);
        return;
    }
    if (c == ':')
        u->state = BEFORE_VALUE;
    put(u, c, out);
}

static void begin_value(struct sc_unasked *u, char c, struct sink *out)
{
    if (u->member != NO_MEMBER)
        pass_member(u, out);
    u->first = false;
    u->state = IN_VALUE;
    u->depth = 0;
    u->in_string = c == '"';
    u->escaped = false;
    if (c == '{' || c == '[')
        u->depth = 1;
    put(u, c, out);
}

static void before_value(struct sc_unasked *u, char c, struct sink *out)
{
    if (is_blank(c)) {
        put(u, c, out);
    } else if (u->key == KEY_USAGE && c == 'n') {
        u->state = IN_NULL;
        u->matched = 1;
        put(u, c, out);
    } else if (u->key == KEY_CHOICES && c == '[') {
        pass_member(u, out);
        u->state = IN_CHOICES;
        put(u, c, out);
    } else {
        u->has_usage |= u->key == KEY_USAGE && c == '{';
        begin_value(u, c, out);
    }
}

static void behind_value(struct sc_unasked *u, char c, struct sink *out)
{
    if (c == ',' && u->drop_comma && !u->keep_length) {
        u->drop_comma = false;
        u->member = u->kept;
        u->state = BEFORE_KEY;
        return;
    }
    if (c == ',') {
        u->member = u->undecided ? u->kept : 0;
        u->state = BEFORE_KEY;
        if (u->drop_comma)
            c = ' ';
        u->drop_comma = false;
    } else if (c == '}') {
        u->state = BEHIND_OBJECT;
        u->whole = true;
        u->ending = u->finishes && !keeps(u);
        put(u, c, out);
        if (!is_extra(u))
            pass_event(u, out);
        return;
    } else if (!is_blank(c)) {
        pass_line(u, c, out);
        return;
    }
    put(u, c, out);
}

static void in_value(struct sc_unasked *u, char c, struct sink *out)
{
    if (u->in_string) {
        u->in_string = c != '"' || u->escaped;
        u->escaped = c == '\\' && !u->escaped;
    } else if (c == '"') {
        u->in_string = true;
    } else if (c == '{' || c == '[') {
        u->depth++;
    } else if (u->depth > 0) {
        u->depth -= c == '}' || c == ']';
    } else if (c == ',' || c == '}' || c == ']') {
        behind_value(u, c, out);
        return;
    }
    if (u->depth == 0 && !u->in_string && (c == '"' || c == '}' || c == ']'))
        u->state = BEHIND_VALUE;
    put(u, c, out);
}

static void in_null(struct sc_unasked *u, char c, struct sink *out)
{
    if (u->matched < sizeof null_word - 1 && c == null_word[u->matched]) {
        u->matched++;
        put(u, c, out);
    } else if (u->matched == sizeof null_word - 1 && (is_blank(c) || c == ',' || c == '}')) {
        drop_member(u, out);
        behind_value(u, c, out);
    } else {
        pass_line(u, c, out);
    }
}

static void in_choices(struct sc_unasked *u, char c, struct sink *out)
{
    if (is_blank(c)) {
        put(u, c, out);
    } else if (c == ']') {
        u->no_choices = true;
        u->state = BEHIND_VALUE;
        put(u, c, out);
    } else {
        pass_event(u, out);
        u->state = IN_VALUE;
        u->depth = 1;
        u->in_string = false;
        in_value(u, c, out);
    }
}

static void behind_object(struct sc_unasked *u, char c, struct sink *out)
{
    if (is_blank(c))
        put(u, c, out);
    else
        pass_line(u, c, out);
}

/* The rest of a line's end, which is CR, LF or both. */
static bool is_second_half(struct sc_unasked *u, char c, struct sink *out)
{
    bool second = u->last_cr && c == '\n';

    u->last_cr = c == '\r';
    if (second && !u->drop_lf)
        put(u, c, out);
    u->drop_lf = false;
    return second;
}

static void step(struct sc_unasked *u, char c, struct sink *out)
{
    static void (*const steps[])(struct sc_unasked * u, char c, struct sink *out) = {
        [AT_LINE] = at_line,
        [IN_NAME] = in_name,
        [BEFORE_DATA] = before_data,
        [BEFORE_KEY] = before_key,
        [IN_KEY] = in_key,
        [BEFORE_COLON] = before_colon,
        [BEFORE_VALUE] = before_value,
        [IN_NULL] = in_null,
        [IN_CHOICES] = in_choices,
        [IN_VALUE] = in_value,
        [BEHIND_VALUE] = behind_value,
        [BEHIND_OBJECT] = behind_object,
    };

    if (is_second_half(u, c, out))
        return;
    if (u->state != AT_LINE && is_line_end(c))
        end_line(u, c, out);
    else if (u->state == IN_LINE)
        put(u, c, out);
    else
        steps[u->state](u, c, out);
}

/* ---- many bytes at once -------------------------------------------------------------------- */

/* A line that comes whole and does not speak of usage is none to look into. */
static size_t plain_line(struct sc_unasked *u, const char *p, size_t n)
{
    const char *end;

    if (u->state != AT_LINE || u->begun || n < sizeof field || p[0] != field[0])
        return 0;
    end = memchr(p, '\n', n);
    n = end ? (size_t)(end - p) : 0;
    if (n == 0 || memcmp(p, field, sizeof field - 1) != 0 || memmem(p, n, "\"usage\"", 7) ||
        sc_unasked_finishes(p, n) || memchr(p, '\r', n))
        return 0;
    u->begun = true;
    u->data_seen = true;
    return n + 1;
}

/* What is inside of containers, up to where the outermost closes. */
static size_t nested_run(struct sc_unasked *u, const char *p, size_t n)
{
    size_t i;

    for (i = 0; i < n && !is_line_end(p[i]); i++) {
        char c = p[i];

        if (u->escaped) {
            u->escaped = false;
        } else if (u->in_string) {
            u->in_string = c != '"';
            u->escaped = c == '\\';
        } else if (c == '"') {
            u->in_string = true;
        } else if (c == '{' || c == '[') {
            u->depth++;
        } else if (c == '}' || c == ']') {
            if (u->depth == 1)
                break; /* in_value's matter */
            u->depth--;
        }
    }
    return i;
}

/* How many of the coming bytes change nothing but what is noted here. */
static size_t run_length(struct sc_unasked *u, const char *p, size_t n)
{
    bool string = (u->state == IN_VALUE && u->in_string) || (u->state == IN_KEY && u->matched > 0);
    size_t i = 0;

    if (u->state == IN_VALUE && u->depth > 0)
        return nested_run(u, p, n);
    if (u->escaped || (u->state == IN_KEY && u->key != KEY_OTHER) ||
        (!string && u->state != IN_LINE))
        return 0;
    while (i < n && !is_line_end(p[i]) && !(string && (p[i] == '"' || p[i] == '\\')))
        i++;
    return i;
}

size_t sc_unasked_feed(struct sc_unasked *u, const char *p, size_t n, char *out)
{
    struct sink sink = {out, 0};

    while (n > 0) {
        size_t run = plain_line(u, p, n);

        if (run == 0)
            run = run_length(u, p, n);
        if (run > 0) {
            if (u->state == IN_VALUE && u->key == KEY_CHOICES)
                sc_unasked_look_for_finish(u, p, run);
            put_run(u, p, run, &sink);
            u->last_cr = false;
        } else {
            step(u, *p, &sink);
            run = 1;
        }
        p += run;
        n -= run;
    }
    return sink.n;
}

size_t sc_unasked_end(struct sc_unasked *u, char *out)
{
    struct sink sink = {out, 0};

    if (is_extra(u))
        sc_unasked_pass_end(u, &sink);
    pass_end(u, &sink);
    if (!u->undecided || !u->no_choices || !u->has_usage) /* else it was cut */
        release(u, &sink);
    sc_unasked_init(u, u->keep_length);
    return sink.n;
}
