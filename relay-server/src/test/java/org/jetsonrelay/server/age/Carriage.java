// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// One direction of the emulator: takes packets from one device, keeps them until their time has
/// come, and gives them to the other. The emulator's thread only.
final class Carriage {

  /// Packets are at most as long as the devices' MTU of 1500.
  private static final int SLOT_BYTES = 1_536;

  /// The other direction gets its turn after so many packets.
  private static final int AT_ONCE = 256;

  private static final long LATEST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Lane lane;
  private final int from;
  private final int to;
  private final long startNanos;

  // What is on its way, a ring in the order of arrival, which is that of departure.
  private final long packets;
  private final long[] departures;
  private final int[] lengths;
  private long oldest;
  private long next;

  private final Histogram late = new Histogram(LATEST_NANOS, 2);
  private long arrived;
  private long delivered;
  private long refused;
  private long overflowed;

  /// What happened to the packets of one direction.
  ///
  /// @param arrived at the link
  /// @param dropped by its full queue
  /// @param refused by the device at its end
  /// @param overflowed too many on their way for the emulator: not what a link would do
  /// @param waitMillis the longest time in the queue
  /// @param lateMillis how late 99 % of them were delivered, at most
  /// @param mostLateMillis the latest of all
  record Counts(
      long arrived,
      long delivered,
      long dropped,
      long lost,
      long refused,
      long overflowed,
      double waitMillis,
      double lateMillis,
      double mostLateMillis) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d of %,d packets, %,d dropped, %,d lost%s, queue up to %.0f ms, late %.1f (%.1f) ms",
          delivered,
          arrived,
          dropped,
          lost,
          refused + overflowed == 0 ? "" : ", " + (refused + overflowed) + " not carried",
          waitMillis,
          lateMillis,
          mostLateMillis);
    }
  }

  /// @param arena holds the packets
  /// @param startNanos when the lane's schedule begins
  Carriage(Arena arena, Lane lane, int from, int to, long startNanos) {
    this.lane = lane;
    this.from = from;
    this.to = to;
    this.startNanos = startNanos;
    departures = new long[lane.capacity()];
    lengths = new int[departures.length];
    packets = arena.allocate((long) SLOT_BYTES * (departures.length + 1), Long.BYTES).address();
  }

  /// Takes what has come.
  void receive() {
    for (int i = 0; i < AT_ONCE; i++) {
      // Without room it is taken all the same, as a link would, into the slot behind the last.
      boolean full = next - oldest == departures.length;
      int slot = full ? departures.length : (int) (next % departures.length);
      int length = Kernel.read(from, slotAddress(slot), SLOT_BYTES);
      if (length <= 0) {
        return;
      }
      arrived++;
      if (full) {
        overflowed++;
        continue;
      }
      long departure = lane.offer(System.nanoTime() - startNanos, length);
      if (departure >= 0) {
        departures[slot] = departure;
        lengths[slot] = length;
        next++;
      }
    }
  }

  /// Delivers what is due.
  ///
  /// @return when the next one is, since the schedule began; the largest number when there is none
  long deliver() {
    while (oldest < next) {
      int slot = (int) (oldest % departures.length);
      long lateNanos = System.nanoTime() - startNanos - departures[slot];
      if (lateNanos < 0) {
        return departures[slot];
      }
      late.recordValue(Math.min(lateNanos, LATEST_NANOS));
      if (Kernel.write(to, slotAddress(slot), lengths[slot])) {
        delivered++;
      } else {
        refused++;
      }
      oldest++;
    }
    return Long.MAX_VALUE;
  }

  private long slotAddress(int slot) {
    return packets + (long) slot * SLOT_BYTES;
  }

  Counts counts() {
    return new Counts(
        arrived,
        delivered,
        lane.dropped(),
        lane.lost(),
        refused,
        overflowed,
        lane.longestWaitNanos() / 1e6,
        late.getValueAtPercentile(99) / 1e6,
        late.getMaxValue() / 1e6);
  }
}
