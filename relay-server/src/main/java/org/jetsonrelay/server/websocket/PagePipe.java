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
import org.jetsonrelay.server.system.Pages;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// Puts memory on sockets without copying it. Its pages are laid into one pipe (vmsplice(2)), as
/// often as it holds them, and stay there; from there all of that is doubled into another one
/// (tee(2)), which is emptied into socket after socket (splice(2)) and then filled again. The
/// queues of all viewers then hold the same pages, and sending to one more is one call.
///
/// For one thread at a time.
final class PagePipe {
  private static final Logger LOGGER = System.getLogger(PagePipe.class.getName());

  /// How many pages a pipe holds that nobody has made larger (pipe(7)): the most that a frame sent
  /// this way may touch.
  static final int PAGES = 16;

  /// How many it shall hold: what everybody may ask for (`/proc/sys/fs/pipe-max-size`).
  private static final int LARGER_PAGES = 256;

  /// Times that the same memory is laid into a pipe at most.
  private static final int MOST_COPIES = LARGER_PAGES / 4;

  private static final int O_WRONLY = 1;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int SPLICE_F_NONBLOCK = 2;
  private static final int F_SETPIPE_SZ = 1031;

  // What calls read and write beside the frames: iovecs, then two descriptors.
  private static final int IOVEC_BYTES = 2 * Long.BYTES;
  private static final int DESCRIPTORS = MOST_COPIES * IOVEC_BYTES;
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
    static final MethodHandle FCNTL =
        SystemCalls.find(
            "fcntl", FunctionDescriptor.of(INT, INT, INT, INT), Linker.Option.firstVariadicArg(2));
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
  private int laidCopies;

  // The pipe that sockets are filled from, and for how many more of them it has something.
  private final int out;
  private final int in;
  private int left;

  // Pages that either of them holds.
  private final int pages;

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
    pages = Math.min(enlarge(laidIn), enlarge(in));
  }

  /// Asks for a larger pipe; where many are open already, it stays as it is.
  private static int enlarge(int pipe) throws Throwable {
    int bytes = (int) Call.FCNTL.invokeExact(pipe, F_SETPIPE_SZ, LARGER_PAGES * Pages.bytes());
    return bytes < 0 ? PAGES : bytes / Pages.bytes();
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
  /// @return how many bytes it took; less than 0 when none, for whatever reason. If less than all,
  ///   the pipe is of no more use and has to be closed
  @SuppressWarnings("ReferenceEquality") // a block is what was once written into it
  long send(int socket, Block block, int offset, int length) throws Throwable {
    if ((laid != block || laidOffset != offset || laidLength != length)
        && !lay(block, offset, length)) {
      return -1;
    }
    if (left == 0 && !fill()) {
      return -1;
    }
    left--;
    return splice(out, socket, length);
  }

  private boolean lay(Block block, int offset, int length) throws Throwable {
    if (laid != null && !(empty(laidOut, laidCopies) && empty(out, left))) {
      return false;
    }
    laid = null;
    long address = block.address() + offset;
    int copies = copies(address, length, block.expectedReceivers());
    for (int i = 0; i < copies; i++) {
      scratch.putLong(i * IOVEC_BYTES, address);
      scratch.putLong(i * IOVEC_BYTES + Long.BYTES, length);
    }
    long all = (long) length * copies;
    if ((long) Call.VMSPLICE.invokeExact(laidIn, scratchAddress, (long) copies, SPLICE_F_NONBLOCK)
        != all) {
      return false;
    }
    laid = block;
    laidOffset = offset;
    laidLength = length;
    laidCopies = copies;
    left = 0;
    return true;
  }

  private int copies(long address, int length, int receivers) {
    int fitting = pages / (int) Pages.touched(address, length);
    return Math.clamp(receivers, 1, Math.min(fitting, MOST_COPIES));
  }

  private boolean fill() throws Throwable {
    long all = (long) laidLength * laidCopies;
    left = laidCopies;
    return (long) Call.TEE.invokeExact(laidOut, in, all, SPLICE_F_NONBLOCK) == all;
  }

  private boolean empty(int pipe, int copies) throws Throwable {
    long all = (long) laidLength * copies;
    return copies == 0 || splice(pipe, NOWHERE, all) == all;
  }

  private static long splice(int from, int to, long length) throws Throwable {
    return (long) Call.SPLICE.invokeExact(from, 0L, to, 0L, length, SPLICE_F_NONBLOCK);
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
