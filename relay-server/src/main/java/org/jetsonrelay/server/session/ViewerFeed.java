// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.nio.ByteBuffer;
import java.time.InstantSource;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.Announced;
import org.jetsonrelay.server.hub.Camera;
import org.jetsonrelay.server.hub.CutThrough;
import org.jetsonrelay.server.hub.Reception;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RateMeter;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.pacing.Pacer;
import org.jetsonrelay.server.pacing.Pings;
import org.jetsonrelay.server.protocol.FrameDetails;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.timing.Moment;
import org.jetsonrelay.server.websocket.Claim;
import org.jetsonrelay.server.websocket.Gather;
import org.jetsonrelay.server.websocket.Outbox;
import org.jspecify.annotations.Nullable;

/// The frames' way from a viewer's mailboxes to its socket: waits for the pacer, then takes the
/// newest frame of the camera that was longest unserved.
///
/// [#next] and [#sent] belong to the holder of the connection's claim.
final class ViewerFeed {

  private final Watch watch;
  private final boolean details;
  private final RelayMetrics metrics;
  private final InstantSource clock;
  private final @Nullable ViewerPacing pacing;
  private final Turns turns;
  private final HopLog hops = new HopLog();
  private final RateMeter rate = new RateMeter();

  /// Null when frames always take the way through the mailboxes.
  private final @Nullable ViewerCutThrough cutThrough;

  // Claim: the unit that is being written, if it is one of the feed's.
  private boolean writing;
  private int unitBytes;
  private int unitFrames;
  private long unitPing;

  // Written by the holder of the claim, read by any thread.
  private volatile long delivered;

  /// @param details whether the client asked for `frame_details`
  /// @param pacing null when it is off
  /// @param claim null when writing always waits
  ViewerFeed(
      Watch watch,
      boolean details,
      @Nullable ViewerPacing pacing,
      @Nullable Claim claim,
      RelayMetrics metrics,
      InstantSource clock) {
    this.watch = watch;
    this.details = details;
    this.pacing = pacing;
    this.metrics = metrics;
    this.clock = clock;
    this.turns = new Turns(watch);
    // A viewer with details gets a text of its own, made when it is its turn.
    this.cutThrough =
        claim == null || details ? null : new ViewerCutThrough(claim, this, pacing, metrics);
  }

  /// The way past the mailboxes, null when there is none.
  @Nullable CutThrough cutThrough() {
    return cutThrough;
  }

  /// Thins each camera to so many frames a second; infinite for all of them.
  void maxFps(double framesPerSecond) {
    turns.maxFps(framesPerSecond);
    if (cutThrough != null) {
      cutThrough.unlimited(Double.isInfinite(framesPerSecond));
    }
  }

  /// What [ClientOutbox#next] puts out when nothing more urgent waits, with the same answer.
  long next(Gather out, long nowNanos) {
    if (cutThrough == null) {
      return choose(out, nowNanos);
    }
    cutThrough.settle();
    long wait = choose(out, nowNanos);
    cutThrough.open(wait == Outbox.NOTHING);
    return wait;
  }

  private long choose(Gather out, long nowNanos) {
    while (true) {
      Turn turn = turns.next(nowNanos);
      if (turn == null) {
        return turns.waitNanos();
      }
      long gate = gateNanos(nowNanos);
      if (gate > 0) {
        return Math.min(gate, turns.waitNanos());
      }
      if (send(turn, out, nowNanos)) {
        return 0;
      }
    }
  }

  /// A frame went past the mailboxes; claim.
  void passed(PassedFrames.Passed frame) {
    rate.add(frame.writtenNanos(), frame.jpegBytes());
    hops.passed(frame);
  }

  /// A frame is about to go past the mailboxes with a ping behind it; claim. The pong may come
  /// before anything else is in the books.
  void asking(Subscription from, Frame frame, long ping) {
    hops.sending(from, frame, ping);
  }

  /// A frame that was [#asking] goes; claim. Then it counts when it has been [#sent].
  void begunAsking(Subscription from, Frame frame) {
    from.passing(frame);
    writing(1, frame.jpegLength());
  }

  /// A frame goes past the mailboxes and has not been written wholly; claim.
  void begun(Subscription from, Frame frame) {
    hops.sending(from, frame, Pacer.NO_PING);
    begunAsking(from, frame);
  }

  private void writing(int frames, int bytes) {
    writing = true;
    unitFrames = frames;
    unitBytes = bytes;
  }

