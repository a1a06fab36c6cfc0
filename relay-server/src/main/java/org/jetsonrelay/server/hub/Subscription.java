// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.timing.HopWindows;
import org.jspecify.annotations.Nullable;

/// One viewer's hold on one camera: the mailbox between them, and the announced payloads that wait.
///
/// The camera's reader thread delivers; the holder of the viewer's claim takes, one thread at a
/// time; the hub closes it when the viewer turns away. A subscription that was closed delivers and
/// gives out nothing, so either side may still hold it.
public final class Subscription {

  private static final System.Logger LOG = System.getLogger(Subscription.class.getName());

  private static final VarHandle TAKEN;

  static {
    try {
      TAKEN = MethodHandles.lookup().findVarHandle(Subscription.class, "taken", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Camera camera;
  private final Watch watch;
  private final RelayMetrics metrics;
  private final Mailbox mailbox = new Mailbox();
  private final AnnouncedFifo announced;
  private final HopWindows hops;
  private final long sinceNanos;

  /// Written by the taker, read by the camera's reader thread when a frame is skipped.
  private volatile SkipCause cause = SkipCause.LINK;

  /// Written by the camera's reader thread, read by the taker: whether there ever was an announced
  /// payload. Most cameras have none, and then their viewers need not look.
  private volatile boolean announces;

  /// Written by the taker, read by the timer: frames taken so far.
  private volatile long taken;

  // Only the timer's: what was taken by the time of the last sample.
  private long sampledTaken;
  private long sampledNanos;
  private boolean sampled;

  /// Only the taker's: sequence of the frame taken last, 0 before the first.
  private long lastSequence;

  /// Only the taker's: frames of this camera that lie between the last two taken.
  private long missed;

  /// Only the taker's: when it took something last.
  private long servedNanos = Long.MIN_VALUE / 2;

  /// Written under the hub's lock, read by the camera's reader thread: nothing passes any more. The
  /// mailbox knows it, too, but is not fetched for a frame that passes it.
  private volatile boolean closed;

  /// Only the camera's reader thread's: whether the viewer's failure has been logged.
  private boolean failed;

  Subscription(
      Camera camera, Watch watch, HubSettings settings, RelayMetrics metrics, long sinceNanos) {
    this.sinceNanos = sinceNanos;
    this.camera = camera;
    this.watch = watch;
    this.metrics = metrics;
    announced = new AnnouncedFifo(settings.maxAnnounced(), settings.maxAnnouncedBytes());
    hops = new HopWindows(metrics.hops());
  }

  /// The camera watched.
  public Camera camera() {
    return camera;
  }

  /// Whether a frame received then came before this viewer did: its age says nothing about the way.
  public boolean predatedBy(long receivedNanos) {
    return receivedNanos - sinceNanos < 0;
  }

  /// How long frames take on this way; whoever writes them to the viewer records.
  public HopWindows hops() {
    return hops;
  }

  /// Says why a frame that is skipped from now on will have been skipped. Called by the taker
  /// whenever its reason for leaving frames in the mailbox changes.
  public void skippingBecause(SkipCause now) {
    if (cause != now) {
      cause = now;
    }
  }

  /// Whether a frame waits.
  public boolean hasFrame() {
    return !mailbox.isEmpty();
  }

  /// When the frame that waits was received, [System#nanoTime()]; 0 when none waits.
  public long waitingSinceNanos() {
    return mailbox.waitingSinceNanos();
  }

  /// Whether an announced payload waits.
  public boolean hasAnnounced() {
    return announces && !announced.isEmpty();
  }

  /// Takes the frame that waits; the taker must release it. Frames come in the order of their
  /// sequence, each at most once.
  public @Nullable Frame take() {
    Frame frame = mailbox.take();
    if (frame == null) {
      return null;
    }
    // The latest frame offered to a viewer who joins may be overtaken by the one being published,
    // and the last frame of a replaced publisher by the first of the new one.
    if (!isNews(frame)) {
      watch.countWithdrawn();
      frame.release();
      return null;
    }
    missed = lastSequence == 0 ? 0 : frame.sequence() - lastSequence - 1;
    watch.countTaken();
    took(frame);
    return frame;
  }

  /// Whether a frame comes after the one taken last. For the taker only.
  public boolean isNews(Frame frame) {
    return frame.sequence() > lastSequence;
  }

  /// A frame has been taken, and written, that has not been in the mailbox. For the taker only.
  public void passed(Frame frame) {
    watch.countPassed();
    took(frame);
  }

  /// A frame has been taken that has not been in the mailbox, and is being written. For the taker
  /// only.
  public void passing(Frame frame) {
    watch.countOffered();
    watch.countTaken();
    took(frame);
  }

  private void took(Frame frame) {
    lastSequence = frame.sequence();
    TAKEN.setRelease(this, taken + 1); // there is one taker at a time
  }

  /// When the taker took something last.
  public long servedNanos() {
    return servedNanos;
  }

  /// The taker took something.
  public void served(long nowNanos) {
    servedNanos = nowNanos;
  }

  /// Frames a second taken since the last sample, -1 when this is the first. For the timer only.
  double sampleFps(long nowNanos) {
    long count = taken;
    double fps = sampled ? (count - sampledTaken) * 1e9 / Math.max(1, nowNanos - sampledNanos) : -1;
    sampledTaken = count;
    sampledNanos = nowNanos;
    sampled = true;
    return fps;
  }

  /// How many frames of this camera the viewer did not get between the last two it took. For the
  /// taker only.
  public long missedBeforeLast() {
    return missed;
  }

  /// Takes the oldest announced payload; the taker must release it.
  public @Nullable Announced pollAnnounced() {
    return hasAnnounced() ? announced.poll() : null;
  }

  /// How many frames and announced payloads wait.
  public int pending() {
    return (mailbox.isEmpty() ? 0 : 1) + announced.size();
  }

  Watch watch() {
    return watch;
  }

  /// Whether it is worth asking [#holdsWay]; by reading alone.
  boolean looksFree(Frame frame, long nowNanos) {
    try {
      CutThrough way = openWay();
      return way != null && way.looksFree(this, frame, nowNanos);
    } catch (RuntimeException e) {
      failed(e);
      return false;
    }
  }

  /// Whether a frame may pass the mailbox. Then [#send] and [#letGoWay] have to follow soon; else
  /// [#deliver]. All of them are for the camera's reader thread.
  boolean holdsWay(Frame frame, long nowNanos) {
    try {
      CutThrough way = openWay();
      return way != null && way.hold(this, frame, nowNanos);
    } catch (RuntimeException e) {
      failed(e);
      return false;
    }
  }

  /// Sends a frame past the mailbox, while the way is held.
  void send(Frame frame) {
    try {
      heldWay().send(frame);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /// Gives the way back that was held for this frame.
  void letGoWay(Frame frame) {
    try {
      heldWay().letGo(this, frame);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private @Nullable CutThrough openWay() {
    return closed ? null : watch.cutThrough();
  }

  private CutThrough heldWay() {
    return Objects.requireNonNull(watch.cutThrough()); // once there it stays
  }

  /// Puts a frame into the mailbox.
  void deliver(Frame frame) {
    // Counted first, so that nobody ever sees more taken than offered.
    watch.countOffered();
    switch (mailbox.put(frame)) {
      case ALONE -> {}
      case REPLACED -> skipped(cause);
      case REFUSED -> watch.countWithdrawn();
    }
    mail();
  }

  void deliver(Announced payload) {
    announces = true;
    int dropped = announced.add(payload);
    if (dropped > 0) {
      watch.countDropped(dropped);
      metrics.announcedDropped().add(dropped);
    }
    mail();
  }

  /// Puts in the camera's latest frame, unless a newer one is there already.
  boolean offer(Frame latest) {
    watch.countOffered();
    boolean offered = mailbox.offer(latest);
    if (!offered) {
      watch.countWithdrawn();
    }
    return offered;
  }

  void close() {
    closed = true;
    if (mailbox.close()) {
      skipped(SkipCause.LEFT);
    }
    announced.close();
  }

  private void skipped(SkipCause because) {
    watch.countSkipped(because);
    metrics.skipped(because).increment();
  }

  private void mail() {
    try {
      watch.viewer().mail();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /// A viewer that fails harms neither the camera nor the other viewers.
  private void failed(RuntimeException e) {
    if (!failed) {
      failed = true;
      LOG.log(System.Logger.Level.ERROR, "viewer " + watch.id() + " failed to take a frame", e);
    }
  }
}
