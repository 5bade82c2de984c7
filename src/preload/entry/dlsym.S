/*
 * dlsym.S - the exported dlsym: a tail call, for the same reason as dlopen.S.
 *
 * RTLD_NEXT and RTLD_DEFAULT are relative to the caller. Names that do not begin with "curl_" go
 * straight to the real function; for those that do, sc_dl_answer is asked first.
 */
#if defined(__x86_64__)

    .text
    .globl dlsym
    .type dlsym, @function
dlsym:
    .cfi_startproc
    endbr64
    cmpb $'c', (%rsi)
    jne 1f
    cmpb $'u', 1(%rsi)
    jne 1f
    cmpb $'r', 2(%rsi)
    jne 1f
    cmpb $'l', 3(%rsi)
    jne 1f
    cmpb $'_', 4(%rsi)
    je 2f
1:  movq sc_dl_real_symbol(%rip), %rax
    testq %rax, %rax
    jz 3f
    jmpq *%rax
2:  /* one of libcurl's names */
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    pushq %rsi
    .cfi_adjust_cfa_offset 8
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call sc_dl_answer
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %rsi
    .cfi_adjust_cfa_offset -8
    popq %rdi
    .cfi_adjust_cfa_offset -8
    testq %rax, %rax
    jz 1b
    ret
3:  /* the real function is not known yet */
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    pushq %rsi
    .cfi_adjust_cfa_offset 8
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call sc_dl_find_symbol
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %rsi
    .cfi_adjust_cfa_offset -8
    popq %rdi
    .cfi_adjust_cfa_offset -8
    testq %rax, %rax
    jz 4f
    jmpq *%rax
4:  ret /* NULL: there is no dlsym */
    .cfi_endproc
    .size dlsym, . - dlsym

#elif defined(__aarch64__)

    .text
    .globl dlsym
    .type dlsym, %function
dlsym:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, #-32]!
    .cfi_adjust_cfa_offset 32
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    stp x0, x1, [sp, #16]
    ldrb w9, [x1]
    cmp w9, #'c'
    b.ne 1f
    ldrb w9, [x1, #1]
    cmp w9, #'u'
    b.ne 1f
    ldrb w9, [x1, #2]
    cmp w9, #'r'
    b.ne 1f
    ldrb w9, [x1, #3]
    cmp w9, #'l'
    b.ne 1f
    ldrb w9, [x1, #4]
    cmp w9, #'_'
    b.ne 1f
    bl sc_dl_answer
    cbnz x0, 3f
1:  bl sc_dl_find_symbol
    mov x16, x0
    ldp x0, x1, [sp, #16]
    ldp x29, x30, [sp], #32
    .cfi_remember_state
    .cfi_restore x29
    .cfi_restore x30
    .cfi_adjust_cfa_offset -32
    cbz x16, 2f
    br x16
2:  mov x0, xzr
    ret
3:  .cfi_restore_state
    ldp x29, x30, [sp], #32
    .cfi_restore x29
    .cfi_restore x30
    .cfi_adjust_cfa_offset -32
    ret
    .cfi_endproc
    .size dlsym, . - dlsym

#else
#error "no dlsym trampoline for this architecture"
#endif

    .section .note.GNU-stack, "", %progbits
