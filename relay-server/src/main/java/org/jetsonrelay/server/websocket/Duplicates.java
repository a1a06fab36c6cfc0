// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// Duplicates of sockets' descriptors, and how many may be kept at the same time: what is left of
/// the process's files once every connection that may come has its own, so that accepting never
/// fails for a file that a duplicate took.
///
/// Who gets none to keep borrows one for each call. Those are not counted: between borrowing and
/// giving back nobody waits, so there are no more of them than processors, and these have a
/// reserve.
///
/// Any thread; nothing blocks.
final class Duplicates {
  private static final Logger LOGGER = System.getLogger(Duplicates.class.getName());

  /// No descriptor: the system gives none, or the channel is closed.
  static final int NONE = -1;

  /// No descriptor: too many are kept.
  static final int USED_UP = -2;

  // asm-generic/fcntl.h: the same on x86-64 and aarch64
  private static final int F_DUPFD_CLOEXEC = 1030;

  private record Calls(MethodHandle descriptor, MethodHandle fcntl, MethodHandle close) {}

  private static final @Nullable Calls CALLS = find();

  private final int most;
  private final AtomicInteger kept = new AtomicInteger();
  private final AtomicInteger lacking = new AtomicInteger();
  private final AtomicBoolean said = new AtomicBoolean();

  /// @param most that are kept at the same time
  Duplicates(int most) {
    this.most = most;
  }

  /// Whether this platform has the means.
  static boolean supported() {
    return CALLS != null;
  }

  /// One to keep.
  ///
  /// @return [#USED_UP] or [#NONE] when there is none
  int keep(SocketChannel channel) {
    int now = kept.get();
    while (now < most) {
      if (kept.compareAndSet(now, now + 1)) {
        int made = borrow(channel);
        if (made < 0) {
          kept.decrementAndGet();
        }
        return made;
      }
      now = kept.get();
    }
    return USED_UP;
  }

  /// Closes one that was kept.
  void giveUp(int descriptor) {
    giveBack(descriptor);
    kept.decrementAndGet();
  }

  /// One for a single call.
  ///
  /// @return [#NONE] when there is none
  int borrow(SocketChannel channel) {
    Calls calls = CALLS;
    if (calls == null) {
      return NONE;
    }
    try {
      int original = (int) calls.descriptor.invokeExact(channel);
      int copy = (int) calls.fcntl.invokeExact(original, F_DUPFD_CLOEXEC, 0);
      // The channel's number is only meaningful while the channel is open. Had it been closed in
      // between, the copy could be of somebody else's socket.
      if (copy >= 0 && !channel.isOpen()) {
        giveBack(copy);
        return NONE;
      }
      return copy < 0 ? NONE : copy;
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "no direct way to a socket", e);
      return NONE;
    }
  }

  /// Closes a borrowed one.
  void giveBack(int descriptor) {
    Calls calls = CALLS;
    try {
      int _ = calls == null ? NONE : (int) calls.close.invokeExact(descriptor);
    } catch (Throwable e) {
      LOGGER.log(Level.WARNING, "closing a descriptor failed", e);
    }
  }

  /// A connection has frames to send and got none to keep.
  void lacks() {
    lacking.incrementAndGet();
    if (said.compareAndSet(false, true)) {
      LOGGER.log(
          Level.WARNING,
          "{0} connections keep a descriptor for sending frames; any more take one for each frame,"
              + " which costs more: this process has too few open files; raise ulimit -n",
          Integer.toString(most));
    }
  }

  /// A connection of which [#lacks] was told has got one, or is over.
  void lacksNoMore() {
    lacking.decrementAndGet();
  }

  /// How many are kept.
  int kept() {
    return kept.get();
  }

  /// How many connections have frames to send and none that is kept.
  int lacking() {
    return lacking.get();
  }

  private static @Nullable Calls find() {
    if (!SystemCalls.areUsable()) {
      return null;
    }
    try {
      Method method = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
      method.setAccessible(true);
      MethodHandle descriptor =
          MethodHandles.lookup()
              .unreflect(method)
              .asType(MethodType.methodType(int.class, SocketChannel.class));
      ValueLayout.OfInt i = ValueLayout.JAVA_INT;
      return new Calls(
          descriptor,
          SystemCalls.find(
              "fcntl", FunctionDescriptor.of(i, i, i, i), Linker.Option.firstVariadicArg(2)),
          SystemCalls.find("close", FunctionDescriptor.of(i, i)));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOGGER.log(Level.DEBUG, "no way to duplicate the descriptors of sockets", e);
      return null;
    }
  }
}
