// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/// One TCP connection from the relay to the viewer over a [Link], segment by segment: send buffer,
/// window, selective acknowledgement and retransmission, drop-tail queue, delivery in order.
///
/// Not a model of any kernel in detail. What it has to show is what a sender above TCP meets: bytes
/// accepted long before they leave, a lost segment that holds back everything behind it for a round
/// trip, a queue that grows until it overflows.
final class SimulatedTcp {

  static final int SEGMENT_BYTES = 1448;
  static final int HEADER_BYTES = 52;
  private static final long LEAST_TIMEOUT = 200_000_000L;

  private static final class Segment {
    final long start;
    final int length;
    long order;
    long sentNanos;
    long deliveredThen;
    long deliveredNanosThen;
    boolean busyThen;
    boolean resent;
    boolean lost;

    Segment(long start, int length) {
      this.start = start;
      this.length = length;
    }
  }

  private final Events events;
  private final Link link;
  private final Random random;
  private final Congestion congestion;
  private final LongConsumer received;
  private int fixedBufferBytes;
  private int mostUnsentBytes;
  private int bufferBytes = 87_380;

  private long written;
  private long next;
  private final TreeMap<Long, Segment> onTheWay = new TreeMap<>();
  private final ArrayDeque<Segment> toResend = new ArrayDeque<>();
  private long orders;
  private long highestAcked = -1;
  private long inFlight;
  private long delivered;
  private long deliveredNanos;
  private long starvedUntil;
  private long peakInFlight;
  private long mayPaceNanos;
  private boolean wakePlanned;
  private long smoothed;
  private long variation;
  private long minRoundTrip = Long.MAX_VALUE;
  private long timer;
  private int backOff;
  private boolean tailProbed;
  private Runnable writable = () -> {};

  // The bottleneck, and the two delay lines.
  private final ArrayDeque<long[]> queue = new ArrayDeque<>(); // {leaves, bytes}
  private long queuedBytes;
  private long busyUntil;
  private final Line there;
  private final Line back;

  // The receiver.
  private long inOrder;
  private final TreeMap<Long, Integer> ahead = new TreeMap<>();

  /// @param bufferBytes size of the send buffer, 0 = tunes itself
  /// @param received told how many bytes have arrived in order
  SimulatedTcp(
      Events events,
      Link link,
      Congestion congestion,
      int bufferBytes,
      long seed,
      LongConsumer received) {
    this.events = events;
    this.link = link;
    this.congestion = congestion;
    this.fixedBufferBytes = bufferBytes;
    this.received = received;
    random = new Random(seed);
    there = new Line(link, random);
    back = new Line(link, random);
  }

  /// A direction's delay, with jitter that never reorders.
  static final class Line {
    private final Link link;
    private final Random random;
    private long slotEnds;
    private long extra;
    private long last;

    Line(Link link, Random random) {
      this.link = link;
      this.random = random;
    }

    long arrivalOf(long leaves) {
      if (link.jitterMillis() > 0 && leaves >= slotEnds) {
        extra = (long) (random.nextDouble() * 2e6 * link.jitterMillis());
        slotEnds = leaves + (long) (link.jitterSlotMillis() * 1e6);
      }
      last = Math.max(last, leaves + (long) (link.delayMillis() * 1e6) + extra);
      return last;
    }
  }

  int room() {
    long room = limit() - unacknowledged();
    if (mostUnsentBytes > 0) {
      long unsent = written - next;
      room = Math.min(room, unsent < mostUnsentBytes ? mostUnsentBytes - unsent : 0);
    }
    return (int) Math.max(0, room);
  }

  /// Sets `tcp_notsent_lowat`.
  void mostUnsent(int bytes) {
    mostUnsentBytes = bytes;
  }

  /// Linux doubles a size that is set, for bookkeeping that large segments hardly need.
  private int limit() {
    if (fixedBufferBytes > 0) {
      return fixedBufferBytes * 2;
    }
    double wanted = congestion.buffered() * congestion.window() * SEGMENT_BYTES;
    bufferBytes = (int) Math.clamp(wanted, bufferBytes, 4 << 20);
    return bufferBytes;
  }

