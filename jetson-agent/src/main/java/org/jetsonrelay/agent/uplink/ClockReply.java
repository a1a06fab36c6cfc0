// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The agent's half of the exchange of time stamps: keeps the relay's latest question until it can
 * be answered. One per connection; uplink thread only.
 *
 * <p>The times are those of the clock that frames are stamped by, so that the relay can tell how
 * old a frame is. Between arrival and answer the running time counts: the clock may be set
 * meanwhile.
 */
final class ClockReply {

  private final InstantSource clock;
  private boolean waiting;
  private boolean asked;
  private long probe;
  private long arrivedNanos;
  private long sequence;

  ClockReply(InstantSource clock) {
    this.clock = clock;
  }

  /** The relay has asked; an older question that still waits is not answered any more. */
  void asked(ServerMessage.ClockQuestion question, long arrivedAtNanos) {
    probe = question.probe();
    sequence = question.sequence();
    arrivedNanos = arrivedAtNanos;
    waiting = true;
    asked = true;
  }

  /** Whether a question waits for its answer. */
  boolean waiting() {
    return waiting;
  }

  /** Whether the relay takes part in the exchange: then it is also told when frames were sent. */
  boolean exchanging() {
    return asked;
  }

  /** The latest frame that the relay said it had; 0 before the first. */
  long sequence() {
    return sequence;
  }

  /** The answer, which must be sent now. */
  String answer(long nowNanos) {
    waiting = false;
    long nowMicros = micros(clock.instant());
    return MessageCodec.clockAnswer(
        probe, nowMicros - (nowNanos - arrivedNanos) / 1_000, nowMicros);
  }

  private static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }
}
