// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.time.Duration;

/// The answer of [Access].
public sealed interface Decision {

  /// Go ahead.
  record Granted() implements Decision {}

  /// No credential, or one nobody knows: HTTP 401, close 4401.
  ///
  /// @param reason for people; never holds the token
  record Unauthorized(String reason) implements Decision {}

  /// A known credential that does not allow this: HTTP 403, close 4403.
  ///
  /// @param reason for people; never holds the token
  record Forbidden(String reason) implements Decision {}

  /// This address has shown too many tokens that nobody knows: HTTP 429, close 4429.
  ///
  /// @param retryAfter how long it should wait
  record TooMany(Duration retryAfter) implements Decision {

    /// Whole seconds, at least one: for a `Retry-After` header.
    public long retryAfterSeconds() {
      return Math.max(1, retryAfter.plusMillis(999).toSeconds());
    }
  }
}
