/*
 * shell.c - see shell.h.
 *
 * No parser of shells: it finds words where commands stand (at the beginning, after ; | & ( ` { and
 * after words such as "then"), looks through those that start another ("timeout 9 curl"), and
 * ignores what makes no calls. Comments and here-documents are no commands.
 */
#include "cli/shell.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cli/language.h"
#include "cli/linked.h"
#include "cli/plugins.h"

#define WORD_MAX 256

struct scanner {
    const char *p, *end;
    int line;
    bool at_command; /* the next word is one */
    bool starting;   /* and stands behind one that starts it: options may come first */
    bool lost;       /* the rest of this command runs without the library */
    char heredoc[64];
    struct sc_ways *out;
};

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof *(list))

/* Behind them stands a command. */
static bool is_keyword(const char *word)
{
    static const char *const list[] = {"then",  "do", "else", "elif", "if",  "while",
                                       "until", "!",  "{",    "time", "eval"};
    return IS_ONE_OF(word, list);
}

static bool is_starter(const char *word)
{
    static const char *const list[] = {"env",      "exec",   "command", "builtin",  "nohup",
                                       "nice",     "ionice", "setsid",  "stdbuf",   "timeout",
                                       "xargs",    "watch",  "flock",   "parallel", "chronic",
                                       "unbuffer", "ts",     "tini"};
    return IS_ONE_OF(word, list) || sc_is_shell(word);
}

static bool is_assignment(const char *word)
{
    const char *equals = strchr(word, '=');
    return equals && equals > word &&
           strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+") ==
               (size_t)(equals - word);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void add(struct scanner *s, enum sc_answer answer, const char *name, const char *remark)
{
    sc_ways_add(s->out, answer, s->line, name, strlen(name), remark);
}

static void take_command(struct scanner *s, const char *word)
{
    const char *name = base_name(word);
    const struct sc_plugin_host *host = sc_plugin_host(name);
    if (s->lost)
        return;
    if (host && host->answer == SC_NOT_COVERED) {
        add(s, SC_NOT_COVERED, name, host->remark);
        s->lost = true;
    } else if (sc_language(name)) {
        add(s, SC_DEPENDS, name, "see what doctor says of its script");
    } else if (host && host->globs) {
        add(s, host->answer, name, host->remark);
    } else if (!host && sc_is_linked(word)) {
        add(s, SC_COVERED, name, NULL);
    }
}

/* LD_PRELOAD=x replaces ours, LD_PRELOAD=x:$LD_PRELOAD does not. */
static void take_assignment(struct scanner *s, const char *word)
{
    if (strncmp(word, "LD_PRELOAD=", 11) == 0 && !strstr(word + 11, "LD_PRELOAD"))
        add(s, SC_NOT_COVERED, "LD_PRELOAD",
            "what follows runs without the library; keep what LD_PRELOAD holds: "
            "LD_PRELOAD=LIBRARY:$LD_PRELOAD");
}

static bool clears_environment(const char *option)
{
    return strcmp(option, "-i") == 0 || strcmp(option, "-") == 0 ||
           strcmp(option, "--ignore-environment") == 0;
}

/* Options and numbers of a starter; true if the word is none of its own. */
static bool take_starters_word(struct scanner *s, const char *word)
{
    if (clears_environment(word)) {
        add(s, SC_NOT_COVERED, "env -i",
            "it starts its program without LD_PRELOAD; write: env -i LD_PRELOAD=\"$LD_PRELOAD\" "
            "PROGRAM, or steadycurl run behind it");
        s->lost = true;
    }
    return word[0] != '-' && (word[0] < '0' || word[0] > '9') && !is_assignment(word);
}

static void take_word(struct scanner *s, const char *word)
{
    if (!s->at_command || !*word)
        return;
    if (is_assignment(word)) {
        take_assignment(s, word);
        return;
    }
    if (s->starting && !take_starters_word(s, word))
        return;
    s->starting = is_starter(base_name(word));
    if (s->starting || is_keyword(word))
        return;
    s->at_command = strcmp(word, "export") == 0 || strcmp(word, "unset") == 0;
    if (strcmp(word, "LD_PRELOAD") == 0) /* of unset */
        add(s, SC_NOT_COVERED, "LD_PRELOAD", "what follows runs without the library; leave it set");
    else
        take_command(s, word);
}

static void begin_command(struct scanner *s)
{
    s->at_command = true;
    s->starting = s->lost = false;
}

static void skip_line(struct scanner *s)
{
    while (s->p < s->end && *s->p != '\n')
        s->p++;
}

/* The text up to a line that holds the word alone. */
static void skip_heredoc(struct scanner *s)
{
    size_t n = strlen(s->heredoc);
    while (n && s->p < s->end) {
        const char *line = s->p + strspn(s->p, "\t");
        bool last = strncmp(line, s->heredoc, n) == 0 && (line[n] == '\n' || line[n] == '\0');
        skip_line(s);
        if (s->p < s->end) {
            s->p++;
            s->line++;
        }
        if (last)
            break;
    }
    s->heredoc[0] = '\0';
}

/* "<<EOF", "<<-'EOF'"; "<<<" is none. */
static void note_heredoc(struct scanner *s)
{
    const char *p = s->p + 2;
    bool none = *p == '<';
    p += *p == '-' || *p == '<';
    s->p = p;
    p += strspn(p, " \t'\"\\");
    size_t n = strcspn(p, " \t\r\n'\";|&)<>");
    if (none || n == 0 || n >= sizeof s->heredoc)
        return;
    memcpy(s->heredoc, p, n);
    s->heredoc[n] = '\0';
    s->p = p + n + (p[n] == '\'' || p[n] == '"');
}

static void read_word(struct scanner *s)
{
    char word[WORD_MAX];
    size_t n = 0;
    for (; s->p < s->end && !strchr(" \t\r\n;|&()`<>", *s->p); s->p++) {
        /* A substitution within a word or string is a command of its own. */
        if (*s->p == '$' && s->p[1] == '(')
            break;
        if (*s->p != '"' && *s->p != '\'' && *s->p != '\\' && n < sizeof word - 1)
            word[n++] = *s->p;
    }
    word[n] = '\0';
    take_word(s, word);
    if (s->p < s->end && *s->p == '$') {
        s->p += 2;
        begin_command(s);
    }
}

static void newline(struct scanner *s)
{
    s->p++;
    s->line++;
    skip_heredoc(s);
    begin_command(s);
}

bool sc_shell_starts(const char *name)
{
    return is_starter(name) && !sc_is_shell(name);
}

void sc_shell_scan(const char *text, size_t n, struct sc_ways *out)
{
    struct scanner s = {.p = text, .end = text + n, .line = 1, .out = out};
    begin_command(&s);
    while (s.p < s.end) {
        char c = *s.p;
        if (c == '\n')
            newline(&s);
        else if (c == '\\' && s.p[1] == '\n')
            s.p += 2, s.line++;
        else if (c == '#' && (s.p == text || strchr(" \t\n;", s.p[-1])))
            skip_line(&s);
        else if (c == '<' && s.p[1] == '<')
            note_heredoc(&s);
        else if (strchr(";|&()`", c))
            s.p++, begin_command(&s);
        else if (strchr(" \t\r<>", c))
            s.p++;
        else
            read_word(&s);
    }
}
