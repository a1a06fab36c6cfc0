// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.http.DirectHandler;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;

/// Requests that are longer than they may be, or make no sense, on request threads: counted, and
/// answered as Helidon does, which does not tell the one from the other.
final class UnreadableRequests implements DirectHandler {

  private final Runnable counted;

  UnreadableRequests(Runnable counted) {
    this.counted = counted;
  }

  @Override
  public TransportResponse handle(
      TransportRequest request,
      EventType type,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    counted.run();
    return DirectHandler.defaultHandler().handle(request, type, status, headers, message);
  }
}
