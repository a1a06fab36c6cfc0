// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

/// The answer to a viewer who wants to be registered.
public sealed interface Admission {

  /// It is registered, with no camera chosen.
  ///
  /// @param watch what to choose and to take frames with
  record Admitted(Watch watch) implements Admission {}

  /// There are already as many viewers as there may be.
  ///
  /// @param limit how many that is
  record Full(int limit) implements Admission {}
}
