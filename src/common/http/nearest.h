/* nearest.h - which known word was meant. Pure. */
#ifndef SC_HTTP_NEAREST_H
#define SC_HTTP_NEAREST_H

struct sc_nearest {
    const char *word; /* NULL: none is near */
    unsigned distance;
};

#define SC_NEAREST_NONE \
    {                   \
        NULL, ~0u       \
    }

/* Takes the word if it is nearer to what was typed than the one before. */
void sc_nearest_consider(struct sc_nearest *best, const char *word, const char *typed);

/* Of a list that ends with NULL. */
const char *sc_word_nearest(const char *const *words, const char *typed);

#endif
