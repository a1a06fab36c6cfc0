// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.age;

import java.util.Random;
import org.jetsonrelay.server.pacing.Link;

/// One direction of a link: packets and the time go in, departures come out. A drop-tail queue,
/// then the bit rate of the moment, then random loss, then delay and jitter, which never reorders.
/// Pure: the same packets at the same times and the same seed give the same departures.
///
/// Times are nanoseconds since the link's schedule began. One thread.
final class Lane {

  /// Instead of a departure: the queue was full.
  static final long DROPPED = -1;

  /// Instead of a departure: it took its time on the link and then got lost.
  static final long LOST = -2;

  /// The queue always has room for two full packets, however slow the link.
  private static final int LEAST_QUEUE_BYTES = 3_000;

  private static final int FULL_PACKET_BYTES = 1_500;
  private static final int SMALL_PACKETS = 4_096;
  private static final int MOST_PACKETS = 1 << 16;

  private final Link link;
  private final Random random;
  private final long queueBytes;

  // What is in the queue or being sent, a ring: when each has left, and its size.
  private final long[] ends;
  private final int[] sizes;
  private long oldest;
  private long next;
  private long waitingBytes;

  private long busyUntilNanos;
  private long lastDepartureNanos;
  private long jitterNanos;
  private long jitterUntilNanos;

  private long dropped;
  private long lost;
  private long longestWaitNanos;

  /// @param seed of loss and jitter
  Lane(Link link, long seed) {
    this.link = link;
    random = new Random(seed * 0x9E3779B97F4A7C15L);
    double bytesPerMilli = link.highestMegabits() * 1e3 / 8;
    queueBytes = Math.max(LEAST_QUEUE_BYTES, (long) (bytesPerMilli * link.queueMillis()));
    double onTheWay = bytesPerMilli * (link.delayMillis() + 2 * link.jitterMillis());
    double packets = 1.25 * (queueBytes + onTheWay) / FULL_PACKET_BYTES + SMALL_PACKETS;
    if (packets > MOST_PACKETS) {
      throw new IllegalArgumentException(
          "%.0f packets of %s at once, at most %d: take a shorter queue or a lower rate"
              .formatted(packets, link, MOST_PACKETS));
    }
    ends = new long[(int) packets];
    sizes = new int[ends.length];
  }

  /// How many packets it holds at most, queued or on their way.
  int capacity() {
    return ends.length;
  }

  /// A packet arrives.
  ///
  /// @param bytes of the whole IP packet
  /// @return when it departs at the other end, never before an earlier one; or [#DROPPED] or
  ///   [#LOST]
  long offer(long nowNanos, int bytes) {
    while (oldest < next && ends[(int) (oldest % ends.length)] <= nowNanos) {
      waitingBytes -= sizes[(int) (oldest++ % ends.length)];
    }
    if (waitingBytes + bytes > queueBytes || next - oldest == ends.length) {
      dropped++;
      return DROPPED;
    }
    long start = Math.max(nowNanos, busyUntilNanos);
    long end = link.passedNanos(start, 8.0 * bytes);
    longestWaitNanos = Math.max(longestWaitNanos, start - nowNanos);
    busyUntilNanos = end;
    int at = (int) (next++ % ends.length);
    ends[at] = end;
    sizes[at] = bytes;
    waitingBytes += bytes;
    if (link.lossPercent() > 0 && random.nextDouble() * 100 < link.lossPercent()) {
      lost++;
      return LOST;
    }
    return depart(end);
  }

  private long depart(long endNanos) {
    if (link.jitterMillis() > 0 && endNanos >= jitterUntilNanos) {
      jitterNanos = (long) (random.nextDouble() * 2e6 * link.jitterMillis());
      jitterUntilNanos = endNanos + (long) (1e6 * link.jitterSlotMillis());
    }
    long departure = endNanos + (long) (1e6 * link.delayMillis()) + jitterNanos;
    lastDepartureNanos = Math.max(lastDepartureNanos, departure);
    return lastDepartureNanos;
  }

  long dropped() {
    return dropped;
  }

  long lost() {
    return lost;
  }

  /// The longest that a packet has waited for its turn.
  long longestWaitNanos() {
    return longestWaitNanos;
  }
}
