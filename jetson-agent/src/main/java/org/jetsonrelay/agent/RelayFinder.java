// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jetsonrelay.agent.discovery.FoundRelay;
import org.jetsonrelay.agent.discovery.NoRelayException;
import org.jetsonrelay.agent.discovery.WantedRelay;
import org.jetsonrelay.agent.settings.RelayLocator;

/**
 * Finds the announced relay at the start, and again when no camera reaches it: it may have another
 * address by then. Owns the thread that looks after that; {@link #locate} belongs to the caller's.
 */
final class RelayFinder implements RelayLocator {

  private static final Logger LOG = System.getLogger(RelayFinder.class.getName());

  /** Asks the network. */
  @FunctionalInterface
  interface Search {
    /** Those that answer. */
    List<FoundRelay> find(WantedRelay wanted) throws InterruptedException;
  }

  private final Search search;
  private final boolean patient;
  private final RelayMemory memory;
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * Nothing is asked yet.
   *
   * @param patient whether to go on looking when there is none, as it befits a service
   * @param memory is asked first, and told what was found
   */
  RelayFinder(Search search, boolean patient, RelayMemory memory) {
    this.search = search;
    this.patient = patient;
    this.memory = memory;
  }

  @Override
  public URI locate(WantedRelay wanted) throws NoRelayException {
    Optional<URI> last = memory.last(wanted);
    if (last.isPresent()) {
      LOG.log(Level.INFO, "the relay was at {0} last time", last.get());
      return last.get();
    }
    String said = "";
    while (true) {
      try {
        URI relay = wanted.choose(find(wanted));
        LOG.log(Level.INFO, "found the relay at {0}", relay);
        memory.keep(wanted, relay);
        return relay;
      } catch (NoRelayException e) {
        String why = String.valueOf(e.getMessage());
        if (!patient || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        if (!why.equals(said)) {
          LOG.log(Level.WARNING, "{0}; looking on", why);
          said = why;
        }
      }
    }
  }

  private List<FoundRelay> find(WantedRelay wanted) {
    try {
      return search.find(wanted);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /**
   * Starts to look after the relay that was found.
   *
   * @param period how often
   * @param reached whether it is where it was
   * @param moved is told its new address
   */
  void watch(
      WantedRelay wanted,
      URI found,
      Duration period,
      BooleanSupplier reached,
      Consumer<URI> moved) {
    Thread thread =
        new Thread(
            () -> {
              try {
                URI known = found;
                while (!ended.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                  URI now = reached.getAsBoolean() ? known : elsewhere(wanted, known);
                  if (!now.equals(known)) {
                    LOG.log(Level.INFO, "the relay is at {0} now", now);
                    memory.keep(wanted, now);
                    moved.accept(now);
                    known = now;
                  }
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "relay-finder");
    thread.setDaemon(true);
    thread.start();
  }

  private URI elsewhere(WantedRelay wanted, URI known) throws InterruptedException {
    try {
      return wanted.choose(search.find(wanted));
    } catch (NoRelayException e) {
      LOG.log(Level.DEBUG, "{0}", e.getMessage());
      return known;
    }
  }

  /** Ends the looking after. */
  void stop() {
    ended.countDown();
  }
}
