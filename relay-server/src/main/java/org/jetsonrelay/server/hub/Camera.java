// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jetsonrelay.server.frame.Frame;

/// A named stream: one publisher at a time, any number of viewers. It lives from the moment a
/// publisher takes the name until that publisher leaves without another one in its place; a newer
/// publisher of the same name finds the same camera, with its viewers.
///
/// Membership and demand are guarded by the hub's lock. Delivering takes no lock: it reads an array
/// that is copied on every change.
public final class Camera {

  private static final Subscription[] NOBODY = {};

  /// After so many deliveries the publisher's thread lets others have its processor. A frame for a
  /// thousand viewers takes ten milliseconds and more; if their answers lay unread for so long, the
  /// relay's own delay would look like the link's.
  private static final int DELIVERIES_A_TURN = Volley.MOST;

  private final String name;
  private final AtomicLong sequence = new AtomicLong();

  /// Written under the hub's lock, read by the publisher's reader thread. Never changed in place.
  private volatile Subscription[] subscriptions = NOBODY;

  /// Written under the hub's lock, read by the publisher's reader thread, which only wants to know
  /// whether its frame is the one that is being waited for.
  private volatile Demand demand = Demand.initial();

  /// Written under the hub's lock, read by viewers for the clock.
  private volatile Feed feed;

  Camera(String name, FirstFeed first) {
    this.name = name;
    feed = first.of(this);
  }

  /// Makes the feed that a new camera begins with.
  @FunctionalInterface
  interface FirstFeed {
    Feed of(Camera camera);
  }

  /// The name.
  public String name() {
    return name;
  }

  /// Client id of the publisher: `from` on the wire.
  public String from() {
    return feed.publisherId();
  }

  /// The estimate of the publisher's clock.
  public CameraClock clock() {
    return feed.clock();
  }

  /// How many viewers watch it now.
  public int viewers() {
    return subscriptions.length;
  }

  /// What the viewers got since the last time; for one thread, the timer.
  Audience audience(long nowNanos) {
    Audience.Sum sum = new Audience.Sum();
    for (Subscription subscription : subscriptions) {
      sum.add(subscription.sampleFps(nowNanos), subscription.watch().viewer().reception(nowNanos));
    }
    return sum.audience();
  }

  long nextSequence() {
    return sequence.incrementAndGet();
  }

  /// The sequence given to the latest frame, 0 before the first.
  long lastSequence() {
    return sequence.get();
  }

  void deliver(Frame frame) {
    Subscription[] now = subscriptions;
    frame.block().expectReceivers(now.length);
    for (int i = 0; i < now.length; i += DELIVERIES_A_TURN) {
      if (i > 0) {
        letOthersRun();
      }
      Volley.deliver(now, i, Math.min(i + DELIVERIES_A_TURN, now.length), frame);
    }
  }

  void deliver(Announced payload) {
    Subscription[] now = subscriptions;
    for (int i = 0; i < now.length; i++) {
      if (i > 0 && i % DELIVERIES_A_TURN == 0) {
        letOthersRun();
      }
      now[i].deliver(payload);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // no hint: a virtual thread's place in the queue
  private static void letOthersRun() {
    Thread.yield();
  }

  boolean awaitsFirstFrame() {
    return demand.state() == Demand.State.STARTING;
  }

  // From here on: only under the hub's lock.

  Feed feed() {
    return feed;
  }

  void feed(Feed next) {
    feed = next;
  }

  Demand demand() {
    return demand;
  }

  void demand(Demand next) {
    demand = next;
  }

  Subscription[] subscriptions() {
    return subscriptions;
  }

  void add(Subscription subscription) {
    Subscription[] before = subscriptions;
    Subscription[] after = Arrays.copyOf(before, before.length + 1);
    after[before.length] = subscription;
    subscriptions = after;
  }

  void remove(Subscription subscription) {
    Subscription[] before = subscriptions;
    int at = Arrays.asList(before).indexOf(subscription);
    if (at < 0) {
      return;
    }
    Subscription[] after = new Subscription[before.length - 1];
    System.arraycopy(before, 0, after, 0, at);
    System.arraycopy(before, at + 1, after, at, after.length - at);
    subscriptions = after;
  }

  void removeAll() {
    subscriptions = NOBODY;
  }

  /// The last frames with their ways to those who watch now, oldest first. Not under the lock: it
  /// asks viewers.
  List<FrameHops> trace() {
    Map<Long, List<FrameHops.Delivery>> deliveries = new HashMap<>();
    for (Subscription subscription : subscriptions) {
      for (FrameHops.Delivery one : subscription.watch().viewer().deliveries(name)) {
        deliveries.computeIfAbsent(one.sequence(), _ -> new ArrayList<>()).add(one);
      }
    }
    return feed.log().last().stream()
        .map(frame -> frame.with(deliveries.getOrDefault(frame.sequence(), List.of())))
        .toList();
  }

  CameraRow row(long nowNanos) {
    String state = demand.state().name().toLowerCase(Locale.ROOT);
    return feed.row(state, subscriptions.length, nowNanos);
  }
}
