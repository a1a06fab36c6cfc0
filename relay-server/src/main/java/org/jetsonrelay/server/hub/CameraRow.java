// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.Latency;
import org.jspecify.annotations.Nullable;

/// One camera as it stood when somebody asked: for `/stats`, `camera_list` and the dashboard.
///
/// @param name the camera's name
/// @param from the publisher's client id
/// @param address the publisher's address, `host:port`
/// @param demand the demand state's name in lower case (`idle`, `starting`, `live`, `lingering`)
/// @param live whether a frame came within the stale limit
/// @param fps frames a second received, over the last few seconds
/// @param bytesPerSecond payload bytes a second received, over the last few seconds
/// @param width pixels of the latest frame, 0 before the first
/// @param height pixels of the latest frame, 0 before the first
/// @param sequence sequence of the latest frame, 0 before the first
/// @param frames frames received since the publisher connected
/// @param lastFrameAgeMillis age of the latest frame since it was received, -1 before the first
/// @param viewers how many viewers watch it
/// @param connectedMillis for how long this publisher has been connected
/// @param node the relay it comes from; empty for a camera of this one
/// @param hops ids of the relays it has come through before this one
/// @param clock what is known of the publisher's clock by exchange of time stamps, as of now; null
///   when nothing
/// @param latency how long its frames took lately, by hop
public record CameraRow(
    String name,
    String from,
    String address,
    String demand,
    boolean live,
    double fps,
    double bytesPerSecond,
    int width,
    int height,
    long sequence,
    long frames,
    long lastFrameAgeMillis,
    int viewers,
    long connectedMillis,
    String node,
    List<String> hops,
    @Nullable ClockEstimate clock,
    Map<Hop, Latency> latency) {

  /// Copies the list.
  public CameraRow {
    hops = List.copyOf(hops);
  }

  /// Whether its publisher is connected to this relay.
  public boolean local() {
    return node.isEmpty();
  }
}
