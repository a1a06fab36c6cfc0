// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jetsonrelay.server.system.SystemCalls;
import org.jspecify.annotations.Nullable;

/// What Linux knows of one TCP connection (`TCP_INFO`, tcp(7); `struct tcp_info` in `linux/tcp.h`).
///
/// @param unsentBytes accepted, and still waiting for the window or for TCP's own pacing
/// @param roundTripNanos smoothed (RFC 6298), by selective acknowledgements, too
/// @param deviationNanos mean deviation of round trips
/// @param leastRoundTripNanos shortest of the last five minutes (`tcp_min_rtt_wlen`)
public record TcpInfo(
    long unsentBytes, long roundTripNanos, long deviationNanos, long leastRoundTripNanos) {

  private static final Logger LOGGER = System.getLogger(TcpInfo.class.getName());

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final long MICRO = 1_000;

  // Of the struct, which only grows at its end: since Linux 4.6 it is at least this long.
  private static final int RTT = 68;
  private static final int RTTVAR = 72;
  private static final int NOTSENT_BYTES = 144;
  private static final int MIN_RTT = 148;
  private static final int BYTES = 152;

  private static final @Nullable MethodHandle GETSOCKOPT = find();

  /// Asks about a socket.
  ///
  /// @return null when the system does not tell, or has not measured any round trip yet
  static @Nullable TcpInfo of(int descriptor) {
    MethodHandle getsockopt = GETSOCKOPT;
    if (getsockopt == null) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(BYTES, Long.BYTES);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, BYTES);
      int failed =
          (int)
              getsockopt.invokeExact(
                  descriptor, IPPROTO_TCP, TCP_INFO, info.address(), length.address());
      boolean whole = failed == 0 && length.get(ValueLayout.JAVA_INT, 0) == BYTES;
      return whole && number(info, RTT) > 0 ? read(info) : null;
    } catch (Throwable e) {
      LOGGER.log(Level.DEBUG, "asking about a connection failed", e);
      return null;
    }
  }

  private static TcpInfo read(MemorySegment info) {
    return new TcpInfo(
        number(info, NOTSENT_BYTES),
        MICRO * number(info, RTT),
        MICRO * number(info, RTTVAR),
        MICRO * number(info, MIN_RTT));
  }

  private static long number(MemorySegment info, int offset) {
    return Integer.toUnsignedLong(info.get(ValueLayout.JAVA_INT, offset));
  }

  private static @Nullable MethodHandle find() {
    if (!SystemCalls.areUsable()) {
      return null;
    }
    try {
      ValueLayout.OfInt i = ValueLayout.JAVA_INT;
      ValueLayout.OfLong l = ValueLayout.JAVA_LONG;
      return SystemCalls.find("getsockopt", FunctionDescriptor.of(i, i, i, i, l, l));
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "the system cannot be asked about connections", e);
      return null;
    }
  }
}
