// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jetsonrelay.agent.policy.Backoff;
import org.jetsonrelay.agent.policy.FrameWatch;

/**
 * The capture thread of one camera. Owns the source: it opens it when frames are wanted, fills the
 * mailbox, closes it when they no longer are, and builds it anew, with backoff, when it fails, ends
 * or goes silent.
 */
public final class CaptureLoop {

  private static final Logger LOG = System.getLogger(CaptureLoop.class.getName());

  private static final long OUTSIDE = Long.MIN_VALUE;

  private final String camera;
  private final SourceFactory factory;
  private final Mailbox mailbox;
  private final Runnable mail;
  private final Backoff backoff;
  private final Thread thread;
  private final Object lock = new Object();

  /** Written by {@link #want} and {@link #stop}, read by the capture thread. */
  private volatile boolean wanted;

  private volatile boolean stopped;

  /** Written by {@link #reopen}, read by the capture thread. */
  private volatile CaptureSettings settings;

  /** Whether the source is to be built anew; set by {@link #reopen}, cleared by the thread. */
  private volatile boolean outdated;

  /**
   * When the capture thread went into the source, {@link #OUTSIDE} while it is not in there.
   * Written by the capture thread, read by the watchdog.
   */
  private volatile long insideSinceNanos = OUTSIDE;

  /** Written by {@link #quality}, read by the capture thread; 0 is the source's own. */
  private volatile int quality;

  /** Whether the source has refused to change its quality; written by the capture thread. */
  private volatile boolean fixed;

  /**
   * The last failure that was logged; it is said once, not at every attempt. Capture thread only.
   */
  private String lastFailure = "";

  /**
   * Not started yet.
   *
   * @param camera the camera's name, for the log and the thread's name
   * @param mail called by the capture thread after each frame it has put into the mailbox
   */
  public CaptureLoop(
      String camera,
      SourceFactory factory,
      Mailbox mailbox,
      Runnable mail,
      CaptureSettings settings,
      RandomGenerator random) {
    this.camera = camera;
    this.factory = factory;
    this.mailbox = mailbox;
    this.mail = mail;
    this.settings = settings;
    backoff = new Backoff(settings.reopenFirst(), settings.reopenLast(), settings.steady(), random);
    thread = new Thread(this::run, "capture-" + camera);
    // A source that hangs in native code must not keep the process alive.
    thread.setDaemon(true);
  }

  /** Starts the thread; the source stays closed until frames are wanted. */
  public void start() {
    thread.start();
  }

  /** Says whether frames are wanted. Any thread; returns at once. */
  public void want(boolean frames) {
    synchronized (lock) {
      wanted = frames;
      lock.notifyAll();
    }
  }

  /**
   * Asks for frames of this JPEG quality, from the next one on and after each opening. Any thread;
   * returns at once.
   */
  public void quality(int percent) {
    quality = percent;
  }

  /** Whether the source can change its quality, as far as was tried. Any thread. */
  public boolean adjustable() {
    return !fixed;
  }

  /** Has the source built anew, with other limits, as its description has changed. Any thread. */
  public void reopen(CaptureSettings changed) {
    synchronized (lock) {
      settings = changed;
      outdated = true;
      lock.notifyAll();
    }
  }

  /**
   * For how long the capture thread has been inside of the source, in one call: more than a moment
   * means that a driver hangs, which nothing in this process can end. Any thread.
   */
  public long insideNanos(long nowNanos) {
    long since = insideSinceNanos;
    return since == OUTSIDE ? 0 : Math.max(0, nowNanos - since);
  }

  /** Asks the thread to close the source and end. Any thread; returns at once. */
  public void dismiss() {
    synchronized (lock) {
      stopped = true;
      wanted = false;
      lock.notifyAll();
    }
    thread.interrupt();
  }

  /** Ends the thread and closes the source. Returns whether that was done within the limit. */
  public boolean stop() throws InterruptedException {
    dismiss();
    thread.join(settings.closing().toMillis());
    return !thread.isAlive();
  }

  private void run() {
    while (!stopped) {
      try {
        awaitDemand();
        captureWhileWanted();
      } catch (InterruptedException e) {
        // Only stop() interrupts; the loop's condition tells.
        LOG.log(Level.TRACE, "{0}: capture interrupted", camera, e);
      }
    }
  }

  private void awaitDemand() throws InterruptedException {
    synchronized (lock) {
      while (!wanted && !stopped) {
        lock.wait();
      }
    }
  }

  private void captureWhileWanted() throws InterruptedException {
    if (!wanted) {
      return;
    }
    String failure;
    outdated = false;
    enter();
    try (Source source = factory.create()) {
      source.open();
      leave();
      LOG.log(Level.INFO, "{0}: source open: {1}", camera, source.description());
      try {
        failure = readWhileWanted(source);
      } finally {
        enter();
      }
    } catch (SourceException e) {
      failure = String.valueOf(e.getMessage());
      LOG.log(Level.DEBUG, camera + ": source failed", e);
    } catch (RuntimeException | LinkageError e) {
      failure = "unexpected failure, please report it: " + e;
      LOG.log(Level.ERROR, camera + ": " + failure, e);
    } finally {
      leave();
    }
    if (failure.isEmpty()) {
      LOG.log(Level.INFO, "{0}: source closed", camera);
      lastFailure = "";
    } else if (!stopped) {
      awaitNextAttempt(failure);
    }
  }

  private void enter() {
    insideSinceNanos = System.nanoTime();
  }

  private void leave() {
    insideSinceNanos = OUTSIDE;
  }

  /** Returns why reading ended: empty when frames are no longer wanted, or from a new source. */
  private String readWhileWanted(Source source) throws SourceException, InterruptedException {
    FrameWatch watch = new FrameWatch(settings.firstFrame(), settings.nextFrame());
    watch.opened(System.nanoTime());
    int applied = 0;
    while (wanted && !outdated) {
      enter();
      applied = adjust(source, applied);
      Source.Read read = source.read(mailbox.filling(), settings.read());
      leave();
      long now = System.nanoTime();
      if (read == Source.Read.END) {
        return "the source has ended";
      } else if (read == Source.Read.PICTURE) {
        if (watch.frame(now)) {
          backoff.succeeded(now);
          lastFailure = "";
          LOG.log(Level.DEBUG, "{0}: first frame", camera);
        }
        mailbox.filling().readAt(now);
        mailbox.put();
        mail.run();
      } else if (watch.silent(now)) {
        return "no frame for " + seconds(watch.limit());
      }
    }
    return "";
  }

  /** Passes a new quality on to the source. Returns the one that it knows. */
  private int adjust(Source source, int applied) {
    int wish = quality;
    if (wish != applied) {
      fixed = !source.quality(wish);
      if (fixed) {
        LOG.log(Level.DEBUG, "{0}: this source keeps its JPEG quality", camera);
      }
    }
    return wish;
  }

  private void awaitNextAttempt(String failure) throws InterruptedException {
    if (!failure.equals(lastFailure)) {
      lastFailure = failure;
      LOG.log(
          Level.WARNING, "{0}: {1}; the source is opened again, until it works", camera, failure);
    }
    long until = System.nanoTime() + backoff.failed(System.nanoTime());
    synchronized (lock) {
      for (long left = until - System.nanoTime();
          left > 0 && wanted && !outdated;
          left = until - System.nanoTime()) {
        lock.wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    }
  }

  private static String seconds(Duration limit) {
    return limit.toMillis() / 1000.0 + " s";
  }
}
