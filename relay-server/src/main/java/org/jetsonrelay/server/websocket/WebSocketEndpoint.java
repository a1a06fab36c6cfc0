// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.util.List;
import java.util.Optional;

/// What stands behind the handshake: decides which requests become connections and who serves them.
/// Called by the connections' reader threads, many at a time.
public interface WebSocketEndpoint {

  /// Who serves one connection.
  ///
  /// @param listener told what arrives
  /// @param outbox asked for what is to be sent
  record Service(WebSocketListener listener, Outbox outbox) {}

  /// Whether WebSockets are to be had on this path; elsewhere ordinary HTTP answers.
  default boolean serves(String path) {
    return path.equals("/ws");
  }

  /// Whether the page that sent `origin` may connect. Not asked for a client that sends none:
  /// browsers always do.
  default boolean permitsOrigin(String origin, Handshake handshake) {
    return true;
  }

  /// The last word before the connection is accepted.
  default Optional<Refusal> refuse(Handshake handshake) {
    return Optional.empty();
  }

  /// Which of the offered subprotocols to take.
  default Optional<String> subprotocol(List<String> offered, Handshake handshake) {
    return Optional.empty();
  }

  /// Somebody has met a limit; any thread, the listener's included: returns at once.
  default void limitMet(EngineLimit limit) {
    // who does not count need not know
  }

  /// A connection is open: the handshake has been answered. `socket` may be used at once; what it
  /// is asked to do before this method returns happens afterwards.
  Service open(WebSocket socket, Handshake handshake);
}
