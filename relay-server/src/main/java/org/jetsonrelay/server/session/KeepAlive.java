// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import org.jetsonrelay.server.protocol.CloseCodes;

/// Looks at one session from time to time: is it registered in time, does it live, is its socket
/// stuck? Timer only.
final class KeepAlive {

  private KeepAlive() {}

  static void check(ClientSession session, SessionSettings settings, long nowNanos) {
    long writing = session.socket().writingForNanos(nowNanos);
    if (writing > settings.writeLimit().toNanos()) {
      session.limitMet("write_time");
      session.socket().abort("a write has waited for " + settings.writeLimit().toSeconds() + " s");
      return;
    }
    ViewerRole viewer = session.viewer();
    if (viewer != null && writing > settings.stalledAfter().toNanos()) {
      viewer.feed().stalled();
    }
    long connected = nowNanos - session.connectedNanos();
    if (session.role() == null && connected > settings.registrationLimit().toNanos()) {
      session.limitMet("registration_time");
      session.socket().close(CloseCodes.TIMEOUT, "not registered in time");
      return;
    }
    if (session.socket().messageAgeNanos(nowNanos) > settings.messageLimit().toNanos()) {
      session.limitMet("message_age");
      session.socket().close(CloseCodes.TIMEOUT, "a message took too long");
      return;
    }
    long silent = nowNanos - session.socket().lastReadNanos();
    if (silent > settings.silenceLimit().toNanos()) {
      session.limitMet("silence");
      session.socket().close(CloseCodes.TIMEOUT, "silent for too long");
    } else if (silent > settings.pingPeriod().toNanos()) {
      session.ping(nowNanos, settings.pingPeriod().toNanos());
    }
  }
}
