// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.util.Locale;

/// What the engine bounds, for who counts how often each bound was met.
public enum EngineLimit {
  /// Open TCP connections, whatever they speak.
  CONNECTIONS,
  /// The same of one address.
  CONNECTIONS_PER_ADDRESS,
  /// Open WebSockets.
  CLIENTS,
  /// The time until a first request is complete.
  HANDSHAKE_TIME,
  /// Bytes of a request's line and headers, or their form.
  UNREADABLE_REQUESTS,
  /// Bytes of one message.
  MESSAGE_BYTES,
  /// Fragments of one message.
  FRAGMENTS,
  /// Pings, pongs and texts in a second.
  CONTROL_RATE,
  /// Memory of all messages that are not complete.
  INCOMPLETE_BYTES;

  /// The name in statistics.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
