// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.stream.Collectors;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.auth.Gatekeeper;
import org.jetsonrelay.server.auth.Origins;
import org.jspecify.annotations.Nullable;

/// Asks the [Gatekeeper] on behalf of plain HTTP, and answers in a route's place when the answer is
/// no. Stateless; called from request threads.
public final class Gate {

  private static final Header CHALLENGE =
      HeaderValues.createCached(HeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"relay\"");

  private final Gatekeeper keeper;
  private final Origins origins;

  /// @param keeper who decides
  /// @param origins which pages may change something here
  public Gate(Gatekeeper keeper, Origins origins) {
    this.keeper = keeper;
    this.origins = origins;
  }

  Gatekeeper keeper() {
    return keeper;
  }

  /// What the request shows.
  public Credential credential(ServerRequest request) {
    return keeper.credential(
        request.headers().first(HeaderNames.AUTHORIZATION).orElse(null),
        request.query().rawValue(),
        cookies(request));
  }

  /// Whether it comes from a browser that is logged in.
  boolean loggedIn(ServerRequest request) {
    return !keeper.credential(null, null, cookies(request)).absent();
  }

  static @Nullable String cookies(ServerRequest request) {
    // RFC 9113, section 8.2.3: a proxy may have split them over several headers.
    return request.headers().contains(HeaderNames.COOKIE)
        ? request.headers().get(HeaderNames.COOKIE).allValues().stream()
            .collect(Collectors.joining("; "))
        : null;
  }

  static InetAddress address(ServerRequest request) {
    return request.remotePeer().address() instanceof InetSocketAddress peer
            && peer.getAddress() != null
        ? peer.getAddress()
        : InetAddress.getLoopbackAddress();
  }

  /// Whether a page of this request's origin may change something: what a browser sends along by
  /// itself, a cookie or its place in the network, must not serve a stranger's page.
  boolean ownPage(ServerRequest request) {
    return origins.permits(
        request.headers().first(HeaderNames.ORIGIN).orElse(null),
        request.headers().first(HeaderNames.HOST).orElse(null));
  }

  /// Whether the request may go on; if not, it has been answered 401, 403 or 429.
  ///
  /// @param camera the camera's name, `Access.EVERY_CAMERA`, or null as there
  public boolean permits(
      Action action, @Nullable String camera, ServerRequest request, ServerResponse response) {
    Method method = request.prologue().method();
    if (!method.equals(Method.GET) && !method.equals(Method.HEAD) && !ownPage(request)) {
      Answers.error(
          request, response, Status.FORBIDDEN_403, "Pages of this origin may not do this.");
      return false;
    }
    return switch (keeper.decide(action, camera, credential(request), address(request))) {
      case Decision.Granted() -> true;
      case Decision.Unauthorized(String reason) -> {
        response.header(CHALLENGE);
        Answers.error(request, response, Status.UNAUTHORIZED_401, reason + ".");
        yield false;
      }
      case Decision.Forbidden(String reason) -> {
        Answers.error(request, response, Status.FORBIDDEN_403, reason + ".");
        yield false;
      }
      case Decision.TooMany tooMany -> {
        response.header(HeaderNames.RETRY_AFTER, Long.toString(tooMany.retryAfterSeconds()));
        Answers.error(
            request,
            response,
            Status.TOO_MANY_REQUESTS_429,
            "Too many unknown tokens came from this address.");
        yield false;
      }
    };
  }

  /// Whether this may be shown to who has sent the request; nobody is held to account for it.
  public boolean shows(Action action, @Nullable String camera, Credential credential) {
    return keeper.access().permits(action, camera, credential);
  }

  /// Grows whenever the answers may have changed.
  public long version() {
    return keeper.access().version();
  }

  /// Whose a camera is that this request feeds: where no token is needed for it, everybody's.
  public String owner(ServerRequest request) {
    return keeper.access().guarded(Action.PUBLISH) ? credential(request).owner() : "";
  }
}
