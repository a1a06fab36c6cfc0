// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;

/// How the link to the relay above stands: `upstream` in `/stats`.
///
/// @param address where that is
/// @param connected whether it is connected
/// @param counts cameras now, and what was counted since the start, by name
/// @param lastProblem why it was not connected last; empty when it always was
public record UpstreamReading(
    String address, boolean connected, Map<String, Long> counts, String lastProblem) {

  /// Copies the map.
  public UpstreamReading {
    counts = Map.copyOf(counts);
  }

  JsonObject json() {
    JsonObject.Builder json =
        JsonObject.builder().set("address", address).set("connected", connected);
    new TreeMap<>(counts).forEach(json::set);
    if (!lastProblem.isEmpty()) {
      json.set("lastProblem", lastProblem);
    }
    return json.build();
  }
}
