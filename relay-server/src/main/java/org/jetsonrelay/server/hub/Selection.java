// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;

/// The answer to a viewer's choice.
public sealed interface Selection {

  /// It holds from now on.
  ///
  /// @param unknown chosen names of which there is no camera now; it is received when it comes
  record Accepted(List<String> unknown) implements Selection {}

  /// Too many names; what was chosen before still holds.
  ///
  /// @param limit how many names there may be
  record TooMany(int limit) implements Selection {}
}
