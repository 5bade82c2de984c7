#include "mock/answer.h"

#include <stdlib.h>

void sc_mock_answer_mark(struct sc_mock_answer *a)
{
    if ((a->n_marks & (a->n_marks - 1)) == 0) {
        size_t room = a->n_marks ? 2 * a->n_marks : 1;
        a->marks = sc_mock_realloc(a->marks, room * sizeof *a->marks);
    }
    a->marks[a->n_marks++] = a->body.n;
}

void sc_mock_answer_free(struct sc_mock_answer *a)
{
    sc_mock_buf_free(&a->body);
    free(a->marks);
    a->marks = NULL;
}