  /// Bytes accepted and not acknowledged.
  long unacknowledged() {
    return written - acknowledged();
  }

  /// What it knows of the way, as Linux tells it.
  PathWord path() {
    long least = minRoundTrip == Long.MAX_VALUE ? 0 : minRoundTrip;
    return new PathWord(written - next, smoothed, variation, least);
  }

  private long acknowledged() {
    return onTheWay.isEmpty() ? next : onTheWay.firstKey();
  }

  /// Fixes the size of the send buffer.
  void buffer(int bytes) {
    fixedBufferBytes = bytes;
  }

  /// Accepts bytes for which there is room.
  void write(int length) {
    if (next == written && inFlight < congestion.window() * SEGMENT_BYTES) {
      starvedUntil = delivered + inFlight; // it had nothing to send
    }
    written += length;
    transmit();
  }

  /// Called when bytes have been acknowledged.
  void onWritable(Runnable writable) {
    this.writable = writable;
  }

  private void transmit() {
    while (inFlight < congestion.window() * SEGMENT_BYTES) {
      if (toResend.isEmpty() && next == written) {
        return;
      }
      long now = events.now();
      if (now < mayPaceNanos) {
        if (!wakePlanned) {
          wakePlanned = true;
          events.at(
              mayPaceNanos,
              () -> {
                wakePlanned = false;
                transmit();
              });
        }
        return;
      }
      Segment segment = toResend.poll();
      if (segment == null) {
        segment = new Segment(next, (int) Math.min(SEGMENT_BYTES, written - next));
        next += segment.length;
        onTheWay.put(segment.start, segment);
      } else if (!onTheWay.containsKey(segment.start)) {
        continue; // its first copy has arrived after all
      } else {
        segment.resent = true;
      }
      send(segment);
      double pace = congestion.pacingRate();
      if (pace < Double.POSITIVE_INFINITY) {
        long gap = (long) ((segment.length + HEADER_BYTES) / pace * 1e9);
        mayPaceNanos = Math.max(mayPaceNanos, now - 1_000_000L) + gap;
      }
    }
  }

  private void send(Segment segment) {
    long now = events.now();
    if (inFlight == 0) {
      deliveredNanos = now;
    }
    segment.lost = false;
    segment.order = orders++;
    segment.sentNanos = now;
    segment.deliveredThen = delivered;
    segment.deliveredNanosThen = deliveredNanos;
    segment.busyThen = delivered >= starvedUntil;
    inFlight += segment.length;
    peakInFlight = Math.max(inFlight, peakInFlight - peakInFlight / 256);
    armTimer();
    int wire = segment.length + HEADER_BYTES;
    while (!queue.isEmpty() && queue.peek()[0] <= now) {
      queuedBytes -= queue.remove()[1];
    }
    if (queuedBytes + wire > link.highestMegabits() * 125 * link.queueMillis()) {
      return; // drop-tail
    }
    busyUntil = link.passedNanos(Math.max(now, busyUntil), 8.0 * wire);
    queue.add(new long[] {busyUntil, wire});
    queuedBytes += wire;
    boolean lost = random.nextDouble() * 100 < link.lossPercent();
    long arrives = there.arrivalOf(busyUntil);
    if (!lost) {
      long order = segment.order;
      events.at(arrives, () -> arrive(segment, order));
    }
  }

  private void arrive(Segment segment, long order) {
    events.at(back.arrivalOf(events.now()), () -> acknowledge(segment, order));
    if (segment.start > inOrder) {
      ahead.put(segment.start, segment.length);
      return;
    }
    inOrder = Math.max(inOrder, segment.start + segment.length);
    while (!ahead.isEmpty() && ahead.firstKey() <= inOrder) {
      var first = ahead.pollFirstEntry();
      inOrder = Math.max(inOrder, first.getKey() + first.getValue());
    }
    received.accept(inOrder);
  }

