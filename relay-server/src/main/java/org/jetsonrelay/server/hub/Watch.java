// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.Latency;
import org.jspecify.annotations.Nullable;

/// One registered viewer: what it chose, and a subscription for each camera that it receives.
///
/// The hub changes it under its lock; the viewer's own threads read [#subscriptions()].
public final class Watch {

  private static final VarHandle OFFERED = counter("offered");
  private static final VarHandle TAKEN = counter("taken");
  private static final VarHandle PASSED = counter("passed");

  private final Viewer viewer;
  private final String id;
  private final Map<SkipCause, LongAdder> skipped = new EnumMap<>(SkipCause.class);
  private final LongAdder announcedDropped = new LongAdder();

  // Frames. Cameras' reader threads and the hub offer, the holder of the viewer's claim takes;
  // read by those who ask for rows. Changed by [#OFFERED] and [#TAKEN] only; no adders: a viewer's
  // cameras rarely meet here, and each object more is one more to fetch for each frame.
  private volatile long offered;
  private volatile long taken;

  /// Frames that went past the mailboxes: offered and taken at once. Written by the holder of the
  /// viewer's claim, by [#PASSED] without a fence; read by those who ask for rows.
  private volatile long passed;

  /// Written once, when the viewer has been let in; read by cameras' reader threads.
  private volatile @Nullable CutThrough cutThrough;

  // Guarded by the hub's lock, down to the blank line.
  private final Map<String, Subscription> active = new LinkedHashMap<>();
  private final ArrayDeque<Subscription> draining = new ArrayDeque<>();
  private Choice choice = Choice.NONE;

  /// Written under the hub's lock, read by the viewer's threads.
  private volatile List<Subscription> subscriptions = List.of();

  Watch(Viewer viewer) {
    this.viewer = viewer;
    id = viewer.id();
    for (SkipCause cause : SkipCause.values()) {
      skipped.put(cause, new LongAdder());
    }
  }

  /// All that this viewer takes frames from, oldest first: an immutable list that is replaced when
  /// cameras come and go. It holds each subscription before the first [Viewer#mail()] for it. A
  /// camera that went stays in it while something of it still waits.
  public List<Subscription> subscriptions() {
    return subscriptions;
  }

  /// Frames that cameras had for this viewer since it was registered. Each of them was skipped, has
  /// been taken, or waits in a mailbox; of those taken, one may not have been written yet.
  public long offered() {
    return offered + passed;
  }

  /// Opens the way past the mailboxes.
  public void cutThrough(CutThrough way) {
    cutThrough = way;
  }

  /// The way past the mailboxes; null while it has not been opened.
  @Nullable CutThrough cutThrough() {
    return cutThrough;
  }

  /// Frames that went past the mailboxes; they are among those offered.
  public long passed() {
    return passed;
  }

  /// How many frames wait now: in a mailbox, or for the end of their writing.
  ///
  /// @param written frames that have been written so far
  public long waiting(long written) {
    long waiting = Math.max(0, taken + passed - written);
    for (Subscription subscription : subscriptions) {
      waiting += subscription.hasFrame() ? 1 : 0;
    }
    return waiting;
  }

  /// Frames this viewer never took, since it was registered.
  public long skipped(SkipCause cause) {
    return counter(cause).sum();
  }

  /// All causes with their counts, as a [ViewerRow] wants them.
  public Map<String, Long> skipped() {
    Map<String, Long> byLabel = new LinkedHashMap<>();
    skipped.forEach((cause, count) -> byLabel.put(cause.label(), count.sum()));
    return byLabel;
  }

  /// How long frames took to this viewer lately, by camera, as a [ViewerRow] wants it.
  public Map<String, Map<Hop, Latency>> latency(long nowNanos) {
    Map<String, Map<Hop, Latency>> byCamera = new LinkedHashMap<>();
    for (Subscription subscription : subscriptions) {
      Map<Hop, Latency> hops = subscription.hops().read(nowNanos);
      if (!hops.isEmpty()) {
        byCamera.put(subscription.camera().name(), hops);
      }
    }
    return byCamera;
  }

  /// Announced payloads this viewer did not get because too much waited for it already.
  public long announcedDropped() {
    return announcedDropped.sum();
  }

  Viewer viewer() {
    return viewer;
  }

  String id() {
    return id;
  }

  void countSkipped(SkipCause cause) {
    counter(cause).increment();
  }

  void countPassed() {
    PASSED.setRelease(this, passed + 1);
  }

  void countOffered() {
    long _ = (long) OFFERED.getAndAdd(this, 1L);
  }

  /// A frame was not an offer after all: it came too late, or a second time.
  void countWithdrawn() {
    long _ = (long) OFFERED.getAndAdd(this, -1L);
  }

  void countTaken() {
    long _ = (long) TAKEN.getAndAdd(this, 1L);
  }

  void countDropped(int payloads) {
    announcedDropped.add(payloads);
  }

  // From here on: only under the hub's lock.

  Choice choice() {
    return choice;
  }

  void choose(Choice next) {
    choice = next;
  }

  List<Subscription> active() {
    return List.copyOf(active.values());
  }

  boolean receives(String camera) {
    return active.containsKey(camera);
  }

  void add(Subscription subscription) {
    active.put(subscription.camera().name(), subscription);
    list();
  }

  /// The viewer turned away from the camera: what waits is freed.
  void remove(Subscription subscription) {
    active.remove(subscription.camera().name());
    list();
    subscription.close();
  }

  /// The camera went: what waits may still be taken, of the last few cameras.
  void drain(Subscription subscription, int maxDraining) {
    active.remove(subscription.camera().name());
    draining.add(subscription);
    boolean _ = sweep();
    while (draining.size() > maxDraining) {
      closeOldest();
    }
    list();
  }

  /// Forgets what has been drained.
  ///
  /// @return whether nothing is left to drain
  boolean sweep() {
    boolean swept =
        draining.removeIf(subscription -> {
          boolean empty = subscription.pending() == 0;
          if (empty) {
            subscription.close();
          }
          return empty;
        });
    if (swept) {
      list();
    }
    return draining.isEmpty();
  }

  void closeAll() {
    active.values().forEach(Subscription::close);
    active.clear();
    while (!draining.isEmpty()) {
      closeOldest();
    }
    list();
  }

  private void closeOldest() {
    Subscription oldest = draining.poll();
    if (oldest != null) {
      oldest.close();
    }
  }

  private void list() {
    List<Subscription> all = new ArrayList<>(draining);
    all.addAll(active.values());
    subscriptions = List.copyOf(all);
  }

  private static VarHandle counter(String field) {
    try {
      return MethodHandles.lookup().findVarHandle(Watch.class, field, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private LongAdder counter(SkipCause cause) {
    @Nullable LongAdder adder = skipped.get(cause);
    if (adder == null) {
      throw new AssertionError(cause);
    }
    return adder;
  }
}
