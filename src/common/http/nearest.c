/* nearest.c - the least edit distance, neighbours swapped counting once. See nearest.h. */
#include "http/nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define LENGTH_MAX 40
#define BEGIN_MIN 3 /* so much of a word's begin stands for it */

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + 32);
    return c == '-' || c == ' ' ? '_' : c;
}

/* Optimal string alignment distance; three rows suffice. */
static unsigned distance(const char *a, size_t n, const char *b, size_t m)
{
    uint8_t rows[3][LENGTH_MAX + 1];
    uint8_t *before = rows[0], *last = rows[1], *row = rows[2];

    for (size_t j = 0; j <= m; j++)
        last[j] = (uint8_t)j;
    for (size_t i = 1; i <= n; i++) {
        uint8_t *oldest = before;

        row[0] = (uint8_t)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned change = fold(a[i - 1]) != fold(b[j - 1]);
            unsigned d = least(last[j] + 1u, row[j - 1] + 1u, last[j - 1] + change);

            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]) && before[j - 2] + 1u < d)
                d = before[j - 2] + 1u;
            row[j] = (uint8_t)d;
        }
        before = last;
        last = row;
        row = oldest;
    }
    return last[m];
}

static bool begins_with(const char *word, const char *begin)
{
    while (*begin && fold(*word) == fold(*begin))
        word++, begin++;
    return *begin == '\0';
}

void sc_nearest_consider(struct sc_nearest *best, const char *word, const char *typed)
{
    size_t n = strlen(typed), m = strlen(word);
    unsigned d, most = 1 + (unsigned)(n < m ? n : m) / 3;

    if (n > LENGTH_MAX || m > LENGTH_MAX)
        return;
    d = distance(typed, n, word, m);
    if (n >= BEGIN_MIN && begins_with(word, typed) && d > most)
        d = most;
    if (d < best->distance && d <= most) {
        best->word = word;
        best->distance = d;
    }
}

const char *sc_word_nearest(const char *const *words, const char *typed)
{
    struct sc_nearest best = SC_NEAREST_NONE;

    for (size_t i = 0; words[i] != NULL; i++)
        sc_nearest_consider(&best, words[i], typed);
    return best.word;
}
