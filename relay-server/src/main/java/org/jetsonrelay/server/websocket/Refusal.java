// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

/// Why a handshake does not lead to a connection: an HTTP status and a short JSON body.
///
/// @param status 400 to 599
/// @param code a word for programs, of `[a-z_]`
/// @param message for a person; nothing of the request
/// @param retryAfterSeconds when to try again; 0 when that is not said
public record Refusal(int status, String code, String message, long retryAfterSeconds) {
  /// One that says nothing of another attempt.
  public Refusal(int status, String code, String message) {
    this(status, code, message, 0);
  }

  /// Keeps the body valid JSON.
  public Refusal {
    WebSocketSettings.requireIn("status", status, 400, 599);
    if (!code.matches("[a-z_]{1,32}") || !message.matches("[ !#-\\[\\]-~]{0,200}")) {
      throw new IllegalArgumentException("not plain: " + code);
    }
  }

  String json() {
    return "{\"error\":\"" + code + "\",\"message\":\"" + message + "\"}";
  }
}
