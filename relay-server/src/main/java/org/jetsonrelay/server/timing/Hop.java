// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.timing;

/// A part of a frame's way, or a sum of parts, whose duration is measured.
///
/// Hops between a client's clock and the relay's exist only for clients whose clock is known.
public enum Hop {
  /// From capture to the finished JPEG, by the camera's clock.
  ENCODE("encode", "encode"),
  /// From the finished JPEG until the camera began to send it, by the camera's clock.
  HANDOVER("handover", "handover"),
  /// From there until all of it had arrived here.
  UPLINK("uplink", "uplink"),
  /// From capture until all of it had arrived here.
  TO_RELAY("toRelay", "to_relay"),
  /// From its arrival here until it was written to a viewer's socket.
  RELAY("relay", "relay"),
  /// From there until the viewer's machine had acknowledged it: the way back is in it.
  DELIVERY("delivery", "delivery"),
  /// From capture until all of it had arrived on the viewer's machine.
  TO_VIEWER("toViewer", "to_viewer"),
  /// From capture until it was on the viewer's screen.
  TO_SCREEN("toScreen", "to_screen");

  private final String field;
  private final String label;

  Hop(String field, String label) {
    this.field = field;
    this.label = label;
  }

  /// The name in `/stats`.
  public String field() {
    return field;
  }

  /// The label in metrics.
  public String label() {
    return label;
  }
}
