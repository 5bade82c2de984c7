/* cmd_version.c - steadycurl version */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/usage.h"

int sc_cmd_version(int argc, char **argv)
{
    static const struct sc_option none[] = {SC_OPTIONS_END};
    static const struct sc_usage usage = {"version", "", "Prints the version.", none};
    struct sc_args a = sc_args_begin(argc, argv);
    int opt = sc_args_next(&a, &usage);
    if (opt != SC_ARGS_END)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (a.i < argc)
        return sc_usage_wrong(&usage, "unexpected \"%s\"", argv[a.i]);
    printf("steadycurl %s\n", SC_VERSION);
    return 0;
}
