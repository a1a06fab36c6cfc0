// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What simple clients say, for a relay that rehearses with itself. Stateless.
public final class RehearsalMessages {

  private static final int CONTROL_BYTES = 192;

  private RehearsalMessages() {}

  /// `client_type` of a camera.
  public static byte[] camera(String name) {
    return JsonText.ofType("client_type", CONTROL_BYTES)
        .field("clientType", ClientRole.PUBLISHER.wireName())
        .field("name", name)
        .end();
  }

  /// `client_type` of a viewer with these features; an old app has none.
  public static byte[] viewer(Set<Feature> features) {
    JsonText json =
        JsonText.ofType("client_type", CONTROL_BYTES)
            .field("clientType", ClientRole.VIEWER.wireName());
    List<String> names = features.stream().map(Feature::wireName).toList();
    return (names.isEmpty() ? json : json.strings("features", names)).end();
  }

  /// Everything a client may ask for.
  public static Set<Feature> allFeatures() {
    return EnumSet.copyOf(Arrays.asList(Feature.values()));
  }

  /// `request_stream` for all cameras.
  public static byte[] requestAll() {
    return JsonText.ofType("request_stream", CONTROL_BYTES).end();
  }
}
