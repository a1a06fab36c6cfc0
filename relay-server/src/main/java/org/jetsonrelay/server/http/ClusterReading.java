// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How the relay stands in its cluster: `cluster` in `/stats`.
///
/// @param node its own name
/// @param connected whether it reaches the bus
/// @param server where that is; empty while it is not connected
/// @param nodes the other relays
/// @param counts what was counted since the start, by name
/// @param lastProblem what was last wrong; empty when nothing was
public record ClusterReading(
    String node,
    boolean connected,
    String server,
    List<Node> nodes,
    Map<String, Long> counts,
    String lastProblem) {

  /// Another relay.
  ///
  /// @param name its name
  /// @param cameras how many it has
  /// @param wanted how many of this relay's it wants
  /// @param heardMillis for how long it has been silent
  public record Node(String name, int cameras, int wanted, long heardMillis) {}

  /// Copies list and map.
  public ClusterReading {
    nodes = List.copyOf(nodes);
    counts = Map.copyOf(counts);
  }

  JsonObject json() {
    JsonObject.Builder json =
        JsonObject.builder()
            .set("node", node)
            .set("connected", connected)
            .set("server", server)
            .set("nodes", JsonArray.create(nodes.stream().map(ClusterReading::json).toList()));
    new TreeMap<>(counts).forEach(json::set);
    if (!lastProblem.isEmpty()) {
      json.set("lastProblem", lastProblem);
    }
    return json.build();
  }

  private static JsonObject json(Node node) {
    return JsonObject.builder()
        .set("name", node.name())
        .set("cameras", node.cameras())
        .set("wanted", node.wanted())
        .set("heardMs", node.heardMillis())
        .build();
  }
}
