/*
 * record_multi.c - record.c's scenarios, each transfer driven by the multi interface.
 */
#include <curl/curl.h>
#include <stdio.h>

static CURLM *multi;

/* While the transfer is under way the count must be 1; how many such turns it takes depends on the
 * machine. */
static CURLcode perform_by_multi(CURL *easy)
{
    int running = 1, left;
    CURLcode rc = CURLE_OK;
    CURLMsg *m;

    if (!multi)
        multi = curl_multi_init();
    printf("  add %d", curl_multi_add_handle(multi, easy));
    printf(" %d\n", curl_multi_add_handle(multi, easy));
    while (running) {
        CURLMcode code = curl_multi_perform(multi, &running);

        if (code != CURLM_OK || running != 1)
            printf("  perform %d, running %d\n", code, running);
        if (running)
            curl_multi_poll(multi, NULL, 0, 10, NULL);
    }
    while ((m = curl_multi_info_read(multi, &left)) != NULL) {
        printf("  message %d for %s, %d left\n", m->msg, m->easy_handle == easy ? "it" : "another",
               left);
        rc = m->data.result;
    }
    printf("  remove %d", curl_multi_remove_handle(multi, easy));
    printf(" %d\n", curl_multi_remove_handle(multi, easy));
    return rc;
}

#define curl_easy_perform perform_by_multi
#include "record.c" /* NOLINT(bugprone-suspicious-include) */
