"""Functions that LLVM IR cannot express without an assembler, given as machine code: system calls, the clock,
threads."""

from __future__ import annotations

from dldt.codegen.target import Target

# Numbers of the Linux system calls in use.
SYSCALLS = {
    "x86_64": {
        "read": 0,
        "write": 1,
        "mmap": 9,
        "mprotect": 10,
        "futex": 202,
        "clock_gettime": 228,
        "exit_group": 231,
        "openat": 257,
    },
    "aarch64": {
        "openat": 56,
        "read": 63,
        "write": 64,
        "exit_group": 94,
        "futex": 98,
        "clock_gettime": 113,
        "mmap": 222,
        "mprotect": 226,
    },
}

# dldt_syscall(number, a, b, c, d, e, f) by the C convention. LLVM parses inline assembly only for the machine that it
# runs on, so the instructions are encoded here.
_CODE = {
    "x86_64": bytes.fromhex(
        "4889f8"  # mov rax, rdi
        "4889f7"  # mov rdi, rsi
        "4889d6"  # mov rsi, rdx
        "4889ca"  # mov rdx, rcx
        "4d89c2"  # mov r10, r8
        "4d89c8"  # mov r8, r9
        "4c8b4c2408"  # mov r9, [rsp+8]
        "0f05"  # syscall
        "c3"  # ret
    ),
    "aarch64": b"".join(
        word.to_bytes(4, "little")
        for word in (
            0xAA0003E8,  # mov x8, x0
            0xAA0103E0,  # mov x0, x1
            0xAA0203E1,  # mov x1, x2
            0xAA0303E2,  # mov x2, x3
            0xAA0403E3,  # mov x3, x4
            0xAA0503E4,  # mov x4, x5
            0xAA0603E5,  # mov x5, x6
            0xD4000001,  # svc #0
            0xD65F03C0,  # ret
        )
    ),
}


# dldt_clock(): ticks of a counter that runs at a constant rate.
_CLOCK = {
    "x86_64": bytes.fromhex(
        "0f31"  # rdtsc
        "48c1e220"  # shl rdx, 32
        "4809d0"  # or rax, rdx
        "c3"  # ret
    ),
    "aarch64": bytes.fromhex("40e03bd5c0035fd6"),  # mrs x0, cntvct_el0; ret
}

# dldt_spawn(function, a, b, stack): starts a thread of this process that calls function(a, b) on that stack, then ends.
_SPAWN = {
    "x86_64": bytes.fromhex(
        "4989f8"  # mov r8, rdi
        "4989f1"  # mov r9, rsi
        "4989d2"  # mov r10, rdx
        "4889ce"  # mov rsi, rcx
        "bf000f0500"  # mov edi, VM | FS | FILES | SIGHAND | THREAD | SYSVSEM
        "31d2"  # xor edx, edx
        "b838000000"  # mov eax, clone
        "0f05"  # syscall
        "85c0"  # test eax, eax
        "7401"  # jz child
        "c3"  # ret
        "31ed"  # child: xor ebp, ebp
        "4c89cf"  # mov rdi, r9
        "4c89d6"  # mov rsi, r10
        "41ffd0"  # call r8
        "b83c000000"  # mov eax, exit
        "31ff"  # xor edi, edi
        "0f05"  # syscall
    ),
    "aarch64": b"".join(
        word.to_bytes(4, "little")
        for word in (
            0xAA0003E9,  # mov x9, x0
            0xAA0103EA,  # mov x10, x1
            0xAA0203EB,  # mov x11, x2
            0xAA0303E1,  # mov x1, x3
            0x5281E000,  # mov w0, FS | FILES | SIGHAND | VM
            0x72A000A0,  # movk w0, THREAD | SYSVSEM
            0xAA1F03E2,  # mov x2, xzr
            0xAA1F03E3,  # mov x3, xzr
            0xAA1F03E4,  # mov x4, xzr
            0xD2801B88,  # mov x8, clone
            0xD4000001,  # svc #0
            0xB4000040,  # cbz x0, child
            0xD65F03C0,  # ret
            0xAA1F03FD,  # child: mov x29, xzr
            0xAA0A03E0,  # mov x0, x10
            0xAA0B03E1,  # mov x1, x11
            0xD63F0120,  # blr x9
            0xAA1F03E0,  # mov x0, xzr
            0xD2800BA8,  # mov x8, exit
            0xD4000001,  # svc #0
        )
    ),
}


def machine_code(symbol: str, code: bytes) -> str:
    """IR that places ``code`` in the text segment under a hidden ``symbol`` (the linker goes by the name of the
    section)."""
    escaped = "".join(f"\\{byte:02X}" for byte in code)
    return f'@{symbol} = hidden constant [{len(code)} x i8] c"{escaped}", section ".text.machine", align 16\n'


def spawn_module(target: Target) -> str:
    """The module that defines ``dldt_spawn`` for ``target``; only programs without a host need it."""
    return "; ModuleID = 'dldt.spawn'\n" + machine_code("dldt_spawn", _SPAWN[target.arch])


def syscall_module(target: Target) -> str:
    """The module that defines ``dldt_syscall`` and ``dldt_clock`` for ``target``."""
    functions = machine_code("dldt_syscall", _CODE[target.arch]) + machine_code("dldt_clock", _CLOCK[target.arch])
    return "; ModuleID = 'dldt.syscall'\n" + functions
