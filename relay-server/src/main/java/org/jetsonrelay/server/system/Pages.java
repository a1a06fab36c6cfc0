// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.system;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/// The pages that direct memory consists of, and how to get new ones in their place. Any thread.
public final class Pages {
  private static final int MADV_DONTNEED = 4;
  private static final int USUAL_BYTES = 4096;

  /// Loaded at the first call, so only where there are any.
  private static final class Call {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    static final MethodHandle GETPAGESIZE =
        SystemCalls.find("getpagesize", FunctionDescriptor.of(INT));
    static final MethodHandle MADVISE =
        SystemCalls.find("madvise", FunctionDescriptor.of(INT, LONG, LONG, INT));
  }

  private static final int BYTES = SystemCalls.areUsable() ? size() : USUAL_BYTES;
  private static final boolean RENEWABLE = tryOne();

  private Pages() {}

  /// Size of a page, in bytes: a power of two.
  public static int bytes() {
    return BYTES;
  }

  /// Whether [#renew] works here. It does not without permission to call the system, nor while all
  /// of the process's memory is locked (mlockall(2)).
  public static boolean areRenewable() {
    return RENEWABLE;
  }

  /// How many pages a range of addresses touches.
  public static long touched(long address, int length) {
    long first = address & -BYTES;
    return (address + length - first + BYTES - 1) / BYTES;
  }

  /// Direct memory, zeroed, that begins and ends with a page.
  ///
  /// @param bytes a multiple of [#bytes()]
  public static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes + BYTES).alignedSlice(BYTES).slice(0, bytes);
  }

  /// Gives new, empty pages to memory from [#allocate]. Whoever still has the old ones, as the
  /// queue of a socket may, keeps them as they are until it is done with them (madvise(2),
  /// `MADV_DONTNEED`).
  ///
  /// @return whether that was done; if not, the memory is as it was
  public static boolean renew(ByteBuffer memory) {
    if (!SystemCalls.areUsable()) {
      return false;
    }
    long address = MemorySegment.ofBuffer(memory).address() - memory.position();
    try {
      return 0 == (int) Call.MADVISE.invokeExact(address, (long) memory.capacity(), MADV_DONTNEED);
    } catch (Throwable e) {
      throw new IllegalStateException("madvise cannot be called", e);
    }
  }

  private static boolean tryOne() {
    ByteBuffer page = allocate(BYTES);
    page.put(0, (byte) 1);
    return renew(page) && page.get(0) == 0;
  }

  private static int size() {
    try {
      return (int) Call.GETPAGESIZE.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("getpagesize cannot be called", e);
    }
  }
}
