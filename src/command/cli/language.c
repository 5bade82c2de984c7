/* language.c - see language.h. */
#include "cli/language.h"

#include <string.h>

#include "cli/plugins.h"

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

static const struct sc_word python_modules[] = {YES("pycurl"),
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
static const struct sc_word python_functions[] = {STARTS("os.system"),      STARTS("os.popen"),
                                                  STARTS("os.execvp"),      STARTS("os.execv"),
                                                  STARTS("os.posix_spawn"), END};

static const struct sc_word perl_modules[] = {
    YES("WWW::Curl"),        YES("Net::Curl"),
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
static const struct sc_word perl_functions[] = {STARTS("system"), STARTS("exec"), STARTS("qx"),
                                                END};

static const struct sc_word ruby_modules[] = {
    YES("curb"),       YES("curl"),       YES("ethon"),
    YES("typhoeus"),   YES("patron"),     NO("net/http"),
    NO("net/https"),   NO("open-uri"),    NO("httparty"),
    NO("rest-client"), NO("rest_client"), NO("excon"),
    NO("http"),        NO("httpx"),       NO("openai"),
    NO("anthropic"),   NO("mechanize"),   NO("httpclient"),
    NO("ruby_llm"),    NO("langchainrb"), NO("faraday"),
    NO("socket"),      STARTS("open3"),   STARTS("pty"),
    STARTS("ffi"),     STARTS("fiddle"),  END};
static const struct sc_word ruby_functions[] = {
    YES("Typhoeus"),    YES("Ethon"), STARTS("system"), STARTS("exec"), STARTS("spawn"),
    STARTS("IO.popen"), END};

static const struct sc_word no_modules[] = {END};
static const struct sc_word php_functions[] = {YES("curl_init"),
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

static const struct sc_word r_modules[] = {
    YES("curl"),   YES("httr"),          YES("httr2"),       YES("RCurl"),     YES("crul"),
    YES("ellmer"), YES("openai"),        YES("chatgpt"),     YES("gptstudio"), YES("tidyllm"),
    YES("rgpt3"),  STARTS("reticulate"), STARTS("processx"), STARTS("callr"),  END};
static const struct sc_word r_functions[] = {YES("download.file"),
                                             YES("httr2::request"),
                                             YES("httr::POST"),
                                             YES("curl::curl_fetch_memory"),
                                             STARTS("system"),
                                             STARTS("system2"),
                                             END};

static const struct sc_word lua_modules[] = {
    YES("cURL"), YES("lcurl"),     YES("luacurl"), YES("curl"),    NO("socket"),  NO("ssl"),
    NO("http"),  NO("resty.http"), NO("copas"),    NO("requests"), STARTS("ffi"), END};
static const struct sc_word lua_functions[] = {STARTS("os.execute"), STARTS("io.popen"), END};

static const struct sc_word tcl_modules[] = {YES("TclCurl"), NO("http"), NO("tls"), NO("rest"),
                                             END};
static const struct sc_word tcl_functions[] = {STARTS("exec"), END};

static const struct sc_word node_modules[] = {STARTS("child_process"),
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
static const struct sc_word node_functions[] = {NO("fetch"), END};

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
