/* record.c linked to the GnuTLS flavour of libcurl. */
/* link with: -l:libcurl-gnutls.so.4 */
#include "record.c"
