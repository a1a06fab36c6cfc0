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
import java.util.stream.Stream;
import org.jetsonrelay.server.timing.IsoTime;

/// `GET /health` with the body that clients of the old server read: 200 while the relay can serve,
/// also `degraded` with the reasons, 503 with the reasons while it cannot. Stateless; called from
/// request threads.
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
    List<String> degradations = relay.degradations();
    JsonObject.Builder json =
        JsonObject.builder()
            .set("status", status(troubles, degradations))
            .set("uptime", relay.uptimeMillis())
            .set("clients", clients(relay.clients()))
            .set("memory", process.memory())
            .set("timestamp", IsoTime.text(clock.millis()))
            .set("version", relay.version());
    List<String> reasons = reasons(troubles, degradations);
    if (!reasons.isEmpty()) {
      json.setStrings("reasons", reasons);
    }
    Status status = troubles.isEmpty() ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503;
    Answers.json(request, response, status, json.build());
  }

  static String status(List<String> troubles, List<String> degradations) {
    if (!troubles.isEmpty()) {
      return "unhealthy";
    }
    return degradations.isEmpty() ? "healthy" : "degraded";
  }

  /// The worse ones first.
  static List<String> reasons(List<String> troubles, List<String> degradations) {
    return Stream.concat(troubles.stream(), degradations.stream()).toList();
  }

  static JsonObject clients(RelayReadings.Clients clients) {
    return JsonObject.builder()
        .set("total", clients.total())
        .set("jetson", clients.jetson())
        .set("flutter", clients.flutter())
        .build();
  }
}
