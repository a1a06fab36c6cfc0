// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.protocol.CloseCodes;
import org.jspecify.annotations.Nullable;

/// What one client has shown, and what it may do with it: asks the gatekeeper, and sends the client
/// away when the answer is no.
final class Permission {

  static final String TOO_MANY_TOKENS = "Too many unknown tokens came from this address";

  private final SessionContext context;
  private final Peer peer;
  private final Credential handshakes;

  /// Written by the reader thread; read by the timer and by those who ask for lists.
  private volatile Credential credential;

  /// @param handshakes what the handshake showed
  Permission(SessionContext context, Peer peer, Credential handshakes) {
    this.context = context;
    this.peer = peer;
    this.handshakes = handshakes;
    credential = handshakes;
  }

  Credential credential() {
    return credential;
  }

  /// From now on the token of a message counts, or the handshake's when there is none.
  void show(@Nullable String token) {
    credential = Credential.ofToken(token).or(handshakes);
  }

  /// Whether it may do this; if not, it has been told why and is being closed.
  boolean permits(Action action, @Nullable String camera) {
    return accepts(
        context.keeper().decide(action, camera, credential, peer.socket().peer().getAddress()));
  }

  /// Whether this was a yes; if not, as above.
  boolean accepts(Decision decision) {
    switch (decision) {
      case Decision.Granted() -> {
        return true;
      }
      case Decision.Unauthorized(String reason) -> peer.refuse(CloseCodes.UNAUTHORIZED, reason);
      case Decision.Forbidden(String reason) -> peer.refuse(CloseCodes.FORBIDDEN, reason);
      case Decision.TooMany _ -> peer.refuse(CloseCodes.TOO_MANY_MESSAGES, TOO_MANY_TOKENS);
    }
    return false;
  }

  /// Whether a camera may be seen, or `Access.EVERY_CAMERA`. Any thread.
  boolean sees(String camera) {
    return context.keeper().access().permits(Action.VIEW, camera, credential);
  }

  /// Whether what was permitted once still is; if not, it is being closed. Timer.
  boolean still(Action action, @Nullable String camera) {
    if (context.keeper().access().permits(action, camera, credential)) {
      return true;
    }
    peer.socket().close(CloseCodes.UNAUTHORIZED, "the token is no longer good for this");
    return false;
  }
}
