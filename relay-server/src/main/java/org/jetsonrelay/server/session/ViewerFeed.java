// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Announced;
import org.jetsonrelay.server.hub.Camera;
import org.jetsonrelay.server.hub.Reception;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RateMeter;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.pacing.Pacer;
import org.jetsonrelay.server.pacing.Waiting;
import org.jetsonrelay.server.protocol.FrameDetails;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.websocket.Gather;
import org.jetsonrelay.server.websocket.Outbox;
import org.jspecify.annotations.Nullable;

/// The frames' way from a viewer's mailboxes to its socket: waits for the pacer, then takes the
/// newest frame of the camera that was longest unserved.
///
/// [#next] and [#sent] belong to the holder of the connection's claim. The pacer is guarded by its
/// own monitor, because acknowledgements come on the reader thread.
final class ViewerFeed {

  private static final SecureRandom RANDOM = new SecureRandom();

  /// What a viewer's pacing looks like from outside.
  ///
  /// @param inFlight frames not yet acknowledged, -1 when the peer never acknowledged any
  /// @param deliveryMillis median from write to acknowledgement, -1 when unknown
  /// @param linkBitsPerSecond estimated rate of the link, -1 when unknown
  /// @param roundTripMillis base round trip, -1 when unknown
  record Pace(
      int inFlight, double deliveryMillis, double linkBitsPerSecond, double roundTripMillis) {

    static final Pace UNKNOWN = new Pace(-1, -1, -1, -1);
  }

  private final Watch watch;
  private final boolean details;
  private final RelayMetrics metrics;
  private final InstantSource clock;
  private final LongSupplier unacknowledgedBytes;
  private final Runnable smallSendBuffer;
  private final @Nullable Pacer pacer;
  private final HopLog hops = new HopLog();

  /// Written by the reader thread, read by the holder of the claim.
  private volatile double maxFps = Double.POSITIVE_INFINITY;

  /// Whether the holder has last been told to wait by the pacer: written and read under the pacer's
  /// monitor.
  private boolean gated;

  // Claim:
  private List<Subscription> listed = List.of();
  private double listedFps = Double.POSITIVE_INFINITY;
  private Turn[] turns = {};
  private boolean buffersSmall;
  private int unitBytes;
  private int unitFrames;
  private long unitPing;

  // Written by the holder of the claim, read by any thread.
  private final RateMeter rate = new RateMeter();
  private volatile long delivered;

  /// @param details whether the client asked for `frame_details`
  /// @param pacer null when pacing is off
  /// @param unacknowledgedBytes what the peer's machine has not acknowledged yet, -1 when unknown
  /// @param smallSendBuffer makes the socket's send buffer small, for a client that never answers
  ///   pings
  ViewerFeed(
      Watch watch,
      boolean details,
      @Nullable Pacer pacer,
      RelayMetrics metrics,
      InstantSource clock,
      LongSupplier unacknowledgedBytes,
      Runnable smallSendBuffer) {
    this.watch = watch;
    this.details = details;
    this.pacer = pacer;
    this.metrics = metrics;
    this.clock = clock;
    this.unacknowledgedBytes = unacknowledgedBytes;
    this.smallSendBuffer = smallSendBuffer;
  }

  /// First ping payload for a new pacer: random, so that a pong that answers somebody else's ping,
  /// or is made up, hardly ever counts as an acknowledgement.
  static long randomFirstPing() {
    return RANDOM.nextLong() >>> 2;
  }

  /// Thins each camera to so many frames a second; infinite for all of them.
  void maxFps(double framesPerSecond) {
    maxFps = framesPerSecond;
  }

  /// See [Outbox#next].
  long next(Gather out, long nowNanos) {
    list();
    while (true) {
      long wait = Outbox.NOTHING;
      Turn first = null;
      for (Turn turn : turns) {
        long turnWait = turn.waitNanos(nowNanos);
        if (turnWait == 0) {
          if (first == null || turn.servedNanos - first.servedNanos < 0) {
            first = turn;
          }
        } else {
          wait = Math.min(wait, turnWait);
        }
      }
      if (first == null) {
        return wait;
      }
      long gate = gateNanos(nowNanos);
      if (gate > 0) {
        return Math.min(gate, wait);
      }
      if (send(first, out, nowNanos)) {
        return 0;
      }
    }
  }

