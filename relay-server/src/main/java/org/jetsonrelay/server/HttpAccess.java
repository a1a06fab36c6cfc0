// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision.Forbidden;
import org.jetsonrelay.server.auth.Decision.Granted;
import org.jetsonrelay.server.auth.Decision.Unauthorized;
import org.jetsonrelay.server.http.Access;

/// Asks the one place that decides about access on behalf of plain HTTP.
record HttpAccess(org.jetsonrelay.server.auth.Access access) implements Access {

  @Override
  public Decision decide(Area area, ServerRequest request) {
    Credential credential =
        Credential.ofHeader(request.headers().first(HeaderNames.AUTHORIZATION).orElse(null))
            .or(Credential.ofQuery(request.query().rawValue()));
    return switch (access.decide(Action.ADMIN, null, credential)) {
      case Granted() -> Decision.ALLOW;
      case Unauthorized(String _) -> Decision.UNAUTHORIZED;
      case Forbidden(String _) -> Decision.FORBIDDEN;
    };
  }
}
