// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import org.jetsonrelay.server.frame.Frame;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// The mailbox under races: the newest frame is found, exactly once, and every reference is given
/// back.
public final class MailboxStress {
  private MailboxStress() {}

  private static int sequence(Frame frame) {
    return (int) frame.sequence();
  }

  private static int takeAll(Mailbox mailbox) {
    Frame frame = mailbox.take();
    if (frame == null) {
      return 0;
    }
    int sequence = sequence(frame);
    frame.release();
    return sequence;
  }

  /// A frame is in the slot; a newer one comes while the writer takes. Result: sequence taken,
  /// sequence taken afterwards, whether one was replaced, references left beside the two of the
  /// test.
  @JCStressTest
  @Outcome(id = "1, 2, 0, 0", expect = Expect.ACCEPTABLE, desc = "taken before the newer came")
  @Outcome(id = "2, 0, 1, 0", expect = Expect.ACCEPTABLE, desc = "the newer replaced it")
  @State
  public static class PutAgainstTake {
    private final CountedFrame older = new CountedFrame(1);
    private final CountedFrame newer = new CountedFrame(2);
    private final Mailbox mailbox = new Mailbox();

    /// Puts the first frame in.
    public PutAgainstTake() {
      mailbox.put(older.frame());
    }

    /// The camera.
    @Actor
    public void put(IIII_Result result) {
      result.r3 = mailbox.put(newer.frame()) == Mailbox.Put.REPLACED ? 1 : 0;
    }

    /// The writer.
    @Actor
    public void take(IIII_Result result) {
      result.r1 = takeAll(mailbox);
    }

    /// Afterwards.
    @Arbiter
    public void count(IIII_Result result) {
      result.r2 = takeAll(mailbox);
      result.r4 = older.references() + newer.references() - 2;
    }
  }

  /// The viewer goes while a newer frame comes. Result: sequence taken afterwards, references left
  /// beside the two of the test.
  @JCStressTest
  @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "all freed, nothing to take")
  @State
  public static class CloseAgainstPut {
    private final CountedFrame older = new CountedFrame(1);
    private final CountedFrame newer = new CountedFrame(2);
    private final Mailbox mailbox = new Mailbox();

    /// Puts the first frame in.
    public CloseAgainstPut() {
      mailbox.put(older.frame());
    }

    /// The camera.
    @Actor
    public void put() {
      mailbox.put(newer.frame());
    }

    /// The hub.
    @Actor
    public void close() {
      mailbox.close();
    }

    /// Afterwards.
    @Arbiter
    public void count(II_Result result) {
      result.r1 = takeAll(mailbox);
      result.r2 = older.references() + newer.references() - 2;
    }
  }

  /// The viewer goes while a frame is being taken. Result: sequence taken, sequence taken
  /// afterwards, references left beside that of the test.
  @JCStressTest
  @Outcome(
      id = {"0, 0, 0", "1, 0, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "freed by one of them")
  @State
  public static class CloseAgainstTake {
    private final CountedFrame frame = new CountedFrame(1);
    private final Mailbox mailbox = new Mailbox();

    /// Puts the frame in.
    public CloseAgainstTake() {
      mailbox.put(frame.frame());
    }

    /// The writer.
    @Actor
    public void take(III_Result result) {
      result.r1 = takeAll(mailbox);
    }

    /// The hub.
    @Actor
    public void close() {
      mailbox.close();
    }

    /// Afterwards.
    @Arbiter
    public void count(III_Result result) {
      result.r2 = takeAll(mailbox);
      result.r3 = frame.references() - 1;
    }
  }

  /// A viewer joins (the latest frame is offered) while a newer frame is published. Result: whether
  /// the offer was taken, whether it was replaced, sequence found, references left beside the two
  /// of the test.
  @JCStressTest
  @Outcome(id = "1, 1, 2, 0", expect = Expect.ACCEPTABLE, desc = "offered, then replaced")
  @Outcome(id = "0, 0, 2, 0", expect = Expect.ACCEPTABLE, desc = "the newer was there already")
  @State
  public static class OfferAgainstPut {
    private final CountedFrame latest = new CountedFrame(1);
    private final CountedFrame newer = new CountedFrame(2);
    private final Mailbox mailbox = new Mailbox();

    /// The hub.
    @Actor
    public void offer(IIII_Result result) {
      result.r1 = mailbox.offer(latest.frame()) ? 1 : 0;
    }

    /// The camera.
    @Actor
    public void put(IIII_Result result) {
      result.r2 = mailbox.put(newer.frame()) == Mailbox.Put.REPLACED ? 1 : 0;
    }

    /// Afterwards.
    @Arbiter
    public void count(IIII_Result result) {
      result.r3 = takeAll(mailbox);
      result.r4 = latest.references() + newer.references() - 2;
    }
  }
}
