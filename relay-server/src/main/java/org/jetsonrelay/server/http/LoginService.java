// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.auth.Decision;
import org.jetsonrelay.server.auth.Gatekeeper;
import org.jetsonrelay.server.auth.Logins;

/// `/login` and `/logout`: a form without a script that takes a token once, and a cookie that
/// stands for it from then on. Stateless; called from request threads.
final class LoginService implements HttpService {

  /// A form with the longest token there is, every character of it percent-encoded.
  static final int MAX_FORM_BYTES = 4096;

  private static final String MESSAGE = "<!-- message -->";
  private static final String PAGE = page();

  private final Gate gate;

  LoginService(Gate gate) {
    this.gate = gate;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.post("/login", this::login).post("/logout", this::logout);
    Answers.readOnly(
        rules, "/login", (request, response) -> show(request, response, Status.OK_200, ""));
  }

  private static String page() {
    try (InputStream in = LoginService.class.getResourceAsStream("/web/login.html")) {
      if (in == null) {
        throw new IllegalStateException("the login page is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /// @param message plain text of ours, never the client's
  private static void show(
      ServerRequest request, ServerResponse response, Status status, String message) {
    String text =
        message.isEmpty() ? "" : "<p class=\"refused\" role=\"alert\">" + message + "</p>";
    response.status(status);
    response.header(HeaderValues.create(HeaderNames.CACHE_CONTROL, "no-store"));
    response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "text/html; charset=UTF-8"));
    Answers.bytes(request, response, PAGE.replace(MESSAGE, text).getBytes(StandardCharsets.UTF_8));
  }

  private void login(ServerRequest request, ServerResponse response) {
    if (!gate.ownPage(request)) {
      show(request, response, Status.FORBIDDEN_403, "Log in from the relay's own page.");
      return;
    }
    OptionalLong length = request.headers().contentLength();
    if (length.isEmpty() || length.getAsLong() > MAX_FORM_BYTES) {
      response.header(HeaderValues.CONNECTION_CLOSE);
      show(request, response, Status.REQUEST_ENTITY_TOO_LARGE_413, "This is not a token.");
      return;
    }
    Gatekeeper keeper = gate.keeper();
    // With everything open there is nothing to log in for, and no token is known.
    Action wanted = keeper.access().guarded(Action.VIEW) ? Action.VIEW : Action.ADMIN;
    Credential credential = Gatekeeper.ofForm(body(request, (int) length.getAsLong()));
    switch (keeper.decide(wanted, null, credential, Gate.address(request))) {
      case Decision.Granted() -> {
        if (keeper.access().guarded(wanted) && !credential.absent()) {
          setCookie(
              request,
              response,
              keeper.logins().begin(credential),
              keeper.logins().lifetime().toSeconds());
        }
        redirect(response, "./");
      }
      case Decision.Unauthorized(String reason) ->
          show(request, response, Status.UNAUTHORIZED_401, reason + ".");
      case Decision.Forbidden(String _) ->
          show(request, response, Status.FORBIDDEN_403, "This token is not for watching.");
      case Decision.TooMany tooMany -> {
        response.header(HeaderNames.RETRY_AFTER, Long.toString(tooMany.retryAfterSeconds()));
        show(
            request,
            response,
            Status.TOO_MANY_REQUESTS_429,
            "Too many unknown tokens came from here. Wait "
                + tooMany.retryAfterSeconds()
                + " s and try again.");
      }
    }
  }

  private void logout(ServerRequest request, ServerResponse response) {
    if (!gate.ownPage(request)) {
      show(request, response, Status.FORBIDDEN_403, "Log out from the relay's own page.");
      return;
    }
    gate.keeper().logins().end(Gate.cookies(request));
    setCookie(request, response, "", 0);
    redirect(response, "login");
  }

  private static String body(ServerRequest request, int length) {
    try (InputStream in = request.content().inputStream()) {
      return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void setCookie(
      ServerRequest request, ServerResponse response, String value, long seconds) {
    response.header(
        HeaderValues.create(
            HeaderNames.SET_COOKIE,
            "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s"
                .formatted(Logins.COOKIE, value, seconds, request.isSecure() ? "; Secure" : "")));
  }

  /// Relative, so that it holds behind a proxy that has the relay under a path of its own.
  static void redirect(ServerResponse response, String where) {
    response.status(Status.SEE_OTHER_303);
    response.header(HeaderValues.create(HeaderNames.CACHE_CONTROL, "no-store"));
    response.header(HeaderValues.create(HeaderNames.LOCATION, where));
    response.send();
  }
}