  /// The unit that [#next] put together has been written.
  void sent(long nowNanos) {
    rate.add(nowNanos, unitBytes);
    if (unitFrames > 0) {
      count(unitFrames);
      hops.written(nowNanos);
      metrics.framesOut().add(unitFrames);
      metrics.frameBytesOut().add(unitBytes);
    } else {
      metrics.announcedOut().increment();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // only the holder of the claim writes
  private void count(int frames) {
    delivered += frames;
  }

  /// A pong has come; reader thread.
  ///
  /// @return whether a frame that waited for it may go now
  boolean onPong(ByteBuffer payload, long nowNanos) {
    if (pacer == null || payload.remaining() != Long.BYTES) {
      return false;
    }
    long number = payload.getLong(payload.position());
    long roundTrip;
    long delivery;
    long excess;
    boolean ready;
    synchronized (pacer) {
      if (!pacer.onPong(nowNanos, number)) {
        return false;
      }
      roundTrip = pacer.roundTripNanos();
      delivery = pacer.lastDeliveryNanos();
      excess = pacer.lastExcessNanos();
      ready = gated;
    }
    hops.acknowledged(number, nowNanos, delivery, roundTrip, excess);
    return ready;
  }

  /// What this viewer asked for and how fast it gets it.
  Reception reception(long nowNanos) {
    return new Reception(maxFps, pace(nowNanos).deliveryMillis());
  }

  int pending() {
    int pending = 0;
    for (Subscription subscription : watch.subscriptions()) {
      pending += subscription.pending();
    }
    return pending;
  }

  long delivered() {
    return delivered;
  }

  HopLog hops() {
    return hops;
  }

  RateMeter rate() {
    return rate;
  }

  Pace pace(long nowNanos) {
    if (pacer == null) {
      return Pace.UNKNOWN;
    }
    synchronized (pacer) {
      return new Pace(
          pacer.inFlight(nowNanos),
          millis(pacer.deliveryNanos()),
          pacer.linkBitsPerSecond(),
          millis(pacer.roundTripNanos()));
    }
  }

  /// The socket has been full for so long that what is skipped now is skipped because of that;
  /// timer.
  void stalled() {
    watch.subscriptions().forEach(one -> one.skippingBecause(SkipCause.STALLED));
  }

  private static double millis(long nanos) {
    return nanos < 0 ? -1 : nanos / 1e6;
  }

  private long gateNanos(long nowNanos) {
    if (pacer == null) {
      return 0;
    }
    long wait;
    Waiting why;
    synchronized (pacer) {
      if (pacer.wantsUnacknowledged(nowNanos)) {
        pacer.unacknowledged(nowNanos, unacknowledgedBytes.getAsLong());
      }
      wait = pacer.gate(nowNanos);
      gated = wait > 0;
      why = pacer.waiting();
    }
    if (wait > 0) {
      because(why == Waiting.STALLED ? SkipCause.STALLED : SkipCause.LINK);
    }
    return wait;
  }

  private void because(SkipCause cause) {
    for (Turn turn : turns) {
      if (!turn.limited) {
        turn.subscription.skippingBecause(cause);
      }
    }
  }

  private boolean send(Turn turn, Gather out, long nowNanos) {
    Announced announced = turn.subscription.pollAnnounced();
    if (announced != null) {
      try {
        put(out, nowNanos, announced.block(), announced.offset(), announced.length());
      } finally {
        announced.release();
      }
      unitFrames = 0;
      turn.servedNanos = nowNanos;
      return true;
    }
    Frame frame = turn.subscription.take();
    if (frame == null) {
      return false;
    }
    try {
      put(turn, frame, out, nowNanos);
      hops.sending(turn.subscription, frame, unitPing);
    } finally {
      frame.release();
    }
    unitFrames = 1;
    unitBytes = frame.jpegLength();
    turn.sent(nowNanos);
    return true;
  }

  private void put(Turn turn, Frame frame, Gather out, long nowNanos) {
    if (!details) {
      put(out, nowNanos, frame.block(), frame.messageOffset(), frame.messageLength());
      return;
    }
    byte[] text = TextFrame.of(detailed(turn.subscription, frame));
    long ping = onSend(nowNanos, text.length + frame.binaryLength());
    ping(out, ping);
    out.add(text);
    out.add(frame.block(), frame.binaryOffset(), frame.binaryLength());
    ping(out, ping == Pacer.NO_PING ? ping : ping + 1);
  }

  /// `[ping 2k][message][ping 2k+1]`, one unit.
  private void put(Gather out, long nowNanos, Block block, int offset, int length) {
    unitBytes = length;
    long ping = onSend(nowNanos, length);
    ping(out, ping);
    out.add(block, offset, length);
    ping(out, ping == Pacer.NO_PING ? ping : ping + 1);
  }

  private static void ping(Gather out, long payload) {
    if (payload != Pacer.NO_PING) {
      out.addPing(payload);
    }
  }

  private long onSend(long nowNanos, int bytes) {
    unitPing = Pacer.NO_PING;
    if (pacer == null) {
      return Pacer.NO_PING;
    }
    boolean fellBack;
    long ping;
    synchronized (pacer) {
      ping = pacer.onSend(nowNanos, bytes);
      fellBack = pacer.fellBack();
    }
    unitPing = ping;
    if (fellBack && !buffersSmall) {
      buffersSmall = true;
      smallSendBuffer.run();
    }
    return ping;
  }

  private byte[] detailed(Subscription subscription, Frame frame) {
    Camera camera = subscription.camera();
    long received = frame.receivedAtMillis();
    long captured = frame.capturedAtMillis();
    return ServerMessages.imageFrame(
        camera.from(),
        received,
        frame.jpegLength(),
        new FrameDetails(
            camera.name(),
            frame.sequence(),
            camera.clock().onRelayClock(captured, received),
            frame.width(),
            frame.height(),
            camera.clock().ageMillis(captured, received, clock.millis()),
            subscription.missedBeforeLast(),
            camera.clock().ageErrorMillis(frame.receivedNanos())));
  }

  /// Follows the watch's list; what is known of a camera that stays is kept.
  @SuppressWarnings("ReferenceEquality") // the list is replaced whenever it changes
  private void list() {
    List<Subscription> now = watch.subscriptions();
    double fps = maxFps;
    if (now == listed && fps == listedFps) {
      return;
    }
    Turn[] next = new Turn[now.size()];
    for (int i = 0; i < next.length; i++) {
      Turn known = fps == listedFps ? known(now.get(i)) : null;
      next[i] = known != null ? known : new Turn(now.get(i), new RateLimit(fps));
    }
    turns = next;
    listed = now;
    listedFps = fps;
  }

  private @Nullable Turn known(Subscription subscription) {
    for (Turn turn : turns) {
      if (turn.subscription == subscription) {
        return turn;
      }
    }
    return null;
  }

  /// One camera's place in the order. Claim only.
  private static final class Turn {
    final Subscription subscription;
    final RateLimit limit;
    long servedNanos = Long.MIN_VALUE / 2;
    boolean limited;

    Turn(Subscription subscription, RateLimit limit) {
      this.subscription = subscription;
      this.limit = limit;
    }

    /// 0 when something may go, as far as this camera is concerned.
    long waitNanos(long nowNanos) {
      limited = false;
      if (subscription.hasAnnounced()) {
        return 0;
      }
      if (!subscription.hasFrame()) {
        return Outbox.NOTHING;
      }
      long wait = limit.waitNanos(subscription.waitingSinceNanos(), nowNanos);
      if (wait > 0) {
        limited = true;
        subscription.skippingBecause(SkipCause.RATE);
      }
      return wait;
    }

    void sent(long nowNanos) {
      servedNanos = nowNanos;
      limit.sent(nowNanos);
      // Until the next look, what is skipped is skipped because this frame is still being written.
      subscription.skippingBecause(limit.isNone() ? SkipCause.LINK : SkipCause.RATE);
    }
  }
}
