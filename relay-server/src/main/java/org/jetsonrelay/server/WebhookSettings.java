// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Who is told of events.
///
/// @param address where they are posted to, null for nowhere
/// @param limit how long connecting, and the answer, may take
record WebhookSettings(@Nullable URI address, Duration limit) {

  /// Does not repeat the value: it may hold a secret.
  private static final String HELP =
      "WEBHOOK_URL is no address: write for example https://alerts.example/hook";

  static WebhookSettings read(SettingsReader reader) {
    String text = reader.text("WEBHOOK_URL", "");
    Duration limit =
        reader.duration(
            "WEBHOOK_LIMIT", Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofMinutes(1));
    return new WebhookSettings(text.isEmpty() ? null : address(text), limit);
  }

  private static URI address(String text) {
    try {
      URI address = new URI(text);
      boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      if (http && address.getHost() != null) {
        return address;
      }
    } catch (URISyntaxException e) {
      throw new SettingsException(HELP, e);
    }
    throw new SettingsException(HELP);
  }
}
