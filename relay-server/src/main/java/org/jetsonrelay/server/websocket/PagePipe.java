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
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// Sends the same memory to many sockets by one copy of it. That is written into one pipe, whose
/// pages stay for the next socket; from there they are doubled into another one (tee(2)), and that
/// is emptied into a socket's queue (splice(2)). The queues of all viewers then hold the same
/// pages, and the last one frees them.
///
/// For one thread at a time.
final class PagePipe {
  private static final Logger LOGGER = System.getLogger(PagePipe.class.getName());

  /// What a pipe holds that nobody has made larger: sixteen pages, the smallest of 4 KiB (pipe(7)).
  static final int MOST_BYTES = 16 * 4096;

  private static final int O_WRONLY = 1;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int SPLICE_F_MORE = 4;

  /// Loaded at the first call, so only where there are any.
  private static final class Call {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    static final MethodHandle OPEN =
        SystemCalls.find(
            "open", FunctionDescriptor.of(INT, LONG, INT, INT), Linker.Option.firstVariadicArg(2));
    static final MethodHandle PIPE2 =
        SystemCalls.find("pipe2", FunctionDescriptor.of(INT, LONG, INT));
    static final MethodHandle WRITE =
        SystemCalls.find("write", FunctionDescriptor.of(LONG, INT, LONG, LONG));
    static final MethodHandle TEE =
        SystemCalls.find("tee", FunctionDescriptor.of(LONG, INT, INT, LONG, INT));
    static final MethodHandle SPLICE =
        SystemCalls.find("splice", FunctionDescriptor.of(LONG, INT, LONG, INT, LONG, LONG, INT));
    static final MethodHandle CLOSE = SystemCalls.find("close", FunctionDescriptor.of(INT, INT));
  }

  /// Where pages go that nobody needs any more; less than 0 where there are no pipes.
  private static final int NOWHERE = SystemCalls.areUsable() ? openNowhere() : -1;

  // The pipe whose pages stay, and of what they are a copy.
  private final int laidOut;
  private final int laidIn;
  private @Nullable Block laid;
  private int laidOffset;
  private int laidLength;

  // The pipe for one socket.
  private final int out;
  private final int in;

  private PagePipe() throws Throwable {
    int[] laying = openPipe();
    laidOut = laying[0];
    laidIn = laying[1];
    try {
      int[] passing = openPipe();
      out = passing[0];
      in = passing[1];
    } catch (IOException e) {
      close(laidOut);
      close(laidIn);
      throw e;
    }
  }

  /// Both ends: the one to read from first, as pipe(2) gives them.
  private static int[] openPipe() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      if ((int) Call.PIPE2.invokeExact(ends.address(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw new IOException("the system gives no pipe");
      }
      return ends.toArray(ValueLayout.JAVA_INT);
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
  /// @param block one that nobody writes to any more
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
    long from = block.address() + offset;
    if ((long) Call.WRITE.invokeExact(laidIn, from, (long) length) != length) {
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
