/* Merging answers: what is measured is what is written. */
#include "fuzz.h"

#include "provider/batch.h"

enum { MOST = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    struct sc_str answers[MOST];
    struct sc_batch_list list;
    char *texts[MOST];
    size_t n = 0, len;

    for (; n < MOST && in.n > 0; n++) {
        struct sc_str line = take_line(&in);

        texts[n] = text_of(line.p, line.n);
        answers[n] = (struct sc_str){texts[n], line.n};
        if (line.n > 0 && sc_batch_find(SC_PROVIDER_OPENAI, (struct sc_str){"/embeddings", 11},
                                        answers[n], 1, &list))
            CHECK(sc_batch_elements(list.array, NULL, 0) == list.n && list.n > 1);
    }
    if (n > 0 && sc_batch_count(answers[0]) > 0) {
        len = sc_batch_merge(answers, n, NULL);
        char *out = text_of("", 0);
        out = realloc(out, len + 1);
        CHECK(out && sc_batch_merge(answers, n, out) == len);
        free(out);
    }
    for (size_t i = 0; i < n; i++)
        free(texts[i]);
    return 0;
}
