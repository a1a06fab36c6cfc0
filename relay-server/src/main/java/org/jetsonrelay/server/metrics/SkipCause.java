// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import java.util.Locale;

/// Why a frame was replaced by a newer one before it was written to a viewer.
public enum SkipCause {
  /// The viewer asked for fewer frames a second than the camera delivers.
  RATE,
  /// The link to the viewer carries fewer frames a second than the camera delivers.
  LINK,
  /// The viewer has stopped reading, or acknowledging, altogether.
  STALLED;

  /// The name in statistics: `rate`, `link`, `stalled`.
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
