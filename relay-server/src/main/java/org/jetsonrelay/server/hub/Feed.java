// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.metrics.RateMeter;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jspecify.annotations.Nullable;

/// One publisher's time on a camera: what it publishes through, and what is known of it. It ends
/// when the publisher leaves or is replaced, and from then on accepts nothing.
///
/// [#nextSequence], [#publish] and [#announce] belong to the publisher's reader thread. They take
/// no lock and allocate nothing per viewer.
public final class Feed {

  private final Hub hub;
  private final Camera camera;
  private final Holder holder;
  private final RelayMetrics metrics;
  private final CameraClock clock = new CameraClock();
  private final FrameLog log;
  private final RateMeter rate = new RateMeter();

  /// The latest frame, for those who join. The publisher puts; borrowing empties it for a moment,
  /// so borrowers exclude each other.
  private final Mailbox latest = new Mailbox();

  private final ReentrantLock borrowing = new ReentrantLock();

  /// Only the publisher's reader thread's: what [#frames] is set to.
  private long counted;

  // Written by the publisher's reader thread, read by those who ask for rows.
  private volatile long frames;
  private volatile long sequence;
  private volatile int width;
  private volatile int height;

  /// Written by the publisher's reader thread, read by the hub's tick; means something once
  /// [#frames] is not 0.
  private volatile long lastArrivalNanos;

  /// Written under the hub's lock, read by the publisher's reader thread.
  private volatile boolean live;

  /// Written under the hub's lock, read by the publisher's reader thread.
  private volatile boolean ended;

  // Guarded by the hub's lock: what the publisher shall do, what it was told, and whether some
  // thread is telling it right now. Telling goes by this state, not by a list of orders, so however
  // threads interleave the publisher ends up with the last order.
  private boolean wanted;
  private String wantedBy = "";
  private boolean told;
  private boolean telling;

  Feed(Hub hub, Camera camera, Holder holder, RelayMetrics metrics) {
    this.hub = hub;
    this.camera = camera;
    this.holder = holder;
    this.metrics = metrics;
    log = new FrameLog(clock, metrics.hops());
  }

  /// The publisher with what was asked of it before the hub's lock was taken.
  ///
  /// @param publisher who feeds the camera
  /// @param id its client id
  /// @param address its address
  /// @param owner whom it belongs to
  /// @param connectedNanos when it attached
  /// @param node the relay it comes from; empty for this one
  /// @param hops the relays it has come through
  record Holder(
      Publisher publisher,
      String id,
      String address,
      String owner,
      long connectedNanos,
      String node,
      List<String> hops) {

    static Holder of(Publisher publisher, String owner, long nowNanos) {
      return new Holder(
          publisher,
          publisher.id(),
          publisher.address(),
          owner,
          nowNanos,
          publisher.node(),
          publisher.hops());
    }

    boolean remote() {
      return !node.isEmpty();
    }

    /// Whether this one gets the name that the other one holds.
    boolean takesOver(Holder other) {
      return remote() == other.remote() ? owner.equals(other.owner) : other.remote();
    }
  }

  /// The camera fed.
  public Camera camera() {
    return camera;
  }

  /// The estimate of this publisher's clock.
  public CameraClock clock() {
    return clock;
  }

  /// What the camera's viewers got since this was asked last. For one thread, the timer.
  public Audience audience(long nowNanos) {
    return camera.audience(nowNanos);
  }

  /// The latest frame's sequence, 0 before the first.
  public long sequence() {
    return sequence;
  }

  /// Whether a newer publisher has the name now, or this one has left.
  public boolean ended() {
    return ended;
  }

  /// The sequence for the next frame: 1 for a camera's first, then one more each; it goes on across
  /// publishers.
  public long nextSequence() {
    return camera.nextSequence();
  }

  /// Gives a frame to everybody who watches. The caller keeps its reference. After the end of this
  /// feed the frame is ignored.
  public void publish(Frame frame) {
    publish(frame, 0, 0);
  }

