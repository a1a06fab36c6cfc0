// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.http.Answers;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.protocol.CameraNames;

/// Cameras over plain HTTP: the routes under `/cameras`, and `/?action=…` for programs written for
/// mjpg-streamer.
///
/// ```
/// Pictures pictures = new Pictures(context, buffers);
/// pictures.configure(server);            // after all protocols were added
/// pictures.routing(routing);             // before the dashboard
/// timer: pictures.sweep(System.nanoTime());
/// ```
public final class Pictures {

  private static final Header ALLOW_FEEDING =
      HeaderValues.createCached(HeaderNames.ALLOW, "POST, PUT");

  private final PictureContext context;
  private final HttpViewers viewers;
  private final StreamHandler streams;
  private final SnapshotHandler snapshots;
  private final IngestHandler ingest;

  /// @param buffers how a stream's send buffer is made small
  public Pictures(PictureContext context, SendBuffers buffers) {
    this.context = context;
    viewers = new HttpViewers(context);
    streams = new StreamHandler(context, viewers, buffers);
    snapshots = new SnapshotHandler(context, viewers);
    ingest = new IngestHandler(context);
  }

  /// Prepares the server for requests that last, and bounds the bodies that have a length.
  public void configure(WebServerConfig.Builder server) {
    server.maxPayloadSize(context.settings().maxFrameBytes());
    PatientConnection.configure(server);
  }

  /// Adds the routes.
  public void routing(HttpRouting.Builder routing) {
    routing.addFilter(new ChunkedRequests());
    routing.get("/", this::alias).head("/", this::alias);
    Answers.readOnly(routing, "/cameras", this::list);
    Answers.readOnly(routing, "/cameras/{name}/snapshot.jpg", this::snapshot);
    Answers.readOnly(routing, "/cameras/{name}/stream.mjpg", this::stream);
    routing.post("/cameras/{name}", this::feed).put("/cameras/{name}", this::feed);
    routing.any(
        "/cameras/{name}",
        (request, response) -> {
          response.header(ALLOW_FEEDING);
          Answers.error(
              request,
              response,
              Status.METHOD_NOT_ALLOWED_405,
              "A camera is fed here, with POST; look at snapshot.jpg and stream.mjpg below.");
        });
  }

  /// Cuts what hangs and forgets what is over. To be called a few times a second.
  public void sweep(long nowNanos) {
    viewers.sweep(nowNanos);
    ingest.sweep(nowNanos);
  }

  /// Lets everybody leave; new requests are refused from now on.
  public void drain() {
    viewers.drain();
    ingest.drain();
  }

  /// Cuts whoever is still there.
  public void abort() {
    viewers.abort();
    ingest.abort();
  }

  /// Requests that watch or feed a camera now.
  public int count() {
    return viewers.count() + ingest.count();
  }

  private void list(ServerRequest request, ServerResponse response) {
    if (!context.gate().permits(Action.VIEW, null, request, response)) {
      return;
    }
    Credential credential = context.gate().credential(request);
    List<JsonObject> rows =
        context.hub().cameraRows(context.nanoTime().getAsLong()).stream()
            .filter(row -> context.gate().shows(Action.VIEW, row.name(), credential))
            .map(Pictures::row)
            .toList();
    Answers.json(
        request,
        response,
        Status.OK_200,
        JsonObject.builder().set("cameras", JsonArray.create(rows)).build());
  }

  private static JsonObject row(CameraRow row) {
    return JsonObject.builder()
        .set("name", row.name())
        .set("live", row.live())
        .set("demand", row.demand())
        .set("fps", BigDecimal.valueOf(row.fps()).setScale(2, RoundingMode.HALF_UP))
        .set("width", row.width())
        .set("height", row.height())
        .set("sequence", row.sequence())
        .set("lastFrameAgeMs", row.lastFrameAgeMillis())
        .set("viewers", row.viewers())
        .set("snapshot", "/cameras/" + row.name() + "/snapshot.jpg")
        .set("stream", "/cameras/" + row.name() + "/stream.mjpg")
        .build();
  }

  private void snapshot(ServerRequest request, ServerResponse response) {
    Optional<String> name = name(request);
    if (name.isEmpty()) {
      unknown(request, response);
    } else if (context.gate().permits(Action.VIEW, name.get(), request, response)) {
      snapshot(name.get(), request, response);
    }
  }

  private void snapshot(String name, ServerRequest request, ServerResponse response) {
    try {
      snapshots.handle(name, request, response);
    } catch (Parameters.Unusable e) {
      Answers.error(request, response, Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
    }
  }

  private void stream(ServerRequest request, ServerResponse response) {
    Optional<String> name = name(request);
    if (name.isEmpty()) {
      unknown(request, response);
    } else if (context.gate().permits(Action.VIEW, name.get(), request, response)) {
      stream(name.get(), request, response);
    }
  }

  private void stream(String name, ServerRequest request, ServerResponse response) {
    double maxFps;
    try {
      maxFps = Parameters.rate(request, "maxFps");
    } catch (Parameters.Unusable e) {
      Answers.error(request, response, Status.BAD_REQUEST_400, String.valueOf(e.getMessage()));
      return;
    }
    if (context.hub().camera(name) == null) {
      unknown(request, response);
    } else {
      streams.handle(name, maxFps, request, response);
    }
  }

  private void feed(ServerRequest request, ServerResponse response) {
    Optional<String> name = name(request).filter(CameraNames::valid);
    if (name.isEmpty()) {
      Answers.error(
          request,
          response,
          Status.BAD_REQUEST_400,
          "A camera's name has 1 to 64 letters, digits, dots, dashes and underscores.");
    } else {
      ingest.handle(name.get(), request, response);
    }
  }

  /// `/?action=stream&camera=…`, where the camera may be left out when there is only one.
  private void alias(ServerRequest request, ServerResponse response) {
    String action = Parameters.text(request, "action").orElse("");
    if (!action.equals("stream") && !action.equals("snapshot")) {
      response.next(); // the dashboard
      return;
    }
    Optional<String> given = Parameters.text(request, "camera").filter(CameraNames::watchable);
    if (!context.gate().permits(Action.VIEW, given.orElse(null), request, response)) {
      return;
    }
    Optional<String> name = given.isPresent() ? given : onlyCamera(request);
    if (name.isEmpty()) {
      Answers.error(
          request,
          response,
          Status.NOT_FOUND_404,
          "Say which camera, with &camera=NAME: there is not exactly one. /cameras lists them.");
    } else if (action.equals("stream")) {
      stream(name.get(), request, response);
    } else {
      snapshot(name.get(), request, response);
    }
  }

  private Optional<String> onlyCamera(ServerRequest request) {
    if (Parameters.text(request, "camera").isPresent()) {
      return Optional.empty();
    }
    Credential credential = context.gate().credential(request);
    List<String> names =
        context.hub().cameraRows(context.nanoTime().getAsLong()).stream()
            .map(CameraRow::name)
            .filter(name -> context.gate().shows(Action.VIEW, name, credential))
            .limit(2)
            .toList();
    return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
  }

  private static Optional<String> name(ServerRequest request) {
    return Optional.of(request.path().pathParameters().get("name")).filter(CameraNames::watchable);
  }

  private static void unknown(ServerRequest request, ServerResponse response) {
    Answers.error(request, response, Status.NOT_FOUND_404, "There is no camera of this name now.");
  }
}
