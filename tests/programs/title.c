/*
 * title.c - a program that writes a title over its arguments, as servers do, and then asks.
 *
 *     title URL
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    char url[256];
    size_t room;
    long status = 0;
    CURL *c;

    if (argc != 2 || strlen(argv[1]) >= sizeof url)
        return 2;
    strcpy(url, argv[1]);
    room = (size_t)(argv[1] + strlen(argv[1]) - argv[0]);
    memset(argv[0], 0, room);
    snprintf(argv[0], room, "waiting/for work");
    c = curl_easy_init();
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, "{\"model\":\"m\",\"messages\":[]}");
    curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(c);
    return status == 200 ? 0 : 1;
}