  /// The same for a camera that tells more of its hops, by its own clock; 0 when it did not.
  ///
  /// @param encodedAtMillis when the JPEG was made
  /// @param sentAtMillis when the camera began to send it
  public void publish(Frame frame, long encodedAtMillis, long sentAtMillis) {
    if (ended) {
      return;
    }
    long nowNanos = frame.receivedNanos();
    metrics.framesIn().increment();
    metrics.frameBytesIn().add(frame.jpegLength());
    clock.observe(frame.capturedAtMillis(), frame.receivedAtMillis(), nowNanos);
    width = frame.width();
    height = frame.height();
    sequence = frame.sequence();
    // Latest first: whoever subscribes too late for the loop then finds this frame as the latest.
    latest.put(frame);
    camera.deliver(frame);
    arrived(nowNanos, frame.jpegLength());
    log.add(frame, encodedAtMillis, sentAtMillis); // last: viewers need not wait for it
  }

  /// Gives an announced payload to everybody who watches. The caller keeps its reference. After the
  /// end of this feed the payload is ignored.
  public void announce(Announced payload) {
    if (ended) {
      return;
    }
    metrics.announcedIn().increment();
    camera.deliver(payload);
    arrived(payload.receivedNanos(), payload.payloadLength());
  }

  private void arrived(long nowNanos, int payloadBytes) {
    rate.add(nowNanos, payloadBytes);
    lastArrivalNanos = nowNanos;
    frames = ++counted;
    if (!live || camera.awaitsFirstFrame()) {
      hub.arrived(this, nowNanos);
    }
  }

  /// The latest frame with a reference for the caller, or null when there is none.
  @Nullable Frame latest() {
    borrowing.lock();
    try {
      Frame frame = latest.take();
      if (frame != null) {
        // Goes back unless a newer one has come, or the feed has ended, in the meantime.
        latest.offer(frame);
      }
      return frame;
    } finally {
      borrowing.unlock();
    }
  }

  /// The hops of the last frames.
  FrameLog log() {
    return log;
  }

  boolean isFresh(long nowNanos, long limitNanos) {
    return frames > 0 && nowNanos - lastArrivalNanos <= limitNanos;
  }

  Publisher publisher() {
    return holder.publisher();
  }

  String publisherId() {
    return holder.id();
  }

  Holder holder() {
    return holder;
  }

  // From here on: only under the hub's lock.

  boolean live() {
    return live;
  }

  void live(boolean now) {
    live = now;
  }

  void end() {
    ended = true;
    latest.close();
  }

  void want(boolean streaming, String requestedBy) {
    wanted = streaming;
    wantedBy = requestedBy;
  }

  /// Claims the next thing to tell the publisher, or null when it has been told all or another
  /// thread is at it. Whoever gets one must call [#told()] after telling.
  Demand.@Nullable Effect claimTelling() {
    if (ended || telling || wanted == told) {
      return null;
    }
    telling = true;
    told = wanted;
    return wanted ? new Demand.Effect.Start(wantedBy) : new Demand.Effect.Stop(wantedBy);
  }

  void told() {
    telling = false;
  }

  CameraRow row(String demand, int viewers, long nowNanos) {
    long count = frames;
    ClockEstimate exchanged = clock.estimate();
    return new CameraRow(
        camera.name(),
        holder.id(),
        holder.address(),
        demand,
        live,
        rate.eventsPerSecond(nowNanos),
        rate.bytesPerSecond(nowNanos),
        width,
        height,
        sequence,
        count,
        count == 0 ? -1 : Math.max(0, nowNanos - lastArrivalNanos) / 1_000_000,
        viewers,
        Math.max(0, nowNanos - holder.connectedNanos()) / 1_000_000,
        holder.node(),
        holder.hops(),
        exchanged == null ? null : exchanged.at(nowNanos),
        log.latency(nowNanos));
  }
}
