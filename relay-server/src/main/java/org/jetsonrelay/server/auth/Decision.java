// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

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
}
