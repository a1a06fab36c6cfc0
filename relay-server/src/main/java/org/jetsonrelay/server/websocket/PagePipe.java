// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// Puts memory on sockets without copying it. Its pages are laid into one pipe (vmsplice(2)), where
/// they stay for the next socket; from there they are doubled into another one (tee(2)), and that
/// is emptied into a socket's queue (splice(2)). The queues of all viewers then hold the same
/// pages.
///
/// For one thread at a time.
final class PagePipe {
  private static final Logger LOGGER = System.getLogger(PagePipe.class.getName());

  /// How many pages a pipe holds that nobody has made larger (pipe(7)).
  static final int PAGES = 16;

  private static final int O_WRONLY = 1;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int SPLICE_F_MORE = 4;

  // What calls read and write beside the frames: an iovec, then two descriptors.
  private static final int DESCRIPTORS = 16;
  private static final int SCRATCH_BYTES = DESCRIPTORS + 2 * Integer.BYTES;

  /// Loaded at the first call, so only where there are any.
  private static final class Call {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    static final MethodHandle OPEN =
        SystemCalls.find(
            "open", FunctionDescriptor.of(INT, LONG, INT, INT), Linker.Option.firstVariadicArg(2));
    static final MethodHandle PIPE2 =
        SystemCalls.find("pipe2", FunctionDescriptor.of(INT, LONG, INT));
    static final MethodHandle VMSPLICE =
        SystemCalls.find("vmsplice", FunctionDescriptor.of(LONG, INT, LONG, LONG, INT));
    static final MethodHandle TEE =
        SystemCalls.find("tee", FunctionDescriptor.of(LONG, INT, INT, LONG, INT));
    static final MethodHandle SPLICE =
        SystemCalls.find("splice", FunctionDescriptor.of(LONG, INT, LONG, INT, LONG, LONG, INT));
    static final MethodHandle CLOSE = SystemCalls.find("close", FunctionDescriptor.of(INT, INT));
  }

  /// Where pages go that nobody needs any more; less than 0 where there are no pipes.
  private static final int NOWHERE = SystemCalls.areUsable() ? openNowhere() : -1;

  private final ByteBuffer scratch =
      ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.nativeOrder());
  private final long scratchAddress = MemorySegment.ofBuffer(scratch).address();

  // The pipe whose pages stay, and what they are.
  private final int laidOut;
  private final int laidIn;
  private @Nullable Block laid;
  private int laidOffset;
  private int laidLength;

  // The pipe for one socket.
  private final int out;
  private final int in;

  private PagePipe() throws Throwable {
    openPipe();
    laidOut = scratch.getInt(DESCRIPTORS);
    laidIn = scratch.getInt(DESCRIPTORS + Integer.BYTES);
    try {
      openPipe();
    } catch (IOException e) {
      close(laidOut);
      close(laidIn);
      throw e;
    }
    out = scratch.getInt(DESCRIPTORS);
    in = scratch.getInt(DESCRIPTORS + Integer.BYTES);
  }

  private void openPipe() throws Throwable {
    long descriptors = scratchAddress + DESCRIPTORS;
    if ((int) Call.PIPE2.invokeExact(descriptors, O_CLOEXEC | O_NONBLOCK) != 0) {
      throw new IOException("the system gives no pipe");
    }
  }

  /// A new pipe; null when the system gives none.
  static @Nullable PagePipe open() {
    try {
      return NOWHERE < 0 ? null : new PagePipe();
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "frames are copied", e);
      return null;
    }
  }

  /// Sends what the socket takes now.
  ///
  /// @param socket a descriptor that never blocks
  /// @param block one that was lent
  /// @param more more follows at once, and may go in the same segment
  /// @return how many bytes it took; less than 0 when none, for whatever reason. If less than all,
  ///   the pipe is of no more use and has to be closed
  @SuppressWarnings("ReferenceEquality") // a block is what was once written into it
  long send(int socket, Block block, int offset, int length, boolean more) throws Throwable {
    if ((laid != block || laidOffset != offset || laidLength != length)
        && !lay(block, offset, length)) {
      return -1;
    }
    long doubled = (long) Call.TEE.invokeExact(laidOut, in, (long) length, SPLICE_F_NONBLOCK);
    return doubled == length ? splice(out, socket, length, more) : -1;
  }

  private boolean lay(Block block, int offset, int length) throws Throwable {
    if (laid != null && splice(laidOut, NOWHERE, laidLength, false) != laidLength) {
      return false;
    }
    laid = null;
    scratch.putLong(0, block.address() + offset);
    scratch.putLong(Long.BYTES, length);
    if ((long) Call.VMSPLICE.invokeExact(laidIn, scratchAddress, 1L, SPLICE_F_NONBLOCK) != length) {
      return false;
    }
    laid = block;
    laidOffset = offset;
    laidLength = length;
    return true;
  }

  private static long splice(int from, int to, int length, boolean more) throws Throwable {
    int flags = more ? SPLICE_F_NONBLOCK | SPLICE_F_MORE : SPLICE_F_NONBLOCK;
    return (long) Call.SPLICE.invokeExact(from, 0L, to, 0L, (long) length, flags);
  }

  void close() throws Throwable {
    close(laidOut);
    close(laidIn);
    close(out);
    close(in);
  }

  private static void close(int descriptor) throws Throwable {
    int _ = (int) Call.CLOSE.invokeExact(descriptor);
  }

  private static int openNowhere() {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          Call.OPEN.invokeExact(arena.allocateFrom("/dev/null").address(), O_WRONLY | O_CLOEXEC, 0);
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "frames are copied", e);
      return -1;
    }
  }
}
