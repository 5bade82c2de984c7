/*
 * script.c - see script.h.
 *
 * A language is a table of words. Most count only in a line that loads modules ("import"); words of
 * functions count anywhere. A word stands for all that lies below it: "google.genai" is "google".
 */
#include "cli/script.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/plugins.h"
#include "cli/shell.h"

struct word {
    const char *text;
    enum sc_answer answer;
};

struct sc_language {
    const char *name;
    const char *interpreters; /* separated by blanks; digits, dots and dashes may follow */
    const char *option;
    const char *comment;          /* begins one that goes to the end of the line */
    const char *loading;          /* words that begin the loading of modules, with blanks around */
    const struct word *modules;   /* end with a row without text */
    const struct word *functions; /* likewise */
};

#define YES(text)        \
    {                    \
        text, SC_COVERED \
    }
#define NO(text)             \
    {                        \
        text, SC_NOT_COVERED \
    }
#define STARTS(text)     \
    {                    \
        text, SC_DEPENDS \
    }
#define END              \
    {                    \
        NULL, SC_COVERED \
    }

static const struct word python_modules[] = {YES("pycurl"),
                                             YES("tornado.curl_httpclient"),
                                             NO("requests"),
                                             NO("httpx"),
                                             NO("urllib"),
                                             NO("urllib2"),
                                             NO("urllib3"),
                                             NO("http.client"),
                                             NO("httplib"),
                                             NO("httplib2"),
                                             NO("aiohttp"),
                                             NO("niquests"),
                                             NO("openai"),
                                             NO("anthropic"),
                                             NO("google.generativeai"),
                                             NO("google.genai"),
                                             NO("google.cloud"),
                                             NO("vertexai"),
                                             NO("mistralai"),
                                             NO("cohere"),
                                             NO("litellm"),
                                             NO("langchain"),
                                             NO("langchain_openai"),
                                             NO("langchain_anthropic"),
                                             NO("langchain_community"),
                                             NO("llama_index"),
                                             NO("ollama"),
                                             NO("groq"),
                                             NO("together"),
                                             NO("boto3"),
                                             NO("botocore"),
                                             NO("huggingface_hub"),
                                             NO("instructor"),
                                             NO("dspy"),
                                             NO("autogen"),
                                             NO("crewai"),
                                             NO("grequests"),
                                             NO("requests_html"),
                                             NO("mechanize"),
                                             NO("websockets"),
                                             NO("curl_cffi"),
                                             NO("tornado.httpclient"),
                                             NO("treq"),
                                             NO("asks"),
                                             NO("socket"),
                                             STARTS("subprocess"),
                                             STARTS("pexpect"),
                                             STARTS("sh"),
                                             STARTS("plumbum"),
                                             STARTS("ctypes"),
                                             STARTS("cffi"),
                                             END};
static const struct word python_functions[] = {STARTS("os.system"),      STARTS("os.popen"),
                                               STARTS("os.execvp"),      STARTS("os.execv"),
                                               STARTS("os.posix_spawn"), END};

static const struct word perl_modules[] = {YES("WWW::Curl"),        YES("Net::Curl"),
                                           YES("AnyEvent::YACurl"), YES("LWP::Protocol::Net::Curl"),
                                           YES("WWW::CurlOO"),      NO("LWP"),
                                           NO("HTTP::Tiny"),        NO("HTTP::Request"),
                                           NO("HTTP::Async"),       NO("Mojo::UserAgent"),
                                           NO("Mojolicious"),       NO("Furl"),
                                           NO("REST::Client"),      NO("WWW::Mechanize"),
                                           NO("AnyEvent::HTTP"),    NO("Net::HTTP"),
                                           NO("Net::HTTPS"),        NO("IO::Socket"),
                                           NO("OpenAI::API"),       NO("AI::Chat"),
                                           NO("OpenAPI::Client"),   NO("Net::Async::HTTP"),
                                           STARTS("IPC::Open3"),    STARTS("IPC::Run"),
                                           STARTS("IPC::Cmd"),      STARTS("IPC::System::Simple"),
                                           STARTS("FFI::Platypus"), END};
static const struct word perl_functions[] = {STARTS("system"), STARTS("exec"), STARTS("qx"), END};

