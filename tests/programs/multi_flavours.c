/*
 * multi_flavours.c - both flavours of libcurl in one process, a multi of each driven in turn:
 *
 *     multi_flavours URL CA_FILE
 *
 * Loaded at run time and privately, as plugins bring them. Prints flavour and result of each.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

enum { FLAVOURS = 2, COUNT = 2 };

struct job {
    CURL *easy;
    size_t n;
};

static struct flavour {
    void *lib;
    CURLM *multi;
    struct job jobs[COUNT];
    int running;
    char *(*version)(void);
    CURL *(*init)(void);
    CURLcode (*setopt)(CURL *, CURLoption, ...);
    CURLcode (*getinfo)(CURL *, CURLINFO, ...);
    void (*cleanup)(CURL *);
    CURLM *(*multi_init)(void);
    CURLMcode (*add)(CURLM *, CURL *);
    CURLMcode (*drop)(CURLM *, CURL *);
    CURLMcode (*perform)(CURLM *, int *);
    CURLMcode (*poll)(CURLM *, struct curl_waitfd *, unsigned, int, int *);
    CURLMsg *(*read)(CURLM *, int *);
    CURLMcode (*multi_cleanup)(CURLM *);
} flavours[FLAVOURS];

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    ((struct job *)arg)->n += size * n;
    return size * n;
}

static int load(struct flavour *f, const char *name)
{
    const struct {
        const char *name;
        void *to;
    } wanted[] = {
        {"curl_version", &f->version},       {"curl_easy_init", &f->init},
        {"curl_easy_setopt", &f->setopt},    {"curl_easy_getinfo", &f->getinfo},
        {"curl_easy_cleanup", &f->cleanup},  {"curl_multi_init", &f->multi_init},
        {"curl_multi_add_handle", &f->add},  {"curl_multi_remove_handle", &f->drop},
        {"curl_multi_perform", &f->perform}, {"curl_multi_poll", &f->poll},
        {"curl_multi_info_read", &f->read},  {"curl_multi_cleanup", &f->multi_cleanup},
    };

    f->lib = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; f->lib && i < sizeof wanted / sizeof *wanted; i++) {
        void *found = dlsym(f->lib, wanted[i].name);

        if (!found)
            return 0;
        memcpy(wanted[i].to, &found, sizeof found);
    }
    return f->lib != NULL;
}

static void begin(struct flavour *f, const char *url, const char *ca)
{
    f->multi = f->multi_init();
    for (int i = 0; i < COUNT; i++) {
        struct job *j = &f->jobs[i];

        j->easy = f->init();
        f->setopt(j->easy, CURLOPT_URL, url);
        f->setopt(j->easy, CURLOPT_CAINFO, ca);
        f->setopt(j->easy, CURLOPT_POSTFIELDS, "{\"model\":\"gpt-4o\",\"messages\":[]}");
        f->setopt(j->easy, CURLOPT_WRITEFUNCTION, on_body);
        f->setopt(j->easy, CURLOPT_WRITEDATA, j);
        f->setopt(j->easy, CURLOPT_PRIVATE, j);
        f->add(f->multi, j->easy);
    }
    f->running = COUNT;
}

static void show(struct flavour *f)
{
    const char *version = f->version();
    int left;
    CURLMsg *m;

    while ((m = f->read(f->multi, &left)) != NULL) {
        struct job *j = NULL;
        long status = 0;

        f->getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
        f->getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        printf("%s: result %d, status %ld, %zu bytes\n",
               strstr(version, "GnuTLS") ? "GnuTLS" : "OpenSSL", m->data.result, status, j->n);
    }
    for (int i = 0; i < COUNT; i++) {
        f->drop(f->multi, f->jobs[i].easy);
        f->cleanup(f->jobs[i].easy);
    }
    f->multi_cleanup(f->multi);
}

int main(int argc, char **argv)
{
    int i, left;

    if (argc != 3 || !load(&flavours[0], "libcurl.so.4") ||
        !load(&flavours[1], "libcurl-gnutls.so.4"))
        return 2;
    for (i = 0; i < FLAVOURS; i++)
        begin(&flavours[i], argv[1], argv[2]);
    do {
        for (left = 0, i = 0; i < FLAVOURS; i++) {
            flavours[i].perform(flavours[i].multi, &flavours[i].running);
            if (flavours[i].running)
                flavours[i].poll(flavours[i].multi, NULL, 0, 20, NULL);
            left += flavours[i].running;
        }
    } while (left);
    for (i = 0; i < FLAVOURS; i++)
        show(&flavours[i]);
    return 0;
}