  /// A unit has been written; counts when it was one of the feed's.
  void sent(long nowNanos) {
    if (!writing) {
      return;
    }
    writing = false;
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
    if (pacing == null || payload.remaining() != Long.BYTES) {
      return false;
    }
    long number = payload.getLong(payload.position());
    ViewerPacing.Acknowledgement told = pacing.onPong(number, nowNanos);
    if (told == null) {
      return false;
    }
    hops.acknowledged(number, nowNanos, told);
    return told.ready();
  }

  /// What this viewer asked for and how fast it gets it.
  Reception reception(long nowNanos) {
    return new Reception(turns.maxFps(), pace(nowNanos).deliveryMillis());
  }

  int pending() {
    int pending = 0;
    for (Subscription subscription : watch.subscriptions()) {
      pending += subscription.pending();
    }
    return pending;
  }

  long delivered() {
    return delivered + watch.passed();
  }

  HopLog hops() {
    settle();
    return hops;
  }

  RateMeter rate() {
    settle();
    return rate;
  }

  /// Who reads the books finds in them what has gone.
  private void settle() {
    if (cutThrough != null) {
      cutThrough.settleNow();
    }
  }

  Pace pace(long nowNanos) {
    return pacing == null ? Pace.UNKNOWN : pacing.pace(nowNanos);
  }

  /// The socket has been full for so long that what is skipped now is skipped because of that;
  /// timer.
  void stalled() {
    watch.subscriptions().forEach(one -> one.skippingBecause(SkipCause.STALLED));
  }

  private long gateNanos(long nowNanos) {
    if (pacing == null) {
      return 0;
    }
    long wait = pacing.gateNanos(nowNanos);
    if (wait > 0) {
      turns.skippingBecause(pacing.cause());
    }
    return wait;
  }

  private boolean send(Turn turn, Gather out, long nowNanos) {
    Subscription from = turn.subscription();
    Announced announced = from.pollAnnounced();
    if (announced != null) {
      try {
        put(out, nowNanos, announced.block(), announced.offset(), announced.length());
      } finally {
        announced.release();
      }
      writing(0, announced.length());
      turn.announced(nowNanos);
      return true;
    }
    Frame frame = from.take();
    if (frame == null) {
      return false;
    }
    try {
      put(from, frame, out, nowNanos);
      hops.sending(from, frame, Pings.behind(unitPing));
    } finally {
      frame.release();
    }
    writing(1, frame.jpegLength());
    turn.sent(nowNanos);
    return true;
  }

  private void put(Subscription from, Frame frame, Gather out, long nowNanos) {
    if (!details) {
      put(out, nowNanos, frame.block(), frame.messageOffset(), frame.messageLength());
      return;
    }
    byte[] text = TextFrame.of(detailed(from, frame));
    long ping = onSend(nowNanos, text.length + frame.binaryLength());
    ping(out, Pings.inFront(ping));
    out.add(text);
    out.add(frame.block(), frame.binaryOffset(), frame.binaryLength());
    ping(out, Pings.behind(ping));
  }

  /// `[ping 2k][message][ping 2k+1]`, or without the first ping, or both: one unit.
  private void put(Gather out, long nowNanos, Block block, int offset, int length) {
    long ping = onSend(nowNanos, length);
    ping(out, Pings.inFront(ping));
    out.add(block, offset, length);
    ping(out, Pings.behind(ping));
  }

  private static void ping(Gather out, long payload) {
    if (payload != Pacer.NO_PING) {
      out.addPing(payload);
    }
  }

  private long onSend(long nowNanos, int bytes) {
    unitPing = pacing == null ? Pacer.NO_PING : pacing.onSend(nowNanos, bytes);
    return unitPing;
  }

  private byte[] detailed(Subscription from, Frame frame) {
    Camera camera = from.camera();
    long received = frame.receivedAtMillis();
    long captured = frame.capturedAtMillis();
    Moment now = Moment.now(clock);
    return ServerMessages.imageFrame(
        camera.from(),
        received,
        frame.jpegLength(),
        new FrameDetails(
            camera.name(),
            frame.sequence(),
            camera.clock().onRelayClock(captured, received, now),
            frame.width(),
            frame.height(),
            camera.clock().ageMillis(captured, received, now),
            from.missedBeforeLast(),
            camera.clock().ageErrorMillis(frame.receivedNanos())));
  }
}
