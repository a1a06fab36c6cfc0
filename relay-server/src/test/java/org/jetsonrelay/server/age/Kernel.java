// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jetsonrelay.server.system.SystemCalls;

/// Calls of Linux that Java has no method for: network name spaces, and devices whose packets a
/// process carries. Any thread, but [#unshareNetwork] is about the calling one.
final class Kernel {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

  // sched.h, fcntl.h, poll.h, linux/if.h, linux/if_tun.h
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x8_0000;
  private static final short POLLIN = 1;
  private static final int NAME_BYTES = 16;
  private static final int REQUEST_BYTES = 40;
  private static final long TUNSETIFF = 0x4004_54caL;
  private static final short IFF_TUN = 1;
  private static final short IFF_NO_PI = 0x1000;

  // Bound at the first use of this class, so only where there are functions to be called.
  private static final MethodHandle UNSHARE =
      SystemCalls.find("unshare", FunctionDescriptor.of(INT, INT), ERRNO);
  private static final MethodHandle OPEN =
      SystemCalls.find(
          "open", FunctionDescriptor.of(INT, LONG, INT), ERRNO, Linker.Option.firstVariadicArg(2));
  private static final MethodHandle IOCTL =
      SystemCalls.find(
          "ioctl",
          FunctionDescriptor.of(INT, INT, LONG, LONG),
          ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle READ =
      SystemCalls.find("read", FunctionDescriptor.of(LONG, INT, LONG, LONG));
  private static final MethodHandle WRITE =
      SystemCalls.find("write", FunctionDescriptor.of(LONG, INT, LONG, LONG));
  private static final MethodHandle CLOSE =
      SystemCalls.find("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle PPOLL =
      SystemCalls.find("ppoll", FunctionDescriptor.of(INT, LONG, LONG, LONG, LONG));

  private Kernel() {}

  /// Puts the calling thread, and what it starts from now on, into a new network name space.
  static void unshareNetwork() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int result = (int) UNSHARE.invokeExact(state, CLONE_NEWNET);
      if (result != 0) {
        throw new IOException(
            "no new network name space: " + reason(state) + "; this needs root (CAP_SYS_ADMIN)");
      }
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  /// Makes a TUN device in the calling thread's name space. It is there until it is closed.
  ///
  /// @return its descriptor, which does not block
  static int openTun(String name) throws IOException {
    if (name.length() >= NAME_BYTES) {
      throw new IllegalArgumentException("a device's name has at most 15 characters: " + name);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment path = arena.allocateFrom("/dev/net/tun");
      int device = (int) OPEN.invokeExact(state, path.address(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
      if (device < 0) {
        throw new IOException(
            "/dev/net/tun cannot be opened: "
                + reason(state)
                + "; it takes root, and where it is missing: modprobe tun");
      }
      MemorySegment request = arena.allocate(REQUEST_BYTES);
      request.setString(0, name);
      request.set(ValueLayout.JAVA_SHORT, NAME_BYTES, (short) (IFF_TUN | IFF_NO_PI));
      int result = (int) IOCTL.invokeExact(state, device, TUNSETIFF, request.address());
      if (result != 0) {
        close(device);
        throw new IOException("no TUN device " + name + ": " + reason(state));
      }
      return device;
    } catch (Throwable e) {
      throw passed(e);
    }
  }

  /// Takes one packet.
  ///
  /// @return its bytes; negative when there is none now
  static int read(int descriptor, long address, int most) {
    try {
      return (int) (long) READ.invokeExact(descriptor, address, (long) most);
    } catch (Throwable e) {
      throw new IllegalStateException("read cannot be called", e);
    }
  }

  /// Delivers one packet.
  ///
  /// @return whether the kernel took it
  static boolean write(int descriptor, long address, int bytes) {
    try {
      return bytes == (long) WRITE.invokeExact(descriptor, address, (long) bytes);
    } catch (Throwable e) {
      throw new IllegalStateException("write cannot be called", e);
    }
  }

  static void close(int descriptor) {
    try {
      int _ = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable e) {
      throw new IllegalStateException("close cannot be called", e);
    }
  }

  private static String reason(MemorySegment state) {
    int errno = state.get(INT, 0);
    return switch (errno) {
      case 1 -> "not permitted";
      case 2 -> "it does not exist";
      case 13 -> "permission denied";
      case 16 -> "it is busy";
      case 19 -> "no such device";
      default -> "error " + errno;
    };
  }

  private static IOException passed(Throwable e) {
    return e instanceof IOException io ? io : new IOException("the system cannot be called", e);
  }

  /// Waits for packets at two descriptors. One thread.
  static final class Waiting {
    private static final long POLLFD_BYTES = 8;
    private static final int EVENTS_AT = 4;
    private static final int RETURNED_AT = 6;

    private final MemorySegment descriptors;
    private final MemorySegment timeout;

    /// @param arena holds what is needed for as long as this is used
    Waiting(Arena arena, int first, int second) {
      descriptors = arena.allocate(2 * POLLFD_BYTES, Long.BYTES);
      timeout = arena.allocate(2 * Long.BYTES, Long.BYTES);
      int[] both = {first, second};
      for (int i = 0; i < both.length; i++) {
        descriptors.set(INT, i * POLLFD_BYTES, both[i]);
        descriptors.set(ValueLayout.JAVA_SHORT, i * POLLFD_BYTES + EVENTS_AT, POLLIN);
      }
    }

    /// Returns when there are packets, or the time is over.
    ///
    /// @param nanos less than a second
    void await(long nanos) {
      timeout.set(LONG, Long.BYTES, Math.max(0, nanos));
      try {
        int _ = (int) PPOLL.invokeExact(descriptors.address(), 2L, timeout.address(), 0L);
      } catch (Throwable e) {
        throw new IllegalStateException("ppoll cannot be called", e);
      }
    }

    /// Whether the last wait found packets.
    ///
    /// @param which 0 or 1
    boolean found(int which) {
      return descriptors.get(ValueLayout.JAVA_SHORT, which * POLLFD_BYTES + RETURNED_AT) != 0;
    }
  }
}
