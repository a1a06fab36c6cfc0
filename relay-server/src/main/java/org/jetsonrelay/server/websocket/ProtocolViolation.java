// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import org.jspecify.annotations.Nullable;

/// The connection has to be failed with a close code (RFC 6455, section 7.1.7). Carries no stack
/// trace: it is an answer to the peer's bytes, not an error of ours.
final class ProtocolViolation extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final @Nullable EngineLimit limit;

  /// @param text for the close frame and the log: nothing of the peer's bytes
  ProtocolViolation(int code, String text) {
    super(text, null, false, false);
    this.code = code;
    limit = null;
  }

  /// @param met which limit it is about
  ProtocolViolation(int code, String text, EngineLimit met) {
    super(text, null, false, false);
    this.code = code;
    limit = met;
  }

  /// The limit that was met; null when it was none.
  @Nullable EngineLimit limit() {
    return limit;
  }

  int code() {
    return code;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
