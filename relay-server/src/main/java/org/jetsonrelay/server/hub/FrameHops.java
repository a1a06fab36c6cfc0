// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;

/// The way of one frame, hop by hop. All times are [System#nanoTime()] of this relay, those of
/// clients translated; [#UNKNOWN] where nobody said, or the client's clock is not known.
///
/// @param sequence the frame's sequence in its camera
/// @param bytes of the JPEG
/// @param capturedNanos when it was captured
/// @param encodedNanos when it was a JPEG
/// @param sentNanos when the camera began to send it
/// @param receivedNanos when all of it was here
/// @param receivedAtMillis the same by the wall clock
/// @param errorNanos by how much the first three may be wrong
/// @param deliveries its way to those who watch, as far as it is still known
public record FrameHops(
    long sequence,
    int bytes,
    long capturedNanos,
    long encodedNanos,
    long sentNanos,
    long receivedNanos,
    long receivedAtMillis,
    long errorNanos,
    List<Delivery> deliveries) {

  /// A time that is not known.
  public static final long UNKNOWN = Long.MIN_VALUE;

  /// A frame's way to one viewer.
  ///
  /// @param viewer client id
  /// @param sequence of the frame
  /// @param writtenNanos when it was written to the viewer's socket
  /// @param arrivedNanos when it had arrived on the viewer's machine: the acknowledgement less half
  ///   the base round trip
  /// @param arrivedErrorNanos by how much that may be wrong, when it is known
  /// @param acknowledgedNanos when the acknowledgement was here
  /// @param paintedNanos when it was on the screen
  public record Delivery(
      String viewer,
      long sequence,
      long writtenNanos,
      long arrivedNanos,
      long arrivedErrorNanos,
      long acknowledgedNanos,
      long paintedNanos) {}

  FrameHops with(List<Delivery> more) {
    return new FrameHops(
        sequence,
        bytes,
        capturedNanos,
        encodedNanos,
        sentNanos,
        receivedNanos,
        receivedAtMillis,
        errorNanos,
        List.copyOf(more));
  }
}
