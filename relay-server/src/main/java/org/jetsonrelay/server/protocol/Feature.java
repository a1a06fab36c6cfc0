// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import org.jspecify.annotations.Nullable;

/// What a client may ask for beyond version 1, in the `features` of its `client_type`.
public enum Feature {
  /// Push a `camera_list` whenever a camera comes, goes, or turns stale.
  CAMERA_EVENTS("camera_events"),
  /// Tell more about each frame in `image_frame`.
  FRAME_DETAILS("frame_details"),
  /// Send a publisher `stream_feedback`.
  FEEDBACK("feedback"),
  /// Tell in the pushed `camera_list` through which relays each camera has come: for a relay that
  /// is a viewer of this one.
  HOPS("hops"),
  /// Exchange time stamps, so that latencies across the two clocks are known.
  CLOCK("clock");

  private final String wireName;

  Feature(String wireName) {
    this.wireName = wireName;
  }

  /// The element of `features`.
  public String wireName() {
    return wireName;
  }

  /// The feature with exactly this wire name, or null: a newer client may know more than we do.
  static @Nullable Feature named(String wireName) {
    for (Feature feature : values()) {
      if (feature.wireName.equals(wireName)) {
        return feature;
      }
    }
    return null;
  }
}
