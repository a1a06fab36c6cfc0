// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import org.jetsonrelay.server.frame.BlockPool;
import org.junit.jupiter.api.AfterEach;

/// A transmitter between doubles, ended after each test: it gives everything back once, and nobody
/// was ever at the wire or the outbox together with somebody else.
abstract class TransmitterFixture {
  final BlockPool pool = new BlockPool(1 << 20);
  final ScriptedWire wire = new ScriptedWire();
  final CountingOwner owner = new CountingOwner();
  final QueueOutbox outbox = new QueueOutbox(pool);
  final Transmitter transmitter = new Transmitter(wire, pool, owner, "test");

  @AfterEach
  void everythingIsGivenBackOnce() {
    wire.close();
    transmitter.end();
    await().atMost(10, SECONDS).until(() -> outbox.discarded.get() == 1);
    await().atMost(10, SECONDS).until(() -> pool.outstanding() == 0);
    assertThat(wire.overlaps).hasValue(0);
    assertThat(outbox.overlaps).hasValue(0);
    transmitter.signal();
    transmitter.close(ControlFrames.emptyClose());
    transmitter.end();
    assertThat(outbox.discarded).hasValue(1);
    assertThat(outbox.afterDiscard).hasValue(0);
    assertThat(transmitter.tryHold()).as("a claim after the end").isFalse();
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  String writtenText() {
    return wire.written.toString(StandardCharsets.ISO_8859_1);
  }
}