  private void acknowledge(Segment segment, long order) {
    long now = events.now();
    if (!onTheWay.remove(segment.start, segment)) {
      return;
    }
    if (!segment.lost) {
      inFlight -= segment.length;
    }
    boolean spurious = order != segment.order;
    delivered += segment.length;
    deliveredNanos = now;
    backOff = 0;
    tailProbed = false;
    highestAcked = Math.max(highestAcked, order);
    if (!segment.resent && !spurious) {
      long roundTrip = now - segment.sentNanos;
      minRoundTrip = Math.min(minRoundTrip, roundTrip);
      variation =
          smoothed == 0 ? roundTrip / 2 : (3 * variation + Math.abs(smoothed - roundTrip)) / 4;
      smoothed = smoothed == 0 ? roundTrip : (7 * smoothed + roundTrip) / 8;
      double interval = Math.max(now - segment.deliveredNanosThen, minRoundTrip);
      double sample = (delivered - segment.deliveredThen) / interval * 1e9;
      int left = (int) (inFlight / SEGMENT_BYTES);
      double peak = peakInFlight / (double) SEGMENT_BYTES;
      congestion.acked(now, roundTrip, sample, segment.busyThen, peak, left);
    }
    detectLoss();
    armTimer();
    transmit();
    if (mostUnsentBytes > 0 ? 2 * (written - next) < mostUnsentBytes : room() >= limit() / 3) {
      writable.run(); // as Linux does, lest a sender be woken for every segment
    }
  }

  /// Three later segments acknowledged, or one and a quarter of a round trip.
  private void detectLoss() {
    List<Segment> gone = new ArrayList<>();
    boolean doubtful = false;
    for (Segment segment : onTheWay.values()) {
      if (segment.lost || segment.order >= highestAcked) {
        continue;
      }
      boolean late = events.now() - segment.sentNanos > smoothed + minRoundTrip / 4;
      if (highestAcked - segment.order >= 3 || late) {
        gone.add(segment);
      } else {
        doubtful = true;
      }
    }
    gone.forEach(this::lose);
    if (!gone.isEmpty()) {
      congestion.lost(events.now());
    }
    if (doubtful) {
      events.after(minRoundTrip / 4 + 1, this::detectLossLater);
    }
  }

  private void detectLossLater() {
    List<Segment> gone = new ArrayList<>();
    for (Segment segment : onTheWay.values()) {
      if (!segment.lost
          && segment.order < highestAcked
          && events.now() - segment.sentNanos > smoothed + minRoundTrip / 4) {
        gone.add(segment);
      }
    }
    if (!gone.isEmpty()) {
      gone.forEach(this::lose);
      congestion.lost(events.now());
      transmit();
    }
  }

  private void lose(Segment segment) {
    segment.lost = true;
    inFlight -= segment.length;
    toResend.add(segment);
  }

  private void armTimer() {
    long armed = ++timer;
    if (onTheWay.isEmpty()) {
      return;
    }
    long timeout =
        smoothed == 0 ? 1_000_000_000L : Math.max(LEAST_TIMEOUT, smoothed + 4 * variation);
    // A packet that is alone may only be waiting for a delayed acknowledgement: Linux then probes
    // no
    // sooner than the timeout (RFC 8985, section 7.2), so a lost last one takes 200 ms and more,
    // unless something follows it.
    boolean probe = !tailProbed && smoothed > 0 && backOff == 0 && onTheWay.size() > 1;
    long wait = probe ? Math.min(2 * smoothed + 2_000_000L, timeout) : timeout << backOff;
    events.after(
        wait,
        () -> {
          if (armed == timer) {
            expire(probe);
          }
        });
  }

  private void expire(boolean probe) {
    if (onTheWay.isEmpty()) {
      return;
    }
    if (probe) {
      tailProbed = true;
      Segment last = onTheWay.lastEntry().getValue();
      if (!last.lost) {
        inFlight -= last.length;
        last.resent = true;
        send(last);
        return;
      }
    }
    backOff = Math.min(backOff + 1, 8);
    congestion.timedOut(events.now());
    for (Segment segment : onTheWay.values()) {
      if (!segment.lost) {
        lose(segment);
      }
    }
    armTimer();
    transmit();
    if (inFlight == 0 && !toResend.isEmpty()) {
      Segment first = toResend.remove();
      first.resent = true;
      send(first);
    }
  }
}
