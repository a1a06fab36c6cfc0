// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/// How every answer over plain HTTP is sent: bytes with a known length, a body only where the
/// method has one, and JSON that no cache keeps.
public final class Answers {

  private static final Header NO_STORE =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");
  private static final Header ALLOW_READING =
      HeaderValues.createCached(HeaderNames.ALLOW, "GET, HEAD");

  private Answers() {}

  /// Registers a path that can only be read; any other method is answered 405.
  public static void readOnly(HttpRules rules, String path, Handler handler) {
    rules.get(path, handler);
    rules.head(path, handler);
    rules.any(
        path,
        (request, response) -> {
          response.header(ALLOW_READING);
          error(
              request,
              response,
              Status.METHOD_NOT_ALLOWED_405,
              "This address can only be read, with GET.");
        });
  }

  /// A JSON object that no cache keeps.
  public static void json(
      ServerRequest request, ServerResponse response, Status status, JsonObject body) {
    response.header(NO_STORE);
    response.header(HeaderValues.CONTENT_TYPE_JSON);
    response.status(status);
    bytes(request, response, body.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// An error as JSON. `message` never repeats what the client sent.
  public static void error(
      ServerRequest request, ServerResponse response, Status status, String message) {
    json(
        request,
        response,
        status,
        JsonObject.builder()
            .set("status", status.code())
            .set("error", status.reasonPhrase())
            .set("message", message)
            .build());
  }

  /// Sends the body, or only its length when the method is HEAD (RFC 9110, section 9.3.2).
  public static void bytes(ServerRequest request, ServerResponse response, byte[] body) {
    if (request.prologue().method().equals(Method.HEAD)) {
      response.header(HeaderNames.CONTENT_LENGTH, Integer.toString(body.length));
      response.send();
    } else {
      response.send(body);
    }
  }
}
