/* life.c - see life.h. */
#include "drive/life.h"

#include "drive/multi.h"
#include "handle/detour.h"
#include "handle/hooks.h"
#include "handle/twin.h"
#include "drive/race.h"
#include "drive/sequence.h"
#include "wire/answer.h"
#include "view/kept.h"
#include "wire/mime.h"

/* No memory for a shadow of its own: nothing of the original's may stay in it, which may go first.
 */
static void leave_alone(const struct sc_shadow *from, CURL *copy)
{
    struct sc_shadow s = *from;

    s.easy = copy;
    s.own = s.twin = NULL;
    s.detour = NULL; /* the original's */
    sc_hooks_out(&s);
}

struct sc_shadow *sc_life_copy(const struct sc_shadow *from, CURL *copy)
{
    struct sc_shadow *s;

    if (from->o.mime)
        sc_mime_duplicated();
    s = sc_shadow_copy(from, copy);
    if (s)
        sc_hooks_out(s);
    else
        leave_alone(from, copy);
    return s;
}

void sc_life_end(struct sc_shadow *s)
{
    s->hooked = 0; /* there is nothing to put anything back into */
    if (s->member)
        sc_multi_forget(s->member);
    if (s->transfer)
        sc_managed_end(s);
    sc_answer_forget(s);
    sc_kept_forget(s);
    sc_twin_forget(s);
    sc_race_free_circle(s);
    sc_detour_free(s);
    sc_shadow_free(s);
}
