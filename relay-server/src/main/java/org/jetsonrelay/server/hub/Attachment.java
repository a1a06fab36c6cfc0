// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

/// The answer to a publisher who wants a camera's name.
public sealed interface Attachment {

  /// The name is its own from now on.
  ///
  /// @param feed what to publish through
  record Attached(Feed feed) implements Attachment {}

  /// Somebody else's publisher holds the name.
  ///
  /// @param holder its client id
  record NameTaken(String holder) implements Attachment {}

  /// There are already as many cameras as there may be.
  ///
  /// @param limit how many that is
  record Full(int limit) implements Attachment {}
}
