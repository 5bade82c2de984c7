/*
 * early.c - makes its call before main, and exports functions of the names that the engine's own
 * dependencies have: each of them ends the program.
 */
/* link with: -l:libcurl.so.4 -rdynamic */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

static long code;
static CURLcode rc = CURLE_FAILED_INIT;

static size_t drop(char *p, size_t size, size_t n, void *data)
{
    (void)p, (void)data;
    return size * n;
}

__attribute__((constructor(101))) static void call(void)
{
    CURL *c = curl_easy_init();

    curl_easy_setopt(c, CURLOPT_URL, getenv("CHAT"));
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
    rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_cleanup(c);
}

#define HOSTILE(name) \
    void *name(void); \
    void *name(void)  \
    {                 \
        abort();      \
    }

HOSTILE(cJSON_Parse)
HOSTILE(cJSON_ParseWithLength)
HOSTILE(cJSON_ParseWithOpts)
HOSTILE(cJSON_ParseWithLengthOpts)
HOSTILE(cJSON_Delete)
HOSTILE(cJSON_GetErrorPtr)
HOSTILE(cJSON_GetObjectItem)
HOSTILE(cJSON_GetObjectItemCaseSensitive)
HOSTILE(cJSON_GetArraySize)
HOSTILE(cJSON_GetArrayItem)
HOSTILE(cJSON_IsString)
HOSTILE(cJSON_IsNumber)
HOSTILE(cJSON_InitHooks)
HOSTILE(cJSON_malloc)
HOSTILE(cJSON_free)
HOSTILE(sqlite3_open)
HOSTILE(redisConnect)
/* Names a careless engine might share with a program. */
HOSTILE(sc_perform)
HOSTILE(sc_policy_load)
HOSTILE(sc_log_event)
HOSTILE(log_event)
HOSTILE(policy_load)

int main(void)
{
    printf("%d %ld\n", (int)rc, code);
    return 0;
}
