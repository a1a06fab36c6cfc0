// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Stands before every route: puts the browser's protections on each answer, errors included, and
/// asks [Access] where something is protected. Stateless; called from request threads.
final class Guard implements Filter {

  static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; img-src 'self' blob:; connect-src 'self' ws: wss:; style-src 'self';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

  private static final List<Header> PROTECTIONS =
      List.of(
          HeaderValues.createCached("Content-Security-Policy", CONTENT_SECURITY_POLICY),
          HeaderValues.X_CONTENT_TYPE_OPTIONS_NOSNIFF,
          HeaderValues.createCached("Referrer-Policy", "no-referrer"));
  private static final Header CHALLENGE =
      HeaderValues.createCached(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"relay\"");

  /// A camera may be called `trace`, too.
  private static final Pattern TRACE = Pattern.compile("/cameras/[^/]*/trace(/.*)?");

  private final Access access;

  Guard(Access access) {
    this.access = access;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    PROTECTIONS.forEach(response::header);
    Access.Decision decision =
        area(request.path().path())
            .map(area -> access.decide(area, request))
            .orElse(Access.Decision.ALLOW);
    switch (decision) {
      case ALLOW -> chain.proceed();
      case UNAUTHORIZED -> {
        response.header(CHALLENGE);
        Answers.error(
            request, response, Status.UNAUTHORIZED_401, "A token is needed to read this.");
      }
      case FORBIDDEN ->
          Answers.error(
              request, response, Status.FORBIDDEN_403, "This token does not allow to read this.");
    }
  }

  /// By prefix, and everything observed but the health: an observer added later is closed until
  /// somebody opens it. A camera's trace names viewers, as the statistics do.
  private static Optional<Access.Area> area(String path) {
    if (TRACE.matcher(path).matches() || path.startsWith("/stats")) {
      return Optional.of(Access.Area.STATS);
    }
    boolean health = path.equals("/observe/health") || path.startsWith("/observe/health/");
    if (path.startsWith("/observe") && !health) {
      return Optional.of(Access.Area.METRICS);
    }
    return Optional.empty();
  }
}
