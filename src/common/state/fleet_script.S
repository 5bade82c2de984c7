/* fleet_script.S - fleet.lua, as bytes of the object. */
        .section .rodata
        .globl  sc_fleet_script
        .hidden sc_fleet_script
sc_fleet_script:
        .incbin "src/common/state/fleet.lua"
        .byte   0

        .section .note.GNU-stack, "", %progbits
