// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.timing.Hop;
import org.jetsonrelay.server.timing.Latency;

/// One viewer as it stood when somebody asked: for `/stats` and the dashboard.
///
/// @param id the viewer's client id
/// @param address its address, `host:port`
/// @param cameras names of the cameras it receives now
/// @param deliveredFps frames a second written, over the last few seconds, all cameras together
/// @param bytesPerSecond bytes a second written, over the last few seconds
/// @param delivered frames written since it connected
/// @param offered frames that cameras had for it since it connected: `delivered`, all that was
///   `skipped`, and `waiting` together
/// @param skipped frames never written, by cause (`rate`, `link`, `stalled`, `left`)
/// @param waiting frames in its mailboxes, and the one that is being written
/// @param pending frames and control messages that wait now
/// @param inFlight frames written and not yet acknowledged, -1 when the peer never acknowledged any
/// @param deliveryMillis median time from write to acknowledgement, -1 when unknown
/// @param linkBitsPerSecond estimated rate of the link, -1 when unknown
/// @param roundTripMillis base round trip of the link, -1 when unknown
/// @param connectedMillis for how long it has been connected
/// @param latency how long frames took to it lately, by camera and hop
public record ViewerRow(
    String id,
    String address,
    List<String> cameras,
    double deliveredFps,
    double bytesPerSecond,
    long delivered,
    long offered,
    Map<String, Long> skipped,
    long waiting,
    int pending,
    int inFlight,
    double deliveryMillis,
    double linkBitsPerSecond,
    double roundTripMillis,
    long connectedMillis,
    Map<String, Map<Hop, Latency>> latency) {}
