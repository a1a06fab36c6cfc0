// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.Status;
import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.FrameHops;
import org.jetsonrelay.server.timing.IsoTime;

/// `GET /cameras/{name}/trace`: the way of a camera's last frames, hop by hop, for support. It
/// names viewers, so it is guarded as the statistics are. Stateless; called from request threads.
final class TraceService implements HttpService {

  private final RelayReadings relay;

  TraceService(RelayReadings relay) {
    this.relay = relay;
  }

  @Override
  public void routing(HttpRules rules) {
    Answers.readOnly(rules, "/cameras/{name}/trace", this::trace);
  }

  private void trace(ServerRequest request, ServerResponse response) {
    String name = request.path().pathParameters().get("name");
    List<CameraRow> rows = relay.cameras().stream().filter(row -> row.name().equals(name)).toList();
    List<FrameHops> frames = relay.trace(name);
    if (rows.isEmpty() || frames == null) {
      Answers.error(request, response, Status.NOT_FOUND_404, "There is no such camera now.");
      return;
    }
    CameraRow row = rows.getFirst();
    Answers.json(
        request,
        response,
        Status.OK_200,
        JsonObject.builder()
            .set("camera", row.name())
            .set("from", row.from())
            .set("clock", Rows.clock(row.clock()))
            .set("frames", JsonArray.create(frames.stream().map(TraceService::frame).toList()))
            .build());
  }

  private static JsonObject frame(FrameHops frame) {
    JsonObject.Builder json =
        JsonObject.builder()
            .set("sequence", frame.sequence())
            .set("bytes", frame.bytes())
            .set("receivedAt", IsoTime.text(frame.receivedAtMillis()));
    long zero = frame.receivedNanos();
    if (frame.errorNanos() != Long.MAX_VALUE) {
      json.set("errorMs", Rows.number(frame.errorNanos() / 1e6));
    }
    set(json, "capturedMs", frame.capturedNanos(), zero);
    set(json, "encodedMs", frame.encodedNanos(), zero);
    set(json, "sentMs", frame.sentNanos(), zero);
    json.set(
        "viewers",
        JsonArray.create(frame.deliveries().stream().map(one -> delivery(one, zero)).toList()));
    return json.build();
  }

  private static JsonObject delivery(FrameHops.Delivery delivery, long zero) {
    JsonObject.Builder json = JsonObject.builder().set("id", delivery.viewer());
    set(json, "writtenMs", delivery.writtenNanos(), zero);
    set(json, "arrivedMs", delivery.arrivedNanos(), zero);
    if (delivery.arrivedNanos() != FrameHops.UNKNOWN) {
      json.set("arrivedErrorMs", Rows.number(delivery.arrivedErrorNanos() / 1e6));
    }
    set(json, "acknowledgedMs", delivery.acknowledgedNanos(), zero);
    set(json, "paintedMs", delivery.paintedNanos(), zero);
    return json.build();
  }

  private static void set(JsonObject.Builder json, String field, long nanos, long zero) {
    if (nanos != FrameHops.UNKNOWN) {
      json.set(field, Rows.number((nanos - zero) / 1e6));
    }
  }
}