static const struct word ruby_modules[] = {YES("curb"),       YES("curl"),       YES("ethon"),
                                           YES("typhoeus"),   YES("patron"),     NO("net/http"),
                                           NO("net/https"),   NO("open-uri"),    NO("httparty"),
                                           NO("rest-client"), NO("rest_client"), NO("excon"),
                                           NO("http"),        NO("httpx"),       NO("openai"),
                                           NO("anthropic"),   NO("mechanize"),   NO("httpclient"),
                                           NO("ruby_llm"),    NO("langchainrb"), NO("faraday"),
                                           NO("socket"),      STARTS("open3"),   STARTS("pty"),
                                           STARTS("ffi"),     STARTS("fiddle"),  END};
static const struct word ruby_functions[] = {
    YES("Typhoeus"),    YES("Ethon"), STARTS("system"), STARTS("exec"), STARTS("spawn"),
    STARTS("IO.popen"), END};

static const struct word no_modules[] = {END};
static const struct word php_functions[] = {YES("curl_init"),
                                            YES("curl_exec"),
                                            YES("curl_multi_exec"),
                                            YES("GuzzleHttp"),
                                            YES("OpenAI"),
                                            YES("CurlHttpClient"),
                                            NO("fsockopen"),
                                            NO("pfsockopen"),
                                            NO("stream_socket_client"),
                                            NO("stream_context_create"),
                                            NO("NativeHttpClient"),
                                            NO("SoapClient"),
                                            STARTS("shell_exec"),
                                            STARTS("passthru"),
                                            STARTS("proc_open"),
                                            STARTS("popen"),
                                            STARTS("system"),
                                            STARTS("exec"),
                                            END};

static const struct word r_modules[] = {
    YES("curl"),   YES("httr"),          YES("httr2"),       YES("RCurl"),     YES("crul"),
    YES("ellmer"), YES("openai"),        YES("chatgpt"),     YES("gptstudio"), YES("tidyllm"),
    YES("rgpt3"),  STARTS("reticulate"), STARTS("processx"), STARTS("callr"),  END};
static const struct word r_functions[] = {YES("download.file"),
                                          YES("httr2::request"),
                                          YES("httr::POST"),
                                          YES("curl::curl_fetch_memory"),
                                          STARTS("system"),
                                          STARTS("system2"),
                                          END};

static const struct word lua_modules[] = {
    YES("cURL"), YES("lcurl"),     YES("luacurl"), YES("curl"),    NO("socket"),  NO("ssl"),
    NO("http"),  NO("resty.http"), NO("copas"),    NO("requests"), STARTS("ffi"), END};
static const struct word lua_functions[] = {STARTS("os.execute"), STARTS("io.popen"), END};

static const struct word tcl_modules[] = {YES("TclCurl"), NO("http"), NO("tls"), NO("rest"), END};
static const struct word tcl_functions[] = {STARTS("exec"), END};

static const struct word node_modules[] = {STARTS("child_process"),
                                           STARTS("node:child_process"),
                                           STARTS("execa"),
                                           STARTS("zx"),
                                           STARTS("shelljs"),
                                           NO("node-libcurl"),
                                           NO("axios"),
                                           NO("node-fetch"),
                                           NO("undici"),
                                           NO("openai"),
                                           NO("got"),
                                           NO("@anthropic-ai/sdk"),
                                           END};
static const struct word node_functions[] = {NO("fetch"), END};

static const struct sc_language languages[] = {
    {"Python", "python pypy", "-c", "#", " import from ", python_modules, python_functions},
    {"Perl", "perl", "-e", "#", " use require ", perl_modules, perl_functions},
    {"Ruby", "ruby jruby", "-e", "#", " require require_relative gem ", ruby_modules,
     ruby_functions},
    {"PHP", "php php-cgi", "-r", "//", " ", no_modules, php_functions},
    {"R", "Rscript R littler", "-e", "#", " library require requireNamespace loadNamespace ",
     r_modules, r_functions},
    {"Lua", "lua luajit texlua", "-e", "--", " require ", lua_modules, lua_functions},
    {"Tcl", "tclsh wish expect", NULL, "#", " package ", tcl_modules, tcl_functions},
    {"JavaScript", "node nodejs bun deno", "-e", "//", " require import from ", node_modules,
     node_functions},
    {"shell", NULL, "-c", "#", " ", no_modules, no_modules},
};
#define SHELL (&languages[sizeof languages / sizeof *languages - 1])

