/* style_text.S - report.css, as bytes of the command: see inside.h. */
        .section .rodata
        .globl  sc_report_style
sc_report_style:
        .incbin "src/command/report/report.css"
        .byte   0

        .section .note.GNU-stack, "", %progbits
