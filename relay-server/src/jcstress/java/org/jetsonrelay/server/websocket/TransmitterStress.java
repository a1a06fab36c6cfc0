// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The claim under races. First result: units written, -1 when a signal was lost and one never is.
/// Second result: 0 when the outbox was used by one thread at a time and discarded once.
public final class TransmitterStress {
  private TransmitterStress() {}

  /// Two cameras at a free socket: whoever comes second leaves its unit to the first.
  @JCStressTest
  @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "both written")
  @State
  public static class TwoSignals {
    private final StressedTransmitter transmitter = new StressedTransmitter(0, 0);

    /// One camera.
    @Actor
    public void one() {
      transmitter.offer();
    }

    /// Another.
    @Actor
    public void other() {
      transmitter.offer();
    }

    /// Afterwards.
    @Arbiter
    public void count(II_Result result) {
      result.r1 = transmitter.await(2);
      result.r2 = transmitter.finish(2);
    }
  }

  /// The socket is full: the claim goes to the writer thread while another signal comes.
  @JCStressTest
  @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "both written")
  @State
  public static class HandOver {
    private final StressedTransmitter transmitter = new StressedTransmitter(1, 0);

    /// One camera.
    @Actor
    public void one() {
      transmitter.offer();
    }

    /// Another.
    @Actor
    public void other() {
      transmitter.offer();
    }

    /// Afterwards.
    @Arbiter
    public void count(II_Result result) {
      result.r1 = transmitter.await(2);
      result.r2 = transmitter.finish(2);
    }
  }

  /// One camera past the outbox, the other through it.
  @JCStressTest
  @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "both written")
  @State
  public static class PassAgainstSignal {
    private final StressedTransmitter transmitter = new StressedTransmitter(0, 0);

    /// One camera.
    @Actor
    public void pass() {
      transmitter.pass();
    }

    /// Another.
    @Actor
    public void signal() {
      transmitter.offer();
    }

    /// Afterwards.
    @Arbiter
    public void count(II_Result result) {
      result.r1 = transmitter.await(2);
      result.r2 = transmitter.finish(2);
    }
  }

  /// The same when the socket is full: the writer thread gets the rest.
  @JCStressTest
  @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "both written")
  @State
  public static class PassHandsOver {
    private final StressedTransmitter transmitter = new StressedTransmitter(1, 0);

    /// One camera.
    @Actor
    public void pass() {
      transmitter.pass();
    }

    /// Another.
    @Actor
    public void signal() {
      transmitter.offer();
    }

    /// Afterwards.
    @Arbiter
    public void count(II_Result result) {
      result.r1 = transmitter.await(2);
      result.r2 = transmitter.finish(2);
    }
  }

  /// The outbox wants to be asked later: the alarm rings while another signal comes.
  @JCStressTest
  @Outcome(id = "2, 0", expect = Expect.ACCEPTABLE, desc = "both written")
  @State
  public static class Alarm {
    private final StressedTransmitter transmitter = new StressedTransmitter(0, 2);

    /// One camera.
    @Actor
    public void one() {
      transmitter.offer();
    }

    /// Another.
    @Actor
    public void other() {
      transmitter.offer();
    }

    /// Afterwards.
    @Arbiter
    public void count(II_Result result) {
      result.r1 = transmitter.await(2);
      result.r2 = transmitter.finish(2);
    }
  }

  /// The connection ends while a unit is handed over: it may be lost, its outbox is discarded once.
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "ended cleanly")
  @State
  public static class EndAgainstHandOver {
    private final StressedTransmitter transmitter = new StressedTransmitter(1, 0);

    /// A camera.
    @Actor
    public void offer() {
      transmitter.offer();
    }

    /// The connection's reader.
    @Actor
    public void end() {
      transmitter.end();
    }

    /// Afterwards.
    @Arbiter
    public void count(II_Result result) {
      result.r2 = transmitter.finish(1);
    }
  }
}
