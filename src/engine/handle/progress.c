/* progress.c - see progress.h. */
#include "handle/progress.h"

int sc_progress_call(const struct sc_shadow *s, curl_off_t dltotal, curl_off_t dlnow,
                     curl_off_t ultotal, curl_off_t ulnow)
{
    if (s->o.xferinfo_fn)
        return s->o.xferinfo_fn(s->o.progress_data, dltotal, dlnow, ultotal, ulnow);
    if (s->o.progress_fn)
        return s->o.progress_fn(s->o.progress_data, (double)dltotal, (double)dlnow, (double)ultotal,
                                (double)ulnow);
    return CURL_PROGRESSFUNC_CONTINUE;
}
