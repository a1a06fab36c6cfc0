// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.session;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jetsonrelay.server.protocol.ClientMessage;
import org.jetsonrelay.server.protocol.ClockProbe;
import org.jetsonrelay.server.protocol.ServerMessages;
import org.jetsonrelay.server.timing.ClockEstimate;
import org.jetsonrelay.server.timing.ClockFilter;
import org.jetsonrelay.server.timing.ClockSchedule;
import org.jspecify.annotations.Nullable;

/// The exchange of time stamps with one client that asked for it: sends `clock_probe` now and then,
/// and learns from each `clock_answer`.
///
/// The timer asks whether it is time, the holder of the connection's claim makes the question as it
/// is written, the reader thread brings the answer.
final class ClockExchange {

  private final SessionContext context;
  private final Peer peer;
  private final LongSupplier sequence;
  private final Consumer<ClockEstimate> learned;
  private final ClockSchedule schedule = new ClockSchedule();
  private final ClockFilter filter = new ClockFilter();

  /// @param sequence a camera's latest frame, -1 for viewers; any thread asks
  /// @param learned told, on the reader thread, whenever more is known of the client's clock
  ClockExchange(
      SessionContext context, Peer peer, LongSupplier sequence, Consumer<ClockEstimate> learned) {
    this.context = context;
    this.peer = peer;
    this.sequence = sequence;
    this.learned = learned;
  }

  /// To be called a few times a second; timer.
  void check(long nowNanos) {
    if (schedule.due(nowNanos)) {
      peer.askTime(this::probe);
    }
  }

  /// What is known of the client's clock; null when nothing is. Any thread.
  @Nullable ClockEstimate estimate() {
    return filter.estimate();
  }

  /// Reader thread.
  void answered(ClientMessage.ClockAnswer answer) {
    long nowNanos = context.nanoTime().getAsLong();
    long sentNanos = schedule.answered(answer.probe());
    if (sentNanos == ClockSchedule.UNASKED
        || !filter.add(
            sentNanos,
            answer.receivedAtMicros() * 1_000,
            answer.sentAtMicros() * 1_000,
            nowNanos)) {
      return;
    }
    ClockEstimate estimate = filter.estimate();
    if (estimate != null) {
      learned.accept(estimate);
    }
  }

  private byte[] probe() {
    long nowNanos = context.nanoTime().getAsLong();
    long number = schedule.leaves(nowNanos);
    ClockEstimate estimate = filter.estimate();
    long received = sequence.getAsLong();
    if (estimate == null) {
      return ServerMessages.clockProbe(new ClockProbe(number, received, 0, -1));
    }
    Instant now = context.clock().instant();
    long wallMicros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    return ServerMessages.clockProbe(
        new ClockProbe(
            number,
            received,
            estimate.peerNanos(nowNanos) / 1_000 - wallMicros,
            estimate.errorNanos(nowNanos) / 1_000));
  }
}