const struct sc_language *sc_language(const char *interpreter)
{
    if (sc_is_shell(interpreter))
        return SHELL;
    for (const struct sc_language *l = languages; l < SHELL; l++) {
        for (const char *p = l->interpreters; *p; p += strspn(p, " ")) {
            size_t n = strcspn(p, " ");
            if (strncmp(interpreter, p, n) == 0 &&
                interpreter[n + strspn(interpreter + n, "0123456789.-")] == '\0')
                return l;
            p += n;
        }
    }
    return NULL;
}

const char *sc_language_name(const struct sc_language *l)
{
    return l->name;
}

const char *sc_language_option(const struct sc_language *l)
{
    return l->option;
}

void sc_ways_add(struct sc_ways *w, enum sc_answer answer, int line, const char *name, size_t n,
                 const char *remark)
{
    struct sc_way *way = &w->items[w->n];
    if (n >= SC_WAY_NAME)
        n = SC_WAY_NAME - 1;
    for (size_t i = 0; i < w->n; i++)
        if (strncmp(w->items[i].name, name, n) == 0 && w->items[i].name[n] == '\0')
            return;
    if (w->n == SC_WAYS_MAX)
        return;
    *way = (struct sc_way){.answer = answer, .line = line, .remark = remark};
    memcpy(way->name, name, n);
    w->n++;
}

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_.:/-@", c)) || (unsigned char)c >= 0x80;
}

/* Whether the word is `text` or lies below it: "urllib.request", "LWP::UserAgent", "net/http/x". */
static bool below(const char *word, size_t n, const char *text)
{
    size_t k = strlen(text);
    return n >= k && memcmp(word, text, k) == 0 && (n == k || strchr(".:/", word[k]));
}

/* The longest row wins: tornado.curl_httpclient is not tornado. */
static void look_up(const struct word *table, const char *word, size_t n, int line,
                    struct sc_ways *out)
{
    const struct word *best = NULL;
    for (const struct word *w = table; w->text; w++)
        if (below(word, n, w->text) && (!best || strlen(w->text) > strlen(best->text)))
            best = w;
    if (best)
        sc_ways_add(out, best->answer, line, best->text, strlen(best->text), NULL);
}

static bool is_loading(const struct sc_language *l, const char *word, size_t n)
{
    char padded[SC_WAY_NAME];
    if (n + 3 > sizeof padded)
        return false;
    snprintf(padded, sizeof padded, " %.*s ", (int)n, word);
    return strstr(l->loading, padded) != NULL;
}

/* Where a comment begins, or the line's end. (Within a string it may be none: what follows there is
 * a word of the string, not a module.) */
static const char *end_of_code(const char *p, const char *end, const char *comment)
{
    size_t k = strlen(comment);
    for (const char *q = p; q + k <= end; q++)
        if (memcmp(q, comment, k) == 0 && (q == p || q[-1] == ' ' || q[-1] == '\t' || q[-1] == ';'))
            return q;
    return end;
}

static void scan_line(const struct sc_language *l, const char *p, const char *end, int line,
                      struct sc_ways *out)
{
    bool loading = false;
    end = end_of_code(p, end, l->comment);
    while (p < end) {
        const char *word = p;
        while (p < end && in_word(*p))
            p++;
        size_t n = (size_t)(p - word);
        while (n && strchr(".:/-", word[n - 1]))
            n--;
        if (n && loading)
            look_up(l->modules, word, n, line, out);
        if (n)
            look_up(l->functions, word, n, line, out);
        loading |= n && is_loading(l, word, n);
        p += p < end && !in_word(*p);
    }
}

/* PHP reads URLs where it reads files. */
static void scan_php_streams(const char *p, const char *end, int line, struct sc_ways *out)
{
    static const char *const readers[] = {"file_get_contents", "fopen", "copy", "readfile"};
    if (!memmem(p, (size_t)(end - p), "http", 4))
        return;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        size_t n = strlen(readers[i]);
        if (memmem(p, (size_t)(end - p), readers[i], n))
            sc_ways_add(out, SC_NOT_COVERED, line, readers[i], n, NULL);
    }
}

void sc_script_scan(const struct sc_language *l, const char *text, size_t n, struct sc_ways *out)
{
    const char *end = text + n;
    int line = 1;
    out->n = 0;
    if (l == SHELL) {
        sc_shell_scan(text, n, out);
        return;
    }
    for (const char *p = text; p < end; line++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        scan_line(l, p, stop, line, out);
        if (strcmp(l->name, "PHP") == 0)
            scan_php_streams(p, stop, line, out);
        p = stop + 1;
    }
}
