// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Stands for a connection: counts what its transmitter tells it.
final class CountingOwner implements Transmitter.Owner {
  final AtomicInteger closeSent = new AtomicInteger();
  final AtomicInteger failed = new AtomicInteger();
  final List<Throwable> outboxFailures = new CopyOnWriteArrayList<>();
  volatile Runnable onOutboxFailed = () -> {};

  @Override
  public void closeSent() {
    closeSent.incrementAndGet();
  }

  @Override
  public void writeFailed(IOException e) {
    failed.incrementAndGet();
  }

  @Override
  public void outboxFailed(Throwable e) {
    outboxFailures.add(e);
    onOutboxFailed.run();
  }
}
