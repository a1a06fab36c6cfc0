// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.auth.Action;
import org.jspecify.annotations.Nullable;

/// Stands before every route: puts the browser's protections on each answer, errors included, and
/// asks the [Gate] where figures are protected. Stateless; called from request threads.
final class Guard implements Filter {

  static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; img-src 'self' blob:; connect-src 'self' ws: wss:; style-src 'self';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

  private static final List<Header> PROTECTIONS =
      List.of(
          HeaderValues.createCached("Content-Security-Policy", CONTENT_SECURITY_POLICY),
          HeaderValues.X_CONTENT_TYPE_OPTIONS_NOSNIFF,
          // Not "no-referrer": with that a form is sent with the origin "null", like a stranger's.
          HeaderValues.createCached("Referrer-Policy", "same-origin"));

  /// A camera may be called `trace`, too.
  private static final Pattern TRACE = Pattern.compile("/cameras/([^/]*)/trace(/.*)?");

  private final Gate gate;
  private final @Nullable Header strictTransport;

  /// @param hsts how long browsers shall insist on TLS once they have seen it here; zero: not said
  Guard(Gate gate, Duration hsts) {
    this.gate = gate;
    this.strictTransport =
        hsts.isZero()
            ? null
            : HeaderValues.createCached("Strict-Transport-Security", "max-age=" + hsts.toSeconds());
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    PROTECTIONS.forEach(response::header);
    Header strict = strictTransport;
    if (strict != null && request.isSecure()) {
      response.header(strict); // meaningless without TLS: RFC 6797, section 7.2
    }
    if (permitted(request, response)) {
      chain.proceed();
    }
  }

  /// By prefix, and everything observed but the health: an observer added later is closed until
  /// somebody opens it. Metrics are about all cameras, so they want a token for all; a camera's
  /// trace names viewers, as the statistics do.
  private boolean permitted(RoutingRequest request, RoutingResponse response) {
    String path = request.path().path();
    Matcher trace = TRACE.matcher(path);
    if (trace.matches()) {
      return gate.permits(Action.ADMIN, trace.group(1), request, response);
    }
    if (path.startsWith("/stats")) {
      return gate.permits(Action.ADMIN, null, request, response);
    }
    boolean health = path.equals("/observe/health") || path.startsWith("/observe/health/");
    if (path.startsWith("/observe") && !health) {
      return gate.permits(Action.ADMIN, Access.EVERY_CAMERA, request, response);
    }
    return true;
  }
}
