// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// Puts memory on a socket without copying it: its pages are laid into a pipe (vmsplice(2)) and
/// from there into the socket's queue (splice(2)). The queues of all viewers then hold the same
/// pages.
///
/// For one thread at a time.
final class PagePipe {
  private static final Logger LOGGER = System.getLogger(PagePipe.class.getName());

  /// How many pages a pipe holds that nobody has made larger (pipe(7)).
  static final int PAGES = 16;

  private static final int O_CLOEXEC = 0x80000;
  private static final int O_NONBLOCK = 0x800;
  private static final int SPLICE_F_NONBLOCK = 2;

  // What calls read beside the frames: an iovec, and two descriptors.
  private static final int DESCRIPTORS = 16;
  private static final int SCRATCH_BYTES = DESCRIPTORS + 2 * Integer.BYTES;

  private record Calls(
      MethodHandle pipe2, MethodHandle vmsplice, MethodHandle splice, MethodHandle close) {}

  private static final @Nullable Calls CALLS = find();

  private final ByteBuffer scratch =
      ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.nativeOrder());
  private final long scratchAddress = MemorySegment.ofBuffer(scratch).address();
  private final int out;
  private final int in;

  private PagePipe() throws Throwable {
    if ((int) calls().pipe2.invokeExact(scratchAddress + DESCRIPTORS, O_CLOEXEC | O_NONBLOCK)
        != 0) {
      throw new IOException("the system gives no pipe");
    }
    out = scratch.getInt(DESCRIPTORS);
    in = scratch.getInt(DESCRIPTORS + Integer.BYTES);
  }

  private static Calls calls() {
    return Objects.requireNonNull(CALLS);
  }

  /// A new pipe; null when the system gives none.
  static @Nullable PagePipe open() {
    try {
      return CALLS == null ? null : new PagePipe();
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "frames are copied", e);
      return null;
    }
  }

  /// Sends what the socket takes now.
  ///
  /// @param socket a descriptor that never blocks
  /// @return how many bytes it took; less than 0 when none, for whatever reason. If less than all,
  ///   the pipe is of no more use and has to be closed
  long send(int socket, long address, int length) throws Throwable {
    scratch.putLong(0, address);
    scratch.putLong(Long.BYTES, length);
    long laid = (long) calls().vmsplice.invokeExact(in, scratchAddress, 1L, SPLICE_F_NONBLOCK);
    if (laid != length) {
      return -1;
    }
    return (long) calls().splice.invokeExact(out, 0L, socket, 0L, (long) length, SPLICE_F_NONBLOCK);
  }

  void close() throws Throwable {
    int _ = (int) calls().close.invokeExact(out);
    int _ = (int) calls().close.invokeExact(in);
  }

  private static @Nullable Calls find() {
    if (!SystemCalls.areUsable()) {
      return null;
    }
    ValueLayout.OfInt i = ValueLayout.JAVA_INT;
    ValueLayout.OfLong l = ValueLayout.JAVA_LONG;
    return new Calls(
        SystemCalls.find("pipe2", FunctionDescriptor.of(i, l, i)),
        SystemCalls.find("vmsplice", FunctionDescriptor.of(l, i, l, l, i)),
        SystemCalls.find("splice", FunctionDescriptor.of(l, i, l, i, l, l, i)),
        SystemCalls.find("close", FunctionDescriptor.of(i, i)));
  }
}
