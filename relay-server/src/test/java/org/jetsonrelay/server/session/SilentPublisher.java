// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import org.jetsonrelay.server.hub.Publisher;

/// Stands for a camera's connection; takes no orders.
record SilentPublisher(String id) implements Publisher {

  @Override
  public String address() {
    return "192.0.2.1:4711";
  }

  @Override
  public void startStreaming(String requestedBy) {}

  @Override
  public void stopStreaming(String requestedBy) {}

  @Override
  public void replaced() {}
}
