// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.webserver.http.ServerRequest;

/// Decides who may read what over plain HTTP. Called on the request's thread, for every request to
/// an [Area], before anything else is done for it; it must not block.
@FunctionalInterface
public interface Access {

  /// What is protected. Health and the dashboard's files are not: a probe has no token, and the
  /// files hold no data.
  enum Area {
    /// `/stats`, and the traces of cameras.
    STATS,
    /// `/observe/metrics`, and whatever else is observed but the health.
    METRICS
  }

  /// The answer.
  enum Decision {
    /// Go on.
    ALLOW,
    /// No credential, or one that is not known: 401.
    UNAUTHORIZED,
    /// A known credential that does not reach this far: 403.
    FORBIDDEN
  }

  /// Decides about one request.
  Decision decide(Area area, ServerRequest request);

  /// Everything is open to everybody, as it is without configuration.
  static Access open() {
    return (_, _) -> Decision.ALLOW;
  }
}
