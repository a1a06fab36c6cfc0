// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

/// What a viewer's pacing looks like from outside.
///
/// @param inFlight frames not yet acknowledged, -1 when the peer never acknowledged any
/// @param deliveryMillis median from write to acknowledgement, -1 when unknown
/// @param linkBitsPerSecond estimated rate of the link, -1 when unknown
/// @param roundTripMillis base round trip, -1 when unknown
record Pace(int inFlight, double deliveryMillis, double linkBitsPerSecond, double roundTripMillis) {

  static final Pace UNKNOWN = new Pace(-1, -1, -1, -1);
}
