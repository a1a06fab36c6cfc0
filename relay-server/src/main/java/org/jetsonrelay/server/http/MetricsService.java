// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// `GET /observe/metrics` for Prometheus. Stateless; called from request threads.
///
/// The figures are counted where they arise, in adders and histograms that cost some ten
/// nanoseconds; a registry of meters would cost as much as a frame (docs/decisions/0007).
final class MetricsService implements HttpService {

  private static final Header TEXT =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, Exposition.CONTENT_TYPE);
  private static final Header NO_STORE =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

  private final List<Measurement> measurements;

  MetricsService(List<Measurement> measurements) {
    this.measurements = List.copyOf(measurements);
  }

  @Override
  public void routing(HttpRules rules) {
    Answers.readOnly(rules, "/observe/metrics", this::metrics);
  }

  private void metrics(ServerRequest request, ServerResponse response) {
    response.header(TEXT);
    response.header(NO_STORE);
    Answers.bytes(request, response, Exposition.of(measurements).getBytes(StandardCharsets.UTF_8));
  }
}
