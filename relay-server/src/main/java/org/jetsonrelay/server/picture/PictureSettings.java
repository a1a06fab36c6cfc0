// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import java.time.Duration;

/// The limits and times of pictures over HTTP.
///
/// @param maxViewers requests for pictures served at the same time, streams and snapshots together
/// @param maxFrameBytes one image that is posted
/// @param sendBufferBytes the socket's send buffer under a stream: what lies in it is late already,
///   and HTTP has no acknowledgement to look behind it
/// @param fresh how old an image may be when the request does not say
/// @param startWait how long a camera may take to start when the request does not say
/// @param maxWait the longest wait a request may ask for
/// @param writeLimit how long one write may wait for the socket
/// @param stalledAfter how long a write must have waited for skips to count as `stalled`
/// @param readLimit how long a poster may be silent
/// @param keepAlive how often a stream without frames shows that it lives, and finds out whether
///   its reader does
/// @param idleLimit after how long without a frame a stream ends
/// @param hold for how long a camera stays that is fed by single images, after its latest one
public record PictureSettings(
    int maxViewers,
    int maxFrameBytes,
    int sendBufferBytes,
    Duration fresh,
    Duration startWait,
    Duration maxWait,
    Duration writeLimit,
    Duration stalledAfter,
    Duration readLimit,
    Duration keepAlive,
    Duration idleLimit,
    Duration hold) {

  /// The smallest limit of an image: below it nothing is a JPEG.
  public static final int LEAST_FRAME_BYTES = 1024;

  private static final Duration LONGEST = Duration.ofHours(1);

  /// Checks every value.
  ///
  /// @throws IllegalArgumentException naming the setting that is out of range
  public PictureSettings {
    inRange("maxViewers", maxViewers, 0, 100_000);
    inRange("maxFrameBytes", maxFrameBytes, LEAST_FRAME_BYTES, 512 << 20);
    inRange("sendBufferBytes", sendBufferBytes, 4_096, 16 << 20);
    inRange("fresh", fresh, Duration.ZERO);
    inRange("startWait", startWait, Duration.ZERO);
    inRange("maxWait", maxWait, Duration.ZERO);
    inRange("writeLimit", writeLimit, Duration.ofMillis(1));
    inRange("stalledAfter", stalledAfter, Duration.ofMillis(1));
    inRange("readLimit", readLimit, Duration.ofMillis(1));
    inRange("keepAlive", keepAlive, Duration.ofMillis(1));
    inRange("idleLimit", idleLimit, Duration.ofMillis(1));
    inRange("hold", hold, Duration.ofMillis(1));
  }

  /// What the relay runs with unless told otherwise.
  public static PictureSettings defaults() {
    return new PictureSettings(
        100,
        16 << 20,
        64 << 10,
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10));
  }

  private static void inRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ", not " + value);
    }
  }

  private static void inRange(String name, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + LONGEST + ", not " + value);
    }
  }
}
