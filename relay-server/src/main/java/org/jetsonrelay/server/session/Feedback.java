// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.function.Consumer;
import org.jetsonrelay.server.hub.Audience;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.protocol.ServerMessages;

/// Tells a publisher that asked for it, once a second, how its viewers are served. It says nothing
/// while nobody watches, and nothing of viewers that came less than a second ago. Timer only.
final class Feedback {

  static final long PERIOD_NANOS = 1_000_000_000L;

  private final Feed feed;
  private final Consumer<byte[]> send;
  private long askedNanos;

  /// @param send leaves a control message for the publisher
  Feedback(Feed feed, Consumer<byte[]> send, long nowNanos) {
    this.feed = feed;
    this.send = send;
    askedNanos = nowNanos;
  }

  /// To be called a few times a second.
  void check(long nowNanos) {
    if (nowNanos - askedNanos < PERIOD_NANOS || feed.ended()) {
      return;
    }
    askedNanos = nowNanos;
    Audience audience = feed.audience(nowNanos);
    if (audience.deliveredFps() >= 0) {
      send.accept(
          ServerMessages.streamFeedback(
              audience.viewers(),
              tenths(audience.deliveredFps()),
              audience.wantedFps(),
              audience.ageMillis()));
    }
  }

  private static double tenths(double fps) {
    return Math.round(10 * fps) / 10.0;
  }
}
