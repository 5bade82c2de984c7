/* multi_loop_gnutls.c - the same with libcurl's GnuTLS flavour. */
#include "multi_loop.c" /* NOLINT(bugprone-suspicious-include) */
