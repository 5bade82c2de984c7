/* multi_loop_gnutls.c - the same with libcurl's GnuTLS flavour. */
/* link with: -l:libcurl-gnutls.so.4 */
#include "multi_loop.c" /* NOLINT(bugprone-suspicious-include) */
