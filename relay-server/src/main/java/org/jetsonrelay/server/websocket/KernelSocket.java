// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// What Java's channels cannot do with a blocking socket, on Linux, through the foreign function
/// interface: send without blocking (`sendmsg` with `MSG_DONTWAIT`), and tell what the peer's
/// machine has acknowledged (`SIOCOUTQ`, tcp(7)) and what is known of the way there ([TcpInfo]).
///
/// Calls the system with a duplicate of the channel's descriptor, because the number of a closed
/// one may already mean somebody else's socket. From the first frame on a duplicate is kept, as far
/// as [Duplicates] has some; who keeps none borrows one for each call, and so an idle connection
/// has but its socket. Sending is for one thread at a time; any thread may close, and a duplicate
/// is closed exactly once, never under a running call.
///
/// Needs `--add-opens java.base/sun.nio.ch=ALL-UNNAMED --enable-native-access=ALL-UNNAMED`; without
/// them, or elsewhere than on Linux, [#of] gives null and everything is written by writer threads.
final class KernelSocket {
  private static final Logger LOGGER = System.getLogger(KernelSocket.class.getName());

  // linux/socket.h, asm-generic/fcntl.h: the same on x86-64 and aarch64
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_MORE = 0x8000;
  private static final int FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL;
  private static final int F_GETFL = 3;
  private static final int O_NONBLOCK = 0x800;
  private static final long SIOCOUTQ = 0x5411;

  // struct msghdr of 64-bit Linux: name, namelen, iov at 16, iovlen at 24, control, flags
  private static final int MSGHDR_BYTES = 56;
  private static final int MSGHDR_IOV = 16;
  private static final int MSGHDR_IOVLEN = 24;
  private static final int IOVEC_BYTES = 16;

  // What calls read and write beside the frames: a msghdr with its iovecs, and a number.
  private static final int NUMBER = MSGHDR_BYTES + Unit.MAX_PIECES * IOVEC_BYTES;
  private static final int SCRATCH_BYTES = NUMBER + Integer.BYTES;

  private static final int IDLE = 0;
  private static final int BUSY = 1;
  private static final int CLOSED_WHILE_BUSY = 2;
  private static final int CLOSED = 3;
  private static final int WITHOUT = 4;

  private record Calls(
      MethodHandle fcntl, MethodHandle send, MethodHandle sendmsg, MethodHandle ioctl) {}

  private static final @Nullable Calls CALLS = find();
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(KernelSocket.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SocketChannel channel;
  private final Duplicates duplicates;
  private final PagePipes pipes;
  // Who may use the descriptor: the sender moves IDLE to BUSY and back, or WITHOUT where none is
  // kept; a closer ends it. Changed by [#STATE] only.
  private volatile int state = WITHOUT;
  // Only who made the state BUSY, or CLOSED, uses these: the duplicate, whether it is borrowed, and
  // whether there were none to keep when there was a frame.
  private int descriptor = Duplicates.NONE;
  private boolean borrowed;
  private boolean lacking;
  // Allocated at first need; only who made the state BUSY uses it.
  private @Nullable ByteBuffer scratch;
  private long scratchAddress;
  private boolean nonBlocking;

  private KernelSocket(SocketChannel channel, Duplicates duplicates, PagePipes pipes) {
    this.channel = channel;
    this.duplicates = duplicates;
    this.pipes = pipes;
  }

  /// The calls, for who has a socket, so they exist. Reached by way of a constant, not of a field:
  /// the compiler then puts a call in place instead of looking the method handle up.
  private static Calls calls() {
    return Objects.requireNonNull(CALLS);
  }

  /// Whether this platform can do it.
  static boolean supported() {
    return CALLS != null && Duplicates.supported();
  }

  /// A socket for this channel; null when the platform cannot do it.
  static @Nullable KernelSocket of(SocketChannel channel, Duplicates duplicates, PagePipes pipes) {
    return supported() ? new KernelSocket(channel, duplicates, pipes) : null;
  }

  /// Sends what the kernel takes now and advances the unit. Says nothing about why it took less
  /// than all: a writer thread that waits for the socket finds out.
  void trySend(Unit unit) {
    if (!STATE.compareAndSet(this, IDLE, BUSY) && !begin(unit.carriesFrames())) {
      return;
    }
    long sent = 0;
    try {
      sent = send(unit);
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "sending failed", e);
    }
    if (sent > 0) {
      unit.advance(sent);
    }
    idleAgain();
  }

  /// Whether nobody uses the socket, nor has closed it.
  boolean looksFree() {
    int now = state;
    return now == IDLE || now == WITHOUT;
  }

