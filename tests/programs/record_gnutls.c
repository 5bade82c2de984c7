/* record.c linked to the GnuTLS flavour of libcurl. */
#include "record.c"
