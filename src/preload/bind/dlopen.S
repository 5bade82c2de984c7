/*
 * dlopen.S - the exported dlopen: a tail call.
 *
 * The dynamic linker resolves DT_RUNPATH and $ORIGIN relative to the caller of dlopen, which it
 * knows by its return address. A wrapper in C becomes the caller whenever the compiler does not
 * make the call a jump, so the jump is written out. Only RTLD_DEEPBIND (8) takes the long way.
 */
#if defined(__x86_64__)

    .text
    .globl dlopen
    .type dlopen, @function
dlopen:
    .cfi_startproc
    endbr64
    testl $8, %esi
    jnz 2f
1:  movq sc_dl_real_open(%rip), %rax
    testq %rax, %rax
    jz 3f
    jmpq *%rax
2:  /* may the flag stay? */
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    subq $16, %rsp
    .cfi_adjust_cfa_offset 16
    call sc_dl_open_flags
    addq $16, %rsp
    .cfi_adjust_cfa_offset -16
    popq %rdi
    .cfi_adjust_cfa_offset -8
    movl %eax, %esi
    jmp 1b
3:  /* the real function is not known yet */
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    pushq %rsi
    .cfi_adjust_cfa_offset 8
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call sc_dl_find_open
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %rsi
    .cfi_adjust_cfa_offset -8
    popq %rdi
    .cfi_adjust_cfa_offset -8
    testq %rax, %rax
    jz 4f
    jmpq *%rax
4:  ret /* NULL: there is no dlopen */
    .cfi_endproc
    .size dlopen, . - dlopen

#elif defined(__aarch64__)

    .text
    .globl dlopen
    .type dlopen, %function
dlopen:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, #-32]!
    .cfi_adjust_cfa_offset 32
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    stp x0, x1, [sp, #16]
    tbz w1, #3, 1f
    bl sc_dl_open_flags
    str x0, [sp, #24]
1:  bl sc_dl_find_open
    mov x16, x0
    ldp x0, x1, [sp, #16]
    ldp x29, x30, [sp], #32
    .cfi_restore x29
    .cfi_restore x30
    .cfi_adjust_cfa_offset -32
    cbz x16, 2f
    br x16
2:  mov x0, xzr
    ret
    .cfi_endproc
    .size dlopen, . - dlopen

#else
#error "no dlopen trampoline for this architecture"
#endif

    .section .note.GNU-stack, "", %progbits
