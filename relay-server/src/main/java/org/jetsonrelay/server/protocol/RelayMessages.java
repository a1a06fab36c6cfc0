// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import io.helidon.json.JsonParser;
import io.helidon.json.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The other side of the protocol: what a relay says and hears as a client of another relay, or of
/// one that rehearses. What that one sends is as hostile as what any client sends. Stateless.
public final class RelayMessages {

  /// Most cameras in a list that are read; the rest is ignored.
  static final int MAX_CAMERAS = 10_000;

  /// Most relays that a camera is believed to have come through.
  static final int MAX_HOPS = 16;

  private static final Pattern HOP = Pattern.compile("[0-9a-f]{1,16}");
  private static final int CONTROL_BYTES = 192;
  private static final int MOST_PIXELS = 65_535;

  private RelayMessages() {}

  /// `client_type` of a relay that is a viewer.
  public static byte[] register() {
    return registerViewer(EnumSet.of(Feature.CAMERA_EVENTS, Feature.FRAME_DETAILS, Feature.HOPS));
  }

  /// `client_type` of a viewer with these features; an old app has none.
  public static byte[] registerViewer(Set<Feature> features) {
    JsonText json = clientType(ClientRole.VIEWER);
    List<String> names = features.stream().map(Feature::wireName).toList();
    return (names.isEmpty() ? json : json.strings("features", names)).end();
  }

  /// `client_type` of a camera.
  public static byte[] registerCamera(String name) {
    return clientType(ClientRole.PUBLISHER).field("name", name).end();
  }

  private static JsonText clientType(ClientRole role) {
    return JsonText.ofType("client_type", CONTROL_BYTES).field("clientType", role.wireName());
  }

  /// `request_stream` for all cameras.
  public static byte[] requestAll() {
    return JsonText.ofType("request_stream", CONTROL_BYTES).end();
  }

  /// `request_stream` for these cameras, or `stop_stream` for none.
  public static byte[] request(Collection<String> cameras) {
    return cameras.isEmpty()
        ? JsonText.ofType("stop_stream", CONTROL_BYTES).end()
        : JsonText.ofType("request_stream", CONTROL_BYTES)
            .strings("cameras", List.copyOf(cameras))
            .end();
  }

  /// `ping`.
  public static byte[] ping() {
    return JsonText.ofType("ping", CONTROL_BYTES).end();
  }

  /// Decodes one message of a relay. Never throws: what isn't a message is a
  /// [RelayMessage.Malformed].
  public static RelayMessage parse(byte[] utf8) {
    String flaw = JsonSyntax.flaw(utf8, utf8.length);
    if (flaw != null) {
      return new RelayMessage.Malformed(flaw);
    }
    try {
      JsonObject json = JsonParser.create(utf8).readJsonObject();
      return switch (json.stringValue("type", "")) {
        case "camera_list" -> cameras(json);
        case "image_frame" -> frame(json);
        default -> new RelayMessage.Other();
      };
    } catch (RuntimeException e) {
      return new RelayMessage.Malformed("a field that can't be decoded");
    }
  }

  private static RelayMessage frame(JsonObject json) {
    String camera = json.stringValue("camera", "");
    int size = json.intValue("size", -1);
    if (!CameraNames.watchable(camera) || size < 0) {
      return new RelayMessage.Malformed("an image_frame without camera or size");
    }
    return new RelayMessage.FrameFollows(camera, size, millis(json.stringValue("capturedAt", "")));
  }

  private static long millis(String iso) {
    try {
      return iso.isEmpty() ? 0 : Math.max(0, Instant.parse(iso).toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      return 0;
    }
  }

  private static RelayMessage cameras(JsonObject json) {
    List<RelayMessage.Listed> cameras = new ArrayList<>();
    for (JsonValue value : json.arrayValue("cameras").map(JsonArray::values).orElse(List.of())) {
      if (cameras.size() == MAX_CAMERAS) {
        break;
      }
      JsonObject camera = value.asObject();
      String name = camera.stringValue("name", "");
      String node = camera.stringValue("node", "");
      List<String> hops = hops(camera);
      // A camera whose way is not known could have come from here.
      if (CameraNames.watchable(name)
          && (node.isEmpty() || CameraNames.validNode(node))
          && !hops.isEmpty()) {
        cameras.add(
            new RelayMessage.Listed(
                name,
                camera.booleanValue("live", false),
                Math.clamp(camera.doubleValue("fps", 0), 0, 1e6),
                Math.clamp(camera.intValue("width", 0), 0, MOST_PIXELS),
                Math.clamp(camera.intValue("height", 0), 0, MOST_PIXELS),
                node,
                hops));
      }
    }
    return new RelayMessage.Cameras(cameras);
  }

  private static List<String> hops(JsonObject camera) {
    List<String> hops = new ArrayList<>();
    for (JsonValue value : camera.arrayValue("hops").map(JsonArray::values).orElse(List.of())) {
      String hop = value.asString().value();
      if (hops.size() == MAX_HOPS || !HOP.matcher(hop).matches()) {
        return List.of();
      }
      hops.add(hop);
    }
    return hops;
  }
}
