// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

/// How one viewer is served, for the feedback to publishers.
///
/// @param maxFps frames a second of each camera that it asked for; infinite when it set no limit
/// @param deliveryMillis median time from write to acknowledgement, -1 when unknown
public record Reception(double maxFps, double deliveryMillis) {

  /// A viewer without a limit that never acknowledges anything.
  public static final Reception UNKNOWN = new Reception(Double.POSITIVE_INFINITY, -1);
}
