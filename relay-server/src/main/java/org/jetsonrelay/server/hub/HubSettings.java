// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.time.Duration;

/// The limits and times of the hub.
///
/// @param maxCameras cameras attached at the same time
/// @param maxRemoteCameras cameras of other relays besides these
/// @param maxViewers viewers registered at the same time
/// @param maxChosenCameras names one viewer may choose
/// @param linger for how long a camera keeps streaming after its last viewer left
/// @param stale after how long without a frame a camera is no longer live
/// @param freshEnough how old a camera's latest frame may be to be sent to a viewer who joins
/// @param maxAnnounced announced payloads that may wait for one viewer and camera
/// @param maxAnnouncedBytes their bytes, metadata included
/// @param maxDraining cameras that are gone and of which something still waits for one viewer
public record HubSettings(
    int maxCameras,
    int maxRemoteCameras,
    int maxViewers,
    int maxChosenCameras,
    Duration linger,
    Duration stale,
    Duration freshEnough,
    int maxAnnounced,
    int maxAnnouncedBytes,
    int maxDraining) {

  private static final Duration LONGEST = Duration.ofHours(1);

  /// Checks every value.
  ///
  /// @throws IllegalArgumentException naming the setting that is out of range
  public HubSettings {
    inRange("maxCameras", maxCameras, 1, 100_000);
    inRange("maxRemoteCameras", maxRemoteCameras, 0, 100_000);
    inRange("maxViewers", maxViewers, 1, 1_000_000);
    inRange("maxChosenCameras", maxChosenCameras, 1, 10_000);
    inRange("linger", linger, Duration.ZERO);
    inRange("stale", stale, Duration.ofMillis(1));
    inRange("freshEnough", freshEnough, Duration.ZERO);
    inRange("maxAnnounced", maxAnnounced, 1, 100_000);
    inRange("maxAnnouncedBytes", maxAnnouncedBytes, 1, Integer.MAX_VALUE);
    inRange("maxDraining", maxDraining, 0, 1_000);
  }

  /// What the relay runs with unless told otherwise.
  public static HubSettings defaults() {
    return new HubSettings(
        256,
        1_024,
        16_384,
        64,
        Duration.ofSeconds(5),
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        64,
        32 << 20,
        4);
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
