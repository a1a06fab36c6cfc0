// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.hub.ViewerRow;
import org.jetsonrelay.server.hub.Watch;
import org.jetsonrelay.server.metrics.RateMeter;

/// What a `flutter` client is: its registration with the hub and the way of its frames.
///
/// @param watch what it chose and receives
/// @param feed takes frames out of its mailboxes
record ViewerRole(Watch watch, ViewerFeed feed) {

  /// A viewer of which nothing is known yet.
  static ViewerRow newcomer(String id, String address, long connectedMillis) {
    return new ViewerRow(
        id,
        address,
        List.of(),
        0,
        0,
        0,
        0,
        Map.of(),
        0,
        0,
        -1,
        -1,
        -1,
        -1,
        connectedMillis,
        Map.of());
  }

  ViewerRow row(String id, String address, long connectedMillis, int pending, long nowNanos) {
    Pace pace = feed.pace(nowNanos);
    long delivered = feed.delivered();
    RateMeter rate = feed.rate(); // first: what has passed is then in the latencies, too
    return new ViewerRow(
        id,
        address,
        watch.subscriptions().stream().map(one -> one.camera().name()).sorted().toList(),
        rate.eventsPerSecond(nowNanos),
        rate.bytesPerSecond(nowNanos),
        delivered,
        watch.offered(),
        watch.skipped(),
        watch.waiting(delivered),
        pending,
        pace.inFlight(),
        pace.deliveryMillis(),
        pace.linkBitsPerSecond(),
        pace.roundTripMillis(),
        connectedMillis,
        watch.latency(nowNanos));
  }
}
