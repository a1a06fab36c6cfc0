// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import org.jetsonrelay.server.frame.Frame;
import org.jetsonrelay.server.hub.CutThrough;
import org.jetsonrelay.server.hub.Subscription;
import org.jetsonrelay.server.metrics.RelayMetrics;
import org.jetsonrelay.server.metrics.SkipCause;
import org.jetsonrelay.server.pacing.Pacer;
import org.jetsonrelay.server.websocket.Claim;
import org.jspecify.annotations.Nullable;

/// Sends frames on the camera's thread straight to a viewer for whom nothing else waits and whose
/// link is vouched for: a send then fetches a handful of objects instead of three dozen.
///
/// Whatever this way cannot do is left to [ViewerFeed], which sees the same frame, the same counts
/// and the same order of frames as if this way did not exist.
final class ViewerCutThrough implements CutThrough {

  private final Claim claim;
  private final ViewerFeed feed;
  private final @Nullable ViewerPacing pacing;
  private final RelayMetrics metrics;

  /// Written by the reader thread: whether the client takes all frames. As in [Turns], which are
  /// not fetched for a frame that passes.
  private volatile boolean unlimited = true;

  // Claim:
  private boolean open;
  private final PassedFrames passed = new PassedFrames();

  // The frame for which the way is held: the ping behind it, what has become of it, and when.
  private long ping = Pacer.NO_PING;
  private Outcome outcome = Outcome.NOTHING;
  private long sentNanos;

  private enum Outcome {
    NOTHING,
    IN_PART,
    WHOLE
  }

  /// @param pacing null when it is off
  ViewerCutThrough(
      Claim claim, ViewerFeed feed, @Nullable ViewerPacing pacing, RelayMetrics metrics) {
    this.claim = claim;
    this.feed = feed;
    this.pacing = pacing;
    this.metrics = metrics;
  }

  /// Whether every frame is wanted: a client's own limit needs its place in the order of cameras.
  void unlimited(boolean now) {
    unlimited = now;
  }

  /// Whether the feed has been asked and had nothing, so that what comes now is the next in turn;
  /// claim.
  void open(boolean now) {
    open = now;
  }

  /// Puts into the books what has passed; claim.
  void settle() {
    passed.drain(feed::passed);
  }

  /// The same from any thread: for who is about to read the books. Whoever has the claim at that
  /// moment is writing, and has settled before or has just begun to pass a frame.
  void settleNow() {
    if (claim.tryHold()) {
      try {
        settle();
      } finally {
        claim.letGo();
      }
    }
  }

  @Override
  public boolean looksFree(Subscription from, Frame frame, long nowNanos) {
    return claim.looksFree()
        && isNextInTurn(from, frame)
        && (pacing == null || pacing.mayAdmit(nowNanos));
  }

  @Override
  public boolean hold(Subscription from, Frame frame, long nowNanos) {
    if (!claim.tryHold()) {
      return false;
    }
    boolean admitted = false;
    try {
      admitted = admits(from, frame, nowNanos);
      return admitted;
    } finally {
      if (!admitted) {
        claim.letGo();
      }
    }
  }

  private boolean admits(Subscription from, Frame frame, long nowNanos) {
    if (!isNextInTurn(from, frame)) {
      return false;
    }
    outcome = Outcome.NOTHING;
    ping = pacing == null ? Pacer.NO_PING : pacing.admits(nowNanos, frame.messageLength());
    if (ping == ViewerPacing.STAYS) {
      return false;
    }
    if (ping != Pacer.NO_PING) {
      settle();
      feed.asking(from, frame, ping);
    }
    return true;
  }

  /// For certain only with the claim.
  private boolean isNextInTurn(Subscription from, Frame frame) {
    return open && unlimited && from.isNews(frame);
  }

  @Override
  public void send(Frame frame) {
    int offset = frame.messageOffset();
    int length = frame.messageLength();
    boolean whole =
        ping == Pacer.NO_PING
            ? claim.send(frame.block(), offset, length)
            : claim.sendAsking(frame.block(), offset, length, ping);
    outcome = whole ? Outcome.WHOLE : Outcome.IN_PART;
    sentNanos = System.nanoTime();
  }

  @Override
  public void letGo(Subscription from, Frame frame) {
    try {
      if (outcome != Outcome.NOTHING) { // else sending failed, and said so
        count(from, frame);
      }
    } finally {
      claim.letGo();
    }
  }

  private void count(Subscription from, Frame frame) {
    from.skippingBecause(SkipCause.LINK);
    from.served(sentNanos);
    boolean whole = outcome == Outcome.WHOLE;
    if (ping != Pacer.NO_PING) {
      feed.begunAsking(from, frame);
      if (whole) {
        feed.sent(sentNanos);
      }
    } else if (whole) {
      passed(from, frame);
    } else {
      settle();
      feed.begun(from, frame);
    }
  }

  private void passed(Subscription from, Frame frame) {
    from.passed(frame);
    metrics.framesOut().increment();
    metrics.frameBytesOut().add(frame.jpegLength());
    if (passed.add(from, frame, sentNanos)) {
      settle();
    }
  }
}
