// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

import java.util.Comparator;
import java.util.PriorityQueue;

/// Simulated time: what is planned happens in order of time, and in order of planning at the same
/// time, so a run is the same every time.
final class Events {

  private record Event(long atNanos, long order, Runnable what) {}

  private final PriorityQueue<Event> planned =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
  private long nowNanos;
  private long order;

  long now() {
    return nowNanos;
  }

  void at(long atNanos, Runnable what) {
    planned.add(new Event(Math.max(atNanos, nowNanos), order++, what));
  }

  void after(long nanos, Runnable what) {
    at(nowNanos + nanos, what);
  }

  void runUntil(long endNanos) {
    for (Event next = planned.peek();
        next != null && next.atNanos() <= endNanos;
        next = planned.peek()) {
      planned.remove();
      nowNanos = next.atNanos();
      next.what().run();
    }
    nowNanos = endNanos;
  }
}
