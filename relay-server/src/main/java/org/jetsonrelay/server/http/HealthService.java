// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.Status;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;

/// `GET /health` with the body that clients of the old server read: 200 while the relay can serve,
/// 503 with the reasons while it cannot. Stateless; called from request threads.
final class HealthService implements HttpService {

  private final RelayReadings relay;
  private final InstantSource clock;
  private final ProcessFigures process;

  HealthService(RelayReadings relay, InstantSource clock, ProcessFigures process) {
    this.relay = relay;
    this.clock = clock;
    this.process = process;
  }

  @Override
  public void routing(HttpRules rules) {
    Answers.readOnly(rules, "/health", this::health);
  }

  private void health(ServerRequest request, ServerResponse response) {
    List<String> troubles = relay.troubles();
    JsonObject.Builder json =
        JsonObject.builder()
            .set("status", troubles.isEmpty() ? "healthy" : "unhealthy")
            .set("uptime", relay.uptimeMillis())
            .set("clients", clients(relay.clients()))
            .set("memory", process.memory())
            .set("timestamp", WireTime.iso(clock.instant()))
            .set("version", relay.version());
    if (!troubles.isEmpty()) {
      json.setStrings("reasons", troubles);
    }
    Status status = troubles.isEmpty() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503;
    Answers.json(request, response, status, json.build());
  }

  static JsonObject clients(RelayReadings.Clients clients) {
    return JsonObject.builder()
        .set("total", clients.total())
        .set("jetson", clients.jetson())
        .set("flutter", clients.flutter())
        .build();
  }
}
