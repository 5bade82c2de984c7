/* version.h - the version of all parts: preload, engine, command. */
#ifndef STEADYCURL_VERSION_H
#define STEADYCURL_VERSION_H

#define SC_VERSION "0.1.0"

#endif
