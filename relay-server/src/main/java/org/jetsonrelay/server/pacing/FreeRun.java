// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// Frames that go to a fast peer on the system's word that all before them have reached the peer's
/// machine: for a moment or a few frames, so many at most, and no faster than the link is known to
/// carry them.
///
/// None of them is followed on its way, and what is asked for each lies in one small object: with a
/// hundred peers at a high rate, what a send costs is what it has to fetch from memory.
///
/// For the holder of the connection's claim alone, one thread at a time; needs no lock.
public final class FreeRun {

  /// Answer of [#waitNanos] when it is over, or has not begun.
  public static final long OVER = -1;

  /// At low frame rates the word lasts longer than the moment, for what goes in one at usual rates.
  private static final int FEW_FRAMES = 3;

  private final long momentNanos;
  private final long aheadNanos;
  private final int mostFrames;
  private double nanosPerByte;
  private long momentUntilNanos;
  private long latestNanos;
  private long carriedAtNanos;
  private int framesLeft;
  private int framesSinceAsked;
  private int lastBytes;

  FreeRun(PacerSettings settings) {
    momentNanos = settings.sparseNanos();
    aheadNanos = settings.aheadNanos();
    mostFrames = settings.outstandingFrames() / 2;
  }

  /// The system has just vouched for the peer.
  ///
  /// @param latestNanos when the peer itself has to be asked again
  /// @param linkNanosPerByte the link's rate
  void begin(long nowNanos, long latestNanos, double linkNanosPerByte) {
    momentUntilNanos = nowNanos + momentNanos;
    this.latestNanos = latestNanos;
    nanosPerByte = linkNanosPerByte;
    carriedAtNanos = nowNanos;
    framesLeft = mostFrames;
  }

  /// How long the next frame waits for those before it.
  ///
  /// @return nanoseconds, 0 when it may go; [#OVER] when the pacer has to be asked
  public long waitNanos(long nowNanos) {
    if (framesLeft == 0 || nowNanos - latestNanos >= 0) {
      return OVER;
    }
    if (framesLeft <= mostFrames - FEW_FRAMES && nowNanos - momentUntilNanos >= 0) {
      return OVER;
    }
    return Math.max(0, carriedAtNanos - aheadNanos - nowNanos);
  }

  /// A frame is about to be written.
  ///
  /// @return whether it goes without pings; else the pacer has to be told
  public boolean takes(long nowNanos, int frameBytes) {
    lastBytes = frameBytes;
    if (waitNanos(nowNanos) == OVER) {
      return false;
    }
    framesLeft--;
    framesSinceAsked++;
    carriedAtNanos = Math.max(carriedAtNanos, nowNanos) + (long) (nanosPerByte * frameBytes);
    return true;
  }

  /// Whether the link must have carried all that went.
  boolean carried(long nowNanos) {
    return nowNanos - carriedAtNanos >= 0;
  }

  /// The peer itself is being asked.
  void asked() {
    framesSinceAsked = 0;
  }

  /// How many frames have gone this way since the peer itself was asked.
  int framesSinceAsked() {
    return framesSinceAsked;
  }

  /// Size of the latest frame, whether it was one of these or not.
  int lastBytes() {
    return lastBytes;
  }
}
