// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.util.List;

/// One element of a `camera_list`.
///
/// @param name the camera's name
/// @param from the publisher's client id
/// @param live whether frames are coming
/// @param fps frames a second received lately
/// @param width pixels of the latest frame, 0 before the first
/// @param height pixels of the latest frame, 0 before the first
/// @param viewers how many viewers watch it
/// @param node the relay it comes from; empty for the one that is asked
/// @param hops ids of the relays it has come through, the one that is asked last; empty when they
///   are not to be told
public record CameraEntry(
    String name,
    String from,
    boolean live,
    double fps,
    int width,
    int height,
    int viewers,
    String node,
    List<String> hops) {

  /// Copies the list.
  public CameraEntry {
    hops = List.copyOf(hops);
  }
}
