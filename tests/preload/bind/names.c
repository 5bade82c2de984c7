/* names.c - what dlsym has to leave as it was: RTLD_NEXT, dlerror, other libraries' names. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char *yes_no(const void *p)
{
    return p ? "found" : "not found";
}

int main(void)
{
    void *libm = dlopen("libm.so.6", RTLD_LAZY), *curl = dlopen("libcurl.so.4", RTLD_LAZY);
    const char *error;

    printf("cos %s\n", yes_no(dlsym(libm, "cos")));
    printf("cu %s\n", yes_no(dlsym(libm, "cu")));
    printf("error %s\n", yes_no(dlerror()));
    printf("curl_easy_init in libm %s\n", yes_no(dlsym(libm, "curl_easy_init")));
    error = dlerror();
    printf("error %s\n", error && strstr(error, "curl_easy_init") ? "names it" : "does not");
    printf("curl_easy_init in libcurl %s\n", yes_no(dlsym(curl, "curl_easy_init")));
    printf("error %s\n", yes_no(dlerror()));
    printf("the next puts is %s\n",
           dlsym(RTLD_NEXT, "puts") == (void *)puts ? "libc's" : "not libc's");
    printf("curl_version is libcurl's own: %d\n",
           dlsym(curl, "curl_version") == dlsym(RTLD_DEFAULT, "curl_version") ||
               dlsym(curl, "curl_version") != NULL);
    return 0;
}
