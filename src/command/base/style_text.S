/* style_text.S - page.css, as bytes of the command: see style.h. */
        .section .rodata
        .globl  sc_page_style
sc_page_style:
        .incbin "src/command/base/page.css"
        .byte   0

        .section .note.GNU-stack, "", %progbits
