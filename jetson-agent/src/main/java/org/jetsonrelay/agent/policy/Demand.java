// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.policy;

import java.time.Duration;

/**
 * Whether anybody wants this camera's frames, as far as the agent has been told. A lost connection
 * ends the demand only after a linger time: a relay that restarts must not cost every robot a
 * reopening of its camera. Used by the uplink thread.
 */
public final class Demand {

  /** What the relay has last said, and how long ago it could say it. */
  public enum State {
    /** Nobody watches. */
    IDLE,
    /** Frames are captured and sent. */
    LIVE,
    /**
     * The connection was lost while frames were wanted: captured, but there is nobody to send them
     * to.
     */
    LINGERING
  }

  private final boolean always;
  private final long lingerNanos;

  private State state = State.IDLE;
  private boolean connected;
  private long lingerUntilNanos;

  /**
   * With nobody watching yet.
   *
   * @param always capture and send whether or not anybody watches
   * @param linger how long to go on capturing without a connection
   */
  public Demand(boolean always, Duration linger) {
    this.always = always;
    lingerNanos = linger.toNanos();
  }

  /** The relay has taken the registration. */
  public void registered() {
    connected = true;
  }

  /** The relay has said {@code start_streaming}. */
  public void started() {
    state = State.LIVE;
  }

  /** The relay has said {@code stop_streaming}. */
  public void stopped() {
    state = State.IDLE;
  }

  /** The connection has ended. */
  public void disconnected(long nowNanos) {
    connected = false;
    if (state == State.LIVE) {
      state = State.LINGERING;
      lingerUntilNanos = nowNanos + lingerNanos;
    }
  }

  /** Whether frames are to be captured. */
  public boolean capturing(long nowNanos) {
    if (state == State.LINGERING && nowNanos - lingerUntilNanos >= 0) {
      state = State.IDLE;
    }
    return always || state != State.IDLE;
  }

  /** Whether frames are to be sent. */
  public boolean sending() {
    return connected && (always || state == State.LIVE);
  }

  /**
   * Nanoseconds until {@link #capturing} may change by itself; {@link Long#MAX_VALUE} when it will
   * not.
   */
  public long nanosToChange(long nowNanos) {
    return state == State.LINGERING ? Math.max(0, lingerUntilNanos - nowNanos) : Long.MAX_VALUE;
  }

  /** For the log. */
  public State state() {
    return state;
  }
}
