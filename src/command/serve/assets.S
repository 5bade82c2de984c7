/* assets.S - the page's files, as bytes of the command: there is nothing to install beside it. */
        .section .rodata
        .macro  asset name, file
        .globl  \name
\name:
        .incbin "\file"
        .byte   0
        .endm

        asset   sc_serve_page, "src/command/serve/page.html"
        asset   sc_serve_script, "src/command/serve/page.js"

        .section .note.GNU-stack, "", %progbits
