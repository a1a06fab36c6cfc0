// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import java.util.Locale;

/// Why a frame that was offered to a viewer was never written to it.
public enum SkipCause {
  /// The viewer asked for fewer frames a second than the camera delivers.
  RATE,
  /// The link to the viewer carries fewer frames a second than the camera delivers.
  LINK,
  /// The viewer has stopped reading, or acknowledging, altogether.
  STALLED,
  /// The viewer turned away from the camera, or left, while the frame waited.
  LEFT;

  /// The name in statistics: `rate`, `link`, `stalled`, `left`.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
