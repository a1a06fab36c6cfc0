// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.http.Answers;
import org.jspecify.annotations.Nullable;

/// Asks for permission, and answers in its place when there is none. Stateless.
final class Gate {

  private static final Header CHALLENGE =
      HeaderValues.createCached(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"relay\"");

  private Gate() {}

  /// What the request shows: a header wins over the query, as in a WebSocket's handshake.
  static Credential credential(ServerRequest request) {
    return Credential.ofHeader(request.headers().first(HeaderNames.AUTHORIZATION).orElse(null))
        .or(Credential.ofQuery(request.query().rawValue()));
  }

  /// Whether the request may go on; if not, it has been answered 401 or 403.
  static boolean permits(
      PictureContext context,
      Action action,
      @Nullable String camera,
      ServerRequest request,
      ServerResponse response) {
    return switch (context.access().decide(action, camera, credential(request))) {
      case Decision.Granted() -> true;
      case Decision.Unauthorized(String reason) -> {
        response.header(CHALLENGE);
        refuse(context, request, response, Status.UNAUTHORIZED_401, reason);
        yield false;
      }
      case Decision.Forbidden(String reason) -> {
        refuse(context, request, response, Status.FORBIDDEN_403, reason);
        yield false;
      }
    };
  }

  private static void refuse(
      PictureContext context,
      ServerRequest request,
      ServerResponse response,
      Status status,
      String reason) {
    context.metrics().authorizationFailures().increment();
    Answers.error(request, response, status, reason);
  }
}
