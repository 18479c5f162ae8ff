"""LLVM IR of the memory functions that LLVM may call by itself: memcpy, memmove and memset. The artifact does not
export them."""

from __future__ import annotations

_TEXT = """; ModuleID = 'dldt.memory'
define hidden ptr @memcpy(ptr %to, ptr %from, i64 %size) #0 {
entry:
  %vectors = and i64 %size, -16
  br label %head
head:
  %at = phi i64 [ 0, %entry ], [ %at.next, %body ]
  %more = icmp ult i64 %at, %vectors
  br i1 %more, label %body, label %tail
body:
  %source = getelementptr i8, ptr %from, i64 %at
  %target = getelementptr i8, ptr %to, i64 %at
  %piece = load <16 x i8>, ptr %source, align 1
  store <16 x i8> %piece, ptr %target, align 1
  %at.next = add i64 %at, 16
  br label %head
tail:
  %byte = phi i64 [ %vectors, %head ], [ %byte.next, %one ]
  %left = icmp ult i64 %byte, %size
  br i1 %left, label %one, label %done
one:
  %one.source = getelementptr i8, ptr %from, i64 %byte
  %one.target = getelementptr i8, ptr %to, i64 %byte
  %value = load volatile i8, ptr %one.source, align 1
  store i8 %value, ptr %one.target, align 1
  %byte.next = add i64 %byte, 1
  br label %tail
done:
  ret ptr %to
}

define hidden ptr @memmove(ptr %to, ptr %from, i64 %size) #0 {
entry:
  %a = ptrtoint ptr %to to i64
  %b = ptrtoint ptr %from to i64
  %distance = sub i64 %a, %b
  %backward = icmp ult i64 %distance, %size
  br i1 %backward, label %head, label %forward
forward:
  %same = call ptr @memcpy(ptr %to, ptr %from, i64 %size)
  ret ptr %to
head:
  %left = phi i64 [ %size, %entry ], [ %index, %body ]
  %more = icmp ne i64 %left, 0
  br i1 %more, label %body, label %done
body:
  %index = sub i64 %left, 1
  %source = getelementptr i8, ptr %from, i64 %index
  %target = getelementptr i8, ptr %to, i64 %index
  %value = load volatile i8, ptr %source, align 1
  store i8 %value, ptr %target, align 1
  br label %head
done:
  ret ptr %to
}

define hidden ptr @memset(ptr %to, i32 %value, i64 %size) #0 {
entry:
  %narrow = trunc i32 %value to i8
  %first = insertelement <16 x i8> poison, i8 %narrow, i32 0
  %all = shufflevector <16 x i8> %first, <16 x i8> poison, <16 x i32> zeroinitializer
  %vectors = and i64 %size, -16
  br label %head
head:
  %at = phi i64 [ 0, %entry ], [ %at.next, %body ]
  %more = icmp ult i64 %at, %vectors
  br i1 %more, label %body, label %tail
body:
  %target = getelementptr i8, ptr %to, i64 %at
  store <16 x i8> %all, ptr %target, align 1
  %at.next = add i64 %at, 16
  br label %head
tail:
  %byte = phi i64 [ %vectors, %head ], [ %byte.next, %one ]
  %left = icmp ult i64 %byte, %size
  br i1 %left, label %one, label %done
one:
  %one.target = getelementptr i8, ptr %to, i64 %byte
  store volatile i8 %narrow, ptr %one.target, align 1
  %byte.next = add i64 %byte, 1
  br label %tail
done:
  ret ptr %to
}

attributes #0 = { nounwind nobuiltin "no-builtins" }
"""


def memory_module() -> str:
    """The module that defines the memory functions, the same for every target."""
    return _TEXT
