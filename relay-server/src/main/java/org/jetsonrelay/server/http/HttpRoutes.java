// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.common.Weighted;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpFeature;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.observe.ObserveFeature;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// Everything the relay answers over plain HTTP, as two things to hand to the web server's builder:
/// [#observers()] to `addFeature`, and [#routing] to `routing`.
public final class HttpRoutes {

  /// Below every route and feature of Helidon's: what arrives there is not found.
  private static final double LAST = 1;

  private final RelayReadings relay;
  private final List<Measurement> measurements;
  private final Gate gate;
  private final Duration hsts;
  private final InstantSource clock;

  /// Keeps its collaborators; nothing is read before the server starts.
  ///
  /// @param relay what `/health` and `/stats` report
  /// @param measurements what `/observe/metrics` exports
  /// @param gate who may read what
  /// @param hsts how long browsers shall insist on TLS; zero: not said
  /// @param clock the wall clock, for time stamps only
  public HttpRoutes(
      RelayReadings relay,
      List<Measurement> measurements,
      Gate gate,
      Duration hsts,
      InstantSource clock) {
    this.relay = relay;
    this.measurements = measurements;
    this.gate = gate;
    this.hsts = hsts;
    this.clock = clock;
  }

  /// `/observe/health` and `/observe/metrics`.
  public ObserveFeature observers() {
    return RelayObservers.feature(relay, measurements);
  }

  /// `/health`, `/stats`, traces, the dashboard, and a 404 for everything else. Other routes may be
  /// added before or after.
  public void routing(HttpRouting.Builder routing) {
    ProcessFigures process = new ProcessFigures();
    routing.addFilter(new Guard(gate, hsts));
    routing.register(
        new HealthService(relay, clock, process),
        new StatsService(relay, gate, clock, process),
        new TraceService(relay),
        new LoginService(gate),
        new DashboardService(gate));
    routing.addFeature(new NotFound());
  }

  private record NotFound() implements HttpFeature, Weighted {

    @Override
    public double weight() {
      return LAST;
    }

    @Override
    public void setup(HttpRouting.Builder routing) {
      routing.any((request, response) ->
          Answers.error(
              request,
              response,
              Status.NOT_FOUND_404,
              "There is nothing here. Try /, /health, /stats or /observe/metrics."));
    }
  }
}
