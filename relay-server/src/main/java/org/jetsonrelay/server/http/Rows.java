// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.json.JsonArray;
import io.helidon.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jetsonrelay.server.hub.CameraRow;
import org.jetsonrelay.server.hub.ViewerRow;

/// The rows of `/stats` as JSON: sorted, so that a reader can compare two answers, and with numbers
/// that JSON can hold.
final class Rows {

  private Rows() {}

  static JsonArray cameras(List<CameraRow> rows) {
    return JsonArray.create(
        rows.stream().sorted(Comparator.comparing(CameraRow::name)).map(Rows::camera).toList());
  }

  static JsonArray viewers(List<ViewerRow> rows) {
    return JsonArray.create(
        rows.stream().sorted(Comparator.comparing(ViewerRow::id)).map(Rows::viewer).toList());
  }

  /// Skipped frames by cause, in a fixed order.
  static JsonObject skipped(Map<String, Long> byCause) {
    JsonObject.Builder json = JsonObject.builder();
    new TreeMap<>(byCause).forEach(json::set);
    return json.build();
  }

  private static JsonObject camera(CameraRow row) {
    JsonObject.Builder json = JsonObject.builder().set("name", row.name()).set("from", row.from());
    if (!row.local()) {
      json.set("node", row.node());
    }
    return json.set("address", row.address())
        .set("demand", row.demand())
        .set("live", row.live())
        .set("fps", number(row.fps()))
        .set("bytesPerSecond", number(row.bytesPerSecond()))
        .set("width", row.width())
        .set("height", row.height())
        .set("sequence", row.sequence())
        .set("frames", row.frames())
        .set("lastFrameAgeMs", row.lastFrameAgeMillis())
        .set("viewers", row.viewers())
        .set("connectedMs", row.connectedMillis())
        .build();
  }

  private static JsonObject viewer(ViewerRow row) {
    return JsonObject.builder()
        .set("id", row.id())
        .set("address", row.address())
        .setStrings("cameras", row.cameras())
        .set("deliveredFps", number(row.deliveredFps()))
        .set("bytesPerSecond", number(row.bytesPerSecond()))
        .set("delivered", row.delivered())
        .set("offered", row.offered())
        .set("skipped", skipped(row.skipped()))
        .set("waiting", row.waiting())
        .set("pending", row.pending())
        .set("inFlight", row.inFlight())
        .set("deliveryMs", number(row.deliveryMillis()))
        .set("linkBitsPerSecond", number(row.linkBitsPerSecond()))
        .set("roundTripMs", number(row.roundTripMillis()))
        .set("connectedMs", row.connectedMillis())
        .build();
  }

  /// Two decimals; a rate that is no number, for example over no time at all, is 0.
  private static BigDecimal number(double value) {
    if (!Double.isFinite(value)) {
      return BigDecimal.ZERO;
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_UP);
    return new BigDecimal(rounded.stripTrailingZeros().toPlainString());
  }
}