  /// Sends what the kernel takes now of one range, for many receivers by a copy that they share.
  ///
  /// @param more more follows at once, and may go in the same segment
  /// @return how many bytes it took, 0 when none
  long trySend(Block block, int offset, int length, boolean more) {
    long address = block.address();
    if (address == 0 || (!STATE.compareAndSet(this, IDLE, BUSY) && !begin(true))) {
      return 0;
    }
    long sent = 0;
    try {
      boolean shared = pipes.suit(block, length) && neverBlocks();
      long taken = shared ? pipes.send(descriptor, block, offset, length, more) : 0;
      sent = taken > 0 ? taken : send(address + offset, length, more);
      if (taken < 0 && sent > 0) {
        pipes.copyingWorks();
      }
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "sending failed", e);
    }
    idleAgain();
    return Math.max(sent, 0);
  }

  /// Bytes sent that the peer's machine has not acknowledged, those that still wait to be sent
  /// included; -1 when that cannot be told.
  long unacknowledgedBytes() {
    if (!STATE.compareAndSet(this, IDLE, BUSY) && !begin(true)) {
      return -1;
    }
    int bytes = -1;
    try {
      ByteBuffer number = scratch();
      if ((int) calls().ioctl.invokeExact(descriptor, SIOCOUTQ, scratchAddress + NUMBER) == 0) {
        bytes = number.getInt(NUMBER);
      }
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "asking what is unacknowledged failed", e);
    }
    idleAgain();
    return bytes;
  }

  /// What the system knows of the connection; null when that cannot be told.
  @Nullable TcpInfo tcpInfo() {
    if (!STATE.compareAndSet(this, IDLE, BUSY) && !begin(true)) {
      return null;
    }
    TcpInfo info = TcpInfo.of(descriptor);
    idleAgain();
    return info;
  }

  /// Whether the descriptor itself does not wait, whatever is called with it. It says so once a
  /// virtual thread has used the channel, and does not change back.
  private boolean neverBlocks() throws Throwable {
    if (!nonBlocking) {
      int flags = (int) calls().fcntl.invokeExact(descriptor, F_GETFL, 0);
      nonBlocking = flags >= 0 && (flags & O_NONBLOCK) != 0;
    }
    return nonBlocking;
  }

  /// Gets a duplicate where none is kept.
  ///
  /// @param keep whether it pays off to keep it: there are frames to send
  /// @return whether the caller has made the state BUSY and may use the descriptor
  private boolean begin(boolean keep) {
    if (!STATE.compareAndSet(this, WITHOUT, BUSY)) {
      return false;
    }
    int kept = keep ? duplicates.keep(channel) : Duplicates.NONE;
    if (keep) {
      lacks(kept == Duplicates.USED_UP);
    }
    borrowed = kept < 0;
    descriptor = borrowed ? duplicates.borrow(channel) : kept;
    if (descriptor < 0) {
      idleAgain();
      return false;
    }
    return true;
  }

  private void lacks(boolean now) {
    if (now && !lacking) {
      duplicates.lacks();
    } else if (!now && lacking) {
      duplicates.lacksNoMore();
    }
    lacking = now;
  }

  private void idleAgain() {
    if (borrowed) {
      withoutAgain();
    } else if (!STATE.compareAndSet(this, BUSY, IDLE)) {
      state = CLOSED;
      end();
    }
  }

  private void withoutAgain() {
    if (descriptor >= 0) {
      duplicates.giveBack(descriptor);
    }
    descriptor = Duplicates.NONE;
    borrowed = false;
    if (!STATE.compareAndSet(this, BUSY, WITHOUT)) {
      state = CLOSED;
      end();
    }
  }

  private ByteBuffer scratch() {
    ByteBuffer made = scratch;
    if (made == null) {
      made = ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.nativeOrder());
      scratchAddress = MemorySegment.ofBuffer(made).address();
      made.putLong(MSGHDR_IOV, scratchAddress + MSGHDR_BYTES);
      scratch = made;
    }
    return made;
  }

  private long send(Unit unit) throws Throwable {
    int pieces = unit.pieces();
    for (int i = 0; i < pieces; i++) {
      if (unit.address(i) == 0) { // memory of Java's heap has no address to give away
        return 0;
      }
    }
    if (pieces == 1) {
      return send(unit.address(0), unit.length(0), false);
    }
    ByteBuffer header = scratch();
    header.putLong(MSGHDR_IOVLEN, pieces);
    for (int i = 0; i < pieces; i++) {
      header.putLong(MSGHDR_BYTES + i * IOVEC_BYTES, unit.address(i));
      header.putLong(MSGHDR_BYTES + i * IOVEC_BYTES + Long.BYTES, unit.length(i));
    }
    return (long) calls().sendmsg.invokeExact(descriptor, scratchAddress, FLAGS);
  }

  private long send(long address, int length, boolean more) throws Throwable {
    int flags = more ? FLAGS | MSG_MORE : FLAGS;
    return (long) calls().send.invokeExact(descriptor, address, (long) length, flags);
  }

  /// Closes the duplicate, now or right after the running call. The channel must have been closed
  /// before: an open duplicate keeps the connection up, and a new one could still be made.
  void close() {
    for (; ; ) {
      int now = state;
      switch (now) {
        case IDLE, WITHOUT -> {
          if (STATE.compareAndSet(this, now, CLOSED)) {
            end();
            return;
          }
        }
        case BUSY -> {
          if (STATE.compareAndSet(this, BUSY, CLOSED_WHILE_BUSY)) {
            return;
          }
        }
        default -> {
          return;
        }
      }
    }
  }

  /// What is left to do by who has made the state CLOSED.
  private void end() {
    lacks(false);
    if (descriptor >= 0) {
      duplicates.giveUp(descriptor);
    }
  }

  private static @Nullable Calls find() {
    if (!SystemCalls.areUsable()) {
      return null;
    }
    try {
      ValueLayout.OfInt i = ValueLayout.JAVA_INT;
      ValueLayout.OfLong l = ValueLayout.JAVA_LONG;
      Linker.Option twoFixed = Linker.Option.firstVariadicArg(2);
      return new Calls(
          SystemCalls.find("fcntl", FunctionDescriptor.of(i, i, i, i), twoFixed),
          SystemCalls.find("send", FunctionDescriptor.of(l, i, l, l, i)),
          SystemCalls.find("sendmsg", FunctionDescriptor.of(l, i, l, i)),
          SystemCalls.find("ioctl", FunctionDescriptor.of(i, i, l, l), twoFixed));
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "no direct way to the kernel's sockets", e);
      return null;
    }
  }
}
