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
import java.util.function.Predicate;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.timing.IsoTime;

/// `GET /stats`: the totals under the names of the old server, and a row for each camera and each
/// viewer, as far as the token reaches. Stateless; called from request threads.
final class StatsService implements HttpService {

  private final RelayReadings relay;
  private final Gate gate;
  private final InstantSource clock;
  private final ProcessFigures process;

  StatsService(RelayReadings relay, Gate gate, InstantSource clock, ProcessFigures process) {
    this.relay = relay;
    this.gate = gate;
    this.clock = clock;
    this.process = process;
  }

  @Override
  public void routing(HttpRules rules) {
    Answers.readOnly(rules, "/stats", this::stats);
  }

  private void stats(ServerRequest request, ServerResponse response) {
    RelayReadings.Totals totals = relay.totals();
    List<String> troubles = relay.troubles();
    List<String> degradations = relay.degradations();
    Credential credential = gate.credential(request);
    Predicate<String> shown = camera -> gate.shows(Action.ADMIN, camera, credential);
    JsonObject.Builder json =
        JsonObject.builder()
            .set("totalConnections", totals.connections())
            .set("totalMessages", totals.messages())
            .set("totalBytes", totals.bytes())
            .set("startTime", IsoTime.text(relay.startTime().toEpochMilli()))
            .set("uptime", relay.uptimeMillis())
            .set("currentClients", HealthService.clients(relay.clients()))
            .set("status", HealthService.status(troubles, degradations))
            .setStrings("reasons", HealthService.reasons(troubles, degradations))
            .set("version", relay.version())
            .set("timestamp", IsoTime.text(clock.millis()))
            .set("memory", process.memory())
            .set("cpu", process.cpu())
            .set("skipped", Rows.skipped(totals.skipped()))
            .set("cameras", Rows.cameras(relay.cameras(), shown))
            .set("viewers", Rows.viewers(relay.viewers(), shown));
    if (gate.loggedIn(request)) {
      json.set("login", true); // for a page that offers to log out
    }
    relay.cluster().ifPresent(cluster -> json.set("cluster", cluster.json()));
    relay.upstream().ifPresent(upstream -> json.set("upstream", upstream.json()));
    Answers.json(request, response, Status.OK_200, json.build());
  }
}
