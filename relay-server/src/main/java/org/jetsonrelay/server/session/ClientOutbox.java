// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.util.function.Supplier;
import org.jetsonrelay.server.websocket.Gather;
import org.jetsonrelay.server.websocket.Outbox;
import org.jspecify.annotations.Nullable;

/// All that waits for one client, in the order of its urgency: control messages, the keep-alive
/// ping, the list of cameras (only the newest), the question for the time, then frames.
///
/// Any thread leaves something; the holder of the connection's claim takes it out.
final class ClientOutbox implements Outbox {

  /// Control messages that go out in one write.
  private static final int MAX_BATCH = 8;

  /// Payload of keep-alive pings. Negative, so it never is one of a pacer's.
  static final long KEEP_ALIVE = -1;

  private final ControlFifo control;

  // Set by any thread, cleared by the holder of the claim.
  private volatile boolean pingDue;
  private volatile @Nullable Supplier<byte[]> latest;
  private volatile @Nullable Supplier<byte[]> question;

  /// Written once by the reader thread when the client registers as a viewer.
  private volatile @Nullable ViewerFeed frames;

  ClientOutbox(int maxControlMessages) {
    control = new ControlFifo(maxControlMessages);
  }

  /// Leaves a text message.
  ///
  /// @return false when too many wait already
  boolean offer(byte[] utf8) {
    return control.offer(TextFrame.of(utf8));
  }

  /// Leaves a message of which only the newest matters; it is made when it is written.
  void offerLatest(Supplier<byte[]> utf8) {
    latest = utf8;
  }

  /// Leaves a question that carries the time at which it is written.
  void offerQuestion(Supplier<byte[]> utf8) {
    question = utf8;
  }

  void pingDue() {
    pingDue = true;
  }

  void attach(ViewerFeed feed) {
    frames = feed;
  }

  /// Control messages and frames that wait.
  int pending() {
    ViewerFeed feed = frames;
    return control.size() + (feed == null ? 0 : feed.pending());
  }

  @Override
  public long next(Gather out, long nowNanos) {
    boolean any = controls(out);
    if (pingDue) {
      pingDue = false;
      out.addPing(KEEP_ALIVE);
      any = true;
    }
    Supplier<byte[]> newest = latest;
    if (newest != null) {
      // Cleared before it is made: a change that comes while it is made asks for another one.
      latest = null;
      out.add(TextFrame.of(newest.get()));
      any = true;
    }
    Supplier<byte[]> asked = question;
    if (asked != null) {
      question = null;
      out.add(TextFrame.of(asked.get()));
      any = true;
    }
    if (any) {
      return 0;
    }
    ViewerFeed feed = frames;
    if (feed == null) {
      return NOTHING;
    }
    return feed.next(out, nowNanos);
  }

  private boolean controls(Gather out) {
    byte[] message;
    int count = 0;
    while (count < MAX_BATCH && (message = control.poll()) != null) {
      out.add(message);
      count++;
    }
    return count > 0;
  }

  /// What was said before the connection began to close still goes out: a reason, or a goodbye.
  @Override
  public boolean farewell(Gather out) {
    return controls(out);
  }

  @Override
  public void sent(long nowNanos) {
    ViewerFeed feed = frames;
    if (feed != null) {
      feed.sent(nowNanos);
    }
  }

  @Override
  public void discard() {
    // Nothing here holds memory that is counted: mailboxes are closed by the hub when the viewer
    // leaves.
  }
}
