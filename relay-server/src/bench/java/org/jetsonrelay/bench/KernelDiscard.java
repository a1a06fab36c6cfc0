// SPDX-License-Identifier: MIT
package org.jetsonrelay.bench;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Takes bytes off a TCP socket without copying them: `recv` with `MSG_TRUNC`, on Linux. So a
/// viewer costs next to nothing and one core can play hundreds of them.
final class KernelDiscard {
  // linux/socket.h
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;

  private static final @Nullable KernelDiscard INSTANCE = find();

  private final MethodHandle receive;
  private final Method descriptor;

  private KernelDiscard(MethodHandle receive, Method descriptor) {
    this.receive = receive;
    this.descriptor = descriptor;
  }

  /// Null where it does not work; then everything is read.
  static @Nullable KernelDiscard instance() {
    return INSTANCE;
  }

  int descriptor(SocketChannel channel) {
    try {
      return (int) descriptor.invoke(channel);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Bytes discarded; not positive when there are none now, or the connection is over.
  long discard(int socket, long length) {
    try {
      return (long) receive.invokeExact(socket, 0L, length, MSG_TRUNC | MSG_DONTWAIT);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted")
  private static @Nullable KernelDiscard find() {
    boolean linux = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    if (!linux
        || ValueLayout.ADDRESS.byteSize() != Long.BYTES
        || !KernelDiscard.class.getModule().isNativeAccessEnabled()) {
      return null;
    }
    try {
      Method descriptor = Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
      descriptor.setAccessible(true);
      Linker linker = Linker.nativeLinker();
      MethodHandle receive =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("recv"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT));
      return new KernelDiscard(receive, descriptor);
    } catch (ReflectiveOperationException | RuntimeException _) {
      return null;
    }
  }
}
