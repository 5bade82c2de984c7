/* style.h - how our pages look: page.css of this folder, as a text (style_text.S). */
#ifndef SC_BASE_STYLE_H
#define SC_BASE_STYLE_H

extern const char sc_page_style[];

#endif
