// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import io.helidon.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import org.jetsonrelay.server.timing.IsoTime;
import org.jspecify.annotations.Nullable;

/// What happens to cameras, told to the webhook if there is one. Any thread; never waits.
final class Events implements AutoCloseable {

  private final @Nullable Webhook webhook;
  private final InstantSource clock;

  /// @param address of the webhook, null for none
  Events(@Nullable URI address, Duration limit, InstantSource clock) {
    webhook = address == null ? null : new Webhook(address, limit);
    this.clock = clock;
  }

  /// A camera has turned stale or come back.
  void camera(CameraWatch.Change change) {
    if (webhook == null) {
      return;
    }
    webhook.tell(
        JsonObject.builder()
            .set("event", change.stale() ? "camera_stale" : "camera_live")
            .set("camera", change.camera())
            .set("sequence", change.sequence())
            .set("lastFrameAgeMs", change.lastFrameAgeMillis())
            .set("viewers", change.viewers())
            .set("timestamp", IsoTime.text(clock.millis()))
            .build()
            .toString());
  }

  /// Events that the webhook took.
  long delivered() {
    return webhook == null ? 0 : webhook.delivered();
  }

  /// Events that it did not take.
  long failed() {
    return webhook == null ? 0 : webhook.failed();
  }

  @Override
  public void close() {
    if (webhook != null) {
      webhook.close();
    }
  }
}
